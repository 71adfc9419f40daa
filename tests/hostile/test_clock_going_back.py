"""A clock that goes back, or jumps, breaks nothing: durations are taken by one that never does."""

from __future__ import annotations

import ast
import os
import time
from collections import Counter

import pytest

from optimizer.cli.folder import claimed_folder
from optimizer.cli.lock import LOCK, locked
from optimizer.errors import FolderBusyError

HOUR = 3600.0
#: Modules that ask for the time of day, to name or to show something by it.
NAMED_BY = {"optimizer/jobs/batch.py", "optimizer/cli/lock.py"}
#: What tells the time of day.
OF_DAY = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today"}
OF_DAY |= {"date.today", "time.localtime", "time.gmtime"}


def test_no_module_measures_by_the_time_of_day(root) -> None:
    """The two that ask for it show it; every other duration is by a clock that only goes on."""
    found: Counter[str] = Counter()
    for path in sorted((root / "optimizer").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                name = ".".join(ast.unparse(node).split(".")[-2:])
                found[path.relative_to(root).as_posix()] += name in OF_DAY
    assert {name for name, count in found.items() if count} == NAMED_BY


@pytest.mark.parametrize("hours", [-24 * 365, 24 * 365])
def test_a_lock_has_no_age(tmp_path, hours) -> None:
    """A year old or ahead: no lock where nobody holds the file, and one where somebody does."""
    (tmp_path / LOCK).write_text("process 1 on elsewhere, since long ago", encoding="utf-8")
    when = time.time() + HOUR * hours
    os.utime(tmp_path / LOCK, (when, when))
    with locked(tmp_path):
        os.utime(tmp_path / LOCK, (when, when))
        with pytest.raises(FolderBusyError), claimed_folder(tmp_path):
            pass
    with claimed_folder(tmp_path):
        pass


@pytest.fixture
def jobs(tmp_path):
    """A store of jobs whose clock can be set, and a job that a worker elsewhere has claimed."""
    pytest.importorskip("sqlalchemy")
    from sqlalchemy import literal

    from optimizer.jobs.model import Order
    from optimizer.jobs.store import JobStore

    with JobStore(str(tmp_path / "jobs.db"), lease=60.0) as store:

        def at(seconds: float) -> None:
            store.now = literal(float(seconds))

        at(1e9)
        order = Order(name="a", study="/a/study.toml")
        (number,) = store.add([order])
        yield store, at, store.claim("another-machine/0/1/1", number=number)


def test_a_living_worker_is_not_given_up_when_the_clock_goes_back(jobs) -> None:
    """An hour back between two signs of life, and back again: the job stays the worker's."""
    store, at, job = jobs
    for now in (1e9 + 5, 1e9 + 10 - HOUR, 1e9 + 15 - HOUR, 1e9 + 20 - 2 * HOUR):
        at(now)
        assert store.recover() == ()
        assert store.beat(job) is not None
        assert store.recover() == ()


def test_a_dead_worker_is_missed_after_its_lease_though_the_clock_went_back(jobs) -> None:
    """Its last sign lies an hour ahead; it is missed 60 s after somebody looked, not in an hour."""
    store, at, job = jobs
    at(1e9 - HOUR)
    assert store.recover() == ()
    at(1e9 - HOUR + 59)
    assert store.recover() == ()
    at(1e9 - HOUR + 61)
    assert store.recover() == (job.id,)
