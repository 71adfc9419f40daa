from __future__ import annotations

import math

import numpy as np
import pytest

from optimizer.plan.dxf.read import read_dxf
from optimizer.plan.space import floor_space

#: Centre lines of a room of 8 x 5 m with a gap for a door, walls as wide as they say, metres.
WALLS = (((3.9, 0), (8, 0), (8, 5), (0, 5), (0, 0), (3, 0)),)


def test_turned_drawing_in_feet_is_the_one_in_metres(draw) -> None:
    """Turned by 30 degrees, in feet or in metres: the same floor, doors and origin."""

    def pen_in(metres_per_unit: float):
        cosine, sine = math.cos(math.radians(30)), math.sin(math.radians(30))
        turn = np.array([[cosine, sine], [-sine, cosine]]) / metres_per_unit

        def pen(_, space) -> None:
            for wall in WALLS:
                line = space.add_lwpolyline(np.array(wall) @ turn, dxfattribs={"layer": "WALL"})
                line.dxf.const_width = 0.2 / metres_per_unit
            hinge, tip = np.array([(3, 0), (3, 0.9)]) @ turn
            door = {"layer": "DOOR"}
            space.add_line(hinge, tip, dxfattribs=door)
            space.add_arc(hinge, 0.9 / metres_per_unit, 30, 120, dxfattribs=door)

        return pen

    feet = read_dxf(draw(pen_in(0.3048), unit=2, name="feet.dxf"))
    metres = read_dxf(draw(pen_in(1.0), unit=6, name="metres.dxf"))
    assert (feet.source.unit_used, metres.source.unit_used) == ("ft", "m")
    # 7.8 x 4.8 m within the walls, and the gap of 0.9 m across a wall of 0.2 m
    assert floor_space(metres).area == pytest.approx(7.8 * 4.8 + 0.9 * 0.2, abs=0.01)
    assert floor_space(feet).symmetric_difference(floor_space(metres)).area < 1e-6
    assert feet.doors[0].centre == pytest.approx(metres.doors[0].centre)
    # corners of walls lie on a grid of 1 mm
    assert [d.width for d in metres.doors] == pytest.approx([0.9], abs=1e-3)
    assert feet.source.origin == pytest.approx(metres.source.origin)
