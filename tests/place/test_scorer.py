"""The scorer of the search equals the judge, move after move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.demand.flows import PersonClass
from optimizer.demand.periods import Period
from optimizer.evaluate import evaluate
from optimizer.measured.conditions import fixed_cost
from optimizer.measures import BASIC, MEASURES
from optimizer.place.problem import build_problem
from optimizer.place.scorer import Scorer
from optimizer.place.search import Search
from optimizer.study import Objective
from optimizer.study_file import read_study


def same_as_the_judge(problem, chosen, score) -> None:
    """The terms of a score are those of `evaluate`, and so is their sum."""
    study = problem.study
    found = evaluate(study, problem.layout(chosen), shells=problem.shells, places=False)
    terms = found.objective.terms
    total = score.value - score.shut - score.limits + fixed_cost(study)
    assert total == pytest.approx(found.objective.value, rel=1e-9, abs=1e-9)
    metres, staff = (study.metre_weight(who) for who in (PersonClass.CUSTOMER, PersonClass.STAFF))
    customers = metres * found.walking.person_metres_per_hour
    walked = staff * found.walking.staff_person_metres_per_hour
    assert score.walking == pytest.approx(customers + walked, rel=1e-9)
    assert score.staff == pytest.approx(walked, rel=1e-9, abs=1e-9)
    assert score.overlooked == pytest.approx(terms["overlooked"], rel=1e-12)
    if study.objective.periods == "mix":
        assert score.encounters == pytest.approx(terms["encounters"], rel=1e-9, abs=1e-12)
        known = (*BASIC, "door_to_door")
        more = sum(value for name, value in terms.items() if name not in known)
        assert score.measures == pytest.approx(more, rel=1e-7, abs=1e-9)
        assert score.beyond == 0.0


def walk_at_random(problem, chosen, rng, moves: int) -> int:
    """Propose random moves, accept half of them, compare with the judge; number compared."""
    scorer = Scorer(problem, chosen)
    chosen = list(chosen)
    compared = 0
    for step in range(moves):
        size = 1 + step % 2
        blocks = rng.choice(len(chosen), size=min(size, len(chosen)), replace=False)
        move = tuple(
            (int(b), int(rng.integers(len(problem.candidates[problem.blocks[b][0]]))))
            for b in blocks
        )
        before = scorer.score
        score = scorer.propose(move)
        assert score is not None
        after = list(chosen)
        for block, pose in move:
            after[block] = pose
        if step % 5 == 0:
            same_as_the_judge(problem, after, score)
            compared += 1
        if rng.random() < 0.5:
            scorer.accept()
            chosen = after
            assert scorer.score == score
        else:
            scorer.reject()
            assert scorer.score == before
    same_as_the_judge(problem, chosen, scorer.score)
    return compared


def test_small_room(three_in_a_queue):
    """A hundred random moves in a small room, conflicts and all: every figure is the judge's."""
    study = replace(three_in_a_queue, objective=Objective(encounters=20.0, waiting=0.0))
    problem = build_problem(study)
    assert walk_at_random(problem, [0, 5, 9], np.random.default_rng(1), 100) >= 20


def test_standard_hall(root):
    """The same in the bundled hall, with staff walks, screens and two audiences."""
    study = read_study(root / "floorplans" / "standard_hall" / "study.toml")
    problem = build_problem(study.replace(rules=(), pitch=0.5))
    start = Search(problem, seed=2).start()
    assert start is not None
    walk_at_random(problem, start.tolist(), np.random.default_rng(3), 20)


def test_a_limit_undoes_the_move(three_in_a_queue):
    """A move dearer than the limit returns nothing and leaves everything as it was."""
    problem = build_problem(three_in_a_queue)
    scorer = Scorer(problem, [0, 5, 9])
    before = scorer.score
    far = max(range(len(problem.candidates[0])), key=lambda p: problem.tables.unary[0][p])
    assert scorer.propose(((0, far),), limit=before.value * 0.5) is None
    assert scorer.score == before
    assert scorer.propose(((0, 0),)) is not None
    scorer.accept()
    assert scorer.score.value == pytest.approx(before.value)


@pytest.mark.parametrize("name", [name for name in MEASURES if name not in BASIC])
def test_every_measure_is_scored_as_judged(three_in_a_queue, name):
    """Whatever a study weighs, the search sees the judge's value of it."""
    objective = Objective(waiting=0.0, measures={name: 3.0})
    problem = build_problem(replace(three_in_a_queue, objective=objective))
    assert walk_at_random(problem, [0, 5, 9], np.random.default_rng(1), 15) >= 3


@pytest.mark.parametrize("which", ["mix", "worst"])
@pytest.mark.parametrize("measures", [{}, {"door_to_door": 2.0, "turns_per_customer": 1.0}])
def test_periods_are_scored_as_judged(root, which, measures):
    """With two periods and half of the windows closed in one, the search sees the judge's value.

    In the worst case the heavier period changes from layout to layout, for the lighter one has
    its weight on other legs.
    """
    study = read_study(root / "floorplans" / "standard_hall" / "study.toml")
    periods = (
        Period(name="peak", hours=(10,), weight=2.0),
        Period(name="noon", hours=(12,), weight=1.0, open={"cash_counter": 2, "open_desk": 1}),
    )
    objective = replace(study.objective, periods=which, measures=measures)
    study = study.replace(rules=(), pitch=0.5, objective=objective, periods=periods)
    problem = build_problem(study)
    start = Search(problem, seed=2).start()
    assert start is not None
    walk_at_random(problem, start.tolist(), np.random.default_rng(3), 12)


def test_measures_in_the_standard_hall(root):
    """All measures at once, in a hall where machines, counters, staff and a guide desk exist."""
    study = read_study(root / "floorplans" / "standard_hall" / "study.toml")
    weights = {name: 1.0 for name in MEASURES if name not in BASIC}
    objective = replace(study.objective, measures=weights)
    problem = build_problem(study.replace(rules=(), pitch=0.5, objective=objective))
    start = Search(problem, seed=2).start()
    assert start is not None
    walk_at_random(problem, start.tolist(), np.random.default_rng(3), 10)


def test_a_broken_limit_costs_more_than_all_the_walking(three_in_a_queue):
    """The search pays a whole layout's walking and more for a limit; a kept one is free."""
    free = Scorer(build_problem(three_in_a_queue), [0, 5, 9]).score
    now = evaluate(three_in_a_queue, build_problem(three_in_a_queue).layout([0, 5, 9]))
    metres = now.walking.metres_per_customer
    assert metres > 0
    kept = replace(three_in_a_queue, limits={"metres_per_customer": metres})
    assert Scorer(build_problem(kept), [0, 5, 9]).score == free
    broken = replace(three_in_a_queue, limits={"metres_per_customer": metres / 2})
    # the excess is as much as the limit: 1 + 1 walks of the layout
    score = Scorer(build_problem(broken), [0, 5, 9]).score
    assert score.limits == pytest.approx(2 * free.walking)
    assert score.value == pytest.approx(free.value + 2 * free.walking)
