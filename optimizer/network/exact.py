"""An integer program solved to proof: a linear bound, then CP-SAT on what the bound leaves open.

In: a `Program`. Out: the best x and a bound that holds for every x.

For any prices y ≥ 0 of what the branches share (devices of each kind, money; limits R), every
allotment gains at most

(1) U = y·R + Σ over branches of max over its choices c of (gain(c) − y·use(c))

and a branch that takes another choice than its best loses the difference, its regret. An allotment
that reaches U − δ has no choice with a regret above δ. So CP-SAT gets only variables that some
choice within δ sets and another leaves; where what it finds is proven best among those and reaches
U − δ, it is best among all. Where it does not, δ grows to the distance from U to what was found.

The prices come from the linear relaxation (HiGHS, by scipy); how they were found does not matter
for (1), which is worked out anew, in floating point with a margin of half a unit of the gains,
which are whole numbers.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.network.program import ENDLESS
from optimizer.result import Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.network.program import Program

__all__ = ["Solved", "solve_program"]

#: CP-SAT begins with about so many variables.
FIRST = 60
#: Strategies that CP-SAT runs side by side, on however many cores: fewer find no proof.
WORKERS = 8
#: Margin for floating point in (1), in units of the gains.
MARGIN = 0.5
#: δ grows by this factor where nothing is found within it.
WIDER = 8.0


@dataclass(frozen=True, kw_only=True)
class Solved:
    """Outcome of a program.

    Parameters
    ----------
    status
        OPTIMAL where `value` equals the best there is.
    x
        0 or 1 for each variable; None where none is known.
    value, bound
        Gain of x, and the most that any x gains.
    linear_bound
        What the linear relaxation proves.
    open_variables
        Variables that CP-SAT was last left with.
    """

    status: Status
    x: NDArray[np.bool_] | None
    value: int
    bound: float
    linear_bound: float
    open_variables: int


def solve_program(
    program: Program, *, time_limit: float = 60.0, seed: int = 1, workers: int | None = None
) -> Solved:
    """Solve a program.

    Parameters
    ----------
    program
        What is asked.
    time_limit
        Seconds of wall time for CP-SAT; the linear relaxation comes on top.
    seed, workers
        Of CP-SAT; None for 8 workers, on however many cores.
    """
    end = time.perf_counter() + time_limit
    prices = _prices(program)
    if prices is None:
        return _without(Status.INFEASIBLE, -math.inf)
    regrets = _regrets(program, prices)
    if regrets is None:
        return _without(Status.INFEASIBLE, -math.inf)
    without, with_it, most = regrets
    slack = np.maximum(without, with_it)  # of the value that the branch's best choice has not
    undecided = np.isfinite(slack)
    best: NDArray[np.bool_] | None = None
    value = -math.inf
    delta = float(np.partition(slack, FIRST)[FIRST]) if len(slack) > FIRST else math.inf
    while True:
        free = undecided & (slack <= delta)
        left = end - time.perf_counter()
        status, found = _search(program, free, without > with_it, best, left, seed, workers)
        if found is not None:
            best, value = found, int(program.gains @ found)
        whole = bool((free == undecided).all())
        closed = whole or value >= most - delta + MARGIN
        if status is Status.OPTIMAL and closed:
            return Solved(
                status=Status.OPTIMAL,
                x=best,
                value=int(value),
                bound=value,
                linear_bound=most,
                open_variables=int(free.sum()),
            )
        if status is Status.INFEASIBLE and whole and best is None:
            return _without(Status.INFEASIBLE, most)
        if end - time.perf_counter() <= 0 or (status is not Status.OPTIMAL and whole):
            break
        delta = WIDER * (delta + 1.0) if best is None else most - value + 2 * MARGIN
    if best is None:
        return _without(Status.UNKNOWN, most)
    return Solved(
        status=Status.FEASIBLE,
        x=best,
        value=int(value),
        bound=math.floor(most + MARGIN),
        linear_bound=most,
        open_variables=int(free.sum()),
    )


def _without(status: Status, most: float) -> Solved:
    """Outcome without an x."""
    return Solved(status=status, x=None, value=0, bound=most, linear_bound=most, open_variables=0)


def _prices(program: Program) -> NDArray[np.float64] | None:
    """Price y of each row; None where even the linear relaxation has no solution."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    n = len(program.gains)
    if not n:
        return np.zeros(len(program.limits)) if (program.limits >= 0).all() else None
    rows = csr_array(
        (program.value.astype(float), (program.row, program.column)),
        shape=(len(program.limits), n),
    )
    limited = np.flatnonzero(program.limits < ENDLESS)
    lower = program.fixed.astype(float)
    answer = linprog(
        -program.gains.astype(float),
        A_ub=rows[limited],
        b_ub=program.limits[limited].astype(float),
        bounds=np.column_stack([lower, np.ones(n)]),
        method="highs",
    )
    if answer.status == 2:
        return None
    prices = np.zeros(len(program.limits))
    if answer.status == 0:
        prices[limited] = np.maximum(0.0, -answer.ineqlin.marginals)
    return prices


