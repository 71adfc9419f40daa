"""Under which conditions a layout is measured: one hour, or every period of the study.

In: a study and the places that a layout has. Out: `Conditions`: people, open places, waits, and
what of the objective does not depend on where fixtures stand.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.demand.courses import layout_courses
from optimizer.demand.open_windows import open_places
from optimizer.demand.periods import period_arrivals
from optimizer.demand.waiting import compute_waiting, waiting_of_mix
from optimizer.evaluation import waiting_seconds
from optimizer.measured.door_to_door import minutes_at_stops

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.demand.courses import Course
    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import WaitingFigures
    from optimizer.study import Study

__all__ = ["Conditions", "find_conditions", "fixed_cost", "fixed_costs", "names_by_type"]


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """One period, or the design hour of a study without periods.

    Parameters
    ----------
    name, label_zh
        Of the period; "" for the design hour.
    weight
        Its reference weight: see `demand.periods`.
    arrivals
        Customers per hour.
    places
        Open places by fixture type.
    waiting
        Waiting by fixture type.
    courses
        Whole visits of its customers.
    """

    name: str
    label_zh: str
    weight: float
    arrivals: float
    places: Mapping[str, int]
    waiting: Mapping[str, WaitingFigures]
    courses: tuple[Course, ...] = ()


def names_by_type(study: Study, layout: Layout | None = None) -> dict[str, tuple[str, ...]]:
    """Names of the fixtures of each type, in a layout or, without one, in the full brief."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    if layout is None:
        for group in study.groups:
            names[group.type] += group.names()
    else:
        for placement in layout.placements:
            names[placement.type].append(placement.fixture)
    return {kind: tuple(own) for kind, own in names.items()}


def find_conditions(study: Study, layout: Layout | None = None) -> tuple[Conditions, ...]:
    """Conditions of all periods of a study; of its design hour where it has none.

    Parameters
    ----------
    study
        Its people and windows.
    layout
        Which fixtures there are; None for the full brief.
    """
    full = study.servers(layout)
    courses = layout_courses(study, names_by_type(study, layout))
    if not study.periods:
        alone = Conditions(
            name="",
            label_zh="",
            weight=1.0,
            arrivals=study.arrivals_per_hour,
            places=full,
            waiting=compute_waiting(study, layout),
            courses=courses[0],
        )
        return (alone,)
    found = []
    weights = study.reference_weights
    for period, weight, own in zip(study.periods, weights, courses, strict=True):
        places = open_places(study, period, full)
        arrivals = period_arrivals(study.mix.arrivals, period)
        serving = {kind: n for kind, n in places.items() if study.types[kind].servers}
        found.append(
            Conditions(
                name=period.name,
                label_zh=period.label_zh,
                weight=weight,
                arrivals=arrivals,
                places=places,
                waiting=waiting_of_mix(study.mix, places, arrivals, serving),
                courses=own,
            )
        )
    return tuple(found)


def fixed_costs(study: Study, layout: Layout | None = None) -> tuple[float, ...]:
    """What the objective has in each of the conditions wherever things stand.

    That is the term "waiting" and, but for the walking in it, the term "door_to_door".
    """
    weight = study.objective.measures.get("door_to_door", 0.0)
    share = {business.name: business.share for business in study.mix.businesses}
    costs = []
    for now in find_conditions(study, layout):
        cost = study.objective.waiting * waiting_seconds(now.waiting)
        if weight:
            stops = minutes_at_stops(study, now.places, now.arrivals, now.waiting)
            cost += weight * sum(
                now.arrivals * share[name] * (wait + service)
                for name, (wait, service) in stops.items()
            )
        costs.append(cost)
    return tuple(costs)


def fixed_cost(study: Study, layout: Layout | None = None) -> float:
    """The same over all periods, by their reference weights."""
    conditions = find_conditions(study, layout)
    costs = fixed_costs(study, layout)
    return sum(now.weight * cost for now, cost in zip(conditions, costs, strict=True))
