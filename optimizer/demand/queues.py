"""Waiting in front of servers: formulas of queueing theory, without any branch in them.

In: `Stream` values (how many come, how long they are served) and numbers of servers. Out: waits.
Every function works in one unit of time, whichever the caller takes: with arrivals per minute and
services in minutes, waits are in minutes.

With arrivals λ, mean service 1/μ, c servers, offered load a = λ/μ and utilisation ρ = a/c:

(1) Erlang B:  1/B(0) = 1,  1/B(k) = 1 + k/a · 1/B(k−1)
(2) Erlang C:  P(wait > 0) = C = B / (1 − ρ(1 − B))
(3) M/M/c:     Wq = C / (cμ − λ)
(4) G/G/c:     Wq ≈ (3) · (Ca² + Cs²)/2, with the coefficients of variation of interarrival and
    service times (Allen and Cunneen); exact for M/M/c and for M/G/1
(5) P(wait > t) = C · exp(−C·t/Wq): exact for M/M/c, elsewhere the same shape with the mean of (4)
(6) priorities, never interrupting a service: W(k) = W0 / ((1 − σ(k−1))(1 − σ(k))), where σ(k) is
    the utilisation by classes 1…k and W0 the wait until some server is free (Cobham)

Too many arrivals (ρ ≥ 1) are an outcome and not an error: waits are then infinite.

References
----------
A. O. Allen, Probability, Statistics, and Queueing Theory, 2nd ed., 1990, section 5.3.
A. Cobham, Priority assignment in waiting line problems, 1954, doi:10.1287/opre.2.1.70.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "DedicatedFigures",
    "QueueFigures",
    "Stream",
    "compute_dedicated",
    "compute_priority_waits",
    "compute_queue",
    "delay_probability",
    "find_percentile",
    "pool_streams",
]

#: A percentile is found as exactly as this, relative.
PRECISION = 1e-12


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Customers who come at random for one kind of service.

    Parameters
    ----------
    arrivals
        People per unit of time.
    service
        Mean service time.
    variation
        Standard deviation of the service time over its mean; 1 for exponential times.

    Raises
    ------
    StudyError
        If a figure is negative or not finite, or the service takes no time.
    """

    arrivals: float
    service: float
    variation: float = 1.0

    def __post_init__(self) -> None:
        bad = [
            f"{name} of a queue is {value}; it must be a finite number {limit}"
            for name, value, right, limit in (
                ("arrival rate", self.arrivals, self.arrivals >= 0, "of 0 or more"),
                ("mean service time", self.service, self.service > 0, "above 0"),
                (
                    "variation of the service time",
                    self.variation,
                    self.variation >= 0,
                    "of 0 or more",
                ),
            )
            if not (right and math.isfinite(value))
        ]
        if bad:
            raise StudyError(*bad)

    @property
    def load(self) -> float:
        """Mean number of servers that the stream keeps busy, a = λ/μ."""
        return self.arrivals * self.service


@dataclass(frozen=True, kw_only=True)
class QueueFigures:
    """One queue in front of equal servers, in the steady state.

    Parameters
    ----------
    arrivals
        People per unit of time.
    servers
        Number of servers.
    utilisation
        ρ = λ/(cμ); above 1 where more come than can be served.
    empty
        Probability that nobody is there, P0 (of M/M/c); 0 where the queue grows for ever.
    delayed
        Probability that a customer has to wait; 1 where the queue grows for ever.
    mean_wait
        Mean time in the queue, Wq; inf where it grows for ever.
    service
        Mean service time.
    """

    arrivals: float
    servers: int
    utilisation: float
    empty: float
    delayed: float
    mean_wait: float
    service: float

    @property
    def mean_time(self) -> float:
        """Mean time from arrival to the end of service, W."""
        return self.mean_wait + self.service

    @property
    def waiting(self) -> float:
        """Mean number of people who wait, Lq = λ·Wq."""
        return self.arrivals * self.mean_wait if self.arrivals else 0.0

    @property
    def present(self) -> float:
        """Mean number of people who wait or are served, L = λ·W."""
        return self.arrivals * self.mean_time if self.arrivals else 0.0

    def longer_than(self, time: float) -> float:
        """Probability of waiting longer than a time, formula (5)."""
        if time < 0:
            return 1.0
        if math.isinf(self.mean_wait):
            return 1.0
        if self.mean_wait <= 0:
            return 0.0
        return self.delayed * math.exp(-self.delayed * time / self.mean_wait)

    def percentile(self, share: float) -> float:
        """Wait that a share of the customers (0 to 1, below 1) does not exceed."""
        _check_share(share)
        if self.delayed <= 1 - share or self.mean_wait <= 0:
            return 0.0
        return self.mean_wait / self.delayed * math.log(self.delayed / (1 - share))


