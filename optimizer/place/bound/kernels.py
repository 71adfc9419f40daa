"""Compiled loops of the bound: min-plus products of tables and the transport problem.

In come a float32 table and float64 potentials, out go float64 vectors. All sums are formed in
float64, so a potential made here is feasible up to the rounding of one float64 operation.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Table = NDArray[np.float32]
Vector = NDArray[np.float64]
IntVector = NDArray[np.int64]

# without these two flags the compiler may not reorder a minimum, and the loop stays scalar
_MINIMUM: Any = {"nnan", "nsz"}


@njit(cache=True, nogil=True, fastmath=_MINIMUM)
def row_minima(table: Table, shift: Vector) -> Vector:
    """Return min over q of table[p, q] + shift[q], for every row p."""
    rows, columns = table.shape
    least = np.empty(rows)
    for p in range(rows):
        best = np.inf
        for q in range(columns):
            best = min(best, table[p, q] + shift[q])
        least[p] = best
    return least


@njit(cache=True, nogil=True, fastmath=_MINIMUM)
def column_minima(table: Table, shift: Vector) -> Vector:
    """Return min over p of table[p, q] + shift[p], for every column q."""
    rows, columns = table.shape
    least = np.full(columns, np.inf)
    for p in range(rows):
        add = shift[p]
        for q in range(columns):
            least[q] = min(least[q], table[p, q] + add)
    return least


@njit(cache=True, nogil=True, fastmath=_MINIMUM)
def least_slack(table: Table, row: Vector, column: Vector) -> float:
    """Return min over p and q of table[p, q] - row[p] - column[q]."""
    rows, columns = table.shape
    best = np.inf
    for p in range(rows):
        inner = np.inf
        for q in range(columns):
            inner = min(inner, table[p, q] - column[q])
        best = min(best, inner - row[p])
    return best


@njit(cache=True, nogil=True)
def transport_potentials(cost: Vector, supply: Vector, demand: Vector) -> Vector:
    """Return the row potentials of an optimal solution of a dense transport problem.

    Successive shortest paths with potentials: all sources with supply left start one dense Dijkstra
    on the reduced costs; the nearest sink with demand left is served. Whatever rounding does, the
    potentials stay feasible, and the caller's c-transform makes them exactly so; an early end
    costs strength, never validity.

    Parameters
    ----------
    cost
        Cost of moving one unit from row i to column j, shape (m, n).
    supply, demand
        Masses of rows and columns with equal sums, positive.
    """
    m, n = cost.shape
    left = supply.copy()
    wanted = demand.copy()
    flow = np.zeros((m, n))
    row = np.zeros(m)
    column = np.empty(n)
    for j in range(n):
        column[j] = cost[:, j].min()
    tiny = 1e-10 * supply.sum()
    reach = np.empty(m + n)
    before = np.empty(m + n, dtype=np.int64)
    for _ in range(20 * (m + n)):
        if left.max() <= tiny:
            break
        sink = _nearest_sink(cost, flow, row, column, left, wanted, tiny, reach, before)
        if sink < 0:
            break
        far = reach[m + sink]
        for v in range(m + n):
            if reach[v] < far:
                if v < m:
                    row[v] += far - reach[v]
                else:
                    column[v - m] -= far - reach[v]
        _send(flow, left, wanted, sink, before)
    return row


@njit(cache=True, nogil=True)
def _nearest_sink(
    cost: Vector,
    flow: Vector,
    row: Vector,
    column: Vector,
    left: Vector,
    wanted: Vector,
    tiny: float,
    reach: Vector,
    before: IntVector,
) -> int:
    """Fill the reduced distances and predecessors; return the nearest open column, -1 for none."""
    m, n = cost.shape
    done = np.zeros(m + n, dtype=np.bool_)
    reach[:] = np.inf
    before[:] = -1
    reach[:m][left > tiny] = 0.0
    while True:
        node = -1
        nearest = np.inf
        for v in range(m + n):
            if not done[v] and reach[v] < nearest:
                nearest = reach[v]
                node = v
        if node < 0:
            return -1
        done[node] = True
        if node < m:
            for j in range(n):
                step = max(0.0, cost[node, j] - row[node] - column[j])
                if not done[m + j] and nearest + step < reach[m + j]:
                    reach[m + j] = nearest + step
                    before[m + j] = node
        elif wanted[node - m] > tiny:
            return int(node - m)
        else:
            for i in range(m):
                # a used cell has reduced cost 0, so going back along it is free
                if not done[i] and flow[i, node - m] > tiny and nearest < reach[i]:
                    reach[i] = nearest
                    before[i] = node


@njit(cache=True, nogil=True)
def _send(flow: Vector, left: Vector, wanted: Vector, sink: int, before: IntVector) -> None:
    """Send as much as the path to a column allows."""
    m = len(left)
    amount = wanted[sink]
    v = m + sink
    while before[v] >= 0:
        if v < m:
            amount = min(amount, flow[v, before[v] - m])
        v = before[v]
    amount = min(amount, left[v])
    left[v] -= amount
    wanted[sink] -= amount
    v = m + sink
    while before[v] >= 0:
        if v >= m:
            flow[before[v], v - m] += amount
        else:
            flow[v, before[v] - m] -= amount
        v = before[v]


@njit(cache=True, nogil=True)
def anneal_layout(
    cost: Table,
    unary: Vector,
    bounds: IntVector,
    start: IntVector,
    cooling: Vector,
    rng: np.random.Generator,
) -> IntVector:
    """Return the cheapest layout that one annealing run over tables meets.

    The cost of adding a fixture at every pose is kept up to date, so that a proposal is judged in
    constant time and only an accepted one costs a pass over the poses.

    Parameters
    ----------
    cost
        Cost between any two poses of all groups, shape (N, N), symmetric.
    unary
        Cost of each pose.
    bounds
        For each fixture the first pose of its group and the one after the last, shape (n, 2).
    start
        First pose of each fixture.
    cooling
        Temperature of each step.
    rng
        Source of the random numbers.
    """
    fixtures = len(start)
    standing = start.copy()
    load = np.zeros(len(unary))
    for i in range(fixtures):
        load += cost[standing[i]]
    value = 0.0
    for i in range(fixtures):
        here = standing[i]
        value += unary[here] + 0.5 * (load[here] - cost[here, here])
    best = value
    chosen = standing.copy()
    for step in range(len(cooling)):
        i = int(rng.random() * fixtures)
        there = bounds[i, 0] + int(rng.random() * (bounds[i, 1] - bounds[i, 0]))
        here = standing[i]
        change = unary[there] - unary[here] + load[there] - load[here]
        change += float(cost[here, here]) - float(cost[here, there])
        if change < 0.0 or rng.random() < np.exp(-change / cooling[step]):
            for p in range(len(load)):
                load[p] += float(cost[there, p]) - float(cost[here, p])
            standing[i] = there
            value += change
            if value < best - 1e-9:
                best = value
                chosen[:] = standing
    return chosen


@njit(cache=True, nogil=True)
def grow_clique(
    excludes: NDArray[np.bool_],
    support: IntVector,
    weight: Vector,
    order: IntVector,
    seed: int,
    limit: float,
) -> tuple[IntVector, int, float]:
    """Return a clique grown greedily from a seed, how many of it carry weight, and their weight.

    First the heaviest poses of the support are taken, then, if they weigh more than the limit, all
    others that fit, in the order given.

    Parameters
    ----------
    excludes
        (n, n) symmetric: which poses exclude each other.
    support
        Poses with weight, heaviest first.
    weight
        (n,) weight of each pose.
    order
        Poses that may be taken, in this order.
    seed
        First pose.
    limit
        A clique that weighs no more is of no interest.
    """
    n = excludes.shape[0]
    fits = excludes[seed].copy()
    fits[seed] = False
    chosen = np.empty(n, dtype=np.int64)
    chosen[0] = seed
    size = 1
    total = weight[seed] if excludes[seed, seed] else 0.0
    if not excludes[seed, seed]:
        return chosen[:size], size, total
    for v in support:
        if fits[v] and excludes[v, v]:
            chosen[size] = v
            size += 1
            total += weight[v]
            fits &= excludes[v]
            fits[v] = False
    heavy = size
    if total > limit:
        for v in order:
            if fits[v] and excludes[v, v]:
                chosen[size] = v
                size += 1
                fits &= excludes[v]
                fits[v] = False
    return chosen[:size].copy(), heavy, total
