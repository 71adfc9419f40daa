"""Work done ahead while a notebook waits for its reader.

In: pieces of work, each a row of short steps. Out: nothing; what the steps did is known when it is
asked for. A notebook's kernel has a loop of events; between two of them one step is done, so that
a slider never waits longer than for one step. Where no loop runs, as in a script, nothing is done.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from optimizer.errors import OptimizerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["IdleWork"]

#: Seconds before the first step, in which the answer to the last event is shown, and between steps.
BEFORE, BETWEEN = 0.2, 0.005


class IdleWork:
    """Steps that wait for the reader to think."""

    def __init__(self) -> None:
        self._waiting: deque[Iterator[None]] = deque()
        self._next: asyncio.TimerHandle | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing waits to be done."""
        return not self._waiting

    def put(self, works: Iterable[Iterator[None]]) -> None:
        """Do these pieces next, in their order, instead of those that still wait."""
        self._waiting = deque(works)
        if self._next is not None:
            self._next.cancel()
            self._next = None
        self._plan(BEFORE)

    def _plan(self, seconds: float) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a script: nobody thinks between two of its lines
            self._waiting.clear()
            return
        self._next = loop.call_later(seconds, self._step)

    def _step(self) -> None:
        self._next = None
        try:
            next(self._waiting[0])
        except (StopIteration, OptimizerError):  # an error is told when the thing is asked for
            self._waiting.popleft()
        if self._waiting:
            self._plan(BETWEEN)
