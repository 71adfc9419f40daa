"""Detours of walks to doors past a third fixture: what the bound charges for pairs of blocks.

In: a placement problem and a layout. Out: `Detours`, cost tables that come on top of those of
`place.tables`, which know the two fixtures at the ends of a leg only.

For the doors' legs of a block of kind k at pose p, and a block of kind r at q,

    E(p, q) = Σ over legs of weight · max(0, walk from door to p past the rectangle of r at q
                                             − walk that the tables charge)                    (1)

where nothing but the rectangle is in the way: that is never longer than the true walk. The true
detour is at least that of any block that stands, so for shares w ≥ 0 of the blocks that sum up to
at most 1, Σ w E may be charged:

    Σ_r w_kr (n_r − [k = r]) ≤ 1                                                               (2)

The shares are free to choose. For each kind they go to the kind whose blocks cost it most in a good
layout: there the bound has to hold.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimizer.equipment.layout import place_points
from optimizer.equipment.model import Role
from optimizer.place import blocker_kernels
from optimizer.place.own_detour import around_own_block
from optimizer.place.table_units import LEVELS, unit_of
from optimizer.place.tables import kind_legs
from optimizer.plan.space import Audience
from optimizer.walked_legs import door_access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.place.blocks import BlockKind
    from optimizer.place.problem import PlacementProblem

__all__ = ["Detours", "find_detours"]

#: A rectangle is this much smaller than the floor that its fixture takes from walkers, metres.
SHAVED = 1e-6
#: Rounding of lengths, metres: taken off each walk.
ROUNDING = 1e-6
#: Kinds whose detours come to less than this share of the walking are not charged.
WORTH = 3e-4


@dataclass(frozen=True, kw_only=True)
class Detours:
    """What is charged for pairs of blocks beyond the tables.

    Parameters
    ----------
    shares
        (k, r): w of (2), by the kind that walks and the kind in the way.
    tables
        (k, r): w E of (1), rounded down to whole units, (poses of k, poses of r).
    units
        (k, r): the unit, a power of two: that of the cost table of the two kinds if there is one.
    """

    shares: Mapping[tuple[int, int], float] = field(default_factory=dict)
    tables: Mapping[tuple[int, int], NDArray[np.float32]] = field(default_factory=dict)
    units: Mapping[tuple[int, int], float] = field(default_factory=dict)

    def blockers(self, kind: int) -> tuple[int, ...]:
        """The kinds whose blocks a kind is charged for."""
        return tuple(r for k, r in self.shares if k == kind)

    def between(
        self, kind: int, poses: NDArray[np.int64], other: int, pose: int
    ) -> NDArray[np.float64]:
        """What blocks of a kind are charged at some poses for one of another kind at a pose."""
        table = self.tables.get((kind, other))
        if table is None:
            return np.zeros(len(poses))
        charged: NDArray[np.float64] = table[poses, pose].astype(np.float64)
        return charged

    def before(
        self, kind: int, poses: NDArray[np.int64], other: int, pose: int
    ) -> NDArray[np.float64]:
        """What a block of another kind at a pose is charged for blocks of a kind at some poses."""
        table = self.tables.get((other, kind))
        if table is None:
            return np.zeros(len(poses))
        charged: NDArray[np.float64] = table[pose, poses].astype(np.float64)
        return charged

    def added_to(
        self, pairs: Mapping[tuple[int, int], NDArray[np.float32]]
    ) -> dict[tuple[int, int], NDArray[np.float32]]:
        """Cost tables of pairs with the detours charged as well; exact in single precision."""
        total = dict(pairs)
        for (k, r), table in self.tables.items():
            key, more = ((k, r), table) if k <= r else ((r, k), table.T)
            more = more + more.T if k == r else more
            total[key] = np.ascontiguousarray(total[key] + more if key in total else more)
        return total


@dataclass(frozen=True, kw_only=True)
class _DoorLeg:
    """Walks between one member of a kind's blocks and a door: lengths that the tables know."""

    weight: float
    door: NDArray[np.float64]
    at: NDArray[np.float64]
    known: NDArray[np.float64]


