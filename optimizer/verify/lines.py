"""One line of customers worked out again, by the balance of its states.

In: rates and services of the classes of a line. Out: mean, 95th percentile and share who leave,
for the line and for each class.

Without patience the states are summed in closed form (Erlang's C) and classes follow from Cobham's
mean-value argument. With patience 1/θ the states are those of a birth-death chain; a customer who
finds j others waiting is called after a time T with e^(−θT) ~ Beta(cμ/θ, j + 1), the sum of j + 1
exponential times of rates cμ + iθ. Spread k = (Ca² + Cs²)/2 of arrivals and services scales the
chain: arrivals λ/k, services k/μ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, gammaln

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Group", "Wait", "late_wait", "mixture", "work_out"]

#: Share of the customers whose wait the percentile bounds.
LATE = 0.95
#: Least spread of a line with patience, as `demand.abandonment` sets it.
LEAST_SPREAD = 0.01
#: A wait that is found by halving is this exact, relative.
HALVED = 1e-13


@dataclass(frozen=True, kw_only=True)
class Group:
    """People per minute, mean minutes of service, and mean of its square."""

    rate: float
    mean: float
    square: float


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What one group waits: its rate, mean minutes, share who leave, P(wait > t)."""

    rate: float
    mean: float
    left: float
    tail: Callable[[float], float]


def mixture(groups: Sequence[Group]) -> Group:
    """All groups together."""
    rate = sum(group.rate for group in groups)
    if rate <= 0:
        return Group(rate=0.0, mean=groups[0].mean, square=groups[0].square)
    return Group(
        rate=rate,
        mean=sum(g.rate * g.mean for g in groups) / rate,
        square=sum(g.rate * g.square for g in groups) / rate,
    )


def work_out(
    groups: Mapping[str, Group], servers: int, patience: float | None, arrivals: float
) -> dict[str, Wait]:
    """Wait of each group, the first called first.

    Parameters
    ----------
    groups
        Groups by name.
    servers
        How many are served at a time.
    patience
        Mean minutes of patience; None without end.
    arrivals
        Squared coefficient of variation of the time between arrivals.
    """
    whole = mixture(tuple(groups.values()))
    spread = (arrivals + whole.square / whole.mean**2 - 1) / 2
    if patience is None:
        return _patient(groups, servers, spread, arrivals)
    return _impatient(groups, servers, patience, max(spread, LEAST_SPREAD))


def late_wait(waits: Sequence[Wait]) -> float:
    """95th percentile over all groups, minutes."""
    people = sum(wait.rate for wait in waits)
    if people <= 0:
        return 0.0
    if sum(w.rate for w in waits if math.isinf(w.mean)) >= (1 - LATE) * people:
        return math.inf

    def beyond(time: float) -> float:
        return sum(w.rate * w.tail(time) for w in waits if w.rate) / people

    if beyond(0.0) <= 1 - LATE:
        return 0.0
    high = 1.0
    while beyond(high) > 1 - LATE:
        high *= 2
    low = 0.0
    while high - low > HALVED * high:
        middle = (low + high) / 2
        low, high = (middle, high) if beyond(middle) > 1 - LATE else (low, middle)
    return high


def _patient(
    groups: Mapping[str, Group], servers: int, spread: float, arrivals: float
) -> dict[str, Wait]:
    """Nobody leaves."""
    room = float(servers)
    taken: list[Group] = []
    for group in groups.values():
        rate = min(group.rate, room / group.mean)
        room = max(0.0, room - rate * group.mean)
        taken.append(Group(rate=rate, mean=group.mean, square=group.square))
    load = sum(group.rate * group.mean for group in groups.values())
    served = mixture(taken)
    delayed = 1.0 if load >= servers else _erlang_c(load, servers)
    if len(groups) > 1:
        spread = (arrivals + served.square / served.mean**2 - 1) / 2
    # what is left of the services that a customer who must wait finds, and then the lines before
    residual = delayed * served.mean / servers * spread
    waits: dict[str, Wait] = {}
    ahead = 0.0
    for name, group in groups.items():
        behind = ahead + group.rate * group.mean / servers
        mean = residual / ((1 - ahead) * (1 - behind)) if behind < 1 else math.inf
        waits[name] = Wait(rate=group.rate, mean=mean, left=0.0, tail=_fading(delayed, mean))
        ahead = behind
    return waits


def _impatient(
    groups: Mapping[str, Group], servers: int, patience: float, spread: float
) -> dict[str, Wait]:
    """Those whose patience ends leave."""
    whole = mixture(tuple(groups.values()))
    service = whole.mean * spread
    calls = servers * patience / service  # cμ/θ
    states = np.arange(_cut(whole.rate / spread, servers, service, patience))
    waiting = np.arange(len(states) - servers)
    logs = (
        np.concatenate(
            [
                states[:servers] * math.log(whole.rate * whole.mean)
                - gammaln(states[:servers] + 1),
                servers * math.log(whole.rate * whole.mean)
                - gammaln(servers + 1)
                + _log_weights(waiting, whole.rate / spread * patience, calls),
            ]
        )
        if whole.rate > 0
        else np.where(states == 0, 0.0, -np.inf)
    )
    chance = np.exp(logs - logs.max())
    chance /= chance.sum()
    found = chance[servers:]
    delayed = float(found.sum())

    def tail(time: float) -> float:
        still = math.exp(-time / patience)
        return float(still * (found @ betainc(calls, waiting + 1.0, still)))

    waits: dict[str, Wait] = {}
    rate = before = 0.0
    for name, group in groups.items():
        rate += group.rate / spread
        weights = _log_weights(waiting, rate * patience, calls)
        weights = np.exp(weights - weights.max())
        length = delayed * float(weights @ waiting / weights.sum()) if rate > 0 else 0.0
        mean = (length - before) / (group.rate / spread) if group.rate > 0 else 0.0
        before = length
        own = tail if len(groups) == 1 else _fading(delayed, mean)
        waits[name] = Wait(rate=group.rate, mean=mean, left=mean / patience, tail=own)
    return waits


def _cut(rate: float, servers: int, service: float, patience: float) -> int:
    """Number of states beyond which nobody is ever found."""
    most = max(servers, rate * service, servers + (rate - servers / service) * patience)
    return int(most + 60 * math.sqrt(most + rate * patience + 1) + 200)


def _log_weights(waiting: NDArray[np.int64], births: float, calls: float) -> NDArray[np.float64]:
    """Logarithm of Π(i = 1…j) births/(calls + i), j people waiting."""
    if births <= 0:
        return np.where(waiting == 0, 0.0, -np.inf)
    logs = waiting * math.log(births) - gammaln(calls + 1 + waiting) + gammaln(calls + 1)
    return np.asarray(logs, dtype=np.float64)


def _erlang_c(load: float, servers: int) -> float:
    """Chance to wait of M/M/c."""
    if load <= 0:
        return 0.0
    # terms a^k / k! over the last of them, so that many servers do not overflow
    below, term = 0.0, 1.0
    for k in range(servers, 0, -1):
        term *= k / load
        below += term
    tail = servers / (servers - load)
    return tail / (below + tail)


def _fading(delayed: float, mean: float) -> Callable[[float], float]:
    """P(wait > t) of a wait that fades exponentially."""
    if math.isinf(mean):
        return lambda _: 1.0
    if mean <= 0:
        return lambda _: 0.0
    return lambda time: delayed * math.exp(-delayed * time / mean)
