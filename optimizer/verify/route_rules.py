"""Rules about the width of routes, worked out on Voronoi cells instead of by shrinking the floor.

In: a `Scene`, a rule and slack (see `placing`). Out: one sentence per breach.

A route of width w is the way of a disc of diameter w over the customers' floor less the
furniture. It begins where the disc touches a door, over a wall's thickness, passes inner doors
whatever their width, and reaches a fixture when a place of its customers lies in the disc.

Doubt. The judge draws a disc's edge in short lines inside it, so that its disc may be smaller by
`CHORD` of the radius; a breach is certain where even such a disc finds no way. It is possible
where the disc itself finds none, with the half pitch of `discs.PITCH` against it. For 1.2 m that
is 6 mm of width on the one side and 2 mm on the other.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import networkx as nx
from shapely import Point

from optimizer.equipment.model import Role
from optimizer.plan.model import OPENING_REACH, DoorKind
from optimizer.verify.discs import PITCH, Disc
from optimizer.verify.placing import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.plan.model import Door
    from optimizer.rules.model import Rule
    from optimizer.verify.kinds import Check, Why
    from optimizer.verify.placed import Placed
    from optimizer.verify.scene import Scene

__all__ = ["CHORD", "EXITS", "ROUTE_OPEN", "ROUTE_RULES", "disc_of"]

#: Doors by which people leave in an emergency.
EXITS = (DoorKind.ENTRANCE, DoorKind.EXIT, DoorKind.EMERGENCY)
#: A circle drawn in 32 lines lies at most this share of its radius inside the round one.
CHORD = 1.0 - math.cos(math.pi / 32)
#: Doubt about where a disc drawn in lines comes to, metres.
SPARE = 2e-3


def disc_of(width: float, slack: float) -> Disc:
    """Disc of a width: the smallest for which a breach is certain, or the largest it may have."""
    radius = width / 2
    if slack > 0:
        return Disc(radius * (1.0 - CHORD) - 2 * CONTACT, SPARE)
    return Disc(math.hypot(radius, PITCH / 2))


def reached(scene: Scene, disc: Disc, doors: Sequence[Door]) -> tuple[Placed, ...]:
    """Fixtures with customers' places that a disc comes to from any of the doors."""
    inside = _entered(scene, disc, doors)
    reach = disc.radius + CONTACT + disc.spare
    return tuple(
        f
        for f in scene.fixtures
        if any(
            scene.discs.meets(disc.radius, Point(p), reach, inside) for p in f.places(Role.CUSTOMER)
        )
    )


def _entered(scene: Scene, disc: Disc, doors: Sequence[Door]) -> frozenset[int]:
    """Rooms of a disc that some doors lead into, and those that inner doors lead on to."""
    ways = nx.Graph()
    for door in scene.study.plan.doors_of(DoorKind.INNER):
        nx.add_path(ways, sorted(_rooms_at(scene, disc, door)))
    start = frozenset[int]().union(*(_rooms_at(scene, disc, door) for door in doors))
    onward = [nx.node_connected_component(ways, room) for room in start & set(ways)]
    return start.union(*onward)


def _rooms_at(scene: Scene, disc: Disc, door: Door) -> frozenset[int]:
    reach = disc.radius + OPENING_REACH + disc.spare
    return scene.discs.rooms_at(disc.radius, door.line, reach)


def _served(scene: Scene, subjects: Sequence[str]) -> dict[str, tuple[Placed, ...]]:
    """Fixtures with customers' places by type; all types where none is named."""
    kinds: dict[str, tuple[Placed, ...]] = {}
    for f in scene.fixtures:
        if f.places(Role.CUSTOMER) and (not subjects or f.kind.name in subjects):
            kinds[f.kind.name] = (*kinds.get(f.kind.name, ()), f)
    return kinds


def _route_width(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    plan, width = scene.study.plan, rule.value or 0.0
    entry = plan.doors_of(DoorKind.ENTRANCE)
    if not entry:
        return
    disc = disc_of(width, slack)
    yield from _not_reached(scene, rule, disc, entry)
    out = plan.doors_of(DoorKind.EXIT) or entry
    if not rule.subjects:
        inside = _entered(scene, disc, entry)
        if all(inside.isdisjoint(_rooms_at(scene, disc, door)) for door in out):
            yield f"no route of {width:g} m leads from an entrance to an exit"


def _not_reached(scene: Scene, rule: Rule, disc: Disc, doors: Sequence[Door]) -> Iterator[str]:
    there = {f.kind.name for f in reached(scene, disc, doors)}
    for kind in _served(scene, rule.subjects):
        if kind not in there:
            yield f"no route of {rule.value:g} m leads to a {kind}"


def _no_entrance(scene: Scene, rule: Rule) -> Iterator[str]:
    if not scene.study.plan.doors_of(DoorKind.ENTRANCE):
        yield "the plan has no entrance"


def _egress_route(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    doors = scene.study.plan.doors_of(*EXITS)
    if not doors:
        yield "there is no exit"
        return
    yield from _not_reached(scene, rule, disc_of(rule.value or 0.0, slack), doors)


def _egress_strip(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    doors = scene.study.plan.doors_of(*EXITS)
    if not doors:
        yield "there is no exit"
        return
    there = {f.name for f in reached(scene, disc_of(rule.value or 0.0, slack), doors)}
    for f in scene.fixtures:
        if f.places(Role.CUSTOMER) and f.name not in there:
            yield f"no strip of {rule.value:g} m leads from {f.name} to an exit"


def _passing_place(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    longest = rule.value or 0.0
    narrow = _narrow(scene, rule, slack)
    for walk, way in zip(scene.walks, scene.ways, strict=True):
        if walk.target in narrow and way.length > longest + slack:
            yield f"the walk to {walk.target} is narrow and {way.length:.1f} m long"


def _narrow(scene: Scene, rule: Rule, slack: float) -> set[str]:
    """Fixtures of the types that no route of the passing width leads to."""
    disc = disc_of(rule.limits["width"], slack)
    there = {
        f.kind.name for f in reached(scene, disc, scene.study.plan.doors_of(DoorKind.ENTRANCE))
    }
    served = _served(scene, ())
    return {f.name for kind, own in served.items() if kind not in there for f in own}


def _nobody_passes(scene: Scene, rule: Rule) -> Iterator[str]:
    if not scene.walks and _narrow(scene, rule, 1.0):
        yield "nobody walks this layout"


#: The rules by the name of their check.
ROUTE_RULES: Mapping[str, Check] = {
    "route_width": _route_width,
    "egress_route": _egress_route,
    "egress_strip": _egress_strip,
    "passing_place": _passing_place,
}
#: Why one of these cannot be decided.
ROUTE_OPEN: Mapping[str, Why] = {"route_width": _no_entrance, "passing_place": _nobody_passes}
