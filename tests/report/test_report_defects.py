"""The picture of a drawing's defects: every defect with a place has its number there."""

from __future__ import annotations

import json

import ezdxf
import pytest
from shapely import Polygon

from optimizer.cli import main
from optimizer.plan.audit import audit_plan
from optimizer.plan.defect import Severity
from optimizer.plan.dxf.read import read_dxf
from optimizer.plan.model import FloorPlan
from optimizer.report.defect_picture import plot_defects


@pytest.fixture
def broken(tmp_path):
    """A drawing with a gap, a wall drawn twice, a loose door, a strange layer, a closed room."""
    document = ezdxf.new()
    document.header["$INSUNITS"] = 4
    space = document.modelspace()

    def rectangle(x0, y0, x1, y1, layer="WALL"):
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        space.add_lwpolyline(corners, close=True, dxfattribs={"layer": layer})

    for box in (
        (0, 0, 5000, 240),
        (6200, 0, 12_000, 240),
        (0, 0, 240, 8000),
        (11_760, 0, 12_000, 8000),
        (0, 7760, 12_000, 8000),
        (7000, 240, 7120, 5000),
        (7010, 1000, 7130, 4800),
        (7000, 5000, 11_760, 5120),
    ):
        rectangle(*box)
    for x, y in ((3000, 4000), (1000, 240)):
        space.add_arc((x, y), 900, 0, 90, dxfattribs={"layer": "DOOR"})
        space.add_line((x, y), (x, y + 900), dxfattribs={"layer": "DOOR"})
    glass = document.blocks.new("GLASS-X")
    glass.add_lwpolyline([(0, 0), (1500, 0), (1500, 60), (0, 60)], close=True)
    space.add_blockref("GLASS-X", (2500, 7850), dxfattribs={"layer": "DOOR"})
    space.add_circle((9000, 7000), 300, dxfattribs={"layer": "STRANGE"})
    rectangle(7200, 300, 11_700, 4900, "ZONE")
    space.add_text("贵宾室", height=250).set_placement((9000, 2500))
    document.saveas(tmp_path / "broken.dxf")
    return tmp_path / "broken.dxf"


#: Defects of that drawing and where they are, metres.
PLACES = {
    "zone-unreachable": (9.45, 2.6),
    "walls-overlap": (7.065, 2.9),
    "door-off-wall": (3.45, 4.0),
    "no-door": (3.25, 7.88),
    "outline-gap": (5.6, 0.0),
    "layer-unknown": (9.0, 7.0),
}


def test_every_kind_of_defect_is_found_at_its_place(broken) -> None:
    """Gap, door in no wall, unknown layer, overlap, closed zone, window on the door layer."""
    found = {d.code: (d.x, d.y) for d in audit_plan(read_dxf(broken))}
    assert set(found) == set(PLACES)
    for code, place in PLACES.items():
        assert found[code] == pytest.approx(place, abs=0.05), code


def test_marks_are_numbered_as_in_the_list(broken) -> None:
    """Errors first; each mark carries its number and the list names every code."""
    plan = read_dxf(broken)
    defects = audit_plan(plan)
    ax = plot_defects(plan, defects)
    marks = {line.get_gid(): line for line in ax.lines if "defect:" in str(line.get_gid())}
    assert set(marks) == {f"defect:{i}" for i in range(1, 1 + len(defects))}
    assert marks["defect:1"].get_xydata()[0] == pytest.approx(PLACES["zone-unreachable"], abs=0.05)
    told = " ".join(text.get_text() for text in ax.figure.texts)
    assert told.startswith("1. zone-unreachable")
    assert all(code in told for code in PLACES)


def test_marks_at_one_place_stand_apart_and_crooked_plans_are_drawn() -> None:
    """A plan whose outline crosses itself is drawn; two defects at one place have two marks."""
    crossed = Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])
    plan = FloorPlan(name="crossed", outline=crossed, walls=(crossed,))
    (defect,) = [d for d in audit_plan(plan) if d.severity is Severity.ERROR][:1]
    ax = plot_defects(plan, (defect, defect))
    spots = [line.get_xydata()[0] for line in ax.lines if "defect:" in str(line.get_gid())]
    assert len(spots) == 2
    assert abs(spots[0] - spots[1]).max() > 0.05


def test_long_lists_end_with_the_number_left_out() -> None:
    """Of 300 defects the list says how many it does not show."""
    square = Polygon([(0, 0), (8, 0), (8, 6), (0, 6)])
    plan = FloorPlan(name="square", outline=square)
    (defect,) = [d for d in audit_plan(plan) if d.code == "no-entrance"]
    texts = plot_defects(plan, (defect,) * 300).figure.texts
    assert texts[-1].get_text().endswith("more; `check` prints all")


def test_check_draws_the_picture(broken, tmp_path, capsys) -> None:
    """--picture writes a file whole; where nothing can be read it says so and writes none."""
    picture = tmp_path / "defects.png"
    assert main(["check", str(broken), "--picture", str(picture), "--json"]) == 1
    assert picture.read_bytes().startswith(b"\x89PNG")
    two = tmp_path / "two.geojson"
    ring = [[[0, 0], [8, 0], [8, 6], [0, 0]]]
    shape = {"type": "Polygon", "coordinates": ring}
    outline = {"type": "Feature", "properties": {"kind": "outline"}, "geometry": shape}
    two.write_text(json.dumps({"type": "FeatureCollection", "features": [outline] * 2}))
    capsys.readouterr()
    other = tmp_path / "none.png"
    assert main(["check", str(two), "--picture", str(other)]) == 1
    assert "none.png: not drawn" in capsys.readouterr().err
    assert not other.exists()
    assert main(["check", str(broken), "--picture", str(tmp_path / "x.gif")]) == 2
    assert "a picture ends in .png" in capsys.readouterr().err
