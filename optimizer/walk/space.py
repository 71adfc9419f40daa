"""The walkable space as shapely sees it: free floor in, inflated outlines and corners out.

In: the free floor of one audience (outline minus walls, columns and closed doors) and the radius
of the body. Out: `Outline`, the walls that a path must not touch, the rims and corners that it
bends at, as plain arrays for the kernels. No numba here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimizer.errors import FloorPlanError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry import MultiPolygon, Polygon

__all__ = ["Corners", "Outline", "erode", "outline_of"]

Corners = Literal["mitre", "octagon"]

EPS = 2e-8
"""The corners of the graph stand this much (metres) outside the inflated walls; see `kernels`."""
MITRE_LIMIT = 5.0
"""A mitred tip reaches at most this many radii from its corner, then it is cut."""


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What a body of one radius can touch and bend at.

    Parameters
    ----------
    walkable
        Free floor eroded by the radius, where the body's centre may be.
    walls
        (n, 6) edges x1, y1, x2, y2 that a path must not touch, EPS / 2 inside `walkable`; then
        the connected part that an edge bounds, and its group: one obstacle, or several that all
        but touch.
    rims
        (m, 6) likewise, EPS inside `walkable`, the walkable side on their left.
    corner
        (c, 6) x, y, then the unit directions of the two rims that leave a convex corner of an
        obstacle, sorted by group.
    corner_group, corner_part
        (c,) group and connected part of each corner.
    """

    walkable: Polygon | MultiPolygon
    walls: NDArray[np.float64]
    rims: NDArray[np.float64]
    corner: NDArray[np.float64]
    corner_group: NDArray[np.int64]
    corner_part: NDArray[np.int64]


def erode(
    free: Polygon | MultiPolygon, *, radius: float, corners: Corners = "mitre"
) -> Polygon | MultiPolygon:
    """Return the places where the centre of a body of `radius` metres may be.

    A mitred body outline keeps the corners of obstacles sharp; an octagonal one cuts each by a
    chamfer that touches the round body, and is closer to it (0.003 to 0.02 m a path instead of
    0.016 to 0.07 m). Both contain the round body.
    """
    if radius <= 0.0:
        return free
    mitred = free.buffer(-radius, join_style="mitre", mitre_limit=MITRE_LIMIT)
    if corners == "mitre":
        return mitred
    shapes = _inflated_edges(free, radius)
    return shapely.union_all([mitred, free.difference(shapely.union_all(shapes))])


def _inflated_edges(free: Polygon | MultiPolygon, radius: float) -> NDArray[np.object_]:
    """Return the strip along each edge and the chamfered wedge round each convex corner."""
    a, b, part = _ring_edges(free)
    if len(a) == 0:
        return np.empty(0, dtype=object)
    along = (b - a) / np.hypot(*(b - a).T)[:, None]
    inward = np.column_stack([-along[:, 1], along[:, 0]])
    back = 1e-6 * inward  # overlap the obstacle a little, so that no sliver stays
    strips = np.stack([a - back, b - back, b + radius * inward, a + radius * inward], axis=1)
    after = _next_edge(part)
    turn = np.arctan2(
        along[:, 0] * along[after, 1] - along[:, 1] * along[after, 0],
        np.sum(along * along[after], axis=1),
    )
    wedges = [
        _wedge(b[i], inward[i], inward[after[i]], -turn[i], radius)
        for i in np.flatnonzero(turn < -1e-9)
    ]
    return np.concatenate([shapely.polygons(strips), np.array(wedges, dtype=object)])


def _wedge(
    corner: NDArray[np.float64],
    normal: NDArray[np.float64],
    following: NDArray[np.float64],
    turn: float,
    radius: float,
) -> Polygon:
    """Return the wedge between two strips at a convex corner, cut by one tangent line."""
    middle = normal + following
    middle = (
        middle / np.hypot(*middle) if turn < np.pi - 1e-6 else np.array([normal[1], -normal[0]])
    )
    reach = radius / np.cos(turn / 4)
    first, second = normal + middle, middle + following
    first, second = first / np.hypot(*first), second / np.hypot(*second)
    return shapely.Polygon(
        [
            corner - 1e-6 * middle,
            corner + radius * normal,
            corner + reach * first,
            corner + reach * second,
            corner + radius * following,
        ]
    )


