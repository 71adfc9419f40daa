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
"""

from __future__ import annotations

import logging
import math

import numpy as np
from numba import njit

logger = logging.getLogger(__name__)

EPS = 2e-7
"""Corners stand this much (metres) outside the inflated obstacles."""
SNAP = 1e-5
"""A standing point this deep (metres) inside an inflated obstacle is moved out of it."""
SLACK = 5 * EPS
"""Offset (metres) up to which a bend counts as taut; larger than what EPS can do."""
BEND = 1e-9
"""A corner costs 1 to 2 of these (metres), so that equal lengths have one winner."""
FREE, WALL, ABSENT = -1, -2, -3
"""What stands on an end of a leg: nothing, a wall, or there is no end; else a fixture's row."""


@njit(cache=True, nogil=True)
def _edges_cross(ax, ay, bx, by, px, py, qx, qy):
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
def sort_edges(edges, grid):
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
            first = max(int(math.floor(uy - 1e-6)), 0)
            last = min(int(math.floor(vy + 1e-6)), rows - 1)
            slope = (vx - ux) / (vy - uy) if vy - uy > 1e-6 else 0.0
            for row in range(first, last + 1):
                lo, hi = ux, vx
                if slope != 0.0:
                    lo = ux + min(max(row - 1e-6 - uy, 0.0), vy - uy) * slope
                    hi = ux + min(max(row + 1 + 1e-6 - uy, 0.0), vy - uy) * slope
                left = max(int(math.floor(min(lo, hi) - 1e-6)), 0)
                right = min(int(math.floor(max(lo, hi) + 1e-6)), columns - 1)
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
def wall_hit(ax, ay, bx, by, part, walls, grid, cell_start, cell_edge):
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
    first = max(int(math.floor(uy - 1e-7)), 0)
    last = min(int(math.floor(vy + 1e-7)), rows - 1)
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
        left = max(int(math.floor(lo - 1e-6)), 0)
        right = min(int(math.floor(hi + 1e-6)), columns - 1)
        base = row * columns
        for at in range(cell_start[base + left], cell_start[base + right + 1]):
            k = cell_edge[at]
            if walls[k, 4] == part and _edges_cross(
                ax, ay, bx, by, walls[k, 0], walls[k, 1], walls[k, 2], walls[k, 3]
            ):
                return k
    return -1


# --- the shell: corners that see each other, shortest ways between them ------------------------


@njit(cache=True, nogil=True)
def _tangent(dx, dy, e1x, e1y, e2x, e2y):
    """Say whether a line along d only grazes the corner with edges e1 and e2."""
    c1 = dx * e1y - dy * e1x
    c2 = dx * e2y - dy * e2x
    return (c1 >= -SLACK and c2 >= -SLACK) or (c1 <= SLACK and c2 <= SLACK)


@njit(cache=True, nogil=True)
def link_corners(corner, corner_part, walls, grid, cell_start, cell_edge):
    """Return (start, to, length): every corner's taut, free segments to other corners."""
    n = corner.shape[0]
    pairs = np.empty((max(16, 8 * n), 2), np.int64)
    count = 0
    degree = np.zeros(n + 1, np.int64)
    for i in range(n):
        for j in range(i + 1, n):
            if corner_part[i] != corner_part[j]:
                continue
            dx, dy = corner[j, 0] - corner[i, 0], corner[j, 1] - corner[i, 1]
            if not _tangent(dx, dy, corner[i, 2], corner[i, 3], corner[i, 4], corner[i, 5]):
                continue
            if not _tangent(dx, dy, corner[j, 2], corner[j, 3], corner[j, 4], corner[j, 5]):
                continue
            if (
                wall_hit(
                    corner[i, 0],
                    corner[i, 1],
                    corner[j, 0],
                    corner[j, 1],
                    corner_part[i],
                    walls,
                    grid,
                    cell_start,
                    cell_edge,
                )
                >= 0
            ):
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
        d = math.hypot(corner[j, 0] - corner[i, 0], corner[j, 1] - corner[i, 1])
        to[fill[i]], length[fill[i]] = j, d
        to[fill[j]], length[fill[j]] = i, d
        fill[i] += 1
        fill[j] += 1
    return start, to, length


@njit(cache=True, nogil=True)
def _sift_down(key, node, where, size):
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
def _sift_up(key, node, where, i):
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
def settle(distance, start, to, length, heap, where):
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
def reach_table(start, to, length):
    """Return the shortest way over the links between every two corners, (n, n)."""
    n = start.shape[0] - 1
    table = np.full((n, n), np.inf)
    heap = np.empty(n, np.int64)
    where = np.empty(n, np.int64)
    for i in range(n):
        table[i, i] = 0.0
        settle(table[i], start, to, length, heap, where)
    return table


