"""Tasks that are shared out among processes: each is done once, by whoever is free."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from optimizer.place.processes import shared_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="NOT TESTED: nothing to fork here")


def task(folder: Path, number: int, *, done: bool = True) -> Callable[[], bool]:
    """Return a task that writes who did it, and fails where somebody did it before."""

    def work() -> bool:
        with (folder / str(number)).open("x", encoding="ascii") as file:
            file.write(str(os.getpid()))
        return done

    return work


@pytest.mark.parametrize("cores", [1, 2, 4])
def test_each_task_is_done_once(
    cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine tasks, the third of which says that it was not done: that alone is told."""
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    here: list[int] = []
    tasks = [task(tmp_path, n, done=n != 3) for n in range(9)]
    told = shared_out(lambda: here.append(os.getpid()), tasks)
    assert told == [n != 3 for n in range(9)]
    assert here == [os.getpid()]
    assert sorted(os.listdir(tmp_path)) == [str(n) for n in range(9)]


def test_the_task_of_a_process_that_dies_was_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of two kills the other process, which alone may take it; the second is done."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    read, write = os.pipe()
    here = os.getpid()

    def kill() -> bool:
        os.write(write, b"1")
        return os.getpid() == here or os._exit(9)

    told = shared_out(lambda: os.read(read, 1), [kill, task(tmp_path, 1)])
    assert told == [False, True]


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: asks Linux")
def test_processes_end_with_the_one_that_began_them() -> None:
    """Whoever kills the program kills what it forked: nothing goes on to hold its folder."""
    read, write = os.pipe()

    def tell() -> bool:
        os.write(write, b"%d\n" % os.getpid())
        time.sleep(600)
        return True

    main = os.fork()
    if main == 0:
        try:
            shared_out(lambda: time.sleep(600), [tell])
        finally:
            os._exit(1)
    other = int(os.read(read, 20))
    os.kill(main, signal.SIGKILL)
    os.waitpid(main, 0)
    for _ in range(600):
        try:
            os.kill(other, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("it goes on")
