"""From the placement problem to the abstract table problem of the bound.

In: a `PlacementProblem`. Out: the `TableProblem` whose lower bound is a lower bound of the
weighted walking of every layout of the candidate poses. The pair rules enter through the cells of
`place.cells` and, between kinds that walk to each other, pose by pose; leaving one out only makes
the bound smaller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.place.bound import TableProblem
from optimizer.place.cells import cover_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.place.problem import PlacementProblem

__all__ = ["make_table_problem"]

#: Pairs of kinds with more pairs of poses than this get no explicit conflicts, only cells.
MOST_PAIRS = 4_000_000


def make_table_problem(problem: PlacementProblem) -> TableProblem:
    """The table problem of a placement problem whose kinds all have candidates."""
    cover = cover_cells(problem)
    return TableProblem(
        counts=tuple(kind.count for kind in problem.kinds),
        unary=problem.tables.unary,
        pairs=problem.tables.pairs,
        foot=cover.held,
        use=cover.needed,
        conflicts=_conflicts(problem),
        xy=tuple(np.ascontiguousarray(poses[:, :2]) for poses in problem.candidates),
    )


def _conflicts(problem: PlacementProblem) -> dict[tuple[int, int], NDArray[np.bool_]]:
    """Poses that cannot stand together, of the pairs of kinds that walk to each other."""
    result = {}
    for k, m in problem.tables.pairs:
        one, other = problem.candidates[k], problem.candidates[m]
        if len(one) * len(other) <= MOST_PAIRS:
            result[k, m] = problem.shapes.conflicts(k, one, m, other)
    return result
