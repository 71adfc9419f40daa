"""Compiled inner loops of the search: conflicts between poses, moves, the search by tables.

In: flat arrays that `place.shapes` and `place.tables` make. Out: numbers. No kernel calls one of
another module: the cache on disk would not notice a change there.
"""

from __future__ import annotations

import numpy as np
from numba import njit

#: Sets of rectangles of a block: see `place.shapes`.
SETS = 7
#: Which set of one block must not meet which set of the other.
RELATIONS = np.array([(0, 1), (0, 2), (2, 0), (3, 4), (4, 3), (5, 6), (6, 5)])


@njit(cache=True, nogil=True)
def boxes_meet(a, p, b, q):  # type: ignore[no-untyped-def]
    """Whether rectangle a of a block at pose p and b at q share a point (separating axes).

    `a`, `b` are (4,) x0, y0, x1, y1 in the blocks' frames; `p`, `q` (4,) x, y, cosine, sine.
    """
    ax, ay = (a[0] + a[2]) / 2, (a[1] + a[3]) / 2
    bx, by = (b[0] + b[2]) / 2, (b[1] + b[3]) / 2
    aw, ah = (a[2] - a[0]) / 2, (a[3] - a[1]) / 2
    bw, bh = (b[2] - b[0]) / 2, (b[3] - b[1]) / 2
    dx = q[0] + q[2] * bx - q[3] * by - (p[0] + p[2] * ax - p[3] * ay)
    dy = q[1] + q[3] * bx + q[2] * by - (p[1] + p[3] * ax + p[2] * ay)
    c = abs(p[2] * q[2] + p[3] * q[3])
    s = abs(p[2] * q[3] - p[3] * q[2])
    if abs(dx * p[2] + dy * p[3]) > aw + bw * c + bh * s:
        return False
    if abs(-dx * p[3] + dy * p[2]) > ah + bw * s + bh * c:
        return False
    if abs(dx * q[2] + dy * q[3]) > bw + aw * c + ah * s:
        return False
    return abs(-dx * q[3] + dy * q[2]) <= bh + aw * s + ah * c


@njit(cache=True, nogil=True)
def blocks_conflict(boxes, offsets, reach, k, p, m, q):  # type: ignore[no-untyped-def]
    """Whether a block of kind k at pose p and one of kind m at q cannot stand together."""
    dx, dy = p[0] - q[0], p[1] - q[1]
    far = reach[k] + reach[m]
    if dx * dx + dy * dy > far * far:
        return False
    for r in range(RELATIONS.shape[0]):
        s, t = RELATIONS[r, 0], RELATIONS[r, 1]
        for i in range(offsets[k, s], offsets[k, s + 1]):
            for j in range(offsets[m, t], offsets[m, t + 1]):
                if boxes_meet(boxes[i], p, boxes[j], q):
                    return True
    return False


@njit(cache=True, nogil=True)
def conflict_matrix(boxes, offsets, reach, k, poses_k, m, poses_m):  # type: ignore[no-untyped-def]
    """(n, p) conflicts between all poses of two kinds."""
    result = np.zeros((poses_k.shape[0], poses_m.shape[0]), dtype=np.bool_)
    for i in range(poses_k.shape[0]):
        for j in range(poses_m.shape[0]):
            result[i, j] = blocks_conflict(boxes, offsets, reach, k, poses_k[i], m, poses_m[j])
    return result


