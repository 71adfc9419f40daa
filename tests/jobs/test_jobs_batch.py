"""Many jobs on processes of this machine: some die, some have no room, and the others go on."""

from __future__ import annotations

import csv
import io
import os
import resource
import shutil
import signal
import subprocess

import pytest

from optimizer.errors import StoreError
from optimizer.jobs import Checkpoint, JobState, Order, open_store
from optimizer.jobs.batch import queue, reopen, work_through
from optimizer.jobs.batch_rows import batch_csv, batch_html, batch_rows, is_good


def order(study, **changes) -> Order:
    """The order of a study, named after its folder."""
    values = {"name": study.parent.name, "study": str(study), "time_limit": 2.0, "batch": "b"}
    return Order(**(values | changes))


def test_whatever_happens_to_some_the_others_go_on(local_store, make_branch, stand_in):
    """One worker dies at each attempt, one job is broken, one has no disk, one no study."""
    names = ["deadly", "quick-1", "broken", "full", "gone", "quick-2", "quick-3"]
    studies = {name: make_branch(name) for name in names}
    studies["gone"].unlink()
    run = queue(local_store, [order(study) for study in studies.values()])
    work_through(local_store, run, workers=2)
    jobs = {job.order.name: job for job in local_store.list(batch="b")}
    assert {jobs[f"quick-{n}"].state for n in (1, 2, 3)} == {JobState.DONE}
    failed = {name: job.reason for name, job in jobs.items() if job.state is JobState.FAILED}
    assert set(failed) == {"deadly", "broken", "full", "gone"}
    assert "given up after 3 attempts: its worker died" in failed["deadly"]
    assert "ZeroDivisionError: on purpose" in failed["broken"]
    assert "No space left on device" in failed["full"]
    assert "the study is gone" in failed["gone"]


def test_a_killed_worker_loses_nothing(local_store, make_branch, stand_in, until):
    """One of two workers is killed in mid-job: its job is taken up again, and all are done."""
    studies = [make_branch(f"slow-{n}") for n in range(3)]
    run = queue(local_store, [order(study, time_limit=4.0) for study in studies])
    killed = []

    def kill_one() -> None:
        for job in local_store.list(run=run, states=[JobState.RUNNING]):
            if not killed and job.progress.objective is not None:
                killed.append((job.id, job.progress.objective))
                os.kill(int(job.worker.split("/")[-2]), signal.SIGKILL)

    work_through(local_store, run, workers=2, on_look=kill_one)
    jobs = {job.id: job for job in local_store.list(run=run)}
    assert {job.state for job in jobs.values()} == {JobState.DONE}
    ((number, objective),) = killed
    assert jobs[number].attempt == 2
    assert jobs[number].progress.objective <= objective
    assert [job.attempt for job in jobs.values() if job.id != number] == [1, 1]


def test_workers_that_cannot_even_begin(local_store, make_branch, monkeypatch, tmp_path):
    """Where every worker dies at its start the run ends with one line, and the jobs stay queued."""
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "sitecustomize.py").write_text("import os\nos._exit(3)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "bad"))
    run = queue(local_store, [order(make_branch("quick"))])
    with pytest.raises(StoreError, match="workers end with code 3 before they begin"):
        work_through(local_store, run, workers=1)
    assert local_store.count(run) == {JobState.QUEUED: 1}


def test_a_full_disk_stops_no_search(local_store, make_branch, tmp_path):
    """The store may not grow for a while: beats are refused in one line, the next one succeeds.

    A limit on the size of files stands for the full disk: writes beyond it fail as they would
    there.
    """
    local_store.add([order(make_branch("room"))])
    job = local_store.claim("me")
    big = [{"fixture": "x" * 2_000_000}]
    checkpoint = Checkpoint(spent=1.0, objective=5.0, layout=tuple(big))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(StoreError, match="cannot be written to"):
            local_store.beat(job, checkpoint)
        assert local_store.get(job.id).progress.objective is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert local_store.beat(job, checkpoint) is not None
    assert local_store.get(job.id).progress.objective == 5.0


@pytest.mark.slow
def test_a_full_disk_for_real(tmp_path, make_branch, spawn, until, stand_in):
    """On a disk of 2 MB that fills while a job runs the search goes on; with room again it ends.

    Only root can make such a disk.
    """
    if os.getuid() != 0:
        pytest.skip("NOT TESTED: only root can make a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"NOT TESTED: no small disk can be made here: {made.stderr.strip()}")
    try:
        study = make_branch("slow")
        with open_store(str(disk / "jobs.db")) as store:
            (number,) = store.add([order(study, time_limit=15.0)])
            process = spawn(RESUME, store.url)
            until(lambda: store.get(number).progress.objective, "a checkpoint")
            known = store.get(number).progress.objective
            fill(disk / "filler")
            until(lambda: "cannot be written to" in first_line(process), "the complaint")
            (disk / "filler").unlink()
            _, errors = process.communicate(timeout=120)
            job = store.get(number)
            assert job.state is JobState.DONE, errors
            assert job.progress.objective < known
            assert "full" in job.reason
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
        shutil.rmtree(disk, ignore_errors=True)


RESUME = """
import sys
from optimizer.cli import main
sys.exit(main(["jobs", "resume", "--workers", "1", "--store", sys.argv[1]]))
"""


def first_line(process) -> str:
    """The next line that a program writes to stderr."""
    return process.stderr.readline()


def fill(file) -> None:
    """Write until no byte more goes onto the disk."""
    with file.open("wb", buffering=0) as filler:
        for size in (65536, 4096, 1):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError:
                continue


def test_resuming_a_batch_leaves_what_is_done(local_store, make_branch, stand_in):
    """A batch that was stopped at once is resumed: every job is done, and done once."""
    studies = [make_branch(f"quick-{n}") for n in range(3)]
    run = queue(local_store, [order(study) for study in studies])
    work_through(local_store, run, workers=1, should_stop=lambda: True)
    again, taken = reopen(local_store, batch="b")
    assert len(taken) == local_store.count(again)[JobState.QUEUED]
    work_through(local_store, again, workers=1)
    jobs = local_store.list(batch="b")
    assert {job.state for job in jobs} == {JobState.DONE}
    assert {job.attempt for job in jobs} == {1}
    assert reopen(local_store, batch="b")[1] == ()


def test_the_table_says_what_failed_and_is_harmless(local_store):
    """State and reason of each branch; a name that is a formula is text, markup is not markup."""
    local_store.add([Order(name='=HYPERLINK("http://x")', study="/<b>", batch="b")])
    job = local_store.claim("me")
    local_store.end(job, JobState.FAILED, progress=job.progress, reason="<script>, gone")
    rows = batch_rows(local_store.list(batch="b"), {})
    assert not is_good(rows[0])
    (row,) = csv.DictReader(io.StringIO(batch_csv(rows).removeprefix("\ufeff")))
    assert row["branch"].startswith("'=")
    assert (row["state"], row["reason"], row["objective"]) == ("failed", "<script>, gone", "")
    page = batch_html("List", rows)
    assert "&lt;script&gt;, gone" in page
    assert "<script" not in page
    assert '<tr class="bad">' in page


def test_a_good_row_is_a_layout_that_keeps_the_rules():
    """Done with an objective and no hard rule broken is good; one broken rule is not."""
    row = {"state": "done", "objective": 5.0, "hard_broken": 0.0}
    assert is_good(row)
    assert not is_good(row | {"hard_broken": 1.0})
    assert not is_good(row | {"objective": None})
    assert not is_good(row | {"state": "cancelled"})
