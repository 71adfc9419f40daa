"""Compiled topological count of path crossings.

In: nodes, pieces of paths and their edges from `sequence_kernels`. Out: crossings, head-on metres
and merging metres of every pair of paths; the place of each crossing.

Shortest paths of many flows hug the same corners, so a count on coordinates changes with the last
bit; a count on shared nodes does not. Two paths cross where their segments cross away from any
node. A maximal run of nodes that two paths share, one node or more and in either direction, is one
crossing when the other path comes from one side and leaves to the other, and none when it returns
to its side or when the run reaches an end of either path. Nodes are numbered from left to right,
which serves as the sweep order of the search for proper crossings.

Kernels call only kernels of this module: numba's cache on disk does not notice changes elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    Pieces = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]

__all__ = ["sequence_crossings"]


@njit(cache=True, nogil=True)
def _cross(nodes: FloatArray, a: int, b: int, c: int) -> float:
    """Twice the signed area of the triangle a, b, c; positive when c is left of a to b."""
    dx, dy = nodes[b, 0] - nodes[a, 0], nodes[b, 1] - nodes[a, 1]
    return float(dx * (nodes[c, 1] - nodes[a, 1]) - dy * (nodes[c, 0] - nodes[a, 0]))


@njit(cache=True, nogil=True)
def _on_left(nodes: FloatArray, before: int, at: int, after: int, other: int) -> bool:
    """Whether `other` is left of the path before → at → after."""
    first = _cross(nodes, before, at, other) > 0.0
    second = _cross(nodes, at, after, other) > 0.0
    if _cross(nodes, before, at, after) >= 0.0:
        return first and second
    return first or second


@njit(cache=True, nogil=True)
def _groups(keys: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """Places of each key as flat rows: `members`, `starts (n + 1,)`; negative keys are left out."""
    starts = np.zeros(n + 1, np.int64)
    for key in keys:
        if key >= 0:
            starts[key + 1] += 1
    for k in range(n):
        starts[k + 1] += starts[k]
    fill = starts[:n].copy()
    members = np.empty(starts[n], np.int64)
    for at in range(keys.size):
        if keys[at] >= 0:
            members[fill[keys[at]]] = at
            fill[keys[at]] += 1
    return members, starts


@njit(cache=True, nogil=True)
def _note(places: FloatArray, size: int, x: float, y: float, i: int, j: int) -> FloatArray:
    """Add a row (x, y, i, j); returns the array, grown where it was full."""
    if size == places.shape[0]:
        grown = np.empty((2 * size, 4))
        grown[:size] = places
        places = grown
    places[size, 0], places[size, 1] = x, y
    places[size, 2], places[size, 3] = min(i, j), max(i, j)
    return places


@njit(cache=True, nogil=True)
def _proper(
    nodes: FloatArray,
    edges: tuple[IntArray, IntArray],
    owner: IntArray,
    crossings: IntArray,
    places: FloatArray,
) -> tuple[FloatArray, int]:
    """Count segments that cross away from any node, for all flows that use them."""
    ends, step = edges
    users, first_user = _groups(step, ends.shape[0])
    by_left, first_edge = _groups(ends[:, 0], nodes.shape[0])
    size = 0
    for at in range(by_left.size):
        one = by_left[at]
        a, b = ends[one, 0], ends[one, 1]
        low = min(nodes[a, 1], nodes[b, 1])
        high = max(nodes[a, 1], nodes[b, 1])
        # only edges that begin between a and b in the order from left to right can overlap it
        for other in by_left[first_edge[a + 1] : first_edge[b]]:
            c, d = ends[other, 0], ends[other, 1]
            if (
                d == b
                or max(nodes[c, 1], nodes[d, 1]) < low
                or min(nodes[c, 1], nodes[d, 1]) > high
            ):
                continue
            left, right = _cross(nodes, a, b, c), _cross(nodes, a, b, d)
            if left * right >= 0.0 or _cross(nodes, c, d, a) * _cross(nodes, c, d, b) >= 0.0:
                continue
            share = left / (left - right)
            x = nodes[c, 0] + share * (nodes[d, 0] - nodes[c, 0])
            y = nodes[c, 1] + share * (nodes[d, 1] - nodes[c, 1])
            for p in users[first_user[one] : first_user[one + 1]]:
                for q in users[first_user[other] : first_user[other + 1]]:
                    i, j = owner[p], owner[q]
                    if i != j:
                        crossings[i, j] += 1
                        crossings[j, i] += 1
                        places = _note(places, size, x, y, i, j)
                        size += 1
    return places, size


@njit(cache=True, nogil=True)
def _along(nodes: FloatArray, sequence: IntArray, k: int, last: int) -> tuple[float, float, float]:
    """Length of the stretch from place k to place `last` of a path, and its middle."""
    length = 0.0
    for at in range(k, last):
        one, two = sequence[at], sequence[at + 1]
        length += np.hypot(nodes[two, 0] - nodes[one, 0], nodes[two, 1] - nodes[one, 1])
    left = 0.5 * length
    for at in range(k, last):
        one, two = sequence[at], sequence[at + 1]
        dx, dy = nodes[two, 0] - nodes[one, 0], nodes[two, 1] - nodes[one, 1]
        step = np.hypot(dx, dy)
        if left <= step:
            return length, nodes[one, 0] + dx * left / step, nodes[one, 1] + dy * left / step
        left -= step
    return length, nodes[sequence[last], 0], nodes[sequence[last], 1]


@njit(cache=True, nogil=True)
def _run(
    nodes: FloatArray,
    sequence: IntArray,
    one: tuple[int, int, int],
    two: tuple[int, int, int],
) -> tuple[int, int, bool]:
    """Judge the shared run that begins here: its direction (0: one node), last place, crossing.

    `one` and `two` are (first place, place here, last place) in the sequence. The direction is
    that of the second path as seen by the first; -2 when the run began before this place.
    """
    first, k, last = one
    begin, q, end = two
    if k > first and (
        (q > begin and sequence[q - 1] == sequence[k - 1])
        or (q < end and sequence[q + 1] == sequence[k - 1])
    ):
        return -2, k, False
    way = 0
    if k < last:
        if q < end and sequence[q + 1] == sequence[k + 1]:
            way = 1
        elif q > begin and sequence[q - 1] == sequence[k + 1]:
            way = -1
    stop, r = k, q
    while (
        way != 0
        and stop < last
        and begin <= r + way <= end
        and sequence[stop + 1] == sequence[r + way]
    ):
        stop += 1
        r += way
    ahead = -1 if way < 0 else 1
    come, leave = q - ahead, r + ahead
    if k == first or stop == last or not begin <= come <= end or not begin <= leave <= end:
        return way, stop, False
    came = _on_left(nodes, sequence[k - 1], sequence[k], sequence[k + 1], sequence[come])
    left = _on_left(nodes, sequence[stop - 1], sequence[stop], sequence[stop + 1], sequence[leave])
    return way, stop, came != left


@njit(cache=True, nogil=True)
def sequence_crossings(
    nodes: FloatArray, pieces: Pieces, paths: int
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Return crossings, head-on metres, merging metres, each `(m, m)`; places (x, y, i, j)."""
    sequence, offsets, owner, ends, step = pieces
    bounds = np.empty((sequence.size, 2), np.int64)
    for piece in range(offsets.size - 1):
        for k in range(offsets[piece], offsets[piece + 1]):
            bounds[k, 0], bounds[k, 1] = offsets[piece], offsets[piece + 1] - 1
    crossings = np.zeros((paths, paths), np.int64)
    head_on, merging = np.zeros((paths, paths)), np.zeros((paths, paths))
    places, size = _proper(nodes, (ends, step), owner, crossings, np.empty((64, 4)))
    members, starts = _groups(sequence, nodes.shape[0])
    for node in range(nodes.shape[0]):
        for at in range(starts[node], starts[node + 1]):
            k = members[at]
            i = owner[k]
            for more in range(at + 1, starts[node + 1]):
                q = members[more]
                j = owner[q]
                if i == j:
                    continue
                one, two = (bounds[k, 0], k, bounds[k, 1]), (bounds[q, 0], q, bounds[q, 1])
                way, stop, crosses = _run(nodes, sequence, one, two)
                if way == -2 or (way == 0 and not crosses):
                    continue
                length, x, y = _along(nodes, sequence, k, stop)
                if way < 0:
                    head_on[i, j] += length
                    head_on[j, i] += length
                elif way > 0:
                    merging[i, j] += length
                    merging[j, i] += length
                if crosses:
                    crossings[i, j] += 1
                    crossings[j, i] += 1
                    places = _note(places, size, x, y, i, j)
                    size += 1
    return crossings, head_on, merging, places[:size]
