"""Defects of doors.

In: a `FloorPlan` with a usable outline. Out: doors in no wall, of impossible width, or leading
nowhere, and a plan that nobody can enter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import Point, STRtree, dwithin, get_coordinates, linestrings, prepare

from optimizer.plan.defect import Defect, Severity
from optimizer.plan.model import DoorKind
from optimizer.plan.units import plausible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely import LineString, Polygon

    from optimizer.plan.model import Door, FloorPlan

__all__ = ["door_defects"]

#: A door stands in a wall, or in the outline, when both its ends are this near to one, metres.
ON_WALL = 0.35
#: Doors on the way of every customer.
CUSTOMERS = (DoorKind.ENTRANCE, DoorKind.EXIT)
#: Doors whose middles are closer than this are one door drawn twice, metres.
SAME = 0.05


def door_defects(plan: FloorPlan) -> Iterator[Defect]:
    """Defects of the doors of a plan."""
    solids = [wall for wall in plan.walls if wall.is_valid]
    solids += [column for column in plan.columns if column.is_valid]
    supports = STRtree([*solids, *_edges(plan.outline)])
    # the jamb between two doors side by side is seldom drawn as a wall
    lines = STRtree([door.line for door in plan.doors])
    prepare(plan.outline)
    inside = dwithin([door.line for door in plan.doors], plan.outline, ON_WALL)
    for number, door in enumerate(plan.doors):
        yield from _width(door)
        yield from _off_wall(number, door, supports, lines)
        if not inside[number]:
            yield _at(
                "door-outside",
                f"door {door.name!r} lies {door.line.distance(plan.outline):.2f} m outside the "
                "outline; a door leads into the floor",
                door,
                Severity.WARNING if door.kind is DoorKind.INNER else Severity.ERROR,
            )
    yield from _twice(plan.doors)
    if not plan.doors_of(DoorKind.ENTRANCE):
        yield Defect(
            code="no-entrance",
            sentence="no door is an entrance; customers cannot come in; draw a door of kind "
            "'entrance' in an outer wall or add one to the study",
            severity=Severity.WARNING,
        )


def _edges(outline: Polygon) -> list[LineString]:
    """The outline's rings, edge by edge."""
    rings = [get_coordinates(ring) for ring in (outline.exterior, *outline.interiors)]
    return [edge for ring in rings for edge in linestrings(np.stack([ring[:-1], ring[1:]], axis=1))]


def _at(code: str, sentence: str, door: Door, severity: Severity = Severity.ERROR) -> Defect:
    """A defect at the middle of a door."""
    x, y = door.centre
    return Defect(
        code=code, sentence=f"{sentence}, at ({x:.2f}, {y:.2f})", severity=severity, x=x, y=y
    )


def _width(door: Door) -> Iterator[Defect]:
    """A width that is none of a door; an error where every customer passes it."""
    allowed = plausible("door_opening")
    if not allowed.holds(door.width):
        yield _at(
            "door-width",
            f"door {door.name!r} is {door.width:.3g} m wide; a door has {allowed.least:g} to "
            f"{allowed.most:g} m",
            door,
            Severity.ERROR if door.kind in CUSTOMERS else Severity.WARNING,
        )


def _off_wall(number: int, door: Door, supports: STRtree, lines: STRtree) -> Iterator[Defect]:
    """A door whose ends do not both touch a wall or the outline.

    A kind other than inner decides who may come in, so that such a door must close something;
    an inner one, as of a lavatory whose partitions are not drawn, only leads through.
    """
    ends = [Point(door.line.coords[0]), Point(door.line.coords[-1])]
    nearest = [supports.geometries[supports.nearest(end)].distance(end) for end in ends]
    for i, end in enumerate(ends):
        others = set(lines.query(end, predicate="dwithin", distance=ON_WALL).tolist())
        if nearest[i] > ON_WALL and others - {number}:
            nearest[i] = 0.0
    if max(nearest) > ON_WALL:
        yield _at(
            "door-off-wall",
            f"door {door.name!r} stands in no wall: the nearest wall is {max(nearest):.2f} m from "
            f"its end; it must reach from jamb to jamb within {ON_WALL:g} m",
            door,
            Severity.WARNING if door.kind is DoorKind.INNER else Severity.ERROR,
        )


def _twice(doors: tuple[Door, ...]) -> Iterator[Defect]:
    """Doors that are drawn twice in one place."""
    if not doors:
        return
    middles = [Point(door.centre) for door in doors]
    one, other = STRtree(middles).query(middles, predicate="dwithin", distance=SAME)
    for i, j in zip(one.tolist(), other.tolist(), strict=True):
        if i < j:
            yield _at(
                "door-twice",
                f"doors {doors[i].name!r} and {doors[j].name!r} stand in one place; draw one",
                doors[j],
                Severity.WARNING,
            )
