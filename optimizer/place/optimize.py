"""The optimization of one study: from the brief to a layout with a proof.

In: a study, a budget and a seed. Out: a `Result`. The parts in order:

1. build: candidate poses, conflicts, distance tables (`place.problem`);
2. a first layout (`place.search`), or the proof that there is none (`place.feasibility`);
3. search on the true objective, in as many processes as workers (`place.search`, `place.crew`);
4. a lower bound of the walking (`place.bound`), while the others go on searching;
5. the best layouts found are evaluated by the judge (`evaluate`), and the best one that keeps all
   hard rules is the result.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.demand.waiting import compute_waiting
from optimizer.evaluate import evaluate, waiting_seconds
from optimizer.place.certificate import Proof, prove
from optimizer.place.conflict import explain_homeless, explain_overfull, explain_together
from optimizer.place.crew import Crew
from optimizer.place.feasibility import find_feasible
from optimizer.place.problem import build_problem
from optimizer.place.search import Budget, Found, Search
from optimizer.place.warm_up import warm_up
from optimizer.result import HistoryPoint, Result, Seconds, Status
from optimizer.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.place.problem import PlacementProblem
    from optimizer.study import Study

__all__ = ["Progress", "optimize"]

#: Share of the solving time that the search has for itself before the bound starts.
SEARCH_FIRST = 0.15
#: Seconds kept back for the judge and for writing.
RESERVE = 1.5
#: Candidate poses of a kind before "it does not fit" is believed.
FINE = 3000
#: Of the layouts found, so many are judged at most to find one that keeps all hard rules.
JUDGED = 12
#: A gap below this is rounding: single precision of the tables, 1e-6 m at each bend of a path.
CLOSED = 1e-6


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What is known at one moment: stage, seconds since the start, best objective, bound."""

    stage: str
    seconds: float
    objective: float | None
    bound: float | None


@dataclass
class _Run:
    """The state of one optimization: what was found when."""

    start: float
    constant: float
    seconds: float
    tell: Callable[[Progress], None]
    stop: Callable[[], bool]
    objective: float = float("inf")
    bound: float = 0.0
    history: list[HistoryPoint] = field(default_factory=list)

    @property
    def elapsed(self) -> float:
        return time.perf_counter() - self.start

    def left(self) -> float:
        """Seconds of the budget that are left, less the reserve."""
        return self.seconds - self.elapsed - min(RESERVE, 0.1 * self.seconds)

    def found(self, found: Found) -> None:
        """Note a layout of the search."""
        if found.score.value + self.constant < self.objective:
            self.objective = found.score.value + self.constant
            self._note("search")

    def proven(self, walking: float) -> None:
        """Note a lower bound of the weighted walking."""
        if walking + self.constant > self.bound:
            self.bound = walking + self.constant
            self._note("bound")

    def finished(self, blank: Result, **known: Any) -> Result:
        """The result, with the history and the time that it took."""
        solve = self.elapsed - blank.seconds.build
        return replace(
            blank,
            history=tuple(self.history),
            seconds=replace(blank.seconds, solve=solve),
            **known,
        )

    def _note(self, stage: str) -> None:
        point = HistoryPoint(seconds=self.elapsed, objective=self.objective, bound=self.bound)
        if np.isfinite(self.objective):
            self.history.append(point)
        self.tell(
            Progress(
                stage=stage,
                seconds=point.seconds,
                objective=self.objective if np.isfinite(self.objective) else None,
                bound=self.bound,
            )
        )


