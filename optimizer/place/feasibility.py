"""Whether all blocks can stand at once, and the whole model of the hard rules.

In: a placement problem. Out: a layout without conflicts, the proof that there is none, or neither
in the time given; and for the proof the smallest set of kinds that cannot stand together.

The model of all hard rules (CP-SAT, no objective), over Booleans x[k, p] = "a block of kind k
stands at candidate p", with one literal a_k for each kind (it is asked for) and one r for each
rule (it is kept), so that each can be left out when a conflict is explained:

    a_k  ⇒  Σ_p x[k, p] = count_k;  else  Σ_p x[k, p] ≤ count_k       every kind k             (1)
    Σ of x[k, p] that hold cell c ≤ 1                                 every cell c             (2)
    r, x[k, p]  ⇒  ¬x[m, q]                  q clashes with p by the pair rule r               (3)
    r  ⇒  ¬x[k, p]                           p breaks the rule r of one block                  (4)
    r  ⇒  Σ w_k x[k, p] ≥ need               r asks for a number or for seats                  (5)
    r, a block of kind k stands  ⇒  one of some poses or kinds does   near a door, low places  (6)
    ¬r                                       the empty shell or the brief breaks r             (7)
    r, all of S stand  ⇒  one of U stands    S breaks r, and only U would mend it              (8)

(3) and (8) are added lazily: a solution that breaks them names the poses that are then forbidden,
and the solver goes on. (8) are the rules about the whole hall: routes, strips and circles (S is
the smallest set of blocks that is in the way, U the poses that they leave open), lines of sight (U
is what stands across the line), areas, view and flows. Their geometry is that of `rules`, asked of
the solution; `place.rule_cuts` says why no layout that keeps the rule breaks its cuts.

`place.rule_forms` names the form of every kind of check, `place.rule_model` is the model,
`place.mending` uses it where the search's best layouts break a rule, `place.explanation` where no
layout exists. The functions here hold (1), (2) and the pair rules of placement alone, all in one
relation: what the search asks before it starts.

CP-SAT as the engine of the big objective bounds at 60 %, as the judge of feasibility it is quick
and exact.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

from optimizer.place.cells import cover_cells
from optimizer.result import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from optimizer.place.problem import PlacementProblem

__all__ = ["Feasibility", "find_feasible", "smallest_conflict"]


@dataclass(frozen=True, kw_only=True)
class Feasibility:
    """FEASIBLE with the candidate of each block, INFEASIBLE, or UNKNOWN when time ran out."""

    status: Status
    chosen: tuple[int, ...] = ()


def find_feasible(
    problem: PlacementProblem,
    *,
    time_limit: float,
    kinds: Sequence[int] | None = None,
    seed: int = 1,
) -> Feasibility:
    """A layout without conflicts, or the proof that there is none.

    Parameters
    ----------
    problem
        The placement problem.
    time_limit
        Seconds.
    kinds
        Indices of the kinds that must be placed; all by default. Those left out are not placed,
        and `chosen` then holds the blocks of the kinds named only.
    seed
        Of the solver; one worker, so that a run can be repeated.
    """
    wanted = list(range(len(problem.kinds))) if kinds is None else list(kinds)
    if any(not len(problem.candidates[k]) for k in wanted):
        return Feasibility(status=Status.INFEASIBLE)
    model, stands = _relaxed_model(problem, wanted)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    end = time.perf_counter() + time_limit
    while True:
        solver.parameters.max_time_in_seconds = max(end - time.perf_counter(), 0.01)
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return Feasibility(status=Status.INFEASIBLE)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Feasibility(status=Status.UNKNOWN)
        chosen = [
            (k, p) for k in wanted for p, x in enumerate(stands[k]) if solver.boolean_value(x)
        ]
        if not _forbid_conflicts(problem, model, stands, chosen):
            return Feasibility(status=Status.FEASIBLE, chosen=tuple(p for _, p in chosen))


def smallest_conflict(
    problem: PlacementProblem, *, time_limit: float, seed: int = 1
) -> tuple[int, ...]:
    """Kinds that cannot stand together, none of which can be left out; () if not proven in time.

    A deletion filter: each kind in turn is left out, and stays out if the rest still cannot stand.
    """
    end = time.perf_counter() + time_limit
    needed = list(range(len(problem.kinds)))
    # what is left out first is what a planner would rather keep out of the story: small things
    for k in sorted(needed, key=lambda k: problem.kinds[k].width * problem.kinds[k].depth):
        rest = [m for m in needed if m != k]
        left = end - time.perf_counter()
        if left <= 0:
            return ()
        found = find_feasible(problem, time_limit=left, kinds=rest, seed=seed)
        if found.status is Status.INFEASIBLE:
            needed = rest
        elif found.status is Status.UNKNOWN:
            return ()
    return tuple(needed)


def _relaxed_model(
    problem: PlacementProblem, kinds: Sequence[int]
) -> tuple[cp_model.CpModel, dict[int, list[cp_model.IntVar]]]:
    """The model with (1) and (2)."""
    model = cp_model.CpModel()
    stands = {
        k: [model.new_bool_var(f"{k}@{p}") for p in range(len(problem.candidates[k]))]
        for k in kinds
    }
    for k in kinds:
        model.add(sum(stands[k]) == problem.kinds[k].count)  # (1)
    cover = cover_cells(problem)
    holders = {k: _by_cell(cover.held[k], stands[k]) for k in kinds}
    cells = sorted(set().union(*holders.values()))
    for cell in cells:
        of_cell = [x for k in kinds for x in holders[k].get(cell, ())]
        if len(of_cell) > 1:
            model.add_at_most_one(of_cell)  # (2)
    return model, stands


def _by_cell(
    matrix: csr_matrix, stands: Sequence[cp_model.IntVar]
) -> dict[int, list[cp_model.IntVar]]:
    """For each cell the Booleans of the poses that occupy it."""
    result: dict[int, list[cp_model.IntVar]] = {}
    entries = matrix.tocoo()
    for pose, cell in zip(entries.row.tolist(), entries.col.tolist(), strict=True):
        result.setdefault(cell, []).append(stands[pose])
    return result


def _forbid_conflicts(
    problem: PlacementProblem,
    model: cp_model.CpModel,
    stands: dict[int, list[cp_model.IntVar]],
    chosen: Sequence[tuple[int, int]],
) -> bool:
    """Add (3) for the conflicting poses of a solution; whether there were any."""
    found = False
    for i, (k, p) in enumerate(chosen):
        for m, q in chosen[i + 1 :]:
            if not _clash(problem, k, p, m)[q]:
                continue
            found = True
            for one, pose, other in ((k, p, m), (m, q, k)):
                clashing = np.flatnonzero(_clash(problem, one, pose, other)).tolist()
                forbidden = [stands[other][c] for c in clashing if (one, pose) != (other, c)]
                model.add(sum(forbidden) == 0).only_enforce_if(stands[one][pose])  # (3)
    return found


def _clash(problem: PlacementProblem, k: int, pose: int, m: int) -> NDArray[np.bool_]:
    """Which candidates of kind m conflict with one candidate of kind k."""
    one = problem.candidates[k][pose : pose + 1]
    row: NDArray[np.bool_] = problem.shapes.conflicts(k, one, m, problem.candidates[m])[0]
    return row
