"""A region searched completely by what its layouts truly cost.

In come a region's tables, a dual and the truth; out comes the best layout under a limit, if the
search got through. With θ and R of the dual (see `duals`), every layout costs at least

    Σ θ over its fixtures + Σ R over its pairs of fixtures − Σ μ,    R ≥ min R,                (1)

so partial layouts are held against the limit by (1) with the cheapest θ of the fixtures that do not
stand yet. Layouts that the tables leave below the limit are walked.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.place.bound.clock import LISTED, WALKED, Clock
from optimizer.place.bound.duals import reduced_costs
from optimizer.place.bound.kernels import least_slack
from optimizer.place.bound.leaf_kernels import list_layouts
from optimizer.place.bound.leaves import Layout
from optimizer.place.bound.problem import (
    FloatArray,
    IntArray,
    Pair,
    TableProblem,
    conflict_matrix,
)
from optimizer.place.bound.proof import Dual
from optimizer.place.bound.tables import Tables

__all__ = ["Effort", "Searched", "is_small", "search_region"]

ROUNDING = 1e-9  # share of the limit that sums of float64 may be wrong by


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much a search may take.

    Attributes
    ----------
    poses
        Poses of all fixtures together.
    nodes
        Partial layouts looked at.
    layouts
        Layouts walked.
    """

    poses: int
    nodes: int
    layouts: int


@dataclass(frozen=True, kw_only=True)
class Searched:
    """What the search of a region found.

    Attributes
    ----------
    complete
        Whether it got through: nothing in the region is truly cheaper than the limit, but for
        `layout`.
    nodes
        Partial layouts looked at.
    cost, layout
        The cheapest layout below the limit in truth; +inf and None without one.
    """

    complete: bool
    nodes: int = 0
    cost: float = np.inf
    layout: Layout | None = None


def search_region(
    problem: TableProblem,
    tables: Tables,
    dual: Dual | None,
    *,
    below: float,
    truth: Callable[[Layout], float],
    effort: Effort,
    clock: Clock,
) -> Searched:
    """Return the cheapest layout of a region under a limit, by what it truly costs.

    Parameters
    ----------
    problem
        The table problem.
    tables
        Tables of the region.
    dual
        Any dual of it: the better, the sooner the search ends.
    below
        The limit.
    truth
        What a layout truly costs: never less than its tables say.
    effort
        Beyond it the search gives up.
    clock
        Told the work; ends it.
    """
    slots = _slots(tables)
    nodes, local = _listed(problem, tables, dual, slots, below=below, effort=effort, clock=clock)
    if local is None:
        return Searched(complete=False, nodes=nodes)
    charged = _charged(tables, slots, local)
    best, layout = below, None
    for i in np.flatnonzero(charged < below):
        if charged[i] >= best:
            continue
        if clock.expired():
            return Searched(complete=False, nodes=nodes, cost=best, layout=layout)
        clock.spend(WALKED)
        chosen = _layout(problem, tables, slots, local[i])
        true = truth(chosen)
        if true < best:
            best, layout = true, chosen
    return Searched(
        complete=True, nodes=nodes, cost=np.inf if layout is None else best, layout=layout
    )


def is_small(
    problem: TableProblem,
    tables: Tables,
    dual: Dual | None,
    *,
    below: float,
    effort: Effort,
    clock: Clock,
) -> bool:
    """Whether `search_region` would get through, as far as the tables tell."""
    slots = _slots(tables)
    return (
        _listed(problem, tables, dual, slots, below=below, effort=effort, clock=clock)[1]
        is not None
    )


def _slots(tables: Tables) -> list[int]:
    """The group of each fixture."""
    return [g for g, group in enumerate(tables.region.groups) for _ in range(group.count)]


