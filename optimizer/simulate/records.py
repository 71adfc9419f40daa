"""What one simulated run leaves behind.

In: nothing. Out: `Walk`, `Stay`, `Visited`, `Incident` and `Run` values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from optimizer.demand.flows import PersonClass

__all__ = ["Incident", "Run", "Stay", "Visited", "Walk"]

#: Metres that somebody has to get away from where he was for it to be walking.
SWAY = 0.25


@dataclass(frozen=True, kw_only=True, eq=False)
class Walk:
    """One person's walk from one stop to the next.

    Parameters
    ----------
    walker
        Number of the person in the run.
    source, target
        Names of fixtures or doors.
    person
        Class of the person.
    group
        Business or staff round.
    times
        (n,) seconds.
    points
        (n, 2) metres.
    planned
        Metres of the way of somebody who got stuck on it; None for all others.
    """

    walker: int
    source: str
    target: str
    person: PersonClass
    group: str
    times: NDArray[np.float64]
    points: NDArray[np.float64]
    planned: float | None = None

    @property
    def length(self) -> float:
        """Metres walked, without swaying on the spot."""
        if self.planned is not None:
            return self.planned
        total, last = 0.0, self.points[0]
        for point in self.points[1:-1]:
            step = math.dist(last, point)
            if step >= SWAY:
                total, last = total + step, point
        return total + math.dist(last, self.points[-1])

    @property
    def seconds(self) -> float:
        """Time taken."""
        return float(self.times[-1] - self.times[0])


@dataclass(frozen=True, kw_only=True)
class Stay:
    """Somebody who stands at a place of the floor from one time to another, seconds."""

    walker: int
    start: float
    end: float
    where: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Visited:
    """One customer's visit as it went.

    Parameters
    ----------
    walker, business
        Who, and for what.
    arrival, departure
        Seconds; a departure of inf where the run ended first.
    metres, walking
        Walked metres, and seconds on foot.
    waits
        Seconds of waiting at each stop made: fixture type, seconds.
    served
        Whether all stops were made.
    """

    walker: int
    business: str
    arrival: float
    departure: float
    metres: float
    walking: float
    waits: tuple[tuple[str, float], ...]
    served: bool


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Something that should not happen in a hall, with its place.

    Parameters
    ----------
    kind
        "stuck", "spill", "no room" or "no way".
    sentence
        What happened, for a planner.
    where
        Metres.
    count
        How often, or seconds an hour of a spill.
    """

    kind: str
    sentence: str
    where: tuple[float, float]
    count: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """One simulated run.

    Parameters
    ----------
    seed
        Of its random numbers.
    start, seconds
        The time that is measured: from when, and how long.
    walks, stays, visits
        What everybody did; staff have no visits.
    incidents
        What went wrong.
    lost
        Customers who were still there when the run ended.
    """

    seed: int
    start: float
    seconds: float
    walks: tuple[Walk, ...]
    stays: tuple[Stay, ...]
    visits: tuple[Visited, ...]
    incidents: tuple[Incident, ...]
    lost: int

    @property
    def measured(self) -> tuple[Walk, ...]:
        """Walks that begin in the measured time."""
        end = self.start + self.seconds
        return tuple(w for w in self.walks if self.start <= w.times[0] < end)

    @property
    def cohort(self) -> tuple[Visited, ...]:
        """Customers who arrive in the measured time."""
        end = self.start + self.seconds
        return tuple(v for v in self.visits if self.start <= v.arrival < end)

    def waits(self) -> Mapping[str, tuple[float, ...]]:
        """Waiting seconds of the cohort by fixture type."""
        found: dict[str, list[float]] = {}
        for visit in self.cohort:
            for kind, seconds in visit.waits:
                found.setdefault(kind, []).append(seconds)
        return {kind: tuple(values) for kind, values in found.items()}
