"""What other searches do with the same problem and our exact scorer, lent or in their usual form.

In: a placement problem, a seed, CPU seconds. Out: the least objective found. All of them choose
among the same candidate poses, know the same conflicts and get the same exact objective.

Lent our scorer, a method pays only for what changed since the layout that it asked about last. In
its usual form it gives a whole layout to a function and gets its cost, as the packages have it:
each layout is scored from nothing (still compiled, and many times faster than `evaluate`).

| name | what |
| --- | --- |
| ours | `place.search.Search` as `optimize` runs it, one process |
| SA | simulated annealing: one block to any free candidate (half of the draws: to a near one), one geometric cooling over the whole time |
| GA | pymoo's GA: a gene a block, uniform crossover, random resetting, greedy repair, 60 layouts |
| ALNS | the package `alns`: random, related and worst removal, greedy insertion by the tables, roulette wheel, record-to-record travel |
| GRASP | greedy randomised building, then descent to a local optimum, again and again |
| greedy | greedy building by the tables with ties and near ties at random, best of many |
| random | random layouts without conflict, best of many |
| SA usual, GA usual, ALNS usual | the same in their usual form: every layout scored from nothing |
"""  # noqa: E501

from __future__ import annotations

import contextlib
import time
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.place import kernels
from optimizer.place.scorer import Scorer
from optimizer.place.search import Budget, Search

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.place.problem import PlacementProblem
    from optimizer.place.scorer import Score

__all__ = ["METHODS", "CpuBudget", "Outcome", "TimeIsUpError", "Yard", "pose_operators", "run"]


class TimeIsUpError(Exception):
    """The CPU seconds are used up."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Least objective found (without waiting), and layouts scored; nan where it cannot be told."""

    value: float
    scored: float


@dataclass(kw_only=True)
class CpuBudget(Budget):
    """A budget of processor seconds: on a shared machine the clock would tell of others."""

    _start: float = field(default_factory=time.process_time)

    @property
    def over(self) -> bool:
        """Whether the seconds are used up."""
        return time.process_time() - self._start >= self.seconds

    @property
    def progress(self) -> float:
        """Share of the seconds that is used."""
        return min((time.process_time() - self._start) / self.seconds, 1.0)


class Yard:
    """Layouts of one problem: built, changed, scored; stops its user when the time is up."""

    def __init__(self, problem: PlacementProblem, seed: int, seconds: float) -> None:
        self.problem, self.grid = problem, problem.grid
        self.random = np.random.default_rng(seed)
        self.state = np.array([self.random.integers(1, 2**63)], dtype=np.uint64)
        self.sizes = np.diff(self.grid.pose_offset)[self.grid.kind]
        self.order = np.argsort(self.sizes, kind="stable").astype(np.int64)
        self.end = time.process_time() + seconds
        self.begun, self.seconds = time.process_time(), seconds
        self.best, self.scored = np.inf, 0
        #: Of the layout that was asked about last.
        self.score: Score | None = None
        #: Score every layout from nothing, as a method does that knows nothing of moves.
        self.from_nothing = False
        self._scorer: Scorer | None = None
        self._at = np.empty(0, dtype=np.int64)

    @property
    def progress(self) -> float:
        """Share of the time that is used."""
        return min((time.process_time() - self.begun) / self.seconds, 1.0)

    def cost(self, chosen: np.ndarray) -> float:
        """Exact objective of a layout; moves the scorer there."""
        if time.process_time() >= self.end:
            raise TimeIsUpError
        self.scored += 1
        if self._scorer is None or self.from_nothing:
            self._scorer = Scorer(self.problem, chosen)
        else:
            moved = np.flatnonzero(chosen != self._at)
            if len(moved):
                self._scorer.propose(tuple((int(b), int(chosen[b])) for b in moved))
                self._scorer.accept()
        self._at = np.array(chosen, dtype=np.int64)
        self.score = self._scorer.score
        self.best = min(self.best, self.score.value)
        return self.score.value

    def fits(self, chosen: np.ndarray, block: int, pose: int) -> bool:
        """Whether a block may stand at a candidate, the others (at −1: nowhere) as they are."""
        g = self.grid
        return bool(
            kernels.fits_others(g.shapes, g.pose_offset, g.poses, g.kind, chosen, block, pose, -1)
        )

    def build(self, chosen: np.ndarray, width: int) -> bool:
        """Place the blocks at −1, each at one of its `width` cheapest free candidates."""
        g = self.grid
        order = self.order
        for _ in range(40):
            draft = chosen.copy()
            stuck = kernels.build_greedily(
                g.shapes, g.tables, g.pose_offset, g.poses, g.kind, order, draft, self.state, width
            )
            if stuck < 0:
                chosen[:] = draft
                return True
            order = np.concatenate([[stuck], order[order != stuck]]).astype(np.int64)
        return False

    def new(self, width: int) -> np.ndarray:
        """A layout from nothing."""
        while True:
            if time.process_time() >= self.end:
                raise TimeIsUpError
            chosen = np.full(len(self.grid.kind), -1, dtype=np.int64)
            if self.build(chosen, width):
                return chosen

    def move(self, chosen: np.ndarray) -> tuple[int, int] | None:
        """A block and a free candidate for it: a near one in half of the draws."""
        g = self.grid
        for _ in range(50):
            block = int(g.movable[self.random.integers(len(g.movable))])
            offset = g.pose_offset[g.kind[block]]
            if self.random.random() < 0.5:
                near = g.neighbours[offset + chosen[block]]
                pose = int(near[self.random.integers(len(near))])
            else:
                pose = int(self.random.integers(self.sizes[block]))
            if pose != chosen[block] and self.fits(chosen, block, pose):
                return block, pose
        return None


