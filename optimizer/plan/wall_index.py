"""Walls with an index, for questions about one place; the stretch of wall an opening takes.

In: wall polygons in metres. Out: distances, depths, and the rectangles that windows and doors
fill in the walls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, Point, Polygon, STRtree

from optimizer.plan.units import plausible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["DEEP", "GRAZE", "Walls", "door_wall", "window_wall"]

#: How far a cut goes past the faces of a wall, metres.
GRAZE = 0.01
#: How far inside a jamb its depth is measured, metres.
INTO_JAMB = 0.1
#: Half the deepest wall that a window stands in, metres.
DEEP = 1.0


class Walls:
    """Walls with an index, for questions about one place."""

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        self.polygons = tuple(polygons)
        self.tree = STRtree(self.polygons)

    def distance(self, point: NDArray[np.float64]) -> float:
        """Distance to the nearest wall, metres; infinite without walls."""
        if not self.polygons:
            return np.inf
        spot = Point(point)
        return float(self.polygons[int(self.tree.nearest(spot))].distance(spot))

    def span(
        self, point: NDArray[np.float64], across: NDArray[np.float64], reach: float
    ) -> tuple[float, float] | None:
        """How far the wall at a point reaches to either side along a unit vector."""
        line = LineString([point - reach * across, point + reach * across])
        found: list[tuple[float, float]] = []
        for i in self.tree.query(line, predicate="intersects"):
            cut = self.polygons[i].intersection(line)
            for part in getattr(cut, "geoms", [cut]):
                if part.geom_type == "LineString" and part.length > 0:
                    offsets = sorted((np.asarray(part.coords) - point) @ across)
                    found.append((float(offsets[0]), float(offsets[-1])))
        near = [span for span in found if span[0] <= 0.2 and span[1] >= -0.2]
        return (min(s[0] for s in near), max(s[1] for s in near)) if near else None


def window_wall(line: LineString, depth: float, walls: Walls) -> Polygon:
    """The stretch of wall that a window fills: as deep as the walls at both its ends."""
    first, last = np.asarray(line.coords)[[0, -1]]
    way = (last - first) / line.length
    across = np.array([-way[1], way[0]])
    spans = [
        walls.span(first - INTO_JAMB * way, across, DEEP),
        walls.span(last + INTO_JAMB * way, across, DEEP),
    ]
    # what is deeper than any wall is a wall that runs off at a right angle
    most = plausible("wall_thickness").most
    known = [span for span in spans if span is not None and span[1] - span[0] <= most]
    half = (depth if known else max(depth, 2 * GRAZE)) / 2
    low = min(-half, max((s[0] for s in known), default=-half))
    high = max(half, min((s[1] for s in known), default=half))
    corners = [
        first + low * across,
        last + low * across,
        last + high * across,
        first + high * across,
    ]
    return Polygon(corners)


def door_wall(line: LineString, walls: Walls) -> Polygon:
    """The stretch of wall that a door interrupts, with a bit of the jambs."""
    first, last = np.asarray(line.coords)[[0, -1]]
    more = INTO_JAMB * (last - first) / line.length
    return window_wall(LineString([first - more, last + more]), 0.0, walls)