def find_detours(problem: PlacementProblem, chosen: Sequence[int], *, walking: float) -> Detours:
    """Detours that cost something in a layout.

    Parameters
    ----------
    problem
        The placement problem.
    chosen
        Candidate of each block of a good layout.
    walking
        Its walking, objective units an hour.
    """
    standing: dict[int, list[int]] = defaultdict(list)
    for (k, _), pose in zip(problem.blocks, chosen, strict=True):
        standing[k].append(int(pose))
    legs = _door_legs(problem)
    shares, tables, units = {}, {}, {}
    for k, own in legs.items():
        gains = {
            r: _cost(problem, own, np.array(standing[k]), r, np.array(standing[r])).sum()
            / _others(problem.kinds, k, r)
            for r in range(len(problem.kinds))
            if _others(problem.kinds, k, r)
        }
        if not gains:
            continue
        r = max(gains, key=lambda one: (gains[one], -one))
        if gains[r] < WORTH * walking:
            continue
        shares[k, r] = 1.0 / _others(problem.kinds, k, r)
        every = [np.arange(len(problem.candidates[i])) for i in (k, r)]
        table = shares[k, r] * _cost(problem, own, every[0], r, every[1])
        known = problem.tables.pairs.get((min(k, r), max(k, r)))
        units[k, r] = unit = unit_of(table if known is None else known)
        whole = np.minimum(np.floor(table / unit), LEVELS / 2)
        tables[k, r] = (whole * unit).astype(np.float32)
    return Detours(shares=shares, tables=tables, units=units)


def _others(kinds: Sequence[BlockKind], k: int, r: int) -> int:
    """Blocks of kind r beside one of kind k."""
    return kinds[r].count - (k == r)


def _door_legs(problem: PlacementProblem) -> dict[int, list[_DoorLeg]]:
    found: dict[int, list[_DoorLeg]] = defaultdict(list)
    for ((k, member), other, audience), weight in kind_legs(problem.study, problem.kinds).items():
        if not isinstance(other, str):
            continue
        shell = problem.shells[audience]
        role = Role.STAFF if audience is Audience.STAFF else Role.CUSTOMER
        point = problem.kinds[k].members[member].access(role)
        if point is None:
            continue
        poses = problem.candidates[k]
        at = np.ascontiguousarray(place_points([point], poses)[:, 0])
        door = np.array(door_access(problem.study, other, shell), dtype=np.float64)
        known = around_own_block(
            shell, problem.kinds[k], poses, at, door[None], shell.distances(at, door[None])
        )[:, 0]
        found[k].append(_DoorLeg(weight=weight, door=door, at=at, known=known + ROUNDING))
    return found


def _cost(
    problem: PlacementProblem,
    legs: Sequence[_DoorLeg],
    poses: NDArray[np.int64],
    blocker: int,
    blocking: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Cost (1) of some poses of a kind past some poses of another one."""
    total = np.zeros((len(poses), len(blocking)))
    # of several rectangles of one block the one that costs most counts
    rectangles = _rectangles(problem, blocker, blocking)
    for leg in legs:
        most = np.zeros_like(total)
        for part in rectangles:
            more = blocker_kernels.blocked_detours(leg.door, leg.at[poses], leg.known[poses], part)
            np.maximum(most, more, out=most)
        total += leg.weight * most
    return total


def _rectangles(
    problem: PlacementProblem, kind: int, which: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """For each member of a kind's blocks (n, 5) what it takes from walkers at some poses."""
    poses = problem.candidates[kind][which]
    grown = problem.study.walking.radius - SHAVED
    found = []
    for x0, y0, x1, y1 in problem.kinds[kind].footprints():
        middle = place_points([((x0 + x1) / 2, (y0 + y1) / 2)], poses)[:, 0]
        half = np.broadcast_to([(x1 - x0) / 2 + grown, (y1 - y0) / 2 + grown], (len(poses), 2))
        found.append(np.column_stack([middle, half, np.deg2rad(poses[:, 2])]))
    return found
