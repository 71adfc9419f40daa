"""What the checks look at: one layout of one study, placed in the plan.

In: a study, a layout and, where they were evaluated, its walks and waiting figures. Out: a
`Scene` that computes footprints, use spaces, privacy zones and standing points once, when the
first check asks for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all

from optimizer.equipment.layout import place_boxes, place_points
from optimizer.equipment.model import Role
from optimizer.plan.model import OPENING_REACH, DoorKind
from optimizer.plan.space import Audience, floor_space, free_space
from optimizer.walk.overlooked import overlooked_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.layout import Layout, Placement
    from optimizer.equipment.model import Box, FixtureType
    from optimizer.evaluation import Leg, OverlookedPair, WaitingFigures
    from optimizer.study import FixtureGroup, Study

__all__ = ["CONTACT", "ROOM", "Points", "Scene", "Shapes"]

#: Two shapes overlap when they do so by more than this, metres; up to it they touch.
CONTACT = 1e-4
#: Room that the path engine wants around a standing point beyond the body radius, metres.
ROOM = 1e-5
#: Segments of a quarter circle in discs that are swept over the floor.
ROUNDING = 8


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """Rectangles of placed fixtures.

    Parameters
    ----------
    owner
        (n,) index of the fixture in `Scene.placements`.
    polygon
        (n,) polygons in the plan, metres.
    inner
        (n,) the same less `CONTACT` on every side: what must not be touched.
    """

    owner: NDArray[np.intp]
    polygon: NDArray[np.object_]
    inner: NDArray[np.object_]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the polygons."""
        return shapely.STRtree(self.polygon)

    def of(self, index: int) -> list[BaseGeometry]:
        """Polygons of one fixture."""
        return list(self.polygon[self.owner == index])


