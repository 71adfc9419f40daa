"""The compiled search of a region: all its layouts that cost less than a limit.

In come costs of poses and of pairs of poses, out come layouts. Depth first: the fixture with the
fewest poses left is placed next; the last two are placed together.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["list_layouts"]

Vector = NDArray[np.float64]
IntVector = NDArray[np.int64]


@njit(cache=True, nogil=True)
def list_layouts(
    reduced: Vector,
    residual: Vector,
    starts: IntVector,
    base: float,
    limit: float,
    most_nodes: int,
    found: IntVector,
) -> tuple[int, int]:
    """Fill in layouts that cost less than the limit; return partial ones looked at, and how many.

    Parameters
    ----------
    reduced
        (n,) cost of each pose, fixture after fixture.
    residual
        (n, n) symmetric, at least 0: cost of two poses of different fixtures; inf where they
        exclude each other.
    starts
        (fixtures + 1,) where the poses of each fixture begin.
    base
        Cost of nothing.
    limit
        Only layouts that cost less are of interest.
    most_nodes
        Partial layouts to look at before giving up.
    found
        (most, fixtures) takes the pose of each fixture in each layout.

    Returns
    -------
    tuple
        Partial layouts looked at, and layouts found; −1 where the search was given up.
    """
    fixtures = len(starts) - 1
    added = np.empty((fixtures, len(reduced)))
    added[0] = reduced
    used = np.zeros(fixtures, dtype=np.bool_)
    standing = np.empty(fixtures, dtype=np.int64)
    turn = np.empty(fixtures, dtype=np.int64)
    queue = np.empty((fixtures, len(reduced)), dtype=np.int64)
    waiting = np.zeros(fixtures, dtype=np.int64)
    cost = np.zeros(fixtures + 1)
    cost[0] = base
    least = np.empty(fixtures)
    depth = nodes = number = 0
    fresh = True
    while depth >= 0:
        if fresh:
            fresh = False
            nodes += 1
            if nodes > most_nodes:
                return nodes, -1
            waiting[depth] = 0
            turn[depth] = -1
            rest = _least_costs(added[depth], starts, used, least)
            room = limit - cost[depth] - rest
            if room <= 0.0:
                depth -= 1
                continue
            following = _narrowest(added[depth], starts, used, least, room)
            if fixtures - depth <= 2:
                number = _last_two(
                    added[depth], residual, starts, used, standing, least,
                    limit - cost[depth], room, number, found,
                )  # fmt: skip
                if number < 0:
                    return nodes, -1
                depth -= 1
                continue
            turn[depth] = following
            used[following] = True
            for p in range(starts[following], starts[following + 1]):
                if added[depth, p] < least[following] + room:
                    queue[depth, waiting[depth]] = p
                    waiting[depth] += 1
        if waiting[depth] == 0:
            if turn[depth] >= 0:
                used[turn[depth]] = False
            depth -= 1
            continue
        waiting[depth] -= 1
        pose = queue[depth, waiting[depth]]
        standing[turn[depth]] = pose
        cost[depth + 1] = cost[depth] + added[depth, pose]
        for s in range(fixtures):
            if not used[s]:
                for q in range(starts[s], starts[s + 1]):
                    added[depth + 1, q] = added[depth, q] + residual[pose, q]
        depth += 1
        fresh = True
    return nodes, number


@njit(cache=True, nogil=True)
def _least_costs(added: Vector, starts: IntVector, used: NDArray[np.bool_], least: Vector) -> float:
    """Fill in the cheapest pose of each fixture that does not stand; return their sum."""
    total = 0.0
    for s in range(len(used)):
        if not used[s]:
            low = np.inf
            for p in range(starts[s], starts[s + 1]):
                low = min(low, added[p])
            least[s] = low
            total += low
    return total


@njit(cache=True, nogil=True)
def _narrowest(
    added: Vector, starts: IntVector, used: NDArray[np.bool_], least: Vector, room: float
) -> int:
    """Close poses that cost too much; return the fixture with the fewest that are left."""
    fewest = len(added) + 1
    chosen = -1
    for s in range(len(used)):
        if not used[s]:
            left = 0
            for p in range(starts[s], starts[s + 1]):
                if added[p] < least[s] + room:
                    left += 1
                else:
                    added[p] = np.inf
            if left < fewest:
                fewest = left
                chosen = s
    return chosen


@njit(cache=True, nogil=True)
def _last_two(
    added: Vector,
    residual: Vector,
    starts: IntVector,
    used: NDArray[np.bool_],
    standing: IntVector,
    least: Vector,
    limit: float,
    room: float,
    number: int,
    found: IntVector,
) -> int:
    """Place the last two fixtures, or the last one; the number of layouts by now, −1: too many."""
    one = other = -1
    for s in range(len(used)):
        if not used[s]:
            if one < 0:
                one = s
            else:
                other = s
    for p in range(starts[one], starts[one + 1]):
        if not added[p] < least[one] + room:
            continue
        first, last = (starts[other], starts[other + 1]) if other >= 0 else (0, 1)
        for q in range(first, last):
            total = added[p] + (added[q] + residual[p, q] if other >= 0 else 0.0)
            if total < limit:
                if number == len(found):
                    return -1
                found[number] = standing
                found[number, one] = p
                if other >= 0:
                    found[number, other] = q
                number += 1
    return number
