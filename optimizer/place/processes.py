"""Tasks side by side in forked processes, and the end of such processes.

In: functions without arguments. Out: what they give. Nothing need be sent to a forked process, for
it has all that its parent had; only answers are sent back.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from multiprocessing.reduction import ForkingPickler
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

__all__ = ["end_processes", "shared_out", "side_by_side"]

Done = TypeVar("Done")
#: The number by which Linux is asked to kill a process with its parent (prctl).
WITH_PARENT = 1


def side_by_side(tasks: Sequence[Callable[[], Done]]) -> list[Done | None]:
    """Do all tasks at once, the first here and each other in a forked process.

    Returns
    -------
    list
        What the tasks give, in their order; None for one whose process died. Without fork they
        are done one after the other.
    """
    alone = multiprocessing.current_process().daemon  # such a process may start no other
    if len(tasks) < 2 or alone or "fork" not in multiprocessing.get_all_start_methods():
        return [task() for task in tasks]
    context = multiprocessing.get_context("fork")
    lines: list[tuple[BaseProcess, Connection]] = []
    try:
        for task in tasks[1:]:
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_do, args=(task, there, os.getpid()), daemon=True)
            process.start()
            there.close()
            lines.append((process, here))
        return [tasks[0](), *(_receive(line) for _, line in lines)]
    finally:
        end_processes(lines)


def shared_out(first: Callable[[], object], tasks: Sequence[Callable[[], object]]) -> list[bool]:
    """Do one task here while as many forked processes as there are cores begin with the others.

    Whoever is done takes the next task that nobody has begun: long ones should come first.

    Parameters
    ----------
    first
        Done in this process; what it raises ends the others.
    tasks
        At most 255; each returns whether it was done.

    Returns
    -------
    list
        Whether each of the tasks was done; it was not where its process died.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        first()
        return [bool(task()) for task in tasks]
    waiting, given = os.pipe()  # whoever reads a number from it has that task
    os.write(given, bytes(range(len(tasks))))
    os.close(given)

    def go_on() -> list[int]:
        done: list[int] = []
        while number := os.read(waiting, 1):
            if tasks[number[0]]():
                done += number
        return done

    def begin() -> list[int]:
        first()
        return go_on()

    others = min(len(tasks), max(1, (os.cpu_count() or 1) - 1))
    try:
        done = side_by_side([begin, *[go_on] * others])
    finally:
        os.close(waiting)
    all_done = {number for numbers in done if numbers is not None for number in numbers}
    return [number in all_done for number in range(len(tasks))]


def end_processes(lines: Iterable[tuple[BaseProcess, Connection]]) -> None:
    """End processes, whatever they do, and close what they send their answers on."""
    for process, line in lines:
        if process.is_alive():
            process.kill()
        process.join()
        line.close()


def _read_only(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(content)


def _writable(proxy: MappingProxyType[Any, Any]) -> tuple[Any, tuple[dict[Any, Any]]]:
    """How a read-only mapping is sent from process to process."""
    return _read_only, (dict(proxy),)


ForkingPickler.register(MappingProxyType, _writable)


def _receive(line: Connection) -> Any:
    try:
        return line.recv()
    except (EOFError, ConnectionResetError):
        return None


def _do(task: Callable[[], object], line: Connection, parent: int) -> None:
    """What one process does; it ends with its parent, whose folder it would hold else."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:  # it was killed before that
            os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process decides when to stop
    line.send(task())
    line.close()
