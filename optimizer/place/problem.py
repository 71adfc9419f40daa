"""The placement problem: a study made ready for search and bound.

In: a study. Out: `PlacementProblem` — block kinds, their candidate poses, conflicts and cost
tables — and `Grid`, the same as flat arrays for the compiled loops.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from optimizer.errors import FloorPlanError
from optimizer.place import kernels
from optimizer.place.blocks import layout_of, make_blocks
from optimizer.place.candidates import (
    MOST_POSES,
    find_on_grid,
    ground_of,
    keep_own_rules,
    some_of,
)
from optimizer.place.homes import find_homes
from optimizer.place.leeway import Leeway
from optimizer.place.reach import find_reached
from optimizer.place.shapes import make_shapes, turned
from optimizer.place.tables import Tables, make_tables
from optimizer.plan.audit import audit_plan
from optimizer.plan.defect import Severity
from optimizer.walked_legs import prepare_shells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.place.blocks import BlockKind
    from optimizer.place.candidates import Ground
    from optimizer.place.homes import Home
    from optimizer.place.shapes import Shapes
    from optimizer.plan.space import Audience
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

__all__ = ["Grid", "PlacementProblem", "build_problem"]

#: Stands for "no way" in the tables of the search: more than any layout costs, yet finite.
NO_WAY = 1e7
#: Poses that differ by less than this, metres and degrees, are one.
SAME_POSE = 1e-6
#: Near candidates that a shift chooses among.
NEIGHBOURS = 32
#: Where finding the poses takes more than this share of the time, kinds get so many at most.
BUILD_SHARE, SCARCE = 0.25, 250


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Flat arrays for the kernels; the index of a candidate counts within its kind.

    Parameters
    ----------
    shapes, tables
        As `kernels` takes them.
    pose_offset
        (kinds + 1,): candidates of kind k are rows pose_offset[k]:pose_offset[k + 1] of `poses`.
    poses
        (n, 4): x, y, cosine, sine.
    neighbours
        (n, NEIGHBOURS): near candidates of the same kind.
    kind
        (blocks,) kind of each block.
    movable
        Blocks with more than one candidate.
    """

    shapes: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]
    tables: tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]
    pose_offset: NDArray[np.int64]
    poses: NDArray[np.float64]
    neighbours: NDArray[np.int64]
    kind: NDArray[np.int64]
    movable: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class PlacementProblem:
    """A study made ready for search and bound.

    Parameters
    ----------
    study
        The brief.
    kinds
        What is placed.
    candidates
        For each kind its poses, (n, 3).
    shapes, tables, shells
        Conflicts, costs, and the walkable graph by audience.
    pitch
        Widest grid that candidates of a kind lie on, metres.
    homes
        For each known layout the candidate of every block there, -1 where it has none.
    leeway
        How far a layout may depart from the first known one; None for as far as it likes.
    cut_off
        By index of a kind that lost poses because there is no way from them: why.
    apart
        Whether no pose at all could do, for doors that people walk between lie in several parts.
    scarce
        Whether the time allowed only some of the poses.
    """

    study: Study
    kinds: tuple[BlockKind, ...]
    candidates: tuple[NDArray[np.float64], ...]
    shapes: Shapes
    tables: Tables
    shells: Mapping[Audience, Shell]
    pitch: float
    homes: tuple[tuple[int, ...], ...] = ()
    leeway: Leeway | None = None
    cut_off: Mapping[int, str] = field(default_factory=dict)
    apart: bool = False
    scarce: bool = False

    @property
    def homeless(self) -> tuple[BlockKind, ...]:
        """Kinds that have no candidate pose at all."""
        return tuple(
            kind for kind, poses in zip(self.kinds, self.candidates, strict=True) if not len(poses)
        )

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """All blocks as (kind, number within the kind)."""
        return tuple((k, i) for k, kind in enumerate(self.kinds) for i in range(kind.count))

    @cached_property
    def grid(self) -> Grid:
        """The flat arrays of the search."""
        sizes = np.array([len(poses) for poses in self.candidates], dtype=np.int64)
        offset = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        kind = np.array([k for k, _ in self.blocks], dtype=np.int64)
        pairs, pair_offset = _flat_pairs(self.tables.pairs, len(self.kinds))
        unary = np.minimum(np.concatenate(self.tables.unary), NO_WAY)
        return Grid(
            shapes=(self.shapes.boxes, self.shapes.offsets, self.shapes.reach),
            tables=(unary, pairs, pair_offset, sizes),
            pose_offset=offset,
            poses=np.concatenate([turned(poses) for poses in self.candidates]),
            neighbours=np.concatenate([_neighbours(poses) for poses in self.candidates]),
            kind=kind,
            movable=np.flatnonzero(sizes[kind] > 1),
        )

    def fit(self, chosen: NDArray[np.int64]) -> bool:
        """Whether no two blocks of a choice stand in each other's way."""
        g = self.grid
        return not any(
            kernels.blocks_conflict(
                *g.shapes, k, g.poses[g.pose_offset[k] + p], m, g.poses[g.pose_offset[m] + q]
            )
            for i, (k, p) in enumerate(zip(g.kind, chosen, strict=True))
            for m, q in zip(g.kind[:i], chosen[:i], strict=True)
        )

    def layout(self, chosen: Sequence[int] | NDArray[np.int64]) -> Layout:
        """Layout of one candidate index per block, blocks in the order of `blocks`."""
        poses: list[list[tuple[float, float, float]]] = [[] for _ in self.kinds]
        for (k, _), pose in zip(self.blocks, chosen, strict=True):
            x, y, angle = self.candidates[k][pose]
            poses[k].append((float(x), float(y), float(angle)))
        return layout_of(self.kinds, poses)

    def table_cost(self, chosen: Sequence[int] | NDArray[np.int64]) -> float:
        """Cost of a choice by the tables: see `place.tables` (1)."""
        of_kind: list[list[int]] = [[] for _ in self.kinds]
        for (k, _), pose in zip(self.blocks, chosen, strict=True):
            of_kind[k].append(int(pose))
        return self.tables.cost(of_kind)


