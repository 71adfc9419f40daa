"""Walking cost tables: what each pose, and each pair of poses, costs at least.

In: a study, its block kinds with candidate poses, and the prepared shells. Out: `Tables`, arrays
over poses. The sum of their entries over a layout is its *table cost*: the weighted person-metres
an hour if only a leg's own two fixtures stood in its way. It can only be less than the true cost,
so a bound on it is a bound on the truth, for these poses, rates and this metric.

    table cost = Σ_blocks unary[k][p] + Σ_{pairs of blocks} pairs[k, m][p, q]                  (1)
    unary[k][p]    = Σ legs between a member of the block and a door, or two of its members    (2)
    pairs[k,m][p,q] = Σ legs between a member of the one and a member of the other             (3)
    leg            = weight · rate · d(access point, access point)                            (4)

`weight` is the objective's weight of walking or staff walking; d is the larger of the two lower
bounds of `place.own_detour`: around the block at one end, around that at the other. A pair that
cannot reach each other costs inf.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.period_legs import layout_legs
from optimizer.equipment.layout import place_points
from optimizer.equipment.model import Role
from optimizer.errors import StudyError
from optimizer.place.own_detour import around_own_block
from optimizer.plan.space import Audience
from optimizer.walked_legs import door_access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.demand.flows import PersonClass
    from optimizer.demand.legs import LegEnds
    from optimizer.place.blocks import BlockKind
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

__all__ = ["AccessPoints", "Tables", "kind_legs", "leg_weight", "make_tables", "study_legs"]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Costs by pose and by pair of poses, objective units an hour.

    Parameters
    ----------
    unary
        Kind k: (poses of k,).
    pairs
        (k, m) with k ≤ m: (poses of k, poses of m) for kinds with a leg between them.
    """

    unary: tuple[NDArray[np.float64], ...]
    pairs: Mapping[tuple[int, int], NDArray[np.float32]]

    def cost(self, chosen: Sequence[Sequence[int]]) -> float:
        """Table cost (1) of a choice: for each kind the candidate index of each of its blocks."""
        standing = [(k, p) for k, of_kind in enumerate(chosen) for p in of_kind]
        total = sum(float(self.unary[k][p]) for k, p in standing)
        for i, (k, p) in enumerate(standing):
            for m, q in standing[i + 1 :]:
                table = self.pairs.get((k, m))
                total += 0.0 if table is None else float(table[p, q])
        return total


def leg_weight(study: Study, person: PersonClass) -> float:
    """Weight of a metre that somebody of a class walks."""
    return study.metre_weight(person)


