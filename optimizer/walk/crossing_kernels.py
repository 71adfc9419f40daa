"""Compiled topological count of path crossings.

In: padded paths `(m, B, 2)` with point counts. Out: canonical node sequences; crossings, head-on
metres and merging metres of every pair; the place of each crossing.

Shortest paths of many flows hug the same corners, so a count on coordinates changes with the last
bit. Here paths become sequences of shared nodes first:

1. vertices within the tolerance of each other are one node;
2. a segment that passes a node within the tolerance is split there.

After that two segments share a node, or are apart, or cross properly. A maximal run of nodes that
two paths share, one node or more and in either direction, is one crossing when the other path
comes from one side and leaves to the other, and none when it returns to its side or when the run
reaches an end of either path. Nodes are numbered from left to right, which serves as the sweep
order of the search for proper crossings.

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

__all__ = ["canonical_sequences", "crossing_table", "sequence_crossings"]


@njit(cache=True, nogil=True)
def _merge_vertices(
    points: FloatArray, counts: IntArray, tolerance: float
) -> tuple[FloatArray, IntArray, IntArray]:
    """Nodes from left to right, and per path its node numbers without repeats."""
    m = counts.size
    starts = np.zeros(m + 1, np.int64)
    for i in range(m):
        starts[i + 1] = starts[i] + counts[i]
    flat = np.empty((starts[m], 2))
    for i in range(m):
        for k in range(counts[i]):
            flat[starts[i] + k, 0] = points[i, k, 0]
            flat[starts[i] + k, 1] = points[i, k, 1]
    order = np.argsort(flat[:, 0])
    seed = np.empty((flat.shape[0], 2))
    sums = np.zeros((flat.shape[0], 3))
    label = np.empty(flat.shape[0], np.int64)
    n = 0
    for at in order:
        x, y = flat[at, 0], flat[at, 1]
        found = n - 1
        while found >= 0 and x - seed[found, 0] <= tolerance:
            if abs(y - seed[found, 1]) <= tolerance:
                break
            found -= 1
        if found < 0 or x - seed[found, 0] > tolerance:
            found = n
            seed[n, 0], seed[n, 1] = x, y
            n += 1
        label[at] = found
        sums[found, 0] += x
        sums[found, 1] += y
        sums[found, 2] += 1.0
    nodes = sums[:n, :2] / sums[:n, 2:3]
    offsets = np.zeros(m + 1, np.int64)
    kept = np.empty(flat.shape[0], np.int64)
    size = 0
    for i in range(m):
        for at in range(starts[i], starts[i + 1]):
            if size == offsets[i] or kept[size - 1] != label[at]:
                kept[size] = label[at]
                size += 1
        offsets[i + 1] = size
    return nodes, kept[:size], offsets


@njit(cache=True, nogil=True)
def _edges(sequence: IntArray, offsets: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """Distinct undirected edges (left node, right node), and the edge of each step."""
    head = np.full(n, -1, np.int64)
    follow = np.empty(sequence.size, np.int64)
    ends = np.empty((sequence.size, 2), np.int64)
    step = np.full(sequence.size, -1, np.int64)
    size = 0
    for i in range(offsets.size - 1):
        for k in range(offsets[i], offsets[i + 1] - 1):
            a, b = sequence[k], sequence[k + 1]
            if a > b:
                a, b = b, a
            edge = head[a]
            while edge >= 0 and ends[edge, 1] != b:
                edge = follow[edge]
            if edge < 0:
                edge = size
                ends[edge, 0], ends[edge, 1] = a, b
                follow[edge] = head[a]
                head[a] = edge
                size += 1
            step[k] = edge
    return ends[:size], step


@njit(cache=True, nogil=True)
def _splits(nodes: FloatArray, ends: IntArray, tolerance: float) -> tuple[IntArray, IntArray]:
    """Nodes that lie on each edge, from its left node to its right one, as flat rows."""
    n = nodes.shape[0]
    starts = np.zeros(ends.shape[0] + 1, np.int64)
    found = np.empty(64, np.int64)
    place = np.empty(64)
    size = 0
    for edge in range(ends.shape[0]):
        a, b = ends[edge, 0], ends[edge, 1]
        ax, ay = nodes[a, 0], nodes[a, 1]
        dx, dy = nodes[b, 0] - ax, nodes[b, 1] - ay
        length = np.sqrt(dx * dx + dy * dy)
        low, high = min(ay, ay + dy) - tolerance, max(ay, ay + dy) + tolerance
        # node numbers follow x up to the tolerance, so the stretch between a and b has all but
        # the few at either side that are as far left or right
        first, last = a, b
        while first > 0 and nodes[first - 1, 0] >= ax - 2.0 * tolerance:
            first -= 1
        while last < n - 1 and nodes[last + 1, 0] <= ax + dx + 2.0 * tolerance:
            last += 1
        for k in range(first, last + 1):
            y = nodes[k, 1]
            if y < low or y > high or k in (a, b):
                continue
            off = (nodes[k, 0] - ax) * dy - (y - ay) * dx
            if abs(off) > tolerance * length:
                continue
            along = (nodes[k, 0] - ax) * dx + (y - ay) * dy
            if along <= 0.0 or along >= length * length:
                continue
            if size == found.size:
                found = np.concatenate((found, np.empty(size, np.int64)))
                place = np.concatenate((place, np.empty(size)))
            at = size
            while at > starts[edge] and place[at - 1] > along:
                found[at], place[at] = found[at - 1], place[at - 1]
                at -= 1
            found[at], place[at] = k, along
            size += 1
        starts[edge + 1] = size
    return found[:size], starts


@njit(cache=True, nogil=True)
def canonical_sequences(
    points: FloatArray, counts: IntArray, tolerance: float
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return nodes `(n, 2)` and the paths as node numbers: `sequence`, `offsets (m + 1,)`."""
    nodes, rough, offsets = _merge_vertices(points, counts, tolerance)
    ends, step = _edges(rough, offsets, nodes.shape[0])
    between, starts = _splits(nodes, ends, tolerance)
    total = rough.size
    for k in range(rough.size):
        if step[k] >= 0:
            total += starts[step[k] + 1] - starts[step[k]]
    sequence = np.empty(total, np.int64)
    fine = np.zeros(offsets.size, np.int64)
    size = 0
    for i in range(offsets.size - 1):
        for k in range(offsets[i], offsets[i + 1]):
            sequence[size] = rough[k]
            size += 1
            if step[k] < 0:
                continue
            low, high = starts[step[k]], starts[step[k] + 1]
            forward = rough[k] == ends[step[k], 0]
            for at in range(high - low):
                sequence[size] = between[low + at] if forward else between[high - 1 - at]
                size += 1
        fine[i + 1] = size
    return nodes, sequence, fine


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
    nodes: FloatArray, sequence: IntArray, offsets: IntArray
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Return crossings, head-on metres, merging metres, each `(m, m)`; places (x, y, i, j)."""
    m = offsets.size - 1
    owner = np.empty(sequence.size, np.int64)
    for i in range(m):
        owner[offsets[i] : offsets[i + 1]] = i
    crossings = np.zeros((m, m), np.int64)
    head_on, merging = np.zeros((m, m)), np.zeros((m, m))
    edges = _edges(sequence, offsets, nodes.shape[0])
    places, size = _proper(nodes, edges, owner, crossings, np.empty((64, 4)))
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
                one = (offsets[i], k, offsets[i + 1] - 1)
                way, stop, crosses = _run(nodes, sequence, one, (offsets[j], q, offsets[j + 1] - 1))
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


@njit(cache=True, nogil=True)
def crossing_table(
    points: FloatArray, counts: IntArray, tolerance: float
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Return what `sequence_crossings` returns, straight from padded paths."""
    nodes, sequence, offsets = canonical_sequences(points, counts, tolerance)
    return sequence_crossings(nodes, sequence, offsets)
