"""Kantorovich cuts: the linear bounds on the cost of a pair of groups.

In come a working table and the fractional positions of two groups, out comes a cut. For groups g, h
with n_g, n_h fixtures at integer positions z_g, z_h the pairs of fixtures form the measure
y(p, q) = z_g(p) z_h(q), whose marginals are n_h z_g and n_g z_h. So the cost Σ T y of all pairs is
at least the optimal transport cost between these marginals, and by duality, for *every* φ, ψ with
φ(p) + ψ(q) <= T(p, q),

    D_gh >= n_h Σ_p φ(p) z_g(p) + n_g Σ_q ψ(q) z_h(q).                                           (1)

For two fixtures of one group the measure over ordered pairs of *distinct* fixtures is
y = z z' - diag(z), with both marginals (n - 1) z; an unordered pair is met twice in it, hence

    D_gg >= ½ (n - 1) Σ_p (φ(p) + ψ(p)) z_g(p).                                                  (2)

(T is symmetric, so φ and ψ may both be replaced by their mean.) (2) is weak: it is zero as long as
fixtures may share a pose (T(p, p) = 0); with a barrier on the diagonal it says that no two do.

The strongest cut at z comes from the dual of the transport problem between the supports, extended
by the c-transform to *all* poses of the region, which keeps it feasible there.

Reference
---------
Peyré, Cuturi, Computational Optimal Transport, ch. 2-3 (2019), doi:10.1561/2200000073.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.place.bound.kernels import column_minima, row_minima, transport_potentials
from optimizer.place.bound.problem import FloatArray, IntArray, Pair
from optimizer.place.bound.tables import Tables

SUPPORT = 1e-7  # positions below this share of a fixture are taken as rounding of the solver


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Feasible potentials of one pair of groups.

    Attributes
    ----------
    pair
        Groups (g, h), g <= h.
    row, column
        φ over the poses of g and ψ over those of h; equal when g = h.
    """

    pair: Pair
    row: FloatArray
    column: FloatArray

    def coefficients(self, tables: Tables) -> tuple[FloatArray, FloatArray]:
        """Return the factors of z_g and z_h in (1); for g = h the second is empty."""
        first, second = (tables.region.groups[g].count for g in self.pair)
        if self.pair[0] == self.pair[1]:
            return (first - 1) * 0.5 * (self.row + self.column), np.zeros(0)
        return second * self.row, first * self.column

    def value(self, tables: Tables, positions: list[FloatArray]) -> float:
        """Return the right-hand side of (1) or (2)."""
        first, second = self.coefficients(tables)
        value = float(first @ positions[self.pair[0]])
        return value + float(second @ positions[self.pair[1]]) if len(second) else value


def separate_cut(
    tables: Tables, pair: Pair, positions: list[FloatArray], *, charged: float = 0.0
) -> Cut | None:
    """Return the strongest cut of a pair at fractional positions; None where it asks for no more.

    Parameters
    ----------
    tables
        Working tables of the region.
    pair
        Groups (g, h).
    positions
        Per group the number of its fixtures at each pose; sums to the group's count.
    charged
        What is charged for the pair already. No cut asks for more than the cost at the product of
        the positions, which is one way to move them.
    """
    table = tables.pair[pair]
    first, second = (positions[g] for g in pair)
    rows = np.flatnonzero(first > SUPPORT)
    columns = np.flatnonzero(second > SUPPORT)
    cost = table[np.ix_(rows, columns)].astype(np.float64)
    if not cost.any():
        return None
    supply = first[rows] / first[rows].sum()
    demand = second[columns] / second[columns].sum()
    if tables.pairs_count(pair) * float(supply @ cost @ demand) <= charged:
        return None
    potential = transport_potentials(cost, supply, demand)
    near = np.ascontiguousarray(table[rows])
    column = column_minima(near, -potential)
    return _close(tables, pair, column)


def tighten_cut(tables: Tables, cut: Cut) -> Cut:
    """Return a cut raised to the largest feasible potentials for the poses of the region."""
    return _close(tables, cut.pair, column_minima(tables.pair[cut.pair], -cut.row))


def _close(tables: Tables, pair: Pair, column: FloatArray) -> Cut:
    row = row_minima(tables.pair[pair], -column)
    if pair[0] == pair[1]:
        row = column = 0.5 * (row + column)
    return Cut(pair=pair, row=row, column=column)


def inherit_cut(cut: Cut, origin: Sequence[int], indices: Sequence[IntArray]) -> list[Cut]:
    """Return the cuts that a cut of a region gives for the groups of a part of it."""
    found = []
    for g, of_g in enumerate(origin):
        for h in range(g, len(origin)):
            if (of_g, origin[h]) == cut.pair:
                found.append(
                    Cut(pair=(g, h), row=cut.row[indices[g]], column=cut.column[indices[h]])
                )
    return found
