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

People of one flow may walk at several speeds, such as wheelchair users among customers: a flow has
a gait, and `gait_terms` says who walks in each. Encounters of two flows are the sum over the kinds
of people in both, for rates enter as a product.
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
    "gait_terms",
    "total_encounters",
]


#: Ratios of speeds that differ by less than this share are one.
SAME = 1e-12


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


def gait_terms(
    speeds: ArrayLike, shares: ArrayLike, weights: ArrayLike | None = None
) -> FloatArray:
    """Return what an encounter of two people on flows of two gaits counts, by their speeds.

    Parameters
    ----------
    speeds
        `(k,)` metres per second of each kind of people.
    shares
        `(g, k)` share of each kind among the people of a gait.
    weights
        `(k, k)` symmetric weight of an encounter between two kinds; 1 for all if left out.

    Returns
    -------
    numpy.ndarray
        `(g, g, r, 3)` rows of both speeds and share · share · weight / (speed · speed), then zeros.
        Kinds whose speeds have one ratio meet in the same places, so they are one row.
    """
    pace, part = np.asarray(speeds, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    weight = np.ones((pace.size, pace.size)) if weights is None else np.asarray(weights)
    kinds = [np.flatnonzero(row) for row in part]
    most = max((len(row) for row in kinds), default=0)
    terms = np.zeros((len(part), len(part), max(most * most, 1), 3))
    for g, h in np.ndindex(len(part), len(part)):
        rows: list[list[float]] = []
        for k, n in ((k, n) for k in kinds[g] for n in kinds[h] if weight[k, n] > 0):
            counts = part[g, k] * part[h, n] * weight[k, n] / (pace[k] * pace[n])
            ratio = pace[k] / pace[n]
            same = next((row for row in rows if abs(row[0] / row[1] - ratio) < SAME * ratio), None)
            if same is None:
                rows.append([pace[k], pace[n], counts])
            else:
                # at one ratio of the speeds, encounters grow with the speeds
                same[2] += counts * pace[k] / same[0]
        terms[g, h, : len(rows)] = np.array(rows).reshape(-1, 3)
    return terms


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
    gaits
        `(m,)` gait of each flow: rows and columns of the terms.
    terms
        `(g, g, r, 3)` who meets whom on flows of two gaits, as `gait_terms` gives them.

    Raises
    ------
    ValueError
        If the shapes differ, a rate is negative, a speed is not positive or a gait has no terms.
    """

    rates: FloatArray
    speeds: FloatArray
    classes: IntArray
    ends: IntArray
    gaits: IntArray
    terms: FloatArray

    def __post_init__(self) -> None:
        m = self.rates.size
        one = (self.speeds.shape, self.classes.shape, self.gaits.shape)
        shapes = (self.rates.shape, *one, self.ends.shape)
        if shapes != ((m,), (m,), (m,), (m,), (m, 2)):
            raise ValueError(
                f"rates, speeds, classes, gaits and ends of {m} flows have shapes {shapes}"
            )
        if not (np.isfinite(self.rates).all() and (self.rates >= 0).all()):
            raise ValueError(f"a rate is {self.rates.min()} people per hour; 0 or more is right")
        if not (self.speeds > 0).all():
            raise ValueError(f"a speed is {self.speeds.min()} m/s; above 0 is right")
        if (self.classes < 0).any():
            raise ValueError(f"a class is {self.classes.min()}; 0 or more is right")
        if m and not 0 <= self.gaits.min() <= self.gaits.max() < len(self.terms):
            raise ValueError(
                f"gaits are {self.gaits.min()} to {self.gaits.max()}; 0 to {len(self.terms) - 1} "
                "have terms"
            )

    @classmethod
    def of(
        cls,
        rates: ArrayLike,
        *,
        speeds: ArrayLike,
        classes: ArrayLike = 0,
        ends: ArrayLike = -1,
        gaits: ArrayLike | None = None,
        terms: FloatArray | None = None,
    ) -> Streams:
        """Return streams from anything that broadcasts to one value per rate.

        Without gaits and terms all people of a flow walk at its speed.
        """
        hourly = np.array(rates, dtype=np.float64)
        m = hourly.size
        pace = np.array(np.broadcast_to(speeds, m), dtype=np.float64)
        if gaits is None or terms is None:
            paces, gaits = np.unique(pace, return_inverse=True)
            terms = _one_speed_each(paces)
        return cls(
            rates=hourly,
            speeds=pace,
            classes=np.array(np.broadcast_to(classes, m), dtype=np.int64),
            ends=np.array(np.broadcast_to(ends, (m, 2)), dtype=np.int64),
            gaits=np.array(np.broadcast_to(gaits, m), dtype=np.int64),
            terms=np.ascontiguousarray(terms, dtype=np.float64),
        )

    def chosen(self, flows: IntArray) -> Streams:
        """Return the streams of some flows, each as often as it is named."""
        return Streams(
            rates=self.rates[flows],
            speeds=self.speeds[flows],
            classes=self.classes[flows],
            ends=self.ends[flows],
            gaits=self.gaits[flows],
            terms=self.terms,
        )

    @property
    def flows(self) -> tuple[FloatArray, FloatArray, IntArray]:
        """Rates, speeds and ends, as the kernels of rasters take them."""
        return (self.rates, self.speeds, self.ends)

    @property
    def meeting(self) -> tuple[FloatArray, FloatArray, IntArray]:
        """Rates, terms and ends, as the kernels of encounters take them."""
        return (self.rates, self.terms, self.ends)

    @property
    def marks(self) -> FloatArray:
        """`(m,)` gait of each flow, as stretches are told apart by it."""
        return self.gaits.astype(np.float64)


def _one_speed_each(paces: FloatArray) -> FloatArray:
    """Terms of gaits of which each has one speed; 1 where there is no flow."""
    own = paces if paces.size else np.ones(1)
    terms = np.empty((own.size, own.size, 1, 3))
    terms[:, :, 0, 0], terms[:, :, 0, 1] = own[:, None], own[None, :]
    with np.errstate(divide="ignore"):  # a speed of 0 is told as such
        terms[:, :, 0, 2] = 1.0 / (own[:, None] * own[None, :])
    return terms


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
    stretches = distinct_stretches(path_points, path_counts, streams.marks)
    known = np.full((len(stretches[0]), len(stretches[0])), -1.0)
    return pair_matrix(stretches, streams.meeting, lanes.sizes, known)


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
