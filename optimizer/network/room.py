"""How many more devices a branch can take.

In: a portfolio with its figures, and the devices. Out: `BranchRoom`s: free wall slots and floor,
the tables of minutes saved, the devices that are missing to the least; and why these cannot be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.network.savings import saved_by_more

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.network.devices import DeviceKind, Devices
    from optimizer.network.portfolio import Branch, Portfolio

__all__ = ["BranchRoom", "find_rooms", "impossible"]


@dataclass(frozen=True, kw_only=True)
class BranchRoom:
    """What a branch can take.

    Parameters
    ----------
    branch
        The branch.
    free_slots, free_area
        Places at walls and m² of floor that are left for devices; inf where there is no limit.
    tables
        Minutes a day saved by 0, 1, 2 … more devices, by kind.
    missing
        Devices that are missing to the least, by kind.
    """

    branch: Branch
    free_slots: float
    free_area: float
    tables: Mapping[str, tuple[float, ...]]
    missing: Mapping[str, int]


def find_rooms(portfolio: Portfolio, devices: Devices) -> tuple[BranchRoom, ...]:
    """Room of every branch; the figures of the list must be complete."""
    return tuple(_room(branch, devices) for branch in portfolio.branches)


def impossible(rooms: Sequence[BranchRoom], devices: Devices) -> tuple[str, ...]:
    """Sentences about lower limits that cannot be kept: by branch, by kind, and the money."""
    sentences = []
    for room in rooms:
        needed = [(kind, room.missing[kind.name]) for kind in devices.kinds]
        slots = float(sum(n * kind.slots for kind, n in needed))
        area = sum(n * kind.area_m2 for kind, n in needed)
        for what, free, taken in (
            ("wall slots", room.free_slots, slots),
            ("m² of floor for devices", room.free_area, area),
        ):
            if taken > free + 1e-9:
                sentences.append(
                    f"{room.branch.name}: the least devices take {taken:g} {what}; {free:g} are "
                    "free"
                )
        sentences += [
            f"{room.branch.name}: needs {n} more of {kind.name} for the least; "
            f"{len(room.tables[kind.name]) - 1} can stand there"
            for kind, n in needed
            if n > len(room.tables[kind.name]) - 1
        ]
    for kind in devices.kinds:
        least = sum(room.missing[kind.name] for room in rooms)
        if least > kind.available:
            sentences.append(
                f"{kind.name}: the least of all branches takes {least} more; {kind.available} are "
                "available"
            )
    money = sum(kind.cost * room.missing[kind.name] for kind in devices.kinds for room in rooms)
    if money > devices.budget:
        sentences.append(
            f"the least devices of all branches cost {money:g}; the budget is {devices.budget:g}"
        )
    return tuple(sentences)


def _room(branch: Branch, devices: Devices) -> BranchRoom:
    here = [(kind, branch.devices.get(kind.name, 0)) for kind in devices.kinds]
    slots, area = math.inf, devices.device_share * (branch.area_m2 or 0.0)
    if branch.wall_slots is not None:
        slots = max(0.0, branch.wall_slots - sum(kind.slots * n for kind, n in here))
    area = max(0.0, area - sum(kind.area_m2 * n for kind, n in here))
    return BranchRoom(
        branch=branch,
        free_slots=slots,
        free_area=area,
        tables={
            kind.name: saved_by_more(branch, kind, devices, _most(branch, kind, n, slots, area))
            for kind, n in here
        },
        missing={kind.name: max(0, kind.least_in(branch.format) - n) for kind, n in here},
    )


def _most(branch: Branch, kind: DeviceKind, today: int, slots: float, area: float) -> int:
    """Most more of a kind that a branch can take, looked at alone."""
    if not kind.may_stand(branch.format):
        return 0
    most = min(kind.most - today, kind.available + 1)  # one more is asked about too
    if kind.slots:
        most = min(most, math.floor(slots / kind.slots) if math.isfinite(slots) else most)
    if kind.area_m2:
        most = min(most, math.floor(area / kind.area_m2 + 1e-9))
    return max(0, most)
