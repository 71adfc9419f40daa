"""Many jobs on processes of this machine.

In: a store and the name of a run. Out: every job of the run ended, or laid down when it was
asked so. Each process takes the next queued job from the store by itself; one that dies is
replaced, and its job is taken up again from its last checkpoint by whoever is free.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING

from optimizer.errors import StoreError
from optimizer.jobs import open_store
from optimizer.jobs.model import JobState
from optimizer.jobs.place_of_work import this_process
from optimizer.jobs.work import work_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.process import BaseProcess
    from multiprocessing.synchronize import Event

    from optimizer.jobs.store import JobStore

__all__ = ["MOST_ATTEMPTS", "give_back", "run_locally"]

logger = logging.getLogger(__name__)

#: A job that so many workers died of is given up: it may well have killed them.
MOST_ATTEMPTS = 3
#: Seconds between two looks at the processes; and at the store, where others may share the work.
LOOK, GLANCE = 0.1, 5.0
#: Seconds that a worker has to lay down its job when it is asked to.
GRACE = 30.0


def run_locally(
    store: JobStore,
    run: str,
    *,
    workers: int,
    on_look: Callable[[], None] = lambda: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Work on the jobs of a run until none is open.

    Parameters
    ----------
    store, run
        Where the jobs are, and which.
    workers
        Processes at the same time, one job each.
    on_look
        Called every tenth of a second.
    should_stop
        True lays down the work: jobs under way are interrupted and can be resumed.

    Raises
    ------
    StoreError
        Where the store cannot be reached, or workers die before they take up any job.
    """
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    crew: list[BaseProcess] = []
    before = {job.id: job.attempt for job in store.list(run=run)}
    early_deaths, glanced = 0, 0.0
    try:
        while True:
            on_look()
            if should_stop():
                stop.set()
            ended = [process for process in crew if not process.is_alive()]
            crew = [process for process in crew if process not in ended]
            codes = [process.exitcode for process in ended if process.exitcode]
            if stop.is_set() and not crew:
                return
            if not stop.is_set() and (codes or time.monotonic() - glanced > GLANCE):
                glanced = time.monotonic()
                early_deaths += max(len(codes) - give_back(store, run, before), 0)
                if early_deaths > MOST_ATTEMPTS * workers:
                    raise StoreError(
                        f"workers end with code {codes[-1]} before they begin; the jobs stay queued"
                    )
            if not stop.is_set() and len(crew) < workers:
                states = store.count(run)
                if not crew and not any(state.is_open for state in states):
                    return
                for _ in range(min(workers - len(crew), states.get(JobState.QUEUED, 0))):
                    crew.append(_start(context, store.url, run, stop))
            time.sleep(LOOK)
    finally:
        stop.set()
        _dismiss(crew)


def give_back(store: JobStore, run: str, before: Mapping[int, int]) -> int:
    """Queue interrupted jobs again, and those of dead workers; how many there were.

    Parameters
    ----------
    store, run
        Where the jobs are, and which.
    before
        Attempts at each job when the run began. A job that fell down so often since is given up.
    """
    store.recover(run=run)
    dropped = store.list(run=run, states=[JobState.INTERRUPTED])
    for job in dropped:
        logger.warning("%s: %s", job.order.name, job.reason)
        attempts = job.attempt - before.get(job.id, 0)
        if attempts >= MOST_ATTEMPTS:
            store.fail(job, f"given up after {attempts} attempts: {job.reason}")
        else:
            store.enqueue([job.id], run=run, states=[JobState.INTERRUPTED])
    return len(dropped)


def _start(
    context: multiprocessing.context.SpawnContext, url: str, run: str, stop: Event
) -> BaseProcess:
    """A process that works on a run."""
    process = context.Process(target=_serve, args=(url, run, stop, os.getpid()))
    process.start()
    return process


def _serve(url: str, run: str, stop: Event, parent: int) -> None:
    """What one process does: job after job, until none is left, or its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    # where in the program an error came from is told to those who ask for it
    traced = os.environ.get("BRANCH_LAYOUT_TRACEBACK")
    logging.basicConfig(format="%(message)s", level=logging.INFO if traced else logging.WARNING)

    def should_stop() -> bool:
        return stop.is_set() or os.getppid() != parent

    from optimizer.place.warm_up import warm_up

    warm_up()  # before a job is claimed, for it is not the job's time
    with open_store(url) as store:
        me = this_process()
        while not should_stop():
            job = store.claim(me, run=run)
            if job is None:
                return
            work_on(store, job, should_stop=should_stop)


def _dismiss(crew: list[BaseProcess]) -> None:
    """Wait for processes that were asked to stop, and end those that do not."""
    until = time.monotonic() + GRACE
    for process in crew:
        process.join(max(until - time.monotonic(), 0.0))
        if process.is_alive():
            process.kill()
            process.join()
