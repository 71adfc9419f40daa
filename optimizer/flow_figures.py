"""What is measured of the flows of one layout: crossing, detour, diversion, crowding.

In: the figures that `measured` computes. Out: immutable values, parts of an `Evaluation`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "CrossingFigures",
    "CrowdingFigures",
    "DetourFigures",
    "DiversionFigures",
    "FirstStop",
    "GuideLine",
    "GuidedFigures",
    "MeetingPair",
    "MeetingPlace",
]


@dataclass(frozen=True, kw_only=True)
class MeetingPair:
    """Two flows that meet: their legs by name, expected encounters an hour, and where."""

    one: str
    other: str
    encounters_per_hour: float
    where: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class MeetingPlace:
    """A place on the floor where people of many flows meet.

    Parameters
    ----------
    where
        Middle of its encounters, metres.
    encounters_per_hour
        Expected encounters within it.
    causes
        The pairs of flows that meet there, worst first, with their part of it.
    """

    where: tuple[float, float]
    encounters_per_hour: float
    causes: tuple[MeetingPair, ...]


@dataclass(frozen=True, kw_only=True)
class GuideLine:
    """A way marked on the floor for one flow: its name, corners (k, 2) in metres, extra metres."""

    flow: str
    path: NDArray[np.float64]
    longer: float


@dataclass(frozen=True, kw_only=True)
class GuidedFigures:
    """What guide lines on the floor change, if all people keep to them.

    Parameters
    ----------
    slack
        Share by which a marked way may be longer than the shortest.
    lines
        The flows that leave their shortest way.
    encounters_shortest, encounters_guided
        Weighted expected encounters per hour without and with the lines.
    crossings_shortest, crossings_guided
        Path crossings without and with them.
    metres_shortest, metres_guided
        Person-metres per hour without and with them.
    """

    slack: float
    lines: tuple[GuideLine, ...]
    encounters_shortest: float
    encounters_guided: float
    crossings_shortest: float
    crossings_guided: float
    metres_shortest: float
    metres_guided: float


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
        Share of customers who cross another stream on one walk of their visit or more, 0 to 1.
    worst_pairs
        The pairs that meet most, worst first.
    staff_customer_encounters, cash_customer_encounters
        Expected encounters of staff, and of cash transport, with customers, unweighted.
    wheelchair_encounters
        Expected encounters of wheelchair users with anybody, unweighted.
    weighted_path_crossings
        Path crossings, each times the people per hour on both paths.
    head_on_metres, merging_metres
        Metres on which two paths run on one line, in opposite directions and in the same one,
        summed over the pairs.
    weighted_head_on, weighted_merging
        The same, each times the people per hour on both paths: metres · (people/h)².
    places
        The worst places of the conflict map, worst first; empty where it was not drawn.
    guided
        What guide lines would change; None where it was not worked out.
    """

    encounters_per_hour: float
    weighted_encounters_per_hour: float
    path_crossings: float
    share_of_customers_crossing: float
    worst_pairs: tuple[MeetingPair, ...] = ()
    staff_customer_encounters: float = 0.0
    cash_customer_encounters: float = 0.0
    wheelchair_encounters: float = 0.0
    weighted_path_crossings: float = 0.0
    head_on_metres: float = 0.0
    merging_metres: float = 0.0
    weighted_head_on: float = 0.0
    weighted_merging: float = 0.0
    places: tuple[MeetingPlace, ...] = ()
    guided: GuidedFigures | None = None


@dataclass(frozen=True, kw_only=True)
class DetourFigures:
    """How much farther customers walk than they would have to.

    Parameters
    ----------
    mean
        Walked over shortest possible length in the empty shell, mean by people.
    worst, worst_leg
        The greatest ratio of a leg, and which one.
    backtrack_ratio
        Share of a journey that is walked twice in opposite directions, mean by people.
    by_journey
        Ratio of all walks of each business.
    turns_per_customer
        Turns over 45° of a customer.
    """

    mean: float
    worst: float
    worst_leg: str
    backtrack_ratio: float
    by_journey: Mapping[str, float] = field(default_factory=dict)
    turns_per_customer: float = 0.0

    @property
    def worst_journey_ratio(self) -> float:
        """The greatest ratio of a business; 1 where nobody walks."""
        return max(self.by_journey.values(), default=1.0)


@dataclass(frozen=True, kw_only=True)
class FirstStop:
    """Where customers go first: who goes, and from where it is seen.

    Parameters
    ----------
    fixture
        Its name.
    people_per_hour
        People who come to it from an entrance.
    from_entrance
        Share of them who see it from their entrance.
    from_guide_desk
        Whether a guide desk sees it; None without one.
    """

    fixture: str
    people_per_hour: float
    from_entrance: float
    from_guide_desk: bool | None


@dataclass(frozen=True, kw_only=True)
class DiversionFigures:
    """How customers split up by themselves (自然分流).

    Parameters
    ----------
    parting_metres
        From the entrance to where the ways to machines and to counters part, metres walked, mean
        by people; None where not both are walked.
    parting_first, parting_last
        The least and the greatest of them.
    parting_place
        Where the two busiest of these ways part, metres.
    self_service_through_queue
        Share of self-service customers who walk through the counters' queue or the waiting area,
        once or more; None where nobody goes to machines alone.
    visible_from_entrance, visible_from_guide_desk
        Share of customers whose first stop is seen from there; None where there is none.
    first_stops
        The first stops, busiest first.
    """

    parting_metres: float | None = None
    parting_first: float | None = None
    parting_last: float | None = None
    parting_place: tuple[float, float] | None = None
    self_service_through_queue: float | None = None
    visible_from_entrance: float | None = None
    visible_from_guide_desk: float | None = None
    first_stops: tuple[FirstStop, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CrowdingFigures:
    """Level of service, A (free) to F (jammed), of aisles and waiting area.

    Parameters
    ----------
    aisle_level, aisle_density, aisle_speed, aisle_place
        Of the most crowded spot: level, walking people per m², walking speed there in m/s, place
        in metres (None where nobody walks).
    waiting_level, waiting_density
        Of the waiting area, with as many people as wait in 19 of 20 cases; None without an area.
    waiting_people, waiting_area
        These people, and the area in m².
    """

    aisle_level: str = "A"
    aisle_density: float = 0.0
    aisle_speed: float = 0.0
    aisle_place: tuple[float, float] | None = None
    waiting_level: str | None = None
    waiting_density: float | None = None
    waiting_people: float = 0.0
    waiting_area: float = 0.0
