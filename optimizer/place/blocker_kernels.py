"""Compiled loops over walks past one rectangle.

In: points and rectangles. Out: lengths. No kernel calls one of another module: the cache on disk
would not notice a change there.
"""

from __future__ import annotations

import numpy as np
from numba import njit


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