# --- points in the shell -----------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _nearest_rim(x, y, rims):
    """Return (distance, x, y, edge) of the rim point nearest to (x, y)."""
    best, bx, by, edge = np.inf, x, y, -1
    for k in range(rims.shape[0]):
        px, py = rims[k, 0], rims[k, 1]
        dx, dy = rims[k, 2] - px, rims[k, 3] - py
        f = ((x - px) * dx + (y - py) * dy) / (dx * dx + dy * dy)
        f = min(max(f, 0.0), 1.0)
        qx, qy = px + f * dx, py + f * dy
        d = math.hypot(x - qx, y - qy)
        if d < best:
            best, bx, by, edge = d, qx, qy, k
    return best, bx, by, edge


@njit(cache=True, nogil=True)
def locate(x, y, tolerance, rims, rim_part, grid, rim_start, rim_edge):
    """Return (part, x, y): the connected part that holds the point, moved inside if need be.

    A ray to the right finds the nearest rim; rims run with the walkable side on their left. A
    point up to `tolerance` outside is moved onto the rim. Part -1 is outside.
    """
    if rims.shape[0] == 0 or not (math.isfinite(x) and math.isfinite(y)):
        return -1, x, y
    columns, rows = int(grid[3]), int(grid[4])
    row = int(math.floor((y - grid[1]) * grid[2]))
    column = int(math.floor((x - grid[0]) * grid[2]))
    if 0 <= row < rows and column < columns:
        base = row * columns
        near, found = np.inf, -1
        for at in range(rim_start[base + max(column, 0)], rim_start[base + columns]):
            k = rim_edge[at]
            y1, y2 = rims[k, 1], rims[k, 3]
            if (y1 <= y) == (y2 <= y):
                continue
            cross = rims[k, 0] + (y - y1) / (y2 - y1) * (rims[k, 2] - rims[k, 0])
            if x < cross < near:
                near, found = cross, k
        if found >= 0 and rims[found, 3] > rims[found, 1]:
            return rim_part[found], x, y
    d, qx, qy, k = _nearest_rim(x, y, rims)
    if d <= tolerance:
        return rim_part[k], qx, qy
    return -1, x, y


@njit(cache=True, nogil=True)
def locate_all(points, tolerance, rims, rim_part, grid, rim_start, rim_edge):
    """Return (part, moved points) of many points; see `locate`."""
    part = np.empty(points.shape[0], np.int64)
    moved = np.empty_like(points)
    for i in range(points.shape[0]):
        part[i], moved[i, 0], moved[i, 1] = locate(
            points[i, 0], points[i, 1], tolerance, rims, rim_part, grid, rim_start, rim_edge
        )
    return part, moved


@njit(cache=True, nogil=True)
def link_points(points, part, corner, corner_part, walls, grid, cell_start, cell_edge):
    """Return (start, to, length): the corners that each point sees and may turn at."""
    n = points.shape[0]
    start = np.zeros(n + 1, np.int64)
    to = np.empty(max(16, 16 * n), np.int64)
    length = np.empty(to.shape[0], np.float64)
    count = 0
    for i in range(n):
        x, y = points[i, 0], points[i, 1]
        for c in range(corner.shape[0]):
            if corner_part[c] != part[i]:
                continue
            dx, dy = corner[c, 0] - x, corner[c, 1] - y
            if not _tangent(dx, dy, corner[c, 2], corner[c, 3], corner[c, 4], corner[c, 5]):
                continue
            if (
                wall_hit(
                    x, y, corner[c, 0], corner[c, 1], part[i], walls, grid, cell_start, cell_edge
                )
                >= 0
            ):
                continue
            if count == to.shape[0]:
                more = np.empty(2 * count, np.int64)
                more[:count] = to
                to = more
                longer = np.empty(2 * count, np.float64)
                longer[:count] = length
                length = longer
            to[count] = c
            length[count] = math.hypot(dx, dy)
            count += 1
        start[i + 1] = count
    return start, to[:count], length[:count]


