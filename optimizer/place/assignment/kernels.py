"""Compiled robust tabu search on a quadratic assignment problem.

In: matrices with a diagonal of zeros, the diagonals apart, and a permutation. Out: the same state
moved on by some steps, with the best permutation met.

With A the first matrix, P the second in the order of the permutation (P[i, j] = B[p(i), p(j)])
and d, e their diagonals, swapping the places of i and j changes the value by

(1) Δ(i, j) = Σk (A[i, k] − A[j, k])(P[j, k] − P[i, k]) + 2·A[i, j]·P[i, j]
              + (d[i] − d[j])(e[p(j)] − e[p(i)])

where both are symmetric and every pair counts once; otherwise the same sum over the columns is
added, and the second term is (A[i, j] + A[j, i])(P[i, j] + P[j, i]). After a swap of u and v,
with x = A[u] − A[v] and y = P[v] − P[u] of the new P, every pair without u and v has

(2) Δ(i, j) += (x[i] − x[j])(y[i] − y[j])

and only the pairs with u or v are computed anew: n² operations a step in all, on rows that lie
in memory one after the other (that is why P is kept, and not B and p alone).

Robust tabu (Taillard 1991, doi:10.1016/S0167-8191(05)80147-4): the best swap is made that does
not bring both fixtures back to places they left a short while ago, unless it beats the best.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Matrix = NDArray[Any]
Vector = NDArray[Any]

NOW, VALUE, BEST, GOAL, SLACK, LEDGER = range(6)
"""Places in the ledger (and its length): step, value, best value, value to stop at, and by how
much a value must beat the best to count (above 0 only where sums are rounded)."""
WISH, MOST = 1, 2
"""Places in the limits of a step, beside `NOW`: Δ that allows any swap, and one above every Δ."""


class Tabu(NamedTuple):
    """State of one tabu search. Matrices are n × n and of one number type.

    Parameters
    ----------
    a, p
        The first matrix, and the second in the order of the permutation.
    a_columns, p_columns
        The same with rows and columns exchanged; used only where `a` or `p` is not symmetric.
    d, e
        The diagonals of the two matrices, as given.
    place
        The permutation.
    best
        The best permutation so far.
    change
        Δ of each pair i < j.
    release
        Step from which a fixture (row) may go back to a place (column).
    until
        Step from which a pair i < j may be swapped.
    ledger
        Numbers of the search, see `NOW` and its neighbours. Values count from the start of the
        search.
    generator
        State of the random numbers.
    """

    a: Matrix
    p: Matrix
    a_columns: Matrix
    p_columns: Matrix
    d: Vector
    e: Vector
    place: NDArray[np.int64]
    best: NDArray[np.int64]
    change: Matrix
    release: Matrix
    until: Matrix
    ledger: Vector
    generator: NDArray[np.uint64]


# without these flags the compiler may not reorder a sum or a minimum, and loops stay scalar;
# whole numbers below 2**53 (2**24 in single precision) come out exact in any order
_ANY_ORDER: Any = {"nnan", "nsz", "reassoc", "contract"}


@njit(cache=True, nogil=True)
def draw(state: NDArray[np.uint64]) -> float:
    """Next number of a xorshift64* generator, at least 0 and below 1; moves its state on."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.float64((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER)
def swap_change(tabu: Tabu, symmetric: bool, i: int, j: int) -> Any:
    """Change of the value by swapping i and j, formula (1)."""
    a, p, d, e, place = tabu.a, tabu.p, tabu.d, tabu.e, tabu.place
    total = (d[i] - d[j]) * (e[place[j]] - e[place[i]])
    a_i, a_j, p_i, p_j = a[i], a[j], p[i], p[j]
    for k in range(a_i.size):
        total += (a_i[k] - a_j[k]) * (p_j[k] - p_i[k])
    if symmetric:
        pair = a_i[j] * p_i[j]
        return total + pair + pair
    b_i, b_j, q_i, q_j = tabu.a_columns[i], tabu.a_columns[j], tabu.p_columns[i], tabu.p_columns[j]
    for k in range(a_i.size):
        total += (b_i[k] - b_j[k]) * (q_j[k] - q_i[k])
    return total + (a[i, j] + a[j, i]) * (p[i, j] + p[j, i])


