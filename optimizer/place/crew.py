"""Searches in processes of their own, one for each further seed.

In: a placement problem and seeds. Out: what they found, as it comes. The processes are forked, so
that the problem need not be sent; where the system cannot fork there are none, and the search of
the main process is all there is.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Self

from optimizer.place.processes import end_processes
from optimizer.place.search import Budget, Found, Search

if TYPE_CHECKING:
    from collections.abc import Iterable
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from multiprocessing.synchronize import Event
    from types import TracebackType

    from optimizer.place.problem import PlacementProblem

__all__ = ["Crew"]

#: Seconds that a process has to hand over its layouts after it was told to stop.
GRACE = 5.0


class Crew:
    """Search processes for one problem; a context manager that leaves none behind.

    Parameters
    ----------
    problem
        What is searched.
    seeds
        One process for each.
    steps
        Scored moves of each, or None for seconds.
    """

    def __init__(
        self, problem: PlacementProblem, *, seeds: Iterable[int], steps: int | None
    ) -> None:
        can_fork = "fork" in multiprocessing.get_all_start_methods()
        self._problem = problem
        self._seeds = tuple(seeds) if can_fork else ()
        self._steps = steps
        self._lines: list[tuple[BaseProcess, Connection]] = []
        self._archive: list[Found] = []
        self._least: list[Found] = []
        self._stop: Event | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        end_processes(self._lines)
        self._lines = []

    def start(self, *, seconds: float) -> None:
        """Let all of them search for some seconds, or for the steps given."""
        if not self._seeds:
            return
        context = multiprocessing.get_context("fork")
        self._stop = context.Event()
        for seed in self._seeds:
            here, there = context.Pipe(duplex=False)
            process = context.Process(
                target=_search,
                args=(self._problem, seed, self._steps, seconds, there, self._stop, os.getpid()),
                daemon=True,
            )
            process.start()
            there.close()
            self._lines.append((process, here))

    @property
    def pids(self) -> tuple[int, ...]:
        """Process numbers of those that were started."""
        return tuple(process.pid or 0 for process, _ in self._lines)

    @property
    def idle(self) -> int:
        """Number of processes that have ended: their cores are free for others."""
        return sum(not process.is_alive() for process, _ in self._lines)

    def news(self) -> tuple[Found, ...]:
        """Layouts that came in since the last call."""
        found = []
        for _, line in self._lines:
            try:
                while line.poll():
                    found.append(self._receive(line.recv()))
            except (EOFError, ConnectionResetError):
                continue  # the process has ended, by itself or not
        return tuple(one for one in found if one is not None)

    def least_walking(self) -> tuple[Found, ...]:
        """For each process the layout with the least walking that it has told."""
        return tuple(self._least)

    def finish(self, *, stop: bool) -> tuple[Found, ...]:
        """All layouts worth judging; `stop` ends the searches, else their steps are awaited."""
        if stop and self._stop is not None:
            self._stop.set()
        open_lines = [line for _, line in self._lines]
        while open_lines:
            ready = wait(open_lines, GRACE if stop else None)
            if not ready:
                break
            for line in [line for line in open_lines if line in ready]:
                try:
                    self._receive(line.recv())
                except (EOFError, ConnectionResetError):
                    open_lines.remove(line)
        return tuple(self._archive)

    def _receive(self, message: tuple[str, Found]) -> Found | None:
        kind, found = message
        if kind == "least":
            self._least.append(found)
            return None
        self._archive.append(found)
        return found


def _search(
    problem: PlacementProblem,
    seed: int,
    steps: int | None,
    seconds: float,
    line: Connection,
    stop: Event,
    parent: int,
) -> None:
    """What one process does: search, tell every better layout, hand over the archive."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process decides when to stop
    told: list[Found | None] = [None]

    def tell(found: Found) -> None:
        if os.getppid() != parent:
            return
        line.send(("better", found))
        if search.least_walking is not told[0] and search.least_walking is not None:
            told[0] = search.least_walking
            line.send(("least", search.least_walking))

    search = Search(problem, seed=seed, on_better=tell)
    budget = Budget(
        seconds=float("inf") if steps is not None else seconds,
        steps=steps,
        # a main process that was killed tells nobody to stop
        should_stop=lambda: stop.is_set() or os.getppid() != parent,
    )
    search.run(budget)
    if os.getppid() != parent:
        return  # nobody reads what is sent, and sending would wait for ever
    for found in search.archive:
        line.send(("archive", found))
    if search.least_walking is not None:
        line.send(("least", search.least_walking))
    line.close()
