"""One walked layout, each figure worked out when it is first asked for.

In: a study, a layout, its walked legs. Out: `Measured`, with the parts of an `Evaluation` under the
same names, so that a `Measure` reads its value from either. The judge asks for all parts, the
search only for those that a study weighs or limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.evaluation import waiting_seconds
from optimizer.measured.crossing import compute_crossing
from optimizer.measured.crowding import compute_crowding
from optimizer.measured.detour import compute_detour
from optimizer.measured.diversion import compute_diversion
from optimizer.measured.door_to_door import compute_door_to_door
from optimizer.measured.equipment import equipment_cost
from optimizer.measured.walking import compute_walking
from optimizer.privacy import compute_privacy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.demand.courses import Course
    from optimizer.demand_figures import DoorToDoorFigures
    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import (
        CrossingFigures,
        CrowdingFigures,
        DetourFigures,
        DiversionFigures,
        Leg,
        PrivacyFigures,
        WaitingFigures,
        WalkingFigures,
    )
    from optimizer.study import Study

__all__ = ["Measured"]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What is measured of a layout.

    Parameters
    ----------
    study, layout
        What is measured.
    legs
        Its walks.
    arrivals
        Customers per hour.
    waiting
        Waiting figures by fixture type.
    only
        Names of the figures that are wanted, the last words of the paths of measures: the search
        works out no others. None for all.
    screens
        Whether overlooked screens are looked for, where they are wanted.
    places
        Open places by fixture type; None for all of the layout.
    visits
        Minutes from door to door, where they are known already: over several periods.
    courses
        Whole visits of customers.
    """

    study: Study
    layout: Layout
    legs: tuple[Leg, ...]
    arrivals: float
    waiting: Mapping[str, WaitingFigures]
    only: frozenset[str] | None = None
    screens: bool = True
    places: Mapping[str, int] | None = None
    visits: DoorToDoorFigures | None = None
    courses: tuple[Course, ...] = ()

    @cached_property
    def door_to_door(self) -> DoorToDoorFigures:
        """Minutes from door to door."""
        if self.visits is not None:
            return self.visits
        places = self.study.servers(self.layout) if self.places is None else self.places
        by_journey = self.walking.by_journey
        return compute_door_to_door(self.study, places, self.arrivals, self.waiting, by_journey)

    @cached_property
    def walking(self) -> WalkingFigures:
        """Person-metres."""
        return compute_walking(self.study, self.legs, self.arrivals)

    @cached_property
    def crossing(self) -> CrossingFigures:
        """Encounters and path crossings."""
        return compute_crossing(self.study, self.legs, self.courses, self.only)

    @cached_property
    def detour(self) -> DetourFigures:
        """Detour, backtracking, turns."""
        return compute_detour(self.study, self.layout, self.legs, self.arrivals, self.only)

    @cached_property
    def diversion(self) -> DiversionFigures:
        """Parting of streams, sight of first stops."""
        return compute_diversion(self.study, self.layout, self.legs, self.courses, self.only)

    @cached_property
    def crowding(self) -> CrowdingFigures:
        """Level of service."""
        return compute_crowding(self.study, self.layout, self.legs, self.waiting)

    @cached_property
    def privacy(self) -> PrivacyFigures:
        """Overlooked screens, walks through privacy zones."""
        screens = self.screens and (self.only is None or "overlooked_pairs" in self.only)
        return compute_privacy(self.study, self.layout, self.legs, screens=screens)

    @property
    def waiting_seconds_per_hour(self) -> float:
        """Person-seconds of waiting."""
        return waiting_seconds(self.waiting)

    @property
    def equipment_cost(self) -> float:
        """Price of all fixtures; those whose type has none cost nothing."""
        return equipment_cost(self.study, self.layout)

    @property
    def longest_wait_minutes(self) -> float:
        """Longest mean wait at a kind of fixture; inf where a queue grows without end."""
        return max((figures.mean_minutes for figures in self.waiting.values()), default=0.0)
