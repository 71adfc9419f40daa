"""The plans of the report, and the numbers that make them move.

In: a study, a layout with its evaluation and hours, and today's evaluation. Out: one picture or
two, each an SVG element with everything that is known of the layout in layers, and the model from
which the page's script draws flows by hour and tells figures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from optimizer.report.canvas import floor_limits, new_figure
from optimizer.report.colours import INK, group_colours
from optimizer.report.conflict_picture import conflict_heat, plot_conflicts
from optimizer.report.flow_picture import plot_flows
from optimizer.report.layout_picture import plot_layout
from optimizer.report.overlays import plot_rules
from optimizer.report.page.flow_model import flow_group, flow_model, widest_scale
from optimizer.report.page.hours import scenarios
from optimizer.report.page.hover import hover_lines, wait_line
from optimizer.report.page.inline import picture_in_both
from optimizer.report.plan_picture import plot_plan
from optimizer.report.route_picture import plot_routes
from optimizer.report.sight_picture import plot_sight
from optimizer.report.words import business_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.report.conflict_picture import Heat
    from optimizer.report.page.hours import Scenario
    from optimizer.report.words import Tongue
    from optimizer.study import Study

__all__ = ["PlanPictures", "plan_pictures"]

#: Inches per metre and longest side of the picture in the report; points of an inch.
INCHES_PER_METRE, LONGEST, POINTS = 0.62, 16.0, 72.0
NOTHING = Markup()
LANGUAGES: tuple[Tongue, ...] = ("en", "zh")


@dataclass(frozen=True, kw_only=True)
class PlanPictures:
    """The pictures of the plan and what moves them.

    Parameters
    ----------
    after, before
        SVG of the layout, and of today's; "" without a today.
    model
        Hours, businesses, and for "after" and "before" flows, waits and lines to be shown.
    """

    after: Markup
    before: Markup = NOTHING
    model: dict[str, Any] = field(default_factory=dict)


def plan_pictures(
    study: Study,
    layout: Layout | None,
    evaluation: Evaluation | None,
    hours: Sequence[Scenario],
    today: Evaluation | None,
) -> PlanPictures:
    """Return the pictures of a layout and, where there are figures of it, of today's."""
    if layout is None:
        return PlanPictures(after=picture_in_both(partial(_empty, study)))
    if evaluation is None:
        picture = picture_in_both(partial(_drawn, study, layout, None, 0.0, None))
        return PlanPictures(after=picture, model=_model(study, (), hover=[(layout, None)]))
    sides: list[tuple[Layout, Evaluation, Sequence[Scenario]]] = [(layout, evaluation, hours)]
    if today is not None and study.current_layout is not None:
        old = study.current_layout
        sides.append((old, today, scenarios(study, old, today)))
    # strips of one picture are as wide as those of the other for as many people
    known = [widest_scale(study, e, hrs) for _, e, hrs in sides]
    scale = min((value for value in known if value > 0), default=0.0)
    matrix = _matrix(study)
    pictures = [
        picture_in_both(
            partial(_drawn, study, placed, e, scale, conflict_heat(study, e)),
            flows=flow_group(study, e, scale, matrix),
        )
        for placed, e, _ in sides
    ]
    model = _model(study, hours, hover=[(placed, e) for placed, e, _ in sides])
    for key, (placed, e, hrs) in zip(("after", "before"), sides, strict=False):
        model[key]["flows"] = flow_model(study, placed, e, hrs, scale, matrix)
        model[key]["waits"] = [
            {
                stop: {tongue: wait_line(figures, tongue) for tongue in LANGUAGES}
                for stop, figures in hour.waiting.items()
            }
            for hour in hrs
        ]
    return PlanPictures(
        after=pictures[0], before=pictures[1] if len(pictures) > 1 else NOTHING, model=model
    )


def _model(
    study: Study,
    hours: Sequence[Scenario],
    hover: Sequence[tuple[Layout, Evaluation | None]],
) -> dict[str, Any]:
    """Return hours, businesses, and what is shown of the things in each picture."""
    model: dict[str, Any] = {
        "hours": [
            {"en": hour.en, "zh": hour.zh, "arrivals": hour.arrivals, "base": hour.base}
            for hour in hours
        ],
        "groups": [
            {
                "name": name,
                "colour": colour,
                "en": business_label(study, name, "en"),
                "zh": business_label(study, name, "zh"),
            }
            for name, colour in group_colours(study).items()
        ],
        "ink": INK,
    }
    for key, (layout, evaluation) in zip(("after", "before"), hover, strict=False):
        model[key] = {
            "lines": hover_lines(study, layout, evaluation),
            "types": {f"fixture:{p.fixture}": p.type for p in layout.placements},
            "flows": None,
            "waits": [],
        }
    return model


def _size(study: Study) -> tuple[float, float, float]:
    """Return inches per metre, width and height of the picture in inches."""
    x0, y0, x1, y1 = floor_limits(study.plan)
    scale = min(INCHES_PER_METRE, LONGEST / max(x1 - x0, y1 - y0))
    return scale, (x1 - x0) * scale, (y1 - y0) * scale


def _matrix(study: Study) -> tuple[float, ...]:
    """Return the matrix from metres on the plan to the picture's units, as SVG writes it."""
    x0, _, _, y1 = floor_limits(study.plan)
    k = _size(study)[0] * POINTS
    return (k, 0.0, 0.0, -k, -k * x0, k * y1)


def _empty(study: Study, language: Tongue) -> Figure:
    _, width, height = _size(study)
    figure = new_figure(width, height)
    plot_plan(study, ax=figure.add_axes((0, 0, 1, 1)), language=language)
    return figure


def _drawn(
    study: Study,
    layout: Layout,
    evaluation: Evaluation | None,
    scale: float,
    heat: Heat | None,
    language: Tongue,
) -> Figure:
    """Return the plan with the layout and all layers, but for the strips of the flows."""
    _, width, height = _size(study)
    figure = new_figure(width, height)
    ax = figure.add_axes((0, 0, 1, 1))
    plot_layout(study, layout, ax=ax, evaluation=evaluation, language=language)
    if evaluation is None:
        return figure
    plot_flows(
        study,
        evaluation,
        ax=ax,
        language=language,
        legend=False,
        metres_per_person=scale or None,
        guided=True,
        strips=False,
    )
    plot_conflicts(study, evaluation, ax=ax, legend=False, language=language, heat=heat)
    plot_rules(study, evaluation, ax=ax, legend=False, language=language)
    for draw in (plot_routes, plot_sight):
        draw(study, layout, evaluation, ax=ax, legend=False, language=language)
    return figure
