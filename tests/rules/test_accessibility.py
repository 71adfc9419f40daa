"""Accessibility in the hall of 10 × 8 m, each rule with both answers."""

from dataclasses import replace

import pytest
from shapely import LineString, box

from optimizer.equipment.layout import boxes_of
from optimizer.plan.model import Door, DoorKind
from optimizer.plan.space import Audience, free_space
from optimizer.walk.clearance import widest_path


def walled(hall, gap):
    """The hall with a wall along y = 4 that leaves a gap from x = 5 on."""
    return replace(hall, walls=(box(0, 3.9, 5.0, 4.1), box(5.0 + gap, 3.9, 10, 4.1)))


@pytest.mark.parametrize(("gap", "passed"), [(1.25, True), (1.2, True), (1.15, False)])
def test_route_width_at_a_gap(ask, hall, gap, passed):
    """A desk behind a gap is reached when the gap is as wide as the route; the gap is named."""
    found = ask("route_width", ("desk-1", 2, 7, 0), value=1.2, plan=walled(hall, gap))
    assert found.passed is passed
    finding = found.all[0]
    # widths are found in steps of 2 cm
    assert finding.value == pytest.approx(gap, abs=0.021)
    assert finding.where == pytest.approx((5 + gap / 2, 4.0), abs=0.15)


def test_route_width_names_furniture_that_narrows_it(ask, hall):
    """A block in the gap of 2 m leaves 0.9 m beside it: it is named."""
    # the gap is from 5 to 7, the block from 5 to 6.1 (a desk of 1 m at 5.6 reaches to 6.1)
    found = ask(
        "route_width", ("desk-1", 2, 7, 0), ("block-1", 5.6, 4.0, 0), value=1.2,
        plan=walled(hall, 2.0),
    )  # fmt: skip
    assert found.broken[0].value == pytest.approx(0.9, abs=0.021)
    assert found.fixtures == ["block-1"]
    assert "the widest route" in found.broken[0].sentence.lower()


def test_route_width_needs_one_of_each_kind_only(ask, hall):
    """A second desk in a dead end breaks nothing while the first is reached."""
    plan = walled(hall, 0.5)
    both = ask("route_width", ("desk-1", 2, 7, 0), ("desk-2", 2, 2, 0), value=1.2, plan=plan)
    assert both.passed
    other = ask("route_width", ("desk-1", 2, 7, 0), ("bar-1", 2, 2, 0), value=1.2, plan=plan)
    assert [f.sentence.split(" to a ")[1].split()[0] for f in other.broken] == ["desk"]


def test_route_width_reaches_the_standing_point_within_the_disc(ask):
    """A desk in a niche counts while its customers stand in the disc that comes to the niche."""
    # customers at (2, 3.1); two blocks leave 0.8 m between them, but the disc of 1.2 m comes as
    # near as y = 3.1 - 0.6
    niche = (("block-1", 1.1, 3.4, 0), ("block-2", 2.9, 3.4, 0))
    assert ask("route_width", ("desk-1", 2, 4, 0), *niche, value=1.2).passed


def test_route_passes_inner_doors_whatever_their_width(ask, hall):
    """A door of 0.8 m in the wall is judged by rules about doors, not by that of routes."""
    plan = replace(
        hall,
        walls=(box(0, 3.9, 10, 4.1),),
        doors=(
            *hall.doors,
            Door(name="in", kind=DoorKind.INNER, line=LineString([(5, 4), (5.8, 4)])),
        ),
    )
    assert ask("route_width", ("desk-1", 2, 7, 0), value=1.2, plan=plan).passed
    shut = replace(plan, doors=hall.doors)
    assert not ask("route_width", ("desk-1", 2, 7, 0), value=1.2, plan=shut).passed


def test_route_leads_to_the_exit(ask, hall):
    """An exit behind a narrow gap is no accessible exit."""
    out = Door(name="out", kind=DoorKind.EXIT, line=LineString([(4, 8), (5.2, 8)]))
    for gap, passed in ((1.3, True), (1.0, False)):
        plan = replace(walled(hall, gap), doors=(*hall.doors, out))
        assert ask("route_width", ("desk-1", 2, 2, 0), value=1.2, plan=plan).passed is passed


