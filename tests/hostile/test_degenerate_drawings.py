"""Degenerate geometry in DXF and IFC: repaired and listed, or refused with the place.

The room of the drawings is 10 x 8 m inside, its walls 0.2 m thick in double lines, with a door of
0.9 m in the south: 10.4 x 8.4 m outside, 87.36 m2. That of the models is 8 x 6 m inside.
"""

from __future__ import annotations

import importlib
import math

import ezdxf
import pytest

from optimizer.errors import FloorPlanError
from optimizer.plan.read import read_plan
from optimizer.plan.summary import summarize_plan

INSIDE = ((0, 0), (10, 0), (10, 8), (0, 8))
OUTSIDE = ((-0.2, -0.2), (10.2, -0.2), (10.2, 8.2), (-0.2, 8.2))
GAP = (4.0, 4.9)


def room(space, scale: float = 1000, away: float = 0) -> None:
    """Draw the room, moved along both axes."""

    def at(spot):
        return (spot[0] * scale + away, spot[1] * scale + away)

    def line(one, other, layer="A-WALL"):
        space.add_line(at(one), at(other), dxfattribs={"layer": layer})

    for ring in (INSIDE, OUTSIDE):
        y = ring[0][1]
        line(ring[0], (GAP[0], y))
        line((GAP[1], y), ring[1])
        for one, other in zip(ring[1:], (*ring[2:], ring[0]), strict=True):
            line(one, other)
    for x in GAP:
        line((x, -0.2), (x, 0))
    line((GAP[0], 0), (GAP[0], 0.9), "A-DOOR")
    space.add_arc(at((GAP[0], 0)), 0.9 * scale, 0, 90, dxfattribs={"layer": "A-DOOR"})


def wall(space, *spots) -> None:
    """Draw a closed polyline of millimetres on the layer of walls."""
    space.add_lwpolyline(spots, close=True, dxfattribs={"layer": "A-WALL"})


@pytest.fixture
def found(tmp_path):
    """Return what `check` says of a drawing of the room and what a function adds."""

    def look(pen=None, *, unit: int = 4, **how) -> dict:
        document = ezdxf.new()
        document.header["$INSUNITS"] = unit
        for layer in ("A-WALL", "A-DOOR", "OUTLINE"):
            document.layers.add(layer)
        room(document.modelspace(), **how)
        if pen is not None:
            pen(document.modelspace())
        document.saveas(tmp_path / "plan.dxf")
        return summarize_plan(read_plan(tmp_path / "plan.dxf"))

    return look


def codes(summary: dict) -> list[str]:
    """Codes of the defects."""
    return [defect["code"] for defect in summary["defects"]]


def place(summary: dict, code: str) -> tuple[float, float]:
    """Place of the one defect of a code."""
    (defect,) = (d for d in summary["defects"] if d["code"] == code)
    return defect["x"], defect["y"]


def test_the_plain_room_has_no_defects(found) -> None:
    """What the others are compared with: 10.4 x 8.4 m, one door, one component."""
    summary = found()
    assert summary["size_m"] == [10.4, 8.4]
    assert (summary["doors"], summary["components"], summary["defects"]) == (1, 1, [])
    assert sum(summary["areas_m2"].values()) == pytest.approx(87.36)


@pytest.mark.parametrize("within", [False, True], ids=["by itself", "in another block"])
@pytest.mark.parametrize("where", ["base", "place", "scale"])
def test_a_block_beyond_all_size_is_left_out_and_told(found, where, within) -> None:
    """A base point, place or scale of 1e300: the room is the same without the block."""

    def pen(space) -> None:
        far = {"base": (1e300, 0)}.get(where, (0, 0))
        block = space.doc.blocks.new("FAR", base_point=far)
        block.add_lwpolyline(((100, 0), (300, 0), (300, 200)), close=True)
        if within:
            space.doc.blocks.new("AROUND").add_blockref("FAR", (0, 0))
        more = {"scale": {"xscale": 1e300}}.get(where, {})
        spot = (1e300 if where == "place" else 2000, 3000)
        space.add_blockref(
            "AROUND" if within else "FAR", spot, dxfattribs={"layer": "A-COLS", **more}
        )

    summary = found(pen)
    (told,) = (d for d in summary["defects"] if d["code"] == "entity-broken")
    assert "beyond all size" in told["sentence"]
    assert summary["areas_m2"] == found()["areas_m2"]


