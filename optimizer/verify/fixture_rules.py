"""Rules about what stands there: numbers, heights, sizes, and what is near.

In: a `Scene`, a rule and slack (see `placing`). Out: one sentence per breach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely import union_all

from optimizer.plan.model import DoorKind, ZoneKind
from optimizer.verify.placing import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.rules.model import Rule
    from optimizer.verify.kinds import Check, Why
    from optimizer.verify.placed import Placed
    from optimizer.verify.scene import Scene

__all__ = ["FIXTURE_OPEN", "FIXTURE_RULES"]


def _of(scene: Scene, *kinds: str) -> list[Placed]:
    return [f for f in scene.fixtures if f.kind.name in kinds]


def _presence(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    there = len(_of(scene, *rule.subjects))
    if there < (rule.value or 0.0):
        yield f"there are {there} of {' or '.join(rule.subjects)}"


def _zone_presence(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    there = len(scene.study.plan.zones_of(*map(ZoneKind, rule.subjects)))
    if there < (rule.value or 0.0):
        yield f"there are {there} zones of kind {' or '.join(rule.subjects)}"


def _height(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    low, high = rule.limits["low"], rule.value or 0.0
    for f in _of(scene, *rule.subjects):
        if max(low - f.kind.height, f.kind.height - high) > CONTACT + slack:
            yield f"{f.name} is {f.kind.height:g} m high"


def _depth(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    for f in _of(scene, *rule.subjects):
        if (rule.value or 0.0) - f.kind.depth > CONTACT + slack:
            yield f"{f.name} is {f.kind.depth:g} m deep"


def _width(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    for f in _of(scene, *rule.subjects):
        if f.kind.width - (rule.value or 0.0) > CONTACT + slack:
            yield f"{f.name} is {f.kind.width:g} m wide"


def _heights(scene: Scene, kind: str, longer: float = 0.0) -> list[float]:
    """Heights of the fixtures of a type and of its low variant that are long enough."""
    own = _of(scene, kind, f"{kind}_low")
    return [f.kind.height for f in own if f.kind.width >= longer]


def _too_high(
    scene: Scene, rule: Rule, subjects: Sequence[str]
) -> Iterator[tuple[str, float, bool]]:
    """Types without a low place, with their least height, and whether that of a pane is told."""
    for kind in subjects:
        if not _of(scene, kind):
            continue
        good = _heights(scene, kind, rule.limits.get("length", 0.0))
        if min(good, default=float("inf")) > (rule.value or 0.0):
            lowest = min(_heights(scene, kind))
            yield kind, lowest, lowest > rule.limits["pane"]


def _low(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    for kind, height, pane in _too_high(scene, rule, rule.subjects):
        if not pane:
            yield f"the lowest {kind} is {height:g} m high, or too short"


def _panes(scene: Scene, rule: Rule) -> Iterator[str]:
    for kind, height, pane in _too_high(scene, rule, rule.subjects):
        if pane:
            yield f"the {height:g} m of a {kind} are the height of its pane"


def _wheelchair_place(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    place, *seats = rule.subjects
    chairs = [f.footprint() for f in _of(scene, *seats)]
    if not chairs:
        return
    wide, deep = rule.limits["width"], rule.limits["depth"]
    near = union_all(chairs)
    large = [
        f
        for f in _of(scene, place)
        if min(f.kind.width, f.kind.depth) >= wide - CONTACT
        and max(f.kind.width, f.kind.depth) >= deep - CONTACT
    ]
    away = min((near.distance(f.footprint()) for f in large), default=float("inf"))
    if away > (rule.value or 0.0) + slack:
        yield f"the nearest place for a wheelchair is {away:.2f} m from the seats"


def _near_entrance(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    doors = [door.line for door in scene.study.plan.doors_of(DoorKind.ENTRANCE)]
    members = _of(scene, *rule.subjects)
    if not doors or not members:
        return
    away = min(f.footprint().distance(union_all(doors)) for f in members)
    if away > (rule.value or 0.0) + slack:
        yield f"the nearest is {away:.2f} m from the entrance"


def _nothing_near(scene: Scene, rule: Rule) -> Iterator[str]:
    if not scene.study.plan.doors_of(DoorKind.ENTRANCE) or not _of(scene, *rule.subjects):
        yield "there is no entrance or no such fixture"


def _front_distance(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    for f in _of(scene, *rule.subjects):
        x, y = f.kind.width / 2, f.kind.depth / 2
        before = f.rectangle((-x, -y - (rule.value or 0.0), x, -y))
        for other in scene.fixtures:
            if other is not f and other.footprint(grow=-CONTACT - slack).intersects(before):
                yield f"{other.name} is before {f.name}"


#: The rules by the name of their check.
FIXTURE_RULES: Mapping[str, Check] = {
    "presence": _presence,
    "zone_presence": _zone_presence,
    "fixture_height": _height,
    "fixture_depth": _depth,
    "fixture_width": _width,
    "low_place": _low,
    "low_counter": _low,
    "wheelchair_place": _wheelchair_place,
    "near_entrance": _near_entrance,
    "front_distance": _front_distance,
}
#: Why one of these cannot be decided.
FIXTURE_OPEN: Mapping[str, Why] = {
    "low_place": _panes,
    "low_counter": _panes,
    "near_entrance": _nothing_near,
}
