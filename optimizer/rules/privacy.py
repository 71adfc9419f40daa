"""Privacy: the one-metre line, through-flow, overlooked screens, quiet places.

In: a rule and a `Scene`. Out: findings.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString

from optimizer.rules.finding import about, at, broken, kept, overlap, place_of, unknown
from optimizer.rules.scene import CONTACT
from optimizer.walk.sightlines import sees

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.model import Box, FixtureType
    from optimizer.evaluation import Leg
    from optimizer.rules.finding import Check
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene

__all__ = ["PRIVACY_CHECKS", "flow_through_zones", "passes"]


def check_one_metre_line(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """The rule's depth before each subject belongs to its user."""
    depth, subjects = rule.value or 0.0, set(rule.subjects)

    def line(kind: FixtureType) -> tuple[Box, ...]:
        half, front = kind.width / 2, -kind.depth / 2
        return ((-half, front - depth, half, front),) if kind.name in subjects else ()

    zones = scene.boxes(line)
    foot, zone = zones.tree.query(scene.footprints.inner, predicate="intersects")
    for j, z in sorted(zip(foot.tolist(), zone.tolist(), strict=True)):
        i = int(zones.owner[z])
        if i != j:
            how = f"lies within {depth:g} m before"
            yield overlap(rule, scene, j, i, zones.polygon[z], how, "it must stay behind the line")
    points = scene.customer_points
    point, zone = shapely.STRtree(zones.inner).query(points.shape, predicate="intersects")
    for k, z in sorted(zip(point.tolist(), zone.tolist(), strict=True)):
        i, j = int(zones.owner[z]), int(points.owner[k])
        if i != j:
            yield broken(
                rule,
                f"The customers' place of {about(scene, j)}, {at(points.xy[k])}, is within "
                f"{depth:g} m before {about(scene, i)}; it must be behind the line",
                where=points.xy[k],
                fixtures=(scene.names[j], scene.names[i]),
            )


def check_through_flow(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Few people walk through a privacy zone that is not theirs."""
    if not scene.legs:
        yield unknown(rule, "Not looked at: nobody walked this layout")
        return
    limit = rule.value or 0.0
    for i, (people, place) in flow_through_zones(scene, rule.limits["graze"]).items():
        if people > limit:
            yield broken(
                rule,
                f"{people:.1f} people an hour walk through the privacy zone of {about(scene, i)}, "
                f"at {at(place)}; at most {limit:g} is right",
                value=people,
                where=place,
                fixtures=(scene.names[i],),
            )


def flow_through_zones(scene: Scene, graze: float) -> dict[int, tuple[float, tuple[float, float]]]:
    """People per hour through each fixture's privacy zone who do not use it, and a place.

    Parameters
    ----------
    graze
        A walk that lies in a zone over less than this does not pass it, metres.
    """
    result: dict[int, tuple[float, tuple[float, float]]] = {}
    for i, leg, inside in _passing(scene, graze):
        people, place = result.get(i, (0.0, place_of(inside)))
        result[i] = (people + leg.rate, place)
    return result


def passes(scene: Scene, index: int, graze: float) -> list[tuple[Leg, BaseGeometry]]:
    """Walks through one fixture's privacy zone of people who do not use it, and their part in it.

    Parameters
    ----------
    graze
        As in `flow_through_zones`.
    """
    return [(leg, inside) for i, leg, inside in _passing(scene, graze) if i == index]


def _passing(scene: Scene, graze: float) -> Iterator[tuple[int, Leg, BaseGeometry]]:
    """Yield each fixture's index with a walk through its zone, and the part of it inside."""
    zones = scene.privacy_zones
    walked = [leg for leg in scene.legs if len(leg.path) > 1]
    lines = np.array([LineString(leg.path) for leg in walked], dtype=object)
    leg_of, zone_of = zones.tree.query(lines, predicate="intersects")
    for k, z in sorted(zip(leg_of.tolist(), zone_of.tolist(), strict=True)):
        i, leg = int(zones.owner[z]), walked[k]
        if scene.names[i] in (leg.source, leg.target):
            continue
        inside = lines[k].intersection(zones.polygon[z])
        if inside.length >= graze:
            yield i, leg, inside


def check_overlooked(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """No screen is in free sight from another place; subjects are the places that matter."""
    names = {scene.names[i] for i in scene.indices(rule.subjects)}
    for pair in scene.overlooked:
        if rule.subjects and pair.viewer not in names:
            continue
        gap = float(np.hypot(pair.eye[0] - pair.screen[0], pair.eye[1] - pair.screen[1]))
        yield broken(
            rule,
            f"The screen of {pair.fixture} at {at(pair.screen)} is in free sight from "
            f"{pair.viewer} at {at(pair.eye)}, {gap:.2f} m away; a screen or an opaque fixture "
            "between them, or more distance, would be right",
            value=gap,
            where=pair.screen,
            fixtures=(pair.fixture, pair.viewer),
        )


def check_quiet_distance(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """The first subject's customers are far from those of the others, or behind a wall."""
    quiet, *loud = rule.subjects
    near, points = rule.value or 0.0, scene.customer_points
    busy = np.flatnonzero(np.isin(points.owner, scene.indices(loud)))
    for i in scene.indices((quiet,)):
        for own in points.of(i):
            gaps = np.hypot(*(points.xy[busy] - own).T)
            close = busy[gaps < near - CONTACT]
            eyes = np.tile(own, (len(close), 1))
            free = sees(eyes, points.xy[close], obstacles=scene.blinds)
            for k in close[free].tolist():
                gap = float(np.hypot(*(points.xy[k] - own)))
                j = int(points.owner[k])
                yield broken(
                    rule,
                    f"{about(scene, i)} has its customers {gap:.2f} m from those of "
                    f"{about(scene, j)}, in free sight; {near:g} m or a wall would be right",
                    value=gap,
                    where=own,
                    fixtures=(scene.names[i], scene.names[j]),
                )


def check_equal_privacy(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """The accessible machine, the first subject, is as private as the best of the others."""
    low, *others = rule.subjects
    own, rest = scene.indices((low,)), scene.indices(others)
    if not own or not rest:
        yield kept(rule, f"There is no {low} beside {' or '.join(others)} to compare")
        return
    seen = Counter(pair.fixture for pair in scene.overlooked)
    deepest = max(scene.types[i].privacy_depth for i in rest)
    fewest = min(seen[scene.names[i]] for i in rest)
    for i in own:
        if scene.types[i].privacy_depth < deepest - CONTACT or seen[scene.names[i]] > fewest:
            yield broken(
                rule,
                f"{about(scene, i)} has a privacy zone of {scene.types[i].privacy_depth:g} m and "
                f"is overlooked from {seen[scene.names[i]]} places; {deepest:g} m and {fewest}, as "
                f"at {' or '.join(others)}, would be right",
                value=seen[scene.names[i]],
                where=scene.where(i),
                fixtures=(scene.names[i],),
            )


#: Checks of this module by name.
PRIVACY_CHECKS: Mapping[str, Check] = {
    "one_metre_line": check_one_metre_line,
    "through_flow": check_through_flow,
    "overlooked": check_overlooked,
    "quiet_distance": check_quiet_distance,
    "equal_privacy": check_equal_privacy,
}
