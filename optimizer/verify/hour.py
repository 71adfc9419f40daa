"""Minutes of waiting of those who come in one hour, worked out again.

In: the classes of a line, and what they wait in the steady state. Out: finite minutes by class.

The greatest function below the steady wait that rises by no more than 30 minutes per unit of
utilisation, which is what a queue that grows through the hour adds: at each utilisation below the
present one the steady wait and the rest of the way at that slope are added, and the least counts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scipy.optimize import minimize_scalar

from optimizer.verify.lines import Group, work_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.verify.lines import Wait

__all__ = ["minutes_in_hour"]

#: Mean minutes that an hour adds to a wait for each whole utilisation that is too much.
SLOPE = 30.0


def minutes_in_hour(
    groups: Mapping[str, Group], servers: int, waits: Mapping[str, Wait], arrivals: float
) -> dict[str, float]:
    """Minutes of each group.

    Parameters
    ----------
    groups
        Groups by name, the first called first.
    servers
        How many are served at a time.
    waits
        Their waits in the steady state.
    arrivals
        Squared coefficient of variation of the time between arrivals.
    """
    busy = sum(group.rate * group.mean for group in groups.values()) / servers
    if busy <= 0:
        return {name: wait.mean if groups[name].rate else 0.0 for name, wait in waits.items()}

    def thinner(used: float) -> dict[str, Wait]:
        fewer = {
            name: Group(rate=group.rate * used / busy, mean=group.mean, square=group.square)
            for name, group in groups.items()
        }
        return work_out(fewer, servers, None, arrivals)

    def charge(used: float) -> float:
        return _mean(thinner(used)) + SLOPE * (busy - used)

    top = min(busy, 1 - 1e-9)
    found = minimize_scalar(charge, bounds=(0, top), method="bounded", options={"xatol": 1e-10})
    used, minutes = (float(found.x), float(found.fun))
    if charge(top) <= minutes:
        used, minutes = top, charge(top)
    steady = _mean(waits)
    if steady <= minutes or (busy < 1 and used == top):
        return {name: min(wait.mean, math.inf) for name, wait in waits.items()}
    basis = waits if math.isfinite(steady) else thinner(used)
    whole = _mean(basis)
    return {
        name: wait.mean * minutes / whole if whole > 0 else minutes for name, wait in basis.items()
    }


def _mean(waits: Mapping[str, Wait]) -> float:
    """Mean minutes over all groups."""
    some = [wait for wait in waits.values() if wait.rate > 0]
    return sum(w.rate * w.mean for w in some) / sum(w.rate for w in some)
