"""A queue log, from its file to its figures.

In: a path and a `LogFormat`. Out: a `QueueLog`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.queue_log import figures
from optimizer.demand.queue_log.headings import find_meanings
from optimizer.demand.queue_log.model import LogFormat, QueueLog
from optimizer.demand.queue_log.tables import need_package, open_table
from optimizer.demand.queue_log.tickets import drop_impossible, gather_tickets
from optimizer.demand.queue_log.times import SECONDS_PER_DAY
from optimizer.errors import FileFormatError
from optimizer.reading_apart import read_apart
from optimizer.reading_limits import refuse_size

if TYPE_CHECKING:
    from os import PathLike

    from optimizer.demand.queue_log.tickets import Tickets

__all__ = ["read_queue_log"]


def read_queue_log(path: str | PathLike[str], form: LogFormat | None = None) -> QueueLog:
    """Figures of a ticket system's log.

    Parameters
    ----------
    path
        CSV (UTF-8, GBK, UTF-16; comma, semicolon or tab) or an Excel workbook.
    form
        Map of columns, business and windows, and the opening hours; None where the columns have
        usual names.

    Raises
    ------
    FileFormatError
        Where the file cannot be read, a column is missing, or no row of it can be; one sentence
        per defect. Rows that cannot be are no error: they are dropped and named in `faults`.
    """
    file, form = Path(path), form or LogFormat()
    everything, meanings = _everything(file, form)
    tickets, faults = drop_impossible(everything, form)
    if not len(tickets):
        why = "; ".join(f"{f.count} rows: {f.sentence}" for f in faults) or "it has no rows"
        raise FileFormatError(f"{file}: no ticket can be used: {why}")
    business, names = figures.business_of(tickets, form)
    days = figures.days_by_weekday(tickets)
    mean, by_weekday = figures.arrivals_by_hour(tickets, days)
    left = figures.left_unserved(tickets, marked="abandoned" in meanings)
    wait, late = figures.waits_of(tickets)
    taken = tickets.times[:, 0]
    return QueueLog(
        source=file.name,
        rows=len(everything),
        kept=len(tickets),
        first_day=_iso(int(taken.min())),
        last_day=_iso(int(taken.max())),
        days=days,
        arrivals=mean,
        by_weekday=by_weekday,
        shares=figures.shares_of(business, names) if "business" in meanings else {},
        service=figures.service_by(tickets, business, names),
        service_at=figures.service_at(tickets, business, names, form),
        abandonment=figures.abandonment_by(left, business, names),
        abandoned=float(left.mean()),
        mean_wait=wait,
        p95_wait=late,
        windows=figures.window_use(tickets, form) if "window" in meanings else {},
        faults=faults,
        notes=_notes(meanings.keys(), form, tickets),
    )


def _everything(file: Path, form: LogFormat) -> tuple[Tickets, dict[str, tuple[str, ...]]]:
    """All tickets of a file, and the columns of each meaning."""
    if file.suffix.lower() == ".xlsx" and file.is_file():
        need_package("pandas", file, "data")
        need_package("python_calamine", file, "data")
        size = refuse_size(file, "workbook_mib")
        found = read_apart(
            f"{__package__}.workbook:gather_sheet",
            file,
            size,
            dict(form.columns),
            form.sheet,
            form.date_order,
        )
        if found is not None:
            tickets, meanings = found
            return tickets, meanings
    table = open_table(file, form.sheet)
    meanings = find_meanings(table.header, form.columns, file)
    columns = tuple(dict.fromkeys(name for own in meanings.values() for name in own))
    return gather_tickets(table.blocks(columns), meanings, form.date_order), meanings


def _iso(seconds: int) -> str:
    return str(np.datetime64(seconds // SECONDS_PER_DAY, "D"))


def _notes(meanings: object, form: LogFormat, tickets: Tickets) -> tuple[str, ...]:
    """What the figures rest on where the log does not say all."""
    known = set(meanings)  # type: ignore[call-overload]
    notes = []
    if form.opens is None or form.closes is None:
        notes.append("opening hours are not given: no row is dropped for being outside them")
    if "abandoned" not in known:
        notes.append("no column says who left: tickets never called or started count as abandoned")
    if "started" not in known and "called" in known:
        notes.append("no column says when service starts: it is taken to start with the call")
    unmapped = sorted(set(tickets.window_names) - set(form.windows) - {""})
    if form.windows and unmapped:
        notes.append(f"windows without a fixture type: {', '.join(unmapped[:10])}")
    return tuple(notes)