@njit(cache=True, nogil=True)
def spread(start, to, length, table, links_start, links_to, links_length):
    """Return the distance of each point to each corner, (n, corners).

    Uses the table between corners if there is one (not empty), else a search per point.
    """
    n = start.shape[0] - 1
    corners = links_start.shape[0] - 1
    rows = np.full((n, corners), np.inf)
    heap = np.empty(corners, np.int64)
    where = np.empty(corners, np.int64)
    for i in range(n):
        row = rows[i]
        if table.shape[0] > 0:
            for at in range(start[i], start[i + 1]):
                d = length[at]
                other = table[to[at]]
                for c in range(corners):
                    row[c] = min(row[c], d + other[c])
        else:
            for at in range(start[i], start[i + 1]):
                row[to[at]] = length[at]
            settle(row, links_start, links_to, links_length, heap, where)
    return rows


@njit(cache=True, nogil=True)
def join(
    a,
    part_a,
    rows_a,
    b,
    part_b,
    start_b,
    to_b,
    length_b,
    same,
    walls,
    grid,
    cell_start,
    cell_edge,
):
    """Return all distances a to b: straight if they see each other, else over corners."""
    n, m = a.shape[0], b.shape[0]
    out = np.full((n, m), np.inf)
    for i in range(n):
        row = rows_a[i]
        for j in range(i + 1 if same else 0, m):
            if part_a[i] < 0 or part_a[i] != part_b[j]:
                continue
            straight = math.hypot(a[i, 0] - b[j, 0], a[i, 1] - b[j, 1])
            best = np.inf
            for at in range(start_b[j], start_b[j + 1]):
                best = min(best, row[to_b[at]] + length_b[at])
            if best > straight and (
                wall_hit(
                    a[i, 0],
                    a[i, 1],
                    b[j, 0],
                    b[j, 1],
                    part_a[i],
                    walls,
                    grid,
                    cell_start,
                    cell_edge,
                )
                < 0
            ):
                best = straight
            out[i, j] = best
        if same:
            out[i, i] = 0.0 if part_a[i] >= 0 else np.inf
    if same:
        for i in range(n):
            for j in range(i):
                out[i, j] = out[j, i]
    return out


# --- fixtures: inflated footprints, their corners, what they block -----------------------------
#
# box[0:9, k] = centre x, y; axis u (width); half width, half depth inflated; diagonal reach;
# half width, half depth bare. A mitred outline has 4 corners a box, an octagonal one 8.

OCTANT = math.tan(math.pi / 8)


