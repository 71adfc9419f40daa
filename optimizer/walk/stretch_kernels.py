"""Compiled reading of paths as straight stretches, each distinct one once.

In: padded paths `(m, B, 2)`, point counts, speeds. Out: the stretches, the extent of every path,
and which stretches a path consists of: what `encounter_kernels` works on. Routes that hug the same
corners share most of their stretches, which are then judged once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["distinct_stretches"]


@njit(cache=True, nogil=True)
def _find(
    lanes: FloatArray,
    at: int,
    follow: IntArray,
    key: tuple[float, float, float, float, float, float],
) -> int:
    """Return the row of the chain that starts at `at` which holds exactly this stretch, or -1."""
    while at >= 0 and not (
        lanes[at, 0] == key[0]
        and lanes[at, 1] == key[1]
        and lanes[at, 2] == key[2]
        and lanes[at, 3] == key[3]
        and lanes[at, 4] == key[4]
        and lanes[at, 6] == key[5]
    ):
        at = follow[at]
    return at


@njit(cache=True, nogil=True)
def distinct_stretches(
    points: FloatArray, counts: IntArray, speeds: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Distinct stretches, per flow (box, length), and the stretches of each path, then -1.

    A stretch is (x, y, ux, uy, length, 0, speed, xmin, ymin, xmax, ymax). Routes that hug the same
    corners share most of their stretches, which are then judged once.
    """
    m, longest = counts.size, max(points.shape[1] - 1, 1)
    lanes = np.zeros((m * longest, 11))
    spans = np.zeros((m, 5))
    steps = np.full((m, longest), -1, np.int64)
    slots = np.full(1 << 14 if m * longest > 1 << 12 else 1 << 10, -1, np.int64)
    follow = np.empty(m * longest, np.int64)
    size = 0
    for i in range(m):
        spans[i, :2] = np.inf
        spans[i, 2:4] = -np.inf
        taken = 0
        for k in range(counts[i]):
            x, y = points[i, k, 0], points[i, k, 1]
            spans[i, 0], spans[i, 1] = min(spans[i, 0], x), min(spans[i, 1], y)
            spans[i, 2], spans[i, 3] = max(spans[i, 2], x), max(spans[i, 3], y)
            if k + 1 == counts[i]:
                continue
            dx, dy = points[i, k + 1, 0] - x, points[i, k + 1, 1] - y
            length = np.sqrt(dx * dx + dy * dy)
            if length == 0.0:
                continue
            spans[i, 4] += length
            ux, uy = dx / length, dy / length
            key = (x, y, ux, uy, length, speeds[i])
            slot = np.int64(abs(x * 7919.0 + y * 104729.0 + dx * 1299709.0)) % slots.size
            at = _find(lanes, slots[slot], follow, key)
            if at < 0:
                at = size
                follow[at] = slots[slot]
                slots[slot] = at
                lanes[at, 0], lanes[at, 1], lanes[at, 2], lanes[at, 3] = x, y, ux, uy
                lanes[at, 4], lanes[at, 6] = length, speeds[i]
                lanes[at, 7], lanes[at, 8] = min(x, x + dx), min(y, y + dy)
                lanes[at, 9], lanes[at, 10] = max(x, x + dx), max(y, y + dy)
                size += 1
            steps[i, taken] = at
            taken += 1
    return lanes[:size], spans, steps
