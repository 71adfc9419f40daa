"""The picture of an empty floor plan.

In: a `Study`. Out: axes with zones, walls, columns, windows, doors by kind with a swing mark,
power outlets, scale bar and, where known, north.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Wedge
from shapely import Point, get_parts, maximum_inscribed_circle

from optimizer.plan.model import DoorKind
from optimizer.report.canvas import (
    draw_north,
    draw_scale_bar,
    draw_shape,
    draw_text,
    floor_axes,
    floor_limits,
    metres_per_point,
)
from optimizer.report.colours import DOOR_COLOURS, INK, OUTLET, WALL, WINDOW, ZONE_TINTS
from optimizer.report.fonts import text_size
from optimizer.report.place_words import has_chinese
from optimizer.report.words import both, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from optimizer.plan.model import Door, FloorPlan, Zone
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["DOOR_SIZE", "door_names", "plot_plan", "zone_name", "zone_size"]

#: A door this wide has two leaves, metres.
TWO_LEAVES = 1.2
#: Doors that open outwards, the way people flee.
OUTWARDS = (DoorKind.EXIT, DoorKind.EMERGENCY)
#: Doors whose kind is written beside them, and the font size of it, points.
STREET_DOORS, DOOR_SIZE = (DoorKind.ENTRANCE, *OUTWARDS), 6.5
#: Metres from the middle of a wall within which no name of a door begins.
OFF_WALL = 0.3
#: Metres by which it may reach over the edge of the picture's part of the page.
OVER_EDGE = 0.35


def plot_plan(
    study: Study,
    plan: FloorPlan | None = None,
    ax: Axes | None = None,
    *,
    zone_names: bool = True,
    language: Language = "both",
    panel: float = 0.0,
) -> Axes:
    """Draw the empty shell.

    Parameters
    ----------
    study
        What the plan belongs to.
    plan
        Plan to draw; None for the study's own.
    ax
        Axes to draw on; None for a new figure.
    zone_names
        Whether to write the zones' names; `plot_layout` writes them where fixtures leave room.
    language
        Language of the words.
    panel
        Inches to leave free at the right of a new figure, for a legend.

    Returns
    -------
    Axes
        In metres; every artist has a gid that starts with what it shows: "zone:", "door:", …
    """
    plan = study.plan if plan is None else plan
    ax = floor_axes(plan, ax, panel=panel)
    draw_shape(ax, plan.outline, gid="outline", facecolor="#fbfaf5", edgecolor=WALL, zorder=1)
    for zone in plan.zones:
        draw_shape(
            ax,
            zone.polygon,
            gid=f"zone:{zone.name}",
            facecolor=ZONE_TINTS[zone.kind],
            edgecolor="#b5b5b5",
            linestyle=(0, (4, 3)),
            zorder=1.2,
        )
    draw_shape(ax, plan.walls_with_openings, gid="walls", facecolor=WALL, edgecolor=WALL, zorder=3)
    for i, column in enumerate(plan.columns):
        draw_shape(ax, column, gid=f"column:{i}", facecolor=WALL, edgecolor=INK, zorder=3)
    for i, window in enumerate(plan.windows):
        x, y = np.asarray(window.coords)[:, :2].T
        ax.plot(x, y, color=WINDOW, linewidth=2.2, zorder=3.2, gid=f"window:{i}")
    for i, outlet in enumerate(plan.power):
        ax.plot([outlet.x], [outlet.y], marker="$Z$", markersize=4, color=OUTLET, gid=f"power:{i}")
    for door in plan.doors:
        _draw_door(ax, plan, door)
    for door_name, (where, text) in door_names(plan, language, metres_per_point(ax)).items():
        draw_text(ax, where, text, size=DOOR_SIZE, gid=f"door-label:{door_name}")
    if zone_names:
        for zone in plan.zones:
            free = max(
                get_parts(zone.polygon.difference(plan.solids)),
                key=lambda part: part.area,
                default=zone.polygon,
            )
            x, y = maximum_inscribed_circle(free, tolerance=0.05).coords[0]
            name = zone_name(zone, language)
            draw_text(ax, (x, y), name, size=zone_size(zone), gid=f"zone-label:{zone.name}")
    draw_scale_bar(ax, plan)
    draw_north(ax, plan, language)
    return ax


def zone_name(zone: Zone, language: Language = "both") -> str:
    """Return what is written in a zone: its kind in the language, and its own name if it has one.

    A name that only repeats the kind ("public_hall", "Public hall") is left out. In Chinese an
    English name is left out but for its number: "wealth room 2" is 贵宾区 2.
    """
    kind = word("zone", zone.kind, language, "\n")
    known = {zone.kind.value, word("zone", zone.kind, "en"), word("zone", zone.kind, "zh")}
    plain = _plain(zone.name).rstrip("0123456789 ")
    if any(plain in _plain(entry) for entry in known):
        return kind
    if language == "zh" and not has_chinese(zone.name):
        number = re.search(r"\d+$", zone.name)
        return f"{kind} {number[0]}" if number else kind
    return both(zone.name.replace("_", " "), kind, "both", "\n")


def _plain(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").casefold()


def zone_size(zone: Zone) -> float:
    """Return the font size of a zone's name, points: larger in larger zones."""
    return float(np.clip(5.0 + 0.25 * zone.polygon.area**0.5, 5.5, 8.5))


