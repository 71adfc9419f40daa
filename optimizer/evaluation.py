"""What is measured of one layout.

In: the figures that `evaluate` computes. Out: immutable values that the report draws and
`result.json` holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.demand_figures import (
    ClassWaiting,
    DoorToDoorFigures,
    PeriodFigures,
    VisitMinutes,
    WaitingFigures,
    waiting_seconds,
)
from optimizer.flow_figures import (
    CrossingFigures,
    CrowdingFigures,
    DetourFigures,
    DiversionFigures,
    FirstStop,
    GuidedFigures,
    GuideLine,
    MeetingPair,
    MeetingPlace,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from optimizer.demand.flows import PersonClass
    from optimizer.equipment.layout import Layout
    from optimizer.rules.model import Finding

__all__ = [
    "ClassWaiting",
    "CrossingFigures",
    "CrowdingFigures",
    "DetourFigures",
    "DiversionFigures",
    "DoorToDoorFigures",
    "Evaluation",
    "FirstStop",
    "GuideLine",
    "GuidedFigures",
    "Leg",
    "MeetingPair",
    "MeetingPlace",
    "ObjectiveValue",
    "OverlookedPair",
    "PeriodFigures",
    "PrivacyFigures",
    "VisitMinutes",
    "WaitingFigures",
    "WalkingFigures",
    "waiting_seconds",
]


@dataclass(frozen=True, kw_only=True)
class Leg:
    """The walk between two standing points of a layout, with everybody who walks it.

    Parameters
    ----------
    source, target
        Names of the fixture or door at either end.
    start, end
        Standing points, metres.
    rate
        People per hour.
    by_group
        People per hour of each business or staff round among them.
    person
        Class of the people.
    length
        Walked length around walls and furniture, metres; inf where there is no way.
    empty_length
        The same in the empty shell.
    path
        (k, 2) corners of the walk from start to end, metres; (0, 2) where there is no way.
    by_period
        `by_group` in each period of the study; empty where it has none.
    """

    source: str
    target: str
    start: tuple[float, float]
    end: tuple[float, float]
    rate: float
    by_group: Mapping[str, float]
    person: PersonClass
    length: float
    empty_length: float
    path: NDArray[np.float64]
    by_period: tuple[Mapping[str, float], ...] = ()

    @property
    def name(self) -> str:
        """What reports call it."""
        return f"{self.source} → {self.target}"


@dataclass(frozen=True, kw_only=True)
class WalkingFigures:
    """Walking in one hour: customers' person-metres, per customer, per business; staff apart."""

    person_metres_per_hour: float
    metres_per_customer: float
    by_journey: Mapping[str, float]
    staff_person_metres_per_hour: float


@dataclass(frozen=True, kw_only=True)
class OverlookedPair:
    """A screen or PIN pad that somebody at another place can see."""

    fixture: str
    viewer: str
    screen: tuple[float, float]
    eye: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class PrivacyFigures:
    """Overlooked screens, and people who walk through somebody's privacy zone."""

    overlooked: tuple[OverlookedPair, ...]
    through_flow_per_hour: float

    @property
    def overlooked_pairs(self) -> int:
        """Number of overlooked pairs."""
        return len(self.overlooked)


@dataclass(frozen=True, kw_only=True)
class ObjectiveValue:
    """The objective: its value and each weighted term by name."""

    value: float
    terms: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Everything that is measured of one layout at one hour.

    Parameters
    ----------
    hour, arrivals_per_hour
        Hour of the day and customers in it.
    legs
        All walks with their paths.
    findings
        Outcome of every rule.
    periods
        The same by period, where the study has periods: then legs, walking and crossing are those
        of the mean people by the periods' weights, and waiting is that of each fixture type's
        longest.
    equipment_cost
        Price of all fixtures, in the bank's currency.
    layout
        What was measured, so that pictures of the figures can show it.
    """

    hour: int
    arrivals_per_hour: float
    legs: tuple[Leg, ...]
    walking: WalkingFigures
    crossing: CrossingFigures
    detour: DetourFigures
    waiting: Mapping[str, WaitingFigures]
    privacy: PrivacyFigures
    findings: tuple[Finding, ...]
    objective: ObjectiveValue
    diversion: DiversionFigures = field(default_factory=DiversionFigures)
    crowding: CrowdingFigures = field(default_factory=CrowdingFigures)
    door_to_door: DoorToDoorFigures = field(default_factory=DoorToDoorFigures)
    periods: tuple[PeriodFigures, ...] = ()
    equipment_cost: float = 0.0
    layout: Layout | None = None

    @property
    def waiting_seconds_per_hour(self) -> float:
        """Person-seconds of waiting."""
        if self.periods:
            return sum(p.weight * waiting_seconds(p.waiting) for p in self.periods)
        return waiting_seconds(self.waiting)

    @property
    def longest_wait_minutes(self) -> float:
        """Longest mean wait at a kind of fixture; inf where a queue grows without end."""
        return max((figures.mean_minutes for figures in self.waiting.values()), default=0.0)

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Findings of hard rules that the layout breaks."""
        return tuple(f for f in self.findings if f.passed is False and f.rule.severity == "hard")
