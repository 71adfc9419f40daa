"""The business mix: who comes, for what, by which journey; and what staff do on their rounds.

In: the `[[business]]`, `[[staff]]` and `[arrivals]` parts of a study. Out: immutable values that
`demand.flows` turns into people per hour between kinds of fixture.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.demand.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.demand.queue_log.model import QueueLog

__all__ = ["Arrivals", "Business", "BusinessMix", "StaffRound", "Stop"]


def _nothing() -> Mapping[str, float]:
    """An empty mapping that stays empty."""
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A visit to one of several kinds of fixture.

    Parameters
    ----------
    types
        Fixture types that serve it; where a layout holds several of them, people split in
        proportion to their servers. None of them in the layout: the stop is left out.
    probability
        Share of the journey's customers who make the stop.
    """

    types: tuple[str, ...]
    probability: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Business:
    """One kind of business that customers come for.

    Parameters
    ----------
    name, label_zh
        What reports call it, in English and Chinese.
    share
        Share of all arrivals, 0 to 1.
    journey
        Stops at counters and desks, between the entrance and the exit.
    machine_journey
        Stops of those who are served by a machine instead; empty where no machine serves it.
    replaceable
        Share of customers who go to the machine, where the layout has one for each stop.
    rework
        Share of machine customers for whom the machine fails: they walk on to the first stop of
        `journey` and go through it.
    service_minutes
        Mean service time by fixture type.
    service_variation
        Standard deviation over mean of its service time, by fixture type; where a type is missing,
        that of `Service.variation`.
    entrance, exit
        Name of the door they use; None for the plan's entrances, the exits.
    appointments
        Share of the counter customers who come at a booked time: their arrivals vary less, and
        they pass by the stops of `Service.appointment_skips`.
    """

    name: str
    share: float
    journey: tuple[Stop, ...]
    machine_journey: tuple[Stop, ...] = ()
    replaceable: float = 0.0
    rework: float = 0.0
    service_minutes: Mapping[str, float] = field(default_factory=_nothing)
    service_variation: Mapping[str, float] = field(default_factory=_nothing)
    label_zh: str = ""
    entrance: str | None = None
    exit: str | None = None
    appointments: float = 0.0


@dataclass(frozen=True, kw_only=True)
class StaffRound:
    """A walk that staff do over and over.

    Parameters
    ----------
    name, label_zh
        What reports call it, in English and in Chinese.
    route
        Fixture types, or names of doors, in the order of the walk. A round that comes back names
        its first stop again at the end.
    per_hour
        Rounds per hour, whatever the customers do.
    per_use
        Rounds per customer who uses a fixture type (the lobby manager verifies an identity at
        the smart terminal), by type.
    cash
        Whether cash is carried: a flow that should meet nobody.
    check_minutes
        Minutes that a member of staff takes for one walk and the check at the end of it, while the
        customer waits at the fixture of `per_use` and keeps it taken; 0 where nobody waits for it.
    check_alone_minutes
        Minutes of the check by itself, without the walk; None where it is not known. Figures with
        the walk of a layout need it (`measured.checks`).
    doors
        Which words of the route are doors.
    """

    name: str
    route: tuple[str, ...]
    per_hour: float = 0.0
    per_use: Mapping[str, float] = field(default_factory=_nothing)
    cash: bool = False
    check_minutes: float = 0.0
    check_alone_minutes: float | None = None
    doors: tuple[str, ...] = ()
    label_zh: str = ""


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """People per hour who come to the branch, by hour of the day.

    Parameters
    ----------
    per_hour
        People per hour by hour (9 stands for 9:00 to 10:00).
    source
        Where the figures come from.
    by_weekday
        The same of each weekday (0 is Monday); empty where weekdays are not told apart.
    log
        The queue log that it is taken from, or None.
    """

    per_hour: Mapping[int, float]
    source: str = ""
    by_weekday: Mapping[int, Mapping[int, float]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    log: QueueLog | None = None

    @property
    def busiest(self) -> int:
        """Hour with most arrivals; the earliest of equals."""
        return min(self.per_hour, key=lambda hour: (-self.per_hour[hour], hour))

    @property
    def mean(self) -> float:
        """People per hour, mean over the opening hours."""
        return sum(self.per_hour.values()) / len(self.per_hour)

    def at(self, hour: int, weekday: int | None = None) -> float:
        """People per hour at an hour of a mean day, or of a weekday where these are told apart."""
        of_day = self.per_hour if weekday is None else self.by_weekday.get(weekday, self.per_hour)
        return of_day.get(hour, 0.0)

    def scaled(self, factor: float) -> Arrivals:
        """Arrivals with so many times as many people, hours in order."""
        return replace(
            self,
            per_hour={hour: people * factor for hour, people in sorted(self.per_hour.items())},
            by_weekday={
                weekday: {hour: people * factor for hour, people in sorted(of_day.items())}
                for weekday, of_day in sorted(self.by_weekday.items())
            },
        )


@dataclass(frozen=True, kw_only=True)
class BusinessMix:
    """All business, all staff rounds and the arrivals of one study.

    Parameters
    ----------
    businesses
        Their shares add to 1.
    rounds
        What staff walk.
    arrivals
        Customers per hour of the day.
    service
        How customers are called and how long they are ready to wait.
    """

    businesses: tuple[Business, ...]
    rounds: tuple[StaffRound, ...] = ()
    arrivals: Arrivals = field(default_factory=lambda: Arrivals(per_hour={9: 0.0}))
    service: Service = field(default_factory=Service)

    def service_variation(self, business: Business, kind: str) -> float:
        """Standard deviation over mean of a business's service time at a fixture type."""
        return business.service_variation.get(kind, self.service.variation)
