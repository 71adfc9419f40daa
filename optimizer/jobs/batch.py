"""A batch: orders given together, worked on by processes of this machine or by a cluster.

In: orders, or jobs to go on with. Out: the name of a run, whose jobs `work_through` ends.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

from optimizer.jobs.model import JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from optimizer.jobs.model import Order
    from optimizer.jobs.store import JobStore

__all__ = ["new_batch", "queue", "reopen", "work_through"]

#: States that are gone on with where nobody says which jobs.
RESUMED = (JobState.QUEUED, JobState.INTERRUPTED)


def new_batch(name: str) -> str:
    """Name of a batch that no other has: what it is called, when it was ordered, a few letters."""
    now = datetime.datetime.now(datetime.UTC)
    return f"{name}@{now:%Y-%m-%dT%H:%M:%SZ}-{uuid.uuid4().hex[:6]}"


def queue(store: JobStore, orders: Sequence[Order]) -> str:
    """Queue orders for a run of their own, and return its name."""
    run = uuid.uuid4().hex
    store.add(orders, run=run)
    return run


def reopen(
    store: JobStore, *, numbers: Iterable[int] | None = None, batch: str | None = None
) -> tuple[str, tuple[int, ...]]:
    """Take up jobs again for a run; its name and the numbers of those that it takes up.

    Parameters
    ----------
    store
        Where they are.
    numbers
        Which jobs, even failed and cancelled ones. None for all that are queued or interrupted.
    batch
        Only those of a batch.
    """
    store.recover()
    run = uuid.uuid4().hex
    if numbers is not None:
        return run, store.enqueue(numbers, run=run)
    waiting = [job.id for job in store.list(batch=batch, states=RESUMED)]
    return run, store.enqueue(waiting, run=run, states=RESUMED)


def work_through(
    store: JobStore,
    run: str,
    *,
    workers: int,
    scheduler: str | None = None,
    on_look: Callable[[], None] = lambda: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Work on the jobs of a run until none is open, here or on a cluster.

    Parameters
    ----------
    store, run
        Where the jobs are, and which.
    workers
        Processes on this machine; without a meaning on a cluster.
    scheduler
        Address of a Dask scheduler, or None.
    on_look
        Called several times a second.
    should_stop
        True lays down the work, to be resumed.

    Raises
    ------
    StoreError
        Where the store or the scheduler cannot be reached.
    """
    if scheduler is None:
        from optimizer.jobs.local import run_locally

        run_locally(store, run, workers=workers, on_look=on_look, should_stop=should_stop)
        return
    from optimizer.jobs.cluster import run_on_cluster

    run_on_cluster(store, run, scheduler=scheduler, on_look=on_look, should_stop=should_stop)