def test_route_width_agrees_with_the_widest_path(ask, place, tiny_study, hall):
    """The widest route to a desk is what the path engine finds between two points."""
    plan = walled(hall, 1.5)
    poses = (("desk-1", 2, 7, 0), ("block-1", 4.0, 2.5, 30.0))
    boxes = boxes_of(place(*poses), tiny_study.types)
    free = free_space(plan, Audience.CUSTOMER)
    # customers of the desk stand at (2, 6.1); the door's middle is at (5, 0)
    wide, where = widest_path(free, boxes, (5.0, 0.8), (2.0, 6.1), reach=0.8)
    found = ask("route_width", *poses, value=1.4, plan=plan)
    assert found.all[0].value == pytest.approx(wide, abs=0.021)
    assert found.all[0].where == pytest.approx(where, abs=0.3)


def test_hall_without_an_entrance_is_not_looked_at(ask, hall):
    """No entrance, no route: nothing is claimed."""
    assert ask("route_width", ("desk-1", 2, 7, 0), value=1.2, plan=replace(hall, doors=())).unknown


@pytest.mark.parametrize(("gap", "passed"), [(1.55, True), (1.4, False)])
def test_desk_turning(ask, gap, passed):
    """A circle of 1.5 m fits before the desk when the block opposite leaves as much."""
    # the desk's front is at y = 3.7; the block is 0.6 m deep
    block = ("block-1", 5, 3.7 - gap - 0.3, 0)
    wide = [("block-2", 4.0, 3.7 - gap - 0.3, 0), ("block-3", 6.0, 3.7 - gap - 0.3, 0)]
    found = ask(
        "desk_turning", ("desk-1", 5, 4, 0), block, *wide, value=1.5, subjects=("desk",), knee=0.0,
        height=1.0,
    )  # fmt: skip
    assert found.passed is passed
    if not passed:
        assert found.broken[0].value == pytest.approx(1.4, abs=0.02)


def test_desk_turning_uses_knee_space_and_one_of_each_kind(ask):
    """Knee space of 0.3 m makes up for 0.2 m that are missing; so does a second desk."""
    tight = [("desk-1", 5, 4, 0)] + [(f"block-{i}", 3.0 + i, 2.1, 0) for i in range(4)]
    # fronts at 3.7, blocks up to 2.4: 1.3 m
    asked = {"value": 1.5, "subjects": ("desk",), "height": 1.0}
    assert not ask("desk_turning", *tight, knee=0.0, **asked).passed
    assert ask("desk_turning", *tight, knee=0.3, **asked).passed
    assert ask("desk_turning", *tight, ("desk-2", 8.5, 7, 0), knee=0.0, **asked).passed


def test_clear_floor(ask):
    """0.76 × 1.22 m before the machine: a block 1.3 m before it leaves room, at 1.1 m not."""
    asked = {"subjects": ("machine",), "width": 0.76, "depth": 1.22}
    # the machine's front is at y = 3.7; the block reaches 0.3 m above its middle
    assert ask("clear_floor", ("machine-1", 5, 4, 0), ("block-1", 5, 2.1, 0), **asked).passed
    found = ask("clear_floor", ("machine-1", 5, 4, 0), ("block-1", 5, 2.3, 0), **asked)
    # 0.12 m of 0.76 m are taken
    assert found.broken[0].value == pytest.approx(0.12 * 0.76)


def test_low_place(ask):
    """A desk of 0.75 m is low; a bar of 0.95 m is not; a window's height is that of its pane."""
    asked = {"value": 0.85, "pane": 1.0, "subjects": ("desk", "bar", "window")}
    assert ask("low_place", ("desk-1", 5, 4, 0), **asked).passed
    assert ask("low_place", ("bar-1", 5, 4, 0), **asked).fixtures == ["bar-1"]
    assert ask("low_place", ("window-1", 5, 4, 0), **asked).unknown


