"""What tickets say about demand: arrivals, mix, service times, abandonment, use of windows.

In: the tickets that can be. Out: the figures of a `QueueLog`.

* Arrivals per hour: tickets of an hour over the days with tickets (of that weekday).
* Abandoned: marked as such; where the log has no mark, never called or started.
* Service time: from the start (or the call, where starts are not recorded) to the end.
* Use of a window: its service time over the time it was open: the opening hours on every day on
  which it served anybody, or, where those are not known, from the first ticket to the last end of
  the whole branch on that day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.queue_log.model import ServiceTimes, WindowFigures
from optimizer.demand.queue_log.tickets import YES
from optimizer.demand.queue_log.times import NONE, SECONDS_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from optimizer.demand.queue_log.model import LogFormat
    from optimizer.demand.queue_log.tickets import Tickets

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "abandonment_by",
    "arrivals_by_hour",
    "business_of",
    "days_by_weekday",
    "left_unserved",
    "service_at",
    "service_by",
    "shares_of",
    "waits_of",
    "window_use",
]

#: 1970-01-01 was a Thursday: weekday 3 with Monday as 0.
FIRST_WEEKDAY = 3


def business_of(tickets: Tickets, form: LogFormat) -> tuple[Ints, tuple[str, ...]]:
    """Business of each ticket by the study's names, as numbers into those names."""
    names = [form.business.get(name, name) for name in tickets.businesses]
    unique = tuple(dict.fromkeys(names))
    return np.array([unique.index(name) for name in names])[tickets.business], unique


def days_by_weekday(tickets: Tickets) -> dict[int, int]:
    """Days with tickets by weekday, 0 for Monday."""
    days = np.unique(tickets.times[:, 0] // SECONDS_PER_DAY)
    counts = np.bincount((days + FIRST_WEEKDAY) % 7, minlength=7)
    return {weekday: int(count) for weekday, count in enumerate(counts) if count}


def arrivals_by_hour(
    tickets: Tickets, days: Mapping[int, int]
) -> tuple[dict[int, float], dict[int, dict[int, float]]]:
    """Tickets per hour of a mean day, and of a mean day of each weekday."""
    taken = tickets.times[:, 0]
    hour = taken % SECONDS_PER_DAY // 3600
    weekday = (taken // SECONDS_PER_DAY + FIRST_WEEKDAY) % 7
    table = np.bincount(weekday * 24 + hour, minlength=168).reshape(7, 24)
    hours = [int(h) for h in np.flatnonzero(table.sum(axis=0))]
    total = sum(days.values())
    mean = {h: float(table[:, h].sum()) / total for h in hours}
    return mean, {w: {h: float(table[w, h]) / n for h in hours} for w, n in days.items()}


def left_unserved(tickets: Tickets, *, marked: bool) -> Flags:
    """Tickets whose customer left before being served."""
    begun: Flags = (tickets.times[:, 1] != NONE) | (tickets.times[:, 2] != NONE)
    if marked:
        begun = tickets.state != YES
        return ~begun
    return ~begun if begun.any() else np.zeros(len(tickets), dtype=bool)


def shares_of(business: Ints, names: tuple[str, ...]) -> dict[str, float]:
    """Share of the tickets by business, most first."""
    counts = np.bincount(business, minlength=len(names))
    order = sorted(range(len(names)), key=lambda k: (-counts[k], names[k]))
    return {names[k]: float(counts[k]) / max(len(business), 1) for k in order if counts[k]}


def abandonment_by(left: Flags, business: Ints, names: tuple[str, ...]) -> dict[str, float]:
    """Share of each business's tickets that were abandoned."""
    counts = np.bincount(business, minlength=len(names))
    gone = np.bincount(business[left], minlength=len(names))
    return {names[k]: float(gone[k] / counts[k]) for k in range(len(names)) if counts[k]}


def _service(tickets: Tickets) -> tuple[NDArray[np.float64], Flags]:
    """Service minutes of each ticket, and which have one."""
    _, called, started, ended = tickets.times.T
    begun = np.where(started != NONE, started, called)
    known = (begun != NONE) & (ended != NONE)
    return np.where(known, (ended - begun) / 60.0, 0.0), known


def _summary(minutes: NDArray[np.float64]) -> ServiceTimes:
    mean = float(minutes.mean())
    squared = float(minutes.var()) / mean**2 if mean > 0 else 0.0
    return ServiceTimes(count=len(minutes), mean_minutes=mean, squared_variation=squared)


def service_by(tickets: Tickets, group: Ints, names: tuple[str, ...]) -> dict[str, ServiceTimes]:
    """Service times by group; a group without any is left out."""
    minutes, known = _service(tickets)
    return {
        name: _summary(own)
        for k, name in enumerate(names)
        if len(own := minutes[known & (group == k)])
    }


def service_at(
    tickets: Tickets, business: Ints, names: tuple[str, ...], form: LogFormat
) -> dict[str, dict[str, ServiceTimes]]:
    """Service times by business and fixture type, for windows whose type is known."""
    kinds = tuple(dict.fromkeys(form.windows.values()))
    of_window = np.array(
        [
            kinds.index(form.windows[name]) if name in form.windows else NONE
            for name in tickets.window_names
        ]
    )[tickets.window]
    by_kind = {
        kind: service_by(tickets, np.where(of_window == k, business, NONE), names)
        for k, kind in enumerate(kinds)
    }
    return {
        name: own
        for name in names
        if (own := {kind: times[name] for kind, times in by_kind.items() if name in times})
    }


def waits_of(tickets: Tickets) -> tuple[float, float]:
    """Mean and 95th percentile of the minutes from ticket to call (or start); nan without any."""
    taken, called, started, _ = tickets.times.T
    begun = np.where(called != NONE, called, started)
    waits = (begun - taken)[begun != NONE] / 60.0
    if not len(waits):
        return float("nan"), float("nan")
    return float(waits.mean()), float(np.percentile(waits, 95))


def window_use(tickets: Tickets, form: LogFormat) -> dict[str, WindowFigures]:
    """Use of each window, by its name in the log."""
    minutes, known = _service(tickets)
    if not known.any():
        return {}
    window, day = tickets.window[known], tickets.times[known, 0] // SECONDS_PER_DAY
    days, day_number = np.unique(day, return_inverse=True)
    if form.opens is not None and form.closes is not None:
        length = np.full(len(days), (form.closes - form.opens) / 3600.0)
    else:
        first, last = np.full(len(days), np.inf), np.full(len(days), -np.inf)
        np.minimum.at(first, day_number, tickets.times[known, 0])
        np.maximum.at(last, day_number, tickets.times[known, 3])
        length = (last - first) / 3600.0
    present = np.zeros((len(tickets.window_names), len(days)), dtype=bool)
    present[window, day_number] = True
    open_hours = present @ length
    busy = np.bincount(window, weights=minutes[known], minlength=len(present)) / 60.0
    served = np.bincount(window, minlength=len(present))
    return {
        name: WindowFigures(
            served=int(served[k]), busy_hours=float(busy[k]), open_hours=float(open_hours[k])
        )
        for k, name in sorted(enumerate(tickets.window_names), key=lambda pair: pair[1])
        if served[k] and name
    }
