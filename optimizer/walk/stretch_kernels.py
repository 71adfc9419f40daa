"""Compiled reading of paths as straight stretches, each distinct one once.

In: padded paths `(m, B, 2)`, point counts, and a mark for each path, its speed or its gait: equal
stretches with different marks are kept apart. Out: the stretches, the extent of every path, and
which stretches it consists of: what `encounter_kernels` works on. Routes that hug the same corners
share most of their stretches, which are then judged once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    #: Stretches, extents of the paths, stretches of each path; hash table: head of each chain, the
    #: next of the chain of each stretch, and its chain.
    Book = tuple[FloatArray, FloatArray, IntArray, IntArray, IntArray, IntArray]

__all__ = ["distinct_stretches", "forget_stretches", "learn_paths", "open_book", "rehash"]


@njit(cache=True, nogil=True)
def _find(
    lanes: FloatArray,
    at: int,
    follow: IntArray,
    key: tuple[float, float, float, float, float, float],
) -> int:
    """Return the row of the chain that starts at `at` which holds exactly this stretch, or -1."""
    while at >= 0 and not (
        lanes[at, 0] == key[0]
        and lanes[at, 1] == key[1]
        and lanes[at, 2] == key[2]
        and lanes[at, 3] == key[3]
        and lanes[at, 4] == key[4]
        and lanes[at, 6] == key[5]
    ):
        at = follow[at]
    return at


@njit(cache=True, nogil=True)
def open_book(rows: int, flows: int, longest: int) -> Book:
    """Room for `rows` stretches of paths of at most `longest` stretches, all empty."""
    return (
        np.zeros((rows, 11)),
        np.zeros((flows, 5)),
        np.full((flows, longest), -1, np.int64),
        np.full(1 << 14 if rows > 1 << 12 else 1 << 10, -1, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
    )


@njit(cache=True, nogil=True)
def _slot(x: float, y: float, dx: float, dy: float, slots: int) -> int:
    """Chain of the hash table in which a stretch is kept."""
    return int(np.int64(abs(x * 7919.0 + y * 104729.0 + dx * 1299709.0 + dy * 15485863.0)) % slots)


@njit(cache=True, nogil=True)
def _learn_path(
    i: int, points: FloatArray, counts: IntArray, marks: FloatArray, book: Book, size: int
) -> int:
    """Enter the stretches of one path into the book; return how many it holds then."""
    lanes, spans, steps, slots, follow, slot_of = book
    spans[i, :2] = np.inf
    spans[i, 2:4] = -np.inf
    spans[i, 4] = 0.0
    steps[i] = -1
    taken = 0
    for k in range(counts[i]):
        x, y = points[i, k, 0], points[i, k, 1]
        spans[i, 0], spans[i, 1] = min(spans[i, 0], x), min(spans[i, 1], y)
        spans[i, 2], spans[i, 3] = max(spans[i, 2], x), max(spans[i, 3], y)
        if k + 1 == counts[i]:
            continue
        dx, dy = points[i, k + 1, 0] - x, points[i, k + 1, 1] - y
        length = np.sqrt(dx * dx + dy * dy)
        if length == 0.0:
            continue
        spans[i, 4] += length
        ux, uy = dx / length, dy / length
        key = (x, y, ux, uy, length, marks[i])
        slot = _slot(x, y, dx, dy, slots.size)
        at = _find(lanes, slots[slot], follow, key)
        if at < 0:
            at = size
            follow[at], slot_of[at] = slots[slot], slot
            slots[slot] = at
            lanes[at, 0], lanes[at, 1], lanes[at, 2], lanes[at, 3] = x, y, ux, uy
            lanes[at, 4], lanes[at, 6] = length, marks[i]
            lanes[at, 7], lanes[at, 8] = min(x, x + dx), min(y, y + dy)
            lanes[at, 9], lanes[at, 10] = max(x, x + dx), max(y, y + dy)
            size += 1
        steps[i, taken] = at
        taken += 1
    return size


@njit(cache=True, nogil=True)
def distinct_stretches(
    points: FloatArray, counts: IntArray, marks: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Distinct stretches, per flow (box, length), and the stretches of each path, then -1.

    A stretch is (x, y, ux, uy, length, 0, mark, xmin, ymin, xmax, ymax). Routes that hug the same
    corners share most of their stretches, which are then judged once.
    """
    m, longest = counts.size, max(points.shape[1] - 1, 1)
    book = open_book(m * longest, m, longest)
    size = 0
    for i in range(m):
        size = _learn_path(i, points, counts, marks, book, size)
    return book[0][:size], book[1], book[2]


@njit(cache=True, nogil=True)
def learn_paths(
    points: FloatArray,
    counts: IntArray,
    marks: FloatArray,
    flows: IntArray,
    book: Book,
    size: int,
) -> int:
    """Enter the present paths of some flows in place of their former ones; return the size."""
    for i in flows:
        size = _learn_path(i, points, counts, marks, book, size)
    return size


@njit(cache=True, nogil=True)
def forget_stretches(book: Book, known: FloatArray, kept: int, size: int) -> None:
    """Take the stretches from `kept` on out of the book, and what was known of pairs with them."""
    _, _, _, slots, follow, slot_of = book
    for at in range(size - 1, kept - 1, -1):
        slots[slot_of[at]] = follow[at]
        known[at, :size] = -1.0
        known[:size, at] = -1.0


@njit(cache=True, nogil=True)
def rehash(book: Book, size: int) -> None:
    """Build the hash table of a book whose first `size` stretches were renumbered."""
    lanes, _, _, slots, follow, slot_of = book
    slots[:] = -1
    for at in range(size):
        length = lanes[at, 4]
        dx, dy = lanes[at, 2] * length, lanes[at, 3] * length
        slot = _slot(lanes[at, 0], lanes[at, 1], dx, dy, slots.size)
        follow[at], slot_of[at] = slots[slot], slot
        slots[slot] = at