def _ring_edges(
    area: Polygon | MultiPolygon,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return starts, ends and ring numbers of all edges, the area on their left."""
    rings = []
    for polygon in shapely.get_parts(shapely.orient_polygons(area)):
        if isinstance(polygon, shapely.Polygon) and not polygon.is_empty:
            rings += [polygon.exterior, *polygon.interiors]
    starts, ends, numbers = [], [], []
    for number, ring in enumerate(rings):
        points = shapely.get_coordinates(ring)
        keep = np.append(np.any(points[1:] != points[:-1], axis=1), True)
        points = points[keep]
        starts.append(points[:-1])
        ends.append(points[1:])
        numbers.append(np.full(len(points) - 1, number, dtype=np.int64))
    if not rings:
        return np.empty((0, 2)), np.empty((0, 2)), np.empty(0, dtype=np.int64)
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(numbers)


def _next_edge(ring: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each edge the index of the edge that follows it on its ring."""
    after = np.arange(1, len(ring) + 1)
    last = np.flatnonzero(np.append(ring[1:] != ring[:-1], True))
    first = np.append(0, last[:-1] + 1)
    after[last] = first
    return after


def outline_of(
    free: Polygon | MultiPolygon, *, radius: float, corners: Corners = "mitre"
) -> Outline:
    """Return the outline of the walkable space of a free floor for one body.

    Raises
    ------
    FloorPlanError
        If the floor is no polygon, is not valid, or the radius is negative.
    """
    if not isinstance(free, (shapely.Polygon, shapely.MultiPolygon)):
        raise FloorPlanError(f"the free floor is a {free.geom_type}; a Polygon would be right")
    if not np.isfinite(radius) or radius < 0.0:
        raise FloorPlanError(f"body radius {radius} m; 0 or more would be right")
    if not free.is_valid:
        raise FloorPlanError(
            f"the free floor is not a valid polygon: {shapely.is_valid_reason(free)}"
        )
    walkable = erode(free, radius=radius, corners=corners)
    # From here on only offsets of EPS: they keep corners with walls whatever buffer() simplified.
    inside = walkable.buffer(-EPS / 2, join_style="mitre", mitre_limit=MITRE_LIMIT)
    rim = inside.buffer(-EPS / 2, join_style="mitre", mitre_limit=MITRE_LIMIT)
    wall_a, wall_b, wall_ring = _ring_edges(inside)
    rim_a, rim_b, rim_ring = _ring_edges(rim)
    wall_part = _ring_parts(inside)[wall_ring]
    near = _nearest(wall_a, wall_b, rim_a)
    rim_part = _first_of(wall_part[near], _ring_parts(rim)[rim_ring])
    wall_group, rim_group = _groups(wall_ring, rim_ring, near, _outsides(inside))
    corner, at = _corners(rim_a, rim_b, rim_ring)
    order = np.argsort(rim_group[at], kind="stable")
    return Outline(
        walkable=walkable,
        walls=np.column_stack([wall_a, wall_b, wall_part, wall_group]),
        rims=np.column_stack([rim_a, rim_b, rim_part, rim_group]),
        corner=np.ascontiguousarray(corner[order]),
        corner_group=rim_group[at][order],
        corner_part=rim_part[at][order],
    )


def _corners(
    a: NDArray[np.float64], b: NDArray[np.float64], ring: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the convex corners of the obstacles (x, y, two rim directions) and their edges."""
    if len(a) == 0:
        return np.empty((0, 6)), np.empty(0, dtype=np.int64)
    after = _next_edge(ring)
    along = (b - a) / np.hypot(*(b - a).T)[:, None]
    turn = along[:, 0] * along[after, 1] - along[:, 1] * along[after, 0]
    ahead = np.sum(along * along[after], axis=1)
    at = np.flatnonzero((turn < -1e-9) | ((ahead < 0.0) & (np.abs(turn) <= 1e-9)))
    return np.hstack([b[at], -along[at], along[after[at]]]), at


def _ring_parts(area: Polygon | MultiPolygon) -> NDArray[np.int64]:
    """Return for each ring, in the order of `_ring_edges`, the polygon that it belongs to."""
    polygons = [p for p in shapely.get_parts(area) if not p.is_empty]
    return np.repeat(np.arange(len(polygons)), [1 + len(p.interiors) for p in polygons])


def _nearest(
    a: NDArray[np.float64], b: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the edge ab nearest to each point."""
    if len(points) == 0:
        return np.empty(0, dtype=np.int64)
    tree = shapely.STRtree(shapely.linestrings(np.stack([a, b], axis=1)))
    nearest: NDArray[np.int64] = tree.nearest(shapely.points(points))
    return nearest


def _first_of(values: NDArray[np.int64], label: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each place the least value among the places with the same label."""
    least = np.full(1 + label.max(initial=-1), np.iinfo(np.int64).max)
    np.minimum.at(least, label, values)
    return least[label]


def _outsides(area: Polygon | MultiPolygon) -> NDArray[np.int64]:
    """Return pairs of rings, numbered as in `_ring_edges`, that bound the same outside.

    The exterior of a part that lies in a hole of another bounds the obstacle that the hole does;
    the exteriors of all other parts bound the outside of the floor.
    """
    polygons = [p for p in shapely.get_parts(shapely.orient_polygons(area)) if not p.is_empty]
    if len(polygons) < 2:
        return np.empty((0, 2), dtype=np.int64)
    exterior = np.cumsum([0] + [1 + len(p.interiors) for p in polygons[:-1]])
    holes = [
        (e + 1 + i, shapely.Polygon(hole))
        for e, p in zip(exterior.tolist(), polygons, strict=True)
        for i, hole in enumerate(p.interiors)
    ]
    tree = shapely.STRtree([hole for _, hole in holes])
    pairs, outer = [], []
    for e, polygon in zip(exterior.tolist(), polygons, strict=True):
        around = tree.query(shapely.Point(polygon.exterior.coords[0]), predicate="intersects")
        if len(around):
            pairs.append((e, min((holes[k][1].area, holes[k][0]) for k in around)[1]))
        else:
            outer.append(e)
    return np.array(pairs + list(pairwise(outer)), dtype=np.int64)


def _groups(
    wall_ring: NDArray[np.int64],
    rim_ring: NDArray[np.int64],
    near: NDArray[np.int64],
    outsides: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the obstacles: wall rings and rim rings that bound the same one are one group.

    A search that meets a wall must learn of every corner that this wall may hide behind, also
    where the rims of two walls have grown together and the walls have not. `near` is the wall
    edge nearest to the start of each rim edge, `outsides` are pairs of wall rings.
    """
    walls = 1 + int(wall_ring.max(initial=-1))
    rims = 1 + int(rim_ring.max(initial=-1))
    first = np.concatenate([wall_ring[near], outsides[:, 0]])
    second = np.concatenate([walls + rim_ring, outsides[:, 1]])
    touching = coo_array((np.ones(len(first)), (first, second)), shape=(walls + rims,) * 2)
    group = connected_components(touching, directed=False)[1].astype(np.int64)
    return group[wall_ring], group[walls + rim_ring]
