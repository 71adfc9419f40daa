"""Horizontal sections of the solids of a building model.

In: triangles of one element in metres. Out: the polygons that a horizontal plane cuts out of it,
and the line along a thin element such as a door.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, MultiPoint, get_parts, linestrings, polygonize, union_all

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["cut_section", "middle_line"]

#: Grid on which the ends of cuts meet, metres.
GRID = 1e-5
#: The plane is moved up by this where it would run in a face, metres.
NUDGE = 1e-4


def cut_section(
    corners: NDArray[np.float64], triangles: NDArray[np.int64], height: float
) -> BaseGeometry:
    """Region in which a horizontal plane cuts a solid.

    Parameters
    ----------
    corners
        Shape (n, 3), metres.
    triangles
        Shape (m, 3), indices of corners.
    height
        Of the plane, metres.
    """
    height += NUDGE if np.isclose(corners[:, 2], height, atol=NUDGE / 2).any() else 0.0
    spots = corners[triangles]
    above = spots[:, :, 2] > height
    crossing = above.any(axis=1) & ~above.all(axis=1)
    segments = [
        _crossing(one, up, height) for one, up in zip(spots[crossing], above[crossing], strict=True)
    ]
    if not segments:
        return union_all([])
    lines = union_all(list(linestrings(np.array(segments))), grid_size=GRID)
    return union_all(list(get_parts(polygonize(list(get_parts(lines))))))


def middle_line(corners: NDArray[np.float64], width: float = 0.0) -> LineString:
    """Middle line of a solid's shadow along its longer side, shortened to a width above 0."""
    box = np.asarray(MultiPoint(corners[:, :2]).minimum_rotated_rectangle.exterior.coords)[:4]
    sides = np.roll(box, -1, axis=0) - box
    long = int(np.argmax(np.hypot(sides[:2, 0], sides[:2, 1])))
    length = float(np.hypot(*sides[long]))
    half = min(width or length, length) / 2 * sides[long] / length
    return LineString([box.mean(axis=0) - half, box.mean(axis=0) + half])


def _crossing(
    triangle: NDArray[np.float64], above: NDArray[np.bool_], height: float
) -> list[NDArray[np.float64]]:
    """The two points where a plane crosses the edges of a triangle."""
    found = []
    for i, j in ((0, 1), (1, 2), (2, 0)):
        if above[i] != above[j]:
            share = (height - triangle[i, 2]) / (triangle[j, 2] - triangle[i, 2])
            found.append(triangle[i, :2] + share * (triangle[j, :2] - triangle[i, :2]))
    return found
