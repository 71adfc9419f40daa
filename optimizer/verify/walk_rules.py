"""Rules about walks, screens and the line before a counter: half turns, people who pass, privacy.

In: a `Scene`, a rule and slack (see `placing`). Out: one sentence per breach. Where a walk has
several shortest ways, a breach is certain if each of them makes it and possible if one does.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point, union_all
from shapely.ops import nearest_points

from optimizer.equipment.model import Role
from optimizer.plan.space import floor_space
from optimizer.verify.placing import CONTACT
from optimizer.verify.secure_rules import nobody_walks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from optimizer.rules.model import Rule
    from optimizer.verify.kinds import Check, Why
    from optimizer.verify.placed import Placed
    from optimizer.verify.scene import Scene

    Array = NDArray[np.float64]

__all__ = ["WALK_OPEN", "WALK_RULES"]

#: Doubt about a width beside a walk's corner, metres, and about how far it turns, degrees.
BEND, TURN = 2e-4, 0.02
#: A walk belongs to the corner of a fixture that it passes this much farther off than need be.
NEAR = 1e-3
#: Doubt about the length of a walk in a zone, metres.
DOUBT = 1e-5


def _half_turn(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    narrow = [
        f
        for f in scene.fixtures
        if min(f.kind.width, f.kind.depth) < rule.limits["element"] - CONTACT
    ]
    floor = floor_space(scene.study.plan)
    walked = zip(scene.walks, scene.ways, strict=True)
    ways = [(walk, way.paths) for walk, way in walked if not walk.staff and way.paths]
    for f in narrow:
        others = [g.footprint() for g in scene.fixtures if g is not f]
        ends = union_all([floor.boundary, *[foot.boundary for foot in others]])
        taken = union_all(others)
        for walk, paths in ways:
            tight = [_tight(scene, rule, f, (ends, taken), path, slack) for path in paths]
            if all(tight) if slack > 0 else any(tight):
                yield f"the walk from {walk.source} to {walk.target} turns round {f.name}"


def _tight(
    scene: Scene,
    rule: Rule,
    fixture: Placed,
    things: tuple[shapely.Geometry, shapely.Geometry],
    path: Array,
    slack: float,
) -> bool:
    """Whether a path turns back round a fixture where too little floor is clear."""
    reach = scene.study.walking.radius * math.sqrt(2) + NEAR
    foot = fixture.footprint()
    least = rule.limits["angle"] + math.copysign(TURN, slack)
    near = [i for i in range(1, len(path) - 1) if foot.distance(Point(path[i])) <= reach]
    runs: list[list[int]] = []
    for i in near:
        if runs and runs[-1][-1] == i - 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return any(
        _turned(path[run[0] - 1 : run[-1] + 2]) >= least
        and _too_narrow(rule, foot, things, path[run[0] - 1 : run[-1] + 2], slack)
        for run in runs
    )


def _turned(path: Array) -> float:
    """How far a path turns from its first step to its last, degrees."""
    turned = 0.0
    steps = np.diff(path, axis=0)
    for (ax, ay), (bx, by) in pairwise(steps):
        turned += math.degrees(math.atan2(ax * by - ay * bx, ax * bx + ay * by))
    return abs(turned)


def _too_narrow(
    rule: Rule,
    foot: shapely.Geometry,
    things: tuple[shapely.Geometry, shapely.Geometry],
    path: Array,
    slack: float,
) -> bool:
    """Whether the floor at a turn is narrower than it must be, or before or after it."""
    limits, need = rule.limits, rule.value or 0.0
    first, last = path[1], path[-2]
    doubt = CONTACT + math.copysign(BEND, slack)
    middle = (first + last) / 2
    wide = _clear(foot, things, middle, limits["wide"] + BEND)
    if wide >= limits["wide"] - doubt:
        return False
    if wide < need - doubt:
        return True
    for corner, away in ((first, path[0]), (last, path[-1])):
        share = min(limits["away"] / max(math.dist(corner, away), CONTACT), 1.0)
        place = corner + share * (away - corner)
        if _clear(foot, things, place, limits["beside"] + BEND) < limits["beside"] - doubt:
            return True
    return False


def _clear(
    foot: shapely.Geometry,
    things: tuple[shapely.Geometry, shapely.Geometry],
    place: Array,
    most: float,
) -> float:
    """How far the floor goes on from a fixture's side over a place, metres, at most `most`."""
    ends, taken = things
    side = np.array(nearest_points(foot, Point(place))[0].coords[0])
    out = (place - side) / max(math.dist(place, side), CONTACT)
    start = side + NEAR * out
    if taken.intersects(Point(start)):
        return NEAR
    stops = LineString([start, side + most * out]).intersection(ends)
    return most if stops.is_empty else float(stops.distance(Point(side)))


def _through_flow(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    graze = rule.limits["graze"] + math.copysign(DOUBT, slack)
    for f in scene.fixtures:
        zone = f.zone()
        people = 0.0
        for walk, way in zip(scene.walks, scene.ways, strict=True) if zone is not None else ():
            if f.name in (walk.source, walk.target) or not way.paths:
                continue
            inside = [LineString(path).intersection(zone).length for path in way.paths]
            if (min(inside) if slack > 0 else max(inside)) >= graze:
                people += walk.rate
        # sums of rates agree to their last digits
        if people > (rule.value or 0.0) * (1.0 + math.copysign(1e-9, slack)):
            yield f"{people:.1f} people an hour walk through the zone of {f.name}"


def _overlooked(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    viewers = {f.name for f in scene.fixtures if f.kind.name in rule.subjects}
    for fixture, viewer in sorted(scene.overlooked[slack < 0]):
        if not rule.subjects or viewer in viewers:
            yield f"the screen of {fixture} is seen from {viewer}"


def _equal_privacy(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    low, *others = rule.subjects
    rest = [f for f in scene.fixtures if f.kind.name in others]
    if not rest:
        return

    def seen(fixture: Placed, *, perhaps: bool) -> int:
        return sum(name == fixture.name for name, _ in scene.overlooked[perhaps])

    fewest = min(seen(f, perhaps=slack > 0) for f in rest)
    deepest = max(f.kind.privacy_depth for f in rest)
    for f in scene.fixtures:
        if f.kind.name == low and (
            f.kind.privacy_depth < deepest - CONTACT or seen(f, perhaps=slack < 0) > fewest
        ):
            yield f"{f.name} is less private than {' or '.join(others)}"


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
            if any(inner.intersects(Point(p)) for p in other.places(Role.CUSTOMER)):
                yield f"a customer of {other.name} stands before the line of {f.name}"


#: The rules by the name of their check.
WALK_RULES: Mapping[str, Check] = {
    "half_turn": _half_turn,
    "through_flow": _through_flow,
    "overlooked": _overlooked,
    "equal_privacy": _equal_privacy,
    "one_metre_line": _one_metre_line,
}
#: Why one of these cannot be decided.
WALK_OPEN: Mapping[str, Why] = {"half_turn": nobody_walks, "through_flow": nobody_walks}
