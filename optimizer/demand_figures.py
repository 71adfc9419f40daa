"""Figures of whole visits and of periods: what a planner asks for first.

In: nothing. Out: immutable records that an `Evaluation` holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.evaluation import WaitingFigures

__all__ = ["DoorToDoorFigures", "PeriodFigures", "VisitMinutes"]


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