@njit(cache=True, nogil=True)
def set_box(k, pose, radius, corners, box, node, first):
    """Write the inflated outline and the corners of fixture k; a NaN pose is an absent one."""
    turn = math.radians(pose[4])
    ux, uy = math.cos(turn), math.sin(turn)
    hw, hh = 0.5 * pose[2], 0.5 * pose[3]
    wide = radius + 0.5 * EPS
    box[0, k], box[1, k], box[2, k], box[3, k] = pose[0], pose[1], ux, uy
    box[4, k], box[5, k] = hw + wide, hh + wide
    box[6, k] = hw + hh + (2.0 if corners == 4 else math.sqrt(2.0)) * wide
    box[7, k], box[8, k] = hw, hh
    far = radius + EPS
    short = far if corners == 4 else far * OCTANT
    half = math.sqrt(0.5)
    row = first + corners * k
    for quarter in range(4):
        su = 1.0 if quarter in (0, 3) else -1.0
        sv = 1.0 if quarter < 2 else -1.0
        for part in range(corners // 4):
            a, b = su * (hw + far), sv * (hh + short)  # local place of the corner
            pu, pv, qu, qv = -su, 0.0, 0.0, -sv  # local directions of its two edges
            if corners == 8 and part == 0:
                pu, pv = -su * half, sv * half
            elif corners == 8:
                a, b = su * (hw + short), sv * (hh + far)
                qu, qv = su * half, -sv * half
            x, y = pose[0] + a * ux - b * uy, pose[1] + a * uy + b * ux
            node[row, 0], node[row, 1] = x, y
            node[row, 2], node[row, 3] = pu * ux - pv * uy, pu * uy + pv * ux
            node[row, 4], node[row, 5] = qu * ux - qv * uy, qu * uy + qv * ux
            node[row, 6] = bend_cost(x, y)
            row += 1


@njit(cache=True, nogil=True)
def bend_cost(x, y):
    """Return the cost of a bend at (x, y): 1 to 2 BEND, from its place only."""
    mixed = 0.7548776662466927 * x + 0.5698402909980532 * y
    return BEND * (1.0 + mixed - math.floor(mixed))


@njit(cache=True, nogil=True)
def box_hit(ax, ay, bx, by, box, boxes, radius, octant):
    """Return the first fixture whose inflated footprint segment ab touches, or -1.

    Three separating axes (five with an octagon, whose `octant` is not 1), no branches, so that
    the loop runs on vector units.
    """
    mx, my, dx, dy = 0.5 * (ax + bx), 0.5 * (ay + by), 0.5 * (bx - ax), 0.5 * (by - ay)
    wide = radius + 0.5 * EPS
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
def _touches(ax, ay, bx, by, box, k, radius, octant):
    """Say whether segment ab touches the inflated footprint of fixture k."""
    return box_hit(ax, ay, bx, by, box[:, k : k + 1], 1, radius, octant) == 0


@njit(cache=True, nogil=True)
def _step_out(x, y, box, k, octagon):
    """Return (depth, x, y): how deep the point is in fixture k, and the place just outside."""
    ux, uy = box[2, k], box[3, k]
    rx, ry = x - box[0, k], y - box[1, k]
    ru, rv = rx * ux + ry * uy, ry * ux - rx * uy
    su, sv = math.copysign(1.0, ru), math.copysign(1.0, rv)
    depth, nu, nv = box[4, k] - abs(ru), su, 0.0
    if box[5, k] - abs(rv) < depth:
        depth, nu, nv = box[5, k] - abs(rv), 0.0, sv
    if octagon:
        half = math.sqrt(0.5)
        slant = (box[6, k] - abs(ru) - abs(rv)) * half
        if slant < depth:
            depth, nu, nv = slant, su * half, sv * half
    out = depth + 0.5 * EPS
    return depth, x + out * (nu * ux - nv * uy), y + out * (nu * uy + nv * ux)


@njit(cache=True, nogil=True)
def stand(x, y, box, boxes, radius, corners, rims, rim_part, grid, rim_start, rim_edge, used):
    """Return (part, code, x, y) of an end of a leg, moved out of what it only just touches.

    `used` receives the fixtures that the answer rests on.
    """
    if math.isnan(x) or math.isnan(y):
        return -1, ABSENT, x, y
    octant = 1.0 if corners == 4 else OCTANT
    part = -1
    k = -1
    for _ in range(4):
        part, x, y = locate(x, y, SNAP, rims, rim_part, grid, rim_start, rim_edge)
        if part < 0:
            return part, WALL, x, y
        k = box_hit(x, y, x, y, box, boxes, radius, octant)
        if k < 0:
            return part, FREE, x, y
        used[k >> 6] |= np.int64(1) << (k & 63)
        depth, outx, outy = _step_out(x, y, box, k, corners == 8)
        if depth > SNAP:
            return part, k, x, y
        x, y = outx, outy
    return part, k, x, y


# --- one leg: lazy A* over the corners of the obstacles met so far -----------------------------


@njit(cache=True, nogil=True)
def _push(u, x, goal, node, run, state_g, limit, heap_key, heap_from, heap_to, size):
    """Offer corner x from closed corner u; return the new heap size (-1: the heap is full)."""
    dx, dy = node[x, 0] - node[u, 0], node[x, 1] - node[u, 1]
    if x != goal and not _tangent(dx, dy, node[x, 2], node[x, 3], node[x, 4], node[x, 5]):
        return size
    d = math.sqrt(dx * dx + dy * dy)
    before = run[u, 2]
    if before >= 0.0:
        if not _tangent(dx, dy, node[u, 2], node[u, 3], node[u, 4], node[u, 5]):
            return size
        turn = (run[u, 0] * dy - run[u, 1] * dx) * run[u, 3]
        if turn < -SLACK * (before + d):
            return size
    hx, hy = node[goal, 0] - node[x, 0], node[goal, 1] - node[x, 1]
    key = state_g[u] + d + node[x, 6] + math.sqrt(hx * hx + hy * hy)
    if key >= limit:
        return size
    if size == heap_key.shape[0]:
        return -1
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if heap_key[up] <= key:
            break
        heap_key[i], heap_from[i], heap_to[i] = heap_key[up], heap_from[up], heap_to[up]
        i = up
    heap_key[i], heap_from[i], heap_to[i] = key, u, x
    return size + 1


@njit(cache=True, nogil=True)
def _drop_top(heap_key, heap_from, heap_to, size):
    """Remove the top of the heap; return the new size."""
    size -= 1
    key, u, x = heap_key[size], heap_from[size], heap_to[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and heap_key[child + 1] < heap_key[child]:
            child += 1
        if heap_key[child] >= key:
            break
        heap_key[i], heap_from[i], heap_to[i] = heap_key[child], heap_from[child], heap_to[child]
        i = child
    heap_key[i], heap_from[i], heap_to[i] = key, u, x
    return size


@njit(cache=True, nogil=True)
def search(
    limit,
    part,
    boxes,
    radius,
    corners,
    box,
    node,
    used,
    walls,
    grid,
    cell_start,
    cell_edge,
    group_start,
    start,
    to,
    stamp,
    epoch,
    state_g,
    run,
    parent,
    closed,
    active,
    group_on,
    heap_key,
    heap_from,
    heap_to,
):
    """Find the shortest way between the last two nodes (start, goal); return its cost.

    inf: there is none below `limit`; -1: the heap is full. `parent` leads back from the goal;
    `used` must be empty and receives the fixtures met. `stamp[x] == epoch` marks a closed corner.
    """
    shell = group_start[group_start.shape[0] - 1]
    source = node.shape[0] - 2
    goal = source + 1
    octant = 1.0 if corners == 4 else OCTANT
    size = 0
    awake = 0  # corners of the fixtures met
    groups = 0  # wall groups met
    state_g[source] = 0.0
    run[source, 2] = -1.0
    stamp[source] = epoch
    closed[0] = source
    done = 1
    size = _push(source, goal, goal, node, run, state_g, limit, heap_key, heap_from, heap_to, 0)
    while size > 0:
        u, x = heap_from[0], heap_to[0]
        size = _drop_top(heap_key, heap_from, heap_to, size)
        if stamp[x] == epoch:
            continue
        ax, ay, bx, by = node[u, 0], node[u, 1], node[x, 0], node[x, 1]
        k = box_hit(ax, ay, bx, by, box, boxes, radius, octant)
        if k >= 0:
            if (used[k >> 6] >> (k & 63)) & 1:
                continue
            used[k >> 6] |= np.int64(1) << (k & 63)
            for c in range(shell + corners * k, shell + corners * k + corners):
                active[awake] = c
                awake += 1
                for i in range(done):
                    size = _push(
                        closed[i],
                        c,
                        goal,
                        node,
                        run,
                        state_g,
                        limit,
                        heap_key,
                        heap_from,
                        heap_to,
                        size,
                    )
                    if size < 0:
                        return -1.0
            continue
        if u >= shell or x >= shell:
            edge = wall_hit(ax, ay, bx, by, part, walls, grid, cell_start, cell_edge)
            if edge >= 0:
                group = int(walls[edge, 5])
                seen = False
                for i in range(groups):
                    seen |= group_on[i] == group
                if not seen:
                    group_on[groups] = group
                    groups += 1
                    for i in range(done):
                        if closed[i] >= shell:
                            for c in range(group_start[group], group_start[group + 1]):
                                if stamp[c] != epoch:
                                    size = _push(
                                        closed[i],
                                        c,
                                        goal,
                                        node,
                                        run,
                                        state_g,
                                        limit,
                                        heap_key,
                                        heap_from,
                                        heap_to,
                                        size,
                                    )
                                    if size < 0:
                                        return -1.0
                continue
        dx, dy = bx - ax, by - ay
        d = math.sqrt(dx * dx + dy * dy)
        state_g[x] = state_g[u] + d + node[x, 6]
        parent[x] = u
        if x == goal:
            return state_g[x]
        stamp[x] = epoch
        closed[done] = x
        done += 1
        ex, ey = node[x, 2] + node[x, 4], node[x, 3] + node[x, 5]
        side = dx * ey - dy * ex
        run[x, 0], run[x, 1], run[x, 2] = dx, dy, d
        run[x, 3] = 0.0 if abs(side) < 1e-6 * d else math.copysign(1.0, side)
        size = _push(x, goal, goal, node, run, state_g, limit, heap_key, heap_from, heap_to, size)
        if size < 0:
            return -1.0
        for i in range(awake):
            c = active[i]
            if stamp[c] != epoch:
                size = _push(
                    x, c, goal, node, run, state_g, limit, heap_key, heap_from, heap_to, size
                )
                if size < 0:
                    return -1.0
        if x < shell:
            for at in range(start[x], start[x + 1]):
                c = to[at]
                if stamp[c] != epoch:
                    size = _push(
                        x, c, goal, node, run, state_g, limit, heap_key, heap_from, heap_to, size
                    )
                    if size < 0:
                        return -1.0
        else:
            for i in range(groups):
                for c in range(group_start[group_on[i]], group_start[group_on[i] + 1]):
                    if stamp[c] != epoch:
                        size = _push(
                            x,
                            c,
                            goal,
                            node,
                            run,
                            state_g,
                            limit,
                            heap_key,
                            heap_from,
                            heap_to,
                            size,
                        )
                        if size < 0:
                            return -1.0
    return np.inf


# --- all legs of a layout, and moves -----------------------------------------------------------
#
# head[0] = legs re-routed by the last move, head[1] = fixtures moved, head[2] = search epoch,
# head[3] = legs whose path changed. Overflow codes: -1 heap, -2 path buffer.


@njit(cache=True, nogil=True)
def _route_leg(
    leg,
    limit,
    boxes,
    radius,
    corners,
    box,
    node,
    ends,
    blocked,
    lengths,
    costs,
    points,
    counts,
    nodes,
    used,
    rims,
    rim_part,
    rim_start,
    rim_edge,
    walls,
    grid,
    cell_start,
    cell_edge,
    group_start,
    start,
    to,
    head,
    stamp,
    state_g,
    run,
    parent,
    closed,
    active,
    group_on,
    heap_key,
    heap_from,
    heap_to,
    scratch,
):
    """Route one leg and write its row; return 0, 1 if `limit` kept the old path, or overflow."""
    words = used.shape[1]
    source = node.shape[0] - 2
    goal = source + 1
    scratch[:] = 0
    part_a, code_a, ax, ay = stand(
        ends[leg, 0],
        ends[leg, 1],
        box,
        boxes,
        radius,
        corners,
        rims,
        rim_part,
        grid,
        rim_start,
        rim_edge,
        scratch,
    )
    part_b, code_b, bx, by = stand(
        ends[leg, 2],
        ends[leg, 3],
        box,
        boxes,
        radius,
        corners,
        rims,
        rim_part,
        grid,
        rim_start,
        rim_edge,
        scratch,
    )
    blocked[leg, 0], blocked[leg, 1] = code_a, code_b
    if limit < np.inf:
        last = counts[leg] - 1
        if (
            points[leg, 0, 0] != ax
            or points[leg, 0, 1] != ay
            or points[leg, last, 0] != bx
            or points[leg, last, 1] != by
        ):
            limit = np.inf
    cost = np.inf
    for w in range(words):
        used[leg, w] = 0
    if code_a == FREE and code_b == FREE and part_a == part_b:
        node[source, 0], node[source, 1], node[source, 6] = ax, ay, 0.0
        node[goal, 0], node[goal, 1], node[goal, 6] = bx, by, 0.0
        head[2] += 1
        cost = search(
            limit,
            part_a,
            boxes,
            radius,
            corners,
            box,
            node,
            used[leg],
            walls,
            grid,
            cell_start,
            cell_edge,
            group_start,
            start,
            to,
            stamp,
            head[2],
            state_g,
            run,
            parent,
            closed,
            active,
            group_on,
            heap_key,
            heap_from,
            heap_to,
        )
    for w in range(words):
        used[leg, w] |= scratch[w]
    if cost == -1.0:
        return -1
    if cost == np.inf and limit < np.inf:
        return 1
    costs[leg] = cost
    counts[leg] = 0
    lengths[leg] = 0.0 if code_a == ABSENT or code_b == ABSENT else cost
    if cost == np.inf:
        return 0
    n = 2
    x = parent[goal]
    while x != source:
        n += 1
        x = parent[x]
    if n > points.shape[1]:
        return -2
    counts[leg] = n
    x = goal
    total = 0.0
    for i in range(n - 1, -1, -1):
        points[leg, i, 0], points[leg, i, 1] = node[x, 0], node[x, 1]
        nodes[leg, i] = x if x < source else -1
        if i < n - 1:
            total += math.hypot(
                points[leg, i + 1, 0] - points[leg, i, 0],
                points[leg, i + 1, 1] - points[leg, i, 1],
            )
        if i > 0:
            x = parent[x]
    lengths[leg] = total
    return 0


@njit(cache=True, nogil=True)
def _leg_touches(leg, k, ends, points, counts, box, radius, octant):
    """Say whether fixture k now touches the path of a leg, or an end of a leg without a path."""
    n = counts[leg]
    for i in range(n - 1):
        if _touches(
            points[leg, i, 0],
            points[leg, i, 1],
            points[leg, i + 1, 0],
            points[leg, i + 1, 1],
            box,
            k,
            radius,
            octant,
        ):
            return True
    if n > 0:
        return False
    for i in (0, 2):
        if _touches(
            ends[leg, i], ends[leg, i + 1], ends[leg, i], ends[leg, i + 1], box, k, radius, octant
        ):
            return True
    return False


@njit(cache=True, nogil=True)
def _detour_over(ax, ay, bx, by, box, k):
    """Return the least |ap| + |pb| over the points p of fixture k's inflated rectangle."""
    ux, uy = box[2, k], box[3, k]
    hx, hy = box[4, k] + EPS, box[5, k] + EPS
    px, py = ax - box[0, k], ay - box[1, k]
    qx, qy = bx - box[0, k], by - box[1, k]
    pu, pv, qu, qv = px * ux + py * uy, py * ux - px * uy, qx * ux + qy * uy, qy * ux - qx * uy
    best = np.inf
    for side in range(4):
        if side < 2:
            h, w = (hx if side == 0 else -hx), hy
            p0, p1, q0, q1 = pu - h, pv, qu - h, qv
        else:
            h, w = (hy if side == 2 else -hy), hx
            p0, p1, q0, q1 = pv - h, pu, qv - h, qu
        a0, b0 = abs(p0), abs(q0)  # reflect both to one side of the face
        at = p1 if a0 + b0 == 0.0 else (p1 * b0 + q1 * a0) / (a0 + b0)
        at = min(max(at, -w), w)
        best = min(best, math.hypot(p0, at - p1) + math.hypot(q0, at - q1))
    return best


@njit(cache=True, nogil=True)
def _swap_row(leg, i, saved, ends, blocked, lengths, costs, points, counts, nodes, used):
    """Exchange a leg's row with row i of the saved copy."""
    for j in range(4):
        saved[0][i, j], ends[leg, j] = ends[leg, j], saved[0][i, j]
    for j in range(2):
        saved[1][i, j], blocked[leg, j] = blocked[leg, j], saved[1][i, j]
    saved[2][i], lengths[leg] = lengths[leg], saved[2][i]
    saved[3][i], costs[leg] = costs[leg], saved[3][i]
    n = max(saved[5][i], counts[leg])
    saved[5][i], counts[leg] = counts[leg], saved[5][i]
    for j in range(n):
        for c in range(2):
            saved[4][i, j, c], points[leg, j, c] = points[leg, j, c], saved[4][i, j, c]
        saved[6][i, j], nodes[leg, j] = nodes[leg, j], saved[6][i, j]
    for j in range(used.shape[1]):
        saved[7][i, j], used[leg, j] = used[leg, j], saved[7][i, j]


@njit(cache=True, nogil=True)
def _keep_row(leg, i, saved, ends, blocked, lengths, costs, points, counts, nodes, used):
    """Copy a leg's row to row i of the saved copy."""
    for j in range(4):
        saved[0][i, j] = ends[leg, j]
    saved[1][i, 0], saved[1][i, 1] = blocked[leg, 0], blocked[leg, 1]
    saved[2][i], saved[3][i], saved[5][i] = lengths[leg], costs[leg], counts[leg]
    for j in range(counts[leg]):
        saved[4][i, j, 0], saved[4][i, j, 1] = points[leg, j, 0], points[leg, j, 1]
        saved[6][i, j] = nodes[leg, j]
    for j in range(used.shape[1]):
        saved[7][i, j] = used[leg, j]


@njit(cache=True, nogil=True)
def undo(radius, corners, shell, moves, legs, head):
    """Put back everything that the last `move` changed."""
    pose, box, node, old_pose, moved = moves
    (ends, blocked, lengths, costs, points, counts, nodes, used, touched, changed, saved) = legs
    for i in range(head[0]):
        _swap_row(touched[i], i, saved, ends, blocked, lengths, costs, points, counts, nodes, used)
    for i in range(head[1] - 1, -1, -1):
        k = moved[i]
        pose[k] = old_pose[i]
        set_box(k, pose[k], radius, corners, box, node, shell)
    head[0] = head[1] = head[3] = 0


@njit(cache=True, nogil=True)
def move(
    box_rows,
    new_boxes,
    leg_rows,
    new_starts,
    new_ends,
    radius,
    corners,
    space,
    moves,
    legs,
    search_space,
    heap,
):
    """Move fixtures and ends of legs, re-route what that can change; return 0 or an overflow.

    An overflow, or a row that does not exist (-3), leaves everything as it was.
    """
    (
        rims,
        rim_part,
        rim_start,
        rim_edge,
        walls,
        grid,
        cell_start,
        cell_edge,
        group_start,
        start,
        to,
    ) = space
    pose, box, node, old_pose, moved = moves
    (ends, blocked, lengths, costs, points, counts, nodes, used, touched, changed, saved) = legs
    head, flag, stamp, state_g, run, parent, closed, active, group_on = search_space
    heap_key, heap_from, heap_to, scratch = heap
    shell = group_start[group_start.shape[0] - 1]
    boxes = pose.shape[0]
    octant = 1.0 if corners == 4 else OCTANT
    count = lengths.shape[0]
    head[0] = head[1] = head[3] = 0
    flag[:] = 0  # 1: could get shorter; 2: the old path is no upper bound; 3: an end moved
    for i in range(box_rows.shape[0]):
        if not 0 <= box_rows[i] < boxes:
            return -3
    for i in range(leg_rows.shape[0]):
        if not 0 <= leg_rows[i] < count:
            return -3
    for i in range(box_rows.shape[0]):
        k = box_rows[i]
        word, bit = k >> 6, k & 63
        for leg in range(count):
            if flag[leg] == 0 and (used[leg, word] >> bit) & 1:
                n = counts[leg]
                if n == 0:
                    flag[leg] = 2
                elif (
                    _detour_over(
                        points[leg, 0, 0],
                        points[leg, 0, 1],
                        points[leg, n - 1, 0],
                        points[leg, n - 1, 1],
                        box,
                        k,
                    )
                    <= lengths[leg] + 1e-6
                ):
                    flag[leg] = 1
                    for j in range(1, n - 1):  # a bend at the old place is no corner any more
                        if nodes[leg, j] >= shell and (nodes[leg, j] - shell) // corners == k:
                            flag[leg] = 2
        if head[1] == boxes:  # the same fixture twice in one move
            undo(radius, corners, shell, moves, legs, head)
            return -3
        old_pose[head[1]] = pose[k]
        moved[head[1]] = k
        head[1] += 1
        pose[k] = new_boxes[i]
        set_box(k, pose[k], radius, corners, box, node, shell)
    for i in range(box_rows.shape[0]):
        for leg in range(count):
            if flag[leg] < 2 and _leg_touches(
                leg, box_rows[i], ends, points, counts, box, radius, octant
            ):
                flag[leg] = 2
    for i in range(leg_rows.shape[0]):
        flag[leg_rows[i]] = 3 + i
    for leg in range(count):
        if flag[leg] == 0:
            continue
        row = head[0]
        _keep_row(leg, row, saved, ends, blocked, lengths, costs, points, counts, nodes, used)
        touched[row] = leg
        head[0] += 1
        limit = costs[leg] if flag[leg] == 1 else np.inf
        if flag[leg] >= 3:
            ends[leg, :2] = new_starts[flag[leg] - 3]
            ends[leg, 2:] = new_ends[flag[leg] - 3]
        code = _route_leg(
            leg,
            limit,
            boxes,
            radius,
            corners,
            box,
            node,
            ends,
            blocked,
            lengths,
            costs,
            points,
            counts,
            nodes,
            used,
            rims,
            rim_part,
            rim_start,
            rim_edge,
            walls,
            grid,
            cell_start,
            cell_edge,
            group_start,
            start,
            to,
            head,
            stamp,
            state_g,
            run,
            parent,
            closed,
            active,
            group_on,
            heap_key,
            heap_from,
            heap_to,
            scratch,
        )
        if code < 0:
            undo(radius, corners, shell, moves, legs, head)
            return code
        same = code == 1 or (counts[leg] == saved[5][row] and lengths[leg] == saved[2][row])
        if same and code == 0:
            for j in range(counts[leg]):
                same &= (
                    points[leg, j, 0] == saved[4][row, j, 0]
                    and points[leg, j, 1] == saved[4][row, j, 1]
                    and nodes[leg, j] == saved[6][row, j]
                )
        if not same:
            changed[head[3]] = leg
            head[3] += 1
    return 0


@njit(cache=True, nogil=True)
def pack(points, counts):
    """Return (points, offsets): all paths one after the other."""
    offsets = np.zeros(counts.shape[0] + 1, np.int64)
    for i in range(counts.shape[0]):
        offsets[i + 1] = offsets[i] + counts[i]
    flat = np.empty((offsets[-1], 2))
    for i in range(counts.shape[0]):
        flat[offsets[i] : offsets[i + 1]] = points[i, : counts[i]]
    return flat, offsets


@njit(cache=True, nogil=True)
def corner_nodes(corner):
    """Return the shell's corners as the first rows of the search's nodes, with bend costs."""
    node = np.zeros((corner.shape[0], 8))
    for i in range(corner.shape[0]):
        node[i, :6] = corner[i]
        node[i, 6] = bend_cost(corner[i, 0], corner[i, 1])
    return node


def warm_up() -> None:
    """Log one line if this machine has no compiled kernels yet; call before the first use."""
    if getattr(bend_cost, "signatures", True):  # compiled already, or compiling switched off
        return
    bend_cost(0.0, 0.0)
    if bend_cost.stats.cache_misses:
        logger.info("compiling the path kernels, once per machine")
