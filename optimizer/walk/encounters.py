"""Expected encounters per hour between flows: the smooth measure of crossing.

In: padded paths, rates in people per hour, speeds, and the standing points at their ends.
Out: encounters per hour of every pair, and weighted totals. The formula is in `encounter_kernels`;
what a search keeps up to date one move at a time is in `ledger`.

What counts as crossing where flows share an end:

* Two flows from the same standing point, or to the same one, part or merge. They never count:
  shortest paths from one point run the same way wherever they run together, so what their lanes
  share is the breadth of the bundle and no conflict.
* Where one flow arrives at the standing point that another leaves, people do meet head-on on the
  stretch that both use. Only the last `handover` metres do not count, since the place is free
  when the next person comes. With `handover = w/2 + d` a path that goes on at a right angle or
  straighter does not meet the arriving one at all.

Which ends are shared is a fact of the flows (`ends`), not of coordinates, so that the measure
stays continuous in the positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.walk.encounter_kernels import pair_matrix
from optimizer.walk.ledger_kernels import weighted_total
from optimizer.walk.stretch_kernels import distinct_stretches

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = [
    "LaneModel",
    "Streams",
    "checked_weights",
    "encounter_matrix",
    "ends_from_paths",
    "total_encounters",
]


@dataclass(frozen=True, kw_only=True)
class LaneModel:
    """How people spread over their path and when two of them meet.

    Parameters
    ----------
    width
        Breadth over which the people of one flow spread, metres.
    distance
        Two people closer than this, centre to centre, meet; metres.

    Raises
    ------
    ValueError
        If either is not positive, or the distance is greater than the width.
    """

    width: float
    distance: float

    def __post_init__(self) -> None:
        if not 0.0 < self.distance <= self.width:
            raise ValueError(
                f"encounter distance {self.distance} m must be above 0 and at most the lane width "
                f"{self.width} m"
            )

    @property
    def handover(self) -> float:
        """Metres at a standing point that belong to the person served there."""
        return self.width / 2.0 + self.distance

    @property
    def sizes(self) -> tuple[float, float, float]:
        """Width, distance and handover, as the kernels take them."""
        return (float(self.width), float(self.distance), float(self.handover))


@dataclass(frozen=True, kw_only=True)
class Streams:
    """The people on the paths, in the order of the paths.

    Parameters
    ----------
    rates
        `(m,)` people per hour.
    speeds
        `(m,)` metres per second.
    classes
        `(m,)` small integers: rows of the class weights.
    ends
        `(m, 2)` number of the standing point at the start and at the end of each flow; flows with
        the same number share it, -1 is shared with nobody.

    Raises
    ------
    ValueError
        If the shapes differ, a rate is negative or a speed is not positive.
    """

    rates: FloatArray
    speeds: FloatArray
    classes: IntArray
    ends: IntArray

    def __post_init__(self) -> None:
        m = self.rates.size
        shapes = (self.rates.shape, self.speeds.shape, self.classes.shape, self.ends.shape)
        if shapes != ((m,), (m,), (m,), (m, 2)):
            raise ValueError(f"rates, speeds, classes and ends of {m} flows have shapes {shapes}")
        if not (np.isfinite(self.rates).all() and (self.rates >= 0).all()):
            raise ValueError(f"a rate is {self.rates.min()} people per hour; 0 or more is right")
        if not (self.speeds > 0).all():
            raise ValueError(f"a speed is {self.speeds.min()} m/s; above 0 is right")
        if (self.classes < 0).any():
            raise ValueError(f"a class is {self.classes.min()}; 0 or more is right")

    @classmethod
    def of(
        cls,
        rates: ArrayLike,
        *,
        speeds: ArrayLike,
        classes: ArrayLike = 0,
        ends: ArrayLike = -1,
    ) -> Streams:
        """Return streams from anything that broadcasts to one value per rate."""
        hourly = np.array(rates, dtype=np.float64)
        m = hourly.size
        return cls(
            rates=hourly,
            speeds=np.array(np.broadcast_to(speeds, m), dtype=np.float64),
            classes=np.array(np.broadcast_to(classes, m), dtype=np.int64),
            ends=np.array(np.broadcast_to(ends, (m, 2)), dtype=np.int64),
        )

    @property
    def flows(self) -> tuple[FloatArray, FloatArray, IntArray]:
        """Rates, speeds and ends, as the kernels take them."""
        return (self.rates, self.speeds, self.ends)


def ends_from_paths(
    path_points: FloatArray, path_counts: IntArray, *, tolerance: float = 2e-5
) -> IntArray:
    """Return `ends (m, 2)` by place: end points within `tolerance` metres share a number.

    For paths whose standing points are not known by name. A path of no points gets -1.
    """
    m = path_counts.size
    last = np.maximum(path_counts - 1, 0)
    places = np.stack((path_points[:, 0], path_points[np.arange(m), last]), axis=1).reshape(-1, 2)
    gaps = np.hypot(*np.moveaxis(places[:, None] - places[None, :], -1, 0))
    walked = np.repeat(path_counts > 0, 2)
    first = np.argmax((gaps <= tolerance) & walked, axis=1)
    return np.where(walked, first, -1).reshape(m, 2).astype(np.int64)


def encounter_matrix(
    path_points: FloatArray, path_counts: IntArray, *, streams: Streams, lanes: LaneModel
) -> FloatArray:
    """Return the expected encounters per hour of every pair of flows.

    Parameters
    ----------
    path_points, path_counts
        Padded paths `(m, B, 2)` in metres and their point counts `(m,)`.
    streams
        Rates, speeds, classes and ends of the same m flows.
    lanes
        Lane width and encounter distance.

    Returns
    -------
    numpy.ndarray
        `(m, m)`, symmetric, zero on the diagonal.
    """
    stretches = distinct_stretches(path_points, path_counts, streams.speeds)
    known = np.full((len(stretches[0]), len(stretches[0])), -1.0)
    return pair_matrix(stretches, streams.flows, lanes.sizes, known)


def checked_weights(class_weights: FloatArray, classes: IntArray) -> FloatArray:
    """Return class weights as the kernels take them, or raise ValueError if they do not fit."""
    weights = np.ascontiguousarray(class_weights, dtype=np.float64)
    need = int(classes.max(initial=-1)) + 1
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or len(weights) < need:
        raise ValueError(
            f"class weights have shape {weights.shape}; a square of at least {need} is right"
        )
    if not np.array_equal(weights, weights.T):
        raise ValueError("class weights differ above and below the diagonal; equal is right")
    return weights


def total_encounters(
    pairs: FloatArray, *, classes: IntArray, class_weights: FloatArray | None = None
) -> float:
    """Return the weighted sum over all pairs, each once.

    Parameters
    ----------
    pairs
        `(m, m)` encounters per hour.
    classes
        `(m,)` class of each flow.
    class_weights
        `(c, c)` symmetric weight of an encounter between two classes; 1 for all if left out.

    Raises
    ------
    ValueError
        If the weights are not symmetric or too few for the classes.
    """
    kinds = np.zeros_like(classes) if class_weights is None else classes
    weights = checked_weights(np.ones((1, 1)) if class_weights is None else class_weights, kinds)
    nothing = np.empty(0, dtype=np.int64)
    return float(weighted_total(pairs, kinds, weights, nothing, np.empty((0, len(pairs)))))