def ours(yard: Yard) -> None:
    """Our search, one process."""
    search = Search(yard.problem, seed=int(yard.random.integers(2**31)))
    search.run(CpuBudget(seconds=yard.end - time.process_time()))
    yard.best, yard.scored = search.best.score.value if search.best else np.inf, -1


def anneal(yard: Yard) -> None:
    """Plain simulated annealing: from a mean worsening accepted with 0.4 down to a thousandth."""
    chosen = yard.new(32)
    now = yard.cost(chosen)
    worse = []
    for _ in range(40):
        made = yard.move(chosen)
        if made is None:
            continue
        other = chosen.copy()
        other[made[0]] = made[1]
        worse.append(max(yard.cost(other) - now, 0.0))
    positive = [w for w in worse if 0 < w < 1e5] or [0.1 * now]
    hot = float(np.median(positive)) / -np.log(0.4)
    while True:
        made = yard.move(chosen)
        if made is None:
            chosen = yard.new(32)
            now = yard.cost(chosen)
            continue
        other = chosen.copy()
        other[made[0]] = made[1]
        new = yard.cost(other)
        if new <= now or yard.random.random() < np.exp((now - new) / (hot * 1e-3**yard.progress)):
            chosen, now = other, new


def genetic(yard: Yard) -> None:
    """Pymoo's GA."""
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    blocks = len(yard.grid.kind)

    class Halls(Problem):
        def __init__(self) -> None:
            super().__init__(
                n_var=blocks, n_obj=1, xl=np.zeros(blocks), xu=yard.sizes - 1, vtype=int
            )

        def _evaluate(self, x: np.ndarray, out: dict[str, Any], *_: Any, **__: Any) -> None:
            out["F"] = np.array([[yard.cost(row)] for row in x])

    algorithm = GA(pop_size=60, eliminate_duplicates=True, **pose_operators(yard))
    seed = int(yard.random.integers(2**31))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        minimize(Halls(), algorithm, ("n_gen", 10**9), seed=seed, verbose=False)


def pose_operators(yard: Yard) -> dict[str, Any]:
    """Pymoo's operators for genes that are candidate poses, a gene a block."""
    from pymoo.core.repair import Repair
    from pymoo.core.sampling import Sampling
    from pymoo.operators.crossover.ux import UniformCrossover
    from pymoo.operators.mutation.rm import ChoiceRandomMutation

    class Built(Sampling):
        def _do(self, problem: Any, n_samples: int, **_: Any) -> np.ndarray:
            return np.array([yard.new(32) for _ in range(n_samples)])

    class Mended(Repair):
        def _do(self, problem: Any, x: np.ndarray, **_: Any) -> np.ndarray:
            return np.array([_mended(yard, row) for row in x])

    class Reset(ChoiceRandomMutation):
        def _do(self, problem: Any, x: np.ndarray, **_: Any) -> np.ndarray:
            x = x.copy()
            hit = yard.random.random(x.shape) < 1.0 / x.shape[1]
            x[hit] = (yard.random.random(x.shape) * yard.sizes)[hit].astype(int)
            return x

    return {
        "sampling": Built(),
        "crossover": UniformCrossover(repair=None),
        "mutation": Reset(),
        "repair": Mended(),
    }


def _mended(yard: Yard, genes: np.ndarray) -> np.ndarray:
    """Genes without conflict: blocks in random order keep their place if it is free."""
    chosen = np.full(len(genes), -1, dtype=np.int64)
    for block in yard.random.permutation(len(genes)):
        if yard.fits(chosen, int(block), int(genes[block])):
            chosen[block] = genes[block]
    if (chosen >= 0).all() or yard.build(chosen, 4):
        return chosen
    return yard.new(32)


