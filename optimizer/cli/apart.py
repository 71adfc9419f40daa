"""The program in a process of its own, so that a crash of machine code is one line as well.

In: what the program does. Out: its exit code. Where memory runs out, a library of machine code may
end its process at any place, without a word, or stand still; the parent then says so. Signals that
the parent gets it hands on, and when it is killed, so is the child.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from optimizer.cli.memory import StarvationWatch

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["run_apart"]

#: Exit code of a program that could not do its work.
WRONG = 2
#: What ends a process that goes wrong in machine code, or takes too much memory.
CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGKILL")
#: What is handed on to the child, which is in a group of its own and gets it once.
HANDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGCONT")
#: The number by which Linux is asked to kill a child with its parent (prctl).
WITH_PARENT = 1
#: Seconds between two looks at a child that is watched.
LOOK = 0.2


def run_apart(work: Callable[[], int], *, watched: bool = False) -> int:
    """Do the work in a child, and return its exit code; here, where this is not Linux.

    A child that crashes is told in one line. One that another signal ends makes this process end by
    the same, as if there were no child.

    Parameters
    ----------
    work
        What the child does; it returns the exit code.
    watched
        Whether to end, in one line too, a child that stands still for want of memory.
    """
    if not sys.platform.startswith("linux"):
        return work()
    parent, (read, write) = os.getpid(), os.pipe()
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
        if watched:
            _silence_machine_code()
        codes: list[int] = []
        atexit.register(_leave, codes)  # the first of all, which is called last
        try:
            codes.append(work())
            return codes[0]
        finally:  # Python ends here, not a library: the exit code is ours
            os.write(write, b"1")

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
    os.close(write)
    ended = _end_of(child, watched=watched)
    if ended is None:
        return _told("the program stood still, and was ended,")
    if ended >= 0 and _last_word(read):
        return ended
    name = f"exit code {ended}" if ended >= 0 else signal.Signals(-ended).name
    if ended >= 0 or name in CRASHES:
        return _told(f"the program was ended by the system ({name}),")
    signal.signal(-ended, signal.SIG_DFL)
    os.kill(os.getpid(), -ended)
    return 128 - ended


def _end_of(child: int, *, watched: bool) -> int | None:
    """Wait for the child; its exit code, or None where it stood still and was ended."""
    if not watched:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    watch = StarvationWatch(child)
    while True:
        gone, status = os.waitpid(child, os.WNOHANG)
        if gone:
            return os.waitstatus_to_exitcode(status)
        if watch.starves():
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None
        time.sleep(LOOK)


def _leave(codes: list[int]) -> None:
    """End this process with a code before Python gives back its memory piece by piece.

    After a long search that takes a second, and the system does it at once.
    """
    if not codes:  # it ends by an exception, which Python tells
        return
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(codes[0])


def _last_word(line: int) -> bytes:
    """Return what the child has said about its end, if anything."""
    os.set_blocking(line, False)  # a process of its own may go on, and hold the other end
    try:
        return os.read(line, 1)
    except BlockingIOError:
        return b""


def _silence_machine_code() -> None:
    """Let the program alone write to stderr: libraries have many words for want of memory."""
    sys.stderr.flush()
    kept = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="backslashreplace")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)
    sys.stderr = kept
    # an error that nobody can be told of, as of a thread that cannot begin, is passed over, by a
    # function of the interpreter: to call one of ours takes memory, and its failure is told
    sys.unraisablehook = callable
    # a process that this one forks is missed where it breaks, and done without
    os.register_at_fork(after_in_child=_be_silent)


def _be_silent() -> None:
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _told(how: str) -> int:
    """Say in one line what became of the child, without any library; return the exit code."""
    print(
        f"error: {how} as happens where memory runs out; nothing was written; allow more memory, "
        "or use a coarser pitch or fewer workers",
        file=sys.stderr,
    )
    return WRONG
