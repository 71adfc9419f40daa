"""Working tables of a region: the arrays that bounding it needs.

In come a `TableProblem` and regions of it; out go `Tables` with float32 costs that are never above
the true ones and unary costs, restricted to the open poses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from optimizer.place.bound.kernels import Table
from optimizer.place.bound.problem import (
    BoolArray,
    FloatArray,
    IntArray,
    Pair,
    TableProblem,
    conflict_matrix,
    pose_offsets,
    pose_room,
)
from optimizer.place.bound.region import Region, trace_part

# A barred pair costs this many times the largest cost of its table (of all unary spreads, if the
# table is zero) in the working tables. Any value is valid, since no layout pays it; a larger one is
# stronger in the limit and worse for the numerics of the linear program.
BARRIER = 3.0


@dataclass(frozen=True, kw_only=True)
class Tables:
    """A region with the arrays that bounding it needs.

    Attributes
    ----------
    region
        The groups.
    pair
        For each pair (g, h), g <= h, of groups with a cost: its float32 table, never above the
        true cost, with the barrier cost at barred pairs.
    unary
        Per group the unary cost of its poses.
    room
        Per group and pose: how many of the group's fixtures can stand there at once.
    offsets
        Number of the first pose of each class, when poses are numbered through all classes.
    xy
        Per group the positions of its poses, or None.
    added
        What `pair` charges beyond the costs of the problem, for pairs of groups where it does.
    """

    region: Region
    pair: Mapping[Pair, Table]
    unary: tuple[FloatArray, ...]
    room: tuple[FloatArray, ...]
    offsets: IntArray
    xy: tuple[FloatArray | None, ...]
    added: Mapping[Pair, Table] = field(default_factory=dict)

    def pairs_count(self, pair: Pair) -> float:
        """Number of pairs of distinct fixtures that a pair of groups stands for."""
        first, second = (self.region.groups[g].count for g in pair)
        return first * (first - 1) / 2 if pair[0] == pair[1] else float(first * second)

    @property
    def entries(self) -> int:
        """Number of entries of all tables."""
        return sum(table.size for table in self.pair.values())

    @property
    def ids(self) -> tuple[IntArray, ...]:
        """Per group the numbers of its poses."""
        return tuple(self.offsets[group.kind] + group.poses for group in self.region.groups)

    def has_room(self) -> bool:
        """Whether each group's fixtures fit its poses, as far as one group alone can tell."""
        return all(
            room.sum() >= group.count
            for room, group in zip(self.room, self.region.groups, strict=True)
        )

    def charged(self, more: Sequence[FloatArray]) -> "Tables":
        """Return the tables with more charged for the poses of each group."""
        unary = tuple(own + part for own, part in zip(self.unary, more, strict=True))
        return replace(self, unary=unary)

    def with_added(self, more: Mapping[Pair, Table]) -> "Tables":
        """Return the tables with more charged for pairs of groups, exact in single precision."""
        pair, added = dict(self.pair), dict(self.added)
        for key, part in more.items():
            pair[key] = pair[key] + part
            added[key] = added[key] + part if key in added else part
        return replace(self, pair=pair, added=added)

    def keep(self, kept: Sequence[BoolArray]) -> "Tables":
        """Return the tables of the region with only the kept poses of each group."""
        indices = [np.flatnonzero(mask) for mask in kept]
        return self.select(self.region.keep(kept), tuple(range(len(indices))), indices)

    def part(self, which: int, side: BoolArray, part: Region) -> "Tables":
        """Return the tables of one of the regions that a group is split into."""
        return self.select(part, *trace_part(self.region, which, side, part))

    def select(
        self, region: Region, origin: Sequence[int], indices: Sequence[IntArray]
    ) -> "Tables":
        """Return the tables of a region whose groups are parts of this one's.

        Parameters
        ----------
        region
            The new region.
        origin
            For each of its groups the group here that it is a part of, ascending.
        indices
            For each of its groups the positions of its poses within that group.
        """
        pair, added = {}, {}
        for g, of_g in enumerate(origin):
            for h in range(g, len(origin)):
                table = self.pair.get((of_g, origin[h]))
                if table is not None and (g != h or region.groups[g].count > 1):
                    at = np.ix_(indices[g], indices[h])
                    pair[g, h] = np.ascontiguousarray(table[at])
                    if (of_g, origin[h]) in self.added:
                        added[g, h] = np.ascontiguousarray(self.added[of_g, origin[h]][at])

        def part(arrays: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(
                None if arrays[of] is None else arrays[of][index]
                for of, index in zip(origin, indices, strict=True)
            )

        room = tuple(
            np.minimum(array, group.count)
            for array, group in zip(part(self.room), region.groups, strict=True)
        )
        return Tables(
            region=region,
            pair=pair,
            unary=part(self.unary),
            room=room,
            offsets=self.offsets,
            xy=part(self.xy),
            added=added,
        )


def build_tables(problem: TableProblem) -> Tables:
    """Return the working tables of the root region of a problem.

    Pairs of classes with conflicts but without costs have no table: cliques see to them.
    """
    region = Region.root(problem)
    kinds = range(len(problem.counts))
    pair = {
        key: _working_table(problem, key)
        for key in sorted(problem.pairs)
        if key[0] != key[1] or problem.counts[key[0]] > 1
    }
    return Tables(
        region=region,
        pair=pair,
        unary=tuple(np.asarray(cost, dtype=np.float64) for cost in problem.unary),
        room=tuple(pose_room(problem, kind) for kind in kinds),
        offsets=pose_offsets(problem),
        xy=tuple(problem.xy) if problem.xy else (None,) * len(problem.counts),
    )


def barrier_of(problem: TableProblem, key: Pair) -> float:
    """What the working table of two classes charges for poses that cannot stand together."""
    cost = problem.pairs[key]
    largest = float(np.max(cost, where=np.isfinite(cost), initial=0.0))
    if largest <= 0.0:
        largest = max(float(np.ptp(unary)) for unary in problem.unary)
    return float(np.float32(BARRIER * max(largest, 1e-6)))


def _working_table(problem: TableProblem, key: Pair) -> Table:
    """Return a float32 table never above the cost, barred pairs at the barrier cost."""
    first, second = key
    rows, columns = (np.arange(problem.poses[kind]) for kind in key)
    barred = conflict_matrix(problem, first, second, rows=rows, columns=columns)
    cost = problem.pairs[key]
    table: Table = cost.astype(np.float32)
    if cost.dtype != np.float32:
        above = table > cost
        table[above] = np.nextafter(table[above], np.float32(-np.inf))
    table[barred] = np.float32(barrier_of(problem, key))
    return table
