from __future__ import annotations

import math
from itertools import pairwise, product

import pytest
from ezdxf.math import Matrix44

from optimizer.errors import FileFormatError, FloorPlanError
from optimizer.plan.dxf.layers import LayerMap
from optimizer.plan.dxf.read import read_dxf
from optimizer.plan.model import DoorKind, ZoneKind
from optimizer.plan.space import floor_space


def rectangle(space, x0, y0, x1, y1, layer="WALL") -> None:
    space.add_lwpolyline(
        [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], close=True, dxfattribs={"layer": layer}
    )


def room(space, layer="WALL") -> None:
    """Inner room 6 x 4 m in walls of 0.2 m, drawn as two closed outlines, in millimetres."""
    rectangle(space, 0, 0, 6400, 4400, layer)
    rectangle(space, 200, 200, 6200, 4200, layer)


def leaf(space, x=2000, y=0, radius=900, layer="DOOR") -> None:
    """A leaf hinged at (x, y), closed towards +x, open towards +y."""
    space.add_arc((x, y), radius, 0, 90, dxfattribs={"layer": layer})
    space.add_line((x, y), (x, y + radius), dxfattribs={"layer": layer})


def door_block(document) -> None:
    block = document.blocks.new("LEAF-1")
    leaf(block, 0, 0, layer="0")
    block.add_lwpolyline([(-50, 0), (0, 0), (0, 200), (-50, 200)], close=True)
    block.add_lwpolyline([(900, 0), (950, 0), (950, 200), (900, 200)], close=True)


def test_two_closed_outlines_make_a_room_in_walls(draw) -> None:
    """The outline is the outer one, 6.4 x 4.4 m; the floor is the inner one, 24 m2."""
    plan = read_dxf(draw(lambda _, space: room(space)))
    assert plan.size == pytest.approx((6.4, 4.4))
    assert floor_space(plan).area == pytest.approx(24.0)
    assert sum(wall.area for wall in plan.walls) == pytest.approx(6.4 * 4.4 - 24)
    assert plan.source.origin == pytest.approx((0, 0), abs=1e-9)
    assert (plan.source.unit_header, plan.source.unit_used) == ("mm", "mm")


@pytest.mark.parametrize("gap", [0, 20, 45])
def test_loose_segments_are_snapped_and_capped(draw, gap) -> None:
    """A double line of loose segments whose corners miss by up to 45 mm is the same room."""

    def pen(_, space) -> None:
        for x0, y0, x1, y1 in ((0, 0, 6400, 4400), (200, 200, 6200, 4200)):
            corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
            for (ax, ay), (bx, by) in pairwise(corners):
                length = math.dist((ax, ay), (bx, by))
                ux, uy = (bx - ax) / length, (by - ay) / length
                space.add_line(
                    (ax, ay), (bx - ux * gap, by - uy * gap), dxfattribs={"layer": "WALL"}
                )

    plan = read_dxf(draw(pen))
    # a join that runs askew may cut the corner of a face by less than the gap squared
    assert floor_space(plan).area == pytest.approx(24.0, abs=0.01)
    assert plan.size == pytest.approx((6.4, 4.4), abs=0.05)


def test_open_ends_of_double_lines_are_capped(draw) -> None:
    """A stub of a double line that ends in the room is a wall of its length and thickness."""

    def pen(_, space) -> None:
        room(space)
        for y in (2000, 2100):
            space.add_line((1000, y), (3000, y), dxfattribs={"layer": "WALL"})

    plan = read_dxf(draw(pen))
    assert floor_space(plan).area == pytest.approx(24.0 - 2.0 * 0.1)


def test_single_line_is_a_thin_wall(draw) -> None:
    """A partition drawn as one line divides the room, with the least thickness."""

    def pen(_, space) -> None:
        room(space)
        space.add_line((3000, 200), (3000, 4200), dxfattribs={"layer": "WALL"})

    parts = floor_space(read_dxf(draw(pen))).geoms
    assert len(parts) == 2
    assert sum(part.area for part in parts) == pytest.approx(24.0 - 4.0 * 0.05)


