"""One result's layout, walked: everything that several claims are held against.

In: a study and placed fixtures. Out: `Scene`, with every walk's length and shortest paths around
walls and furniture, and its length in the empty shell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import shapely
from shapely import union_all

from optimizer.equipment.model import Role
from optimizer.errors import StudyError
from optimizer.plan.space import Audience, door_point, free_space
from optimizer.verify.demand import list_walks, merge_walks
from optimizer.verify.discs import Floor
from optimizer.verify.parts import list_parts
from optimizer.verify.privacy import DOUBT, overlooked
from optimizer.verify.sight import GRAZE, Sights
from optimizer.verify.waiting import queue_figures
from optimizer.verify.ways import MITRE, Ways, find_ways

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from shapely.geometry.base import BaseGeometry

    from optimizer.study import Study
    from optimizer.verify.demand import Walk
    from optimizer.verify.parts import Part
    from optimizer.verify.placed import Placed

__all__ = ["NO_WAY", "Scene"]

#: Metres that a walk without a way counts.
NO_WAY = 1000.0


def counted(length: float) -> float:
    """Metres that a walk counts in sums."""
    return length if math.isfinite(length) else NO_WAY


def _in_order(walks: tuple[Walk, ...]) -> tuple[Walk, ...]:
    """Customers first."""
    return tuple(sorted(walks, key=lambda walk: walk.staff))


def _length(row: Mapping[str, Any]) -> tuple[float, float]:
    """How long the wait of a queue is; of two that are as long, the fuller is longer."""
    return row["minutes_of_hour"], row["utilisation"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """A study and the fixtures of one layout."""

    study: Study
    fixtures: tuple[Placed, ...]
    #: Fixtures that are open, None for all; and the walks of one period with their ways.
    open: tuple[Placed, ...] | None = None
    known: tuple[tuple[Walk, ...], tuple[Ways, ...]] | None = None

    @cached_property
    def parts(self) -> tuple[tuple[Part, Scene], ...]:
        """The periods of the study, each with the people and the open windows of its own."""
        way = {(w.source, w.target, w.staff): k for k, w in enumerate(self.walks)}
        found = []
        for part in list_parts(self.study, self.fixtures) if self.study.periods else ():
            own = _in_order(list_walks(part.study, part.open))
            ways = tuple(self.ways[way[w.source, w.target, w.staff]] for w in own)
            scene = Scene(
                study=part.study, fixtures=self.fixtures, open=part.open, known=(own, ways)
            )
            found.append((part, scene))
        return tuple(found)

    @cached_property
    def walks(self) -> tuple[Walk, ...]:
        """Everybody who walks in the design hour, or in all periods together; customers first."""
        if self.known is not None:
            return self.known[0]
        if self.study.periods:
            parts = list_parts(self.study, self.fixtures)
            return _in_order(merge_walks([(p.weight, list_walks(p.study, p.open)) for p in parts]))
        return tuple(sorted(list_walks(self.study, self.fixtures), key=lambda walk: walk.staff))

    @cached_property
    def ways(self) -> tuple[Ways, ...]:
        """Shortest ways of `walks` round the furniture."""
        if self.known is not None:
            return self.known[1]
        return self._ways(furnished=True)

    @cached_property
    def empty(self) -> tuple[float, ...]:
        """Lengths of `walks` in the empty shell, metres."""
        return tuple(way.length for way in self._ways(furnished=False))

    @cached_property
    def lengths(self) -> tuple[float, ...]:
        """Lengths of `walks`, metres, as sums count them."""
        return tuple(counted(way.length) for way in self.ways)

    @cached_property
    def queues(self) -> dict[str, dict[str, Any]]:
        """Waiting figures by fixture type; with periods, those of each type's longest wait."""
        if not self.study.periods:
            return queue_figures(self.study, self.fixtures if self.open is None else self.open)
        found: dict[str, dict[str, Any]] = {}
        for _, scene in self.parts:
            for kind, row in scene.queues.items():
                if kind not in found or _length(row) > _length(found[kind]):
                    found[kind] = row
        return found

    @cached_property
    def overlooked(self) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """Overlooked pairs (fixture, viewer) that are sure, and those that are possible."""
        sure, possible = (
            overlooked(self.study.plan, self.fixtures, doubt=doubt) for doubt in (-DOUBT, DOUBT)
        )
        return sure, possible

    @cached_property
    def spans(self) -> dict[Hashable, tuple[float, float]]:
        """Least and most of what rules have measured already, by what it is."""
        return {}

    @cached_property
    def discs(self) -> Floor:
        """Customers' floor less the furniture, for discs that go over it."""
        taken = union_all([fixture.footprint() for fixture in self.fixtures])
        region = free_space(self.study.plan, Audience.CUSTOMER).difference(taken)
        shapely.prepare(region)
        return Floor(region=region)

    def sees(
        self,
        one: tuple[float, float],
        other: tuple[float, float],
        slack: float,
        own: Placed | None = None,
    ) -> bool:
        """Whether a place sees another: beyond doubt for slack above 0, else perhaps.

        Parameters
        ----------
        own
            A fixture that is not in the way of this sight.
        """
        opaque = [f for f in self.fixtures if f.kind.opaque and f is not own]
        return self._sights[slack > 0].free(one, other, opaque)

    @cached_property
    def _sights(self) -> tuple[Sights, Sights]:
        plan = self.study.plan
        return Sights(plan=plan, grow=-GRAZE), Sights(plan=plan, grow=GRAZE)

    @cached_property
    def room(self) -> Mapping[Audience, BaseGeometry]:
        """Where the middle of a body may be in the empty shell."""
        radius = self.study.walking.radius
        return {
            audience: free_space(self.study.plan, audience).buffer(
                -radius, join_style="mitre", mitre_limit=MITRE
            )
            for audience in Audience
        }

    def _ways(self, *, furnished: bool) -> tuple[Ways, ...]:
        found: list[Ways] = []
        for audience in (Audience.CUSTOMER, Audience.STAFF):
            own = [w for w in self.walks if w.staff is (audience is Audience.STAFF)]
            region = self.room[audience]
            if furnished:
                radius = self.study.walking.radius
                region = region.difference(
                    union_all([fixture.footprint(grow=radius) for fixture in self.fixtures])
                )
            ends = {
                name: self.end(name, audience)
                for walk in own
                for name in (walk.source, walk.target)
            }
            found.extend(find_ways(region, [(ends[w.source], ends[w.target]) for w in own]))
        return tuple(found)

    def end(self, name: str, audience: Audience) -> tuple[float, float]:
        """Where walks to a fixture or door lead."""
        fixture = next((f for f in self.fixtures if f.name == name), None)
        if fixture is not None:
            point = fixture.access(Role.STAFF if audience is Audience.STAFF else Role.CUSTOMER)
            if point is None:
                raise StudyError(f"type {fixture.kind.name!r} has no standing point to walk to")
            return point
        door = next((d for d in self.study.plan.doors if d.name == name), None)
        inside = door_point(door, self.room[audience]) if door else None
        if inside is None:
            raise StudyError(f"no walkable floor at a door called {name!r}")
        return inside

    def end_of(self, name: str) -> tuple[float, float]:
        """Where customers' walks to a fixture or door lead, metres."""
        return self.end(name, Audience.CUSTOMER)

    def person_metres(self, *, staff: bool, empty: bool = False) -> float:
        """Person-metres an hour of customers or of staff."""
        lengths = [counted(length) for length in self.empty] if empty else self.lengths
        return math.fsum(
            walk.rate * length
            for walk, length in zip(self.walks, lengths, strict=True)
            if walk.staff is staff
        )
