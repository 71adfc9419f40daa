"""Compiled kernels of the path engine: visibility, static distances, routes around fixtures.

In: plain numpy arrays laid out by `walk.shell` (walls, corners, taut links) and `walk.moves`
(fixtures, legs, paths). Out: the same arrays, filled. Everything is in metres.

All kernels live in this one module: numba's cache on disk watches a function's own file only, so
a kernel inlined from another module could go stale.

Two rules carry everything:

*Epsilon rule.* Walls and fixtures are inflated by radius + EPS / 2 and closed: a segment that
touches one is blocked. Corners (nodes) stand at radius + EPS, so that no path ever touches what
it slides along, and no case of collinearity or contact is special.

*Lazy obstacles.* A search knows only the obstacles that have blocked one of its segments. The
shortest path among some of the obstacles is never longer than among all of them; once it is free
of all, it is the shortest. The obstacles a search has met are therefore a proof of its result:
moving any other fixture cannot shorten the path.

A corner that no taut path can leave is not reached at all, so the way by which a corner was first
reached may be longer than one round an obstacle met later: then the corner is opened again.
"""

from __future__ import annotations

import logging
import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    Links = tuple[IntArray, IntArray, FloatArray]

logger = logging.getLogger(__name__)

# Kernels take many arrays; one a line would double the module.
# fmt: off

EPS = 2e-8
"""Corners stand this much (metres) outside the inflated obstacles."""
SNAP = 1e-5
"""A standing point this deep (metres) inside an inflated obstacle is moved out of it."""
SLACK = 5 * EPS
"""Offset (metres) up to which a bend counts as taut; larger than what EPS can do."""
GAIN = 1e-11
"""A closed corner is opened again for a way shorter by this (metres): more than rounding."""
BEND_COST = 1e-9
"""A bend costs 1 to 2 of these (metres), so that equal lengths have one winner."""
TURN = 48
"""Corners that a search closes before the other end has a turn; then twice as many, and so on."""
FREE, WALL, ABSENT = -1, -2, -3
"""What stands on an end of a leg: nothing, a wall, or there is no end; else a fixture's row."""
UNKNOWN, WALLS = -5, -10
"""What covers a corner: not looked at yet, wall group g (WALLS - g); else as above."""
HEAP_FULL, PATH_FULL, NO_SUCH_ROW = -1, -2, -3
"""Why a move was not carried out."""
DENSE = 600
"""Up to this many corners Floyd-Warshall is faster than a Dijkstra search a corner."""
TILE = 256
"""Points that are joined at a time, so that what belongs to them stays in the cache."""
FAN = 512
"""Sectors of the fan that settles most questions of sight between many points."""
OCTANT = math.tan(math.pi / 8)

# --- the arrays that a search works on ---------------------------------------------------------
#
# Everything about a shell lies in one float and one integer array, and so does everything about
# a layout: a call from Python then costs one microsecond and not ten. Both integer arrays start
# with HEADER numbers: first the few below, from SIZES on the sizes, from FLOATS and INTS on where
# each block starts.

REROUTED, MOVED, EPOCH, CHANGED = 0, 1, 2, 3
SIZES, FLOATS, INTS, HEADER = 4, 16, 32, 64
X, Y, E1X, E1Y, E2X, E2Y, BEND, PART, GROUP, COST, DX, DY, STEP, SIDE, WIDTH = range(15)
"""Columns of a node: place, its two edges, cost of a bend, part, group of walls; then what a
search has found: cost so far, the step that led here and its length, the side of the obstacle."""
KNOWN = 0


class Body(NamedTuple):
    """The body that walks: `wide` is its radius with the margin, `shell` the shell's corners."""

    radius: float
    wide: float
    octant: float
    corners: int
    shell: int


class Space(NamedTuple):
    """The arrays of a shell; see `shell.Shell`."""

    grid: FloatArray
    walls: FloatArray
    rims: FloatArray
    node: FloatArray
    cell_start: IntArray
    cell_edge: IntArray
    rim_start: IntArray
    rim_edge: IntArray
    group_start: IntArray


class Fixtures(NamedTuple):
    """Footprints (and those before the last move), inflated outlines, what covers a corner."""

    pose: FloatArray
    old_pose: FloatArray
    box: FloatArray
    cover: IntArray
    moved: IntArray
    queue: IntArray


class Legs(NamedTuple):
    """Legs with their routes; `used` has a bit for each fixture that the route rests on."""

    ends: FloatArray
    lengths: FloatArray
    costs: FloatArray
    points: FloatArray
    blocked: IntArray
    counts: IntArray
    nodes: IntArray
    used: IntArray
    touched: IntArray
    changed: IntArray
    flag: IntArray


class Hunt(NamedTuple):
    """The room of one search: nodes, what is closed and what is known, the heap."""

    head: IntArray
    node: FloatArray
    key: FloatArray
    link: IntArray
    stamp: IntArray
    parent: IntArray
    closed: IntArray
    known: IntArray
    group_on: IntArray
    sizes: IntArray
    met: IntArray


class State(NamedTuple):
    """A layout under search: fixtures, legs, legs before the last move, room to search."""

    fixtures: Fixtures
    legs: Legs
    saved: Legs
    hunt: Hunt


def pack_space(
    radius: float, corners: int, floats: Sequence[FloatArray], ints: Sequence[IntArray]
) -> tuple[FloatArray, IntArray]:
    """Return the arrays of a shell in one float and one integer array, for `space_views`."""
    header = np.zeros(HEADER, dtype=np.int64)
    header[SIZES : SIZES + 3] = corners, len(floats[3]), len(ints[4]) - 1
    header[FLOATS : FLOATS + len(floats) + 1] = np.cumsum([1, *(a.size for a in floats)])
    header[INTS : INTS + len(ints) + 1] = np.cumsum([HEADER, *(a.size for a in ints)])
    flat = [np.ravel(a) for a in floats]
    return np.concatenate([[radius], *flat]), np.concatenate([header, *ints])


@njit(cache=True, nogil=True)
def body_of(f: FloatArray, i: IntArray) -> Body:
    """Return the body that a packed shell is for."""
    corners = i[SIZES]
    octant = 1.0 if corners == 4 else OCTANT
    return Body(f[0], f[0] + 0.5 * EPS, octant, corners, i[SIZES + 1])


@njit(cache=True, nogil=True)
def space_views(f: FloatArray, i: IntArray) -> Space:
    """Return the arrays of a packed shell."""
    a, b = i[FLOATS:INTS], i[INTS:HEADER]
    return Space(
        f[a[0] : a[1]], f[a[1] : a[2]].reshape((-1, 6)), f[a[2] : a[3]].reshape((-1, 6)),
        f[a[3] : a[4]].reshape((-1, WIDTH)), i[b[0] : b[1]], i[b[1] : b[2]], i[b[2] : b[3]],
        i[b[3] : b[4]], i[b[4] : b[5]],
    )


