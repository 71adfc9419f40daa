"""Conflict map: where on the floor people of different flows meet.

In: padded paths, streams, lane model, cell size. Out: a heat map of encounters per hour and m², and
the worst places with the flows that cause each.

The heat map holds the same encounters as `encounters`, laid where the two people meet. Its sum is
that of the closed form up to the midpoint rule: within 2 % for cells of 0.1 m and within 5 % for
0.25 m as soon as a dozen flows share a hall; both are tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.walk.conflict_kernels import conflict_raster, density_raster, place_pairs
from optimizer.walk.stretch_kernels import distinct_stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.walk.encounters import LaneModel, Streams

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = [
    "ConflictPlace",
    "Raster",
    "conflict_map",
    "person_density",
    "raster_of",
    "worst_places",
]


@dataclass(frozen=True, kw_only=True)
class Raster:
    """Square cells over a rectangle of the floor.

    Parameters
    ----------
    left, bottom
        Lower left corner, metres.
    cell
        Side of a cell, metres.
    rows, columns
        Number of cells upwards and to the right.
    """

    left: float
    bottom: float
    cell: float
    rows: int
    columns: int

    def __post_init__(self) -> None:
        if self.cell <= 0 or self.rows < 1 or self.columns < 1:
            raise ValueError(
                f"a raster of {self.rows} × {self.columns} cells of {self.cell} m; at least one "
                "cell of more than 0 m is right"
            )

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top in metres, as matplotlib's `imshow` takes them."""
        right = self.left + self.columns * self.cell
        return (self.left, right, self.bottom, self.bottom + self.rows * self.cell)

    @property
    def sizes(self) -> tuple[float, float, float, int, int]:
        """Left, bottom, cell, rows, columns, as the kernels take them."""
        return (float(self.left), float(self.bottom), float(self.cell), self.rows, self.columns)

    @property
    def centres(self) -> tuple[FloatArray, FloatArray]:
        """Coordinates x `(columns,)` and y `(rows,)` of the cells' centres."""
        x = self.left + (np.arange(self.columns, dtype=np.float64) + 0.5) * self.cell
        y = self.bottom + (np.arange(self.rows, dtype=np.float64) + 0.5) * self.cell
        return np.asarray(x, np.float64), np.asarray(y, np.float64)


@dataclass(frozen=True, kw_only=True)
class ConflictPlace:
    """A place where many encounters happen.

    Parameters
    ----------
    x, y
        Metres; where the place's encounters have their middle.
    encounters_per_hour
        Weighted encounters within the radius asked for.
    causes
        The pairs of flows and their part of it, greatest first.
    """

    x: float
    y: float
    encounters_per_hour: float
    causes: tuple[tuple[int, int, float], ...]


def raster_of(
    path_points: FloatArray, path_counts: IntArray, *, cell: float, margin: float
) -> Raster:
    """Return a raster over all paths and a margin in metres round them.

    Raises
    ------
    ValueError
        If no path has a point.
    """
    inside = np.arange(path_points.shape[1]) < path_counts[:, None]
    places = path_points[inside]
    if not len(places):
        raise ValueError("no path has a point; a raster needs at least one")
    low = np.floor((places.min(axis=0) - margin) / cell) * cell
    size = np.ceil((places.max(axis=0) + margin - low) / cell).astype(int)
    columns, rows = (max(int(n), 1) for n in size)
    return Raster(left=float(low[0]), bottom=float(low[1]), cell=cell, rows=rows, columns=columns)


def _pair_weights(classes: IntArray, class_weights: FloatArray | None) -> FloatArray:
    if class_weights is None:
        return np.ones((classes.size, classes.size))
    return np.asarray(class_weights, dtype=np.float64)[np.ix_(classes, classes)]