@njit(cache=True, nogil=True)
def next_random(state):  # type: ignore[no-untyped-def]
    """The next number in [0, 1) of a generator whose state is (1,) uint64 (xorshift64*)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True)
def fits_others(shapes, pose_offset, poses, kind, chosen, block, pose, skip):  # type: ignore[no-untyped-def]
    """Whether a block may stand at a candidate pose beside all others but `skip`."""
    boxes, offsets, reach = shapes
    k = kind[block]
    p = poses[pose_offset[k] + pose]
    for other in range(kind.size):
        if other in (block, skip) or chosen[other] < 0:
            continue
        m = kind[other]
        q = poses[pose_offset[m] + chosen[other]]
        if blocks_conflict(boxes, offsets, reach, k, p, m, q):
            return False
    return True


@njit(cache=True, nogil=True)
def block_cost(tables, pose_offset, kind, chosen, block, pose, skip):  # type: ignore[no-untyped-def]
    """Table cost of a block at a candidate pose: its own and that with all others but `skip`."""
    unary, pairs, pair_offset, size = tables
    k = kind[block]
    cost = unary[pose_offset[k] + pose]
    for other in range(kind.size):
        if other in (block, skip) or chosen[other] < 0:
            continue
        m = kind[other]
        if k <= m:
            at = pair_offset[k, m]
            if at >= 0:
                cost += pairs[at + pose * size[m] + chosen[other]]
        else:
            at = pair_offset[m, k]
            if at >= 0:
                cost += pairs[at + chosen[other] * size[k] + pose]
    return cost


@njit(cache=True, nogil=True)
def pair_cost(tables, k, p, m, q):  # type: ignore[no-untyped-def]
    """Table cost between one block of kind k at candidate p and one of kind m at q."""
    _, pairs, pair_offset, size = tables
    if k > m:
        k, p, m, q = m, q, k, p
    at = pair_offset[k, m]
    return np.float64(pairs[at + p * size[m] + q]) if at >= 0 else 0.0


@njit(cache=True, nogil=True)
def nearest_pose(pose_offset, poses, k, x, y, c, s):  # type: ignore[no-untyped-def]
    """Candidate of kind k nearest to a place, one that looks the same way if it is close by."""
    best, where = np.inf, -1
    for i in range(pose_offset[k], pose_offset[k + 1]):
        dx, dy = poses[i, 0] - x, poses[i, 1] - y
        turn = 1.0 - (poses[i, 2] * c + poses[i, 3] * s)
        d = dx * dx + dy * dy + 0.25 * turn
        if d < best:
            best, where = d, i - pose_offset[k]
    return where


@njit(cache=True, nogil=True)
def propose_move(  # type: ignore[no-untyped-def]
    shapes, tables, pose_offset, poses, neighbours, kind, movable, chosen, state, tries, move
):
    """Draw a move that leaves no conflict; write it to `move` and return its table cost change.

    `move` (4,) receives block, new candidate, and a second block with its new candidate or -1.
    Six draws in ten shift or turn a block to a near candidate, two put it anywhere, two exchange
    the places of two blocks. Returns nan where `tries` draws found none.
    """
    for _ in range(tries):
        block = movable[int(next_random(state) * movable.size)]
        k = kind[block]
        draw = next_random(state)
        if draw < 0.8:
            if draw < 0.6:
                row = pose_offset[k] + chosen[block]
                pose = neighbours[row, int(next_random(state) * neighbours.shape[1])]
            else:
                pose = int(next_random(state) * (pose_offset[k + 1] - pose_offset[k]))
            if pose == chosen[block]:
                continue
            if not fits_others(shapes, pose_offset, poses, kind, chosen, block, pose, -1):
                continue
            move[0], move[1], move[2], move[3] = block, pose, -1, -1
            old = block_cost(tables, pose_offset, kind, chosen, block, chosen[block], -1)
            return block_cost(tables, pose_offset, kind, chosen, block, pose, -1) - old
        other = movable[int(next_random(state) * movable.size)]
        m = kind[other]
        if m == k:
            continue
        here = poses[pose_offset[k] + chosen[block]]
        there = poses[pose_offset[m] + chosen[other]]
        pose = nearest_pose(pose_offset, poses, k, there[0], there[1], there[2], there[3])
        swap = nearest_pose(pose_offset, poses, m, here[0], here[1], here[2], here[3])
        if pose == chosen[block] or swap == chosen[other]:
            continue
        if not fits_others(shapes, pose_offset, poses, kind, chosen, block, pose, other):
            continue
        if not fits_others(shapes, pose_offset, poses, kind, chosen, other, swap, block):
            continue
        boxes, offsets, reach = shapes
        p, q = poses[pose_offset[k] + pose], poses[pose_offset[m] + swap]
        if blocks_conflict(boxes, offsets, reach, k, p, m, q):
            continue
        move[0], move[1], move[2], move[3] = block, pose, other, swap
        new = block_cost(tables, pose_offset, kind, chosen, block, pose, other)
        new += block_cost(tables, pose_offset, kind, chosen, other, swap, block)
        new += pair_cost(tables, k, pose, m, swap)
        old = block_cost(tables, pose_offset, kind, chosen, block, chosen[block], other)
        old += block_cost(tables, pose_offset, kind, chosen, other, chosen[other], block)
        old += pair_cost(tables, k, chosen[block], m, chosen[other])
        return new - old
    return np.nan


@njit(cache=True, nogil=True)
def stays_or_fits(shapes, pose_offset, poses, kind, home, chosen, block, pose, skip):  # type: ignore[no-untyped-def]
    """As `fits_others`, but two blocks that both stay at home are let stand as they are."""
    boxes, offsets, reach = shapes
    k = kind[block]
    p = poses[pose_offset[k] + pose]
    for other in range(kind.size):
        if other in (block, skip) or chosen[other] < 0:
            continue
        if pose == home[block] and chosen[other] == home[other]:
            continue
        m = kind[other]
        q = poses[pose_offset[m] + chosen[other]]
        if blocks_conflict(boxes, offsets, reach, k, p, m, q):
            return False
    return True


@njit(cache=True, nogil=True)
def propose_change(  # type: ignore[no-untyped-def]
    shapes,
    tables,
    pose_offset,
    poses,
    neighbours,
    kind,
    movable,
    leeway,
    chosen,
    state,
    tries,
    move,
):
    """Draw a move that keeps to a leeway; as `propose_move`, which it writes and returns alike.

    `leeway` is home (blocks,), fixtures of each block (blocks,) and the most that may be away. A
    block may go home, or go somewhere else (near, anywhere, or where another block stands, which
    makes room); where too many would be away, another one goes home in the same move.
    """
    home, size, most = leeway
    away = 0
    for block in range(kind.size):
        if home[block] >= 0 and chosen[block] != home[block]:
            away += size[block]
    for _ in range(tries):
        block = movable[int(next_random(state) * movable.size)]
        k = kind[block]
        draw = next_random(state)
        other, swap = -1, -1
        if draw < 0.15 and home[block] >= 0:
            pose = home[block]
        elif draw < 0.6:
            row = pose_offset[k] + chosen[block]
            pose = neighbours[row, int(next_random(state) * neighbours.shape[1])]
        elif draw < 0.85:
            pose = int(next_random(state) * (pose_offset[k + 1] - pose_offset[k]))
        else:
            other = movable[int(next_random(state) * movable.size)]
            m = kind[other]
            if other == block:
                continue
            here = poses[pose_offset[k] + chosen[block]]
            there = poses[pose_offset[m] + chosen[other]]
            pose = nearest_pose(pose_offset, poses, k, there[0], there[1], there[2], there[3])
            swap = nearest_pose(pose_offset, poses, m, here[0], here[1], here[2], here[3])
        if pose == chosen[block]:
            continue
        after = away
        if home[block] >= 0:
            after += size[block] * (int(pose != home[block]) - int(chosen[block] != home[block]))
        if after > most and other < 0:
            # somebody who is away goes home instead
            other = movable[int(next_random(state) * movable.size)]
            if other == block or home[other] < 0 or chosen[other] == home[other]:
                continue
            swap = home[other]
        if other >= 0:
            if swap == chosen[other]:
                continue
            if home[other] >= 0:
                after += size[other] * (
                    int(swap != home[other]) - int(chosen[other] != home[other])
                )
        if after > most and after >= away:
            continue
        m = kind[other] if other >= 0 else -1
        if not stays_or_fits(shapes, pose_offset, poses, kind, home, chosen, block, pose, other):
            continue
        move[0], move[1], move[2], move[3] = block, pose, other, swap
        new = block_cost(tables, pose_offset, kind, chosen, block, pose, other)
        old = block_cost(tables, pose_offset, kind, chosen, block, chosen[block], other)
        if other < 0:
            return new - old
        boxes, offsets, reach = shapes
        p, q = poses[pose_offset[k] + pose], poses[pose_offset[m] + swap]
        both_home = pose == home[block] and swap == home[other]
        if not both_home and blocks_conflict(boxes, offsets, reach, k, p, m, q):
            continue
        if not stays_or_fits(shapes, pose_offset, poses, kind, home, chosen, other, swap, block):
            continue
        new += block_cost(tables, pose_offset, kind, chosen, other, swap, block)
        new += pair_cost(tables, k, pose, m, swap)
        old += block_cost(tables, pose_offset, kind, chosen, other, chosen[other], block)
        old += pair_cost(tables, k, chosen[block], m, chosen[other])
        return new - old
    return np.nan


@njit(cache=True, nogil=True)
def anneal_tables(  # type: ignore[no-untyped-def]
    shapes, tables, pose_offset, poses, neighbours, kind, movable, chosen, state, steps, hot, cold
):
    """Simulated annealing of the table cost from `chosen`, in place; the best choice is returned.

    The temperature falls geometrically from `hot` to `cold` (cost units) over `steps` moves.
    """
    move = np.empty(4, dtype=np.int64)
    best = chosen.copy()
    run, lowest = 0.0, 0.0
    for step in range(steps):
        change = propose_move(
            shapes, tables, pose_offset, poses, neighbours, kind, movable, chosen, state, 20, move
        )
        if np.isnan(change):
            continue
        heat = hot * (cold / hot) ** (step / steps)
        if change > 0 and next_random(state) >= np.exp(-change / heat):
            continue
        chosen[move[0]] = move[1]
        if move[2] >= 0:
            chosen[move[2]] = move[3]
        run += change
        if run < lowest - 1e-9:
            lowest = run
            best[:] = chosen
    return best


@njit(cache=True, nogil=True)
def build_greedily(  # type: ignore[no-untyped-def]
    shapes, tables, pose_offset, poses, kind, order, chosen, state, width
):
    """Place the blocks one after another, each at one of its `width` cheapest free candidates.

    `chosen` (blocks,) comes in with −1 for blocks to be placed. Returns the block for which no
    candidate was left, or −1 when all stand.
    """
    cheapest = np.empty(width)
    where = np.empty(width, dtype=np.int64)
    for block in order:
        if chosen[block] >= 0:
            continue
        k = kind[block]
        found = 0
        for pose in range(pose_offset[k + 1] - pose_offset[k]):
            cost = block_cost(tables, pose_offset, kind, chosen, block, pose, -1)
            if found == width and cost >= cheapest[found - 1]:
                continue
            if not fits_others(shapes, pose_offset, poses, kind, chosen, block, pose, -1):
                continue
            at = found if found < width else width - 1
            found = min(found + 1, width)
            while at > 0 and cheapest[at - 1] > cost:
                cheapest[at], where[at] = cheapest[at - 1], where[at - 1]
                at -= 1
            cheapest[at], where[at] = cost, pose
        if not found:
            return block
        chosen[block] = where[int(next_random(state) * found)]
    return -1
