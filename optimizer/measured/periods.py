"""A walked layout in every period of its study.

In: a study, a layout and its legs, which know their people in each period. Out: `PeriodFigures`
for each, and what the judge makes of them together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.demand.periods import open_places, period_arrivals, reference_weights
from optimizer.demand.waiting import waiting_of_mix
from optimizer.demand_figures import PeriodFigures
from optimizer.evaluation import ObjectiveValue
from optimizer.measured.layout import Measured
from optimizer.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.demand.periods import Period
    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg, WaitingFigures
    from optimizer.study import Study

__all__ = ["legs_of_period", "measure_periods", "objective_of", "period_waiting", "worst_waiting"]

#: Terms that no rate changes: worked out once.
STILL = "overlooked"


def legs_of_period(legs: Sequence[Leg], number: int) -> tuple[Leg, ...]:
    """Legs with the people of one period; those that nobody walks then are left out."""
    return tuple(
        replace(leg, by_group=groups, rate=sum(groups.values()))
        for leg in legs
        if (groups := leg.by_period[number])
    )


def period_waiting(
    study: Study, period: Period, places: Mapping[str, int]
) -> dict[str, WaitingFigures]:
    """Waiting in a period with so many places open."""
    serving = {kind: n for kind, n in places.items() if study.types[kind].servers}
    arrivals = period_arrivals(study.mix.arrivals, period)
    return waiting_of_mix(study.mix, places, arrivals, serving)


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
    full = study.servers(layout)
    for k, (period, weight) in enumerate(zip(study.periods, reference_weights(study), strict=True)):
        places = open_places(study, period, full)
        measured = Measured(
            study=study,
            layout=layout,
            legs=legs_of_period(legs, k),
            arrivals=period_arrivals(study.mix.arrivals, period),
            waiting=period_waiting(study, period, places),
            screens=False,
            places=places,
        )
        terms = {
            name: overlooked if name == STILL else factor * MEASURES[name].cost(measured)
            for name, factor in study.objective.weights.items()
        }
        found.append(
            PeriodFigures(
                name=period.name,
                label_zh=period.label_zh,
                weight=weight,
                arrivals_per_hour=measured.arrivals,
                places=places,
                waiting=measured.waiting,
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


def worst_waiting(periods: Sequence[PeriodFigures]) -> dict[str, WaitingFigures]:
    """Waiting at each fixture type in the period in which it is longest: what rules look at."""
    kinds = sorted({kind for period in periods for kind in period.waiting})
    return {
        kind: max(
            (period.waiting[kind] for period in periods if kind in period.waiting),
            key=lambda figures: (figures.minutes_of_hour, figures.utilisation),
        )
        for kind in kinds
    }
