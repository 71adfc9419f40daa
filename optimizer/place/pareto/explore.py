"""Search for a whole front: many short annealings, each with an aim of its own, into one archive.

In: placement problems (one for each choice of counts), a seed, a budget. Out: an `Archive` of
every layout that was scored in full and that no other dominates.

Each slice of the search anneals one aim by exact scores:

    sum        Σ w·f                                     (the first: one axis almost alone)    (1)
    Chebyshev  max w·(f − z)  +  SMALL · Σ w·(f − z),  z the best of each axis                 (2)

with w = u / (range of the axis in the archive) and u drawn from the simplex. (2) reaches points
that no (1) does. A slice has a fixed number of moves: a longer run does all that a shorter one
did, and then goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.place import kernels
from optimizer.place.pareto.archive import Archive
from optimizer.place.pareto.axes import AXES, score_values, weigh
from optimizer.place.scorer import Scorer
from optimizer.place.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.place.problem import Grid, PlacementProblem
    from optimizer.place.scorer import Move, Score
    from optimizer.place.search import Budget
    from optimizer.study import Objective

__all__ = ["Explorer", "Spot", "Variant", "random_values"]

#: Moves of one slice.
SLICE = 1_500
#: One slice in so many begins with a layout of its own instead of one of the archive.
FRESH = 6
#: Walks along the front after each slice, and moves of each.
WALKS, WALK = 4, 150
#: Temperatures as shares of what a block costs on average: of a new layout, of a known one, last.
HOT, WARM, COLD = 0.15, 0.03, 0.0005
#: Share of the sum in aim (2), and of the other axes in the aim of one axis alone.
SMALL = 0.05
#: Boxes of the archive between 0 and the reference point, on each axis.
BOXES = 4000
#: Draws before a proposal gives up.
TRIES = 50
#: Random layouts that the reference point is the median of, and moves that mix each of them.
RANDOM, MIXING = 9, 20
#: A layout that leaves somebody without a way is worth nothing: more than any hall's walking.
UNREACHED = 1e5


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One choice of counts, made ready to be searched.

    Parameters
    ----------
    problem
        Its objective weighs every term.
    arrivals
        Customers an hour.
    waiting
        Minutes a customer waits with these counts.
    """

    problem: PlacementProblem
    arrivals: float
    waiting: float

    def values(self, score: Score, problem: PlacementProblem) -> NDArray[np.float64]:
        """(5,) values of a score by the scorer of a problem with weights of its own."""
        return score_values(
            score, problem.study.objective, arrivals=self.arrivals, waiting=self.waiting
        )


@dataclass(frozen=True)
class Spot:
    """A layout that was met: which counts, and the candidate of each block."""

    variant: int
    chosen: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class _Aim:
    """What one slice makes small: (1), or (2) where `best` is given."""

    weights: NDArray[np.float64]
    best: NDArray[np.float64] | None = None

    def of(self, values: NDArray[np.float64]) -> float:
        """Aim of (..., 5) values."""
        if self.best is None:
            return float(self.weights @ values)
        parts = self.weights * (values - self.best)
        return float(parts.max() + SMALL * parts.sum())

    def sum_below(self, limit: float) -> float:
        """What Σ w·f is at most where (2) is at most `limit`: a cheap test that comes first."""
        if self.best is None:
            return limit
        many = len(self.weights)
        return max(limit, 0.0) * many / (1.0 + SMALL * many) + float(self.weights @ self.best)


