"""Who comes in a simulated time, for what, and what staff walk: drawn before anybody walks.

In: a study, the places of a layout, an hour and a random generator. Out: `Visit` and `Round`
values. All chance of a customer is drawn here, so that two layouts with the same fixtures are
walked by the same customers when the seed is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.flows import ENTRANCE, EXIT, PersonClass, compute_visits, journeys_of
from optimizer.demand.legs import street_doors
from optimizer.simulate.parameters import parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.demand.mix import Business, StaffRound
    from optimizer.study import Study

__all__ = ["Round", "Visit", "Wish", "draw_rounds", "draw_visits", "person_of", "walked_round"]

#: Speeds are drawn no farther from their mean than so many standard deviations.
CUT = 2.5


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A stop that a customer makes.

    Parameters
    ----------
    types
        Fixture types that serve it.
    choice
        0 to 1: which of the types, in proportion to their places.
    luck
        How long the service takes: standard deviations of its logarithm away from the mean of it.
    """

    types: tuple[str, ...]
    choice: float
    luck: float


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One customer.

    Parameters
    ----------
    number
        Unique in its run.
    arrival
        Seconds.
    business
        Name of the business.
    wishes
        Stops in order.
    entrance, exit
        Names of the doors.
    speed
        Metres per second.
    patience
        Wait that the customer is ready for over its mean.
    """

    number: int
    arrival: float
    business: str
    wishes: tuple[Wish, ...]
    entrance: str
    exit: str
    speed: float
    patience: float


@dataclass(frozen=True, kw_only=True)
class Round:
    """One walk of a member of staff: when, which round, who, how fast."""

    start: float
    name: str
    route: tuple[str, ...]
    person: PersonClass
    speed: float


def draw_visits(
    study: Study,
    servers: Mapping[str, int],
    *,
    hour: int,
    seconds: float,
    rng: np.random.Generator,
) -> tuple[Visit, ...]:
    """Customers who arrive at random at the rate of an hour.

    Parameters
    ----------
    study, servers
        The mix, and places by fixture type (`Study.servers`).
    hour
        Hour of the day whose arrivals hold all the time.
    seconds
        How long customers come.
    rng
        Source of chance.
    """
    rate = study.mix.arrivals.per_hour.get(hour, 0.0)
    if rate <= 0:
        return ()
    journeys = [
        (people, business, stops)
        for business in study.mix.businesses
        for people, stops in journeys_of(study.mix, business, servers, rate)
    ]
    weights = np.array([people for people, _, _ in journeys])
    # customers whose stops the layout has none of come for nothing and are no walk
    total = float(weights.sum())
    count = int(rng.poisson(total * seconds / 3600.0))
    arrivals = np.sort(rng.uniform(0.0, seconds, count))
    visits = []
    for number, arrival in enumerate(arrivals):
        own = np.random.default_rng(rng.integers(2**63))
        _, business, stops = journeys[int(own.choice(len(journeys), p=weights / total))]
        wishes = tuple(
            Wish(types=stop.types, choice=float(own.uniform()), luck=float(own.standard_normal()))
            for stop in stops
            if own.uniform() < stop.probability
        )
        visit = Visit(
            number=number,
            arrival=float(arrival),
            business=business.name,
            wishes=wishes,
            entrance=_door(study, business, own, entrance=True),
            exit=_door(study, business, own, entrance=False),
            speed=_speed(study, PersonClass.CUSTOMER, own),
            patience=float(own.exponential()),
        )
        if own.uniform() < study.walking.wheelchair_share:
            speed = study.walking.speed
            slower = speed[PersonClass.WHEELCHAIR] / speed[PersonClass.CUSTOMER]
            visit = replace(visit, speed=visit.speed * slower)
        visits.append(visit)
    return tuple(visits)


def draw_rounds(
    study: Study,
    servers: Mapping[str, int],
    *,
    hour: int,
    seconds: float,
    rng: np.random.Generator,
) -> tuple[Round, ...]:
    """Staff rounds, at random: those of the hour and those that customers' uses cause."""
    uses = compute_visits(study.mix, servers, study.mix.arrivals.per_hour.get(hour, 0.0))
    found = []
    for staff_round in study.mix.rounds:
        caused = sum(
            share * sum(uses.get(kind, {}).values()) for kind, share in staff_round.per_use.items()
        )
        count = int(rng.poisson((staff_round.per_hour + caused) * seconds / 3600.0))
        found += [
            walked_round(study, staff_round, float(start), rng)
            for start in rng.uniform(0.0, seconds, count)
        ]
    return tuple(sorted(found, key=lambda r: (r.start, r.name)))


def walked_round(
    study: Study, staff_round: StaffRound, start: float, rng: np.random.Generator
) -> Round:
    """One walk of a staff round."""
    person = person_of(staff_round)
    return Round(
        start=start,
        name=staff_round.name,
        route=tuple(
            [staff_round.route[0]]
            + [after for before, after in pairwise(staff_round.route) if before != after]
        ),
        person=person,
        speed=_speed(study, person, rng),
    )


def person_of(staff_round: StaffRound) -> PersonClass:
    """Class of the people who walk a round."""
    return PersonClass.CASH if staff_round.cash else PersonClass.STAFF


def _speed(study: Study, person: PersonClass, rng: np.random.Generator) -> float:
    """Speed of one person, metres per second."""
    away = float(np.clip(rng.normal(), -CUT, CUT))
    variation = float(parameter("speed_variation"))
    return study.walking.speed[person] * (1.0 + variation * away)


def _door(study: Study, business: Business, rng: np.random.Generator, *, entrance: bool) -> str:
    """Door that a customer comes or goes by."""
    own = business.entrance if entrance else business.exit or business.entrance
    u = float(rng.uniform())
    if own:
        return own
    doors = street_doors(study.plan, ENTRANCE if entrance else EXIT)
    names = list(doors)
    at = int(np.searchsorted(np.cumsum(list(doors.values())), u, side="right"))
    return names[min(at, len(names) - 1)]
