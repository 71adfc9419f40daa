"""Egress from the hall of 10 × 8 m with one street door, 1.2 m wide, at (5, 0)."""

from dataclasses import replace

import pytest
from shapely import LineString, box

from optimizer.plan.model import Door, DoorKind


def door(name, kind, *line):
    return Door(name=name, kind=kind, line=LineString(line))


def test_egress_distance(ask):
    """The farthest corner, (0, 8), is √(4.4² + 8²) = 9.130 m from the door's nearest jamb."""
    assert ask("egress_distance", value=9.2).all[0].value == pytest.approx(9.1302, abs=1e-3)
    assert ask("egress_distance", value=9.2).passed
    assert not ask("egress_distance", value=9.1).passed


def test_second_exit_shortens_egress(ask, hall):
    """With an emergency door in the upper wall the farthest places are at half height."""
    out = door("out", DoorKind.EMERGENCY, (4.4, 8), (5.6, 8))
    found = ask("egress_distance", value=9.1, plan=replace(hall, doors=(*hall.doors, out)))
    # √(4.4² + 4²) = 5.946
    assert found.all[0].value == pytest.approx(5.946, abs=0.01)


def test_no_exit_breaks_every_egress_rule(ask, hall):
    """People must get out."""
    shut = replace(hall, doors=())
    for check in ("egress_distance", "egress_walk", "exit_count", "egress_route", "egress_strip"):
        assert not ask(check, value=9.2, plan=shut).passed


def test_egress_walk_goes_round_walls(ask, hall):
    """Behind a wall the walk is longer than the straight line; a closed-off corner is named."""
    straight = ask("egress_walk", value=45).all[0]
    # from (0.25, 7.75) to the nearest place before the door's middle, (5, 0.25): 8.88 m
    assert straight.value == pytest.approx(8.88, abs=0.02)
    walled = replace(hall, walls=(box(0, 3.9, 8.0, 4.1),))
    around = ask("egress_walk", value=45, plan=walled).all[0]
    # from (0.25, 7.75) by (8.25, 4.35), about, to the door: more than 8.7 + 5.0
    assert 13.4 < around.value < 14.5
    assert not ask("egress_walk", value=13, plan=walled).passed
    closed = replace(hall, walls=(box(0, 3.9, 3.0, 4.1), box(2.9, 4.1, 3.1, 8.0)))
    # no way at all into the upper left corner: it is part of the floor but not of the hall that
    # customers come to, so only furniture can close floor off
    assert ask("egress_walk", value=45, plan=closed).passed
    row = [(f"block-{i}", 0.5 + i, 4.0, 0) for i in range(10)]
    assert not ask("egress_walk", *row, value=45).passed


@pytest.mark.parametrize(
    ("limits", "passed"),
    [
        # 80 m² are few enough
        ({"area": 120, "open_area": 200, "reach": 15, "wide": 1.4}, True),
        # too large, and the door is no 1.4 m wide
        ({"area": 70, "open_area": 200, "reach": 15, "wide": 1.4}, False),
        # too large, but all places are near a wide door
        ({"area": 70, "open_area": 200, "reach": 15, "wide": 1.2}, True),
        ({"area": 70, "open_area": 200, "reach": 9, "wide": 1.2}, False),
        ({"area": 70, "open_area": 75, "reach": 15, "wide": 1.2}, False),
    ],
)
def test_one_exit_is_enough_for_a_small_hall(ask, limits, passed):
    """The hall has 80 m² and one door of 1.2 m."""
    assert ask("exit_count", value=2, **limits).passed is passed


def test_two_exits_are_enough(ask, hall):
    """An emergency door counts as an exit, a staff door does not."""
    limits = {"area": 1, "open_area": 1, "reach": 1, "wide": 1}
    for kind, passed in ((DoorKind.EMERGENCY, True), (DoorKind.STAFF, False)):
        out = door("out", kind, (0, 4), (0, 5))
        plan = replace(hall, doors=(*hall.doors, out))
        assert ask("exit_count", value=2, plan=plan, **limits).passed is passed


def test_exit_spacing(ask, hall):
    """Two doors in one wall, 1 m apart, are no two ways out; across the hall they are."""
    assert ask("exit_spacing", value=5).passed
    near = replace(hall, doors=(*hall.doors, door("b", DoorKind.EXIT, (6.6, 0), (7.8, 0))))
    assert ask("exit_spacing", value=5, plan=near).broken[0].value == pytest.approx(1.0)
    far = replace(hall, doors=(*hall.doors, door("b", DoorKind.EXIT, (4, 8), (5, 8))))
    assert ask("exit_spacing", value=5, plan=far).passed


def test_egress_route_and_strip(ask, hall):
    """One of each kind needs the walkway, every place needs the strip."""
    plan = replace(hall, walls=(box(0, 3.9, 5.0, 4.1), box(6.0, 3.9, 10, 4.1)))
    behind, before = ("desk-1", 2, 7, 0), ("desk-2", 2, 2, 0)
    assert ask("egress_route", behind, before, value=1.1, plan=plan).passed
    assert not ask("egress_route", behind, value=1.1, plan=plan).passed
    assert ask("egress_strip", behind, before, value=1.1, plan=plan).fixtures == ["desk-1"]
    assert ask("egress_strip", behind, before, value=0.9, plan=plan).passed
    # a block in the gap leaves 0.5 m
    block = ("block-1", 5.0, 4.0, 0)
    assert ask("egress_strip", behind, before, block, value=0.9, plan=plan).fixtures == ["desk-1"]
