"""Figures of waits, of whole visits and of periods: what a planner asks for first.

In: nothing. Out: immutable records that an `Evaluation` holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ClassWaiting",
    "DoorToDoorFigures",
    "PeriodFigures",
    "VisitMinutes",
    "WaitingFigures",
    "waiting_seconds",
]


@dataclass(frozen=True, kw_only=True)
class ClassWaiting:
    """Waiting of one class of customers at the fixtures of one type."""

    mean_minutes: float
    p95_minutes: float
    arrivals_per_hour: float
    abandoned: float = 0.0


@dataclass(frozen=True, kw_only=True)
class WaitingFigures:
    """Waiting at the fixtures of one type.

    Parameters
    ----------
    mean_minutes, p95_minutes
        Wait of all who come, also of those who leave; inf where the queue grows for ever.
    utilisation
        What comes over what can be served, of the busiest line of the type.
    arrivals_per_hour, servers
        Who comes, and how many are served at a time.
    people_waiting
        Mean number of people in the queue.
    abandoned
        Share of those who come and leave unserved.
    service_minutes
        Mean time that a customer keeps a place taken, with the wait for a check by staff.
    check_wait_minutes
        Part of it that is a wait for the member of staff who checks, mean over all customers.
    by_class
        The same by class of customers, where the study has classes.
    minutes_of_hour
        Mean minutes that the objective and minutes from door to door take: those of the steady
        state, and where an hour is too short for it, less; finite (`demand.overload`).
    by_business
        The same by business, where businesses stand in different lines or classes.
    """

    mean_minutes: float
    p95_minutes: float
    utilisation: float
    arrivals_per_hour: float
    servers: int
    minutes_of_hour: float
    people_waiting: float = 0.0
    abandoned: float = 0.0
    service_minutes: float = 0.0
    check_wait_minutes: float = 0.0
    by_class: Mapping[str, ClassWaiting] = field(default_factory=dict)
    by_business: Mapping[str, float] = field(default_factory=dict)


def waiting_seconds(waiting: Mapping[str, WaitingFigures]) -> float:
    """Person-seconds of waiting in an hour, over all kinds of fixture."""
    return sum(60.0 * row.arrivals_per_hour * row.minutes_of_hour for row in waiting.values())


@dataclass(frozen=True, kw_only=True)
class VisitMinutes:
    """Minutes of one customer from door to door, mean over the customers of a business.

    Parameters
    ----------
    walking
        On all legs, at the customers' speed.
    waiting
        At all stops, those of a second try at a counter among them.
    service
        At all stops, with the wait for a member of staff who checks.
    customers_per_hour
        How many come for it.
    """

    walking: float
    waiting: float
    service: float
    customers_per_hour: float

    @property
    def minutes(self) -> float:
        """All three together."""
        return self.walking + self.waiting + self.service


@dataclass(frozen=True, kw_only=True)
class DoorToDoorFigures:
    """Minutes from door to door, by business."""

    by_business: Mapping[str, VisitMinutes] = field(default_factory=dict)

    @property
    def customers_per_hour(self) -> float:
        """Customers an hour."""
        return sum(visit.customers_per_hour for visit in self.by_business.values())

    @property
    def customer_minutes_per_hour(self) -> float:
        """Minutes that all customers of an hour spend in the branch: the measure."""
        return sum(v.customers_per_hour * v.minutes for v in self.by_business.values())

    @property
    def minutes_per_customer(self) -> float:
        """Mean over all customers; 0 where nobody comes."""
        customers = self.customers_per_hour
        return self.customer_minutes_per_hour / customers if customers else 0.0


@dataclass(frozen=True, kw_only=True)
class PeriodFigures:
    """One period of a study, with everything at its own rates and open windows.

    Parameters
    ----------
    name, label_zh
        Of the period.
    weight
        Its reference weight, 0 to 1: in a mix its share, in the worst case 1 for the heaviest.
    arrivals_per_hour
        Customers.
    places
        Open places by fixture type.
    waiting
        Waiting by fixture type.
    metres_per_customer, encounters_per_hour
        Walking and encounters.
    door_to_door
        Minutes by business.
    terms
        Weighted terms of the objective in this period.
    """

    name: str
    weight: float
    arrivals_per_hour: float
    places: Mapping[str, int]
    waiting: Mapping[str, WaitingFigures]
    metres_per_customer: float
    encounters_per_hour: float
    door_to_door: DoorToDoorFigures
    terms: Mapping[str, float]
    label_zh: str = ""

    @property
    def value(self) -> float:
        """The objective in this period."""
        return sum(self.terms.values())
