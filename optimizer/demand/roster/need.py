"""Which sets of open windows keep waits below the target, half hour by half hour.

In: a study, its staffed types and the target. Out: for each hour every number of open windows by
type that is enough, with the people-minutes of waiting that it costs. Kinds of window that share a
stop take each other's customers, so that numbers are judged together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from optimizer.demand.waiting import compute_waiting
from optimizer.errors import StudyError
from optimizer.evaluation import waiting_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["HourNeed", "compute_needs", "rostered_types"]

#: So many sets of open windows are judged for an hour at most.
MOST_SETS = 20_000
SECONDS_PER_MINUTE = 60.0


@dataclass(frozen=True, kw_only=True)
class HourNeed:
    """What is enough in one hour.

    Parameters
    ----------
    hour
        Hour of the day.
    arrivals
        Customers per hour.
    enough
        Numbers of open windows, in the order of the rostered types → person-minutes of waiting an
        hour at these types.
    waits
        The same numbers → mean minutes at each type that is used.
    before
        Person-minutes of waiting an hour with all windows open.
    best
        Least target that some set of windows meets, minutes.
    """

    hour: int
    arrivals: float
    enough: Mapping[tuple[int, ...], float]
    waits: Mapping[tuple[int, ...], Mapping[str, float]]
    before: float
    best: float = 0.0


def rostered_types(study: Study, layout: Layout | None = None) -> dict[str, int]:
    """Staffed types that customers are served at, with their windows."""
    places = study.servers(layout)
    used = {
        kind
        for business in study.mix.businesses
        if business.share > 0
        for stop in business.journey
        for kind in stop.types
    }
    return {
        kind: count
        for kind, count in sorted(places.items())
        if kind in study.mix.service.staffed and kind in used and study.types[kind].servers
    }


def compute_needs(
    study: Study, target: float, layout: Layout | None = None
) -> tuple[HourNeed, ...]:
    """What is enough in each hour from the first to the last that customers come.

    Parameters
    ----------
    study
        The brief.
    target
        Mean minutes that no rostered type may exceed.
    layout
        Which windows there are; None for the full brief.

    Raises
    ------
    StudyError
        If no staffed type is used, or there are too many sets of windows to judge.
    """
    types = rostered_types(study, layout)
    sets = 1
    for count in types.values():
        sets *= count + 1
    if not types or not any(people > 0 for people in study.mix.arrivals.per_hour.values()):
        raise StudyError(
            "no window to roster: nobody comes, or no journey leads to a staffed type "
            f"({', '.join(study.mix.service.staffed)})"
        )
    if sets > MOST_SETS:
        raise StudyError(
            f"{sets} sets of open windows are too many to judge; at most {MOST_SETS} can be"
        )
    full = tuple(types.values())
    needs = []
    nobody = (0,) * len(types)
    open_hours = [hour for hour, people in study.mix.arrivals.per_hour.items() if people > 0]
    for hour in range(min(open_hours, default=0), max(open_hours, default=-1) + 1):
        people = study.mix.arrivals.at(hour)
        if people <= 0:
            # closed at noon: nobody has to be there
            needs.append(
                HourNeed(
                    hour=hour, arrivals=0.0, enough={nobody: 0.0}, waits={nobody: {}}, before=0.0
                )
            )
            continue
        enough: dict[tuple[int, ...], float] = {}
        waits: dict[tuple[int, ...], dict[str, float]] = {}
        before, best = 0.0, math.inf
        for windows, minutes, found in _judged(study, layout, hour, types):
            if windows == full:
                before = minutes
            longest = max(found.values(), default=0.0)
            best = min(best, longest)
            if longest <= target:
                enough[windows] = minutes
                waits[windows] = found
        needs.append(
            HourNeed(
                hour=hour, arrivals=people, enough=enough, waits=waits, before=before, best=best
            )
        )
    return tuple(needs)


def _judged(
    study: Study, layout: Layout | None, hour: int, types: Mapping[str, int]
) -> Iterator[tuple[tuple[int, ...], float, dict[str, float]]]:
    """Yield sets of open windows that leave nobody unserved, their cost and waits."""
    places = study.servers(layout)
    served = [
        [kind for kind in stop.types if places.get(kind)]
        for business in study.mix.businesses
        if business.share > 0
        for stop in business.journey
    ]
    for windows in product(*(range(count + 1) for count in types.values())):
        opened = {**places, **dict(zip(types, windows, strict=True))}
        if any(kinds and not any(opened[kind] for kind in kinds) for kinds in served):
            continue
        figures = compute_waiting(study, layout, hour, servers=opened)
        own = {kind: row for kind, row in figures.items() if kind in types}
        # a window that nobody may stand before is no window to open
        if any(count and kind not in own for kind, count in zip(types, windows, strict=True)):
            continue
        minutes = waiting_seconds(own) / SECONDS_PER_MINUTE
        yield windows, minutes, {kind: row.mean_minutes for kind, row in own.items()}
