r"""Compiled closed form of the expected encounters between flows.

In: padded paths `(m, B, 2)` with point counts, rates, speeds, the standing points at both ends.
Out: encounters per hour of every pair of flows, and of the pairs of changed flows alone.

The formula. People of flow i are spread over a lane of width w round each straight stretch of
their path, with density n_i = rate_i / (speed_i w). Two people come nearest to each other when
the vector between them stands across their relative velocity; let e be that direction, of
length one. They then are s e apart, and they meet when \|s\| < d. So two stretches a and b give

    encounters per hour = n_i n_j |v_i - v_j| V,    V = integral of A(s) ds over -d < s < d,

where A(s) is the area in which a overlaps b moved by -s e. A is piecewise quadratic in s, hence V
is exact. Two long lanes that cross at an angle t give 2 d rate_i rate_j / (v cos(t/2)) at equal
speed v; opposite lanes on L metres give 2 rate_i rate_j L / v (1 - (1 - d/w)^2); the same
direction at the same speed gives 0. V is continuous in every coordinate.

Kernels call only kernels of this module: numba's cache on disk does not notice changes elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["changed_rows", "commit_rows", "pair_matrix", "weighted_total"]

# Below this the direction of a relative velocity is noise; the term it stands for is as small.
STANDSTILL = 1e-12
GAUSS = 0.5773502691896258  # two-point Gauss rule on (-1, 1): exact for the quadratic pieces of A


@njit(cache=True, nogil=True)
def _edge(x1: float, y1: float, x2: float, y2: float, bx: float, by: float) -> float:
    """Integral of the edge's y, held within ±by, over its x within ±bx; signed by direction."""
    if x1 == x2:
        return 0.0
    sign = 1.0
    if x1 > x2:
        x1, y1, x2, y2 = x2, y2, x1, y1
        sign = -1.0
    if x2 <= -bx or x1 >= bx:
        return 0.0
    slope = (y2 - y1) / (x2 - x1)
    if x1 < -bx:
        y1 += (-bx - x1) * slope
        x1 = -bx
    if x2 > bx:
        y2 += (bx - x2) * slope
        x2 = bx
    low, high = (y1, y2) if y1 < y2 else (y2, y1)
    if low >= by:
        return sign * by * (x2 - x1)
    if high <= -by:
        return -sign * by * (x2 - x1)
    mean = 0.5 * (low + high)
    # what sticks out above and below is taken off; both terms stay accurate on a flat edge
    if high > by:
        mean -= (high - by) ** 2 / (2.0 * (high - low))
    if low < -by:
        mean += (-by - low) ** 2 / (2.0 * (high - low))
    return sign * mean * (x2 - x1)


@njit(cache=True, nogil=True)
def _overlap(quad: FloatArray, dx: float, dy: float, bx: float, by: float) -> float:
    """Area that the counter-clockwise quad, moved by (dx, dy), shares with the box ±bx, ±by."""
    area = 0.0
    for k in range(4):
        n = (k + 1) % 4
        area -= _edge(quad[k, 0] + dx, quad[k, 1] + dy, quad[n, 0] + dx, quad[n, 1] + dy, bx, by)
    return area


@njit(cache=True, nogil=True)
def _quad(
    cx: float, cy: float, ux: float, uy: float, half: float, width: float, quad: FloatArray
) -> None:
    """Corners, counter-clockwise, of the rectangle at (cx, cy) along (ux, uy)."""
    lx, ly, px, py = ux * half, uy * half, -uy * width, ux * width
    quad[0, 0], quad[0, 1] = cx - lx - px, cy - ly - py
    quad[1, 0], quad[1, 1] = cx + lx - px, cy + ly - py
    quad[2, 0], quad[2, 1] = cx + lx + px, cy + ly + py
    quad[3, 0], quad[3, 1] = cx - lx + px, cy - ly + py


