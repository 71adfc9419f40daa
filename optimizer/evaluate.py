"""The judge: what a layout is worth, with no solver inside.

In: a study and a layout. Out: an `Evaluation`. This is the specification of the objective:

    objective = walking · Σ customers' person-metres an hour
              + staff_walking · Σ staff's person-metres an hour
              + encounters · Σ expected encounters an hour · class weight
              + waiting · Σ person-seconds of waiting an hour
              + overlooked · overlooked pairs
              + Σ weight · cost of every further measure that the study weighs

with the weights of the study's `Objective`, all at the study's design hour; or, for a study with
periods, at the people and open windows of each of them: the weighted mean of the periods'
objectives, or the greatest (`demand.periods`). The cost of a measure
is never less than 0 (`measures`), so that a bound on the walking bounds the whole.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.demand.courses import layout_courses
from optimizer.demand.waiting import compute_waiting
from optimizer.evaluation import Evaluation, ObjectiveValue, waiting_seconds
from optimizer.limits import check_limits
from optimizer.measured import Measured
from optimizer.measured.conditions import names_by_type
from optimizer.measured.crossing import find_places
from optimizer.measured.guided import compute_guided
from optimizer.measured.periods import measure_periods, measured_whole, objective_of
from optimizer.measures import MEASURES
from optimizer.rules.findings import find_all
from optimizer.walked_legs import prepare_shells, walk_legs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import CrossingFigures, Leg, PeriodFigures
    from optimizer.plan.space import Audience
    from optimizer.rules.model import Finding
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

__all__ = ["evaluate", "waiting_seconds"]


def evaluate(
    study: Study,
    layout: Layout,
    *,
    hour: int | None = None,
    shells: Mapping[Audience, Shell] | None = None,
    places: bool = True,
    find_rules: Callable[..., tuple[Finding, ...]] = find_all,
) -> Evaluation:
    """Everything that is measured of a layout.

    Parameters
    ----------
    study
        The brief.
    layout
        Placements; they may break rules, which the findings then say.
    hour
        Hour of the day; None for the study's periods, or its design hour where it has none.
    shells
        Prepared shells by audience, where the caller has them already.
    places
        Whether to look for the worst places of the conflict map and for guide lines, on which
        neither the objective nor a rule depends and which cost as much as all the rest.
    find_rules
        Finds the outcome of the rules; for callers who keep what they found before.

    Raises
    ------
    LayoutError, StudyError
        If the layout does not belong to the study, or a journey leads nowhere.
    """
    by_period = hour is None and bool(study.periods)
    hour = study.hour if hour is None else hour
    shells = prepare_shells(study) if shells is None else shells
    legs, broken = walk_legs(study, layout, hour=None if by_period else hour, shells=shells)
    measured, periods = (
        _over_periods(study, layout, legs) if by_period else _at_hour(study, layout, legs, hour)
    )
    crossing = measured.crossing
    if places:
        crossing = _with_places(study, layout, measured, shells)
    rules = find_rules(study, layout, legs=legs, waiting=measured.waiting, unreachable=broken)
    return Evaluation(
        hour=hour,
        arrivals_per_hour=measured.arrivals,
        legs=legs,
        walking=measured.walking,
        crossing=crossing,
        detour=measured.detour,
        diversion=measured.diversion,
        crowding=measured.crowding,
        waiting=measured.waiting,
        privacy=measured.privacy,
        findings=(*rules, *check_limits(study, measured)),
        objective=objective_of(study, periods) if periods else _objective(study, measured),
        door_to_door=measured.door_to_door,
        periods=periods,
        equipment_cost=measured.equipment_cost,
        layout=layout,
    )


def _objective(study: Study, measured: Measured) -> ObjectiveValue:
    """Weighted sum of one hour."""
    terms = {
        name: weight * MEASURES[name].cost(measured)
        for name, weight in study.objective.weights.items()
    }
    return ObjectiveValue(value=sum(terms.values()), terms=terms)


def _at_hour(
    study: Study, layout: Layout, legs: tuple[Leg, ...], hour: int
) -> tuple[Measured, tuple[PeriodFigures, ...]]:
    """Measures of one hour."""
    measured = Measured(
        study=study,
        layout=layout,
        legs=legs,
        arrivals=study.mix.arrivals.per_hour.get(hour, 0.0),
        waiting=compute_waiting(study, layout, hour),
        courses=layout_courses(study, names_by_type(study, layout), hour)[0],
    )
    return measured, ()


def _over_periods(
    study: Study, layout: Layout, legs: tuple[Leg, ...]
) -> tuple[Measured, tuple[PeriodFigures, ...]]:
    """Measures of all periods together, and of each."""
    measured = measured_whole(study, layout, legs)
    overlooked = study.objective.overlooked * measured.privacy.overlooked_pairs
    return measured, measure_periods(study, layout, legs, overlooked)


def _with_places(
    study: Study, layout: Layout, measured: Measured, shells: Mapping[Audience, Shell]
) -> CrossingFigures:
    """Crossing with the worst places of the conflict map, and with what guide lines change."""
    return replace(
        measured.crossing,
        places=find_places(study, layout, measured.legs),
        guided=compute_guided(study, layout, measured.legs, shells),
    )
