"""Where people may walk in an empty floor plan, before any body radius is taken off.

In: a `FloorPlan`. Out: shapely regions for each audience, the region of each zone kind, and the
point at which people step through a door. The walkable graph of `optimizer.walk` starts here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, Point, distance, get_parts, union_all
from shapely.ops import nearest_points

from optimizer.plan.model import Door, DoorKind, FloorPlan, ZoneKind

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "REACH",
    "Audience",
    "door_point",
    "entered_parts",
    "entered_space",
    "floor_space",
    "free_space",
    "zone_space",
]

#: Half the thickness of the leaf that closes a door, metres; only has to stop a path.
LEAF = 0.02
#: How far from a door its standing point may lie, metres: a wall's thickness and a step.
DOOR_STEP = 1.5
#: How near to the floor a door must come to lead to it, metres: half a thick wall.
REACH = 0.6


class Audience(StrEnum):
    """Who walks: decides which doors and zones are open."""

    CUSTOMER = "customer"
    STAFF = "staff"


#: Doors through which each audience comes in; staff doors may lie inside, which asks less.
COMES_BY = {
    Audience.CUSTOMER: (DoorKind.ENTRANCE,),
    Audience.STAFF: (DoorKind.ENTRANCE, DoorKind.STAFF, DoorKind.EXIT),
}
#: Doors that stay shut for each audience.
CLOSED = {
    Audience.CUSTOMER: (DoorKind.STAFF, DoorKind.INTERLOCK, DoorKind.EMERGENCY),
    Audience.STAFF: (DoorKind.EMERGENCY,),
}


def floor_space(plan: FloorPlan) -> BaseGeometry:
    """Floor without walls and columns; all doors open."""
    return plan.floor


def free_space(plan: FloorPlan, audience: Audience) -> BaseGeometry:
    """Floor on which one audience may walk in the empty shell.

    Customers do not pass staff, interlock and emergency doors and do not enter cash areas, back
    offices and cash-loading rooms; staff pass all but emergency doors.
    """
    closed = [
        door.line.buffer(LEAF, cap_style="square") for door in plan.doors_of(*CLOSED[audience])
    ]
    if audience is Audience.CUSTOMER:
        closed += [zone.polygon for zone in plan.zones if zone.kind.staff_only]
    space = floor_space(plan)
    return space.difference(union_all(closed)) if closed else space


def entered_parts(
    plan: FloorPlan, audience: Audience
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Parts of one audience's floor without a way between them, and which of them it can enter."""
    parts = get_parts(free_space(plan, audience))
    doors = union_all([door.line for door in plan.doors_of(*COMES_BY[audience])])
    # the distance to nothing is no number, and so never within reach
    entered: NDArray[np.bool_] = distance(parts, doors) <= REACH
    return parts, entered


def entered_space(plan: FloorPlan, audience: Audience) -> BaseGeometry:
    """Floor on which one audience may walk and to which an outer door of its own leads.

    All of its floor where no part of it can be entered: the drawing then lacks its doors, and
    nothing is known.
    """
    parts, entered = entered_parts(plan, audience)
    return union_all(parts[entered]) if entered.any() else free_space(plan, audience)


def zone_space(plan: FloorPlan, *kinds: ZoneKind) -> BaseGeometry:
    """Region of all zones of the kinds named.

    What lies in no zone counts as public hall, so a plan without zones is one public hall.
    """
    parts: list[BaseGeometry] = [zone.polygon for zone in plan.zones_of(*kinds)]
    if ZoneKind.PUBLIC_HALL in kinds:
        others = [zone.polygon for zone in plan.zones if zone.kind is not ZoneKind.PUBLIC_HALL]
        parts.append(plan.outline.difference(union_all(others)) if others else plan.outline)
    return union_all(parts)


def door_point(door: Door, walkable: BaseGeometry) -> tuple[float, float] | None:
    """Point at which a person steps through a door into the walkable space.

    Parameters
    ----------
    door
        The door.
    walkable
        Free space less the body radius (`walk.Shell.walkable`).

    Returns
    -------
    tuple of float or None
        The nearest walkable point straight in front of the door's middle, else the nearest
        walkable point, in metres; None where nothing walkable lies within `DOOR_STEP`.
    """
    x, y = door.centre
    nx, ny = door.normal
    ray = LineString(
        [(x - DOOR_STEP * nx, y - DOOR_STEP * ny), (x + DOOR_STEP * nx, y + DOOR_STEP * ny)]
    )
    middle = Point(x, y)
    straight = ray.intersection(walkable)
    target = straight if not straight.is_empty else walkable
    if target.is_empty:
        return None
    near = nearest_points(middle, target)[1]
    if near.distance(middle) > DOOR_STEP:
        return None
    point = np.asarray(near.coords[0][:2])
    return float(point[0]), float(point[1])
