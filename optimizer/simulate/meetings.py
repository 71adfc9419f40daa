"""Encounters between simulated people: counted, and expected from their tracks.

In: walks of one run. Out: encounters per hour.

Counted are pairs of walkers of different flows who come within a distance of each other. In an
hour of a bank these are few, and another seed gives another number; so they are expected too, from
the same tracks: had the two walkers set out at any other moments of the time, for what share of
the moments would they have met? The mean of that over all shifts is the expectation for streams at
random, with the paths and speeds that people really walked.

As in `walk.encounters`, flows that share a start or an end part or merge and do not count, walkers
of nearly one direction do not, and where one flow ends at the place that another leaves, the last
metres do not.

Who is called sets out at the moment when somebody leaves the place: these two come towards each
other by the way in which places are given, not by chance as streams do, and no formula for streams
has them. They are counted apart; `handovers` has their own formula.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from optimizer.demand.legs import AUDIENCE
from optimizer.simulate.parameters import parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.simulate.records import Walk

__all__ = ["Meetings", "count_meetings", "expect_meetings", "share_flows"]

#: Seconds between two samples of a track for expected meetings.
SAMPLE = 0.3
#: Samples over which the direction of a walker is taken.
AHEAD = 3


@dataclass(frozen=True, kw_only=True)
class Meetings:
    """How many pairs of walkers came close in a run.

    Parameters
    ----------
    streams
        Encounters of walkers of different flows who set out by chance.
    called
        Encounters of somebody who leaves a place with the one who is called to it at that moment.
    close
        All pairs of walkers, of whatever flows.
    """

    streams: int
    called: int
    close: int


@dataclass(frozen=True, kw_only=True, eq=False)
class _Samples:
    """Tracks as flat arrays: walk, time, place, direction, metres to start and end of the walk."""

    walk: NDArray[np.int64]
    time: NDArray[np.float64]
    at: NDArray[np.float64]
    heading: NDArray[np.float64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]


def share_flows(walks: Sequence[Walk]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(n, n) whether two walks can meet, and whether the first ends where the second begins."""
    ends: dict[tuple[str, str], int] = {}
    number = np.array(
        [
            [ends.setdefault((str(AUDIENCE[w.person]), name), len(ends)) for name in pair]
            for w in walks
            for pair in ((w.source, w.target),)
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    start, end = number.T
    person = np.array([w.walker for w in walks])
    apart = (
        (start[:, None] != start)
        & (end[:, None] != end)
        & (person[:, None] != person)
        & (start != end)
        & (start != end)[:, None]
    )
    return apart, end[:, None] == start


def count_meetings(walks: Sequence[Walk], *, distance: float, handover: float) -> Meetings:
    """Encounters of walkers of different flows, and all pairs of walkers who came so close.

    Parameters
    ----------
    walks
        Of one run.
    distance
        Two people closer than this meet, metres.
    handover
        Metres at a standing point that belong to the person served there.
    """
    if len(walks) < 2:
        return Meetings(streams=0, called=0, close=0)
    apart, hands = share_flows(walks)
    s = _samples(walks, every=1)
    # moments are so far apart in the third direction that only who is near at one moment is found
    moments = np.round(s.time * 1000.0)[:, None]
    i, j = cKDTree(np.hstack([s.at, moments])).query_pairs(distance, output_type="ndarray").T
    close = set(_pairs(s.walk[i], s.walk[j]))
    real = _crossing(s, i, j, apart, hands, handover)
    met = set(_pairs(s.walk[i][real], s.walk[j][real]))
    began = np.array([walk.times[0] for walk in walks])
    called = sum(_is_called(hands, began, i, j) or _is_called(hands, began, j, i) for i, j in met)
    return Meetings(streams=len(met) - called, called=called, close=len(close))


def _is_called(
    hands: NDArray[np.bool_], began: NDArray[np.float64], comes: int, leaves: int
) -> bool:
    """Whether one walker was called to the place that the other left at that moment."""
    later = float(began[comes] - began[leaves])
    return bool(hands[comes, leaves]) and 0.0 <= later <= float(parameter("call"))


def expect_meetings(
    walks: Sequence[Walk], *, distance: float, handover: float, seconds: float
) -> float:
    """Expected encounters per hour of streams at random that walk these tracks.

    Parameters
    ----------
    walks, distance, handover
        As `count_meetings`.
    seconds
        Time in which the walks began. Each hour of it is taken by itself, for the work grows with
        the square of the walks, and the mean over all hours is the same expectation.
    """
    hours = max(1, round(seconds / 3600.0))
    part = seconds / hours
    first = min((walk.times[0] for walk in walks), default=0.0)
    hour = [min(int((walk.times[0] - first) / part), hours - 1) for walk in walks]
    sums = (
        _expect(
            [walk for walk, own in zip(walks, hour, strict=True) if own == k],
            distance=distance,
            handover=handover,
            seconds=part,
        )
        for k in range(hours)
    )
    return sum(sums) / hours


def _expect(walks: Sequence[Walk], *, distance: float, handover: float, seconds: float) -> float:
    """Expected encounters per hour of the walks of one hour."""
    if len(walks) < 2:
        return 0.0
    apart, hands = share_flows(walks)
    step = parameter("step") * parameter("look")
    s = _samples(walks, every=max(1, round(SAMPLE / step)))
    i, j = cKDTree(s.at).query_pairs(distance, output_type="ndarray").T
    swap = s.walk[i] > s.walk[j]
    i, j = np.where(swap, j, i), np.where(swap, i, j)
    real = _crossing(s, i, j, apart, hands, handover)
    i, j = i[real], j[real]
    began = np.array([w.times[0] for w in walks])
    local = s.time - began[s.walk]
    shift = np.floor((local[i] - local[j]) / SAMPLE).astype(np.int64)
    shift -= shift.min(initial=0)
    key = (s.walk[i] * len(walks) + s.walk[j]) * (int(shift.max(initial=0)) + 1) + shift
    together = len(np.unique(key)) * SAMPLE
    return together / seconds * 3600.0 / seconds


def _crossing(
    s: _Samples,
    i: NDArray[np.int64],
    j: NDArray[np.int64],
    apart: NDArray[np.bool_],
    hands: NDArray[np.bool_],
    handover: float,
) -> NDArray[np.bool_]:
    """Which of the pairs of samples are encounters."""
    a, b = s.walk[i], s.walk[j]
    across = np.sum(s.heading[i] * s.heading[j], axis=1) < math.cos(
        math.radians(parameter("parallel"))
    )
    given = hands[a, b] & ((s.end[i] < handover) | (s.start[j] < handover))
    given |= hands[b, a] & ((s.end[j] < handover) | (s.start[i] < handover))
    found: NDArray[np.bool_] = apart[a, b] & across & ~given
    return found


def _pairs(a: NDArray[np.int64], b: NDArray[np.int64]) -> list[tuple[int, int]]:
    return list(zip(np.minimum(a, b).tolist(), np.maximum(a, b).tolist(), strict=True))


def _samples(walks: Sequence[Walk], *, every: int) -> _Samples:
    """Every so many samples of the tracks."""
    parts = []
    for number, walk in enumerate(walks):
        times, first = np.unique(walk.times, return_index=True)
        at = walk.points[first]
        ahead = at[np.minimum(np.arange(len(at)) + AHEAD, len(at) - 1)]
        behind = at[np.maximum(np.arange(len(at)) - AHEAD, 0)]
        way = ahead - behind
        way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
        parts.append(
            (
                np.full(len(at), number)[::every],
                times[::every],
                at[::every],
                way[::every],
                np.hypot(*(at - walk.points[0]).T)[::every],
                np.hypot(*(at - walk.points[-1]).T)[::every],
            )
        )
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    numbers, time, at, heading, start, end = columns
    return _Samples(walk=numbers, time=time, at=at, heading=heading, start=start, end=end)
