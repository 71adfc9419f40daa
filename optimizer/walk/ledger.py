"""Encounters of a layout under search, kept up to date move by move.

In: padded paths, streams, lanes and class weights, as `encounters` takes them; then the paths that
a move changes. Out: `EncounterLedger`, whose totals are equal, to the last bit, to those of a fresh
evaluation.

What makes it fast: the straight stretches of all paths stand in one book, and what two stretches
contribute is remembered as long as both are in it. A move that shifts one fixture changes the last
stretch of each of its paths; all others are looked up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.walk.encounter_kernels import changed_rows, pair_matrix
from optimizer.walk.encounters import checked_weights
from optimizer.walk.ledger_kernels import commit_rows, weighted_total
from optimizer.walk.stretch_kernels import forget_stretches, learn_paths, open_book, rehash

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.walk.encounters import LaneModel, Streams
    from optimizer.walk.stretch_kernels import Book

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["EncounterLedger"]

#: Stretches that the book holds at first, for each path: beyond those of the present paths it
#: remembers some of former ones, for moves that come back.
ROOM = 6
#: Fewest stretches that the book has room for.
LEAST_ROOM = 256


class EncounterLedger:
    """Encounters of the present paths, and of a proposed change to some of them.

    The search asks `propose` what the total would be if the given flows took other paths, and
    calls `accept` when it makes the move. A proposal costs (changed flows) × (all flows).

    Parameters
    ----------
    path_points, path_counts
        Padded paths `(m, B, 2)` in metres and their point counts `(m,)`.
    streams
        Rates, speeds, classes and ends of the flows.
    lanes
        Lane width and encounter distance.
    class_weights
        `(c, c)` symmetric weight of an encounter between two classes.

    Raises
    ------
    ValueError
        If the weights are not symmetric or too few for the classes.
    """

    def __init__(
        self,
        path_points: FloatArray,
        path_counts: IntArray,
        *,
        streams: Streams,
        lanes: LaneModel,
        class_weights: FloatArray,
    ) -> None:
        self._streams = streams
        self._sizes = lanes.sizes
        self._weights = checked_weights(class_weights, streams.classes)
        m, longest = path_counts.size, max(path_points.shape[1] - 1, 1)
        self._open(max(LEAST_ROOM, ROOM * m, int(path_counts.sum())), longest)
        self._size = learn_paths(
            path_points, path_counts, streams.marks, np.arange(m), self._book, 0
        )
        self._pairs = pair_matrix(self._book[:3], streams.meeting, self._sizes, self._known)
        self._former: tuple[int, FloatArray, IntArray] | None = None
        self._proposal: tuple[IntArray, FloatArray] | None = None
        nothing = np.empty(0, dtype=np.int64)
        self.total = float(
            weighted_total(self._pairs, streams.classes, self._weights, nothing, np.empty((0, m)))
        )
        self._proposed_total = self.total

    @property
    def pairs(self) -> FloatArray:
        """Encounters per hour `(m, m)` of the accepted paths; a copy."""
        return self._pairs.copy()

    def propose(self, path_points: FloatArray, path_counts: IntArray, changed: IntArray) -> float:
        """Return the weighted total if the `changed` flows had the paths given here.

        All other rows of `path_points` must hold the accepted paths.
        """
        self._take_back()
        if not len(changed):
            self._proposal = (changed, np.empty((0, len(self._pairs))))
            self._proposed_total = self.total
            return self.total
        self._make_room(int(path_counts[changed].sum()), path_points.shape[1] - 1)
        _, spans, steps, *_ = self._book
        self._former = (self._size, spans[changed], steps[changed])
        self._size = learn_paths(
            path_points, path_counts, self._streams.marks, changed, self._book, self._size
        )
        rows = changed_rows(
            self._book[:3], self._streams.meeting, self._sizes, changed, self._known
        )
        self._proposal = (changed, rows)
        self._proposed_total = float(
            weighted_total(self._pairs, self._streams.classes, self._weights, changed, rows)
        )
        return self._proposed_total

    def total_by(self, weights: FloatArray) -> float:
        """Return the total by other class weights, with the last proposal if there is one."""
        changed, rows = self._proposal or (
            np.empty(0, dtype=np.int64),
            np.empty((0, len(self._pairs))),
        )
        return float(weighted_total(self._pairs, self._streams.classes, weights, changed, rows))

    def accept(self) -> None:
        """Make the last proposal the accepted state; nothing happens if there is none."""
        if self._proposal is not None:
            commit_rows(self._pairs, *self._proposal)
            self.total = self._proposed_total
            self._proposal = self._former = None

    def _take_back(self) -> None:
        """Forget a proposal that was not accepted."""
        if self._proposal is not None and self._former is not None:
            kept, spans, steps = self._former
            changed = self._proposal[0]
            self._book[1][changed] = spans
            self._book[2][changed] = steps
            forget_stretches(self._book, self._known, kept, self._size)
            self._size = kept
        self._proposal = self._former = None

    def _open(self, rows: int, longest: int) -> None:
        """Begin an empty book."""
        self._book: Book = open_book(rows, self._streams.rates.size, longest)
        self._known = np.full((rows, rows), -1.0)

    def _make_room(self, more: int, longest: int) -> None:
        """Let the book take `more` stretches and paths of `longest`: former paths go out of it."""
        lanes, spans, steps, *_ = self._book
        if self._size + more <= len(lanes) and longest <= steps.shape[1]:
            return
        known = self._known
        used, index = np.unique(steps, return_inverse=True)
        gone = int(used[0] == -1)
        used = used[gone:]
        self._size = len(used)
        rows = max(len(lanes), 2 * (self._size + more))
        self._open(rows, max(longest, steps.shape[1]))
        self._book[0][: self._size] = lanes[used]
        self._book[1][:] = spans
        self._book[2][:, : steps.shape[1]] = index.reshape(steps.shape) - gone
        self._known[: self._size, : self._size] = known[np.ix_(used, used)]
        rehash(self._book, self._size)
