"""Natural diversion: where streams part after the entrance, and whose room they walk through.

In: paths as polylines in metres, rates, areas as shapely polygons. Out: distances at which streams
part, and the share of people who pass through an area.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    FloatArray = NDArray[np.float64]

__all__ = ["Parting", "parting_distance", "parting_of_streams", "passing_through"]


@dataclass(frozen=True, kw_only=True)
class Parting:
    """Where two streams from one entrance part, metres walked from it.

    Parameters
    ----------
    first, mean, last
        Of all pairs of paths, one of each stream: the least, the mean by people, the greatest.
    """

    first: float
    mean: float
    last: float


def _arcs(path: FloatArray) -> FloatArray:
    return np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))))


def parting_distance(path: FloatArray, other: FloatArray, *, width: float) -> float:
    """Return the metres walked when two paths are first `width` apart.

    Both are walked from their first point at the same pace. The answer is exact: between bends
    the square of their distance is quadratic in the metres walked. Where the shorter path ends
    first its end stays where it is; paths that never part have the length of the longer one.

    Parameters
    ----------
    path, other
        `(k, 2)` vertices, metres.
    width
        Distance at which they count as parted, metres; 0 for the first point off the shared line.
    """
    arcs = _arcs(path), _arcs(other)
    stops = np.unique(np.concatenate(arcs))
    gap = np.stack(
        [
            np.interp(stops, arcs[0], path[:, axis]) - np.interp(stops, arcs[1], other[:, axis])
            for axis in (0, 1)
        ],
        axis=1,
    )
    # below this, two shared lines differ by rounding only
    limit = max(width, 1e-9)
    if np.hypot(*gap[0]) > limit:
        return 0.0
    for k in range(len(stops) - 1):
        start, step = gap[k], gap[k + 1] - gap[k]
        # distance is convex between two stops, so it exceeds the limit first at its last root
        if np.hypot(*gap[k + 1]) <= limit:
            continue
        a, b, c = step @ step, start @ step, start @ start - limit**2
        share = (-b + np.sqrt(b * b - a * c)) / a
        return float(stops[k] + np.clip(share, 0.0, 1.0) * (stops[k + 1] - stops[k]))
    return float(stops[-1])


def parting_of_streams(
    stream: Sequence[FloatArray],
    other: Sequence[FloatArray],
    *,
    rates: FloatArray,
    other_rates: FloatArray,
    width: float,
) -> Parting | None:
    """Return where the paths of two streams part, or None if one of them has no people.

    Parameters
    ----------
    stream, other
        Paths from the same entrance, each `(k, 2)` metres: for instance to the machines and to
        the counters.
    rates, other_rates
        People per hour on each path of the two streams.
    width
        Distance at which two paths count as parted, metres.
    """
    found, people = [], []
    for path, rate in zip(stream, rates, strict=True):
        for twin, other_rate in zip(other, other_rates, strict=True):
            if rate * other_rate > 0 and len(path) and len(twin):
                found.append(parting_distance(path, twin, width=width))
                people.append(float(rate * other_rate))
    if not found:
        return None
    mean = float(np.average(found, weights=people))
    return Parting(first=min(found), mean=mean, last=max(found))


def passing_through(
    paths: Sequence[FloatArray], *, area: BaseGeometry, least: float = 0.0
) -> NDArray[np.bool_]:
    """Return which paths run more than `least` metres inside the area.

    Parameters
    ----------
    paths
        `(k, 2)` metres each; a path with fewer than two points passes through nothing.
    area
        Polygon such as the queue of the counters or the waiting area. Walking along its edge is
        not inside.
    least
        Metres up to which a path only grazes the area.
    """
    walked = np.array([len(path) > 1 for path in paths], dtype=bool)
    passing = np.zeros(len(paths), dtype=bool)
    if walked.any():
        lines = np.array([shapely.LineString(p) for p in paths if len(p) > 1], dtype=object)
        edge = shapely.intersection(lines, shapely.boundary(area))
        inside = shapely.length(shapely.intersection(lines, area)) - shapely.length(edge)
        passing[walked] = inside > max(least, 1e-9)
    return passing
