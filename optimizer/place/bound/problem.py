"""The table problem: what the bound is computed for.

In comes nothing but arrays: for every class of identical fixtures its poses, for every pair of
classes a cost table, for every pose the floor cells that it occupies. Out goes an immutable
`TableProblem`. The bound engine knows nothing of floor plans, flows or walking.

Definition (the objective that every bound of this package bounds from below). Class k has
``counts[k]`` identical fixtures, each standing at one of its ``P_k`` poses. With x[k, p] the number
of class-k fixtures at pose p,

    cost(x) = Σ_k Σ_p unary[k][p] x[k, p]
            + Σ_{k<l} Σ_{p,q} pairs[k, l][p, q] x[k, p] x[l, q]
            + Σ_k Σ over unordered pairs of distinct class-k fixtures of pairs[k, k][p, q]      (1)

minimised over the layouts without a conflict. Two distinct fixtures conflict at poses p and q when
    (a) a cell that one of them holds (foot or private) is foot, use or private of the other,    (2)
    (b) ``conflicts`` says so, or
    (c) their entry in ``pairs`` is +inf.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Pair = tuple[int, int]
Table = NDArray[np.float32]
PairCosts = Mapping[Pair, Table]
SparseMatrix = Any  # scipy.sparse, which ships no types


@dataclass(frozen=True, kw_only=True)
class TableProblem:
    """Classes of identical fixtures, their poses, costs and conflicts.

    Attributes
    ----------
    counts
        Number of identical fixtures (or rigid rows) in class k, at least 1.
    unary
        Class k: cost of one of its fixtures standing at pose p, shape (P_k,), finite; any sign.
    pairs
        (k, l) with k <= l: cost between a class-k fixture at p and a class-l fixture at q, shape
        (P_k, P_l), float32 or float64, at least 0; +inf marks a pair that cannot stand together.
        Pairs of classes without any flow are left out. (k, k) must be symmetric.
    foot
        Class k: sparse (P_k, cells) matrix, non-zero where the area of the cell belongs to the
        footprint; at most one fixture may cover a cell. Empty tuple: no cells.
    use
        Like `foot`: cells that no *foreign* footprint or private cell may cover, and that several
        fixtures may share (a clearance). Empty tuple: none.
    private
        Like `foot`: cells that no foreign foot, use or private cell may touch (a privacy zone).
        Empty tuple: none.
    conflicts
        (k, l) with k <= l: dense boolean or sparse (P_k, P_l) matrix, non-zero where the two cannot
        stand together for a reason that the cells do not show. For k = l it speaks of two
        *different* fixtures of the class.
    xy
        Class k: position of the pose in metres, shape (P_k, 2); steers the branching only.
        Empty tuple: the order of the poses is used instead.

    Raises
    ------
    ValueError
        All defects of the arrays, in one message.
    """

    counts: tuple[int, ...]
    unary: tuple[FloatArray, ...]
    pairs: Mapping[Pair, NDArray[np.floating[Any]]]
    foot: tuple[SparseMatrix, ...] = ()
    use: tuple[SparseMatrix, ...] = ()
    private: tuple[SparseMatrix, ...] = ()
    conflicts: Mapping[Pair, Any] = field(default_factory=dict)
    xy: tuple[FloatArray, ...] = ()

    def __post_init__(self) -> None:
        defects = [*_class_defects(self), *_pair_defects(self)]
        if defects:
            raise ValueError("table problem: " + "; ".join(defects))

    @property
    def poses(self) -> tuple[int, ...]:
        """Number of poses of each class."""
        return tuple(len(cost) for cost in self.unary)


def conflict_matrix(
    problem: TableProblem, first: int, second: int, *, rows: IntArray, columns: IntArray
) -> BoolArray:
    """Which poses of two classes cannot be taken by two distinct fixtures: equation (2).

    Parameters
    ----------
    problem
        The table problem.
    first, second
        Classes with first <= second (equal: two different fixtures of one class).
    rows, columns
        Poses of the first and of the second class that are asked for.
    """
    barred = np.zeros((len(rows), len(columns)), dtype=bool)
    held_first, all_first = occupied_cells(problem, first, rows)
    held_second, all_second = occupied_cells(problem, second, columns)
    if held_first is not None and held_second is not None:
        touching = held_first @ all_second.T + all_first @ held_second.T
        touching = touching.tocoo()
        barred[touching.row, touching.col] = touching.data > 0
    given = problem.conflicts.get((first, second))
    if given is not None:
        if hasattr(given, "tocsr"):
            barred |= given.tocsr()[rows][:, columns].toarray() != 0
        else:
            barred |= np.asarray(given)[np.ix_(rows, columns)] != 0
    table = problem.pairs.get((first, second))
    if table is not None:
        barred |= np.isposinf(table[np.ix_(rows, columns)])
    return barred


def occupied_cells(
    problem: TableProblem, kind: int, poses: IntArray
) -> tuple[SparseMatrix, SparseMatrix]:
    """Cells that poses of a class hold (foot or private) and all cells they need, as 0/1 CSR.

    Both are None when the problem has no cells.
    """
    held = _sum_of([part[kind] for part in (problem.foot, problem.private) if part], poses)
    every = _sum_of(
        [part[kind] for part in (problem.foot, problem.private, problem.use) if part], poses
    )
    if every is not None and held is None:
        held = every * 0
        held.eliminate_zeros()
    return held, every


def pose_offsets(problem: TableProblem) -> IntArray:
    """Return where the poses of each class begin when they are numbered through all classes."""
    return np.concatenate([[0], np.cumsum(problem.poses)]).astype(np.int64)


def pose_room(problem: TableProblem, kind: int) -> FloatArray:
    """Return how many fixtures of a class can stand at each of its poses at once."""
    room = np.full(problem.poses[kind], float(problem.counts[kind]))
    if problem.counts[kind] == 1:
        return room
    held, _ = occupied_cells(problem, kind, np.arange(problem.poses[kind]))
    if held is not None:
        room[np.diff(held.indptr) > 0] = 1.0
    table, given = (part.get((kind, kind)) for part in (problem.pairs, problem.conflicts))
    if table is not None:
        room[np.isposinf(np.diagonal(table))] = 1.0
    if given is not None:
        room[(given.diagonal() if hasattr(given, "tocsr") else np.diagonal(given)) != 0] = 1.0
    return room


def layout_cost(problem: TableProblem, layout: tuple[tuple[int, ...], ...]) -> float:
    """Cost (1) of a layout, +inf when two of its fixtures conflict.

    Parameters
    ----------
    problem
        The table problem.
    layout
        For each class the poses of its fixtures, ``counts[k]`` of them.
    """
    standing = [(kind, pose) for kind, chosen in enumerate(layout) for pose in chosen]
    if _cells_collide(problem, layout):
        return float("inf")
    total = sum(float(problem.unary[kind][pose]) for kind, pose in standing)
    for index, (kind, pose) in enumerate(standing):
        for other, place in standing[index + 1 :]:
            given = problem.conflicts.get((kind, other))
            if given is not None and _entry(given, pose, place):
                return float("inf")
            table = problem.pairs.get((kind, other))
            total += 0.0 if table is None else float(table[pose, place])
    return total


def _entry(matrix: Any, row: int, column: int) -> bool:
    return bool((matrix.tocsr() if hasattr(matrix, "tocsr") else matrix)[row, column])


def _cells_collide(problem: TableProblem, layout: tuple[tuple[int, ...], ...]) -> bool:
    """Whether a cell that one fixture holds is needed by another: equation (2a)."""
    parts = [
        occupied_cells(problem, kind, np.asarray(chosen, dtype=np.int64))
        for kind, chosen in enumerate(layout)
        if chosen
    ]
    if any(held is None for held, _ in parts):
        return False
    held, every = (scipy.sparse.vstack(side).tocsr() for side in zip(*parts, strict=True))
    touching = (held @ every.T).tocoo()
    return bool(((touching.row != touching.col) & (touching.data > 0)).any())


def _sum_of(parts: list[SparseMatrix], poses: IntArray) -> SparseMatrix:
    if not parts:
        return None
    total = parts[0].tocsr()[poses].astype(np.float64)
    for part in parts[1:]:
        total = total + part.tocsr()[poses]
    total.eliminate_zeros()
    total.data[:] = 1.0
    return total


def _class_defects(problem: TableProblem) -> list[str]:
    number = len(problem.counts)
    defects = []
    if len(problem.unary) != number:
        return [f"{number} counts but {len(problem.unary)} unary arrays"]
    for kind, (count, cost) in enumerate(zip(problem.counts, problem.unary, strict=True)):
        if count < 1:
            defects.append(f"class {kind} has count {count}, expected at least 1")
        if cost.ndim != 1 or not len(cost) or not np.isfinite(cost).all():
            defects.append(f"unary of class {kind} must be a non-empty vector of finite costs")
    for name in ("foot", "use", "private", "xy"):
        parts = getattr(problem, name)
        if parts and [part.shape[0] for part in parts] != [len(cost) for cost in problem.unary]:
            defects.append(f"{name} needs one row per pose of each class")
    widths = {part.shape[1] for part in (*problem.foot, *problem.use, *problem.private)}
    if len(widths) > 1:
        defects.append(f"foot, use and private disagree on the number of cells: {sorted(widths)}")
    return defects


def _pair_defects(problem: TableProblem) -> list[str]:
    defects = []
    sizes = [len(cost) for cost in problem.unary]
    for name, tables in (("pairs", problem.pairs), ("conflicts", problem.conflicts)):
        for (first, second), table in tables.items():
            if not 0 <= first <= second < len(sizes):
                defects.append(f"{name} has key {(first, second)}, expected k <= l < {len(sizes)}")
            elif table.shape != (sizes[first], sizes[second]):
                defects.append(
                    f"{name} {(first, second)} has shape {table.shape}, "
                    f"expected {(sizes[first], sizes[second])}"
                )
            elif name == "pairs" and not (table >= 0).all():
                defects.append(f"pairs {(first, second)} has a negative or undefined cost")
            elif name == "pairs" and first == second and not np.array_equal(table, table.T):
                defects.append(f"pairs {(first, second)} of one class must be symmetric")
    return defects
