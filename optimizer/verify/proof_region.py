"""A region of layouts as a proof speaks of it, and what a proof says that has to be walked.

In: groups of blocks with open poses and what they cost. Out: parts of them, with less poses, more
charged or split in two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Group", "Region", "Witness"]

#: Regions that are kept to be walked.
REGIONS = 12

#: Costs by two groups, and their poses.
Costs = Mapping[tuple[int, int], "NDArray[np.float32]"]


@dataclass(frozen=True)
class Group:
    """So many blocks of a kind at open poses, and what these cost beyond the tables."""

    kind: int
    count: int
    poses: NDArray[np.int64]
    more: NDArray[np.float64]


@dataclass(frozen=True)
class Region:
    """Groups, and what pairs of them cost.

    Parameters
    ----------
    groups
        The groups.
    tables
        (g, h): all that is charged; more than any layout pays where poses exclude each other.
    added
        (g, h): what of it is charged beyond the tables of the proof, where anything is.
    """

    groups: tuple[Group, ...]
    tables: Costs
    added: Costs = field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Whether each group has as many poses as blocks."""
        return all(len(group.poses) >= group.count for group in self.groups)

    @property
    def alone(self) -> list[int]:
        """The groups whose one block has one pose."""
        return [g for g, one in enumerate(self.groups) if one.count == len(one.poses) == 1]

    def keep(self, kept: Sequence[NDArray[np.bool_]]) -> Region:
        """The region with only some poses of each group."""
        groups = tuple(
            replace(group, poses=group.poses[mask], more=group.more[mask])
            for group, mask in zip(self.groups, kept, strict=True)
        )

        def part(costs: Costs) -> Costs:
            return {(g, h): table[np.ix_(kept[g], kept[h])] for (g, h), table in costs.items()}

        return Region(groups, part(self.tables), part(self.added))

    def with_more(self, more: Sequence[NDArray[np.float64]], pairs: Costs) -> Region:
        """The region with more charged for poses of groups, and of pairs of groups."""
        groups = tuple(
            replace(group, more=group.more + part)
            for group, part in zip(self.groups, more, strict=True)
        )
        tables, added = dict(self.tables), dict(self.added)
        for key, part in pairs.items():
            tables[key] = tables[key] + part
            added[key] = added[key] + part if key in added else part
        return Region(groups, tables, added)

    def part(self, split: int, side: NDArray[np.bool_], number: int) -> Region:
        """The region with so many blocks of a group on its first side."""
        new: list[Group] = []
        origin: list[tuple[int, NDArray[np.bool_]]] = []
        for g, group in enumerate(self.groups):
            halves = [(group.count, np.ones(len(group.poses), dtype=bool))]
            if g == split:
                halves = [(number, side), (group.count - number, ~side)]
            for count, mask in halves:
                if count:
                    new.append(Group(group.kind, count, group.poses[mask], group.more[mask]))
                    origin.append((g, mask))

        def parts(costs: Costs) -> Costs:
            found = {}
            for i, (g, mask) in enumerate(origin):
                for j in range(i, len(origin)):
                    h, other = origin[j]
                    table = costs.get((g, h))
                    if table is not None and (i != j or new[i].count > 1):
                        found[i, j] = table[np.ix_(mask, other)]
            return found

        return Region(tuple(new), parts(self.tables), parts(self.added))


@dataclass
class Witness:
    """What a proof says that arithmetic cannot tell.

    Parameters
    ----------
    charged
        Some of the regions that charge more than the tables, drawn by lot.
    regions
        Number of all of them.
    layouts
        Layouts that cost less than the target by what is charged, and are said to cost more in
        truth: (kind, pose) of each block.
    """

    charged: list[Region] = field(default_factory=list)
    regions: int = 0
    layouts: list[tuple[tuple[int, int], ...]] = field(default_factory=list)
    _lot: np.random.Generator = field(default_factory=lambda: np.random.default_rng(21))

    def note(self, region: Region) -> None:
        """Take a region that charges more than the tables; each is kept with the same chance."""
        self.regions += 1
        if len(self.charged) < REGIONS:
            self.charged.append(region)
            return
        place = int(self._lot.integers(self.regions))
        if place < REGIONS:
            self.charged[place] = region
