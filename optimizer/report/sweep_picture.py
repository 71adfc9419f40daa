"""A figure of a sweep over one of its keys, with the knee.

In: columns of numbers, as `sweep` gives them. Out: axes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from optimizer.report.canvas import chart_axes, draw_legend
from optimizer.report.colours import BUSINESS_COLOURS, HARD_BROKEN
from optimizer.report.fonts import drawable, font
from optimizer.report.words import unit_of, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["find_knee", "plot_sweep"]

#: A bend less than this share of the height is none.
STRAIGHT = 0.05
#: From a knee to its name, points.
NAME_AWAY = (8.0, 7.0)


def find_knee(x: Sequence[float], y: Sequence[float]) -> int | None:
    """Index of the point after which y falls least for its x; None where the line has no bend.

    It is the point farthest below the chord from the first to the last, both axes taken from 0 to
    1 (Satopää and others 2011, doi:10.1109/ICDCSW.2011.20).

    Parameters
    ----------
    x, y
        Places, rising, and values; those that are not finite are passed by.
    """
    found = [i for i, value in enumerate(y) if math.isfinite(value)]
    if len(found) < 3:
        return None
    across, height = np.array([x[i] for i in found]), np.array([y[i] for i in found])
    if across[-1] == across[0] or height.max() == height.min():
        return None
    share = (across - across[0]) / (across[-1] - across[0])
    chord = height[0] + share * (height[-1] - height[0])
    below = (chord - height) / (height.max() - height.min())
    return found[int(below.argmax())] if below.max() > STRAIGHT else None


def plot_sweep(
    study: Study,
    columns: Mapping[str, Sequence[float]],
    key: str,
    *,
    figure: str = "objective",
    by: str | None = None,
    ax: Axes | None = None,
    language: Language = "both",
) -> Axes:
    """Draw a figure over the numbers of one key, one line for each number of another.

    Parameters
    ----------
    study
        Its name is the title.
    columns
        Numbers by column: the table of `sweep`.
    key
        Key along x.
    figure
        Column along y.
    by
        Second key: a line for each of its numbers; None for one line.
    ax
        Axes to draw on; None for a new figure.
    language
        Language of the words.

    Returns
    -------
    Axes
        Gids: "line:" with the number of `by` or "all", and "knee:" with the same.
    """
    ax = chart_axes(ax, width=6.5, height=4.0)
    x, y = _numbers(columns[key]), _numbers(columns[figure])
    groups = {"all": np.ones(len(x), dtype=bool)}
    if by is not None:
        numbers = _numbers(columns[by])
        groups = {f"{number:g}": numbers == number for number in dict.fromkeys(numbers)}
    entries = []
    for i, (name, chosen) in enumerate(groups.items()):
        order = np.argsort(x[chosen], kind="stable")
        across, height = x[chosen][order], y[chosen][order]
        colour = BUSINESS_COLOURS[i % len(BUSINESS_COLOURS)]
        (line,) = ax.plot(across, height, color=colour, marker="o", gid=f"line:{name}")
        if by is not None:
            entries.append((line, f"{by} = {name}"))
        knee = find_knee(across.tolist(), height.tolist())
        if knee is not None:
            _draw_knee(ax, (float(across[knee]), float(height[knee])), name, language)
    if all(value == round(value) for value in x):
        ax.set_xticks(sorted(set(x)))
    _label(ax, study, key, figure, language)
    draw_legend(ax, entries)
    return ax


def _draw_knee(ax: Axes, where: tuple[float, float], name: str, language: Language) -> None:
    (ring,) = ax.plot(
        [where[0]], [where[1]], marker="o", markersize=13, markerfacecolor="none",
        markeredgecolor=HARD_BROKEN, markeredgewidth=1.8, linestyle="none",
    )  # fmt: skip
    ring.set_gid(f"knee:{name}")
    text = word("pareto", "knee", language)
    ax.annotate(
        drawable(text), where, xytext=NAME_AWAY, textcoords="offset points", color=HARD_BROKEN,
        fontproperties=font(8), parse_math=False,
    )  # fmt: skip


def _numbers(column: Sequence[float]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.asarray(column, dtype=float)
    return found


def _label(ax: Axes, study: Study, key: str, figure: str, language: Language) -> None:
    kind, _, name = key.partition(".")
    what = study.types[name].label if kind == "count" and name in study.types else key
    unit = unit_of(figure)
    ax.set_xlabel(drawable(what), fontproperties=font(8.5), parse_math=False)
    ax.set_ylabel(
        drawable(word("figure", figure, language) + (f" ({unit})" if unit else "")),
        fontproperties=font(8.5),
        parse_math=False,
    )
    ax.set_title(drawable(study.name), fontproperties=font(10), parse_math=False)
    for label in [*ax.get_xticklabels(), *ax.get_yticklabels()]:
        label.set_fontproperties(font(7.5))