def test_a_block_drawn_at_places_of_the_country_is_kept(found, tmp_path) -> None:
    """Drawn at 4e8 mm and set back by as much, it is a column of 0.4 x 0.4 m in the room."""

    def pen(space) -> None:
        block = space.doc.blocks.new("COLUMN")
        block.add_lwpolyline(
            [(4e8 + x, 4e8 + y) for x, y in ((0, 0), (400, 0), (400, 400), (0, 400))], close=True
        )
        space.add_blockref("COLUMN", (2000 - 4e8, 3000 - 4e8), dxfattribs={"layer": "A-COLS"})

    assert codes(found(pen)) == []
    (column,) = read_plan(tmp_path / "plan.dxf").columns
    assert column.bounds == pytest.approx((2.2, 3.2, 2.6, 3.6), abs=1e-3)


def test_a_sliver_is_listed(found) -> None:
    """A wall of 4 m and 1 mm, its middle (4, 3.0005) from the inner corner, is told there."""
    summary = found(lambda s: wall(s, (2000, 3000), (6000, 3000), (6000, 3001), (2000, 3001)))
    assert place(summary, "sliver") == pytest.approx((4.2, 3.2), abs=0.01)


def test_duplicate_points_change_nothing(found) -> None:
    """A wall of 4 x 0.2 m whose corners are drawn twice is the wall drawn once."""
    spots = ((2000, 3000), (6000, 3000), (6000, 3200), (2000, 3200))
    once = found(lambda space: wall(space, *spots))
    twice = found(lambda space: wall(space, *(spot for spot in spots for _ in range(2))))
    assert twice == once
    assert twice["defects"] == []


def test_strokes_without_length_are_listed(found) -> None:
    """Three of them, the first at (3, 3) from the inner corner, and the room is the same."""

    def pen(space):
        space.add_line((3000, 3000), (3000, 3000), dxfattribs={"layer": "A-WALL"})
        space.add_circle((5000, 5000), 0, dxfattribs={"layer": "A-WALL"})
        wall(space, (1000, 1000), (1000, 1000))

    summary = found(pen)
    assert codes(summary) == ["stroke-empty"]
    assert place(summary, "stroke-empty") == pytest.approx((3.2, 3.2))
    assert summary["defects"][0]["sentence"].startswith("3 strokes of walls have no length")
    assert summary["areas_m2"] == found()["areas_m2"]


def test_a_room_drawn_twice_is_the_room_and_told(found) -> None:
    """All 12 lines of the walls a second time: the same room, and one note."""
    summary = found(room)
    assert codes(summary) == ["stroke-twice"]
    assert summary["defects"][0]["sentence"].startswith("12 strokes of walls repeat")
    assert summary["areas_m2"] == found()["areas_m2"]
    assert summary["doors"] == 1


def test_overlapping_walls_are_listed(found) -> None:
    """Two walls of 4 x 0.2 m that share 3 x 0.2 m, told in the middle of what they share."""

    def pen(space):
        for x in (2000, 3000):
            wall(space, (x, 3000), (x + 4000, 3000), (x + 4000, 3200), (x, 3200))

    summary = found(pen)
    assert codes(summary) == ["walls-overlap"]
    assert place(summary, "walls-overlap") == pytest.approx((4.7, 3.3), abs=0.01)
    assert "0.60 m2" in summary["defects"][0]["sentence"]


def test_a_door_at_a_corner_is_a_door(found) -> None:
    """A leaf of 0.9 m hung in the north-east corner is a second door, and nothing is wrong."""

    def pen(space):
        space.add_line((10000, 8000), (10000, 7100), dxfattribs={"layer": "A-DOOR"})
        space.add_arc((10000, 8000), 900, 180, 270, dxfattribs={"layer": "A-DOOR"})

    summary = found(pen)
    assert summary["doors"] == 2
    assert summary["defects"] == []


def test_a_spike_of_an_outline_is_cut_off_and_told(found) -> None:
    """An outline that runs out from (10, 4) to (14, 4) and back is 10 x 8 m, and told there."""

    def pen(space):
        spots = ((0, 0), (10, 0), (10, 4), (14, 4), (10, 4), (10, 8), (0, 8))
        ring = [(1000 * x, 1000 * y) for x, y in spots]
        space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "OUTLINE"})

    summary = found(pen)
    assert codes(summary) == ["outline-spike"]
    assert "4.00 m" in summary["defects"][0]["sentence"]
    # the plan begins at the outer corner of the walls, and so does the place
    x, y = place(summary, "outline-spike")
    assert (x, y) == pytest.approx((14, 4), abs=0.21)
    assert sum(summary["areas_m2"].values()) == pytest.approx(80)