def test_low_variant_is_the_low_place_of_its_kind(ask):
    """A machine is too high; a machine_low beside it is its low place."""
    asked = {"value": 0.85, "pane": 2.0, "subjects": ("machine",)}
    assert not ask("low_place", ("machine-1", 5, 4, 0), **asked).passed
    assert ask("low_place", ("machine-1", 5, 4, 0), ("machine_low-1", 7, 4, 0), **asked).passed


def test_low_counter(ask):
    """ADA: 0.915 m long and at most as high."""
    asked = {"value": 0.915, "length": 0.915, "pane": 1.0}
    assert ask("low_counter", ("desk-1", 5, 4, 0), subjects=("desk",), **asked).passed
    assert not ask("low_counter", ("bar-1", 5, 4, 0), subjects=("bar",), **asked).passed
    assert ask("low_counter", ("window-1", 5, 4, 0), subjects=("window",), **asked).unknown


def test_wheelchair_place(ask):
    """One of 0.8 × 1.1 m within 3 m of a seat, if there are seats."""
    asked = {"value": 3.0, "subjects": ("wheelchair_place", "seat"), "width": 0.8, "depth": 1.1}
    seat, near, far = (
        ("seat-1", 2, 4, 0),
        ("wheelchair_place-1", 4, 4, 0),
        ("wheelchair_place-1", 8, 4, 0),
    )
    assert ask("wheelchair_place", seat, near, **asked).passed
    # from the seat's right edge, 2.5, to the place's left edge, 7.6
    assert ask("wheelchair_place", seat, far, **asked).broken[0].value == pytest.approx(5.1)
    assert not ask("wheelchair_place", seat, **asked).passed
    assert ask("wheelchair_place", **asked).passed
    assert not ask("wheelchair_place", seat, near, **(asked | {"depth": 1.3})).passed


def test_passing_place(ask, hall, leg):
    """A narrow route longer than the distance between passing places breaks the rule."""
    plan = walled(hall, 1.0)
    walk = leg("street", "desk-1", (5, 0.3), (5.5, 4), (2, 6.1))
    asked = {"plan": plan, "legs": (walk,), "width": 1.525}
    assert ask("passing_place", ("desk-1", 2, 7, 0), value=61, **asked).passed
    found = ask("passing_place", ("desk-1", 2, 7, 0), value=5, **asked)
    assert found.broken[0].value == pytest.approx(walk.length)
    # a wide route needs none
    wide = asked | {"plan": walled(hall, 2.0)}
    assert ask("passing_place", ("desk-1", 2, 7, 0), value=5, **wide).passed


def test_half_turn(ask, leg):
    """A walk up one side of a thing 1 m wide and down the other needs 1.22 m at its end."""
    # the end is at y = 4.3; walls of bodies 0.25 m about it are where the path bends
    round_it = leg("street", "desk-1", (4.2, 0.5), (4.25, 4.55), (5.75, 4.55), (5.8, 0.5))
    asked = {
        "legs": (round_it,), "value": 1.22, "element": 1.22, "beside": 1.065, "wide": 1.525,
        "angle": 150, "away": 0.3,
    }  # fmt: skip
    thing = ("block-1", 5, 4, 0)
    assert ask("half_turn", thing, **asked).passed
    # the next thing begins at y = 5.3 - 0.3
    found = ask("half_turn", thing, ("block-2", 5, 5.3, 0), **asked)
    assert found.broken[0].value == pytest.approx(0.7, abs=1e-3)
    assert found.broken[0].fixtures == ("block-1", "block-2")
    # beside it, from x = 5.5, the next thing begins at 6.5 - 0.5: 0.5 m where 1.065 are right
    tight = ask("half_turn", thing, ("block-2", 6.5, 4.2, 0), **asked | {"wide": 9.0})
    assert tight.broken[0].value == pytest.approx(0.5, abs=1e-3)
    # a quarter turn is none
    corner = leg("street", "desk-1", (4.2, 0.5), (4.25, 4.55), (8, 4.6))
    assert ask("half_turn", thing, ("block-2", 5, 5.3, 0), **asked | {"legs": (corner,)}).passed
