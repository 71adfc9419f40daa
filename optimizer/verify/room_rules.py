"""Rules about room: turning circles, clear floor, wall beside handles, distances to exits.

In: a `Scene`, a rule and slack (see `placing`). Out: one sentence per breach.

Doubt. Circles are looked for by Voronoi cells (`discs.farthest`, 0.5 mm). The judge draws them
with 32 lines, which lets one pass that is 0.5 % too wide. The farthest place from an exit is exact
here; the judge looks at places 0.5 m apart, and may find it `SAMPLED` nearer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, box, union_all

from optimizer.plan.model import OPENING_REACH, DoorKind
from optimizer.plan.space import LEAF, Audience, floor_space, free_space
from optimizer.verify.discs import farthest
from optimizer.verify.placing import CONTACT
from optimizer.verify.route_rules import CHORD, EXITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import Door
    from optimizer.rules.model import Rule
    from optimizer.verify.kinds import Check, Why
    from optimizer.verify.placed import Placed
    from optimizer.verify.scene import Scene

__all__ = ["ROOM_OPEN", "ROOM_RULES", "hall_of"]

#: The judge's farthest place may be this much nearer to an exit than the farthest, metres.
SAMPLED = 0.36
#: Before a door counts its width and this much of the wall beyond either jamb, metres.
BESIDE = 2.0
#: The face of a wall is looked for so far beside the jamb, metres.
INTO = 0.05
#: A circle before a desk may be this much too narrow in its radius, metres.
NARROWER = 1e-3


def _desk_turning(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    radius, knee = (rule.value or 0.0) / 2, rule.limits["knee"]
    for kind in rule.subjects:
        members = [
            f
            for f in scene.fixtures
            if f.kind.name == kind and f.kind.height <= rule.limits["height"]
        ]
        if members and not any(_turns(scene, f, radius, knee, slack) for f in members):
            yield f"before no {kind} a wheelchair turns in {2 * radius:g} m"


def _turns(scene: Scene, fixture: Placed, radius: float, knee: float, slack: float) -> bool:
    """Whether a circle has its middle before a fixture's front."""
    x, front = fixture.kind.width / 2, -fixture.kind.depth / 2
    before = fixture.rectangle((-x, front - radius - CONTACT, x, front))
    under = fixture.rectangle((-x, front, x, front + knee))
    feet = [f.footprint() for f in scene.fixtures if f is not fixture]
    own = fixture.footprint().difference(under)
    return _fits(scene, before, [*feet, own], (radius, NARROWER), slack)


def _fits(
    scene: Scene,
    where: BaseGeometry,
    taken: list[BaseGeometry],
    circle: tuple[float, float],
    slack: float,
) -> bool:
    """Whether a circle of free floor has its middle in a region.

    Parameters
    ----------
    taken
        What stands on the floor.
    circle
        Radius of the circle, and by how much it may be smaller, metres.
    """
    radius, narrower = circle
    key = (where.wkb, radius)
    if key not in scene.spans:
        scene.spans[key] = _widest(scene, where, taken, radius)
    least, most = scene.spans[key]
    if slack > 0:
        return most >= radius * (1.0 - CHORD) - narrower - 2 * CONTACT
    return least >= radius


def _widest(
    scene: Scene, where: BaseGeometry, taken: list[BaseGeometry], radius: float
) -> tuple[float, float]:
    """Radius of the widest circle of free floor with its middle in a region: at least, at most.

    One that is wider than `radius` counts as little wider.
    """
    x0, y0, x1, y1 = where.bounds
    about = 1.1 * radius
    frame = box(x0 - about, y0 - about, x1 + about, y1 + about)
    near = [shape for shape in taken if shape.intersects(frame)]
    free = floor_space(scene.study.plan).intersection(frame).difference(union_all(near))
    # where two shapes only touch, lines and points are left over
    pieces = [part for part in shapely.get_parts(free) if part.area > 0]
    edge = union_all([part.boundary for part in pieces])
    return farthest(where.intersection(union_all(pieces)), edge)


