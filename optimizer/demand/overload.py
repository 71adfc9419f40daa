"""Minutes that a wait is charged with: the steady state as far as a period is long enough for it.

In: the classes of a line and its servers. Out: finite mean minutes of waiting by class, continuous
and never falling in arrivals and service times, never rising in servers.

The steady wait f(u) at utilisation u goes to infinity at u = 1, yet no hour is long enough to build
it up: the time that a queue takes to settle is of the order of E[S]/(c(1 − √u)²) (Odoni and Roth),
and in a period of length T a queue that gets (ρ − u)c servers' work too much adds a mean wait of
T(ρ − u)/2 (the deterministic queue, Kimber and Hollis, section 3). The charge is

    W(ρ) = min { f(u) + T(ρ − u)/2 :  0 ≤ u ≤ ρ, u < 1 }                                        (1)

that is, f itself up to the utilisation at which it rises as steeply as T/2, and from there on the
straight line of the deterministic queue. For M/M/1 they part at 1 − u = √(2E[S]/T), where the queue
takes about twice T to settle. f rises in u and falls in c at the same u, and so does the minimum.
Classes are thinned all alike to reach u; each is charged its own steady wait there, times
W(ρ)/f(u). With limited patience the charge is at most the Erlang-A wait, which is finite.

References
----------
A. R. Odoni, E. Roth, An empirical investigation of the transient behavior of stationary queueing
systems, Operations Research 31, 1983, 432-455. R. M. Kimber, E. M. Hollis, Traffic queues and
delays at road junctions, TRRL Laboratory Report 909, 1979.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.demand.lines import compute_line, mean_wait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.demand.lines import LineWait
    from optimizer.demand.queues import Stream

__all__ = ["PERIOD", "charge_waits"]

#: Minutes for which arrivals are taken to stay as they are, T in (1): rates are those of an hour.
PERIOD = 60.0
#: Nearest that u comes to 1.
NEAR = 1e-9
#: Share by which arrivals are lowered to learn how steep the steady wait is.
STEP = 1e-4
#: The best u is found as exactly as this; the cost is flat there.
PRECISION = 1e-10


def charge_waits(
    classes: Mapping[str, Stream],
    servers: int,
    waits: tuple[LineWait, ...],
    *,
    arrival_variation: float = 1.0,
) -> tuple[float, ...]:
    """Charged wait of each class of a line, formula (1), minutes.

    Parameters
    ----------
    classes
        Streams by class, those who are called first standing first; per minute.
    servers
        Number of servers, at least 1.
    waits
        Steady waits of the classes, from `compute_line`.
    arrival_variation
        As in `compute_line`.
    """
    busy = sum(stream.load for stream in classes.values()) / servers
    steady = mean_wait(waits)
    if not busy:
        return tuple(wait.mean_wait if wait.arrivals else 0.0 for wait in waits)

    def thinned(used: float) -> tuple[LineWait, ...]:
        share = used / busy
        some = {k: replace(s, arrivals=s.arrivals * share) for k, s in classes.items()}
        return compute_line(some, servers, arrival_variation=arrival_variation)

    def cost(used: float) -> float:
        return mean_wait(thinned(used)) + 0.5 * PERIOD * (busy - used)

    most = min(busy, 1.0 - NEAR)
    if busy <= most and cost(most * (1.0 - STEP)) >= cost(most):
        return tuple(wait.mean_wait for wait in waits)
    # scipy is loaded for a line that is full alone
    from scipy.optimize import minimize_scalar

    used = float(
        minimize_scalar(cost, bounds=(0.0, most), method="bounded", options={"xatol": PRECISION}).x
    )
    charge = cost(used)
    if steady <= charge:
        return tuple(wait.mean_wait for wait in waits)
    basis = waits if steady < float("inf") else thinned(used)
    whole = mean_wait(basis)
    if whole <= 0:
        return tuple(charge for _ in waits)
    return tuple(wait.mean_wait * charge / whole for wait in basis)
