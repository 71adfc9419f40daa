"""Rules about security and sight: closed rooms, openings, who faces whom, where cash is carried.

In: a `Scene`, a rule and slack (see `placing`). Out: one sentence per breach.

A zone may be drawn `DRAWN` off its walls: floor beside it is a leak where a circle of that radius
fits, `DRAWN` away from the rooms that are allowed. Such a circle is found by maximum inscribed
circles, to `CIRCLE`. Of lines of sight `sight` tells the doubt.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point, union_all
from shapely.ops import nearest_points

from optimizer.demand.flows import PersonClass
from optimizer.equipment.model import Role
from optimizer.plan.model import OPENING_REACH, DoorKind, ZoneKind
from optimizer.plan.space import LEAF, floor_space, zone_space
from optimizer.verify.placing import CONTACT
from optimizer.verify.room_rules import hall_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import Door, Zone
    from optimizer.rules.model import Rule
    from optimizer.verify.kinds import Check, Why
    from optimizer.verify.scene import Scene

    Place = tuple[float, float]

__all__ = ["SECURE_OPEN", "SECURE_RULES"]

#: A zone may be drawn this far off the face of its walls, metres.
DRAWN = 0.1
#: Doubt about the radius of the widest circle in a leak, metres.
CIRCLE = 2e-3
#: Doubt about the length of a walk in the hall, metres.
GRAZE = 1e-5
#: Doubt about angles, degrees.
TURN = 1e-3
#: Windows are measured in pieces of this length, metres.
PIECE = 0.005
#: So far behind a door lies the floor that it opens onto, metres.
BEHIND = 0.6


def _zones(scene: Scene, rule: Rule) -> tuple[Zone, ...]:
    return scene.study.plan.zones_of(*map(ZoneKind, rule.subjects))


def _leaks(
    scene: Scene, zone: Zone, shut: Sequence[DoorKind], allowed: BaseGeometry, slack: float
) -> bool:
    """Whether floor leads from a zone to floor outside the allowed rooms, some doors shut."""
    plan = scene.study.plan
    leaves = [d.line.buffer(LEAF, cap_style="square") for d in plan.doors_of(*shut)]
    floor = floor_space(plan).difference(union_all(leaves))
    near = allowed.buffer(DRAWN)
    core = zone.polygon.buffer(-DRAWN, join_style="mitre")
    for part in shapely.get_parts(floor):
        if not part.intersects(core):
            continue
        for rest in shapely.get_parts(part.difference(near)):
            # lines, points and slivers hold no circle
            if rest.area > DRAWN**2 and _radius(rest) > DRAWN + math.copysign(CIRCLE, slack):
                return True
    return False


def _radius(room: BaseGeometry) -> float:
    """Radius of the widest circle in a room, metres."""
    return float(shapely.maximum_inscribed_circle(room, tolerance=CIRCLE / 2).length)


def _cash_interlock(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    plan = scene.study.plan
    locks = plan.doors_of(DoorKind.INTERLOCK)
    rooms = [z.polygon for z in plan.zones_of(ZoneKind.CASH_AREA, ZoneKind.CASH_LOADING)]
    for zone in _zones(scene, rule):
        if all(lock.line.distance(zone.polygon) > OPENING_REACH for lock in locks):
            yield f"no interlock leads into {zone.name!r}"
        if _leaks(scene, zone, (DoorKind.INTERLOCK,), union_all(rooms), slack):
            yield f"{zone.name!r} is open past its interlock"


def _closed_zone(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    staff = union_all([z.polygon for z in scene.study.plan.zones if z.kind.staff_only])
    shut = (DoorKind.STAFF, DoorKind.INTERLOCK, DoorKind.EMERGENCY)
    for zone in _zones(scene, rule):
        if _leaks(scene, zone, shut, staff, slack):
            yield f"{zone.name!r} is open to the customers' side"


def _cash_openings(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    plan = scene.study.plan
    near = OPENING_REACH - math.copysign(10 * CONTACT, slack)
    most = DRAWN + math.copysign(2 * PIECE, slack)
    for zone in _zones(scene, rule):
        for window in plan.windows:
            if _length_near(window, zone.polygon, near) > most:
                yield f"{zone.name!r} has a window"
        for door in plan.doors:
            middle = Point(door.centre)
            if (
                door.kind is not DoorKind.INTERLOCK
                and plan.outline.exterior.distance(middle) <= near
                and zone.polygon.distance(middle) <= near
            ):
                yield f"{zone.name!r} has the outer door {door.name!r}"


def _length_near(line: BaseGeometry, zone: BaseGeometry, near: float) -> float:
    """Length of a line within a distance of a zone, piece by piece, metres."""
    length = 0.0
    for one in shapely.get_parts(line):
        corners = shapely.get_coordinates(shapely.segmentize(one, PIECE))
        middles = shapely.points((corners[1:] + corners[:-1]) / 2)
        steps = np.hypot(*(corners[1:] - corners[:-1]).T)
        length += float(steps[shapely.distance(middles, zone) <= near].sum())
    return length


def seen_of(scene: Scene, door: Door) -> Place:
    """Place of a door that an eye looks at: the floor nearest to its middle."""
    point = nearest_points(floor_space(scene.study.plan), Point(door.centre))[0]
    return float(point.x), float(point.y)


def _counter_facing(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    widest = (rule.value or 0.0) - math.copysign(TURN, slack)
    for door in scene.study.plan.doors_of(DoorKind.ENTRANCE):
        target = seen_of(scene, door)
        for f in scene.fixtures:
            if f.kind.name not in rule.subjects:
                continue
            eye, ahead = f.point(0.0, -f.kind.depth / 2), f.point(0.0, -f.kind.depth / 2 - 1.0)
            look = _heading(eye, target)
            of_door = _between(look, math.degrees(math.atan2(door.normal[1], door.normal[0])))
            off = max(_between(look, _heading(eye, ahead)), min(of_door, 180.0 - of_door))
            if off <= widest and scene.sees(eye, target, slack, own=f):
                yield f"{f.name} faces entrance {door.name!r}"


def _heading(one: Place, other: Place) -> float:
    """Direction from one place to another, degrees."""
    return math.degrees(math.atan2(other[1] - one[1], other[0] - one[0]))


def _between(one: float, other: float) -> float:
    """Angle between two directions, 0 to 180 degrees."""
    return abs((one - other + 180.0) % 360.0 - 180.0)


def _cash_route(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    hall, limit = hall_of(scene), rule.value or 0.0
    for walk, way in zip(scene.walks, scene.ways, strict=True):
        if walk.person is not PersonClass.CASH or not way.paths:
            continue
        inside = [LineString(path).intersection(hall).length for path in way.paths]
        crossed = min(inside) - GRAZE if slack > 0 else max(inside)
        if crossed > limit:
            yield f"cash from {walk.source} to {walk.target} crosses {crossed:.2f} m of the hall"


def nobody_walks(scene: Scene, rule: Rule) -> Iterator[str]:
    """Why a rule about walks is open where nobody walks."""
    if not scene.walks:
        yield "nobody walks this layout"


def _quiet_distance(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    quiet, *loud = rule.subjects
    near = (rule.value or 0.0) - CONTACT - slack
    for f in scene.fixtures:
        for other in scene.fixtures if f.kind.name == quiet else ():
            if other.kind.name in loud and any(
                math.dist(a, b) < near and scene.sees(a, b, slack)
                for a in f.places(Role.CUSTOMER)
                for b in other.places(Role.CUSTOMER)
            ):
                yield f"customers of {f.name} are overheard from {other.name}"


def _watched(scene: Scene, rule: Rule) -> tuple[list[Place], dict[str, list[Place]]]:
    """Eyes of the staff who watch, and the places of each thing that they should see."""
    viewer, *watched = rule.subjects
    plan = scene.study.plan
    hall, floor = zone_space(plan, ZoneKind.PUBLIC_HALL), floor_space(plan)
    eyes = [p for f in scene.fixtures if f.kind.name == viewer for p in f.places(Role.STAFF)]
    goals: dict[str, list[Place]] = {}
    for door in plan.doors_of(DoorKind.ENTRANCE):
        (x, y), (nx, ny) = door.centre, door.normal
        sides = [Point(x + s * nx, y + s * ny) for s in (BEHIND, -BEHIND)]
        if any(hall.covers(side) and floor.covers(side) for side in sides):
            goals[f"entrance {door.name}"] = [seen_of(scene, door)]
    for f in scene.fixtures:
        places = f.places(Role.CUSTOMER) if f.kind.name in watched else ()
        if any(hall.covers(Point(p)) for p in places):
            goals[f.name] = list(places)
    return eyes, goals


def _staff_view(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    eyes, goals = _watched(scene, rule)
    if not eyes or not goals:
        return
    # a breach is certain where even what is perhaps seen is too little
    seen = sum(
        any(scene.sees(eye, place, -slack) for eye in eyes for place in places)
        for places in goals.values()
    )
    share = 100.0 * seen / len(goals)
    if share < (rule.value or 0.0) - CONTACT:
        yield f"staff see {share:.0f} % of them"


def _nothing_to_see(scene: Scene, rule: Rule) -> Iterator[str]:
    if not all(_watched(scene, rule)):
        yield "there is nobody who watches, or nothing to see"


#: The rules by the name of their check.
SECURE_RULES: Mapping[str, Check] = {
    "cash_interlock": _cash_interlock,
    "closed_zone": _closed_zone,
    "cash_openings": _cash_openings,
    "counter_facing": _counter_facing,
    "cash_route": _cash_route,
    "quiet_distance": _quiet_distance,
    "staff_view": _staff_view,
}
#: Why one of these cannot be decided.
SECURE_OPEN: Mapping[str, Why] = {"cash_route": nobody_walks, "staff_view": _nothing_to_see}
