"""Compiled canonical form of paths: sequences of shared nodes.

In: padded paths `(m, B, 2)` with point counts. Out: nodes from left to right, the paths as node
numbers, and the pieces and edges of which they consist: what `crossing_kernels` counts on.

1. vertices within the tolerance of each other are one node;
2. a segment that passes a node within the tolerance is split there.

After that two segments share a node, or are apart, or cross properly.

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

__all__ = ["canonical_sequences", "walked_pieces"]


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
def walked_pieces(
    sequence: IntArray, offsets: IntArray, nodes: int
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    """Return the paths cut where they turn back on themselves, and their distinct edges.

    At such a tip the path has no sides, so it ends there and begins again.

    Returns
    -------
    tuple
        Pieces as node numbers: `sequence`, `offsets`, and the path that each place belongs to;
        edges as (left node, right node), and the edge of each step, -1 at the end of a piece.
    """
    size = 0
    for i in range(offsets.size - 1):
        for k in range(offsets[i] + 1, offsets[i + 1] - 1):
            size += sequence[k - 1] == sequence[k + 1]
    cut = np.empty(sequence.size + size, np.int64)
    owner = np.empty(sequence.size + size, np.int64)
    pieces = np.zeros(offsets.size + size, np.int64)
    at, piece = 0, 0
    for i in range(offsets.size - 1):
        for k in range(offsets[i], offsets[i + 1]):
            cut[at], owner[at] = sequence[k], i
            at += 1
            if offsets[i] < k < offsets[i + 1] - 1 and sequence[k - 1] == sequence[k + 1]:
                piece += 1
                pieces[piece] = at
                cut[at], owner[at] = sequence[k], i
                at += 1
        piece += 1
        pieces[piece] = at
    ends, step = _edges(cut, pieces, nodes)
    return cut, pieces, owner, ends, step
