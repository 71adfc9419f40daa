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
OFFERS = 4096
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
        self.shell = shell
        self._float, self._int = furnish(shell, boxes, start, end)
        self._open = False
        self._look()

    def _look(self) -> None:
        """Show the arrays of the present layout."""
        fixtures, legs, _, hunt = kernels.state_views(self._float, self._int)
        self.boxes = fixtures.pose
        self.lengths, self.blocked = legs.lengths, legs.blocked
        self.path_points, self.path_counts = legs.points, legs.counts
        self.path_nodes = legs.nodes
        self._changed, self._used, self._head = legs.changed, legs.used, hunt.head
        self._arrays = (*self.shell.space, self._float, self._int)

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
        return self._changed[: self._head[kernels.CHANGED]]

    def accept(self) -> None:
        """Keep the proposed move."""
        self._open = False

    def reject(self) -> None:
        """Put everything back as it was before the proposed move."""
        if self._open:
            kernels.undo(*self._arrays)
            self._open = False

    def path(self, leg: int) -> NDArray[np.float64]:
        """Return the path of a leg as a polyline (k, 2) in metres; empty if there is none."""
        return self.path_points[leg, : self.path_counts[leg]].copy()

    @property
    def rerouted(self) -> int:
        """Number of legs that the last move searched again."""
        return int(self._head[kernels.REROUTED])

    def met(self, leg: int) -> NDArray[np.int64]:
        """Return the fixtures that a leg's length rests on: moving any other cannot shorten it."""
        rows = np.arange(len(self.boxes))
        return np.flatnonzero((self._used[leg, rows >> 6] >> (rows & 63)) & 1)

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
            code = kernels.move(box_rows, new_boxes, leg_rows, new_starts, new_ends, *self._arrays)
            if code == 0:
                return
            if code == kernels.NO_SUCH_ROW:
                raise LayoutError(
                    f"the move names fixtures {box_rows.tolist()} and legs {leg_rows.tolist()}; "
                    f"rows 0 to {len(self.boxes) - 1} and 0 to {len(self.lengths) - 1} would be "
                    "right"
                )
            self._float, self._int = kernels.enlarge(
                self.shell.space[1], self._float, self._int, code
            )
            self._look()


def furnish(
    shell: Shell, boxes: ArrayLike, start: ArrayLike, end: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the two arrays of a routed layout, for `kernels.state_views`.

    Raises
    ------
    LayoutError
        If the arrays do not fit together.
    """
    footprints = _table(boxes, 5, "boxes")
    starts, ends = _table(start, 2, "start"), _table(end, 2, "end")
    if len(starts) != len(ends):
        raise LayoutError(f"{len(starts)} starts and {len(ends)} ends of legs; as many of each")
    bends, offers = BENDS, OFFERS
    while True:
        arrays = kernels.lay_out(
            shell.space[1], boxes=len(footprints), legs=len(starts), bends=bends, offers=offers
        )
        code = kernels.furnish(footprints, starts, ends, *shell.space, *arrays)
        if code == 0:
            return arrays
        bends *= 2 if code == kernels.PATH_FULL else 1
        offers *= 2 if code == kernels.HEAP_FULL else 1


def _table(rows: ArrayLike, width: int, name: str) -> NDArray[np.float64]:
    """Return rows as a contiguous float64 array (n, width)."""
    array = np.ascontiguousarray(rows, dtype=np.float64)
    if array.size == 0:
        return np.empty((0, width))
    if array.ndim != 2 or array.shape[1] != width:
        raise LayoutError(f"{name} of shape {array.shape}; (n, {width}) would be right")
    return array
