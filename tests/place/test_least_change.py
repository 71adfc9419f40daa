"""Few moves from today's layout: against trying every layout, and where today breaks rules."""

import functools
import itertools

import pytest
from tiny_studies import machine, make_study, room

from optimizer.equipment.layout import Layout, Placement
from optimizer.errors import StudyError
from optimizer.evaluate import evaluate
from optimizer.place.homes import moved_fixtures
from optimizer.place.least_change import least_change
from optimizer.place.optimize import optimize
from optimizer.place.problem import build_problem
from optimizer.place.scorer import Scorer
from optimizer.result import Status
from optimizer.study import FixtureGroup


def placed(*rows):
    """A layout of rows (name, x, y, angle); the type is the first letter of the name."""
    return Layout(
        placements=tuple(
            Placement(fixture=name, type=name[0], x=x, y=y, angle=angle)
            for name, x, y, angle in rows
        )
    )


#: Far from the door in the middle of the south wall, and off the grid of 1 m.
TODAY = placed(("a-1", 0.3, 3.31, 90.0), ("a-2", 5.7, 3.37, 270.0), ("b-1", 5.21, 3.7, 0.0))


def study_of(today=TODAY, **changes):
    """Two machines a and one b along the walls of a bare room; one walks to each."""
    groups = (FixtureGroup(type="a", min=2, max=2), FixtureGroup(type="b", min=1, max=1))
    plan = changes.pop("plan", None) or room()
    values = {"current_layout": today} | changes
    return make_study(plan, groups, (machine("a"), machine("b")), **values)


#: Sound, but far from the door.
FAR = placed(("a-1", 0.3, 2.31, 90.0), ("a-2", 3.7, 1.7, 270.0), ("b-1", 2.0, 2.7, 0.0))


def small_study():
    """The same machines in a smaller room, where every layout can be tried."""
    return study_of(FAR, plan=room(4.0, 3.0))


@functools.cache
def least_by_moves():
    """Least score over all layouts by the number of moves from `FAR`."""
    problem = build_problem(small_study(), known=(FAR,), at_most=3)
    sizes = [range(len(problem.candidates[k])) for k, _ in problem.blocks]
    best = {}
    for row in itertools.product(*sizes):
        if problem.fit(row):
            moved = problem.leeway.moved(row)
            value = Scorer(problem, row).score.value
            best[moved] = min(best.get(moved, float("inf")), value)
    return best


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_equals_brute_force(most):
    """The best layout with 0, 1, 2 and 3 moves is found, and no bound is above it."""
    study = small_study()
    best = min(least_by_moves()[moved] for moved in range(most + 1))
    result = optimize(study, steps=900, workers=1, time_limit=6.0, at_most=most)
    assert result.objective == pytest.approx(best, rel=1e-6)
    assert result.bound <= best * (1 + 1e-9)
    assert len(moved_fixtures(study.current_layout, result.layout)) <= most
    assert result.at_most == most


def test_each_move_pays():
    """One move, two, three: the objective falls and what is saved adds up to the whole."""
    study = small_study()
    steps = least_change(study, most=3, steps=800, workers=1, time_limit=9.0)
    today = evaluate(study, study.current_layout).objective.value
    assert [step.at_most for step in steps] == [1, 2, 3]
    assert [len(step.moved) for step in steps] == [1, 2, 3]
    assert all(step.saved > 0 for step in steps)
    assert today - sum(step.saved for step in steps) == pytest.approx(steps[-1].objective)


def test_moves_end_a_breach_first():
    """Where two of today's machines overlap, the one move allowed parts them, and that is said."""
    # a-2 and b-1 at (5.7, 3.37) and (5.21, 3.7) overlap: both are 0.6 × 0.6 m
    study = study_of()
    assert evaluate(study, TODAY).broken
    result = optimize(study, steps=600, workers=1, time_limit=6.0, at_most=1)
    assert result.evaluation.broken == ()
    assert result.bound is None
    assert any("break rules" in note for note in result.notes)
    assert set(moved_fixtures(TODAY, result.layout)) < {"a-2", "b-1"}


def test_no_move_allowed_returns_today():
    """With none, the layout is today's to the last digit, breaches and all."""
    study = study_of()
    result = optimize(study, steps=50, workers=1, time_limit=6.0, at_most=0)
    assert moved_fixtures(TODAY, result.layout) == ()
    assert len(result.evaluation.broken) == len(evaluate(study, TODAY).broken)
    assert result.status is Status.FEASIBLE


def test_like_fixtures_are_exchanged_freely():
    """Two like machines that change places did not move; one that came in addition neither."""
    swapped = placed(("a-2", 0.3, 3.31, 90.0), ("a-1", 5.7, 3.37, 270.0), ("b-1", 5.21, 3.7, 0.0))
    assert moved_fixtures(TODAY, swapped) == ()
    more = placed(*((p.fixture, p.x, p.y, p.angle) for p in TODAY.placements), ("a-3", 1, 1, 0.0))
    assert moved_fixtures(TODAY, more) == ()
    turned = placed(("a-1", 0.3, 3.31, 90.0), ("a-2", 5.7, 3.37, 270.0), ("b-1", 5.21, 3.7, 90.0))
    assert moved_fixtures(TODAY, turned) == ("b-1",)


def test_without_a_layout_of_today():
    """What to give is said."""
    study = study_of(today=None)
    with pytest.raises(StudyError, match="give it 'current'"):
        optimize(study, at_most=1)
    with pytest.raises(StudyError, match="give it 'current'"):
        least_change(study)
    with pytest.raises(StudyError, match="0 fixtures or more"):
        optimize(study_of(), at_most=-1)


def test_never_worse_than_a_sound_start():
    """A start that keeps all rules is not given up for something worse, however short the time."""
    study = study_of(today=None)
    good = optimize(study, steps=900, workers=1, time_limit=6.0)
    again = optimize(study, steps=1, workers=1, time_limit=3.0, start=good.layout, seed=5)
    assert again.objective <= good.objective * (1 + 1e-12)
    today = study.replace(current_layout=good.layout)
    assert optimize(today, steps=1, workers=1, time_limit=3.0, seed=7).objective <= good.objective
