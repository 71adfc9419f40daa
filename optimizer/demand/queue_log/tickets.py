"""Tickets as arrays, and the rows among them that cannot be.

In: blocks of texts by meaning. Out: `Tickets`, numbers only, and one `RowFault` per reason. Each
row is dropped for the first reason that it gives, in the order of `REASONS`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.demand.queue_log.model import TIMES, RowFault
from optimizer.demand.queue_log.times import (
    NONE,
    SECONDS_PER_DAY,
    Moments,
    join_moments,
    parse_moments,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.demand.queue_log.model import LogFormat

    Texts = NDArray[np.object_]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["REASONS", "Tickets", "drop_impossible", "gather_tickets", "log_words"]

#: Reasons to drop a row, first come first, with what is wrong.
REASONS: Mapping[str, str] = {
    "no_time": "no time at which the ticket was taken",
    "unreadable_time": "a time that cannot be read; give date_order where the year comes last",
    "unknown_state": "a word for 'abandoned' that means neither yes nor no",
    "duplicate": "the same ticket as an earlier row",
    "negative_wait": "called or started before the ticket was taken, or started before called",
    "ends_before_start": "the service ends before it starts",
    "ends_without_start": "the service ends, but was never called or started",
    "abandoned_but_served": "abandoned, and served all the same",
    "too_long": "a wait or a service longer than any branch is open",
    "outside_opening": "taken outside the opening hours",
}
YES, NO, UNKNOWN = 1, 0, 2


@dataclass(frozen=True, kw_only=True)
class Tickets:
    """All tickets of a log, one row each.

    Parameters
    ----------
    row
        Row number in the file.
    times
        (n, 4) seconds since 1970-01-01 by `TIMES`; `NONE` where there is none.
    business, window
        Number of the name in `businesses`, `window_names`.
    state
        Whether the customer left unserved: `YES`, `NO`, `UNKNOWN`.
    ticket
        A number for the text on the ticket; 0 for all where the log has none.
    unreadable
        Rows with a time that cannot be read.
    businesses, window_names
        Names as in the log.
    """

    row: Ints
    times: Ints
    business: Ints
    window: Ints
    state: Ints
    ticket: NDArray[np.uint64]
    unreadable: Flags
    businesses: tuple[str, ...]
    window_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.row)

    def keep(self, rows: Flags) -> Tickets:
        """Those of some rows."""
        return Tickets(
            row=self.row[rows],
            times=self.times[rows],
            business=self.business[rows],
            window=self.window[rows],
            state=self.state[rows],
            ticket=self.ticket[rows],
            unreadable=self.unreadable[rows],
            businesses=self.businesses,
            window_names=self.window_names,
        )


@cache
def log_words() -> Mapping[str, Any]:
    """Usual names of columns and states, and the longest time that is believed."""
    text = files("optimizer.demand.queue_log").joinpath("columns.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


class _Names:
    """Names met so far, each with a number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def read(self, texts: Texts, pandas: Any) -> Ints:
        codes, unique = pandas.factorize(np.asarray(texts, dtype=object))
        numbers = [self.numbers.setdefault(str(u).strip(), len(self.numbers)) for u in unique]
        found: Ints = np.array(numbers, dtype=np.int64)[codes]
        return found


def gather_tickets(
    blocks: Iterable[tuple[Ints, Mapping[str, Texts]]],
    meanings: Mapping[str, Sequence[str]],
    date_order: str | None,
) -> Tickets:
    """All tickets of a file.

    Parameters
    ----------
    blocks
        Row numbers, and texts by column name.
    meanings
        Meaning → names of its columns.
    date_order
        As `parse_moments` takes it.
    """
    import pandas

    businesses, windows, states = _Names(), _Names(), _Names()
    parts: list[tuple[Any, ...]] = []
    for rows, texts in blocks:
        n = len(rows)
        times, unreadable = _times(texts, meanings, date_order, n)
        zeros = np.zeros(n, dtype=np.int64)

        def column(
            meaning: str, names: _Names, texts: Mapping[str, Texts] = texts, zeros: Ints = zeros
        ) -> Ints:
            own = meanings.get(meaning)
            return names.read(texts[own[0]], pandas) if own else zeros

        ticket = np.zeros(n, dtype=np.uint64)
        if meanings.get("ticket"):
            words = np.asarray(texts[meanings["ticket"][0]], dtype=object)
            ticket = pandas.util.hash_array(words, categorize=False)
        parts.append(
            (
                rows,
                times,
                column("business", businesses),
                column("window", windows),
                column("abandoned", states),
                ticket,
                unreadable,
            )
        )
    whole = [np.concatenate(of) for of in zip(*parts, strict=True)] if parts else _no_tickets()
    meant = np.array([_state(word) for word in states.numbers] or [UNKNOWN])
    if not meanings.get("abandoned"):
        meant = np.array([NO])
    return Tickets(
        row=whole[0],
        times=whole[1],
        business=whole[2],
        window=whole[3],
        state=meant[whole[4]] if len(whole[4]) else whole[4],
        ticket=whole[5],
        unreadable=whole[6],
        businesses=tuple(businesses.numbers) or ("",),
        window_names=tuple(windows.numbers) or ("",),
    )


