from __future__ import annotations

from collections import Counter

import pytest
from shapely import Point

from optimizer.plan.dxf.layers import LayerMap
from optimizer.plan.dxf.read import read_dxf
from optimizer.plan.space import floor_space
from optimizer.plan.summary import summarize_plan

#: Tolerance of lengths: a wall drawn as one line is 0.05 m thick, half of it outside.
ONE_LINE = 0.03


@pytest.fixture(scope="module")
def office(plans):
    return read_dxf(plans / "dxf" / "wrld_office_floor.dxf")


def test_office_size_and_unit(office) -> None:
    """Millimetres as the header says; 57.90 x 27.90 m; lower-left corner at (11.71, 10.91)."""
    found = summarize_plan(office)
    assert found["size_m"] == pytest.approx([57.90, 27.90], abs=0.005)
    assert found["unit"] == {"header": "mm", "evidence": "mm", "used": "mm"}
    assert office.source.origin == pytest.approx((11.71, 10.91), abs=0.01)


def test_office_doors_and_windows(office) -> None:
    """33 openings; 56 of the 83 blocks on the door layer are windows; 25 columns."""
    assert len(office.doors) == 33
    # 56 blocks and 15 lines of the layer "windows line"
    assert len(office.windows) == 56 + 15
    assert len(office.columns) == 25
    told = [d.sentence for d in office.source.defects if d.code == "no-door"]
    assert sum(int(sentence.split()[0]) for sentence in told) == 56
    assert len(told) == 4


def test_office_door_widths(office) -> None:
    """Doors are as wide as their leaves, or up to 0.13 m more at each jamb for the frame."""
    widths = Counter()
    for door in office.doors:
        leaf = next(r for r in (1.51, 0.967, 0.866, 0.746, 0.600) if door.width >= r - 0.005)
        widths[leaf] += 1
        assert door.width <= leaf + 2 * 0.13
    assert widths[1.51] == 2
    assert widths[0.600] == 6
    assert sum(widths.values()) == 33


def test_office_hatch_draws_no_wall_across_the_halls(office) -> None:
    """The false diagonal band of the wall hatch does not cut the floor, which is all one."""
    assert summarize_plan(office)["components"] == 1
    # along the band from (3, 20) to (57, 12), away from any wall
    floor = floor_space(office)
    assert all(floor.contains(Point(x, 20.5 - 0.155 * x)) for x in (24.0, 28.0, 40.0, 46.0))


def test_bishop_house_claims_millimetres_and_is_in_inches(plans) -> None:
    """Check fails with the evidence; the study's unit gives 20.22 x 14.33 m and ten doors."""
    path = plans / "dxf" / "bishop_overland_house.dxf"
    doubtful = summarize_plan(read_dxf(path))
    assert doubtful["unit"] == {"header": "mm", "evidence": "in", "used": "mm"}
    assert doubtful["defects"][0]["code"] == "unit-doubt"
    plan = read_dxf(path, unit="in")
    assert plan.size == pytest.approx((20.22, 14.33), abs=0.005)
    # footprints: house, garage, deck and porch
    assert plan.outline.area == pytest.approx(152.16 + 43.93 + 11.10 + 2.89, abs=0.05)
    # 24, 28, 6 x 30 and 2 x 36 inches, up to the jamb
    widths = sorted(door.width / 0.0254 for door in plan.doors)
    assert widths == pytest.approx([24, 28, *[30] * 6, 36, 36], abs=3.6)
    assert widths[:5] == pytest.approx([24, 28, 30, 30, 30], abs=0.1)


def test_ceco_villa(plans) -> None:
    """Metres; walls 34.40 x 22.46 m; three doors, two of them mirrored."""
    found = summarize_plan(read_dxf(plans / "dxf" / "ceco_villa.dxf"))
    assert found["unit"] == {"header": "m", "evidence": "m", "used": "m"}
    assert found["size_m"] == pytest.approx([34.40, 22.46], abs=ONE_LINE)
    assert found["doors"] == 3


def test_barcelona_pavilion(plans) -> None:
    """Metres; walls 50.32 x 21.42 m; 8 columns; 8 leaves, four of them in two double doors."""
    plan = read_dxf(plans / "dxf" / "barcelona_pavilion_plan.dxf")
    found = summarize_plan(plan)
    assert found["unit"] == {"header": "m", "evidence": "m", "used": "m"}
    assert found["size_m"] == pytest.approx([50.32, 21.42], abs=ONE_LINE)
    assert len(plan.columns) == 8
    widths = sorted(door.width for door in plan.doors)
    assert widths == pytest.approx([0.807, 0.807, 1.006, 1.006, 2.012, 2.012], abs=0.05)
    assert "outline-open" in {d["code"] for d in found["defects"]}


def test_barcelona_pavilion_on_one_layer(plans) -> None:
    """No unit, all on layer 0 in blocks: mm by its size; check says that walls are unknown."""
    found = summarize_plan(read_dxf(plans / "dxf" / "barcelona_pavilion_plan_freecad_R12.dxf"))
    assert found["size_m"] == pytest.approx([51.995, 22.155], abs=0.005)
    assert found["unit"] == {"header": None, "evidence": "mm", "used": "mm"}
    assert {d["code"]: d["severity"] for d in found["defects"]} == {
        "no-walls": "error",
        "unit-missing": "warning",
        "no-entrance": "warning",
        "outline-gap": "note",
        "layer-unknown": "note",
    }


def test_doors_hidden_by_wipeout_cut_the_wall(plans) -> None:
    """Two door blocks cut the wall that runs through under them; the header says inches."""
    path = plans / "dxf" / "ezdxf_wipeout_door.dxf"
    assert summarize_plan(read_dxf(path))["defects"][0]["code"] == "unit-doubt"
    plan = read_dxf(path, unit="mm")
    assert len(plan.doors) == 2
    walls = plan.walls_with_openings
    # the wall with the doors falls into three pieces, the other stays whole
    assert len(walls.geoms) == 4
    assert not any(walls.intersects(Point(*door.centre).buffer(0.05)) for door in plan.doors)


def test_layer_map_can_name_what_the_defaults_do_not(plans) -> None:
    """The office with its plaster as walls: window niches are wall all the same."""
    path = plans / "dxf" / "wrld_office_floor.dxf"
    plan = read_dxf(path, layers=LayerMap.from_table({"wall": ["wall", "Plaster"]}))
    assert len(plan.doors) == 33
    assert not any(d.layer == "Plaster" for d in plan.source.defects)
