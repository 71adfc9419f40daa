"""Our own drawings read back where the original is turned, far away, or in feet."""

from __future__ import annotations

import ezdxf
import numpy as np
import pytest

from optimizer.equipment.layout import Layout, Placement
from optimizer.plan.read import read_plan
from optimizer.report.dxf import read_layout_dxf, write_layout_dxf

#: Metres of a drawing's unit, by the number that its header has.
UNITS = {4: 0.001, 2: 0.3048}
#: Corners of a hall of 12 x 8 m with walls of 0.2 m, and a door of 1 m in its lower wall, metres.
HALL, WALL = ((0.0, 0.0), (12.0, 8.0)), 0.2
DOOR = (5.0, 0.0)


def drawn(tmp_path, *, unit, turn, away):
    """Draw the hall turned by `turn` degrees about (0, 0) and moved by `away` metres."""
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))

    def place(x, y):
        return (
            (cos * x - sin * y + away[0]) / UNITS[unit],
            (sin * x + cos * y + away[1]) / UNITS[unit],
        )

    document = ezdxf.new()
    document.header["$INSUNITS"] = unit
    space = document.modelspace()
    (x0, y0), (x1, y1) = HALL
    for grow in (0.0, WALL):
        low, left, right, top = y0 - grow, x0 - grow, x1 + grow, y1 + grow
        corners = [place(*c) for c in ((left, low), (right, low), (right, top), (left, top))]
        space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "WALL"})
    leaf = document.blocks.new("DOOR-1000")
    leaf.add_arc((0, 0), 1.0 / UNITS[unit], 0, 90)
    leaf.add_line((0, 0), (0, 1.0 / UNITS[unit]))
    layer = {"layer": "DOOR", "rotation": turn}
    space.add_blockref("DOOR-1000", place(*DOOR), dxfattribs=layer)
    path = tmp_path / f"hall-{unit}-{turn}.dxf"
    document.saveas(path)
    return path


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("turn", [0.0, 30.0])
@pytest.mark.parametrize("away", [(3.0, -2.0), (500_000.0, 3_400_000.0)], ids=["near", "far"])
def test_a_layout_comes_back_to_a_thousandth_of_a_millimetre(
    tmp_path, report_study, unit, turn, away
):
    """Whatever the unit, the turn and the origin, the same fixtures stand at the same poses.

    And where the drawing has them is where the plan has them, from the same corner.
    """
    path, out = drawn(tmp_path, unit=unit, turn=turn, away=away), tmp_path / "layout.dxf"
    plan = read_plan(path)
    study = report_study.replace(plan=plan)
    middle = plan.outline.centroid
    layout = Layout(
        placements=tuple(
            Placement(
                fixture=f"queue_machine-{k}",
                type="queue_machine",
                x=middle.x + k / 3,
                y=middle.y - k / 7,
                angle=angle,
            )
            for k, angle in enumerate((0.0, turn, turn + 90.0, 123.4), start=1)
        )
    )
    write_layout_dxf(study, layout, out)
    back = read_layout_dxf(out)
    assert [p.fixture for p in back.placements] == [p.fixture for p in layout.placements]
    for one, other in zip(back.placements, layout.placements, strict=True):
        assert one.pose == pytest.approx(other.pose, abs=1e-6)
    # the hall's middle, (6, 4) turned and moved, is the middle of the plan
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    x, y = 6 * cos - 4 * sin + away[0], 6 * sin + 4 * cos + away[1]
    first = next(
        insert
        for insert in ezdxf.readfile(out).modelspace().query('INSERT[layer=="BL-FIXTURE"]')
        if insert.get_attrib_text("ID") == "queue_machine-1"
    )
    there = np.array(tuple(first.dxf.insert)[:2]) * UNITS[unit]
    assert there == pytest.approx((x + 1 / 3, y - 1 / 7), abs=2e-3)  # walls lie on a grid of 1 mm


@pytest.mark.parametrize("unit", UNITS)
def test_the_same_hall_is_found_however_it_is_turned(tmp_path, unit):
    """Area, walls, doors and the door's width do not depend on the turn."""
    upright, turned = (
        read_plan(drawn(tmp_path, unit=unit, turn=turn, away=(3.0, -2.0))) for turn in (0.0, 30.0)
    )
    # 12.4 x 8.4 m outside
    assert upright.outline.area == pytest.approx(12.4 * 8.4, abs=0.02)
    assert turned.outline.area == pytest.approx(upright.outline.area, abs=0.05)
    assert turned.solids.area == pytest.approx(upright.solids.area, abs=0.05)
    widths = [[door.width for door in plan.doors] for plan in (upright, turned)]
    assert widths[0] == pytest.approx([1.0], abs=0.01)
    assert widths[1] == pytest.approx(widths[0], abs=0.01)
