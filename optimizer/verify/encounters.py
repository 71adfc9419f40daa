"""Expected encounters per hour, by cutting lanes out of lanes.

In: walks with their paths, speeds and shared ends. Out: encounters per hour of every pair.

People of a flow fill a lane of width w round each straight stretch of their path, rate / (speed w)
of them on each square metre. Two stretches a and b give n_a n_b |v_a − v_b| · ∫ A(s) ds over
−d < s < d, where A(s) is the area that a shares with b moved by s at a right angle to v_a − v_b.
A is piecewise quadratic; the integral is summed by Gauss's rule on panels between its ends.

Flows that start at one place, or end at one, do not meet. Where one ends at the place that the
other leaves, the last and first w/2 + d metres do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Lanes", "Stream", "pair_encounters", "shared_area"]

#: Panels between the ends of the shift, and points of Gauss's rule on each: exact but for the
#: panels that hold a kink of A.
PANELS, GAUSS = 8, 3
#: Velocities that differ by less than this are one, metres per second.
STILL = 1e-9
#: A side of a lane that rises by less than this is level, metres.
FLAT = 1e-6


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """Width of a lane, and the distance at which two people meet, metres."""

    width: float
    distance: float


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One flow: its path (k, 2), people per hour, metres per second, keys of its two ends."""

    path: Array
    rate: float
    speed: float
    start: tuple[str, bool]
    end: tuple[str, bool]


def pair_encounters(streams: Sequence[Stream], lanes: Lanes) -> Array:
    """Encounters per hour of every pair of flows: (m, m), symmetric, 0 on the diagonal."""
    pairs = np.zeros((len(streams), len(streams)))
    owner, origin, along, begin, length = _stretches(streams)
    if not len(owner):
        return pairs
    one, other = _near(origin, along * length[:, None], lanes)
    i, j = owner[one], owner[other]
    meets = (i < j) & _may_meet(streams)[i, j]
    one, other, i, j = one[meets], other[meets], i[meets], j[meets]
    low, high = _windows(streams, lanes)
    a = _cut(begin[one], length[one], low[i, j], high[i, j])
    b = _cut(begin[other], length[other], low[j, i], high[j, i])
    speed = np.array([s.speed for s in streams])
    rows = np.column_stack(
        [
            origin[one] + along[one] * a[0][:, None], along[one], a[1], speed[i],
            origin[other] + along[other] * b[0][:, None], along[other], b[1], speed[j],
        ]
    )  # fmt: skip
    walked = (a[1] > 0) & (b[1] > 0)
    rows, i, j = rows[walked], i[walked], j[walked]
    same, back = np.unique(rows.round(6), axis=0, return_inverse=True)
    volume = _volumes(same, lanes)[back.ravel()]
    rate = np.array([s.rate for s in streams])
    people = rate[i] * rate[j] / (3600.0 * speed[i] * speed[j] * lanes.width**2)
    np.add.at(pairs, (i, j), people * volume)
    return pairs + pairs.T


def _stretches(streams: Sequence[Stream]) -> tuple[Integers, Array, Array, Array, Array]:
    """Flow, start, direction, metres walked before and length of every straight stretch."""
    owner: list[int] = []
    rows: list[Array] = [np.empty((0, 6))]
    for k, stream in enumerate(streams):
        steps = np.diff(stream.path, axis=0)
        length = np.hypot(*steps.T)
        real = length > 0
        begin = np.cumsum(length) - length
        unit = steps[real] / length[real, None]
        rows.append(np.column_stack([stream.path[:-1][real], unit, begin[real], length[real]]))
        owner += [k] * int(real.sum())
    table = np.concatenate(rows)
    return np.array(owner, dtype=np.int64), table[:, :2], table[:, 2:4], table[:, 4], table[:, 5]


def _near(origin: Array, step: Array, lanes: Lanes) -> tuple[Integers, Integers]:
    """Pairs of stretches whose lanes may come within the encounter distance."""
    reach = (lanes.width + lanes.distance) / 2 + 1e-3
    low = np.minimum(origin, origin + step) - reach
    high = np.maximum(origin, origin + step) + reach
    boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    one, other = shapely.STRtree(boxes).query(boxes)
    return one.astype(np.int64), other.astype(np.int64)


def _may_meet(streams: Sequence[Stream]) -> NDArray[np.bool_]:
    """Which flows neither start nor end at one place."""
    keys: dict[tuple[str, bool], int] = {}
    start = np.array([keys.setdefault(s.start, len(keys)) for s in streams])
    end = np.array([keys.setdefault(s.end, len(keys)) for s in streams])
    apart: NDArray[np.bool_] = (start[:, None] != start) & (end[:, None] != end)
    return apart


def _windows(streams: Sequence[Stream], lanes: Lanes) -> tuple[Array, Array]:
    """Metres of flow i between which it may meet flow j: (m, m) from and (m, m) to."""
    handover = lanes.width / 2 + lanes.distance
    total = np.array([np.hypot(*np.diff(s.path, axis=0).T).sum() for s in streams])
    after = np.array([[i.start == j.end for j in streams] for i in streams])
    low = np.where(after, handover, 0.0)
    high = np.where(after.T, total[:, None] - handover, np.inf)
    return low, high


