"""How many blocks can stand at all: a quick proof that a brief is too full.

In: a placement problem. Out: for each kind an upper limit of how many of it, and of all blocks
together, can stand, from the linear relaxation of (1) and (2) of `place.feasibility`:

    max Σ_k s_k   with  Σ_p x[k, p] = s_k ≤ count_k,  Σ of x[k, p] that hold cell c ≤ 1,  0 ≤ x ≤ 1

The optimum can only be higher than the truth, so "less than wanted" is a proof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, vstack

from optimizer.place.cells import cover_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.place.problem import PlacementProblem

__all__ = ["most_blocks"]


def most_blocks(problem: PlacementProblem, kinds: Sequence[int] | None = None) -> float:
    """Upper limit of how many blocks of some kinds (default: all) can stand together."""
    wanted = list(range(len(problem.kinds))) if kinds is None else list(kinds)
    cover = cover_cells(problem)
    sizes = [len(problem.candidates[k]) for k in wanted]
    cells = hstack([cover.held[k].T for k in wanted]).tocsr()
    cells = cells[np.flatnonzero(np.diff(cells.indptr) > 1)]
    of_kind = csr_matrix(
        (np.ones(sum(sizes)), (np.repeat(np.arange(len(wanted)), sizes), np.arange(sum(sizes)))),
        shape=(len(wanted), sum(sizes)),
    )
    counts = [problem.kinds[k].count for k in wanted]
    answer = linprog(
        -np.ones(sum(sizes)),
        A_ub=vstack([cells, of_kind]).tocsr(),
        b_ub=np.concatenate([np.ones(cells.shape[0]), counts]),
        bounds=(0, 1),  # two blocks cannot stand on one pose
        method="highs",
    )
    return float(-answer.fun) if answer.status == 0 else float(sum(counts))
