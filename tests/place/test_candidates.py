"""Candidate poses: every one keeps the rules of its block, none that keeps them is missed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from optimizer.equipment.layout import Layout
from optimizer.equipment.model import Anchoring
from optimizer.place.blocks import make_blocks
from optimizer.place.candidates import (
    count_by_rule,
    find_candidates,
    find_on_grid,
    ground_of,
    some_of,
)
from optimizer.place.faces import compute_faces, principal_angle
from optimizer.plan.space import floor_space
from optimizer.rules.placement import placement_findings
from optimizer.study import FixtureGroup

SINGLE = {"PLC-01", "PLC-02", "PLC-04", "PLC-05", "PLC-06", "PLC-07", "PLC-08"}


def broken_alone(study, kind, pose) -> set[str]:
    """Rules of one block that it breaks when it stands alone."""
    layout = Layout(placements=tuple(kind.placements(0, pose)))
    found = placement_findings(study, layout)
    return {f.rule.id for f in found if f.passed is False} & SINGLE


@pytest.mark.parametrize("name", ["two_machines", "three_in_a_queue", "counter_row"])
def test_candidates_keep_the_rules(name, request):
    """No candidate breaks a rule of its own block."""
    study = request.getfixturevalue(name)
    ground = ground_of(study)
    for kind in make_blocks(study):
        poses = find_candidates(study, ground, kind)
        assert len(poses)
        for pose in poses:
            assert broken_alone(study, kind, pose) == set(), (kind.label, pose)


def test_rejected_poses_break_a_rule(three_in_a_queue):
    """Both answers occur on the grid, and each pose that is rejected does break a rule."""
    study = three_in_a_queue
    kind = make_blocks(study)[0]
    poses = {tuple(np.round(p, 6)) for p in find_candidates(study, ground_of(study), kind)}
    rejected = 0
    for x in np.arange(0.0, 5.1, 1.0):
        for y in np.arange(0.0, 4.1, 1.0):
            for angle in (0.0, 90.0, 180.0, 270.0):
                if (x, y, angle) not in poses:
                    rejected += 1
                    assert broken_alone(study, kind, (x, y, angle)), (x, y, angle)
    assert rejected > 20
    assert len(poses) > 20


def test_wall_poses_by_hand(two_machines):
    """A machine of 0.6 m along a face of 4 m, a step of 1 m: at 0, 1, 2, 3 and flush at 3.4."""
    study = two_machines
    west = [f for f in ground_of(study).faces if f.start[0] == f.end[0] == 0.0]
    assert len(west) == 1
    poses = west[0].poses(width=0.6, depth=0.6, pitch=1.0, through=False)
    # the face runs from (0, 4) down to (0, 0) with the floor on its left: x = depth / 2 = 0.3
    assert poses[:, 0] == pytest.approx([0.3] * 5)
    assert poses[:, 1] == pytest.approx([4 - 0.3 - s for s in (0, 1, 2, 3, 3.4)])
    # the front looks to +x: from −y it is turned by 90 degrees
    assert poses[:, 2] == pytest.approx([90.0] * 5)


def test_counters_sit_in_the_middle_of_the_wall(counter_row):
    """The wall is 0.2 m thick from y = 4.0: the row's middle is at y = 4.1."""
    study = counter_row
    row = next(k for k in make_blocks(study) if len(k.members) == 3)
    poses = find_candidates(study, ground_of(study), row)
    assert poses[:, 1] == pytest.approx(np.full(len(poses), 4.1))
    assert poses[:, 2] == pytest.approx(np.zeros(len(poses)))
    # 7 m of wall, 3 m of row, a step of 1 m: 0 … 4
    assert sorted(poses[:, 0]) == pytest.approx([1.5, 2.5, 3.5, 4.5, 5.5])


