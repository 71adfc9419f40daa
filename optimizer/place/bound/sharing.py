"""Regions dealt out to several processes, which bound them at the same time.

In come the open regions of a branch and bound and a piece of work to do on a share of them; out
come the answers. The processes are forked, so only answers are sent. All see a `Board`: the cost of
the best layout that any of them knows, and whether the round is over.
Whoever runs out of regions calls the round off, and the rest is dealt anew.
"""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from ctypes import c_bool, c_double
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self, TypeVar

from optimizer.place.processes import end_processes

T = TypeVar("T")

__all__ = ["Board", "Team", "can_share", "deal"]


def can_share() -> bool:
    """Whether the system forks processes."""
    return "fork" in multiprocessing.get_all_start_methods()


def deal(cards: Sequence[T], hands: int) -> list[list[T]]:
    """Deal sorted cards to and fro, so that every hand has good and bad ones."""
    dealt: list[list[T]] = [[] for _ in range(hands)]
    for i, card in enumerate(cards):
        turn, place = divmod(i, hands)
        dealt[place if turn % 2 == 0 else hands - 1 - place].append(card)
    return dealt


class Board:
    """What all processes of a round see.

    Parameters
    ----------
    best
        Cost of the best layout known.
    """

    def __init__(self, *, best: float) -> None:
        context = multiprocessing.get_context("fork")
        self._best = context.RawValue(c_double, best)
        self._over = context.RawValue(c_bool, False)
        self._cancelled = context.RawValue(c_bool, False)

    @property
    def best(self) -> float:
        """Cost of the best layout that anybody knows."""
        return float(self._best.value)

    def know(self, cost: float) -> None:
        """Tell the others of a layout's cost."""
        if cost < self._best.value:
            self._best.value = cost

    def call_off(self, *, cancel: bool = False) -> None:
        """End the round, or all work at once."""
        self._cancelled.value = self._cancelled.value or cancel
        self._over.value = True

    @property
    def over(self) -> bool:
        """Whether the round is over."""
        return bool(self._over.value)

    @property
    def cancelled(self) -> bool:
        """Whether all work is to end at once."""
        return bool(self._cancelled.value)


class Team:
    """Forked processes, each doing one piece of work; a context manager that leaves none behind.

    Parameters
    ----------
    pieces
        Called in a process of its own each; what it returns is sent.
    """

    def __init__(self, pieces: Sequence[Callable[[], object]]) -> None:
        context = multiprocessing.get_context("fork")
        self._lines = []
        for piece in pieces:
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(piece, there), daemon=True)
            process.start()
            there.close()
            self._lines.append((process, here))

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

    def answers(self, *, within: float) -> list[Any]:
        """What each process returned; None for one that did not within some seconds."""
        found: list[Any] = []
        for _, line in self._lines:
            answer = None
            with contextlib.suppress(EOFError, ConnectionResetError):
                answer = line.recv() if line.poll(within) else None
            found.append(answer)
        return found


def _work(piece: Callable[[], object], line: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process decides when to stop
    parent = os.getppid()
    answer = piece()
    if os.getppid() == parent:
        line.send(answer)
    line.close()
