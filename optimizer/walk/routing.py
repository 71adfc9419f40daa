"""Exact routes of a whole layout at once.

In: a prepared shell, the footprints of the fixtures and the ends of the legs. Out: `Routes`, with
lengths, paths and what stands in the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from optimizer.walk import kernels
from optimizer.walk.moves import Router, furnish

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from optimizer.walk.shell import Shell

__all__ = ["ABSENT", "FREE", "WALL", "Routes", "route", "what_closes"]

FREE = kernels.FREE
"""Nothing stands on this end of a leg."""
WALL = kernels.WALL
"""This end of a leg is in a wall, nearer to one than the body's radius, or outside."""
ABSENT = kernels.ABSENT
"""This end of a leg is NaN: the leg does not exist in this layout."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Routes:
    """The legs of one layout, routed.

    Parameters
    ----------
    lengths
        (m,) metres; inf where there is no way or an end is blocked, 0 for absent legs.
    points, offsets
        The path of leg i is `points[offsets[i]:offsets[i + 1]]`, empty where there is none;
        (k, 2) and (m + 1,). Empty altogether if no paths were asked for.
    blocked
        (m, 2) what stands on the start and the end of each leg: FREE, WALL, ABSENT or the row of
        the fixture.
    """

    lengths: NDArray[np.float64]
    points: NDArray[np.float64]
    offsets: NDArray[np.int64]
    blocked: NDArray[np.int64]

    def path(self, leg: int) -> NDArray[np.float64]:
        """Return the path of a leg as a polyline (k, 2) in metres."""
        return self.points[self.offsets[leg] : self.offsets[leg + 1]]


def route(
    shell: Shell, boxes: ArrayLike, start: ArrayLike, end: ArrayLike, *, paths: bool = True
) -> Routes:
    """Return the shortest routes of all legs around walls and fixtures.

    Parameters
    ----------
    shell
        The prepared empty hall.
    boxes
        Footprints (n, 5), not inflated: centre x, y, width, depth in metres, angle in degrees
        counter-clockwise. A row with NaN is an absent fixture.
    start, end
        Ends of the legs (m, 2) in metres. An end that reaches up to 0.01 mm into an inflated
        obstacle is moved out of it; a NaN end makes the leg absent.
    paths
        Whether to return the paths as well.

    Raises
    ------
    LayoutError
        If the arrays do not fit together.
    """
    kernels.warm_up()
    lengths, points, offsets, blocked = kernels.results(*furnish(shell, boxes, start, end), paths)
    return Routes(lengths=lengths, points=points, offsets=offsets, blocked=blocked)


def what_closes(
    shell: Shell, boxes: ArrayLike, a: ArrayLike, b: ArrayLike
) -> tuple[int, ...] | Literal["walls"]:
    """Return the fixtures any one of which, taken away, opens a way from a to b.

    "walls" if the empty hall has no way either. Empty if there is a way already, or if only
    taking away several fixtures at once would open one.
    """
    ends = np.array([a, b], dtype=np.float64)
    if not np.isfinite(shell.distances(ends[:1], ends[1:])[0, 0]):
        return "walls"
    router = Router(shell, boxes, ends[:1], ends[1:])
    if np.isfinite(router.lengths[0]):
        return ()
    opening = []
    for row in router.met(0).tolist():
        router.propose([row], np.full((1, 5), np.nan))
        if np.isfinite(router.lengths[0]):
            opening.append(row)
        router.reject()
    return tuple(opening)
