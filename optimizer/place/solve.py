"""The optimization of a study whose numbers of fixtures are settled.

In: a study without ranges, the state of the run, orders. Out: a `Result`. The parts in order:

1. build: candidate poses, conflicts, distance tables (`place.problem`);
2. a first layout (`place.search`), or the proof that there is none (`place.feasibility`);
3. search on the true objective, in as many processes as workers, and a lower bound of the walking
   while the others go on searching (`place.search_and_proof`);
4. the best layouts found are evaluated by the judge, and the best one that keeps all hard rules is
   the result (`place.choice`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from optimizer.evaluate import evaluate
from optimizer.limits import limits_reached, with_reached
from optimizer.measured.conditions import fixed_cost
from optimizer.place.blocks import make_blocks
from optimizer.place.choice import choose
from optimizer.place.conflict import explain_homeless, explain_overfull, explain_together
from optimizer.place.explanation import explain
from optimizer.place.feasibility import find_feasible
from optimizer.place.homes import find_homes, leftovers, moved_fixtures
from optimizer.place.mending import repair
from optimizer.place.problem import build_problem
from optimizer.place.search import Search
from optimizer.place.search_and_proof import MENDING, search_and_prove
from optimizer.place.undecided import undecided
from optimizer.plan.audit_zones import closed_rooms
from optimizer.result import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.place.choice import Chosen
    from optimizer.place.problem import PlacementProblem
    from optimizer.place.run import Orders, Run
    from optimizer.place.search import Found
    from optimizer.result import ConflictEntry, Result
    from optimizer.study import Study

__all__ = ["constant_of", "solve"]

#: Candidate poses of a kind before "it does not fit" is believed.
FINE = 3000
#: A finer grid is tried where the time, or that of an explanation, allows so many times what the
#: usual one took.
FINER = 6.0
#: A gap below this is rounding: single precision of the tables, 1e-6 m at each bend of a path.
CLOSED = 1e-6
#: Seconds for mending at least; where moves count and not seconds, those for it. Seconds at least
#: for finding out which rules are in the way, where nothing fits.
MENDING_SECONDS, STEPS_MENDING_SECONDS, EXPLAINING_SECONDS = 0.5, 8.0, 10.0
#: Judging is measured once and takes about so many times as long in the end: once more, and then
#: with the worst places and guide lines.
JUDGE_TIMES = 4.0
#: Share of the usual temperature when the search starts from a layout that somebody gave.
GENTLE = 0.2


@dataclass(frozen=True, kw_only=True)
class _Known:
    """Layouts known before: today's, and one to start from; those that are whole."""

    layouts: tuple[Layout, ...]
    whole: tuple[Layout, ...]


def constant_of(study: Study) -> float:
    """What the objective adds to walking, encounters and the like, wherever things stand."""
    return fixed_cost(study)


