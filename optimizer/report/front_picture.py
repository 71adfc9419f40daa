"""Picture of a Pareto front: two axes on paper, a third as colour.

In: a `Study` and its `ParetoFront`. Out: axes. Every point is a dot; those with a role are named,
the knee is marked, and today's layout stands beside them for comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from optimizer.report.canvas import chart_axes, figure_of
from optimizer.report.colours import BUSINESS_COLOURS, HARD_BROKEN, INK
from optimizer.report.fonts import drawable, font, text_size
from optimizer.report.front import percent
from optimizer.report.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from optimizer.place.pareto import ParetoFront, ParetoPoint
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["plot_pareto"]

#: Font size of names, and distances from their points that are tried, points.
SIZE, AWAY = 7.0, (6.0, 12.0, 20.0, 30.0, 42.0, 56.0, 72.0, 90.0)
#: Directions around a point in which its name may stand.
DIRECTIONS = 24
#: Half the size of a dot and of a marked dot, points.
DOT, MARKED = 3.5, 6.5
#: Today's layout is drawn in its place up to so many spans of the front away, else on the rim.
FAR = 0.6
#: Colour map whose lightness alone tells the order, for print and for the colour-blind.
MAP = "cividis"


@dataclass(frozen=True, kw_only=True)
class _Name:
    """A name to be written at a place on paper, in points from the lower left of the axes."""

    gid: str
    text: str
    at: tuple[float, float]
    colour: str


def plot_pareto(
    study: Study,
    front: ParetoFront,
    ax: Axes | None = None,
    *,
    language: Language = "both",
    picked: Sequence[str] = (),
) -> Axes:
    """Draw a front in its first two axes, the third as colour.

    Parameters
    ----------
    study
        Its name is the title.
    front
        What is drawn; without points an empty frame.
    ax
        Axes to draw on; None for a new figure.
    language
        Language of the words.
    picked
        Names of points to mark and name besides those that have a role.

    Returns
    -------
    Axes
        Gids: "points", "edge" (the front in these two axes alone), "knee", "today", and "name:"
        with the name of a point.
    """
    ax = chart_axes(ax, width=8.6, height=5.6)
    names = [*(axis.name for axis in front.axes), *front.constant][:3]
    values = np.array([[p.values[name] for name in names] for p in front.points])
    _label(ax, front, names, language)
    ax.set_title(drawable(study.name), fontproperties=font(10), parse_math=False)
    if not len(values) or len(names) < 2:
        return ax
    today = None if front.today is None else tuple(front.today[name] for name in names)
    _set_limits(ax, values, today)
    _draw_edge(ax, values)
    _draw_points(ax, front, values, names, language)
    marked = [i for i, p in enumerate(front.points) if p.roles or p.name in picked]
    for i in marked:
        _mark(ax, front.points[i], values[i], picked)
    if today is not None:
        _draw_today(ax, today)
    figure_of(ax).canvas.draw()  # settles where the axes lie, which the names need
    _write_names(ax, front, values, marked, today, language)
    return ax


def _label(ax: Axes, front: ParetoFront, names: Sequence[str], language: Language) -> None:
    units = {axis.name: axis.unit for axis in front.axes}
    for name, paper in zip(names, (ax.xaxis, ax.yaxis), strict=False):
        unit = f" ({units[name]})" if name in units else ""
        text = f"{word('pareto', name, language)}{unit}"
        paper.set_label_text(drawable(text), fontproperties=font(8.5), parse_math=False)
    for label in [*ax.get_xticklabels(), *ax.get_yticklabels()]:
        label.set_fontproperties(font(7.5))


def _set_limits(ax: Axes, values: NDArray[np.float64], today: tuple[float, ...] | None) -> None:
    """Show all points with room for names, and today's layout where it is not too far away."""
    for column, limit in ((0, ax.set_xlim), (1, ax.set_ylim)):
        low, high = float(values[:, column].min()), float(values[:, column].max())
        span = (high - low) or max(0.1 * abs(high), 0.1)
        if today is not None:
            low = max(min(low, today[column]), low - FAR * span)
            high = min(max(high, today[column]), high + FAR * span)
        limit(low - 0.12 * span, high + 0.2 * span)


def _draw_edge(ax: Axes, values: NDArray[np.float64]) -> None:
    """Draw the steps of the points that are best in these two axes alone."""
    order = np.lexsort([values[:, 1], values[:, 0]])
    lowest = np.minimum.accumulate(values[order, 1])
    best = order[values[order, 1] < np.concatenate([[np.inf], lowest[:-1]])]
    (line,) = ax.step(
        values[best, 0], values[best, 1], where="post", color="#999999", linewidth=1.0, zorder=1
    )
    line.set_gid("edge")


def _draw_points(
    ax: Axes,
    front: ParetoFront,
    values: NDArray[np.float64],
    names: Sequence[str],
    language: Language,
) -> None:
    varying = [axis for axis in front.axes if axis.name in names[2:]]
    style: dict[str, Any] = {"color": BUSINESS_COLOURS[0]}
    if varying:
        style = {"c": values[:, 2], "cmap": MAP}
    dots = ax.scatter(
        values[:, 0], values[:, 1], s=(2 * DOT) ** 2, edgecolors=INK, linewidths=0.5, zorder=3,
        **style,
    )  # fmt: skip
    dots.set_gid("points")
    if not varying:
        return
    whole = bool(np.allclose(values[:, 2], np.round(values[:, 2])))
    bar = figure_of(ax).colorbar(
        dots, ax=ax, shrink=0.7, pad=0.02, ticks=MaxNLocator(nbins=6, integer=whole)
    )
    text = f"{word('pareto', varying[0].name, language)} ({varying[0].unit})"
    bar.set_label(drawable(text), fontproperties=font(8))
    for label in bar.ax.get_yticklabels():
        label.set_fontproperties(font(7.5))