def test_an_outline_that_crosses_itself_is_told(found) -> None:
    """A bow of two triangles of 20 m2: one is the floor, the other is named with its place."""

    def pen(space):
        ring = [(0, 0), (10000, 8000), (10000, 0), (0, 8000)]
        space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "OUTLINE"})

    summary = found(pen)
    detached = next(d for d in summary["defects"] if d["code"] == "detached")
    assert detached["sentence"].startswith("20.0 m2 stand apart")
    assert math.isfinite(detached["x"] + detached["y"])
    assert sum(summary["areas_m2"].values()) == pytest.approx(20, abs=0.01)


@pytest.mark.parametrize(("unit", "scale", "away"), [(4, 1000, 1e9), (6, 1, 1e6)])
def test_far_from_the_origin_the_room_is_the_same(found, unit, scale, away) -> None:
    """10^6 m away, in millimetres and in metres: size, floor, door and no defect as at (0, 0)."""
    far, near = found(unit=unit, scale=scale, away=away), found(unit=unit, scale=scale)
    assert far["size_m"] == pytest.approx(near["size_m"], abs=1e-3)
    assert far["areas_m2"] == pytest.approx(near["areas_m2"], abs=1e-2)
    assert (far["doors"], far["components"], far["defects"]) == (1, 1, [])


def test_a_wrong_unit_is_an_error_that_names_the_right_one(found) -> None:
    """Millimetres whose header says metres, and metres whose header says millimetres."""
    for unit, scale, right in ((6, 1000, "mm"), (4, 1, "m")):
        summary = found(unit=unit, scale=scale)
        doubt = next(d for d in summary["defects"] if d["code"] == "unit-doubt")
        assert doubt["severity"] == "error"
        assert f'[plan] unit = "{right}"' in doubt["sentence"]
        assert summary["unit"]["evidence"] == right


@pytest.fixture
def modelled(tmp_path, fuzzing):
    """Return what `check` says of a model of the room and more; read in this process."""
    pytest.importorskip("ifcopenshell")
    read_ifc = importlib.import_module("optimizer.plan.ifc.read").read_ifc

    def look(*more, things=fuzzing.models.ROOM, scale=1.0, away=0.0, **how) -> dict:
        moved = [
            (kind, [(scale * x + away, scale * y + away) for x, y in corners])
            for kind, corners in (*things, *more)
        ]
        path = tmp_path / "plan.ifc"
        path.write_bytes(fuzzing.models.ifc_model(moved, height=3 * scale, **how))
        return summarize_plan(read_ifc(path))

    return look


def block(x: float, *, depth: float = 0.2):
    """Return a wall of 4 m along the room's middle."""
    return ("IFCWALL", ((x, 3), (x + 4, 3), (x + 4, 3 + depth), (x, 3 + depth)))


def test_a_model_in_millimetres_and_far_away_is_the_same(modelled) -> None:
    """8.4 x 6.4 m, one door, and nothing wrong; so in millimetres, and 10^6 m away."""
    near = modelled()
    assert near["size_m"] == [8.4, 6.4]
    assert (near["doors"], near["components"], near["defects"]) == (1, 1, [])
    small = modelled(scale=1000.0, prefix=".MILLI.")
    assert small["areas_m2"] == pytest.approx(near["areas_m2"])
    far = modelled(away=1e6)
    assert far["size_m"] == pytest.approx([8.4, 6.4], abs=1e-3)
    assert (far["doors"], far["defects"]) == (1, [])


def test_a_model_with_the_wrong_unit_is_an_error(modelled) -> None:
    """Millimetres that say metres are told with the right unit; the other way no wall is cut."""
    summary = modelled(scale=1000.0)
    (defect,) = (d for d in summary["defects"] if d["severity"] == "error")
    assert defect["code"] == "size-implausible"
    assert 'unit = "mm"' in defect["sentence"]
    with pytest.raises(FloorPlanError, match="no walls on the storey"):
        modelled(prefix=".MILLI.")


