"""Certificates: a bound with everything that an independent checker needs, and that checker.

In comes a `TableProblem` and a `Certificate`; out comes the bound that it proves, recomputed with
numpy (and the sparse matrices of the problem) from the problem's own costs. No solver and no
compiled kernel takes part, and the working tables of the engine are not used.

A proof node speaks of one region. Its stages are duals: each proves a bound for the poses open so
far (`duals` equation (4)) and may close poses whose own bound (equation (5)) reaches the
certificate's upper bound. Then it may be split; its bound is the better of its own and of the
worst child. The certificate proves min(upper bound, bound of the root): no layout costs less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.place.bound.leaves import cheapest_layout
from optimizer.place.bound.problem import (
    BoolArray,
    FloatArray,
    Pair,
    TableProblem,
    conflict_matrix,
    occupied_cells,
)
from optimizer.place.bound.region import Group, Region

Potentials = Mapping[Pair, tuple[FloatArray, FloatArray]]
CELLS_AT_ONCE = 2_000_000  # table entries that the checker holds in float64 at a time


@dataclass(frozen=True, kw_only=True)
class Dual:
    """Potentials of pairs of groups and multipliers of cell rows (see `duals`).

    Attributes
    ----------
    potentials
        (g, h) to (φ, ψ), over the open poses of the two groups.
    rows
        Cell rows (cell, group), group -1 for the row of held cells only.
    multipliers
        One multiplier, at least 0, per cell row.
    """

    potentials: Potentials
    rows: tuple[tuple[int, int], ...]
    multipliers: FloatArray


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A dual for the poses that are open, and the poses that it leaves open.

    Attributes
    ----------
    dual
        The dual.
    bound
        Its value.
    kept
        Per group which of the poses stay open.
    """

    dual: Dual
    bound: float
    kept: tuple[BoolArray, ...]


