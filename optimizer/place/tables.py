"""Walking cost tables: what each pose, and each pair of poses, costs in the empty shell.

In: a study, its block kinds with candidate poses, and the prepared shells. Out: `Tables`, arrays
over poses. The sum of their entries over a layout is its *table cost*: the weighted person-metres
an hour if nobody's furniture stood in the way. It can only be less than the true cost, so a bound
on it is a bound on the truth, for these poses, rates and this metric.

    table cost = Σ_blocks unary[k][p] + Σ_{pairs of blocks} pairs[k, m][p, q]                  (1)
    unary[k][p]    = Σ legs between a member of the block and a door, or two of its members    (2)
    pairs[k,m][p,q] = Σ legs between a member of the one and a member of the other             (3)
    leg            = weight · rate · d(access point, access point)                            (4)

`weight` is the objective's weight of walking or staff walking; d is the exact shortest path in the
empty shell of the leg's audience. A pair that cannot reach each other costs inf.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.flows import PersonClass
from optimizer.demand.legs import expand_flows
from optimizer.equipment.layout import place_points
from optimizer.equipment.model import Role
from optimizer.errors import StudyError
from optimizer.plan.space import Audience
from optimizer.walked_legs import door_access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.demand.legs import LegEnds
    from optimizer.place.blocks import BlockKind
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

__all__ = ["Tables", "leg_weight", "make_tables", "study_legs"]


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
    staff = person in (PersonClass.STAFF, PersonClass.CASH)
    return study.objective.staff_walking if staff else study.objective.walking


def study_legs(study: Study, kinds: Sequence[BlockKind]) -> tuple[LegEnds, ...]:
    """Legs between the fixtures of all blocks and the doors, at the design hour."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for kind in kinds:
        for block in kind.fixtures:
            for member, name in zip(kind.members, block, strict=True):
                names[member.type.name].append(name)
    fixtures = {kind: tuple(of_kind) for kind, of_kind in names.items()}
    servers = {kind: len(of) * max(1, study.types[kind].servers) for kind, of in fixtures.items()}
    return expand_flows(study.plan, study.flows_for(servers), fixtures)


def make_tables(
    study: Study,
    kinds: Sequence[BlockKind],
    candidates: Sequence[NDArray[np.float64]],
    shells: Mapping[Audience, Shell],
) -> Tables:
    """Cost tables of all kinds; legs of weight 0 are left out."""
    home = {
        name: (k, member)
        for k, kind in enumerate(kinds)
        for block in kind.fixtures
        for member, name in enumerate(block)
    }
    unary = [np.zeros(len(poses)) for poses in candidates]
    pairs: dict[tuple[int, int], NDArray[np.float32]] = {}
    points = _AccessPoints(kinds, candidates)
    for (source, target, audience), weight in _kind_legs(study, kinds, home).items():
        shell = shells[audience]
        if isinstance(source, str):
            source, target = target, source
        if isinstance(source, str):
            continue  # from door to door: the same for every layout
        if isinstance(target, str):
            k, member = source
            at = np.array([door_access(study, target, shell)])
            unary[k] += weight * shell.distances(points.of(k, member, audience), at)[:, 0]
            continue
        (k, member), (m, other) = sorted([source, target])
        d = shell.distances(points.of(k, member, audience), points.of(m, other, audience))
        if k == m and kinds[k].count == 1:
            unary[k] += weight * np.diagonal(d)
            continue
        table = pairs.setdefault((k, m), np.zeros(d.shape, dtype=np.float32))
        # a pair of blocks of one kind is charged once, whichever of them is named first
        table += (weight * ((d + d.T) / 2 if k == m else d)).astype(np.float32)
    return Tables(unary=tuple(unary), pairs=pairs)


End = str | tuple[int, int]


def _kind_legs(
    study: Study, kinds: Sequence[BlockKind], home: Mapping[str, tuple[int, int]]
) -> dict[tuple[End, End, Audience], float]:
    """Weighted rate of one pair of blocks, by the ends' kind and member (or door) and audience.

    Legs among the blocks of a kind, or of two kinds, are equal for every pair of blocks, because
    the people of a type split evenly: the total over all pairs is divided by their number.
    """
    totals: defaultdict[tuple[End, End, Audience], float] = defaultdict(float)
    for leg in study_legs(study, kinds):
        weight = leg.rate * leg_weight(study, leg.person)
        if weight:
            source, target = home.get(leg.source, leg.source), home.get(leg.target, leg.target)
            totals[source, target, leg.audience] += weight
    return {
        ends: total / _number_of_pairs(kinds, ends[0], ends[1]) for ends, total in totals.items()
    }


def _number_of_pairs(kinds: Sequence[BlockKind], source: End, target: End) -> float:
    if isinstance(source, str) or isinstance(target, str):
        door_side = target if isinstance(source, str) else source
        return kinds[door_side[0]].count if not isinstance(door_side, str) else 1
    if source[0] != target[0]:
        return kinds[source[0]].count * kinds[target[0]].count
    count = kinds[source[0]].count
    return count if count == 1 else count * (count - 1) / 2


class _AccessPoints:
    """Access points of all poses, (n, 2), computed once per kind, member and audience."""

    def __init__(
        self, kinds: Sequence[BlockKind], candidates: Sequence[NDArray[np.float64]]
    ) -> None:
        self._kinds = kinds
        self._candidates = candidates
        self._cache: dict[tuple[int, int, Audience], NDArray[np.float64]] = {}

    def of(self, k: int, member: int, audience: Audience) -> NDArray[np.float64]:
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
