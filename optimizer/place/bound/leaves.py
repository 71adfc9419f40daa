"""Small regions searched completely.

In comes a region of a table problem, out comes its cheapest layout in the problem's own float64
costs, conflicts included. Depth first, one fixture at a time; every pose keeps the cost of adding a
fixture there, so a partial layout is bounded by the cheapest additions that are left (costs of
pairs are at least 0).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from optimizer.place.bound.clock import PARTIAL, Clock
from optimizer.place.bound.problem import FloatArray, Pair, TableProblem, conflict_matrix
from optimizer.place.bound.region import Region

Layout = tuple[tuple[int, ...], ...]


def cheapest_layout(
    problem: TableProblem,
    region: Region,
    *,
    below: float,
    most_steps: int | None,
    unary: Sequence[FloatArray] | None = None,
    truth: Callable[[Layout], float] | None = None,
    clock: Clock | None = None,
) -> tuple[float, Layout | None, bool]:
    """Return the least cost in a region under a limit, its layout, and whether the search ended.

    Parameters
    ----------
    problem
        The table problem.
    region
        The layouts to search.
    below
        Only layouts that cost less count; without one the cost is +inf and the layout None.
    most_steps
        Partial layouts to look at before giving up; None: no limit.
    unary
        Per group the unary cost of its poses, where it is not the problem's.
    truth
        What a layout costs where that is more than the tables say.
    clock
        Told the work.
    """
    search = _Search(problem, region, below=below, most_steps=most_steps, truth=truth)
    if unary is not None:
        search.unary = [np.asarray(cost, dtype=np.float64) for cost in unary]
    search.place(0, 0, 0.0, [cost.copy() for cost in search.unary])
    complete = most_steps is None or search.steps < most_steps
    if clock is not None:
        clock.spend(PARTIAL * search.steps)
    if search.layout is None:
        return np.inf, None, complete
    return search.best, search.layout, complete


@dataclass
class _Search:
    problem: TableProblem
    region: Region
    below: float
    most_steps: int | None
    truth: Callable[[Layout], float] | None
    steps: int = 0
    layout: Layout | None = None
    best: float = field(init=False)
    unary: list[FloatArray] = field(init=False)

    def __init__(
        self,
        problem: TableProblem,
        region: Region,
        *,
        below: float,
        most_steps: int | None,
        truth: Callable[[Layout], float] | None,
    ) -> None:
        self.problem = problem
        self.region = region
        self.best = below
        self.most_steps = most_steps
        self.truth = truth
        self.steps = 0
        self.layout = None
        groups = region.groups
        self.unary = [problem.unary[group.kind][group.poses].astype(np.float64) for group in groups]
        # narrow groups first: they fail soonest
        self._order = sorted(range(len(groups)), key=lambda g: len(groups[g].poses))
        self._fixtures = [g for g in self._order for _ in range(groups[g].count)]
        self._costs: dict[Pair, FloatArray] = {}
        self._standing: list[tuple[int, int]] = []

    def place(self, depth: int, first: int, cost: float, added: list[FloatArray]) -> None:
        """Place the fixtures from `depth` on; like fixtures in the order of their poses."""
        if depth == len(self._fixtures):
            layout = self._layout()
            true = cost if self.truth is None else self.truth(layout)
            if true < self.best:
                self.best, self.layout = true, layout
            return
        group = self._fixtures[depth]
        rest = sum(float(added[g].min()) for g in self._fixtures[depth + 1 :])
        for local in np.argsort(added[group], kind="stable"):
            if self.most_steps is not None and self.steps >= self.most_steps:
                return
            self.steps += 1
            new = cost + float(added[group][local])
            if new + rest >= self.best:
                return
            if local < first:
                continue
            later = set(self._fixtures[depth + 1 :])
            more = [
                cost_of + self._row(group, int(local), g) if g in later else cost_of
                for g, cost_of in enumerate(added)
            ]
            self._standing.append((group, int(local)))
            same = depth + 1 < len(self._fixtures) and self._fixtures[depth + 1] == group
            self.place(depth + 1, int(local) if same else 0, new, more)
            self._standing.pop()

    def _layout(self) -> Layout:
        """The poses of each class that are taken."""
        chosen: list[list[int]] = [[] for _ in self.problem.counts]
        for group, local in self._standing:
            of = self.region.groups[group]
            chosen[of.kind].append(int(of.poses[local]))
        return tuple(tuple(sorted(poses)) for poses in chosen)

    def _row(self, group: int, local: int, other: int) -> FloatArray:
        """Cost of each pose of another group next to a pose; +inf where they conflict."""
        key = (min(group, other), max(group, other))
        if key not in self._costs:
            first, second = (self.region.groups[g] for g in key)
            table = self.problem.pairs.get((first.kind, second.kind))
            shape = (len(first.poses), len(second.poses))
            cost = np.zeros(shape)
            if table is not None:
                cost += table[np.ix_(first.poses, second.poses)]
            barred = conflict_matrix(
                self.problem, first.kind, second.kind, rows=first.poses, columns=second.poses
            )
            cost[barred] = np.inf
            self._costs[key] = cost
        table = self._costs[key]
        return table[local] if group <= other else table[:, local]
