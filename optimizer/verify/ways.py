"""Shortest ways by a plain visibility graph: shapely sees, networkx searches.

In: the region where a body's middle may be, and the ends of walks. Out: lengths and all shortest
paths. A path bends only at corners of obstacles; a segment is a way if the region covers it.

Two obstacles that touch are closed: a path stays `SKIN` inside the region, which lengthens it by
about as much at a corner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Array = NDArray[np.float64]
    Point = tuple[float, float]

__all__ = ["Ways", "find_ways"]

#: Paths stay this far inside the region, metres.
SKIN = 2e-7
#: A mitred corner reaches at most this many times the distance it is moved by.
MITRE = 5.0
#: An end this little outside the region is moved into it, metres.
SNAP = 2e-5
#: Ways whose lengths differ by less than this are equally short, metres.
TIE = 2e-6
#: Steps whose directions differ by less than this may lead the same way, radians.
STRAIGHT = 1e-4
#: So far off a straight line a corner is on it, metres: less than what paths are compared by.
ON_LINE = 2e-6
#: Paths that stay nearer to each other than this are one, metres.
APART = 1e-5
#: So many equally short ways of one walk are looked at.
WAYS = 8
#: Segments tested against the region at once.
CHUNK = 100_000


@dataclass(frozen=True, kw_only=True)
class Ways:
    """Length of a walk in metres, inf without a way, and its shortest paths: one, if no tie."""

    length: float
    paths: tuple[Array, ...]


def find_ways(
    region: BaseGeometry, walks: Sequence[tuple[Point, Point]], *, paths: bool = True
) -> tuple[Ways, ...]:
    """Shortest ways in a region from the start to the end of each walk.

    Parameters
    ----------
    region
        Where the middle of a body may be.
    walks
        Start and end of each walk, metres.
    paths
        Whether the paths are wanted beside the lengths.
    """
    clear = region.buffer(-SKIN / 2, join_style="mitre", mitre_limit=MITRE)
    inner = region.buffer(-SKIN, join_style="mitre", mitre_limit=MITRE)
    shapely.prepare(clear)
    ends = {point: _moved_inside(point, inner) for walk in walks for point in walk}
    inside = [point for point, moved in ends.items() if moved is not None]
    number = {point: i for i, point in enumerate(inside)}
    places = np.array([ends[point] for point in inside], dtype=float).reshape(-1, 2)
    corners, before, after = _corners(inner)
    solid = np.concatenate(
        [np.zeros_like(places), _unit(before - corners) + _unit(after - corners)]
    )
    graph = nx.Graph()
    graph.add_nodes_from(range(len(places) + len(corners)))
    points = np.concatenate([places, corners])
    pairs = [
        _corner_pairs(corners, before, after) + len(places),
        _end_pairs(places, corners, before, after),
        np.array([(number[a], number[b]) for a, b in walks if a in number and b in number]),
    ]
    every = np.unique(np.concatenate([p.reshape(-1, 2) for p in pairs]).astype(np.int64), axis=0)
    seen = every[_sees(clear, points, every)]
    steps = np.hypot(*(points[seen[:, 0]] - points[seen[:, 1]]).T)
    graph.add_weighted_edges_from(
        zip(seen[:, 0].tolist(), seen[:, 1].tolist(), steps.tolist(), strict=True)
    )
    reach: dict[int, dict[int, float]] = {}
    found = []
    for a, b in walks:
        if a not in number or b not in number:
            found.append(Ways(length=math.inf, paths=()))
            continue
        start, end = number[a], number[b]
        if start not in reach:
            reach[start] = nx.single_source_dijkstra_path_length(graph, start)
        length = reach[start].get(end, math.inf)
        nodes = _trace(graph, points, solid, reach[start], (start, end)) if paths else ()
        found.append(Ways(length=length, paths=_distinct(points[list(way)] for way in nodes)))
    return tuple(found)


def _moved_inside(point: Point, inner: BaseGeometry) -> Point | None:
    """The point, moved inside where it only just misses; None where it lies outside."""
    place = shapely.Point(point)
    if inner.is_empty or inner.distance(place) > SNAP:
        return None
    if inner.covers(place):
        return point
    near = shapely.get_coordinates(shapely.shortest_line(inner, place))[0]
    return float(near[0]), float(near[1])


def _corners(inner: BaseGeometry) -> tuple[Array, Array, Array]:
    """Corners at which a path may bend, with the corners before and after them on their rings."""
    found: list[Array] = [np.empty((0, 3, 2))]
    for polygon in shapely.get_parts(shapely.orient_polygons(inner)):
        for ring in (polygon.exterior, *polygon.interiors) if not polygon.is_empty else ():
            here = shapely.get_coordinates(ring)[:-1]
            last, following = np.roll(here, 1, axis=0), np.roll(here, -1, axis=0)
            # the region lies on the left, so that a turn to the right goes round an obstacle
            right = _cross(here - last, following - here) < 0
            found.append(np.stack([here, last, following], axis=1)[right])
    every = np.concatenate(found)
    return every[:, 0], every[:, 1], every[:, 2]


def _cross(one: Array, other: Array) -> Array:
    product: Array = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return product


def _unit(vectors: Array) -> Array:
    """Vectors of length one in the same directions."""
    lengths: Array = np.hypot(*vectors.T)[:, None]
    return vectors / np.where(lengths > 0, lengths, 1.0)


def _grazes(away: Array, corner: Array, before: Array, after: Array) -> NDArray[np.bool_]:
    """Whether a line along `away` through a corner leaves its obstacle on one side."""
    one, other = _cross(away, before - corner), _cross(away, after - corner)
    room = 1e-9 * (1 + np.hypot(away[..., 0], away[..., 1]))
    graze: NDArray[np.bool_] = ((one >= -room) & (other >= -room)) | (
        (one <= room) & (other <= room)
    )
    return graze


def _corner_pairs(corners: Array, before: Array, after: Array) -> NDArray[np.int64]:
    """Pairs of corners that a taut path may join."""
    if not len(corners):
        return np.empty((0, 2), dtype=np.int64)
    away = corners[None] - corners[:, None]
    at_first = _grazes(away, corners[:, None], before[:, None], after[:, None])
    at_second = _grazes(away, corners[None], before[None], after[None])
    pairs: NDArray[np.int64] = np.argwhere(np.triu(at_first & at_second, k=1))
    return pairs


def _end_pairs(places: Array, corners: Array, before: Array, after: Array) -> NDArray[np.int64]:
    """Pairs of an end and a corner that a taut path may join."""
    if not len(corners) or not len(places):
        return np.empty((0, 2), dtype=np.int64)
    away = corners[None] - places[:, None]
    pairs: NDArray[np.int64] = np.argwhere(_grazes(away, corners[None], before[None], after[None]))
    shifted: NDArray[np.int64] = pairs + np.array([0, len(places)])
    return shifted


def _sees(clear: BaseGeometry, points: Array, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which pairs of points have free floor between them."""
    free = np.zeros(len(pairs), dtype=bool)
    for first in range(0, len(pairs), CHUNK):
        part = slice(first, first + CHUNK)
        free[part] = shapely.covers(clear, shapely.linestrings(points[pairs[part]]))
    return free


