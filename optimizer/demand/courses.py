"""Whole visits of customers: which fixtures they go to one after the other, with what probability.

In: a study and the names of a layout's fixtures by type. Out: `Course`s, and the share of customers
whom something happens to on their way: each is counted once, however many walks it happens on.

A course is a chain of stops between the doors. A customer makes stop k with probability p_k and
goes to one of its fixtures by their shares, each stop by itself. Let N_j(g) be the part of the
customers who have come to fixture g of stop j and were spared so far. With h(f, g) = 1 where the
walk from f to g is one on which it happens,

    N_j(g) = p_j · share_j(g) · Σ_i<j Π_i<k<j (1 − p_k) · Σ_f N_i(f) (1 − h(f, g)),

and the sum of N at the doors out is the part that is spared to the end. It is exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.demand.flows import ENTRANCE, EXIT, journeys_of, stop_shares
from optimizer.demand.legs import street_doors
from optimizer.demand.open_windows import open_fixtures, open_places
from optimizer.demand.period_legs import fixture_places
from optimizer.demand.periods import period_arrivals

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from optimizer.demand.mix import Business, Stop
    from optimizer.plan.model import FloorPlan
    from optimizer.study import Study

    Names = Mapping[str, tuple[str, ...]]
    Walks = Collection[tuple[str, str]]

__all__ = ["Course", "CourseStop", "joined_courses", "layout_courses", "share_of_customers"]


@dataclass(frozen=True, kw_only=True)
class CourseStop:
    """A stop of a course: probability that it is made, and share of each fixture or door."""

    probability: float
    shares: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Course:
    """People per hour who make the same stops; the first and the last are the doors."""

    people: float
    stops: tuple[CourseStop, ...]


def layout_courses(
    study: Study, names: Names, hour: int | None = None
) -> tuple[tuple[Course, ...], ...]:
    """Courses of each period of a study, or of one hour alone.

    Parameters
    ----------
    study
        Business mix, doors, periods.
    names
        Names of the layout's fixtures by type.
    hour
        An hour of the day, with everything open; None for the study's periods, or its design
        hour where it has none.
    """
    places = fixture_places(study, names)
    if hour is not None or not study.periods:
        at = study.hour if hour is None else hour
        arrivals = study.mix.arrivals.per_hour.get(at, 0.0)
        return (tuple(_courses(study, names, places, arrivals)),)
    return tuple(
        tuple(
            _courses(
                study,
                open_fixtures(study, period, names),
                open_places(study, period, places),
                period_arrivals(study.mix.arrivals, period),
            )
        )
        for period in study.periods
    )


def joined_courses(parts: Sequence[tuple[float, tuple[Course, ...]]]) -> tuple[Course, ...]:
    """Courses of several periods together, their people by the weight of the period."""
    return tuple(
        replace(course, people=weight * course.people)
        for weight, courses in parts
        for course in courses
        if weight > 0
    )


def share_of_customers(
    courses: Sequence[Course], happens: Walks, *, within: Collection[str] | None = None
) -> float | None:
    """Share of customers, 0 to 1, whom it happens to on one walk of theirs at least.

    Parameters
    ----------
    courses
        Whole visits.
    happens
        Walks (source, target) on which it happens.
    within
        Only customers who go to one of these fixtures or more, and to no other, are counted.

    Returns
    -------
    float or None
        None where there is no such customer.
    """
    total = spared = 0.0
    for course in courses:
        everybody = _arrive(course, frozenset(), within)
        if everybody > 0 and course.people > 0:
            total += course.people * everybody
            spared += course.people * _arrive(course, happens, within)
    return max(1.0 - spared / total, 0.0) if total > 0 else None


def _arrive(course: Course, happens: Walks, within: Collection[str] | None) -> float:
    """Part of a course's customers who walk none of some walks, from door to door."""
    reached: list[Mapping[str, float]] = [course.stops[0].shares]
    last = len(course.stops) - 1
    for j, stop in enumerate(course.stops[1:], start=1):
        here = {name: 0.0 for name in stop.shares if within is None or j == last or name in within}
        passed = stop.probability
        for i in range(j - 1, -1, -1):
            # who is counted by where he goes has to go somewhere
            if within is None or (i, j) != (0, last):
                for target in here:
                    part = passed * stop.shares[target]
                    here[target] += part * sum(
                        mass
                        for source, mass in reached[i].items()
                        if (source, target) not in happens
                    )
            passed *= 1.0 - course.stops[i].probability
            if passed <= 0:
                break
        reached.append(here)
    return sum(reached[-1].values())


def _courses(
    study: Study, names: Names, places: Mapping[str, int], arrivals: float
) -> Iterator[Course]:
    """Yield the courses of all businesses."""
    for business in study.mix.businesses:
        doors = _doors(study.plan, business)
        for people, stops in journeys_of(study.mix, business, places, arrivals):
            inner = (_stop(stop, names, places) for stop in stops)
            yield Course(people=people, stops=(doors[0], *inner, doors[1]))


def _stop(stop: Stop, names: Names, places: Mapping[str, int]) -> CourseStop:
    """A stop with its fixtures: the people of a type split evenly over its fixtures."""
    shares: dict[str, float] = {}
    for place, part in stop_shares(stop, places).items():
        own = names.get(place.type, ())
        shares |= {name: part / len(own) for name in own}
    return CourseStop(probability=stop.probability, shares=shares)


def _doors(plan: FloorPlan, business: Business) -> tuple[CourseStop, CourseStop]:
    """Doors in and out of a business."""
    way_out = business.exit or business.entrance
    ways = (
        {business.entrance: 1.0} if business.entrance else street_doors(plan, ENTRANCE),
        {way_out: 1.0} if way_out else street_doors(plan, EXIT),
    )
    one, other = (CourseStop(probability=1.0, shares=shares) for shares in ways)
    return one, other
