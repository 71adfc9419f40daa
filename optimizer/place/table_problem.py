"""From the placement problem to the abstract table problem of the bound.

In: a `PlacementProblem`. Out: the `TableProblem` whose lower bound is a lower bound of the
weighted walking of every layout of the candidate poses. The pair rules enter pose by pose; leaving
one out only makes the bound smaller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.place.blockers import Detours
from optimizer.place.bound import TableProblem
from optimizer.place.table_units import round_down

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.place.problem import PlacementProblem

__all__ = ["make_table_problem"]

#: Pairs of kinds with more pairs of poses than this get no conflicts.
MOST_PAIRS = 4_000_000
NO_DETOURS = Detours()


def make_table_problem(problem: PlacementProblem, detours: Detours = NO_DETOURS) -> TableProblem:
    """The table problem of a placement problem whose kinds all have candidates.

    Parameters
    ----------
    problem
        The placement problem.
    detours
        What pairs of blocks are charged beyond its tables.
    """
    pairs = {key: round_down(table) for key, table in problem.tables.pairs.items()}
    return TableProblem(
        counts=tuple(kind.count for kind in problem.kinds),
        unary=problem.tables.unary,
        pairs=dict(sorted(detours.added_to(pairs).items())),
        conflicts=_conflicts(problem),
        xy=tuple(np.ascontiguousarray(poses[:, :2]) for poses in problem.candidates),
    )


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