def _door_turning(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    plan, radius = scene.study.plan, (rule.value or 0.0) / 2
    leaves = [door.line.buffer(LEAF, cap_style="square") for door in plan.doors]
    taken = [*(f.footprint() for f in scene.fixtures), *leaves]
    reach = radius + OPENING_REACH
    for door in plan.doors_of(*map(DoorKind, rule.subjects)):
        for sign in (1.0, -1.0):
            if _opens(scene, door, sign):
                side = _strip(door, sign, (-BESIDE, door.width + BESIDE), (0.0, reach))
                where = side.intersection(door.line.buffer(reach))
                if not _fits(scene, where, taken, (radius, 0.0), slack):
                    yield f"on one side of door {door.name!r} no circle of {2 * radius:g} m is free"


def _opens(scene: Scene, door: Door, sign: float) -> bool:
    """Whether the plan goes on on one side of a door."""
    (x, y), (nx, ny) = door.centre, door.normal
    step = sign * (OPENING_REACH + LEAF)
    return bool(scene.study.plan.outline.covers(Point(x + step * nx, y + step * ny)))


def _strip(
    door: Door, sign: float, along: tuple[float, float], out: tuple[float, float]
) -> Polygon:
    """Rectangle on one side of a door, from and to along its line and away from it, metres."""
    start, end = np.asarray(door.line.coords)[[0, -1], :2]
    way = (end - start) / (door.width or 1.0)
    normal = sign * np.array(door.normal)
    corners = [(along[0], out[0]), (along[1], out[0]), (along[1], out[1]), (along[0], out[1])]
    return Polygon([start + a * way + b * normal for a, b in corners])


def _door_handle(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    plan, width, depth = scene.study.plan, rule.value or 0.0, rule.limits["depth"]
    if not plan.walls:
        return
    solid = union_all([plan.solids, *(f.footprint() for f in scene.fixtures)])
    # half of what may be taken, and twice of it
    most = width * CONTACT * (2.0 if slack > 0 else 0.5)
    for door in plan.doors_of(*map(DoorKind, rule.subjects)):
        for sign in (1.0, -1.0):
            if _opens(scene, door, sign):
                face = _face(scene, door, sign) + CONTACT
                beside = [
                    _strip(door, sign, span, (face, face + depth))
                    for span in ((-width, 0.0), (door.width, door.width + width))
                ]
                if all(strip.intersection(solid).area > most for strip in beside):
                    yield f"beside door {door.name!r} no {width:g} m of wall are free"


def _face(scene: Scene, door: Door, sign: float) -> float:
    """Distance from a door's line to the face of its wall, beside the first jamb, metres."""
    start, end = np.asarray(door.line.coords)[[0, -1], :2]
    foot = start - (end - start) / (door.width or 1.0) * INTO
    ray = LineString([foot, foot + sign * OPENING_REACH * np.array(door.normal)])
    wall = ray.intersection(scene.study.plan.walls_with_openings)
    return float(max((Point(foot).distance(Point(p)) for p in _corners(wall)), default=0.0))


def _corners(shape: BaseGeometry) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(shape)]


def _no_walls(scene: Scene, rule: Rule) -> Iterator[str]:
    if not scene.study.plan.walls:
        yield "the plan has no walls"


def _clear_floor(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    wide, deep = rule.limits["width"], rule.limits["depth"]
    taken = union_all([f.footprint() for f in scene.fixtures])
    free = floor_space(scene.study.plan).difference(taken)
    most = CONTACT + slack * 2 * (wide + deep)
    for kind in rule.subjects:
        spaces = [
            f.rectangle((-wide / 2, -f.kind.depth / 2 - deep, wide / 2, -f.kind.depth / 2))
            for f in scene.fixtures
            if f.kind.name == kind
        ]
        if spaces and all(s.area - s.intersection(free).area > most for s in spaces):
            yield f"before no {kind} {wide:g} × {deep:g} m of floor are clear"


def hall_of(scene: Scene) -> BaseGeometry:
    """Floor of the empty plan that customers come to from an entrance or an exit."""
    plan = scene.study.plan
    space = free_space(plan, Audience.CUSTOMER)
    ways = _lines(plan.doors_of(DoorKind.ENTRANCE, DoorKind.EXIT))
    if ways.is_empty:
        return space
    return union_all([p for p in shapely.get_parts(space) if p.distance(ways) <= OPENING_REACH])


def _away(scene: Scene, slack: float) -> float:
    """Distance of the hall's farthest place from an exit: at least, or at most, metres."""
    if "exits" not in scene.spans:
        doors = _lines(scene.study.plan.doors_of(*EXITS))
        scene.spans["exits"] = farthest(hall_of(scene), doors)
    least, most = scene.spans["exits"]
    return least - SAMPLED if slack > 0 else most


def _egress_distance(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    if not scene.study.plan.doors_of(*EXITS):
        yield "there is no exit"
        return
    away = _away(scene, slack)
    if away > (rule.value or 0.0):
        yield f"a place of the hall is {away:.2f} m from the nearest exit"


def _exit_count(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    doors = scene.study.plan.doors_of(*EXITS)
    if not doors:
        yield "there is no exit"
        return
    area, limits = hall_of(scene).area, rule.limits
    enough = len(doors) >= (rule.value or 0.0) or area <= limits["area"]
    if not enough and area <= limits["open_area"] and doors[0].width >= limits["wide"] - CONTACT:
        enough = _away(scene, slack) <= limits["reach"]
    if not enough:
        yield f"there are {len(doors)} exits for {area:.0f} m²"


def _exit_spacing(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    doors = scene.study.plan.doors_of(*EXITS)
    gap = max((a.line.distance(b.line) for a in doors for b in doors), default=0.0)
    if len(doors) > 1 and gap < (rule.value or 0.0) - slack:
        yield f"no two exits are farther apart than {gap:.2f} m"


def _door_width(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    if rule.value is None:
        return
    for door in scene.study.plan.doors_of(*map(DoorKind, rule.subjects)):
        if door.width < rule.value - CONTACT - slack:
            yield f"door {door.name!r} is {door.width:.3f} m wide"


def _lines(doors: tuple[Door, ...]) -> BaseGeometry:
    return union_all([door.line for door in doors])


#: The rules by the name of their check.
ROOM_RULES: Mapping[str, Check] = {
    "desk_turning": _desk_turning,
    "door_turning": _door_turning,
    "door_handle": _door_handle,
    "door_width": _door_width,
    "clear_floor": _clear_floor,
    "egress_distance": _egress_distance,
    "exit_count": _exit_count,
    "exit_spacing": _exit_spacing,
}
#: Why one of these cannot be decided.
ROOM_OPEN: Mapping[str, Why] = {"door_handle": _no_walls}
