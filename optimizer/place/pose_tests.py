"""Tests of poses against regions of the plan, cheapest first.

In: points or rectangles of a block's frame and a prepared region. Out: a function that keeps of
some poses those that pass. Points are cheap to look up and polygons dear to make, so points and
bounds sort out what they can before a polygon is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.equipment.layout import place_boxes, place_points
from optimizer.rules.placement import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.model import Box

__all__ = ["Keep", "inside", "inside_points", "outside"]

#: Keeps of some poses (n, 3) those that pass.
Keep = Callable[["NDArray[np.float64]"], "NDArray[np.float64]"]


def inside_points(points: NDArray[np.float64], region: BaseGeometry) -> Keep:
    """Keep the poses at which some points (k, 2) of the block lie in a region."""

    def keep(poses: NDArray[np.float64]) -> NDArray[np.float64]:
        for point in points:
            poses = poses[_points_in(region, tuple(point), poses)]
        return poses

    return keep


def inside(boxes: Iterable[Box], region: BaseGeometry) -> Keep:
    """Keep the poses at which some rectangles of the block lie in a region."""

    def keep(poses: NDArray[np.float64]) -> NDArray[np.float64]:
        for box in boxes:
            # corners are cheap to test, polygons dear to make
            for corner in _corners(_shrunk(box)):
                poses = poses[_points_in(region, corner, poses)]
            poses = poses[shapely.covers(region, place_boxes(_shrunk(box), poses))]
        return poses

    return keep


def outside(boxes: Iterable[Box], region: BaseGeometry) -> Keep:
    """Keep the poses at which no rectangle of the block meets a region."""

    def keep(poses: NDArray[np.float64]) -> NDArray[np.float64]:
        for box in boxes:
            near = np.flatnonzero(_within_reach(region, box, poses))
            meets = shapely.intersects(region, place_boxes(_shrunk(box), poses[near]))
            poses = np.delete(poses, near[meets], axis=0)
        return poses

    return keep


def _points_in(
    region: BaseGeometry, point: tuple[float, float], poses: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether a point of the block lies in a region, at each pose."""
    at = place_points([point], poses)[:, 0]
    inside: NDArray[np.bool_] = shapely.intersects_xy(region, at[:, 0], at[:, 1])
    return inside


def _within_reach(region: BaseGeometry, box: Box, poses: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a rectangle of the block comes near the bounds of some part of a region."""
    reach = max(float(np.hypot(x, y)) for x, y in _corners(box)) + CONTACT
    near = np.zeros(len(poses), dtype=bool)
    for part in shapely.get_parts(region):
        x0, y0, x1, y1 = part.bounds
        x, y = poses[:, 0], poses[:, 1]
        near |= (x0 - reach <= x) & (x <= x1 + reach) & (y0 - reach <= y) & (y <= y1 + reach)
    return near


def _corners(box: Box) -> tuple[tuple[float, float], ...]:
    x0, y0, x1, y1 = box
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _shrunk(box: Box) -> Box:
    x0, y0, x1, y1 = box
    return (x0 + CONTACT, y0 + CONTACT, x1 - CONTACT, y1 - CONTACT)
