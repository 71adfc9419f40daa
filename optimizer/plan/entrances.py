"""Which doors lead outside.

In: a door's line and the outline. Out: whether one side of the door lies outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely import Point

if TYPE_CHECKING:
    from shapely import LineString, Polygon

__all__ = ["leads_out"]

#: How far to either side of a door is looked whether it leads outside, metres: past a thick wall.
STEP_OUT = 1.2


def leads_out(line: LineString, outline: Polygon) -> bool:
    """Whether one side of a door lies outside the outline and the other inside."""
    if not line.length:
        return False
    (x0, y0), (x1, y1) = line.coords[0][:2], line.coords[-1][:2]
    nx, ny = -(y1 - y0) / line.length * STEP_OUT, (x1 - x0) / line.length * STEP_OUT
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    sides = [outline.contains(Point(x + s * nx, y + s * ny)) for s in (1, -1)]
    return bool(sides[0] != sides[1])
