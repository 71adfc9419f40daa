"""A layout fitted to a changed study in a few seconds, without a proof.

In: a study and the layout of one that differs a little. Out: a `Result` without a bound. For
panels and what-ifs; whoever wants to know how good a layout is asks `optimize`. Candidate poses
are few (`POSES` a kind, and all of the layout given), one process searches, and gently: the layout
stays near the one given. What the layout lacks is first put where it costs least.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.place import kernels
from optimizer.place.choice import choose
from optimizer.place.conflict import explain_homeless, explain_overfull
from optimizer.place.counts import has_choice
from optimizer.place.homes import counts_of
from optimizer.place.problem import build_problem
from optimizer.place.run import Orders, Run
from optimizer.place.search import Budget, Search
from optimizer.place.warm_up import warm_up
from optimizer.result import Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.place.problem import PlacementProblem
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["improve"]

#: Candidate poses of a kind: less than half of a full search's, for building them is most of the
#: time here.
POSES = 400
#: Share of the usual temperature: near the layout that was given.
GENTLE = 0.2
#: Seconds of the limit that the judge takes at the end.
JUDGING = 0.8


def improve(
    study: Study,
    start: Layout,
    *,
    time_limit: float = 4.0,
    steps: int | None = None,
    seed: int = 1,
) -> Result:
    """A layout near one that is given, better for a study, without a bound.

    Parameters
    ----------
    study
        The brief. Numbers that it leaves open are those of `start`, as far as their ranges allow.
    start
        The layout to begin at. Fixtures that the study no longer places are taken away, further
        ones are put in.
    time_limit
        Seconds of wall time; the search has half a second at least.
    steps
        Scored moves instead of seconds: the layout can then be reproduced.
    seed
        Of the random numbers.

    Returns
    -------
    Result
        FEASIBLE with a layout that may break rules, which its evaluation says; INFEASIBLE where
        a fixture finds no place at all; UNKNOWN where none was found for all of them together.
    """
    warm_up()
    if has_choice(study):
        study = study.with_counts(counts_of(study, start))
    orders = Orders(steps=steps, seed=seed, workers=1, start=start)
    run = Run(
        start=time.perf_counter(),
        seconds=time_limit,
        tell=lambda progress: None,
        stop=lambda: False,
    )
    problem = build_problem(study, most=POSES, known=(start,))
    blank = run.blank(run.elapsed, orders)
    if problem.homeless:
        return run.finished(
            blank, status=Status.INFEASIBLE, conflict=tuple(explain_homeless(problem))
        )
    search = Search(problem, seed=seed, on_better=run.found)
    first, heat = _first(problem, seed)
    if first is None:
        first, heat = search.start(), 1.0
    if first is None:
        why = explain_overfull(problem) or ("no place was found for all; optimize searches longer",)
        return run.finished(blank, status=Status.UNKNOWN, conflict=tuple(why))
    left = max(time_limit - run.elapsed - JUDGING, 0.5)
    search.run(
        Budget(seconds=left if steps is None else float("inf"), steps=steps), first, heat=heat
    )
    chosen = choose(problem, search.archive, (), hurry=lambda: steps is None and run.left() < 0)
    note = "no bound: few candidate poses, a short search near the layout given"
    return replace(
        run.finished(
            blank, status=Status.FEASIBLE, layout=chosen.layout, evaluation=chosen.evaluation
        ),
        notes=(note,),
    )


def _first(problem: PlacementProblem, seed: int) -> tuple[NDArray[np.int64] | None, float]:
    """The layout given, with what it lacks put where it costs least; None where that is no layout.

    Also how hot the search may be: where something was put in, the others make room for it.
    """
    chosen = np.array(problem.homes[0], dtype=np.int64)
    missing = chosen < 0
    grid = problem.grid
    if missing.any():
        order = np.argsort(np.diff(grid.pose_offset)[grid.kind], kind="stable").astype(np.int64)
        stuck = kernels.build_greedily(
            grid.shapes, grid.tables, grid.pose_offset, grid.poses, grid.kind, order, chosen,
            np.array([2 * seed + 1], dtype=np.uint64), 1,
        )  # fmt: skip
        if stuck >= 0:
            return None, 1.0
    if not problem.fit(chosen):
        return None, 1.0
    return chosen, 3 * GENTLE if missing.any() else GENTLE
