"""Bounds of different methods held against each other, where enumeration would take too long."""

import itertools

import numpy as np
import pytest
from ortools.sat.python import cp_model

from optimizer.place.bound import TableProblem
from optimizer.place.bound.engine import compute_bound

POSES = 9


def drawn_problem(seed):
    """Four classes of one or two fixtures, whole-numbered costs and some barred pairs."""
    rng = np.random.default_rng(seed)
    counts = (1, 2, 1, 2)
    pairs, conflicts = {}, {}
    for k, m in itertools.combinations_with_replacement(range(len(counts)), 2):
        table = rng.integers(0, 40, (POSES, POSES)).astype(float)
        barred = rng.random((POSES, POSES)) < 0.25
        if k == m:
            table, barred = (
                np.minimum(table, table.T),
                barred | barred.T | np.eye(POSES, dtype=bool),
            )
        conflicts[k, m] = barred
        pairs[k, m] = table
    unary = tuple(rng.integers(0, 30, POSES).astype(float) for _ in counts)
    return TableProblem(counts=counts, unary=unary, pairs=pairs, conflicts=conflicts)


def solve_by_cp_sat(problem):
    """Proven optimum of CP-SAT: a 0-1 variable a pose, one a pair of poses that costs something."""
    model = cp_model.CpModel()
    take = [[model.new_bool_var("") for _ in range(POSES)] for _ in problem.counts]
    cost = []
    for k, count in enumerate(problem.counts):
        model.add(sum(take[k]) == count)
        cost += [int(c) * x for c, x in zip(problem.unary[k], take[k], strict=True)]
    for (k, m), table in problem.pairs.items():
        for p, q in itertools.product(range(POSES), repeat=2):
            if k == m and p >= q:
                continue
            one, other = take[k][p], take[m][q]
            if problem.conflicts[k, m][p, q]:
                model.add_bool_or(~one, ~other)
            elif table[p, q]:
                both = model.new_bool_var("")
                model.add_bool_or(~one, ~other, both)
                cost.append(int(table[p, q]) * both)
    model.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, 1
    solver.parameters.max_time_in_seconds = 600
    assert solver.solve(model) == cp_model.OPTIMAL
    return solver.objective_value


@pytest.mark.parametrize("seed", [3, 11])
def test_every_bound_lies_below_the_optimum_of_cp_sat(seed):
    """Message passing ≤ linear program ≤ branch and bound = what CP-SAT proves to be the least."""
    problem = drawn_problem(seed)
    found = compute_bound(
        problem, upper_bound=None, time_limit=600.0, target_gap=0.0, on_progress=None,
        should_stop=None,
    )  # fmt: skip
    right = solve_by_cp_sat(problem)
    assert found.method == "exact"
    assert found.value == pytest.approx(right, abs=1e-3)
    assert 0 < found.message_passing_value <= found.root_value <= right + 1e-6
