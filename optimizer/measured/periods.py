"""A walked layout in every period of its study.

In: a study, a layout and its legs, which know their people in each period. Out: `PeriodFigures`
for each, and what the judge makes of them together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.demand.courses import joined_courses
from optimizer.demand_figures import PeriodFigures
from optimizer.evaluation import ObjectiveValue
from optimizer.measured.conditions import find_conditions
from optimizer.measured.door_to_door import merge_door_to_door
from optimizer.measured.layout import Measured
from optimizer.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg, WaitingFigures
    from optimizer.measured.conditions import Conditions
    from optimizer.study import Study

__all__ = [
    "legs_of_period",
    "measure_periods",
    "measured_in",
    "measured_whole",
    "objective_of",
    "worst_waiting",
]

#: Terms that no rate changes: worked out once.
STILL = "overlooked"


def legs_of_period(legs: Sequence[Leg], number: int) -> tuple[Leg, ...]:
    """Legs with the people of one period; those that nobody walks then are left out."""
    return tuple(
        replace(leg, by_group=groups, rate=sum(groups.values()))
        for leg in legs
        if (groups := leg.by_period[number])
    )


def measured_in(
    study: Study,
    layout: Layout,
    legs: tuple[Leg, ...],
    now: Conditions,
    *,
    only: frozenset[str] | None = None,
) -> Measured:
    """Measures of a layout in one period.

    Parameters
    ----------
    study, layout
        What is measured.
    legs
        Its walks, with the people of the period.
    now
        The period.
    only
        Names of the figures that are wanted; None for all but the overlooked screens, which are
        the same in all periods.
    """
    return Measured(
        study=study,
        layout=layout,
        legs=legs,
        arrivals=now.arrivals,
        waiting=now.waiting,
        only=only,
        screens=only is not None,
        places=now.places,
        courses=now.courses,
    )


def measured_whole(
    study: Study, layout: Layout, legs: tuple[Leg, ...], *, only: frozenset[str] | None = None
) -> Measured:
    """Measures of a study as a whole: what limits, rules and reports look at.

    With periods these are taken at the mean people of all periods by their reference weights, with
    the longest wait of each queue; minutes from door to door are the mean over all who come.
    """
    conditions = find_conditions(study, layout)
    if not study.periods:
        return replace(measured_in(study, layout, legs, conditions[0], only=only), screens=True)
    visits = merge_door_to_door(
        tuple(
            (now.weight, measured_in(study, layout, legs_of_period(legs, k), now).door_to_door)
            for k, now in enumerate(conditions)
        )
    )
    return Measured(
        study=study,
        layout=layout,
        legs=legs,
        arrivals=study.arrivals_per_hour,
        waiting=worst_waiting(conditions),
        only=only,
        visits=visits,
        courses=joined_courses([(now.weight, now.courses) for now in conditions]),
    )


def measure_periods(
    study: Study, layout: Layout, legs: Sequence[Leg], overlooked: float
) -> tuple[PeriodFigures, ...]:
    """Figures of each period.

    Parameters
    ----------
    study, layout
        What is measured.
    legs
        Its walks.
    overlooked
        Weighted overlooked pairs, the same in all periods.
    """
    found = []
    for k, now in enumerate(find_conditions(study, layout)):
        measured = measured_in(study, layout, legs_of_period(legs, k), now)
        terms = {
            name: overlooked if name == STILL else factor * MEASURES[name].cost(measured)
            for name, factor in study.objective.weights.items()
        }
        found.append(
            PeriodFigures(
                name=now.name,
                label_zh=now.label_zh,
                weight=now.weight,
                arrivals_per_hour=now.arrivals,
                places=now.places,
                waiting=now.waiting,
                metres_per_customer=measured.walking.metres_per_customer,
                encounters_per_hour=measured.crossing.encounters_per_hour,
                door_to_door=measured.door_to_door,
                terms=terms,
            )
        )
    return tuple(found)


def objective_of(study: Study, periods: Sequence[PeriodFigures]) -> ObjectiveValue:
    """Objective over the periods: `demand.periods` (1)."""
    if study.objective.periods == "worst":
        worst = max(periods, key=lambda period: period.value)
        return ObjectiveValue(value=worst.value, terms=worst.terms)
    terms = {
        name: sum(period.weight * period.terms[name] for period in periods)
        for name in periods[0].terms
    }
    return ObjectiveValue(value=sum(terms.values()), terms=terms)


def worst_waiting(periods: Sequence[Conditions]) -> dict[str, WaitingFigures]:
    """Waiting at each fixture type in the period in which it is longest: what rules look at."""
    kinds = sorted({kind for period in periods for kind in period.waiting})
    return {
        kind: max(
            (period.waiting[kind] for period in periods if kind in period.waiting),
            key=lambda figures: (figures.minutes_of_hour, figures.utilisation),
        )
        for kind in kinds
    }
