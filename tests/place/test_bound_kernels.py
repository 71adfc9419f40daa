"""Compiled loops against numpy and against a linear program."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from optimizer.place.bound.kernels import (
    anneal_layout,
    column_minima,
    least_slack,
    row_minima,
    transport_potentials,
)

FEW = settings(max_examples=40, deadline=None, derandomize=True)


@FEW
@given(st.integers(0, 10**6))
def test_minima_are_those_of_numpy(seed):
    """Row and column minima and the least slack equal the dense formulas."""
    rng = np.random.default_rng(seed)
    table = rng.random(tuple(rng.integers(1, 9, 2))).astype(np.float32)
    row, column = (rng.normal(size=size) for size in table.shape)
    wide = table.astype(np.float64)
    np.testing.assert_array_equal(row_minima(table, column), (wide + column).min(axis=1))
    np.testing.assert_array_equal(column_minima(table, row), (wide + row[:, None]).min(axis=0))
    expected = (wide - row[:, None] - column).min()
    assert least_slack(table, row, column) == pytest.approx(expected, abs=1e-12)


def transport_cost(cost, supply, demand):
    """Optimum of the transport problem by a general linear program."""
    rows, columns = cost.shape
    sums = np.vstack(
        [np.kron(np.eye(rows), np.ones(columns)), np.kron(np.ones(rows), np.eye(columns))]
    )
    return linprog(cost.ravel(), A_eq=sums, b_eq=np.concatenate([supply, demand])).fun


@FEW
@given(st.integers(0, 10**6))
def test_potentials_reach_the_transport_optimum(seed):
    """The row potentials with their c-transform have the value of the optimal transport."""
    rng = np.random.default_rng(seed)
    rows, columns = (int(size) for size in rng.integers(1, 8, 2))
    cost = np.round(rng.random((rows, columns)) * 10, int(rng.integers(0, 3)))
    supply, demand = (rng.dirichlet(np.ones(size)) + 1e-3 for size in (rows, columns))
    supply, demand = supply / supply.sum(), demand / demand.sum()
    row = transport_potentials(cost, supply, demand)
    column = (cost - row[:, None]).min(axis=0)
    assert supply @ row + demand @ column == pytest.approx(
        transport_cost(cost, supply, demand), abs=1e-7
    )


def test_annealing_finds_the_only_good_layout():
    """Two fixtures with three poses each: of nine layouts only (2, 5) costs nothing."""
    # poses 0-2 belong to the first fixture, 3-5 to the second; each other pose costs 5, and so
    # does each pair but (2, 5), so the optimum is 0 and the next best layout 5
    unary = np.array([5.0, 5.0, 0.0, 5.0, 5.0, 0.0])
    cost = np.zeros((6, 6), dtype=np.float32)
    cost[:3, 3:] = 5.0
    cost[2, 5] = 0.0
    cost = np.maximum(cost, cost.T)
    cost[5, 2] = cost[2, 5] = 0.0
    bounds = np.array([[0, 3], [3, 6]])
    chosen = anneal_layout(
        cost, unary, bounds, np.array([0, 3]), np.geomspace(5.0, 0.1, 500), np.random.default_rng(1)
    )
    assert chosen.tolist() == [2, 5]
