"""When to stop: a time limit and a caller's wish, asked for in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A running budget.

    Attributes
    ----------
    start
        Reading of `time.perf_counter` at the start, seconds.
    limit
        Seconds from the start.
    should_stop
        Asked at every check; True ends the work.
    """

    start: float
    limit: float
    should_stop: Callable[[], bool] | None = None

    def seconds(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self.start

    def left(self) -> float:
        """Seconds until the limit, at least 0."""
        return max(0.0, self.limit - self.seconds())

    def expired(self) -> bool:
        """Whether the work should end now."""
        return self.left() <= 0.0 or (self.should_stop is not None and self.should_stop())

    def until(self, seconds: float) -> "Clock":
        """Return the same clock with a limit at most that many seconds from now."""
        return Clock(
            start=self.start,
            limit=min(self.limit, self.seconds() + seconds),
            should_stop=self.should_stop,
        )