@njit(cache=True, nogil=True)
def fill_changes(tabu: Tabu, symmetric: bool) -> None:
    """Compute Δ of every pair from scratch."""
    n = tabu.place.size
    for i in range(n):
        for j in range(i + 1, n):
            tabu.change[i, j] = swap_change(tabu, symmetric, i, j)


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER)
def update_and_scan(
    change: Matrix,
    until: Matrix,
    x: Vector,
    y: Vector,
    limits: Vector,
    lowest: Vector,
) -> int:
    """Apply formula (2) to all pairs, and return the column of the best allowed swap.

    A swap is allowed if it is not tabu any more (`until` ≤ now) or Δ lies below the wish. The
    column is −1 where no swap is allowed.

    Parameters
    ----------
    change, until
        See `Tabu`.
    x, y
        See formula (2).
    limits
        Now, the wish, and a number above every Δ.
    lowest
        Filled with the least allowed Δ of each column: minima of columns and not of rows, so that
        no loop has to reduce a vector to a number.
    """
    now, wish, most = limits[NOW], limits[WISH], limits[MOST]
    lowest[:] = most
    for i in range(x.size - 1):
        changes, ends = change[i][i + 1 :], until[i][i + 1 :]
        xs, ys, lows = x[i + 1 :], y[i + 1 :], lowest[i + 1 :]
        x_i, y_i = x[i], y[i]
        for k in range(changes.size):
            new = changes[k] + (x_i - xs[k]) * (y_i - ys[k])
            changes[k] = new
            # `|` and not `or`: no branch in the loop
            value = new if (ends[k] <= now) | (new < wish) else most
            lows[k] = value if value < lows[k] else lows[k]
    column, least = -1, most
    for k in range(lowest.size):
        if lowest[k] < least:
            column, least = k, lowest[k]
    return column


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER)
def update(change: Matrix, x: Vector, y: Vector) -> None:
    """Apply formula (2) to all pairs."""
    for i in range(x.size - 1):
        changes = change[i, i + 1 :]
        xs, ys = x[i + 1 :], y[i + 1 :]
        x_i, y_i = x[i], y[i]
        for k in range(changes.size):
            changes[k] += (x_i - xs[k]) * (y_i - ys[k])


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER)
def add_sums(a: Matrix, p: Matrix, u: int, v: int, du: Vector, dv: Vector) -> None:
    """Add the sums of formula (1) for the pairs of every k with u and with v to two vectors."""
    a_u, a_v, p_u, p_v = a[u], a[v], p[u], p[v]
    for j in range(du.size):
        a_j, p_j = a[j], p[j]
        with_u, with_v = du[j], dv[j]
        for k in range(a_u.size):
            with_u += (a_u[k] - a_j[k]) * (p_j[k] - p_u[k])
            with_v += (a_v[k] - a_j[k]) * (p_j[k] - p_v[k])
        du[j], dv[j] = with_u, with_v


@njit(cache=True, nogil=True)
def renew(tabu: Tabu, symmetric: bool, u: int, v: int, du: Vector, dv: Vector) -> None:
    """Compute Δ of the pairs of every k with u and with v into two vectors, formula (1)."""
    a, p, d, e, place = tabu.a, tabu.p, tabu.d, tabu.e, tabu.place
    for j in range(place.size):
        du[j] = (d[u] - d[j]) * (e[place[j]] - e[place[u]])
        dv[j] = (d[v] - d[j]) * (e[place[j]] - e[place[v]])
    add_sums(a, p, u, v, du, dv)
    if symmetric:
        for j in range(place.size):
            pair_u, pair_v = a[u, j] * p[u, j], a[v, j] * p[v, j]
            du[j] += pair_u + pair_u
            dv[j] += pair_v + pair_v
        return
    add_sums(tabu.a_columns, tabu.p_columns, u, v, du, dv)
    for j in range(place.size):
        du[j] += (a[u, j] + tabu.a_columns[u, j]) * (p[u, j] + tabu.p_columns[u, j])
        dv[j] += (a[v, j] + tabu.a_columns[v, j]) * (p[v, j] + tabu.p_columns[v, j])


@njit(cache=True, nogil=True)
def exchange(p: Matrix, u: int, v: int) -> None:
    """Swap rows u and v, and columns u and v."""
    n = p.shape[0]
    for k in range(n):
        p[u, k], p[v, k] = p[v, k], p[u, k]
    for k in range(n):
        p[k, u], p[k, v] = p[k, v], p[k, u]


@njit(cache=True, nogil=True)
def scan(change: Matrix, until: Matrix, limits: Vector) -> int:
    """Return the column of the best allowed swap, as `update_and_scan` does."""
    column, least = -1, limits[MOST]
    for j in range(1, change.shape[0]):
        for i in range(j):
            new = change[i, j]
            if new < least and (until[i, j] <= limits[NOW] or new < limits[WISH]):
                column, least = j, new
    return column


