"""The bound against complete enumeration of tiny random table problems."""

import itertools

import numpy as np
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.place.bound import (
    TableProblem,
    conflict_matrix,
    layout_cost,
    lower_bound,
    verify_bound,
)
from optimizer.place.bound.engine import compute_bound

CELLS = 12
TINY = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def random_cells(rng, sizes, density):
    """One sparse pose x cell matrix per class."""
    return tuple(
        scipy.sparse.csr_matrix((rng.random((size, CELLS)) < density).astype(float))
        for size in sizes
    )


def random_table(rng, rows, columns, *, same):
    """A cost table with a few barred entries, symmetric within a class."""
    table = np.round(rng.random((rows, columns)) * 10, 2)
    if rng.random() < 0.3:
        table[rng.random(table.shape) < 0.2] = np.inf
    if same:
        table = np.maximum(table, table.T)
    return table.astype(rng.choice([np.float32, np.float64]))


def random_problem(seed):
    """A table problem of one to four classes with at most five poses each."""
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(1, 5))
    counts = tuple(int(number) for number in rng.choice([1, 1, 2, 3], classes))
    # like fixtures get few poses, so that there are a few thousand layouts at most
    sizes = [int(rng.integers(1, 6 if count == 1 else 4)) for count in counts]
    pairs, conflicts = {}, {}
    for k, l in itertools.combinations_with_replacement(range(classes), 2):  # noqa: E741
        if rng.random() < 0.6:
            pairs[k, l] = random_table(rng, sizes[k], sizes[l], same=k == l)
        if rng.random() < 0.3:
            barred = rng.random((sizes[k], sizes[l])) < 0.3
            barred = barred | barred.T if k == l else barred
            conflicts[k, l] = barred if rng.random() < 0.5 else scipy.sparse.csr_matrix(barred)
    return TableProblem(
        counts=counts,
        unary=tuple(np.round(rng.random(size) * 10 - 2, 2) for size in sizes),
        pairs=pairs,
        conflicts=conflicts,
        foot=random_cells(rng, sizes, 0.12) if rng.random() < 0.7 else (),
        use=random_cells(rng, sizes, 0.12) if rng.random() < 0.5 else (),
        private=random_cells(rng, sizes, 0.06) if rng.random() < 0.4 else (),
        xy=tuple(rng.random((size, 2)) for size in sizes) if rng.random() < 0.5 else (),
    )


def layouts_and_costs(problem):
    """Every layout with its cost, by complete enumeration over precomputed fixture pairs."""
    kinds = range(len(problem.counts))
    cost = {}
    for k, l in itertools.combinations_with_replacement(kinds, 2):  # noqa: E741
        rows, columns = np.arange(problem.poses[k]), np.arange(problem.poses[l])
        barred = conflict_matrix(problem, k, l, rows=rows, columns=columns)
        table = np.zeros(barred.shape) + problem.pairs.get((k, l), 0.0)
        cost[k, l] = np.where(barred, np.inf, table)
    choices = [
        itertools.combinations_with_replacement(range(size), count)
        for size, count in zip(problem.poses, problem.counts, strict=True)
    ]
    for layout in itertools.product(*choices):
        standing = [(kind, pose) for kind, chosen in enumerate(layout) for pose in chosen]
        total = sum(problem.unary[kind][pose] for kind, pose in standing)
        for (k, p), (l, q) in itertools.combinations(standing, 2):  # noqa: E741
            total += cost[k, l][p, q]
        yield layout, float(total)


def cheapest(problem):
    """Optimum by complete enumeration, +inf without a layout."""
    return min(total for _, total in layouts_and_costs(problem))


def bound_of(problem, *, upper_bound=None, leaf_layouts=0, time_limit=30.0, target_gap=0.0):
    """Bound with the size of enumerated leaves set: 0 leaves all the work to the branching."""
    return compute_bound(
        problem,
        upper_bound=upper_bound,
        time_limit=time_limit,
        target_gap=target_gap,
        on_progress=None,
        should_stop=None,
        leaf_layouts=leaf_layouts,
        search_runs=0,
    )


