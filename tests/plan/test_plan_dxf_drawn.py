"""Drawings made by hand, one for each kind of entity and each way in which walls are drawn.

The room is always 6 x 4 m inside walls of 0.2 m: 24 m2 of floor, 6.4 x 4.4 m outside.
"""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from optimizer.errors import FloorPlanError
from optimizer.plan.audit import audit_plan
from optimizer.plan.dxf.read import read_dxf
from optimizer.plan.model import DoorKind
from optimizer.plan.space import floor_space

FLOOR = 24.0


def severities(plan) -> dict[str, str]:
    return {d.code: str(d.severity) for d in audit_plan(plan)}


def rectangle(space, x0, y0, x1, y1, layer="WALL") -> None:
    space.add_lwpolyline(
        [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], close=True, dxfattribs={"layer": layer}
    )


def room(space, x=0.0, y=0.0) -> None:
    """The room in millimetres with its outer corner at (x, y), and an entrance 0.9 m wide."""
    rectangle(space, x, y, x + 6400, y + 4400)
    rectangle(space, x + 200, y + 200, x + 6200, y + 4200)
    space.add_arc((x + 2000, y), 900, 0, 90, dxfattribs={"layer": "DOOR"})
    space.add_line((x + 2000, y), (x + 2000, y + 900), dxfattribs={"layer": "DOOR"})


def closed_outlines(document, space) -> None:
    room(space)


def open_double_lines(document, space) -> None:
    for x0, y0, x1, y1 in ((0, 0, 6400, 4400), (200, 200, 6200, 4200)):
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
        for start, end in pairwise(corners):
            space.add_line(start, end, dxfattribs={"layer": "WALL"})


def centre_lines(document, space) -> None:
    corners = [(100, 100), (6300, 100), (6300, 4300), (100, 4300)]
    space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "WALL", "const_width": 200})


def loose_segments(document, space) -> None:
    for x0, y0, x1, y1 in ((0, 0, 6400, 4400), (200, 200, 6200, 4200)):
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
        for (ax, ay), (bx, by) in pairwise(corners):
            for k in range(8):  # in eight pieces, with hairs of 4 mm between them
                one, other = k / 8, (k + 1) / 8 - 4 / math.dist((ax, ay), (bx, by))
                start = (ax + (bx - ax) * one, ay + (by - ay) * one)
                end = (ax + (bx - ax) * other, ay + (by - ay) * other)
                space.add_line(start, end, dxfattribs={"layer": "WALL"})


def hatched(document, space) -> None:
    hatch = space.add_hatch(dxfattribs={"layer": "WALL"})
    outer = [(0, 0), (6400, 0), (6400, 4400), (0, 4400)]
    inner = [(200, 200), (6200, 200), (6200, 4200), (200, 4200)]
    for ring in (outer, inner):
        hatch.paths.add_polyline_path(ring, is_closed=True)
    for ring in (outer, inner):
        space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "WALL"})


def old_polylines(document, space) -> None:
    for x0, y0, x1, y1 in ((0, 0, 6400, 4400), (200, 200, 6200, 4200)):
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        space.add_polyline2d(corners, close=True, dxfattribs={"layer": "WALL"})


WALLS = (closed_outlines, open_double_lines, centre_lines, loose_segments, hatched, old_polylines)


@pytest.mark.parametrize("walls", WALLS)
def test_same_room_however_its_walls_are_drawn(draw, walls) -> None:
    """24 m2 of floor within 1 % in every way in which offices draw walls."""
    plan = read_dxf(draw(walls))
    assert floor_space(plan).area == pytest.approx(FLOOR, rel=0.01)
    assert plan.size == pytest.approx((6.4, 4.4), abs=0.03)


def block_door(document, space) -> None:
    block = document.blocks.new("M0921")
    block.add_arc((0, 0), 900, 0, 90)
    block.add_line((0, 0), (0, 900))
    space.add_blockref("M0921", (2000, 0), dxfattribs={"layer": "DOOR"})


def arc_door(document, space) -> None:
    space.add_arc((2000, 0), 900, 0, 90, dxfattribs={"layer": "DOOR"})
    space.add_line((2000, 0), (2000, 900), dxfattribs={"layer": "DOOR"})


def opening_door(document, space) -> None:
    space.add_line((2000, 100), (2900, 100), dxfattribs={"layer": "A-OPENING"})


