"""Which poses of two blocks forbid each other, as rectangles that a kernel can compare.

In: block kinds. Out: `Shapes`, flat arrays of rectangles in the blocks' frames, and the conflicts
between poses. The geometric specification is `rules.placement` (PLC-03, 04, 06, 09); every pair
rule is the overlap of a rectangle of one block with a rectangle of the other (a standing point is
a rectangle of size 0):

1. footprints overlap;
2. a footprint lies in a use space or privacy zone of the other;
3. a standing point lies in the other's footprint, widened by the body radius;
4. a customer's standing point lies in the other's privacy zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.equipment.model import Box, Role
from optimizer.place import kernels
from optimizer.rules.placement import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from optimizer.place.blocks import BlockKind

__all__ = ["Shapes", "make_shapes"]

#: Room that the path engine wants around a standing point beyond the radius, metres.
ROOM = 1e-5


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """Rectangles of every block kind, by set, for the conflict kernels.

    Parameters
    ----------
    boxes
        (n, 4) rectangles x0, y0, x1, y1 in the blocks' frames, metres.
    offsets
        (kinds, sets + 1): the rectangles of set s of kind k are
        ``boxes[offsets[k, s]:offsets[k, s + 1]]``.
    reach
        (kinds,) radius of a circle about the block's origin that holds all of them, metres.
    """

    boxes: NDArray[np.float64]
    offsets: NDArray[np.int64]
    reach: NDArray[np.float64]

    def conflicts(
        self, k: int, poses_k: NDArray[np.float64], m: int, poses_m: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Which poses of a block of kind k and of one of kind m cannot stand together.

        Parameters
        ----------
        k, m
            Indices of the kinds.
        poses_k, poses_m
            (n, 3) and (p, 3): x, y (metres) and angle (degrees).

        Returns
        -------
        ndarray
            (n, p) of bool.
        """
        result: NDArray[np.bool_] = kernels.conflict_matrix(
            self.boxes, self.offsets, self.reach, k, turned(poses_k), m, turned(poses_m)
        )
        return result


def turned(poses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Poses as the kernels take them: (n, 4) of x, y, cosine and sine of the angle."""
    poses = np.asarray(poses, dtype=float).reshape(-1, 3)
    angle = np.deg2rad(poses[:, 2])
    cos, sin = np.cos(angle), np.sin(angle)
    cos, sin = np.where(abs(cos) < 1e-15, 0.0, cos), np.where(abs(sin) < 1e-15, 0.0, sin)
    return np.ascontiguousarray(np.column_stack([poses[:, :2], cos, sin]))


def make_shapes(kinds: Sequence[BlockKind], radius: float) -> Shapes:
    """Rectangles of all block kinds; the order of the sets is that of `kernels.RELATIONS`."""
    boxes: list[Box] = []
    offsets = np.zeros((len(kinds), kernels.SETS + 1), dtype=np.int64)
    reach = np.zeros(len(kinds))
    for k, kind in enumerate(kinds):
        start = len(boxes)
        for s, of_set in enumerate(_sets(kind, radius)):
            offsets[k, s] = len(boxes)
            boxes.extend(of_set)
        offsets[k, kernels.SETS] = len(boxes)
        own = np.abs(np.array(boxes[start:]))
        reach[k] = np.hypot(own[:, [0, 2]].max(axis=1), own[:, [1, 3]].max(axis=1)).max()
    return Shapes(boxes=np.array(boxes, dtype=float), offsets=offsets, reach=reach)


def _sets(kind: BlockKind, radius: float) -> tuple[Iterable[Box], ...]:
    feet = kind.footprints()
    customers = [(x, y, x, y) for x, y in kind.points(Role.CUSTOMER).tolist()]
    staff = [(x, y, x, y) for x, y in kind.points(Role.STAFF, own=True).tolist()]
    return (
        [_grown(box, -CONTACT) for box in feet],
        feet,
        [*kind.clearances(), *kind.privacy_zones()],
        [_grown(box, radius + ROOM) for box in feet],
        [*customers, *staff],
        [_grown(box, -CONTACT) for box in kind.privacy_zones()],
        customers,
    )


def _grown(box: Box, by: float) -> Box:
    x0, y0, x1, y1 = box
    return (x0 - by, y0 - by, x1 + by, y1 + by)