@njit(cache=True, nogil=True)
def _kinks(
    quad: FloatArray,
    ex: float,
    ey: float,
    box: tuple[float, float],
    span: tuple[float, float],
    stops: FloatArray,
    n: int,
) -> int:
    """Shifts s at which a corner of the quad, moving along (ex, ey), meets the box; sorted in."""
    for k in range(4):
        for axis in range(2):
            go, side = (ex, ey) if axis == 0 else (ey, ex)
            if abs(go) < STANDSTILL:
                continue
            for wall in (-box[axis], box[axis]):
                s = (wall - quad[k, axis]) / go
                if s <= span[0] or s >= span[1]:
                    continue
                if abs(quad[k, 1 - axis] + s * side) > box[1 - axis] + 1e-9:
                    continue
                at = n
                while stops[at - 1] > s:
                    stops[at] = stops[at - 1]
                    at -= 1
                stops[at] = s
                n += 1
    return n


@njit(cache=True, nogil=True)
def _cut(gap: float, move: float, reach: float, low: float, high: float) -> tuple[float, float]:
    """Part of (low, high) in which |gap - s move| < reach."""
    if abs(move) < STANDSTILL:
        return (low, high) if abs(gap) < reach else (1.0, -1.0)
    one, two = (gap - reach) / move, (gap + reach) / move
    if one > two:
        one, two = two, one
    return max(low, one), min(high, two)


@njit(cache=True, nogil=True)
def _volume(
    dx: float,
    dy: float,
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    e: tuple[float, float],
    h: float,
    d: float,
    work: FloatArray,
) -> float:
    """V of two lanes: a and b as (ux, uy, half length), centres (dx, dy) apart, half width h."""
    aux, auy, ha = a
    bux, buy, hb = b
    cos = aux * bux + auy * buy
    sin = aux * buy - auy * bux
    ac, as_ = abs(cos), abs(sin)
    da, db = dx * aux + dy * auy, dx * bux + dy * buy
    pa, pb = dy * aux - dx * auy, dy * bux - dx * buy
    ea, eb = e[0] * aux + e[1] * auy, e[0] * bux + e[1] * buy
    fa, fb = e[1] * aux - e[0] * auy, e[1] * bux - e[0] * buy
    # separating axes: the shifts for which the two rectangles touch at all
    low, high = _cut(pa, fa, h + hb * as_ + h * ac, -d, d)
    low, high = _cut(pb, fb, h + ha * as_ + h * ac, low, high)
    low, high = _cut(da, ea, ha + hb * ac + h * as_, low, high)
    low, high = _cut(db, eb, hb + ha * ac + h * as_, low, high)
    if high <= low:
        return 0.0
    if as_ > STANDSTILL:
        # where the centre lines cross, and how far lane width and shift spread that place
        on_a, on_b = da - cos / sin * pa, -(db - cos / sin * pb)
        spread = h + h * ac
        if (
            abs(on_a) * as_ + spread + d * abs(fb) <= ha * as_
            and abs(on_b) * as_ + spread + d * abs(fa) <= hb * as_
        ):
            return 2.0 * d * 4.0 * h * h / as_
    quad, stops = work[:4], work[4:].ravel()
    _quad(da, pa, cos, sin, hb, h, quad)
    stops[0] = low
    n = _kinks(quad, -ea, -fa, (ha, h), (low, high), stops, 1)
    other = work[44:48]
    _quad(-db, -pb, cos, -sin, ha, h, other)
    n = _kinks(other, eb, fb, (hb, h), (low, high), stops, n)
    stops[n] = high
    total = 0.0
    for k in range(n):
        half, mid = 0.5 * (stops[k + 1] - stops[k]), 0.5 * (stops[k + 1] + stops[k])
        for s in (mid - GAUSS * half, mid + GAUSS * half):
            total += half * _overlap(quad, -s * ea, -s * fa, ha, h)
    return total


