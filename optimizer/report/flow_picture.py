"""The picture of who walks where.

In: a `Study` and an `Evaluation`. Out: axes with strips as wide as the people per hour of each
business, in its colour; staff in dashes; a legend and a key of widths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Patch, Rectangle
from shapely import MultiPolygon, Polygon

from optimizer.demand.flows import PersonClass
from optimizer.report.canvas import draw_legend, draw_shape, draw_text
from optimizer.report.colours import INK, group_colours
from optimizer.report.layout_picture import plot_evaluated
from optimizer.report.strips import arrow_of, cover, flow_breadth, lay_strips
from optimizer.report.words import business_label, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from optimizer.evaluation import Evaluation, Leg
    from optimizer.report.strips import Strip
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["PANEL", "flow_legend", "parting_legend", "plot_flows"]

#: Inches at the right of a picture for its legend.
PANEL = 2.3
#: Widest strip of the key of widths, metres on the plan.
WIDEST_KEY = 0.4
#: Where the key begins, share of the plan's width: right of the scale bar.
KEY = 0.34
#: How little of the plan shines through strips of customers and of staff.
ALPHA, STAFF_ALPHA = 0.9, 0.65
#: Colour of guide lines.
GUIDE = "#d0006f"


def plot_flows(
    study: Study,
    evaluation: Evaluation,
    ax: Axes | None = None,
    *,
    language: Language = "both",
    legend: bool = True,
    metres_per_person: float | None = None,
    guided: bool = False,
    strips: bool = True,
) -> Axes:
    """Draw the flows of an evaluation.

    Parameters
    ----------
    study
        Plan and business mix.
    evaluation
        Its legs are drawn.
    ax
        Axes that already show the plan or a layout; None for a new figure of the
        layout that was measured.
    language
        Language of the words.
    legend
        Whether to draw the legend, at the right of the axes.
    metres_per_person
        Width of one person per hour, metres on the plan, so that two pictures can be compared;
        None for one that suits these flows.
    guided
        Whether to draw the guide lines that would make flows meet less.
    strips
        Whether to draw the strips themselves, or only their key and marks.

    Returns
    -------
    Axes
        Gids: "flow:" and "arrow:" with the business or staff round, "width-key:" with a number;
        "parting" for the place where the ways to machines and to counters part, and "guide:" with
        the number of a guide line.
    """
    if ax is None:
        panel = PANEL if legend else 0.0
        ax = plot_evaluated(study, evaluation, language=language, panel=panel, flows=True)
    colours = group_colours(study)
    breadth = flow_breadth(study.plan, evaluation.legs)
    laid, scale = lay_strips(evaluation.legs, tuple(colours), breadth, metres_per_person)
    for group, person in sorted({(s.group, s.person) for s in laid if strips}):
        own = [s for s in laid if (s.group, s.person) == (group, person)]
        _draw_strips(ax, own, colours.get(group, INK))
    _draw_key(ax, study, scale, language)
    marks = _draw_parting(ax, evaluation, language)
    if guided:
        marks += _draw_guides(ax, evaluation, language)
    if legend:
        title = word("picture", "flows", language, "\n")
        entries = flow_legend(study, evaluation.legs, language)
        draw_legend(ax, [*entries, *marks], title=title)
    return ax


def _draw_parting(ax: Axes, evaluation: Evaluation, language: Language) -> list[tuple[Artist, str]]:
    """Draw where the ways to machines and to counters part; its entry of the legend."""
    figures = evaluation.diversion
    if figures.parting_place is None or figures.parting_metres is None:
        return []
    x, y = figures.parting_place
    (mark,) = ax.plot(
        [x], [y], linestyle="", marker="D", markersize=8, markerfacecolor="white",
        markeredgecolor=INK, markeredgewidth=1.4, zorder=8.0, gid="parting",
    )  # fmt: skip
    words = word("picture", "parting", language, "\n")
    return [(mark, f"{words}\n{figures.parting_metres:.1f} m")]


def parting_legend(
    ax: Axes, evaluation: Evaluation, language: Language
) -> list[tuple[Artist, str]]:
    """Entry of a sheet's legend for the place where the ways part, where it is drawn."""
    metres = evaluation.diversion.parting_metres
    words = word("picture", "parting", language)
    return [(m, f"{words}: {metres:.1f} m") for m in ax.lines if m.get_gid() == "parting"]


