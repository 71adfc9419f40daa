"""What has to be there, how big, where, and who sees it; each rule with both answers."""

from dataclasses import replace

import pytest
from shapely import box

from optimizer.plan.model import Zone, ZoneKind


def test_presence_counts_all_subjects_together(ask):
    """One desk or machine is enough for 1, both together for 2."""
    asked = {"subjects": ("desk", "machine")}
    both = (("desk-1", 2, 4, 0), ("machine-1", 5, 7, 0))
    assert ask("presence", both[0], value=1, **asked).passed
    assert ask("presence", *both, value=2, **asked).passed
    assert ask("presence", both[0], value=2, **asked).broken[0].value == 1
    assert not ask("presence", ("seat-1", 2, 4, 0), value=1, **asked).passed


def test_zone_presence(ask, hall):
    """A 24 h zone is there or not."""
    asked = {"value": 1, "subjects": ("self_service_24h",)}
    assert not ask("zone_presence", plan=hall, **asked).passed
    zone = Zone(name="24 h", kind=ZoneKind.SELF_SERVICE_24H, polygon=box(0, 0, 3, 3))
    assert ask("zone_presence", plan=replace(hall, zones=(zone,)), **asked).passed


def test_near_entrance(ask, hall):
    """The desk's lower edge is 2.7 m above the door."""
    desk = ("desk-1", 5, 3, 0)
    assert ask("near_entrance", desk, value=3, subjects=("desk",)).passed
    found = ask("near_entrance", desk, value=2.5, subjects=("desk",))
    assert found.broken[0].value == pytest.approx(2.7)
    assert ask("near_entrance", value=3, subjects=("desk",)).unknown


def test_front_distance(ask):
    """1.8 m before the desk's front at y = 3.7: a block reaching up to 1.9 is too near."""
    desk = ("desk-1", 5, 4, 0)
    assert ask("front_distance", desk, ("block-1", 5, 1.6, 0), value=1.8, subjects=("desk",)).passed
    found = ask("front_distance", desk, ("block-1", 5, 1.7, 0), value=1.8, subjects=("desk",))
    assert found.broken[0].value == pytest.approx(1.7)
    # behind it things may stand
    assert ask("front_distance", desk, ("block-1", 5, 4.7, 0), value=1.8, subjects=("desk",)).passed


def test_sizes_of_types(ask):
    """A desk is 1.0 m wide, 0.6 m deep and 0.75 m high."""
    desk, asked = ("desk-1", 5, 4, 0), {"subjects": ("desk",)}
    assert ask("fixture_height", desk, value=0.85, low=0.7, **asked).passed
    assert not ask("fixture_height", desk, value=0.74, low=0.7, **asked).passed
    assert not ask("fixture_height", desk, value=0.85, low=0.8, **asked).passed
    assert ask("fixture_depth", desk, value=0.6, **asked).passed
    assert not ask("fixture_depth", desk, value=0.7, **asked).passed
    assert ask("fixture_width", desk, value=1.0, **asked).passed
    assert ask("fixture_width", desk, value=0.9, **asked).broken[0].value == 1.0
    # a type that is not there is not judged
    assert ask("fixture_width", value=0.9, **asked).passed


def test_staff_view(ask, hall):
    """The desk's clerk sees the door and a machine; a wall of screens hides one of the two."""
    # the clerk stands at (5, 4.9); the machine's customers at (2, 6.1)
    desk, machine = ("desk-1", 5, 4, 0), ("machine-1", 2, 7, 0)
    asked = {"value": 100, "subjects": ("desk", "machine")}
    assert ask("staff_view", desk, machine, **asked).passed
    screen = ("screen-1", 3.5, 5.5, 90)
    hidden = ask("staff_view", desk, machine, screen, **asked)
    assert (hidden.broken[0].value, hidden.fixtures) == (50.0, ["machine-1"])
    assert ask("staff_view", desk, machine, screen, **(asked | {"value": 50})).passed
    before = ("screen-1", 5, 2, 0)
    assert "entrance street" in ask("staff_view", desk, machine, before, **asked).broken[0].sentence
    assert ask("staff_view", machine, **asked).unknown


def test_staff_view_is_of_the_hall_only(ask, hall):
    """Machines and street doors of a 24 h zone are not the guide's to watch."""
    zone = Zone(name="24 h", kind=ZoneKind.SELF_SERVICE_24H, polygon=box(0, 0, 10, 3))
    plan = replace(hall, zones=(zone,), walls=(box(0, 3.0, 10, 3.1),))
    asked = {"value": 100, "subjects": ("desk", "machine")}
    inside, outside = ("machine-1", 2, 7, 0), ("machine-2", 2, 2, 0)
    found = ask("staff_view", ("desk-1", 5, 5, 0), inside, outside, plan=plan, **asked)
    assert found.passed
    assert not ask("staff_view", ("desk-1", 5, 5, 0), inside, outside, **asked).unknown