def drawn_shut(document, space) -> None:
    rectangle(space, 2000, 0, 2900, 200, layer="DOOR-ENTRANCE")


def no_door(document, space) -> None:
    """Nothing: the walls leave a gap."""


@pytest.mark.parametrize("door", [block_door, arc_door, opening_door, drawn_shut, no_door])
def test_same_door_however_it_is_drawn(draw, door) -> None:
    """One entrance 0.9 m wide, its middle 2.45 m from the corner."""

    def pen(document, space) -> None:
        if door is no_door:
            ring = [
                (2000, 0),
                (0, 0),
                (0, 4400),
                (6400, 4400),
                (6400, 0),
                (2900, 0),
                (2900, 200),
                (6200, 200),
                (6200, 4200),
                (200, 4200),
                (200, 200),
                (2000, 200),
            ]
            space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "WALL"})
        else:
            closed = [(0, 0, 6400, 4400), (200, 200, 6200, 4200)]
            for corners in closed:
                rectangle(space, *corners)
        door(document, space)

    plan = read_dxf(draw(pen))
    assert [d.kind for d in plan.doors] == [DoorKind.ENTRANCE]
    assert plan.doors[0].width == pytest.approx(0.9, abs=0.05)
    assert plan.doors[0].centre[0] == pytest.approx(2.45, abs=0.02)


def round_wall(space, kind) -> None:
    """A ring of walls around (0, 0), 5 m inside and 5.2 m outside, in millimetres."""
    for radius in (5000, 5200):
        style = {"layer": "WALL"}
        if kind == "CIRCLE":
            space.add_circle((0, 0), radius, dxfattribs=style)
        elif kind == "ARC":
            for start in (0, 90, 180, 270):
                space.add_arc((0, 0), radius, start, start + 90, dxfattribs=style)
        elif kind == "ELLIPSE":
            space.add_ellipse((0, 0), (radius, 0), ratio=1.0, dxfattribs=style)
        elif kind == "SPLINE":
            turns = [math.radians(10 * k) for k in range(37)]
            spots = [(radius * math.cos(t), radius * math.sin(t)) for t in turns]
            space.add_spline(spots, dxfattribs=style)
        else:  # bulge of a half circle: tan(180 / 4 degrees) = 1
            spots = [(-radius, 0, 0, 0, 1.0), (radius, 0, 0, 0, 1.0)]
            space.add_lwpolyline(spots, close=True, dxfattribs=style)


@pytest.mark.parametrize("kind", ["CIRCLE", "ARC", "ELLIPSE", "SPLINE", "BULGE"])
def test_round_room_of_every_curve(draw, kind) -> None:
    """25 pi = 78.54 m2 of floor within 1 % (a 36-gon has 0.5 % less), 10.4 m wide outside."""
    plan = read_dxf(draw(lambda _, space: round_wall(space, kind)))
    assert floor_space(plan).area == pytest.approx(25 * math.pi, rel=0.01)
    assert plan.size == pytest.approx((10.4, 10.4), rel=0.01)


def test_oval_room_of_an_ellipse(draw) -> None:
    """Half axes 5 and 3 m: 15 pi = 47.12 m2."""

    def pen(_, space) -> None:
        for more in (0, 200):
            space.add_ellipse(
                (0, 0),
                (5000 + more, 0),
                ratio=(3000 + more) / (5000 + more),
                dxfattribs={"layer": "WALL"},
            )

    assert floor_space(read_dxf(draw(pen))).area == pytest.approx(15 * math.pi, rel=0.01)


def test_round_columns_take_floor(draw) -> None:
    """Two columns of 0.5 m diameter: 24 - 2 * 0.196 m2."""

    def pen(_, space) -> None:
        room(space)
        for x in (2500, 4500):
            space.add_circle((x, 2500), 250, dxfattribs={"layer": "COLUMN"})

    plan = read_dxf(draw(pen))
    assert len(plan.columns) == 2
    assert sum(c.area for c in plan.columns) == pytest.approx(2 * math.pi / 16, rel=0.01)


