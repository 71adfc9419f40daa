"""The peak chart for the lobby (高峰提示图): how many come at which hour of which day.

In: a `Study`. Out: axes with one cell for each hour and weekday, busy hours marked and the best
times to come named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.patches import Rectangle

from optimizer.report.canvas import chart_axes, draw_legend, draw_text
from optimizer.report.colours import GOOD, INK
from optimizer.report.fonts import drawable, font
from optimizer.report.words import both

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["best_hours", "plot_peaks"]

#: Share of the busiest hour of the week from which on an hour is a peak, and below which it is
#: quiet enough to be advised.
PEAK, QUIET = 0.8, 0.6
#: So many best times are named for a day at most.
BEST = 3
#: From few to many people: light enough for black figures, and to tell apart in grey print.
LOADS = LinearSegmentedColormap.from_list("loads", ["#f3f7f1", "#f6d27a", "#d9603b"])
#: Text on cells that are fuller than this share is white.
DARK = 0.85
DAYS = (
    ("Mon", "周一"),
    ("Tue", "周二"),
    ("Wed", "周三"),
    ("Thu", "周四"),
    ("Fri", "周五"),
    ("Sat", "周六"),
    ("Sun", "周日"),
)


def best_hours(of_day: Mapping[int, float], most: float) -> tuple[int, ...]:
    """Hours of a day at which fewest come, in order of the day.

    Parameters
    ----------
    of_day
        People per hour by hour.
    most
        People of the busiest hour of the week: an hour with `QUIET` of them or more is not advised.
    """
    quiet = [hour for hour, people in of_day.items() if 0 < people < QUIET * most]
    return tuple(sorted(sorted(quiet, key=lambda hour: (of_day[hour], hour))[:BEST]))


def plot_peaks(study: Study, ax: Axes | None = None, *, language: Language = "both") -> Axes:
    """Draw the people expected by hour and weekday, with the best times to come.

    Where a study does not tell weekdays apart there is one row, a mean day. Gids: "cell:day:hour",
    "people:day:hour", "best:day:hour" for hours that are advised, "peak:day:hour" for peaks.
    """
    arrivals = study.mix.arrivals
    days: list[tuple[str, Mapping[int, float]]] = [
        (both(*DAYS[day], language), of_day) for day, of_day in sorted(arrivals.by_weekday.items())
    ] or [(both("Every day", "每日", language), arrivals.per_hour)]
    hours = sorted({hour for _, of_day in days for hour, people in of_day.items() if people > 0})
    most = max((people for _, of_day in days for people in of_day.values()), default=0.0) or 1.0
    ax = chart_axes(ax, width=8.3, height=2.2 + 0.5 * len(days))
    for row, (_, of_day) in enumerate(days):
        _draw_day(ax, row, of_day, hours, most)
    ax.set_xlim(0, max(len(hours), 1))
    ax.set_ylim(len(days), 0)
    ax.set_xticks([k + 0.5 for k in range(len(hours))])
    ax.set_xticklabels([f"{hour}:00" for hour in hours])
    ax.set_yticks([k + 0.5 for k in range(len(days))])
    ax.set_yticklabels([drawable(name) for name, _ in days], parse_math=False)
    ax.tick_params(length=0)
    for label in [*ax.get_xticklabels(), *ax.get_yticklabels()]:
        label.set_fontproperties(font(9))
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    title = both("When to come: people expected an hour", "高峰提示：每小时预计到店人数", language)
    ax.set_title(drawable(f"{title}\n{study.name}"), fontproperties=font(11), parse_math=False)
    _draw_key(ax, language)
    return ax


def _draw_day(
    ax: Axes, row: int, of_day: Mapping[int, float], hours: list[int], most: float
) -> None:
    """Draw one row of cells."""
    best = best_hours(of_day, most)
    for column, hour in enumerate(hours):
        people = of_day.get(hour, 0.0)
        share = people / most
        cell = Rectangle(
            (column, row), 1, 1, facecolor=to_hex(LOADS(share)), edgecolor="white", linewidth=1.5
        )
        cell.set_gid(f"cell:{row}:{hour}")
        ax.add_patch(cell)
        if hour in best:
            frame = Rectangle(
                (column + 0.05, row + 0.07), 0.9, 0.86, fill=False, edgecolor=GOOD, linewidth=2.0
            )
            frame.set_gid(f"best:{row}:{hour}")
            ax.add_patch(frame)
        ink = "white" if share > DARK else INK
        middle = (column + 0.5, row + 0.5)
        draw_text(ax, middle, f"{people:.0f}", size=9, color=ink, gid=f"people:{row}:{hour}")
        if share >= PEAK:
            corner = (column + 0.5, row + 0.17)
            draw_text(ax, corner, "▲", size=5, color=ink, gid=f"peak:{row}:{hour}")


def _draw_key(ax: Axes, language: Language) -> None:
    """Say what frames and marks mean."""
    frame = Rectangle((0, 0), 1, 1, fill=False, edgecolor=GOOD, linewidth=2.0)
    full = Rectangle((0, 0), 1, 1, facecolor=to_hex(LOADS(1.0)))
    few = Rectangle((0, 0), 1, 1, facecolor=to_hex(LOADS(0.1)))
    draw_legend(
        ax,
        [
            (frame, both("best times", "推荐办理时段", language)),
            (full, f"▲ {both('peak', '高峰', language)}"),
            (few, both("quiet", "空闲", language)),
        ],
    )
