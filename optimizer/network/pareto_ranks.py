"""Pareto ranks: an order that needs no weights.

In: one row of criteria a branch, more being better. Out: the number of its front, 1 for those that
no other is better than all round.

Branches are taken in descending lexicographic order, in which none can be beaten by a later one;
each goes to the first front that holds none who beats it. A front that holds one who beats it has
one in every front before it too, so the front is found by halving (efficient non-dominated sort).

References
----------
X. Zhang et al., An efficient approach to nondominated sorting, 2015, doi:10.1109/TEVC.2014.2308305.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["pareto_ranks"]


def pareto_ranks(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Front of each row, from 1; equal rows are in the same front."""
    rows, where = np.unique(values, axis=0, return_inverse=True)
    fronts: list[list[int]] = []
    rank = np.zeros(len(rows), dtype=np.int64)
    for i in range(len(rows) - 1, -1, -1):  # unique sorts ascending: the last beats nobody's later
        low, high = 0, len(fronts)
        while low < high:
            middle = (low + high) // 2
            beaten = bool(np.all(rows[fronts[middle]] >= rows[i], axis=1).any())
            low, high = (middle + 1, high) if beaten else (low, middle)
        if low == len(fronts):
            fronts.append([])
        fronts[low].append(i)
        rank[i] = low + 1
    return rank[where.reshape(-1)]
