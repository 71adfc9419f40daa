"""Minutes from door to door: walking, waiting and service of a customer of each business.

In: a study, the open places, what customers walk and wait. Out: `DoorToDoorFigures`.

    minutes_b = metres_b / v + Σ_k n_bk · (wait_k + service_bk)

with n_bk the visits of a customer of business b to type k (a machine that fails and the counter
after it are both among them). A customer waits as those of his own line and class do: windows kept
for a business and priorities count for whom they are; where a queue would take longer than an hour
to settle, what builds up in the hour counts (`demand.overload`). A customer whose own service
time at a type is not known takes as long as the others do.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.demand.checks import compute_check_delays
from optimizer.demand.flows import PersonClass, compute_visits
from optimizer.demand_figures import DoorToDoorFigures, VisitMinutes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.evaluation import WaitingFigures
    from optimizer.study import Study

__all__ = ["compute_door_to_door", "merge_door_to_door", "minutes_at_stops"]


def minutes_at_stops(
    study: Study,
    places: Mapping[str, int],
    arrivals: float,
    waiting: Mapping[str, WaitingFigures],
) -> dict[str, tuple[float, float]]:
    """Waiting and service minutes of a customer by business; they do not depend on a layout.

    Parameters
    ----------
    study
        The business mix.
    places
        Open places by fixture type.
    arrivals
        Customers per hour.
    waiting
        Waiting by fixture type.
    """
    visits = compute_visits(study.mix, places, arrivals)
    delays = compute_check_delays(study.mix, visits, places)
    found: dict[str, tuple[float, float]] = {}
    for business in study.mix.businesses:
        customers = arrivals * business.share
        if customers <= 0:
            continue
        wait = service = 0.0
        for kind, by_business in visits.items():
            times = by_business.get(business.name, 0.0) / customers
            own = business.service_minutes.get(kind, 0.0)
            if own > 0:
                service += times * (own + delays.get(kind, (0.0, 0.0))[0])
            elif kind in waiting:
                service += times * waiting[kind].service_minutes
            if kind in waiting:
                row = waiting[kind]
                wait += times * row.by_business.get(business.name, row.minutes_of_hour)
        found[business.name] = (wait, service)
    return found


def compute_door_to_door(
    study: Study,
    places: Mapping[str, int],
    arrivals: float,
    waiting: Mapping[str, WaitingFigures],
    by_journey: Mapping[str, float],
) -> DoorToDoorFigures:
    """Minutes by business.

    Parameters
    ----------
    study, places, arrivals, waiting
        As `minutes_at_stops` takes them.
    by_journey
        Metres of a customer of each business.
    """
    pace = study.walking.pace(PersonClass.CUSTOMER)
    share = {business.name: business.share for business in study.mix.businesses}
    return DoorToDoorFigures(
        by_business={
            name: VisitMinutes(
                walking=by_journey.get(name, 0.0) * pace / 60.0,
                waiting=wait,
                service=service,
                customers_per_hour=arrivals * share[name],
            )
            for name, (wait, service) in minutes_at_stops(study, places, arrivals, waiting).items()
        }
    )


def merge_door_to_door(
    parts: tuple[tuple[float, DoorToDoorFigures], ...],
) -> DoorToDoorFigures:
    """Minutes over several periods: the mean over all who come, by weight of the period."""
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for weight, figures in parts:
        for name, visit in figures.by_business.items():
            people = weight * visit.customers_per_hour
            for k, value in enumerate((visit.walking, visit.waiting, visit.service, 1.0)):
                sums[name][k] += people * value
    return DoorToDoorFigures(
        by_business={
            name: VisitMinutes(
                walking=walking / people,
                waiting=waiting / people,
                service=service / people,
                customers_per_hour=people,
            )
            for name, (walking, waiting, service, people) in sums.items()
            if people > 0
        }
    )
