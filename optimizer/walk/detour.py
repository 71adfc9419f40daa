"""Detour: how much farther people walk than they would have to, and how often they turn.

In: walked and shortest lengths in metres, or padded paths. Out: detour ratios per leg and journey,
backtrack ratios, turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.walk.crossing import NODE_TOLERANCE
from optimizer.walk.polylines import pad_polylines
from optimizer.walk.sequence_kernels import canonical_sequences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = [
    "Detour",
    "backtrack_ratios",
    "detour_of_journeys",
    "detour_ratios",
    "joined_legs",
    "path_turns",
    "summarise_detour",
]


@dataclass(frozen=True, kw_only=True)
class Detour:
    """Detour of many legs or journeys.

    Parameters
    ----------
    mean
        Metres walked by all people over the metres that they would walk in the empty shell.
    worst
        Greatest ratio of those that have people; infinite where one cannot be walked.
    worst_index
        Which one that is; -1 if nobody walks.
    """

    mean: float
    worst: float
    worst_index: int


def detour_ratios(walked: FloatArray, shortest: FloatArray) -> FloatArray:
    """Return walked over shortest length of each leg.

    A leg whose shortest length is 0 has ratio 1 if it is not walked either, else infinity; a leg
    that cannot be walked has infinity.

    Parameters
    ----------
    walked, shortest
        `(m,)` metres in the layout and in the empty shell; infinite where there is no way.
    """
    ratios = np.full(walked.shape, np.inf)
    possible = np.isfinite(walked) & (shortest > 0)
    np.divide(walked, shortest, out=ratios, where=possible)
    ratios[(walked == 0) & (shortest == 0)] = 1.0
    return ratios


def detour_of_journeys(
    walked: FloatArray, shortest: FloatArray, *, journeys: IntArray, size: int | None = None
) -> FloatArray:
    """Return the detour ratio of each journey: the sums of its legs, walked over shortest.

    Parameters
    ----------
    walked, shortest
        `(m,)` metres of each leg in the layout and in the empty shell.
    journeys
        `(m,)` number of the journey to which each leg belongs.
    size
        Number of journeys; the largest number + 1 if left out. One without legs has ratio 1.
    """
    n = int(journeys.max(initial=-1)) + 1 if size is None else size
    sums = np.zeros((2, n))
    np.add.at(sums[0], journeys, walked)
    np.add.at(sums[1], journeys, shortest)
    return detour_ratios(sums[0], sums[1])


def summarise_detour(walked: FloatArray, shortest: FloatArray, *, rates: FloatArray) -> Detour:
    """Return mean and worst detour of the legs or journeys that people walk.

    Parameters
    ----------
    walked, shortest
        `(m,)` metres in the layout and in the empty shell.
    rates
        `(m,)` people per hour.
    """
    busy = rates > 0
    ratios = np.where(busy, detour_ratios(walked, shortest), -np.inf)
    if not busy.any():
        return Detour(mean=1.0, worst=1.0, worst_index=-1)
    sums = [float((rates[busy] * lengths[busy]).sum()) for lengths in (walked, shortest)]
    mean = float(detour_ratios(np.array(sums[:1]), np.array(sums[1:]))[0])
    worst = int(np.argmax(ratios))
    return Detour(mean=mean, worst=float(ratios[worst]), worst_index=worst)


def joined_legs(legs: Sequence[FloatArray]) -> FloatArray:
    """Return the legs of one journey, each `(k, 2)`, as one polyline."""
    walked = [np.asarray(leg, dtype=np.float64).reshape(-1, 2) for leg in legs]
    return np.concatenate([*walked, np.empty((0, 2))])


def backtrack_ratios(
    polylines: Sequence[FloatArray], *, tolerance: float = NODE_TOLERANCE
) -> FloatArray:
    """Return, for each polyline, the length walked in both directions over its whole length.

    Walking a corridor in and out again is a ratio of 0.5, the greatest possible: half of all the
    metres only undo the others. A path without length has ratio 0.

    Parameters
    ----------
    polylines
        Journeys as polylines `(k, 2)`, metres; see `joined_legs`.
    tolerance
        Vertices closer than this are one, metres.
    """
    ratios = np.zeros(len(polylines))
    for i, line in enumerate(polylines):
        nodes, sequence, _ = canonical_sequences(*pad_polylines([line]), tolerance)
        steps = np.stack((sequence[:-1], sequence[1:]), axis=1)
        if not len(steps):
            continue
        lengths = np.hypot(*(nodes[steps[:, 1]] - nodes[steps[:, 0]]).T)
        forward = steps[:, 0] < steps[:, 1]
        edges, edge = np.unique(np.sort(steps, axis=1), axis=0, return_inverse=True)
        there = np.bincount(edge[forward], minlength=len(edges))
        back = np.bincount(edge[~forward], minlength=len(edges))
        length = np.zeros(len(edges))
        length[edge] = lengths
        ratios[i] = (np.minimum(there, back) * length).sum() / lengths.sum()
    return ratios


def path_turns(path_points: FloatArray, path_counts: IntArray, *, sharper_than: float) -> IntArray:
    """Return how many bends of each path turn by more than `sharper_than` degrees.

    Parameters
    ----------
    path_points, path_counts
        Padded paths `(m, B, 2)` in metres and their point counts `(m,)`.
    sharper_than
        Degrees between the direction before and after the bend.
    """
    turns = np.zeros(path_counts.size, dtype=np.int64)
    for i, count in enumerate(path_counts):
        steps = np.diff(path_points[i, :count], axis=0)
        steps = steps[np.hypot(*steps.T) > 0]
        one, two = steps[:-1], steps[1:]
        cross = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
        angle = np.degrees(np.arctan2(np.abs(cross), (one * two).sum(axis=1)))
        turns[i] = int((angle > sharper_than).sum())
    return turns
