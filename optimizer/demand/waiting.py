"""How long customers wait at each kind of fixture of a layout.

In: a `Study` (and a layout, an hour, the windows that are open). Out: `WaitingFigures` per fixture
type. All fixtures of a type share one line, as with a queue machine that calls the next ticket to
whichever window is free, but where the study's `Service` gives them lines of their own or keeps
windows for some businesses.

The service time at a type is a mixture over the businesses that use it: each has its own mean
(`service_minutes`) and spread (`service_variation`: the study's, its queue log's, or that of
`service.toml`). Where a member of staff
comes to check (`StaffRound.check_minutes`), the fixture stays taken meanwhile: the mean wait for
the check is added to the service.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from optimizer.demand.checks import compute_check_delays
from optimizer.demand.flows import compute_visits
from optimizer.demand.lines import compute_line, mean_wait, wait_percentile
from optimizer.demand.overload import charge_waits
from optimizer.demand.queues import Stream, pool_streams
from optimizer.evaluation import ClassWaiting, WaitingFigures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.demand.lines import LineWait
    from optimizer.demand.mix import BusinessMix
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = [
    "OTHERS",
    "Line",
    "booked_variation",
    "business_streams",
    "class_streams",
    "compute_lines",
    "compute_streams",
    "compute_waiting",
    "waiting_of_mix",
]

#: The reported percentile of the wait.
PERCENTILE = 0.95
#: What customers of no class are called where there are classes.
OTHERS = "others"

MINUTES_PER_HOUR = 60.0


@dataclass(frozen=True, kw_only=True)
class Line:
    """Customers of one type who wait together.

    Parameters
    ----------
    classes
        Streams by class, those who are called first standing first; "" where there are none.
    servers
        Places that call from the line.
    copies
        How many such lines stand side by side.
    patience
        Mean minutes of patience, or None.
    arrival_variation
        Variation of the time between arrivals.
    shares
        Share of each business's customers that is in each class: class, business, share.
    """

    classes: Mapping[str, Stream]
    servers: int
    copies: int = 1
    patience: float | None = None
    arrival_variation: float = 1.0
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def utilisation(self) -> float:
        """What comes over what can be served."""
        return sum(stream.load for stream in self.classes.values()) / self.servers

    def waits(self) -> tuple[LineWait, ...]:
        """Wait by class."""
        return compute_line(
            self.classes,
            self.servers,
            patience=self.patience,
            arrival_variation=self.arrival_variation,
        )

    def charges(self, waits: tuple[LineWait, ...]) -> dict[str, float]:
        """Minutes by class that the objective takes for these waits, see `demand.overload`."""
        charges = charge_waits(
            self.classes, self.servers, waits, arrival_variation=self.arrival_variation
        )
        return dict(zip(self.classes, charges, strict=True))


def compute_waiting(
    study: Study,
    layout: Layout | None = None,
    hour: int | None = None,
    *,
    servers: Mapping[str, int] | None = None,
) -> dict[str, WaitingFigures]:
    """Waits in minutes at each fixture type that serves customers.

    Parameters
    ----------
    study
        Business mix, arrivals and fixture types.
    layout
        Which fixtures there are; None for the full brief.
    hour
        Hour of the day; None for the design hour.
    servers
        Places by fixture type that are open, instead of those of the layout.

    Returns
    -------
    dict of str to WaitingFigures
        By fixture type, in alphabetical order. A type that serves nobody (servers 0), that nobody
        uses, or for which no service time is known is left out. Where more people come than can
        be served and none of them leaves, the utilisation is 1 or more and mean and percentile
        are inf.
    """
    hour = study.hour if hour is None else hour
    places = dict(study.servers(layout) if servers is None else servers)
    arrivals = study.mix.arrivals.per_hour.get(hour, 0.0)
    serving = {kind: n for kind, n in places.items() if study.types[kind].servers}
    return waiting_of_mix(study.mix, places, arrivals, serving)


def waiting_of_mix(
    mix: BusinessMix,
    places: Mapping[str, int],
    arrivals: float,
    serving: Mapping[str, int] | None = None,
) -> dict[str, WaitingFigures]:
    """Waits in minutes at each fixture type, as `compute_waiting` gives them.

    Parameters
    ----------
    mix
        Who comes for what.
    places
        Places by fixture type, also of types that serve nobody.
    arrivals
        Customers per hour.
    serving
        Places of the types that serve; None for all of `places`.
    """
    serving = places if serving is None else serving
    visits = compute_visits(mix, places, arrivals)
    delays = compute_check_delays(mix, visits, places)
    figures: dict[str, WaitingFigures] = {}
    for kind, lines in sorted(compute_lines(mix, visits, serving).items()):
        people = sum(visits[kind].values())
        row = _figures(lines, people, serving[kind])
        figures[kind] = replace(row, check_wait_minutes=delays.get(kind, (0.0, 0.0))[1])
    return figures


def compute_streams(
    mix: BusinessMix,
    visits: Mapping[str, Mapping[str, float]],
    places: Mapping[str, int] | None = None,
) -> dict[str, Stream]:
    """Customers per minute and service times in minutes, by fixture type.

    Businesses that use a type without a service time for it take as long there as the others do
    on average; a type for which no business has one is left out.

    Parameters
    ----------
    mix
        Holds the service times.
    visits
        Fixture type → business → customers per hour, from `compute_visits`.
    places
        Places by type, for the checks by staff; None leaves these out.
    """
    return {
        kind: pool_streams(list(streams.values()))
        for kind, streams in business_streams(mix, visits, places or {}).items()
    }


def compute_lines(
    mix: BusinessMix, visits: Mapping[str, Mapping[str, float]], places: Mapping[str, int]
) -> dict[str, tuple[Line, ...]]:
    """Lines before each fixture type that has places and a service time.

    Parameters
    ----------
    mix
        Service times and how customers are called.
    visits
        Fixture type → business → customers per hour, from `compute_visits`.
    places
        Places by fixture type.
    """
    return {
        kind: tuple(_lines(mix, kind, streams, places[kind]))
        for kind, streams in business_streams(mix, visits, places).items()
        if places.get(kind)
    }


def business_streams(
    mix: BusinessMix, visits: Mapping[str, Mapping[str, float]], places: Mapping[str, int]
) -> dict[str, dict[str, Stream]]:
    """Stream of each business at each type, minutes; what checks add to a service is in it."""
    minutes = {business.name: business.service_minutes for business in mix.businesses}
    named = {business.name: business for business in mix.businesses}
    delays = compute_check_delays(mix, visits, places)
    streams: dict[str, dict[str, Stream]] = {}
    for kind, by_business in visits.items():
        known = [
            Stream(
                arrivals=rate / MINUTES_PER_HOUR,
                service=minutes[name][kind],
                variation=mix.service_variation(named[name], kind),
            )
            for name, rate in by_business.items()
            if minutes[name].get(kind, 0.0) > 0
        ]
        if not known or not sum(stream.arrivals for stream in known):
            continue
        others = pool_streams(known)
        added = delays.get(kind, (0.0, 0.0))[0]
        streams[kind] = {}
        for name, rate in by_business.items():
            own = minutes[name].get(kind, 0.0)
            streams[kind][name] = Stream(
                arrivals=rate / MINUTES_PER_HOUR,
                service=(own if own > 0 else others.service) + added,
                variation=mix.service_variation(named[name], kind) if own > 0 else others.variation,
            )
    return streams


def _lines(
    mix: BusinessMix, kind: str, streams: Mapping[str, Stream], places: int
) -> Iterator[Line]:
    """Yield the lines before one type."""
    reserved = [r for r in mix.service.reserved if r.type == kind]
    free = places - sum(r.windows for r in reserved)
    groups = [(r.windows, set(r.business)) for r in reserved] if free > 0 else []
    kept = set().union(*(names for _, names in groups))
    groups.append((free if groups else places, set(streams) - kept))
    own = kind in mix.service.own_lines
    for servers, names in groups:
        inside = {name: stream for name, stream in streams.items() if name in names}
        if not inside:
            continue
        copies = servers if own else 1
        yield Line(
            classes=class_streams(mix, kind, inside, copies),
            servers=servers // copies,
            copies=copies,
            patience=mix.service.patience.get(kind),
            arrival_variation=booked_variation(mix, kind, inside),
            shares=_class_shares(mix, kind, tuple(inside)),
        )


def class_streams(
    mix: BusinessMix, kind: str, streams: Mapping[str, Stream], copies: int
) -> dict[str, Stream]:
    """Streams of a line by class, each for one of its copies."""
    return {
        name: pool_streams(
            [
                replace(streams[business], arrivals=streams[business].arrivals * part / copies)
                for business, part in parts.items()
            ]
        )
        for name, parts in _class_shares(mix, kind, tuple(streams)).items()
    }


def _class_shares(
    mix: BusinessMix, kind: str, businesses: tuple[str, ...]
) -> dict[str, dict[str, float]]:
    """Share of each business's customers in each class, those who are called first first."""
    parts: dict[str, dict[str, float]] = {}
    left = dict.fromkeys(businesses, 1.0)
    classes = mix.service.priority if kind in mix.service.staffed else ()
    for priority in classes:
        for name in businesses:
            if not priority.business or name in priority.business:
                part = left[name] * priority.share
                left[name] -= part
                own = parts.setdefault(priority.name, {})
                own[name] = own.get(name, 0.0) + part
    parts[OTHERS if parts else ""] = left
    return parts


