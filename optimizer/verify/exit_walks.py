"""The longest walk to an exit, from any place of the hall round the furniture.

In: a `Scene`, a rule and slack (see `placing`). Out: one sentence per breach.

Walks are measured exactly, by the visibility graph, from the corners of the floor and from places
`APART` apart. A place between them may be up to `BETWEEN` farther; the judge's places are 0.5 m
apart, so that it may find `SAMPLED` less. Where even ways along the edges of Voronoi cells are well
within the limit, nothing need be measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all

from optimizer.plan.space import Audience, door_point
from optimizer.verify.placing import CONTACT
from optimizer.verify.room_rules import SAMPLED, hall_of
from optimizer.verify.route_rules import EXITS
from optimizer.verify.ways import find_ways

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.rules.model import Rule
    from optimizer.verify.kinds import Check, Why
    from optimizer.verify.scene import Scene

__all__ = ["EXIT_OPEN", "EXIT_RULES"]

#: Places whose walks are measured lie this far apart, metres, and corners at least so far.
APART = 2.5
#: A place may be this much farther from an exit than the measured ones about it, metres.
BETWEEN = 2.0
#: Round corners that are sharp to a walk it is at most so much longer than a disc's way.
CORNERS = 1.3
#: A part of the floor that is smaller may be lost in rounding, square metres.
SMALL = 1e-3


def _ways(scene: Scene) -> list[tuple[float, float]]:
    """Places before the exits."""
    region = scene.room[Audience.CUSTOMER]
    found = (door_point(door, region) for door in scene.study.plan.doors_of(*EXITS))
    return [way for way in found if way is not None]


def _floor(scene: Scene) -> BaseGeometry:
    """Where the middle of a body may be in the hall, round the furniture."""
    radius = scene.study.walking.radius
    taken = union_all([f.footprint(grow=radius) for f in scene.fixtures])
    return scene.room[Audience.CUSTOMER].intersection(hall_of(scene)).difference(taken)


def _shut(scene: Scene, ways: Sequence[tuple[float, float]]) -> list[BaseGeometry]:
    """Parts of the floor without an exit."""
    exits = shapely.multipoints(ways)
    parts = shapely.get_parts(_floor(scene))
    return [p for p in parts if p.area > 0 and p.distance(exits) > CONTACT]


def _longest(scene: Scene, ways: Sequence[tuple[float, float]], limit: float) -> float:
    """Longest walk to an exit, metres; less where all walks are well within a limit."""
    most = scene.discs.longest_way(scene.study.walking.radius, ways)
    if CORNERS * most <= limit:
        return 0.0
    shut, floor = _shut(scene, ways), _floor(scene)
    places = _places(floor.difference(union_all(shut)))
    walks = [((float(x), float(y)), way) for x, y in places for way in ways]
    lengths = np.array([w.length for w in find_ways(floor, walks, paths=False)])
    nearest = lengths.reshape(len(places), len(ways)).min(axis=1)
    return float(nearest[np.isfinite(nearest)].max(initial=0.0))


def _places(floor: BaseGeometry) -> NDArray[np.float64]:
    """Corners and inner places of a region, one of each square of side `APART`, (n, 2)."""
    if floor.is_empty:
        return np.empty((0, 2))
    corners = shapely.get_coordinates(shapely.segmentize(floor, APART))
    x0, y0, x1, y1 = floor.bounds
    x, y = np.meshgrid(np.arange(x0, x1, APART), np.arange(y0, y1, APART))
    inside = shapely.contains_xy(floor, x, y)
    every = np.concatenate([corners, np.column_stack([x[inside], y[inside]])])
    square = np.floor(every / APART)
    # of the corners of a square the one that is farthest out
    _, first = np.unique(square, axis=0, return_index=True)
    found: NDArray[np.float64] = every[first]
    return found


def _egress_walk(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    limit, ways = rule.value or 0.0, _ways(scene)
    if not scene.study.plan.doors_of(*EXITS):
        yield "there is no exit"
    if not ways:
        return
    shut = max((part.area for part in _shut(scene, ways)), default=0.0)
    if shut > (SMALL if slack > 0 else 0.0):
        yield f"from {shut:.2f} m² of the floor no way leads to an exit"
    key = ("walks", limit)
    if key not in scene.spans:
        far = _longest(scene, ways, limit)
        scene.spans[key] = (far - SAMPLED, far + BETWEEN if far else 0.0)
    far = scene.spans[key][slack < 0]
    if far > limit:
        yield f"somebody walks {far:.1f} m to the nearest exit"


def _no_way(scene: Scene, rule: Rule) -> Iterator[str]:
    if scene.study.plan.doors_of(*EXITS) and not (_ways(scene) and _floor(scene).area):
        yield "there is no walkable floor before an exit"


#: The rule by the name of its check.
EXIT_RULES: Mapping[str, Check] = {"egress_walk": _egress_walk}
#: Why it cannot be decided.
EXIT_OPEN: Mapping[str, Why] = {"egress_walk": _no_way}