def test_centre_line_with_width_is_a_wall(draw) -> None:
    """A polyline of width 0.2 m is a wall of that thickness."""

    def pen(_, space) -> None:
        space.add_lwpolyline(
            [(100, 100), (6300, 100), (6300, 4300), (100, 4300), (100, 0)],
            dxfattribs={"layer": "WALL", "const_width": 200},
        )

    assert floor_space(read_dxf(draw(pen))).area == pytest.approx(24.0, abs=0.05)


def test_bad_hatch_does_not_wall_up_the_floor(draw) -> None:
    """A hatch that crosses the room in a band makes no wall there."""

    def pen(_, space) -> None:
        room(space)
        hatch = space.add_hatch(dxfattribs={"layer": "WALL"})
        hatch.paths.add_polyline_path([(0, 0), (6400, 4000), (6400, 4400), (0, 400)])

    assert floor_space(read_dxf(draw(pen))).area == pytest.approx(24.0)


def test_hatches_alone_are_walls(draw) -> None:
    """Where walls are drawn as fills only, the fills are the walls."""

    def pen(_, space) -> None:
        for x0, y0, x1, y1 in (
            (0, 0, 6400, 200),
            (0, 4200, 6400, 4400),
            (0, 0, 200, 4400),
            (6200, 0, 6400, 4400),
        ):
            hatch = space.add_hatch(dxfattribs={"layer": "WALL"})
            hatch.paths.add_polyline_path([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])

    assert floor_space(read_dxf(draw(pen))).area == pytest.approx(24.0)


@pytest.mark.parametrize(("turn", "mirror"), list(product((0, 90, 180, 270), (False, True))))
def test_door_block_in_every_turn_and_mirroring(draw, turn, mirror) -> None:
    """Turned or mirrored, a door in the outer wall is one entrance of 0.9 m that cuts the wall."""

    def pen(document, space) -> None:
        door_block(document)
        # the whole building in a block, with the door nested in it
        house = document.blocks.new("HOUSE")
        room(house)
        house.add_blockref("LEAF-1", (2000, 0), dxfattribs={"layer": "DOOR"})
        space.add_blockref(
            "HOUSE",
            (70_000, -30_000),
            dxfattribs={"xscale": -1 if mirror else 1, "rotation": turn},
        )

    plan = read_dxf(draw(pen))
    long, short = (6.4, 4.4) if turn % 180 == 0 else (4.4, 6.4)
    assert plan.size == pytest.approx((long, short))
    (door,) = plan.doors
    assert door.kind is DoorKind.ENTRANCE
    assert door.width == pytest.approx(0.9, abs=0.01)
    # the opening joins the room with what lies before the wall: one more piece of floor
    assert floor_space(plan).area == pytest.approx(24.0 + 0.9 * 0.2, abs=0.01)
    corner = Matrix44.scale(-1 if mirror else 1, 1, 1) @ Matrix44.z_rotate(math.radians(turn))
    spots = [corner.transform((x, y, 0)) for x in (0, 6400) for y in (0, 4400)]
    low = (min(s.x for s in spots) / 1000 + 70, min(s.y for s in spots) / 1000 - 30)
    assert plan.source.origin == pytest.approx(low)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_scaled_block_has_the_leaf_that_it_draws(draw, scale) -> None:
    """A block of a leaf of 0.9/scale m put in at a scale is a leaf of 0.9 m."""

    def pen(document, space) -> None:
        room(space)
        block = document.blocks.new("SWING")
        leaf(block, 0, 0, 900 / scale, layer="0")
        space.add_blockref(
            "SWING", (2000, 0), dxfattribs={"layer": "DOOR", "xscale": scale, "yscale": scale}
        )

    (door,) = read_dxf(draw(pen)).doors
    assert door.width == pytest.approx(0.9)