def booked_variation(mix: BusinessMix, kind: str, streams: Mapping[str, Stream]) -> float:
    """Variation of the time between arrivals, by the share of them that is booked.

    Ca² of a superposition by the asymptotic method: the mean of the streams' own squares.
    (W. Whitt, Approximating a point process by a renewal process, 1982,
    doi:10.1287/opre.30.1.125.)
    """
    people = sum(stream.arrivals for stream in streams.values())
    if kind not in mix.service.staffed or not people:
        return 1.0
    share = {business.name: business.appointments for business in mix.businesses}
    booked = sum(share[name] * stream.arrivals for name, stream in streams.items()) / people
    return math.sqrt(1.0 - booked * (1.0 - mix.service.appointment_variation**2))


def _figures(lines: tuple[Line, ...], people: float, servers: int) -> WaitingFigures:
    """Figures of all lines of a type together."""
    by_line = [line.waits() for line in lines]
    waits = [
        replace(wait, arrivals=wait.arrivals * line.copies)
        for line, own in zip(lines, by_line, strict=True)
        for wait in own
    ]
    charges = [line.charges(own) for line, own in zip(lines, by_line, strict=True)]
    charged = sum(
        stream.arrivals * line.copies * own[name]
        for line, own in zip(lines, charges, strict=True)
        for name, stream in line.classes.items()
    )
    load = sum(s.load * line.copies for line in lines for s in line.classes.values())
    total = sum(wait.arrivals for wait in waits)
    names = {wait.name: None for wait in waits}
    mean = mean_wait(waits)
    return WaitingFigures(
        mean_minutes=mean,
        p95_minutes=wait_percentile(waits, PERCENTILE),
        utilisation=max(line.utilisation for line in lines),
        arrivals_per_hour=people,
        servers=servers,
        minutes_of_hour=charged / total if total else 0.0,
        by_business=_by_business(lines, charges),
        people_waiting=total * mean if total else 0.0,
        abandoned=_share(waits),
        service_minutes=load / total if total else 0.0,
        by_class={name: _class([w for w in waits if w.name == name]) for name in names}
        if len(names) > 1
        else {},
    )


def _by_business(
    lines: tuple[Line, ...], charges: Sequence[Mapping[str, float]]
) -> dict[str, float]:
    """Minutes of each business's customers, where not all of them wait alike."""
    if len(lines) == 1 and len(lines[0].classes) == 1:
        return {}
    minutes: dict[str, float] = {}
    for line, own in zip(lines, charges, strict=True):
        for name, parts in line.shares.items():
            for business, part in parts.items():
                minutes[business] = minutes.get(business, 0.0) + part * own[name]
    return minutes


def _class(waits: list[LineWait]) -> ClassWaiting:
    """Figures of one class over all lines."""
    return ClassWaiting(
        mean_minutes=mean_wait(waits),
        p95_minutes=wait_percentile(waits, PERCENTILE),
        arrivals_per_hour=sum(wait.arrivals for wait in waits) * MINUTES_PER_HOUR,
        abandoned=_share(waits),
    )


def _share(waits: list[LineWait]) -> float:
    """Share of those who come and leave unserved."""
    total = sum(wait.arrivals for wait in waits)
    return sum(wait.arrivals * wait.abandoned for wait in waits) / total if total else 0.0
