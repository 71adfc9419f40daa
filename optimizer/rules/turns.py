"""Half turns: how wide a route is where it goes round the end of something narrow and back.

In: a rule and a `Scene` with walks. Out: findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point, union_all
from shapely.ops import nearest_points

from optimizer.demand.legs import AUDIENCE
from optimizer.plan.space import Audience
from optimizer.rules.finding import about, at, broken, unknown
from optimizer.rules.scene import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from optimizer.rules.finding import Check
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene

__all__ = ["TURN_CHECKS"]


def check_half_turn(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Where customers walk round the end of something narrow, the floor at the turn is wide."""
    if not scene.legs:
        yield unknown(rule, "Not looked at: nobody walked this layout")
        return
    limits, told = rule.limits, set()
    narrow = [
        i for i, t in enumerate(scene.types) if min(t.width, t.depth) < limits["element"] - CONTACT
    ]
    for leg in scene.legs:
        if AUDIENCE[leg.person] is not Audience.CUSTOMER or len(leg.path) < 3:
            continue
        path = np.asarray(leg.path)
        for i in narrow:
            for first, last in _turns_round(path, scene, i, limits["angle"]):
                found = _too_tight(rule, scene, i, path[first - 1 : last + 2])
                if found is not None and (i, round(found[0], 2)) not in told:
                    told.add((i, round(found[0], 2)))
                    wide, need, place, others = found
                    beside = f" beside {', '.join(others)}" if others else ""
                    yield broken(
                        rule,
                        f"The walk from {leg.source} to {leg.target} turns back round "
                        f"{about(scene, i)} where {wide:.2f} m are clear at {at(place)}{beside}; "
                        f"{need:g} m would be right",
                        value=wide,
                        where=place,
                        fixtures=(scene.names[i], *others),
                    )


def _turns_round(
    path: NDArray[np.float64], scene: Scene, index: int, least: float
) -> Iterator[tuple[int, int]]:
    """Yield the first and last bend of each run of bends by which a path turns round a fixture."""
    reach = scene.study.walking.radius * np.sqrt(2) + 10 * CONTACT
    near = shapely.distance(scene.footprints.polygon[index], shapely.points(path)) <= reach
    steps = np.diff(path, axis=0)
    heading = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    bends = np.flatnonzero(near[1:-1]) + 1
    runs = np.split(bends, np.flatnonzero(np.diff(bends) > 1) + 1)
    for run in runs:
        if len(run) and abs(np.rad2deg(heading[run[-1]] - heading[run[0] - 1])) >= least:
            yield int(run[0]), int(run[-1])


def _too_tight(
    rule: Rule, scene: Scene, index: int, path: NDArray[np.float64]
) -> tuple[float, float, tuple[float, float], tuple[str, ...]] | None:
    """Width, width that is right, place and what stands there, where a turn is too narrow.

    The path runs from the corner before the turn to the one after it.
    """
    need, beside = rule.value or 0.0, rule.limits["beside"]
    bends = path[1:-1]
    middle = (bends[0] + bends[-1]) / 2
    wide, others = _clear(scene, index, middle, rule.limits["wide"])
    if wide >= rule.limits["wide"] - CONTACT:
        return None
    if wide < need - CONTACT:
        return wide, need, (float(middle[0]), float(middle[1])), others
    for corner, away in ((bends[0], path[0]), (bends[-1], path[-1])):
        length = float(np.hypot(*(away - corner)))
        place = corner + (away - corner) * min(rule.limits["away"] / max(length, CONTACT), 1.0)
        wide, others = _clear(scene, index, place, beside)
        if wide < beside - CONTACT:
            return wide, beside, (float(place[0]), float(place[1])), others
    return None


def _clear(
    scene: Scene, index: int, place: NDArray[np.float64], most: float
) -> tuple[float, tuple[str, ...]]:
    """Width of the clear floor from a fixture's side over a place, and what ends it."""
    foot = scene.footprints.polygon[index]
    side = np.array(nearest_points(foot, Point(place))[0].coords[0])
    out = (place - side) / max(float(np.hypot(*(place - side))), CONTACT)
    ray = LineString([side + 10 * CONTACT * out, side + most * out])
    others = [p for i, p in enumerate(scene.footprints.polygon) if i != index]
    taken = ray.difference(scene.floor.difference(union_all(others)))
    if taken.is_empty:
        return most, ()
    wide = float(taken.distance(Point(side)))
    end = Point(side + wide * out)
    near = shapely.distance(scene.footprints.polygon, end) <= 10 * CONTACT
    names = tuple(scene.names[i] for i in np.flatnonzero(near).tolist() if i != index)
    return wide, names


#: Checks of this module by name.
TURN_CHECKS: Mapping[str, Check] = {"half_turn": check_half_turn}
