"""Cuts of rules about sight: something opaque across a line mends them, or one of its ends moves.

In: a rule, the layout that breaks it by the geometry of `rules`, and the stock of poses. Out: the
clauses that this layout breaks and that no layout which keeps the rule breaks.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString

from optimizer.equipment.layout import place_boxes, place_points
from optimizer.equipment.model import Role
from optimizer.place.rule_forms import Clause, kinds_of
from optimizer.place.rule_shrinking import block_of
from optimizer.plan.model import DoorKind
from optimizer.rules.checks import CHECKS
from optimizer.rules.doors import seen_of_door
from optimizer.rules.scene import CONTACT
from optimizer.walk.pedestrian import read_pedestrian_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.place.stock import Choice, Stock
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene

__all__ = ["in_sight", "less_private"]

#: Sectors are taken this much wider, metres.
HAIR = 1e-6


def in_sight(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """Something opaque must stand across each line of sight, or one of its ends move."""
    scene = stock.scene(chosen)
    block = block_of(stock, chosen)
    for finding in _broken(rule, scene):
        ends = tuple(dict.fromkeys(block[name] for name in finding.fixtures))
        line = _line_of(rule, scene, finding)
        if line is not None:
            yield Clause(standing=ends, unless=_across(stock, line, ends))


def _line_of(rule: Rule, scene: Scene, finding: Finding) -> LineString | None:
    """The line of sight that a finding is about."""
    assert finding.where is not None
    if rule.check == "overlooked":
        for pair in scene.overlooked:
            if (pair.fixture, pair.viewer) == finding.fixtures:
                return LineString([pair.screen, pair.eye])
    if rule.check == "quiet_distance":
        j = scene.names.index(finding.fixtures[1])
        points = scene.customer_points.of(j)
        gaps = np.hypot(*(points - np.array(finding.where)).T)
        k = int(np.argmin(abs(gaps - (finding.value or 0.0))))
        return LineString([finding.where, points[k]])
    if rule.check == "counter_facing":
        doors = scene.study.plan.doors_of(DoorKind.ENTRANCE)
        goals = [seen_of_door(scene, d) for d in doors if repr(d.name) in finding.sentence]
        return LineString([finding.where, goals[0]]) if goals else None
    return None


def _across(stock: Stock, line: LineString, ends: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Poses of opaque fixtures that touch a line, other than the blocks at its ends."""
    reach = line.buffer(CONTACT)
    found: list[Choice] = []
    for k, kind in enumerate(stock.kinds):
        for member in kind.members:
            if member.type.opaque:
                feet = place_boxes(member.box(member.type.footprint), stock.poses[k])
                found += [(k, int(p)) for p in np.flatnonzero(shapely.intersects(reach, feet))]
    return tuple(choice for choice in dict.fromkeys(found) if choice not in ends)


def less_private(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """The accessible machine is seen from more places than the most private of the others.

    With m places that see the latter, m + 1 that see the former forbid it: unless something opaque
    comes across one of their lines, or somebody comes to where the latter may be seen from.
    """
    low, *others = rule.subjects
    scene = stock.scene(chosen)
    block = block_of(stock, chosen)
    rest = scene.indices(others)
    seen = Counter(pair.fixture for pair in scene.overlooked)
    deepest = max(rest, key=lambda i: scene.types[i].privacy_depth)
    quiet = min(rest, key=lambda i: seen[scene.names[i]])
    for finding in _broken(rule, scene):
        own = scene.names.index(finding.fixtures[0])
        if scene.types[own].privacy_depth < scene.types[deepest].privacy_depth - CONTACT:
            for k in kinds_of(stock, (low,)):
                for m in kinds_of(stock, (scene.types[deepest].name,)):
                    yield Clause(present=(k, m))
            continue
        most = seen[scene.names[quiet]]
        pairs = [p for p in scene.overlooked if p.fixture == scene.names[own]][: most + 1]
        ends = {
            block[scene.names[own]],
            block[scene.names[quiet]],
            *(block[p.viewer] for p in pairs),
        }
        lines = [LineString([pair.screen, pair.eye]) for pair in pairs]
        near = _in_view(stock, scene, quiet)
        if near & set(chosen):
            # somebody may stand there whom only something opaque keeps from seeing it
            ends |= _opaque_ones(stock, scene, chosen, quiet)
        standing = tuple(c for c in chosen if c in ends)
        mending = {c for line in lines for c in _across(stock, line, standing)} | near
        yield Clause(standing=standing, unless=tuple(sorted(mending - set(chosen))))


def _in_view(stock: Stock, scene: Scene, index: int) -> set[Choice]:
    """Poses from which a fixture's screen could be read if nothing hid it."""
    kind, placement = scene.types[index], scene.placements[index]
    assert kind.screen is not None
    values = read_pedestrian_values()
    screen = place_points([kind.screen], np.array([placement.pose]))[0, 0]
    turn = np.deg2rad(placement.angle)
    front = np.array([np.sin(turn), -np.cos(turn)])
    view, covered = (np.cos(np.deg2rad(a) / 2) for a in (kind.screen_view, values.body_sector))
    found: set[Choice] = set()
    for k, own in enumerate(stock.kinds):
        eyes = [
            (p.x + member.x, p.y + member.y)
            for member in own.members
            for p in member.type.standing
            if p.role is Role.CUSTOMER
        ]
        if not eyes:
            continue
        away = place_points(eyes, stock.poses[k]) - screen
        gap = np.hypot(away[..., 0], away[..., 1])
        ahead = away @ front
        sees = (gap <= values.overlooking_radius + HAIR) & (ahead >= view * gap - HAIR)
        sees &= ahead <= covered * gap + HAIR
        found |= {(k, int(p)) for p in np.flatnonzero(sees.any(axis=1))}
    return found


def _opaque_ones(stock: Stock, scene: Scene, chosen: tuple[Choice, ...], index: int) -> set[Choice]:
    """Blocks of a layout with something opaque near a fixture, as far as its screen can be read."""
    block = block_of(stock, chosen)
    reach = read_pedestrian_values().overlooking_radius + scene.types[index].depth
    feet = scene.footprints.polygon
    near = shapely.distance(feet, feet[index]) <= reach
    return {block[scene.names[i]] for i in np.flatnonzero(near).tolist() if scene.types[i].opaque}


def _broken(rule: Rule, scene: Scene) -> list[Finding]:
    return [f for f in CHECKS[rule.check](rule, scene) if f.passed is False]