def door_names(
    plan: FloorPlan, language: Language = "both", scale: float = 0.0
) -> dict[str, tuple[tuple[float, float], str]]:
    """Return place and text of the names of street doors, by door; the legend has the others.

    `scale` is in metres a point: on a small picture names stand farther off, so that no wall covers
    them.
    """
    names = {}
    lowest, highest = np.reshape(floor_limits(plan), (2, 2))
    for door in plan.doors:
        if door.kind not in STREET_DOORS:
            continue
        side = np.array(_swing_side(plan, door))
        outward = side if door.kind in OUTWARDS else -side
        text = word("door", door.kind, language, "\n")
        half = np.array(text_size(text, DOOR_SIZE)) * scale / 2
        off = max(0.75, OFF_WALL + float(abs(outward) @ half))
        place = np.array(door.centre) + off * outward
        if door.kind in OUTWARDS:  # beside the leaves, which sweep the place in front
            along = np.array([outward[1], -outward[0]])
            place = place + (door.width / 2 + 0.3 + 0.6 * abs(along[0])) * along
        x, y = np.clip(place, lowest + half - OVER_EDGE, highest - half + OVER_EDGE)
        names[door.name] = ((float(x), float(y)), text)
    return names


def _draw_door(ax: Axes, plan: FloorPlan, door: Door) -> None:
    """Draw the opening in its kind's colour, its leaves and the quarter circles they sweep."""
    colour = DOOR_COLOURS[door.kind]
    ends = np.asarray(door.line.coords)[[0, -1], :2]
    ax.plot(*ends.T, color=colour, linewidth=2.2, zorder=4, gid=f"door:{door.name}")
    side = _swing_side(plan, door)
    pairs = [(ends[0], ends[1]), (ends[1], ends[0])]
    hinges = pairs if door.width > TWO_LEAVES else pairs[:1]
    leaf = door.width / len(hinges)
    for i, (hinge, other) in enumerate(hinges):
        closed = float(np.degrees(np.arctan2(*(other - hinge)[::-1])))
        open_ = float(np.degrees(np.arctan2(side[1], side[0])))
        turn = (open_ - closed + 180) % 360 - 180
        start, stop = (closed, closed + turn) if turn > 0 else (closed + turn, closed)
        sweep = Wedge(
            tuple(hinge), leaf, start, stop, facecolor="none", edgecolor=colour, linewidth=0.7
        )
        sweep.set(gid=f"swing:{door.name}:{i}", zorder=3.5)
        ax.add_patch(sweep)


def _swing_side(plan: FloorPlan, door: Door) -> tuple[float, float]:
    """Return the unit normal of the side that the leaves open to.

    Doors on the way out open outwards, others into the floor; a door that has floor on both
    sides opens to the side of its line's left.
    """
    nx, ny = door.normal
    x, y = door.centre
    inside = [
        plan.outline.covers(Point(x + sign * 0.6 * nx, y + sign * 0.6 * ny)) for sign in (1, -1)
    ]
    sign = -1.0 if inside == [False, True] else 1.0
    if door.kind in OUTWARDS and inside[0] != inside[1]:
        sign = -sign
    return sign * nx, sign * ny
