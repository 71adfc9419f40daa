"""Fixtures that a drawing shows move as the blocks that they are; the drawing itself stays."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import ezdxf
import pytest
from ezdxf.lldxf.tagwriter import TagCollector

from optimizer.cli import main
from optimizer.equipment.layout import Layout
from optimizer.plan.dxf.furniture import BlockMap
from optimizer.plan.dxf.read import read_dxf
from optimizer.report.dxf import LAYERS, read_layout_dxf, write_layout_dxf
from optimizer.report.dxf_splice import cut_parts
from optimizer.study_file import read_study

SHARED = Path(__file__).resolve().parents[3] / "shared" / "plans" / "dxf"

STUDY = """schema = 1
name = "Drawn"
[plan]
file = "plan.dxf"
[[fixtures]]
type = "atm"
count = 3
[[fixtures]]
type = "queue_machine"
count = 1
[[business]]
name = "cash"
share = 1.0
journey = ["queue_machine", "atm"]
service_minutes = { atm = 2, queue_machine = 0.5 }
[arrivals]
"10" = 20
"""


def tags_of(entity):
    """All that DXF says of an entity, but for its owner's handle, which R12 files do not hold."""
    return [tag for tag in TagCollector.dxftags(entity) if tag.code != 330]


def drawn(entity):
    """The same without its handle, which a drawing that has none gets anew each time."""
    return [tag for tag in tags_of(entity) if tag.code != 5]


def room(path: Path) -> None:
    """A room of 10 x 8 m in mm at (50, 20) m: ATMs plain, mirrored and turned, and in a group."""
    document = ezdxf.new()
    document.header["$INSUNITS"] = 4
    space = document.modelspace()
    x0, y0 = 50_000, 20_000
    for a in (0, 200):
        space.add_lwpolyline(
            [(x0 + x, y0 + y) for x, y in ((a, a), (10_400 - a, a), (10_400 - a, 8400 - a))]
            + [(x0 + a, y0 + 8400 - a)],
            close=True,
            dxfattribs={"layer": "WALL"},
        )
    space.add_line((x0 + 4000, y0 + 100), (x0 + 5200, y0 + 100), dxfattribs={"layer": "DOOR"})
    atm = document.blocks.new("ATM-1", base_point=(100, 50))
    atm.add_lwpolyline([(0, 0), (700, 0), (700, 900), (0, 900)], close=True)
    atm.add_line((0, 0), (700, 0))
    group = document.blocks.new("SELF-SERVICE")
    group.add_blockref("ATM-1", (200, 300), dxfattribs={"rotation": 90})
    style = {"layer": "FURNITURE"}
    space.add_blockref("ATM-1", (x0 + 2000, y0 + 7000), dxfattribs=style)
    mirrored = {"xscale": -1, "rotation": 180}
    space.add_blockref("ATM-1", (x0 + 6000, y0 + 1500), dxfattribs=style | mirrored)
    doubled = {"xscale": 2, "yscale": 2, "rotation": 30}
    space.add_blockref("SELF-SERVICE", (x0 + 7000, y0 + 4000), dxfattribs=style | doubled)
    document.saveas(path)


@pytest.fixture
def study(tmp_path):
    """The study of that room."""
    room(tmp_path / "plan.dxf")
    (tmp_path / "study.toml").write_text(STUDY, "utf-8")
    return read_study(tmp_path / "study.toml")


def test_blocks_turned_mirrored_scaled_and_nested_have_the_pose_that_they_show(study) -> None:
    """Poses by hand: the middle of 700 x 900 mm lies at (250, 400) mm from the base point."""
    poses = {p.fixture: p.pose for p in study.current_layout.placements}
    assert poses["atm-1"] == pytest.approx((2.25, 7.4, 0))
    # mirrored in x and turned by 180 degrees: (250, 400) goes to (250, -400), its back to -y
    assert poses["atm-2"] == pytest.approx((6.25, 1.1, 180))
    # in the group turned by 90: (200, 300) + (-400, 250) = (-200, 550); doubled and turned by 30
    x, y = 2 * -0.2, 2 * 0.55
    cos, sin = math.cos(math.radians(30)), math.sin(math.radians(30))
    there = (7 + cos * x - sin * y, 4 + sin * x + cos * y, 120)
    assert poses["atm-3"] == pytest.approx(there)
    doubled = study.plan.furniture[2]
    assert (doubled.width, doubled.depth) == pytest.approx((1.4, 1.8))


def test_moved_fixtures_are_copies_of_their_own_blocks(study, tmp_path) -> None:
    """Each fixture is the block that it was, at the new pose; the layout comes back from it."""
    moved = Layout(
        placements=tuple(
            replace(p, x=p.x + 0.5, y=p.y - 0.25, angle=(p.angle + 90) % 360)
            for p in study.current_layout.placements
        )
    )
    out = tmp_path / "layout.dxf"
    write_layout_dxf(study, moved, out)
    made = ezdxf.readfile(out)
    assert not made.audit().errors
    copies = made.modelspace().query('INSERT[layer=="BL-FIXTURE"]')
    assert [copy.dxf.name for copy in copies] == ["ATM-1"] * 3
    assert sorted(abs(copy.dxf.xscale) for copy in copies) == pytest.approx([1, 1, 2])
    back = read_layout_dxf(out)
    for one in moved.placements:
        assert back[one.fixture].pose == pytest.approx(one.pose, abs=1e-6)
    # what the copy draws is where the fixture stands: read as furniture it has the same pose
    for copy in copies:
        copy.dxf.layer = "FURNITURE"
    for old in made.modelspace().query('INSERT[layer=="FURNITURE"]')[:3]:
        if old not in list(copies):
            made.modelspace().delete_entity(old)
    made.saveas(out)
    drawn = sorted(f.x for f in read_dxf(out, blocks=BlockMap()).furniture)
    assert drawn == pytest.approx(sorted(p.x for p in moved.placements))