@dataclass(frozen=True, kw_only=True)
class DedicatedFigures:
    """Several queues side by side, each with its own servers and customers."""

    queues: tuple[QueueFigures, ...]

    @property
    def arrivals(self) -> float:
        """People per unit of time, all queues together."""
        return sum(queue.arrivals for queue in self.queues)

    @property
    def mean_wait(self) -> float:
        """Mean time in the queue over the customers of all queues."""
        waits = [q.arrivals * q.mean_wait for q in self.queues if q.arrivals]
        return sum(waits) / self.arrivals if waits else 0.0

    def longer_than(self, time: float) -> float:
        """Share of the customers of all queues who wait longer than a time."""
        if not self.arrivals:
            return 0.0
        return sum(q.arrivals * q.longer_than(time) for q in self.queues) / self.arrivals

    def percentile(self, share: float) -> float:
        """Wait that a share of the customers of all queues (below 1) does not exceed."""
        _check_share(share)
        stuck = sum(q.arrivals for q in self.queues if math.isinf(q.mean_wait))
        if stuck and stuck / self.arrivals >= 1 - share:
            return math.inf
        finite = [q.percentile(0.5 * (1 + share)) for q in self.queues if q.utilisation < 1]
        return find_percentile(self.longer_than, share, start=max(finite, default=0.0))


def pool_streams(streams: Sequence[Stream]) -> Stream:
    """Return the streams as one.

    The service time is a mixture: its variance is the mean of the variances within the streams
    plus the variance between their means.

    Raises
    ------
    StudyError
        If there is no stream.
    """
    if not streams:
        raise StudyError("no stream of customers to pool; at least one is needed")
    arrivals = sum(stream.arrivals for stream in streams)
    if not arrivals:
        return Stream(arrivals=0.0, service=streams[0].service, variation=streams[0].variation)
    shares = [stream.arrivals / arrivals for stream in streams]
    mean = sum(p * s.service for p, s in zip(shares, streams, strict=True))
    variance = sum(
        p * ((s.variation * s.service) ** 2 + (s.service - mean) ** 2)
        for p, s in zip(shares, streams, strict=True)
    )
    return Stream(arrivals=arrivals, service=mean, variation=math.sqrt(variance) / mean)


def delay_probability(load: float, servers: int) -> float:
    """Erlang C, formula (2): probability that all servers of M/M/c are busy.

    Parameters
    ----------
    load
        Offered load a = λ/μ.
    servers
        Number of servers, at least 1.
    """
    if load >= servers:
        return 1.0
    blocked = 1.0
    for k in range(1, servers + 1):
        # formula (1) the other way up, so that a load of 0 does no harm
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def compute_queue(stream: Stream, servers: int, *, arrival_variation: float = 1.0) -> QueueFigures:
    """One queue in front of some servers, formulas (2) to (4).

    Parameters
    ----------
    stream
        Who comes, and how long they are served.
    servers
        Number of servers, at least 1.
    arrival_variation
        Standard deviation of the time between arrivals over its mean; 1 for random arrivals,
        less where customers come by appointment.

    Raises
    ------
    StudyError
        If there are no servers.
    """
    _check_servers(servers)
    load = stream.load
    utilisation = load / servers
    delayed = delay_probability(load, servers)
    mean_wait = math.inf
    if load < servers:
        spread = (arrival_variation**2 + stream.variation**2) / 2
        mean_wait = delayed * stream.service / (servers - load) * spread
    return QueueFigures(
        arrivals=stream.arrivals,
        servers=servers,
        utilisation=utilisation,
        empty=_empty_probability(load, servers),
        delayed=delayed,
        mean_wait=mean_wait,
        service=stream.service,
    )


