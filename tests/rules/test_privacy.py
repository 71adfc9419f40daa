"""Privacy in the hall of 10 × 8 m, each rule with both answers."""

from dataclasses import replace

import pytest
from shapely import box

MACHINE = ("machine-1", 5.0, 7.0, 0.0)


def test_one_metre_line_keeps_fixtures_and_places_out(ask):
    """The metre before the machine reaches from y = 6.7 to 5.7."""
    asked = {"value": 1.0, "subjects": ("machine",)}
    assert ask("one_metre_line", MACHINE, ("block-1", 5, 5.39, 0), **asked).passed
    # 0.01 m deep and 1 m wide
    found = ask("one_metre_line", MACHINE, ("block-1", 5, 5.41, 0), **asked)
    assert found.broken[0].value == pytest.approx(0.01)
    # customers of a desk turned by 180° stand 0.9 m above it: at 5.65 outside, at 5.8 inside
    assert ask("one_metre_line", MACHINE, ("desk-1", 5, 4.75, 180), **asked).passed
    assert not ask("one_metre_line", MACHINE, ("desk-1", 5, 4.9, 180), **asked).passed
    # no subject, no line
    assert ask("one_metre_line", MACHINE, ("block-1", 5, 5.5, 0), value=1.0).passed


def test_through_flow(ask, leg):
    """People who pass the machine's zone count, its own customers and grazes do not."""
    own = leg("street", "machine-1", (5, 0.5), (5, 6.1))
    past = leg("street", "desk-1", (2, 6), (8, 6), rate=12.0)
    graze = leg("street", "desk-1", (5.49, 5.0), (5.52, 6.7))
    asked = {"value": 0, "graze": 0.6}
    assert ask("through_flow", MACHINE, legs=(own, graze), **asked).passed
    found = ask("through_flow", MACHINE, legs=(own, past), **asked)
    assert found.broken[0].value == 12.0
    assert found.broken[0].where == pytest.approx((5.0, 6.0))
    assert ask("through_flow", MACHINE, legs=(past,), value=15, graze=0.6).passed
    assert ask("through_flow", MACHINE, **asked).unknown


def test_overlooked(ask):
    """A neighbour 1.5 m beside sees the pad; behind a wall of furniture or far off nobody does."""
    # the neighbour's customers stand at (6.5, 5.9), the pad is at (5, 6.8): 59° off the front
    beside = ("desk-1", 6.5, 6.8, 0)
    assert ask("overlooked", MACHINE, beside, value=0).fixtures == ["desk-1", "machine-1"]
    # a screen across the line of sight
    assert ask("overlooked", MACHINE, beside, ("screen-1", 5.8, 6.35, 90), value=0).passed
    assert ask("overlooked", MACHINE, ("desk-1", 9.0, 6.8, 0), value=0).passed
    # the user's own body covers who stands straight behind
    assert ask("overlooked", MACHINE, ("desk-1", 5.0, 5.5, 0), value=0).passed
    # only those places count that the rule names
    assert ask("overlooked", MACHINE, beside, value=0, subjects=("seat",)).passed
    assert not ask(
        "overlooked", MACHINE, ("seat-1", 6.5, 6.8, 0), value=0, subjects=("seat",)
    ).passed


def test_quiet_distance(ask, hall):
    """Customers of the desk and of the seat 1.5 m apart are too near, unless a wall is between."""
    asked = {"value": 2.0, "subjects": ("desk", "seat")}
    desk, near, far = ("desk-1", 3, 4, 0), ("seat-1", 4.5, 4, 0), ("seat-1", 5.2, 4, 0)
    assert ask("quiet_distance", desk, near, **asked).broken[0].value == pytest.approx(1.5)
    assert ask("quiet_distance", desk, far, **asked).passed
    wall = replace(hall, walls=(box(3.7, 2.0, 3.8, 5.0),))
    assert ask("quiet_distance", desk, near, plan=wall, **asked).passed


def test_equal_privacy(ask):
    """The low machine is as private as the others: as deep a zone, as few onlookers."""
    asked = {"subjects": ("machine_low", "machine")}
    low = ("machine_low-1", 2.0, 7.0, 0.0)
    assert ask("equal_privacy", MACHINE, **asked).passed
    assert ask("equal_privacy", MACHINE, low, **asked).passed
    found = ask(
        "equal_privacy", ("machine-1", 8.0, 7.0, 0.0), low, ("desk-1", 3.5, 6.8, 0), **asked
    )
    assert found.fixtures == ["machine_low-1"]
    assert found.broken[0].value == 1