def _listed(
    problem: TableProblem,
    tables: Tables,
    dual: Dual | None,
    slots: list[int],
    *,
    below: float,
    effort: Effort,
    clock: Clock,
) -> tuple[int, IntArray | None]:
    """Partial layouts looked at, and the layouts that the tables leave below a limit."""
    groups = tables.region.groups
    starts = np.cumsum([0, *(len(groups[g].poses) for g in slots)]).astype(np.int64)
    if starts[-1] > effort.poses or not np.isfinite(below):
        return 0, None
    reduced, residual, base = _costs(problem, tables, dual, slots, starts)
    found = np.empty((effort.layouts, len(slots)), dtype=np.int64)
    margin = ROUNDING * (1.0 + abs(below) + abs(base))
    nodes, number = list_layouts(
        reduced, residual, starts, base, below + margin, effort.nodes, found
    )
    clock.spend(LISTED * nodes)
    return nodes, None if number < 0 else found[:number] - starts[:-1]


def _costs(
    problem: TableProblem, tables: Tables, dual: Dual | None, slots: list[int], starts: IntArray
) -> tuple[FloatArray, FloatArray, float]:
    """Parts of (1): θ of all fixtures' poses, R less its minimum of all two, and what is left."""
    dual = Dual(potentials={}, rows=(), multipliers=np.zeros(0)) if dual is None else dual
    known = {
        pair: dual.potentials.get(pair, (np.zeros(table.shape[0]), np.zeros(table.shape[1])))
        for pair, table in tables.pair.items()
    }
    theta = reduced_costs(tables, dual)
    slack = {pair: float(least_slack(tables.pair[pair], *known[pair])) for pair in known}
    base = sum(tables.pairs_count(pair) * low for pair, low in slack.items())
    residual = np.zeros((int(starts[-1]), int(starts[-1])))
    parts: dict[Pair, FloatArray] = {}
    for i, g in enumerate(slots):
        for j in range(i + 1, len(slots)):
            h = slots[j]
            if (g, h) not in parts:
                parts[g, h] = _residual(problem, tables, (g, h))
                if (g, h) in known:
                    row, column = known[g, h]
                    table = tables.pair[g, h].astype(np.float64)
                    parts[g, h] += np.maximum(
                        table - row[:, None] - column[None, :] - slack[g, h], 0.0
                    )
            part = parts[g, h]
            one, other = slice(starts[i], starts[i + 1]), slice(starts[j], starts[j + 1])
            residual[one, other], residual[other, one] = part, part.T
    reduced = np.concatenate([theta[g] for g in slots])
    return reduced, residual, base - float(dual.multipliers.sum())


def _residual(problem: TableProblem, tables: Tables, pair: Pair) -> FloatArray:
    """Inf where two fixtures of two groups exclude each other, or would be met twice, else 0."""
    first, second = (tables.region.groups[g] for g in pair)
    barred = conflict_matrix(
        problem, first.kind, second.kind, rows=first.poses, columns=second.poses
    )
    if pair[0] == pair[1]:  # like fixtures stand in the order of their poses
        barred |= np.tri(len(first.poses), k=-1, dtype=bool)
    return np.where(barred, np.inf, 0.0)


def _charged(tables: Tables, slots: list[int], local: IntArray) -> FloatArray:
    """What the tables charge for layouts."""
    total = np.zeros(len(local))
    for i, g in enumerate(slots):
        total += tables.unary[g][local[:, i]]
        for j in range(i + 1, len(slots)):
            table = tables.pair.get((g, slots[j]))
            if table is not None:
                total += table[local[:, i], local[:, j]]
    return total


def _layout(problem: TableProblem, tables: Tables, slots: list[int], local: IntArray) -> Layout:
    """The poses of each class."""
    poses: list[list[int]] = [[] for _ in problem.counts]
    for g, at in zip(slots, local.tolist(), strict=True):
        group = tables.region.groups[g]
        poses[group.kind].append(int(group.poses[at]))
    return tuple(tuple(sorted(of_kind)) for of_kind in poses)
