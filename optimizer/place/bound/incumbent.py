"""A good layout of the tables, to fix poses with.

In come working tables and for each pose how promising it is; out comes a layout of the table
problem and its exact cost. Poses are fixed against it just as against a caller's incumbent: a bound
never exceeds the cost of any layout of the same tables, so a cheaper one can only help.
"""

from collections.abc import Sequence

import numpy as np

from optimizer.place.bound.clock import Clock
from optimizer.place.bound.kernels import anneal_layout
from optimizer.place.bound.leaves import Layout
from optimizer.place.bound.problem import (
    BoolArray,
    FloatArray,
    IntArray,
    TableProblem,
    conflict_matrix,
    layout_cost,
)
from optimizer.place.bound.region import Group
from optimizer.place.bound.tables import Tables

MOST_POSES = 4_000  # the square of it in float32 is 64 MB
STEPS = 500_000
STEP = 1e-7  # nominal seconds of one
SHARE = 0.1  # of the time limit
WARM, COLD = 0.15, 0.0005  # first and last temperature, as a share of the known bound


def search_layout(
    problem: TableProblem,
    tables: Tables,
    promise: Sequence[FloatArray],
    *,
    below: float,
    runs: int,
    seed: int,
    clock: Clock,
) -> tuple[float, Layout | None]:
    """Return the cheapest layout found and its cost; +inf and None when none is below the limit.

    Parameters
    ----------
    problem
        The table problem.
    tables
        Tables of the region to search.
    promise
        Per group a bound for each pose; the poses with the least are searched.
    below
        Only layouts cheaper than this count.
    runs
        Annealing runs.
    seed
        Of the random numbers.
    clock
        No run starts after its end, and but the first none after a share of its limit.
    """
    kept = _promising(promise, MOST_POSES)
    groups = tables.region.keep(kept).groups
    starts = np.concatenate([[0], np.cumsum([len(group.poses) for group in groups])])
    cost, unary = _square(problem, groups, starts)
    owner = [g for g, group in enumerate(groups) for _ in range(group.count)]
    bounds = np.array([[starts[g], starts[g + 1]] for g in owner], dtype=np.int64)
    rng = np.random.default_rng(seed)
    best, layout = below, None
    scale = max(max(abs(float(bound.min())) for bound in promise), 1e-6)
    cooling = scale * WARM * (COLD / WARM) ** np.linspace(0.0, 1.0, STEPS)
    share = clock.until(SHARE * clock.limit)
    for run in range(runs):
        if (share if run else clock).expired():
            break
        start = rng.integers(bounds[:, 0], bounds[:, 1])
        clock.spend(STEP * STEPS)
        chosen = anneal_layout(cost, unary, bounds, start, cooling, rng)
        found = _layout(problem, groups, owner, chosen - starts[owner])
        value = layout_cost(problem, found)
        if value < best:
            best, layout = value, found
    return (best, layout) if layout is not None else (np.inf, None)


def _layout(
    problem: TableProblem, groups: Sequence[Group], owner: Sequence[int], local: IntArray
) -> Layout:
    """The poses of each class, from the group of each fixture and its pose in there."""
    poses: list[list[int]] = [[] for _ in problem.counts]
    for g, index in zip(owner, local, strict=True):
        poses[groups[g].kind].append(int(groups[g].poses[index]))
    return tuple(tuple(sorted(chosen)) for chosen in poses)


def _promising(promise: Sequence[FloatArray], most: int) -> list[BoolArray]:
    """The poses with the least bounds, at most so many in all; the same share of each group."""
    total = sum(len(bound) for bound in promise)
    if total <= most:
        return [np.ones(len(bound), dtype=bool) for bound in promise]
    kept = []
    for bound in promise:
        number = max(1, min(len(bound), int(len(bound) * most / total)))
        mask = np.zeros(len(bound), dtype=bool)
        mask[np.argsort(bound, kind="stable")[:number]] = True
        kept.append(mask)
    return kept


def _square(
    problem: TableProblem, groups: Sequence[Group], starts: FloatArray
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float32]], FloatArray]:
    """Cost between any two poses of all groups, conflicts dearer than anything else."""
    unary = np.concatenate([problem.unary[group.kind][group.poses] for group in groups])
    finite = [float(np.max(t, where=np.isfinite(t), initial=0.0)) for t in problem.pairs.values()]
    dear = np.float32(2.0 * max([*finite, float(np.ptp(unary)), 1.0]))
    cost = np.zeros((len(unary), len(unary)), dtype=np.float32)
    for g, first in enumerate(groups):
        for h in range(g, len(groups)):
            second = groups[h]
            if g == h and first.count == 1:
                continue
            table = problem.pairs.get((first.kind, second.kind))
            block = np.zeros((len(first.poses), len(second.poses)), dtype=np.float32)
            if table is not None:
                block += table[np.ix_(first.poses, second.poses)]
            barred = conflict_matrix(
                problem, first.kind, second.kind, rows=first.poses, columns=second.poses
            )
            block[barred] = dear
            cost[starts[g] : starts[g + 1], starts[h] : starts[h + 1]] = block
            cost[starts[h] : starts[h + 1], starts[g] : starts[g + 1]] = block.T
    return cost, np.asarray(unary, dtype=np.float64)
