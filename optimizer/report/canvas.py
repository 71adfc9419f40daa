"""The paper that floor plans are drawn on: axes in metres, shapes, texts, scale bar, north arrow.

In: a floor plan's size, shapely geometry, words. Out: matplotlib axes and artists. Figures are
made as objects with the Agg canvas; matplotlib's global figures and settings stay untouched.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from shapely import get_parts

from optimizer.report.colours import INK
from optimizer.report.fonts import drawable, font
from optimizer.report.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend
    from matplotlib.text import Text
    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import FloorPlan
    from optimizer.report.words import Language

__all__ = [
    "chart_axes",
    "draw_legend",
    "draw_north",
    "draw_scale_bar",
    "draw_shape",
    "draw_text",
    "figure_of",
    "floor_axes",
    "floor_limits",
    "metres_per_point",
    "new_figure",
]

#: White space around a plan, metres: room for labels, and below it for the scale bar.
MARGIN, MARGIN_BELOW = 1.6, 2.2
#: Inches per metre of a picture that is not told its size, and the longest side in inches.
INCHES_PER_METRE, LONGEST = 0.6, 20.0


def new_figure(width: float, height: float) -> Figure:
    """Return an empty white figure of a size in inches, with the Agg canvas."""
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def floor_limits(plan: FloorPlan) -> tuple[float, float, float, float]:
    """Return x0, y0, x1, y1 of a picture of the plan, metres: the outline and a margin."""
    x0, y0, x1, y1 = plan.outline.bounds
    return (x0 - MARGIN, y0 - MARGIN_BELOW, x1 + MARGIN, y1 + MARGIN)


def floor_axes(plan: FloorPlan, ax: Axes | None, *, panel: float = 0.0) -> Axes:
    """Return axes in metres with equal scales that show the whole plan.

    Parameters
    ----------
    plan
        What will be drawn.
    ax
        Axes to use; None for those of a new figure in a scale that fits the plan.
    panel
        Inches to leave free at the right of a new figure, for a legend.
    """
    x0, y0, x1, y1 = floor_limits(plan)
    if ax is None:
        scale = min(INCHES_PER_METRE, LONGEST / max(x1 - x0, y1 - y0))
        width = (x1 - x0) * scale
        figure = new_figure(width + panel, (y1 - y0) * scale)
        ax = figure.add_axes((0, 0, width / (width + panel), 1))
    ax.set_axis_off()
    ax.set_xlim(x0, x1)
    ax.set_ylim(y0, y1)
    ax.set_aspect("equal", adjustable="box", anchor="C")
    ax.apply_aspect()
    return ax


def chart_axes(ax: Axes | None, *, width: float = 7.0, height: float = 4.0) -> Axes:
    """Return plain chart axes with a light frame; None makes a figure of a size in inches."""
    if ax is None:
        figure = new_figure(width, height)
        figure.set_layout_engine("constrained")
        ax = figure.add_subplot()
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def figure_of(ax: Axes) -> Figure:
    """Return the figure that axes lie on."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes lie on no figure any more; draw on axes that are on one")
    return figure


def metres_per_point(ax: Axes) -> float:
    """Return how many metres of the plan one typographic point covers on these axes."""
    (x0, _), (x1, _) = ax.transData.transform([(0.0, 0.0), (1.0, 0.0)])
    return float(figure_of(ax).dpi / (72.0 * (x1 - x0)))


def draw_shape(ax: Axes, shape: BaseGeometry, *, gid: str, **style: Any) -> PathPatch | None:
    """Draw the polygons of a geometry, holes left open, as one patch; None where it has none."""
    codes: list[Any] = []
    corners: list[np.ndarray] = []
    for part in get_parts(shape):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        for ring in (part.exterior, *part.interiors):
            points = np.asarray(ring.coords)[:, :2]
            corners.append(points)
            codes += [Path.MOVETO, *[Path.LINETO] * (len(points) - 2), Path.CLOSEPOLY]
    if not corners:
        return None
    patch = PathPatch(Path(np.concatenate(corners), codes), **{"linewidth": 0.6, **style})
    patch.set_gid(gid)
    ax.add_artist(patch)  # not add_patch: the limits of the axes are set already
    return patch


