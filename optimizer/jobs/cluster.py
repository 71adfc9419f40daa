"""Many jobs on a Dask cluster.

In: a store that all its workers can reach, the name of a run, the address of a scheduler. Out:
every job of the run ended, or laid down when it was asked so. Dask hands out the jobs, and those
of a worker that dies to another one, which goes on from the last checkpoint in the store.
"""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, Any

from optimizer.errors import StoreError
from optimizer.jobs import open_store
from optimizer.jobs.local import MOST_ATTEMPTS, give_back
from optimizer.jobs.model import Asked, JobState
from optimizer.jobs.place_of_work import this_process
from optimizer.jobs.work import work_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.jobs.store import JobStore

__all__ = ["perform", "run_on_cluster"]

#: Seconds to find the scheduler; between two looks at the jobs; for laying down the work.
FINDING, LOOK, GRACE = 10.0, 0.2, 60.0


def run_on_cluster(
    store: JobStore,
    run: str,
    *,
    scheduler: str,
    on_look: Callable[[], None] = lambda: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Work on the jobs of a run until none is open.

    Parameters
    ----------
    store, run
        Where the jobs are, and which.
    scheduler
        Address of the Dask scheduler, `tcp://host:8786`. Its workers need this package, the study
        files under the same paths, and the store: PostgreSQL where they are other machines.
    on_look
        Called every fifth of a second.
    should_stop
        True lays down the work: jobs under way are interrupted and can be resumed.

    Raises
    ------
    StoreError
        Where the scheduler or the store cannot be reached, or dask is missing.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise StoreError(
            f"--scheduler needs the package {error.name}: pip install 'branch-layout[cluster]'"
        ) from None
    try:
        client = Client(  # type: ignore[no-untyped-call]
            scheduler, timeout=FINDING, set_as_default=False
        )
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{scheduler}: no Dask scheduler answers there ({' '.join(str(error).split())}); "
            "start one with 'dask scheduler'"
        ) from None
    before = {job.id: job.attempt for job in store.list(run=run)}
    with client:
        while True:
            give_back(store, run, before)
            open_jobs = store.list(run=run, states=[JobState.QUEUED])
            if not open_jobs:
                return
            futures = {
                job.id: client.submit(
                    perform,
                    store.url,
                    job.id,
                    key=f"branch-layout-{run}-{job.id}-{job.attempt}",
                    pure=False,
                    retries=MOST_ATTEMPTS - 1,
                )
                for job in open_jobs
            }
            if not _wait(store, run, futures, on_look, should_stop):
                return


def perform(url: str, number: int) -> str:
    """Work on one job of a store, on whatever machine; the state it ended in.

    Dask gives a job out a second time only when the first worker is lost, so the job is taken
    over; if the first one lives after all, its writes are refused.
    """
    store = _store(url)
    job = store.claim(this_process(), number=number, take_over=True)
    return str((store.get(number) if job is None else work_on(store, job)).state)


@functools.cache
def _store(url: str) -> JobStore:
    """The store, opened once in each process: many jobs follow each other."""
    return open_store(url)


def _wait(
    store: JobStore,
    run: str,
    futures: dict[int, Any],
    on_look: Callable[[], None],
    should_stop: Callable[[], bool],
) -> bool:
    """Wait for all futures; False where the work was laid down."""
    while not all(future.done() for future in futures.values()):
        on_look()
        if should_stop():
            _lay_down(store, run, futures)
            return False
        time.sleep(LOOK)
    for number, future in futures.items():
        if future.status == "error":
            _give_up(store, number, future.exception())
    return True


def _give_up(store: JobStore, number: int, error: BaseException | None) -> None:
    """Say why Dask gave up a job that is still open: its workers died, or lost the store."""
    store.recover()
    job = store.get(number)
    what = " ".join(str(error).split()) or type(error).__name__
    if job.state is JobState.QUEUED:
        claimed = store.claim(this_process(), number=number)
        if claimed is not None:
            store.end(claimed, JobState.FAILED, progress=claimed.progress, reason=what)
    elif job.state is JobState.INTERRUPTED:
        store.fail(job, what)


def _lay_down(store: JobStore, run: str, futures: dict[int, Any]) -> None:
    """Take back what has not begun, and ask the others to pause."""
    running = store.list(run=run, states=[JobState.RUNNING])
    busy = {job.id for job in running}
    for number, future in futures.items():
        if number not in busy:
            future.cancel()
    store.ask(busy, Asked.PAUSE)
    until = time.monotonic() + GRACE
    while time.monotonic() < until and store.list(run=run, states=[JobState.RUNNING]):
        time.sleep(LOOK)
