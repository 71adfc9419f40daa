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
    open_demand = demand.copy()
    flow = np.zeros((m, n))
    row = np.zeros(m)
    column = np.empty(n)
    for j in range(n):
        column[j] = cost[0, j]
        for i in range(1, m):
            column[j] = min(column[j], cost[i, j])
    tiny = 1e-10 * supply.sum()
    reach = np.empty(m + n)
    before = np.empty(m + n, dtype=np.int64)
    done = np.empty(m + n, dtype=np.bool_)
    for _ in range(20 * (m + n)):
        reach[:] = np.inf
        done[:] = False
        before[:] = -1
        some = False
        for i in range(m):
            if left[i] > tiny:
                reach[i] = 0.0
                some = True
        if not some:
            break
        sink = -1
        while True:
            node = -1
            nearest = np.inf
            for v in range(m + n):
                if not done[v] and reach[v] < nearest:
                    nearest = reach[v]
                    node = v
            if node < 0:
                break
            done[node] = True
            if node < m:
                for j in range(n):
                    if not done[m + j]:
                        step = max(0.0, cost[node, j] - row[node] - column[j])
                        if nearest + step < reach[m + j]:
                            reach[m + j] = nearest + step
                            before[m + j] = node
            else:
                j = node - m
                if open_demand[j] > tiny:
                    sink = j
                    break
                for i in range(m):
                    # a used cell has reduced cost 0, so going back along it is free
                    if not done[i] and flow[i, j] > tiny and nearest < reach[i]:
                        reach[i] = nearest
                        before[i] = node
        if sink < 0:
            break
        far = reach[m + sink]
        for v in range(m + n):
            if done[v] and reach[v] < far:
                if v < m:
                    row[v] += far - reach[v]
                else:
                    column[v - m] -= far - reach[v]
        amount = open_demand[sink]
        v = m + sink
        while before[v] >= 0:
            if v < m:
                amount = min(amount, flow[v, before[v] - m])
            v = before[v]
        amount = min(amount, left[v])
        left[v] -= amount
        open_demand[sink] -= amount
        v = m + sink
        while before[v] >= 0:
            if v >= m:
                flow[before[v], v - m] += amount
            else:
                flow[v, before[v] - m] -= amount
            v = before[v]
    return row


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
