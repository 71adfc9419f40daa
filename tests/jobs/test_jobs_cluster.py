"""Jobs on servers that fail: a Dask cluster that loses a worker, a database that is restarted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading

import pytest

from optimizer.errors import StoreError
from optimizer.jobs import JobState, Order
from optimizer.jobs.batch import queue, work_through

pytestmark = pytest.mark.slow

#: Dask's own command line, run as a module so that it is the one of this Python.
DASK = "from dask.__main__ import main; main()"
#: Seconds that the database is gone: some signs of life fall into them.
OUTAGE = 6.0


@pytest.fixture
def scheduler(stand_in, spawn, tmp_path):
    """Address of a Dask scheduler with two workers of one thread each, and its worker processes."""
    head = spawn(DASK, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    address = None
    while address is None:
        line = head.stderr.readline()
        assert line, "the scheduler did not start"
        found = re.search(r"tcp://127\.0\.0\.1:\d+", line)
        address = found and found.group()
    words = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path))
    workers = [spawn(DASK, "worker", address, *words, "--no-nanny") for _ in range(2)]
    for process in (head, *workers):
        # nobody reads their logs, and a full pipe would stop them
        subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=process.stderr
        )
    return address, workers


def orders(make_branch, *names: str, seconds: float) -> list[Order]:
    """Orders of stand-in studies."""
    return [
        Order(name=name, study=str(make_branch(name)), time_limit=seconds, batch="b")
        for name in names
    ]


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_loses_a_worker_loses_no_job(local_store, make_branch, scheduler):
    """One of two Dask workers is killed in mid-job; the other one goes on from the checkpoint."""
    address, workers = scheduler
    names = [f"slow-{n}" for n in range(4)]
    run = queue(local_store, orders(make_branch, *names, "broken", seconds=5.0))
    killed = []

    def kill_one() -> None:
        for job in local_store.list(run=run, states=[JobState.RUNNING]):
            if not killed and job.progress.objective is not None:
                pid = int(job.worker.split("/")[-2])
                assert pid in [worker.pid for worker in workers]
                killed.append((job.id, job.progress.objective))
                os.kill(pid, signal.SIGKILL)

    work_through(local_store, run, workers=1, scheduler=address, on_look=kill_one)
    jobs = {job.id: job for job in local_store.list(run=run)}
    slow = [job for job in jobs.values() if job.order.name.startswith("slow")]
    assert [job.state for job in slow] == [JobState.DONE] * 4, [job.reason for job in slow]
    ((number, objective),) = killed
    assert jobs[number].attempt >= 2
    assert jobs[number].progress.objective <= objective
    (broken,) = (job for job in jobs.values() if job.order.name == "broken")
    assert broken.state is JobState.FAILED
    assert "on purpose" in broken.reason


@pytest.mark.filterwarnings("ignore")
def test_a_stop_lays_down_the_work_of_a_cluster(local_store, make_branch, scheduler):
    """Asked to stop, the cluster's jobs are interrupted or still queued; resumed, all are done."""
    address, _ = scheduler
    run = queue(local_store, orders(make_branch, "slow-1", "slow-2", "slow-3", seconds=8.0))
    work_through(
        local_store,
        run,
        workers=1,
        scheduler=address,
        should_stop=lambda: any(
            job.progress.objective for job in local_store.list(run=run, states=[JobState.RUNNING])
        ),
    )
    states = {job.state for job in local_store.list(run=run)}
    assert JobState.INTERRUPTED in states
    assert states <= {JobState.INTERRUPTED, JobState.QUEUED}
    work_through(local_store, run, workers=1, scheduler=address)
    assert {job.state for job in local_store.list(run=run)} == {JobState.DONE}


@pytest.mark.filterwarnings("ignore")
def test_no_scheduler_is_one_line(local_store, make_branch):
    """An address where nobody answers is named, and the jobs stay queued."""
    run = queue(local_store, orders(make_branch, "quick", seconds=1.0))
    with pytest.raises(StoreError, match="no Dask scheduler answers"):
        work_through(local_store, run, workers=1, scheduler="tcp://127.0.0.1:1")
    assert local_store.count(run) == {JobState.QUEUED: 1}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_database_that_is_stopped_and_started_again(store, postgres, make_branch, stand_in):
    """The server crashes while two jobs run and comes back: both end, their searches unbroken."""
    run = queue(store, orders(make_branch, "slow-1", "slow-2", "slow-3", seconds=8.0))
    outages = []

    def crash() -> None:
        running = store.list(run=run, states=[JobState.RUNNING])
        found = [job.progress.objective for job in running]
        if not outages and len(found) == 2 and None not in found:
            postgres.stop()
            outages.append(threading.Timer(OUTAGE, postgres.start))
            outages[0].start()

    work_through(store, run, workers=2, on_look=crash)
    outages[0].join()
    jobs = store.list(run=run)
    assert [job.state for job in jobs] == [JobState.DONE] * 3, [job.reason for job in jobs]
    assert [job.attempt for job in jobs] == [1, 1, 1]
