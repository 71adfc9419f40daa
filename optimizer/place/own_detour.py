"""Walks around the fixtures at their own ends: tables that know the legs' own two fixtures.

In: a shell, poses with their access points and footprints, targets. Out: lower bounds of the
distance from every access point to every target when the block of that pose stands.

In the shell with one block added, a shortest path from s leaves along a straight first stretch to
the target t, to a corner n of the shell or to a corner c of the block, each seen past the block;
what follows is at least as long as in the empty shell. So

    d(s, t) ≥ |s t| if the block leaves it free, else
              min( min_n |s n| + d₀(n, t),  min_c |s c| + d₀(c, t) )                           (1)

with n over the corners that s sees past the block. Every other fixture only lengthens the walk:
(1) is a lower bound of the true distance, and never below the empty shell's. Towards many targets
d₀(c, t) is replaced by the straight distance |c t|, which is shorter still and costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.place import sight_kernels
from optimizer.place.shapes import turned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.place.blocks import BlockKind
    from optimizer.walk.shell import Shell

__all__ = ["around_own_block"]

#: Poses that are handled at once: bounds the memory of their corners' distances.
CHUNK = 256
#: Up to so many targets the distances from the block's corners are those of the shell.
FEW = 64
#: The block is taken this much smaller than it is, metres: rounding may only shorten a walk.
SHAVED = 1e-6


def around_own_block(
    shell: Shell,
    kind: BlockKind,
    poses: NDArray[np.float64],
    access: NDArray[np.float64],
    targets: NDArray[np.float64],
    empty: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Lower bounds (1) of the distances with the block of each pose standing.

    Parameters
    ----------
    shell
        The empty shell of the audience that walks.
    kind, poses
        The block kind and its (n, 3) poses.
    access
        (n, 2) access point of each pose, metres.
    targets
        (t, 2) points walked to, metres.
    empty
        (n, t) distances in the empty shell, metres.

    Returns
    -------
    ndarray
        (n, t), at least `empty`.
    """
    grown = shell.radius - SHAVED
    boxes = np.array(
        [(x0 - grown, y0 - grown, x1 + grown, y1 + grown) for x0, y0, x1, y1 in kind.footprints()]
    )
    nodes = shell.nodes
    onward = shell.distances(nodes, targets) if len(nodes) else np.empty((0, len(targets)))
    result = np.empty_like(empty)
    for first in range(0, len(poses), CHUNK):
        part = slice(first, first + CHUNK)
        at = turned(poses[part])
        corners = sight_kernels.box_corners(boxes, at)
        if len(targets) <= FEW:
            from_corners = shell.distances(corners.reshape(-1, 2), targets)
        else:
            from_corners = np.empty((0, len(targets)))
        seen = shell.distances(access[part], nodes) if len(nodes) else np.empty((len(at), 0))
        result[part] = sight_kernels.own_detours(
            access[part], at, boxes, targets, empty[part], nodes, seen, onward, corners,
            from_corners,
        )  # fmt: skip
    return result
