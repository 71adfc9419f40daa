"""Regions searched completely by true costs, against complete enumeration."""

import itertools

import numpy as np
import pytest

from optimizer.place.bound import TableProblem, conflict_matrix
from optimizer.place.bound.clock import Clock
from optimizer.place.bound.duals import tighten_potentials
from optimizer.place.bound.enumeration import Effort, is_small, search_region
from optimizer.place.bound.proof import Dual
from optimizer.place.bound.tables import build_tables

COUNTS, SIZES = (2, 1, 1), (6, 5, 6)
AMPLE = Effort(poses=100, nodes=100_000, layouts=10_000)


def problem_of(seed, share=0.3):
    """Three classes, one of two like fixtures, with costs and conflicts drawn at random."""
    rng = np.random.default_rng(seed)

    def costs(*shape):
        return (rng.integers(0, 640, shape) / 64).astype(np.float32)

    own, barred = costs(6, 6), rng.random((6, 6)) < share
    return TableProblem(
        counts=COUNTS,
        unary=tuple(costs(size).astype(float) for size in SIZES),
        pairs={(0, 0): own + own.T, (0, 1): costs(6, 5), (1, 2): costs(5, 6)},
        conflicts={(0, 0): barred | barred.T, (0, 2): rng.random((6, 6)) < share},
    )


def layouts_of(problem):
    """All layouts without conflict and what the tables charge for them, one by one."""
    sizes = [np.arange(size) for size in SIZES]
    barred = {
        (k, m): conflict_matrix(problem, k, m, rows=sizes[k], columns=sizes[m])
        for k, m in itertools.combinations_with_replacement(range(3), 2)
    }
    found = {}
    for a, b, c, d in itertools.product(range(6), range(6), range(5), range(6)):
        standing = ((0, a), (0, b), (1, c), (2, d))
        pairs = list(itertools.combinations(standing, 2))
        if a > b or any(barred[k, m][p, q] for (k, p), (m, q) in pairs):
            continue
        cost = sum(problem.unary[k][p] for k, p in standing)
        for (k, p), (m, q) in pairs:
            cost += float(problem.pairs[k, m][p, q]) if (k, m) in problem.pairs else 0.0
        found[(a, b), (c,), (d,)] = float(cost)
    return found


def dual_of(problem, seed):
    """A dual at random, its potentials raised to feasible ones."""
    tables, rng = build_tables(problem), np.random.default_rng(seed)
    rows = {
        pair: (rng.normal(0.0, 2.0, table.shape[0]), np.zeros(table.shape[1]))
        for pair, table in tables.pair.items()
    }
    return Dual(
        potentials=tighten_potentials(tables, rows),
        rows=((0, 1), (6, 7, 8)),  # the second: poses of a class of one fixture
        multipliers=np.array([0.0, 1.5]),
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_cheapest_layout_in_truth_is_found(seed):
    """With any dual, or none, the result is that of walking every layout one by one."""
    problem = problem_of(seed)
    charged, rng = layouts_of(problem), np.random.default_rng(seed)
    true = {layout: cost + float(rng.exponential(4.0)) for layout, cost in charged.items()}
    limit = float(np.median(list(true.values())))
    walked = []

    def truth(layout):
        walked.append(layout)
        return true[layout]

    for dual in (None, dual_of(problem, seed)):
        walked.clear()
        found = search_region(
            problem, build_tables(problem), dual,
            below=limit, truth=truth, effort=AMPLE, clock=Clock.started(60.0),
        )  # fmt: skip
        assert found.complete
        assert found.cost == min(true.values())
        assert true[found.layout] == found.cost
        # none twice, and none that the tables alone put above the limit
        assert len(set(walked)) == len(walked)
        assert all(charged[layout] < limit for layout in walked)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_below_the_limit_is_said_to_be_nothing(seed):
    """At a limit equal to the least true cost the search gets through and finds no layout."""
    problem = problem_of(seed)
    charged = layouts_of(problem)
    found = search_region(
        problem, build_tables(problem), dual_of(problem, seed),
        below=min(charged.values()), truth=charged.__getitem__, effort=AMPLE,
        clock=Clock.started(60.0),
    )  # fmt: skip
    assert found.complete
    assert found.layout is None
    assert found.cost == np.inf


@pytest.mark.parametrize(
    "effort",
    [
        Effort(poses=22, nodes=100_000, layouts=10_000),  # 6 + 6 + 5 + 6 are 23
        Effort(poses=23, nodes=1, layouts=10_000),
        Effort(poses=23, nodes=100_000, layouts=1),
    ],
)
def test_too_large_a_region_is_given_up(effort):
    """Beyond its effort a search proves nothing, and says so."""
    problem = problem_of(1)
    charged = layouts_of(problem)
    given = {"below": 1e6, "effort": effort, "clock": Clock.started(60.0)}
    tables = build_tables(problem)
    assert not search_region(problem, tables, None, truth=charged.__getitem__, **given).complete
    assert not is_small(problem, tables, None, **given)
    assert is_small(problem, tables, None, **{**given, "effort": AMPLE})
