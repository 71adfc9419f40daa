"""Rules about waits and the room for who waits, from the queues that were worked out anew.

In: a `Scene`, a rule and slack (see `placing`). Out: one sentence per breach.

In 19 of 20 cases no more people wait at a type than arrive during the 95th percentile of its wait.
Who is called from a seat waits at a type that has a place for staff.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from shapely import LineString, union_all

from optimizer.equipment.model import Role
from optimizer.plan.space import floor_space
from optimizer.verify.placing import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.rules.model import Rule
    from optimizer.verify.kinds import Check, Why
    from optimizer.verify.placed import Placed
    from optimizer.verify.scene import Scene

__all__ = ["CAPACITY_OPEN", "CAPACITY_RULES"]

MINUTES_PER_HOUR = 60.0
#: Relative doubt about waits, and about areas with round corners.
WAIT, ROUND = 1e-6, 5e-3


def _waits(scene: Scene, rule: Rule, figure: str, slack: float) -> Iterator[str]:
    most = (rule.value or 0.0) * (1.0 + math.copysign(WAIT, slack))
    for kind, row in scene.queues.items():
        if row[figure] > most:
            yield f"{figure.replace('_', ' ')} at {kind} are {row[figure]:.2f}"


def _wait_mean(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    yield from _waits(scene, rule, "mean_minutes", slack)


def _wait_percentile(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    yield from _waits(scene, rule, "p95_minutes", slack)


def _utilisation(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    limit, doubt = rule.value or 0.0, 1.0 + math.copysign(WAIT, slack)
    for kind in rule.subjects:
        busy = scene.queues.get(kind, {}).get("utilisation", 0.0)
        # a type that is always busy lets its queue grow without end
        if busy > limit * doubt or (limit >= 1 and busy >= doubt):
            yield f"{kind} is busy {busy:.3f} of the time"


def _nobody_waits(scene: Scene, rule: Rule) -> Iterator[str]:
    if not scene.queues:
        yield "nobody waits"


def _waiting(row: Mapping[str, Any]) -> float:
    """People who wait at a type in 19 of 20 cases at most."""
    return float(row["arrivals_per_hour"] / MINUTES_PER_HOUR * row["p95_minutes"])


def _called(scene: Scene) -> float:
    """People who wait to be called in 19 of 20 cases."""
    kinds = scene.study.types
    return sum(
        _waiting(row)
        for kind, row in scene.queues.items()
        if any(p.role is Role.STAFF for p in kinds[kind].standing)
    )


def _seats(scene: Scene, rule: Rule) -> list[Placed]:
    return [f for f in scene.fixtures if f.kind.name in rule.subjects]


def _waiting_seats(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    if not scene.queues:
        return
    seats = sum(f.kind.servers for f in _seats(scene, rule))
    if seats < (rule.value or 0.0) * _called(scene) * (1.0 - math.copysign(WAIT, slack)):
        yield f"{seats} seats for {_called(scene):.1f} people"


def _waiting_area(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    if not scene.queues:
        return
    reach, seats = rule.limits["reach"], _seats(scene, rule)
    area = union_all([f.footprint().buffer(reach) for f in seats])
    area = area.intersection(floor_space(scene.study.plan))
    for f in scene.fixtures:
        if f not in seats:
            x, y, kind = f.kind.width / 2, f.kind.depth / 2, f.kind
            front = max(kind.clearance_front, kind.privacy_depth)
            beside = kind.clearance_side
            area = area.difference(f.rectangle((-x, -y - front, x, y + kind.clearance_back)))
            area = area.difference(f.rectangle((-x - beside, -y, x + beside, y)))
    for door in scene.study.plan.doors:
        area = area.difference(door.line.buffer(reach, cap_style="flat"))
    if area.area < (rule.value or 0.0) * _called(scene) * (1.0 - math.copysign(ROUND, slack)):
        yield f"{area.area:.1f} m² for {_called(scene):.1f} people"


def _queue_space(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    floor = floor_space(scene.study.plan)
    free = floor.difference(union_all([f.footprint() for f in scene.fixtures]))
    for f in scene.fixtures:
        row = scene.queues.get(f.kind.name) if f.kind.name in rule.subjects else None
        places = [p for p in f.kind.standing if p.role is Role.CUSTOMER]
        if row is None or not places or not math.isfinite(_waiting(row)):
            continue
        members = sum(g.kind.name == f.kind.name for g in scene.fixtures)
        people = _waiting(row) / members * (1.0 - math.copysign(WAIT, slack))
        length, half = math.ceil(people - CONTACT) * (rule.value or 0.0), rule.limits["width"] / 2
        if length <= 0:
            continue
        (x, y), grow = (places[0].x, places[0].y), -slack
        queue = f.rectangle((x - half, y - length, x + half, y), grow=grow)
        if queue.difference(free).area > CONTACT + 2 * slack * (length + 2 * half):
            yield f"the queue of {f.name} has too little room"
        crossing = [
            way.paths
            for walk, way in zip(scene.walks, scene.ways, strict=True)
            if way.paths and f.name not in (walk.source, walk.target)
        ]
        judge = all if slack > 0 else any
        if any(judge(LineString(path).intersects(queue) for path in own) for own in crossing):
            yield f"people walk through the queue of {f.name}"


def _endless(scene: Scene, rule: Rule) -> Iterator[str]:
    if not scene.queues:
        yield "nobody waits"
    for f in _seats(scene, rule):
        row = scene.queues.get(f.kind.name)
        if row is not None and not math.isfinite(_waiting(row)):
            yield f"the queue of {f.name} has no end"


#: The rules by the name of their check.
CAPACITY_RULES: Mapping[str, Check] = {
    "wait_mean": _wait_mean,
    "wait_percentile": _wait_percentile,
    "utilisation": _utilisation,
    "waiting_seats": _waiting_seats,
    "waiting_area": _waiting_area,
    "queue_space": _queue_space,
}
#: Why one of these cannot be decided.
CAPACITY_OPEN: Mapping[str, Why] = {
    **dict.fromkeys(CAPACITY_RULES, _nobody_waits),
    "queue_space": _endless,
}