def optimize(
    study: Study,
    *,
    time_limit: float = 60.0,
    steps: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Result:
    """The best layout of a study found in a budget, with a lower bound.

    Parameters
    ----------
    study
        The brief.
    time_limit
        Seconds of wall time, build included; compiling the kernels, once per machine, is not.
    steps
        Scored moves of each worker instead of seconds: the layout can then be reproduced. The
        time limit still holds for the bound.
    seed
        Of the random numbers.
    workers
        Processes that search; by default one for each core.
    on_progress
        Told each better layout and each better bound.
    should_stop
        Asked often; True ends the work with the best so far.

    Returns
    -------
    Result
        FEASIBLE or OPTIMAL with a layout, INFEASIBLE with the reasons, or UNKNOWN.
    """
    on_progress(Progress(stage="compile", seconds=0.0, objective=None, bound=None))
    warm_up()
    start = time.perf_counter()
    workers = max(1, workers or _cores())
    on_progress(Progress(stage="build", seconds=0.0, objective=None, bound=None))
    problem = build_problem(study)
    built = time.perf_counter() - start
    run = _Run(
        start=start,
        constant=study.objective.waiting * waiting_seconds(compute_waiting(study)),
        seconds=time_limit,
        tell=on_progress,
        stop=should_stop,
    )

    blank = _blank(built, seed=seed, workers=workers, steps=steps)
    if problem.homeless:
        return run.finished(blank, status=Status.INFEASIBLE, conflict=explain_homeless(problem))
    search = Search(problem, seed=seed, on_better=run.found)
    first = search.start()
    if first is None:
        # what does not fit on the usual grid may fit on a finer one
        problem = build_problem(study, most=FINE)
        search = Search(problem, seed=seed, on_better=run.found)
        first = search.start()
    if first is None:
        first, status, conflict = _without_start(problem, run, seed)
        if first is None:
            return run.finished(blank, status=status, conflict=conflict)
    found, proof = _search_and_prove(problem, search, first, run, steps, seed, workers)
    chosen, layout, evaluation = _judge(problem, found, run)
    closed = evaluation.objective.value - run.bound <= CLOSED * evaluation.objective.value
    return run.finished(
        blank,
        status=Status.OPTIMAL if closed and not evaluation.broken else Status.FEASIBLE,
        layout=layout,
        evaluation=evaluation,
        bound=min(run.bound, evaluation.objective.value),
        walking=proof.held_against(evaluation, problem.table_cost(chosen)),
    )


def _cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _blank(built: float, *, seed: int, workers: int, steps: int | None) -> Result:
    """A result that knows how it was run, and nothing else yet."""
    return Result(
        status=Status.UNKNOWN,
        layout=None,
        evaluation=None,
        bound=None,
        walking=None,
        conflict=(),
        history=(),
        seconds=Seconds(build=built, solve=0.0),
        seed=seed,
        workers=workers,
        budget="seconds" if steps is None else "steps",
        versions=versions(),
    )


def _without_start(
    problem: PlacementProblem, run: _Run, seed: int
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


def _search_and_prove(
    problem: PlacementProblem,
    search: Search,
    first: NDArray[np.int64],
    run: _Run,
    steps: int | None,
    seed: int,
    workers: int,
) -> tuple[tuple[Found, ...], Proof]:
    """Search alone at first; then prove a bound while the other workers search on."""
    with Crew(problem, seeds=range(seed + 1, seed + workers), steps=steps) as crew:
        whole = max(run.left(), 0.1)
        share = SEARCH_FIRST if workers > 1 else 0.6
        own = Budget(
            seconds=whole * share if steps is None else float("inf"),
            steps=steps,
            should_stop=run.stop,
        )
        crew.start(seconds=whole)
        search.run(own, first)
        for one in crew.news():
            run.found(one)

        def stop() -> bool:
            for one in crew.news():
                run.found(one)
            return run.stop()

        least = min(
            [f for f in (search.least_walking, *crew.least_walking()) if f is not None],
            key=lambda f: f.score.walking,
        )
        proof = prove(
            problem, least, seconds=max(run.left(), 0.5), on_better=run.proven, should_stop=stop
        )
        found = (*search.archive, *crew.finish(stop=run.stop() or steps is None))
    for one in found:
        run.found(one)
    best: dict[tuple[int, ...], Found] = {f.chosen: f for f in found}
    return tuple(sorted(best.values(), key=lambda f: (f.score.value, f.chosen))), proof


def _judge(
    problem: PlacementProblem, found: tuple[Found, ...], run: _Run
) -> tuple[tuple[int, ...], Layout, Evaluation]:
    """The best layout that keeps all hard rules, or else the one that breaks fewest."""
    judged: list[tuple[int, int, Layout, Evaluation]] = []
    for rank, one in enumerate(found[:JUDGED]):
        layout = problem.layout(one.chosen)
        evaluation = evaluate(problem.study, layout, shells=problem.shells, places=False)
        judged.append((len(evaluation.broken), rank, layout, evaluation))
        if not evaluation.broken or run.elapsed > run.seconds:
            break
    _, rank, layout, _ = min(judged, key=lambda row: row[:2])
    # the chosen one once more, with the worst places and guide lines
    return found[rank].chosen, layout, evaluate(problem.study, layout, shells=problem.shells)
