"""Certificates: a bound with everything that an independent checker needs, and that checker.

In comes a `TableProblem` and a `Certificate`; out comes the bound that it proves, recomputed with
numpy from the problem's own costs. No solver and no
compiled kernel takes part, and the working tables of the engine are not used.

A proof node speaks of one region. Its stages are duals: each proves a bound for the poses open so
far (`duals` equation (4)) and may close poses whose own bound (equation (5)) reaches the
certificate's upper bound. Then it may be split; its bound is the better of its own and of the
worst child. The certificate proves min(upper bound, bound of the root): no layout costs less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.place.bound.leaves import cheapest_layout
from optimizer.place.bound.problem import (
    BoolArray,
    FloatArray,
    Pair,
    Table,
    TableProblem,
    conflict_matrix,
    pose_offsets,
    pose_room,
)
from optimizer.place.bound.region import Group, Region

Potentials = Mapping[Pair, tuple[FloatArray, FloatArray]]
CELLS_AT_ONCE = 2_000_000  # table entries that the checker holds in float64 at a time


@dataclass(frozen=True, kw_only=True)
class Dual:
    """Potentials of pairs of groups and multipliers of clique rows (see `duals`).

    Attributes
    ----------
    potentials
        (g, h) to (φ, ψ), over the open poses of the two groups.
    rows
        Cliques, as numbers of poses through all classes (see `cliques`).
    multipliers
        One multiplier, at least 0, per row.
    """

    potentials: Potentials
    rows: tuple[tuple[int, ...], ...]
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
        One proof per number of fixtures (0, 1, … count) on the first side; without a split none,
        or that of the same region with more charged.
    more
        Per group what is charged beyond the costs so far, before the stages; None: nothing.
    pairs
        The same for pairs of groups, where anything is.
    """

    more: tuple[FloatArray, ...] | None = None
    stages: tuple[Stage, ...] = ()
    enumerated: bool = False
    group: int = -1
    side: BoolArray | None = None
    children: "tuple[ProofNode, ...]" = ()
    pairs: Mapping[Pair, Table] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A proof that no layout costs less than a value.

    Attributes
    ----------
    upper_bound
        Value that closed poses were compared with; +inf when none were.
    root
        Proof for the region of all layouts.
    unit
        What `ProofNode.more` counts in; 0 where nothing more than the tables is charged. Such a
        proof rests on more than the table problem, and `verify_bound` does not go through it.
    pair_units
        What `ProofNode.pairs` counts in, by class.
    """

    upper_bound: float
    root: ProofNode
    unit: float = 0.0
    pair_units: Mapping[Pair, float] = field(default_factory=dict)


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
        When a pose was closed or a region split without proof, or more is charged than the
        problem says.
    """
    if certificate.unit:
        raise ValueError("certificate charges more than the tables do, which only walks can show")
    checker = _Checker(problem, certificate.upper_bound)
    return min(certificate.upper_bound, checker.value(Region.root(problem), certificate.root))