@dataclass(frozen=True, kw_only=True)
class Points:
    """Standing points of placed fixtures: their fixture's index, and (n, 2) places in metres."""

    owner: NDArray[np.intp]
    xy: NDArray[np.float64]

    @cached_property
    def shape(self) -> NDArray[np.object_]:
        """(n,) shapely points."""
        points: NDArray[np.object_] = shapely.points(self.xy)
        return points

    def of(self, index: int) -> NDArray[np.float64]:
        """(k, 2) places of one fixture."""
        own: NDArray[np.float64] = self.xy[self.owner == index]
        return own


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One layout of one study, placed.

    Parameters
    ----------
    study, layout
        What is judged.
    legs
        Walks of the layout with their paths; empty where it was not evaluated.
    waiting
        Waiting figures by fixture type; empty where they were not computed.
    unreachable
        Sentence about each leg without a way; None where nobody looked.
    """

    study: Study
    layout: Layout
    legs: tuple[Leg, ...] = ()
    waiting: Mapping[str, WaitingFigures] = field(default_factory=lambda: MappingProxyType({}))
    unreachable: tuple[str, ...] | None = None

    @cached_property
    def placements(self) -> tuple[Placement, ...]:
        """Placements of types that the study knows; the others are a matter of PLC-11."""
        return tuple(p for p in self.layout.placements if p.type in self.study.types)

    @cached_property
    def types(self) -> tuple[FixtureType, ...]:
        """Type of each of `placements`."""
        return tuple(self.study.types[p.type] for p in self.placements)

    @cached_property
    def groups(self) -> Mapping[str, FixtureGroup]:
        """Group of each fixture that the study asks for, by the fixture's name."""
        return {name: group for group in self.study.groups for name in group.names()}

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each of `placements`."""
        return tuple(p.fixture for p in self.placements)

    def indices(self, types: Iterable[str]) -> tuple[int, ...]:
        """Places in `placements` of the fixtures of the types named."""
        wanted = set(types)
        return tuple(i for i, p in enumerate(self.placements) if p.type in wanted)

    def where(self, index: int) -> tuple[float, float]:
        """Middle of a fixture, metres."""
        return (self.placements[index].x, self.placements[index].y)

    @cached_property
    def footprints(self) -> Shapes:
        """Footprints, in the order of `placements`."""
        return self._shapes(lambda kind: (kind.footprint,))

    @cached_property
    def end_spaces(self) -> Shapes:
        """Use spaces before and behind the fixtures: floor without walls and fixtures."""
        return self._shapes(lambda kind: [b for b in kind.clearances if _is_end(b, kind)])

    @cached_property
    def side_spaces(self) -> Shapes:
        """Use spaces beside the fixtures: without fixtures; walls may reach into them."""
        return self._shapes(lambda kind: [b for b in kind.clearances if not _is_end(b, kind)])

    @cached_property
    def privacy_zones(self) -> Shapes:
        """Zones that belong to the user of a fixture."""
        return self._shapes(lambda kind: (kind.privacy_zone,) if kind.privacy_zone else ())

    @cached_property
    def customer_points(self) -> Points:
        """Where customers stand or sit."""
        return self._points(Role.CUSTOMER)

    @cached_property
    def staff_points(self) -> Points:
        """Where staff stand or sit at fixtures that have a place of their own for them."""
        return self._points(Role.STAFF)

    @cached_property
    def floor(self) -> BaseGeometry:
        """Floor of the shell without walls and columns."""
        return _prepared(floor_space(self.study.plan))

    @cached_property
    def furniture(self) -> BaseGeometry:
        """All footprints together."""
        return union_all(list(self.footprints.polygon))

    @cached_property
    def open_floor(self) -> BaseGeometry:
        """Floor on which customers may be, less the furniture; no body radius taken off."""
        return _prepared(free_space(self.study.plan, Audience.CUSTOMER).difference(self.furniture))

    @cached_property
    def staff_floor(self) -> BaseGeometry:
        """Floor on which staff may be, less the furniture; no body radius taken off."""
        return _prepared(free_space(self.study.plan, Audience.STAFF).difference(self.furniture))

    @cached_property
    def standing_room(self) -> Mapping[Audience, BaseGeometry]:
        """Where a body's middle may be in the empty shell, by audience."""
        inset = self.study.walking.radius + ROOM
        return {
            audience: _prepared(
                free_space(self.study.plan, audience).buffer(-inset, join_style="mitre")
            )
            for audience in Audience
        }

    @cached_property
    def hall(self) -> BaseGeometry:
        """Floor of the shell that customers can come to from an entrance or an exit."""
        plan = self.study.plan
        space = free_space(plan, Audience.CUSTOMER)
        doors = plan.doors_of(DoorKind.ENTRANCE, DoorKind.EXIT)
        if not doors:
            return space
        parts = shapely.get_parts(space)
        ways = union_all([door.line for door in doors])
        return _prepared(union_all(parts[shapely.distance(parts, ways) <= OPENING_REACH]))

    @cached_property
    def blinds(self) -> tuple[BaseGeometry, ...]:
        """What stops a look at eye height: walls, columns, the outline, opaque fixtures."""
        plan = self.study.plan
        opaque = np.array([kind.opaque for kind in self.types], dtype=bool)
        feet = self.footprints.polygon[opaque]
        return (*shapely.get_parts(plan.solids), *shapely.get_parts(plan.outline.boundary), *feet)

    @cached_property
    def overlooked(self) -> tuple[OverlookedPair, ...]:
        """Screens that are seen from another place."""
        known = replace(self.layout, placements=self.placements)
        return overlooked_pairs(self.study.plan, self.study.types, known)

    def boxes(self, box_of: Callable[[FixtureType], Sequence[Box]]) -> Shapes:
        """Return rectangles of every fixture, given in the frame of its type."""
        return self._shapes(box_of)

    def wide_parts(self, width: float) -> NDArray[np.object_]:
        """Where the middle of a disc as wide as a route may be on the customers' floor.

        Parameters
        ----------
        width
            Clear width of the route, metres.

        Returns
        -------
        ndarray
            Polygons, one per part of the floor that the disc cannot leave.
        """
        parts = self._wide_parts.get(width)
        if parts is None:
            eroded = self.open_floor.buffer(-width / 2 + CONTACT, quad_segs=ROUNDING)
            parts = shapely.get_parts(eroded)
            parts = self._wide_parts[width] = parts[~shapely.is_empty(parts)]
        return parts

    @cached_property
    def _wide_parts(self) -> dict[float, NDArray[np.object_]]:
        return {}

    def _members(self) -> Iterable[tuple[FixtureType, NDArray[np.intp], NDArray[np.float64]]]:
        """Yield each type with the indices and poses of its fixtures."""
        for name in dict.fromkeys(p.type for p in self.placements):
            owner = np.array(self.indices((name,)), dtype=np.intp)
            poses = np.array([self.placements[i].pose for i in owner])
            yield self.study.types[name], owner, poses

    def _shapes(self, box_of: Callable[[FixtureType], Sequence[Box]]) -> Shapes:
        owners, polygons, inners = [], [], []
        for kind, owner, poses in self._members():
            for box in box_of(kind):
                owners.append(owner)
                polygons.append(place_boxes(box, poses))
                inners.append(place_boxes(_shrunk(box), poses))
        if not owners:
            nothing = np.empty(0, dtype=object)
            return Shapes(owner=np.empty(0, dtype=np.intp), polygon=nothing, inner=nothing)
        every = np.concatenate(owners)
        order = np.argsort(every, kind="stable")
        return Shapes(
            owner=every[order],
            polygon=np.concatenate(polygons)[order],
            inner=np.concatenate(inners)[order],
        )

    def _points(self, role: Role) -> Points:
        owners, places = [np.empty(0, dtype=np.intp)], [np.empty((0, 2))]
        for kind, owner, poses in self._members():
            local = [(p.x, p.y) for p in kind.standing if p.role is role]
            if local:
                owners.append(np.repeat(owner, len(local)))
                places.append(place_points(local, poses).reshape(-1, 2))
        owner = np.concatenate(owners)
        order = np.argsort(owner, kind="stable")
        return Points(owner=owner[order], xy=np.concatenate(places)[order])


def _is_end(box: Box, kind: FixtureType) -> bool:
    """Whether a use space lies before or behind its fixture."""
    return box[3] <= -kind.depth / 2 or box[1] >= kind.depth / 2


def _shrunk(box: Box) -> Box:
    x0, y0, x1, y1 = box
    return (x0 + CONTACT, y0 + CONTACT, x1 - CONTACT, y1 - CONTACT)


def _prepared(geometry: BaseGeometry) -> BaseGeometry:
    shapely.prepare(geometry)
    return geometry
