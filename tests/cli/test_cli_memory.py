"""Where memory runs out, or machine code crashes, the program says one line and writes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from optimizer.cli import commands

linux = pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: the child is for Linux")
#: A program that does in a child what its argument says.
PROGRAM = """
import os, signal, sys, time
from optimizer.cli.apart import run_apart

def work():
    print(os.getpid(), flush=True)
    {}
    return 1

sys.exit(run_apart(work))
"""


def start(work: str) -> subprocess.Popen[str]:
    """Start a program with something to do in its child."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(work)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@linux
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGKILL"])
def test_a_crash_is_one_line(name) -> None:
    """The line names the signal and what may help; the exit code is 2."""
    program = start(f"os.kill(os.getpid(), signal.{name})")
    _, said = program.communicate(timeout=300)
    assert program.returncode == 2
    (line,) = said.splitlines()
    assert line.startswith(f"error: the program was ended by the system ({name})")


@linux
def test_the_end_without_a_thread_is_one_line() -> None:
    """The C library's own exit code, 127, is told as the missing memory that it stands for."""
    program = start("os._exit(127)")
    _, said = program.communicate(timeout=300)
    assert program.returncode == 2
    assert "(exit code 127)" in said


@linux
def test_the_exit_code_is_that_of_the_child() -> None:
    """1 of a child that ends is 1."""
    program = start("pass")
    out, said = program.communicate(timeout=300)
    assert (program.returncode, said) == (1, "")
    assert int(out) != program.pid


@linux
def test_signals_reach_the_child_once() -> None:
    """Ctrl-C to the program is one Ctrl-C of the child, whose exit code counts."""
    wait = "\n    ".join(
        [
            "got = []",
            "signal.signal(signal.SIGINT, lambda *_: got.append(1))",
            "print('ready', flush=True)",
            "while not got: time.sleep(0.05)",
            "time.sleep(0.3)",
            "sys.exit(40 + len(got))",
        ]
    )
    program = start(wait)
    assert program.stdout is not None
    assert [program.stdout.readline() for _ in range(2)][1] == "ready\n"
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=300)
    assert program.returncode == 41


@linux
def test_a_killed_program_leaves_no_child() -> None:
    """SIGKILL to the parent ends the child too."""
    program = start("time.sleep(600)")
    assert program.stdout is not None
    child = int(program.stdout.readline())
    program.kill()
    program.communicate()
    for _ in range(600):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the child goes on")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        SystemError("error return without exception set"),
        ImportError("libscip.so.10.0: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
        OSError(12, "Cannot allocate memory"),
    ],
)
def test_libraries_without_memory_are_told_as_such(error, monkeypatch, capsys) -> None:
    """Whatever they call it, the line says that memory is missing; the exit code is 2."""

    def fail(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(commands, "app", fail)
    monkeypatch.delenv("BRANCH_LAYOUT_TRACEBACK", raising=False)
    assert commands.main(["check", "a.dxf"]) == 2
    assert capsys.readouterr().err.startswith("error: not enough memory; allow more")