def _no_tickets() -> list[Any]:
    none = np.zeros(0, dtype=np.int64)
    times, tickets = np.zeros((0, len(TIMES)), dtype=np.int64), np.zeros(0, dtype=np.uint64)
    return [none, times, none, none, none, tickets, np.zeros(0, dtype=bool)]


def _state(word: str) -> int:
    known = log_words()["abandoned"]
    folded = word.strip().casefold()
    return YES if folded in known["yes"] else NO if folded in known["no"] else UNKNOWN


def _times(
    texts: Mapping[str, Texts],
    meanings: Mapping[str, Sequence[str]],
    date_order: str | None,
    n: int,
) -> tuple[Ints, Flags]:
    """(n, 4) moments by `TIMES` and which rows have one that cannot be read."""
    times = np.full((n, len(TIMES)), NONE)
    unreadable = np.zeros(n, dtype=bool)
    date = None
    if meanings.get("date"):
        date = parse_moments(texts[meanings["date"][0]], date_order)
        unreadable |= date.unreadable
    for k, meaning in enumerate(TIMES):
        found: Moments | None = None
        for name in meanings.get(meaning, ()):
            part = parse_moments(texts[name], date_order)
            found = part if found is None else join_moments(found, part)
        if found is None:
            continue
        clock = found.seconds != NONE
        if date is not None:
            found = join_moments(Moments(date.days, np.full(n, NONE), date.unreadable), found)
        # a day alone is no moment; with the column of dates it only says that nothing happened
        unreadable |= found.unreadable | (clock & (found.days == NONE))
        times[:, k] = np.where(clock, found.at(), NONE)
    return times, unreadable


def drop_impossible(tickets: Tickets, form: LogFormat) -> tuple[Tickets, tuple[RowFault, ...]]:
    """Tickets that can be, and the faults of the others."""
    good = np.ones(len(tickets), dtype=bool)
    faults = []
    for code, bad in _impossible(tickets, form):
        new = good & bad
        if new.any():
            faults.append(RowFault(code=code, sentence=REASONS[code], rows=tickets.row[new]))
            good &= ~bad
    return tickets.keep(good), tuple(faults)


def _impossible(tickets: Tickets, form: LogFormat) -> Iterable[tuple[str, Flags]]:
    """Yield each reason with the rows that it is true of."""
    taken, called, started, ended = tickets.times.T
    yield "no_time", (taken == NONE) & ~tickets.unreadable
    yield "unreadable_time", tickets.unreadable
    yield "unknown_state", tickets.state == UNKNOWN
    yield "duplicate", _repeated(tickets)

    def before(one: Ints, other: Ints) -> Flags:
        both: Flags = (one != NONE) & (other != NONE)
        return both & (one < other)

    begun = np.where(started != NONE, started, called)
    yield (
        "negative_wait",
        before(called, taken) | before(started, taken) | before(started, called),
    )
    yield "ends_before_start", before(ended, begun) | before(ended, taken)
    yield "ends_without_start", (ended != NONE) & (begun == NONE)
    yield "abandoned_but_served", (tickets.state == YES) & (ended != NONE) & (started != NONE)
    longest = int(log_words()["longest"]["hours"]) * 3600
    yield (
        "too_long",
        ((begun != NONE) & (begun - taken > longest))
        | ((ended != NONE) & (ended - begun > longest)),
    )
    clock = taken % SECONDS_PER_DAY
    outside = np.zeros(len(tickets), dtype=bool)
    if form.opens is not None:
        outside |= clock < form.opens
    if form.closes is not None:
        outside |= clock >= form.closes
    yield "outside_opening", outside


def _repeated(tickets: Tickets) -> Flags:
    """Rows that repeat an earlier one: the same number on the same day, or all the same values."""
    import pandas

    day = tickets.times[:, 0] // SECONDS_PER_DAY
    columns = {"business": tickets.business, "day": day, "ticket": tickets.ticket}
    if not tickets.ticket.any():
        columns |= {name: tickets.times[:, k] for k, name in enumerate(TIMES)}
        columns["window"] = tickets.window
    repeated: Flags = pandas.DataFrame(columns).duplicated().to_numpy(copy=True)
    repeated[tickets.times[:, 0] == NONE] = False
    return repeated
