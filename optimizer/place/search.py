"""Search for the best layout on the true objective.

In: a placement problem, a seed and a budget. Out: the best choice of candidates found, with its
score. Two phases, repeated from new starts while the budget lasts:

1. *table phase*: a greedy start, then simulated annealing of the table cost (millions of moves a
   second, no furniture in the way);
2. *true phase*: simulated annealing of the true objective, every move scored exactly by `Scorer`.
   A move whose table cost alone is above what the temperature would accept is dropped unscored:
   the true cost can only be higher.

Rules about the whole hall are too dear to look at in every move. Better layouts are held against
them now and then; where the best one breaks some, the phases that go on from the best start from
the best one that keeps them, and take no move that breaks more.

A broken limit is a price, dearer in the next phase where the best layout breaks it.

A budget of steps makes a run reproducible; a budget of seconds does not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.place import kernels
from optimizer.place.budget import Budget
from optimizer.place.keeping import Keeping
from optimizer.place.measure_cost import best_reached, next_prices
from optimizer.place.scorer import Score, Scorer

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimizer.place.problem import PlacementProblem
    from optimizer.place.scorer import Move

__all__ = ["Budget", "Found", "Search"]

#: Proposals of the table phase for each block.
TABLE_STEPS = 20_000
#: Temperatures of the true phase, as shares of the cost a block has on average.
HOT, COLD = 0.15, 0.0005
#: One round of the search: from where, to which share of the round, how hot (times `HOT`).
ROUND = (("new", 0.55, 1.0), ("best", 0.8, 0.3), ("best", 1.0, 0.1))
#: What a rule that a fixture breaks where it stayed costs the search, as a share of the walking.
FLAW = 0.2
#: Draws before a proposal gives up.
TRIES = 50
#: Candidates that a greedy start chooses among.
WIDTH = 8
#: Layouts that are kept for the judge.
KEPT = 24
#: A better layout is held against the rules when it is better by this share than the last one
#: that was, after so many scored moves at least.
WORTH, PATIENCE = 0.003, 100
#: What mending one broken finding may cost a layout, in costs of a block.
MEND = 1.0
#: Temperature of a search that begins at a layout which keeps the rules, times `HOT`.
CAREFUL = 0.1
#: Times what a kind of service without a wide route costs, once that turned out to be too cheap.
DEAR = 10.0
#: Greedy starts before the search says that it finds no layout by itself.
STARTS = 60


@dataclass(frozen=True)
class Found:
    """A layout that the search found: the candidate of each block, and its score.

    `broken` counts what it breaks of the rules about the whole hall; None where nobody looked.
    """

    chosen: tuple[int, ...]
    score: Score
    broken: int | None = None

    @property
    def rank(self) -> tuple[int, float]:
        """Broken rules first, then the value."""
        return (self.broken or 0, self.score.value)


class Search:
    """Searches one placement problem.

    Parameters
    ----------
    problem
        The problem; every kind has candidates.
    seed
        Of the random numbers.
    on_better
        Told each better layout, and each better one that keeps the rules about the whole hall.
    """

    def __init__(
        self,
        problem: PlacementProblem,
        *,
        seed: int,
        on_better: Callable[[Found], None] = lambda found: None,
    ) -> None:
        self._problem = problem
        self._stiff, self._flaw = 1.0, 0.0
        self._dear = dict.fromkeys(problem.study.limits, 1.0)
        self._grid = problem.grid
        self._on_better = on_better
        mixed = (0x9E3779B97F4A7C15 * (seed + 1)) % 2**64
        self._state = np.array([mixed | 1], dtype=np.uint64)
        for _ in range(8):
            kernels.next_random(self._state)
        self.best: Found | None = None
        #: The layout with the least true walking met: what the bound is held against.
        self.least_walking: Found | None = None
        self._kept: list[Found] = []
        self._keeping = Keeping.of(problem)
        #: Of the layouts held against the rules the one that breaks fewest, and of those the best.
        self.lawful: Found | None = None
        self._scored, self._looked = 0, (0, np.inf)
        self.reached: dict[str, float] = {}  #: best value of each limited measure met

    @property
    def archive(self) -> tuple[Found, ...]:
        """The best layouts met, best first: more than one, for the judge may turn some down."""
        found = {one.chosen: one for one in (*self._kept, self.lawful) if one is not None}
        return tuple(sorted(found.values(), key=lambda one: (one.score.value, one.chosen)))

    def start(self) -> NDArray[np.int64] | None:
        """A layout without conflicts, built greedily and annealed by tables; None if none found."""
        grid, leeway = self._grid, self._problem.leeway
        if leeway is not None and (leeway.home >= 0).all():
            return leeway.home.copy()
        blocks = len(grid.kind)
        sizes = np.diff(grid.pose_offset)[grid.kind]
        chosen: NDArray[np.int64] = np.full(blocks, -1, dtype=np.int64)
        # blocks with few candidates first; whoever found no place goes to the front
        order = np.argsort(sizes, kind="stable").astype(np.int64)
        for attempt in range(STARTS):
            chosen[:] = -1 if leeway is None else leeway.home
            stuck = kernels.build_greedily(
                grid.shapes, grid.tables, grid.pose_offset, grid.poses, grid.kind, order, chosen,
                self._state, WIDTH if attempt < STARTS // 2 else 4 * WIDTH,
            )  # fmt: skip
            if stuck < 0:
                if self.best is None and leeway is None:
                    self.note(chosen)  # a first layout to tell of, long before the best one
                return self._annealed(chosen) if leeway is None else chosen
            order = np.concatenate([[stuck], order[order != stuck]]).astype(np.int64)
        return None

    def run(
        self, budget: Budget, first: NDArray[np.int64] | None = None, *, heat: float = 1.0
    ) -> Found | None:
        """Search until the budget is used up.

        Parameters
        ----------
        budget
            Seconds or scored moves.
        first
            A layout to start from.
        heat
            Share of the usual temperature of the first phase; a low one stays near `first`.
        """
        start, gentle, rounds, begun = first, heat, budget.rounds, 0.0
        for number in range(rounds):
            for source, share, warmth in ROUND:
                until = (number + share) / rounds
                self._price_limits()
                lawful = source == "best" and self._must_turn_back()
                if lawful and self._make_ways_dear():
                    lawful, warmth = False, 1.0
                if (lawful or self.best is None) and self.lawful is not None:
                    start = np.array(self.lawful.chosen)
                elif source == "best" and self.best is not None:
                    start = np.array(self.best.chosen)
                elif start is None:
                    start = self.start()
                if start is not None and self.best is None:
                    self.note(start)
                if start is None or budget.over:
                    return self.best
                self._true_phase(
                    start, budget, begun=begun, until=until,
                    hot=HOT * (min(warmth, CAREFUL) if lawful else warmth) * gentle, lawful=lawful,
                )  # fmt: skip
                start, begun, gentle = None, until, 1.0
        self._must_turn_back()
        return self.best

    def keep(self, budget: Budget, first: NDArray[np.int64]) -> Found | None:
        """Search from a layout without ever breaking more rules than it; the best that is met."""
        self._true_phase(first, budget, begun=0.0, until=1.0, hot=HOT * CAREFUL, lawful=True)
        return self.lawful

    def _must_turn_back(self) -> bool:
        """Whether the best layout breaks rules about the whole hall."""
        if self._keeping is None or self.best is None:
            return False
        return self._look(self.best) > 0

    def _price_limits(self) -> None:
        """Limits that the best layout breaks become dearer, those that it keeps cheaper."""
        if self.best is None or not self._dear:
            return
        scorer = Scorer(self._problem, self.best.chosen, stiff=self._stiff, dear=self._dear)
        prices = next_prices(self._dear, scorer.broken_limits)
        if prices == self._dear:
            return
        # layouts met before were scored at other prices
        self._dear, chosen = prices, np.array(self.best.chosen)
        self.best, self._kept = None, []
        self.note(chosen)

    def _make_ways_dear(self) -> bool:
        """Once, where wide routes are missing: let them cost more, and forget what was cheap."""
        shut = self.best is not None and self.best.score.shut > 0
        if self._stiff > 1.0 or not shut or self._problem.leeway is not None:
            return False
        self._stiff = DEAR
        self.best, self._kept = None, []
        return True

    def _look(self, found: Found) -> int:
        """Hold a layout against the rules about the whole hall; what it breaks."""
        if self._keeping is None:
            return 0
        broken = self._keeping.broken(found.chosen)
        known = replace(found, broken=broken)
        if self.lawful is None or known.rank < self.lawful.rank:
            self.lawful = known
            if not broken:
                self._on_better(known)
        return broken

    def _annealed(self, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
        grid = self._grid
        if not len(grid.movable):
            return chosen
        scale = self._problem.table_cost(chosen) / max(len(chosen), 1)
        best: NDArray[np.int64] = kernels.anneal_tables(
            grid.shapes, grid.tables, grid.pose_offset, grid.poses, grid.neighbours, grid.kind,
            grid.movable, chosen, self._state, TABLE_STEPS * len(grid.movable),
            max(0.3 * min(scale, 1e5), 1e-6), max(1e-4 * min(scale, 1e5), 1e-9),
        )  # fmt: skip
        return best

    def _true_phase(
        self,
        start: NDArray[np.int64],
        budget: Budget,
        *,
        begun: float,
        until: float,
        hot: float,
        lawful: bool = False,
    ) -> None:
        """Anneal the true objective from a layout, from one share of the budget to another.

        A lawful one makes no move after which more rules about the whole hall are broken, and
        may pay for one after which fewer are.
        """
        chosen = start.copy()
        scorer = Scorer(self._problem, chosen, stiff=self._stiff, dear=self._dear)
        table = self._problem.table_cost(chosen)
        toll = self._toll(chosen, table)
        self._note(chosen, scorer.score, toll)
        if not len(self._grid.movable):
            budget.spend()
            return
        scale = min(table, 1e6) / len(self._grid.movable)
        move = np.empty(4, dtype=np.int64)
        while True:
            change = self._propose(chosen, move)
            if budget.spend() or budget.progress >= until:
                return
            if np.isnan(change):
                continue
            cooled = max(budget.progress - begun, 0.0) / (until - begun)
            heat = hot * scale * (COLD / hot) ** cooled
            draw = max(kernels.next_random(self._state), 1e-300)
            accepted = scorer.score.value + toll - heat * np.log(draw)
            made = _made(move)
            fee = self._fee(chosen, made, toll)
            most = accepted - fee
            worth = MEND * scale * self._standing(chosen) if lawful else 0.0
            after = scorer.propose(made, limit=most + worth, table=table + change)
            if after is None:
                continue
            if lawful and not self._admits(chosen, made, (scorer.score, after), most):
                scorer.reject()
                continue
            scorer.accept()
            table += change
            toll = fee
            for block, pose in made:
                chosen[block] = pose
            self._note(chosen, scorer.score, toll, lawful=lawful)
            self.reached = best_reached(self.reached, scorer.reached_limits)

    def _standing(self, chosen: NDArray[np.int64]) -> int:
        """Findings by which the layout at hand breaks rules about the whole hall."""
        return 0 if self._keeping is None else self._keeping.broken(chosen.tolist())

    def _admits(
        self, chosen: NDArray[np.int64], made: Move, scores: tuple[Score, Score], most: float
    ) -> bool:
        """Whether a move breaks no more than the layout at hand, or costs at most so much."""
        now, after = scores
        if after.limits > now.limits or self._keeping is None:
            return after.limits <= now.limits and after.value <= most
        standing = self._standing(chosen)
        broken = self._keeping.broken(_after(chosen, made).tolist(), most=standing)
        return broken < standing or (broken == standing and after.value <= most)

    def _propose(self, chosen: NDArray[np.int64], move: NDArray[np.int64]) -> float:
        """Draw a move into `move`; its change of the table cost, nan where none was found."""
        grid, leeway = self._grid, self._problem.leeway
        shared = (
            grid.shapes, grid.tables, grid.pose_offset, grid.poses, grid.neighbours, grid.kind,
            grid.movable,
        )  # fmt: skip
        if leeway is None:
            return float(kernels.propose_move(*shared, chosen, self._state, TRIES, move))
        rules = (leeway.home, leeway.size, leeway.most)
        return float(kernels.propose_change(*shared, rules, chosen, self._state, TRIES, move))

    def _toll(self, chosen: NDArray[np.int64], table: float) -> float:
        """What the flaws of fixtures that stayed cost the search."""
        leeway = self._problem.leeway
        if leeway is None or leeway.is_sound:
            return 0.0
        if not self._flaw:
            self._flaw = FLAW * min(table, 1e6)
        return self._flaw * leeway.flaws(chosen)

    def _fee(self, chosen: NDArray[np.int64], made: Move, toll: float) -> float:
        """The toll after a move."""
        leeway = self._problem.leeway
        if leeway is None or leeway.is_sound:
            return toll
        return self._toll(_after(chosen, made), 0.0)

    def draw(self, chosen: NDArray[np.int64]) -> Move:
        """A move from a layout that leaves no conflict."""
        move = np.empty(4, dtype=np.int64)
        while np.isnan(self._propose(chosen, move)):
            pass
        return _made(move)

    def note(self, chosen: NDArray[np.int64]) -> None:
        """Keep a layout that somebody else found, if it is worth it."""
        score = Scorer(self._problem, chosen, stiff=self._stiff, dear=self._dear).score
        self._note(chosen, score, self._toll(chosen, self._problem.table_cost(chosen)))

    def _note(
        self, chosen: NDArray[np.int64], score: Score, toll: float, *, lawful: bool = False
    ) -> None:
        """Keep a layout if it is the best so far, or the one with the least walking."""
        self._scored += 1
        if toll:
            score = replace(score, shut=score.shut + toll)
        if self.least_walking is None or score.walking < self.least_walking.score.walking - 1e-9:
            self.least_walking = Found(tuple(chosen.tolist()), score)
        worst = self._kept[-1].score.value if len(self._kept) >= KEPT else np.inf
        if score.value < worst - 1e-9:
            found = Found(tuple(chosen.tolist()), score)
            if found not in self._kept:
                self._kept.append(found)
                self._kept.sort(key=lambda one: (one.score.value, one.chosen))
                del self._kept[KEPT:]
        if self.best is None or score.value < self.best.score.value - 1e-9:
            self.best = Found(tuple(chosen.tolist()), score)
            self._on_better(self.best)
        if lawful:
            self._look(Found(tuple(chosen.tolist()), score))
        elif (
            self._scored >= self._looked[0]
            and self.best.score.value < (1.0 - WORTH) * self._looked[1]
        ):
            self._look(self.best)
            self._looked = (self._scored + PATIENCE, self.best.score.value)


def _after(chosen: NDArray[np.int64], made: Move) -> NDArray[np.int64]:
    """Choices after a move."""
    after = chosen.copy()
    for block, pose in made:
        after[block] = pose
    return after


def _made(move: NDArray[np.int64]) -> Move:
    """A drawn move as blocks with their candidates."""
    return tuple((int(move[i]), int(move[i + 1])) for i in (0, 2) if move[i] >= 0)
