"""Where people may walk in an empty floor plan, before any body radius is taken off.

In: a `FloorPlan`. Out: shapely regions for each audience, the region of each zone kind, and the
point at which people step through a door. The walkable graph of `optimizer.walk` starts here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, Point, union_all
from shapely.ops import nearest_points

from optimizer.plan.model import Door, DoorKind, FloorPlan, ZoneKind

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = ["Audience", "door_point", "floor_space", "free_space", "zone_space"]

#: Half the thickness of the leaf that closes a door, metres; only has to stop a path.
LEAF = 0.02
#: How far from a door its standing point may lie, metres: a wall's thickness and a step.
DOOR_STEP = 1.5


class Audience(StrEnum):
    """Who walks: decides which doors and zones are open."""

    CUSTOMER = "customer"
    STAFF = "staff"


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
