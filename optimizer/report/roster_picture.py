"""Picture of a roster: open windows through the day against those that are needed, waits below.

In: a `Study` and its `Roster`. Out: axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from optimizer.report.canvas import chart_axes, draw_legend, draw_text
from optimizer.report.colours import BUSINESS_COLOURS, HARD_BROKEN, INK
from optimizer.report.fonts import drawable, font
from optimizer.report.words import both, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from optimizer.demand.roster.model import Roster
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["plot_roster"]

MINUTES_PER_HOUR = 60.0
#: Part of the height above the line of nothing that the waits get below it.
BELOW = 0.5


def plot_roster(
    study: Study, roster: Roster, ax: Axes | None = None, *, language: Language = "both"
) -> Axes:
    """Draw the open windows of each half hour by type, the fewest that are enough, and the waits.

    Parameters
    ----------
    study
        Labels of the fixture types; its name is the title.
    roster
        From `optimizer.roster`.
    ax
        Axes to draw on; None for a new figure.
    language
        Language of the words.

    Returns
    -------
    Axes
        Of the windows; the waits hang below them, on an axis of their own. Gids: "open:type",
        "needed", "wait:before", "wait:after".
    """
    ax = chart_axes(ax, width=8.5, height=5.0)
    ax.set_title(drawable(study.name), fontproperties=font(10), parse_math=False)
    if not roster.slots:
        draw_text(ax, (0.5, 0.5), word("picture", "nothing", language), size=9, gid="nothing")
        return ax
    starts = [slot.start / MINUTES_PER_HOUR for slot in roster.slots]
    length = min(np.diff(starts)) if len(starts) > 1 else 1.0
    edges = np.array([*starts, starts[-1] + length])
    entries: list[tuple[Any, str]] = []
    below = np.zeros(len(starts))
    for k, kind in enumerate(roster.slots[0].open):
        count = np.array([slot.open[kind] for slot in roster.slots], dtype=float)
        colour = BUSINESS_COLOURS[k % len(BUSINESS_COLOURS)]
        area = ax.stairs(below + count, edges, baseline=below, fill=True, color=colour, alpha=0.75)
        area.set_gid(f"open:{kind}")
        below = below + count
        name = both(study.types[kind].label, study.types[kind].label_zh, language)
        entries.append((area, name or kind))
    least = np.array([slot.least for slot in roster.slots], dtype=float)
    line = ax.stairs(least, edges, baseline=None, color=INK, linewidth=1.6, linestyle="--")
    line.set_gid("needed")
    entries.append((line, word("picture", "roster_needed", language)))
    top = 1.15 * max(below.max(), least.max(), 1.0)
    ax.set_ylim(-BELOW * top, top)
    ax.set_yticks(
        [tick for tick in MaxNLocator(integer=True).tick_values(0, top) if 0 <= tick < top]
    )
    ax.axhline(0.0, color=INK, linewidth=0.8)
    _label(ax, "y", "open_windows", language)
    _label(ax, "x", "time_of_day", language)
    entries += _waits(ax, roster, edges, language)
    hours = np.arange(np.ceil(edges[0]), edges[-1] + 0.01)
    ax.set_xticks(hours)
    ax.set_xticklabels([f"{int(hour):02d}:00" for hour in hours])
    ax.set_xlim(edges[0], edges[-1])
    for text in [*ax.get_yticklabels(), *ax.get_xticklabels()]:
        text.set_fontproperties(font(7.5))
    draw_legend(ax, entries)
    return ax


def _waits(
    ax: Axes, roster: Roster, edges: np.ndarray, language: Language
) -> list[tuple[Any, str]]:
    """Hang the waits below the windows; the entries of the legend for them."""
    lower = ax.twinx()
    lower.spines["top"].set_visible(False)
    entries: list[tuple[Any, str]] = []
    longest = 1.0
    for name, key, colour, waits in (
        ("before", "wait_all_open", INK, [slot.wait_before for slot in roster.slots]),
        ("after", "wait_roster", HARD_BROKEN, [slot.wait_after for slot in roster.slots]),
    ):
        line = lower.stairs(waits, edges, baseline=None, color=colour, linewidth=1.5)
        line.set_gid(f"wait:{name}")
        entries.append((line, word("picture", key, language)))
        longest = max(longest, *waits)
    # minutes grow downwards from the line of nothing, in the part below it
    deepest = 1.1 * longest
    lower.set_ylim(deepest, -deepest / BELOW)
    lower.set_yticks(
        [tick for tick in MaxNLocator(4).tick_values(0, deepest) if 0 <= tick <= deepest]
    )
    _label(lower, "y", "minutes", language)
    for text in lower.get_yticklabels():
        text.set_fontproperties(font(7.5))
    return entries


def _label(ax: Axes, axis: str, key: str, language: Language) -> None:
    """Write what an axis shows."""
    (ax.set_ylabel if axis == "y" else ax.set_xlabel)(
        drawable(word("picture", key, language)), fontproperties=font(8), parse_math=False
    )
