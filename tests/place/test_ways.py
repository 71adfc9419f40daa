"""Wide routes under search: what no route reaches counts as shut."""

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


def test_a_route_as_wide_as_the_room_reaches_nothing():
    """A disc wider than the room finds no way in: every pose counts as shut, before a move too."""
    ways, problem, table = ways_of(30.0, 0)
    assert ways.shut == 1
    last = len(problem.candidates[0]) - 1
    rows = np.array([0])
    assert ways.propose([(0, last)], rows, table.boxes[last]) == 1
    ways.accept()
    assert ways.shut == 1


def test_a_narrow_route_reaches_the_machine_and_a_rejected_move_changes_nothing():
    """A strip of 0.6 m leads everywhere in an empty room."""
    ways, problem, table = ways_of(0.6, 0)
    shut = [
        ways.propose([(0, pose)], np.array([0]), table.boxes[pose]) or ways.reject() or ways.shut
        for pose in range(0, len(problem.candidates[0]), 7)
    ]
    assert not any(shut)
