"""Compiled inner loops over the legs of a layout under search: ends, paths, weighted lengths.

In: flat arrays of `place.scorer` and of its routers. Out: numbers. No kernel calls one of another
module: the cache on disk would not notice a change there.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def copy_paths(legs, base, row, reverse, points, counts, to_points, to_counts):  # type: ignore[no-untyped-def]
    """Copy the paths of router rows to those of `legs` (numbered from `base`), turned if need be.

    `points` (rows, B, 2) and `counts` (rows,) are the router's; `to_points`, `to_counts` the
    padded paths of all legs; `row`, `reverse` belong to the legs of this router.
    """
    for leg in legs:
        at = row[leg - base]
        n = counts[at]
        to_counts[leg] = n
        for i in range(n):
            j = n - 1 - i if reverse[leg - base] else i
            to_points[leg, i, 0] = points[at, j, 0]
            to_points[leg, i, 1] = points[at, j, 1]


@njit(cache=True, nogil=True)
def carry_ends(carried, access, pose, ends):  # type: ignore[no-untyped-def]
    """Put the ends (rows, 2, 2) of a block's legs where its members' access points are at a pose.

    `carried` (c, 3) router row, side and member; `access` (poses, members, 2).
    """
    for i in range(carried.shape[0]):
        row, side, member = carried[i]
        ends[row, side, 0] = access[pose, member, 0]
        ends[row, side, 1] = access[pose, member, 1]


@njit(cache=True, nogil=True)
def legs_of_rows(rows, order, first, base):  # type: ignore[no-untyped-def]
    """Legs of some router rows, `order[first[row]:first[row + 1]]` each, numbered from `base`."""
    count = 0
    for row in rows:
        count += first[row + 1] - first[row]
    legs = np.empty(count, dtype=np.int64)
    at = 0
    for row in rows:
        for i in range(first[row], first[row + 1]):
            legs[at] = order[i] + base
            at += 1
    return legs


@njit(cache=True, nogil=True)
def weighted_lengths(weights, lengths, no_way):  # type: ignore[no-untyped-def]
    """Sum of weight times length, `no_way` standing for an infinite length."""
    total = 0.0
    for i in range(weights.size):
        total += weights[i] * (lengths[i] if np.isfinite(lengths[i]) else no_way)
    return total
