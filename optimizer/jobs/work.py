"""Working on one job: from the study file to a result in the store, whatever happens on the way.

In: a store and a job that was claimed. Out: the job as it ended: done with a verified result,
failed with a reason, cancelled, or interrupted so that it can be resumed. A job begun before goes
on from its best layout, for the seconds that are left of its limit.
"""

from __future__ import annotations

import logging
import multiprocessing
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.brief import read_brief
from optimizer.equipment.layout_file import parse_layout
from optimizer.errors import LayoutError, OptimizerError, StoreError, StudyError
from optimizer.jobs.keeper import Keeper, Stop
from optimizer.jobs.model import Checkpoint, JobState, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.equipment.layout import Layout
    from optimizer.jobs.model import Job
    from optimizer.jobs.store import JobStore
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["LEAST_SECONDS", "Pace", "study_of", "work_on"]

logger = logging.getLogger(__name__)

#: Seconds that a resumed job has at least: enough to build the tables and judge what was found.
LEAST_SECONDS = 2.0
#: Seconds that the end of a job waits for a store that is gone: to be started again, to have room.
END_PATIENCE = 300.0
#: Seconds that verifying takes before it was measured, and the most of a limit kept back for it.
VERIFYING, MOST_RESERVE = 1.5, 0.4


class Pace:
    """How long verifying a result takes in this process: kept back from a job's limit."""

    def __init__(self) -> None:
        self._seconds = VERIFYING

    def reserve(self, limit: float) -> float:
        """Seconds to keep back from a limit."""
        return min(self._seconds, MOST_RESERVE * limit)

    def measured(self, verify: Callable[[], Outcome]) -> Outcome:
        """Verify, and remember how long it took."""
        begun = time.perf_counter()
        outcome = verify()
        self._seconds += (time.perf_counter() - begun - self._seconds) / 2
        return outcome


def study_of(job: Job) -> Study:
    """The study of a job, if it is there and still the one that was ordered.

    Raises
    ------
    OptimizerError
        One line for each reason why not.
    """
    file = Path(job.order.study)
    if not file.is_file():
        raise StudyError(f"{file}: the study is gone; put it back and resume the job")
    study = read_brief(file)
    if job.order.study_sha256 and study.sha256 != job.order.study_sha256:
        raise StudyError(
            f"{file}: the study or its drawing was changed since the job was ordered "
            f"(hash {study.sha256[:12]}, was {job.order.study_sha256[:12]}); run it as a new job"
        )
    return study


#: Branches of a bank are much alike: what the last ones took, the next one will.
PACE = Pace()


def work_on(
    store: JobStore,
    job: Job,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    on_news: Callable[[Job], None] = lambda job: None,
) -> Job:
    """Work on a claimed job until it ends.

    Parameters
    ----------
    store, job
        Where it is kept, and the job as `JobStore.claim` gave it.
    should_stop
        Asked often, from another thread; True interrupts the job, which can be resumed.
    on_news
        Told each step forward.

    Returns
    -------
    Job
        As it ended.

    Raises
    ------
    StoreError
        Where the store cannot be told. The job is then found again by `JobStore.recover`.
    """
    with Keeper(store, job, should_stop=should_stop, on_news=on_news) as keeper:
        state, reason, outcome = _outcome(store, job, keeper)
        progress = _settled(keeper.progress, outcome)
    if keeper.trouble:
        reason = "; ".join(filter(None, (reason, f"for a while: {keeper.trouble}")))
    if keeper.stop is not Stop.LOST:
        _end(store, replace(job, progress=progress), state, reason, outcome)
    return store.get(job.id)


def _outcome(store: JobStore, job: Job, keeper: Keeper) -> tuple[JobState, str, Outcome | None]:
    """Optimize, and say in one line what came of it; no error gets out."""
    try:
        study = study_of(job)
        if not job.order.study_sha256:
            store.identify(job, study.sha256)
        result = _optimize(study, job, keeper)
        outcome = PACE.measured(lambda: _content(study, result))
    except StoreError as error:
        return JobState.INTERRUPTED, str(error), None
    except OptimizerError as error:
        return JobState.FAILED, "; ".join(error.sentences), None
    except MemoryError:
        return JobState.FAILED, "not enough memory; use a coarser pitch or a smaller plan", None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return JobState.FAILED, f"{where}{error.strerror or error}", None
    except Exception as error:  # one job's trouble must not end the others
        logger.info("job %d", job.id, exc_info=True)
        what = f"{type(error).__name__}: {error}"
        return JobState.FAILED, f"an error of the program itself, please report it: {what}", None
    match keeper.stop:
        case Stop.CANCELLED:
            return JobState.CANCELLED, "cancelled; the best so far is kept", outcome
        case Stop.PAUSED:
            return JobState.INTERRUPTED, "stopped; 'jobs resume' goes on", None
    doubted = outcome.content["verified"]["failed"]
    reason = "; ".join((*result.conflict, *(f"not verified: {sentence}" for sentence in doubted)))
    return JobState.DONE, reason, outcome


def _optimize(study: Study, job: Job, keeper: Keeper) -> Result:
    """Run the optimization for what is left of the time."""
    from optimizer.place.optimize import optimize

    # processes of a pool that may have no children of their own search alone
    alone = multiprocessing.current_process().daemon
    return optimize(
        study,
        time_limit=max(job.left - PACE.reserve(job.left), LEAST_SECONDS),
        # other random numbers than before, or the same moves would be tried again
        seed=job.order.seed + 1000 * (job.attempt - 1),
        workers=1 if alone else job.order.workers,
        start=_start(study, job),
        on_progress=keeper.tell,
        should_stop=keeper.stopped,
    )


def _start(study: Study, job: Job) -> Layout | None:
    """The best layout so far, if there is one that still belongs to the study."""
    if job.progress.layout is None:
        return None
    try:
        return parse_layout({"placements": [dict(p) for p in job.progress.layout]}, study)
    except LayoutError as error:
        logger.warning("job %d begins anew: %s", job.id, error)
        return None


def _content(study: Study, result: Result) -> Outcome:
    """The verified result."""
    from optimizer.verified import verified_content

    proof = result.walking.file if result.walking else b""
    return Outcome(content=verified_content(study, result), certificate=proof)


def _settled(progress: Checkpoint, outcome: Outcome | None) -> Checkpoint:
    """What is known in the end: the judge's layout and objective, and the best bound of all."""
    value = None if outcome is None else outcome.content["objective"]["value"]
    if outcome is None or value is None:
        return progress
    bounds = [b for b in (progress.bound, outcome.content["objective"]["bound"]) if b is not None]
    return replace(
        progress,
        objective=value,
        bound=max(bounds, default=None),
        layout=tuple(outcome.content["placements"]),
    )


def _end(store: JobStore, job: Job, state: JobState, reason: str, outcome: Outcome | None) -> None:
    """Store the end of a job; where there is no room for the result, at least its reason."""
    try:
        store.end(
            job, state, progress=job.progress, reason=reason, outcome=outcome, patience=END_PATIENCE
        )
    except StoreError as error:
        if outcome is None:
            raise
        logger.warning("job %d: the result is not stored: %s", job.id, error)
        store.end(job, JobState.INTERRUPTED, progress=job.progress, reason=str(error), patience=0.0)
