"""From the business mix to flows: people per hour between doors and kinds of fixture.

In: a `BusinessMix`, the number of servers that a layout has of each type, and the arrivals of an
hour. Out: `Flow` values between places, and the visits per hour of each type (for waiting times).

Chain of stops. With stops 1…n of probabilities p, taken independently, and the doors as stops 0
and n+1 with p = 1, the share that walks from stop i straight to stop j is
``p_i · p_j · Π_{i<k<j} (1 − p_k)``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.demand.mix import Business, BusinessMix, StaffRound, Stop

__all__ = [
    "ENTRANCE",
    "EXIT",
    "Flow",
    "PersonClass",
    "Place",
    "compute_flows",
    "compute_visits",
    "journeys_of",
    "rounds_per_hour",
    "stop_shares",
]

#: Names of the places at either end of a customer's journey, where no door is named.
ENTRANCE, EXIT = "entrance", "exit"

#: Flows below this many people per hour are rounding, not people.
NEGLIGIBLE = 1e-12


class PersonClass(StrEnum):
    """Who walks a flow."""

    CUSTOMER = "customer"
    WHEELCHAIR = "wheelchair"
    STAFF = "staff"
    CASH = "cash_transport"


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """An end of a flow: a door of the plan or a fixture type.

    Parameters
    ----------
    door
        Name of the door; ENTRANCE or EXIT for the plan's own; "" where it is a fixture type.
    type
        Fixture type; "" where it is a door.
    """

    door: str = ""
    type: str = ""

    def __str__(self) -> str:
        return self.door or self.type


@dataclass(frozen=True, kw_only=True)
class Flow:
    """People per hour from one place to another.

    Parameters
    ----------
    group
        The business or staff round.
    source, target
        A fixture type or a door, see `Place`.
    rate
        People per hour, over all fixtures of these types together.
    person
        Class of the people.
    """

    group: str
    source: Place
    target: Place
    rate: float
    person: PersonClass = PersonClass.CUSTOMER


def compute_flows(
    mix: BusinessMix, servers: Mapping[str, int], arrivals: float
) -> tuple[Flow, ...]:
    """Flows of one hour.

    Parameters
    ----------
    mix
        The study's business mix.
    servers
        Places of each fixture type in the layout; a type that is missing has none.
    arrivals
        Customers per hour.

    Returns
    -------
    tuple of Flow
        One per group and pair of places, without those of rate 0 and those that lead from a
        place to itself (a door that is entrance and exit at once is no walk either).
    """
    rates: defaultdict[tuple[str, Place, Place, PersonClass], float] = defaultdict(float)
    for business in mix.businesses:
        for source, target, rate in _customer_legs(mix, business, servers, arrivals):
            rates[business.name, source, target, PersonClass.CUSTOMER] += rate
    visits = compute_visits(mix, servers, arrivals)
    for staff_round in mix.rounds:
        person = PersonClass.CASH if staff_round.cash else PersonClass.STAFF
        rounds = rounds_per_hour(staff_round, visits)
        for start, end in pairwise(_route(staff_round)):
            if start != end and all(
                place.door or servers.get(place.type) for place in (start, end)
            ):
                rates[staff_round.name, start, end, person] += rounds
    return tuple(
        Flow(group=group, source=source, target=target, rate=rate, person=person)
        for (group, source, target, person), rate in rates.items()
        if rate > NEGLIGIBLE
    )


def compute_visits(
    mix: BusinessMix, servers: Mapping[str, int], arrivals: float
) -> dict[str, dict[str, float]]:
    """Visits per hour: fixture type → business → customers per hour who use it."""
    visits: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for business in mix.businesses:
        for people, stops in journeys_of(mix, business, servers, arrivals):
            for stop in stops:
                for place, part in stop_shares(stop, servers).items():
                    visits[place.type][business.name] += people * stop.probability * part
    return {kind: dict(by_business) for kind, by_business in visits.items()}


def rounds_per_hour(staff_round: StaffRound, visits: Mapping[str, Mapping[str, float]]) -> float:
    """Return how often per hour a staff round is walked."""
    uses = sum(
        share * sum(visits.get(kind, {}).values()) for kind, share in staff_round.per_use.items()
    )
    return staff_round.per_hour + uses


def _route(staff_round: StaffRound) -> Iterator[Place]:
    """Yield the places of a round: doors of the plan and fixture types."""
    for word in staff_round.route:
        yield Place(door=word) if word in staff_round.doors else Place(type=word)


def _customer_legs(
    mix: BusinessMix, business: Business, servers: Mapping[str, int], arrivals: float
) -> Iterator[tuple[Place, Place, float]]:
    """Yield (from, to, people per hour) of one business, machine and counter journeys."""
    start = Place(door=business.entrance or ENTRANCE)
    end = Place(door=business.exit or business.entrance or EXIT)
    for people, stops in journeys_of(mix, business, servers, arrivals):
        yield from _chain(start, stops, end, people, servers)


def journeys_of(
    mix: BusinessMix, business: Business, servers: Mapping[str, int], arrivals: float
) -> Iterator[tuple[float, tuple[Stop, ...]]]:
    """Yield people per hour and their stops: at counters, at machines, and where machines fail.

    Booked customers make the stops of the counter journey but those that appointments skip.

    Parameters
    ----------
    mix
        Says what appointments skip.
    business
        One business of it.
    servers
        Places of each fixture type in the layout.
    arrivals
        Customers per hour, of all business.
    """
    customers = arrivals * business.share
    counter = _present(business.journey, servers)
    machine = _present(business.machine_journey, servers)
    complete = bool(machine) and len(machine) == len(business.machine_journey)
    by_machine = customers * business.replaceable if complete else 0.0
    rework = business.rework if counter else 0.0
    skips = set(mix.service.appointment_skips)
    direct = tuple(stop for stop in counter if not skips.issuperset(stop.types)) or counter
    for people, stops in (
        ((customers - by_machine) * (1 - business.appointments), counter),
        ((customers - by_machine) * business.appointments, direct),
        (by_machine * (1 - rework), machine),
        # the machine is tried, fails, and the counter journey follows from there
        (by_machine * rework, (*machine[:1], *counter)),
    ):
        if people > 0 and stops:
            yield people, stops


def _present(stops: tuple[Stop, ...], servers: Mapping[str, int]) -> tuple[Stop, ...]:
    """Stops that the layout can serve."""
    return tuple(stop for stop in stops if any(servers.get(kind) for kind in stop.types))


def _chain(
    start: Place,
    stops: tuple[Stop, ...],
    end: Place,
    people: float,
    servers: Mapping[str, int],
) -> Iterator[tuple[Place, Place, float]]:
    """Yield the legs of a chain of stops, split over the types of each stop."""
    if not stops or people <= 0:
        return
    ends = [
        (1.0, {start: 1.0}),
        *((stop.probability, stop_shares(stop, servers)) for stop in stops),
        (1.0, {end: 1.0}),
    ]
    for i, (p_from, sources) in enumerate(ends[:-1]):
        passed = 1.0
        for p_to, targets in ends[i + 1 :]:
            share = p_from * p_to * passed
            passed *= 1.0 - p_to
            for source, part in sources.items():
                for target, other in targets.items():
                    if source != target and share > 0:
                        yield source, target, people * share * part * other


def stop_shares(stop: Stop, servers: Mapping[str, int]) -> dict[Place, float]:
    """How the people of a stop split over its types: in proportion to the servers."""
    present = {kind: servers.get(kind, 0) for kind in stop.types}
    total = sum(present.values())
    return {Place(type=kind): count / total for kind, count in present.items() if count}