def _mark(ax: Axes, point: ParetoPoint, value: NDArray[np.float64], picked: Sequence[str]) -> None:
    """Put a ring around a named point, a thick one around the knee and the picked ones."""
    strong = "knee" in point.roles or point.name in picked
    (ring,) = ax.plot(
        [value[0]], [value[1]], marker="o", markersize=2 * MARKED, markerfacecolor="none",
        markeredgecolor=HARD_BROKEN if strong else INK, markeredgewidth=1.8 if strong else 0.8,
        linestyle="none", zorder=4,
    )  # fmt: skip
    ring.set_gid("knee" if "knee" in point.roles else f"ring:{point.name}")


def _shown(ax: Axes, today: tuple[float, ...]) -> tuple[float, float]:
    """Where today's layout is drawn: on the rim where it lies beyond it."""
    (x0, x1), (y0, y1) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    rim_x, rim_y = 0.02 * (x1 - x0), 0.02 * (y1 - y0)
    x = min(max(today[0], x0 + rim_x), x1 - rim_x)
    return x, min(max(today[1], y0 + rim_y), y1 - rim_y)


def _draw_today(ax: Axes, today: tuple[float, ...]) -> None:
    x, y = _shown(ax, today)
    (cross,) = ax.plot(
        [x], [y], marker="X", markersize=9, color=BUSINESS_COLOURS[2],
        markeredgecolor="white", linestyle="none", zorder=4,
    )  # fmt: skip
    cross.set_gid("today")


def _write_names(
    ax: Axes,
    front: ParetoFront,
    values: NDArray[np.float64],
    marked: Sequence[int],
    today: tuple[float, ...] | None,
    language: Language,
) -> None:
    """Write the names of the marked points where they cover nothing, with a line where far off."""
    scale = 72.0 / figure_of(ax).dpi
    corner = np.array(ax.bbox.min)

    def on_paper(where: Sequence[float]) -> tuple[float, float]:
        x, y = (np.array(ax.transData.transform((where[0], where[1]))) - corner) * scale
        return float(x), float(y)

    dots = [on_paper(value) for value in values]
    names = [
        _Name(
            gid=f"name:{front.points[i].name}",
            text=_text(front, front.points[i], language),
            at=dots[i],
            colour=HARD_BROKEN if "knee" in front.points[i].roles else INK,
        )
        for i in marked
    ]
    if today is not None:
        dots.append(on_paper(_shown(ax, today)))
        text = f"{word('pareto', 'today', language)} ({today[0]:.3g}; {today[1]:.3g})"
        if _shown(ax, today) != tuple(today[:2]):
            text += " →"
        names.append(_Name(gid="name:today", text=text, at=dots[-1], colour=BUSINESS_COLOURS[2]))
    size = (float(ax.bbox.width) * scale, float(ax.bbox.height) * scale)
    taken = [(x - MARKED, y - MARKED, x + MARKED, y + MARKED) for x, y in dots]
    names.sort(key=lambda name: name.colour == INK)  # the knee and today choose first
    for name in names:
        where = _place(name, size, taken)
        if where is None:
            continue
        taken.append(where)
        middle = ((where[0] + where[2]) / 2, (where[1] + where[3]) / 2)
        written = ax.annotate(
            drawable(name.text), xy=name.at, xycoords="axes points", xytext=middle,
            textcoords="axes points", ha="center", va="center", color=name.colour,
            fontproperties=font(SIZE), parse_math=False, zorder=6, linespacing=1.1,
            arrowprops={"arrowstyle": "-", "color": name.colour, "linewidth": 0.5,
                        "shrinkA": 1.0, "shrinkB": MARKED},
        )  # fmt: skip
        written.set_gid(name.gid)


def _text(front: ParetoFront, point: ParetoPoint, language: Language) -> str:
    """Name of a point by its roles; at the knee also what it gives for what."""
    lines = [word("pareto", role, language) for role in point.roles] or [point.name]
    if "knee" in point.roles and len(front.axes) > 1:
        change = front.changes(point, front.points[0])
        first, second = front.axes[0].name, front.axes[1].name
        lines.append(
            f"{word('pareto', second, language)} {percent(change[second])},\n"
            f"{word('pareto', first, language)} {percent(change[first])}"
        )
    return "\n".join(lines)


#: x0, y0, x1, y1 on paper, points.
_Box = tuple[float, float, float, float]


def _place(name: _Name, size: tuple[float, float], taken: Sequence[_Box]) -> _Box | None:
    """Nearest place around a point where its name covers nothing; None where there is none."""
    width, height = text_size(name.text, SIZE)
    half = (width / 2 + 1.5, height * 1.1 / 2 + 1.5)
    for away in AWAY:
        for turn in np.linspace(0.25 * np.pi, 2.25 * np.pi, DIRECTIONS, endpoint=False):
            x = name.at[0] + (half[0] + away) * float(np.cos(turn))
            y = name.at[1] + (half[1] + away) * float(np.sin(turn))
            where = (x - half[0], y - half[1], x + half[0], y + half[1])
            inside = where[0] >= 0 and where[1] >= 0 and where[2] <= size[0] and where[3] <= size[1]
            if inside and not any(_overlap(where, other) for other in taken):
                return where
    return None


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
