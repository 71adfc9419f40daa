"""Footprints and access points of one kind of block at each of its candidate poses.

In: a block kind and poses. Out: `PoseTable`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.equipment.layout import place_points
from optimizer.equipment.model import Role
from optimizer.plan.space import Audience

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.place.blocks import BlockKind

__all__ = ["PoseTable"]


class PoseTable:
    """What a block of one kind puts into the plan at each of its candidates.

    Attributes
    ----------
    boxes
        (poses, members, 5) footprints as the path engine takes them.
    access
        By audience, (poses, members, 2) access points, nan where a member has none.
    """

    def __init__(self, kind: BlockKind, poses: NDArray[np.float64]) -> None:
        middles = place_points([(m.x, m.y) for m in kind.members], poses)
        size = np.array([(m.type.width, m.type.depth) for m in kind.members])
        self.boxes = np.concatenate(
            [
                middles,
                np.broadcast_to(size, (len(poses), *size.shape)),
                np.broadcast_to(poses[:, 2, None, None], (*middles.shape[:2], 1)),
            ],
            axis=2,
        )
        self.access = {
            audience: place_points(
                [m.access(role) or (np.nan, np.nan) for m in kind.members], poses
            )
            for audience, role in ((Audience.CUSTOMER, Role.CUSTOMER), (Audience.STAFF, Role.STAFF))
        }
