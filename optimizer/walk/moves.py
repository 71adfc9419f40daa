"""A layout under search: fixtures move, and only the legs that this can change are re-routed.

In: a prepared shell, the footprints of the fixtures, the ends of the legs. Out: `Router`, which
holds the exact lengths and paths of the present layout and judges moves of it, one compiled call
a move.

A leg is re-routed if its path touches a fixture's new place, if an end moved, or if the fixture
was met by the leg's last search (see `kernels`) and a way over its old place could be shorter
(the ellipse test: least |ap| + |pb| over the old place). Nothing else can change a leg.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import LayoutError
from optimizer.walk import kernels

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from optimizer.walk.shell import Shell

__all__ = ["Router"]

NO_ROWS = np.empty(0, dtype=np.int64)
NO_BOXES = np.empty((0, 5))
NO_POINTS = np.empty((0, 2))
BENDS = 16
"""Points a path may have before the buffers grow."""
OFFERS = 1024
"""Corners a search may have on offer before its heap grows."""


class Router:
    """Exact routes of one layout, kept up to date move by move.

    Parameters
    ----------
    shell
        The prepared empty hall.
    boxes
        Footprints (n, 5): centre x, y, width, depth in metres, angle in degrees
        counter-clockwise. A row with NaN is an absent fixture.
    start, end
        Ends of the legs (m, 2) in metres. A leg with a NaN end is absent and has length 0.

    Attributes
    ----------
    lengths
        (m,) metres; inf where there is no way or an end is blocked.
    path_points, path_counts
        (m, bends, 2) and (m,): the path of leg i is `path_points[i, :path_counts[i]]`.
    path_nodes
        (m, bends): node of each path point. Corners of the shell come first, then 4 a fixture
        (8 with an octagonal body); -1 for the ends of the leg. Equal nodes have equal bits.
    blocked
        (m, 2): what stands on the start and the end of a leg: FREE, WALL, ABSENT (see `kernels`)
        or the row of the fixture.
    boxes
        (n, 5) present footprints.

    All are for reading: a move changes them in place, and a path that outgrows them replaces
    them, so read them through the router each time.
    """

    def __init__(self, shell: Shell, boxes: ArrayLike, start: ArrayLike, end: ArrayLike) -> None:
        kernels.warm_up()
        footprints = table_of(boxes, 5, "boxes")
        starts, ends = table_of(start, 2, "start"), table_of(end, 2, "end")
        if len(starts) != len(ends):
            raise LayoutError(f"{len(starts)} starts and {len(ends)} ends of legs; as many of each")
        n, m, fixed = len(footprints), len(starts), len(shell.node)
        corners = 4 if shell.corners == "mitre" else 8
        outline = shell.outline
        total = fixed + corners * n + 2
        node = np.zeros((total, 8))
        node[:fixed] = shell.node
        self.shell = shell
        self.boxes = np.full((n, 5), np.nan)
        self.lengths = np.zeros(m)
        self.blocked = np.full((m, 2), kernels.ABSENT)
        self.path_counts = np.zeros(m, dtype=np.int64)
        self.path_points = np.empty((m, BENDS, 2))
        self.path_nodes = np.empty((m, BENDS), dtype=np.int64)
        self._body = (shell.radius, corners)
        self._space = (
            outline.rims, outline.rim_part, *shell.rim_cells, outline.walls, shell.grid,
            *shell.wall_cells, shell.group_start, shell.links[0], shell.links[1],
        )  # fmt: skip
        self._moves = (
            self.boxes, np.empty((9, n)), node, np.empty((n, 5)), np.empty(n, dtype=np.int64),
        )  # fmt: skip
        words = max(1, (n + 63) // 64)
        self._rows = (np.full((m, 4), np.nan), np.zeros((m, words), dtype=np.int64), np.zeros(m))
        self._touched, self._changed = np.empty((2, m), dtype=np.int64)
        self._head = np.zeros(4, dtype=np.int64)
        self._search = (
            self._head, np.empty(m, dtype=np.int64), np.zeros(total, dtype=np.int64),
            np.empty(total), np.empty((total, 4)), *np.empty((3, total), dtype=np.int64),
            np.empty(outline.groups, dtype=np.int64),
        )  # fmt: skip
        self._scratch = np.empty(words, dtype=np.int64)
        self._open = False
        self._grow_heap(OFFERS)
        self._tie_legs()
        self._run(np.arange(n), footprints, np.arange(m), starts, ends)
        self._head[0] = self._head[1] = 0

    def propose(
        self,
        box_rows: ArrayLike = NO_ROWS,
        new_boxes: ArrayLike = NO_BOXES,
        leg_rows: ArrayLike = NO_ROWS,
        new_starts: ArrayLike = NO_POINTS,
        new_ends: ArrayLike = NO_POINTS,
    ) -> NDArray[np.int64]:
        """Try a move and return the legs whose path it changes; then `accept` or `reject` it.

        Moving, turning, swapping, adding (a NaN row gets a place) and removing (a row becomes
        NaN) fixtures are all moves, also several at once.

        Parameters
        ----------
        box_rows, new_boxes
            Fixtures to move (k,) and their new footprints (k, 5).
        leg_rows, new_starts, new_ends
            Legs whose ends move (l,), and their new ends, each (l, 2). Give both ends.

        Raises
        ------
        LayoutError
            If another move is still open, a row does not exist, or a fixture is named twice.
        """
        if self._open:
            raise LayoutError("a move is still open; accept or reject it before the next")
        self._run(
            np.ascontiguousarray(box_rows, dtype=np.int64),
            np.ascontiguousarray(new_boxes, dtype=np.float64),
            np.ascontiguousarray(leg_rows, dtype=np.int64),
            np.ascontiguousarray(new_starts, dtype=np.float64),
            np.ascontiguousarray(new_ends, dtype=np.float64),
        )
        self._open = True
        return self._changed[: self._head[3]]

    def accept(self) -> None:
        """Keep the proposed move."""
        self._open = False

    def reject(self) -> None:
        """Put everything back as it was before the proposed move."""
        if self._open:
            kernels.undo(*self._body, len(self.shell.node), self._moves, self._legs, self._head)
            self._open = False

    def path(self, leg: int) -> NDArray[np.float64]:
        """Return the path of a leg as a polyline (k, 2) in metres; empty if there is none."""
        return self.path_points[leg, : self.path_counts[leg]].copy()

    @property
    def rerouted(self) -> int:
        """Number of legs that the last move searched again."""
        return int(self._head[0])

    def met(self, leg: int) -> NDArray[np.int64]:
        """Return the fixtures that a leg's length rests on: moving any other cannot shorten it."""
        bits = self._rows[1][leg][np.arange(len(self.boxes)) >> 6] >> (
            np.arange(len(self.boxes)) & 63
        )
        return np.flatnonzero(bits & 1)

    def _run(
        self,
        box_rows: NDArray[np.int64],
        new_boxes: NDArray[np.float64],
        leg_rows: NDArray[np.int64],
        new_starts: NDArray[np.float64],
        new_ends: NDArray[np.float64],
    ) -> None:
        """Carry out a move, with longer buffers where it needs them."""
        if new_boxes.shape != (box_rows.size, 5) or not (
            new_starts.shape == new_ends.shape == (leg_rows.size, 2)
        ):
            raise LayoutError("a move needs one footprint (5 values) a fixture, two ends a leg")
        while True:
            code = kernels.move(
                box_rows, new_boxes, leg_rows, new_starts, new_ends, *self._body,
                self._space, self._moves, self._legs, self._search, self._heap,
            )  # fmt: skip
            if code == 0:
                return
            if code == -3:
                raise LayoutError(
                    f"the move names fixtures {box_rows.tolist()} and legs {leg_rows.tolist()}; "
                    f"rows 0 to {len(self.boxes) - 1} and 0 to {len(self.lengths) - 1}, each "
                    "once, would be right"
                )
            if code == -1:
                self._grow_heap(2 * len(self._heap[0]))
            else:
                self._grow_paths()

    def _grow_heap(self, size: int) -> None:
        """Give the search room for `size` corners on offer."""
        self._heap = (
            np.empty(size), np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64),
            self._scratch,
        )  # fmt: skip

    def _grow_paths(self) -> None:
        """Double the points that a path may have."""
        self.path_points = np.concatenate([self.path_points, self.path_points], axis=1)
        self.path_nodes = np.concatenate([self.path_nodes, self.path_nodes], axis=1)
        self._tie_legs()

    def _tie_legs(self) -> None:
        """Bundle the legs' arrays, and copies of them to undo a move with."""
        ends, used, costs = self._rows
        rows = (
            ends, self.blocked, self.lengths, costs, self.path_points, self.path_counts,
            self.path_nodes, used,
        )  # fmt: skip
        saved = tuple(np.empty_like(array) for array in rows)
        self._legs = (*rows, self._touched, self._changed, saved)


def table_of(rows: ArrayLike, width: int, name: str) -> NDArray[np.float64]:
    """Return rows as a contiguous float64 array (n, width)."""
    array = np.ascontiguousarray(rows, dtype=np.float64)
    if array.size == 0:
        return np.empty((0, width))
    if array.ndim != 2 or array.shape[1] != width:
        raise LayoutError(f"{name} of shape {array.shape}; (n, {width}) would be right")
    return array
