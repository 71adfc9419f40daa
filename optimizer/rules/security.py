"""Security: cash area, cash-loading room, cash counters, the way of the cash.

In: a rule and a `Scene`. Out: findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point, union_all

from optimizer.demand.flows import PersonClass
from optimizer.equipment.layout import place_points
from optimizer.plan.model import OPENING_REACH, DoorKind, ZoneKind
from optimizer.plan.space import LEAF
from optimizer.rules.doors import seen_of_door
from optimizer.rules.finding import about, at, broken, kept, unknown
from optimizer.walk.sightlines import sees

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import FloorPlan, Zone
    from optimizer.rules.finding import Check
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene

__all__ = ["SECURITY_CHECKS"]

#: A zone may be drawn this far off the face of its walls, metres.
DRAWN = 0.1


def check_cash_interlock(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """With its interlock shut, no floor leads from the cash area to anywhere but cash rooms."""
    plan = scene.study.plan
    zones = _zones(rule, plan)
    if not zones:
        yield kept(rule, "The plan has no cash area")
        return
    locks = plan.doors_of(DoorKind.INTERLOCK)
    rooms = union_all([z.polygon for z in plan.zones_of(ZoneKind.CASH_AREA, ZoneKind.CASH_LOADING)])
    open_floor = _shut(scene.floor, plan, DoorKind.INTERLOCK)
    for zone in zones:
        if not any(lock.line.distance(zone.polygon) <= OPENING_REACH for lock in locks):
            yield broken(
                rule,
                f"Zone {zone.name!r} has no interlocked door; one must lead into it",
                value=0,
                where=zone.polygon,
            )
        leak = _beyond(open_floor, zone.polygon, rooms)
        if not leak.is_empty:
            near = leak.intersection(zone.polygon.buffer(1.0))
            yield broken(
                rule,
                f"Zone {zone.name!r} is open to {leak.area:.1f} m² of other floor past its "
                f"interlock, at {at(near if not near.is_empty else leak)}; walls must close it",
                value=leak.area,
                where=near if not near.is_empty else leak,
            )


def check_closed_zone(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """With staff doors shut, no floor leads from the zone to where customers may be."""
    plan = scene.study.plan
    zones = _zones(rule, plan)
    if not zones:
        yield kept(rule, f"The plan has no zone of kind {' or '.join(rule.subjects)}")
        return
    staff_only = union_all([z.polygon for z in plan.zones if z.kind.staff_only])
    open_floor = _shut(scene.floor, plan, DoorKind.STAFF, DoorKind.INTERLOCK, DoorKind.EMERGENCY)
    for zone in zones:
        leak = _beyond(open_floor, zone.polygon, staff_only)
        if not leak.is_empty:
            near = leak.intersection(zone.polygon.buffer(1.0))
            yield broken(
                rule,
                f"Zone {zone.name!r} is reached from {leak.area:.1f} m² of the customers' side, "
                f"at {at(near if not near.is_empty else leak)}; walls and staff doors must close "
                "it",
                value=leak.area,
                where=near if not near.is_empty else leak,
            )


def check_counter_facing(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """No subject faces an entrance: in free sight, near its own axis and the door's."""
    widest = rule.value or 0.0
    for door in scene.study.plan.doors_of(DoorKind.ENTRANCE):
        target = np.array(seen_of_door(scene, door))
        for i in scene.indices(rule.subjects):
            front = (0.0, -scene.types[i].depth / 2)
            pose = np.array([scene.placements[i].pose])
            eye, ahead = place_points([front, (0.0, front[1] - 1.0)], pose)[0]
            off = max(
                _angle(ahead - eye, target - eye),
                min(_angle(np.array(door.normal), s * (target - eye)) for s in (1.0, -1.0)),
            )
            if off <= widest and sees([eye], [target], obstacles=scene.blinds)[0]:
                yield broken(
                    rule,
                    f"{about(scene, i)} faces entrance {door.name!r}, {off:.0f}° off the axis and "
                    f"in free sight; more than {widest:g}° or something opaque between them "
                    "would be right",
                    value=off,
                    where=eye,
                    fixtures=(scene.names[i],),
                )


def check_cash_openings(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Cash zones have no window, and no door of the outline but an interlock."""
    plan = scene.study.plan
    outside = plan.outline.exterior
    for zone in _zones(rule, plan):
        room = zone.polygon.buffer(OPENING_REACH)
        for window in plan.windows:
            part = window.intersection(room)
            if part.length > DRAWN:
                yield broken(
                    rule,
                    f"Zone {zone.name!r} has {part.length:.2f} m of window at {at(part)}; it must "
                    "have none",
                    value=part.length,
                    where=part,
                )
        for door in plan.doors:
            outer = outside.distance(Point(door.centre)) <= OPENING_REACH
            if door.kind is not DoorKind.INTERLOCK and outer and room.covers(Point(door.centre)):
                yield broken(
                    rule,
                    f"Zone {zone.name!r} has the outer door {door.name!r} at {at(door.centre)}; "
                    "it must have none",
                    value=1,
                    where=door.centre,
                )


def check_cash_route(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Carried cash stays off the customers' floor."""
    if not scene.legs:
        yield unknown(rule, "Not looked at: nobody walked this layout")
        return
    limit = rule.value or 0.0
    for leg in scene.legs:
        if leg.person is not PersonClass.CASH or len(leg.path) < 2:
            continue
        inside = LineString(leg.path).intersection(scene.hall)
        if inside.length > limit + 1e-6:
            yield broken(
                rule,
                f"Cash carried from {leg.source} to {leg.target} crosses {inside.length:.1f} m of "
                f"the customers' floor at {at(inside)}; at most {limit:g} m is right",
                value=inside.length,
                where=inside,
                fixtures=(leg.source, leg.target),
            )


def _zones(rule: Rule, plan: FloorPlan) -> tuple[Zone, ...]:
    return plan.zones_of(*(ZoneKind(kind) for kind in rule.subjects))


def _shut(floor: BaseGeometry, plan: FloorPlan, *kinds: DoorKind) -> BaseGeometry:
    """Floor with the doors of some kinds shut."""
    leaves = [d.line.buffer(LEAF, cap_style="square") for d in plan.doors_of(*kinds)]
    return floor.difference(union_all(leaves)) if leaves else floor


def _beyond(floor: BaseGeometry, room: BaseGeometry, allowed: BaseGeometry) -> BaseGeometry:
    """Floor outside the allowed rooms that hangs together with a room."""
    parts = shapely.get_parts(floor)
    inner = room.buffer(-DRAWN)
    joined = parts[shapely.intersects(parts, inner)]
    # what is narrower than twice the drawing's slack is a zone drawn off its walls, no leak
    leak = union_all(list(joined)).difference(allowed.buffer(DRAWN)).buffer(-DRAWN)
    return leak.buffer(DRAWN)


def _angle(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Angle between two directions, degrees."""
    cross = one[0] * other[1] - one[1] * other[0]
    return float(np.rad2deg(np.arctan2(abs(cross), one @ other)))


#: Checks of this module by name.
SECURITY_CHECKS: Mapping[str, Check] = {
    "cash_interlock": check_cash_interlock,
    "closed_zone": check_closed_zone,
    "counter_facing": check_counter_facing,
    "cash_openings": check_cash_openings,
    "cash_route": check_cash_route,
}