@pytest.mark.parametrize("at", ["block", "loose"])
def test_two_leaves_make_one_opening(draw, at) -> None:
    """Leaves of 0.8 m that meet make one opening of 1.6 m, in a block or loose."""

    def pen(document, space) -> None:
        room(space)
        home = document.blocks.new("DOUBLE") if at == "block" else space
        layer = "0" if at == "block" else "DOOR"
        leaf(home, 2000, 200, 800, layer)
        home.add_arc((3600, 200), 800, 90, 180, dxfattribs={"layer": layer})
        home.add_line((3600, 200), (3600, 1000), dxfattribs={"layer": layer})
        if at == "block":
            space.add_blockref("DOUBLE", (0, 0), dxfattribs={"layer": "DOOR"})

    (door,) = read_dxf(draw(pen)).doors
    assert door.width == pytest.approx(1.6)
    assert door.centre == pytest.approx((2.8, 0.2))


def test_leaf_that_opens_along_a_wall_is_closed_in_the_other(draw) -> None:
    """A leaf that opens against a side wall lies, closed, in the wall that has the gap."""

    def pen(_, space) -> None:
        room(space)
        # hinge in the corner: the arc's one end lies in the lower wall, the other along the left
        space.add_arc((300, 200), 900, 0, 90, dxfattribs={"layer": "DOOR"})
        space.add_line((300, 200), (300, 1100), dxfattribs={"layer": "DOOR"})

    (door,) = read_dxf(draw(pen)).doors
    assert door.line.bounds == pytest.approx((0.3, 0.2, 1.2, 0.2), abs=0.11)
    assert abs(door.normal[1]) == pytest.approx(1.0)


def test_door_cuts_a_wall_thicker_than_its_reach(draw) -> None:
    """A door at the inner face of a wall of 0.8 m opens all of it."""

    def pen(_, space) -> None:
        rectangle(space, 0, 0, 8000, 6000, "OUTLINE")
        for x0, y0, x1, y1 in (
            (0, 0, 8000, 800),
            (0, 5200, 8000, 6000),
            (0, 800, 800, 5200),
            (7200, 800, 8000, 5200),
        ):
            rectangle(space, x0, y0, x1, y1)
        leaf(space, 3000, 800)

    plan = read_dxf(draw(pen))
    assert floor_space(plan).area == pytest.approx(6.4 * 4.4 + 0.9 * 0.8, abs=0.02)


def test_block_without_a_leaf_on_a_door_layer_is_a_window(draw) -> None:
    """Windows on the door layer are windows and fill the gap between the walls beside them."""

    def pen(document, space) -> None:
        block = document.blocks.new("fefw3")
        rectangle(block, 0, -30, 1500, 30, "0")
        for x0, y0, x1, y1 in (
            (0, 0, 2000, 200),
            (3500, 0, 6400, 200),
            (0, 4200, 6400, 4400),
            (0, 200, 200, 4200),
            (6200, 200, 6400, 4200),
        ):
            rectangle(space, x0, y0, x1, y1)
        space.add_blockref("fefw3", (2000, 100), dxfattribs={"layer": "DOOR"})
        leaf(space, 200 + 1000, 4200)

    plan = read_dxf(draw(pen))
    assert len(plan.doors) == 1
    assert len(plan.windows) == 1
    assert plan.windows[0].length == pytest.approx(1.5)
    # the niche before and behind the glass belongs to the wall
    assert floor_space(plan).area == pytest.approx(24.0 + 0.9 * 0.2, abs=0.02)


@pytest.mark.parametrize("how", ["off", "freeze"])
def test_hidden_layers_are_left_out_and_named(draw, how) -> None:
    """What lies on a layer that is off or frozen is not read; its layer is among the defects."""

    def pen(document, space) -> None:
        room(space)
        hidden = document.layers.add("WALL-OLD")
        getattr(hidden, how)()
        rectangle(space, 20_000, 0, 30_000, 200, "WALL-OLD")

    plan = read_dxf(draw(pen))
    assert plan.size == pytest.approx((6.4, 4.4))
    (found,) = [d for d in plan.source.defects if d.code == "layer-hidden"]
    assert found.layer == "WALL-OLD"


