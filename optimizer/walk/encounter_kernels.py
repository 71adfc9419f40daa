r"""Compiled closed form of the expected encounters between flows.

In: the stretches of the paths (`stretch_kernels`), rates, speeds, standing points at both ends,
what is known (s, s) of pairs of whole stretches (-1: nothing; it is filled in).
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
    Work = tuple[FloatArray, FloatArray, FloatArray]
    Form = tuple[float, float, float, float]
    Paths = tuple[FloatArray, FloatArray, IntArray]

__all__ = ["changed_rows", "pair_matrix"]

# Below this a velocity has no direction and a span of shifts no length; the term is as small.
STANDSTILL = 1e-12
FLAT = 1e-15  # slope below which an edge is level to the last bit
ON_EDGE = 1e-9  # metres by which a corner may miss an edge and still be looked at
VERTICAL = 1e-14  # keeps slopes finite


@njit(cache=True, nogil=True)
def _edge(
    x1: float, y1: float, x2: float, y2: float, slope: float, form: Form
) -> tuple[float, float]:
    """Integral over x within ±bx of the edge's y held within ±by, and its second derivative in s.

    The edge runs from x1 to x2 ≥ x1 and moves by (vx, vy) per unit of s; form = bx, by, vx, vy.
    """
    bx, by, vx, vy = form
    if x2 <= x1 or x2 <= -bx or x1 >= bx:
        return 0.0, 0.0
    # a cut end stays at the wall of the box and slides up or down there; an end exactly at the
    # wall counts as cut, for the next edge, which ends there, counts as outside
    slide = vy - slope * vx
    climb1, climb2, widen = vy, vy, 0.0
    if x1 <= -bx:
        y1 += (-bx - x1) * slope
        x1 = -bx
        climb1 = slide
    else:
        widen -= vx
    if x2 >= bx:
        y2 += (bx - x2) * slope
        x2 = bx
        climb2 = slide
    else:
        widen += vx
    low, high, rise_low, rise_high = y1, y2, climb1, climb2
    if slope < 0.0:
        low, high, rise_low, rise_high = y2, y1, climb2, climb1
    if low > by:
        return by * (x2 - x1), 0.0
    if high < -by:
        return -by * (x2 - x1), 0.0
    area, bend = 0.5 * (low + high) * (x2 - x1), (climb1 + climb2) * widen
    # what sticks out above and below is taken off; on an edge this flat it is nothing
    if (high > by or low < -by) and abs(slope) > FLAT:
        over = 1.0 / abs(slope)
        if high > by:
            area -= 0.5 * (high - by) ** 2 * over
            bend -= rise_high * rise_high * over
        if low < -by:
            area += 0.5 * (-by - low) ** 2 * over
            bend += rise_low * rise_low * over
    return area, bend


@njit(cache=True, nogil=True)
def _overlap(
    quad: FloatArray, s: float, slopes: tuple[float, float], form: Form
) -> tuple[float, float]:
    """Area that the quad, moved for s, shares with the box ±bx, ±by; its second derivative in s."""
    dx, dy = s * form[2], s * form[3]
    x0, x1, x2, x3 = quad[0, 0] + dx, quad[1, 0] + dx, quad[2, 0] + dx, quad[3, 0] + dx
    y0, y1, y2, y3 = quad[0, 1] + dy, quad[1, 1] + dy, quad[2, 1] + dy, quad[3, 1] + dy
    area1, bend1 = _edge(x0, y0, x3, y3, slopes[0], form)
    area2, bend2 = _edge(x3, y3, x2, y2, slopes[1], form)
    area3, bend3 = _edge(x0, y0, x1, y1, slopes[1], form)
    area4, bend4 = _edge(x1, y1, x2, y2, slopes[0], form)
    return area1 + area2 - area3 - area4, bend1 + bend2 - bend3 - bend4


@njit(cache=True, nogil=True)
def _quad(
    cx: float, cy: float, ux: float, uy: float, half: float, width: float, quad: FloatArray
) -> None:
    """Left, bottom, right and top corner of a rectangle along (ux, uy), both not negative."""
    lx, ly, px, py = ux * half, uy * half, -uy * width, ux * width
    quad[0, 0], quad[0, 1] = cx - lx + px, cy - ly + py
    quad[1, 0], quad[1, 1] = cx - lx - px, cy - ly - py
    quad[2, 0], quad[2, 1] = cx + lx - px, cy + ly - py
    quad[3, 0], quad[3, 1] = cx + lx + px, cy + ly + py


@njit(cache=True, nogil=True)
def _kinks(
    quad: FloatArray,
    move: tuple[float, float],
    bx: float,
    by: float,
    stops: FloatArray,
    n: int,
    high: float,
) -> int:
    """Shifts s at which a corner of the quad, moving along `move`, meets the box; sorted in."""
    ex, ey = move
    for axis in range(2):
        go, side, wall, limit = (ex, ey, bx, by) if axis == 0 else (ey, ex, by, bx)
        if abs(go) < STANDSTILL:
            continue
        limit += ON_EDGE
        pace = 1.0 / go
        for k in range(4):
            centre, reach = -quad[k, axis] * pace, abs(wall * pace)
            for s in (centre - reach, centre + reach):
                if s > stops[0] and s < high and abs(quad[k, 1 - axis] + s * side) <= limit:
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
def _integral(
    cos: float,
    sin: float,
    at: Form,
    e: Form,
    sizes: tuple[float, float, float],
    span: tuple[float, float],
    work: Work,
) -> float:
    """Integral of the overlap over the span of shifts.

    cos, sin: of the angle from a to b; `at`: along and across a, then b, from centre to centre;
    `e`: the same of the direction of the shift; sizes: half length of a, of b, half width.
    """
    da, pa, db, pb = at
    ea, fa, eb, fb = e
    ha, hb, h = sizes
    low, high = span
    # the box of a is its own mirror image, so b may point up and to the right
    if cos < 0.0:
        cos, sin = -cos, -sin
    if sin < 0.0:
        sin, pa, fa, pb, fb = -sin, -pa, -fa, -pb, -fb
    quad, other, stops = work
    _quad(da, pa, cos, sin, hb, h, quad)
    _quad(-db, -pb, cos, -sin, ha, h, other)
    stops[0] = low
    n = _kinks(quad, (-ea, -fa), ha, h, stops, 1, high)
    n = _kinks(other, (eb, fb), hb, h, stops, n, high)
    stops[n] = high
    slopes = (sin / max(cos, VERTICAL), -cos / max(sin, VERTICAL))
    form = (ha, h, -ea, -fa)
    total = 0.0
    for k in range(n):
        half = 0.5 * (stops[k + 1] - stops[k])
        if half > STANDSTILL:
            area, bend = _overlap(quad, stops[k] + half, slopes, form)
            total += half * (2.0 * area + bend * half * half / 3.0)
    return total


@njit(cache=True, nogil=True)
def _meeting(
    lanes: FloatArray,
    p: int,
    q: int,
    cut: tuple[float, float, float, float],
    lane: tuple[float, float],
    work: Work,
) -> float:
    """|v_a - v_b| V of stretches p and q from metre cut[0] to cut[1] and cut[2] to cut[3]."""
    h, d = 0.5 * lane[0], lane[1]
    aux, auy, bux, buy = lanes[p, 2], lanes[p, 3], lanes[q, 2], lanes[q, 3]
    ha, hb = 0.5 * (cut[1] - cut[0]), 0.5 * (cut[3] - cut[2])
    on_a, on_b = cut[0] + ha, cut[2] + hb
    dx = lanes[q, 0] + bux * on_b - lanes[p, 0] - aux * on_a
    dy = lanes[q, 1] + buy * on_b - lanes[p, 1] - auy * on_a
    cos = aux * bux + auy * buy
    sin = aux * buy - auy * bux
    cut_cos, cut_sin = h + h * abs(cos), h * abs(sin)
    pa, pb = dy * aux - dx * auy, dy * bux - dx * buy
    da, db = dx * aux + dy * auy, dx * bux + dy * buy
    # how far apart the rectangles may be on the axes of each
    across_a, across_b = cut_cos + hb * abs(sin), cut_cos + ha * abs(sin)
    along_a, along_b = ha + hb * abs(cos) + cut_sin, hb + ha * abs(cos) + cut_sin
    if (
        abs(pa) >= across_a + d
        or abs(pb) >= across_b + d
        or abs(da) >= along_a + d
        or abs(db) >= along_b + d
    ):
        return 0.0
    vx, vy = aux * lanes[p, 6] - bux * lanes[q, 6], auy * lanes[p, 6] - buy * lanes[q, 6]
    v = np.sqrt(vx * vx + vy * vy)
    if v < STANDSTILL:
        return 0.0
    ex, ey = -vy / v, vx / v
    ea, eb = ex * aux + ey * auy, ex * bux + ey * buy
    fa, fb = ey * aux - ex * auy, ey * bux - ex * buy
    low, high = _cut(pa, fa, across_a, -d, d)
    low, high = _cut(pb, fb, across_b, low, high)
    low, high = _cut(da, ea, along_a, low, high)
    low, high = _cut(db, eb, along_b, low, high)
    if high <= low:
        return 0.0
    # Where the centre lines cross, and how far lane width and shift spread that place: if all of
    # it lies within both stretches, the overlap is the same rhombus at every shift.
    spread_a, spread_b = cut_cos + d * abs(fb), cut_cos + d * abs(fa)
    if abs(pb) + spread_a <= ha * abs(sin) and abs(pa) + spread_b <= hb * abs(sin):
        return float(v * 8.0 * d * h * h / abs(sin))
    at, e = (da, pa, db, pb), (ea, fa, eb, fb)
    return float(v * _integral(cos, sin, at, e, (ha, hb, h), (low, high), work))


@njit(cache=True, nogil=True)
def _before(lanes: FloatArray, p: int, q: int) -> bool:
    """Whether stretch p comes before q in an order that depends on nothing but the two."""
    for k in range(7):
        if lanes[p, k] != lanes[q, k]:
            return bool(lanes[p, k] < lanes[q, k])
    return True


@njit(cache=True, nogil=True)
def _pair(
    i: int,
    j: int,
    kept: tuple[float, float, float, float],
    lane: tuple[float, float],
    paths: Paths,
    known: FloatArray,
    work: Work,
) -> float:
    """Sum of |v_i - v_j| V over the stretches of two flows, within the kept metres of each."""
    lanes, _, steps = paths
    reach = lane[0] + lane[1]
    uncut = kept[0] == 0.0 and kept[2] == 0.0 and kept[1] == np.inf and kept[3] == np.inf
    total, walked = 0.0, 0.0
    for k in range(steps.shape[1]):
        p = steps[i, k]
        if p < 0:
            break
        passed = 0.0
        for n in range(steps.shape[1]):
            q = steps[j, n]
            if q < 0:
                break
            if uncut and known[p, q] >= 0.0:
                total += known[p, q]
                continue
            begun = passed
            passed += lanes[q, 4]
            low_p, high_p = max(0.0, kept[0] - walked), min(lanes[p, 4], kept[1] - walked)
            low_q, high_q = max(0.0, kept[2] - begun), min(lanes[q, 4], kept[3] - begun)
            whole = low_p == low_q == 0.0 and high_p == lanes[p, 4] and high_q == lanes[q, 4]
            if whole and known[p, q] >= 0.0:
                total += known[p, q]
                continue
            value = 0.0
            if not (
                high_p <= low_p
                or high_q <= low_q
                or lanes[p, 7] > lanes[q, 9] + reach
                or lanes[q, 7] > lanes[p, 9] + reach
                or lanes[p, 8] > lanes[q, 10] + reach
                or lanes[q, 8] > lanes[p, 10] + reach
            ):
                # one order of the two everywhere, so that equal pairs are equal to the last bit
                if _before(lanes, p, q):
                    value = _meeting(lanes, p, q, (low_p, high_p, low_q, high_q), lane, work)
                else:
                    value = _meeting(lanes, q, p, (low_q, high_q, low_p, high_p), lane, work)
            if whole:
                known[p, q] = value
                known[q, p] = value
            total += value
        walked += lanes[p, 4]
    return total


@njit(cache=True, nogil=True)
def _row(
    flow: int,
    first: int,
    paths: Paths,
    flows: tuple[FloatArray, FloatArray, IntArray],
    lane: tuple[float, float, float],
    known: FloatArray,
    work: Work,
    row: FloatArray,
) -> None:
    """Encounters per hour of the flow with those from `first` on, into `row`."""
    _, spans, _ = paths
    rates, speeds, ends = flows
    (width, distance, handover), reach = lane, lane[0] + lane[1]
    for other in range(first, rates.size):
        row[other] = 0.0
        # always the smaller index first, so that both halves of the matrix agree to the last bit
        i, j = (flow, other) if flow < other else (other, flow)
        # People who come from the same place, or go to it, part or merge: they do not cross.
        if (
            i == j
            or (ends[i, 0] >= 0 and ends[i, 0] == ends[j, 0])
            or (ends[i, 1] >= 0 and ends[i, 1] == ends[j, 1])
            or spans[i, 0] > spans[j, 2] + reach
            or spans[j, 0] > spans[i, 2] + reach
            or spans[i, 1] > spans[j, 3] + reach
            or spans[j, 1] > spans[i, 3] + reach
        ):
            continue
        i_low, i_high, j_low, j_high = 0.0, np.inf, 0.0, np.inf
        # Where one arrives and the other leaves, the last metres belong to the one who is served.
        if ends[i, 1] >= 0 and ends[i, 1] == ends[j, 0]:
            i_high = spans[i, 4] - handover
            j_low = handover
        if ends[i, 0] >= 0 and ends[i, 0] == ends[j, 1]:
            i_low = handover
            j_high = spans[j, 4] - handover
        kept = (i_low, i_high, j_low, j_high)
        area = _pair(i, j, kept, (width, distance), paths, known, work)
        row[other] = rates[i] * rates[j] * area / (3600.0 * speeds[i] * speeds[j] * width * width)


@njit(cache=True, nogil=True)
def pair_matrix(
    paths: Paths,
    flows: tuple[FloatArray, FloatArray, IntArray],
    lane: tuple[float, float, float],
    known: FloatArray,
) -> FloatArray:
    """Encounters per hour of every pair; `flows` = rates, speeds, ends; `lane` = w, d, handover."""
    m = flows[0].size
    work = (np.empty((4, 2)), np.empty((4, 2)), np.empty(40))
    pairs = np.zeros((m, m))
    for i in range(m):
        _row(i, i + 1, paths, flows, lane, known, work, pairs[i])
    for i in range(m):
        for j in range(i + 1, m):
            pairs[j, i] = pairs[i, j]
    return pairs


@njit(cache=True, nogil=True)
def changed_rows(
    paths: Paths,
    flows: tuple[FloatArray, FloatArray, IntArray],
    lane: tuple[float, float, float],
    changed: IntArray,
    known: FloatArray,
) -> FloatArray:
    """Rows `(c, m)` of the pair matrix for the changed flows alone."""
    m = flows[0].size
    work = (np.empty((4, 2)), np.empty((4, 2)), np.empty(40))
    rows = np.zeros((changed.size, m))
    for c in range(changed.size):
        _row(changed[c], 0, paths, flows, lane, known, work, rows[c])
    return rows
