"""What is known of a queue log: how its file is laid out, and what it says.

In: nothing. Out: immutable records that the reader fills and the study keeps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "MEANINGS",
    "TIMES",
    "LogFormat",
    "QueueLog",
    "RowFault",
    "ServiceTimes",
    "WindowFigures",
]

#: The moments of a ticket, in their order.
TIMES = ("taken", "called", "started", "ended")
#: Everything that a column of a log can mean.
MEANINGS = (*TIMES, "business", "window", "abandoned", "ticket", "date")


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class LogFormat:
    """How the file of a queue log is laid out.

    Parameters
    ----------
    columns
        Meaning → names of its columns; two for a time that is split into date and time of day.
        A meaning that is missing is looked for under the usual names (`columns.toml`).
    business
        Name in the log → name in the study; a name that is missing stays as it is.
    windows
        Name of the window in the log → fixture type.
    opens, closes
        Opening hours in seconds of the day: tickets taken outside are dropped, and windows are
        taken to be open between them. None where they are not known.
    date_order
        "dmy" or "mdy" for dates whose year comes last. Dates whose year comes first need nothing.
    sheet
        Sheet of an Excel file; None for the first.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    business: Mapping[str, str] = field(default_factory=_nothing)
    windows: Mapping[str, str] = field(default_factory=_nothing)
    opens: int | None = None
    closes: int | None = None
    date_order: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, kw_only=True)
class RowFault:
    """Rows of a log that cannot be, all for one reason; they are dropped.

    Parameters
    ----------
    code
        Short name of the reason.
    sentence
        What is wrong with each of them.
    rows
        (n,) their row numbers in the file, the header being row 1.
    """

    code: str
    sentence: str
    rows: NDArray[np.int64]

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.rows)


@dataclass(frozen=True, kw_only=True)
class ServiceTimes:
    """Service times of some tickets: how many, their mean in minutes, their spread.

    Parameters
    ----------
    count
        Tickets that were served and have a start and an end.
    mean_minutes
        Mean.
    squared_variation
        Squared coefficient of variation, variance over squared mean.
    """

    count: int
    mean_minutes: float
    squared_variation: float


@dataclass(frozen=True, kw_only=True)
class WindowFigures:
    """One window: tickets served, hours busy, hours open, and the share of them it was busy."""

    served: int
    busy_hours: float
    open_hours: float

    @property
    def utilisation(self) -> float:
        """Busy share of the open hours; 0 where it never was open."""
        return self.busy_hours / self.open_hours if self.open_hours > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class QueueLog:
    """What a queue log says.

    Parameters
    ----------
    source
        Name of the file.
    rows, kept
        Tickets in the file, and those left when impossible ones are dropped.
    first_day, last_day
        ISO dates of the first and last ticket.
    days
        Days with tickets, by weekday (0 is Monday).
    arrivals
        Tickets per hour of a mean day, by hour of the day.
    by_weekday
        The same by weekday.
    shares
        Share of the tickets by business, most first.
    service
        Service times by business.
    service_at
        Service times by business and fixture type, for windows whose type is known.
    abandonment
        Share of tickets whose customer left before being served, by business.
    abandoned
        The same over all tickets.
    mean_wait, p95_wait
        Minutes from taking a ticket to being called (or starting, where calls are not recorded);
        nan where neither is known.
    windows
        Use of each window.
    faults
        Rows that were dropped, by reason.
    notes
        What else a reader should know, one sentence each.
    """

    source: str
    rows: int
    kept: int
    first_day: str
    last_day: str
    days: Mapping[int, int]
    arrivals: Mapping[int, float]
    by_weekday: Mapping[int, Mapping[int, float]]
    shares: Mapping[str, float]
    service: Mapping[str, ServiceTimes]
    service_at: Mapping[str, Mapping[str, ServiceTimes]]
    abandonment: Mapping[str, float]
    abandoned: float
    mean_wait: float
    p95_wait: float
    windows: Mapping[str, WindowFigures]
    faults: tuple[RowFault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def dropped(self) -> int:
        """Rows that were dropped."""
        return self.rows - self.kept
