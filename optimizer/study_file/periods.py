"""Periods of a study file, checked.

In: the `periods` part, or the name of a set that comes with the package. Out: `Period` values, and
a sentence for everything that cannot be.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from optimizer.demand.arrivals import WEEKDAYS, parse_hour
from optimizer.demand.periods import Period, bundled_periods, period_arrivals
from optimizer.reading import nearest
from optimizer.study_file.demand_tables import PeriodTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.demand.mix import BusinessMix

__all__ = ["build_periods"]


def build_periods(
    given: str | tuple[PeriodTable, ...],
    mix: BusinessMix | None,
    types: Sequence[str],
    defects: list[str],
) -> tuple[Period, ...]:
    """Periods of a study; defects are added to the list.

    Parameters
    ----------
    given
        Tables, or the name of a bundled set.
    mix
        Its arrivals tell how many come; None where they could not be read.
    types
        Names of the fixture types of the study.
    defects
        Sentences about what is wrong are added here.
    """
    if isinstance(given, str):
        bundled = bundled_periods()
        if given not in bundled:
            defects.append(f"periods is {given!r}; {nearest(given, bundled)}")
            return ()
        given = tuple(PeriodTable.model_validate_json(json.dumps(row)) for row in bundled[given])
    counts = Counter(table.name for table in given)
    defects += [f"[periods] {n!r} is given {c} times" for n, c in counts.items() if c > 1]
    periods = [_period(table, types, defects) for table in given]
    if periods and sum(period.importance for period in periods) <= 0:
        defects.append("[periods] all weights are 0; one must be more")
    if mix is not None and periods:
        people = [period_arrivals(mix.arrivals, period) for period in periods]
        defects += [
            f"[periods {p.name}] nobody comes in its hours; give arrivals, or other hours"
            for p, n in zip(periods, people, strict=True)
            if n <= 0 and p.arrivals is None
        ]
    return tuple(periods)


def _period(table: PeriodTable, types: Sequence[str], defects: list[str]) -> Period:
    """One period."""
    place = f"[periods {table.name}]"
    hours = [h if isinstance(h, int) else parse_hour(h) for h in table.hours]
    for written, hour in zip(table.hours, hours, strict=True):
        if hour is None or not 0 <= hour < 24:
            defects.append(f'{place} hours names {written!r}; hours are 0 to 23 or "00" to "23"')
    if not hours:
        defects.append(f"{place} hours is empty; name its hours of the day")
    for key in ("weight", "arrivals"):
        value = getattr(table, key)
        if value is not None and value < 0:
            defects.append(f"{place} {key} is {value:g}; must be 0 or more")
    if not 0 < table.open_share <= 1:
        defects.append(f"{place} open_share is {table.open_share:g}; must be above 0, at most 1")
    for kind, count in table.open.items():
        if kind not in types:
            defects.append(f"{place} open names {kind!r}; {nearest(kind, types)}")
        if count < 0:
            defects.append(f"{place} open {kind!r} is {count}; must be 0 or more")
    return Period(
        name=table.name,
        label_zh=table.label_zh,
        hours=tuple(hour for hour in hours if hour is not None),
        weekdays=tuple(WEEKDAYS.index(day) for day in table.weekdays),
        weight=table.weight,
        arrivals=table.arrivals,
        open=table.open,
        open_share=table.open_share,
    )
