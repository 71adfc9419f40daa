"""What does not fit is said with its reason; what fits is found."""

from __future__ import annotations

from dataclasses import replace

from optimizer.place.feasibility import find_feasible, smallest_conflict
from optimizer.place.optimize import optimize
from optimizer.place.packing import most_blocks
from optimizer.place.problem import build_problem
from optimizer.result import Status
from optimizer.rules.placement import fits
from optimizer.study import FixtureGroup


def test_a_layout_is_found(three_in_a_queue):
    """CP-SAT's layout keeps every placement rule."""
    problem = build_problem(three_in_a_queue)
    found = find_feasible(problem, time_limit=20)
    assert found.status is Status.FEASIBLE
    assert fits(three_in_a_queue, problem.layout(found.chosen))


def test_a_fixture_that_fits_nowhere(two_machines):
    """A machine wider than the room: INFEASIBLE, named with its size and the rule."""
    types = dict(two_machines.types)
    types["a"] = replace(types["a"], width=9.0)
    result = optimize(replace(two_machines, types=types), time_limit=3, workers=1)
    assert result.status is Status.INFEASIBLE
    assert result.layout is None
    assert any("a-1 (9.00 × 0.60 m) fits nowhere" in s for s in result.conflict)


def test_too_many_for_the_walls(two_machines):
    """Forty machines of 0.6 m along 20 m of wall: a count proves that they cannot all stand."""
    group = FixtureGroup(type="a", min=40, max=40)
    study = two_machines.replace(groups=(group,), pitch=0.6)
    problem = build_problem(study)
    assert most_blocks(problem) < 40
    result = optimize(study, time_limit=10, workers=1)
    assert result.status is Status.INFEASIBLE
    assert "of the 40 × a can stand" in result.conflict[0]


def test_smallest_conflict_by_construction(two_machines):
    """Two machines are each fixed on the same spot, a third is free: the two are the conflict."""
    spot = (0.3, 2.0, 90.0)
    groups = (
        FixtureGroup(type="a", min=1, max=1, at=(spot,)),
        FixtureGroup(type="b", min=1, max=1, at=(spot,)),
        FixtureGroup(type="c", min=1, max=1),
    )
    types = dict(two_machines.types)
    types["c"] = replace(types["a"], name="c")
    study = two_machines.replace(groups=groups, types=types)
    problem = build_problem(study)
    assert find_feasible(problem, time_limit=10).status is Status.INFEASIBLE
    assert [problem.kinds[k].label for k in smallest_conflict(problem, time_limit=20)] == ["a", "b"]


def test_a_stopped_run_returns_the_best_so_far(two_machines):
    """A stop from outside ends the run early with a layout."""
    result = optimize(two_machines, time_limit=60, workers=1, should_stop=lambda: True)
    assert result.layout is not None
    assert result.seconds.total < 30