@lru_cache(maxsize=64)
def _lay_out(
    corners: int, shell: int, groups: int, boxes: int, legs: int, bends: int, offers: int
) -> IntArray:
    """Return the header of a layout's integer array."""
    words = max(1, (boxes + 63) // 64)
    total = shell + corners * boxes + 2
    rows = [4 * legs, legs, legs, 2 * legs * bends]
    floats = [5 * boxes, 5 * boxes, 9 * boxes, *rows, *rows, WIDTH * total, offers]
    rows = [2 * legs, legs, legs * bends, legs * words]
    ints = [corners * boxes, boxes, boxes, *rows, *rows, 3 * legs, offers, 4 * total, groups, words]
    header = np.zeros(HEADER, dtype=np.int64)
    header[SIZES : SIZES + 4] = boxes, legs, bends, words
    header[FLOATS : FLOATS + len(floats) + 1] = np.cumsum([0, *floats])
    header[INTS : INTS + len(ints) + 1] = np.cumsum([HEADER, *ints])
    return header


def lay_out(
    space_i: IntArray, *, boxes: int, legs: int, bends: int, offers: int
) -> tuple[FloatArray, IntArray]:
    """Return the two arrays of a layout, not yet filled, for `state_views`.

    Room for `bends` points a path and for `offers` corners on offer in a search.
    """
    corners, shell, groups = space_i[SIZES : SIZES + 3].tolist()
    header = _lay_out(corners, shell, groups, boxes, legs, bends, offers)
    i = np.empty(header[INTS + 16], dtype=np.int64)
    i[:HEADER] = header
    return np.empty(header[FLOATS + 13]), i


def enlarge(
    space_i: IntArray, f: FloatArray, i: IntArray, code: int
) -> tuple[FloatArray, IntArray]:
    """Return a copy of a layout's two arrays with twice the room that `code` found too small."""
    boxes, legs, bends, _ = i[SIZES : SIZES + 4].tolist()
    offers = int(i[INTS + 13] - i[INTS + 12])
    new_f, new_i = lay_out(
        space_i, boxes=boxes, legs=legs, bends=2 * bends if code == PATH_FULL else bends,
        offers=2 * offers if code == HEAP_FULL else offers,
    )
    new_i[:SIZES] = i[:SIZES]
    new_i[HEADER:] = 0
    old, new = state_views(f, i), state_views(new_f, new_i)
    for was, now in zip((*old.fixtures, *old.legs), (*new.fixtures, *new.legs), strict=True):
        if was.shape == now.shape:
            now[:] = was
        else:
            now[:, :bends] = was
    new.hunt.node[:] = old.hunt.node
    return new_f, new_i


@njit(cache=True, nogil=True)
def state_views(f: FloatArray, i: IntArray) -> State:
    """Return the arrays of a layout."""
    n, m, bends, words = i[SIZES], i[SIZES + 1], i[SIZES + 2], i[SIZES + 3]
    a, b = i[FLOATS:INTS], i[INTS:HEADER]
    fixtures = Fixtures(
        f[a[0] : a[1]].reshape((n, 5)), f[a[1] : a[2]].reshape((n, 5)),
        f[a[2] : a[3]].reshape((9, n)), i[b[0] : b[1]], i[b[1] : b[2]], i[b[2] : b[3]],
    )
    lists = i[b[11] : b[12]].reshape((3, m))
    legs = Legs(
        f[a[3] : a[4]].reshape((m, 4)), f[a[4] : a[5]], f[a[5] : a[6]],
        f[a[6] : a[7]].reshape((m, bends, 2)), i[b[3] : b[4]].reshape((m, 2)), i[b[4] : b[5]],
        i[b[5] : b[6]].reshape((m, bends)), i[b[6] : b[7]].reshape((m, words)), lists[0],
        lists[1], lists[2],
    )
    saved = Legs(
        f[a[7] : a[8]].reshape((m, 4)), f[a[8] : a[9]], f[a[9] : a[10]],
        f[a[10] : a[11]].reshape((m, bends, 2)), i[b[7] : b[8]].reshape((m, 2)), i[b[8] : b[9]],
        i[b[9] : b[10]].reshape((m, bends)), i[b[10] : b[11]].reshape((m, words)), lists[0],
        lists[1], lists[2],
    )
    node = f[a[11] : a[12]].reshape((-1, WIDTH))
    room = i[b[13] : b[14]].reshape((4, -1))
    hunt = Hunt(
        i[:SIZES], node, f[a[12] : a[13]], i[b[12] : b[13]], room[0], room[1], room[2], room[3],
        i[b[14] : b[15]], i[SIZES + 8 : SIZES + 12], i[b[15] : b[16]],
    )
    return State(fixtures, legs, saved, hunt)


@njit(cache=True, nogil=True)
def _length(dx: float, dy: float) -> float:
    """Return the length of a vector; faster than `hypot`, and no plan is 1e150 m wide."""
    return math.sqrt(dx * dx + dy * dy)


# --- walls -------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _edges_cross(
    ax: float, ay: float, bx: float, by: float, px: float, py: float, qx: float, qy: float
) -> bool:
    """Say whether the closed segments ab and pq meet."""
    dx, dy = bx - ax, by - ay
    c1 = dx * (py - ay) - dy * (px - ax)
    c2 = dx * (qy - ay) - dy * (qx - ax)
    if (c1 > 0.0 and c2 > 0.0) or (c1 < 0.0 and c2 < 0.0):
        return False
    ex, ey = qx - px, qy - py
    c3 = ex * (ay - py) - ey * (ax - px)
    c4 = ex * (by - py) - ey * (bx - px)
    if (c3 > 0.0 and c4 > 0.0) or (c3 < 0.0 and c4 < 0.0):
        return False
    if c1 == 0.0 and c2 == 0.0:  # on one line: compare the extents
        return max(min(ax, bx), min(px, qx)) <= min(max(ax, bx), max(px, qx)) and max(
            min(ay, by), min(py, qy)
        ) <= min(max(ay, by), max(py, qy))
    return True


@njit(cache=True, nogil=True)
def sort_edges(edges: FloatArray, grid: FloatArray) -> tuple[IntArray, IntArray]:
    """Return (start, edge): the edges that pass through each cell, with a margin."""
    columns, rows = int(grid[3]), int(grid[4])
    start = np.zeros(columns * rows + 1, np.int64)
    edge = np.empty(0, np.int64)
    fill = start
    for placing in range(2):
        for k in range(edges.shape[0]):
            ux, uy = (edges[k, 0] - grid[0]) * grid[2], (edges[k, 1] - grid[1]) * grid[2]
            vx, vy = (edges[k, 2] - grid[0]) * grid[2], (edges[k, 3] - grid[1]) * grid[2]
            if uy > vy:
                ux, uy, vx, vy = vx, vy, ux, uy
            first = max(math.floor(uy - 1e-6), 0)
            last = min(math.floor(vy + 1e-6), rows - 1)
            slope = (vx - ux) / (vy - uy) if vy - uy > 1e-6 else 0.0
            for row in range(first, last + 1):
                lo, hi = ux, vx
                if slope != 0.0:
                    lo = ux + min(max(row - 1e-6 - uy, 0.0), vy - uy) * slope
                    hi = ux + min(max(row + 1 + 1e-6 - uy, 0.0), vy - uy) * slope
                left = max(math.floor(min(lo, hi) - 1e-6), 0)
                right = min(math.floor(max(lo, hi) + 1e-6), columns - 1)
                for c in range(row * columns + left, row * columns + right + 1):
                    if placing == 0:
                        start[c + 1] += 1
                    else:
                        edge[fill[c]] = k
                        fill[c] += 1
        if placing == 0:
            start = np.cumsum(start)
            fill = start[:-1].copy()
            edge = np.empty(start[-1], np.int64)
    return start, edge


@njit(cache=True, nogil=True)
def wall_hit(
    ax: float, ay: float, bx: float, by: float, part: int, walls: FloatArray, grid: FloatArray,
    cell_start: IntArray, cell_edge: IntArray,
) -> int:
    """Return the index of a wall edge of one part that segment ab touches, or -1.

    `walls` rows are x1, y1, x2, y2, part, group. A segment between two points of a part can meet
    the walls of another only behind its own, so those say nothing about what to walk round.

    `grid` is (x0, y0, 1 / cell, columns, rows). Row by row, all cells over the segment's extent
    in that row are looked at, with a margin, so nothing can slip through a cell's corner.
    """
    x0, y0, inv = grid[0], grid[1], grid[2]
    columns, rows = int(grid[3]), int(grid[4])
    ux, uy, vx, vy = (ax - x0) * inv, (ay - y0) * inv, (bx - x0) * inv, (by - y0) * inv
    if uy > vy:
        ux, uy, vx, vy = vx, vy, ux, uy
    first = max(math.floor(uy - 1e-7), 0)
    last = min(math.floor(vy + 1e-7), rows - 1)
    slope = (vx - ux) / (vy - uy) if vy - uy > 1e-6 else 0.0
    for row in range(first, last + 1):
        lo, hi = ux, vx
        if slope != 0.0:
            if row > first:
                lo = ux + (row - uy) * slope
            if row < last:
                hi = ux + (row + 1 - uy) * slope
        if lo > hi:
            lo, hi = hi, lo
        left = max(math.floor(lo - 1e-6), 0)
        right = min(math.floor(hi + 1e-6), columns - 1)
        base = row * columns
        for at in range(cell_start[base + left], cell_start[base + right + 1]):
            k = cell_edge[at]
            if walls[k, 4] == part and _edges_cross(
                ax, ay, bx, by, walls[k, 0], walls[k, 1], walls[k, 2], walls[k, 3]
            ):
                return int(k)
    return -1


