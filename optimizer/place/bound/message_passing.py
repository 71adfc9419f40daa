"""Bound by message passing: potentials by block ascent, without a linear program.

In come working tables (and unary costs that may carry prices of cells), out come potentials whose
value is a bound. The scheme is sequential tree-reweighted message passing (TRW-S) written as
diffusion on potentials, with identical fixtures aggregated: of the n_g n_h equal pairs between two
groups one is stored, and a fixture of g sees it n_h times.

A pass visits the groups in order; at group g it
1. collects: every pair potential of g becomes the largest feasible one, φ(p) = min_q T(p,q) - ψ(q),
2. sends: each pair towards a group later in the pass gets back θ_g / max(N_before, N_after), with
   N the number of fixtures before and after it that g has a pair with.
Then the order is reversed. A last pass only collects. Each state is a valid dual (`duals` (4)).

Reference
---------
Kolmogorov, Convergent tree-reweighted message passing for energy minimization, IEEE PAMI 28 (2006),
doi:10.1109/TPAMI.2006.200.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.place.bound.clock import ENTRY, Clock
from optimizer.place.bound.duals import Valuation, value_dual
from optimizer.place.bound.kernels import column_minima, row_minima
from optimizer.place.bound.problem import FloatArray, Pair
from optimizer.place.bound.proof import Dual, Potentials
from optimizer.place.bound.tables import Tables

SWEEPS_BETWEEN_VALUES = 5


@dataclass(frozen=True, kw_only=True)
class _Edge:
    """A pair of groups seen from one of them."""

    pair: Pair
    other: int
    is_row: bool
    fixtures: int


def pass_messages(
    tables: Tables,
    *,
    clock: Clock,
    start: Dual | None = None,
    priced: Sequence[FloatArray] | None = None,
    sweeps: int = 100,
    least_gain: float = 2e-4,
) -> tuple[Dual, Valuation]:
    """Return the best dual that message passing finds, and its value.

    Parameters
    ----------
    tables
        The region's working tables, each group with at least one pose.
    clock
        Ends the passes.
    start
        Dual to start from; its rows and multipliers are kept as they are.
    priced
        Unary costs with the prices of the start's rows; required when it has rows.
    sweeps
        Most passes.
    least_gain
        Stop when the passes between two valuations gain less than this share of the bound.
    """
    base = Dual(potentials={}, rows=(), multipliers=np.zeros(0)) if start is None else start
    unary = tables.unary if priced is None else priced
    edges = _edges(tables)
    potentials = _start_potentials(tables, base.potentials)
    best = _with_potentials(base, potentials)
    value = value_dual(tables, best)
    order = _order(edges)
    for sweep in range(1, sweeps + 1):
        _sweep(tables, unary, potentials, edges=edges, order=order)
        order = order[::-1]
        clock.spend(2 * ENTRY * tables.entries)
        stop = clock.expired()
        if sweep % SWEEPS_BETWEEN_VALUES and not stop:
            continue
        settled = dict(potentials)
        for group in order:
            _collect(tables, settled, edges[group])
        found = _with_potentials(base, settled)
        found_value = value_dual(tables, found)
        clock.spend(3 * ENTRY * tables.entries)
        gain = found_value.bound - value.bound
        if gain > 0:
            best, value = found, found_value
        if stop or gain < least_gain * max(abs(value.bound), 1e-9):
            break
    return best, value


def _edges(tables: Tables) -> list[list[_Edge]]:
    groups = tables.region.groups
    edges: list[list[_Edge]] = [[] for _ in groups]
    for g, h in tables.pair:
        if g != h:
            edges[g].append(_Edge(pair=(g, h), other=h, is_row=True, fixtures=groups[h].count))
            edges[h].append(_Edge(pair=(g, h), other=g, is_row=False, fixtures=groups[g].count))
    return edges


def _order(edges: list[list[_Edge]]) -> list[int]:
    """Hubs last, so that a pass gathers at the hub and spreads from there on the way back."""
    return sorted(range(len(edges)), key=lambda g: (sum(e.fixtures for e in edges[g]), g))


def _start_potentials(
    tables: Tables, known: Potentials
) -> dict[Pair, tuple[FloatArray, FloatArray]]:
    start = {}
    for pair, table in tables.pair.items():
        if pair in known:
            start[pair] = (known[pair][0].copy(), known[pair][1].copy())
        elif pair[0] == pair[1]:
            # φ(p) = min_q T(p, q) / 2 is feasible, as T(p, q) >= both halves; the passes keep it
            half = 0.5 * row_minima(table, np.zeros(table.shape[1]))
            start[pair] = (half, half)
        else:
            start[pair] = (np.zeros(table.shape[0]), np.zeros(table.shape[1]))
    return start


def _with_potentials(base: Dual, potentials: Potentials) -> Dual:
    return Dual(
        potentials={
            pair: (row.copy(), column.copy()) for pair, (row, column) in potentials.items()
        },
        rows=base.rows,
        multipliers=base.multipliers,
    )


def _collect(
    tables: Tables, potentials: dict[Pair, tuple[FloatArray, FloatArray]], edges: list[_Edge]
) -> None:
    for edge in edges:
        row, column = potentials[edge.pair]
        if edge.is_row:
            potentials[edge.pair] = (row_minima(tables.pair[edge.pair], -column), column)
        else:
            potentials[edge.pair] = (row, column_minima(tables.pair[edge.pair], -row))


def _sweep(
    tables: Tables,
    unary: Sequence[FloatArray],
    potentials: dict[Pair, tuple[FloatArray, FloatArray]],
    *,
    edges: list[list[_Edge]],
    order: list[int],
) -> None:
    groups = tables.region.groups
    rank = {group: place for place, group in enumerate(order)}
    for group in order:
        near = edges[group]
        if not near:
            continue
        _collect(tables, potentials, near)
        reduced = unary[group].copy()
        if (group, group) in potentials:
            reduced += (groups[group].count - 1) * potentials[group, group][0]
        for edge in near:
            reduced += edge.fixtures * potentials[edge.pair][0 if edge.is_row else 1]
        reduced -= reduced.min()
        later = [edge for edge in near if rank[edge.other] > rank[group]]
        after = sum(edge.fixtures for edge in later)
        before = sum(edge.fixtures for edge in near) - after
        share = reduced / max(before, after)
        for edge in later:
            row, column = potentials[edge.pair]
            potentials[edge.pair] = (row - share, column) if edge.is_row else (row, column - share)
