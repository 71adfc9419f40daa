"""How wide the way between two points is, for accessible routes.

In: the free floor, the footprints of the fixtures, two points. Out: the clear width of the widest
way for a round body, and where it is narrowest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import shapely
from shapely.affinity import rotate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from shapely.geometry import MultiPolygon, Polygon
    from shapely.geometry.base import BaseGeometry

__all__ = ["footprint", "widest_path"]

TOLERANCE = 1e-4
"""The radius is found to this (metres), so the width to a fifth of a millimetre."""
ARC = 64
"""Segments of a quarter circle: its chords are 0.00008 of the radius inside the arc."""


def footprint(box: ArrayLike) -> Polygon:
    """Return a fixture's footprint (cx, cy, width, depth, angle) as a polygon."""
    x, y, width, depth, angle = np.asarray(box, dtype=np.float64)
    flat = shapely.box(x - width / 2, y - depth / 2, x + width / 2, y + depth / 2)
    return rotate(flat, angle, origin=(x, y))


def widest_path(
    free: Polygon | MultiPolygon,
    boxes: ArrayLike,
    a: ArrayLike,
    b: ArrayLike,
    *,
    reach: float = 0.0,
) -> tuple[float, tuple[float, float]]:
    """Return the clear width of the widest way from a to b, and where that way is narrowest.

    Parameters
    ----------
    free
        Free floor, not inflated.
    boxes
        Footprints (n, 5) as in `route`; NaN rows are absent.
    a, b
        Points in metres.
    reach
        The way need only come this near (metres) to a and b. With 0 the body stands on them, so
        that a point 0.3 m from a counter makes any way to it at most 0.6 m wide.

    Returns
    -------
    clear_width
        Diameter in metres, to 1 mm, of the largest disc that can be moved from a to b; 0 if
        there is no way at all.
    bottleneck
        Centre of that disc at the narrowest place.
    """
    rows = np.asarray(boxes, dtype=np.float64).reshape(-1, 5)
    present = [footprint(row) for row in rows if not np.isnan(row).any()]
    floor = free.difference(shapely.union_all(present)) if present else free
    start, end = shapely.Point(a), shapely.Point(b)
    low, high = 0.0, _largest(floor, start, end, reach)
    if _joining(floor, 0.0, start, end, reach) is None or high <= 0.0:
        return 0.0, (float(start.x), float(start.y))
    while high - low > TOLERANCE:
        middle = (low + high) / 2
        if _joining(floor, middle, start, end, reach) is None:
            high = middle
        else:
            low = middle
    place = _neck(floor, low, high, start, end, reach)
    return 2 * low, (float(place.x), float(place.y))


def _largest(floor: BaseGeometry, start: BaseGeometry, end: BaseGeometry, reach: float) -> float:
    """Return a radius that no way from start to end can have."""
    rim = floor.boundary
    ends = min(rim.distance(start), rim.distance(end)) + reach
    x0, y0, x1, y1 = floor.bounds if not floor.is_empty else (0.0, 0.0, 0.0, 0.0)
    return float(min(ends, (x1 - x0) / 2, (y1 - y0) / 2)) + 2 * TOLERANCE


def _parts(floor: BaseGeometry, radius: float) -> list[BaseGeometry]:
    """Return the connected parts of where the centre of a disc may be."""
    eroded = floor.buffer(-max(radius, 1e-9), quad_segs=ARC)
    return [part for part in shapely.get_parts(eroded) if not part.is_empty]


def _joining(
    floor: BaseGeometry, radius: float, start: BaseGeometry, end: BaseGeometry, reach: float
) -> BaseGeometry | None:
    """Return the part that a disc can be moved in from start to end, or None."""
    near = max(reach, 1e-7)
    for part in _parts(floor, radius):
        if part.dwithin(start, near) and part.dwithin(end, near):
            return part
    return None


def _neck(
    floor: BaseGeometry,
    low: float,
    high: float,
    start: BaseGeometry,
    end: BaseGeometry,
    reach: float,
) -> BaseGeometry:
    """Return the place on the way that a disc of radius `low` passes and one of `high` does not.

    What is left of the way when the wider disc's parts are taken out of the narrower one's are
    its necks. On the way through parts and necks, the first neck is the answer.
    """
    way = _joining(floor, low, start, end, reach)
    assert way is not None
    swollen = [part.buffer(2 * (high - low)) for part in _parts(floor, high)]
    wide = [part for part in swollen if part.intersects(way)]
    necks = [
        piece
        for piece in shapely.get_parts(way.difference(shapely.union_all(wide)))
        if isinstance(piece, shapely.Polygon) and not piece.is_empty
    ]
    graph = nx.Graph()
    pieces = [start, end, *wide, *necks]
    tree = shapely.STRtree(pieces)
    near = max(reach, 1e-7)
    for i, piece in enumerate(pieces):
        within = near if i < 2 else 1e-6
        graph.add_edges_from((i, int(j)) for j in tree.query(piece, "dwithin", within) if j != i)
    if not nx.has_path(graph, 0, 1):
        return start
    route = nx.shortest_path(graph, 0, 1)
    for i in route:
        if i >= 2 + len(wide):
            return pieces[i].representative_point()
    return start if floor.boundary.distance(start) <= floor.boundary.distance(end) else end