def draw_text(
    ax: Axes,
    where: tuple[float, float],
    text: str,
    *,
    size: float,
    gid: str = "",
    ground: bool = False,
    **style: Any,
) -> Text:
    """Write a text at a place in metres, never as a formula, on a white ground if asked."""
    settings = {"ha": "center", "va": "center", "color": INK, "zorder": 9, **style}
    written = ax.text(
        *where,
        drawable(text),
        fontproperties=font(size),
        parse_math=False,
        linespacing=1.05,
        **settings,
    )
    if ground:
        style_of_box = {"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none"}
        written.set_bbox({**style_of_box, "alpha": 0.75})
    if gid:
        written.set_gid(gid)
    return written


def draw_scale_bar(ax: Axes, plan: FloorPlan) -> None:
    """Draw a bar of a round length in metres below the plan, in four fields."""
    width, _ = plan.size
    length = _round_length(width / 4)
    x0, y0 = plan.outline.bounds[0], plan.outline.bounds[1] - 1.55
    field, height = length / 4, 0.008 * max(plan.size)
    for i in range(4):
        bar = Rectangle(
            (x0 + i * field, y0),
            field,
            height,
            facecolor=INK if i % 2 == 0 else "white",
            edgecolor=INK,
            linewidth=0.6,
            zorder=6,
        )
        bar.set_gid(f"scale-bar:{i}")
        ax.add_patch(bar)
    for share, name in ((0.0, "0"), (0.5, f"{length / 2:g}"), (1.0, f"{length:g} m")):
        place = (x0 + share * length, y0 - 0.1)
        draw_text(ax, place, name, size=7, gid=f"scale-bar-label:{name}", va="top")


def draw_legend(
    ax: Axes, entries: Sequence[tuple[Artist, str]], *, title: str = "", size: float = 7.0
) -> Legend | None:
    """Draw a legend at the right of the axes, outside them; None where there is nothing to say."""
    if not entries:
        return None
    legend = ax.legend(
        [handle for handle, _ in entries],
        [" "] * len(entries),
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        frameon=False,
        prop=font(size),
        title=drawable(title) or None,
        title_fontproperties=font(size + 1),
        alignment="left",
    )
    # set afterwards: a name may begin with "_" or hold "$", which a legend would take as a sign
    for written, (_, text) in zip(legend.get_texts(), entries, strict=True):
        written.set_parse_math(False)
        written.set_text(drawable(text))
    legend.set_gid("legend")
    return legend


def draw_north(ax: Axes, plan: FloorPlan, language: Language = "both") -> None:
    """Draw an arrow to the north beside the scale bar, where the plan says where north is."""
    if plan.north is None:
        return
    turn = math.radians(plan.north)
    ahead = np.array([math.cos(turn), math.sin(turn)])
    aside = np.array([-ahead[1], ahead[0]])
    middle = np.array([plan.outline.bounds[2] - 0.6, plan.outline.bounds[1] - 1.3])
    tip, tail = middle + 0.5 * ahead, middle - 0.4 * ahead
    corners = [tip, tail + 0.28 * aside, middle - 0.2 * ahead, tail - 0.28 * aside]
    arrow = Polygon(corners, closed=True, facecolor=INK, edgecolor=INK, linewidth=0.5, zorder=6)
    arrow.set_gid("north-arrow")
    ax.add_patch(arrow)
    x, y = middle - 0.75 * ahead
    draw_text(ax, (x, y), word("picture", "north", language, "/"), size=7, gid="north-label")


def _round_length(length: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is at most the length."""
    power = 10.0 ** math.floor(math.log10(max(length, 1e-6)))
    return max(step * power for step in (1, 2, 5) if step * power <= max(length, power))
