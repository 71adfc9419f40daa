"""Doors: clear width, turning circles on either side, wall beside the handle.

In: a rule, whose subjects are kinds of door, and a `Scene`. Out: findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, union_all
from shapely.ops import nearest_points

from optimizer.plan.model import OPENING_REACH, DoorKind
from optimizer.plan.space import LEAF
from optimizer.rules.finding import at, broken, kept, unknown
from optimizer.rules.scene import CONTACT, ROUNDING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import Door
    from optimizer.rules.finding import Check
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene

__all__ = ["DOOR_CHECKS", "doors_of", "seen_of_door"]

#: Length of a door's side along the wall that counts as before it, metres beyond either jamb.
BESIDE = 2.0


def doors_of(rule: Rule, scene: Scene) -> tuple[Door, ...]:
    """Doors of the kinds that a rule names."""
    return scene.study.plan.doors_of(*(DoorKind(kind) for kind in rule.subjects))


def seen_of_door(scene: Scene, door: Door) -> tuple[float, float]:
    """Return the place of a door that an eye looks at: its middle, or the floor nearest to it."""
    point = nearest_points(scene.floor, Point(door.centre))[0]
    return float(point.x), float(point.y)


def check_door_width(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Doors are as wide as the rule asks."""
    if rule.value is None:
        yield kept(rule, "Asked of crowded public places only; the study says that this is none")
        return
    doors = doors_of(rule, scene)
    for door in doors:
        if door.width < rule.value - CONTACT:
            yield broken(
                rule,
                f"Door {door.name!r} at {at(door.centre)} is {door.width:.2f} m wide; "
                f"{rule.value:g} m would be right",
                value=door.width,
                where=door.centre,
            )
    if doors and all(door.width >= rule.value - CONTACT for door in doors):
        narrow = min(doors, key=lambda d: d.width)
        yield kept(
            rule,
            f"The narrowest door, {narrow.name!r}, is {narrow.width:.2f} m wide",
            value=narrow.width,
            where=narrow.centre,
        )


def check_door_turning(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """A circle of the rule's diameter fits on either side of a door, where there is floor."""
    radius = (rule.value or 0.0) / 2
    leaves = [d.line.buffer(LEAF, cap_style="square") for d in scene.study.plan.doors]
    free = scene.floor.difference(union_all([scene.furniture, *leaves]))
    middles = free.buffer(-radius + CONTACT, quad_segs=ROUNDING)
    for door in doors_of(rule, scene):
        for side in _sides(door, scene, radius + OPENING_REACH):
            reachable = middles.intersection(side)
            if reachable.is_empty or reachable.distance(door.line) > radius + OPENING_REACH:
                centre = side.intersection(scene.floor).representative_point()
                yield broken(
                    rule,
                    f"Door {door.name!r} at {at(door.centre)} has no free circle of "
                    f"{2 * radius:g} m towards {at(centre)}; keep fixtures away from it",
                    where=door.centre,
                    fixtures=_nearest(scene, door, 2 * radius + OPENING_REACH),
                )


def check_door_handle(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Beside one jamb at least, on each side, the wall is free over the rule's width."""
    if not scene.study.plan.walls:
        yield unknown(rule, "Not looked at: the plan has no walls")
        return
    width, depth = rule.value or 0.0, rule.limits["depth"]
    solid = union_all([scene.study.plan.solids, scene.furniture])
    for door in doors_of(rule, scene):
        for sign in (1.0, -1.0):
            spaces = [_beside(door, sign, end, width, depth, scene) for end in (0, 1)]
            known = [space for space in spaces if space is not None]
            if len(known) == 2 and all(
                space.intersection(solid).area > width * CONTACT for space in known
            ):
                yield broken(
                    rule,
                    f"Door {door.name!r} at {at(door.centre)} has no {width:g} m of free wall "
                    f"beside either jamb towards {at(known[0])}; one side must be free",
                    where=door.centre,
                    fixtures=_nearest(scene, door, width),
                )


def _beside(
    door: Door, sign: float, end: int, width: float, depth: float, scene: Scene
) -> BaseGeometry | None:
    """Floor beside a jamb, from the wall's face; None where there is no floor on that side."""
    jambs = np.asarray(door.line.coords)[[0, -1], :2]
    normal = sign * np.array(door.normal)
    out = (jambs[end] - jambs[1 - end]) / door.width
    face = _face(door, normal, scene)
    if face is None:
        return None
    start = jambs[end] + (face + CONTACT) * normal
    corners = [start, start + width * out, start + width * out + depth * normal]
    return Polygon([*corners, start + depth * normal])


def _face(door: Door, normal: NDArray[np.float64], scene: Scene) -> float | None:
    """Distance from a door's line to the face of its wall on one side, metres."""
    middle = np.array(door.centre)
    x, y = (middle + (OPENING_REACH + LEAF) * normal).tolist()
    if not scene.study.plan.outline.covers(Point(x, y)):
        return None
    jamb, other = np.asarray(door.line.coords)[[0, -1], :2]
    inside_wall = jamb + (jamb - other) / door.width * 0.05
    line = LineString([inside_wall, inside_wall + OPENING_REACH * normal])
    solid = line.intersection(scene.study.plan.walls_with_openings)
    if solid.is_empty:
        return 0.0
    return float(((shapely.get_coordinates(solid) - inside_wall) @ normal).max())


def _sides(door: Door, scene: Scene, depth: float) -> Iterator[BaseGeometry]:
    """Yield the floor before a door on either side, where there is any."""
    jambs = np.asarray(door.line.coords)[[0, -1], :2]
    along = (jambs[1] - jambs[0]) / (door.width or 1.0)
    for sign in (1.0, -1.0):
        normal = sign * np.array(door.normal)
        probe = np.array(door.centre) + (OPENING_REACH + LEAF) * normal
        if scene.study.plan.outline.covers(Point(*probe.tolist())):
            near = [jambs[0] - BESIDE * along, jambs[1] + BESIDE * along]
            yield Polygon([*near, near[1] + depth * normal, near[0] + depth * normal])


def _nearest(scene: Scene, door: Door, reach: float) -> tuple[str, ...]:
    """Fixtures within reach of a door."""
    near = shapely.distance(scene.footprints.polygon, door.line) <= reach
    return tuple(scene.names[i] for i in np.flatnonzero(near))


#: Checks of this module by name.
DOOR_CHECKS: Mapping[str, Check] = {
    "door_width": check_door_width,
    "door_turning": check_door_turning,
    "door_handle": check_door_handle,
}
