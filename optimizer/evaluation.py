"""What is measured of one layout.

In: the figures that `evaluate` computes. Out: immutable values that the report draws and
`result.json` holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from optimizer.demand.flows import PersonClass
    from optimizer.rules.model import Finding

__all__ = [
    "ClassWaiting",
    "CrossingFigures",
    "DetourFigures",
    "Evaluation",
    "Leg",
    "MeetingPair",
    "ObjectiveValue",
    "OverlookedPair",
    "PrivacyFigures",
    "WaitingFigures",
    "WalkingFigures",
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


@dataclass(frozen=True, kw_only=True)
class WalkingFigures:
    """Walking in one hour: customers' person-metres, per customer, per business; staff apart."""

    person_metres_per_hour: float
    metres_per_customer: float
    by_journey: Mapping[str, float]
    staff_person_metres_per_hour: float


@dataclass(frozen=True, kw_only=True)
class MeetingPair:
    """Two flows that meet: their legs by name, expected encounters an hour, and where."""

    one: str
    other: str
    encounters_per_hour: float
    where: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class CrossingFigures:
    """How much flows get into each other's way.

    Parameters
    ----------
    encounters_per_hour
        Expected encounters, unweighted.
    weighted_encounters_per_hour
        The same with class weights: the term of the objective.
    path_crossings
        Topological count of crossing path pairs, each weighted by 1.
    share_of_customers_crossing
        Share of customer legs' people whose path crosses another stream, 0 to 1.
    worst_pairs
        The pairs that meet most, worst first.
    """

    encounters_per_hour: float
    weighted_encounters_per_hour: float
    path_crossings: float
    share_of_customers_crossing: float
    worst_pairs: tuple[MeetingPair, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DetourFigures:
    """Walked over shortest possible in the empty shell: mean by people, worst leg; backtracking."""

    mean: float
    worst: float
    worst_leg: str
    backtrack_ratio: float


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
    """

    mean_minutes: float
    p95_minutes: float
    utilisation: float
    arrivals_per_hour: float
    servers: int
    people_waiting: float = 0.0
    abandoned: float = 0.0
    service_minutes: float = 0.0
    check_wait_minutes: float = 0.0
    by_class: Mapping[str, ClassWaiting] = field(default_factory=dict)


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

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Findings of hard rules that the layout breaks."""
        return tuple(f for f in self.findings if f.passed is False and f.rule.severity == "hard")
