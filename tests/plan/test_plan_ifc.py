from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import FileFormatError, FloorPlanError
from optimizer.plan.ifc.section import cut_section, middle_line
from optimizer.plan.model import DoorKind
from optimizer.plan.read import read_plan
from optimizer.plan.space import floor_space
from optimizer.plan.summary import summarize_plan

#: A box of 4 x 2 x 3 m as twelve triangles.
CORNERS = np.array([(x, y, z) for x in (0, 4) for y in (0, 2) for z in (0, 3)], dtype=float)
SQUARES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
TRIANGLES = np.array([t for a, b, c, d in SQUARES for t in ((a, b, c), (a, c, d))])


@pytest.mark.parametrize(("height", "area"), [(0.0, 8), (1.0, 8), (2.9, 8), (3.5, 0), (-1, 0)])
def test_section_of_a_box(height, area) -> None:
    """A box of 4 x 2 m is cut in 8 m2 at any height within it, and nowhere else."""
    assert cut_section(CORNERS, TRIANGLES, height).area == pytest.approx(area)


def test_section_of_a_wedge_narrows() -> None:
    """A box whose top edge is pulled in to half its length is 3 x 2 m at half its height."""
    wedge = CORNERS.copy()
    wedge[(CORNERS[:, 0] == 4) & (CORNERS[:, 2] == 3), 0] = 2
    assert cut_section(wedge, TRIANGLES, 1.5).area == pytest.approx(6)


def test_middle_line_of_a_turned_box() -> None:
    """The line along a box of 4 x 2 m turned by 30 degrees is 4 m long, or as long as asked."""
    turn = np.radians(30)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    turned = np.column_stack([CORNERS[:, :2] @ spin, CORNERS[:, 2]])
    line = middle_line(turned)
    assert line.length == pytest.approx(4)
    assert line.centroid.coords[0] == pytest.approx(np.array([2, 1]) @ spin)
    assert middle_line(turned, 0.9).length == pytest.approx(0.9)
    assert middle_line(turned, 9.0).length == pytest.approx(4)


def test_file_that_is_no_model_is_one_line(tmp_path) -> None:
    """A file that only begins like IFC is told in one line."""
    pytest.importorskip("ifcopenshell")
    path = tmp_path / "a.ifc"
    path.write_text("ISO-10303-21;\nnothing")
    with pytest.raises(FileFormatError) as caught:
        read_plan(path)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def models(plans):
    pytest.importorskip("ifcopenshell")
    return plans / "ifc"


@pytest.mark.parametrize(
    ("level", "doors", "entrances", "rooms"),
    [("Level 1", 6, 4, 126.32), ("Level 2", 8, 0, 114.24)],
)
def test_duplex(models, level, doors, entrances, rooms) -> None:
    """Each storey is 8.80 x 17.80 m, two flats side by side, as many doors as the truth has."""
    plan = read_plan(models / "Duplex_A.ifc", level=level)
    found = summarize_plan(plan)
    assert found["size_m"] == pytest.approx([8.80, 17.80], abs=0.01)
    assert len(plan.doors) == doors
    assert len(plan.doors_of(DoorKind.ENTRANCE)) == entrances
    assert found["components"] == 2
    # the floor is that of the rooms, of the stairs that are none, and of the door openings
    assert rooms < floor_space(plan).area < 1.13 * rooms


def test_duplex_without_a_level_is_the_lowest_with_doors(models) -> None:
    """The foundation has walls and no doors; the storey above it is read, others are named."""
    plan = read_plan(models / "Duplex_A.ifc")
    assert plan.name == "Duplex_A Level 1"
    (note,) = [d for d in plan.source.defects if d.code == "storeys"]
    assert "T/FDN, Level 2, Roof" in note.sentence
    with pytest.raises(FloorPlanError, match="storey 'Attic' is not in the model; it has T/FDN, "):
        read_plan(models / "Duplex_A.ifc", level="Attic")


def test_large_building_in_millimetres(models) -> None:
    """Two detached blocks, 35.57 x 20.20 m together, 10 doors to the outside and 8 inside."""
    plan = read_plan(models / "LargeBuilding.ifc")
    found = summarize_plan(plan)
    assert found["unit"]["header"] == "mm"
    assert found["size_m"] == pytest.approx([35.57, 20.20], abs=0.01)
    assert len(plan.doors_of(DoorKind.ENTRANCE)) == 10
    assert len(plan.doors_of(DoorKind.INNER)) == 8
    # the truth's [4, 4]: four rooms in each block, joined by their doors
    assert found["components"] == 2
    assert floor_space(plan).area == pytest.approx(299.48, rel=0.03)


def test_pavilion_without_storeys(models) -> None:
    """A model without storeys and spaces is read as one; check says so; 6 doors, 8 columns."""
    plan = read_plan(models / "barcelona_pavilion.ifc")
    assert "no-storey" in {d.code for d in plan.source.defects}
    assert len(plan.doors) == 6
    assert len(plan.columns) == 8