def test_slivers_and_overlaps_of_a_model_are_listed(modelled) -> None:
    """A wall of 1 mm, and two that share 3 x 0.2 m, each with its place."""
    thin = modelled(block(2, depth=0.001))
    assert codes(thin) == ["sliver"]
    assert place(thin, "sliver") == pytest.approx((4.2, 3.2), abs=0.01)
    both = modelled(block(2), block(3))
    assert codes(both) == ["walls-overlap"]
    assert place(both, "walls-overlap") == pytest.approx((4.7, 3.3), abs=0.01)


def test_doubled_corners_and_spikes_of_a_model_change_nothing(modelled, fuzzing) -> None:
    """A wall with corners twice is the wall; one that runs out and back has no spike."""
    kind, corners = block(2)
    twice = modelled((kind, [corner for corner in corners for _ in range(2)]))
    assert twice == modelled(block(2))
    spiky = ((0, -0.2), (8, -0.2), (8, 0), (6, 0), (6, 2), (6, 0), (0, 0))
    room_ = modelled(things=(("IFCWALL", spiky), *fuzzing.models.ROOM[1:]))
    assert room_["areas_m2"] == modelled()["areas_m2"]


def test_a_shape_that_cannot_be_made_is_left_out_and_told(modelled) -> None:
    """A wall whose corners are one point is named; the room is the same without it."""
    summary = modelled(("IFCWALL", ((2, 3), (2, 3), (2, 3))))
    assert codes(summary) == ["element-broken"]
    assert "IfcWall 'W5'" in summary["defects"][0]["sentence"]
    assert summary["areas_m2"] == modelled()["areas_m2"]


#: A line without a point is drawn in five ways: without any, with what is missing, with itself,
#: with what is no point, and as a part of a curve.
POINTLESS = {
    "none": b"IFCPOLYLINE(())",
    "missing": b"IFCPOLYLINE((#901,#902))",
    "itself": b"IFCPOLYLINE((#900))",
    "directions": b"IFCPOLYLINE((#2,#3,#2))",
    "part": b"IFCCOMPOSITECURVE((#901),.F.);\n#901=IFCCOMPOSITECURVESEGMENT(.CONTINUOUS.,.T.,#902);"
    b"\n#902=IFCPOLYLINE(())",
}
#: An opening of the wall of number 1, with that line for its outline.
OPENING = (
    b"#903=IFCARBITRARYCLOSEDPROFILEDEF(.AREA.,$,#900);\n"
    b"#904=IFCEXTRUDEDAREASOLID(#903,#4,#2,3.);\n"
    b"#905=IFCSHAPEREPRESENTATION(#6,'Body','SweptSolid',(#904));\n"
    b"#906=IFCPRODUCTDEFINITIONSHAPE($,$,(#905));\n"
    b"#907=IFCOPENINGELEMENT('0000000000000000000200',$,'O',$,$,#5,#906,$,$);\n"
    b"#908=IFCRELVOIDSELEMENT('0000000000000000000201',$,$,$,#23,#907);\n"
)


@pytest.mark.parametrize("line", POINTLESS)
@pytest.mark.parametrize("where", ["wall", "opening"])
def test_an_element_without_points_is_left_out_and_told(
    tmp_path, fuzzing, modelled, line, where
) -> None:
    """The machine code would divide by no points and end: the wall is named, the rest is read."""
    read_ifc = importlib.import_module("optimizer.plan.ifc.read").read_ifc
    loose = ("IFCWALL", ((2, 3), (4, 3), (4, 3.2)))
    things = (*fuzzing.models.ROOM, loose)
    right = fuzzing.models.ifc_model(things)
    more = b"#900=" + POINTLESS[line] + b";\n"
    if where == "wall":  # the loose one, whose line is the last of the file
        last = right.rindex(b"IFCPOLYLINE(")
        number = right[right.rindex(b"#", 0, last) : last]
        right = right.replace(number, b"#999=").replace(b"$," + number[:-1] + b")", b"$,#900)")
    else:
        more += OPENING
    path = tmp_path / "plan.ifc"
    path.write_bytes(right.replace(b"ENDSEC;\nEND-ISO", more + b"ENDSEC;\nEND-ISO"))
    summary = summarize_plan(read_ifc(path))
    (told,) = (d for d in summary["defects"] if d["code"] == "element-broken")
    assert f"were left out: IfcWall '{'W5' if where == 'wall' else 'W0'}'" in told["sentence"]
    if where == "wall":
        assert summary["areas_m2"] == modelled()["areas_m2"]
