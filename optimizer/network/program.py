"""The integer program of an allotment.

In: the branches' room, and the devices. Out: a `Program` in whole numbers.

x(b,k,j) = 1 where branch b gets at least j new devices of kind k; g(b,k,j) is what the j-th saves
(`savings`), in tenths of a minute a day, rounded.

(1) maximise Σ g(b,k,j) · x(b,k,j)
(2) x(b,k,j+1) ≤ x(b,k,j)
(3) Σ over b, j of x(b,k,j) ≤ devices available of k
(4) Σ cost(k) · x(b,k,j) ≤ budget
(5) Σ slots(k) · x(b,k,j) ≤ free wall slots of b, and the same with floor area
(6) x(b,k,j) = 1 for the first j that the least of k in b's format asks for
(7) x(b,k,1) ≤ x(b,m,1) where k needs m and b has none of m

The tables need not be concave; (2) alone makes every number possible.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.network.devices import Devices
    from optimizer.network.room import BranchRoom

__all__ = ["CENTS", "SCALE", "Program", "build_program"]

#: Units of the objective in a minute.
SCALE = 10
#: Money is counted in this many parts: prices may have cents.
CENTS = 100
#: Floor area is counted in this many parts of a m².
PARTS_OF_M2 = 100
#: Stands for no limit.
ENDLESS = 2**50


@dataclass(frozen=True, kw_only=True)
class Program:
    """Maximise gains · x, x being 0 or 1, with row sums below limits.

    Parameters
    ----------
    gains
        Gain of each variable.
    fixed
        Variables that must be 1, true or false.
    row, column, value
        Entries of the rows.
    limits
        Greatest sum of each row.
    steps
        Variables of each branch and kind, in the order of j.
    shared
        Row of each kind's number, and of "budget".
    choices
        Numbers of new devices by kind that each branch by itself can take: (choices, kinds).
    """

    gains: NDArray[np.int64]
    fixed: NDArray[np.bool_]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.int64]
    limits: NDArray[np.int64]
    steps: tuple[tuple[range, ...], ...]
    shared: Mapping[str, int]
    choices: tuple[NDArray[np.int64], ...]

    def with_more(self, what: str, units: int) -> Program:
        """Program with more of a shared limit: devices of a kind, or money in cents."""
        limits = self.limits.copy()
        limits[self.shared[what]] = min(ENDLESS, limits[self.shared[what]] + units)
        return replace(self, limits=limits)


@dataclass
class _Rows:
    """Rows as they are collected."""

    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[int] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)

    def add(self, entries: Sequence[tuple[int, int]], limit: float) -> int:
        """Add one row of (variable, value); return its number."""
        for column, value in entries:
            if value:
                self.row.append(len(self.limits))
                self.column.append(column)
                self.value.append(value)
        self.limits.append(math.floor(limit + 1e-6) if limit < ENDLESS else ENDLESS)
        return len(self.limits) - 1


def build_program(rooms: Sequence[BranchRoom], devices: Devices) -> Program:
    """Program of an allotment.

    Parameters
    ----------
    rooms
        What each branch can take.
    devices
        What is handed out.
    """
    kinds = devices.kinds
    gains: list[int] = []
    fixed: list[bool] = []
    steps: list[tuple[range, ...]] = []
    rows = _Rows()
    for room in rooms:
        own = []
        for kind in kinds:
            table = [round(SCALE * minutes) for minutes in room.tables[kind.name]]
            own.append(range(len(gains), len(gains) + len(table) - 1))
            gains += [after - before for before, after in pairwise(table)]
            fixed += [j < room.missing[kind.name] for j in range(len(table) - 1)]  # (6)
        steps.append(tuple(own))
        _add_branch(rows, room, devices, own)
    shared = {
        kind.name: rows.add([(x, 1) for own in steps for x in own[k]], kind.available)  # (3)
        for k, kind in enumerate(kinds)
    }
    money = [
        (x, round(CENTS * kind.cost))
        for own in steps
        for kind, of_kind in zip(kinds, own, strict=True)
        for x in of_kind
    ]
    shared["budget"] = rows.add(money, CENTS * devices.budget)  # (4)
    return Program(
        gains=np.array(gains, dtype=np.int64),
        fixed=np.array(fixed, dtype=np.bool_),
        row=np.array(rows.row, dtype=np.int64),
        column=np.array(rows.column, dtype=np.int64),
        value=np.array(rows.value, dtype=np.int64),
        limits=np.array(rows.limits, dtype=np.int64),
        steps=tuple(steps),
        shared=shared,
        choices=tuple(_choices(room, devices) for room in rooms),
    )


def _add_branch(rows: _Rows, room: BranchRoom, devices: Devices, own: Sequence[range]) -> None:
    """Add what holds within one branch: (2), (5) and (7)."""
    by_name = {kind.name: steps for kind, steps in zip(devices.kinds, own, strict=True)}
    slots: list[tuple[int, int]] = []
    area: list[tuple[int, int]] = []
    for kind, steps in zip(devices.kinds, own, strict=True):
        for x in steps[1:]:
            rows.add([(x, 1), (x - 1, -1)], 0)  # (2)
        for need in kind.needs if steps else ():
            if not room.branch.devices.get(need, 0):
                helping = by_name.get(need, range(0))
                rows.add([(steps[0], 1), *((x, -1) for x in helping[:1])], 0)  # (7)
        slots += [(x, kind.slots) for x in steps]
        area += [(x, math.ceil(PARTS_OF_M2 * kind.area_m2 - 1e-6)) for x in steps]
    if slots and math.isfinite(room.free_slots):
        rows.add(slots, room.free_slots)  # (5)
    if area:
        rows.add(area, PARTS_OF_M2 * room.free_area)


def _choices(room: BranchRoom, devices: Devices) -> NDArray[np.int64]:
    """All numbers of new devices that keep (5) to (7) in one branch."""
    kinds = devices.kinds
    names = [kind.name for kind in kinds]
    sizes = [len(room.tables[name]) for name in names]
    counts = np.indices(sizes).reshape(len(kinds), -1).T.astype(np.int64)
    right = (counts >= [room.missing[name] for name in names]).all(axis=1)
    if math.isfinite(room.free_slots):
        right &= counts @ [kind.slots for kind in kinds] <= math.floor(room.free_slots + 1e-6)
    area = [math.ceil(PARTS_OF_M2 * kind.area_m2 - 1e-6) for kind in kinds]
    right &= counts @ area <= math.floor(PARTS_OF_M2 * room.free_area + 1e-6)
    for k, kind in enumerate(kinds):
        for need in kind.needs:
            if not room.branch.devices.get(need, 0):
                has = counts[:, names.index(need)] > 0 if need in names else False
                right &= (counts[:, k] == 0) | has
    found: NDArray[np.int64] = counts[right]
    return found
