"""Floor that hard rules keep clear at doors, whatever the layout.

In: a study. Out: the region that no footprint may enter. A door rule leaves some freedom (a turning
circle may lie here or there, either jamb will do for the handle); the region takes the place that
the empty shell offers best, so that whoever stays out of it keeps the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import Point, Polygon, union_all
from shapely.ops import nearest_points

from optimizer.plan.model import OPENING_REACH, DoorKind
from optimizer.plan.space import floor_space
from optimizer.rules.model import Severity
from optimizer.rules.packs import rules_of
from optimizer.rules.scene import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import Door
    from optimizer.rules.model import Rule
    from optimizer.study import Study

__all__ = ["keep_clear"]

#: Segments of a quarter of a turning circle.
SEGMENTS = 16


def keep_clear(study: Study) -> BaseGeometry:
    """Region that no footprint may enter by the study's hard rules about doors."""
    floor = floor_space(study.plan)
    parts: list[BaseGeometry] = []
    for rule in rules_of(study):
        if rule.severity is not Severity.HARD or rule.value is None:
            continue
        kinds = [DoorKind(kind) for kind in rule.subjects if kind in set(DoorKind)]
        doors = study.plan.doors_of(*kinds)
        if rule.check == "door_strip":
            parts += [d.line.buffer(rule.value, cap_style="flat") for d in study.plan.doors]
        elif rule.check == "door_turning":
            parts += [c for door in doors for c in _circles(door, floor, rule.value / 2)]
        elif rule.check == "door_handle":
            parts += [s for door in doors for s in _beside(door, floor, rule)]
    return union_all(parts)


def _circles(door: Door, floor: BaseGeometry, radius: float) -> Iterator[BaseGeometry]:
    """On each side of a door the turning circle that lies most nearly before its middle."""
    middles = floor.difference(door.line.buffer(CONTACT)).buffer(-radius, quad_segs=SEGMENTS)
    for side in _sides(door, radius + OPENING_REACH):
        possible = middles.intersection(side)
        if possible.is_empty or possible.distance(door.line) > radius + OPENING_REACH:
            continue  # the shell itself leaves no room: no layout can mend that
        x, y = door.centre
        towards = np.array(side.centroid.coords[0]) - (x, y)
        ahead = Point(*(np.array([x, y]) + towards / np.hypot(*towards) * radius))
        # a hair larger than the rule's circle, so that the polygon holds the round one
        yield nearest_points(possible, ahead)[0].buffer(
            radius / np.cos(np.pi / (4 * SEGMENTS)) + CONTACT, quad_segs=SEGMENTS
        )


def _beside(door: Door, floor: BaseGeometry, rule: Rule) -> Iterator[BaseGeometry]:
    """On each side of a door the strip of free wall beside that jamb which has more of it."""
    assert rule.value is not None
    depth = rule.limits["depth"] + OPENING_REACH
    jambs = np.asarray(door.line.coords)[[0, -1], :2]
    for sign in (1.0, -1.0):
        normal = sign * np.array(door.normal)
        strips = []
        for end in (0, 1):
            out = (jambs[end] - jambs[1 - end]) / door.width
            a, b = jambs[end], jambs[end] + (rule.value + CONTACT) * out
            strips.append(Polygon([a, b, b + depth * normal, a + depth * normal]))
        free = [strip.intersection(floor) for strip in strips]
        best = int(np.argmax([shapely.area(part) for part in free]))
        if not free[best].is_empty:
            yield free[best]


def _sides(door: Door, depth: float) -> tuple[BaseGeometry, BaseGeometry]:
    """The two sides of a door's line, to a depth, as wide as the door and the depth beside it."""
    long = shapely.LineString(np.asarray(door.line.coords)[[0, -1], :2])
    one = long.buffer(depth, single_sided=True)
    other = long.buffer(-depth, single_sided=True)
    return one, other
