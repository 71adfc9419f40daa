"""Walls with an index, for questions about one place; the stretch of wall an opening takes.

In: wall polygons in metres. Out: distances, depths, and the rectangles that windows and doors
fill in the walls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import (
    LineString,
    Point,
    Polygon,
    STRtree,
    clip_by_rect,
    get_num_coordinates,
    get_parts,
)

from optimizer.plan.units import plausible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "DEEP",
    "GRAZE",
    "INTO_JAMB",
    "TOUCH",
    "Walls",
    "door_wall",
    "pieces_of",
    "window_wall",
]

#: How far a cut goes past the faces of a wall, metres.
GRAZE = 0.01
#: How far inside a jamb its depth is measured, metres.
INTO_JAMB = 0.1
#: Most corners of a piece of the index, and spans nearer than this touch, metres.
MOST_CORNERS, TOUCH = 50, 1e-6
#: Half the deepest wall that a window stands in, metres.
DEEP = 1.0


class Walls:
    """Walls with an index, for questions about one place."""

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        self.polygons = tuple(polygons)
        self.pieces = tuple(piece for polygon in polygons for piece in pieces_of(polygon))
        self.tree = STRtree(self.pieces)

    def distance(self, point: NDArray[np.float64]) -> float:
        """Distance to the nearest wall, metres; infinite without walls."""
        if not self.pieces:
            return np.inf
        spot = Point(point)
        return float(self.pieces[int(self.tree.nearest(spot))].distance(spot))

    def span(
        self, point: NDArray[np.float64], across: NDArray[np.float64], reach: float
    ) -> tuple[float, float] | None:
        """How far the wall at a point reaches to either side along a unit vector."""
        line = LineString([point - reach * across, point + reach * across])
        found: list[tuple[float, float]] = []
        for i in self.tree.query(line, predicate="intersects"):
            cut = self.pieces[i].intersection(line)
            for part in getattr(cut, "geoms", [cut]):
                if part.geom_type == "LineString" and part.length > 0:
                    offsets = sorted((np.asarray(part.coords) - point) @ across)
                    found.append((float(offsets[0]), float(offsets[-1])))
        near = [span for span in _joined(found) if span[0] <= 0.2 and span[1] >= -0.2]
        return (min(s[0] for s in near), max(s[1] for s in near)) if near else None


def pieces_of(polygon: Polygon) -> list[Polygon]:
    """A polygon cut into pieces of few corners, so that questions about one place are quick.

    The walls of a large floor are one polygon with thousands of holes.
    """
    if get_num_coordinates(polygon) <= MOST_CORNERS:
        return [polygon]
    x0, y0, x1, y1 = polygon.bounds
    if max(x1 - x0, y1 - y0) < 2 * DEEP:
        return [polygon]
    middle = (x0 + x1) / 2 if x1 - x0 >= y1 - y0 else (y0 + y1) / 2
    halves = (
        ((x0, y0, middle, y1), (middle, y0, x1, y1))
        if x1 - x0 >= y1 - y0
        else ((x0, y0, x1, middle), (x0, middle, x1, y1))
    )
    parts = [part for half in halves for part in get_parts(clip_by_rect(polygon, *half))]
    return [
        piece
        for part in parts
        if isinstance(part, Polygon) and part.area > 0
        for piece in pieces_of(part)
    ]


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans, those that touch joined, for a wall may lie in several pieces."""
    joined: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1] + TOUCH:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


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
