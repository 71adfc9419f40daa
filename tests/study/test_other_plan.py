"""A study on a drawing that it was not made for, and today's layout out of a drawing's blocks."""

from __future__ import annotations

from pathlib import Path

import ezdxf
import pytest

from optimizer.errors import FloorPlanError
from optimizer.plan.model import ZoneKind
from optimizer.plan.read import read_plan
from optimizer.study_file import read_study

FLOORPLANS = Path(__file__).resolve().parents[2] / "floorplans"
HALL = FLOORPLANS / "standard_hall"

STUDY = """schema = 1
name = "Drawn"
[plan]
file = "plan.dxf"
{plan}
[[fixtures]]
type = "atm"
count = 1
[[fixtures]]
type = "queue_machine"
count = 1
[[business]]
name = "cash"
share = 1.0
journey = ["queue_machine", "atm"]
service_minutes = {{ atm = 2, queue_machine = 0.5 }}
[arrivals]
"10" = 20
"""


@pytest.fixture
def drawn(tmp_path):
    """Write a study on a room of 8 x 6 m, in mm, with two machines and a plant as blocks."""

    def write(plan: str = "") -> Path:
        document = ezdxf.new()
        document.header["$INSUNITS"] = 4
        space = document.modelspace()
        for a, b in ((0, 0), (200, 200)):
            space.add_lwpolyline(
                [(a, a), (8400 - a, a), (8400 - a, 6400 - b), (a, 6400 - b)],
                close=True,
                dxfattribs={"layer": "WALL"},
            )
        space.add_line((3000, 100), (4200, 100), dxfattribs={"layer": "DOOR-ENTRANCE"})
        for name, w, d in (("ATM-DIEBOLD", 630, 860), ("XJ-7", 500, 500), ("PLANT", 400, 400)):
            block = document.blocks.new(name)
            block.add_lwpolyline([(0, 0), (w, 0), (w, d), (0, d)], close=True)
        for name, spot in (("ATM-DIEBOLD", (1000, 5000)), ("ATM-DIEBOLD", (2000, 5000))):
            space.add_blockref(name, spot, dxfattribs={"layer": "FURNITURE"})
        space.add_blockref("XJ-7", (5000, 3000), dxfattribs={"layer": "FURNITURE"})
        space.add_blockref("PLANT", (7000, 5000), dxfattribs={"layer": "FURNITURE"})
        document.saveas(tmp_path / "plan.dxf")
        (tmp_path / "study.toml").write_text(STUDY.format(plan=plan), "utf-8")
        return tmp_path / "study.toml"

    return write


def test_blocks_of_the_drawing_are_the_layout_of_today(drawn) -> None:
    """The machine's middle is its pose; a second one beyond the study's number stands there too."""
    study = read_study(drawn('blocks = { "XJ-*" = { type = "queue_machine", turn = 90 } }'))
    poses = {p.fixture: p.pose for p in study.current_layout.placements}
    # a block of 630 x 860 mm put in at (1000, 5000) has its middle at (1315, 5430)
    assert poses["atm-1"] == pytest.approx((1.315, 5.43, 0))
    assert poses["atm-extra-1"] == pytest.approx((2.315, 5.43, 0))
    assert poses["queue_machine-1"] == pytest.approx((5.25, 3.25, 90))
    assert len(poses) == 3
    notes = {d.code: d.sentence for d in study.plan.source.defects}
    assert "1 blocks 'PLANT' on layer 'FURNITURE'" in notes["block-unknown"]


def test_block_of_no_catalogue_type_is_told(drawn) -> None:
    """A type that the catalogue does not have is a defect with the block and what is nearest."""
    study = read_study(drawn('blocks = { "XJ-7" = "queue_machin", "PLANT" = "" }'))
    told = {d.code: d for d in study.plan.source.defects}
    assert "block 'XJ-7' the type 'queue_machin'" in told["block-type"].sentence
    assert "queue_machine" in told["block-type"].sentence
    assert told["block-type"].severity == "error"
    assert "block-unknown" not in told


