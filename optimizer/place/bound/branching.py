"""Spatial branch and bound over regions, best first, anytime.

In comes the outcome of the root's rounds, out comes a bound at least as good, with its proof.
A region is split at the group whose pairs the relaxation undercharges most: their cost at the
product of the fractional positions, less the cost D that the program charges. The group's poses are
cut at the weighted mean of its fractional position on the wider axis; a group of n like fixtures
gives n + 1 regions (0, 1, … n of them on the one side). Children inherit cuts, cell rows and the
dual; raising the inherited cuts to the largest feasible potentials for fewer poses makes them
stronger. Small regions are searched completely.

Where the tables are lower bounds of a dearer truth (`walks`), a region is charged what its layouts
cost beyond them, once fixtures stand in it; small regions are searched by true costs.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from optimizer.place.bound.cliques import Exclusions, Row
from optimizer.place.bound.clock import CHARGE, ENTRY, REGION, Clock
from optimizer.place.bound.duals import inherit_dual
from optimizer.place.bound.enumeration import Effort, search_region
from optimizer.place.bound.leaves import Layout, cheapest_layout
from optimizer.place.bound.problem import (
    BoolArray,
    FloatArray,
    PairCosts,
    TableProblem,
    layout_cost,
)
from optimizer.place.bound.proof import Dual, ProofNode, Stage
from optimizer.place.bound.region import Region, trace_part
from optimizer.place.bound.rounds import Outcome, Rounds
from optimizer.place.bound.splits import choose_split
from optimizer.place.bound.tables import Tables
from optimizer.place.bound.transport_cuts import Cut, inherit_cut
from optimizer.place.bound.walks import Walks, raise_costs

LEAF_LAYOUTS, LEAF_STEPS = 2_000, 20_000  # regions of so many layouts are searched completely
# where layouts are walked: for all layouts at once, for a region, and for all regions together, for
# who checks the proof searches them again
WHOLE = Effort(poses=3_000, nodes=60_000, layouts=60_000)
PART = Effort(poses=1_500, nodes=2_000, layouts=1_000)
MOST_LAYOUTS = 10**14  # a region with more, conflicts included, is not worth the trial
MOST_NODES = 100_000
SINGLE = Effort(poses=1_000_000, nodes=1_000_000, layouts=1)
EXACT = 1e-7  # relative gap at which a region counts as closed
GAIN, PATIENCE = 0.01, 8  # least gain of a region's rounds, as a share of the gap; rounds for it
# where walks are charged, regions are soon small and charges tell more than further rounds do
WALKED_GAIN, WALKED_PATIENCE = 0.1, 3
WORTH = 0.02  # share of the gap that more charges must come to


@dataclass(frozen=True, kw_only=True)
class Branched:
    """What the branch and bound reached.

    Attributes
    ----------
    bound
        No layout costs less (than this and the upper bound).
    upper_bound
        The given one or the cost of a cheaper layout met on the way.
    layout
        That cheaper layout, or None.
    nodes
        Regions bounded, the root included.
    cuts
        Cuts separated, those of the root included.
    finished
        Whether nothing is open: the bound is the optimum (or the upper bound).
    proof
        Proof tree.
    """

    bound: float
    upper_bound: float
    layout: Layout | None
    nodes: int
    cuts: int
    finished: bool
    proof: ProofNode


@dataclass
class Node:
    """A region with its proof so far; grows children when it is split."""

    bound: float
    stages: tuple[Stage, ...] = ()
    enumerated: bool = False
    group: int = -1
    side: BoolArray | None = None
    children: "list[Node]" = field(default_factory=list)
    more: tuple[FloatArray, ...] | None = None
    pairs: PairCosts = field(default_factory=dict)
    outcome: Outcome | None = None  # without its tables, which would fill the memory
    region: Region | None = None
    unary: tuple[FloatArray, ...] = ()
    added: PairCosts = field(default_factory=dict)

    def proof(self) -> ProofNode:
        """Return the proof of the region and of all below it."""
        return ProofNode(
            more=self.more,
            pairs=self.pairs,
            stages=self.stages,
            enumerated=self.enumerated,
            group=self.group,
            side=self.side,
            children=tuple(child.proof() for child in self.children),
        )


class BranchAndBound:
    """Best-first search over regions; `run` does it once.

    Parameters
    ----------
    problem
        The table problem.
    root
        Outcome of the root's rounds.
    upper_bound
        Value of the incumbent.
    layout
        The incumbent, when it is a layout of the tables.
    clock
        Ends the search.
    target_gap
        Relative gap at which to stop.
    exclusions
        Which of the root's open poses exclude each other.
    on_bound
        Told each better bound of the whole problem.
    leaf_layouts
        Regions with at most so many layouts are searched completely, by the tables.
    walks
        The truth beyond the tables, or None.
    efforts
        Where there is one: what searching all layouts may take, and a region.
    """

    def __init__(
        self,
        problem: TableProblem,
        root: Outcome,
        *,
        upper_bound: float,
        layout: Layout | None = None,
        clock: Clock,
        target_gap: float,
        exclusions: Exclusions | None = None,
        on_bound: Callable[[float], None] | None = None,
        leaf_layouts: int = LEAF_LAYOUTS,
        walks: Walks | None = None,
        efforts: tuple[Effort, Effort] = (WHOLE, PART),
    ) -> None:
        self._efforts = efforts
        self._problem = problem
        self._upper_bound = upper_bound
        self._clock = clock
        self._target_gap = target_gap
        self._exclusions = exclusions
        self._on_bound = on_bound
        self._leaf_layouts = leaf_layouts
        self._walks = walks
        self._root_tables = root.tables
        self._root = Node(bound=root.bound, stages=root.stages, outcome=root)
        self._layout = layout
        self._ticket = count()
        self._open: list[tuple[float, int, Node]] = []
        self._settled = np.inf  # least bound among the regions that are done with
        self._nodes, self._cuts = 1, root.cuts_made
        self._looked = 0  # partial layouts in regions that were searched by walking

    def run(self) -> Branched:
        """Return the bound when the clock ends, the gap is reached or nothing is open."""
        self._file(self._root)
        reported = -np.inf
        while self._open and not self._clock.expired():
            bound = min(self._open[0][0], self._settled)
            if bound > reported and self._on_bound is not None:
                self._on_bound(min(bound, self._upper_bound))
                reported = bound
            if self._closed(self._open[0][0], self._target_gap):
                break
            self._advance()
        least = min([self._settled, *(entry[0] for entry in self._open)])
        finished = all(self._closed(entry[0], 0.0) for entry in self._open) and self._closed(
            self._settled, 0.0
        )
        return Branched(
            bound=min(least, self._upper_bound),
            upper_bound=self._upper_bound,
            layout=self._layout,
            nodes=self._nodes,
            cuts=self._cuts,
            finished=finished,
            proof=self._root.proof(),
        )

    def _advance(self) -> None:
        """Split the region with the least bound."""
        self._hear()
        self._split(heapq.heappop(self._open)[2])

    def _hear(self) -> None:
        """Take over the cost of a better layout that somebody else found."""
        heard = np.inf if self._walks is None else self._walks.heard()
        if heard < self._upper_bound:
            self._upper_bound, self._layout = heard, None

    def _closed(self, bound: float, gap: float) -> bool:
        if not np.isfinite(self._upper_bound):
            return bound == np.inf
        return bound >= self._upper_bound - max(gap, EXACT) * abs(self._upper_bound)

    def _file(self, node: Node) -> None:
        """Put a bounded region on the heap, or settle it."""
        outcome = node.outcome
        if outcome is None or outcome.tables is None or self._closed(node.bound, 0.0):
            node.outcome = None
            self._settled = min(self._settled, node.bound)
            return
        self._try_positions(outcome)
        region = outcome.tables.region
        if self._walks is not None:
            if self._walked(node, outcome):
                return
        elif region.layouts() <= self._leaf_layouts or all(
            len(group.poses) == 1 for group in region.groups
        ):
            cost, layout, complete = cheapest_layout(
                self._problem,
                region,
                below=self._upper_bound,
                most_steps=LEAF_STEPS,
                unary=outcome.tables.unary,
                clock=self._clock,
            )
            if layout is not None:
                self._upper_bound, self._layout = cost, layout
            if complete:
                self._settle(node)
                return
        node.region, node.unary, node.added = region, outcome.tables.unary, outcome.tables.added
        node.outcome = replace(outcome, tables=None)
        heapq.heappush(self._open, (node.bound, next(self._ticket), node))

    def _settle(self, node: Node) -> None:
        """Be done with a region that was searched completely."""
        node.enumerated = True
        node.bound = max(node.bound, self._upper_bound)
        node.outcome = None
        self._settled = min(self._settled, node.bound)

    def _walked(self, node: Node, outcome: Outcome) -> bool:
        """Walk all layouts of a region that may be cheaper than the incumbent, if they are few."""
        if outcome.tables is None or self._walks is None:
            return False
        region = outcome.tables.region
        if node is not self._root and region.layouts() > MOST_LAYOUTS:
            return False
        effort = self._efforts[0 if node is self._root else 1]
        effort = replace(effort, nodes=max(min(effort.nodes, MOST_NODES - self._looked), 1))
        if all(len(group.poses) == 1 for group in region.groups):
            effort = SINGLE
        found = search_region(
            self._problem,
            outcome.tables,
            outcome.dual,
            below=self._upper_bound,
            truth=self._walks.cost,
            effort=effort,
            clock=self._clock,
        )
        if found.layout is not None:
            self._upper_bound, self._layout = found.cost, found.layout
        if found.complete:
            self._looked += found.nodes
            self._settle(node)
        return found.complete

    def _try_positions(self, outcome: Outcome) -> None:
        """Take the relaxation's positions as a layout when they are whole numbers."""
        if outcome.tables is None or not outcome.positions:
            return
        groups = outcome.tables.region.groups
        whole = [np.rint(z).astype(np.int64) for z in outcome.positions]
        if any(int(z.sum()) != g.count for z, g in zip(whole, groups, strict=True)):
            return
        poses: list[list[int]] = [[] for _ in self._problem.counts]
        for group, z in zip(groups, whole, strict=True):
            poses[group.kind] += np.repeat(group.poses, z).tolist()
        layout = tuple(tuple(sorted(chosen)) for chosen in poses)
        cost = layout_cost(self._problem, layout)
        if self._walks is not None and cost < self._upper_bound:
            cost = self._walks.cost(layout)
        if cost < self._upper_bound:
            self._upper_bound, self._layout = cost, layout

    def _split(self, node: Node) -> None:
        """Bound the parts of a region and file them."""
        outcome, region, root = node.outcome, node.region, self._root_tables
        if outcome is None or region is None or root is None:
            self._settled = min(self._settled, node.bound)
            return
        # the root has one group per class, so a group's origin there is its class
        tables = root.select(
            region,
            [group.kind for group in region.groups],
            [
                np.searchsorted(root.region.groups[group.kind].poses, group.poses)
                for group in region.groups
            ],
        )
        tables = replace(tables, unary=node.unary).with_added(node.added)
        node.group, node.side = choose_split(tables, outcome.positions, outcome.charged)
        node.outcome = node.region = None
        for part in tables.region.split(node.group, node.side):
            child = Node(bound=node.bound)
            node.children.append(child)
            if self._clock.expired():
                heapq.heappush(self._open, (child.bound, next(self._ticket), child))
                continue
            origin, indices = trace_part(tables.region, node.group, node.side, part)
            selected = tables.select(part, origin, indices)
            cuts = [new for cut in outcome.cuts for new in inherit_cut(cut, origin, indices)]
            dual = outcome.dual
            self._bound_part(
                child,
                selected,
                cuts=[cut for cut in cuts if cut.pair in selected.pair],
                rows=outcome.rows,
                start=None if dual is None else inherit_dual(dual, selected, origin, indices),
            )

    def _bound_part(
        self,
        node: Node,
        tables: Tables,
        *,
        cuts: Sequence[Cut],
        rows: Sequence[Row],
        start: Dual | None,
    ) -> None:
        """Bound a region and file it; by what is walked past fixtures that stand there, as well."""
        self._clock.spend(REGION + ENTRY * tables.entries)
        rounds = self._rounds(tables, cuts, rows, start, node.bound)
        rounds.pass_messages()
        passed = rounds.outcome()
        if self._walks is not None and passed.tables is not None:
            least = WORTH * max(self._upper_bound - max(node.bound, passed.bound), 0.0)
            self._clock.spend(CHARGE)
            more = raise_costs(passed.tables, self._walks, least=least)
            if more is not None:
                node.stages, node.bound = passed.stages, max(node.bound, passed.bound)
                node.children.append(Node(bound=node.bound, more=more.more, pairs=more.pairs))
                node = node.children[-1]
                known = passed.cuts, passed.rows, passed.dual
                rounds = self._rounds(more.tables, *known, node.bound)
                rounds.pass_messages()
        found = rounds.solve_programs()
        self._nodes += 1
        self._cuts += found.cuts_made
        node.bound = max(node.bound, found.bound)
        node.stages = found.stages
        node.outcome = found
        self._file(node)

    def _rounds(
        self,
        tables: Tables,
        cuts: Sequence[Cut],
        rows: Sequence[Row],
        start: Dual | None,
        bound: float,
    ) -> Rounds:
        return Rounds(
            tables,
            cuts=cuts,
            rows=rows,
            exclusions=self._exclusions,
            start=start,
            upper_bound=self._upper_bound,
            clock=self._clock,
            least_gain=self._gain(bound),
            patience=PATIENCE if self._walks is None else WALKED_PATIENCE,
        )

    def _gain(self, bound: float) -> float:
        """Least gain for a node's rounds: a share of the gap that is left."""
        if not np.isfinite(self._upper_bound):
            return 1e-4
        gain = GAIN if self._walks is None else WALKED_GAIN
        return gain * max(EXACT, (self._upper_bound - bound) / max(abs(self._upper_bound), 1e-9))
