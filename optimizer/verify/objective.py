"""The objective worked out again: its terms, over the periods of a study, and their sum.

In: a `Scene`, what was measured of it, and the parsed result. Out: claims, and the sum that gaps
are held against.

With periods the terms are those of each of them, with its own people and open windows: their mean
by weight, or those of the worst.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.verify.claim import Claim, agree, between
from optimizer.verify.figures import LENGTH, MEETING, WAIT
from optimizer.verify.flow_claims import further_terms
from optimizer.verify.flows import measure_flows
from optimizer.verify.meetings import measure_encounters
from optimizer.verify.periods import visit_minutes
from optimizer.verify.waiting import waiting_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.verify.scene import Scene

    Span = tuple[float, float]
    Spans = dict[str, Span]

__all__ = ["check_objective"]

#: Relative doubt about a term; about those of further measures that of encounters.
DOUBT = {
    "walking": LENGTH,
    "staff_walking": LENGTH,
    "encounters": MEETING,
    "waiting": WAIT,
    "overlooked": 1e-9,
}


def check_objective(
    scene: Scene, result: Any, weighted: Span, flows: Mapping[str, Span | None]
) -> tuple[list[Claim], float]:
    """Claims about the objective's terms and their sum, and the sum that gaps are held against.

    Parameters
    ----------
    scene
        The walked layout.
    result
        The parsed result.
    weighted
        Weighted encounters per hour.
    flows
        Spans of the figures of flows.
    """
    goal = scene.study.objective
    if scene.parts:
        by_period = [(part.weight, _period_terms(own, result)) for part, own in scene.parts]
        if goal.periods == "mix":
            spans = _mean(by_period)
        else:
            spans = max((terms for _, terms in by_period), key=_middle)
    else:
        by_period, spans = [], _terms(scene, result, weighted, flows)
    claims = [
        between(result, f"objective.terms.{name}", _grown(name, span), found=_told(span))
        for name, span in spans.items()
    ]
    low, high = _sum(spans)
    if by_period and goal.periods == "worst":
        # the worst of several may be another one within the doubt
        sums = [_sum(terms) for _, terms in by_period]
        low, high = max(one for one, _ in sums), max(other for _, other in sums)
    middle = _middle(spans)
    value = between(result, "objective.value", (low, high), found=middle)
    claims.append(value)
    for name, right in goal.weights.items():
        claims.append(agree(result, f"objective.weights.{name}", right, relative=1e-12))
    # of equally short ways the result may have taken any
    return claims, value.stated if value.passed else middle


def _period_terms(scene: Scene, result: Any) -> Spans:
    """Terms of one period."""
    met = measure_encounters(scene)
    more = set(scene.study.objective.measures) - {"door_to_door"}
    return _terms(scene, result, met.weighted, measure_flows(scene, met) if more else {})


def _terms(scene: Scene, result: Any, weighted: Span, flows: Mapping[str, Span | None]) -> Spans:
    """Spans of the weighted terms at the people of one scene."""
    goal = scene.study.objective
    sure, possible = scene.overlooked
    spans = {
        "walking": _twice(goal.walking * scene.person_metres(staff=False)),
        "staff_walking": _twice(goal.staff_walking * scene.person_metres(staff=True)),
        "encounters": (goal.encounters * weighted[0], goal.encounters * weighted[1]),
        "waiting": _twice(goal.waiting * waiting_seconds(scene.queues)),
        "overlooked": (goal.overlooked * len(sure), goal.overlooked * len(possible)),
        **further_terms(scene.study, result, flows),
    }
    minutes = goal.measures.get("door_to_door", 0.0)
    if minutes:
        spans["door_to_door"] = _twice(
            minutes
            * sum(
                row["customers_per_hour"] * (row["walking"] + row["waiting"] + row["service"])
                for row in visit_minutes(scene).values()
            )
        )
    return spans


def _mean(by_period: list[tuple[float, Spans]]) -> Spans:
    """Mean of the terms by weight of the periods."""
    return {
        name: (
            sum(weight * terms[name][0] for weight, terms in by_period),
            sum(weight * terms[name][1] for weight, terms in by_period),
        )
        for name in by_period[0][1]
    }


def _middle(spans: Spans) -> float:
    return sum(sum(span) / 2 for span in spans.values())


def _sum(spans: Spans) -> Span:
    """Least and greatest sum, each term with its doubt."""
    grown = [_grown(name, span) for name, span in spans.items()]
    return sum(low for low, _ in grown), sum(high for _, high in grown)


def _grown(name: str, span: Span) -> Span:
    relative = DOUBT.get(name, MEETING)
    return (
        span[0] - max(relative * abs(span[0]), 1e-9),
        span[1] + max(relative * abs(span[1]), 1e-9),
    )


def _told(span: Span) -> float | None:
    return span[0] if span[0] == span[1] else None


def _twice(value: float) -> Span:
    return value, value
