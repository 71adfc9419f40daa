"""Who walks where and who is served where, worked out again from the business mix.

In: a study and its placed fixtures. Out: `Walk`s between fixtures and doors, and visits by type.

The share of a journey's customers who go from stop i straight to stop j is p_i · p_j · the
product of (1 − p_k) over the stops between; people split over the types of a stop in proportion
to their places, over the fixtures of a type evenly, over street doors by width.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from optimizer.demand.flows import PersonClass
from optimizer.errors import StudyError
from optimizer.plan.model import DoorKind, ZoneKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.demand.mix import Business, Stop
    from optimizer.plan.model import FloorPlan
    from optimizer.study import Study
    from optimizer.verify.placed import Placed

__all__ = ["Walk", "count_places", "count_visits", "course_stops", "list_walks", "merge_walks"]

#: A door this near to a 24 h zone belongs to it, metres: a thick wall.
AT_ZONE = 0.6

#: An end of a walk between kinds: ("type", name), ("door", name), ("in", ""), ("out", "").
End = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Walk:
    """People per hour from one fixture or door to another.

    Parameters
    ----------
    source, target
        Names of fixtures or doors.
    person
        Class of the people.
    by_group
        People per hour of each business or staff round.
    """

    source: str
    target: str
    person: PersonClass
    by_group: Mapping[str, float]

    @property
    def rate(self) -> float:
        """People per hour."""
        return sum(self.by_group.values())

    @property
    def staff(self) -> bool:
        """Whether staff walk it."""
        return self.person in (PersonClass.STAFF, PersonClass.CASH)


def count_places(fixtures: Sequence[Placed]) -> dict[str, int]:
    """Places by type; a type that serves nobody by itself counts one a fixture."""
    places: defaultdict[str, int] = defaultdict(int)
    for fixture in fixtures:
        places[fixture.kind.name] += max(1, fixture.kind.servers)
    return dict(places)


def count_visits(study: Study, fixtures: Sequence[Placed]) -> dict[str, dict[str, float]]:
    """Customers per hour who use each type, by business."""
    places = count_places(fixtures)
    visits: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for business in study.mix.businesses:
        for people, stops in _courses(study, business, places):
            for stop in stops:
                for kind, part in _split(stop, places).items():
                    visits[kind][business.name] += people * stop.probability * part
    return {kind: dict(by_business) for kind, by_business in visits.items()}


def list_walks(study: Study, fixtures: Sequence[Placed]) -> tuple[Walk, ...]:
    """All walks of the design hour."""
    rates: defaultdict[tuple[str, str, PersonClass], defaultdict[str, float]] = defaultdict(
        lambda: defaultdict(float)
    )
    for group, person, source, target, rate in (
        *_customer_flows(study, fixtures),
        *_staff_flows(study, fixtures),
    ):
        if source == target:
            continue
        for one, part in _members(study.plan, source, fixtures).items():
            for other, share in _members(study.plan, target, fixtures).items():
                if one != other:
                    rates[one, other, person][group] += rate * part * share
    return tuple(
        Walk(source=source, target=target, person=person, by_group=dict(by_group))
        for (source, target, person), by_group in rates.items()
    )


def course_stops(
    study: Study, fixtures: Sequence[Placed]
) -> Iterator[tuple[float, list[tuple[float, dict[str, float]]]]]:
    """Yield people per hour, and their stops: probability and share of each fixture or door."""
    places = count_places(fixtures)
    for business in study.mix.businesses:
        way_out = business.exit or business.entrance
        doors = [
            (1.0, _members(study.plan, ("door", name) if name else (side, ""), fixtures))
            for side, name in (("in", business.entrance), ("out", way_out))
        ]
        for people, stops in _courses(study, business, places):
            inner = []
            for stop in stops:
                shares = {
                    name: part * share
                    for kind, part in _split(stop, places).items()
                    for name, share in _members(study.plan, ("type", kind), fixtures).items()
                }
                inner.append((stop.probability, shares))
            yield people, [doors[0], *inner, doors[1]]


def merge_walks(parts: Sequence[tuple[float, Sequence[Walk]]]) -> tuple[Walk, ...]:
    """Walks of several periods with their mean people by weight; a weight of 0 keeps the walk."""
    rates: dict[tuple[str, str, PersonClass], dict[str, float]] = {}
    for weight, walks in parts:
        for walk in walks:
            groups = rates.setdefault((walk.source, walk.target, walk.person), {})
            for group, rate in walk.by_group.items():
                groups[group] = groups.get(group, 0.0) + weight * rate
    return tuple(
        Walk(source=source, target=target, person=person, by_group=groups)
        for (source, target, person), groups in rates.items()
    )


def _customer_flows(
    study: Study, fixtures: Sequence[Placed]
) -> Iterator[tuple[str, PersonClass, End, End, float]]:
    """Yield group, class, source, target and people per hour of every business."""
    places = count_places(fixtures)
    for business in study.mix.businesses:
        start = ("door", business.entrance) if business.entrance else ("in", "")
        way_out = business.exit or business.entrance
        end = ("door", way_out) if way_out else ("out", "")
        for people, stops in _courses(study, business, places):
            inner = [
                (s.probability, {("type", k): v for k, v in _split(s, places).items()})
                for s in stops
            ]
            chain = [(1.0, {start: 1.0}), *inner, (1.0, {end: 1.0})]
            for i, j in combinations(range(len(chain)), 2):
                skipped = math.prod(1.0 - p for p, _ in chain[i + 1 : j])
                share = chain[i][0] * chain[j][0] * skipped
                for source, part in chain[i][1].items():
                    for target, other in chain[j][1].items():
                        rate = people * share * part * other
                        if rate > 0:
                            yield business.name, PersonClass.CUSTOMER, source, target, rate


def _staff_flows(
    study: Study, fixtures: Sequence[Placed]
) -> Iterator[tuple[str, PersonClass, End, End, float]]:
    """Yield the same of every staff round."""
    present = {fixture.kind.name for fixture in fixtures}
    visits = count_visits(study, fixtures)
    for staff_round in study.mix.rounds:
        rate = staff_round.per_hour + sum(
            share * sum(visits.get(kind, {}).values())
            for kind, share in staff_round.per_use.items()
        )
        person = PersonClass.CASH if staff_round.cash else PersonClass.STAFF
        ends = [("door" if w in staff_round.doors else "type", w) for w in staff_round.route]
        for one, other in pairwise(ends):
            there = all(what == "door" or word in present for what, word in (one, other))
            if there and rate > 0:
                yield staff_round.name, person, one, other, rate


def _courses(
    study: Study, business: Business, places: Mapping[str, int]
) -> Iterator[tuple[float, tuple[Stop, ...]]]:
    """Yield people per hour and stops: at the counter, at the machine, at one after the other.

    Those who booked leave out the stops at which others prepare, if any stop is left then.
    """
    people = study.arrivals_per_hour * business.share

    def served(stops: Sequence[Stop]) -> tuple[Stop, ...]:
        return tuple(stop for stop in stops if any(places.get(kind, 0) for kind in stop.types))

    counter, machine = served(business.journey), served(business.machine_journey)
    whole = business.machine_journey and machine == business.machine_journey
    away = people * business.replaceable if whole else 0.0
    failed = away * business.rework if counter else 0.0
    booked = business.appointments * (people - away)
    prepare = study.mix.service.appointment_skips
    rest = tuple(stop for stop in counter if any(kind not in prepare for kind in stop.types))
    courses = (
        (people - away - booked, counter),
        (booked, rest or counter),
        (away - failed, machine),
        (failed, (*machine[:1], *counter)),
    )
    yield from ((number, stops) for number, stops in courses if number > 0 and stops)


def _split(stop: Stop, places: Mapping[str, int]) -> dict[str, float]:
    """Share of a stop's people by type."""
    total = sum(places.get(kind, 0) for kind in stop.types)
    return {kind: places[kind] / total for kind in stop.types if places.get(kind, 0)}


def _members(plan: FloorPlan, end: End, fixtures: Sequence[Placed]) -> dict[str, float]:
    """Fixtures or doors that an end stands for, with shares that add to 1."""
    what, name = end
    if what == "door":
        return {name: 1.0}
    if what == "type":
        names = [fixture.name for fixture in fixtures if fixture.kind.name == name]
        return {one: 1 / len(names) for one in names}
    doors = plan.doors_of(DoorKind.EXIT) if what == "out" else ()
    doors = doors or plan.doors_of(DoorKind.ENTRANCE)
    night = plan.zones_of(ZoneKind.SELF_SERVICE_24H)
    by_day = [
        door for door in doors if not any(z.polygon.distance(door.line) <= AT_ZONE for z in night)
    ]
    used = by_day or list(doors)
    if not used:
        raise StudyError(f"floor plan {plan.name!r} has no entrance; customers need one")
    total = sum(door.width for door in used)
    return {door.name: door.width / total for door in used}
