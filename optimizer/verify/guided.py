"""Guide lines checked: a marked way is free floor, hardly longer than the shortest, and helps.

In: a `Scene`, the parsed result and the weighted encounters on the shortest ways. Out: claims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely import LineString, union_all

from optimizer.plan.space import Audience
from optimizer.verify.claim import Claim, agree, between, hold, is_number, lookup, open_claim

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.verify.scene import Scene

__all__ = ["check_guided"]

#: Marked ways may leave the floor, and may be longer than said, by this much; metres.
ROOM = 1e-4
#: Relative doubt about encounters, and about lengths.
MEETING, LENGTH = 1e-3, 1e-5


def check_guided(
    scene: Scene, result: Any, weighted: tuple[float, float], crossings: tuple[float, float]
) -> Iterator[Claim]:
    """Claims about the marked ways and about what stays as it is without them."""
    key = "crossing.guided"
    low, high = (
        value * (1 + sign * MEETING) for value, sign in zip(weighted, (-1, 1), strict=True)
    )
    yield between(result, f"{key}.encounters_shortest", (low - 1e-9, high + 1e-9))
    stated = lookup(result, f"{key}.encounters_shortest")
    most = stated if is_number(stated) else high
    yield between(result, f"{key}.encounters_guided", (0.0, max(most, 0.0) + 1e-9))
    yield between(result, f"{key}.crossings_shortest", crossings)
    yield open_claim(result, f"{key}.crossings_guided", "the count of crossing paths is told above")
    slack = lookup(result, f"{key}.slack")
    walked = sum(
        walk.rate * way.length
        for walk, way in zip(scene.walks, scene.ways, strict=True)
        if way.paths
    )
    yield agree(result, f"{key}.metres_shortest", walked, relative=LENGTH)
    extra = yield from _check_lines(scene, result, float(slack) if is_number(slack) else 0.0)
    yield between(result, f"{key}.slack", (0.0, 0.5))
    yield agree(result, f"{key}.metres_guided", walked + extra, relative=LENGTH)


def _check_lines(scene: Scene, result: Any, slack: float) -> Generator[Claim, None, float]:
    """Claims about each line; returns the person-metres that the lines add."""
    key = "crossing.guided.lines"
    rows = lookup(result, key)
    if not isinstance(rows, Sequence) or not all(isinstance(row, Mapping) for row in rows):
        yield hold(key, False, f"{key} must be a list of {{flow, longer, path}}")
        return 0.0
    names = {f"{walk.source} → {walk.target}": k for k, walk in enumerate(scene.walks)}
    floor = {
        staff: _floor(scene, Audience.STAFF if staff else Audience.CUSTOMER)
        for staff in (False, True)
    }
    extra = 0.0
    for i, row in enumerate(rows):
        number = names.get(str(row.get("flow")))
        path = _path(row.get("path"))
        if number is None or path is None:
            yield hold(f"{key}.{i}", False, f"{key}.{i} must name a flow and its path")
            continue
        walk, way = scene.walks[number], scene.ways[number]
        line = LineString(path)
        ends = [np.hypot(*(path[k] - way.paths[0][k])) for k in (0, -1)]
        longer = float(line.length - way.length)
        free = shapely.covers(floor[walk.staff], line)
        passed = (
            max(ends) <= ROOM
            and longer <= slack * way.length + ROOM
            and bool(free)
            and is_number(row.get("longer"))
            and abs(row["longer"] - longer) <= ROOM
        )
        extra += walk.rate * longer
        yield hold(
            f"{key}.{i}",
            passed,
            f"{key}.{i}, {row.get('flow')}, is {longer:.4f} m longer than the shortest way, "
            f"{'on free floor' if free else 'through what stands there'}; at most {slack:.1%} and "
            "free floor are right",
        )
    return extra


def _floor(scene: Scene, audience: Audience) -> BaseGeometry:
    """Where the middle of a body may be, a hair wider than it is."""
    radius = scene.study.walking.radius
    taken = union_all([fixture.footprint(grow=radius) for fixture in scene.fixtures])
    return scene.room[audience].difference(taken).buffer(ROOM, join_style="mitre")


def _path(value: Any) -> NDArray[np.float64] | None:
    """A stated path as points; None where it is none."""
    try:
        path = np.array(value, dtype=float)
    except (TypeError, ValueError):
        return None
    sound = path.ndim == 2 and path.shape[1:] == (2,) and len(path) > 1
    return path if sound and bool(np.isfinite(path).all()) else None