def _gathered(heat: FloatArray, cells: int) -> FloatArray:
    """Return the heat near each cell, nearer cells counting more, up to `cells` cells away.

    Two running sums make a tent, so that the middle of an even stretch stands out.
    """
    half = max(cells // 2, 0)
    for _ in range(2):
        for axis in (0, 1):
            width = [(half + 1, half) if k == axis else (0, 0) for k in (0, 1)]
            sums = np.cumsum(np.pad(heat, width), axis=axis)
            size = heat.shape[axis]
            ahead = np.take(sums, np.arange(2 * half + 1, 2 * half + 1 + size), axis=axis)
            heat = ahead - np.take(sums, np.arange(size), axis=axis)
    return heat


def conflict_map(
    path_points: FloatArray,
    path_counts: IntArray,
    *,
    streams: Streams,
    lanes: LaneModel,
    raster: Raster,
    class_weights: FloatArray | None = None,
) -> FloatArray:
    """Return encounters per hour and m² in each cell, `(rows, columns)`, bottom row first.

    Parameters
    ----------
    path_points, path_counts
        Padded paths `(m, B, 2)` in metres and their point counts `(m,)`.
    streams
        Rates, speeds, classes and ends of the flows.
    lanes
        Lane width and encounter distance.
    raster
        The cells, of 0.1 to 0.25 m.
    class_weights
        `(c, c)` weight of an encounter between two classes; 1 for all if left out.
    """
    stretches = distinct_stretches(path_points, path_counts, streams.speeds)
    weights = _pair_weights(streams.classes, class_weights)
    heat = conflict_raster(stretches, streams.flows, lanes.sizes, weights, raster.sizes)
    return heat / raster.cell**2


def worst_places(
    path_points: FloatArray,
    path_counts: IntArray,
    *,
    streams: Streams,
    lanes: LaneModel,
    raster: Raster,
    radius: float,
    top: int,
    class_weights: FloatArray | None = None,
) -> tuple[ConflictPlace, ...]:
    """Return the places with the most encounters, worst first, and the flows that cause them.

    The cell with the most heat round it and all cells within the radius are the first place; the
    next is found among the cells that are left.

    Parameters
    ----------
    path_points, path_counts, streams, lanes, raster, class_weights
        As for `conflict_map`.
    radius
        Size of a place, metres.
    top
        How many places at most.
    """
    stretches = distinct_stretches(path_points, path_counts, streams.speeds)
    weights = _pair_weights(streams.classes, class_weights)
    heat = conflict_raster(stretches, streams.flows, lanes.sizes, weights, raster.sizes)
    x, y = np.meshgrid(*raster.centres)
    number = np.full(heat.shape, -1, dtype=np.int64)
    left = heat.copy()
    for place in range(top):
        if not left.any():
            break
        near_heat = np.where(left > 0, _gathered(left, round(radius / raster.cell)), 0.0)
        row, column = np.unravel_index(np.argmax(near_heat), left.shape)
        near = (np.hypot(x - x[row, column], y - y[row, column]) <= radius) & (number < 0)
        number[near] = place
        left[near] = 0.0
    pairs = place_pairs(
        stretches, streams.flows, lanes.sizes, weights, raster.sizes, number, int(number.max()) + 1
    )
    found = []
    for place, shares in enumerate(pairs):
        mass = np.where(number == place, heat, 0.0)
        one, two = np.nonzero(shares)
        causes = sorted(
            ((int(i), int(j), float(shares[i, j])) for i, j in zip(one, two, strict=True)),
            key=lambda cause: (-cause[2], cause[:2]),
        )
        total = float(mass.sum())
        found.append(
            ConflictPlace(
                x=float((mass * x).sum() / total),
                y=float((mass * y).sum() / total),
                encounters_per_hour=total,
                causes=tuple(causes),
            )
        )
    return tuple(sorted(found, key=lambda place: -place.encounters_per_hour))


def person_density(
    path_points: FloatArray,
    path_counts: IntArray,
    *,
    streams: Streams,
    lane_width: float,
    raster: Raster,
) -> FloatArray:
    """Return walking people per m² in each cell, `(rows, columns)`, bottom row first.

    A flow puts rate / (3600 speed lane width) people on each m² of its lane.
    """
    stretches = distinct_stretches(path_points, path_counts, streams.speeds)
    return density_raster(stretches, streams.flows, float(lane_width), raster.sizes)