@TINY
@given(st.integers(0, 10**6))
def test_finished_bound_is_the_optimum(seed):
    """Branch and bound to the end gives the optimum, or +inf exactly when no layout exists."""
    problem = random_problem(seed)
    optimum = cheapest(problem)
    bound = bound_of(problem)
    assert bound.method == "exact"
    if np.isinf(optimum):
        assert bound.value == np.inf
    else:
        assert optimum - 1e-5 <= bound.value <= optimum + 1e-9
        assert layout_cost(problem, bound.layout) == pytest.approx(optimum)


@TINY
@given(st.integers(0, 10**6))
def test_root_bounds_never_exceed_the_optimum(seed):
    """Message passing <= linear program <= branch and bound <= optimum."""
    problem = random_problem(seed)
    optimum = cheapest(problem)
    bound = bound_of(problem, upper_bound=None if np.isinf(optimum) else optimum)
    chain = [bound.message_passing_value, bound.root_value, bound.value, optimum]
    assert all(low <= high + 1e-9 for low, high in itertools.pairwise(chain))


@TINY
@given(st.integers(0, 10**6), st.floats(0.0, 3.0))
def test_pose_fixing_keeps_every_better_layout(seed, slack):
    """The poses left at the root hold every layout that is cheaper than the upper bound."""
    problem = random_problem(seed)
    optimum = cheapest(problem)
    if np.isinf(optimum):
        return
    upper_bound = optimum + slack
    bound = bound_of(problem, upper_bound=upper_bound)
    for layout, total in layouts_and_costs(problem):
        if total < upper_bound - 1e-9:
            assert all(
                mask[list(poses)].all()
                for mask, poses in zip(bound.open_poses, layout, strict=True)
            )


@TINY
@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_certificate_recomputes_the_value(seed, leaves, incumbent):
    """The checker, which shares no tables or kernels with the engine, finds the same value."""
    problem = random_problem(seed)
    optimum = cheapest(problem)
    upper_bound = optimum if incumbent and np.isfinite(optimum) else None
    bound = bound_of(problem, upper_bound=upper_bound, leaf_layouts=2000 if leaves else 0)
    checked = verify_bound(problem, bound.certificate)
    if np.isinf(optimum):
        assert checked == np.inf
    else:
        assert bound.value - 1e-9 <= checked <= optimum + 1e-9
        assert checked == pytest.approx(bound.value, rel=1e-5, abs=1e-5)


@TINY
@given(st.integers(0, 10**6))
def test_another_pose_never_raises_the_optimum(seed):
    """With one pose of each class taken away, the finished bound is at least as high."""
    problem = random_problem(seed)
    less = TableProblem(
        counts=problem.counts,
        unary=tuple(cost[: max(1, len(cost) - 1)] for cost in problem.unary),
        pairs={key: shrink(table) for key, table in problem.pairs.items()},
        conflicts={key: shrink(table) for key, table in problem.conflicts.items()},
        foot=tuple(part[: max(1, part.shape[0] - 1)] for part in problem.foot),
        use=tuple(part[: max(1, part.shape[0] - 1)] for part in problem.use),
        private=tuple(part[: max(1, part.shape[0] - 1)] for part in problem.private),
    )
    more = bound_of(problem).value
    assert bound_of(less).value >= more - 1e-5 * max(1.0, abs(more) if np.isfinite(more) else 1.0)


def shrink(table):
    """The table without its last row and column, where there are two."""
    rows, columns = table.shape
    return table[: max(1, rows - 1)][:, : max(1, columns - 1)]


def test_public_function_agrees_with_enumeration():
    """`lower_bound` with its defaults is exact on a tiny problem and reports rising bounds."""
    problem = random_problem(11)
    told = []
    bound = lower_bound(
        problem, time_limit=30.0, on_progress=lambda value, method, seconds: told.append(value)
    )
    assert bound.value == pytest.approx(cheapest(problem), abs=1e-5)
    assert told[-1] == bound.value
    assert max(told) <= cheapest(problem) + 1e-9