def solve(study: Study, run: Run, orders: Orders) -> Result:
    """The best layout found in the time of the run, with a lower bound."""
    begun = time.perf_counter()
    run.constant = constant_of(study)
    known = _known(study, orders, run)
    limit = run.left() if orders.steps is None else float("inf")
    problem = build_problem(study, known=known.layouts, at_most=orders.at_most, seconds=limit)
    run.layout_of = problem.layout
    built = time.perf_counter() - begun
    blank = run.blank(built, orders)
    run.notes += _shortcomings(problem, built)
    if problem.homeless:
        return _refused(problem, run, blank, explain_homeless(problem))
    search = Search(problem, seed=orders.seed, on_better=run.found)
    first = search.start()
    fine = problem.pitch <= study.pitch and not problem.scarce
    affordable = FINER * built < max(limit, EXPLAINING_SECONDS)
    if first is None and orders.at_most is None and not fine and affordable:
        # what does not fit on the usual grid may fit on a finer one
        fine = True
        problem = build_problem(study, most=FINE, known=known.layouts)
        run.layout_of = problem.layout
        search = Search(problem, seed=orders.seed, on_better=run.found)
        first = search.start()
    if first is None:
        first, status, conflict = _without_start(problem, run, orders.seed)
        if status is Status.INFEASIBLE and not fine and orders.at_most is None:
            status = Status.UNKNOWN
            conflict = (*conflict, "the time did not allow a finer grid; allow more seconds")
        if first is None and status is Status.INFEASIBLE:
            return _refused(problem, run, blank, conflict)
        if first is None:
            return run.finished(blank, status=status, conflict=conflict)
    first, heat = _warm(problem, search, first, orders)
    _reserve(problem, first, run)
    found, proof = search_and_prove(problem, search, first, run, orders, heat)
    chosen = _best_of(problem, found, known, run, orders)
    if chosen.evaluation.broken and problem.leeway is None:
        chosen, blank = _repaired(problem, found, chosen, run, orders, blank)
    evaluation, blank = _told_of_rules(study, chosen.evaluation, search.reached, blank)
    if proof is None:
        run.notes.append(
            "no bound: fixtures that stay break rules about their places, which no proof allows for"
        )
        return run.finished(
            blank, status=Status.FEASIBLE, layout=chosen.layout, evaluation=evaluation
        )
    closed = evaluation.objective.value - run.bound <= CLOSED * evaluation.objective.value
    return run.finished(
        blank,
        status=Status.OPTIMAL if closed and not evaluation.broken else Status.FEASIBLE,
        layout=chosen.layout,
        evaluation=evaluation,
        bound=min(run.bound, evaluation.objective.value),
        walking=proof.held_against(evaluation, chosen.table),
    )


def _best_of(
    problem: PlacementProblem, found: tuple[Found, ...], known: _Known, run: Run, orders: Orders
) -> Chosen:
    """The best layout of a search and of those known before, as the judge has it.

    Of layouts that all break rules the judge looks at few, for mending needs the time.
    """
    kept = 0.0 if any(one.broken == 0 for one in found) else 0.8 * MENDING * run.seconds
    return choose(
        problem,
        found,
        known.whole,
        hurry=lambda: orders.steps is None and run.left() < kept,
        mended=problem.leeway is None,
    )


def _told_of_rules(
    study: Study, evaluation: Evaluation, met: Mapping[str, float], blank: Result
) -> tuple[Evaluation, Result]:
    """What is told of limits and rules that a layout breaks; `met` is the best of each limit."""
    reached = limits_reached(study, evaluation, met)
    told = replace(evaluation, findings=with_reached(evaluation.findings, reached))
    blank = replace(blank, limits_reached=reached)
    if told.broken and not blank.conflict_rules:
        blank = _with_conflict(blank, undecided(told))
    return told, blank


def _repaired(
    problem: PlacementProblem,
    found: tuple[Found, ...],
    chosen: Chosen,
    run: Run,
    orders: Orders,
    blank: Result,
) -> tuple[Chosen, Result]:
    """A layout that keeps the hard rules, or the one given with the rules that conflict."""
    chosen, rules = repair(
        problem,
        found,
        chosen,
        seconds=max(run.left(), MENDING_SECONDS)
        if orders.steps is None
        else max(MENDING * run.seconds, STEPS_MENDING_SECONDS),
        seed=orders.seed,
        steps=orders.steps,
        should_stop=run.stop,
    )
    return chosen, _with_conflict(blank, rules)


def _with_conflict(blank: Result, rules: tuple[ConflictEntry, ...]) -> Result:
    """The result with the rules that a layout cannot keep, or did not."""
    conflict = tuple(entry.sentence for entry in rules)
    return replace(blank, conflict=conflict, conflict_rules=rules)


def _refused(
    problem: PlacementProblem, run: Run, blank: Result, reasons: tuple[str, ...]
) -> Result:
    """The result that no layout exists: the reasons, and the rules that cannot hold together."""
    seconds = max(run.left(), EXPLAINING_SECONDS)
    # where there is no way the plan is the reason, not its rules
    shut = any(not len(problem.candidates[k]) for k in problem.cut_off)
    entries = () if shut else explain(problem, time_limit=seconds, seed=blank.seed)
    sure = problem.apart or not (shut and problem.scarce)
    if not sure:
        reasons = (*reasons, "the time allowed only some of the places; allow more seconds")
    return run.finished(
        blank,
        status=Status.INFEASIBLE if sure else Status.UNKNOWN,
        conflict=(*reasons, *(entry.sentence for entry in entries)),
        conflict_rules=entries,
    )