@pytest.mark.parametrize("value", ["3", "{ turn = 90 }", '{ type = "atm", scale = 2 }'])
def test_block_value_that_is_wrong_is_one_line(drawn, value) -> None:
    """A value that is neither a type nor a table with one is named."""
    with pytest.raises(FloorPlanError, match=r"\[plan.blocks\] 'XJ-7' is"):
        read_study(drawn(f'blocks = {{ "XJ-7" = {value} }}'))


def test_block_of_another_size_is_noted(drawn) -> None:
    """A block of 0.5 x 0.5 m that is to be a bench of another size gets a note with both."""
    study = read_study(drawn('blocks = { "XJ-7" = "open_desk" }'))
    (told,) = [d for d in study.plan.source.defects if "block 'XJ-7'" in d.sentence]
    assert "is 0.50 x 0.50 m; the type open_desk has" in told.sentence


def test_study_on_a_drawing_of_another_hall() -> None:
    """What was said of the own drawing is left out with warnings; the fixtures stay."""
    study = read_study(HALL / "study.toml", plan=FLOORPLANS / "old_corner" / "plan.geojson")
    assert study.plan.name == "Old corner"
    assert study.current_layout is None
    desks = next(g for g in study.groups if g.type == "wealth_desk")
    # one in each wealth room becomes two in the hall, for there is no such room
    assert (desks.zone, desks.max) == (None, 2)
    assert study.types["wealth_desk"].zones == (ZoneKind.PUBLIC_HALL,)
    assert study.types["cash_counter"].staff_zones == (ZoneKind.CASH_AREA,)
    assert study.types["cash_recycler"].staff_zones == ()
    told = [d.sentence for d in study.plan.source.defects if d.code == "other-drawing"]
    assert any("no door at (14.1, 0.1)" in sentence for sentence in told)
    assert any("zone '24 h zone' is not in this drawing" in sentence for sentence in told)
    assert any("'today.json'" in sentence for sentence in told)


def test_same_hall_as_another_file_keeps_everything() -> None:
    """The DXF of the same hall has all its doors and zones: nothing is left out but zone names."""
    own = read_study(HALL / "study.toml")
    other = read_study(HALL / "study.toml", plan=HALL / "plan.dxf")
    assert [d.code for d in other.plan.source.defects if d.code == "other-drawing"] == []
    assert other.current_layout == own.current_layout
    assert {d.name for d in other.plan.doors} >= {"main entrance", "24 h street door"}


def test_drawing_of_one_of_several_floors(tmp_path, drawn) -> None:
    """[plan] window reads one floor of a sheet; an indoor map and its level work in a study."""
    path = drawn("window = [-100, -100, 9000, 7000]")
    assert read_study(path).plan.size == pytest.approx((8.4, 6.4))
    with pytest.raises(FloorPlanError, match="nothing is drawn in the window"):
        read_study(drawn("window = [90000, 90000, 91000, 91000]"))


def test_indoor_map_in_a_study(tmp_path, monkeypatch) -> None:
    """A folder of indoor GeoJSON with a level is read by a study as by the reader."""
    plans = Path(__file__).resolve().parents[3] / "shared" / "plans"
    if not plans.is_dir():
        pytest.skip("the open drawings in ../shared/plans are not there")
    folder = plans / "geojson" / "azure_contoso"
    monkeypatch.setenv("BRANCH_READ_FOLDERS", str(plans))
    text = STUDY.format(plan='level = "Ground"').replace('"plan.dxf"', f'"{folder.as_posix()}"')
    door = '[[doors]]\nname = "way in"\nline = [[30, 1], [32, 1]]\nkind = "entrance"\n'
    (tmp_path / "study.toml").write_text(text + door, "utf-8")
    study = read_study(tmp_path / "study.toml")
    assert study.plan.size == read_plan(folder, level="Ground").size
    (tmp_path / "study.toml").write_text(text.replace("Ground", "Attic") + door, "utf-8")
    with pytest.raises(FloorPlanError, match="level 'Attic' is not in the map"):
        read_study(tmp_path / "study.toml")