def _cut(begin: Array, length: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Where on a stretch its window begins, and the length of stretch that lies in the window."""
    first = np.clip(low - begin, 0.0, length)
    return first, np.clip(high - begin, first, length) - first


def _volumes(rows: Array, lanes: Lanes) -> Array:
    """|v_a − v_b| ∫ A(s) ds of each pair of stretches."""
    a, b = rows[:, :6], rows[:, 6:]
    relative = a[:, 2:4] * a[:, 5:] - b[:, 2:4] * b[:, 5:]
    pace = np.hypot(*relative.T)
    volume = np.zeros(len(rows))
    moving = np.flatnonzero(pace > STILL)
    normal = np.column_stack([-relative[:, 1], relative[:, 0]])[moving] / pace[moving, None]
    ring_a, ring_b = _rings(a[moving], lanes.width), _rings(b[moving], lanes.width)
    low, high = _shifts(ring_a, ring_b, normal, lanes.distance)
    node, weight = np.polynomial.legendre.leggauss(GAUSS)
    width = np.maximum(high - low, 0.0) / PANELS
    live = np.flatnonzero(width > 0)
    # directions are rounded: a lane is wider and longer by as much
    grown = np.hypot(*a[moving[live], 2:4].T)
    along = a[moving[live], 2:4] / grown[:, None]
    frame = np.stack([along, np.column_stack([-along[:, 1], along[:, 0]])], axis=1)
    # lane b, and the way that it is moved, as seen along lane a from its start
    lane = np.einsum("nki,nji->nkj", ring_b[live] - a[moving[live], None, :2], frame)
    way = np.einsum("ni,nji->nj", normal[live], frame)
    length, half = a[moving[live], 4] * grown, lanes.width / 2 * grown
    total = np.zeros(len(live))
    for k in range(PANELS):
        for x, w in zip(node, weight, strict=True):
            shift = low[live] + width[live] * (k + (1 + x) / 2)
            moved = lane + (shift[:, None] * way)[:, None]
            total += w / 2 * width[live] * shared_area(moved, length, half)
    volume[moving[live]] = total * pace[moving[live]]
    return volume


def shared_area(ring: Array, length: Array, half: Array) -> Array:
    """Area that each ring (n, 4, 2) shares with 0 ≤ x ≤ length, −half ≤ y ≤ half.

    Green's theorem: ∮ y dx round the ring, y held within its limits, over the parts of its sides
    where x lies within its own.
    """
    x, y = ring[..., 0], ring[..., 1]
    run, rise = np.roll(x, -1, axis=1) - x, np.roll(y, -1, axis=1) - y
    slope = np.divide(rise, run, out=np.zeros_like(run), where=run != 0)
    half = half[:, None]
    first = np.clip(x, 0.0, length[:, None])
    last = np.clip(x + run, 0.0, length[:, None])
    begin, end = y + (first - x) * slope, y + (last - x) * slope
    rises = end - begin
    flat = np.abs(rises) < FLAT
    mean = np.divide(
        _risen(end, half) - _risen(begin, half), rises, out=np.zeros_like(rises), where=~flat
    )
    mean = np.where(flat, np.clip((begin + end) / 2, -half, half), mean)
    area: Array = np.abs(((last - first) * mean).sum(axis=1))
    return area


def _risen(y: Array, half: Array) -> Array:
    """∫ from 0 to y of what is left of y within −half … half."""
    return np.where(np.abs(y) <= half, y**2 / 2, half * np.abs(y) - half**2 / 2)


def _rings(stretch: Array, width: float) -> Array:
    """Corners of the lane round each stretch: (n, 4, 2)."""
    origin, unit, length = stretch[:, :2], stretch[:, 2:4], stretch[:, 4:5]
    side = np.column_stack([-unit[:, 1], unit[:, 0]]) * (width / 2)
    end = origin + unit * length
    return np.stack([origin - side, end - side, end + side, origin + side], axis=1)


def _shifts(ring_a: Array, ring_b: Array, normal: Array, distance: float) -> tuple[Array, Array]:
    """Shifts of b between which it overlaps a, within the encounter distance."""
    low, high = np.full(len(normal), -distance), np.full(len(normal), distance)
    for ring in (ring_a, ring_b):
        for side in (0, 1):
            axis = ring[:, side + 1] - ring[:, side]
            axis = axis / np.hypot(*axis.T)[:, None]
            on_a = np.einsum("nkd,nd->nk", ring_a, axis)
            on_b = np.einsum("nkd,nd->nk", ring_b, axis)
            go = np.einsum("nd,nd->n", normal, axis)
            first, last = on_a.min(1) - on_b.max(1), on_a.max(1) - on_b.min(1)
            level = np.abs(go) < STILL
            pace = np.where(level, 1.0, go)
            ends = np.sort(np.stack([first / pace, last / pace]), axis=0)
            never = level & ((first >= 0) | (last <= 0))
            low = np.where(level, np.where(never, np.inf, low), np.maximum(low, ends[0]))
            high = np.where(level, high, np.minimum(high, ends[1]))
    return low, high
