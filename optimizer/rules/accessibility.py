"""Accessibility: clear width of routes, turning circles, low places, clear floor.

In: a rule and a `Scene`. Out: findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all

from optimizer.equipment.layout import placed_box
from optimizer.plan.model import DoorKind
from optimizer.rules.finding import about, at, broken, kept, unknown
from optimizer.rules.routes import STEP, by_type, find_bottleneck, leads_out, reached, widest
from optimizer.rules.scene import CONTACT, ROUNDING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import Door
    from optimizer.rules.finding import Check
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene

__all__ = ["ACCESSIBILITY_CHECKS"]

#: Routes are measured up to this times the width that a rule asks for.
WIDER = 2.0


def check_route_width(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """A route of the rule's width leads from an entrance to one of each type, and to an exit."""
    plan = scene.study.plan
    entry = plan.doors_of(DoorKind.ENTRANCE)
    if not entry:
        yield unknown(rule, "Not looked at: the plan has no entrance")
        return
    out = plan.doors_of(DoorKind.EXIT) or entry
    yield from routes_to(rule, scene, entry, by_type(scene, rule.subjects))
    if not rule.subjects and not leads_out(scene, rule.value or 0.0, entry, out):
        yield broken(
            rule,
            f"No route of {rule.value:g} m leads from {_doors(entry)} to {_doors(out)}; the floor "
            "between them must be that wide",
            where=out[0].centre,
        )


def routes_to(
    rule: Rule, scene: Scene, doors: Sequence[Door], members: Mapping[str, Sequence[int]]
) -> Iterator[Finding]:
    """Yield a finding for each type that no route of the rule's width reaches, or one for all."""
    width = rule.value or 0.0
    inside = reached(scene, width, doors)
    narrow = {kind: own for kind, own in members.items() if not inside[list(own)].any()}
    for kind, own in narrow.items():
        yield _too_narrow(rule, scene, doors, kind, own)
    if members and not narrow:
        wide = max(width, widest(scene, doors, members.values(), WIDER * width))
        inside = reached(scene, wide + STEP, doors)
        kind = min(members, key=lambda k: bool(inside[list(members[k])].any()))
        place = find_bottleneck(scene, doors, members[kind], wide)
        more = " or more" if wide >= WIDER * width else ""
        yield kept(
            rule,
            f"Routes from {_doors(doors)} are {wide:.2f} m wide{more}; the narrowest leads to a "
            f"{kind}, at {at(place)}",
            value=wide,
            where=place,
        )


def _too_narrow(
    rule: Rule, scene: Scene, doors: Sequence[Door], kind: str, members: Sequence[int]
) -> Finding:
    """Return a finding that no route of the rule's width reaches a kind of fixture."""
    width = rule.value or 0.0
    wide = widest(scene, doors, [members], width)
    names = tuple(scene.names[i] for i in members)
    if not wide:
        return broken(
            rule,
            f"No way leads from {_doors(doors)} to a {kind}, such as {about(scene, members[0])}; "
            f"a route of {width:g} m would be right",
            value=0.0,
            where=scene.where(members[0]),
            fixtures=names,
        )
    place = find_bottleneck(scene, doors, members, wide)
    others = _narrowing(scene, place, width)
    beside = f" beside {', '.join(others)}" if others else ""
    return broken(
        rule,
        f"The widest route from {_doors(doors)} to a {kind} is {wide:.2f} m at {at(place)}"
        f"{beside}; it must be {width:g} m",
        value=wide,
        where=place,
        fixtures=others or names,
    )


