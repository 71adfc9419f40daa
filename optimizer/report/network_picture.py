"""Overview of a network without a map: one tile a branch, by format, coloured by what it saves.

In: a `Rollout`. Out: axes. Grey: no new layout; white: one whose saving is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from optimizer.network.portfolio import words_of_portfolio
from optimizer.report.canvas import chart_axes, draw_legend, draw_text
from optimizer.report.colours import HARD_BROKEN, INK
from optimizer.report.words import both

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from optimizer.network.rollout import BranchProgress, Rollout
    from optimizer.report.words import Language

__all__ = ["plot_network"]

#: Tiles in a row.
ACROSS = 20
#: Saving that has the darkest colour; a loss has the lightest of the other side.
MOST = 0.3
SAVINGS = LinearSegmentedColormap.from_list("savings", ["#d9603b", "#f7f3e8", "#117733"])
WITHOUT, UNKNOWN = "#d8d8d8", "#ffffff"


def plot_network(rollout: Rollout, ax: Axes | None = None, *, language: Language = "both") -> Axes:
    """Draw every branch as a tile, formats below each other.

    A dot marks smart branches, a red frame broken hard rules. Gids: "tile:", "smart:", "broken:"
    with the branch's name, "format:" with the format.
    """
    words = words_of_portfolio()["formats"]
    groups = {name: [r for r in rollout.rows if r.branch.format == name] for name in (*words, "")}
    groups = {name: rows for name, rows in groups.items() if rows}
    lines = sum(1 + -(-len(rows) // ACROSS) for rows in groups.values())
    ax = chart_axes(ax, width=10.0, height=0.6 + 0.46 * lines)
    y = 0.0
    for name, rows in groups.items():
        entry = words.get(name, {"en": "no format", "zh": "未注明业态"})
        done = sum(row.re_laid_out for row in rows)
        text = f"{both(entry['en'], entry['zh'], language)}  {done}/{len(rows)}"
        draw_text(ax, (0.0, y + 0.6), text, size=9, ha="left", gid=f"format:{name}")
        y += 1
        ordered = sorted(
            rows, key=lambda r: (not r.re_laid_out, r.saving() is None, -(r.saving() or 0.0))
        )
        for i, row in enumerate(ordered):
            _draw_tile(ax, row, i % ACROSS, y + i // ACROSS)
        y += -(-len(rows) // ACROSS)
    ax.set_xlim(-0.1, ACROSS + 0.1)
    ax.set_ylim(y + 0.1, 0)
    ax.set_axis_off()
    frame = Rectangle((0, 0), 1, 1, fill=False, edgecolor=HARD_BROKEN, linewidth=2.0)
    smart = Line2D([], [], linestyle="", marker="o", color=INK, markersize=4)
    entries: list[tuple[Artist, str]] = [
        (smart, both("smart branch", "智能网点", language)),
        (frame, both("a hard rule is broken", "不符合强制性要求", language)),
        (_swatch(colour_of(MOST)), both("saves 30 % of walking", "步行减少30%", language)),
        (_swatch(colour_of(0.0)), both("saves nothing", "无变化", language)),
        (_swatch(colour_of(-MOST)), both("30 % more walking", "步行增加30%", language)),
        (_swatch(UNKNOWN), both("re-laid out, no figures", "已改造，无数据", language)),
        (_swatch(WITHOUT), both("not yet re-laid out", "未改造", language)),
    ]
    draw_legend(ax, entries)
    return ax


def colour_of(saving: float) -> str:
    """Colour of a saving, a share."""
    return str(to_hex(SAVINGS(0.5 + 0.5 * max(-1.0, min(1.0, saving / MOST)))))


def _swatch(colour: str) -> Rectangle:
    return Rectangle((0, 0), 1, 1, facecolor=colour, edgecolor="#999999", linewidth=0.6)


def _draw_tile(ax: Axes, row: BranchProgress, x: float, y: float) -> None:
    """Draw one branch."""
    saving = row.saving()
    colour = WITHOUT if not row.re_laid_out else UNKNOWN if saving is None else colour_of(saving)
    tile = Rectangle(
        (x + 0.04, y + 0.06), 0.92, 0.88, facecolor=colour, edgecolor="#999999", linewidth=0.6
    )
    tile.set_gid(f"tile:{row.branch.name}")
    ax.add_patch(tile)
    if row.hard_broken:
        frame = Rectangle(
            (x + 0.08, y + 0.1), 0.84, 0.8, fill=False, edgecolor=HARD_BROKEN, linewidth=2.0
        )
        frame.set_gid(f"broken:{row.branch.name}")
        ax.add_patch(frame)
    ink = "white" if saving is not None and abs(saving) > 0.7 * MOST else INK
    place = (x + 0.5, y + 0.5)
    name = row.branch.name if len(row.branch.name) <= 8 else row.branch.name[:7] + "…"
    draw_text(ax, place, name, size=5.5, color=ink, gid=f"name:{row.branch.name}")
    if row.smart:
        dot = (x + 0.85, y + 0.26)
        draw_text(ax, dot, "●", size=4.5, color=ink, gid=f"smart:{row.branch.name}")
