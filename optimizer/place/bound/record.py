"""A proof as a few flat arrays, small enough to be kept and simple enough to be checked elsewhere.

In come a table problem and a `Certificate`; out come arrays and the value that they prove. What is
kept of a dual is, for each pair of groups, one vector of potentials in 16 bits: the other side is
the largest that is feasible with it. Rounding a dual never makes it wrong, only weaker; so the
value is worked out from what is kept, not taken over.

Value of a region: every layout uses a pose that a stage closes, and costs at least that pose's own
bound, or lies in what is left. So

    value = max over stages of min(least own bound of a pose closed before, bound of the stage)  (1)

and a split counts like a last stage with the least value of its parts. No upper bound is needed.

Arrays (regions in preorder, stages in the order of the regions, all cursors run on):
    nodes       (n, 5)  stages, whether searched completely (2: by true costs), group that is split
                        (-1), parts (without a split 1: the same region), 0 where no more is
                        charged, else 1 and the number of pairs of groups that are
    more        uint16  what is charged beyond the costs so far, group after group, in
    unit        (1,)    this unit
    linked      (n, 2)  pairs of groups that are charged more
    beyond      uint16  how much, row after row, in the unit of the cost table of their kinds
    sides       bits    first side of each split, over the poses of the group
    stages      (s, 2)  priced cliques, whether poses are closed
    scales      (p,)    for each pair of groups with a table, in order, the unit of its potentials
    potentials  int16   row potentials of each pair, in that unit
    kept        bits    for each stage that closes poses: which stay open, group after group
    priced      (q,)    clique of each price;  prices (q,)
    cliques     int32   members, pose numbers through all classes;  clique_ends (c,)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.place.bound.duals import pose_bounds, tighten_potentials, value_dual
from optimizer.place.bound.leaves import cheapest_layout
from optimizer.place.bound.problem import Pair, TableProblem
from optimizer.place.bound.proof import Certificate, Dual, ProofNode, Stage
from optimizer.place.bound.tables import Tables, barrier_of, build_tables

Arrays = Mapping[str, NDArray[Any]]
STEPS = 32_767  # of the 16 bits, on either side of zero


@dataclass(frozen=True, kw_only=True)
class Record:
    """A proof in flat arrays.

    Attributes
    ----------
    value
        What the arrays prove: no layout costs less.
    arrays
        See the module.
    barriers
        For each two classes with costs, what is charged for poses that cannot stand together.
    """

    value: float
    arrays: Arrays
    barriers: Mapping[Pair, float]


def record_proof(problem: TableProblem, certificate: Certificate) -> Record:
    """Return the flat form of a certificate and the value that this form proves.

    Parameters
    ----------
    problem
        The table problem; its tables must be exact in single precision.
    certificate
        The proof of its bound.
    """
    writer = _Writer(problem, certificate.upper_bound, certificate.unit, certificate.pair_units)
    value = writer.write(build_tables(problem), certificate.root)
    return Record(
        value=min(value, certificate.upper_bound),
        arrays=writer.arrays(),
        barriers={key: barrier_of(problem, key) for key in problem.pairs},
    )


@dataclass
class _Writer:
    problem: TableProblem
    upper_bound: float
    unit: float
    pair_units: Mapping[Pair, float]
    nodes: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    more: list[NDArray[np.uint16]] = field(default_factory=list)
    linked: list[Pair] = field(default_factory=list)
    beyond: list[NDArray[np.uint16]] = field(default_factory=list)
    sides: list[NDArray[np.uint8]] = field(default_factory=list)
    stages: list[tuple[int, int]] = field(default_factory=list)
    scales: list[float] = field(default_factory=list)
    potentials: list[NDArray[np.int16]] = field(default_factory=list)
    kept: list[NDArray[np.uint8]] = field(default_factory=list)
    priced: list[int] = field(default_factory=list)
    prices: list[float] = field(default_factory=list)
    cliques: dict[tuple[int, ...], int] = field(default_factory=dict)

    def write(self, tables: Tables, node: ProofNode) -> float:
        """Append a region and all below it; return its value."""
        stages = _needed(node.stages)
        place = len(self.nodes)
        parts = len(node.children)
        charged = 0 if node.more is None else 1 + len(node.pairs)
        whole = (2 if self.unit else 1) if node.enumerated else 0
        self.nodes.append((len(stages), whole, node.group if parts else -1, parts, charged))
        if node.more is not None:
            units = np.rint(np.concatenate(node.more) / self.unit).astype(np.uint16)
            self.more.append(units)
            for key, part in node.pairs.items():
                first, second = (tables.region.groups[g].kind for g in key)
                self.linked.append(key)
                whole = np.rint(part / self.pair_units[first, second])
                self.beyond.append(whole.astype(np.uint16).ravel())
            tables = tables.with_added(node.pairs).charged(node.more)
        value, floor = -np.inf, np.inf
        for stage in stages:
            tables, bound, closed = self._stage(tables, stage)
            value = max(value, min(floor, bound))
            floor = min(floor, closed)
        if not tables.has_room():
            self.nodes[place] = (len(stages), 0, -1, 0, charged)
            return max(value, floor)
        if node.enumerated:
            return max(value, min(floor, self._searched(tables)))
        if parts:
            return max(value, min(floor, self._parts(tables, node)))
        return value

    def _searched(self, tables: Tables) -> float:
        """Least cost of a region that was searched completely, at most the upper bound."""
        if self.unit:
            return self.upper_bound  # whatever the tables allow below it was walked, and is dearer
        cheapest, _, _ = cheapest_layout(
            self.problem, tables.region, below=self.upper_bound, most_steps=None
        )
        return min(cheapest, self.upper_bound)

    def _parts(self, tables: Tables, node: ProofNode) -> float:
        """Append what is below a region; the least value of it."""
        if node.side is None:
            return self.write(tables, node.children[0])
        self.sides.append(np.packbits(node.side))
        return min(
            self.write(tables.part(node.group, node.side, part), child)
            for part, child in zip(
                tables.region.split(node.group, node.side), node.children, strict=True
            )
        )

    def _stage(self, tables: Tables, stage: Stage) -> tuple[Tables, float, float]:
        """Append a stage; its bound, and the least own bound of the poses that it closes."""
        dual = self._rounded(tables, stage.dual)
        valuation = value_dual(tables, dual)
        closes = not all(mask.all() for mask in stage.kept)
        self.stages.append((len(dual.rows), int(closes)))
        if not closes:
            return tables, valuation.bound, np.inf
        self.kept.append(np.packbits(np.concatenate(stage.kept)))
        bounds = pose_bounds(tables, dual, valuation)
        closed = min(
            float(bound[~mask].min(initial=np.inf))
            for bound, mask in zip(bounds, stage.kept, strict=True)
        )
        return tables.keep(stage.kept), valuation.bound, closed - valuation.margin

    def _rounded(self, tables: Tables, dual: Dual) -> Dual:
        """Append a dual; return what is kept of it."""
        rows: dict[Pair, tuple[NDArray[Any], NDArray[Any]]] = {}
        for pair in sorted(tables.pair):
            row, column = dual.potentials[pair]
            scale = float(np.abs(row).max(initial=0.0)) / STEPS or 1.0
            units = np.rint(row / scale).astype(np.int16)
            self.scales.append(scale)
            self.potentials.append(units)
            rows[pair] = (units * scale, column)
        for row_of, price in zip(dual.rows, dual.multipliers.tolist(), strict=True):
            self.priced.append(self.cliques.setdefault(row_of, len(self.cliques)))
            self.prices.append(price)
        return Dual(
            potentials=tighten_potentials(tables, rows),
            rows=dual.rows,
            multipliers=dual.multipliers,
        )

    def arrays(self) -> Arrays:
        """All arrays, in the types of the module's list."""
        members = [np.array(row, dtype=np.int32) for row in self.cliques]
        return {
            "nodes": np.array(self.nodes, dtype=np.int32).reshape(-1, 5),
            "more": _joined(self.more, np.uint16),
            "unit": np.array([self.unit or 1.0]),
            "linked": np.array(self.linked, dtype=np.int32).reshape(-1, 2),
            "beyond": _joined(self.beyond, np.uint16),
            "sides": _joined(self.sides, np.uint8),
            "stages": np.array(self.stages, dtype=np.int32).reshape(-1, 2),
            "scales": np.array(self.scales),
            "potentials": _joined(self.potentials, np.int16),
            "kept": _joined(self.kept, np.uint8),
            "priced": np.array(self.priced, dtype=np.int32),
            "prices": np.array(self.prices),
            "cliques": _joined(members, np.int32),
            "clique_ends": np.cumsum([len(row) for row in members], dtype=np.int64),
        }


def _needed(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The stages that close poses, and the one with the best bound."""
    if not stages:
        return ()
    best = max(range(len(stages)), key=lambda i: stages[i].bound)
    return tuple(
        stage
        for i, stage in enumerate(stages)
        if i == best or not all(mask.all() for mask in stage.kept)
    )


def _joined(parts: list[Any], kind: type) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=kind), *parts])
