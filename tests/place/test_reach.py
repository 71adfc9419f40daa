"""Poses that nobody can walk to are no candidates; the planner is told which door is cut off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from tiny_studies import machine, make_study, one_stop_each, room

from optimizer.demand.mix import StaffRound
from optimizer.equipment.model import Anchoring, Role, StandingPoint
from optimizer.place.optimize import optimize
from optimizer.place.problem import build_problem
from optimizer.plan.model import Door, DoorKind
from optimizer.result import Status
from optimizer.study import FixtureGroup


def walled(study, *walls):
    """The study in a room of 6 × 4 m with walls across it."""
    return study.replace(plan=room(walls=walls))


def test_poses_behind_a_wall_are_left_out(two_machines):
    """A wall from x = 4.0 to 4.2 m: the door at 2.5 … 3.5 m is on its left, so are all poses."""
    problem = build_problem(walled(two_machines, shapely.box(4.0, 0, 4.2, 4)))
    for k, poses in enumerate(problem.candidates):
        assert len(poses)
        assert (poses[:, 0] < 4.0).all()
        assert np.isfinite(problem.tables.unary[k]).all()
    assert not problem.apart
    # nothing is tried there, so that nothing has to be cut off
    assert not problem.cut_off


def test_nothing_is_left_out_of_one_room(two_machines):
    """Without the wall all poses have a way."""
    assert not build_problem(two_machines).cut_off


def test_no_way_from_an_entrance_is_infeasible(two_machines):
    """Two entrances, one on either side of a wall: no place can be reached from both."""
    plan = room(walls=(shapely.box(4.0, 0, 4.2, 4),))
    other = Door(
        name="other", kind=DoorKind.ENTRANCE, line=shapely.LineString([(4.6, 0), (5.6, 0)])
    )
    study = two_machines.replace(plan=replace(plan, doors=(*plan.doors, other)))
    result = optimize(study, time_limit=3, workers=1)
    assert build_problem(study).apart
    assert result.status is Status.INFEASIBLE
    sentence = next(s for s in result.conflict if s.startswith("a-1 (0.60 × 0.60 m)"))
    assert "none of the" in sentence
    # fewer poses lie on the right, 1.8 m wide, so fewest have a way to the door there
    assert "has a way to entrance 'other' at (5.10, 0.00); if that one of 2 leads" in sentence


def test_the_optimum_is_found_beside_a_room_without_a_door(two_machines):
    """The half behind the wall takes nothing away: layout and bound come out."""
    result = optimize(walled(two_machines, shapely.box(4.0, 0, 4.2, 4)), time_limit=5, workers=1)
    assert result.layout is not None
    assert result.evaluation is not None
    assert result.bound == pytest.approx(result.evaluation.objective.value, rel=0.2)
    assert all(p.x < 4.0 for p in result.layout.placements)
    # 1.8 x 4 m lie behind the wall
    assert "7.2 m2 of floor cannot be reached from an entrance, at (5.10, 2.00)" in result.notes


def test_short_of_time_kinds_get_fewer_poses(three_in_a_queue):
    """Without any time 250 poses a kind are left, and the problem says so; else there are more."""
    study = three_in_a_queue.replace(pitch=0.1)
    usual = build_problem(study)
    hurried = build_problem(study, seconds=0.0)
    assert not usual.scarce
    assert max(len(poses) for poses in usual.candidates) > 250
    assert hurried.scarce
    assert max(len(poses) for poses in hurried.candidates) <= 250


def test_two_kinds_that_nobody_can_walk_between_are_told_once():
    """Staff walk from counters, behind a wall, to machines in the hall; no door: one sentence."""
    counter = machine(
        "counter",
        Anchoring.THROUGH_WALL,
        width=1.0,
        standing=(
            StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.8),
            StandingPoint(role=Role.STAFF, x=0.0, y=0.8),
        ),
    )
    study = make_study(
        room(7.0, 6.0, walls=(shapely.box(0, 4.0, 7, 4.2),)),
        (FixtureGroup(type="counter", min=1, max=1), FixtureGroup(type="m", min=1, max=1)),
        (counter, machine("m")),
        replace(
            one_stop_each("counter", "m"),
            rounds=(StaffRound(name="stroll", route=("m", "counter"), per_hour=2.0),),
        ),
    )
    result = optimize(study, time_limit=3, workers=1)
    assert result.status is Status.INFEASIBLE
    (sentence,) = result.conflict
    assert sentence.startswith("counter-1 (1.00")
    assert "has a way for staff to any of the" in sentence
    assert "of m: they lie in parts of the floor that no drawn door joins" in sentence
