"""The furnished hall as simulated people find it.

In: a study and a layout. Out: `Hall`: the floor that JuPedSim walks on, the ways of each audience,
and the places where people stand: before and behind fixtures, at doors, in lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.affinity
from shapely.ops import nearest_points

from optimizer.equipment.layout import boxes_of, place_boxes, placed_points
from optimizer.equipment.model import Role
from optimizer.plan.space import Audience, free_space
from optimizer.simulate.lines import called_places, line_places
from optimizer.simulate.parameters import parameter
from optimizer.walk.routing import route
from optimizer.walked_legs import access_point, door_access, prepare_shells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.layout import Layout, Placement
    from optimizer.evaluation import Leg
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

__all__ = ["Hall", "Point", "furnish_hall"]

Point = tuple[float, float]

#: Gaps narrower than twice this are closed and corners this blunt, metres: JuPedSim wants a floor
#: whose rims do not touch.
PINCH = 0.01
#: Half the width of the slit that joins parts of the floor, metres: nobody fits through.
SLIT = 0.004
#: Half the side of the box that stands for somebody who stands in the way, metres.
STANDING = 0.2


@dataclass(frozen=True, kw_only=True)
class Hall:
    """A furnished hall.

    Parameters
    ----------
    floor
        Where bodies may be: one polygon with holes, metres.
    shells, boxes, clear
        For ways: empty shell, and where the centre of a body may be, by audience; footprints.
    places
        Standing points of customers by fixture, as many as it serves at once.
    behind
        Standing point of staff by fixture.
    doors
        Point at which people step through each door of the plan that customers use.
    lines
        Places of people who wait standing, the first of them first, by fixture.
    aside
        Places of people who stand until they are called, by fixture type.
    types
        Fixture type by fixture.
    """

    floor: Polygon
    shells: Mapping[Audience, Shell]
    clear: Mapping[Audience, BaseGeometry]
    boxes: NDArray[np.float64]
    places: Mapping[str, tuple[Point, ...]]
    behind: Mapping[str, Point]
    doors: Mapping[str, Point]
    lines: Mapping[str, tuple[Point, ...]]
    aside: Mapping[str, tuple[Point, ...]]
    types: Mapping[str, str]

    def way(
        self, audience: Audience, start: Point, end: Point, around: Iterable[Point] = ()
    ) -> tuple[Point, ...]:
        """Corners of the shortest way, both ends among them; () where there is none.

        Parameters
        ----------
        audience
            Who walks.
        start, end
            Ends, metres; one that is nearer to an obstacle than a body is moved off it first.
        around
            People who stand there; where they leave no way, it leads through them.
        """
        inner = [self._off(audience, point) for point in (start, end)]
        # nobody can walk round somebody who stands at his own start or end
        reach = STANDING + self.shells[audience].radius
        extra = [
            (x, y, 2 * STANDING, 2 * STANDING, 0.0)
            for x, y in around
            if all(max(abs(x - a), abs(y - b)) > reach for a, b in inner)
        ]
        ends = np.array(inner)
        for boxes in ([np.vstack([self.boxes, extra])] if extra else []) + [self.boxes]:
            routes = route(self.shells[audience], boxes, ends[:1], ends[1:])
            if np.isfinite(routes.lengths[0]):
                middle = [(float(x), float(y)) for x, y in routes.path(0)]
                return tuple(
                    ([start] if start != middle[0] else [])
                    + middle
                    + ([end] if end != middle[-1] else [])
                )
        return ()

    def _off(self, audience: Audience, point: Point) -> Point:
        """The point, or the nearest one that a body fits on."""
        clear = self.clear[audience]
        if clear.is_empty or shapely.intersects_xy(clear, *point):
            return point
        near = nearest_points(shapely.Point(point), clear)[1]
        return float(near.x), float(near.y)


def furnish_hall(study: Study, layout: Layout, legs: Sequence[Leg]) -> Hall:
    """The hall with the fixtures of a layout.

    Parameters
    ----------
    study, layout
        What stands where.
    legs
        Walked legs of the layout: people who wait keep off their paths.

    Raises
    ------
    StudyError
        If a door opens onto no floor.
    """
    shells = prepare_shells(study)
    footprints = shapely.union_all(
        [
            place_boxes(study.types[p.type].footprint, np.array([p.pose]))[0]
            for p in layout.placements
        ]
    )
    radius = study.walking.radius
    clear = {
        audience: free_space(study.plan, audience)
        .difference(footprints)
        .buffer(-radius - 1e-6, join_style="mitre")
        for audience in Audience
    }
    for area in clear.values():
        shapely.prepare(area)
    places = {p.fixture: _places(study, p) for p in layout.placements}
    behind = {
        p.fixture: access_point(study, p, Audience.STAFF)
        for p in layout.placements
        if study.types[p.type].points(Role.STAFF)
    }
    doors = _doors(study, shells)
    taken = [point for points in places.values() for point in points]
    ways = shapely.union_all([shapely.LineString(leg.path) for leg in legs if len(leg.path) > 1])
    lines = line_places(study, layout, clear[Audience.CUSTOMER], [*taken, *doors.values()], legs)
    floor = _one_floor(
        free_space(study.plan, Audience.STAFF).difference(footprints),
        [*taken, *behind.values(), *doors.values()],
    )
    return Hall(
        floor=floor,
        shells=shells,
        clear=clear,
        boxes=boxes_of(layout, study.types),
        places=places,
        behind=behind,
        doors=doors,
        lines=lines,
        aside=called_places(
            study,
            layout,
            clear[Audience.CUSTOMER],
            [*taken, *doors.values(), *(point for line in lines.values() for point in line[:2])],
            ways,
        ),
        types={p.fixture: p.type for p in layout.placements},
    )


def _places(study: Study, placement: Placement) -> tuple[Point, ...]:
    """Where the customers of a fixture stand who are served at once."""
    kind = study.types[placement.type]
    points = placed_points(kind, Role.CUSTOMER, placement)
    if len(points) >= max(kind.servers, 2) and kind.servers != 1:
        return tuple((float(x), float(y)) for x, y in points[: max(kind.servers, 1)])
    if not len(points):
        return ()
    return (access_point(study, placement, Audience.CUSTOMER),) * max(kind.servers, 1)


def _doors(study: Study, shells: Mapping[Audience, Shell]) -> dict[str, Point]:
    """Points of the doors that people of the study go through."""
    named = {d for b in study.mix.businesses for d in (b.entrance, b.exit) if d}
    rounds = {d for r in study.mix.rounds for d in r.doors}
    found: dict[str, Point] = {}
    for door in study.plan.doors:
        staff_only = door.name in rounds and door.name not in named
        if door.kind in ("entrance", "exit") or door.name in named | rounds:
            audience = Audience.STAFF if staff_only else Audience.CUSTOMER
            found[door.name] = door_access(study, door.name, shells[audience])
    return found


def _one_floor(free: BaseGeometry, used: Sequence[Point]) -> Polygon:
    """The floor as one polygon: parts that nobody uses left out, the others joined by slits."""
    open_floor = free.buffer(-PINCH, join_style="mitre").buffer(PINCH, join_style="mitre")
    parts = [
        part
        for part in shapely.get_parts(open_floor)
        if any(part.distance(shapely.Point(point)) < parameter("body") for point in used)
    ]
    whole = parts[0]
    for part in parts[1:]:
        one, other = nearest_points(whole, part)
        along = shapely.LineString([one, other])
        longer = shapely.affinity.scale(along, *(1 + 4 * PINCH / max(along.length, 1e-6),) * 2)
        whole = shapely.union_all([whole, part, longer.buffer(SLIT, cap_style="flat")])
    polygon: Polygon = max(shapely.get_parts(whole.simplify(1e-4)), key=lambda p: p.area)
    return polygon
