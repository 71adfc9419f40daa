"""The store of jobs, in SQLite and PostgreSQL: nothing is lost, nobody works on another's job."""

from __future__ import annotations

import pytest

from optimizer.errors import StoreError
from optimizer.jobs import Asked, Checkpoint, JobState, Order, Outcome, open_store
from optimizer.jobs.place_of_work import has_died, this_process

PLACES = ({"fixture": "a-1", "type": "a", "x": 1.0, "y": 2.5, "angle": 90.0},)
FOUND = Checkpoint(
    spent=4.5, objective=120.0, bound=100.0, layout=PLACES, history=((4.5, 120.0, 100.0),)
)


def orders(*names: str) -> list[Order]:
    """Orders of studies that nobody reads."""
    return [Order(name=name, study=f"/{name}/study.toml", batch="test") for name in names]


def test_what_is_stored_is_read_again(store):
    """An order, a checkpoint and a result come back as they were, Chinese included."""
    (number,) = store.add([Order(name="市南支行", study="/s.toml", seed=7, time_limit=12.5)])
    job = store.claim("me")
    assert job.order == Order(name="市南支行", study="/s.toml", seed=7, time_limit=12.5)
    assert (job.id, job.state, job.attempt, job.left) == (number, JobState.RUNNING, 1, 12.5)
    assert store.beat(job, FOUND) is Asked.NOTHING
    assert store.get(number).progress == FOUND
    # (120 − 100) / 120
    assert store.get(number).gap == pytest.approx(1 / 6)
    outcome = Outcome(content={"status": "FEASIBLE", "x": [1, None]}, certificate=b"\x00\xff")
    assert store.end(job, JobState.DONE, progress=FOUND, outcome=outcome)
    assert store.outcome(number) == outcome
    ended = store.get(number)
    assert (ended.state, ended.status) == (JobState.DONE, "FEASIBLE")
    assert ended.created <= ended.started <= ended.finished


def test_a_job_is_claimed_once(store):
    """Three jobs are claimed by three claims, in order; the fourth finds none."""
    store.add(orders("a", "b", "c"))
    claimed = [store.claim("me") for _ in range(4)]
    assert [job.order.name for job in claimed[:3]] == ["a", "b", "c"]
    assert claimed[3] is None


def test_a_run_takes_its_own_jobs_only(store):
    """A claim for a run leaves the jobs of others alone, and counts tell runs apart."""
    store.add(orders("a"), run="one")
    store.add(orders("b", "c"), run="two")
    assert store.claim("me", run="two").order.name == "b"
    assert store.count("two") == {JobState.RUNNING: 1, JobState.QUEUED: 1}
    assert store.count("one") == {JobState.QUEUED: 1}


def test_who_lost_a_job_writes_nothing(store):
    """After a take-over the first worker's news and end are refused; the second one's count."""
    (number,) = store.add(orders("a"))
    first = store.claim("first")
    second = store.claim("second", number=number, take_over=True)
    assert second.attempt == 2
    assert store.beat(first, FOUND) is None
    assert not store.end(first, JobState.FAILED, progress=FOUND, reason="wrong")
    assert store.get(number).progress == Checkpoint()
    assert store.end(second, JobState.DONE, progress=FOUND)
    assert store.get(number).progress == FOUND


def test_an_end_told_twice_is_one_end(store):
    """Where the answer was lost the end is told again, and still counts as told."""
    store.add(orders("a"))
    job = store.claim("me")
    assert store.end(job, JobState.DONE, progress=FOUND)
    assert store.end(job, JobState.DONE, progress=FOUND)
    assert not store.end(job, JobState.FAILED, progress=FOUND)


def test_a_reason_may_hold_any_sign(store):
    """Signs that a database refuses are left out or replaced; the end is stored all the same."""
    (number,) = store.add(orders("a"))
    job = store.claim("me")
    assert store.end(job, JobState.FAILED, progress=FOUND, reason="a\0b\udcffc 网点")
    assert store.get(number).reason == "ab?c 网点"


def test_cancelling(store):
    """A queued job is cancelled at once, a running one is asked, a done one stays done."""
    numbers = store.add(orders("queued", "running", "done"))
    running = store.claim("me", number=numbers[1])
    store.end(store.claim("me", number=numbers[2]), JobState.DONE, progress=FOUND)
    store.ask(numbers, Asked.CANCEL)
    assert [store.get(number).state for number in numbers] == ["cancelled", "running", "done"]
    assert store.beat(running) is Asked.CANCEL


