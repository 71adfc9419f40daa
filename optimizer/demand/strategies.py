"""Ticket-call strategies (叫号策略) compared: who is called next to which window.

In: a study and an hour. Out: one row per strategy, stop and kind of customers: mean and 95th
percentile of the wait, and by which method.

    first come    one line for each kind of window, called in order of arrival
    own lines     a line before each window, chosen by chance
    dedicated     windows of a kind shared out over its businesses, each with a line of its own
    shared        all staffed windows serve everything, from one line
    skill-based   the two busiest kinds of window keep their own customers, but some windows of the
                  first serve both
    priority      as first come, but some classes are called first, never interrupting a service

Formulas are those of `demand.lines`; skill-based is the exact Markov chain of `demand.skills`, with
its means scaled by (1 + Cs²)/2 as in Allen and Cunneen's formula.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.demand.flows import compute_visits
from optimizer.demand.lines import LineWait, compute_line, mean_wait, wait_percentile
from optimizer.demand.queues import pool_streams
from optimizer.demand.service import PriorityClass, service_value
from optimizer.demand.skills import compute_skills
from optimizer.demand.waiting import (
    OTHERS,
    booked_variation,
    business_streams,
    class_streams,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.demand.mix import BusinessMix
    from optimizer.demand.queues import Stream
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["EVERYBODY", "EVERYWHERE", "StrategyRow", "compare_strategies"]

#: Customers and stop of the rows that sum a strategy up.
EVERYBODY, EVERYWHERE = "everybody", "all staffed windows"
PERCENTILE = 0.95
MINUTES_PER_HOUR = 60.0
#: Part of the windows of the busiest kind that are flexible in the skill-based strategy.
FLEXIBLE = 0.34

FORMULA = "M/G/c by Allen and Cunneen"
IMPATIENT = "Erlang-A"
COBHAM = "priorities by Cobham"
CHAIN = "exact Markov chain, mean scaled by the spread of service"

#: More people than wait anywhere: windows go first where a line would have no end.
ENDLESS = 1e6

#: Stop, kind of customers, their wait, method.
Found = tuple[str, str, LineWait, str]


@dataclass(frozen=True, kw_only=True)
class StrategyRow:
    """The wait of some customers under one strategy.

    Parameters
    ----------
    strategy
        Its name.
    stop
        Fixture type, or `EVERYWHERE`.
    customers
        Class of customers, business, or `EVERYBODY`.
    arrivals_per_hour
        How many they are.
    mean_minutes, p95_minutes
        Their wait; inf where more come than can be served.
    method
        Which formula.
    """

    strategy: str
    stop: str
    customers: str
    arrivals_per_hour: float
    mean_minutes: float
    p95_minutes: float
    method: str


def compare_strategies(
    study: Study, *, hour: int | None = None, layout: Layout | None = None
) -> tuple[StrategyRow, ...]:
    """Waits at the staffed windows under each strategy.

    Parameters
    ----------
    study
        Business mix, arrivals, windows; its classes for "priority", or an elderly share where it
        names none.
    hour
        Hour of the day; None for the design hour.
    layout
        Which windows there are; None for the full brief.

    Returns
    -------
    tuple of StrategyRow
        For each strategy a row for everybody, then one per stop and business or class. Strategies
        that the windows do not allow (one kind of window only) are left out.
    """
    hour = study.hour if hour is None else hour
    arrivals = study.mix.arrivals.at(hour)
    plain = replace(study.mix.service, priority=(), own_lines=(), reserved=())
    mix = replace(study.mix, service=plain)
    places = study.servers(layout)
    visits = compute_visits(mix, places, arrivals)
    staffed = {
        kind: streams
        for kind, streams in sorted(business_streams(mix, visits, places).items())
        if kind in plain.staffed and study.types[kind].servers and places.get(kind)
    }
    halls = _Hall(mix=mix, streams=staffed, windows={kind: places[kind] for kind in staffed})
    classes = study.mix.service.priority or (
        PriorityClass(name="elderly", share=float(service_value("elderly")), label_zh="老年客户"),
    )
    rows: list[StrategyRow] = []
    for name, found in (
        ("first come", _lines(halls, copies=False)),
        ("own lines", _lines(halls, copies=True)),
        ("dedicated", _dedicated(halls)),
        ("shared", _shared(halls)),
        ("skill-based", _skills(halls)),
        ("priority", _priority(halls, classes)),
    ):
        rows += _summed(name, list(found))
    return tuple(rows)


@dataclass(frozen=True, kw_only=True)
class _Hall:
    """Staffed windows with the businesses that come to them."""

    mix: BusinessMix
    streams: Mapping[str, Mapping[str, Stream]]
    windows: Mapping[str, int]

    def wait(self, kind: str, streams: Mapping[str, Stream], servers: int) -> LineWait:
        """Wait of a line of some businesses of one kind, in order of arrival."""
        (wait,) = compute_line(
            {"": pool_streams(list(streams.values()))},
            servers,
            patience=self.mix.service.patience.get(kind),
            arrival_variation=booked_variation(self.mix, kind, streams),
        )
        return wait

    def method(self, kind: str) -> str:
        """Formula of such a line."""
        return IMPATIENT if kind in self.mix.service.patience else FORMULA


def _lines(hall: _Hall, *, copies: bool) -> Iterator[Found]:
    """Yield the waits of one line for each kind of window, or of one before each window."""
    for kind, streams in hall.streams.items():
        lines = hall.windows[kind] if copies else 1
        part = {n: replace(s, arrivals=s.arrivals / lines) for n, s in streams.items()}
        wait = hall.wait(kind, part, hall.windows[kind] // lines)
        for name, stream in streams.items():
            yield kind, name, replace(wait, arrivals=stream.arrivals), hall.method(kind)


def _dedicated(hall: _Hall) -> Iterator[Found]:
    """Yield the waits where windows are shared out over businesses, as well as can be.

    For every number of groups, businesses are put together so that loads are even, and each
    further window goes where it takes most waiting away; the best number of groups is kept.
    """
    for kind, streams in hall.streams.items():
        most = min(hall.windows[kind], len(streams))
        tried = [_shared_out(hall, kind, streams, count) for count in range(min(2, most), most + 1)]
        _, groups = min(tried, key=lambda found: found[0])
        for own, servers in groups:
            wait = hall.wait(kind, own, servers)
            for name, stream in own.items():
                yield kind, name, replace(wait, arrivals=stream.arrivals), hall.method(kind)


def _shared_out(
    hall: _Hall, kind: str, streams: Mapping[str, Stream], count: int
) -> tuple[float, list[tuple[dict[str, Stream], int]]]:
    """People who wait, and the businesses and windows of so many groups."""
    groups: list[dict[str, Stream]] = [{} for _ in range(count)]
    for name in sorted(streams, key=lambda name: -streams[name].load):
        lightest = min(groups, key=lambda group: sum(s.load for s in group.values()))
        lightest[name] = streams[name]
    windows = [1] * count
    for _ in range(hall.windows[kind] - count):
        gains = [
            _people_waiting(hall, kind, own, n) - _people_waiting(hall, kind, own, n + 1)
            for own, n in zip(groups, windows, strict=True)
        ]
        windows[gains.index(max(gains))] += 1
    found = list(zip(groups, windows, strict=True))
    return sum(_people_waiting(hall, kind, own, n) for own, n in found), found


def _people_waiting(hall: _Hall, kind: str, streams: Mapping[str, Stream], servers: int) -> float:
    """People who wait on average; where a line grows for ever, so many as miss a window."""
    wait = hall.wait(kind, streams, servers)
    people = sum(stream.arrivals for stream in streams.values())
    if math.isfinite(wait.mean_wait):
        return people * wait.mean_wait
    return ENDLESS * (1.0 + sum(s.load for s in streams.values()) - servers)


def _shared(hall: _Hall) -> Iterator[Found]:
    """Yield the waits of one line before all staffed windows."""
    pairs = {
        (kind, name): stream
        for kind, streams in hall.streams.items()
        for name, stream in streams.items()
    }
    if len(hall.streams) < 2:
        return
    patience = [hall.mix.service.patience.get(kind) for kind in hall.streams]
    known = [minutes for minutes in patience if minutes is not None]
    (wait,) = compute_line(
        {"": pool_streams(list(pairs.values()))},
        sum(hall.windows.values()),
        patience=min(known) if len(known) == len(patience) else None,
    )
    method = IMPATIENT if len(known) == len(patience) else FORMULA
    for (kind, name), stream in pairs.items():
        yield kind, name, replace(wait, arrivals=stream.arrivals), method


def _skills(hall: _Hall) -> Iterator[Found]:
    """Yield the waits where some windows of the busiest kind serve the next one's customers too."""
    busiest = sorted(
        hall.streams, key=lambda kind: -sum(s.load for s in hall.streams[kind].values())
    )[:2]
    if len(busiest) < 2:
        return
    one, other = (pool_streams(list(hall.streams[kind].values())) for kind in busiest)
    flexible = min(hall.windows[busiest[0]], max(1, round(FLEXIBLE * hall.windows[busiest[0]])))
    found = compute_skills(
        arrivals=(one.arrivals, other.arrivals),
        services=(one.service, other.service),
        windows=(hall.windows[busiest[0]] - flexible, hall.windows[busiest[1]]),
        flexible=flexible,
    )
    for kind, streams in hall.streams.items():
        method = hall.method(kind)
        wait = hall.wait(kind, streams, hall.windows[kind])
        if kind in busiest:
            k, method = busiest.index(kind), CHAIN
            spread = (1.0 + (one, other)[k].variation ** 2) / 2.0
            wait = LineWait(
                name="",
                arrivals=wait.arrivals,
                mean_wait=found.mean_waits[k] * spread,
                delayed=found.delayed[k],
            )
        for name, stream in streams.items():
            yield kind, name, replace(wait, arrivals=stream.arrivals), method


