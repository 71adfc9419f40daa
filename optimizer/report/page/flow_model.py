"""Flows of the report's plan: drawn once for readers without script, told as numbers for the rest.

In: the legs of an evaluation with the people of every hour. Out: an SVG group with the strips of
the design hour, and a model of points and rates small enough to be kept in the page, from which
its script draws the strips of every hour in the same way as `strips` does here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from optimizer.demand.flows import PersonClass
from optimizer.report.colours import INK, group_colours
from optimizer.report.place_words import flow_label
from optimizer.report.strips import NARROWEST, SAME, arrow_of, flow_breadth, lay_strips

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.report.page.hours import Scenario
    from optimizer.report.strips import Strip
    from optimizer.study import Study

__all__ = ["flow_group", "flow_model", "widest_scale"]

#: Classes whose strips are dashed.
STAFF = (PersonClass.STAFF, PersonClass.CASH)
#: Dash and gap of their strips, metres on the plan.
DASHED = Markup(' stroke-dasharray="0.22 0.14"')


def widest_scale(study: Study, evaluation: Evaluation, hours: Sequence[Scenario]) -> float:
    """Return the width of one person per hour, metres, at which the fullest hour fits the plan."""
    fullest = max(hours, key=lambda hour: sum(sum(r.values()) for r in hour.rates), default=None)
    legs = evaluation.legs
    if fullest is not None:
        pairs = zip(legs, fullest.rates, strict=True)
        legs = tuple(replace(leg, by_group=rates) for leg, rates in pairs)
    breadth = flow_breadth(study.plan, legs)
    return lay_strips(legs, tuple(group_colours(study)), breadth)[1]


def flow_group(
    study: Study, evaluation: Evaluation, scale: float, matrix: tuple[float, ...]
) -> Markup:
    """Return the strips of an evaluation as an SVG group.

    Parameters
    ----------
    study, evaluation
        Whose legs are drawn.
    scale
        Width of one person per hour, metres on the plan.
    matrix
        From metres on the plan to units of the picture, as SVG writes it.
    """
    colours = group_colours(study)
    breadth = flow_breadth(study.plan, evaluation.legs)
    strips, _ = lay_strips(evaluation.legs, tuple(colours), breadth, scale or None)
    place = " ".join(f"{value:.6g}" for value in matrix)
    text = Markup('<g xmlns="http://www.w3.org/2000/svg" class="flows" transform="matrix({})">')
    text = text.format(place)
    for group in dict.fromkeys([*colours, *(strip.group for strip in strips)]):
        own = [strip for strip in strips if strip.group == group]
        if own:
            colour = colours.get(group, INK)
            text += Markup('<g class="flow" data-group="{}" stroke="{}" fill="{}">').format(
                group, colour, colour
            )
            text += _lines(own) + _heads(own) + Markup("</g>")
    return text + Markup("</g>")


def _lines(strips: Sequence[Strip]) -> Markup:
    """Return the lines of one business, those of one width as one path."""
    by_width: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
    for strip in strips:
        ends = np.asarray(strip.line.coords)[[0, -1]]
        line = "M{:.2f} {:.2f}L{:.2f} {:.2f}".format(*ends.ravel())
        by_width[f"{strip.width:.3f}", strip.person in STAFF].append(line)
    return Markup("").join(
        Markup('<path fill="none" d="{}" stroke-width="{}"{}/>').format(
            "".join(lines), width, DASHED if staff else ""
        )
        for (width, staff), lines in by_width.items()
    )


def _heads(strips: Sequence[Strip]) -> Markup:
    """Return the arrow heads of one business as one path."""
    heads = []
    for strip in strips:
        if strip.ends:
            tail, tip = np.asarray(arrow_of(strip).coords)[[0, -1]]
            along = (tip - tail) / max(float(np.hypot(*(tip - tail))), 1e-9)
            half = max(1.1 * strip.width, 0.06) * np.array([-along[1], along[0]])
            corners = np.concatenate([tip, tail + half, tail - half])
            heads.append("M{:.2f} {:.2f}L{:.2f} {:.2f}L{:.2f} {:.2f}Z".format(*corners))
    return Markup('<path class="head" stroke="none" d="{}"/>').format("".join(heads))


def flow_model(
    study: Study,
    layout: Layout,
    evaluation: Evaluation,
    hours: Sequence[Scenario],
    scale: float,
    matrix: tuple[float, ...],
) -> dict[str, Any]:
    """Return what the page's script draws the flows from.

    Returns
    -------
    dict
        "legs": each with its label in both languages, corners in metres, whether it is dashed, and
        people per hour by business and hour; "scale" and "least": metres on the plan of one person
        per hour, and of the narrowest strip; "matrix" as in `flow_group`.
    """
    breadth = flow_breadth(study.plan, evaluation.legs)
    legs = []
    for i, leg in enumerate(evaluation.legs):
        if len(leg.path) < 2:
            continue
        groups = dict.fromkeys(g for hour in hours for g, rate in hour.rates[i].items() if rate > 0)
        legs.append(
            {
                "en": flow_label(study, layout, leg.name, "en"),
                "zh": flow_label(study, layout, leg.name, "zh"),
                "path": [round(float(v), 2) for v in (np.round(leg.path / SAME) * SAME).ravel()],
                "staff": leg.person in STAFF,
                "length": round(leg.length, 1),
                "rates": {
                    group: [float(f"{hour.rates[i].get(group, 0.0):.3g}") for hour in hours]
                    for group in groups
                },
            }
        )
    return {
        "legs": legs,
        "scale": scale,
        "least": breadth * NARROWEST,
        "matrix": [float(f"{value:.6g}") for value in matrix],
    }