@njit(cache=True, nogil=True)
def _bin(dx: float, dy: float) -> int:
    """Return the sector of a fan that a direction lies in, counter-clockwise from the x axis."""
    t = dy / (abs(dx) + abs(dy))
    if dx < 0.0:
        t = 2.0 - t
    elif dy < 0.0:
        t += 4.0
    return min(int(t * (FAN / 4)), FAN - 1)


@njit(cache=True, nogil=True)
def fan_rays() -> FloatArray:
    """Return the directions between the sectors of a fan."""
    rays = np.empty((FAN + 1, 2))
    for b in range(FAN + 1):
        t = b * 4.0 / FAN
        x = 1.0 - t if t <= 2.0 else t - 3.0
        y = t if t <= 1.0 else (2.0 - t if t <= 3.0 else t - 4.0)
        rays[b, 0], rays[b, 1] = x / _length(x, y), y / _length(x, y)
    return rays


@njit(cache=True, nogil=True)
def _open_fan(
    x: float, y: float, part: int, walls: FloatArray, rays: FloatArray, near: FloatArray,
    far: FloatArray,
) -> None:
    """Find for each sector round a point how far surely nothing is, and from where all is hidden.

    `near`: no wall of the part is nearer in that sector. `far`: one edge spans the sector, and
    nothing beyond is seen. What lies between is for `wall_hit` to say.
    """
    near[:] = np.inf
    far[:] = np.inf
    short = math.cos(8.0 / FAN)  # a chord across a sector comes at most this much nearer
    for k in range(walls.shape[0]):
        if walls[k, 4] != part:
            continue
        px, py, qx, qy = walls[k, 0] - x, walls[k, 1] - y, walls[k, 2] - x, walls[k, 3] - y
        if px * qy - py * qx < 0.0:  # seen from behind: another edge is in front of it
            continue
        b, last = _bin(px, py), _bin(qx, qy)
        if (last - b) % FAN > FAN // 2 + 1:  # seen end on
            b, last = last, b
        ex, ey = qx - px, qy - py
        turn = px * ey - py * ex
        at = min(_length(px, py), _length(qx, qy)) if b == last else _length(px, py)
        while b != last:
            ray = rays[b + 1]
            across = ray[0] * ey - ray[1] * ex
            on = turn / across if across > 1e-12 else 0.0
            near[b] = min(near[b], short * min(at, on))
            following = 0 if b + 1 == FAN else b + 1
            if following != last and on > 0.0:
                next_across = rays[following + 1, 0] * ey - rays[following + 1, 1] * ex
                if next_across > 1e-12:
                    far[following] = min(far[following], max(on, turn / next_across) + 1e-9)
            at, b = on, following
        near[last] = min(near[last], short * min(at, _length(qx, qy)))


# --- the shell: corners that see each other, shortest ways between them ------------------------


@njit(cache=True, nogil=True)
def _tangent(dx: float, dy: float, e1x: float, e1y: float, e2x: float, e2y: float) -> bool:
    """Say whether a line along d only grazes the corner with edges e1 and e2."""
    c1 = dx * e1y - dy * e1x
    c2 = dx * e2y - dy * e2x
    return (c1 >= -SLACK and c2 >= -SLACK) or (c1 <= SLACK and c2 <= SLACK)


@njit(cache=True, nogil=True)
def link_corners(
    node: FloatArray, walls: FloatArray, grid: FloatArray, cell_start: IntArray, cell_edge: IntArray
) -> Links:
    """Return (start, to, length): every corner's taut, free segments to other corners."""
    n = node.shape[0]
    pairs = np.empty((max(16, 8 * n), 2), np.int64)
    count = 0
    degree = np.zeros(n + 1, np.int64)
    for i in range(n):
        for j in range(i + 1, n):
            a, b = node[i], node[j]
            if a[PART] != b[PART]:
                continue
            dx, dy = b[X] - a[X], b[Y] - a[Y]
            if not _tangent(dx, dy, a[E1X], a[E1Y], a[E2X], a[E2Y]):
                continue
            if not _tangent(dx, dy, b[E1X], b[E1Y], b[E2X], b[E2Y]):
                continue
            if wall_hit(a[X], a[Y], b[X], b[Y], a[PART], walls, grid, cell_start, cell_edge) >= 0:
                continue
            if count == pairs.shape[0]:
                more = np.empty((2 * count, 2), np.int64)
                more[:count] = pairs
                pairs = more
            pairs[count, 0], pairs[count, 1] = i, j
            degree[i + 1] += 1
            degree[j + 1] += 1
            count += 1
    start = np.cumsum(degree)
    to = np.empty(2 * count, np.int64)
    length = np.empty(2 * count, np.float64)
    fill = start[:-1].copy()
    for k in range(count):
        i, j = pairs[k, 0], pairs[k, 1]
        d = _length(node[j, X] - node[i, X], node[j, Y] - node[i, Y])
        to[fill[i]], length[fill[i]] = j, d
        to[fill[j]], length[fill[j]] = i, d
        fill[i] += 1
        fill[j] += 1
    return start, to, length


@njit(cache=True, nogil=True)
def _sift_down(key: FloatArray, node: IntArray, where: IntArray, size: int) -> None:
    """Restore the heap of `node` by `key` after its top was replaced."""
    i = 0
    top = node[0]
    k = key[top]
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and key[node[child + 1]] < key[node[child]]:
            child += 1
        if key[node[child]] >= k:
            break
        node[i] = node[child]
        where[node[i]] = i
        i = child
    node[i] = top
    where[top] = i


@njit(cache=True, nogil=True)
def _sift_up(key: FloatArray, node: IntArray, where: IntArray, i: int) -> None:
    """Restore the heap of `node` by `key` after the key at place i fell."""
    moving = node[i]
    k = key[moving]
    while i > 0:
        up = (i - 1) // 2
        if key[node[up]] <= k:
            break
        node[i] = node[up]
        where[node[i]] = i
        i = up
    node[i] = moving
    where[moving] = i


@njit(cache=True, nogil=True)
def settle(
    distance: FloatArray, start: IntArray, to: IntArray, length: FloatArray, heap: IntArray,
    where: IntArray,
) -> None:
    """Complete `distance` (some entries finite) to shortest ways over the links, in place."""
    n = distance.shape[0]
    size = 0
    for i in range(n):
        where[i] = -1
        if distance[i] < np.inf:
            heap[size] = i
            where[i] = size
            size += 1
            _sift_up(distance, heap, where, size - 1)
    while size > 0:
        u = heap[0]
        size -= 1
        where[u] = -2
        if size > 0:
            heap[0] = heap[size]
            where[heap[0]] = 0
            _sift_down(distance, heap, where, size)
        base = distance[u]
        for at in range(start[u], start[u + 1]):
            d = base + length[at]
            w = to[at]
            if d < distance[w]:
                distance[w] = d
                if where[w] < 0:
                    heap[size] = w
                    where[w] = size
                    size += 1
                _sift_up(distance, heap, where, where[w])


@njit(cache=True, nogil=True)
def _lower(row: FloatArray, other: FloatArray, more: float) -> None:
    """Lower each entry of a row to that of another row plus `more` where that is less."""
    for c in range(row.shape[0]):
        row[c] = min(row[c], more + other[c])