def study_legs(study: Study, kinds: Sequence[BlockKind]) -> tuple[LegEnds, ...]:
    """Legs between the fixtures of all blocks and the doors, at the study's reference weights."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for kind in kinds:
        for block in kind.fixtures:
            for member, name in zip(kind.members, block, strict=True):
                names[member.type.name].append(name)
    return layout_legs(study, {kind: tuple(of_kind) for kind, of_kind in names.items()})


def make_tables(
    study: Study,
    kinds: Sequence[BlockKind],
    candidates: Sequence[NDArray[np.float64]],
    shells: Mapping[Audience, Shell],
) -> Tables:
    """Cost tables of all kinds; legs of weight 0 are left out."""
    unary = [np.zeros(len(poses)) for poses in candidates]
    pairs: dict[tuple[int, int], NDArray[np.float32]] = {}
    points = AccessPoints(kinds, candidates)

    def distances(ends: _Ends) -> NDArray[np.float64]:
        (k, member), other, audience = ends
        shell = shells[audience]
        if isinstance(other, str):
            at = np.array([door_access(study, other, shell)])
            return points.to_points(shell, (k, member, audience), at)
        return points.between(shell, (k, member, audience), (*other, audience))

    weights = kind_legs(study, kinds)
    # the kernels let go of the interpreter, so threads do share the cores
    with ThreadPoolExecutor() as pool:
        for (ends, weight), d in zip(weights.items(), pool.map(distances, weights), strict=True):
            (k, _), other, _ = ends
            if isinstance(other, str):
                unary[k] += weight * d[:, 0]
            elif k == other[0] and kinds[k].count == 1:
                unary[k] += weight * np.diagonal(d)
            else:
                table = pairs.setdefault((k, other[0]), np.zeros(d.shape, dtype=np.float32))
                # a pair of blocks of one kind is charged once, whichever is named first
                table += (weight * ((d + d.T) / 2 if k == other[0] else d)).astype(np.float32)
    return Tables(unary=tuple(unary), pairs=pairs)


#: A fixture by kind and member.
_Home = tuple[int, int]
#: Ends of legs: a fixture, a fixture or a door, and the audience.
_Ends = tuple[_Home, _Home | str, "Audience"]


def kind_legs(study: Study, kinds: Sequence[BlockKind]) -> dict[_Ends, float]:
    """Weighted rate of one pair of blocks, by its ends; to and fro together.

    Legs from door to door are left out: they are the same for every layout. Legs among the blocks
    of a kind, or of two kinds, are equal for every pair of blocks, because the people of a type
    split evenly: the total over all pairs is divided by their number.
    """
    home = {
        name: (k, member)
        for k, kind in enumerate(kinds)
        for block in kind.fixtures
        for member, name in enumerate(block)
    }
    totals: defaultdict[_Ends, float] = defaultdict(float)
    for leg in study_legs(study, kinds):
        weight = leg.rate * leg_weight(study, leg.person)
        if not weight:
            continue
        one, other = home.get(leg.source, leg.source), home.get(leg.target, leg.target)
        if isinstance(one, str):
            one, other = other, one
        if isinstance(one, str):
            continue
        if not isinstance(other, str):
            one, other = min(one, other), max(one, other)
        totals[one, other, leg.audience] += weight
    return {
        (one, other, audience): total / _number_of_pairs(kinds, one, other)
        for (one, other, audience), total in totals.items()
    }


def _number_of_pairs(kinds: Sequence[BlockKind], one: _Home, other: _Home | str) -> float:
    count = kinds[one[0]].count
    if isinstance(other, str):
        return count
    if one[0] != other[0]:
        return count * kinds[other[0]].count
    return count if count == 1 else count * (count - 1) / 2


class AccessPoints:
    """Access points of all poses, (n, 2), once per kind, member and audience; and ways to them."""

    def __init__(
        self, kinds: Sequence[BlockKind], candidates: Sequence[NDArray[np.float64]]
    ) -> None:
        self._kinds = kinds
        self._candidates = candidates
        self._cache: dict[tuple[int, int, Audience], NDArray[np.float64]] = {}

    def of(self, k: int, member: int, audience: Audience) -> NDArray[np.float64]:
        """Access points of a member at all poses of its kind."""
        key = (k, member, audience)
        if key not in self._cache:
            role = Role.STAFF if audience is Audience.STAFF else Role.CUSTOMER
            point = self._kinds[k].members[member].access(role)
            if point is None:
                name = self._kinds[k].members[member].type.name
                raise StudyError(
                    f"fixture type {name!r} has no standing point, but a {audience} journey "
                    "leads to it; give it one in the catalogue or take it off the journey"
                )
            self._cache[key] = place_points([point], self._candidates[k])[:, 0]
        return self._cache[key]

    def to_points(
        self, shell: Shell, key: tuple[int, int, Audience], targets: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(poses, targets) distances around the block of each pose."""
        k = key[0]
        at = self.of(*key)
        return around_own_block(
            shell, self._kinds[k], self._candidates[k], at, targets, shell.distances(at, targets)
        )

    def between(
        self, shell: Shell, one: tuple[int, int, Audience], other: tuple[int, int, Audience]
    ) -> NDArray[np.float64]:
        """(poses, poses) distances around the blocks at both ends."""
        k, m = one[0], other[0]
        here, there = self.of(*one), self.of(*other)
        empty = shell.distances(here, there)
        near = around_own_block(shell, self._kinds[k], self._candidates[k], here, there, empty)
        far = around_own_block(
            shell, self._kinds[m], self._candidates[m], there, here, np.ascontiguousarray(empty.T)
        )
        return np.maximum(near, far.T)