def test_layout_of_another_number_of_fixtures_mixes_blocks(study, tmp_path) -> None:
    """A fixture that the drawing does not show gets the block of its type."""
    today = study.current_layout.placements
    new = replace(today[0], fixture="queue_machine-1", type="queue_machine", x=5.0, y=5.0)
    write_layout_dxf(study, Layout(placements=(today[0], new)), tmp_path / "layout.dxf")
    space = ezdxf.readfile(tmp_path / "layout.dxf").modelspace()
    names = [i.dxf.name for i in space.query('INSERT[layer=="BL-FIXTURE"]')]
    assert names == ["ATM-1", "BL_queue_machine"]
    # the ATM has not moved: nothing is crossed out
    assert not space.query('LINE[layer=="BL-TEXT"]')


def test_render_and_evaluate_give_the_same_figures(study, tmp_path, capsys) -> None:
    """Through the commands: the drawing that render wrote is worth what its layout is."""
    poses = [p for p in study.current_layout.to_json() if p["fixture"] != "atm-3"]
    poses.append({"fixture": "queue_machine-1", "type": "queue_machine", "x": 4, "y": 4})
    layout = tmp_path / "layout.json"
    layout.write_text(json.dumps({"placements": poses}), "utf-8")
    brief, drawing = str(tmp_path / "study.toml"), str(tmp_path / "layout.dxf")
    assert main(["render", brief, str(layout), "--out", drawing]) == 0
    capsys.readouterr()
    told = []
    for file in (str(layout), drawing):
        main(["evaluate", brief, file, "--json"])
        told.append(json.loads(capsys.readouterr().out))
    walked = [t["walking"]["person_metres_per_hour"] for t in told]
    assert walked[1] == pytest.approx(walked[0])
    assert len(told[1]["rules"]) == len(told[0]["rules"])


DRAWINGS = (
    ("wrld_office_floor.dxf", None),
    ("bishop_overland_house.dxf", "in"),
    ("ceco_villa.dxf", None),
    ("barcelona_pavilion_plan.dxf", None),
    ("barcelona_pavilion_plan_freecad_R12.dxf", None),
    ("ezdxf_wipeout_door.dxf", "mm"),
)


@pytest.mark.parametrize(("name", "unit"), DRAWINGS)
def test_every_real_drawing_stays_as_it_was(
    name, unit, tmp_path, report_study, report_layout
) -> None:
    """Every entity, block, layer, header value and unit of the original is in the result."""
    if not SHARED.is_dir():
        pytest.skip("the open drawings in ../shared/plans are not there")
    plan = read_dxf(SHARED / name, unit=unit)
    out = tmp_path / "layout.dxf"
    write_layout_dxf(report_study.replace(plan=plan), report_layout, out)
    before, after = ezdxf.readfile(SHARED / name), ezdxf.readfile(out)
    for variable in ("$INSUNITS", "$MEASUREMENT", "$EXTMIN", "$INSBASE", "$DWGCODEPAGE"):
        assert after.header.get(variable) == before.header.get(variable)
    assert after.dxfversion == before.dxfversion
    for layer in before.layers:
        same = after.layers.get(layer.dxf.name)
        for attribute in ("name", "flags", "color", "linetype", "lineweight", "plot"):
            assert same.dxf.get(attribute) == layer.dxf.get(attribute)
    for block in before.blocks:
        if block.name.casefold() == "*model_space":
            continue
        same = after.blocks.get(block.name)
        assert [drawn(e) for e in same] == [drawn(e) for e in block]
    ours = [e for e in after.modelspace() if e.dxf.layer in LAYERS]
    assert len(ours) >= len(report_layout)
    assert len(after.modelspace()) == len(before.modelspace()) + len(ours)
    rest = [drawn(e) for e in after.modelspace() if e.dxf.layer not in LAYERS]
    assert rest == [drawn(e) for e in before.modelspace()]
    layout = read_layout_dxf(out)
    for one in report_layout.placements:
        assert layout[one.fixture].pose == pytest.approx(one.pose, abs=1e-6)


@pytest.mark.parametrize(("name", "unit"), DRAWINGS)
def test_every_byte_of_a_real_drawing_stays(
    name, unit, tmp_path, report_study, report_layout
) -> None:
    """Without what was added and the header, the file is the original's bytes, in order."""
    if not SHARED.is_dir():
        pytest.skip("the open drawings in ../shared/plans are not there")
    out = tmp_path / "layout.dxf"
    plan = read_dxf(SHARED / name, unit=unit)
    write_layout_dxf(report_study.replace(plan=plan), report_layout, out)
    original = [p.text for p in cut_parts((SHARED / name).read_bytes()) if p.section != b"HEADER"]
    result = iter(p.text for p in cut_parts(out.read_bytes()) if p.section != b"HEADER")
    # each part of the original is found in the result, in the same order
    assert all(any(text == part for text in result) for part in original)
