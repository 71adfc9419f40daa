"""What watches over a running job: signs of life, and the best so far into the store.

In: news of the search, at any pace. Out: a checkpoint in the store within `EVERY` seconds of each
step forward, a sign of life every `BEAT` seconds, and the answer whether the search should stop.
A thread of its own does this, so that a long stretch of the search does not delay it.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from optimizer.errors import StoreError
from optimizer.jobs.model import Asked, Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.jobs.model import Job
    from optimizer.jobs.store import JobStore
    from optimizer.place.run import Progress

__all__ = ["Keeper", "Stop"]

logger = logging.getLogger(__name__)

#: Seconds between two checkpoints, two signs of life, two looks at who wants the search to stop.
EVERY, BEAT, LOOK = 2.0, 5.0, 0.2
#: Stage of the news before the search's clock starts.
COMPILING = "compile"
#: Steps forward kept in the history; the older ones are thinned.
STEPS = 400


class Stop(StrEnum):
    """Why a search was stopped before its time."""

    NO = ""
    CANCELLED = "cancelled"
    PAUSED = "paused"
    LOST = "lost"  #: somebody else works on the job


class Keeper:
    """Keeps one job; a context manager, during which `tell` may be called from the search.

    Parameters
    ----------
    store, job
        The job as it was claimed.
    should_stop
        Whether this worker is to lay down its work, asked from the keeper's thread.
    on_news
        Told each step forward too.
    """

    def __init__(
        self,
        store: JobStore,
        job: Job,
        *,
        should_stop: Callable[[], bool],
        on_news: Callable[[Job], None] = lambda job: None,
    ) -> None:
        self._store, self._job = store, job
        self._should_stop, self._on_news = should_stop, on_news
        #: When the search began: compiling its kernels does not count.
        self._begun: float | None = None
        self._stored = self._latest = job.progress
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self.stop = Stop.NO
        #: What went wrong with the store at some time, "" where nothing did.
        self.trouble = ""
        self._in_trouble = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def progress(self) -> Checkpoint:
        """What was found so far, with the seconds spent until now."""
        with self._lock:
            return replace(self._latest, spent=self._spent())

    def stopped(self) -> bool:
        """Whether the search should stop."""
        return self.stop is not Stop.NO

    def tell(self, news: Progress) -> None:
        """Take in news of the search; only what is better than what is known counts."""
        with self._lock:
            if self._begun is None and news.stage != COMPILING:
                self._begun = time.monotonic()
            known = self._latest
            objective, bound, layout = known.objective, known.bound, known.layout
            if (
                news.objective is not None
                and news.layout is not None
                and (objective is None or news.objective < objective)
            ):
                objective, layout = news.objective, tuple(news.layout.to_json())
            if news.bound and (bound is None or news.bound > bound):
                bound = news.bound
            if (objective, bound) == (known.objective, known.bound):
                return
            spent = self._spent()
            history = known.history
            if objective is not None:
                history = _thinned((*history, (spent, objective, bound or 0.0)))
            self._latest = Checkpoint(
                spent=spent, objective=objective, bound=bound, layout=layout, history=history
            )
            latest = replace(self._job, progress=self._latest)
        self._on_news(latest)

    def _spent(self) -> float:
        since = 0.0 if self._begun is None else time.monotonic() - self._begun
        return self._job.progress.spent + since

    def _keep(self) -> None:
        beat = time.monotonic()
        while not self._over.wait(LOOK):
            if self._should_stop() and self.stop is Stop.NO:
                self.stop = Stop.PAUSED
            late = time.monotonic() - beat
            news = self._latest is not self._stored
            if late < (EVERY if news else BEAT):
                continue
            beat = time.monotonic()
            self._beat()

    def _beat(self) -> None:
        """Give a sign of life, with what is new; a store that is gone is tried again later."""
        latest = self._latest
        # the seconds spent are news by themselves: what is resumed has that much less to go
        try:
            asked = self._store.beat(self._job, self.progress)
        except StoreError as error:
            if not self._in_trouble:
                logger.warning("%s; the search goes on", error)
            self.trouble, self._in_trouble = str(error), True
            return
        self._in_trouble = False
        self._stored = latest
        if asked is None:
            self.stop = Stop.LOST
        elif self.stop is Stop.NO and asked is not Asked.NOTHING:
            self.stop = Stop.CANCELLED if asked is Asked.CANCEL else Stop.PAUSED


def _thinned(
    history: tuple[tuple[float, float, float], ...],
) -> tuple[tuple[float, float, float], ...]:
    """A history of at most `STEPS` steps: of the older half every second one is left out."""
    if len(history) <= STEPS:
        return history
    half = len(history) // 2
    return (*history[:half:2], *history[half:])
