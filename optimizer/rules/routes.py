"""The widest routes of a layout: how wide a strip leads from a door to a place, and its bottleneck.

In: a `Scene`, doors and fixtures. Out: which fixtures a route of a width reaches, the width of the
widest route to them, and the place where it is narrowest.

A route of width w is the way of a disc of diameter w over the customers' floor less the
furniture. It starts where the disc touches a door (over a wall's thickness), passes inner doors
whatever their width, for rules of their own judge doors, and reaches a fixture when one of its
customers' points lies in the disc. `walk.clearance.widest_path` answers for two single points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all
from shapely.ops import nearest_points

from optimizer.plan.model import OPENING_REACH, DoorKind
from optimizer.rules.scene import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import Door
    from optimizer.rules.scene import Scene

__all__ = ["STEP", "by_type", "find_bottleneck", "leads_out", "open_to", "reached", "widest"]

#: Widths are found to this, metres.
STEP = 0.02


def reached(scene: Scene, width: float, doors: Sequence[Door]) -> NDArray[np.bool_]:
    """Which fixtures a route of a width from any of the doors reaches.

    Returns
    -------
    ndarray
        (n,) in the order of `Scene.placements`; false for fixtures without customers' points.
    """
    result = np.zeros(len(scene.placements), dtype=bool)
    points = scene.customer_points
    if len(points.owner):
        result[points.owner[open_to(scene, width, doors, points.xy)]] = True
    return result


def open_to(
    scene: Scene, width: float, doors: Sequence[Door], places: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which of some places, (n, 2) metres, a route of a width from any of the doors reaches."""
    parts = _entered(scene, scene.wide_parts(width), width, doors)
    if not len(parts):
        return np.zeros(len(places), dtype=bool)
    region = union_all(parts)
    shapely.prepare(region)
    open_places: NDArray[np.bool_] = shapely.dwithin(
        region, shapely.points(places), width / 2 + CONTACT
    )
    return open_places


def leads_out(scene: Scene, width: float, entry: Sequence[Door], out: Sequence[Door]) -> bool:
    """Whether a route of a width leads from one of some doors to one of others."""
    parts = _entered(scene, scene.wide_parts(width), width, entry)
    return any(_at_door(parts, width, door).any() for door in out)


def by_type(scene: Scene, types: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Fixtures with customers' points by type; all types where none is named."""
    wanted = tuple(types) or tuple(dict.fromkeys(p.type for p in scene.placements))
    used = set(scene.customer_points.owner.tolist())
    found = {kind: tuple(i for i in scene.indices((kind,)) if i in used) for kind in wanted}
    return {kind: members for kind, members in found.items() if members}


def widest(
    scene: Scene, doors: Sequence[Door], kinds: Iterable[Sequence[int]], upper: float
) -> float:
    """Width of the widest route from any of the doors to one fixture of each kind, metres.

    Parameters
    ----------
    kinds
        Fixtures of each kind, by index.
    upper
        Widest width looked for, metres.
    """
    wanted = [list(own) for own in kinds]
    low, high = 0, round(upper / STEP) + 1
    while high - low > 1:
        middle = (low + high) // 2
        inside = reached(scene, middle * STEP, doors)
        if all(inside[own].any() for own in wanted):
            low = middle
        else:
            high = middle
    return low * STEP


def find_bottleneck(
    scene: Scene, doors: Sequence[Door], members: Sequence[int], width: float
) -> tuple[float, float]:
    """Place where the widest route to any of the fixtures is narrowest.

    Parameters
    ----------
    width
        Width of that route, as `widest` found it, metres.

    Notes
    -----
    What is left of the floor of the route's disc when the floor of a slightly wider disc is taken
    out are its necks. A neck without which the fixtures are not reached is the bottleneck.
    """
    points = shapely.multipoints(np.concatenate([scene.customer_points.of(i) for i in members]))
    wider = scene.wide_parts(width + STEP)
    start = _entered(scene, wider, width + STEP, doors)
    if not len(start):
        return min(doors, key=lambda door: float(door.line.distance(points))).centre
    reach = union_all(start)
    whole = union_all(_entered(scene, scene.wide_parts(width), width, doors))
    necks = shapely.get_parts(whole.difference(union_all(wider).buffer(STEP)))
    necks = necks[~shapely.is_empty(necks)]
    for k in np.argsort(shapely.distance(necks, reach), kind="stable"):
        rest = shapely.get_parts(whole.difference(necks[k].buffer(STEP)))
        left = _entered(scene, rest[~shapely.is_empty(rest)], width, doors)
        if not len(left) or union_all(left).distance(points) > width / 2 + CONTACT:
            place: BaseGeometry = necks[k].representative_point()
            return float(place.x), float(place.y)
    # several ways are equally narrow, or the last step to the fixture is the narrow one
    one, other = nearest_points(reach, points)
    return (float(one.x) + float(other.x)) / 2, (float(one.y) + float(other.y)) / 2


def _entered(
    scene: Scene, parts: NDArray[np.object_], width: float, doors: Sequence[Door]
) -> NDArray[np.object_]:
    """Parts of a disc's floor that are entered by one of some doors, and on by inner doors."""
    inside = np.zeros(len(parts), dtype=bool)
    for door in doors:
        inside |= _at_door(parts, width, door)
    inner = [_at_door(parts, width, d) for d in scene.study.plan.doors_of(DoorKind.INNER)]
    while True:
        onward = [at_door for at_door in inner if (at_door & inside).any()]
        grown = np.logical_or.reduce([inside, *onward])
        if (grown == inside).all():
            return parts[inside]
        inside = grown


def _at_door(parts: NDArray[np.object_], width: float, door: Door) -> NDArray[np.bool_]:
    """Which parts of a disc's floor the disc touches a door from, over a wall's thickness."""
    near: NDArray[np.bool_] = shapely.distance(parts, door.line) <= width / 2 + OPENING_REACH
    return near