def compute_dedicated(streams: Sequence[Stream], servers: Sequence[int]) -> DedicatedFigures:
    """Figures of each stream with servers of its own.

    Raises
    ------
    StudyError
        If there are not as many numbers of servers as streams, or a stream has no servers.
    """
    if len(streams) != len(servers):
        raise StudyError(
            f"{len(servers)} numbers of servers for {len(streams)} streams; each stream needs one"
        )
    return DedicatedFigures(
        queues=tuple(compute_queue(s, c) for s, c in zip(streams, servers, strict=True))
    )


def compute_priority_waits(
    streams: Sequence[Stream], servers: int, *, arrival_variation: float = 1.0
) -> tuple[float, ...]:
    """Mean wait of each class of customers, formula (6).

    Exact for one server, and for any number where all classes have the same exponential service
    time; elsewhere W0 is scaled as in formula (4).

    Parameters
    ----------
    streams
        The classes, those who are called first standing first.
    servers
        Number of servers, at least 1, who serve every class.
    arrival_variation
        As in `compute_queue`.

    Raises
    ------
    StudyError
        If there are no servers or no classes.
    """
    _check_servers(servers)
    # where the classes are too many, the last of them get what the others leave
    served: list[Stream] = []
    room = float(servers)
    for stream in streams:
        rate = min(stream.arrivals, room / stream.service)
        served.append(Stream(arrivals=rate, service=stream.service, variation=stream.variation))
        room = max(0.0, room - rate * stream.service)
    pooled = pool_streams(served)
    full = sum(stream.load for stream in streams) >= servers
    delayed = 1.0 if full else delay_probability(pooled.load, servers)
    spread = (arrival_variation**2 + pooled.variation**2) / 2
    first = delayed * pooled.service / servers * spread
    waits: list[float] = []
    before = 0.0
    for stream in streams:
        after = before + stream.load / servers
        waits.append(first / ((1 - before) * (1 - after)) if after < 1 else math.inf)
        before = after
    return tuple(waits)


def find_percentile(
    longer_than: Callable[[float], float], share: float, *, start: float = 1.0
) -> float:
    """Return the wait that a share of customers does not exceed.

    Parameters
    ----------
    longer_than
        Share of the customers who wait longer than a time; falls to less than 1 − share.
    share
        Between 0 and 1.
    start
        A first guess.
    """
    tail = 1 - share
    if longer_than(0.0) <= tail:
        return 0.0

    def excess(time: float) -> float:
        still = longer_than(time)
        return math.log(still / tail) if still > 0 else -math.inf

    low, high = 0.0, start if start > 0 else 1.0
    above, below = excess(low), excess(high)
    while below > 0:
        low, above, high, below = high, below, 2 * high, excess(2 * high)
    last = high
    while high - low > PRECISION * high:
        # tails fade exponentially, so that their logarithm is nearly straight; an end that stays
        # is given half its weight (Illinois), and where there is no logarithm, halves are taken
        middle = 0.5 * (low + high)
        if math.isfinite(below) and above > below:
            middle = min(max(high - below * (high - low) / (below - above), low), high)
        if abs(middle - last) <= PRECISION * high or middle in (low, high):
            return middle
        found, last = excess(middle), middle
        if found > 0:
            low, above, below = middle, found, 0.5 * below
        else:
            high, below, above = middle, found, 0.5 * above
    return high


def _empty_probability(load: float, servers: int) -> float:
    """P0 of M/M/c, by logarithms so that many servers do not overflow."""
    if load >= servers:
        return 0.0
    if load == 0:
        return 1.0
    logs = [k * math.log(load) - math.lgamma(k + 1) for k in range(servers + 1)]
    logs[-1] -= math.log1p(-load / servers)
    top = max(logs)
    return math.exp(-top) / sum(math.exp(value - top) for value in logs)


def _check_servers(servers: int) -> None:
    if servers < 1:
        raise StudyError(f"a queue with {servers} servers; it needs at least 1")


def _check_share(share: float) -> None:
    if not 0 <= share < 1:
        raise StudyError(f"percentile at a share of {share}; it must be at least 0 and below 1")