def build_problem(
    study: Study,
    counts: Mapping[int, int] | None = None,
    *,
    most: int = MOST_POSES,
    known: Sequence[Layout] = (),
    at_most: int | None = None,
    seconds: float = float("inf"),
) -> PlacementProblem:
    """Candidates, conflicts and tables of a study.

    Parameters
    ----------
    study
        The brief.
    counts
        Number of fixtures by index of the group, where it is not the group's `max`.
    most
        Candidate poses that a kind may have; its grid is thinned until they are no more.
    known
        Layouts whose poses become candidates too, on the grid or not.
    at_most
        So many fixtures may stand elsewhere than in the first known layout, whose poses are all
        taken then, even those that break a rule.
    seconds
        Wall time of all that is to be done with the problem: where it is short for a plan so
        large, kinds get fewer poses.

    Raises
    ------
    FloorPlanError
        Where the drawing has defects that no layout can be computed on; one sentence each.
    """
    grave = [d.sentence for d in audit_plan(study.plan) if d.severity is Severity.ERROR]
    if grave:
        raise FloorPlanError(*grave)
    begun = time.perf_counter()
    kinds = make_blocks(study, counts)
    ground = ground_of(study)
    shells = prepare_shells(study)
    found = [find_on_grid(study, ground, kind, most) for kind in kinds]
    scarce = time.perf_counter() - begun > BUILD_SHARE * seconds and any(
        len(poses) > SCARCE for poses, _ in found
    )
    candidates = tuple(some_of(poses, SCARCE if scarce else most) for poses, _ in found)
    homes = []
    for layout in known:
        stands, _ = find_homes(kinds, layout)
        candidates, home = _take_in(
            study, ground, kinds, candidates, stands, anywhere=at_most is not None
        )
        homes.append(home)
    tables = make_tables(study, kinds, candidates, shells)
    problem = PlacementProblem(
        study=study,
        kinds=kinds,
        candidates=candidates,
        shapes=make_shapes(kinds, study.walking.radius),
        tables=tables,
        shells=shells,
        pitch=max((pitch for _, pitch in found), default=study.pitch),
        homes=tuple(homes),
        scarce=scarce,
    )
    open_ones = _with_ways(problem)
    if at_most is None:
        return open_ones
    shut = np.array(problem.homes[0]) >= 0
    shut &= np.array(open_ones.homes[0]) < 0
    if shut.any():  # what stands where nobody can walk to may stay there
        leeway = _leeway(problem, ground, at_most)
        return replace(problem, leeway=replace(leeway, flawed=leeway.flawed | shut))
    return replace(open_ones, leeway=_leeway(open_ones, ground, at_most))


