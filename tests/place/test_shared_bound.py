"""Branch and bound in two processes proves what it proves in one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from optimizer.place.bound import TableProblem, layout_cost, lower_bound, verify_bound
from optimizer.place.bound import shared_branching as module
from optimizer.place.bound.engine import compute_bound
from optimizer.place.bound.sharing import Board, Team, deal

pytestmark = pytest.mark.skipif(not module.can_share(), reason="the system does not fork processes")


def ring_problem(seed):
    """Five fixtures, each with 6 poses and costs to all others at random: the tables say little."""
    rng = np.random.default_rng(seed)
    return TableProblem(
        counts=(1, 1, 1, 2),
        unary=tuple(np.round(rng.random(6), 2) for _ in range(4)),
        pairs={
            pair: np.round(10 * rng.random((6, 6))).astype(np.float32)
            for pair in combinations(range(4), 2)
        },
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_processes_find_the_optimum_of_one_with_a_proof(monkeypatch, seed):
    """Bound and layout are those of a single process, and the checker follows the proof."""
    monkeypatch.setattr(module, "OPEN_EACH", 1)
    problem = ring_problem(seed)
    alone = lower_bound(problem, time_limit=1e4)
    asked = []

    def two():
        asked.append(2)
        return 2

    bound = compute_bound(
        problem, upper_bound=None, time_limit=1e4, target_gap=0.0, on_progress=None,
        should_stop=None, leaf_layouts=0, search_runs=0, workers=two,
    )  # fmt: skip
    assert asked
    assert bound.method == "exact"
    assert bound.value == pytest.approx(alone.value, abs=1e-6)
    assert verify_bound(problem, bound.certificate) == pytest.approx(bound.value, abs=1e-5)
    assert layout_cost(problem, bound.layout) == pytest.approx(alone.value, abs=1e-5)


def test_regions_that_the_end_left_unbounded_count_with_what_was_known(monkeypatch):
    """Stopped in the middle of the rounds, no region is forgotten: the proof gives the bound."""
    monkeypatch.setattr(module, "OPEN_EACH", 1)
    problem = ring_problem(4)
    optimum = lower_bound(problem, time_limit=1e4).value
    for most in (3, 8, 20):
        asked = []
        bound = compute_bound(
            problem, upper_bound=None, time_limit=1e4, target_gap=0.0, on_progress=None,
            should_stop=lambda asked=asked, most=most: len(asked) >= most, leaf_layouts=0,
            search_runs=0, workers=lambda asked=asked: asked.append(0) or 2,
        )  # fmt: skip
        assert bound.value <= optimum + 1e-6
        proven = verify_bound(problem, bound.certificate)
        assert proven >= bound.value - 1e-5


@pytest.mark.parametrize("budget", [0.4, 1.5])
def test_a_budget_of_work_gives_the_same_proof_again(monkeypatch, budget):
    """However fast each process runs: same regions, cuts and bound, never above the optimum."""
    monkeypatch.setattr(module, "OPEN_EACH", 1)
    monkeypatch.setattr(module, "ROUND", 0.1)
    problem = ring_problem(4)
    optimum = lower_bound(problem, time_limit=1e4).value
    asked = []
    found = [
        compute_bound(
            problem, upper_bound=None, time_limit=budget, target_gap=0.0, on_progress=None,
            should_stop=None, leaf_layouts=0, search_runs=0,
            workers=lambda: asked.append(0) or 2, by_work=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert asked
    assert found[0].value <= optimum + 1e-6
    assert found[0].nodes > 1
    for name in ("value", "nodes", "cuts", "seconds", "layout", "steps"):
        assert getattr(found[0], name) == getattr(found[1], name), name


def test_nothing_is_lost_with_a_process(monkeypatch):
    """Where the other processes hand nothing over, their regions are bounded all the same."""
    monkeypatch.setattr(module, "OPEN_EACH", 1)
    monkeypatch.setattr(Team, "answers", lambda self, within: [None])
    problem = ring_problem(1)
    alone = lower_bound(problem, time_limit=1e4)
    bound = compute_bound(
        problem, upper_bound=None, time_limit=1e4, target_gap=0.0, on_progress=None,
        should_stop=None, leaf_layouts=0, search_runs=0, workers=lambda: 2,
    )  # fmt: skip
    assert bound.method == "exact"
    assert bound.value == pytest.approx(alone.value, abs=1e-6)


def test_every_hand_gets_good_and_bad_cards():
    """0 1 2 3 4 5 6 dealt to and fro to two hands: 0 3 4 and 1 2 5 6."""
    assert deal(range(7), 2) == [[0, 3, 4], [1, 2, 5, 6]]


def test_a_process_that_ends_without_an_answer_has_none():
    """The others' answers come all the same, and what one wrote on the board is seen by all."""
    board = Board(best=5.0)

    def works():
        board.know(4.0)
        board.know(4.5)
        return "done"

    def fails():
        raise SystemExit(3)

    with Team([works, fails]) as team:
        assert team.answers(within=60.0) == ["done", None]
    # of 5, 4 and 4.5 the least cost
    assert board.best == 4.0
