"""The program in a process of its own, so that a crash of machine code is one line as well.

In: what the program does. Out: its exit code. Where memory runs out, a library of machine code may
end its process at any place, without a word; the parent then says so. Signals that the parent gets
it hands on, and when it is killed, so is the child.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from optimizer.cli.terminal import print_errors

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["run_apart"]

#: Exit code of a program that could not do its work.
WRONG = 2
#: What ends a process that goes wrong in machine code, or takes too much memory.
CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGKILL")
#: Exit code by which the C library ends a process that has no memory for a further thread.
NO_THREAD = 127
#: What is handed on to the child, which is in a group of its own and gets it once.
HANDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGCONT")
#: The number by which Linux is asked to kill a child with its parent (prctl).
WITH_PARENT = 1


def run_apart(work: Callable[[], int]) -> int:
    """Do the work in a child, and return its exit code; here, where this is not Linux.

    A child that crashes is told in one line. One that another signal ends makes this process end by
    the same, as if there were no child.
    """
    if not sys.platform.startswith("linux"):
        return work()
    parent = os.getpid()
    handed = [getattr(signal, name) for name in HANDED]
    # what comes before the parent knows what to do with it waits until then
    signal.pthread_sigmask(signal.SIG_BLOCK, handed)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, handed)
        ctypes.CDLL(None).prctl(WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:  # it was killed before that
            os._exit(WRONG)
        os.setpgid(0, 0)
        return work()

    def hand_on(number: int, _: Any) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, number)

    def rest(*_: Any) -> None:
        hand_on(signal.SIGSTOP, None)
        os.kill(parent, signal.SIGSTOP)

    with suppress(OSError):  # both ask for it, for either may be first
        os.setpgid(child, child)
    for number in handed:
        signal.signal(number, hand_on)
    signal.signal(signal.SIGTSTP, rest)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, handed)
    return _end_of(child)


def _end_of(child: int) -> int:
    """Wait for the child, and return the exit code."""
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if 0 <= ended != NO_THREAD:
        return ended
    name = f"exit code {ended}" if ended > 0 else signal.Signals(-ended).name
    if ended > 0 or name in CRASHES:
        print_errors(
            [
                f"the program was ended by the system ({name}), as happens where memory runs out; "
                "nothing was written; allow more memory, or use a coarser pitch or fewer workers"
            ]
        )
        return WRONG
    signal.signal(-ended, signal.SIG_DFL)
    os.kill(os.getpid(), -ended)
    return 128 - ended
