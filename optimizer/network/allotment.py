"""Where the next devices do most good: an allotment over the branches, with a proof.

In: a portfolio and the devices to hand out. Out: an `Allotment`: new devices by branch and kind,
the minutes that customers save a day, the most that any allotment could save, and what one more
device or a little more money would add. The
program is in `program`, the proof in `exact`.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.network.exact import Solved, solve_program
from optimizer.network.figures import complete
from optimizer.network.program import CENTS, SCALE, build_program
from optimizer.network.room import find_rooms, impossible
from optimizer.network.savings import FIGURES
from optimizer.result import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.network.devices import Devices
    from optimizer.network.portfolio import Branch, Portfolio
    from optimizer.network.program import Program
    from optimizer.network.room import BranchRoom

__all__ = ["Allotment", "BranchShare", "Marginal", "allot_devices"]

#: Share of the time limit that the allotment itself gets; the rest is for what one more is worth.
OWN_SHARE = 0.6
#: Why nothing fits where no branch alone is the reason.
TOGETHER = ("no allotment keeps least, needs, slots, floor, numbers and budget together",)


@dataclass(frozen=True, kw_only=True)
class BranchShare:
    """What one branch gets.

    Parameters
    ----------
    branch
        The row of the list.
    new
        New devices by kind; kinds of which it gets none are left out.
    saved_minutes
        Customers' minutes a day that they save.
    cost
        Their price.
    """

    branch: Branch
    new: Mapping[str, int]
    saved_minutes: float
    cost: float


@dataclass(frozen=True, kw_only=True)
class Marginal:
    """What a little more would add.

    Parameters
    ----------
    what
        A kind of device, or "budget".
    amount
        1 device, or so much money.
    saved_minutes
        Minutes a day more than without; None where time was too short to tell.
    proven
        Whether the allotment with the addition is proven best.
    """

    what: str
    amount: float
    saved_minutes: float | None
    proven: bool


@dataclass(frozen=True, kw_only=True)
class Allotment:
    """Devices allotted over the branches.

    Parameters
    ----------
    status
        OPTIMAL where no other allotment saves more.
    shares
        Branches that get something, the most minutes first.
    saved_minutes, bound
        Customers' minutes a day saved, and the most that any allotment could.
    used
        Devices handed out by kind.
    available
        Devices there were, by kind.
    cost, budget
        Money spent and there to be spent; inf where there is no limit.
    marginal
        What one more of each kind, or more money, would add.
    conflict
        Why nothing fits, where the status is INFEASIBLE.
    seconds
        Wall-clock time of the allotment without the marginal values.
    """

    status: Status
    shares: tuple[BranchShare, ...] = ()
    saved_minutes: float = 0.0
    bound: float = 0.0
    used: Mapping[str, int]
    available: Mapping[str, int]
    cost: float = 0.0
    budget: float
    marginal: tuple[Marginal, ...] = ()
    conflict: tuple[str, ...] = ()
    seconds: float = 0.0


def allot_devices(
    portfolio: Portfolio,
    devices: Devices,
    *,
    time_limit: float = 60.0,
    seed: int = 1,
    workers: int | None = None,
    budget_step: float = 10_000.0,
    marginal: bool = True,
) -> Allotment:
    """Allot devices so that customers save most minutes.

    Parameters
    ----------
    portfolio
        Branches; figures that are empty are taken from the studies. A branch without `wall_slots`
        has no limit of slots.
    devices
        What is handed out, and the budget.
    time_limit
        Seconds for all, the marginal values included.
    seed, workers
        Of CP-SAT; None for 8 workers, on however many cores.
    budget_step
        How much more money the marginal value of the budget asks about.
    marginal
        Whether to work out what one more is worth.

    Raises
    ------
    StudyError
        Where a figure is neither in the list nor in a study.
    """
    start = time.perf_counter()
    full = complete(portfolio, (*FIGURES, "area_m2"))
    rooms = find_rooms(full, devices)
    available = {kind.name: kind.available for kind in devices.kinds}
    nothing = dict.fromkeys(available, 0)
    conflict = impossible(rooms, devices)
    if conflict:
        return Allotment(
            status=Status.INFEASIBLE,
            used=nothing,
            available=available,
            budget=devices.budget,
            conflict=conflict,
        )
    program = build_program(rooms, devices)
    conflict = tuple(
        f"{room.branch.name}: the least devices, with those that they need, do not fit its wall "
        "slots and floor"
        for room, choices in zip(rooms, program.choices, strict=True)
        if not len(choices)
    )
    solved = solve_program(
        program,
        time_limit=OWN_SHARE * time_limit if marginal else time_limit,
        seed=seed,
        workers=workers,
    )
    found = Allotment(
        status=solved.status,
        used=nothing,
        available=available,
        budget=devices.budget,
        bound=solved.bound / SCALE,
        seconds=time.perf_counter() - start,
        conflict=conflict or (TOGETHER if solved.status is Status.INFEASIBLE else ()),
    )
    if solved.x is None:
        return found
    found = _filled(found, rooms, devices, program, solved)
    if not marginal:
        return found
    left = time_limit - (time.perf_counter() - start)
    return replace(
        found,
        marginal=_marginal(
            program, solved, devices, budget_step, time_limit=left, seed=seed, workers=workers
        ),
    )


def _filled(
    found: Allotment,
    rooms: Sequence[BranchRoom],
    devices: Devices,
    program: Program,
    solved: Solved,
) -> Allotment:
    """Allotment with what each branch gets."""
    shares = []
    used = dict.fromkeys(found.used, 0)
    for room, steps in zip(rooms, program.steps, strict=True):
        new = {}
        for kind, own in zip(devices.kinds, steps, strict=True):
            number = 0 if solved.x is None else int(solved.x[own.start : own.stop].sum())
            if number:
                new[kind.name] = number
                used[kind.name] += number
        if new:
            share = BranchShare(
                branch=room.branch,
                new=new,
                saved_minutes=sum(room.tables[name][n] for name, n in new.items()),
                cost=sum(kind.cost * new.get(kind.name, 0) for kind in devices.kinds),
            )
            shares.append(share)
    shares.sort(key=lambda share: (-share.saved_minutes, share.branch.name))
    return replace(
        found,
        shares=tuple(shares),
        used=used,
        saved_minutes=solved.value / SCALE,
        cost=sum(share.cost for share in shares),
    )


def _marginal(
    program: Program,
    solved: Solved,
    devices: Devices,
    budget_step: float,
    *,
    time_limit: float,
    seed: int,
    workers: int | None,
) -> tuple[Marginal, ...]:
    """What one more of each kind, and more money, would add: the program solved again."""
    asked = [(kind.name, 1.0, 1) for kind in devices.kinds]
    if math.isfinite(devices.budget):
        asked.append(("budget", budget_step, round(CENTS * budget_step)))
    end = time.perf_counter() + time_limit
    rows = []
    for i, (what, amount, units) in enumerate(asked):
        more = solve_program(
            program.with_more(what, units),
            time_limit=(end - time.perf_counter()) / (len(asked) - i),
            seed=seed,
            workers=workers,
        )
        rows.append(
            Marginal(
                what=what,
                amount=amount,
                saved_minutes=(
                    None if more.x is None else max(0, more.value - solved.value) / SCALE
                ),
                proven=more.status is Status.OPTIMAL and solved.status is Status.OPTIMAL,
            )
        )
    return tuple(rows)