def test_columns_round_and_square(draw) -> None:
    """A circle of 0.5 m and a square of 0.4 m made of four lines are two columns."""

    def pen(_, space) -> None:
        room(space)
        space.add_circle((2000, 2000), 250, dxfattribs={"layer": "COLUMN"})
        corners = [(4000, 2000), (4400, 2000), (4400, 2400), (4000, 2400), (4000, 2000)]
        for start, end in pairwise(corners):
            space.add_line(start, end, dxfattribs={"layer": "COLUMN"})

    columns = sorted(read_dxf(draw(pen)).columns, key=lambda c: c.centroid.x)
    assert len(columns) == 2
    # a circle in steps of 10 degrees has 0.5 % less area
    assert columns[0].area == pytest.approx(math.pi * 0.25**2, rel=0.01)
    assert columns[1].area == pytest.approx(0.16)


def test_zones_take_kind_and_name_from_the_text_inside(draw) -> None:
    """A zone's text gives kind and name; a zone of no known kind is a defect, not a zone."""

    def pen(_, space) -> None:
        room(space)
        for x, text in ((200, "现金区"), (2200, "Raum 7")):
            rectangle(space, x, 200, x + 2000, 4200, "ZONE")
            space.add_text(text, dxfattribs={"layer": "TXT"}).set_placement((x + 500, 2000))

    plan = read_dxf(draw(pen))
    (zone,) = plan.zones
    assert (zone.name, zone.kind) == ("现金区", ZoneKind.CASH_AREA)
    (found,) = [d for d in plan.source.defects if d.code == "zone-kind"]
    assert "Raum 7" in found.sentence


def test_lines_on_a_layer_of_one_kind_of_door_are_doors(draw) -> None:
    """A line across the opening, on a layer that says the kind, is a door of that kind."""

    def pen(_, space) -> None:
        room(space)
        space.add_line((200, 100), (1400, 100), dxfattribs={"layer": "DOOR-EMERGENCY"})
        rectangle(space, 2000, 0, 3500, 200, "DOOR-ENTRANCE")

    doors = {door.kind: door for door in read_dxf(draw(pen)).doors}
    assert doors[DoorKind.EMERGENCY].width == pytest.approx(1.2)
    assert doors[DoorKind.ENTRANCE].width == pytest.approx(1.5)
    assert doors[DoorKind.ENTRANCE].centre == pytest.approx((2.75, 0.1))


@pytest.mark.parametrize(("code", "unit"), [(1, "in"), (2, "ft"), (4, "mm"), (5, "cm"), (6, "m")])
def test_header_unit_is_used(draw, code, unit) -> None:
    """The same room in any unit is 6.4 x 4.4 m."""
    factor = {"in": 1 / 25.4, "ft": 1 / 304.8, "mm": 1, "cm": 0.1, "m": 0.001}[unit]

    def pen(document, space) -> None:
        house = document.blocks.new("HOUSE")
        room(house)
        leaf(house)
        space.add_blockref("HOUSE", (0, 0), dxfattribs={"xscale": factor, "yscale": factor})

    plan = read_dxf(draw(pen, unit=code))
    assert plan.source.unit_header == plan.source.unit_used == unit
    assert plan.source.unit_evidence == unit
    assert plan.size == pytest.approx((6.4, 4.4), abs=0.002)


