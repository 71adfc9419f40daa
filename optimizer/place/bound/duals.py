"""Dual solutions: what every bound of this package rests on, and its safe arithmetic.

In come working tables and a `Dual` of any origin (message passing, linear program, inherited from a
parent), out come a valid bound, reduced costs and the poses that cannot be part of a better layout.

For potentials φ, ψ of each pair of groups and multipliers μ >= 0 of clique rows let

    θ_g(p)    = unary_g(p) + Σ_{h≠g} n_h φ_gh(p) + (n_g - 1) φ_gg(p) + Σ μ of p's cliques   (1)
    R_gh(p,q) = table_gh(p,q) - φ_gh(p) - ψ_gh(q),   r_gh = min R_gh                            (2)

(a pair (g, h) is seen from h with ψ in the place of φ; a pair (g, g) has φ = ψ). Every layout x
without conflict costs at least

    Σ_g Σ_p θ_g(p) x_g(p) + Σ over pairs of fixtures of R  - Σ μ                                (3)

because the potentials cancel, table <= cost, and each clique row reads Σ x <= 1. Hence

    bound = Σ_g S_g(n_g) + Σ_gh N_gh r_gh - Σ μ                                                 (4)

with S_g(m) the m smallest entries of θ_g (each pose as often as it has room) and N_gh the number of
pairs of fixtures. No feasibility of the potentials is assumed: what they lack shows as r_gh < 0. So
a wrong dual of a solver can only weaken (4). Rounding of (4) itself, some 1e-13 relative in
float64, is covered by taking off `SAFETY` times the sum of the sizes of its terms.

With one fixture of g at p, (3) is at least

    θ_g(p) + S_g(n_g - 1) + Σ_{h~g} [max(S_h(n_h), n_h min_q(θ_h(q) + R_gh(p,q) - r_gh))] + …   (5)

the other groups and the r terms as in (4): each fixture of h forms its own pair with the one at p.
A pose whose (5) reaches the upper bound cannot be part of a layout that is *better*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from optimizer.place.bound.cliques import Row
from optimizer.place.bound.kernels import column_minima, least_slack, row_minima
from optimizer.place.bound.problem import BoolArray, FloatArray, IntArray, Pair
from optimizer.place.bound.proof import Dual, Potentials
from optimizer.place.bound.tables import Tables

SAFETY = 1e-10


@dataclass(frozen=True, kw_only=True)
class Valuation:
    """What a dual proves for a region.

    Attributes
    ----------
    bound
        Equation (4), less the safety margin.
    reduced
        Reduced costs θ of equation (1), per group.
    slack
        r of equation (2), per pair.
    least
        S_g(n_g) per group.
    margin
        What was taken off for rounding.
    """

    bound: float
    reduced: tuple[FloatArray, ...]
    slack: Mapping[Pair, float]
    least: tuple[float, ...]
    margin: float


def reduced_costs(tables: Tables, dual: Dual) -> list[FloatArray]:
    """Return θ of equation (1) for each group."""
    reduced = priced_unary(tables, dual.rows, dual.multipliers)
    groups = tables.region.groups
    for (g, h), (row, column) in dual.potentials.items():
        if g == h:
            reduced[g] += 0.5 * (groups[g].count - 1) * (row + column)
        else:
            reduced[g] += groups[h].count * row
            reduced[h] += groups[g].count * column
    return reduced


def priced_unary(
    tables: Tables, rows: tuple[Row, ...], multipliers: FloatArray
) -> list[FloatArray]:
    """Return per group the unary cost with the prices of the cliques that a pose belongs to."""
    priced = [np.array(cost, dtype=np.float64) for cost in tables.unary]
    if not rows:
        return priced
    members = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
    prices = np.repeat(multipliers, [len(row) for row in rows])
    total = np.bincount(members, weights=prices, minlength=int(tables.offsets[-1]))
    for own, ids in zip(priced, tables.ids, strict=True):
        own += total[ids]
    return priced


def smallest_sum(cost: FloatArray, room: FloatArray, number: int) -> float:
    """Return the sum of the `number` smallest costs, each pose as often as it has room.

    +inf when there is not enough room.
    """
    if number == 0:
        return 0.0
    if room.sum() < number:
        return float("inf")
    if number == 1:
        return float(cost.min())
    order = np.argsort(cost, kind="stable")
    filled = np.minimum(np.cumsum(room[order]), number)
    taken = np.diff(filled, prepend=0.0)
    return float(cost[order] @ taken)


def value_dual(tables: Tables, dual: Dual) -> Valuation:
    """Return the bound that a dual proves: equation (4)."""
    reduced = reduced_costs(tables, dual)
    groups = tables.region.groups
    least = tuple(
        smallest_sum(cost, room, group.count)
        for cost, room, group in zip(reduced, tables.room, groups, strict=True)
    )
    slack = {
        pair: float(least_slack(table, *dual.potentials[pair]))
        if pair in dual.potentials
        else float(table.min())
        for pair, table in tables.pair.items()
    }
    terms = [
        *least,
        *(tables.pairs_count(pair) * value for pair, value in slack.items()),
        -float(dual.multipliers.sum()),
    ]
    size = sum(
        group.count * float(np.abs(cost).max(initial=0.0))
        for group, cost in zip(groups, tables.unary, strict=True)
    ) + sum(abs(term) for term in terms if np.isfinite(term))
    margin = SAFETY * (1.0 + size)
    return Valuation(
        bound=sum(terms) - margin,
        reduced=tuple(reduced),
        slack=slack,
        least=least,
        margin=margin,
    )


def pose_bounds(tables: Tables, dual: Dual, valuation: Valuation) -> list[FloatArray]:
    """Return for every pose of every group a bound for the layouts that use it: equation (5)."""
    groups = tables.region.groups
    marginal = []
    for g, group in enumerate(groups):
        rest = smallest_sum(valuation.reduced[g], tables.room[g], group.count - 1)
        marginal.append(valuation.bound - valuation.least[g] + rest + valuation.reduced[g])
    for (g, h), table in tables.pair.items():
        if g == h or (g, h) not in dual.potentials:
            continue
        row, column = dual.potentials[g, h]
        slack = valuation.slack[g, h]
        ahead = groups[h].count * (row_minima(table, valuation.reduced[h] - column) - row - slack)
        back = groups[g].count * (column_minima(table, valuation.reduced[g] - row) - column - slack)
        marginal[g] += np.maximum(0.0, ahead - valuation.least[h])
        marginal[h] += np.maximum(0.0, back - valuation.least[g])
    return marginal


def open_poses(
    tables: Tables, dual: Dual, valuation: Valuation, upper_bound: float
) -> list[BoolArray]:
    """Return per group which poses a layout better than the upper bound may use."""
    limit = upper_bound + valuation.margin
    return [bound < limit for bound in pose_bounds(tables, dual, valuation)]


def tighten_potentials(tables: Tables, potentials: Potentials) -> Potentials:
    """Return potentials raised to the largest feasible ones, first the columns, then the rows.

    Pairs that were given no potentials start from row potentials 0. The result has slack 0.
    """
    tight = {}
    for pair, table in tables.pair.items():
        row = potentials[pair][0] if pair in potentials else np.zeros(table.shape[0])
        column = column_minima(table, -row)
        row = row_minima(table, -column)
        if pair[0] == pair[1]:
            row = column = 0.5 * (row + column)
        tight[pair] = (row, column)
    return tight


def inherit_dual(
    dual: Dual, tables: Tables, origin: Sequence[int], indices: Sequence[IntArray]
) -> Dual:
    """Return the dual of a region on the poses of a part of it."""
    potentials = {}
    for g, h in tables.pair:
        known = dual.potentials.get((origin[g], origin[h]))
        if known is not None:
            potentials[g, h] = (known[0][indices[g]], known[1][indices[h]])
    return Dual(potentials=potentials, rows=dual.rows, multipliers=dual.multipliers)
