"""The state of one optimization: what is asked for, what was found when, and the time that is left.

In: news of search and proof. Out: `Progress` for who watches, and the history of a `Result`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.result import HistoryPoint, Result, Seconds, Status
from optimizer.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.place.search import Found

__all__ = ["Orders", "Progress", "Run"]

#: Of the limit, at most this share is kept back for judging what was found.
MOST_RESERVE = 0.25
#: Seconds kept back before anything was measured: to call the other processes in.
RESERVE = 0.5


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What is known at one moment: stage, seconds since the start, best objective, bound.

    Parameters
    ----------
    layout
        The best layout met so far, as the search has it: the judge may prefer another one.
    """

    stage: str
    seconds: float
    objective: float | None
    bound: float | None
    layout: Layout | None = None


@dataclass(frozen=True, kw_only=True)
class Orders:
    """How a study is to be optimized.

    Parameters
    ----------
    steps
        Scored moves of each worker, or None for seconds.
    seed, workers
        Of the random numbers; processes.
    start
        Layout to start from, or None.
    at_most
        So many fixtures may move from today's layout, or None.
    """

    steps: int | None
    seed: int
    workers: int
    start: Layout | None = None
    at_most: int | None = None


@dataclass
class Run:
    """The state of one optimization.

    Parameters
    ----------
    start
        When it began, by `time.perf_counter`.
    seconds
        Time limit.
    tell, stop
        Who watches, and who may end it.
    constant
        What the objective adds to the score of the search: waiting.
    cap
        No bound of these numbers of fixtures is more than this: what other numbers might reach.
    reserve
        Seconds that judging what was found takes.
    layout_of
        The layout of a choice of the search that is told about.
    layout
        The best layout told of.
    """

    start: float
    seconds: float
    tell: Callable[[Progress], None]
    stop: Callable[[], bool]
    constant: float = 0.0
    cap: float = float("inf")
    reserve: float = RESERVE
    layout_of: Callable[[Sequence[int]], Layout] | None = None
    layout: Layout | None = None
    objective: float = float("inf")
    bound: float = 0.0
    history: list[HistoryPoint] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.start

    def left(self) -> float:
        """Seconds of the limit that are left, less the reserve."""
        return self.seconds - self.elapsed - min(self.reserve, MOST_RESERVE * self.seconds)

    def found(self, found: Found) -> None:
        """Note a layout of the search."""
        if found.score.value + self.constant < self.objective:
            self.objective = found.score.value + self.constant
            if self.layout_of is not None:
                self.layout = self.layout_of(found.chosen)
            self._note("search")

    def proven(self, walking: float) -> None:
        """Note a lower bound of the weighted walking."""
        bound = min(walking + self.constant, self.cap)
        if bound > self.bound:
            self.bound = bound
            self._note("bound")

    def blank(self, built: float, orders: Orders) -> Result:
        """A result that knows how it was run, and nothing else yet."""
        return Result(
            status=Status.UNKNOWN,
            layout=None,
            evaluation=None,
            bound=None,
            walking=None,
            conflict=(),
            history=(),
            seconds=Seconds(build=built, solve=0.0),
            seed=orders.seed,
            workers=orders.workers,
            budget="seconds" if orders.steps is None else "steps",
            versions=versions(),
            at_most=orders.at_most,
        )

    def finished(self, blank: Result, **known: Any) -> Result:
        """The result, with the history and the time that it took."""
        solve = self.elapsed - blank.seconds.build
        return replace(
            blank,
            history=tuple(self.history),
            seconds=replace(blank.seconds, solve=solve),
            notes=tuple(self.notes),
            **known,
        )

    def _note(self, stage: str) -> None:
        point = HistoryPoint(seconds=self.elapsed, objective=self.objective, bound=self.bound)
        if np.isfinite(self.objective):
            self.history.append(point)
        self.tell(
            Progress(
                stage=stage,
                seconds=point.seconds,
                objective=self.objective if np.isfinite(self.objective) else None,
                bound=self.bound,
                layout=self.layout,
            )
        )