@njit(cache=True, nogil=True)
def _lanes(points: FloatArray, counts: IntArray) -> tuple[FloatArray, FloatArray]:
    """Stretches (x, y, ux, uy, length, metres walked before) and per flow (box, length)."""
    m = counts.size
    lanes = np.zeros((m, max(points.shape[1] - 1, 1), 6))
    spans = np.zeros((m, 5))
    for i in range(m):
        walked = 0.0
        spans[i, :2] = np.inf
        spans[i, 2:4] = -np.inf
        for k in range(counts[i]):
            x, y = points[i, k, 0], points[i, k, 1]
            spans[i, 0], spans[i, 1] = min(spans[i, 0], x), min(spans[i, 1], y)
            spans[i, 2], spans[i, 3] = max(spans[i, 2], x), max(spans[i, 3], y)
            if k + 1 < counts[i]:
                dx, dy = points[i, k + 1, 0] - x, points[i, k + 1, 1] - y
                length = np.hypot(dx, dy)
                if length > 0.0:
                    dx, dy = dx / length, dy / length
                lanes[i, k, 0], lanes[i, k, 1] = x, y
                lanes[i, k, 2], lanes[i, k, 3] = dx, dy
                lanes[i, k, 4], lanes[i, k, 5] = length, walked
                walked += length
        spans[i, 4] = walked
    return lanes, spans


@njit(cache=True, nogil=True)
def _pair(
    one: FloatArray,
    two: FloatArray,
    stretches: tuple[int, int],
    kept: tuple[float, float, float, float],
    speeds: tuple[float, float],
    lane: tuple[float, float],
    work: FloatArray,
) -> float:
    """Sum of |v_i - v_j| V over the stretches of two flows, within the kept metres of each."""
    h, d = 0.5 * lane[0], lane[1]
    reach = lane[0] + d
    total = 0.0
    for k in range(stretches[0]):
        a_low = max(0.0, kept[0] - one[k, 5])
        a_high = min(one[k, 4], kept[1] - one[k, 5])
        if a_high <= a_low:
            continue
        aux, auy, ha = one[k, 2], one[k, 3], 0.5 * (a_high - a_low)
        ax, ay = one[k, 0] + aux * (a_low + ha), one[k, 1] + auy * (a_low + ha)
        ax_reach, ay_reach = abs(aux) * ha + reach, abs(auy) * ha + reach
        for n in range(stretches[1]):
            b_low = max(0.0, kept[2] - two[n, 5])
            b_high = min(two[n, 4], kept[3] - two[n, 5])
            hb = 0.5 * (b_high - b_low)
            bux, buy = two[n, 2], two[n, 3]
            dx = two[n, 0] + bux * (b_low + hb) - ax
            dy = two[n, 1] + buy * (b_low + hb) - ay
            if abs(dx) > ax_reach + abs(bux) * hb or abs(dy) > ay_reach + abs(buy) * hb:
                continue
            if hb <= 0.0:
                continue
            vx, vy = aux * speeds[0] - bux * speeds[1], auy * speeds[0] - buy * speeds[1]
            v = np.sqrt(vx * vx + vy * vy)
            if v < STANDSTILL:
                continue
            e = (-vy / v, vx / v)
            total += v * _volume(dx, dy, (aux, auy, ha), (bux, buy, hb), e, h, d, work)
    return total


