"""How long a search goes on.

In: seconds, scored moves, somebody who may stop it. Out: `Budget`, which a search asks at every
scored move.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Budget"]

#: Seconds and scored moves of one round; a shorter budget is one short round.
ROUND_SECONDS, ROUND_STEPS = 40.0, 40_000


@dataclass(kw_only=True)
class Budget:
    """How long to search: seconds of wall time or a number of scored moves.

    Parameters
    ----------
    seconds
        Wall time; inf where only steps count.
    steps
        Scored moves; None where only time counts.
    should_stop
        Asked at every scored move; True ends the search.
    """

    seconds: float = float("inf")
    steps: int | None = None
    should_stop: Callable[[], bool] = field(default=lambda: False)
    _start: float = field(default_factory=time.perf_counter)
    _used: int = 0

    def spend(self) -> bool:
        """Count one scored move; whether the budget is used up now."""
        self._used += 1
        return self.over

    @property
    def over(self) -> bool:
        """Whether the budget is used up."""
        if self.steps is not None and self._used >= self.steps:
            return True
        return time.perf_counter() - self._start >= self.seconds or self.should_stop()

    @property
    def progress(self) -> float:
        """Share of the budget that is used, 0 to 1."""
        by_steps = self._used / self.steps if self.steps else 0.0
        by_time = (time.perf_counter() - self._start) / self.seconds
        return min(max(by_steps, by_time), 1.0)

    @property
    def rounds(self) -> int:
        """Rounds of the search that fit into the budget; at least one."""
        by_steps = self.steps / ROUND_STEPS if self.steps is not None else np.inf
        by_time = self.seconds / ROUND_SECONDS
        whole = min(by_steps, by_time)
        return max(1, round(whole)) if np.isfinite(whole) else 1
