"""The picture of a drawing with its defects marked by number, and the list beside it.

In: a floor plan as it was read, and its defects. Out: a figure. The plan may be broken in any way:
each wall is drawn by itself, and a defect without a place is in the list alone.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from optimizer.plan.defect import Severity
from optimizer.report.canvas import (
    draw_legend,
    draw_scale_bar,
    draw_shape,
    draw_text,
    figure_of,
    floor_axes,
    metres_per_point,
)
from optimizer.report.colours import DOOR_COLOURS, INK, WALL, WINDOW, ZONE_TINTS
from optimizer.report.fonts import font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from optimizer.plan.defect import Defect
    from optimizer.plan.model import FloorPlan

__all__ = ["plot_defects"]

#: Colours of the marks.
MARKS = {Severity.ERROR: "#c1121f", Severity.WARNING: "#d97706", Severity.NOTE: "#3465a4"}
#: Inches of the list beside the plan, characters in a line of it, and most lines in it.
PANEL, COLUMN, MOST = 5.6, 88, 60
#: Font size of the list, points, and inches from line to line.
SIZE, STEP = 7.0, 0.135
#: Marks nearer than this many points to one another are moved apart.
APART = 14.0


def plot_defects(plan: FloorPlan, defects: Sequence[Defect], *, ax: Axes | None = None) -> Axes:
    """Draw a plan with numbered marks at its defects.

    Parameters
    ----------
    plan
        As it was read.
    defects
        What is wrong with it; errors come first in the list, and the numbers follow it.
    ax
        Axes to draw the plan on; None for a new figure, with the list beside it.

    Returns
    -------
    Axes
        In metres; marks have the gid "defect:<number>".
    """
    alone = ax is None
    ax = floor_axes(plan, ax, panel=PANEL if alone else 0.0)
    _draw_shell(ax, plan)
    ordered = sorted(defects, key=lambda d: list(Severity).index(d.severity))
    taken: list[np.ndarray] = []
    for number, defect in enumerate(ordered, start=1):
        if defect.x is not None and defect.y is not None:
            _mark(ax, (defect.x, defect.y), number, MARKS[defect.severity], taken)
    draw_scale_bar(ax, plan)
    if alone:
        _write_list(ax, ordered)
    else:
        draw_legend(ax, [(_dot(MARKS[s]), str(s)) for s in Severity])
    return ax


def _draw_shell(ax: Axes, plan: FloorPlan) -> None:
    """Draw what was read, pale, so that the marks stand out."""
    draw_shape(ax, plan.outline, gid="outline", facecolor="#fbfaf5", edgecolor=WALL, zorder=1)
    for zone in plan.zones:
        tint = ZONE_TINTS[zone.kind]
        gid = f"zone:{zone.name}"
        draw_shape(ax, zone.polygon, gid=gid, facecolor=tint, edgecolor="#b5b5b5", zorder=1.2)
    for i, wall in enumerate(plan.walls):
        draw_shape(ax, wall, gid=f"wall:{i}", facecolor="#9a9a9a", edgecolor="#6f6f6f", zorder=3)
    for i, column in enumerate(plan.columns):
        draw_shape(ax, column, gid=f"column:{i}", facecolor=WALL, edgecolor=INK, zorder=3)
    for i, window in enumerate(plan.windows):
        x, y = np.asarray(window.coords)[:, :2].T
        ax.plot(x, y, color=WINDOW, linewidth=1.6, zorder=3.2, gid=f"window:{i}")
    for door in plan.doors:
        x, y = np.asarray(door.line.coords)[:, :2].T
        colour = DOOR_COLOURS[door.kind]
        ax.plot(x, y, color=colour, linewidth=2.4, zorder=4, gid=f"door:{door.name}")


def _mark(
    ax: Axes, where: tuple[float, float], number: int, colour: str, taken: list[np.ndarray]
) -> None:
    """Draw a numbered mark at a place, beside those that are there, with a line to the place."""
    step = APART * metres_per_point(ax)
    spot = np.array(where)
    ways = [np.zeros(2)] + [
        ring * step * np.array([np.cos(turn), np.sin(turn)])
        for ring in (1.0, 1.8, 2.6)
        for turn in np.linspace(np.pi / 4, 2.25 * np.pi, 12, endpoint=False)
    ]
    free = [w for w in ways if all(np.hypot(*(spot + w - other)) >= step for other in taken)]
    at = spot + (free[0] if free else ways[-1])
    taken.append(at)
    if np.hypot(*(at - spot)) > 0:
        ax.plot(*np.array([spot, at]).T, color=colour, linewidth=0.8, zorder=7)
        ax.plot(*spot, marker=".", markersize=4, color=colour, zorder=7)
    ax.plot(
        *at,
        marker="o",
        markersize=11 if number < 100 else 14,
        markerfacecolor="white",
        markeredgecolor=colour,
        markeredgewidth=1.6,
        zorder=8,
        gid=f"defect:{number}",
    )
    draw_text(ax, (float(at[0]), float(at[1])), str(number), size=6.5, color=colour)


def _dot(colour: str) -> Line2D:
    return Line2D([], [], marker="o", linestyle="", color=colour)


def _write_list(ax: Axes, defects: Sequence[Defect]) -> None:
    """Write the numbered sentences beside the plan, as many as there is room for."""
    figure = figure_of(ax)
    rows: list[tuple[str, str]] = []
    told = 0
    for number, defect in enumerate(defects, start=1):
        lines = textwrap.wrap(f"{number}. {defect.code}: {defect.sentence}", COLUMN)
        if len(rows) + len(lines) > MOST:
            break
        told += 1
        rows += [
            (line if i == 0 else "    " + line, MARKS[defect.severity])
            for i, line in enumerate(lines)
        ]
    if told < len(defects):
        rows.append((f"… and {len(defects) - told} more; `check` prints all", INK))
    if not defects:
        rows.append(("no defects", INK))
    width, height = figure.get_size_inches()
    needed = 0.6 + STEP * len(rows)
    if needed > height:  # a flat plan: more paper, the plan keeps its scale at the top
        share = height / needed
        figure.set_size_inches(width, needed)
        box = ax.get_position()
        ax.set_position((box.x0, 1 - share * (1 - box.y0), box.width, box.height * share))
        height = needed
    left = 1 - PANEL / width
    for i, (line, colour) in enumerate(rows):
        figure.text(
            left + 0.1 / width,
            1 - (0.35 + STEP * i) / height,
            line,
            fontproperties=font(SIZE),
            color=colour,
            parse_math=False,
            va="top",
        )