def large_neighbourhood(yard: Yard) -> None:
    """The package `alns`."""
    from alns import ALNS
    from alns.accept import RecordToRecordTravel
    from alns.select import RouletteWheel
    from alns.stop import MaxRuntime

    class State:
        def __init__(self, chosen: np.ndarray) -> None:
            self.chosen = chosen

        def objective(self) -> float:
            return yard.cost(self.chosen)

    blocks = yard.grid.movable
    count = max(1, round(0.25 * len(blocks)))

    def without(chosen: np.ndarray, gone: np.ndarray) -> State:
        rest = chosen.copy()
        rest[gone] = -1
        return State(rest)

    def any_of(state: State, _: Any) -> State:
        return without(state.chosen, yard.random.choice(blocks, count, replace=False))

    def near(state: State, _: Any) -> State:
        g = yard.grid
        where = g.poses[g.pose_offset[g.kind] + state.chosen][:, :2]
        middle = where[yard.random.choice(blocks)]
        order = np.argsort(np.hypot(*(where[blocks] - middle).T))
        return without(state.chosen, blocks[order[:count]])

    def worst(state: State, _: Any) -> State:
        g = yard.grid
        cost = [
            kernels.block_cost(
                g.tables, g.pose_offset, g.kind, state.chosen, b, state.chosen[b], -1
            )
            for b in blocks
        ]
        noisy = np.array(cost) * yard.random.uniform(0.7, 1.3, len(blocks))
        return without(state.chosen, blocks[np.argsort(-noisy)[:count]])

    def greedy(state: State, _: Any) -> State:
        chosen = state.chosen.copy()
        return State(chosen if yard.build(chosen, 4) else yard.new(32))

    search = ALNS(np.random.default_rng(int(yard.random.integers(2**31))))
    for destroy in (any_of, near, worst):
        search.add_destroy_operator(destroy)
    search.add_repair_operator(greedy)
    start = State(yard.new(8))
    value = yard.cost(start.chosen)
    wheel = RouletteWheel([25, 5, 1, 0], 0.8, 3, 1)
    accept = RecordToRecordTravel(0.05 * value, 0.0, 0.05 * value / 20_000)
    search.iterate(start, wheel, accept, MaxRuntime(1e9))


def grasp(yard: Yard) -> None:
    """Greedy randomised adaptive search: building, then descent until 60 moves in a row fail."""
    while True:
        chosen = yard.new(8)
        now, failed = yard.cost(chosen), 0
        while failed < 60:
            made = yard.move(chosen)
            failed += 1
            if made is None:
                continue
            other = chosen.copy()
            other[made[0]] = made[1]
            new = yard.cost(other)
            if new < now - 1e-9:
                chosen, now, failed = other, new, 0


def greedy_best(yard: Yard) -> None:
    """Greedy building, best of many."""
    while True:
        yard.cost(yard.new(3))


def random_best(yard: Yard) -> None:
    """Random layouts, best of many."""
    while True:
        chosen = np.full(len(yard.grid.kind), -1, dtype=np.int64)
        for block in yard.order:
            for pose in yard.random.permutation(yard.sizes[block])[:200]:
                if yard.fits(chosen, int(block), int(pose)):
                    chosen[block] = pose
                    break
            if chosen[block] < 0:
                break
        if (chosen >= 0).all() or yard.build(chosen, 64):
            yard.cost(chosen)
        elif time.process_time() >= yard.end:
            raise TimeIsUpError


def in_usual_form(method: Callable[[Yard], None]) -> Callable[[Yard], None]:
    """A method to which our scoring of moves is not lent."""

    def usual(yard: Yard) -> None:
        yard.from_nothing = True
        method(yard)

    return usual


#: Method by name: works on a yard until the time is up.
METHODS: dict[str, Callable[[Yard], None]] = {
    "ours": ours,
    "SA": anneal,
    "GA": genetic,
    "ALNS": large_neighbourhood,
    "GRASP": grasp,
    "greedy": greedy_best,
    "random": random_best,
    "SA usual": in_usual_form(anneal),
    "GA usual": in_usual_form(genetic),
    "ALNS usual": in_usual_form(large_neighbourhood),
}


def run(name: str, problem: PlacementProblem, *, seed: int, seconds: float) -> Outcome:
    """Let one method work for some CPU seconds."""
    yard = Yard(problem, seed, seconds)
    with contextlib.suppress(TimeIsUpError):
        METHODS[name](yard)
    return Outcome(value=yard.best, scored=float("nan") if yard.scored < 0 else yard.scored)
