"""Security in the hall of 10 × 8 m with rooms for cash behind a wall at y = 6."""

from dataclasses import replace

import pytest
from shapely import LineString, box

from optimizer.demand.flows import PersonClass
from optimizer.plan.model import Door, DoorKind, Zone, ZoneKind


def door(name, kind, *line):
    return Door(name=name, kind=kind, line=LineString(line))


LOCK = door("lock", DoorKind.INTERLOCK, (4.5, 6.1), (5.4, 6.1))
CASH = Zone(name="cash", kind=ZoneKind.CASH_AREA, polygon=box(0, 6.2, 6, 8))
LOADING = Zone(name="loading", kind=ZoneKind.CASH_LOADING, polygon=box(6.2, 6.2, 10, 8))


@pytest.fixture
def branch(hall):
    """Cash area above on the left, loading room on the right with a door between them."""
    between = door("between", DoorKind.STAFF, (6.1, 6.6), (6.1, 7.5))
    return replace(
        hall,
        walls=(box(0, 6.0, 10, 6.2), box(6.0, 6.2, 6.2, 8.0)),
        doors=(*hall.doors, LOCK, between),
        zones=(CASH, LOADING),
    )


def test_cash_area_is_reached_through_its_interlock_only(ask, hall, branch):
    """A door of another kind, a gap in the wall or no interlock at all break the rule."""
    asked = {"value": 1, "subjects": ("cash_area",)}
    assert ask("cash_interlock", plan=branch, **asked).passed
    # no cash area, no rule
    assert ask("cash_interlock", plan=hall, **asked).passed
    side = door("side", DoorKind.STAFF, (1, 6.1), (2, 6.1))
    leaky = replace(branch, doors=(*branch.doors, side))
    # the hall below has 10 × 6 m²
    assert ask("cash_interlock", plan=leaky, **asked).broken[0].value == pytest.approx(60, abs=2)
    gap = replace(branch, walls=(box(2, 6.0, 10, 6.2), branch.walls[1]))
    assert not ask("cash_interlock", plan=gap, **asked).passed
    shut = replace(branch, doors=tuple(d for d in branch.doors if d is not LOCK))
    assert "no interlocked door" in ask("cash_interlock", plan=shut, **asked).broken[0].sentence


def test_zone_drawn_off_its_walls_is_no_leak(ask, branch):
    """A cash zone drawn 5 cm inside its walls leaves slivers of floor that nobody walks on."""
    drawn = replace(CASH, polygon=box(0.05, 6.25, 5.95, 7.95))
    plan = replace(branch, zones=(drawn, LOADING))
    assert ask("cash_interlock", plan=plan, value=1, subjects=("cash_area",)).passed


def test_loading_room_is_closed_to_customers(ask, hall, branch):
    """Reached through staff doors only; an ordinary door from the hall breaks the rule."""
    asked = {"subjects": ("cash_loading",)}
    assert ask("closed_zone", plan=branch, **asked).passed
    assert ask("closed_zone", plan=hall, **asked).passed
    for kind, passed in ((DoorKind.STAFF, True), (DoorKind.INNER, False)):
        way = door("way", kind, (8, 6.1), (9, 6.1))
        plan = replace(branch, doors=(*branch.doors, way))
        assert ask("closed_zone", plan=plan, **asked).passed is passed


@pytest.mark.parametrize(
    ("x", "angle", "faces"),
    [
        # straight opposite the street door at (5, 0), looking at it
        (5.0, 0.0, True),
        # at (1, 6) the door is atan(4 / 5.7) = 35° off
        (1.0, 0.0, False),
        # back to the door
        (5.0, 180.0, False),
    ],
)
def test_counter_facing_the_entrance(ask, x, angle, faces):
    """A window faces the entrance within 15° of its own axis and of the door's."""
    found = ask("counter_facing", ("window-1", x, 6, angle), value=15, subjects=("window",))
    assert found.passed is not faces


def test_screen_hides_a_counter_from_the_entrance(ask):
    """Something opaque between them makes it right; a low desk does not."""
    asked = {"value": 15, "subjects": ("window",)}
    window = ("window-1", 5, 6, 0)
    assert ask("counter_facing", window, ("screen-1", 5, 3, 0), **asked).passed
    assert not ask("counter_facing", window, ("desk-1", 5, 3, 0), **asked).passed


def test_cash_area_has_no_openings(ask, branch):
    """A window in the upper wall of the cash area and a back door break the rule, 3 m on not."""
    asked = {"value": 0, "subjects": ("cash_area",)}
    assert ask("cash_openings", plan=branch, **asked).passed
    for x, passed in ((2, False), (7, True)):
        window = replace(branch, windows=(LineString([(x, 8), (x + 1.5, 8)]),))
        found = ask("cash_openings", plan=window, **asked)
        assert found.passed is passed
        back = door("back", DoorKind.STAFF, (x, 8), (x + 1, 8))
        plan = replace(branch, doors=(*branch.doors, back))
        assert ask("cash_openings", plan=plan, **asked).passed is passed


def test_cash_route_keeps_off_the_customers_floor(ask, branch, leg):
    """Cash carried through the hall breaks the rule by the length in it; behind, it does not."""
    behind = leg("a", "b", (1, 7), (5, 7), person=PersonClass.CASH)
    # from y = 7 in the cash area down to y = 2: the hall's floor ends at the wall, y = 6
    through = leg("a", "b", (5, 7), (5, 2), person=PersonClass.CASH)
    customer = leg("a", "b", (5, 1), (5, 2))
    asked = {"value": 0, "plan": branch}
    assert ask("cash_route", legs=(behind, customer), **asked).passed
    found = ask("cash_route", legs=(through,), **asked)
    # and over the opening of the interlock up to its leaf, at 6.1 − 0.02
    assert found.broken[0].value == pytest.approx(4.08, abs=0.01)
    assert ask("cash_route", **asked).unknown