def check_passing_place(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """A route narrower than a limit is shorter than the distance between passing places."""
    width, longest = rule.limits["width"], rule.value or 0.0
    entry = scene.study.plan.doors_of(DoorKind.ENTRANCE)
    inside = reached(scene, width, entry)
    narrow = [k for k, own in by_type(scene, ()).items() if not inside[list(own)].any()]
    targets = {scene.names[i] for i in scene.indices(narrow)}
    lengths: dict[str, float] = {}
    for leg in scene.legs:
        if leg.target in targets:
            lengths[leg.target] = max(leg.length, lengths.get(leg.target, 0.0))
    if narrow and not scene.legs:
        yield unknown(rule, f"Routes to {', '.join(narrow)} are narrow; nobody walked the layout")
        return
    for name, length in lengths.items():
        if length > longest:
            yield broken(
                rule,
                f"The walk to {name} is {length:.1f} m long and narrower than {width:g} m; it "
                f"needs a passing place every {longest:g} m",
                value=length,
                fixtures=(name,),
            )


def check_desk_turning(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Before one fixture of each type a turning circle is free; it may use knee space."""
    diameter, knee = rule.value or 0.0, rule.limits["knee"]
    for kind in rule.subjects:
        members = [
            i for i in scene.indices((kind,)) if scene.types[i].height <= rule.limits["height"]
        ]
        if not members or any(_turns(scene, i, diameter, knee) for i in members):
            continue
        best = max(members, key=lambda i: _widest_circle(scene, i, diameter, knee))
        found = _widest_circle(scene, best, diameter, knee)
        yield broken(
            rule,
            f"No {kind} has a turning circle before it; the widest is {found:.2f} m before "
            f"{about(scene, best)}, {diameter:g} m would be right",
            value=found,
            where=scene.where(best),
            fixtures=tuple(scene.names[i] for i in members),
        )


def check_clear_floor(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Before one fixture of each type lies a clear rectangle of floor."""
    wide, deep = rule.limits["width"], rule.limits["depth"]
    for kind in rule.subjects:
        members = scene.indices((kind,))
        if not members:
            continue
        lacking = {i: _lacking_floor(scene, i, wide, deep) for i in members}
        best = min(members, key=lambda i: lacking[i])
        if lacking[best] > CONTACT:
            yield broken(
                rule,
                f"No {kind} has a clear floor of {wide:g} × {deep:g} m before it; at best, before "
                f"{about(scene, best)}, {lacking[best]:.2f} m² of it are taken; all of it must be "
                "free",
                value=lacking[best],
                where=scene.where(best),
                fixtures=tuple(scene.names[i] for i in members),
            )


def check_low_place(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Each type of desk, or its low variant ("…_low"), has a fixture that is low enough."""
    highest = rule.value or 0.0
    for kind in rule.subjects:
        own = scene.indices((kind,))
        if not own:
            continue
        heights = [scene.types[i].height for i in scene.indices((kind, f"{kind}_low"))]
        if min(heights) <= highest:
            continue
        if min(heights) > rule.limits["pane"]:
            yield _on_site(rule, kind, min(heights))
            continue
        yield broken(
            rule,
            f"The lowest {kind} is {min(heights):g} m high, {about(scene, own[0])}; one must be "
            f"at most {highest:g} m",
            value=min(heights),
            where=scene.where(own[0]),
            fixtures=tuple(scene.names[i] for i in own),
        )


def check_low_counter(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Of each type one fixture is low and long enough."""
    highest, length = rule.value or 0.0, rule.limits["length"]
    for kind in rule.subjects:
        own = scene.indices((kind,))
        both = scene.indices((kind, f"{kind}_low"))
        good = [
            i for i in both if scene.types[i].height <= highest and scene.types[i].width >= length
        ]
        if own and not good:
            low = min(both, key=lambda i: scene.types[i].height)
            if scene.types[low].height > rule.limits["pane"]:
                yield _on_site(rule, kind, scene.types[low].height)
                continue
            yield broken(
                rule,
                f"No {kind} is low enough: {about(scene, low)} is {scene.types[low].height:g} m "
                f"high and {scene.types[low].width:g} m long; at most {highest:g} m and at least "
                f"{length:g} m would be right",
                value=scene.types[low].height,
                where=scene.where(low),
                fixtures=tuple(scene.names[i] for i in own),
            )


def _on_site(rule: Rule, kind: str, height: float) -> Finding:
    return unknown(
        rule,
        f"Whether one {kind} has a low place is to be looked at on site: its height of "
        f"{height:g} m is that of its pane or its high part",
    )


def check_wheelchair_place(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """A place of the rule's size lies near a waiting seat; the first subject is the place."""
    place, *seats = rule.subjects
    places, chairs = scene.indices((place,)), scene.indices(seats)
    wide, deep, near = rule.limits["width"], rule.limits["depth"], rule.value or 0.0
    if not chairs:
        yield kept(rule, "There are no waiting seats that a wheelchair place would belong to")
        return
    feet = scene.footprints.polygon
    fitting = [
        i
        for i in places
        if min(scene.types[i].width, scene.types[i].depth) >= wide - CONTACT
        and max(scene.types[i].width, scene.types[i].depth) >= deep - CONTACT
    ]
    gaps = {i: min(float(feet[i].distance(feet[c])) for c in chairs) for i in fitting}
    if not fitting:
        yield broken(
            rule,
            f"The waiting area has no wheelchair place of {wide:g} × {deep:g} m; one within "
            f"{near:g} m of {about(scene, chairs[0])} would be right",
            where=scene.where(chairs[0]),
        )
    elif min(gaps.values()) > near:
        best = min(gaps, key=lambda i: gaps[i])
        yield broken(
            rule,
            f"{about(scene, best)} is {gaps[best]:.2f} m from the nearest waiting seat; at most "
            f"{near:g} m would be right",
            value=gaps[best],
            where=scene.where(best),
            fixtures=(scene.names[best],),
        )


def _front(scene: Scene, index: int, x: float, y0: float, y1: float) -> BaseGeometry:
    """Rectangle of half width x before a fixture's front, from y0 to y1 before it, metres."""
    edge = -scene.types[index].depth / 2
    return placed_box((-x, edge - y1, x, edge - y0), scene.placements[index])


def _obstacle_free(scene: Scene, index: int, knee: float) -> BaseGeometry:
    """Floor less furniture, with the knee space under a fixture's front."""
    under = _front(scene, index, scene.types[index].width / 2, -knee, 0.0)
    feet = [
        foot.difference(under) if i == index else foot
        for i, foot in enumerate(scene.footprints.polygon)
    ]
    return scene.floor.difference(union_all(feet))


def _turns(scene: Scene, index: int, diameter: float, knee: float) -> bool:
    """Whether a circle fits before a fixture, its middle before the front."""
    radius = diameter / 2
    before = _front(scene, index, scene.types[index].width / 2, 0.0, radius + CONTACT)
    free = _obstacle_free(scene, index, knee)
    middles = free.buffer(-radius + 10 * CONTACT, quad_segs=ROUNDING)
    return bool(middles.intersects(before))


def _widest_circle(scene: Scene, index: int, diameter: float, knee: float) -> float:
    """Diameter of the widest circle that fits before a fixture, to 0.01 m, metres."""
    low, high = 0, round(diameter * 100)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _turns(scene, index, middle / 100, knee) else (low, middle)
    return low / 100


def _lacking_floor(scene: Scene, index: int, wide: float, deep: float) -> float:
    """Area of a rectangle before a fixture that is not free floor, square metres."""
    space = _front(scene, index, wide / 2, 0.0, deep)
    free = scene.floor.difference(scene.furniture)
    return float(space.difference(free).area)


def _narrowing(scene: Scene, place: tuple[float, float], width: float) -> tuple[str, ...]:
    """Fixtures closer to a bottleneck than half the width that is asked for."""
    near = shapely.distance(scene.footprints.polygon, shapely.Point(place)) < width / 2
    return tuple(scene.names[i] for i in np.flatnonzero(near))


def _doors(doors: Sequence[Door]) -> str:
    return " or ".join(repr(door.name) for door in doors)


#: Checks of this module by name.
ACCESSIBILITY_CHECKS: Mapping[str, Check] = {
    "route_width": check_route_width,
    "passing_place": check_passing_place,
    "desk_turning": check_desk_turning,
    "clear_floor": check_clear_floor,
    "low_place": check_low_place,
    "low_counter": check_low_counter,
    "wheelchair_place": check_wheelchair_place,
}
