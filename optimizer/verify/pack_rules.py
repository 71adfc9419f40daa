"""Rules of the packs that plain geometry decides: door widths, exits, the one-metre line.

In: a `Scene`, a rule and slack (see `placing`). Out: one sentence per breach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all

from optimizer.equipment.model import Role
from optimizer.plan.model import OPENING_REACH, DoorKind
from optimizer.plan.space import Audience, free_space
from optimizer.verify.placing import CONTACT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from optimizer.plan.model import Door
    from optimizer.rules.model import Rule
    from optimizer.verify.scene import Scene

__all__ = ["PACKS"]

#: The farthest place of a hall is looked for on a grid of this pitch, metres; what is nearer to
#: the limit than that is undecided.
PITCH = 0.25
#: Doors by which people leave in an emergency.
EXITS = (DoorKind.ENTRANCE, DoorKind.EXIT, DoorKind.EMERGENCY)


def _door_width(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    if rule.value is None:
        return
    for door in scene.study.plan.doors_of(*map(DoorKind, rule.subjects)):
        if door.width < rule.value - CONTACT - slack:
            yield f"door {door.name!r} is {door.width:.3f} m wide"


def _egress_distance(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    plan = scene.study.plan
    doors = plan.doors_of(*EXITS)
    if not doors:
        yield "there is no exit"
        return
    hall = free_space(plan, Audience.CUSTOMER)
    ways = _lines(plan.doors_of(DoorKind.ENTRANCE, DoorKind.EXIT))
    parts = shapely.get_parts(hall)
    if not ways.is_empty:
        parts = parts[shapely.distance(parts, ways) <= OPENING_REACH]
    x0, y0, x1, y1 = hall.bounds
    x, y = np.meshgrid(np.arange(x0, x1, PITCH), np.arange(y0, y1, PITCH))
    grid = shapely.points(np.column_stack([x.ravel(), y.ravel()]))
    floor = union_all(parts)
    shapely.prepare(floor)
    corners = shapely.points(shapely.get_coordinates(floor))
    places = np.concatenate([corners, grid[shapely.contains(floor, grid)]])
    far = float(shapely.distance(_lines(doors), places).max(initial=0.0))
    if far > (rule.value or 0.0) + np.sign(slack) * PITCH:
        yield f"a place of the hall is {far:.2f} m from the nearest exit"


def _exit_spacing(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    doors = scene.study.plan.doors_of(*EXITS)
    gap = max((a.line.distance(b.line) for a in doors for b in doors), default=0.0)
    if len(doors) > 1 and gap < (rule.value or 0.0) - slack:
        yield f"no two exits are farther apart than {gap:.2f} m"


def _one_metre_line(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    depth = rule.value or 0.0
    for f in scene.fixtures:
        if f.kind.name not in rule.subjects:
            continue
        x, y = f.kind.width / 2, f.kind.depth / 2
        zone = f.rectangle((-x, -y - depth, x, -y))
        inner = zone.buffer(-CONTACT - slack, join_style="mitre")
        for other in scene.fixtures:
            if other is f:
                continue
            if other.footprint(grow=-CONTACT - slack).intersects(zone):
                yield f"{other.name} is before the line of {f.name}"
            if any(inner.intersects(shapely.Point(p)) for p in other.places(Role.CUSTOMER)):
                yield f"a customer of {other.name} stands before the line of {f.name}"


def _lines(doors: tuple[Door, ...]) -> shapely.Geometry:
    return union_all([door.line for door in doors])


#: The rules by the name of their check.
PACKS: Mapping[str, Callable[[Scene, Rule, float], Iterator[str]]] = {
    "door_width": _door_width,
    "egress_distance": _egress_distance,
    "exit_spacing": _exit_spacing,
    "one_metre_line": _one_metre_line,
}
