"""Layouts against scenarios: how far each is above the best for each.

In: regrets by layout and scenario. Out: axes with a coloured table.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from optimizer.report.canvas import chart_axes, draw_text
from optimizer.report.colours import GOOD, HARD_BROKEN, INK
from optimizer.report.fonts import drawable, font
from optimizer.report.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["plot_regret"]

#: Darkest tint of a cell: that of the greatest regret.
DARKEST = 0.75


def plot_regret(
    study: Study,
    regret: Mapping[str, Mapping[str, float]],
    ax: Axes | None = None,
    *,
    language: Language = "both",
) -> Axes:
    """Draw the regret of each layout in each scenario, the worst of each, and the robust one.

    Parameters
    ----------
    study
        Its name is the title.
    regret
        Objective above the best for the scenario, by layout, then by scenario; inf where the
        layout breaks a hard rule there.
    ax
        Axes to draw on; None for a new figure.
    language
        Language of the words.

    Returns
    -------
    Axes
        One row a layout. Gids: "regret:layout:scenario", "worst:layout", and "robust" around the
        row whose worst is least.
    """
    layouts = list(regret)
    scenarios = list(next(iter(regret.values()), {}))
    ax = chart_axes(ax, width=3.0 + 1.1 * (len(scenarios) + 1), height=1.6 + 0.45 * len(layouts))
    finite = [v for row in regret.values() for v in row.values() if math.isfinite(v)]
    most = max(finite, default=0.0) or 1.0
    worst = {name: max(row.values(), default=0.0) for name, row in regret.items()}
    for row, name in enumerate(layouts):
        cells = [(f"regret:{name}:{s}", regret[name][s]) for s in scenarios]
        for column, (gid, value) in enumerate([*cells, (f"worst:{name}", worst[name])]):
            _draw_cell(ax, (column, row), value, most, gid)
    if layouts and math.isfinite(least := min(worst.values())):
        at = next(i for i, name in enumerate(layouts) if worst[name] == least)
        _draw_robust(ax, at, len(scenarios) + 1)
    _label(ax, study, layouts, [*scenarios, word("whatif", "worst", language)], language)
    return ax


def _draw_cell(ax: Axes, at: tuple[int, int], value: float, most: float, gid: str) -> None:
    share = min(value / most, 1.0) if math.isfinite(value) else 1.0
    tint = (*to_rgb(HARD_BROKEN), DARKEST * share)
    cell = Rectangle((at[0] - 0.5, at[1] - 0.5), 1, 1, facecolor=tint, edgecolor="white")
    cell.set_gid(gid)
    ax.add_patch(cell)
    text = f"{value:+.0f}".replace("-", "−") if math.isfinite(value) else "✗"
    draw_text(ax, at, "0" if text in ("+0", "−0") else text, size=8, color=INK)


def _draw_robust(ax: Axes, row: int, columns: int) -> None:
    frame = Rectangle(
        (-0.5, row - 0.5), columns, 1, facecolor="none", edgecolor=GOOD, linewidth=2.2, zorder=5
    )
    frame.set_gid("robust")
    ax.add_patch(frame)


def _label(
    ax: Axes, study: Study, layouts: list[str], columns: list[str], language: Language
) -> None:
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_ylim(len(layouts) - 0.5, -0.5)
    ax.set_xticks(range(len(columns)))
    ax.set_xticklabels([drawable(name.replace(" ", "\n")) for name in columns], parse_math=False)
    ax.set_yticks(range(len(layouts)))
    ax.set_yticklabels([drawable(name) for name in layouts], parse_math=False)
    ax.tick_params(length=0)
    for label in [*ax.get_xticklabels(), *ax.get_yticklabels()]:
        label.set_fontproperties(font(7.5))
    what = word("whatif", "regret", language, between="\n")
    ax.set_title(drawable(f"{study.name}\n{what}"), fontproperties=font(9), parse_math=False)