def _regrets(
    program: Program, prices: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float] | None:
    """Least regret of a choice with x = 0 and with x = 1, for each x, and the bound U of (1).

    inf where a branch has no such choice; None where one has no choice at all.
    """
    gains = np.concatenate([[0], np.cumsum(program.gains)])
    rows = np.array(list(program.shared.values()))
    shared = np.zeros((len(rows), len(program.gains)))
    for k, row in enumerate(rows):
        entries = program.row == row
        shared[k, program.column[entries]] = program.value[entries]
    each = prices[rows] @ shared
    limited = program.limits[rows] < ENDLESS
    most = float(prices[rows][limited] @ program.limits[rows][limited])
    without, with_it = np.full((2, len(program.gains)), math.inf)
    for steps, choices in zip(program.steps, program.choices, strict=True):
        if not len(choices):
            return None
        worth = np.zeros(len(choices))
        for own, counts in zip(steps, choices.T, strict=True):
            if len(own):
                paid = each[own.start] * counts  # all devices of a kind use the same
                worth += gains[own.start + counts] - gains[own.start] - paid
        top = float(worth.max())
        most += top
        for own, counts in zip(steps, choices.T, strict=True):
            best = np.full(len(own) + 1, math.inf)
            np.minimum.at(best, counts, top - worth)
            # x(j) is 0 with fewer than j devices and 1 with j or more
            without[own.start : own.stop] = np.minimum.accumulate(best)[:-1]
            with_it[own.start : own.stop] = np.minimum.accumulate(best[::-1])[::-1][1:]
    return without, with_it, most


def _search(
    program: Program,
    free: NDArray[np.bool_],
    wanted: NDArray[np.bool_],
    best: NDArray[np.bool_] | None,
    time_limit: float,
    seed: int,
    workers: int | None,
) -> tuple[Status, NDArray[np.bool_] | None]:
    """Best x whose variables that are not free are as wanted.

    With a best one known already, only better ones are looked for: INFEASIBLE among those means
    that it stays the best, and is told as OPTIMAL.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    held = np.where(free, False, wanted)
    x = {int(i): model.new_bool_var(f"x{i}") for i in np.flatnonzero(free)}
    left = program.limits - np.bincount(
        program.row, program.value * held[program.column], minlength=len(program.limits)
    ).astype(np.int64)
    touched: dict[int, list[tuple[int, int]]] = {}
    inside = free[program.column]
    entries = zip(
        program.row[inside].tolist(),
        program.column[inside].tolist(),
        program.value[inside].tolist(),
        strict=True,
    )
    for row, column, value in entries:
        touched.setdefault(row, []).append((column, value))
    bare = np.ones(len(left), dtype=np.bool_)
    bare[list(touched)] = False
    none = Status.INFEASIBLE if best is None else Status.OPTIMAL
    if (left[bare] < 0).any():
        return none, None
    for row, terms in touched.items():
        if program.limits[row] < ENDLESS:
            model.add(sum(value * x[column] for column, value in terms) <= int(left[row]))
    rest = int(program.gains @ held)
    gain = cp_model.LinearExpr.weighted_sum(list(x.values()), [int(program.gains[i]) for i in x])
    if best is not None:
        model.add(gain >= int(program.gains @ best) - rest + 1)
    model.maximize(gain)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(time_limit, 0.1)
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = workers or WORKERS
    code = solver.solve(model)
    if code == cp_model.INFEASIBLE:
        return none, None
    if code not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Status.UNKNOWN, None
    found = held.copy()
    for i, variable in x.items():
        found[i] = solver.boolean_value(variable)
    return (Status.OPTIMAL if code == cp_model.OPTIMAL else Status.FEASIBLE), found
