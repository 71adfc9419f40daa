"""Jobs that are killed, stopped, or lose their study: they say so, go on, and lose little."""

from __future__ import annotations

import json
import os
import signal

import pytest

from optimizer.equipment.layout_file import parse_layout
from optimizer.evaluate import evaluate
from optimizer.jobs import Asked, Checkpoint, JobState, Order, open_store
from optimizer.jobs.place_of_work import this_process
from optimizer.jobs.work import study_of, work_on

#: Works on all that is open, as `jobs resume` does; the first argument is the store.
RESUME = """
import sys
from optimizer.cli import main
sys.exit(main(["jobs", "resume", "--workers", "1", "--store", sys.argv[1]]))
"""


def log_of(study):
    """What the stand-in wrote about its searches."""
    file = study.parent / "log.jsonl"
    if not file.exists():
        return []
    lines = file.read_text().splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def kill(process) -> None:
    """`kill -9` to a program and all its processes."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize(
    "pauses",
    [
        (0.0, 2.5),
        pytest.param((0.0, 2.1, 0.3, 12.0, 0.6, 4.0, 1.0, 3.0, 1.9, 0.0), marks=pytest.mark.slow),
    ],
    ids=len,
)
def test_killed_at_any_moment(pauses, local_store, make_branch, stand_in, spawn, until):
    """Killed at random moments, a job goes on from what it had stored, never behind it.

    The stand-in finds a better objective every 20 ms. What an attempt had found 10 s before it was
    killed is in the store, and each attempt starts at the layout stored last.
    """
    study = make_branch("slow")
    order = Order(name="slow", study=str(study), time_limit=600.0)
    (number,) = local_store.add([order])
    stored = None
    for attempt, pause in enumerate(pauses, start=1):
        process = spawn(RESUME, local_store.url)
        until(lambda attempt=attempt, pause=pause: _lasting(study, attempt, pause), "a search")
        kill(process)
        rows = attempts_of(study)[attempt - 1]
        assert rows[0]["start"] == stored
        job = local_store.get(number)
        known = job.progress.objective
        found = [row for row in rows[1:] if row["time"] < rows[-1]["time"] - 10]
        assert all(known is not None and known <= row["objective"] for row in found)
        if known != stored:
            assert known in [row["objective"] for row in rows[1:]]
            assert known < (stored or 1000.0)
            assert job.progress.layout[0]["x"] == known
        stored = known
    assert stored is not None
    # the worker got the signal with its parent, but may take a moment more to be gone
    until(lambda: local_store.recover() == (number,), "the worker to be found dead")
    job = local_store.get(number)
    assert (job.state, job.attempt) == (JobState.INTERRUPTED, len(pauses))
    assert "its worker died" in job.reason


def attempts_of(study):
    """The stand-in's log, attempt by attempt."""
    attempts = []
    for row in log_of(study):
        if "start" in row:
            attempts.append([])
        attempts[-1].append(row)
    return attempts


def _lasting(study, attempt, pause):
    """Whether an attempt has found layouts for some seconds."""
    attempts = attempts_of(study)
    if len(attempts) < attempt or len(attempts[-1]) < 2:
        return False
    return attempts[-1][-1]["time"] - attempts[-1][1]["time"] >= pause


def test_resuming_takes_the_seconds_that_are_left(local_store, make_branch, stand_in, spawn):
    """A job of 100 s that was interrupted after 98.5 s searches for 2 s at most, and is done."""
    study = make_branch("slow")
    local_store.add([Order(name="slow", study=str(study), time_limit=100.0)])
    job = local_store.claim("me")
    local_store.end(job, JobState.INTERRUPTED, progress=Checkpoint(spent=98.5), reason="stopped")
    _, errors = spawn(RESUME, local_store.url).communicate(timeout=120)
    assert log_of(study)[0]["limit"] == 2.0
    assert local_store.get(job.id).state is JobState.DONE, errors


def test_the_resumed_result_is_no_worse(local_store, make_branch):
    """A real search, interrupted and resumed for its last seconds, keeps what it had found."""
    study = make_branch("room")
    (number,) = local_store.add([Order(name="room", study=str(study), time_limit=3.0)])
    seen = []
    first = work_on(
        local_store,
        local_store.claim(this_process()),
        should_stop=lambda: bool(seen),
        on_news=lambda job: seen.append(job.progress.objective),
    )
    assert first.state is JobState.INTERRUPTED
    assert first.progress.objective == min(seen)
    brief = study_of(first)
    layout = parse_layout([dict(p) for p in first.progress.layout], brief)
    before = evaluate(brief, layout)
    assert before.objective.value == pytest.approx(first.progress.objective, rel=1e-6)
    local_store.enqueue([number], run="again")
    last = work_on(local_store, local_store.claim(this_process(), run="again"))
    assert last.state is JobState.DONE
    assert last.progress.objective <= before.objective.value * (1 + 1e-9)
    assert last.progress.bound <= last.progress.objective * (1 + 1e-9)
    content = local_store.outcome(number).content
    assert content["verified"]["failed"] == []
    assert content["objective"]["value"] == last.progress.objective
    assert last.order.study_sha256 == content["study"]["sha256"]


