"""Cliques: sets of poses of which a layout takes at most one.

In come a table problem and the poses that are open; out come rows "Σ x over the clique <= 1" that
fractional positions break. Two poses exclude each other when no two fixtures can take them: they
conflict, or they belong to a class of one fixture. A clique is a set of poses that exclude each
other pairwise; its row holds for every layout, and cuts off fractions that spread over it. Poses
are numbered through all classes (see `pose_offsets`), so a row means the same in every region.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.place.bound.kernels import grow_clique
from optimizer.place.bound.problem import (
    BoolArray,
    FloatArray,
    IntArray,
    TableProblem,
    conflict_matrix,
    pose_offsets,
)
from optimizer.place.bound.region import Region

VIOLATION = 1e-4  # of a row, in fixtures
ROWS_PER_ROUND = 40
SEEDS = 200
MOST_POSES = 12_000  # 144 MB of one byte a pair

Row = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Exclusions:
    """Which poses exclude each other.

    Attributes
    ----------
    ids
        Numbers of the poses, ascending.
    matrix
        (n, n) symmetric: whether two fixtures cannot take these two poses; on the diagonal whether
        two cannot share the pose.
    order
        Positions in `ids`, those that exclude most first.
    """

    ids: IntArray
    matrix: BoolArray
    order: IntArray


def find_exclusions(problem: TableProblem, region: Region) -> Exclusions | None:
    """Return which open poses exclude each other; None when there are too many poses.

    Parameters
    ----------
    problem
        The table problem.
    region
        The open poses; the groups of a class are taken together.
    """
    kinds = len(problem.counts)
    none = np.zeros(0, dtype=np.int64)
    poses = [
        np.unique(np.concatenate([none, *(g.poses for g in region.groups if g.kind == kind)]))
        for kind in range(kinds)
    ]
    starts = np.concatenate([[0], np.cumsum([len(part) for part in poses])]).astype(np.int64)
    if starts[-1] > MOST_POSES:
        return None
    matrix = np.zeros((starts[-1], starts[-1]), dtype=bool)
    for k in range(kinds):
        for m in range(k, kinds):
            rows, columns = (slice(starts[i], starts[i + 1]) for i in (k, m))
            if k == m and problem.counts[k] == 1:
                matrix[rows, columns] = True
                continue
            barred = conflict_matrix(problem, k, m, rows=poses[k], columns=poses[m])
            matrix[rows, columns] = barred
            matrix[columns, rows] = barred.T
    offsets = pose_offsets(problem)
    return Exclusions(
        ids=np.concatenate([offset + part for offset, part in zip(offsets, poses, strict=False)]),
        matrix=matrix,
        order=np.argsort(-matrix.sum(axis=1), kind="stable"),
    )


def broken_rows(
    exclusions: Exclusions, ids: IntArray, positions: FloatArray, known: Sequence[Row]
) -> list[Row]:
    """Return rows that fractional positions break, the most broken first.

    Parameters
    ----------
    exclusions
        Which poses exclude each other; it holds all of `ids`.
    ids
        Numbers of the open poses.
    positions
        Number of fixtures at each of them.
    known
        Rows that are not wanted again.
    """
    at = np.searchsorted(exclusions.ids, ids)
    weight = np.zeros(len(exclusions.ids))
    weight[at] = positions
    is_open = np.zeros(len(weight), dtype=bool)
    is_open[at] = True
    order = exclusions.order[is_open[exclusions.order]]
    support = at[positions > VIOLATION]
    support = support[np.argsort(-weight[support], kind="stable")]
    found: list[tuple[float, Row]] = []
    seen = set(known)
    marks: set[tuple[int, ...]] = set()
    for seed in support[:SEEDS]:
        chosen, heavy, total = grow_clique(
            exclusions.matrix, support, weight, order, seed, 1.0 + VIOLATION
        )
        if total <= 1.0 + VIOLATION:
            continue
        # rows over the same used poses differ only where nothing stands
        mark = tuple(np.sort(chosen[:heavy]).tolist())
        row = tuple(np.sort(exclusions.ids[chosen]).tolist())
        if row in seen or mark in marks:
            continue
        seen.add(row)
        marks.add(mark)
        found.append((float(total), row))
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    return [row for _, row in found[:ROWS_PER_ROUND]]