def _with_ways(problem: PlacementProblem) -> PlacementProblem:
    """The problem without the poses from which people cannot get where they walk to."""
    candidates, tables = problem.candidates, problem.tables
    reach = find_reached(problem.study, problem.kinds, candidates, tables, problem.shells)
    if not reach.why:
        return problem
    kept = reach.kept
    number = [np.where(mask, np.cumsum(mask) - 1, -1) for mask in kept]
    return replace(
        problem,
        candidates=tuple(poses[mask] for poses, mask in zip(candidates, kept, strict=True)),
        tables=Tables(
            unary=tuple(costs[mask] for costs, mask in zip(tables.unary, kept, strict=True)),
            pairs={
                (k, m): np.ascontiguousarray(table[kept[k]][:, kept[m]])
                for (k, m), table in tables.pairs.items()
            },
        ),
        homes=tuple(
            tuple(
                int(number[k][at]) if at >= 0 else -1
                for (k, _), at in zip(problem.blocks, home, strict=True)
            )
            for home in problem.homes
        ),
        cut_off=reach.why,
        apart=reach.apart,
    )


def _leeway(problem: PlacementProblem, ground: Ground, most: int) -> Leeway:
    """What may move away from the first known layout."""
    home = np.array(problem.homes[0], dtype=np.int64)
    kind = [k for k, _ in problem.blocks]
    at = [problem.candidates[k][[max(h, 0)]] for k, h in zip(kind, home, strict=True)]
    flawed = np.array(
        [
            h >= 0 and not len(keep_own_rules(problem.study, ground, problem.kinds[k], pose))
            for k, h, pose in zip(kind, home, at, strict=True)
        ]
    )
    clash = np.zeros((len(home), len(home)), dtype=bool)
    for i in np.flatnonzero(home >= 0):
        for j in np.flatnonzero(home[:i] >= 0):
            meets = problem.shapes.conflicts(kind[i], at[i], kind[j], at[j])[0, 0]
            clash[i, j] = clash[j, i] = meets
    size = np.array([len(problem.kinds[k].members) for k in kind], dtype=np.int64)
    return Leeway(home=home, size=size, most=most, flawed=flawed, clash=clash)


def _take_in(
    study: Study,
    ground: Ground,
    kinds: Sequence[BlockKind],
    candidates: Sequence[NDArray[np.float64]],
    homes: Sequence[Sequence[Home]],
    *,
    anywhere: bool,
) -> tuple[tuple[NDArray[np.float64], ...], tuple[int, ...]]:
    """Candidates with the homes of all blocks, and the candidate that each home is."""
    more, chosen = [], []
    for kind, poses, of_kind in zip(kinds, candidates, homes, strict=True):
        for home in of_kind:
            at = -1
            if home is not None:
                off = np.abs(poses - np.array(home))
                off[:, 2] = np.minimum(off[:, 2], 360.0 - off[:, 2])
                near = np.flatnonzero((off < SAME_POSE).all(axis=1))
                at = int(near[0]) if len(near) else -1
            if at < 0 and home is not None and kind.fixed is None:
                pose = np.array([home], dtype=float)
                if anywhere or len(keep_own_rules(study, ground, kind, pose)):
                    at = len(poses)
                    poses = np.concatenate([poses, pose])
            chosen.append(at)
        more.append(poses)
    return tuple(more), tuple(chosen)


def _flat_pairs(
    pairs: Mapping[tuple[int, int], NDArray[np.float32]], kinds: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """All pair tables in one array, with the start of each (−1: none) by k ≤ m."""
    start = np.full((kinds, kinds), -1, dtype=np.int64)
    size = 0
    for (k, m), table in pairs.items():
        start[k, m] = size
        size += table.size
    flat = np.empty(size, dtype=np.float32)
    for (k, m), table in pairs.items():
        flat[start[k, m] : start[k, m] + table.size] = np.minimum(table, NO_WAY).ravel()
    return flat, start


def _neighbours(poses: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n, NEIGHBOURS) near candidates, one that only turns counting as half a metre away."""
    if not len(poses):
        return np.empty((0, NEIGHBOURS), dtype=np.int64)
    angle = np.deg2rad(poses[:, 2])
    place = np.column_stack([poses[:, :2], 0.35 * np.cos(angle), 0.35 * np.sin(angle)])
    nearest = min(NEIGHBOURS + 1, len(poses))
    _, index = cKDTree(place).query(place, k=nearest)
    index = np.asarray(index).reshape(len(poses), nearest)[:, 1:]
    if not index.shape[1]:
        return np.zeros((len(poses), NEIGHBOURS), dtype=np.int64)
    return np.resize(index.T, (NEIGHBOURS, len(poses))).T.astype(np.int64).copy()