@njit(cache=True, nogil=True)
def reach_table(start: IntArray, to: IntArray, length: FloatArray) -> FloatArray:
    """Return the shortest way over the links between every two corners, (n, n).

    Floyd-Warshall, which runs on vector units; above DENSE corners one Dijkstra search a corner.
    """
    n = start.shape[0] - 1
    table = np.full((n, n), np.inf)
    heap = np.empty(n, np.int64)
    where = np.empty(n, np.int64)
    for i in range(n):
        table[i, i] = 0.0
        if n > DENSE:
            settle(table[i], start, to, length, heap, where)
        else:
            for at in range(start[i], start[i + 1]):
                table[i, to[at]] = length[at]
    for k in range(n if n <= DENSE else 0):
        for i in range(n):
            if table[i, k] < np.inf:
                _lower(table[i], table[k], table[i, k])
    return table


# --- points in the shell -----------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _nearest_rim(x: float, y: float, rims: FloatArray) -> tuple[float, float, float, int]:
    """Return (distance, x, y, edge) of the rim point nearest to (x, y)."""
    best, bx, by, edge = np.inf, x, y, -1
    for k in range(rims.shape[0]):
        px, py = rims[k, 0], rims[k, 1]
        dx, dy = rims[k, 2] - px, rims[k, 3] - py
        f = ((x - px) * dx + (y - py) * dy) / (dx * dx + dy * dy)
        f = min(max(f, 0.0), 1.0)
        qx, qy = px + f * dx, py + f * dy
        d = _length(x - qx, y - qy)
        if d < best:
            best, bx, by, edge = d, qx, qy, k
    return best, bx, by, edge


@njit(cache=True, nogil=True)
def locate(
    x: float, y: float, tolerance: float, rims: FloatArray, grid: FloatArray, rim_start: IntArray,
    rim_edge: IntArray,
) -> tuple[int, int, float, float]:
    """Return (part, group, x, y): where the point is, moved inside if need be.

    A ray to the right finds the nearest rim; rims run with the walkable side on their left. A
    point up to `tolerance` outside is moved onto the rim. Part -1 is outside; the group is then
    the obstacle that holds the point, or -1 if the ray met none.
    """
    found = -1
    columns, rows = int(grid[3]), int(grid[4])
    if rims.shape[0] == 0 or not (math.isfinite(x) and math.isfinite(y)):
        return -1, -1, x, y
    row, column = math.floor((y - grid[1]) * grid[2]), math.floor((x - grid[0]) * grid[2])
    if 0 <= row < rows and column < columns:
        base = row * columns
        near = np.inf
        for at in range(rim_start[base + max(column, 0)], rim_start[base + columns]):
            k = rim_edge[at]
            y1, y2 = rims[k, 1], rims[k, 3]
            if (y1 <= y) == (y2 <= y):
                continue
            cross = rims[k, 0] + (y - y1) / (y2 - y1) * (rims[k, 2] - rims[k, 0])
            if x < cross < near:
                near, found = cross, k
        if found >= 0 and rims[found, 3] > rims[found, 1]:
            return int(rims[found, 4]), -1, x, y
    if tolerance > 0.0:
        d, qx, qy, k = _nearest_rim(x, y, rims)
        if d <= tolerance:
            return int(rims[k, 4]), -1, qx, qy
    return -1, int(rims[found, 5]) if found >= 0 else -1, x, y


@njit(cache=True, nogil=True)
def locate_all(points: FloatArray, tolerance: float, space: Space) -> tuple[IntArray, FloatArray]:
    """Return (part, moved points) of many points; see `locate`."""
    part = np.empty(points.shape[0], np.int64)
    moved = np.empty_like(points)
    for i in range(points.shape[0]):
        part[i], _, moved[i, 0], moved[i, 1] = locate(
            points[i, 0], points[i, 1], tolerance, space.rims, space.grid, space.rim_start,
            space.rim_edge,
        )
    return part, moved


@njit(cache=True, nogil=True)
def link_points(points: FloatArray, part: IntArray, space: Space) -> Links:
    """Return (start, to, length): the corners that each point sees and may turn at."""
    n = points.shape[0]
    node = space.node
    start = np.zeros(n + 1, np.int64)
    to = np.empty(max(16, 16 * n), np.int64)
    length = np.empty(to.shape[0], np.float64)
    count = 0
    rays, near, far = fan_rays(), np.empty(FAN), np.empty(FAN)
    fanned = node.shape[0] >= 96
    sector = 0
    for i in range(n):
        x, y = points[i, 0], points[i, 1]
        if part[i] < 0:
            start[i + 1] = count
            continue
        if fanned:
            _open_fan(x, y, part[i], space.walls, rays, near, far)
        for c in range(node.shape[0]):
            dx, dy = node[c, X] - x, node[c, Y] - y
            if node[c, PART] != part[i] or not _tangent(
                dx, dy, node[c, E1X], node[c, E1Y], node[c, E2X], node[c, E2Y]
            ):
                continue
            d = _length(dx, dy)
            if fanned:
                sector = _bin(dx, dy) if d > 0.0 else 0
                if d > far[sector]:
                    continue
            if (not fanned or d >= near[sector]) and wall_hit(
                x, y, node[c, X], node[c, Y], part[i], space.walls, space.grid, space.cell_start,
                space.cell_edge,
            ) >= 0:
                continue
            if count == to.shape[0]:
                to = np.concatenate((to, to))
                length = np.concatenate((length, length))
            to[count] = c
            length[count] = d
            count += 1
        start[i + 1] = count
    return start, to[:count].copy(), length[:count].copy()


@njit(cache=True, nogil=True)
def spread(seen: Links, table: FloatArray, links: Links) -> FloatArray:
    """Return the distance of each point to each corner, (n, corners).

    Uses the table between corners if there is one (not empty), else a search per point.
    """
    start, to, length = seen
    n, corners = start.shape[0] - 1, links[0].shape[0] - 1
    rows = np.full((n, corners), np.inf)
    heap = np.empty(corners, np.int64)
    where = np.empty(corners, np.int64)
    for i in range(n):
        row = rows[i]
        for at in range(start[i], start[i + 1]):
            if table.shape[0] > 0:
                _lower(row, table[to[at]], length[at])
            else:
                row[to[at]] = length[at]
        if table.shape[0] == 0:
            settle(row, links[0], links[1], links[2], heap, where)
    return rows


@njit(cache=True, nogil=True)
def join(
    a: FloatArray, part_a: IntArray, rows: FloatArray, b: FloatArray, part_b: IntArray,
    seen_b: Links, same: bool, space: Space,
) -> FloatArray:
    """Return all distances a to b: straight if they see each other, else over corners."""
    n, m = a.shape[0], b.shape[0]
    out = np.full((n, m), np.inf)
    _over_corners(out, rows, seen_b, same)
    rays, near, far = fan_rays(), np.empty(FAN), np.empty(FAN)
    for i in range(n):
        out_i = out[i]
        if part_a[i] < 0:
            continue
        first = i + 1 if same else 0
        fanned = m - first >= 48
        if fanned:
            _open_fan(a[i, 0], a[i, 1], part_a[i], space.walls, rays, near, far)
        for j in range(first, m):
            dx, dy = b[j, 0] - a[i, 0], b[j, 1] - a[i, 1]
            straight = math.sqrt(dx * dx + dy * dy)
            if part_a[i] != part_b[j] or straight >= out_i[j]:
                continue
            seen, unsure = False, True
            if fanned and straight > 0.0:
                sector = _bin(dx, dy)
                seen = straight < near[sector]
                unsure = not seen and straight <= far[sector]
            if unsure:
                seen = (
                    wall_hit(
                        a[i, 0], a[i, 1], b[j, 0], b[j, 1], part_a[i], space.walls, space.grid,
                        space.cell_start, space.cell_edge,
                    )
                    < 0
                )
            if seen:
                out_i[j] = straight
        if same:
            out_i[i] = 0.0
            for j in range(i):
                out_i[j] = out[j, i]
    return out


