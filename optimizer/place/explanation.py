"""Why no layout keeps all hard rules: the smallest set of rules that cannot hold together.

In: a stock of poses for which the model of `place.feasibility` has no layout. Out: `Explanation`,
the rules and wishes of the brief none of which can be left out, and for each the least change that
makes a layout possible.

The set is found by a deletion filter: each wish and each rule in turn is left out, and stays out
when there is still no layout. The solver's own core is only where this starts: it is known to hold
more than it needs, or too little. What is physical (floor, walls, bodies, footprints) stays.
The least change of a number is found by bisection, everything else in the set held.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from optimizer.place.relaxation import BRIEF, Conflict, relax_count, relax_rule
from optimizer.place.rule_model import RuleModel
from optimizer.place.stock import PHYSICAL, widen
from optimizer.result import ConflictEntry, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from optimizer.place.problem import PlacementProblem
    from optimizer.place.rule_model import Answer
    from optimizer.place.stock import Stock

    Ask = Callable[[Sequence[str], Sequence[int]], Answer]

__all__ = ["explain", "find_conflict"]

_T = TypeVar("_T")
#: Seconds that one question to the solver may take, at most.
QUESTION = 20.0


def find_conflict(
    stock: Stock, *, time_limit: float, seed: int = 1, suspects: Collection[str] = ()
) -> Conflict | None:
    """The smallest set of rules and kinds that cannot hold together; None if there is a layout.

    Parameters
    ----------
    stock
        Poses, some of which break rules: those that are to be left out need them.
    time_limit
        Seconds. When they end, what was not yet shown to be needless stays in the set.
    seed
        Of the solver.
    suspects
        Ids of rules that are asked about first, without the others.
    """
    end = time.perf_counter() + time_limit
    model = RuleModel(stock)
    physical = [r.id for r in stock.rules if r.id in PHYSICAL]
    named = [r.id for r in stock.rules if r.id not in (*PHYSICAL, BRIEF)]

    def ask(
        rules: Sequence[str], kinds: Sequence[int], *, traced: bool = False, bodies: bool = True
    ) -> Answer:
        left = min(end - time.perf_counter(), QUESTION)
        return model.solve(
            rules=[*(physical if bodies else ()), *rules],
            kinds=kinds,
            time_limit=left,
            traced=traced,
            seed=seed,
        )

    kinds = list(range(len(stock.kinds)))
    known = [r for r in named if r in suspects]
    if known and ask(known, kinds, bodies=False).status is Status.INFEASIBLE:
        # not even what is physical is needed
        return _filtered(stock, known, kinds, partial(ask, bodies=False))
    first = ask(named, kinds)
    if first.status is not Status.INFEASIBLE:
        return None
    traced = ask(named, kinds, traced=True)
    rules = [r for r in named if r in traced.rules]
    placed = [k for k in kinds if k in traced.kinds]
    if traced.status is not Status.INFEASIBLE or ask(rules, placed).status is not Status.INFEASIBLE:
        rules, placed = named, kinds
    return _filtered(stock, rules, placed, ask)


def _filtered(stock: Stock, rules: list[str], kinds: list[int], ask: Ask) -> Conflict:
    """Deletion filter: kinds first, the small ones before the large, then rules, packs last."""
    for k in kinds:
        if ask((), [k]).status is Status.INFEASIBLE:
            return Conflict(rules=(), kinds=(k,), minimal=True)
    by_size = sorted(kinds, key=lambda k: stock.kinds[k].width * stock.kinds[k].depth)
    needed, sure = _smallest(by_size, lambda rest: ask(rules, rest).status)
    by_pack = sorted(rules, key=lambda rule: not rule.startswith("PLC-"))
    kept, sure_too = _smallest(by_pack, lambda rest: ask(rest, needed).status)
    return Conflict(rules=tuple(kept), kinds=tuple(sorted(needed)), minimal=sure and sure_too)


def _smallest(every: Sequence[_T], status: Callable[[list[_T]], Status]) -> tuple[list[_T], bool]:
    """What is left of a list when whatever is not needed for INFEASIBLE is out, and if for sure.

    Many at once as long as that works, for most of a brief or a pack has no part in a conflict;
    in the end one by one.
    """
    left, size, sure = list(every), max(1, len(every)), True
    while True:
        sure = True
        for start in range(0, len(every), size):
            out = every[start : start + size]
            rest = [one for one in left if one not in out]
            if len(rest) == len(left):
                continue
            answer = status(rest)
            if answer is Status.INFEASIBLE:
                left = rest
            sure &= answer is not Status.UNKNOWN
        if size == 1:
            return left, sure
        size = max(1, size // 4)


def explain(
    problem: PlacementProblem,
    *,
    time_limit: float,
    seed: int = 1,
    suspects: Collection[str] = (),
) -> tuple[ConflictEntry, ...]:
    """The conflict of a study, one entry for each rule and wish in it; () where none was proven.

    Parameters
    ----------
    problem
        A placement problem for which no layout that keeps all hard rules is known.
    time_limit
        Seconds.
    seed, suspects
        As in `find_conflict`.
    """
    end = time.perf_counter() + time_limit
    stock = widen(problem)
    conflict = find_conflict(stock, time_limit=0.6 * time_limit, seed=seed, suspects=suspects)
    if conflict is None:
        return ()
    number = len(conflict.kinds) + len(conflict.rules)
    entries: list[ConflictEntry] = []

    def share() -> float:
        return max(end - time.perf_counter(), 0.0) / (number - len(entries))

    for k in conflict.kinds:
        entries.append(relax_count(stock, conflict, k, seconds=share(), seed=seed))
    for rule in conflict.rules:
        entries.append(relax_rule(stock, conflict, rule, seconds=share(), seed=seed))
    if conflict.minimal:
        return tuple(entries)
    doubt = " (time ran out before it was shown that this one is needed)"
    doubt_zh = "（时间不足，尚未证实该项必不可少）"
    return tuple(
        replace(entry, sentence=entry.sentence + doubt, sentence_zh=entry.sentence_zh + doubt_zh)
        for entry in entries
    )