class _Checker:
    def __init__(self, problem: TableProblem, upper_bound: float) -> None:
        self._problem = problem
        self._upper_bound = upper_bound
        self._cliques: set[tuple[int, ...]] = set()
        self._costs: dict[Pair, NDArray[np.floating[Any]]] = {}
        self._rooms: dict[int, FloatArray] = {}

    def value(self, region: Region, node: ProofNode) -> float:
        bound = -np.inf
        for stage in node.stages:
            if not self._has_room(region):
                return np.inf
            bound = max(bound, self._stage(region, stage))
            region = region.keep(stage.kept)
        if not self._has_room(region):
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
            raise ValueError("certificate has a negative multiplier, expected at least 0")
        groups = region.groups
        reduced = self._reduced_costs(region, stage.dual)
        rooms = [self._room(group) for group in groups]
        least = [
            _smallest(cost, room, group.count)
            for cost, room, group in zip(reduced, rooms, groups, strict=True)
        ]
        constant = -float(stage.dual.multipliers.sum())
        gain = [np.zeros(len(cost)) for cost in reduced]
        for pair, potentials in stage.dual.potentials.items():
            slack, ahead, back = self._pair_slack(region, pair, potentials, reduced)
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

    def _reduced_costs(self, region: Region, dual: Dual) -> list[FloatArray]:
        groups = region.groups
        unary = self._problem.unary
        reduced = [unary[group.kind][group.poses].astype(np.float64) for group in groups]
        for (g, h), (row, column) in dual.potentials.items():
            if g == h:
                reduced[g] += (groups[g].count - 1) * 0.5 * (row + column)
            else:
                reduced[g] += groups[h].count * row
                reduced[h] += groups[g].count * column
        if not dual.rows:
            return reduced
        offsets = pose_offsets(self._problem)
        prices = np.zeros(int(offsets[-1]))
        for clique, price in zip(dual.rows, dual.multipliers, strict=True):
            self._check_clique(clique)
            prices[list(clique)] += price
        for own, group in zip(reduced, groups, strict=True):
            own += prices[offsets[group.kind] + group.poses]
        return reduced

    def _check_clique(self, row: tuple[int, ...]) -> None:
        """Raise ValueError unless any two poses of a row exclude each other."""
        if row in self._cliques:
            return
        members = np.unique(np.asarray(row, dtype=np.int64))
        offsets = pose_offsets(self._problem)
        kinds = np.searchsorted(offsets, members, side="right") - 1
        for k in np.unique(kinds):
            own = members[kinds == k] - offsets[k]
            for m in np.unique(kinds[kinds >= k]):
                if k == m and self._problem.counts[k] == 1:
                    continue
                other = members[kinds == m] - offsets[m]
                if not conflict_matrix(self._problem, k, m, rows=own, columns=other).all():
                    raise ValueError(
                        f"certificate has a clique of poses of class {k} and {m} that can stand "
                        "together"
                    )
        self._cliques.add(row)

    def _pair_slack(
        self,
        region: Region,
        pair: Pair,
        potentials: tuple[FloatArray, FloatArray],
        reduced: Sequence[FloatArray],
    ) -> tuple[float, FloatArray, FloatArray]:
        """Least R of a pair, and the row and column minima of θ + R - least R."""
        first, second = (region.groups[g] for g in pair)
        table = self._cost((first.kind, second.kind))
        row, column = potentials
        ahead = np.full(len(row), np.inf)
        back = np.full(len(column), np.inf)
        slack = np.inf
        step = max(1, CELLS_AT_ONCE // max(1, len(column)))
        for start in range(0, len(row), step):
            part = slice(start, start + step)
            rest = table[np.ix_(first.poses[part], second.poses)].astype(np.float64)
            rest -= row[part, None] + column[None, :]
            slack = min(slack, float(rest.min()))
            ahead[part] = (rest + reduced[pair[1]][None, :]).min(axis=1)
            back = np.minimum(back, (rest + reduced[pair[0]][part, None]).min(axis=0))
        # with every pair barred the slack is +inf, and so is the bound: no gain to add
        least = slack if np.isfinite(slack) else 0.0
        return slack, ahead - least, back - least

    def _cost(self, kinds: Pair) -> NDArray[np.floating[Any]]:
        """Cost table of two classes with +inf where poses conflict."""
        if kinds not in self._costs:
            rows, columns = (np.arange(self._problem.poses[kind]) for kind in kinds)
            barred = conflict_matrix(self._problem, *kinds, rows=rows, columns=columns)
            table = self._problem.pairs.get(kinds)
            cost = np.zeros(barred.shape, dtype=np.float32) if table is None else table.copy()
            cost[barred] = np.inf
            self._costs[kinds] = cost
        return self._costs[kinds]

    def _room(self, group: Group) -> FloatArray:
        """How many of the group's fixtures can stand at each pose at once."""
        kind = group.kind
        if kind not in self._rooms:
            self._rooms[kind] = pose_room(self._problem, kind)
        return np.minimum(self._rooms[kind][group.poses], group.count)

    def _has_room(self, region: Region) -> bool:
        return all(self._room(group).sum() >= group.count for group in region.groups)


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