@njit(cache=True, nogil=True)
def _over_corners(out: FloatArray, rows: FloatArray, seen_b: Links, same: bool) -> None:
    """Set `out` to the least distances a to corner to b; only above the diagonal if `same`.

    Tile by tile with a in the inner loop, so that it runs on vector units and in the cache.
    """
    start, to, length = seen_b
    n, m = out.shape
    for low in range(0, n, TILE):
        high = min(low + TILE, n)
        columns = rows[low:high].T.copy()
        best = np.empty((TILE, high - low))
        for block in range(low if same else 0, m, TILE):
            last = min(block + TILE, m)
            for j in range(block, last):
                best_j = best[j - block]
                best_j[:] = np.inf
                for at in range(start[j], start[j + 1]):
                    _lower(best_j, columns[to[at]], length[at])
            for i in range(low, high):
                for j in range(block, last):
                    out[i, j] = best[j - block, i - low]


# --- fixtures: inflated footprints, their corners, what they block -----------------------------


@njit(cache=True, nogil=True)
def _set_box(k: int, body: Body, fixtures: Fixtures, node: FloatArray, fresh: bool) -> None:
    """Write the outline and the corners of fixture k from its pose; NaN is an absent one.

    box[0:9, k] = centre x, y; axis u (along the width); half width and half depth inflated by
    radius + EPS / 2; reach along the diagonals of the axes; half width and half depth bare.
    """
    pose, box, cover = fixtures.pose[k], fixtures.box, fixtures.cover
    turn = math.radians(pose[4])
    ux, uy = math.cos(turn), math.sin(turn)
    hw, hh = 0.5 * pose[2], 0.5 * pose[3]
    wide, far = body.radius + 0.5 * EPS, body.radius + EPS
    octagon = body.corners == 8
    box[0, k], box[1, k], box[2, k], box[3, k] = pose[0], pose[1], ux, uy
    box[4, k], box[5, k] = hw + wide, hh + wide
    box[6, k] = hw + hh + (math.sqrt(2.0) if octagon else 2.0) * wide
    box[7, k], box[8, k] = hw, hh
    half = math.sqrt(0.5)
    at = body.corners * k
    reach = _length(hw + far, hh + far) + 1e-6
    for c in range(0 if fresh else cover.shape[0]):  # forget what it covered or may cover now
        x, y = node[body.shell + c, 0] - pose[0], node[body.shell + c, 1] - pose[1]
        if cover[c] == k or (cover[c] == FREE and x * x + y * y < reach * reach):
            cover[c] = UNKNOWN
    for quarter in range(4):
        su = 1.0 if quarter in (0, 3) else -1.0
        sv = 1.0 if quarter < 2 else -1.0
        for part in range(body.corners // 4):
            a, b = su * (hw + far), sv * (hh + far)  # local place of the corner
            pu, pv, qu, qv = -su, 0.0, 0.0, -sv  # local directions of its two edges
            if octagon and part == 0:
                b, pu, pv = sv * (hh + far * OCTANT), -su * half, sv * half
            elif octagon:
                a, qu, qv = su * (hw + far * OCTANT), su * half, -sv * half
            row = node[body.shell + at]
            row[X], row[Y] = pose[0] + a * ux - b * uy, pose[1] + a * uy + b * ux
            row[E1X], row[E1Y] = pu * ux - pv * uy, pu * uy + pv * ux
            row[E2X], row[E2Y] = qu * ux - qv * uy, qu * uy + qv * ux
            row[BEND], row[GROUP] = bend_cost(row[X], row[Y]), -1.0
            cover[at] = UNKNOWN
            at += 1


@njit(cache=True, nogil=True)
def bend_cost(x: float, y: float) -> float:
    """Return the cost of a bend at (x, y): 1 to 2 BEND_COST, from its place only."""
    mixed = 0.7548776662466927 * x + 0.5698402909980532 * y
    return BEND_COST * (1.0 + mixed - math.floor(mixed))


@njit(cache=True, nogil=True)
def _box_hit(
    ax: float, ay: float, bx: float, by: float, box: FloatArray, wide: float, octant: float
) -> int:
    """Return the first fixture whose inflated footprint segment ab touches, or -1.

    Separating axes: the fixture's two, its two diagonals (they matter with an octagon, whose
    `octant` is less than 1) and the segment's normal. No branches, so that the loop runs on
    vector units.
    """
    mx, my, dx, dy = 0.5 * (ax + bx), 0.5 * (ay + by), 0.5 * (bx - ax), 0.5 * (by - ay)
    boxes = box.shape[1]
    first = boxes
    for k in range(boxes):
        x, y = mx - box[0, k], my - box[1, k]
        ux, uy = box[2, k], box[3, k]
        ru, rv = x * ux + y * uy, y * ux - x * uy
        du, dv = dx * ux + dy * uy, dy * ux - dx * uy
        au, av = abs(du), abs(dv)
        across = box[7, k] * av + box[8, k] * au + wide * (max(au, av) + octant * min(au, av))
        meets = (
            (abs(ru) <= box[4, k] + au)
            & (abs(rv) <= box[5, k] + av)
            & (abs(ru * dv - rv * du) <= across)
            & (abs(ru + rv) <= box[6, k] + abs(du + dv))
            & (abs(ru - rv) <= box[6, k] + abs(du - dv))
        )
        first = min(first, k if meets else boxes)
    return first if first < boxes else -1


@njit(cache=True, nogil=True)
def _box_at(x: float, y: float, box: FloatArray, more: float, own: int) -> int:
    """Return the first fixture but `own` whose footprint, `more` inflated, holds a point, or -1."""
    boxes = box.shape[1]
    first = boxes
    for k in range(boxes):
        rx, ry = x - box[0, k], y - box[1, k]
        ru, rv = abs(rx * box[2, k] + ry * box[3, k]), abs(ry * box[2, k] - rx * box[3, k])
        inside = (
            (ru <= box[4, k] + more)
            & (rv <= box[5, k] + more)
            & (ru + rv <= box[6, k] + more)
            & (k != own)
        )
        first = min(first, k if inside else boxes)
    return first if first < boxes else -1


@njit(cache=True, nogil=True)
def _depth(x: float, y: float, box: FloatArray, k: int) -> tuple[float, float, float]:
    """Return how deep a point is in fixture k, and the direction of the nearest way out."""
    ux, uy = box[2, k], box[3, k]
    rx, ry = x - box[0, k], y - box[1, k]
    ru, rv = rx * ux + ry * uy, ry * ux - rx * uy
    su, sv = math.copysign(1.0, ru), math.copysign(1.0, rv)
    depth, nu, nv = box[4, k] - abs(ru), su, 0.0
    if box[5, k] - abs(rv) < depth:
        depth, nu, nv = box[5, k] - abs(rv), 0.0, sv
    half = math.sqrt(0.5)
    slant = (box[6, k] - abs(ru) - abs(rv)) * half
    if slant < depth:
        depth, nu, nv = slant, su * half, sv * half
    return depth, nu * ux - nv * uy, nu * uy + nv * ux


@njit(cache=True, nogil=True)
def _find_cover(
    c: int, corners: int, shell: int, box: FloatArray, node: FloatArray,
    rims: FloatArray, grid: FloatArray, rim_start: IntArray, rim_edge: IntArray,
) -> int:
    """Return what makes corner c of a fixture useless: FREE, a fixture, or a wall group.

    A wall group g is coded as WALLS - g. A corner flush with the face of another fixture counts
    as covered; of two corners in one place the one of the earlier fixture stays.
    """
    x, y = node[shell + c, X], node[shell + c, Y]
    k = c // corners
    part, group, _, _ = locate(x, y, 0.0, rims, grid, rim_start, rim_edge)
    if part < 0:
        return WALLS - group if group >= 0 else FREE
    flush = 0.5 * EPS + 1e-9
    first = _box_at(x, y, box, flush, k)
    for j in range(first, box.shape[1] if first >= 0 else first):
        if j == k or not _depth(x, y, box, j)[0] >= -flush:
            continue
        twin = False
        for other in range(corners * j, corners * (j + 1)):
            row = node[shell + other]
            twin |= abs(row[X] - x) < 1e-8 and abs(row[Y] - y) < 1e-8
        if not twin or j < k:
            return j
    return FREE


@njit(cache=True, nogil=True)
def _stand(
    x: float, y: float, body: Body, space: Space, box: FloatArray, met: IntArray
) -> tuple[int, int, float, float]:
    """Return (part, code, x, y) of an end of a leg, moved out of what it only just touches.

    `met` receives the fixtures that the answer rests on.
    """
    part, code = -1, ABSENT
    if math.isnan(x) or math.isnan(y):
        return part, code, x, y
    for _ in range(4):
        part, _group, x, y = locate(
            x, y, SNAP, space.rims, space.grid, space.rim_start, space.rim_edge
        )
        if part < 0:
            return part, WALL, x, y
        code = _box_at(x, y, box, 0.0, -1)
        if code < 0:
            return part, FREE, x, y
        met[code >> 6] |= np.int64(1) << (code & 63)
        depth, outx, outy = _depth(x, y, box, code)
        if depth > SNAP:
            break
        x, y = x + (depth + 0.5 * EPS) * outx, y + (depth + 0.5 * EPS) * outy
    return part, code, x, y


# --- one leg: lazy A* over the corners of the obstacles met so far -----------------------------


@njit(cache=True, nogil=True)
def _offer(
    us: IntArray, first_u: int, last_u: int, xs: IntArray, first_x: int, last_x: int,
    node: FloatArray, stamp: IntArray, epoch: int, limit: float, key: FloatArray, link: IntArray,
    size: int,
) -> int:
    """Offer the corners xs from the closed corners us; return the new heap size.

    A corner is offered if the step only grazes it, grazes the corner it leaves, and turns there
    towards the obstacle. `link[i]` is the pair behind `key[i]`. -1: the heap is full.
    """
    goal = node.shape[0] - 1
    gx, gy = node[goal, X], node[goal, Y]
    for i in range(first_u, last_u):
        u = us[i]
        ux, uy, before = node[u, X], node[u, Y], node[u, STEP]
        for j in range(first_x, last_x):
            x = xs[j]
            if stamp[x] == epoch and node[u, COST] + GAIN >= node[x, COST]:
                continue
            dx, dy = node[x, X] - ux, node[x, Y] - uy
            if not _tangent(dx, dy, node[x, E1X], node[x, E1Y], node[x, E2X], node[x, E2Y]):
                continue
            if not _tangent(dx, dy, node[u, E1X], node[u, E1Y], node[u, E2X], node[u, E2Y]):
                continue
            d = math.sqrt(dx * dx + dy * dy)
            if (node[u, DX] * dy - node[u, DY] * dx) * node[u, SIDE] < -SLACK * (before + d):
                continue
            if stamp[x] == epoch and node[u, COST] + d + node[x, BEND] + GAIN >= node[x, COST]:
                continue
            hx, hy = gx - node[x, X], gy - node[x, Y]
            cost = node[u, COST] + d + node[x, BEND] + math.sqrt(hx * hx + hy * hy)
            if cost >= limit:
                continue
            if size == key.shape[0]:
                return -1
            at = size
            while at > 0 and key[(at - 1) >> 1] > cost:
                key[at] = key[(at - 1) >> 1]
                link[at] = link[(at - 1) >> 1]
                at = (at - 1) >> 1
            key[at] = cost
            link[at] = (u << 32) | x
            size += 1
    return size


@njit(cache=True, nogil=True)
def _drop_top(key: FloatArray, link: IntArray, size: int) -> int:
    """Remove the top of the heap; return the new size."""
    size -= 1
    last, pair = key[size], link[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and key[child + 1] < key[child]:
            child += 1
        if key[child] >= last:
            break
        key[i], link[i] = key[child], link[child]
        i = child
    key[i], link[i] = last, pair
    return size


@njit(cache=True, nogil=True)
def _learn_walls(group: int, part: int, space: Space, hunt: Hunt, epoch: int) -> None:
    """Tell a search of the corners of a group of walls."""
    if hunt.group_on[group] == epoch:
        return
    hunt.group_on[group] = epoch
    for c in range(space.group_start[group], space.group_start[group + 1]):
        if hunt.node[c, PART] == part:
            hunt.known[hunt.sizes[KNOWN]] = c
            hunt.sizes[KNOWN] += 1


@njit(cache=True, nogil=True)
def _learn_fixture(
    k: int, part: int, body: Body, space: Space, fixtures: Fixtures, hunt: Hunt, met: IntArray,
    epoch: int,
) -> None:
    """Tell a search of the corners of a fixture, and of what covers them.

    A covered corner is of no use, but what covers it must then be known too, or the search would
    know less than the fixture's own outline.
    """
    queue, cover, known, sizes = fixtures.queue, fixtures.cover, hunt.known, hunt.sizes
    box, node, rims, grid = fixtures.box, hunt.node, space.rims, space.grid
    rim_start, rim_edge = space.rim_start, space.rim_edge
    met[k >> 6] |= np.int64(1) << (k & 63)
    queue[0] = k
    waiting = 1
    while waiting > 0:
        waiting -= 1
        k = queue[waiting]
        for c in range(body.corners * k, body.corners * (k + 1)):
            if cover[c] == UNKNOWN:
                cover[c] = _find_cover(
                    c, body.corners, body.shell, box, node, rims, grid, rim_start, rim_edge
                )
            j = cover[c]
            if j == FREE:
                known[sizes[KNOWN]] = body.shell + c
                sizes[KNOWN] += 1
            elif j < 0:
                _learn_walls(WALLS - j, part, space, hunt, epoch)
            elif not (met[j >> 6] >> (j & 63)) & 1:
                met[j >> 6] |= np.int64(1) << (j & 63)
                queue[waiting] = j
                waiting += 1


@njit(cache=True, nogil=True)
def _way_to(node: FloatArray, u: int, x: int) -> float:
    """Cost of corner x if it is reached from u."""
    d = _length(node[x, X] - node[u, X], node[x, Y] - node[u, Y])
    return float(node[u, COST] + d + node[x, BEND])


@njit(cache=True, nogil=True)
def _arrive(node: FloatArray, u: int, x: int) -> float:
    """Note on corner x that it is reached from u, and on which side its obstacle is; the cost."""
    dx, dy = node[x, X] - node[u, X], node[x, Y] - node[u, Y]
    d = _length(dx, dy)
    side = dx * (node[x, E1Y] + node[x, E2Y]) - dy * (node[x, E1X] + node[x, E2X])
    node[x, DX], node[x, DY], node[x, STEP] = dx, dy, d
    node[x, SIDE] = 0.0 if abs(side) < 1e-6 * d else math.copysign(1.0, side)
    node[x, COST] = node[u, COST] + d + node[x, BEND]
    return float(node[x, COST])


@njit(cache=True, nogil=True)
def _search(
    limit: float, budget: int, part: int, body: Body, space: Space, fixtures: Fixtures,
    hunt: Hunt, met: IntArray,
) -> float:
    """Find the shortest way between the last two nodes (start, goal); return its cost.

    inf: there is none below `limit`; -1: the heap is full; -2: `budget` corners were closed
    before an answer. Parents lead back from the goal. `met` must be empty and receives the
    fixtures met.
    """
    # names of their own: a look into a tuple counts references, which costs in the loop
    node, stamp, key, link, closed = hunt.node, hunt.stamp, hunt.key, hunt.link, hunt.closed
    known, sizes, parent, box = hunt.known, hunt.sizes, hunt.parent, fixtures.box
    walls, grid, start, edges = space.walls, space.grid, space.cell_start, space.cell_edge
    wide, octant = body.wide, body.octant
    goal, source = node.shape[0] - 1, node.shape[0] - 2
    hunt.head[EPOCH] += 1
    epoch = hunt.head[EPOCH]
    node[source, COST] = 0.0
    stamp[source] = epoch
    closed[0], known[0] = source, goal
    sizes[KNOWN] = done = 1
    size = _offer(closed, 0, 1, known, 0, 1, node, stamp, epoch, limit, key, link, 0)
    while size > 0:
        u, x = link[0] >> 32, link[0] & 0xFFFFFFFF
        size = _drop_top(key, link, size)
        ax, ay, bx, by = node[u, X], node[u, Y], node[x, X], node[x, Y]
        again = stamp[x] == epoch
        if again and _way_to(node, u, x) + GAIN >= node[x, COST]:
            continue
        first_u, last_u, first_x = 0, done, sizes[KNOWN]
        hit = _box_hit(ax, ay, bx, by, box, wide, octant)
        edge = -1
        if hit < 0:
            edge = wall_hit(ax, ay, bx, by, part, walls, grid, start, edges)
        if hit >= 0:
            if not (met[hit >> 6] >> (hit & 63)) & 1:
                _learn_fixture(hit, part, body, space, fixtures, hunt, met, epoch)
        elif edge >= 0:
            _learn_walls(int(walls[edge, 5]), part, space, hunt, epoch)
        else:
            cost = _arrive(node, u, x)
            parent[x] = u
            if x == goal:
                return cost
            if done > budget:
                return -2.0
            stamp[x] = epoch
            closed[done] = x
            first_u, last_u, first_x = done, done + 1, 0
            done += not again
        if first_x < sizes[KNOWN]:
            size = _offer(
                closed, first_u, last_u, known, first_x, sizes[KNOWN], node, stamp, epoch, limit,
                key, link, size,
            )
    return np.inf if size == 0 else -1.0


# --- all legs of a layout, and moves -----------------------------------------------------------


@njit(cache=True, nogil=True)
def _record(leg: int, forward: bool, legs: Legs, hunt: Hunt) -> int:
    """Write the path that a search found, from start to end of the leg; return 0 or overflow."""
    node, parent, points, nodes = hunt.node, hunt.parent, legs.points[leg], legs.nodes[leg]
    goal = node.shape[0] - 1
    source = goal - 1
    n = 2
    x = parent[goal]
    while x != source:
        n += 1
        x = parent[x]
    if n > points.shape[0]:
        return PATH_FULL
    legs.counts[leg] = n
    x = goal
    for i in range(n - 1, -1, -1):
        at = i if forward else n - 1 - i
        points[at, 0], points[at, 1] = node[x, X], node[x, Y]
        nodes[at] = x if x < source else -1
        if i > 0:
            x = parent[x]
    total = 0.0
    for i in range(n - 1):
        total += _length(points[i + 1, 0] - points[i, 0], points[i + 1, 1] - points[i, 1])
    legs.lengths[leg] = total
    return 0


@njit(cache=True, nogil=True)
def _route_leg(
    leg: int, limit: float, body: Body, space: Space, fixtures: Fixtures, legs: Legs, hunt: Hunt
) -> int:
    """Route one leg and write its row; return 0, 1 if `limit` kept the old path, or overflow.

    Both ends take turns with growing budgets: an end that is shut in soon knows it, while the
    other would look at the whole hall first.
    """
    met, used, node = hunt.met, legs.used[leg], hunt.node
    goal = node.shape[0] - 1
    source = goal - 1
    met[:] = 0
    used[:] = 0
    ends, points = legs.ends[leg], legs.points[leg]
    part, code_a, ax, ay = _stand(ends[0], ends[1], body, space, fixtures.box, met)
    part_b, code_b, bx, by = _stand(ends[2], ends[3], body, space, fixtures.box, met)
    legs.blocked[leg, 0], legs.blocked[leg, 1] = code_a, code_b
    last = legs.counts[leg] - 1
    if limit < np.inf and (
        points[0, 0] != ax or points[0, 1] != ay or points[last, 0] != bx or points[last, 1] != by
    ):
        limit = np.inf
    cost = np.inf
    forward = True
    if code_a == FREE and code_b == FREE and part == part_b:
        budget = TURN
        while True:
            node[source, X], node[source, Y] = (ax, ay) if forward else (bx, by)
            node[goal, X], node[goal, Y] = (bx, by) if forward else (ax, ay)
            used[:] = 0
            cost = _search(limit, budget, part, body, space, fixtures, hunt, used)
            if cost != -2.0:
                break
            forward = not forward
            budget *= 2
    for w in range(met.shape[0]):
        used[w] |= met[w]
    if cost == -1.0:
        return HEAP_FULL
    if cost == np.inf and limit < np.inf:
        return 1
    legs.costs[leg] = cost
    legs.counts[leg] = 0
    legs.lengths[leg] = 0.0 if code_a == ABSENT or code_b == ABSENT else cost
    if cost == np.inf:
        return 0
    return _record(leg, forward, legs, hunt)


@njit(cache=True, nogil=True)
def _leg_touches(leg: int, box: FloatArray, body: Body, legs: Legs) -> bool:
    """Say whether a fixture now touches the path of a leg, or an end of a leg without a path."""
    n = legs.counts[leg]
    points, ends = legs.points[leg], legs.ends[leg]
    for i in range(n - 1):
        if (
            _box_hit(
                points[i, 0], points[i, 1], points[i + 1, 0], points[i + 1, 1], box, body.wide,
                body.octant,
            )
            >= 0
        ):
            return True
    return n == 0 and (
        _box_hit(ends[0], ends[1], ends[0], ends[1], box, body.wide, body.octant) >= 0
        or _box_hit(ends[2], ends[3], ends[2], ends[3], box, body.wide, body.octant) >= 0
    )


@njit(cache=True, nogil=True)
def _way_over(ax: float, ay: float, bx: float, by: float, box: FloatArray, k: int) -> float:
    """Return the least |ap| + |pb| over the points p of fixture k's inflated rectangle."""
    ux, uy = box[2, k], box[3, k]
    hx, hy = box[4, k] + EPS, box[5, k] + EPS
    px, py, qx, qy = ax - box[0, k], ay - box[1, k], bx - box[0, k], by - box[1, k]
    pu, pv, qu, qv = px * ux + py * uy, py * ux - px * uy, qx * ux + qy * uy, qy * ux - qx * uy
    best = np.inf
    for side in range(4):
        if side < 2:
            h, w = (hx if side == 0 else -hx), hy
            p0, p1, q0, q1 = abs(pu - h), pv, abs(qu - h), qv
        else:
            h, w = (hy if side == 2 else -hy), hx
            p0, p1, q0, q1 = abs(pv - h), pu, abs(qv - h), qu
        # p and q reflected to one side of the face: a straight line meets it here
        at = p1 if p0 + q0 == 0.0 else (p1 * q0 + q1 * p0) / (p0 + q0)
        at = min(max(at, -w), w)
        best = min(best, _length(p0, at - p1) + _length(q0, at - q1))
    return best


@njit(cache=True, nogil=True)
def _copy_row(to: Legs, i: int, legs: Legs, leg: int) -> None:
    """Copy a leg's row to row i of another set of legs."""
    to.ends[i] = legs.ends[leg]
    to.blocked[i] = legs.blocked[leg]
    to.used[i] = legs.used[leg]
    to.lengths[i], to.costs[i], to.counts[i] = (
        legs.lengths[leg], legs.costs[leg], legs.counts[leg],
    )
    to_points, points = to.points[i], legs.points[leg]
    to_nodes, nodes = to.nodes[i], legs.nodes[leg]
    for j in range(legs.counts[leg]):
        to_points[j, 0], to_points[j, 1], to_nodes[j] = points[j, 0], points[j, 1], nodes[j]


@njit(cache=True, nogil=True)
def _put_back(body: Body, state: State) -> None:
    """Put back everything that the last move changed."""
    fixtures, legs, saved, hunt = state
    head = hunt.head
    for i in range(head[REROUTED]):
        _copy_row(legs, legs.touched[i], saved, i)
    for i in range(head[MOVED] - 1, -1, -1):
        k = fixtures.moved[i]
        fixtures.pose[k] = fixtures.old_pose[i]
        _set_box(k, body, fixtures, hunt.node, False)
    head[REROUTED] = head[MOVED] = head[CHANGED] = 0


@njit(cache=True, nogil=True)
def undo(space_f: FloatArray, space_i: IntArray, f: FloatArray, i: IntArray) -> None:
    """Put back everything that the last `move` changed."""
    _put_back(body_of(space_f, space_i), state_views(f, i))


@njit(cache=True, nogil=True)
def _flag_legs(box_rows: IntArray, new_boxes: FloatArray, body: Body, state: State) -> None:
    """Move fixtures and flag the legs that this can change.

    1: may get shorter, its path stays free; 2: its path is no longer valid or no longer bends
    at corners.
    """
    fixtures, legs, _, hunt = state
    flag, box = legs.flag, fixtures.box
    for i in range(box_rows.shape[0]):
        k = box_rows[i]
        for leg in range(flag.shape[0]):
            if flag[leg] != 0 or not (legs.used[leg, k >> 6] >> (k & 63)) & 1:
                continue
            n = legs.counts[leg]
            points = legs.points[leg]
            if n == 0:
                flag[leg] = 2
                continue
            over = _way_over(points[0, 0], points[0, 1], points[n - 1, 0], points[n - 1, 1], box, k)
            if over <= legs.lengths[leg] + 1e-6:
                flag[leg] = 1
                for j in range(1, n - 1):
                    if (legs.nodes[leg, j] - body.shell) // body.corners == k:
                        flag[leg] = 2
        at = hunt.head[MOVED]
        fixtures.old_pose[at] = fixtures.pose[k]
        fixtures.moved[at] = k
        hunt.head[MOVED] += 1
        fixtures.pose[k] = new_boxes[i]
        _set_box(k, body, fixtures, hunt.node, False)
    for i in range(box_rows.shape[0]):
        only = box[:, box_rows[i] : box_rows[i] + 1]
        for leg in range(flag.shape[0]):
            if flag[leg] < 2 and _leg_touches(leg, only, body, legs):
                flag[leg] = 2


@njit(cache=True, nogil=True)
def _move(
    box_rows: IntArray, new_boxes: FloatArray, leg_rows: IntArray, new_starts: FloatArray,
    new_ends: FloatArray, body: Body, space: Space, state: State,
) -> int:
    """Move fixtures and ends of legs, re-route what that can change; see `move`."""
    fixtures, legs, saved, hunt = state
    head, flag = hunt.head, legs.flag
    head[REROUTED] = head[MOVED] = head[CHANGED] = 0
    if box_rows.shape[0] > fixtures.pose.shape[0]:
        return NO_SUCH_ROW
    for i in range(box_rows.shape[0]):
        if not 0 <= box_rows[i] < fixtures.pose.shape[0]:
            return NO_SUCH_ROW
    for i in range(leg_rows.shape[0]):
        if not 0 <= leg_rows[i] < flag.shape[0]:
            return NO_SUCH_ROW
    flag[:] = 0
    for i in range(leg_rows.shape[0]):
        flag[leg_rows[i]] = 3 + i
    _flag_legs(box_rows, new_boxes, body, state)
    for leg in range(flag.shape[0]):
        if flag[leg] == 0:
            continue
        row = head[REROUTED]
        _copy_row(saved, row, legs, leg)
        legs.touched[row] = leg
        head[REROUTED] += 1
        if flag[leg] >= 3:
            legs.ends[leg, :2] = new_starts[flag[leg] - 3]
            legs.ends[leg, 2:] = new_ends[flag[leg] - 3]
        limit = legs.costs[leg] if flag[leg] == 1 else np.inf
        code = _route_leg(leg, limit, body, space, fixtures, legs, hunt)
        if code < 0:
            _put_back(body, state)
            return code
        same = code == 1 or (
            legs.counts[leg] == saved.counts[row] and legs.lengths[leg] == saved.lengths[row]
        )
        if same and code == 0:
            for j in range(legs.counts[leg]):
                same &= (
                    legs.points[leg, j, 0] == saved.points[row, j, 0]
                    and legs.points[leg, j, 1] == saved.points[row, j, 1]
                    and legs.nodes[leg, j] == saved.nodes[row, j]
                )
        if not same:
            legs.changed[head[CHANGED]] = leg
            head[CHANGED] += 1
    return 0


@njit(cache=True, nogil=True)
def move(
    box_rows: IntArray, new_boxes: FloatArray, leg_rows: IntArray, new_starts: FloatArray,
    new_ends: FloatArray, space_f: FloatArray, space_i: IntArray, f: FloatArray, i: IntArray,
) -> int:
    """Move fixtures and ends of legs, re-route what that can change; return 0 or a code below 0.

    A code below 0 (HEAP_FULL, PATH_FULL, NO_SUCH_ROW) leaves everything as it was.
    """
    return _move(
        box_rows, new_boxes, leg_rows, new_starts, new_ends, body_of(space_f, space_i),
        space_views(space_f, space_i), state_views(f, i),
    )


@njit(cache=True, nogil=True)
def furnish(
    boxes: FloatArray, starts: FloatArray, ends: FloatArray, space_f: FloatArray,
    space_i: IntArray, f: FloatArray, i: IntArray,
) -> int:
    """Set all fixtures and legs of an empty state and route them; return as `move`."""
    body, state = body_of(space_f, space_i), state_views(f, i)
    space = space_views(space_f, space_i)
    fixtures, _, _, hunt = state
    i[HEADER:] = 0
    hunt.node[:] = 0.0
    hunt.node[body.shell :, GROUP] = -1.0
    hunt.node[: body.shell] = space.node
    fixtures.pose[:] = boxes
    for k in range(boxes.shape[0]):
        _set_box(k, body, fixtures, hunt.node, True)
    code = _move(
        np.empty(0, np.int64), boxes, np.arange(starts.shape[0]), starts, ends, body, space, state
    )
    hunt.head[REROUTED] = hunt.head[MOVED] = 0
    return code


@njit(cache=True, nogil=True)
def results(
    f: FloatArray, i: IntArray, paths: bool
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Return lengths, points and offsets of all paths, and what blocks ends, as copies."""
    legs = state_views(f, i).legs
    m = legs.counts.shape[0]
    offsets = np.zeros(m + 1, np.int64)
    if not paths:
        return legs.lengths.copy(), np.empty((0, 2)), offsets, legs.blocked.copy()
    for leg in range(m):
        offsets[leg + 1] = offsets[leg] + legs.counts[leg]
    points = np.empty((offsets[m], 2))
    for leg in range(m):
        points[offsets[leg] : offsets[leg + 1]] = legs.points[leg, : legs.counts[leg]]
    return legs.lengths.copy(), points, offsets, legs.blocked.copy()


@njit(cache=True, nogil=True)
def corner_nodes(corner: FloatArray, part: IntArray, group: IntArray) -> FloatArray:
    """Return a shell's corners (x, y, two edges), their parts and groups as nodes of a search."""
    node = np.zeros((corner.shape[0], WIDTH))
    for i in range(corner.shape[0]):
        node[i, :BEND] = corner[i]
        node[i, BEND] = bend_cost(corner[i, 0], corner[i, 1])
        node[i, PART], node[i, GROUP] = part[i], group[i]
    return node


def warm_up() -> None:
    """Log one line if this machine has no compiled kernels yet; call before the first use."""
    if getattr(bend_cost, "signatures", True):  # compiled already, or compiling switched off
        return
    bend_cost(0.0, 0.0)
    if bend_cost.stats.cache_misses:
        logger.info("compiling the path kernels, once per machine")
