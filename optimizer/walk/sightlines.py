"""Sightlines: what a point sees, which points see each other.

In: points in metres; walls and opaque fixtures as shapely polygons or lines. Out: the visible
region, truth values per sightline.

A sightline is blocked by the inside of a polygon, or where it crosses or follows a line. Touching
a polygon's corner or running along its side does not block it, so that a pad on the front of a
fixture can be seen. "Touching" means less than `TOUCH` deep, whatever the rounding of a turned
fixture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    FloatArray = NDArray[np.float64]

__all__ = ["sees", "share_in_view", "visible_region"]

TOUCH = 1e-6  # metres; far below a screw, far above rounding
ARC_STEP = 1.0  # degrees between two corners of a region's round edge


def sees(
    points: ArrayLike, others: ArrayLike, *, obstacles: Sequence[BaseGeometry]
) -> NDArray[np.bool_]:
    """Return whether each point sees the other point of the same row.

    Parameters
    ----------
    points, others
        `(n, 2)` metres.
    obstacles
        Polygons block with their inside, lines where they are crossed.
    """
    start = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    stop = np.asarray(others, dtype=np.float64).reshape(-1, 2)
    free = np.ones(len(start), dtype=bool)
    if not len(start) or not len(obstacles):
        return free
    # a point on the face of a thing may lie a hair inside it: leave out the last hair of both
    length = np.hypot(*(stop - start).T)
    share = np.divide(TOUCH, length, out=np.full(len(start), 0.5), where=length > 2 * TOUCH)
    hair = share[:, None] * (stop - start)
    lines = shapely.linestrings(np.stack((start + hair, stop - hair), axis=1))
    things = np.array(obstacles, dtype=object)
    solid = shapely.get_dimensions(things) == 2
    shrunk = shapely.buffer(things[solid], -TOUCH, join_style="mitre")
    things[solid] = np.where(shapely.is_empty(shrunk), things[solid], shrunk)
    line, thing = shapely.STRtree(things).query(lines, predicate="intersects")
    blocked = shapely.relate_pattern(lines[line], things[thing], "T********")
    free[line[blocked]] = False
    return free


def _edges(obstacles: Sequence[BaseGeometry], at: FloatArray) -> FloatArray:
    """Return all edges `(n, 2, 2)` relative to the point, cut where they cross each other."""
    if not len(obstacles):
        return np.empty((0, 2, 2))
    # one noding of all boundaries: after it edges meet at their ends only
    outlines = [
        shapely.boundary(thing) if shapely.get_dimensions(thing) == 2 else thing
        for thing in obstacles
    ]
    parts = shapely.get_parts(shapely.node(shapely.GeometryCollection(outlines)))
    corners, part = shapely.get_coordinates(parts, return_index=True)
    follows = part[1:] == part[:-1]
    pairs = np.stack((corners[:-1], corners[1:]), axis=1)[follows]
    return np.asarray(pairs - at, dtype=np.float64)


def _stops(edges: FloatArray, radius: float) -> FloatArray:
    """Return the angles at which the nearest edge may change, with those where one leaves the disc.

    Angles are in radians, rising, from -π to π.
    """
    ends = edges.reshape(-1, 2)
    angles = [np.arctan2(ends[:, 1], ends[:, 0])]
    step = edges[:, 1] - edges[:, 0]
    a = (step * step).sum(axis=1)
    b = (edges[:, 0] * step).sum(axis=1)
    c = (edges[:, 0] * edges[:, 0]).sum(axis=1) - radius**2
    root = b * b - a * c
    meets = (root > 0) & (a > 0)
    for sign in (-1.0, 1.0):
        share = (-b[meets] + sign * np.sqrt(root[meets])) / a[meets]
        on = (share >= 0) & (share <= 1)
        place = edges[meets, 0][on] + share[on, None] * step[meets][on]
        angles.append(np.arctan2(place[:, 1], place[:, 0]))
    return np.concatenate(angles)


def _reach(edges: FloatArray, angles: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    """Return the nearest edge in each direction (-1: none) and its distance."""
    direction = np.stack((np.cos(angles), np.sin(angles)), axis=1)
    start, step = edges[:, 0], edges[:, 1] - edges[:, 0]
    cross = direction[:, None, 0] * step[:, 1] - direction[:, None, 1] * step[:, 0]
    side = start[:, 0] * direction[:, None, 1] - start[:, 1] * direction[:, None, 0]
    area = start[:, 0] * step[:, 1] - start[:, 1] * step[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        distance, share = area / cross, side / cross
    distance[~((cross != 0) & (distance > 0) & (share >= 0) & (share <= 1))] = np.inf
    if not len(edges):
        return np.full(len(angles), -1), np.full(len(angles), np.inf)
    nearest = np.argmin(distance, axis=1)
    found = distance[np.arange(len(angles)), nearest]
    return np.where(np.isfinite(found), nearest, -1), found


def visible_region(
    point: ArrayLike,
    *,
    obstacles: Sequence[BaseGeometry],
    radius: float,
    direction: float = 0.0,
    sector: float = 360.0,
) -> shapely.Polygon:
    """Return the region that is seen from a point.

    Between two neighbouring corners, in order of angle, one edge is nearest throughout; the region
    is the union of the triangles to these edges and of slices of the disc. It is exact but for the
    round edge, whose corners lie on the circle at most 1 degree apart (area 0.005 % too small).

    Parameters
    ----------
    point
        x, y in metres. A point inside an obstacle sees that obstacle's inside.
    obstacles
        Walls and opaque fixtures, polygons or lines.
    radius
        How far one sees, metres.
    direction, sector
        Middle and breadth of the field of view, degrees counter-clockwise; all round if left out.

    Raises
    ------
    ValueError
        If radius or sector are not positive.
    """
    if radius <= 0 or not 0 < sector <= 360:
        raise ValueError(
            f"radius {radius} m and sector {sector}° cannot be seen; above 0 m and 0° to 360° can"
        )
    at = np.asarray(point, dtype=np.float64)
    edges = _edges(obstacles, at)
    begin = np.radians(direction - sector / 2.0)
    width = np.radians(sector)
    round_edge = np.linspace(0.0, width, int(np.ceil(sector / ARC_STEP)) + 1)
    turned = np.mod(_stops(edges, radius) - begin, 2.0 * np.pi)
    stops = np.unique(np.concatenate((round_edge, turned[turned < width])))
    # nearer than this two stops are one place; the slice between them has no area
    stops = stops[np.concatenate(([True], np.diff(stops) > 1e-12))]
    middle = begin + 0.5 * (stops[1:] + stops[:-1])
    nearest, distance = _reach(edges, middle)
    ring = []
    for k, edge in enumerate(nearest):
        for angle in (begin + stops[k], begin + stops[k + 1]):
            ray = np.array([np.cos(angle), np.sin(angle)])
            length = radius
            if edge >= 0 and distance[k] < radius:
                start, step = edges[edge, 0], edges[edge, 1] - edges[edge, 0]
                area = start[0] * step[1] - start[1] * step[0]
                length = min(area / (ray[0] * step[1] - ray[1] * step[0]), radius)
            ring.append(at + length * ray)
    if sector < 360:
        ring.append(at)
    return shapely.Polygon(ring)


def share_in_view(
    point: ArrayLike, targets: ArrayLike, *, obstacles: Sequence[BaseGeometry], radius: float
) -> float:
    """Return the share of targets, 0 to 1, within the radius that the point sees; 1 for none.

    Parameters
    ----------
    point
        x, y in metres, for instance of the entrance or the guide desk.
    targets
        `(n, 2)` metres, for instance the first stops.
    obstacles
        Walls and opaque fixtures.
    radius
        How far a person makes out a target, metres.
    """
    places = np.asarray(targets, dtype=np.float64).reshape(-1, 2)
    if not len(places):
        return 1.0
    eye = np.broadcast_to(np.asarray(point, dtype=np.float64), places.shape)
    near = np.hypot(*(places - eye).T) <= radius
    return float((near & sees(eye, places, obstacles=obstacles)).mean())