@njit(cache=True, nogil=True)
def _row(
    flow: int,
    first: int,
    lanes: FloatArray,
    spans: FloatArray,
    counts: IntArray,
    flows: tuple[FloatArray, FloatArray, IntArray],
    lane: tuple[float, float, float],
    work: FloatArray,
    row: FloatArray,
) -> None:
    """Encounters per hour of the flow with those from `first` on, into `row`."""
    rates, speeds, ends = flows
    width, distance, handover = lane
    reach = width + distance
    for other in range(first, counts.size):
        row[other] = 0.0
        # always the smaller index first, so that both halves of the matrix agree to the last bit
        i, j = (flow, other) if flow < other else (other, flow)
        if i == j or counts[i] < 2 or counts[j] < 2:
            continue
        # People who come from the same place, or go to it, part or merge: they do not cross.
        if (ends[i, 0] >= 0 and ends[i, 0] == ends[j, 0]) or (
            ends[i, 1] >= 0 and ends[i, 1] == ends[j, 1]
        ):
            continue
        if (
            spans[i, 0] > spans[j, 2] + reach
            or spans[j, 0] > spans[i, 2] + reach
            or spans[i, 1] > spans[j, 3] + reach
            or spans[j, 1] > spans[i, 3] + reach
        ):
            continue
        i_low, i_high, j_low, j_high = 0.0, spans[i, 4], 0.0, spans[j, 4]
        # Where one arrives and the other leaves, the last metres belong to the one who is served.
        if ends[i, 1] >= 0 and ends[i, 1] == ends[j, 0]:
            i_high -= handover
            j_low += handover
        if ends[i, 0] >= 0 and ends[i, 0] == ends[j, 1]:
            i_low += handover
            j_high -= handover
        kept = (i_low, i_high, j_low, j_high)
        stretches = (counts[i] - 1, counts[j] - 1)
        pace = (speeds[i], speeds[j])
        area = _pair(lanes[i], lanes[j], stretches, kept, pace, (width, distance), work)
        row[other] = rates[i] * rates[j] * area / (3600.0 * pace[0] * pace[1] * width * width)


@njit(cache=True, nogil=True)
def pair_matrix(
    points: FloatArray,
    counts: IntArray,
    flows: tuple[FloatArray, FloatArray, IntArray],
    lane: tuple[float, float, float],
) -> FloatArray:
    """Encounters per hour of every pair; `flows` = rates, speeds, ends; `lane` = w, d, handover."""
    m = counts.size
    lanes, spans = _lanes(points, counts)
    work = np.empty((48, 2))
    pairs = np.zeros((m, m))
    for i in range(m):
        _row(i, i + 1, lanes, spans, counts, flows, lane, work, pairs[i])
    for i in range(m):
        for j in range(i + 1, m):
            pairs[j, i] = pairs[i, j]
    return pairs


@njit(cache=True, nogil=True)
def changed_rows(
    points: FloatArray,
    counts: IntArray,
    flows: tuple[FloatArray, FloatArray, IntArray],
    lane: tuple[float, float, float],
    changed: IntArray,
) -> FloatArray:
    """Rows `(c, m)` of the pair matrix for the changed flows alone."""
    m = counts.size
    lanes, spans = _lanes(points, counts)
    work = np.empty((48, 2))
    rows = np.zeros((changed.size, m))
    for c in range(changed.size):
        _row(changed[c], 0, lanes, spans, counts, flows, lane, work, rows[c])
    return rows


@njit(cache=True, nogil=True)
def commit_rows(pairs: FloatArray, changed: IntArray, rows: FloatArray) -> None:
    """Write the rows, and the columns they mirror, into the pair matrix."""
    for c in range(changed.size):
        for j in range(pairs.shape[0]):
            pairs[changed[c], j] = rows[c, j]
            pairs[j, changed[c]] = rows[c, j]


@njit(cache=True, nogil=True)
def weighted_total(
    pairs: FloatArray,
    classes: IntArray,
    weights: FloatArray,
    changed: IntArray,
    rows: FloatArray,
) -> float:
    """Weighted sum over pairs i < j, as if the changed rows were already in the matrix."""
    m = pairs.shape[0]
    slot = np.full(m, -1, np.int64)
    for c in range(changed.size):
        slot[changed[c]] = c
    total = 0.0
    for i in range(m):
        for j in range(i + 1, m):
            value = pairs[i, j]
            if slot[i] >= 0:
                value = rows[slot[i], j]
            elif slot[j] >= 0:
                value = rows[slot[j], i]
            total += weights[classes[i], classes[j]] * value
    return total