def test_a_study_that_is_gone_says_so(local_store, make_branch):
    """A job whose study was deleted fails with the path of the study."""
    study = make_branch("room")
    local_store.add([Order(name="room", study=str(study))])
    study.unlink()
    job = work_on(local_store, local_store.claim(this_process()))
    assert job.state is JobState.FAILED
    assert f"{study}: the study is gone" in job.reason


def test_a_study_that_changed_says_so(local_store, make_branch):
    """A job whose drawing changed since its first attempt fails: its layout belongs elsewhere."""
    study = make_branch("room")
    local_store.add([Order(name="room", study=str(study), study_sha256="0" * 64)])
    job = work_on(local_store, local_store.claim(this_process()))
    assert job.state is JobState.FAILED
    assert "was changed since the job was ordered" in job.reason


def test_a_study_with_defects_says_them(local_store, make_branch):
    """A job whose study cannot be read fails with what is wrong in it."""
    study = make_branch("room")
    study.write_text(study.read_text().replace("queue_machine", "queue_machin"))
    local_store.add([Order(name="room", study=str(study))])
    job = work_on(local_store, local_store.claim(this_process()))
    assert job.state is JobState.FAILED
    assert "queue_machin" in job.reason


def test_cancelling_a_running_job_keeps_its_best(local_store, make_branch, stand_in, spawn, until):
    """A job that is cancelled while it runs ends soon, with the best so far."""
    study = make_branch("slow")
    (number,) = local_store.add([Order(name="slow", study=str(study), time_limit=600.0)])
    process = spawn(RESUME, local_store.url)
    until(lambda: local_store.get(number).progress.objective, "a checkpoint")
    local_store.ask([number], Asked.CANCEL)
    process.communicate(timeout=120)
    job = local_store.get(number)
    assert job.state is JobState.CANCELLED
    assert job.progress.layout is not None


def test_ctrl_c_lays_the_work_down(local_store, make_branch, stand_in, spawn, until):
    """After Ctrl-C the job is interrupted with what it found to the last moment, not killed."""
    study = make_branch("slow")
    (number,) = local_store.add([Order(name="slow", study=str(study), time_limit=600.0)])
    process = spawn(RESUME, local_store.url)
    until(lambda: local_store.get(number).progress.objective, "a checkpoint")
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    job = local_store.get(number)
    assert job.state is JobState.INTERRUPTED, errors
    assert job.progress.objective == log_of(study)[-1]["objective"]
    assert "Traceback" not in errors


def test_workers_end_with_their_parent(local_store, make_branch, stand_in, spawn, until):
    """Only the main program is killed: its worker lays down the job by itself."""
    study = make_branch("slow")
    (number,) = local_store.add([Order(name="slow", study=str(study), time_limit=600.0)])
    process = spawn(RESUME, local_store.url)
    until(lambda: local_store.get(number).progress.objective, "a checkpoint")
    process.kill()
    job = until(
        lambda: (job := local_store.get(number)).state is not JobState.RUNNING and job, "the end"
    )
    assert job.state is JobState.INTERRUPTED


def test_a_job_that_others_took_over_is_left_alone(local_store, make_branch):
    """A worker that finds its job taken over stops and changes nothing."""
    study = make_branch("room")
    (number,) = local_store.add([Order(name="room", study=str(study), time_limit=60.0)])
    mine = local_store.claim(this_process())
    with open_store(local_store.url) as other:
        theirs = other.claim("other/0/1/1", number=number, take_over=True)
        after = work_on(local_store, mine)
    assert (after.state, after.attempt) == (JobState.RUNNING, theirs.attempt)
    assert local_store.outcome(number) is None


@pytest.mark.slow
def test_a_real_search_killed_and_resumed(local_store, root, spawn, until):
    """A search of a whole hall is killed three times; the result is no worse than any checkpoint.

    The judge's objective and the search's agree to single precision: 1e-6.
    """
    study = root / "floorplans" / "old_corner" / "study.toml"
    order = Order(name="corner", study=str(study), time_limit=25.0)
    (number,) = local_store.add([order])
    best = []
    for attempt in (1, 2, 3):
        process = spawn(RESUME, local_store.url)
        until(
            lambda attempt=attempt: (
                (job := local_store.get(number)).attempt == attempt
                and job.progress.spent > 4.0 * attempt
            ),
            "a checkpoint",
        )
        kill(process)
        best.append(local_store.get(number).progress.objective)
    assert best == sorted(best, reverse=True)
    _, errors = spawn(RESUME, local_store.url).communicate(timeout=300)
    job = local_store.get(number)
    assert (job.state, job.attempt) == (JobState.DONE, 4), errors
    assert job.progress.objective <= best[-1] * (1 + 1e-6)
    assert local_store.outcome(number).content["verified"]["failed"] == []