def test_a_silent_worker_is_given_up(url):
    """With a lease of 0 s a job of another machine is interrupted; with a minute it is not."""
    with open_store(url) as store:
        (number,) = store.add(orders("a"))
        store.claim("another-machine/0/1/1")
        assert store.recover() == ()
    from optimizer.jobs.store import JobStore

    with JobStore(url, lease=0.0) as store:
        assert store.recover() == (number,)
        job = store.get(number)
        assert job.state is JobState.INTERRUPTED
        assert "process 1 on another-machine" in job.reason


def test_a_dead_process_of_this_machine_is_known(store, spawn):
    """A process that has ended is dead, this one is not; its job is interrupted at once."""
    code = "from optimizer.jobs.place_of_work import this_process; print(this_process())"
    process = spawn(code)
    gone, _ = process.communicate(timeout=60)
    assert has_died(gone.strip())
    assert not has_died(this_process())
    mine, theirs = store.add(orders("mine", "theirs"))
    store.claim(this_process(), number=mine)
    store.claim(gone.strip(), number=theirs)
    assert store.recover() == (theirs,)
    assert store.get(mine).state is JobState.RUNNING


def test_a_number_given_to_another_process_is_no_life(store):
    """A worker of our process number that was born at another tick has died."""
    machine, pid, birth = this_process().rsplit("/", 2)
    assert has_died(f"{machine}/{pid}/{int(birth) - 1}")
    assert not has_died(f"elsewhere/0/{pid}/{int(birth) - 1}")


def test_taking_jobs_up_again(store):
    """Interrupted and failed jobs are queued again with what they had found; running ones not."""
    numbers = store.add(orders("a", "b", "c"))
    claims = [store.claim("me") for _ in numbers]
    store.end(claims[0], JobState.INTERRUPTED, progress=FOUND, reason="stopped")
    store.end(claims[1], JobState.FAILED, progress=FOUND, reason="gone")
    assert store.enqueue(numbers, run="again") == numbers[:2]
    job = store.claim("me", run="again")
    assert (job.attempt, job.progress) == (2, FOUND)
    assert store.get(numbers[2]).state is JobState.RUNNING


ADDING = """
import sys
from optimizer.jobs import Order, open_store
with open_store(sys.argv[1]) as store:
    for number in range(40):
        store.add([Order(name=f"{sys.argv[2]}-{number}", study="/s", batch=sys.argv[2])])
"""
WORKING = """
import sys
from optimizer.jobs import Checkpoint, JobState, open_store
with open_store(sys.argv[1]) as store:
    while (job := store.claim(sys.argv[2])) is not None:
        for step in range(3):
            assert store.beat(job, Checkpoint(spent=float(step))) is not None
        assert store.end(job, JobState.DONE, progress=Checkpoint(spent=9.0), reason=sys.argv[2])
"""


def test_two_planners_at_once_lose_nothing(url, spawn):
    """Two processes add 40 jobs each while making the tables; two others do each exactly once."""
    planners = [spawn(ADDING, url, name) for name in ("north", "south")]
    for planner in planners:
        _, errors = planner.communicate(timeout=120)
        assert planner.returncode == 0, errors
    with open_store(url) as store:
        names = sorted(job.order.name for job in store.list())
        assert names == sorted(f"{who}-{n}" for who in ("north", "south") for n in range(40))
    workers = [spawn(WORKING, url, name) for name in ("one", "two")]
    for worker in workers:
        _, errors = worker.communicate(timeout=120)
        assert worker.returncode == 0, errors
    with open_store(url) as store:
        done = store.list()
    assert {(job.state, job.attempt, job.progress.spent) for job in done} == {("done", 1, 9.0)}
    assert {job.reason for job in done} <= {"one", "two"}


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://host/jobs", "may be SQLite or PostgreSQL"),
        ("://", "names no store"),
        ("/proc/jobs.db", "cannot be opened"),
    ],
)
def test_a_wrong_store_is_one_line(url, sentence):
    """What cannot be a store is named in one line."""
    with pytest.raises(StoreError, match=sentence) as caught:
        open_store(url)
    assert len(caught.value.sentences) == 1


def test_a_file_that_is_no_database(tmp_path):
    """A text file is not taken for a store, nor overwritten."""
    file = tmp_path / "notes.txt"
    file.write_text("dear diary, " * 200)
    with pytest.raises(StoreError, match="not a database"):
        open_store(str(file))
    assert file.read_text().startswith("dear diary")


def test_no_password_in_sentences():
    """The password of a server that cannot be reached is not told."""
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://planner:secret@127.0.0.1:1/jobs")
    assert "secret" not in str(caught.value)
    assert "planner" in str(caught.value)


def test_an_unknown_job_is_named(local_store):
    """Asking for a job that is not there says its number."""
    with pytest.raises(StoreError, match="there is no job 7"):
        local_store.get(7)