def test_wrong_header_is_an_error_until_the_study_gives_the_unit(draw) -> None:
    """Millimetres with a header of inches: shown with the evidence; the study's unit clears it."""

    def pen(_, space) -> None:
        room(space)
        leaf(space)

    path = draw(pen, unit=1)
    plan = read_dxf(path)
    (found,) = [d for d in plan.source.defects if d.code == "unit-doubt"]
    assert found.severity == "error"
    assert "6400 x 4400" in found.sentence
    assert '[plan] unit = "mm"' in found.sentence
    assert (plan.source.unit_used, plan.source.unit_evidence) == ("in", "mm")
    assert plan.size == pytest.approx((6400 * 0.0254, 4400 * 0.0254))
    cleared = read_dxf(path, unit="mm")
    assert not [d for d in cleared.source.defects if d.code.startswith("unit")]
    assert cleared.size == pytest.approx((6.4, 4.4))
    assert floor_space(cleared).area == pytest.approx(24.0, abs=0.2)


def test_layer_map_of_the_study(draw) -> None:
    """Walls on any layer are found when the study names it; a name not in the drawing fails."""
    path = draw(lambda _, space: room(space, "Ebene 7"))
    assert [d.code for d in read_dxf(path).source.defects][:1] == ["no-walls"]
    plan = read_dxf(path, layers=LayerMap.from_table({"wall": ["Ebene 7"]}))
    assert floor_space(plan).area == pytest.approx(24.0)
    with pytest.raises(FloorPlanError, match=r"wall names layer 'Ebene 8'.*it has 0, Defpoints"):
        read_dxf(path, layers=LayerMap.from_table({"wall": ["Ebene 8"]}))


def test_block_that_holds_itself_is_named(draw) -> None:
    """A block in a circle of blocks is left out with a sentence and does not hang."""

    def pen(document, space) -> None:
        room(space)
        one, other = document.blocks.new("ONE"), document.blocks.new("OTHER")
        one.add_line((0, 0), (1, 1))
        one.add_blockref("OTHER", (0, 0))
        other.add_blockref("ONE", (0, 0))
        space.add_blockref("ONE", (0, 0))

    plan = read_dxf(draw(pen))
    assert any("holds itself" in defect.sentence for defect in plan.source.defects)


def test_empty_drawing_is_one_line(draw) -> None:
    """A drawing without anything in model space is an error of one line."""
    with pytest.raises(FileFormatError, match="nothing is drawn in model space"):
        read_dxf(draw(lambda _, space: None))


def test_two_buildings_give_the_larger_and_name_the_other(draw) -> None:
    """One plan is one building: the other is among the defects, with its place."""

    def pen(_, space) -> None:
        room(space)
        rectangle(space, 20_000, 0, 24_000, 3000)
        rectangle(space, 20_200, 200, 23_800, 2800)

    plan = read_dxf(draw(pen))
    assert plan.size == pytest.approx((6.4, 4.4))
    (found,) = [d for d in plan.source.defects if d.code == "detached"]
    assert "12.0 m2" in found.sentence
    assert found.x == pytest.approx(22, abs=2)


def test_window_reads_one_of_several_floors(draw) -> None:
    """Of two floors on a sheet the window gives the second; an empty window is told."""

    def pen(_, space) -> None:
        room(space)
        rectangle(space, 20_000, 0, 24_000, 3000)
        rectangle(space, 20_200, 200, 23_800, 2800)

    path = draw(pen)
    plan = read_dxf(path, window=(15_000, -1000, 30_000, 5000))
    assert plan.size == pytest.approx((4, 3))
    assert plan.source.origin == pytest.approx((20, 0), abs=1e-9)
    with pytest.raises(FloorPlanError, match="nothing is drawn in the window"):
        read_dxf(path, window=(0, 50_000, 1, 60_000))


def test_building_left_out_is_told_with_the_window_that_reads_it(draw) -> None:
    """The window of the sentence reads the other room, 4 x 3 m at (20, 0) m in millimetres."""

    def pen(_, space) -> None:
        room(space)
        rectangle(space, 20_000, 0, 24_000, 3000)
        rectangle(space, 20_200, 200, 23_800, 2800)

    path = draw(pen)
    (told,) = [d for d in read_dxf(path).source.defects if d.code == "detached"]
    # 1.5 m around 20,000 to 24,000 and 0 to 3,000 mm
    assert "[plan] window = [18500, -1500, 25500, 4500] reads this one" in told.sentence
    assert read_dxf(path, window=(18_500, -1500, 25_500, 4500)).size == pytest.approx((4, 3))


