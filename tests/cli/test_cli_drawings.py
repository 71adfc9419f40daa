"""Drawings other than the study's own, and layouts written back to maps."""

from __future__ import annotations

import json

import ezdxf
import pytest

#: One metre in degrees at the equator, where both are nearly the same.
METRE = 1 / 111_000
#: A study of one guide desk on whatever drawing is given.
DESK = """schema = 1
name = "Desk"
plan = "map.geojson"

[[fixtures]]
type = "guide_desk"
count = 1

[[business]]
name = "question"
share = 1.0
journey = ["guide_desk"]
service_minutes = { guide_desk = 1 }

[arrivals]
"10" = 20.0
"""
#: The same, with a desk that stays in a zone of its own drawing.
ZONED = DESK.replace('plan = "map.geojson"', 'plan = "plan.geojson"').replace(
    "count = 1", 'count = 1\nzone = "entrance hall"'
)


def desk_at(x, y):
    """Layout of one desk."""
    where = {"x": x, "y": y, "angle": 0}
    return {"placements": [{"fixture": "guide_desk-1", "type": "guide_desk"} | where]}


def write_map(path) -> None:
    """A hall of 8 x 6 m in degrees with a door of 1.2 m in its lower wall."""

    def feature(kind, coordinates, **properties):
        return {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": kind, "coordinates": coordinates},
        }

    ring = [[x * METRE, y * METRE] for x, y in ((0, 0), (8, 0), (8, 6), (0, 6), (0, 0))]
    door = [[x * METRE, 0.0] for x in (3.4, 4.6)]
    features = [
        feature("Polygon", [ring], indoor="room", level="0"),
        feature("LineString", door, door="hinged", level="0"),
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def test_render_writes_the_layout_back_to_the_map(tmp_path, run):
    """A desk at (4, 3) m of a map lies 4 and 3 m from the map's corner, in degrees."""
    write_map(tmp_path / "map.geojson")
    (tmp_path / "study.toml").write_text(DESK, encoding="utf-8")
    layout = {
        "placements": [
            {"fixture": "guide_desk-1", "type": "guide_desk", "x": 4, "y": 3, "angle": 0}
        ]
    }
    (tmp_path / "layout.json").write_text(json.dumps(layout))
    out = tmp_path / "fixtures.geojson"
    ran = run("render", tmp_path / "study.toml", tmp_path / "layout.json", "--out", out)
    assert ran.code == 0, ran.errors
    assert ran.out.strip() == str(out)
    (desk,) = [
        f
        for f in json.loads(out.read_text(encoding="utf-8"))["features"]
        if f["geometry"]["type"] == "Polygon"
    ]
    ring = desk["geometry"]["coordinates"][0]
    middle = [sum(spot[axis] for spot in ring[:-1]) / (len(ring) - 1) for axis in (0, 1)]
    assert middle == pytest.approx([4 * METRE, 3 * METRE], rel=0.01)


def test_render_of_a_plan_that_is_no_map_is_told(room, run):
    """Local metres have no longitude: one line, exit code 2, no file."""
    out = room / "fixtures.geojson"
    ran = run("render", room / "study.toml", room / "today.json", "--out", out)
    assert ran.code == 2
    assert len(ran.errors) == 1
    assert not out.exists()


def write_hall(path) -> None:
    """A hall of 16 x 12 m in walls of 0.2 m with an entrance and no zones, in millimetres."""
    document = ezdxf.new()
    document.header["$INSUNITS"] = 4
    space = document.modelspace()
    for low, right, top in ((0, 16_400, 12_400), (200, 16_200, 12_200)):
        corners = [(low, low), (right, low), (right, top), (low, top)]
        space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "A-WALL"})
    space.add_arc((7500, 0), 1000, 0, 90, dxfattribs={"layer": "A-DOOR"})
    space.add_line((7500, 0), (7500, 1000), dxfattribs={"layer": "A-DOOR"})
    document.saveas(path)


def test_what_does_not_fit_another_drawing_is_told_on_stderr(room, tmp_path, run):
    """A zone that the drawing given has not: a warning; the result on stdout is JSON alone."""
    write_hall(tmp_path / "hall.dxf")
    (room / "study.toml").write_text(ZONED, encoding="utf-8")
    layout = {
        "placements": [
            {"fixture": "guide_desk-1", "type": "guide_desk", "x": 8, "y": 6, "angle": 0}
        ]
    }
    (room / "there.json").write_text(json.dumps(layout))
    ran = run(
        "evaluate",
        room / "study.toml",
        room / "there.json",
        "--plan",
        tmp_path / "hall.dxf",
        "--json",
    )
    assert json.loads(ran.out)["walking"]
    assert any(
        line.startswith("warning: ") and "'entrance hall' is not in this drawing" in line
        for line in ran.err.splitlines()
    )


def test_counter_row_without_a_zone_of_staff_names_the_reason(root, tmp_path, run):
    """The bundled study on a bare hall: no layout, for the counters' wall needs a cash area."""
    write_hall(tmp_path / "hall.dxf")
    ran = run(
        "optimize",
        root / "floorplans" / "old_corner" / "study.toml",
        "--plan",
        tmp_path / "hall.dxf",
        "--time-limit",
        "2",
        "--out",
        tmp_path / "out",
    )
    assert ran.code == 1
    assert any("row of cash_counter" in line and "no zone of staff" in line for line in ran.errors)
