"""What is in the way of walks in every layout of a region: lengths that none of them undercuts.

In: block kinds, their candidate poses, and the groups of a region of layouts. Out: `InTheWay`,
which lengthens walks between points, walls left out.

Let R_c be the poses left to a block c, and B(q) the floor that it takes from walkers at q. Whatever
the layout of the region, the way from s to t leads

    past the floor ∪_c ∩_{q ∈ R_c} B(q), which is taken in all of them, all of it together,     (1)
    past B(q) for some q ∈ R_c, of every c: at least min_q |way past B(q)|.                     (2)

The true way is at least as long as either, so as the longest of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.equipment.layout import place_points
from optimizer.place import blocker_kernels

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from optimizer.place.blocks import BlockKind
    from optimizer.place.bound.region import Group

__all__ = ["InTheWay", "Taken"]

#: Floor taken is this much smaller than it is, metres: a point as deep in it is moved out of it.
SHAVED = 2e-5
#: Floor in common that is narrower than this is not looked at, metres.
LEAST_CORE = 1e-3
#: Angles that differ from a right one by less than this are right, degrees.
RIGHT = 1e-9
#: Poses that are gone through one by one, at most, for each group.
MOST_POSES = 8
#: No walk is charged more metres than this beyond what is known of it.
MOST_METRES = 50.0


class Taken:
    """Floor that blocks take from walkers at their candidate poses.

    Parameters
    ----------
    kinds, candidates
        Block kinds and their poses.
    radius
        Of a body, metres.
    """

    def __init__(
        self,
        kinds: Sequence[BlockKind],
        candidates: Sequence[NDArray[np.float64]],
        radius: float,
    ) -> None:
        self._kinds, self._candidates = kinds, candidates
        self._grown = radius - SHAVED
        self._known: dict[int, NDArray[np.float64]] = {}

    def rectangles(self, kind: int) -> NDArray[np.float64]:
        """(poses, members, 6) x, y, half width, half depth, cosine, sine."""
        if kind not in self._known:
            poses = self._candidates[kind]
            turn = np.deg2rad(poses[:, 2])
            members = []
            for x0, y0, x1, y1 in self._kinds[kind].footprints():
                middle = place_points([((x0 + x1) / 2, (y0 + y1) / 2)], poses)[:, 0]
                half = [(x1 - x0) / 2 + self._grown, (y1 - y0) / 2 + self._grown]
                sizes = np.broadcast_to(half, (len(poses), 2))
                members.append(np.column_stack([middle, sizes, np.cos(turn), np.sin(turn)]))
            self._known[kind] = np.ascontiguousarray(np.stack(members, axis=1))
        return self._known[kind]

    def always(self, group: Group) -> NDArray[np.float64]:
        """(n, 6) rectangles that a block of a group takes wherever it stands in the region."""
        every: NDArray[np.float64] = self.rectangles(group.kind)[group.poses]
        if len(every) == 1:
            only: NDArray[np.float64] = every[0]
            return only
        turns = np.rad2deg(np.arctan2(every[:, 0, 5], every[:, 0, 4]))
        if (np.abs((turns + 45.0) % 90.0 - 45.0) > RIGHT).any():
            return np.empty((0, 6))
        across = (np.rint(turns / 90.0).astype(int) % 2 == 1)[:, None, None]
        half = np.where(across, every[:, :, [3, 2]], every[:, :, [2, 3]])
        low = (every[:, :, :2] - half).max(axis=0)
        high = (every[:, :, :2] + half).min(axis=0)
        upright = np.broadcast_to([1.0, 0.0], low.shape)
        found = np.column_stack([(low + high) / 2, (high - low) / 2, upright])
        wide: NDArray[np.float64] = found[(high - low > LEAST_CORE).all(axis=1)]
        return wide


@dataclass(frozen=True)
class InTheWay:
    """What is in the way in every layout of a region: see the module.

    Parameters
    ----------
    sets
        Of each group with few poses (choices, members, 6) what a block of it takes, by group.
    cores
        (n, 6) floor that is taken in all layouts.
    corners, ways
        Its corners and the shortest ways between them.
    """

    sets: dict[int, NDArray[np.float64]]
    cores: NDArray[np.float64]
    corners: NDArray[np.float64]
    ways: NDArray[np.float64]

    @classmethod
    def of(cls, taken: Taken, groups: Sequence[Group]) -> InTheWay:
        """What is in the way in a region of some groups."""
        cores = np.concatenate([np.empty((0, 6)), *(taken.always(group) for group in groups)])
        corners, ways = blocker_kernels.ways_between_corners(cores)
        sets = {
            g: taken.rectangles(group.kind)[group.poses]
            for g, group in enumerate(groups)
            if 1 < len(group.poses) <= MOST_POSES
        }
        return cls(sets, cores, corners, ways)

    def lengthened(
        self,
        starts: NDArray[np.float64],
        targets: NDArray[np.float64],
        known: NDArray[np.float64],
        *,
        ends: Collection[int],
    ) -> NDArray[np.float64]:
        """(starts, targets) lengths, at least those known.

        Parameters
        ----------
        starts, targets
            (n, 2) points, metres.
        known
            (starts, targets) lower bounds of the lengths, metres.
        ends
            Groups whose blocks stand at the ends: they are at one pose for each point.
        """
        found = known
        sets = [part for g, part in self.sets.items() if g not in ends]
        if sets:
            # few members: the last one again, which changes nothing
            most = max(part.shape[1] for part in sets)
            padded = [part[:, np.minimum(np.arange(most), part.shape[1] - 1)] for part in sets]
            bounds = np.cumsum([0, *(len(part) for part in sets)])
            found = blocker_kernels.least_past(
                starts, targets, found, np.concatenate(padded), bounds
            )
        if len(self.cores):
            found = blocker_kernels.past_all(
                starts, targets, found, self.cores, self.corners, self.ways, MOST_METRES
            )
        return np.minimum(found, known + MOST_METRES)