def _draw_guides(ax: Axes, evaluation: Evaluation, language: Language) -> list[tuple[Artist, str]]:
    """Draw the guide lines; their entry of the legend, with what they change."""
    guided = evaluation.crossing.guided
    if guided is None or not guided.lines:
        return []
    handle: Artist | None = None
    for number, line in enumerate(guided.lines, start=1):
        (handle,) = ax.plot(
            *line.path.T, color=GUIDE, linewidth=1.3, linestyle=(0, (4, 2)), zorder=7.0,
            gid=f"guide:{number}",
        )  # fmt: skip
    change = f"{guided.encounters_shortest:.2f} → {guided.encounters_guided:.2f}"
    text = f"{word('picture', 'guide_line', language)}\n{change}"
    unit = word("picture", "encounter", language)
    return [(handle, f"{text} {unit}")] if handle is not None else []


def flow_legend(
    study: Study, legs: Sequence[Leg], language: Language = "both"
) -> list[tuple[Artist, str]]:
    """Return a handle and a name for each business and staff round that walks."""
    walking = {group for leg in legs for group in leg.by_group if len(leg.path) > 1}
    rounds = {staff_round.name for staff_round in study.mix.rounds}
    entries: list[tuple[Artist, str]] = []
    for group, colour in group_colours(study).items():
        if group in walking:
            hatch = "//" if group in rounds else ""
            patch = Patch(facecolor=colour, edgecolor="white", linewidth=0.0, hatch=hatch)
            entries.append((patch, business_label(study, group, language)))
    return entries


def _draw_strips(ax: Axes, strips: Sequence[Strip], colour: str) -> None:
    """Draw all strips of one business as one shape, and the arrow heads at their ends."""
    group, person = strips[0].group, strips[0].person
    staff = person in (PersonClass.STAFF, PersonClass.CASH)
    draw_shape(
        ax,
        MultiPolygon(cover(strips, dashed=staff)),
        gid=f"flow:{group}",
        facecolor=colour,
        edgecolor="none",
        alpha=STAFF_ALPHA if staff else ALPHA,
        zorder=4.4 if staff else 4.5,
    )
    heads = [_arrow_head(strip) for strip in strips if strip.ends]
    draw_shape(
        ax,
        MultiPolygon(heads),
        gid=f"arrow:{group}",
        facecolor=colour,
        edgecolor="white",
        linewidth=0.25,
        zorder=4.7,
    )


def _arrow_head(strip: Strip) -> Polygon:
    """Return the triangle at the end of a strip."""
    tail, tip = np.asarray(arrow_of(strip).coords)[[0, -1]]
    along = (tip - tail) / max(float(np.hypot(*(tip - tail))), 1e-9)
    half = max(1.1 * strip.width, 0.06) * np.array([-along[1], along[0]])
    return Polygon([tip, tail + half, tail - half])


def _draw_key(ax: Axes, study: Study, scale: float, language: Language) -> None:
    """Draw strips of round numbers of people per hour beside the scale bar."""
    if scale <= 0:
        return
    x0, y0, x1, _ = study.plan.outline.bounds
    x, y = x0 + KEY * (x1 - x0), y0 - 1.5
    most = WIDEST_KEY / scale
    steps = [n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500) if n <= most]
    for i, people in enumerate(steps[-3:] or [1]):
        key = Rectangle(
            (x + 0.9 * i, y - scale * people / 2),
            0.6,
            scale * people,
            facecolor="#777777",
            edgecolor="none",
            zorder=6,
        )
        key.set_gid(f"width-key:{people}")
        ax.add_patch(key)
        place = (x + 0.9 * i + 0.3, y - 0.22)
        draw_text(ax, place, f"{people}", size=6.5, gid=f"width-key-label:{people}", va="top")
    place = (x + 0.9 * len(steps[-3:] or [1]), y)
    unit = word("picture", "people_per_hour", language)
    draw_text(ax, place, unit, size=6.5, gid="width-key-unit", ha="left")
