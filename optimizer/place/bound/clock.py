"""When to stop: a time limit or a budget of work, and a caller's wish, asked for in one place.

Wall time makes a proof depend on how fast and how busy the machine is. A `Clock` with `Work` goes
by what was done instead: table entries looked at, pivots of the linear programs, regions. Each
costs a fixed number of nominal seconds, about what it takes on one core; so the same budget ends at
the same region everywhere, and proofs can be reproduced.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

# Nominal seconds of one table entry in a minimum, of one program with its cuts, of one pivot and
# of each column and row in it, of one region, of what a region's fixtures are charged by walking,
# of one partial layout, of one in compiled loops, and of one layout that is walked.
ENTRY, PROGRAM, PIVOT, PIVOT_WIDTH = 1e-9, 1e-2, 2e-5, 2e-8
REGION, CHARGE, PARTIAL, LISTED, WALKED = 1e-2, 3e-2, 2e-5, 3e-6, 2e-4


@dataclass
class Work:
    """Nominal seconds of work done by now."""

    done: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A running budget.

    Attributes
    ----------
    start
        Reading of `time.perf_counter` at the start, seconds; with `work` that of its counter.
    limit
        Seconds from the start.
    should_stop
        Asked at every check; True ends the work.
    work
        Counts nominal seconds in the place of wall time; None: wall time.
    """

    start: float
    limit: float
    should_stop: Callable[[], bool] | None = None
    work: Work | None = None

    @staticmethod
    def started(
        limit: float, should_stop: Callable[[], bool] | None = None, *, by_work: bool = False
    ) -> "Clock":
        """Return a clock that starts now, with a limit in seconds (`by_work`: nominal ones)."""
        work = Work() if by_work else None
        start = 0.0 if by_work else perf_counter()
        return Clock(start=start, limit=limit, should_stop=should_stop, work=work)

    @property
    def by_work(self) -> bool:
        """Whether work counts, and not wall time."""
        return self.work is not None

    def seconds(self) -> float:
        """Seconds since the start."""
        now = perf_counter() if self.work is None else self.work.done
        return now - self.start

    def spend(self, seconds: float) -> None:
        """Count work; where wall time counts, nothing."""
        if self.work is not None:
            self.work.done += seconds

    def left(self) -> float:
        """Seconds until the limit, at least 0."""
        return max(0.0, self.limit - self.seconds())

    def called_off(self) -> bool:
        """Whether the caller wants the work to end."""
        return self.should_stop is not None and self.should_stop()

    def expired(self) -> bool:
        """Whether the work should end now."""
        return self.left() <= 0.0 or self.called_off()

    def until(self, seconds: float) -> "Clock":
        """Return the same clock with a limit at most that many seconds from now."""
        return replace(self, limit=min(self.limit, self.seconds() + seconds))
