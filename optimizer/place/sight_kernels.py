"""Compiled inner loops over straight lines: who sees a screen, what walk a block is in the way of.

In: flat arrays that `place.overlooking` and `place.own_detour` make. Out: numbers. No kernel calls
one of another module: the cache on disk would not notice a change there.
"""

from __future__ import annotations

import numpy as np
from numba import njit

#: An eye this near to the edge of a sector, metres, counts as behind the body, or in view.
HAIR = 1e-9


@njit(cache=True, nogil=True)
def segments_cross(ax, ay, bx, by, wall):  # type: ignore[no-untyped-def]
    """Whether the segment a-b and a wall (4,) x1, y1, x2, y2 share a point."""
    px, py, qx, qy = wall
    d1 = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
    d2 = (bx - ax) * (qy - ay) - (by - ay) * (qx - ax)
    d3 = (qx - px) * (ay - py) - (qy - py) * (ax - px)
    d4 = (qx - px) * (by - py) - (qy - py) * (bx - px)
    return d1 * d2 <= 0 and d3 * d4 <= 0 and (d1 != 0 or d2 != 0 or d3 != 0 or d4 != 0)


@njit(cache=True, nogil=True)
def segment_meets_box(ax, ay, bx, by, box):  # type: ignore[no-untyped-def]
    """Whether the segment a-b meets a rectangle (6,) x, y, cosine, sine, half width, half depth."""
    cx, cy, c, s, hw, hd = box
    mx, my = (ax + bx) / 2 - cx, (ay + by) / 2 - cy
    dx, dy = (bx - ax) / 2, (by - ay) / 2
    along, across = mx * c + my * s, -mx * s + my * c
    ex, ey = dx * c + dy * s, -dx * s + dy * c
    if abs(along) > hw + abs(ex) or abs(across) > hd + abs(ey):
        return False
    return abs(along * ey - across * ex) <= hw * abs(ey) + hd * abs(ex)


@njit(cache=True, nogil=True)
def overlooked_pairs(screens, eyes, boxes, walls, radius, covered):  # type: ignore[no-untyped-def]
    """Pairs (screen's fixture, viewer's fixture) with a free view: see `place.overlooking`.

    `screens` (n, 6) x, y, front direction x, y, fixture, cosine of half the angle of view;
    `eyes` (m, 3) x, y, fixture; `boxes` (b, 7) opaque footprints and their fixture; `walls`
    (w, 4); `covered` the cosine of half the sector that the user's body covers.
    """
    count = 0
    for i in range(screens.shape[0]):
        x, y, fx, fy, own, view = screens[i]
        last = -1.0
        for j in range(eyes.shape[0]):
            viewer = eyes[j, 2]
            if viewer in (own, last):
                continue
            dx, dy = eyes[j, 0] - x, eyes[j, 1] - y
            away = dx * dx + dy * dy
            ahead, gap = dx * fx + dy * fy, np.sqrt(away)
            if gap > radius + HAIR or ahead > covered * gap - HAIR or ahead < view * gap - HAIR:
                continue
            free = True
            for b in range(boxes.shape[0]):
                if boxes[b, 6] == own:
                    continue
                if segment_meets_box(x, y, eyes[j, 0], eyes[j, 1], boxes[b, :6]):
                    free = False
                    break
            for w in range(walls.shape[0]):
                if not free:
                    break
                free = not segments_cross(x, y, eyes[j, 0], eyes[j, 1], walls[w])
            if free:
                count += 1
                last = viewer
    return count


@njit(cache=True, nogil=True)
def box_corners(boxes, poses):  # type: ignore[no-untyped-def]
    """(poses, 4 · boxes, 2) corners of rectangles (b, 4) of a block's frame at poses (n, 4)."""
    corners = np.empty((poses.shape[0], 4 * boxes.shape[0], 2))
    for i in range(poses.shape[0]):
        x, y, c, s = poses[i]
        for b in range(boxes.shape[0]):
            for j in range(4):
                u, v = boxes[b, 2 * (j % 2)], boxes[b, 1 + 2 * (j // 2)]
                corners[i, 4 * b + j, 0] = x + c * u - s * v
                corners[i, 4 * b + j, 1] = y + s * u + c * v
    return corners


@njit(cache=True, nogil=True)
def past_block(sx, sy, tx, ty, pose, boxes):  # type: ignore[no-untyped-def]
    """Whether the segment s-t leaves all rectangles (b, 4) of a block at a pose (4,) alone."""
    x, y, c, s = pose
    box = np.empty(6)
    for b in range(boxes.shape[0]):
        u, v = (boxes[b, 0] + boxes[b, 2]) / 2, (boxes[b, 1] + boxes[b, 3]) / 2
        box[0], box[1], box[2], box[3] = x + c * u - s * v, y + s * u + c * v, c, s
        # corners of the block itself are touched, not met
        box[4] = (boxes[b, 2] - boxes[b, 0]) / 2 - 1e-9
        box[5] = (boxes[b, 3] - boxes[b, 1]) / 2 - 1e-9
        if segment_meets_box(sx, sy, tx, ty, box):
            return False
    return True


@njit(cache=True, nogil=True)
def own_detours(  # type: ignore[no-untyped-def]
    access, poses, boxes, targets, empty, nodes, seen, onward, corners, from_corners
):
    """Lower bounds of distances past the block at each pose: `place.own_detour` (1).

    `access` (n, 2), `poses` (n, 4), `boxes` (b, 4) widened footprints, `targets` (t, 2), `empty`
    (n, t), `nodes` (k, 2), `seen` (n, k) and `onward` (k, t) distances in the empty shell,
    `corners` (n, 4 b, 2), `from_corners` (n · 4 b, t), or (0, t) for straight distances.
    """
    result = np.empty_like(empty)
    exact = from_corners.shape[0] > 0
    each = corners.shape[1]
    aside = np.empty(each)
    hop, length = np.empty(nodes.shape[0], dtype=np.int64), np.empty(nodes.shape[0])
    for i in range(access.shape[0]):
        sx, sy = access[i]
        hops = 0
        for k in range(nodes.shape[0]):
            straight = np.hypot(nodes[k, 0] - sx, nodes[k, 1] - sy)
            if seen[i, k] <= straight + 1e-9 and past_block(
                sx, sy, nodes[k, 0], nodes[k, 1], poses[i], boxes
            ):
                hop[hops], length[hops] = k, straight
                hops += 1
        for j in range(each):
            cx, cy = corners[i, j]
            seen_past = past_block(sx, sy, cx, cy, poses[i], boxes)
            aside[j] = np.hypot(cx - sx, cy - sy) if seen_past else np.inf
        for t in range(targets.shape[0]):
            result[i, t] = empty[i, t]
            straight = np.hypot(targets[t, 0] - sx, targets[t, 1] - sy)
            if not np.isfinite(empty[i, t]) or (
                empty[i, t] <= straight + 1e-9
                and past_block(sx, sy, targets[t, 0], targets[t, 1], poses[i], boxes)
            ):
                continue
            best = np.inf
            for h in range(hops):
                best = min(best, length[h] + onward[hop[h], t])
            for j in range(each):
                if aside[j] < best:
                    if exact:
                        rest = from_corners[i * each + j, t]
                    else:
                        rest = np.hypot(
                            corners[i, j, 0] - targets[t, 0], corners[i, j, 1] - targets[t, 1]
                        )
                    best = min(best, aside[j] + rest)
            if np.isfinite(best) and best > result[i, t]:
                result[i, t] = best
    return result
