"""Defects of zones.

In: a `FloorPlan` with a usable outline. Out: zones that overlap, leave the outline or cannot be
reached, and parts of the floor that no door leads to.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from shapely import Point, area, distance, intersection, union_all

from optimizer.plan.defect import Defect, Severity
from optimizer.plan.model import DoorKind
from optimizer.plan.space import REACH, Audience, entered_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import FloorPlan, Zone

__all__ = ["closed_rooms", "zone_defects"]

#: Zones may share this much, or leave the outline by it: the half of a wall, square metres.
SHARED = 0.05
#: Zones may leave the outline by this, metres: a zone may be drawn to the wall's outer face.
LEAVES = 0.5
#: Parts of the floor smaller than this are no rooms, square metres.
ROOM = 1.0
#: Rooms that nobody reaches are a warning from this share of the floor on.
LOST = 0.1


def zone_defects(plan: FloorPlan) -> Iterator[Defect]:
    """Defects of the zones of a plan."""
    sound = []
    for zone in plan.zones:
        if zone.polygon.is_valid:
            sound.append(zone)
        else:
            yield _at(
                "zone-crosses",
                f"zone {zone.name!r} crosses itself; its corners must go around it once",
                zone.polygon,
            )
    for one, other in combinations(sound, 2):
        shared = one.polygon.intersection(other.polygon)
        if shared.area > SHARED:
            yield _at(
                "zones-overlap",
                f"zones {one.name!r} and {other.name!r} overlap by {shared.area:.2f} m2; a place "
                "belongs to one zone",
                shared,
            )
    for zone in sound:
        yield from _outside(zone, plan)
    solids = (*plan.walls, *plan.columns)
    if len(sound) == len(plan.zones) and all(solid.is_valid for solid in solids):
        yield from _unreachable(plan)


def _at(
    code: str, sentence: str, shape: BaseGeometry, severity: Severity = Severity.ERROR
) -> Defect:
    """A defect inside a shape."""
    point = shape.representative_point() if shape.is_valid else Point(shape.bounds[:2])
    return Defect(
        code=code,
        sentence=f"{sentence}, at ({point.x:.2f}, {point.y:.2f})",
        severity=severity,
        x=point.x,
        y=point.y,
    )


def _outside(zone: Zone, plan: FloorPlan) -> Iterator[Defect]:
    """A zone that leaves the outline."""
    beyond = zone.polygon.difference(plan.outline.buffer(LEAVES, join_style="mitre"))
    if beyond.area > SHARED:
        far = (
            beyond.hausdorff_distance(plan.outline)
            if zone.polygon.disjoint(plan.outline)
            else (
                max(Point(corner).distance(plan.outline) for corner in zone.polygon.exterior.coords)
            )
        )
        yield _at(
            "zone-outside",
            f"zone {zone.name!r} leaves the outline by {far:.2f} m; it must lie inside",
            beyond,
        )


def _unreachable(plan: FloorPlan) -> Iterator[Defect]:
    """Zones that nobody reaches from outside, and public ones that customers do not reach."""
    if not plan.doors_of(DoorKind.ENTRANCE):
        return
    reached = {}
    for audience in Audience:
        parts, entered = entered_parts(plan, audience)
        reached[audience] = parts[entered]
    for zone in plan.zones:
        audience = Audience.STAFF if zone.kind.staff_only else Audience.CUSTOMER
        inside = area(intersection(reached[audience], zone.polygon)).sum()
        if inside < min(ROOM, 0.5 * zone.polygon.area):
            yield _at(
                "zone-unreachable",
                f"zone {zone.name!r} cannot be reached by "
                f"{'staff' if zone.kind.staff_only else 'customers'} from any outer door; a door "
                "must lead into it",
                zone.polygon,
            )
    yield from closed_rooms(plan)


def closed_rooms(plan: FloorPlan) -> Iterator[Defect]:
    """Parts of the floor to which no way leads from an entrance: all in one line, then each.

    Of a plan with zones nothing is told here: there, each zone tells whether it can be reached.
    """
    if plan.zones or not plan.doors_of(DoorKind.ENTRANCE):
        return
    parts, entered = entered_parts(plan, Audience.CUSTOMER)
    rooms = area(parts) > ROOM
    closed = parts[rooms & ~entered]
    if len(closed) > 1:
        doors = union_all([door.line for door in plan.doors])
        doorless = int((distance(closed, doors) > REACH).sum())
        largest = max(closed, key=lambda part: part.area)
        lost, floor = area(closed).sum(), area(parts[rooms]).sum()
        yield _at(
            "rooms-without-door",
            f"{len(closed)} of {rooms.sum()} rooms cannot be reached from an entrance "
            f"({lost:.0f} of {floor:.0f} m2), {doorless} of them have no door; nothing for "
            "customers is placed there; draw the doors between the rooms; the largest closed one "
            f"has {largest.area:.0f} m2",
            largest,
            Severity.WARNING if lost > LOST * floor else Severity.NOTE,
        )
    for part in closed:
        yield _at(
            "floor-unreachable",
            f"{part.area:.1f} m2 of floor cannot be reached from an entrance",
            part,
            Severity.NOTE,
        )