def _shortcomings(problem: PlacementProblem, built: float) -> list[str]:
    """What a planner should know about the poses that were looked at."""
    sentences = [
        f"{problem.kinds[k].label}: only {why}"
        for k, why in problem.cut_off.items()
        if len(problem.candidates[k])
    ]
    # the first tells of all closed rooms
    sentences += [defect.sentence for defect in islice(closed_rooms(problem.study.plan), 1)]
    if problem.scarce:
        most = max(len(poses) for poses in problem.candidates)
        sentences.append(
            f"the plan is large for the time limit: its poses took {built:.0f} s, so no kind has "
            f"more than {most} of them; allow more seconds for better layouts"
        )
    return sentences


def _known(study: Study, orders: Orders, run: Run) -> _Known:
    """Layouts whose poses become candidates; those with all fixtures are judged as well."""
    given = [layout for layout in (study.current_layout, orders.start) if layout is not None]
    if orders.at_most is None:
        given.reverse()  # the one to start from comes first
    probe = make_blocks(study)
    whole = []
    for layout in given:
        _, missing = find_homes(probe, layout)
        names = {name for kind in probe for block in kind.fixtures for name in block}
        same = names == {placement.fixture for placement in layout.placements}
        today, most = study.current_layout, orders.at_most
        near = most is None or today is None or len(moved_fixtures(today, layout)) <= most
        if same and near and not missing and not leftovers(probe, layout):
            whole.append(layout)
        elif layout is orders.start:
            why = "; ".join((*missing, *leftovers(probe, layout))) or "names or moves differ"
            run.notes.append(f"the layout to start from is taken in part: {why}")
    if orders.at_most is not None and study.current_layout is not None:
        broken = evaluate(study, study.current_layout, places=False).broken
        if broken:
            rules = ", ".join(sorted({finding.rule.id for finding in broken}))
            run.notes.append(f"today's layout breaks hard rules: {rules}")
    return _Known(layouts=tuple(given), whole=tuple(whole))


def _warm(
    problem: PlacementProblem, search: Search, first: NDArray[np.int64], orders: Orders
) -> tuple[NDArray[np.int64], float]:
    """Where the search starts, and how hot: gently from a layout that was given."""
    for number, home in enumerate(problem.homes):
        chosen = np.array(home, dtype=np.int64)
        if (chosen < 0).any():
            continue
        if problem.leeway is not None:
            if number and problem.leeway.moved(chosen) <= problem.leeway.most:
                return chosen, GENTLE
            continue
        if not problem.fit(chosen):
            continue
        search.note(chosen)
        if number == 0 and orders.start is not None:
            return chosen, GENTLE
    return first, 1.0


def _reserve(problem: PlacementProblem, first: NDArray[np.int64], run: Run) -> None:
    """Measure how long the judge takes, so that its work ends within the limit."""
    begun = time.perf_counter()
    evaluate(problem.study, problem.layout(first), shells=problem.shells, places=False)
    run.reserve += JUDGE_TIMES * (time.perf_counter() - begun)


def _without_start(
    problem: PlacementProblem, run: Run, seed: int
) -> tuple[NDArray[np.int64] | None, Status, tuple[str, ...]]:
    """A first layout where the greedy starts found none, or why there is none."""
    overfull = explain_overfull(problem)
    if overfull:
        return None, Status.INFEASIBLE, overfull
    feasible = find_feasible(problem, time_limit=max(run.left() / 2, 1.0), seed=seed)
    if feasible.status is Status.FEASIBLE:
        return np.array(feasible.chosen, dtype=np.int64), Status.FEASIBLE, ()
    if feasible.status is Status.INFEASIBLE:
        reasons = explain_together(problem, time_limit=max(run.left(), 5.0), seed=seed)
        return None, Status.INFEASIBLE, reasons
    return None, Status.UNKNOWN, ("no layout was found in the time given; allow more seconds",)
