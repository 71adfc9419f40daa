"""The hard placement rules PLC-01 … PLC-11, plainly.

In: a `Scene`, the rule's value, and slack. Out: one sentence per breach. "Overlap" means by more
than `CONTACT`. Slack (metres) is given to the layout where above 0, taken from it where below: a
result holds poses rounded to a micrometre, so what is closer than that to a limit is undecided.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from shapely import LineString, Point, union_all

from optimizer.equipment.model import Anchoring, Role
from optimizer.plan.model import OPENING_REACH
from optimizer.plan.space import Audience, floor_space, free_space, zone_space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.model import Box, FixtureType
    from optimizer.study import FixtureGroup
    from optimizer.verify.placed import Placed
    from optimizer.verify.scene import Scene

    Breaches = Iterator[str]

__all__ = ["CONTACT", "PLACING"]

#: Two shapes overlap when they do so by more than this, metres.
CONTACT = 1e-4
#: Room at a standing point beyond the body radius, metres.
ROOM = 1e-5
#: Two angles are the same up to this, degrees.
SAME_ANGLE = 0.1


def _floor(scene: Scene, value: float, slack: float) -> Breaches:
    plan = scene.study.plan
    floor = floor_space(plan)
    openings = [door.line.buffer(OPENING_REACH, cap_style="flat") for door in plan.doors]
    shut = union_all([*plan.columns, *openings])
    for f in scene.fixtures:
        foot = _core(f, slack)
        if f.kind.anchoring is not Anchoring.THROUGH_WALL:
            if not floor.covers(foot):
                yield f"{f.name} is not wholly on the floor"
        elif not plan.outline.covers(foot) or shut.intersects(foot):
            yield f"{f.name} is in a column, in a door opening or outside"


def _anchoring(scene: Scene, value: float, slack: float) -> Breaches:
    plan = scene.study.plan
    solid = union_all([plan.solids, plan.outline.boundary])
    walls = plan.walls_with_openings.buffer(value)
    for f in scene.fixtures:
        x, y = f.kind.width / 2, f.kind.depth / 2
        if f.kind.anchoring is Anchoring.WALL:
            away = max(solid.distance(Point(f.point(end, y))) for end in (-x, x))
            if away > value + slack:
                yield f"{f.name} has a back corner {away:.3f} m from a wall"
        elif f.kind.anchoring is Anchoring.THROUGH_WALL:
            out = LineString([f.point(-x, 0), f.point(x, 0)]).difference(walls).length
            if out > CONTACT + slack:
                yield f"{f.name} has {out:.3f} m of its middle line outside the walls"


def _no_overlap(scene: Scene, value: float, slack: float) -> Breaches:
    for one, other in combinations(scene.fixtures, 2):
        if _core(one, slack).intersects(other.footprint()):
            yield f"{one.name} overlaps {other.name}"


def _use_space(scene: Scene, value: float, slack: float) -> Breaches:
    floor = floor_space(scene.study.plan)
    for f in scene.fixtures:
        for box, at_end in _clearances(f.kind):
            space = f.rectangle(box)
            for other in scene.fixtures:
                if other is not f and _core(other, slack).intersects(space):
                    yield f"{other.name} is in the use space of {f.name}"
            if at_end and not floor.covers(f.rectangle(box, grow=-CONTACT - slack)):
                yield f"the use space of {f.name} is not free floor"


def _zones(scene: Scene, value: float, slack: float) -> Breaches:
    plan = scene.study.plan
    groups = _groups(scene)
    for f in scene.fixtures:
        group = groups.get(f.name)
        if group and group.zone:
            region = union_all([z.polygon for z in plan.zones if z.name == group.zone])
        else:
            region = zone_space(plan, *f.kind.zones)
        behind = zone_space(plan, *f.kind.staff_zones) if f.kind.staff_zones else None
        for role, where in ((Role.CUSTOMER, region), (Role.STAFF, behind)):
            for place in f.places(role) if where is not None else ():
                if not _moved(where, slack).covers(Point(place)):
                    yield f"{f.name} has a {role} place outside its zones"
        if f.kind.anchoring is not Anchoring.THROUGH_WALL and not region.covers(_core(f, slack)):
            yield f"{f.name} is not wholly in its zones"


def _standing_points(scene: Scene, value: float, slack: float) -> Breaches:
    by = scene.study.walking.radius + ROOM - slack
    for role, audience in ((Role.CUSTOMER, Audience.CUSTOMER), (Role.STAFF, Audience.STAFF)):
        room = free_space(scene.study.plan, audience).buffer(-by, join_style="mitre")
        for f in scene.fixtures:
            for place in map(Point, f.places(role)):
                if not room.covers(place):
                    yield f"{f.name} has a {role} place where no body fits"
                for other in scene.fixtures:
                    if other is not f and other.footprint(grow=by).contains_properly(place):
                        yield f"{other.name} takes the room of a {role} place of {f.name}"


def _doors(scene: Scene, value: float, slack: float) -> Breaches:
    for door in scene.study.plan.doors:
        strip = door.line.buffer(value, cap_style="flat")
        for f in scene.fixtures:
            if _core(f, slack).intersects(strip):
                yield f"{f.name} is in the strip before door {door.name!r}"


def _rows(scene: Scene, value: float, slack: float) -> Breaches:
    by_name = {f.name: f for f in scene.fixtures}
    rows: defaultdict[str, list[Placed]] = defaultdict(list)
    for i, group in enumerate(scene.study.groups):
        if group.row is not None or scene.study.types[group.type].in_row:
            key = f"group {i}" if group.row is None else f"row {group.row}"
            rows[key] += [by_name[name] for name in group.names() if name in by_name]
    for row in rows.values():
        for one, other in pairwise(row):
            if _turn(one.angle, other.angle) > SAME_ANGLE + slack:
                yield f"{other.name} is turned against {one.name}"
                continue
            # the other's back edge in the frame of the one
            turn = math.radians(one.angle)
            dx, dy = other.x - one.x, other.y - one.y
            along = dx * math.cos(turn) + dy * math.sin(turn)
            deep = dy * math.cos(turn) - dx * math.sin(turn)
            gap = along - (one.kind.width + other.kind.width) / 2
            back = deep + other.kind.depth / 2 - one.kind.depth / 2
            if max(abs(gap), abs(back)) > value + slack:
                yield f"{other.name} does not stand beside {one.name}: {gap:.3f}, {back:.3f} m off"


def _privacy(scene: Scene, value: float, slack: float) -> Breaches:
    for f in scene.fixtures:
        zone = f.zone()
        if zone is None:
            continue
        inner = zone.buffer(-CONTACT - slack, join_style="mitre")
        for other in scene.fixtures:
            if other is f:
                continue
            if _core(other, slack).intersects(zone):
                yield f"{other.name} is in the privacy zone of {f.name}"
            if any(inner.intersects(Point(p)) for p in other.places(Role.CUSTOMER)):
                yield f"a customer of {other.name} stands in the privacy zone of {f.name}"


def _reach(scene: Scene, value: float, slack: float) -> Breaches:
    for walk, way in zip(scene.walks, scene.ways, strict=True):
        if not math.isfinite(way.length):
            yield f"there is no way from {walk.source!r} to {walk.target!r}"


def _brief(scene: Scene, value: float, slack: float) -> Breaches:
    groups, by_name = _groups(scene), {f.name: f for f in scene.fixtures}
    count = Counter(f.name for f in scene.fixtures)
    yield from (f"{name} occurs {n} times" for name, n in count.items() if n > 1)
    for f in scene.fixtures:
        group = groups.get(f.name)
        if group is None:
            yield f"{f.name} is not in the study"
        elif group.type != f.kind.name:
            yield f"{f.name} is of type {f.kind.name!r}; {group.type!r} is right"
    for group in scene.study.groups:
        present = [name for name in group.names() if name in by_name]
        if not group.min <= len(present) <= group.max:
            yield f"{len(present)} of {group.type!r}; {group.min} to {group.max} are right"
        for name, (x, y, angle) in zip(group.names(), group.at, strict=False):
            fixed = by_name.get(name)
            if fixed is None:
                yield f"{name} is missing; it stays at ({x:g}, {y:g})"
            elif (
                math.hypot(fixed.x - x, fixed.y - y) > value + slack
                or _turn(fixed.angle, angle) > SAME_ANGLE + slack
            ):
                yield f"{name} has left its place ({x:g}, {y:g})"


def _core(fixture: Placed, slack: float) -> BaseGeometry:
    """The footprint less what may touch."""
    return fixture.footprint(grow=-CONTACT - slack)


def _moved(region: BaseGeometry, slack: float) -> BaseGeometry:
    """The region, its edge moved outwards by the slack."""
    return region.buffer(slack, join_style="mitre")


def _clearances(kind: FixtureType) -> Iterator[tuple[Box, bool]]:
    """Use spaces in the fixture's frame, and whether each is before or behind."""
    x, y = kind.width / 2, kind.depth / 2
    if kind.clearance_front:
        yield (-x, -y - kind.clearance_front, x, -y), True
    if kind.clearance_back:
        yield (-x, y, x, y + kind.clearance_back), True
    if kind.clearance_side:
        yield (-x - kind.clearance_side, -y, -x, y), False
        yield (x, -y, x + kind.clearance_side, y), False


def _groups(scene: Scene) -> dict[str, FixtureGroup]:
    """Group of each fixture that the study asks for."""
    return {name: group for group in scene.study.groups for name in group.names()}


def _turn(one: float, other: float) -> float:
    """Angle between two directions, 0 to 180 degrees."""
    return abs((one - other + 180) % 360 - 180)


#: The rules by id.
PLACING: Mapping[str, Callable[[Scene, float, float], Breaches]] = {
    "PLC-01": _floor,
    "PLC-02": _anchoring,
    "PLC-03": _no_overlap,
    "PLC-04": _use_space,
    "PLC-05": _zones,
    "PLC-06": _standing_points,
    "PLC-07": _doors,
    "PLC-08": _rows,
    "PLC-09": _privacy,
    "PLC-10": _reach,
    "PLC-11": _brief,
}