@njit(cache=True, nogil=True)
def find_row(change: Matrix, until: Matrix, column: int, limits: Vector) -> int:
    """Return the row of the best allowed swap in a column, the first of equals."""
    row, least = -1, limits[MOST]
    for i in range(column):
        new = change[i, column]
        if new < least and (until[i, column] <= limits[NOW] or new < limits[WISH]):
            row, least = i, new
    return row


@njit(cache=True, nogil=True)
def forbid(tabu: Tabu, u: int, v: int, tenure: float) -> None:
    """Forbid u and v, just swapped, to go back, and renew `until` of their pairs."""
    place, release, until, now = tabu.place, tabu.release, tabu.until, tabu.ledger[NOW]
    release[u, place[v]] = now + 1 + int(tenure * draw(tabu.generator) ** 3)
    release[v, place[u]] = now + 1 + int(tenure * draw(tabu.generator) ** 3)
    for k in range(place.size):
        end_u = min(release[u, place[k]], release[k, place[u]])
        end_v = min(release[v, place[k]], release[k, place[v]])
        until[min(u, k), max(u, k)] = end_u
        until[min(v, k), max(v, k)] = end_v


@njit(cache=True, nogil=True)
def make_move(tabu: Tabu, symmetric: bool, u: int, v: int, tenure: float) -> None:
    """Swap u and v, forbid the way back, and keep the permutation if it is the best."""
    place, ledger = tabu.place, tabu.ledger
    ledger[VALUE] += tabu.change[u, v]
    place[u], place[v] = place[v], place[u]
    exchange(tabu.p, u, v)
    if not symmetric:
        exchange(tabu.p_columns, u, v)
    forbid(tabu, u, v, tenure)
    if ledger[VALUE] < ledger[BEST] - ledger[SLACK]:
        ledger[BEST] = ledger[VALUE]
        tabu.best[:] = place


@njit(cache=True, nogil=True)
def find_difference(a: Matrix, p: Matrix, u: int, v: int, x: Vector, y: Vector) -> None:
    """Fill x and y of formula (2), u and v just swapped."""
    for k in range(x.size):
        x[k] = a[u, k] - a[v, k]
        y[k] = p[v, k] - p[u, k]


@njit(cache=True, nogil=True)
def advance(tabu: Tabu, symmetric: bool, steps: int, tenure: float, most: Any) -> None:
    """Make some steps of the search, or fewer where the goal is met.

    Parameters
    ----------
    tabu
        Moved on in place.
    symmetric
        Whether both matrices are, every pair counting once.
    steps
        Number of swaps to make.
    tenure
        Longest time for which a swap is tabu, steps.
    most
        A number above every Δ, of the matrices' type.
    """
    a, p, change, until, ledger = tabu.a, tabu.p, tabu.change, tabu.until, tabu.ledger
    x, y, lowest = np.empty_like(tabu.d), np.empty_like(tabu.d), np.empty_like(tabu.d)
    du, dv = np.empty_like(tabu.d), np.empty_like(tabu.d)
    limits = np.empty(3, tabu.d.dtype)  # of the matrices' type, so that comparisons stay in it
    limits[NOW] = ledger[NOW]
    limits[WISH] = ledger[BEST] - ledger[VALUE] - ledger[SLACK]
    limits[MOST] = most
    v = scan(change, until, limits)
    for _ in range(steps):
        if ledger[BEST] <= ledger[GOAL]:
            return
        ledger[NOW] += 1
        u = find_row(change, until, v, limits)
        if u >= 0:
            make_move(tabu, symmetric, u, v, tenure)
        limits[NOW] = ledger[NOW]
        limits[WISH] = ledger[BEST] - ledger[VALUE] - ledger[SLACK]
        if u < 0:
            v = scan(change, until, limits)
            continue
        renew(tabu, symmetric, u, v, du, dv)
        if not symmetric:
            find_difference(tabu.a_columns, tabu.p_columns, u, v, x, y)
            update(change, x, y)
        find_difference(a, p, u, v, x, y)
        for k in range(x.size):
            # less what formula (2) is about to add to all pairs
            change[min(u, k), max(u, k)] = du[k] - (x[u] - x[k]) * (y[u] - y[k])
            change[min(v, k), max(v, k)] = dv[k] - (x[v] - x[k]) * (y[v] - y[k])
        v = update_and_scan(change, until, x, y, limits, lowest)
