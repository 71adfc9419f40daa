"""Compiled loops over walks past rectangles: one, or several together.

In: points and rectangles. Out: lengths. No kernel calls one of another module: the cache on disk
would not notice a change there.
"""

from __future__ import annotations

import numpy as np
from numba import njit

#: A line that leads through a rectangle by less than this, metres, leads past it.
HAIR = 1e-7


@njit(cache=True, nogil=True)
def one_way_round(points, count, to):  # type: ignore[no-untyped-def]
    """Length from point 0 to point `to` along the hull of the points, all others on the right."""
    total, here = 0.0, 0
    for _ in range(count):
        following = -1
        for j in range(count):
            if j == here:
                continue
            if following < 0:
                following = j
                continue
            ax, ay = points[following] - points[here]
            bx, by = points[j] - points[here]
            turn = ax * by - ay * bx
            if turn > 0.0 or (turn == 0.0 and bx * bx + by * by > ax * ax + ay * ay):
                following = j
        step = points[following] - points[here]
        total += np.hypot(step[0], step[1])
        here = following
        if here == to:
            break
    return total


@njit(cache=True, nogil=True)
def past_rectangle(sx, sy, tx, ty, half_width, half_depth):  # type: ignore[no-untyped-def]
    """Length of the shortest way from s to t that stays out of a rectangle around (0, 0).

    Where s or t lies inside it is the straight distance.
    """
    straight = np.hypot(tx - sx, ty - sy)
    inside = (abs(sx) < half_width and abs(sy) < half_depth) or (
        abs(tx) < half_width and abs(ty) < half_depth
    )
    mx, my, ex, ey = (sx + tx) / 2, (sy + ty) / 2, (tx - sx) / 2, (ty - sy) / 2
    if (
        inside
        or abs(mx) >= half_width + abs(ex)
        or abs(my) >= half_depth + abs(ey)
        or abs(mx * ey - my * ex) >= half_width * abs(ey) + half_depth * abs(ex)
    ):
        return straight
    best = np.inf
    points = np.empty((6, 2))
    for side in (1.0, -1.0):
        # on the other side the plane is mirrored, so that the hull is always walked the same way
        points[0, 0], points[0, 1] = sx, side * sy
        points[1, 0], points[1, 1] = tx, side * ty
        count = 2
        for u in (-half_width, half_width):
            for v in (-half_depth, half_depth):
                if side * ((tx - sx) * (v - sy) - (ty - sy) * (u - sx)) >= 0.0:
                    points[count, 0], points[count, 1] = u, side * v
                    count += 1
        best = min(best, one_way_round(points, count, 1))
    return max(best, straight)


@njit(cache=True, nogil=True)
def blocked_detours(start, targets, known, rectangles):  # type: ignore[no-untyped-def]
    """(targets, rectangles) metres that a walk is longer past each rectangle than is known.

    `start` (2,), `targets` (t, 2), `known` (t,) lengths, `rectangles` (r, 5) x, y, half width,
    half depth, angle in radians.
    """
    more = np.zeros((targets.shape[0], rectangles.shape[0]))
    for j in range(rectangles.shape[0]):
        x, y, half_width, half_depth, angle = rectangles[j]
        c, s = np.cos(angle), np.sin(angle)
        dx, dy = start[0] - x, start[1] - y
        sx, sy = c * dx + s * dy, -s * dx + c * dy
        for i in range(targets.shape[0]):
            dx, dy = targets[i, 0] - x, targets[i, 1] - y
            length = past_rectangle(
                sx, sy, c * dx + s * dy, -s * dx + c * dy, half_width, half_depth
            )
            if length > known[i]:
                more[i, j] = length - known[i]
    return more


@njit(cache=True, nogil=True)
def leads_through(ax, ay, bx, by, rectangle):  # type: ignore[no-untyped-def]
    """Whether the segment a-b leads through a rectangle (6,), by more than a hair."""
    x, y, half_width, half_depth, c, s = rectangle
    half_width, half_depth = half_width - HAIR, half_depth - HAIR
    mx, my = (ax + bx) / 2 - x, (ay + by) / 2 - y
    dx, dy = (bx - ax) / 2, (by - ay) / 2
    along, across = mx * c + my * s, -mx * s + my * c
    ex, ey = dx * c + dy * s, -dx * s + dy * c
    if abs(along) >= half_width + abs(ex) or abs(across) >= half_depth + abs(ey):
        return False
    return abs(along * ey - across * ex) < half_width * abs(ey) + half_depth * abs(ex)


