"""Presence and size: what has to be there, how big, where, and who sees it.

In: a rule, whose subjects are fixture types or kinds of zone, and a `Scene`. Out: findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.equipment.layout import placed_box, placed_points
from optimizer.equipment.model import Role
from optimizer.plan.model import DoorKind, ZoneKind
from optimizer.plan.space import zone_space
from optimizer.rules.doors import seen_of_door
from optimizer.rules.finding import about, broken, kept, unknown
from optimizer.rules.scene import CONTACT
from optimizer.walk.sightlines import sees

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import Door
    from optimizer.rules.finding import Check
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene

__all__ = ["PRESENCE_CHECKS"]

#: So far behind a door lies the floor that it opens onto, metres: past a wall.
BEHIND = 0.6


def check_presence(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """At least so many fixtures of the subjects, all together."""
    found, need = scene.indices(rule.subjects), rule.value or 0.0
    names = tuple(scene.names[i] for i in found)
    if len(found) < need:
        yield broken(
            rule,
            f"The layout has {len(found)} of {' or '.join(rule.subjects)}; {need:g} would be right",
            value=len(found),
        )
    else:
        yield kept(rule, f"There: {', '.join(names)}", value=len(found), fixtures=names)


def check_zone_presence(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """At least so many zones of the kinds that are the subjects."""
    zones = scene.study.plan.zones_of(*(ZoneKind(kind) for kind in rule.subjects))
    need = rule.value or 0.0
    if len(zones) < need:
        yield broken(
            rule,
            f"The plan has {len(zones)} zones of kind {' or '.join(rule.subjects)}; {need:g} "
            "would be right",
            value=len(zones),
        )
    else:
        yield kept(rule, f"There: {', '.join(z.name for z in zones)}", value=len(zones))


def check_near_entrance(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """One of the subjects stands near an entrance."""
    doors, members = scene.study.plan.doors_of(DoorKind.ENTRANCE), scene.indices(rule.subjects)
    if not doors or not members:
        yield unknown(rule, f"There is no entrance, or no {' or '.join(rule.subjects)}")
        return
    feet = scene.footprints.polygon
    gaps = {i: min(float(feet[i].distance(d.line)) for d in doors) for i in members}
    best = min(gaps, key=lambda i: gaps[i])
    say = broken if gaps[best] > (rule.value or 0.0) else kept
    yield say(
        rule,
        f"{about(scene, best)} is {gaps[best]:.1f} m from the entrance; at most {rule.value:g} m "
        "is right",
        value=gaps[best],
        where=scene.where(best),
        fixtures=(scene.names[best],),
    )


def check_front_distance(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Nothing stands within the rule's distance before the subjects' fronts."""
    depth, feet = rule.value or 0.0, scene.footprints
    for i in scene.indices(rule.subjects):
        half, front = scene.types[i].width / 2, -scene.types[i].depth / 2
        before = placed_box((-half, front - depth, half, front), scene.placements[i])
        edge = placed_box((-half, front, half, front + CONTACT), scene.placements[i])
        for j in np.sort(feet.tree.query(before, predicate="intersects")).tolist():
            gap = float(feet.polygon[j].distance(edge))
            if i != j and feet.inner[j].intersects(before):
                yield broken(
                    rule,
                    f"{about(scene, j)} is {gap:.2f} m before {about(scene, i)}; {depth:g} m would "
                    "be right",
                    value=gap,
                    where=scene.where(j),
                    fixtures=(scene.names[i], scene.names[j]),
                )


