r"""Compiled rasters: where encounters happen, and how many people stand in each cell.

In: the stretches of the paths (`stretch_kernels`), the flows, the raster. Out: encounters per hour
of each cell, or of each place and pair; people per m².

The encounters of two stretches are spread over the midpoints of the two people. A midpoint m
belongs to all shifts s, \|s\| < d, with m - s e/2 in one lane and m + s e/2 in the other; the
length of that range of s, integrated over m, is the V of `encounter_kernels`. The range is exact
in each cell's centre, so only the sum over cells is approximate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    Paths = tuple[FloatArray, FloatArray, IntArray]
    Flows = tuple[FloatArray, FloatArray, IntArray]

__all__ = ["conflict_raster", "density_raster", "place_pairs"]

STANDSTILL = 1e-12


@njit(cache=True, nogil=True)
def _within(
    at: float, move: float, low: float, high: float, start: float, stop: float
) -> tuple[float, float]:
    """Part of (start, stop) in which low < at + s move < high."""
    if abs(move) < STANDSTILL:
        return (start, stop) if low < at < high else (1.0, 0.0)
    one, two = (low - at) / move, (high - at) / move
    if one > two:
        one, two = two, one
    return max(start, one), min(stop, two)


@njit(cache=True, nogil=True)
def _shifts(
    x: float,
    y: float,
    lanes: FloatArray,
    p: int,
    q: int,
    cut: tuple[float, float, float, float],
    e: tuple[float, float],
    lane: tuple[float, float, float],
) -> float:
    """Length of the range of s for which two people s e apart round (x, y) are in p and q."""
    h, d = 0.5 * lane[0], lane[1]
    low, high = -d, d
    for turn in range(2):
        k, half = (p, -0.5) if turn == 0 else (q, 0.5)
        ux, uy = lanes[k, 2], lanes[k, 3]
        dx, dy = x - lanes[k, 0], y - lanes[k, 1]
        along, across = e[0] * ux + e[1] * uy, e[1] * ux - e[0] * uy
        low, high = _within(dy * ux - dx * uy, half * across, -h, h, low, high)
        low, high = _within(
            dx * ux + dy * uy, half * along, cut[2 * turn], cut[2 * turn + 1], low, high
        )
        if high <= low:
            return 0.0
    return high - low


@njit(cache=True, nogil=True)
def _box(
    one: FloatArray,
    other: FloatArray,
    reach: float,
    raster: tuple[float, float, float, int, int],
) -> tuple[int, int, int, int]:
    """Columns and rows, first and after the last, of the cells within reach of two boxes.

    A box is xmin, ymin, xmax, ymax, of a stretch or of a whole path.
    """
    left, bottom, cell, rows, columns = raster
    x1 = max(one[0], other[0]) - reach
    y1 = max(one[1], other[1]) - reach
    x2 = min(one[2], other[2]) + reach
    y2 = min(one[3], other[3]) + reach
    return (
        max(0, int(np.floor((x1 - left) / cell))),
        min(columns, int(np.ceil((x2 - left) / cell))),
        max(0, int(np.floor((y1 - bottom) / cell))),
        min(rows, int(np.ceil((y2 - bottom) / cell))),
    )


@njit(cache=True, nogil=True)
def _kept(
    i: int, j: int, spans: FloatArray, ends: IntArray, handover: float
) -> tuple[float, float, float, float]:
    """Metres of each path that count for this pair; see `encounters` on shared ends."""
    i_low, i_high, j_low, j_high = 0.0, spans[i, 4], 0.0, spans[j, 4]
    if (ends[i, 0] >= 0 and ends[i, 0] == ends[j, 0]) or (
        ends[i, 1] >= 0 and ends[i, 1] == ends[j, 1]
    ):
        return 0.0, 0.0, 0.0, 0.0
    if ends[i, 1] >= 0 and ends[i, 1] == ends[j, 0]:
        i_high -= handover
        j_low += handover
    if ends[i, 0] >= 0 and ends[i, 0] == ends[j, 1]:
        i_low += handover
        j_high -= handover
    return i_low, i_high, j_low, j_high


@njit(cache=True, nogil=True)
def _spread(
    i: int,
    j: int,
    factor: float,
    paths: Paths,
    kept: tuple[float, float, float, float],
    lane: tuple[float, float, float],
    raster: tuple[float, float, float, int, int],
    heat: FloatArray,
) -> None:
    """Add the encounters of two flows to the cells."""
    lanes, _, steps = paths
    left, bottom, cell, _, _ = raster
    reach = 0.5 * (lane[0] + lane[1])
    walked = 0.0
    for k in range(steps.shape[1]):
        p = steps[i, k]
        if p < 0:
            break
        passed = 0.0
        for n in range(steps.shape[1]):
            q = steps[j, n]
            if q < 0:
                break
            low_p, high_p = max(0.0, kept[0] - walked), min(lanes[p, 4], kept[1] - walked)
            low_q, high_q = max(0.0, kept[2] - passed), min(lanes[q, 4], kept[3] - passed)
            passed += lanes[q, 4]
            vx = lanes[p, 2] * lanes[p, 6] - lanes[q, 2] * lanes[q, 6]
            vy = lanes[p, 3] * lanes[p, 6] - lanes[q, 3] * lanes[q, 6]
            v = np.sqrt(vx * vx + vy * vy)
            if high_p <= low_p or high_q <= low_q or v < STANDSTILL:
                continue
            cut, e = (low_p, high_p, low_q, high_q), (-vy / v, vx / v)
            first, last, below, above = _box(lanes[p, 7:11], lanes[q, 7:11], reach, raster)
            for row in range(below, above):
                for column in range(first, last):
                    x, y = left + (column + 0.5) * cell, bottom + (row + 0.5) * cell
                    s = _shifts(x, y, lanes, p, q, cut, e, lane)
                    heat[row, column] += factor * v * s * cell * cell
        walked += lanes[p, 4]


@njit(cache=True, nogil=True)
def conflict_raster(
    paths: Paths,
    flows: Flows,
    lane: tuple[float, float, float],
    weights: FloatArray,
    raster: tuple[float, float, float, int, int],
) -> FloatArray:
    """Weighted encounters per hour of each cell; raster = left, bottom, cell, rows, columns."""
    rates, speeds, ends = flows
    reach = 0.5 * (lane[0] + lane[1])
    heat = np.zeros((raster[3], raster[4]))
    for i in range(rates.size):
        for j in range(i + 1, rates.size):
            kept = _kept(i, j, paths[1], ends, lane[2])
            factor = weights[i, j] * rates[i] * rates[j]
            factor /= 3600.0 * speeds[i] * speeds[j] * lane[0] * lane[0]
            first, last, below, above = _box(paths[1][i, :4], paths[1][j, :4], reach, raster)
            if factor > 0.0 and first < last and below < above:
                _spread(i, j, factor, paths, kept, lane, raster, heat)
    return heat


@njit(cache=True, nogil=True)
def place_pairs(
    paths: Paths,
    flows: Flows,
    lane: tuple[float, float, float],
    weights: FloatArray,
    raster: tuple[float, float, float, int, int],
    place: IntArray,
    places: int,
) -> FloatArray:
    """Sum of each pair in each place `(places, m, m)`; `place` numbers the cells, -1 is none."""
    rates, speeds, ends = flows
    m, reach = rates.size, 0.5 * (lane[0] + lane[1])
    found = np.zeros((places, m, m))
    heat = np.zeros((raster[3], raster[4]))
    for i in range(m):
        for j in range(i + 1, m):
            kept = _kept(i, j, paths[1], ends, lane[2])
            factor = weights[i, j] * rates[i] * rates[j]
            factor /= 3600.0 * speeds[i] * speeds[j] * lane[0] * lane[0]
            first, last, below, above = _box(paths[1][i, :4], paths[1][j, :4], reach, raster)
            if factor <= 0.0 or first >= last or below >= above:
                continue
            heat[below:above, first:last] = 0.0
            _spread(i, j, factor, paths, kept, lane, raster, heat)
            for row in range(below, above):
                for column in range(first, last):
                    if heat[row, column] > 0.0 and place[row, column] >= 0:
                        found[place[row, column], i, j] += heat[row, column]
    return found


@njit(cache=True, nogil=True)
def density_raster(
    paths: Paths,
    flows: Flows,
    width: float,
    raster: tuple[float, float, float, int, int],
) -> FloatArray:
    """People per m² in each cell's centre, from all flows whose lane covers it."""
    lanes, _, steps = paths
    rates, speeds, _ = flows
    left, bottom, cell, rows, columns = raster
    density = np.zeros((rows, columns))
    for i in range(rates.size):
        people = rates[i] / (3600.0 * speeds[i] * width)
        for k in range(steps.shape[1]):
            p = steps[i, k]
            if p < 0:
                break
            first, last, below, above = _box(lanes[p, 7:11], lanes[p, 7:11], 0.5 * width, raster)
            for row in range(below, above):
                for column in range(first, last):
                    dx = left + (column + 0.5) * cell - lanes[p, 0]
                    dy = bottom + (row + 0.5) * cell - lanes[p, 1]
                    along = dx * lanes[p, 2] + dy * lanes[p, 3]
                    across = dy * lanes[p, 2] - dx * lanes[p, 3]
                    if 0.0 <= along < lanes[p, 4] and -0.5 * width <= across < 0.5 * width:
                        density[row, column] += people
    return density
