"""What devices save in a branch: customers' minutes a day by number of devices of a kind.

In: a branch's figures and a kind of device. Out: a table, 0 for what stands there today.

At an hour, λ customers a minute have business that the kind can do: the branch's customers of the
hour · replaceable share · `share` of the kind. With n devices and service time s

(1) λₙ = min(λ, busy · n / s) use a device; the rest stays at the counters
(2) saved a minute: λₙ · max(0, w + t − s − Wq(λₙ, s, n)), where t is the time of the same business
    without the device, w the mean wait at the counters (0 where the kind saves none), Wq the wait
    of M/M/n (`demand.queues`, formula (3))
(3) saved a day: (2) over the hours of the profile

What those who stay at the counters gain from shorter lines there is left out, so the tables err on
the low side.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from optimizer.demand.queues import Stream, compute_queue

if TYPE_CHECKING:
    from optimizer.network.devices import DeviceKind, Devices
    from optimizer.network.portfolio import Branch

__all__ = ["FIGURES", "saved_by_more", "saved_minutes"]

#: Columns of the list that the tables are made of.
FIGURES = ("customers_per_day", "mean_wait_minutes", "replaceable_share")
MINUTES_PER_HOUR = 60.0


def saved_minutes(branch: Branch, kind: DeviceKind, devices: Devices, count: int) -> float:
    """Customers' minutes a day that so many devices of a kind save, formulas (1) to (3).

    Parameters
    ----------
    branch
        Its figures must be complete.
    kind, devices
        The kind, and what holds for all kinds.
    count
        Devices in the branch.
    """
    if count < 1:
        return 0.0
    people = (branch.customers_per_day or 0.0) * (branch.replaceable_share or 0.0) * kind.share
    wait = (branch.mean_wait_minutes or 0.0) if kind.joins_queue else 0.0
    most = devices.busy * count / kind.service_minutes
    total = 0.0
    for share in devices.hours.values():
        using = min(people * share / MINUTES_PER_HOUR, most)  # (1)
        if using <= 0:
            continue
        queue = _mean_wait(using, kind.service_minutes, count)
        gain = wait + kind.otherwise_minutes - kind.service_minutes - queue
        total += MINUTES_PER_HOUR * using * max(0.0, gain)  # (2)
    return total  # (3)


def saved_by_more(
    branch: Branch, kind: DeviceKind, devices: Devices, most: int
) -> tuple[float, ...]:
    """Minutes a day saved by 0, 1, … `most` devices more than today, over today's.

    They never fall: a device that would make things worse stays unused.
    """
    today = branch.devices.get(kind.name, 0)
    base = saved_minutes(branch, kind, devices, today)
    table = [0.0]
    for more in range(1, most + 1):
        saved = saved_minutes(branch, kind, devices, today + more) - base
        table.append(max(table[-1], saved))
    return tuple(table)


@lru_cache(maxsize=100_000)
def _mean_wait(arrivals: float, service: float, servers: int) -> float:
    return compute_queue(Stream(arrivals=arrivals, service=service), servers).mean_wait