@njit(cache=True, nogil=True)
def in_nobodys_way(ax, ay, bx, by, rectangles, first, last, tried):  # type: ignore[no-untyped-def]
    """A choice of a set (see `least_past`) that the segment a-b leads past; -1: there is none."""
    for step in range(last - first + 1):
        choice = tried if step == 0 else first + step - 1
        free = True
        for part in range(rectangles.shape[1]):
            if leads_through(ax, ay, bx, by, rectangles[choice, part]):
                free = False
                break
        if free:
            return choice
    return -1


@njit(cache=True, nogil=True)
def least_past(starts, targets, known, rectangles, ends):  # type: ignore[no-untyped-def]
    """(starts, targets) lengths past the least obstructive choice of each of some sets.

    `known` (starts, targets) lengths; `rectangles` (r, parts, 6) x, y, half width, half depth,
    cosine, sine; set g has choices `ends[g]` to `ends[g + 1]`, one of which stands.
    """
    found = known.copy()
    # the choice that was in nobody's way last is tried first
    tried = ends[:-1].copy()
    for i in range(starts.shape[0]):
        px, py = starts[i]
        for j in range(targets.shape[0]):
            qx, qy = targets[j]
            for g in range(tried.shape[0]):
                free = in_nobodys_way(px, py, qx, qy, rectangles, ends[g], ends[g + 1], tried[g])
                if free >= 0:
                    tried[g] = free
                    continue
                least = np.inf
                for choice in range(ends[g], ends[g + 1]):
                    longest = 0.0
                    for part in range(rectangles.shape[1]):
                        x, y, half_width, half_depth, c, s = rectangles[choice, part]
                        ax, ay, bx, by = px - x, py - y, qx - x, qy - y
                        sx, sy, tx, ty = (
                            c * ax + s * ay, -s * ax + c * ay, c * bx + s * by, -s * bx + c * by,
                        )  # fmt: skip
                        length = past_rectangle(sx, sy, tx, ty, half_width, half_depth)
                        longest = max(longest, length)
                    least = min(least, longest)
                    if least <= found[i, j]:
                        break
                found[i, j] = max(found[i, j], least)
    return found


@njit(cache=True, nogil=True)
def seen_corners(points, corners, rectangles):  # type: ignore[no-untyped-def]
    """(points, corners) lengths of the straight lines that no rectangle (r, 6) is in; else inf."""
    found = np.full((points.shape[0], corners.shape[0]), np.inf)
    for i in range(points.shape[0]):
        x, y = points[i]
        for j in range(corners.shape[0]):
            u, v = corners[j]
            free = True
            for r in range(rectangles.shape[0]):
                if leads_through(x, y, u, v, rectangles[r]):
                    free = False
                    break
            if free:
                found[i, j] = np.hypot(u - x, v - y)
    return found


@njit(cache=True, nogil=True)
def ways_between_corners(rectangles):  # type: ignore[no-untyped-def]
    """Corners of rectangles (r, 6), and the shortest ways between them past all rectangles."""
    n = 4 * rectangles.shape[0]
    corners = np.empty((n, 2))
    for r in range(rectangles.shape[0]):
        x, y, half_width, half_depth, c, s = rectangles[r]
        for k in range(4):
            u = half_width if k & 1 else -half_width
            v = half_depth if k & 2 else -half_depth
            corners[4 * r + k, 0] = x + c * u - s * v
            corners[4 * r + k, 1] = y + s * u + c * v
    ways = seen_corners(corners, corners, rectangles)
    for over in range(n):
        for i in range(n):
            for j in range(n):
                ways[i, j] = min(ways[i, j], ways[i, over] + ways[over, j])
    return corners, ways


@njit(cache=True, nogil=True)
def past_all(starts, targets, known, rectangles, corners, ways, most):  # type: ignore[no-untyped-def]
    """(starts, targets) lengths past all rectangles, from `known` to `most` metres more."""
    found = known.copy()
    size = corners.shape[0]
    seen_here = seen_corners(starts, corners, rectangles)
    seen_there = seen_corners(targets, corners, rectangles)
    for i in range(starts.shape[0]):
        from_here = np.full(size, -1.0)
        for j in range(targets.shape[0]):
            free = True
            for r in range(rectangles.shape[0]):
                if leads_through(
                    starts[i, 0], starts[i, 1], targets[j, 0], targets[j, 1], rectangles[r]
                ):
                    free = False
                    break
            if free:
                continue
            if from_here[0] < 0.0:
                from_here[:] = np.inf
                for one in range(size):
                    if seen_here[i, one] < np.inf:
                        for other in range(size):
                            length = seen_here[i, one] + ways[one, other]
                            from_here[other] = min(from_here[other], length)
            least = np.inf
            for one in range(size):
                least = min(least, from_here[one] + seen_there[j, one])
            found[i, j] = max(found[i, j], min(least, known[i, j] + most))
    return found
