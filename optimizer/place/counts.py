"""How many of what: the numbers of fixtures within the ranges of a study.

In: a study with ranges, the state of the run, orders. Out: a `Result` for the best numbers, and
what is known of the others. The numbers decide the waiting (servers), the flows (people split over
fixtures of a type), the price of the equipment and the room that is left; the true objective has
all of it.

    best(c) = waiting(c) + equipment(c) + least over layouts of (walking + encounters + …)      (1)

1. Local search over c: each neighbour (one more or one fewer of a group) gets a short search on
   the true objective. It starts from the most of everything and from the c that waits and costs
   least. Numbers whose waiting and price alone are dearer than the best layout are left out.
2. The best numbers get the time that is left.
3. Bound: the least, over all numbers within the ranges, of their own bounds: waiting and price,
   plus a short proof of the walking for those that were searched. It holds for all numbers.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.place.certificate import prove
from optimizer.place.homes import counts_of
from optimizer.place.problem import build_problem
from optimizer.place.search import Budget, Search
from optimizer.place.solve import constant_of, solve
from optimizer.result import CountTrial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.equipment.layout import Layout
    from optimizer.place.run import Orders, Run
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["has_choice", "settle_counts"]

#: Share of the time for finding the numbers.
SHARE = 0.45
#: Share of a trial for its bound.
PROOF = 0.35
#: Trials that the time is planned for, and least seconds of one.
PLANNED, LEAST = 12, 0.6
#: With a budget of steps: share of them for each trial, least of them, seconds for its bound.
STEPS_SHARE, LEAST_STEPS, STEPS_PROOF = 0.1, 200, 0.3
#: No more choices than this are listed; beyond it nothing is proven of those not looked at.
MOST = 4096


@dataclass(frozen=True)
class _Trial:
    """Numbers that were searched: the best layout, its objective, and a bound."""

    objective: float
    bound: float
    layout: Layout | None


def has_choice(study: Study) -> bool:
    """Whether a study leaves the number of some fixtures open."""
    return any(group.min < group.max for group in study.groups)


def settle_counts(study: Study, run: Run, orders: Orders) -> Result:
    """The best numbers, and the best layout with them."""
    every = _Choices(study)
    trials = _explore(every, run, orders)
    open_ones = {c: t for c, t in trials.items() if t.layout is not None}
    if not open_ones:
        # the fewest of everything is what fits if anything does
        chosen = tuple(group.min for group in study.groups)
    else:
        chosen = min(open_ones, key=lambda c: (open_ones[c].objective, c))
    others = [trials[c].bound if c in trials else every.floor(c) for c in every if c != chosen]
    run.cap = min([*others, 0.0] if every.too_many else others, default=float("inf"))
    best = open_ones.get(chosen)
    if best is not None:
        orders = replace(orders, start=best.layout)
    result = solve(every.study(chosen), run, orders)
    own = CountTrial(
        counts=every.named(chosen), objective=result.objective, bound=result.bound or 0.0
    )
    rest = (
        CountTrial(
            counts=every.named(c),
            objective=None if t.layout is None else t.objective,
            bound=t.bound,
        )
        for c, t in sorted(trials.items(), key=lambda row: (row[1].objective, row[0]))
        if c != chosen
    )
    return replace(result, counts=(own, *rest), notes=(*result.notes, *every.notes(trials)))


def _explore(every: _Choices, run: Run, orders: Orders) -> dict[tuple[int, ...], _Trial]:
    """Local search over the numbers; every one that was tried."""
    until = run.elapsed + SHARE * run.left()
    slice_ = max((until - run.elapsed) / min(PLANNED, every.size), LEAST)
    trials: dict[tuple[int, ...], _Trial] = {}
    queue = every.starts()
    if orders.start is not None:
        held = every.held_by(orders.start)
        queue = [held, *(chosen for chosen in queue if chosen != held)]
    best: tuple[float, tuple[int, ...]] | None = None
    while True:
        for chosen in queue:
            late = orders.steps is None and run.elapsed >= until
            if trials and (late or run.stop()):
                return trials
            if chosen in trials or (best is not None and every.floor(chosen) >= best[0]):
                continue
            trials[chosen] = trial = _try(every, chosen, run, orders, slice_)
            if trial.layout is not None and (best is None or (trial.objective, chosen) < best):
                best = (trial.objective, chosen)
        if best is None:
            queue = [c for c in every.fewest() if c not in trials]
        else:
            queue = [c for c in every.neighbours(best[1]) if c not in trials]
            queue = [c for c in queue if every.floor(c) < best[0]]
        if not queue:
            return trials


def _try(
    every: _Choices, chosen: tuple[int, ...], run: Run, orders: Orders, seconds: float
) -> _Trial:
    """A short search and a short proof with one choice of numbers."""
    begun = time.perf_counter()
    study, floor = every.study(chosen), every.floor(chosen)
    given = tuple(layout for layout in (study.current_layout, orders.start) if layout is not None)
    problem = build_problem(study, known=given)
    if problem.homeless:
        return _Trial(float("inf"), float("inf"), None)
    search = Search(problem, seed=orders.seed)
    first = search.start()
    if first is None:
        return _Trial(float("inf"), floor, None)
    for home in (np.array(home, dtype=np.int64) for home in problem.homes):
        if (home >= 0).all() and problem.fit(home):
            search.note(home)  # a trial is never worse than a layout that was given
    steps = orders.steps
    if steps is not None:
        budget = Budget(steps=max(LEAST_STEPS, round(STEPS_SHARE * steps)), should_stop=run.stop)
    else:
        left = seconds * (1 - PROOF) - (time.perf_counter() - begun)
        budget = Budget(seconds=max(left, LEAST / 2), should_stop=run.stop)
    search.run(budget, first)
    if search.best is None or search.least_walking is None:
        return _Trial(float("inf"), floor, None)
    run.constant = every.waiting(chosen)
    run.layout_of = problem.layout
    run.found(search.best)
    proof = prove(
        problem,
        search.least_walking,
        seconds=STEPS_PROOF if steps is not None else max(PROOF * seconds, 0.2),
        should_stop=run.stop,
        by_work=steps is not None,
    )
    return _Trial(
        search.best.score.value + run.constant,
        floor + proof.value,
        problem.layout(search.best.chosen),
    )


class _Choices:
    """All numbers within the ranges of a study, as tuples in the order of its groups."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._ranges = [range(group.min, group.max + 1) for group in study.groups]
        self._floors: dict[tuple[int, ...], tuple[float, float]] = {}
        self.size = 1
        for numbers in self._ranges:
            self.size *= len(numbers)

    @property
    def too_many(self) -> bool:
        """Whether they are too many to be listed."""
        return self.size > MOST

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        if not self.too_many:
            yield from itertools.product(*self._ranges)

    def study(self, chosen: tuple[int, ...]) -> Study:
        """The study with some numbers."""
        return self._study.with_counts(dict(enumerate(chosen)))

    def waiting(self, chosen: tuple[int, ...]) -> float:
        """Weighted waiting with some numbers."""
        return self._floor(chosen)[0]

    def floor(self, chosen: tuple[int, ...]) -> float:
        """No layout with these numbers has a lower objective: waiting and price."""
        return sum(self._floor(chosen))

    def _floor(self, chosen: tuple[int, ...]) -> tuple[float, float]:
        if chosen not in self._floors:
            study = self.study(chosen)
            waiting = constant_of(study)
            price = sum(
                n * (study.types[group.type].cost or 0.0)
                for n, group in zip(chosen, study.groups, strict=True)
            )
            weight = study.objective.measures.get("equipment_cost", 0.0)
            self._floors[chosen] = (waiting, weight * price)
        return self._floors[chosen]

    def starts(self) -> list[tuple[int, ...]]:
        """Where the local search begins; all of them where they are few, the cheapest first."""
        most = tuple(group.max for group in self._study.groups)
        if self.too_many:
            return [most, *self.fewest()]
        ranked = sorted(self, key=lambda c: (self.floor(c), c))
        return ranked if self.size <= PLANNED else [ranked[0], most]

    def held_by(self, layout: Layout) -> tuple[int, ...]:
        """The numbers of a layout, as far as the ranges allow."""
        held = counts_of(self._study, layout)
        return tuple(held[index] for index in range(len(self._ranges)))

    def fewest(self) -> list[tuple[int, ...]]:
        """The fewest of everything."""
        return [tuple(group.min for group in self._study.groups)]

    def neighbours(self, chosen: tuple[int, ...]) -> list[tuple[int, ...]]:
        """One more or one fewer of one group, the cheapest first."""
        near = [
            (*chosen[:i], n, *chosen[i + 1 :])
            for i, numbers in enumerate(self._ranges)
            for n in (chosen[i] - 1, chosen[i] + 1)
            if n in numbers
        ]
        return sorted(near, key=lambda c: (self.floor(c), c))

    def named(self, chosen: tuple[int, ...]) -> dict[str, int]:
        """Numbers by type."""
        result: dict[str, int] = {}
        for group, n in zip(self._study.groups, chosen, strict=True):
            result[group.type] = result.get(group.type, 0) + n
        return result

    def notes(self, trials: dict[tuple[int, ...], _Trial]) -> tuple[str, ...]:
        """What a planner should know about the choice."""
        notes = [
            f"numbers: {len(trials)} of {self.size} choices within the ranges were searched; the "
            + ("bound holds for all of them" if not self.too_many else "others are not bounded")
            + ", the walking gap for the numbers placed"
        ]
        study = self._study
        free = [
            group.type
            for group in study.groups
            if group.min < group.max and not study.types[group.type].cost
        ]
        if free or not study.objective.measures.get("equipment_cost", 0.0):
            what = ", ".join(free) if free else "more fixtures"
            notes.append(
                f"numbers: {what} cost nothing in the objective; give their types a 'cost' and "
                "[objective] an 'equipment_cost' where they should not be free"
            )
        return tuple(notes)
