"""Waiting among people who may give up: the Erlang-A queue, M/M/c+M.

In: a `Stream` of customers, servers and the mean patience. Out: who waits, how long, and the share
who leave before they are called. Such a queue has a steady state however many people come.

With arrivals λ, service rate μ, c servers, mean patience 1/θ, s = cμ/θ and x = λ/θ:

(1) S(z) = Σ(j ≥ 0) Π(i = 1…j) z/(s + i): how much likelier "all servers are busy" is than "all
    are busy and nobody waits", for z = x
(2) P(wait > 0) = S / (S + (1 − B)/B), with Erlang's B of the c servers
(3) L = Σ j · P(j wait); share who leave = θ·L/λ; mean wait of all = L/λ
(4) P(wait > t) = P(wait > 0) · exp(−cμt − θt + x(1 − e^(−θt))) · S(x·e^(−θt)) / S(x), the wait
    ending with service or with leaving
(5) classes called one after the other, never interrupting a service: while all servers are busy,
    those of classes 1…k who wait are a birth-death chain of births λ1 + … + λk and deaths
    cμ + j·θ by themselves, so that L(1…k) = P(wait > 0) · (mean of j under the weights of S at
    z = (λ1 + … + λk)/θ). Exact where all classes have one μ and one θ; without impatience it is
    Cobham's formula
(6) other spreads than Poisson and exponential: with k = (Ca² + Cs²)/2 the queue is taken as that
    of arrivals λ/k and services k/μ. It is exact at k = 1, gives Allen and Cunneen's wait where
    patience has no end, and keeps the balance of flows, θ·L = λ − cμ, where far too many come

References
----------
C. Palm, Research on telephone traffic carried by full availability groups, Tele 1957, no. 1.
A. Mandelbaum and S. Zeltyn, Service engineering in action: the Palm/Erlang-A queue, 2007,
doi:10.1007/978-3-540-29860-1_2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.queues import Stream, find_percentile, pool_streams
from optimizer.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "AbandonmentFigures",
    "compute_abandonment",
    "compute_impatient_classes",
    "spread_stream",
]

#: Least spread (6): a queue without any chance in it has none to scale by.
LEAST_SPREAD = 0.01

#: Terms of the series (1) that are added at a time.
CHUNK = 512


@dataclass(frozen=True, kw_only=True)
class AbandonmentFigures:
    """One queue whose customers leave when their patience ends.

    Parameters
    ----------
    arrivals
        People per unit of time.
    service
        Mean service time.
    servers
        Number of servers.
    patience
        Mean time that a customer is ready to wait.
    delayed
        Probability that a customer has to wait.
    waiting
        Mean number of people who wait.
    """

    arrivals: float
    service: float
    servers: int
    patience: float
    delayed: float
    waiting: float

    @property
    def offered(self) -> float:
        """Utilisation if nobody left, λ/(cμ); may be above 1."""
        return self.arrivals * self.service / self.servers

    @property
    def abandoned(self) -> float:
        """Share of the customers who leave unserved."""
        return self.waiting / (self.arrivals * self.patience) if self.arrivals else 0.0

    @property
    def utilisation(self) -> float:
        """Share of time that a server is busy."""
        return self.offered * (1 - self.abandoned)

    @property
    def mean_wait(self) -> float:
        """Mean time in the queue over those who are served and those who leave."""
        return self.waiting / self.arrivals if self.arrivals else 0.0

    def longer_than(self, time: float) -> float:
        """Probability of standing in the queue longer than a time, formula (4)."""
        if time < 0:
            return 1.0
        if not self.delayed:
            return 0.0
        s = self.servers * self.patience / self.service
        x = self.arrivals * self.patience
        faded = math.exp(-time / self.patience)
        # without those who leave; rounding must not lift it above 0
        exponent = (
            -s * time / self.patience
            - x * math.expm1(-time / self.patience)
            + _log_series(x * faded, s)[0]
            - _log_series(x, s)[0]
        )
        return self.delayed * faded * math.exp(min(0.0, exponent))

    def percentile(self, share: float) -> float:
        """Wait that a share of the customers (0 to 1, below 1) does not exceed."""
        if not 0 <= share < 1:
            raise StudyError(f"percentile at a share of {share}; it must be at least 0 and below 1")
        return find_percentile(self.longer_than, share, start=self.patience)


def compute_abandonment(stream: Stream, servers: int, patience: float) -> AbandonmentFigures:
    """One queue with customers of limited patience, formulas (1) to (3).

    Parameters
    ----------
    stream
        Who comes, and how long they are served; its service time counts as exponential.
    servers
        Number of servers, at least 1.
    patience
        Mean time that a customer is ready to wait, above 0; patience is exponential.

    Raises
    ------
    StudyError
        If there are no servers, or the patience is not a finite time above 0.
    """
    if servers < 1:
        raise StudyError(f"a queue with {servers} servers; it needs at least 1")
    if not (patience > 0 and math.isfinite(patience)):
        raise StudyError(f"mean patience of {patience}; it must be a finite time above 0")
    delayed = waiting = 0.0
    if stream.arrivals:
        log_s, mean_j = _log_series(stream.arrivals * patience, servers * patience / stream.service)
        # (1 − B)/B, Erlang's recursion of formula (1) in `queues`
        others = 0.0
        for k in range(1, servers + 1):
            others = k / stream.load * (1 + others)
        delayed = 1 / (1 + others * math.exp(-log_s))
        waiting = delayed * mean_j
    return AbandonmentFigures(
        arrivals=stream.arrivals,
        service=stream.service,
        servers=servers,
        patience=patience,
        delayed=delayed,
        waiting=waiting,
    )


def spread_stream(stream: Stream, arrival_variation: float = 1.0) -> Stream:
    """Stream whose Erlang-A queue stands for one of other spreads, formula (6).

    Parameters
    ----------
    stream
        Who comes, how long they are served, and how that varies.
    arrival_variation
        Standard deviation of the time between arrivals over its mean.
    """
    spread = max((arrival_variation**2 + stream.variation**2) / 2, LEAST_SPREAD)
    return Stream(arrivals=stream.arrivals / spread, service=stream.service * spread)


def compute_impatient_classes(
    streams: Sequence[Stream], servers: int, patience: float, *, arrival_variation: float = 1.0
) -> tuple[float, ...]:
    """Mean wait of each class of customers of one patience, formulas (5) and (6).

    Parameters
    ----------
    streams
        The classes, those who are called first standing first. Unlike services are taken as
        their mixture.
    servers
        Number of servers, at least 1, who serve every class.
    patience
        Mean time that customers are ready to wait.
    arrival_variation
        As in `spread_stream`.

    Raises
    ------
    StudyError
        As `compute_abandonment`, or if there are no classes.
    """
    whole = spread_stream(pool_streams(streams), arrival_variation)
    queue = compute_abandonment(whole, servers, patience)
    total = sum(stream.arrivals for stream in streams)
    rounds = servers * patience / whole.service
    waits: list[float] = []
    share = waiting = 0.0
    for stream in streams:
        share += stream.arrivals / total if total else 0.0
        before, waiting = (
            waiting,
            queue.delayed * _log_series(whole.arrivals * share * patience, rounds)[1],
        )
        own = stream.arrivals / total * whole.arrivals if total else 0.0
        waits.append((waiting - before) / own if own else 0.0)
    return tuple(waits)


@lru_cache(maxsize=4096)
def _log_series(z: float, s: float) -> tuple[float, float]:
    """Logarithm of the series (1), and the mean of j weighted by its terms."""
    if z <= 0:
        return 0.0, 0.0
    top, total, first_moment = 0.0, 1.0, 0.0  # of the terms divided by exp(top)
    log_term, j = 0.0, 0
    while True:
        steps = np.arange(j + 1, j + CHUNK + 1, dtype=np.float64)
        logs = log_term + np.cumsum(np.log(z) - np.log(s + steps))
        highest = max(top, float(logs.max()))
        terms = np.exp(logs - highest)
        shrink = math.exp(top - highest)
        total = total * shrink + float(terms.sum())
        first_moment = first_moment * shrink + float((terms * steps).sum())
        top, log_term, j = highest, float(logs[-1]), j + CHUNK
        # from here on every term is at most z/(s+j) of the one before
        ratio = z / (s + j)
        if ratio < 1 and terms[-1] * (j + 1 / (1 - ratio)) / (1 - ratio) < 1e-16 * first_moment:
            return top + math.log(total), first_moment / total
