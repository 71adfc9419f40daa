"""Horizontal sections of the solids of a building model.

In: triangles of one element in metres. Out: the polygons that a horizontal plane cuts out of it,
or the outline of its shadow where the plane misses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import MultiPoint, get_parts, linestrings, polygonize, union_all

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["cut_section", "plan_rectangle"]

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


def plan_rectangle(corners: NDArray[np.float64]) -> BaseGeometry:
    """Smallest rectangle, in any direction, around the shadow of a solid."""
    return MultiPoint(corners[:, :2]).minimum_rotated_rectangle


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
