"""Walks between two blocks past others that are in the way in every layout of a region.

In: a placement problem, a region, and what pairs of its poses are charged so far. Out: what these
may be charged beyond that. For a pair (p, q) of poses of two groups

    Σ legs between the two of weight · max(length that the tables know, that of `in_the_way`)    (1)

is walked in every layout of the region that uses both; what is charged for them may be raised to
that. Only pairs of groups that both have several poses left are raised: walks to a block that
stands are charged to the block at their other end (`place.standing`), and none is charged twice.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from optimizer.place.table_units import LEVELS, round_down, unit_of
from optimizer.place.tables import AccessPoints, kind_legs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.place.blockers import Detours
    from optimizer.place.bound.region import Group
    from optimizer.place.in_the_way import InTheWay
    from optimizer.place.problem import PlacementProblem
    from optimizer.plan.space import Audience

__all__ = ["WalksBetween"]

#: Pairs of groups with more pairs of poses are not raised: little is in the way of all of them.
MOST_PAIRS = 4_000
#: Lengths are taken this share shorter.
ROUNDING = 1e-6

#: A leg between blocks of two kinds: member of the one and of the other, who walks, weight.
_Leg = tuple[int, int, "Audience", float]


class WalksBetween:
    """Legs between the blocks of a problem, and what they may be charged in regions.

    Parameters
    ----------
    problem
        The placement problem.
    detours
        What its tables charge for walks to doors past third fixtures.
    """

    def __init__(self, problem: PlacementProblem, detours: Detours) -> None:
        self._problem, self._detours = problem, detours
        self._points = AccessPoints(problem.kinds, problem.candidates)
        self._legs: dict[tuple[int, int], list[_Leg]] = defaultdict(list)
        for (one, other, audience), weight in kind_legs(problem.study, problem.kinds).items():
            if not isinstance(other, str):
                self._legs[one[0], other[0]].append((one[1], other[1], audience, weight))
        self._known: dict[tuple[int, int, int, int, Audience], NDArray[np.float32]] = {}
        self.units = {key: unit_of(round_down(t)) for key, t in problem.tables.pairs.items()}

    def charge(
        self,
        groups: Sequence[Group],
        pair: Mapping[tuple[int, int], NDArray[np.float32]],
        way: InTheWay,
    ) -> dict[tuple[int, int], NDArray[np.float32]]:
        """What pairs of poses may be charged more, in whole units of their table: see (1).

        Parameters
        ----------
        groups
            The groups of a region.
        pair
            What pairs of poses of two groups are charged, dearer where they exclude each other.
        way
            What is in the way in the region.
        """
        found = {}
        for (g, h), table in pair.items():
            one, other = groups[g], groups[h]
            legs = self._legs.get((one.kind, other.kind))
            if g == h or not legs or min(table.shape) == 1 or table.size > MOST_PAIRS:
                continue
            charged = table - self._of_doors(one, other)
            total = np.zeros(table.shape)
            for leg in legs:
                here, there = (
                    np.ascontiguousarray(self._points.of(group.kind, member, leg[2])[group.poses])
                    for group, member in ((one, leg[0]), (other, leg[1]))
                )
                known = charged / leg[3] if len(legs) == 1 else self._by_tables(one, other, leg)
                total += leg[3] * way.lengthened(here, there, known, ends=(g, h))
            more = np.maximum(total * (1.0 - ROUNDING) - charged, 0.0)
            unit = self.units[one.kind, other.kind]
            whole = np.minimum(np.floor(more / unit), LEVELS / 2)
            if whole.any():
                found[g, h] = (whole * unit).astype(np.float32)
        return found

    def _of_doors(self, one: Group, other: Group) -> NDArray[np.float64]:
        """What the tables charge pairs of poses for walks to doors, the one past the other."""
        total = np.zeros((len(one.poses), len(other.poses)))
        ahead = self._detours.tables.get((one.kind, other.kind))
        back = self._detours.tables.get((other.kind, one.kind))
        if ahead is not None:
            total += ahead[np.ix_(one.poses, other.poses)]
        if back is not None:
            total += back[np.ix_(other.poses, one.poses)].T
        return total

    def _by_tables(self, one: Group, other: Group, leg: _Leg) -> NDArray[np.float64]:
        """Lengths of one of several legs that the tables know."""
        member, target, audience, _ = leg
        key = (one.kind, member, other.kind, target, audience)
        if key not in self._known:
            self._known[key] = self._points.between(
                self._problem.shells[audience],
                (one.kind, member, audience),
                (other.kind, target, audience),
            ).astype(np.float32)
        part: NDArray[np.float64] = self._known[key][np.ix_(one.poses, other.poses)].astype(
            np.float64
        )
        return part
