"""Crossings of paths counted again: shapely finds what touches, networkx joins it, numpy counts.

In: paths (k, 2) in metres. Out: for every pair how often they cross, and the metres that they walk
on one line, in opposite directions and in the same one.

Vertices nearer than the tolerance are one node, and every step is split at nodes on it. Then two
paths cross where two steps without a common node cross, and where they share a run of nodes that
one enters from one side of the other and leaves to its other side. A run that reaches an end of
either path is a merge.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Course = tuple[int, ...]

__all__ = ["Courses", "Meetings", "count_meetings", "lay_courses"]

#: Pairs of crossing steps that are counted at once.
CHUNK = 10_000


@dataclass(frozen=True, kw_only=True)
class Courses:
    """Paths over common nodes: places (n, 2) of the nodes, and the nodes of each path."""

    nodes: Array
    of: tuple[Course, ...]


@dataclass(frozen=True, kw_only=True)
class Meetings:
    """How m paths meet: (m, m) crossings, and metres on one line head-on and merging."""

    counts: Array
    head_on: Array
    merging: Array


def lay_courses(paths: Sequence[Array], tolerance: float) -> Courses:
    """Paths over common nodes; what is nearer than the tolerance, metres, is one."""
    points = np.concatenate([np.empty((0, 2)), *paths])
    if not len(points):
        return Courses(nodes=points, of=tuple(() for _ in paths))
    places = shapely.points(points)
    one, other = shapely.STRtree(places).query(places, predicate="dwithin", distance=tolerance)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(points)))
    graph.add_edges_from(zip(one.tolist(), other.tolist(), strict=True))
    label = np.empty(len(points), dtype=np.int64)
    groups = sorted(sorted(group) for group in nx.connected_components(graph))
    for number, group in enumerate(groups):
        label[group] = number
    nodes = np.array([points[group].mean(axis=0) for group in groups])
    ends = np.cumsum([len(path) for path in paths])
    raw = [label[end - len(path) : end] for path, end in zip(paths, ends, strict=True)]
    between = _between(nodes, {tuple(s) for seq in raw for s in pairwise(seq.tolist())}, tolerance)
    return Courses(nodes=nodes, of=tuple(_course(seq.tolist(), between) for seq in raw))


def _between(
    nodes: Array, steps: set[tuple[int, int]], tolerance: float
) -> dict[tuple[int, int], Course]:
    """Nodes that lie on each step, in its order."""
    every = sorted(step for step in steps if step[0] != step[1])
    if not every:
        return {}
    ends = nodes[np.array(every)]
    node, step = shapely.STRtree(shapely.linestrings(ends)).query(
        shapely.points(nodes), predicate="dwithin", distance=tolerance
    )
    found: defaultdict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    for n, s in zip(node.tolist(), step.tolist(), strict=True):
        a, b = every[s]
        along = nodes[b] - nodes[a]
        share = float((nodes[n] - nodes[a]) @ along / (along @ along))
        if n not in (a, b) and 0 < share < 1:
            found[a, b].append((share, n))
    return {pair: tuple(n for _, n in sorted(row)) for pair, row in found.items()}


def _course(sequence: Sequence[int], between: dict[tuple[int, int], Course]) -> Course:
    """One path with the nodes on its steps, none twice in a row."""
    course: list[int] = list(sequence[:1])
    for a, b in pairwise(sequence):
        course += (n for n in (*between.get((a, b), ()), b) if n != course[-1])
    return tuple(course)


def count_meetings(paths: Sequence[Array], tolerance: float) -> Meetings:
    """How the paths meet; see the module.

    Parameters
    ----------
    paths
        (k, 2) metres each, shortest ways: none passes a node twice.
    tolerance
        Nearer than this is one, metres.
    """
    courses = lay_courses(paths, tolerance)
    steps = sorted({(min(s), max(s)) for course in courses.of for s in pairwise(course)})
    number = {step: i for i, step in enumerate(steps)}
    there, back = np.zeros((2, len(paths), len(steps)))
    for i, course in enumerate(courses.of):
        for a, b in pairwise(course):
            (there if a < b else back)[i, number[min(a, b), max(a, b)]] += 1
    ends = courses.nodes[np.array(steps, dtype=np.int64).reshape(-1, 2)]
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    head_on = (there * length) @ back.T
    merging = (there * length) @ there.T + (back * length) @ back.T
    counts = _free_crossings(there + back, ends, steps) + _run_crossings(courses)
    for table in (counts, merging):
        np.fill_diagonal(table, 0.0)
    both = head_on + head_on.T
    np.fill_diagonal(both, 0.0)
    return Meetings(counts=counts, head_on=both, merging=merging)


def _free_crossings(walked: Array, ends: Array, steps: Sequence[tuple[int, int]]) -> Array:
    """Crossings of steps that have no common node, for every pair of paths."""
    total = np.zeros((len(walked), len(walked)))
    if not len(steps):
        return total
    lines = shapely.linestrings(ends)
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    pairs = np.array(steps)
    apart = (one < other) & ~(pairs[one][:, :, None] == pairs[other][:, None, :]).any((1, 2))
    one, other = one[apart], other[apart]
    a, b = ends[one], ends[other]
    crossed = (_side(a, b[:, 0]) * _side(a, b[:, 1]) < 0) & (
        _side(b, a[:, 0]) * _side(b, a[:, 1]) < 0
    )
    one, other = one[crossed], other[crossed]
    for first in range(0, len(one), CHUNK):
        part = slice(first, first + CHUNK)
        both = walked[:, one[part]] @ walked[:, other[part]].T
        total += both + both.T
    return total


def _side(line: Array, point: Array) -> Array:
    """Sign of the side of a line on which a point lies."""
    along, away = line[:, 1] - line[:, 0], point - line[:, 0]
    sign: Array = np.sign(along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0])
    return sign


def _run_crossings(courses: Courses) -> Array:
    """Crossings over shared runs of nodes, for every pair of paths."""
    kinds: dict[Course, int] = {}
    kind = [kinds.setdefault(min(c, c[::-1]), len(kinds)) for c in courses.of]
    distinct = list(kinds)
    place = [{node: i for i, node in enumerate(course)} for course in distinct]
    through: defaultdict[int, set[int]] = defaultdict(set)
    for k, course in enumerate(distinct):
        for node in course[1:-1]:
            through[node].add(k)
    pairs = {pair for passing in through.values() for pair in combinations(sorted(passing), 2)}
    table = np.zeros((len(distinct), len(distinct)))
    for k, m in pairs:
        table[k, m] = table[m, k] = _crossed_runs(courses.nodes, distinct[k], distinct[m], place[m])
    total: Array = table[np.ix_(kind, kind)]
    return total


def _crossed_runs(nodes: Array, one: Course, other: Course, place: dict[int, int]) -> int:
    """How often two paths change sides over their shared runs."""
    count, i = 0, 0
    while i < len(one):
        j = place.get(one[i])
        if j is None:
            i += 1
            continue
        way = 0
        if i + 1 < len(one) and abs(place.get(one[i + 1], -9) - j) == 1:
            way = place[one[i + 1]] - j
        end = i
        while way and end + 1 < len(one) and place.get(one[end + 1], -9) == j + way * (end + 1 - i):
            end += 1
        # a single node: the other path may pass it in either direction
        before, after = j - (way or 1), j + (way or 1) * (end - i + 1)
        inner = i > 0 and end + 1 < len(one)
        if inner and min(before, after) >= 0 and max(before, after) < len(other):
            enters = _left(nodes, one[i], one[i + 1], one[i - 1], other[before])
            leaves = _left(nodes, one[end], one[end + 1], one[end - 1], other[after])
            count += enters != leaves
        i = end + 1
    return count


def _left(nodes: Array, at: int, ahead: int, behind: int, way: int) -> bool:
    """Whether a way from a node leads to the left of the walk from behind to ahead."""
    headings = [
        math.atan2(nodes[n][1] - nodes[at][1], nodes[n][0] - nodes[at][0])
        for n in (ahead, behind, way)
    ]
    turn = [(heading - headings[0]) % math.tau for heading in headings]
    return turn[2] < turn[1]