def _trace(
    graph: nx.Graph,
    points: Array,
    solid: Array,
    reach: dict[int, float],
    ends: tuple[int, int],
) -> tuple[tuple[int, ...], ...]:
    """All taut paths between two ends that are shortest up to `TIE`, at most `WAYS`.

    A bend that the straight line would spare is no other way, however little it costs: it may lie
    farther off the line than paths are compared by.
    """
    start, end = ends
    found: list[tuple[int, ...]] = []
    stack: list[tuple[tuple[int, ...], float]] = [((end,), TIE)] if end in reach else []
    while stack and len(found) < WAYS:
        way, slack = stack.pop()
        here = way[0]
        if here == start:
            found.append(way)
            continue
        steps = sorted(
            (link["weight"], reach[there] + link["weight"] - reach[here], there)
            for there, link in graph[here].items()
            if there in reach
            and reach[there] + link["weight"] <= reach[here] + slack
            and there not in way
            and (len(way) == 1 or _is_taut(points[[there, here, way[1]]], solid[here]))
        )
        taken: list[tuple[int, float]] = []
        for length, dearer, there in steps:
            # the step to a farther corner on the same line is the same way
            if length <= 10 * TIE or not any(
                _on_line(points[here], points[there], points[n]) for n, _ in taken
            ):
                taken.append((there, dearer))
        stack.extend(
            ((there, *way), slack - max(dearer, 0.0))
            for there, dearer in sorted(taken, key=lambda step: -step[1])
        )
    return tuple(found)


def _is_taut(bend: Array, solid: Array) -> bool:
    """Whether a path (3, 2) is straight or turns round the obstacle, which lies along `solid`."""
    chord = bend[2] - bend[0]
    turn = float(_cross(bend[1] - bend[0], bend[2] - bend[1]))
    return turn * float(_cross(chord, solid)) > 0 or abs(turn) <= ON_LINE * math.hypot(*chord)


def _on_line(here: Array, there: Array, near: Array) -> bool:
    """Whether a nearer place lies on the straight line from here to there."""
    far, away = there - here, near - here
    off = abs(float(_cross(far, away)))
    along = float(far @ away)
    return along > 0 and off <= min(ON_LINE * math.hypot(*far), STRAIGHT * along)


def _distinct(paths: Iterable[Array]) -> tuple[Array, ...]:
    """Paths less those that run along one before them."""
    kept: list[Array] = []
    for walk in paths:
        # who is there already walks from a place to itself
        path = walk if len(walk) > 1 else np.repeat(walk, 2, axis=0)
        line = shapely.linestrings(path)
        if all(shapely.hausdorff_distance(line, shapely.linestrings(k)) > APART for k in kept):
            kept.append(path)
    return tuple(kept)
