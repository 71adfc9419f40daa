"""Periods: parts of the week with their own arrivals and open windows, which one layout must suit.

In: the periods of a study, its arrivals and its fixtures. Out: people per hour, open places and
open fixtures of each period, and how much each counts.

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
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.demand.mix import Arrivals
    from optimizer.study import Study

__all__ = [
    "Period",
    "bundled_periods",
    "open_fixtures",
    "open_patterns",
    "open_places",
    "period_arrivals",
    "period_weights",
    "reference_weights",
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


def reference_weights(study: Study) -> tuple[float, ...]:
    """Weights with which figures and bounds of a study are taken: see (1)."""
    if study.objective.periods == "mix":
        return period_weights(study.periods)
    full = study.servers()

    def pressure(period: Period) -> float:
        places = open_places(study, period, full)
        staffed = [n for kind, n in places.items() if kind in study.mix.service.staffed]
        return period_arrivals(study.mix.arrivals, period) / max(sum(staffed), 1)

    pressures = [pressure(period) for period in study.periods]
    worst = pressures.index(max(pressures))
    return tuple(float(k == worst) for k in range(len(pressures)))


def open_places(study: Study, period: Period, places: Mapping[str, int]) -> dict[str, int]:
    """Places by fixture type that are open in a period, of those that a layout has.

    A fixture is open as a whole, with all the places that it has.
    """
    return {kind: _open(study, period, kind, count) for kind, count in places.items()}


def _open(study: Study, period: Period, kind: str, count: int) -> int:
    each = max(1, study.types[kind].servers)
    if kind in period.open:
        return min(count, each * math.ceil(period.open[kind] / each))
    if kind in study.mix.service.staffed and study.types[kind].servers:
        # a place that rounds up but for binary dust is one place
        wanted = max(1, math.ceil(period.open_share * count - 1e-9))
        return min(count, each * math.ceil(wanted / each))
    return count


def open_patterns(study: Study, names: Mapping[str, Iterable[str]]) -> dict[str, tuple[bool, ...]]:
    """In which periods each fixture is open, by name: fixtures of one pattern may be exchanged."""
    own = {kind: tuple(of) for kind, of in names.items()}
    by_period = [
        {name for open_ones in open_fixtures(study, period, own).values() for name in open_ones}
        for period in study.periods
    ]
    return {name: tuple(name in ones for ones in by_period) for of in own.values() for name in of}


def open_fixtures(
    study: Study, period: Period, names: Mapping[str, Iterable[str]]
) -> dict[str, tuple[str, ...]]:
    """Names of the fixtures by type that are open in a period: the first ones of the study.

    Parameters
    ----------
    study
        Gives the order.
    period
        Says how many places are open.
    names
        All names by type.
    """
    order = {name: k for k, name in enumerate(n for g in study.groups for n in g.names())}
    found: dict[str, tuple[str, ...]] = {}
    for kind, own in names.items():
        each = max(1, study.types[kind].servers)
        listed = sorted(own, key=lambda name: order.get(name, len(order)))
        count = math.ceil(_open(study, period, kind, each * len(listed)) / each)
        found[kind] = tuple(listed[:count])
    return found
