"""Doors of the hall: width, turning circles, wall beside the handle."""

from dataclasses import replace

import pytest
from shapely import LineString, box

from optimizer.plan.model import Door, DoorKind

ENTRANCE = ("entrance",)


def test_door_width(ask):
    """The street door is 1.2 m wide."""
    assert ask("door_width", value=1.2, subjects=ENTRANCE).passed
    found = ask("door_width", value=1.4, subjects=ENTRANCE)
    assert found.broken[0].value == pytest.approx(1.2)
    assert found.broken[0].where == pytest.approx((5, 0))
    # other kinds of door are not asked for
    assert ask("door_width", value=1.4, subjects=("emergency",)).passed
    # no value: the rule holds for crowded public places only
    assert ask("door_width", subjects=ENTRANCE).passed


@pytest.mark.parametrize(("y", "passed"), [(2.2, True), (1.6, False)])
def test_door_turning_inside(ask, y, passed):
    """A row of blocks above the door leaves a depth of y − 0.3 m for a circle of 1.5 m."""
    row = [(f"block-{i}", 1.5 + i, y, 0) for i in range(8)]
    found = ask("door_turning", *row, value=1.5, subjects=ENTRANCE)
    assert found.passed is passed
    assert passed or "block-3" in found.fixtures


def test_door_turning_on_both_sides_of_an_inner_door(ask, hall):
    """A block on the far side of an inner door breaks the rule as well."""
    inner = Door(name="in", kind=DoorKind.INNER, line=LineString([(5, 4), (6, 4)]))
    plan = replace(hall, walls=(box(0, 3.9, 10, 4.1),), doors=(*hall.doors, inner))
    asked = {"value": 1.5, "subjects": ("inner",), "plan": plan}
    assert ask("door_turning", **asked).passed
    row = [(f"block-{i}", 2.5 + i, 5.3, 0) for i in range(7)]
    # 0.9 m between the wall and the row
    assert len(ask("door_turning", *row, **asked).broken) == 1


def test_door_handle(ask, hall):
    """0.4 m of wall are free beside one jamb of an inner door; blocks at both jambs break it."""
    inner = Door(name="in", kind=DoorKind.INNER, line=LineString([(5, 4), (6, 4)]))
    plan = replace(hall, walls=(box(0, 3.9, 10, 4.1),), doors=(*hall.doors, inner))
    asked = {"value": 0.4, "depth": 0.4, "subjects": ("inner",), "plan": plan}
    left, right = ("block-1", 4.4, 4.4, 0), ("block-2", 6.6, 4.4, 0)
    assert ask("door_handle", **asked).passed
    assert ask("door_handle", left, **asked).passed
    assert ask("door_handle", right, **asked).passed
    assert not ask("door_handle", left, right, **asked).passed
    assert ask("door_handle", **(asked | {"plan": hall})).unknown
