r"""Compiled closed form of the expected encounters between flows.

In: the stretches of the paths (`stretch_kernels`) with the gait of each in place of a speed, rates,
standing points at both ends, `terms`, what is known (s, s) of pairs of whole stretches (-1:
nothing; it is filled in). `terms` (g, g, r, 3) says who walks on flows of two gaits: speeds of the
two people, and what their meeting counts; a row that counts 0 ends the list.
Out: encounters per hour of every pair of flows, and of the pairs of changed flows alone.

The formula. People of flow i are spread over a lane of width w round each straight stretch of
their path, with density n_i = rate_i / (speed_i w). Two people come nearest to each other when
the vector between them stands across their relative velocity; let e be that direction, of
length one. They then are s e apart, and they meet when \|s\| < d. So two stretches a and b give

    encounters per hour = n_i n_j |v_i - v_j| V,    V = integral of A(s) ds over -d < s < d,

where A(s) is the area in which a overlaps b moved by -s e. V counts, on every line along e, the
pairs of a point of a and a point of b that are less than d apart. A line cuts both lanes in
intervals whose ends are linear from corner to corner, and with H'' = 1 within d, 0 beyond, two
intervals hold H(top - bottom) + H(bottom - top) - H(top - top) - H(bottom - bottom) such pairs. So
V is a sum over pairs of edges of integrals of H, piecewise quadratic, along a linear argument:
exact, and continuous in every coordinate.

Two long lanes that cross at an angle t give 2 d rate_i rate_j / (v cos(t/2)) at equal speed v;
opposite lanes on L metres give 2 rate_i rate_j L / v (1 - (1 - d/w)^2); the same direction at the
same speed gives 0.

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
    Stretch = tuple[float, float, float]
    Offset = tuple[float, float, float, float]
    Paths = tuple[FloatArray, FloatArray, IntArray]
    Flows = tuple[FloatArray, FloatArray, IntArray]

__all__ = ["changed_rows", "pair_matrix"]

# Below this a velocity has no direction, metres per second; the term is as small.
STANDSTILL = 1e-12
#: An edge that covers less of the axis than this has no slope that matters.
UPRIGHT = 1e-14


@njit(cache=True, nogil=True, error_model="numpy")
def _edges(
    t: float, s: float, half: float, h: float, ut: float, us: float, edges: FloatArray, top: int
) -> None:
    """Edges of a rectangle round (t, s) along (ut, us): begin, end on t, s there, slope.

    The two upper ones first, then the two lower ones, each pair from left to right.
    """
    if ut < 0.0:
        ut, us = -ut, -us
    # half of the long side and half of the short one, both to the right
    pt, ps = half * ut, half * us
    qt, qs = (h * us, -h * ut) if us > 0.0 else (-h * us, h * ut)
    left, right = t - pt - qt, t + pt + qt
    low = s - ps - qs
    steep_p = us / max(ut, UPRIGHT)
    steep_q = (-ut if us > 0.0 else ut) / max(abs(us), UPRIGHT)
    # the side that rises more runs along the top first
    p_top = steep_p > steep_q
    first, second = (top, top + 2) if p_top else (top + 2, top)
    edges[first, 0], edges[first, 1] = left, left + 2.0 * pt
    edges[first, 2], edges[first, 3] = low, steep_p
    edges[first + 1, 0], edges[first + 1, 1] = left + 2.0 * pt, right
    edges[first + 1, 2], edges[first + 1, 3] = low + 2.0 * ps, steep_q
    edges[second, 0], edges[second, 1] = left, left + 2.0 * qt
    edges[second, 2], edges[second, 3] = low, steep_q
    edges[second + 1, 0], edges[second + 1, 1] = left + 2.0 * qt, right
    edges[second + 1, 2], edges[second + 1, 3] = low + 2.0 * qs, steep_p


@njit(cache=True, nogil=True, error_model="numpy")
def _within(edges: FloatArray, d: float) -> float:
    """V: integral over t of the pairs, one point of each shape on the line t, closer than d.

    H(x) = (x^2 + d^2) / 2 within d and d |x| beyond; terms linear in x cancel.
    """
    total = 0.0
    for i in range(4):
        for j in range(4, 8):
            begin, end = max(edges[i, 0], edges[j, 0]), min(edges[i, 1], edges[j, 1])
            span = end - begin
            if span <= 0.0:
                continue
            x = edges[i, 2] + edges[i, 3] * (begin - edges[i, 0])
            x -= edges[j, 2] + edges[j, 3] * (begin - edges[j, 0])
            y = x + (edges[i, 3] - edges[j, 3]) * span
            if (x >= d and y >= d) or (x <= -d and y <= -d):
                mean = 0.5 * d * abs(x + y)
            else:
                mean = (x * x + x * y + y * y) / 6.0 + 0.5 * d * d
                over, more = abs(x) - d, abs(y) - d
                # never greater than |y - x|, so nothing is lost where that is small
                if over > 0.0:
                    mean -= over * over * over / (6.0 * abs(y - x))
                if more > 0.0:
                    mean -= more * more * more / (6.0 * abs(y - x))
            total += -span * mean if (i < 2) == (j < 6) else span * mean
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _at_speeds(
    va: float,
    vb: float,
    a: Stretch,
    b: Stretch,
    gap: Offset,
    lane: tuple[float, float],
    work: FloatArray,
) -> float:
    """|v_a - v_b| V of two stretches whose people walk at va and vb."""
    h, d = 0.5 * lane[0], lane[1]
    (aux, auy, ha), (bux, buy, hb) = a, b
    dx, dy, pa, pb = gap
    vx, vy = aux * va - bux * vb, auy * va - buy * vb
    v = np.sqrt(vx * vx + vy * vy)
    if v < STANDSTILL:
        return 0.0
    # axes along the relative velocity, t, and across it, s
    tx, ty = vx / v, vy / v
    at, bt = aux * tx + auy * ty, bux * tx + buy * ty
    sa, sb = auy * tx - aux * ty, buy * tx - bux * ty
    cos, sin = abs(aux * bux + auy * buy), abs(aux * buy - auy * bux)
    # how far apart the rectangles may be on the axes of each, with the shift
    across = h + h * cos
    if (
        abs(pa) >= across + hb * sin + d * abs(at)
        or abs(pb) >= across + ha * sin + d * abs(bt)
        or abs(dx * aux + dy * auy) >= ha + hb * cos + h * sin + d * abs(sa)
        or abs(dx * bux + dy * buy) >= hb + ha * cos + h * sin + d * abs(sb)
    ):
        return 0.0
    # Where the centre lines cross, and how far lane width and shift spread that place: if all of
    # it lies within both stretches, the overlap is the same rhombus at every shift.
    if abs(pb) + across + d * abs(bt) <= ha * sin and abs(pa) + across + d * abs(at) <= hb * sin:
        return float(v * 8.0 * d * h * h / sin)
    _edges(0.0, 0.0, ha, h, at, sa, work, 0)
    _edges(dx * tx + dy * ty, dy * tx - dx * ty, hb, h, bt, sb, work, 4)
    return float(v * max(_within(work, d), 0.0))


@njit(cache=True, nogil=True, error_model="numpy")
def _meeting(
    lanes: FloatArray,
    p: int,
    q: int,
    cut: tuple[float, float, float, float],
    lane: tuple[float, float],
    terms: FloatArray,
    work: FloatArray,
) -> float:
    """Terms times |v_a - v_b| V, of stretches p from metre cut[0] to cut[1], q cut[2] to cut[3]."""
    h, d = 0.5 * lane[0], lane[1]
    aux, auy, bux, buy = lanes[p, 2], lanes[p, 3], lanes[q, 2], lanes[q, 3]
    ha, hb = 0.5 * (cut[1] - cut[0]), 0.5 * (cut[3] - cut[2])
    on_a, on_b = cut[0] + ha, cut[2] + hb
    dx = lanes[q, 0] + bux * on_b - lanes[p, 0] - aux * on_a
    dy = lanes[q, 1] + buy * on_b - lanes[p, 1] - auy * on_a
    pa, pb = dy * aux - dx * auy, dy * bux - dx * buy
    cos, sin = abs(aux * bux + auy * buy), abs(aux * buy - auy * bux)
    across, along = h + h * cos + d, h * sin + d
    if (
        abs(pa) >= across + hb * sin
        or abs(pb) >= across + ha * sin
        or abs(dx * aux + dy * auy) >= along + ha + hb * cos
        or abs(dx * bux + dy * buy) >= along + hb + ha * cos
    ):
        return 0.0
    g, h = int(lanes[p, 6]), int(lanes[q, 6])
    a, b, gap = (aux, auy, ha), (bux, buy, hb), (dx, dy, pa, pb)
    total = 0.0
    for k in range(terms.shape[2]):
        if terms[g, h, k, 2] == 0.0:
            break
        va, vb = terms[g, h, k, 0], terms[g, h, k, 1]
        total += terms[g, h, k, 2] * _at_speeds(va, vb, a, b, gap, lane, work)
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _before(lanes: FloatArray, p: int, q: int) -> bool:
    """Whether stretch p comes before q in an order that depends on nothing but the two."""
    for k in range(7):
        if lanes[p, k] != lanes[q, k]:
            return bool(lanes[p, k] < lanes[q, k])
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _pair(
    i: int,
    j: int,
    kept: tuple[float, float, float, float],
    lane: tuple[float, float],
    paths: Paths,
    terms: FloatArray,
    known: FloatArray,
    work: FloatArray,
) -> float:
    """Sum over the stretches of two flows, within the kept metres of each."""
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
                    value = _meeting(lanes, p, q, (low_p, high_p, low_q, high_q), lane, terms, work)
                else:
                    value = _meeting(lanes, q, p, (low_q, high_q, low_p, high_p), lane, terms, work)
            if whole:
                known[p, q] = value
                known[q, p] = value
            total += value
        walked += lanes[p, 4]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _row(
    flow: int,
    first: int,
    paths: Paths,
    flows: Flows,
    lane: tuple[float, float, float],
    known: FloatArray,
    work: FloatArray,
    row: FloatArray,
) -> None:
    """Encounters per hour of the flow with those from `first` on, into `row`."""
    _, spans, _ = paths
    rates, terms, ends = flows
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
        area = _pair(i, j, kept, (width, distance), paths, terms, known, work)
        row[other] = rates[i] * rates[j] * area / (3600.0 * width * width)


@njit(cache=True, nogil=True, error_model="numpy")
def pair_matrix(
    paths: Paths,
    flows: Flows,
    lane: tuple[float, float, float],
    known: FloatArray,
) -> FloatArray:
    """Encounters per hour of every pair; `flows` = rates, terms, ends; `lane` = w, d, handover."""
    m = flows[0].size
    work = np.empty((8, 4))
    pairs = np.zeros((m, m))
    for i in range(m):
        _row(i, i + 1, paths, flows, lane, known, work, pairs[i])
    for i in range(m):
        for j in range(i + 1, m):
            pairs[j, i] = pairs[i, j]
    return pairs


@njit(cache=True, nogil=True, error_model="numpy")
def changed_rows(
    paths: Paths,
    flows: Flows,
    lane: tuple[float, float, float],
    changed: IntArray,
    known: FloatArray,
) -> FloatArray:
    """Rows `(c, m)` of the pair matrix for the changed flows alone."""
    m = flows[0].size
    work = np.empty((8, 4))
    rows = np.zeros((changed.size, m))
    for c in range(changed.size):
        _row(changed[c], 0, paths, flows, lane, known, work, rows[c])
    return rows
