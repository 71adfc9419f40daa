"""The roster of fewest staff hours, by CP-SAT.

In: what is enough in each hour, staff, shift rules. Out: how many of each group of equal staff
work each shift, and what they serve. With groups g of staff of the same skills, patterns p of a
shift with its break, slots t and types k:

    n[g, p]      staff of group g who work pattern p;  Σ_p n[g, p] ≤ size of g                  (1)
    x[g, t, k]   of them, who serve k in t;  Σ_k x[g, t, k] ≤ Σ_p n[g, p] · on[p, t]            (2)
    open[t, k] = Σ_g x[g, t, k];  (open[t, k])_k is a set of windows that is enough in t        (3)

    minimise Σ n[g, p] · paid minutes of p; then, with these minutes fixed, waiting             (4)

Staff of one group are not told apart in the model: that is exact, and leaves out their orders.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from optimizer.demand.roster.model import RosterStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Pattern", "Solution", "solve"]

#: Person-minutes of waiting are counted in hundredths.
CENTS = 100
#: Share of the time limit that the fewest hours may take; the rest is for the waits.
HOURS_SHARE = 0.7


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A shift: slots from start to end, of which those from pause to resume are a break."""

    start: int
    end: int
    pause: int
    resume: int

    @property
    def paid(self) -> int:
        """Slots that are paid."""
        return self.end - self.start - (self.resume - self.pause)

    def on(self, slot: int) -> bool:
        """Whether somebody on this shift works in a slot."""
        return self.start <= slot < self.end and not self.pause <= slot < self.resume


@dataclass(frozen=True, kw_only=True)
class Solution:
    """What the solver found, in numbers of slots, groups, patterns and types.

    Parameters
    ----------
    status
        OPTIMAL where the paid slots are proven.
    paid, bound
        Paid slots, and how many are proven to be needed.
    staff
        Members by (group, pattern).
    work
        Of them, by (group, slot, type).
    open
        Windows by type that are open in each slot; empty where there is no roster.
    """

    status: RosterStatus
    paid: int = 0
    bound: float = 0.0
    staff: Mapping[tuple[int, int], int]
    work: Mapping[tuple[int, int, int], int]
    open: tuple[tuple[int, ...], ...] = ()


def solve(
    *,
    enough: Sequence[Mapping[tuple[int, ...], float]],
    groups: Sequence[tuple[int, frozenset[int]]],
    patterns: Sequence[Pattern],
    time_limit: float,
    seed: int,
) -> Solution:
    """Fewest paid slots.

    Parameters
    ----------
    enough
        For each slot, sets of open windows that are enough → their cost.
    groups
        Size and skills (numbers of types) of each group of staff.
    patterns
        Shifts that may be worked.
    time_limit
        Seconds.
    seed
        Of the solver; one worker, so that a run can be repeated.
    """
    model = cp_model.CpModel()
    n = {
        (g, p): model.new_int_var(0, size, f"staff {g} on shift {p}")
        for g, (size, _) in enumerate(groups)
        for p in range(len(patterns))
    }
    for g, (size, _) in enumerate(groups):
        model.add(sum(n[g, p] for p in range(len(patterns))) <= size)  # (1)
    x: dict[tuple[int, int, int], cp_model.IntVar] = {}
    opened, costs = [], []
    for t, table in enumerate(enough):
        row, cost = _slot(model, t, table, groups, patterns, n, x)
        opened.append(row)
        costs.append(cost)
    hours = sum(n[g, p] * patterns[p].paid for g, p in n)
    model.minimize(hours)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    start = time.perf_counter()
    solver.parameters.max_time_in_seconds = time_limit * HOURS_SHARE
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        no = status == cp_model.INFEASIBLE
        return Solution(
            status=RosterStatus.INFEASIBLE if no else RosterStatus.UNKNOWN, staff={}, work={}
        )
    paid, bound = round(solver.objective_value), solver.best_objective_bound
    found = _read(solver, n, x, opened)
    model.add(hours == paid)
    for variable in (*n.values(), *x.values()):
        model.add_hint(variable, solver.value(variable))
    model.minimize(sum(costs))  # (4), second part
    solver.parameters.max_time_in_seconds = max(time_limit - (time.perf_counter() - start), 0.1)
    if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found = _read(solver, n, x, opened)
    staff, work, windows = found
    return Solution(
        status=RosterStatus.OPTIMAL if status == cp_model.OPTIMAL else RosterStatus.FEASIBLE,
        paid=paid,
        bound=bound,
        staff=staff,
        work=work,
        open=windows,
    )


def _slot(
    model: cp_model.CpModel,
    t: int,
    table: Mapping[tuple[int, ...], float],
    groups: Sequence[tuple[int, frozenset[int]]],
    patterns: Sequence[Pattern],
    n: Mapping[tuple[int, int], cp_model.IntVar],
    x: dict[tuple[int, int, int], cp_model.IntVar],
) -> tuple[list[cp_model.IntVar], cp_model.IntVar]:
    """Constraints (2) and (3) of one slot; its open windows and the cost of its waits."""
    rows = [(*windows, round(CENTS * cost)) for windows, cost in table.items()]
    tops = [max(column) for column in zip(*rows, strict=True)] if rows else [0]
    row = [model.new_int_var(0, top, f"open {t} {k}") for k, top in enumerate(tops[:-1])]
    cost = model.new_int_var(0, tops[-1], f"cost {t}")
    model.add_allowed_assignments([*row, cost], rows)  # (3)
    for g, (size, skills) in enumerate(groups):
        mine = []
        for k in sorted(skills):
            x[g, t, k] = model.new_int_var(0, size, f"work {g} {t} {k}")
            mine.append(x[g, t, k])
        there = [n[g, p] for p, pattern in enumerate(patterns) if pattern.on(t)]
        model.add(sum(mine) <= sum(there))  # (2)
    for k, windows in enumerate(row):
        model.add(windows == sum(x[g, t, k] for g in range(len(groups)) if (g, t, k) in x))
    return row, cost


def _read(
    solver: cp_model.CpSolver,
    n: Mapping[tuple[int, int], cp_model.IntVar],
    x: Mapping[tuple[int, int, int], cp_model.IntVar],
    opened: Sequence[Sequence[cp_model.IntVar]],
) -> tuple[
    dict[tuple[int, int], int], dict[tuple[int, int, int], int], tuple[tuple[int, ...], ...]
]:
    """Values of a solution."""
    return (
        {key: value for key, v in n.items() if (value := solver.value(v))},
        {key: value for key, v in x.items() if (value := solver.value(v))},
        tuple(tuple(solver.value(v) for v in row) for row in opened),
    )
