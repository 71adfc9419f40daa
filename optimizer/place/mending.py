"""A layout that keeps all hard rules, near one that breaks some; or why there is none.

In: the layouts that the search found, all of which the judge turned down. Out: `Mended`: the
choice of candidates nearest to one of them that the model of hard rules accepts, or the conflict
that forbids every layout. The search sees some rules about the whole hall as a price only, and
others not at all; here they are cuts (`place.rule_cuts`). What is mended is improved by a search
that never leaves what keeps the rules.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.evaluate import evaluate
from optimizer.place.choice import Chosen
from optimizer.place.explanation import explain
from optimizer.place.rule_cuts import breaks
from optimizer.place.rule_forms import FORMS, Form
from optimizer.place.rule_model import RuleModel
from optimizer.place.search import Budget, Search
from optimizer.place.stock import stock_of
from optimizer.result import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.evaluation import Evaluation
    from optimizer.place.problem import PlacementProblem
    from optimizer.place.search import Found
    from optimizer.result import ConflictEntry

__all__ = ["Mended", "mend", "repair"]

#: So many of the layouts found are mended.
MENDED = 3
#: Share of the time that mending may take; the rest is for making it better.
MENDING = 0.7
#: Share of the time for asking whether each rule that is broken can be kept at all.
ALONE = 0.25
#: Share of a run's scored moves that make a mended layout better, where moves count.
BETTER = 0.2


@dataclass(frozen=True, kw_only=True)
class Mended:
    """What came of it.

    Parameters
    ----------
    chosen
        Candidate of each block, for each layout that was mended.
    conflict
        What cannot hold together, where that was proven; see `place.explanation`.
    """

    chosen: tuple[tuple[int, ...], ...] = ()
    conflict: tuple[ConflictEntry, ...] = ()


def mend(
    problem: PlacementProblem,
    found: Sequence[Sequence[int]],
    *,
    seconds: float,
    seed: int,
    until: float | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Mended:
    """Mend layouts that break hard rules, best first, as long as time lasts.

    Parameters
    ----------
    problem
        The placement problem.
    found
        Candidate of each block, for each layout, best first.
    seconds
        Time for all of it.
    seed
        Of the solver.
    until
        When an explanation has to be ready, by `time.perf_counter`; by default after `seconds`.
    should_stop
        Asked between solutions; True ends it with what is there.
    """
    end = time.perf_counter() + seconds
    until = end if until is None else until
    model = RuleModel(stock_of(problem))
    mended: list[tuple[int, ...]] = []
    broken = _broken(model, found[:1])
    for rule in broken:
        # what no layout can keep is soon known, where the other rules are left aside
        share = ALONE * seconds / len(broken)
        alone = model.solve(rules=[rule], time_limit=share, seed=seed, should_stop=should_stop)
        if alone.status is Status.INFEASIBLE:
            left = max(until - time.perf_counter(), 0.0)
            entries = explain(problem, time_limit=left, seed=seed, suspects=(rule,))
            return Mended(conflict=entries)
    for chosen in found:
        left = end - time.perf_counter()
        if left <= 0 or should_stop():
            break
        model.hint([(k, p) for (k, _), p in zip(problem.blocks, chosen, strict=True)])
        answer = model.solve(time_limit=left, seed=seed, should_stop=should_stop)
        if answer.status is Status.FEASIBLE:
            one = tuple(p for _, p in answer.chosen)
            if one in mended:
                break
            mended.append(one)
        elif answer.status is Status.INFEASIBLE:
            left = max(until - time.perf_counter(), 0.0)
            return Mended(conflict=explain(problem, time_limit=left, seed=seed))
    return Mended(chosen=tuple(mended))


def _broken(model: RuleModel, found: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """Ids of the hard rules that some layouts break."""
    stock = model.stock
    return tuple(
        rule.id
        for rule in stock.rules
        if FORMS[rule.check] is not Form.BUILT_IN
        and any(
            breaks(
                rule, stock, [(k, p) for (k, _), p in zip(stock.problem.blocks, one, strict=True)]
            )
            for one in found
        )
    )


def repair(
    problem: PlacementProblem,
    found: Sequence[Found],
    chosen: Chosen,
    *,
    seconds: float,
    seed: int,
    steps: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Chosen, tuple[ConflictEntry, ...]]:
    """A layout that keeps all hard rules in place of one that breaks some, or why there is none.

    Parameters
    ----------
    problem, found
        What was searched, and the layouts that the search found, best first.
    chosen
        The judge's choice among them.
    seconds, seed, should_stop
        As in `mend`.
    steps
        Scored moves of the run, where those count and not seconds.
    """
    begun = time.perf_counter()
    # those that break fewest rules first
    near = [one.chosen for one in sorted(found, key=lambda one: (one.broken is None, one.rank))]
    mended = mend(
        problem,
        near[:MENDED],
        seconds=MENDING * seconds,
        seed=seed,
        until=begun + seconds,
        should_stop=should_stop,
    )
    choices, conflict = list(mended.chosen), mended.conflict
    if not choices and not conflict:
        choices = near[:1]  # the search may get farther with what the model did not mend
    if choices:
        budget = Budget(
            seconds=max(begun + seconds - time.perf_counter(), 0.5)
            if steps is None
            else float("inf"),
            steps=None if steps is None else max(1, round(BETTER * steps)),
            should_stop=should_stop,
        )
        better = Search(problem, seed=seed).keep(budget, np.array(choices[0], dtype=np.int64))
        choices = [*([] if better is None else [better.chosen]), *choices]

    def hurry() -> bool:
        return steps is None and time.perf_counter() > begun + seconds

    return _best(problem, chosen, choices, hurry), conflict


def _best(
    problem: PlacementProblem,
    chosen: Chosen,
    choices: Sequence[Sequence[int]],
    hurry: Callable[[], bool],
) -> Chosen:
    """The best by the judge of a layout and of others, the most promising first.

    The first one that keeps all rules will do, for it is the last one of a search.
    """
    best, rank = chosen, _rank(chosen.evaluation)
    for number, one in enumerate(choices):
        if not rank[0] or (number and hurry()):
            break
        layout = problem.layout(one)
        evaluation = evaluate(problem.study, layout, shells=problem.shells, places=False)
        if _rank(evaluation) < rank:
            table = problem.table_cost(one)
            best = Chosen(layout=layout, evaluation=evaluation, table=table)
            rank = _rank(evaluation)
    # once more, with the worst places and guide lines
    evaluation = evaluate(problem.study, best.layout, shells=problem.shells)
    return replace(best, evaluation=evaluation)


def _rank(evaluation: Evaluation) -> tuple[int, float]:
    return len(evaluation.broken), evaluation.objective.value
