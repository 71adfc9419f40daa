"""Before and after: two layouts side by side, and what moved.

In: a `Study` and two layouts with their evaluations. Out: axes with one arrow for each fixture
that moved, and a one-page sheet for a meeting.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.patches import FancyArrowPatch
from matplotlib.patheffects import withStroke
from shapely import LineString

from optimizer.equipment.layout import placed_box
from optimizer.report.canvas import draw_shape, floor_limits, new_figure
from optimizer.report.colours import HARD_BROKEN, INK, group_colours
from optimizer.report.figures import format_figure, headline_figures
from optimizer.report.flow_picture import flow_legend, plot_flows
from optimizer.report.fonts import drawable, font
from optimizer.report.layout_picture import plot_layout
from optimizer.report.results import evaluation_to_json
from optimizer.report.strips import flow_breadth, lay_strips
from optimizer.report.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from optimizer.equipment.layout import Layout, Placement
    from optimizer.evaluation import Evaluation
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["draw_before_after", "moved_fixtures", "plot_moves"]

#: A fixture stands where it stood if it moved less than this, metres and degrees.
STILL, TURNED = 0.01, 0.1
#: Points of white round the names of a picture of moves.
HALO = 1.6
#: Inches of the sheet: longest side of either plan, largest scale, title, table's line.
LONGEST, INCHES_PER_METRE, TITLE, LINE = 10.0, 0.6, 0.8, 0.2


def moved_fixtures(before: Layout, after: Layout) -> tuple[tuple[Placement, Placement], ...]:
    """Return the placements, old and new, of fixtures that are in both layouts and moved."""
    old = {placement.fixture: placement for placement in before.placements}
    pairs = [(old[new.fixture], new) for new in after.placements if new.fixture in old]
    return tuple(
        (was, now)
        for was, now in pairs
        if math.hypot(now.x - was.x, now.y - was.y) > STILL
        or abs((now.angle - was.angle + 180) % 360 - 180) > TURNED
    )


def plot_moves(
    study: Study,
    layouts: tuple[Layout, Layout],
    ax: Axes | None = None,
    *,
    language: Language = "both",
) -> Axes:
    """Draw the second layout, the old footprints of what moved, and an arrow for each move.

    Gids: "was:" and "move:" with the fixture's name.
    """
    before, after = layouts
    if ax is None:
        ax = plot_layout(study, after, language=language)
    for was, now in moved_fixtures(before, after):
        ghost = placed_box(study.types[was.type].footprint, was)
        draw_shape(
            ax,
            ghost,
            gid=f"was:{was.fixture}",
            facecolor="none",
            edgecolor=HARD_BROKEN,
            linestyle=(0, (2, 2)),
            zorder=6.5,
        )
        arrow = FancyArrowPatch(
            (was.x, was.y),
            _end(study, was, now),
            arrowstyle="-|>",
            mutation_scale=8,
            shrinkA=0.0,
            shrinkB=0.0,
            connectionstyle="arc3,rad=0.12",
            color=HARD_BROKEN,
            linewidth=0.9,
            zorder=8.1,
        )
        arrow.set_gid(f"move:{now.fixture}")
        ax.add_patch(arrow)
    for text in ax.texts:  # names can be read where an arrow runs below them
        text.set_path_effects([withStroke(linewidth=HALO, foreground="white")])
    return ax


def _end(study: Study, was: Placement, now: Placement) -> tuple[float, float]:
    """Where the arrow of a move ends: at the fixture's edge, or at its middle for a short move."""
    way = LineString([(was.x, was.y), (now.x, now.y)])
    outside = way.difference(placed_box(study.types[now.type].footprint, now))
    if outside.is_empty or outside.length < 0.5 * way.length:
        return now.x, now.y
    x, y = outside.coords[-1] if outside.geom_type == "LineString" else (now.x, now.y)
    return float(x), float(y)


def draw_before_after(
    study: Study,
    before: tuple[Layout, Evaluation],
    after: tuple[Layout, Evaluation],
    *,
    language: Language = "both",
) -> Figure:
    """Return one page with both layouts in the same scale, their flows, figures and what moved."""
    x0, y0, x1, y1 = floor_limits(study.plan)
    scale = min(INCHES_PER_METRE, LONGEST / max(x1 - x0, y1 - y0))
    wide, high = (x1 - x0) * scale, (y1 - y0) * scale
    rows = _changes(study, before[1], after[1], language)
    table = (len(rows) + 2) * LINE
    width, height = 2 * wide, high + TITLE + table
    figure = new_figure(width, height)
    _, widest = lay_strips(
        before[1].legs, tuple(group_colours(study)), flow_breadth(study.plan, before[1].legs)
    )
    for i, (key, (layout, evaluation)) in enumerate((("before", before), ("after", after))):
        ax = figure.add_axes((i * wide / width, table / height, wide / width, high / height))
        plot_layout(study, layout, ax=ax, language=language, evaluation=evaluation)
        plot_flows(
            study,
            evaluation,
            ax=ax,
            language=language,
            legend=False,
            metres_per_person=widest or None,
        )
        if key == "after":
            plot_moves(study, (before[0], layout), ax=ax, language=language)
        _write(figure, (i * wide + 0.4, height - 0.3), word("picture", key, language), 13)
    _write_table(figure, rows, table)
    _write_legend(figure, study, after[1], language, table)
    return figure


def _changes(
    study: Study, before: Evaluation, after: Evaluation, language: Language
) -> list[tuple[str, str, str, str]]:
    """Return rows of figure, before, after and change."""
    was = {f.key: f for f in headline_figures(evaluation_to_json(study, before))}
    now = headline_figures(evaluation_to_json(study, after))
    head = [word("picture", key, language) for key in ("before", "after", "change")]
    rows: list[tuple[str, str, str, str]] = [("", head[0], head[1], head[2])]
    for f in now:
        old = was[f.key].value
        known = old is not None and f.value is not None and math.isfinite(old + f.value)
        change = format_figure(f.key, f.value - old, sign=True) if known else "–"  # type: ignore[operator]
        rows.append((f.label(language), was[f.key].text, f.text, change))
    return rows


def _write_table(figure: Figure, rows: Sequence[tuple[str, ...]], table: float) -> None:
    for i, row in enumerate(rows):
        y = table - (i + 0.6) * LINE
        for x, text, align in zip((0.6, 4.6, 6.0, 7.4), row, ("left", *["right"] * 3), strict=True):
            _write(figure, (x, y), text, 8, ha=align)


def _write_legend(
    figure: Figure, study: Study, evaluation: Evaluation, language: Language, table: float
) -> None:
    entries = flow_legend(study, evaluation.legs, language)
    if not entries:
        return
    width, height = figure.get_size_inches()
    legend = figure.legend(
        [handle for handle, _ in entries],
        [" "] * len(entries),
        loc="upper left",
        bbox_to_anchor=(8.4 / width, table / height),
        frameon=False,
        prop=font(8),
        title=drawable(word("picture", "flows", language)),
        title_fontproperties=font(9),
        alignment="left",
    )
    for written, (_, text) in zip(legend.get_texts(), entries, strict=True):
        written.set_parse_math(False)
        written.set_text(drawable(text))


def _write(
    figure: Figure, where: tuple[float, float], text: str, size: float, **style: Any
) -> None:
    """Write a text at a place in inches from the lower left corner of the page."""
    width, height = figure.get_size_inches()
    figure.text(
        where[0] / width,
        where[1] / height,
        drawable(text),
        fontproperties=font(size),
        parse_math=False,
        color=INK,
        va="center",
        **style,
    )