@pytest.mark.parametrize(
    ("xscale", "yscale", "turn"), [(1, 1, 0), (-1, 1, 0), (1, -1, 90), (1.2, 1.2, 30)]
)
def test_room_in_nested_mirrored_and_scaled_blocks(draw, xscale, yscale, turn) -> None:
    """A room in a block in a block: as large as its scales make it, wherever it is turned."""

    def pen(document, space) -> None:
        inner, outer = document.blocks.new("ROOM"), document.blocks.new("FLOOR")
        room(inner)
        outer.add_blockref("ROOM", (1000, 500), dxfattribs={"layer": "0"})
        space.add_blockref(
            "FLOOR",
            (7000, 7000),
            dxfattribs={"layer": "0", "xscale": xscale, "yscale": yscale, "rotation": turn},
        )

    plan = read_dxf(draw(pen))
    assert floor_space(plan).area == pytest.approx(FLOOR * abs(xscale * yscale), rel=0.01)
    assert [door.width for door in plan.doors] == pytest.approx([0.9 * abs(xscale)], abs=0.02)


@pytest.mark.parametrize("how", ["off", "freeze"])
def test_hidden_wall_does_not_divide_the_room(draw, how) -> None:
    """A wall across the room on a layer that is off or frozen is left out and told."""

    def pen(document, space) -> None:
        room(space)
        getattr(document.layers.add("WALL-DEMOLISHED"), how)()
        rectangle(space, 3000, 200, 3200, 4200, layer="WALL-DEMOLISHED")

    plan = read_dxf(draw(pen))
    assert floor_space(plan).area == pytest.approx(FLOOR, rel=0.01)
    (told,) = [d for d in plan.source.defects if d.code == "layer-hidden"]
    assert told.layer == "WALL-DEMOLISHED"


def two_floors(document, space) -> None:
    """Two rooms on one sheet, 20 m apart, and a layout with a view of each."""
    room(space)
    room(space, 20_000)
    for name, middle in (("Ground", 3200), ("First", 23_200)):
        paper = document.layouts.new(name)
        paper.add_viewport(
            center=(150, 100), size=(200, 100), view_center_point=(middle, 2200), view_height=6000
        )


@pytest.mark.parametrize(("layout", "x"), [("Ground", 0.0), ("first", 20.0)])
def test_layout_shows_its_floor(draw, layout, x) -> None:
    """A view 12 x 6 m around each room reads that room alone; names in any case."""
    plan = read_dxf(draw(two_floors), layout=layout)
    assert plan.size == pytest.approx((6.4, 4.4))
    assert plan.source.origin == pytest.approx((x, 0), abs=1e-6)
    assert len(plan.doors) == 1
    assert "detached" not in severities(plan)


def test_layout_that_is_not_there_or_empty(draw) -> None:
    """A wrong name is told with the right ones; an empty layout is told."""

    def pen(document, space) -> None:
        two_floors(document, space)
        document.layouts.new("Empty")

    path = draw(pen)
    with pytest.raises(FloorPlanError, match=r"'Second' is not in the drawing; it has .*Ground"):
        read_dxf(path, layout="Second")
    with pytest.raises(FloorPlanError, match="'Empty' shows nothing"):
        read_dxf(path, layout="Empty")


def test_drawing_in_paper_space_is_read_and_told(draw) -> None:
    """An empty model space: the layout that draws most is read, and check says so."""

    def pen(document, space) -> None:
        room(document.layouts.new("A1"))
        document.layouts.new("Notes").add_line((0, 0), (1, 1))

    plan = read_dxf(draw(pen))
    assert plan.size == pytest.approx((6.4, 4.4))
    (told,) = [d for d in plan.source.defects if d.code == "paper-space"]
    assert "the layout 'A1' was read" in told.sentence
    assert read_dxf(draw(pen), layout="A1").size == pytest.approx((6.4, 4.4))


def test_outlets_are_power_points(draw) -> None:
    """A POINT, a circle and a block of two arcs on a socket layer are three outlets."""

    def pen(document, space) -> None:
        room(space)
        block = document.blocks.new("SOCKET")
        block.add_arc((0, 0), 80, 0, 180)
        block.add_line((-80, 0), (80, 0))
        style = {"layer": "E-POWR"}
        space.add_point((1000, 300), dxfattribs=style)
        space.add_circle((2000, 300), 50, dxfattribs=style)
        space.add_blockref("SOCKET", (3000, 300), dxfattribs=style)
        space.add_point((4000, 300), dxfattribs={"layer": "SURVEY"})

    plan = read_dxf(draw(pen))
    spots = sorted((round(p.x, 3), round(p.y, 3)) for p in plan.power)
    assert spots == [(1.0, 0.3), (2.0, 0.3), (3.0, 0.3)]