class Explorer:
    """Searches the front of one or more placement problems.

    Parameters
    ----------
    variants
        At least one.
    seed
        Of the random numbers.
    reference
        (5,) reference point: gives the archive its scale.
    axes
        Columns of the values that vary and are asked for.
    exact
        Keep every point that is not dominated, instead of one for each box.
    """

    def __init__(
        self,
        variants: Sequence[Variant],
        *,
        seed: int,
        reference: NDArray[np.float64],
        axes: Sequence[int],
        exact: bool = False,
    ) -> None:
        self._variants = tuple(variants)
        self._axes = np.array(axes, dtype=np.int64)
        self._reference = np.where(reference > 0, reference, 1.0)
        self._seed = seed
        self._random = np.random.default_rng(seed)
        self._searches = [Search(v.problem, seed=seed) for v in self._variants]
        self._scorers: dict[int, Scorer] = {}
        self._stand: dict[int, NDArray[np.int64]] = {}
        self._change = 0.0
        self._state = np.array([self._random.integers(1, 2**63)], dtype=np.uint64)
        size = 0.0 if exact else 1.0 / BOXES
        self.archive: Archive[Spot] = Archive(size * self._reference[self._axes])

    def run(self, budget: Budget, first: Spot | None = None) -> None:
        """Search until the budget is used up; `first` is a layout to begin with."""
        number = 0
        if len(self._variants) > 1:
            self._visit_all(budget)
        while not budget.over:
            aim, alone = self._aim(number)
            spot = first if number == 0 and first is not None else self._start(aim, number)
            if spot is None:
                return
            fresh = alone or number % FRESH == 0
            self._anneal(aim, spot, budget, hot=HOT if fresh else WARM)
            for _ in range(WALKS):
                self._wander(budget)
            number += 1

    def _visit_all(self, budget: Budget) -> None:
        """Offer one layout of each choice of counts."""
        for number, variant in enumerate(self._variants):
            chosen = self._searches[number].start()
            if chosen is not None and not budget.over:
                score = self._scorer(number, chosen).score
                self._note(variant, variant.problem, score, Spot(number, tuple(chosen.tolist())))

    def _wander(self, budget: Budget) -> None:
        """Walk along the front: from a member by moves that lead to new members, or sideways."""
        if not len(self.archive) or budget.over:
            return
        spot = self.archive.kept[int(self._random.integers(len(self.archive)))]
        variant = self._variants[spot.variant]
        grid, problem = variant.problem.grid, variant.problem
        chosen = np.array(spot.chosen, dtype=np.int64)
        scorer = self._scorer(spot.variant, chosen)
        here = variant.values(scorer.score, problem)[self._axes]
        move = np.empty(4, dtype=np.int64)
        for _ in range(WALK):
            if budget.spend() or not len(grid.movable):
                return
            made = self._draw(grid, chosen, move)
            score = scorer.propose(made) if made else None
            if score is None:
                continue
            back = tuple((block, int(chosen[block])) for block, _ in made)
            _put(chosen, made)
            new = variant.values(score, problem)[self._axes]
            kept = self._note(variant, problem, score, Spot(spot.variant, tuple(chosen.tolist())))
            if kept or (new < here).any():
                scorer.accept()
                self._stand[spot.variant] = chosen.copy()
                here = new
                continue
            scorer.reject()
            _put(chosen, back)

    def _scorer(self, variant: int, chosen: NDArray[np.int64]) -> Scorer:
        """The scorer of a choice of counts by the study's own weights, at a layout.

        It walks there from where it was: that is cheaper than a new one.
        """
        scorer = self._scorers.get(variant)
        if scorer is None:
            scorer = self._scorers[variant] = Scorer(self._variants[variant].problem, chosen)
        else:
            moved = np.flatnonzero(chosen != self._stand[variant])
            if len(moved):
                scorer.propose(tuple((int(block), int(chosen[block])) for block in moved))
                scorer.accept()
        self._stand[variant] = chosen.copy()
        return scorer

    def _draw(self, grid: Grid, chosen: NDArray[np.int64], move: NDArray[np.int64]) -> Move:
        """Draw a move without conflict; its change of the table cost goes to `self._change`."""
        self._change = kernels.propose_move(
            grid.shapes, grid.tables, grid.pose_offset, grid.poses, grid.neighbours,
            grid.kind, grid.movable, chosen, self._state, TRIES, move,
        )  # fmt: skip
        if np.isnan(self._change):
            return ()
        return tuple((int(move[i]), int(move[i + 1])) for i in (0, 2) if move[i] >= 0)

    def _aim(self, number: int) -> tuple[_Aim, bool]:
        """Aim of a slice, and whether it looks at one axis alone (or at all of them alike)."""
        weights = np.zeros(len(AXES))
        alone = len(self._axes) + 1
        if number < alone:
            # searches side by side begin with different axes
            turn = (number + self._seed) % alone
            weights[self._axes] = 1.0 / self._reference[self._axes]
            if turn:
                others = np.arange(len(AXES)) != self._axes[turn - 1]
                weights[others] *= SMALL / len(AXES)
            return _Aim(weights=weights), True
        low, span = self._range()
        share = self._random.dirichlet(np.ones(len(self._axes)))
        weights[self._axes] = share / span
        if number % 2:
            return _Aim(weights=weights), False
        best = np.zeros(len(AXES))
        best[self._axes] = low
        return _Aim(weights=weights, best=best), False

    def _range(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Least value, and the span of the archive, on each of its axes."""
        points, scale = self.archive.points, self._reference[self._axes]
        if not len(points):
            return np.zeros(len(scale)), scale
        low = points.min(axis=0)
        return low, np.maximum(points.max(axis=0) - low, scale / BOXES)

    def _start(self, aim: _Aim, number: int) -> Spot | None:
        """Layout that a slice begins with."""
        points = self.archive.points
        if number % FRESH and len(points):
            full = np.zeros((len(points), len(AXES)))
            full[:, self._axes] = points
            return self.archive.kept[int(np.argmin([aim.of(values) for values in full]))]
        variant = int(self._random.integers(len(self._variants)))
        chosen = self._searches[variant].start()
        return None if chosen is None else Spot(variant, tuple(chosen.tolist()))

    def _anneal(self, aim: _Aim, spot: Spot, budget: Budget, *, hot: float) -> None:
        """Anneal one aim from a layout; every layout that is scored in full goes to the archive."""
        variant = self._variants[spot.variant]
        grid, base = variant.problem.grid, variant.problem.study.objective
        chosen = np.array(spot.chosen, dtype=np.int64)
        table = variant.problem.table_cost(chosen)
        before = self._scorer(spot.variant, chosen).score
        values = variant.values(before, variant.problem)
        scale = max(before.value, 1e-9) / max(float(aim.weights[:4] @ values[:4]), 1e-12)
        objective = weigh(base, aim.weights, arrivals=variant.arrivals, scale=scale)
        problem = _weighted(variant.problem, objective)
        least = min(objective.walking / base.walking, objective.staff_walking / base.staff_walking)
        scorer = Scorer(problem, chosen)
        self._note(variant, problem, scorer.score, spot)
        worth = aim.of(variant.values(scorer.score, problem)) + _toll(scorer.score) / scale
        waited = float(aim.weights[4:] @ values[4:])
        move = np.empty(4, dtype=np.int64)
        for step in range(SLICE):
            if budget.spend() or not len(grid.movable):
                return
            made = self._draw(grid, chosen, move)
            if not made:
                continue
            per_block = min(before.value, 1e6) / scale / len(grid.movable)
            heat = per_block * hot * (COLD / hot) ** (step / SLICE)
            limit = worth - heat * np.log(max(kernels.next_random(self._state), 1e-300))
            change = self._change
            score = scorer.propose(
                made,
                limit=scale * (aim.sum_below(limit) - waited),
                table=least * (table + change),
            )
            if score is None:
                continue
            back = tuple((block, int(chosen[block])) for block, _ in made)
            _put(chosen, made)
            self._note(variant, problem, score, Spot(spot.variant, tuple(chosen.tolist())))
            new = aim.of(variant.values(score, problem)) + _toll(score) / scale
            if new > limit:
                scorer.reject()
                _put(chosen, back)
                continue
            scorer.accept()
            table, worth = table + change, new

    def _note(self, variant: Variant, problem: PlacementProblem, score: Score, spot: Spot) -> bool:
        """Offer a layout to the archive; whether it was taken; not where it breaks a rule."""
        values = variant.values(score, problem)
        if _toll(score) or values[0] >= UNREACHED:
            return False
        return self.archive.add(values[self._axes], spot)


def _toll(score: Score) -> float:
    """What the search pays for services without a wide route and for broken limits."""
    return score.shut + score.limits


def _put(chosen: NDArray[np.int64], move: Move) -> None:
    for block, pose in move:
        chosen[block] = pose


def _weighted(problem: PlacementProblem, objective: Objective) -> PlacementProblem:
    """The same problem scored by other weights; its tables still hold the old ones."""
    return replace(problem, study=replace(problem.study, objective=objective))


def random_values(variant: Variant, *, seed: int = 0) -> NDArray[np.float64]:
    """(n, 5) values of layouts without conflict that nobody has searched for; n may be 0."""
    problem, grid = variant.problem, variant.problem.grid
    start = Search(problem, seed=seed).start()
    if start is None or not len(grid.movable):
        rows = [] if start is None else [variant.values(Scorer(problem, start).score, problem)]
        return np.array(rows).reshape(-1, len(AXES))
    state = np.array([2 * seed + 1], dtype=np.uint64)
    move = np.empty(4, dtype=np.int64)
    rows = []
    for _ in range(RANDOM):
        for _ in range(MIXING * len(grid.movable)):
            change = kernels.propose_move(
                grid.shapes, grid.tables, grid.pose_offset, grid.poses, grid.neighbours,
                grid.kind, grid.movable, start, state, TRIES, move,
            )  # fmt: skip
            if np.isnan(change):
                continue
            for i in (0, 2):
                if move[i] >= 0:
                    start[move[i]] = move[i + 1]
        rows.append(variant.values(Scorer(problem, start).score, problem))
    return np.array(rows)