def _priority(hall: _Hall, classes: tuple[PriorityClass, ...]) -> Iterator[Found]:
    """Yield the waits of classes at each kind of window."""
    mix = replace(hall.mix, service=replace(hall.mix.service, priority=classes))
    for kind, streams in hall.streams.items():
        patience = mix.service.patience.get(kind)
        waits = compute_line(
            class_streams(mix, kind, streams, 1),
            hall.windows[kind],
            patience=patience,
            arrival_variation=booked_variation(mix, kind, streams),
        )
        for wait in waits:
            yield kind, wait.name or OTHERS, wait, COBHAM if patience is None else IMPATIENT


def _summed(name: str, found: list[Found]) -> Iterator[StrategyRow]:
    """Yield a row for everybody, and one for each stop and kind of customers."""
    waits = [wait for _, _, wait, _ in found]
    if not waits:
        return
    methods = "; ".join(dict.fromkeys(method for _, _, _, method in found))
    yield _row(name, EVERYWHERE, EVERYBODY, waits, methods)
    for stop, customers, wait, method in found:
        yield _row(name, stop, customers, [wait], method)


def _row(
    strategy: str, stop: str, customers: str, waits: list[LineWait], method: str
) -> StrategyRow:
    return StrategyRow(
        strategy=strategy,
        stop=stop,
        customers=customers,
        arrivals_per_hour=MINUTES_PER_HOUR * sum(wait.arrivals for wait in waits),
        mean_minutes=mean_wait(waits),
        p95_minutes=wait_percentile(waits, PERCENTILE),
        method=method,
    )
