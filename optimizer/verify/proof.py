"""The arithmetic of a result: gaps, bounds, history and status.

In: the parsed result and the true objective and walking found. Out: claims. The proof itself is
gone through in `verify.bound`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from optimizer.verify.claim import MISSING, Claim, between, hold, is_number, lookup, open_claim

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "check_history",
    "check_objective_bound",
    "check_objective_gap",
    "check_status",
    "check_steps",
    "check_walking_gap",
]

#: Figures of the engine and of this computation differ by less than this share.
ROUNDING = 1e-5
#: A gap that is as good as none.
CLOSED = 1e-4

#: Terms of the objective that a layout changes, and that the bound takes as 0 or from walking.
MOVED = ("walking", "staff_walking", "encounters", "overlooked")
STATUSES = ("OPTIMAL", "FEASIBLE", "INFEASIBLE", "UNKNOWN")


def check_objective_gap(result: Any, value: float) -> Iterator[Claim]:
    """Claims that the bound is below the objective and the gap lies between them."""
    yield from _bound_and_gap(result, "objective.bound", "objective.gap", value)


def check_objective_bound(result: Any, terms: Sequence[Claim], unit: float) -> Iterator[Claim]:
    """Claim that the bound of the objective is that of walking, and what no layout changes.

    Encounters and overlooked places are bounded by 0; all other terms are taken as they are.

    Parameters
    ----------
    result
        The parsed result.
    terms
        The claims about the terms of the objective.
    unit
        Weight of a metre that a customer walks.
    """
    bound = lookup(result, "objective.bound")
    walking = lookup(result, "walking.bound_person_metres_per_hour")
    if not is_number(bound) or not is_number(walking):
        return
    moved = {f"objective.terms.{name}" for name in MOVED}
    costs = [
        claim.stated if claim.found is None else claim.found
        for claim in terms
        if claim.name.startswith("objective.terms.") and claim.name not in moved
    ]
    rest = sum(cost for cost in costs if is_number(cost))
    right = walking * unit + rest
    yield hold(
        "objective.bound",
        bound <= right * (1 + ROUNDING),
        f"objective.bound is {bound:.6g}; walking and what no layout changes give {right:.6g}",
        stated=bound,
        found=right,
    )


def check_walking_gap(result: Any, true: float, empty: float) -> Iterator[Claim]:
    """Claims about the proof of walking.

    Parameters
    ----------
    result
        The parsed result.
    true, empty
        Person-metres an hour around the furniture, and in the empty shell; what the distance
        tables charge lies between them.
    """
    yield from _bound_and_gap(result, "walking.bound_person_metres_per_hour", "walking.gap", true)
    gap, search, detour = (
        lookup(result, f"walking.{name}") for name in ("gap", "search_gap", "detour_gap")
    )
    if gap is None and search is None and detour is None:
        return
    for name, part in (("search_gap", search), ("detour_gap", detour)):
        if not is_number(part) or part < 0:
            yield _no_number(f"walking.{name}", part, "a share from 0 to 1")
            return
    if not is_number(gap):
        return  # said above
    room = max(ROUNDING, 1e-9)
    yield hold(
        "walking.search_gap",
        abs(search + detour - gap) <= room,
        f"search gap {search:.6f} and detour gap {detour:.6f} add to {search + detour:.6f}; "
        f"the gap of walking is {gap:.6f}",
        stated=search,
        found=gap - detour,
    )
    table = true * (1 - detour)
    yield hold(
        "walking.detour_gap",
        empty * (1 - ROUNDING) <= table <= true * (1 + ROUNDING),
        f"a detour gap of {detour:.6f} means {table:.6g} by the tables; that lies between the "
        f"empty shell's {empty:.6g} and the true {true:.6g}",
        stated=detour,
        found=(0.0, 1 - empty / true if true else 0.0),
    )


def check_steps(result: Any) -> Iterator[Claim]:
    """Claim that the methods of the bound are told in order and end at the bound."""
    rows = lookup(result, "walking.bound_steps")
    bound = lookup(result, "walking.bound_person_metres_per_hour")
    right = "a list of {method, bound_person_metres_per_hour, seconds, open_poses, regions}"
    keys = ("bound_person_metres_per_hour", "seconds", "open_poses", "regions")
    if not isinstance(rows, Sequence) or not all(
        isinstance(row, Mapping) and all(is_number(row.get(key)) for key in keys) for row in rows
    ):
        yield _no_number("walking.bound_steps", rows, right)
        return
    fault = ""
    for key, sign in ((keys[0], 1), ("seconds", 1), ("open_poses", -1), ("regions", 1)):
        steps = [(one[key], other[key]) for one, other in pairwise(rows)]
        if any(sign * (other - one) < -1e-9 * abs(one) for one, other in steps):
            fault = f"{key} goes the wrong way from one method to the next"
    if rows and is_number(bound) and rows[-1][keys[0]] > bound * (1 + ROUNDING):
        fault = f"the last method ends at {rows[-1][keys[0]]:.6g}, above the bound {bound:.6g}"
    if rows and bound is None:
        fault = "there are methods without a bound"
    yield hold(
        "walking.bound_steps",
        not fault,
        f"walking.bound_steps: {fault or f'{len(rows)} methods, none worse than the one before'}",
    )


def _bound_and_gap(result: Any, bound_name: str, gap_name: str, value: float) -> Iterator[Claim]:
    """Claims of a bound and of the gap between it and what was found."""
    bound, gap = lookup(result, bound_name), lookup(result, gap_name)
    if bound is None:
        yield (
            hold(gap_name, gap is None, f"without a bound, {gap_name} must be null", stated=gap)
            if gap is not MISSING
            else between(result, gap_name, (0.0, 1.0))
        )
        return
    if not is_number(bound):
        yield _no_number(bound_name, bound, f"null or a number up to {value:.6g}")
        return
    yield hold(
        bound_name,
        bound <= value * (1 + ROUNDING),
        f"{bound_name} is {bound:.6g}; it may not be above {value:.6g}, which this layout has",
        stated=bound,
        found=value,
    )
    right = (value - bound) / value if value > 0 else 0.0
    yield between(result, gap_name, (right - ROUNDING, right + ROUNDING), found=right)


def check_history(result: Any) -> Iterator[Claim]:
    """Claim that over time the objective never rises and the bound never falls."""
    rows = lookup(result, "history")
    right = "a list of {seconds, objective, bound}"
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        yield _no_number("history", rows, right)
        return
    for i, row in enumerate(rows):
        known = isinstance(row, Mapping) and is_number(row.get("seconds"))
        if not known or not all(
            row.get(key) is None or is_number(row[key]) for key in ("objective", "bound")
        ):
            yield _no_number(f"history.{i}", row, right)
            return
    faults = [
        f"{name} goes from {one[name]:.6g} to {other[name]:.6g} at {other['seconds']:.2f} s"
        for name, sign in (("seconds", 1), ("objective", -1), ("bound", 1))
        for one, other in pairwise([row for row in rows if row.get(name) is not None])
        if sign * (other[name] - one[name]) < -1e-9 * abs(one[name])
    ]
    yield hold(
        "history",
        not faults,
        f"history: {'; '.join(faults[:3])}; the objective may only fall, the bound only rise"
        if faults
        else f"history of {len(rows)} points: the objective never rises, the bound never falls",
    )


def check_status(result: Any, *, placed: bool, broken: Sequence[str]) -> Iterator[Claim]:
    """Claim that the status is what layout, gap and reasons allow.

    Parameters
    ----------
    result
        The parsed result.
    placed
        Whether it holds a layout.
    broken
        Hard placement rules that the layout breaks.
    """
    status = lookup(result, "status")
    gap = lookup(result, "objective.gap")
    fault = ""
    if status not in STATUSES:
        fault = f"is {status!r}" if status is not MISSING else "is missing"
        fault += f"; one of {', '.join(STATUSES)} is right"
    elif status in ("OPTIMAL", "FEASIBLE") and not placed:
        fault = f"is {status}, but the result holds no placements"
    elif status == "OPTIMAL" and not (is_number(gap) and gap <= CLOSED):
        fault = f"is OPTIMAL, but the gap is {gap if is_number(gap) else 'unknown'}"
    elif status == "OPTIMAL" and broken:
        fault = f"is OPTIMAL, but the layout breaks {', '.join(broken)}"
    elif status in ("INFEASIBLE", "UNKNOWN") and placed:
        fault = f"is {status}, but the result holds placements"
    elif status == "INFEASIBLE" and not lookup(result, "conflict"):
        fault = "is INFEASIBLE without a reason in conflict"
    yield hold(
        "status", not fault, f"status {fault or f'{status} fits the rest'}", stated=_json(status)
    )
    if status == "INFEASIBLE":
        yield open_claim(result, "conflict", "that no layout exists is not proven again")


def _json(value: Any) -> Any:
    return None if value is MISSING else value


def _no_number(name: str, value: Any, right: str) -> Claim:
    has = "is missing" if value is MISSING else f"is {value!r}"
    return hold(name, False, f"{name} {has}; {right} is right", stated=_json(value))
