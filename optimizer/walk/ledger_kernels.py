"""Compiled book-keeping of the pair matrix: totals with class weights, and accepted rows.

In: the pair matrix and the rows of changed flows from `encounter_kernels`. Out: the weighted total,
or the matrix brought up to date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["commit_rows", "weighted_total"]


@njit(cache=True, nogil=True)
def commit_rows(pairs: FloatArray, changed: IntArray, rows: FloatArray) -> None:
    """Write the rows, and the columns they mirror, into the pair matrix."""
    for c in range(changed.size):
        for j in range(pairs.shape[0]):
            pairs[changed[c], j] = rows[c, j]
            pairs[j, changed[c]] = rows[c, j]


@njit(cache=True, nogil=True)
def weighted_total(
    pairs: FloatArray,
    classes: IntArray,
    weights: FloatArray,
    changed: IntArray,
    rows: FloatArray,
) -> float:
    """Weighted sum over pairs i < j, as if the changed rows were already in the matrix."""
    m = pairs.shape[0]
    slot = np.full(m, -1, np.int64)
    for c in range(changed.size):
        slot[changed[c]] = c
    total = 0.0
    for i in range(m):
        for j in range(i + 1, m):
            value = pairs[i, j]
            if slot[i] >= 0:
                value = rows[slot[i], j]
            elif slot[j] >= 0:
                value = rows[slot[j], i]
            total += weights[classes[i], classes[j]] * value
    return total