@pytest.mark.parametrize(("side", "floor"), [(3000, 91.0), (9500, 100.0)])
def test_closed_outline_within_the_outline_is_a_hole(draw, side, floor) -> None:
    """Of 10 x 10 m an atrium of 3 x 3 m leaves 91 m2; the other face of the outline nothing."""

    def pen(_, space) -> None:
        rectangle(space, 0, 0, 10_000, 10_000, "OUTLINE")
        low, high = 5000 - side / 2, 5000 + side / 2
        rectangle(space, low, low, high, high, "OUTLINE")

    plan = read_dxf(draw(pen))
    assert plan.outline.area == pytest.approx(floor)
    told = [d.code for d in plan.source.defects if d.code == "outline-hole"]
    assert len(told) == (floor < 100)


def test_names_that_old_drawings_spell_in_numbers(draw) -> None:
    r"""A layer written as `\U+5899\U+4F53` is the Chinese for walls."""
    walls = read_dxf(draw(lambda _, space: room(space, r"\U+5899\U+4F53")))
    assert walls.size == pytest.approx((6.4, 4.4))
    assert "no-walls" not in [d.code for d in walls.source.defects]
    other = read_dxf(draw(lambda _, space: room(space, r"\U+5C0F")))
    (told,) = [d for d in other.source.defects if d.code == "layer-unknown"]
    assert told.sentence.startswith("layer '小' has no meaning")


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
def test_text_of_two_bytes_is_one_line(draw, coding) -> None:
    """A drawing saved as UTF-16 is told so."""
    path = draw(lambda _, space: room(space))
    text = "\ufeff" + path.read_text(encoding="utf-8")
    path.write_bytes(text.encode(coding))
    with pytest.raises(FileFormatError, match="UTF-16, which no DXF is"):
        read_dxf(path)


def test_gap_that_was_read_as_a_door_is_told_once(draw) -> None:
    """A gap of 1.8 m in a room without doors is a door, and no gap of the outline any more."""

    def pen(_, space) -> None:
        for path in (
            [(3000, 0), (0, 0), (0, 6000), (8000, 6000), (8000, 0), (4800, 0)],
            [(3000, -200), (-200, -200), (-200, 6200), (8200, 6200), (8200, -200), (4800, -200)],
        ):
            space.add_lwpolyline(path, dxfattribs={"layer": "WALL"})

    plan = read_dxf(draw(pen))
    assert [d.code for d in plan.source.defects] == ["gap-as-door"]
    assert plan.doors[0].width == pytest.approx(1.8)


def test_nonsense_between_the_entities_is_passed_over(draw) -> None:
    """An entity of a kind that no program knows does not keep the room from being read."""

    def pen(_, space) -> None:
        room(space)
        space.add_line((0, 0), (1, 1), dxfattribs={"layer": "WALL"})

    path = draw(pen)
    path.write_text(path.read_text().replace("  0\nLINE\n", "  0\nAcDbNonsense\n"))
    assert "AcDbNonsense" in path.read_text()
    assert floor_space(read_dxf(path)).area == pytest.approx(24.0)


@pytest.mark.parametrize("code", [1, 2, 5, 6])
def test_header_against_leaves_fails_until_the_study_decides(draw, code) -> None:
    """Millimetres under any other header: an error with the leaf; the study's unit clears it."""

    def pen(_, space) -> None:
        room(space)
        leaf(space)

    path = draw(pen, unit=code)
    doubts = [d for d in read_dxf(path).source.defects if d.code == "unit-doubt"]
    assert [str(d.severity) for d in doubts] == ["error"]
    assert "1 door leaves of 900" in doubts[0].sentence
    cleared = read_dxf(path, unit="mm")
    assert not [d for d in cleared.source.defects if d.code.startswith("unit")]
    assert cleared.size == pytest.approx((6.4, 4.4))