@dataclass(frozen=True, kw_only=True)
class ProofNode:
    """The proof for one region.

    Attributes
    ----------
    stages
        Duals and what they close, in order.
    enumerated
        Whether the region was then searched completely.
    group, side
        The group that is split and the poses on the first side; -1 and empty without a split.
    children
        One proof per number of fixtures (0, 1, … count) on the first side; without a split, none.
    """

    stages: tuple[Stage, ...] = ()
    enumerated: bool = False
    group: int = -1
    side: BoolArray | None = None
    children: "tuple[ProofNode, ...]" = ()


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A proof that no layout costs less than a value.

    Attributes
    ----------
    upper_bound
        Value that closed poses were compared with; +inf when none were.
    root
        Proof for the region of all layouts.
    """

    upper_bound: float
    root: ProofNode


def verify_bound(problem: TableProblem, certificate: Certificate) -> float:
    """Return the bound that a certificate proves, recomputed by weak duality.

    Parameters
    ----------
    problem
        The table problem.
    certificate
        The certificate of a `Bound`.

    Raises
    ------
    ValueError
        When a pose was closed or a region split without proof.
    """
    checker = _Checker(problem, certificate.upper_bound)
    return min(certificate.upper_bound, checker.value(Region.root(problem), certificate.root))


class _Checker:
    def __init__(self, problem: TableProblem, upper_bound: float) -> None:
        self._problem = problem
        self._upper_bound = upper_bound

    def value(self, region: Region, node: ProofNode) -> float:
        bound = -np.inf
        for stage in node.stages:
            if not _has_room(self._problem, region):
                return np.inf
            bound = max(bound, self._stage(region, stage))
            region = region.keep(stage.kept)
        if not _has_room(self._problem, region):
            return np.inf
        if node.enumerated:
            cheapest, _, complete = cheapest_layout(
                self._problem, region, below=self._upper_bound, most_steps=None
            )
            return max(bound, min(cheapest, self._upper_bound)) if complete else bound
        if node.side is not None:
            parts = region.split(node.group, node.side)
            if len(parts) != len(node.children):
                raise ValueError(
                    f"certificate splits into {len(node.children)} parts, expected {len(parts)}"
                )
            pairs = zip(parts, node.children, strict=True)
            bound = max(bound, min(self.value(part, child) for part, child in pairs))
        return bound

    def _stage(self, region: Region, stage: Stage) -> float:
        """Bound of one stage; checks that the poses it closes may be closed."""
        if (stage.dual.multipliers < 0).any():
            raise ValueError("certificate has a negative cell multiplier, expected at least 0")
        groups = region.groups
        reduced = _reduced_costs(self._problem, region, stage.dual)
        rooms = [_room(self._problem, group) for group in groups]
        least = [
            _smallest(cost, room, group.count)
            for cost, room, group in zip(reduced, rooms, groups, strict=True)
        ]
        constant = -float(stage.dual.multipliers.sum())
        gain = [np.zeros(len(cost)) for cost in reduced]
        for pair, potentials in stage.dual.potentials.items():
            slack, ahead, back = _pair_slack(self._problem, region, pair, potentials, reduced)
            g, h = pair
            first, second = groups[g].count, groups[h].count
            if g == h:
                constant += first * (first - 1) / 2 * slack
                continue
            constant += first * second * slack
            gain[g] += np.maximum(0.0, second * ahead - least[h])
            gain[h] += np.maximum(0.0, first * back - least[g])
        total = sum(least) + constant
        for g, kept in enumerate(stage.kept):
            if kept.all():
                continue
            rest = _smallest(reduced[g], rooms[g], groups[g].count - 1)
            own = total - least[g] + rest + reduced[g] + gain[g]
            if (own[~kept] < self._upper_bound).any():
                raise ValueError(
                    f"certificate closes a pose of class {groups[g].kind} whose own bound is "
                    f"{own[~kept].min():.6g}, expected at least {self._upper_bound:.6g}"
                )
        return float(total)


def _reduced_costs(problem: TableProblem, region: Region, dual: Dual) -> list[FloatArray]:
    groups = region.groups
    reduced = [problem.unary[group.kind][group.poses].astype(np.float64) for group in groups]
    for (g, h), (row, column) in dual.potentials.items():
        if g == h:
            reduced[g] += (groups[g].count - 1) * 0.5 * (row + column)
        else:
            reduced[g] += groups[h].count * row
            reduced[h] += groups[g].count * column
    if not dual.rows:
        return reduced
    for g, group in enumerate(groups):
        held, every = occupied_cells(problem, group.kind, group.poses)
        prices = np.zeros(held.shape[1])
        own = np.zeros(held.shape[1])
        for (cell, of_group), price in zip(dual.rows, dual.multipliers, strict=True):
            prices[cell] += price
            own[cell] += price if of_group == g else 0.0
        reduced[g] += held @ prices + (every - held) @ own / group.count
    return reduced


def _pair_slack(
    problem: TableProblem,
    region: Region,
    pair: Pair,
    potentials: tuple[FloatArray, FloatArray],
    reduced: Sequence[FloatArray],
) -> tuple[float, FloatArray, FloatArray]:
    """Least R of a pair, and the row and column minima of θ + R - least R."""
    first, second = (region.groups[g] for g in pair)
    table = problem.pairs.get((first.kind, second.kind))
    row, column = potentials
    ahead = np.full(len(row), np.inf)
    back = np.full(len(column), np.inf)
    slack = np.inf
    step = max(1, CELLS_AT_ONCE // max(1, len(column)))
    for start in range(0, len(row), step):
        part = slice(start, start + step)
        poses = first.poses[part]
        rest = np.zeros((len(poses), len(column)))
        if table is not None:
            rest += table[np.ix_(poses, second.poses)]
        barred = conflict_matrix(problem, first.kind, second.kind, rows=poses, columns=second.poses)
        rest[barred] = np.inf
        rest -= row[part, None] + column[None, :]
        slack = min(slack, float(rest.min()))
        ahead[part] = (rest + reduced[pair[1]][None, :]).min(axis=1)
        back = np.minimum(back, (rest + reduced[pair[0]][part, None]).min(axis=0))
    # with every pair barred the slack is +inf, and so is the bound: no gain to add
    least = slack if np.isfinite(slack) else 0.0
    return slack, ahead - least, back - least


def _room(problem: TableProblem, group: Group) -> FloatArray:
    """How many of the group's fixtures can stand at each pose at once."""
    room = np.full(len(group.poses), float(group.count))
    held, _ = occupied_cells(problem, group.kind, group.poses)
    if held is not None:
        room[np.asarray(held.sum(axis=1)).ravel() > 0] = 1.0
    table = problem.pairs.get((group.kind, group.kind))
    if table is not None:
        room[np.isposinf(table[group.poses, group.poses])] = 1.0
    return room


def _has_room(problem: TableProblem, region: Region) -> bool:
    return all(
        len(group.poses) > 0 and _room(problem, group).sum() >= group.count
        for group in region.groups
    )


def _smallest(cost: FloatArray, room: FloatArray, number: int) -> float:
    """Sum of the smallest costs, each pose as often as it has room."""
    total = 0.0
    for index in np.argsort(cost, kind="stable"):
        if number <= 0:
            break
        taken = min(number, int(room[index]))
        total += taken * float(cost[index])
        number -= taken
    return total
