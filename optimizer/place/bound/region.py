"""Regions: the set of layouts that one bound speaks of.

In comes a `TableProblem`; out come regions: which poses are open to which fixtures. The root region
has one group per class with all its poses. Fixing shrinks the poses of a group; branching splits a
group in two, each with its own count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from optimizer.place.bound.problem import BoolArray, IntArray, TableProblem


@dataclass(frozen=True, kw_only=True)
class Group:
    """Some identical fixtures of one class and the poses still open to them.

    Attributes
    ----------
    kind
        Class in the table problem.
    count
        Number of fixtures.
    poses
        Open poses, ascending indices into the class.
    """

    kind: int
    count: int
    poses: IntArray


@dataclass(frozen=True, kw_only=True)
class Region:
    """A set of layouts: every group's fixtures stand at poses of that group."""

    groups: tuple[Group, ...]

    @staticmethod
    def root(problem: TableProblem) -> "Region":
        """Return the region of all layouts of the problem."""
        return Region(
            groups=tuple(
                Group(kind=kind, count=count, poses=np.arange(size))
                for kind, (count, size) in enumerate(
                    zip(problem.counts, problem.poses, strict=True)
                )
            )
        )

    def keep(self, kept: Sequence[BoolArray]) -> "Region":
        """Return the region with only the kept poses of each group."""
        return Region(
            groups=tuple(
                Group(kind=group.kind, count=group.count, poses=group.poses[mask])
                for group, mask in zip(self.groups, kept, strict=True)
            )
        )

    def split(self, which: int, side: BoolArray) -> "tuple[Region, ...]":
        """Return the regions with 0, 1, … count fixtures of a group on the marked side.

        Together they hold every layout of this region exactly once.

        Parameters
        ----------
        which
            Index of the group.
        side
            True for the poses of the one side.
        """
        group = self.groups[which]
        parts = []
        for number in range(group.count + 1):
            halves = (
                Group(kind=group.kind, count=number, poses=group.poses[side]),
                Group(kind=group.kind, count=group.count - number, poses=group.poses[~side]),
            )
            new = tuple(half for half in halves if half.count)
            parts.append(Region(groups=(*self.groups[:which], *new, *self.groups[which + 1 :])))
        return tuple(parts)

    def layouts(self) -> int:
        """Return the number of layouts in the region, those with conflicts included."""
        product = 1
        for group in self.groups:
            product *= comb(len(group.poses) + group.count - 1, group.count)
        return product


def trace_part(
    region: Region, which: int, side: BoolArray, part: Region
) -> tuple[list[int], list[IntArray]]:
    """Return for each group of a part the group that it comes from, and its poses in there.

    Parameters
    ----------
    region
        The region that was split.
    which, side
        The group and the poses of its first side.
    part
        One of the regions that `Region.split` returns.
    """
    origin: list[int] = []
    for g in range(len(region.groups)):
        copies = 1 if g != which else len(part.groups) - len(region.groups) + 1
        origin += [g] * copies
    indices = []
    for of, group in zip(origin, part.groups, strict=True):
        indices.append(np.searchsorted(region.groups[of].poses, group.poses))
    return origin, indices