def test_a_row_is_one_block_in_the_order_of_the_study(counter_row):
    """Three counters of 1 m: their middles are 1 m apart, named from left to right."""
    row = next(k for k in make_blocks(counter_row) if len(k.members) == 3)
    placed = list(row.placements(0, (3.5, 4.1, 0.0)))
    assert [p.fixture for p in placed] == ["counter-1", "counter-2", "counter-3"]
    assert [p.x for p in placed] == pytest.approx([2.5, 3.5, 4.5])


def test_fixed_fixtures_have_one_pose(two_machines):
    """A fixture that the study keeps where it is has that pose and no other."""
    group = FixtureGroup(type="a", min=2, max=2, at=((0.3, 2.0, 90.0),))
    study = replace(two_machines, groups=(group,))
    kinds = make_blocks(study)
    assert [k.fixed for k in kinds] == [(0.3, 2.0, 90.0), None]
    assert find_candidates(study, ground_of(study), kinds[0]).tolist() == [[0.3, 2.0, 90.0]]


def test_turned_room_has_turned_candidates(two_machines):
    """Walls 30 degrees off the axes: as many poses, every angle turned by 30 degrees."""
    study = two_machines
    plan = study.plan
    turned_plan = replace(
        plan,
        outline=shapely.affinity.rotate(plan.outline, 30, origin=(0, 0)),
        doors=tuple(
            replace(d, line=shapely.affinity.rotate(d.line, 30, origin=(0, 0))) for d in plan.doors
        ),
    )
    turned = replace(study, plan=turned_plan)
    kind = make_blocks(study)[0]
    straight = find_candidates(study, ground_of(study), kind)
    askew = find_candidates(turned, ground_of(turned), kind)
    assert len(askew) == len(straight)
    assert sorted(np.round(askew[:, 2] - 30, 6) % 360) == pytest.approx(sorted(straight[:, 2]))
    assert principal_angle(compute_faces(floor_space(turned_plan))) == pytest.approx(30.0)


def test_dust_of_a_drawing_has_no_faces():
    """Holes and parts of a floor that are thinner than a hair change none of its faces."""
    room = [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0)]
    hair = [(1.0, 1.0), (1.0 + 5e-7, 1.0), (1.0 + 5e-7, 1.0 + 5e-7)]
    speck = shapely.Polygon([(9.0, 9.0), (9.0 + 7e-7, 9.0), (9.0, 9.0 + 7e-7)])
    clean = {(f.start, f.end) for f in compute_faces(shapely.Polygon(room))}
    assert len(clean) == 4
    dusty = shapely.MultiPolygon([shapely.Polygon(room, [hair]), speck])
    assert {(f.start, f.end) for f in compute_faces(dusty)} == clean


def test_the_rule_that_kills_is_named(two_machines):
    """A machine wider than the room has no pose; one too deep for the strip at the door neither."""
    study = two_machines
    types = dict(study.types)
    types["a"] = replace(types["a"], width=7.0, anchoring=Anchoring.FREE)
    kind = make_blocks(replace(study, types=types))[0]
    counts = count_by_rule(replace(study, types=types), kind)
    assert counts[0][1] > 0
    assert counts[-1][1] == 0
    first_dead = next(rule for rule, left in counts if left == 0)
    assert "PLC-01" in first_dead


def test_a_few_poses_along_many_walls(two_machines):
    """Each face has two ends on every grid, so no grid holds to one pose: one of them is taken."""
    kind = make_blocks(two_machines)[0]
    poses, step = find_on_grid(two_machines, ground_of(two_machines), kind, 1)
    assert poses.shape == (1, 3)
    assert step > two_machines.pitch
    every = find_candidates(two_machines, ground_of(two_machines), kind)
    assert (np.abs(every - poses).max(axis=1) < 1e-9).any()


def test_some_poses_are_the_same_ones_every_time():
    """Seven of twenty, in their order, twice the same; all where they are not too many."""
    poses = np.arange(60.0).reshape(20, 3)
    some = some_of(poses, 7)
    assert some.shape == (7, 3)
    assert (np.diff(some[:, 0]) > 0).all()
    assert (some == some_of(poses, 7)).all()
    assert (some_of(poses, 20) == poses).all()
