"""From the placement problem to the abstract table problem of the bound.

In: a `PlacementProblem`. Out: the `TableProblem` whose lower bound is a lower bound of the
weighted walking of every layout of the candidate poses. The pair rules enter pose by pose; leaving
one out only makes the bound smaller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.place.bound import TableProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.place.problem import PlacementProblem

__all__ = ["make_table_problem", "round_down", "unit_of"]

#: Pairs of kinds with more pairs of poses than this get no conflicts.
MOST_PAIRS = 4_000_000
#: A cost table is held in steps of a power of two, so many at most: a proof keeps it in 16 bits.
LEVELS = 32_768


def make_table_problem(problem: PlacementProblem) -> TableProblem:
    """The table problem of a placement problem whose kinds all have candidates."""
    return TableProblem(
        counts=tuple(kind.count for kind in problem.kinds),
        unary=problem.tables.unary,
        pairs={key: round_down(table) for key, table in problem.tables.pairs.items()},
        conflicts=_conflicts(problem),
        xy=tuple(np.ascontiguousarray(poses[:, :2]) for poses in problem.candidates),
    )


def unit_of(table: NDArray[np.float32]) -> float:
    """Step that a cost table is rounded down to: the least power of two that `LEVELS` allow."""
    largest = float(np.max(table, where=np.isfinite(table), initial=0.0))
    return float(2.0 ** np.ceil(np.log2(largest / LEVELS))) if largest > 0.0 else 1.0


def round_down(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """A cost table in whole steps, exact in single precision and never above the costs."""
    unit = unit_of(table)
    rounded: NDArray[np.float32] = (np.floor(table / unit) * unit).astype(np.float32)
    return rounded


def _conflicts(problem: PlacementProblem) -> dict[tuple[int, int], NDArray[np.bool_]]:
    """Poses that cannot stand together, of every two kinds that have some."""
    result = {}
    for k, kind in enumerate(problem.kinds):
        for m in range(k if kind.count > 1 else k + 1, len(problem.kinds)):
            one, other = problem.candidates[k], problem.candidates[m]
            if len(one) * len(other) <= MOST_PAIRS:
                barred = problem.shapes.conflicts(k, one, m, other)
                if barred.any():
                    result[k, m] = barred
    return result
