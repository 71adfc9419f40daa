"""Who overlooks whose screen: the geometry by hand, and the search's count against it."""

from __future__ import annotations

import shapely

from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import FixtureType, Role, StandingPoint
from optimizer.plan.model import FloorPlan
from optimizer.walk.overlooked import overlooked_pairs

ROOM = FloorPlan(name="room", outline=shapely.box(0, 0, 10, 10))


def machine(name: str = "machine", *, view: float = 180.0, opaque: bool = True) -> FixtureType:
    """A machine of 0.6 × 0.8 m with its screen on the front and its user 0.5 m before it."""
    return FixtureType(
        name=name,
        label=name,
        label_zh="",
        width=0.6,
        depth=0.8,
        height=1.5,
        standing=(StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.9),),
        opaque=opaque,
        screen=(0.0, -0.4),
        screen_view=view,
    )


def at(name: str, x: float, y: float, angle: float = 0.0, kind: str = "machine") -> Placement:
    return Placement(fixture=name, type=kind, x=x, y=y, angle=angle)


def pairs(*placements: Placement, **types: FixtureType) -> list[tuple[str, str]]:
    found = overlooked_pairs(ROOM, types, Layout(placements=placements))
    return [(pair.fixture, pair.viewer) for pair in found]


def test_neighbours_read_each_other():
    """Side by side, 1.2 m apart: the eye is at (1.2, -0.5) from the screen, 67° off, 1.3 m away."""
    # the body covers 45° to either side of the front, the view of 180° reaches 90°: 67° is open
    found = pairs(at("a", 3, 5), at("b", 4.2, 5), machine=machine())
    assert found == [("a", "b"), ("b", "a")]


def test_side_screens_protect():
    """With a view of 120° (60° to either side) the neighbour at 67° reads nothing."""
    assert pairs(at("a", 3, 5), at("b", 4.2, 5), machine=machine(view=120.0)) == []


def test_who_waits_behind_the_user_reads_nothing():
    """An eye straight behind the user is in the sector that the body covers."""
    # b faces a from 2 m: its user stands at (3, 3.1), screen of a at (3, 4.6): 0° off the front
    assert pairs(at("a", 3, 5), at("b", 3, 2.2, 180), machine=machine()) == []


def test_radius():
    """The screen is read from 2.9 m, not from 3.1 m (overlooking radius 3 m)."""
    # eye at distance d straight to the side would be at 90°: turn b so that its user is ahead
    near = pairs(at("a", 1, 5), at("b", 3.6, 4.0), machine=machine())
    far = pairs(at("a", 1, 5), at("b", 4.0, 4.0), machine=machine())
    # b's user: (3.6, 3.1) → from the screen (1, 4.6): (2.6, -1.5), 3.00 m; 60° off: just outside
    # is 3.0017 m, so move it by 1 cm to be inside
    closer = pairs(at("a", 1, 5), at("b", 3.59, 4.0), machine=machine())
    assert near == []
    assert far == []
    assert ("a", "b") in closer


def test_something_opaque_between_protects():
    """An opaque box across the line of sight hides the screen; a low one does not."""

    # sight from (3, 4.6) to the eye (4.4, 4.1): a box at (3.7, 4.35) is in the middle of it
    def box(opaque: bool) -> FixtureType:
        return FixtureType(
            name="box", label="", label_zh="", width=0.2, depth=0.4, height=1.8, opaque=opaque
        )

    row = (at("a", 3, 5), at("b", 4.4, 5), at("c", 3.7, 4.35, 0, "box"))
    assert pairs(*row, machine=machine(), box=box(True)) == []
    assert pairs(*row, machine=machine(), box=box(False)) == [("a", "b"), ("b", "a")]


def test_a_wall_between_protects():
    """A wall across the line of sight hides the screen."""
    plan = FloorPlan(
        name="walled", outline=shapely.box(0, 0, 10, 10), walls=(shapely.box(3.65, 4, 3.75, 4.5),)
    )
    layout = Layout(placements=(at("a", 3, 5), at("b", 4.4, 5)))
    assert overlooked_pairs(plan, {"machine": machine()}, layout) == ()


def test_turned_layout_has_the_same_pairs():
    """Turning the room by 90° turns every line of sight with it."""
    assert pairs(at("a", 5, 3, 90), at("b", 5, 4.2, 90), machine=machine()) == [
        ("a", "b"),
        ("b", "a"),
    ]
