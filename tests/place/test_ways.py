"""Wide routes under search: what no route reaches counts as shut, where another pose would do."""

from __future__ import annotations

import numpy as np
from tiny_studies import machine, make_study, room

from optimizer.equipment.model import Anchoring
from optimizer.place.pose_table import PoseTable
from optimizer.place.problem import build_problem
from optimizer.place.ways import Ways
from optimizer.study import FixtureGroup


def ways_of(width: float, pose: int):
    """One machine free on the floor at one of its poses, and routes of a width."""
    groups = (FixtureGroup(type="a", min=1, max=1),)
    study = make_study(room(), groups, (machine("a", Anchoring.FREE),)).replace(pitch=0.5)
    problem = build_problem(study)
    table = PoseTable(problem.kinds[0], problem.candidates[0])
    return Ways(problem, width, table.boxes[pose], (pose,)), problem, table


def test_a_route_as_wide_as_the_room_tells_no_pose_from_another():
    """A disc wider than the room finds no way to any pose: no move mends it, so none is charged."""
    ways, problem, table = ways_of(30.0, 0)
    assert ways.shut == 0
    last = len(problem.candidates[0]) - 1
    assert ways.propose([(0, last)], np.array([0]), table.boxes[last]) == 0


def test_a_pose_that_no_wide_route_reaches_is_shut_before_and_after_a_move():
    """A disc of 2.6 m finds room before some poses only; the others count, at the start too."""
    ways, problem, table = ways_of(2.6, 0)
    rows = np.array([0])
    shut = []
    for pose in range(len(problem.candidates[0])):
        shut.append(ways.propose([(0, pose)], rows, table.boxes[pose]))
        ways.reject()
    assert set(shut) == {0, 1}
    first = shut.index(1)
    begun = ways_of(2.6, first)[0]
    assert begun.shut == 1
    assert begun.propose([(0, first)], rows, table.boxes[first]) == 1
    begun.accept()
    assert begun.shut == 1


def test_a_narrow_route_reaches_the_machine_and_a_rejected_move_changes_nothing():
    """A strip of 0.6 m leads everywhere in an empty room."""
    ways, problem, table = ways_of(0.6, 0)
    shut = [
        ways.propose([(0, pose)], np.array([0]), table.boxes[pose]) or ways.reject() or ways.shut
        for pose in range(0, len(problem.candidates[0]), 7)
    ]
    assert not any(shut)
