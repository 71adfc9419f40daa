"""Searches in processes of their own: they hand over what they found, and none is left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from optimizer.place.crew import Crew
from optimizer.place.problem import build_problem
from optimizer.place.search import Budget, Search
from optimizer.place.warm_up import warm_up


@pytest.fixture
def problem(three_in_a_queue):
    """A small placement problem, its kernels compiled."""
    warm_up()
    return build_problem(three_in_a_queue)


def alive(pids) -> list[int]:
    """Which processes still run."""
    running = []
    for pid in pids:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            continue
        running.append(pid)
    return running


def test_steps_are_awaited_and_equal_a_search_of_ones_own(problem):
    """A process with a seed and a number of steps finds what a search in this process finds."""
    with Crew(problem, seeds=[7], steps=200) as crew:
        crew.start(seconds=60)
        found = crew.finish(stop=False)
        least = crew.least_walking()
    search = Search(problem, seed=7)
    search.run(Budget(steps=200))
    assert min(found, key=lambda f: f.score.value).score == search.best.score
    assert min(f.score.walking for f in least) == search.least_walking.score.walking


def test_a_stop_ends_long_searches_and_leaves_no_process(problem):
    """Told to stop, a minute's search hands over its layouts at once."""
    with Crew(problem, seeds=[1, 2], steps=None) as crew:
        crew.start(seconds=60)
        pids = crew.pids
        assert len(alive(pids)) == 2
        found = crew.finish(stop=True)
    assert found
    assert alive(pids) == []


def test_a_killed_process_takes_nobody_along(problem):
    """One of two processes dies; what the other found is there."""
    with Crew(problem, seeds=[1, 2], steps=300) as crew:
        crew.start(seconds=60)
        os.kill(crew.pids[0], signal.SIGKILL)
        found = crew.finish(stop=False)
    assert found


def test_leaving_early_kills_them(problem):
    """An error in the main process ends the others."""
    pids: list[int] = []

    def fail() -> None:
        with Crew(problem, seeds=[1], steps=None) as crew:
            crew.start(seconds=60)
            pids.extend(crew.pids)
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    assert len(pids) == 1
    assert alive(pids) == []


def test_no_seeds_no_processes(problem):
    """A crew of nobody has no news."""
    with Crew(problem, seeds=[], steps=None) as crew:
        crew.start(seconds=60)
        assert crew.news() == ()
        assert crew.finish(stop=True) == ()


def _main_of_a_crew(problem, line) -> None:
    """Start a crew for a minute and say who it is; the test kills this process."""
    with Crew(problem, seeds=[1, 2], steps=None) as crew:
        crew.start(seconds=60)
        line.send(crew.pids)
        time.sleep(60)


def test_killing_the_main_process_ends_the_others(problem):
    """After `kill -9` of the main process the searches notice that they are alone, and end."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    main = context.Process(target=_main_of_a_crew, args=(problem, there))
    main.start()
    pids = here.recv()
    assert len(alive(pids)) == 2
    main.kill()
    main.join()
    for _ in range(200):
        if not running(pids):
            break
        time.sleep(0.05)
    assert running(pids) == []


def running(pids) -> list[int]:
    """Which processes still work: one that has ended may wait to be buried by its new parent."""
    return [
        pid
        for pid in alive(pids)
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    ]
