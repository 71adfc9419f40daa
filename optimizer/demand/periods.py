"""Periods: parts of the week with their own arrivals and open windows, which one layout must suit.

In: periods and arrivals. Out: people per hour of each period, how many places of a type are open in
it, and how much it counts. Which fixtures of a study are open says `demand.open_windows`.

A study without periods has one: its design hour, with everything open. With periods p of weights
w_p that add to 1, the objective of a layout is

    mix:    Σ_p w_p · objective_p        worst:    max_p objective_p                           (1)

Rates differ between periods, paths do not, so that walking in the mix is that of the mean rates.
Encounters go with the product of two rates: they are summed over the periods. Any convex
combination of the periods' objectives is at most their maximum, hence a bound on it bounds the
worst case: the *reference* weights are those of (1) for a mix, and for the worst case all weight on
the period with most arrivals per open place.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from optimizer.demand.mix import Arrivals

__all__ = [
    "Period",
    "bundled_periods",
    "heaviest_period",
    "open_count",
    "period_arrivals",
    "period_weights",
]


@dataclass(frozen=True, kw_only=True)
class Period:
    """A part of the week.

    Parameters
    ----------
    name, label_zh
        What reports call it, in English and Chinese.
    hours
        Hours of the day.
    weekdays
        Days of the week, 0 for Monday; empty for a mean day.
    weight
        How much it counts in a mix, next to the others; None for its hours in a week.
    arrivals
        Customers per hour; None for those of its hours and weekdays, on average.
    open
        Places that are open by fixture type.
    open_share
        Share of the places open, rounded up, at the staffed types that `open` does not name.
    """

    name: str
    hours: tuple[int, ...]
    weekdays: tuple[int, ...] = ()
    weight: float | None = None
    arrivals: float | None = None
    open: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    open_share: float = 1.0
    label_zh: str = ""

    @property
    def importance(self) -> float:
        """Its weight as given, or its hours in a week (a mean day counts as seven)."""
        if self.weight is not None:
            return self.weight
        return float(len(self.hours) * (len(self.weekdays) or 7))


@cache
def _bundled() -> Mapping[str, Any]:
    text = files("optimizer.demand").joinpath("periods.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def bundled_periods() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Sets of periods that come with the package, by name, as a study file would write them."""
    return {name: found["periods"] for name, found in _bundled().items() if isinstance(found, dict)}


def period_arrivals(arrivals: Arrivals, period: Period) -> float:
    """Customers per hour in a period: the mean over its hours and weekdays."""
    if period.arrivals is not None:
        return period.arrivals
    days: tuple[int | None, ...] = period.weekdays or (None,)
    found = [arrivals.at(hour, day) for hour in period.hours for day in days]
    return sum(found) / len(found) if found else 0.0


def period_weights(periods: Sequence[Period]) -> tuple[float, ...]:
    """Weights of the periods in a mix; they add to 1."""
    total = sum(period.importance for period in periods)
    return tuple(period.importance / total for period in periods)


def heaviest_period(
    periods: Sequence[Period],
    arrivals: Arrivals,
    places: Mapping[str, int],
    *,
    each: Mapping[str, int],
    staffed: Container[str],
) -> tuple[float, ...]:
    """All weight on the period with most arrivals per open staffed place: (1) for the worst case.

    Parameters
    ----------
    periods, arrivals
        Who comes when.
    places
        Places by fixture type of the full brief.
    each
        Places of one fixture, by type.
    staffed
        Types that somebody has to stand behind.
    """

    def pressure(period: Period) -> float:
        manned = (
            open_count(period, kind, count, each=each[kind], staffed=kind in staffed)
            for kind, count in places.items()
            if kind in staffed
        )
        return period_arrivals(arrivals, period) / max(sum(manned), 1)

    pressures = [pressure(period) for period in periods]
    heaviest = pressures.index(max(pressures))
    return tuple(float(k == heaviest) for k in range(len(pressures)))


def open_count(period: Period, kind: str, count: int, *, each: int, staffed: bool) -> int:
    """Places of a fixture type that are open in a period; a fixture is open as a whole.

    Parameters
    ----------
    period
        Says how many are open.
    kind, count
        Type, and its places in the layout.
    each
        Places of one fixture; 0 for a type that serves nobody by itself.
    staffed
        Whether somebody has to stand behind it.
    """
    whole = max(1, each)
    if kind in period.open:
        return min(count, whole * math.ceil(period.open[kind] / whole))
    if staffed and each:
        # a place that rounds up but for binary dust is one place
        wanted = max(1, math.ceil(period.open_share * count - 1e-9))
        return min(count, whole * math.ceil(wanted / whole))
    return count