def check_fixture_height(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Subjects are at least "low" and at most the value high."""
    low, high = rule.limits["low"], rule.value or 0.0
    sizes = {k: scene.study.types[k].height for k in _present(rule, scene)}
    for kind, size in sizes.items():
        if not low - CONTACT <= size <= high + CONTACT:
            yield _size(rule, scene, kind, "high", size, f"{low:g} to {high:g} m")


def check_fixture_depth(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Subjects are at least the value deep."""
    for kind in _present(rule, scene):
        depth = scene.study.types[kind].depth
        if depth < (rule.value or 0.0) - CONTACT:
            yield _size(rule, scene, kind, "deep", depth, f"at least {rule.value:g} m")


def check_fixture_width(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Subjects are at most the value wide."""
    for kind in _present(rule, scene):
        width = scene.study.types[kind].width
        if width > (rule.value or 0.0) + CONTACT:
            yield _size(rule, scene, kind, "wide", width, f"at most {rule.value:g} m")


def check_staff_view(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Staff of the first subject see the hall's entrances and customers of the other subjects."""
    viewer, *watched = rule.subjects
    hall = zone_space(scene.study.plan, ZoneKind.PUBLIC_HALL)
    points = scene.customer_points
    inside = set(points.owner[shapely.covers(hall, points.shape)].tolist())
    posts = scene.indices((viewer,))
    members = [i for i in scene.indices(watched) if i in inside]
    doors = [d for d in scene.study.plan.doors_of(DoorKind.ENTRANCE) if _opens_on(d, hall, scene)]
    if not posts or not (members or doors):
        yield unknown(rule, f"There is no {viewer}, or nothing to see")
        return
    eyes = [
        eye for i in posts for eye in placed_points(scene.types[i], Role.STAFF, scene.placements[i])
    ]
    goals = [(f"entrance {d.name}", -1, np.array(seen_of_door(scene, d))) for d in doors]
    goals += [(scene.names[j], j, point) for j in members for point in scene.customer_points.of(j)]
    lines = [(eye, goal[2]) for eye in eyes for goal in goals]
    if not lines:
        yield unknown(rule, f"The {viewer} has no place for staff")
        return
    start, end = (np.array(column) for column in zip(*lines, strict=True))
    free = sees(start, end, obstacles=scene.blinds).reshape(len(eyes), len(goals))
    seen = {goal[0] for goal, sees in zip(goals, free.T, strict=True) if sees.any()}
    hidden = {goal[0]: goal[1] for goal in goals if goal[0] not in seen}
    share = 100.0 * len(seen) / (len(seen) + len(hidden))
    if share >= (rule.value or 0.0) - CONTACT:
        yield kept(rule, f"Staff of the {viewer} see {share:.0f} % of them", value=share)
        return
    yield broken(
        rule,
        f"Staff of the {viewer} see {share:.0f} % of them, not {', '.join(hidden)}; "
        f"{rule.value:g} % would be right",
        value=share,
        where=scene.where(posts[0]),
        fixtures=tuple(scene.names[j] for j in hidden.values() if j >= 0),
    )


def _opens_on(door: Door, hall: BaseGeometry, scene: Scene) -> bool:
    """Whether the floor behind a door belongs to a region."""
    step = BEHIND * np.array(door.normal)
    places = shapely.points(np.array(door.centre) + np.array([step, -step]))
    return bool((shapely.covers(scene.floor, places) & shapely.covers(hall, places)).any())


def _present(rule: Rule, scene: Scene) -> tuple[str, ...]:
    """Subjects that the layout has."""
    return tuple(kind for kind in rule.subjects if scene.indices((kind,)))


def _size(rule: Rule, scene: Scene, kind: str, way: str, size: float, right: str) -> Finding:
    return broken(
        rule,
        f"{kind} is {size:g} m {way}; {right} would be right",
        value=size,
        fixtures=tuple(scene.names[i] for i in scene.indices((kind,))),
    )


#: Checks of this module by name.
PRESENCE_CHECKS: Mapping[str, Check] = {
    "presence": check_presence,
    "zone_presence": check_zone_presence,
    "near_entrance": check_near_entrance,
    "front_distance": check_front_distance,
    "fixture_height": check_fixture_height,
    "fixture_depth": check_fixture_depth,
    "fixture_width": check_fixture_width,
    "staff_view": check_staff_view,
}
