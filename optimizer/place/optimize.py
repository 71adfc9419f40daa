"""The optimization of one study: from the brief to a layout with a proof.

In: a study, a budget and a seed. Out: a `Result`. The numbers of fixtures are settled first, where
the study leaves them open (`place.counts`); the rest is `place.solve`.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from optimizer.errors import StudyError
from optimizer.place.counts import has_choice, settle_counts
from optimizer.place.homes import counts_of
from optimizer.place.run import Orders, Progress, Run
from optimizer.place.solve import solve
from optimizer.place.warm_up import warm_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.equipment.layout import Layout
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["Progress", "optimize"]


def optimize(
    study: Study,
    *,
    time_limit: float = 60.0,
    steps: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    start: Layout | None = None,
    at_most: int | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Result:
    """The best layout of a study found in a budget, with a lower bound.

    Where today's layout, or `start`, holds all fixtures and keeps all hard rules, the result is
    never worse. Its poses are candidates whether they lie on the grid or not.

    Parameters
    ----------
    study
        The brief. Where it leaves the number of fixtures open, the numbers are chosen too.
    time_limit
        Seconds of wall time, build and judging included; compiling the kernels, once per machine,
        is not.
    steps
        Scored moves of each worker instead of seconds. The bound has the time limit in nominal
        seconds of work (`bound.clock`), whatever the clock says: with the same seed, workers and
        limit, layout and proof are the same again, on this or another machine of its kind.
    seed
        Of the random numbers.
    workers
        Processes that search; by default one for each core.
    start
        A layout that the search begins at.
    at_most
        So many fixtures may stand elsewhere than in today's layout; the others stay, even where
        they break rules. None for what the study says, which is usually nothing.
    on_progress
        Told each better layout and each better bound.
    should_stop
        Asked often; True ends the work with the best so far.

    Returns
    -------
    Result
        FEASIBLE or OPTIMAL with a layout, INFEASIBLE with the reasons, or UNKNOWN.

    Raises
    ------
    StudyError
        With `at_most`, if the study names no layout of today, or `at_most` is negative.
    """
    at_most = study.at_most if at_most is None else at_most
    if at_most is not None and study.current_layout is None:
        raise StudyError(
            "at_most compares with today's layout, and the study names none; give it 'current'"
        )
    if at_most is not None and at_most < 0:
        raise StudyError(f"at_most is {at_most}; 0 fixtures or more may move")
    on_progress(Progress(stage="compile", seconds=0.0, objective=None, bound=None))
    warm_up()
    orders = Orders(
        steps=steps, seed=seed, workers=max(1, workers or _cores()), start=start, at_most=at_most
    )
    run = Run(start=time.perf_counter(), seconds=time_limit, tell=on_progress, stop=should_stop)
    on_progress(Progress(stage="build", seconds=0.0, objective=None, bound=None))
    if not has_choice(study):
        return solve(study, run, orders)
    if at_most is not None and study.current_layout is not None:
        return solve(study.with_counts(counts_of(study, study.current_layout)), run, orders)
    return settle_counts(study, run, orders)


def _cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
