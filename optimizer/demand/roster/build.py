"""From a study to its roster.

In: a study and roster rules. Out: a `Roster`: open windows per half hour, shifts with names.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.demand.roster.days import RosterDay, days_alike, on_weekday
from optimizer.demand.roster.model import (
    Roster,
    RosterRules,
    RosterStatus,
    Slot,
    StaffMember,
    StaffShift,
    clock,
)
from optimizer.demand.roster.need import compute_needs, rostered_types
from optimizer.errors import StudyError
from optimizer.reading import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.demand.roster.need import HourNeed
    from optimizer.demand.roster.solve import Pattern, Solution
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["roster", "roster_week"]

MINUTES_PER_HOUR = 60


def roster(
    study: Study,
    *,
    target_minutes: float | None = None,
    rules: RosterRules | None = None,
    weekday: int | None = None,
    layout: Layout | None = None,
    time_limit: float = 20.0,
    seed: int = 1,
) -> Roster:
    """Open windows per half hour and shifts of staff with the fewest paid hours.

    Parameters
    ----------
    study
        Arrivals by hour, business mix, windows.
    target_minutes
        Mean wait that no staffed type may exceed; None for that of the rules.
    rules
        Shifts, breaks and staff; None for those of the study, or of `roster.toml`.
    weekday
        Day of the week, 0 for Monday, where the arrivals or the periods tell them apart; None for
        a mean day. Arrivals that a period has of its own hold in its hours and on its days.
    layout
        Which windows there are; None for the full brief.
    time_limit
        Seconds for the solver.
    seed
        Of the solver.

    Returns
    -------
    Roster
        INFEASIBLE with the half hours in which no set of windows is enough, or where the staff
        cannot work them.

    Raises
    ------
    StudyError
        If the rules name unknown skills, or there is no window to roster.
    """
    # loads the solver
    from optimizer.demand.roster.solve import solve

    rules = rules or study.roster or RosterRules()
    if target_minutes is not None:
        rules = replace(rules, target_minutes=target_minutes)
    study = on_weekday(study, weekday)
    types = rostered_types(study, layout)
    needs = compute_needs(study, rules.target_minutes, layout)
    staff = _staff(rules, types, study)
    lacking = _lacking(needs, types, rules)
    if lacking:
        return Roster(
            status=RosterStatus.INFEASIBLE, target_minutes=rules.target_minutes, conflict=lacking
        )
    starts = _slot_starts(needs, rules)
    patterns = list_patterns(starts, rules)
    groups: defaultdict[tuple[str, ...], list[StaffMember]] = defaultdict(list)
    for member in staff:
        groups[tuple(sorted(set(member.skills) & set(types)))].append(member)
    numbers = {kind: k for k, kind in enumerate(types)}
    by_hour = {need.hour: need for need in needs}
    found = solve(
        enough=[by_hour[start // MINUTES_PER_HOUR].enough for start in starts],
        groups=[
            (len(members), frozenset(numbers[kind] for kind in skills))
            for skills, members in groups.items()
        ],
        patterns=patterns,
        time_limit=time_limit,
        seed=seed,
    )
    if not found.open:
        return Roster(
            status=found.status,
            target_minutes=rules.target_minutes,
            conflict=_no_staff(found, staff, types),
        )
    return _as_roster(found, by_hour, types, list(groups.values()), patterns, starts, rules)


def roster_week(
    study: Study,
    *,
    target_minutes: float | None = None,
    rules: RosterRules | None = None,
    layout: Layout | None = None,
    time_limit: float = 60.0,
    seed: int = 1,
) -> tuple[RosterDay, ...]:
    """One roster for each day of the week; days on which the same people come share one.

    Parameters
    ----------
    study, target_minutes, rules, layout, seed
        As `roster` takes them.
    time_limit
        Seconds for the solver, shared by the days.

    Raises
    ------
    StudyError
        As `roster`.
    """
    # where nobody comes on any day, the roster says so
    days = days_alike(study) or (tuple(range(7)),)
    return tuple(
        RosterDay(
            weekdays=own,
            roster=roster(
                study if len(days) == 1 else on_weekday(study, own[0]).replace(periods=()),
                target_minutes=target_minutes,
                rules=rules,
                layout=layout,
                time_limit=time_limit / len(days),
                seed=seed,
            ),
        )
        for own in days
    )


def _as_roster(
    found: Solution,
    by_hour: Mapping[int, HourNeed],
    types: Mapping[str, int],
    groups: Sequence[Sequence[StaffMember]],
    patterns: Sequence[Pattern],
    starts: Sequence[int],
    rules: RosterRules,
) -> Roster:
    """The solver's numbers in the words of the roster."""
    hour_part = rules.slot_minutes / MINUTES_PER_HOUR
    return Roster(
        status=found.status,
        target_minutes=rules.target_minutes,
        slots=tuple(
            _slot(start, by_hour[start // MINUTES_PER_HOUR], list(types), windows)
            for start, windows in zip(starts, found.open, strict=True)
        ),
        shifts=_shifts(found, groups, patterns, starts, list(types), rules),
        staff_hours=found.paid * hour_part,
        bound_hours=found.bound * hour_part,
        full_hours=sum(types.values()) * len(starts) * hour_part,
    )


def _staff(rules: RosterRules, types: Mapping[str, int], study: Study) -> tuple[StaffMember, ...]:
    """Who can be rostered."""
    known = study.mix.service.staffed
    defects = [
        f"roster staff {member.name!r} has the skill {skill!r}, which is no staffed type; "
        f"{nearest(skill, known)}"
        for member in rules.staff
        for skill in member.skills
        if skill not in known
    ]
    if defects:
        raise StudyError(*defects)
    return rules.staff or tuple(
        StaffMember(name=f"{kind} {i + 1}", skills=(kind,))
        for kind, windows in types.items()
        for i in range(windows * rules.staff_per_window)
    )


def _lacking(
    needs: Sequence[HourNeed], types: Mapping[str, int], rules: RosterRules
) -> tuple[str, ...]:
    """A sentence for each hour in which not even all windows are enough."""
    windows = ", ".join(f"{count} {kind}" for kind, count in types.items())
    return tuple(
        f"from {clock(need.hour * MINUTES_PER_HOUR)} on {need.arrivals:.1f} customers an hour wait "
        f"longer than {rules.target_minutes:g} min at some window whatever is open of {windows}; "
        + (
            f"a target of {math.ceil(need.best)} min can be met"
            if math.isfinite(need.best)
            else "no target can be met: more come than can be served"
        )
        for need in needs
        if not need.enough
    )


def _no_staff(
    found: Solution, staff: Sequence[StaffMember], types: Mapping[str, int]
) -> tuple[str, ...]:
    """Why the solver has no roster."""
    if found.status is RosterStatus.UNKNOWN:
        return ("no roster was found in the time given; give more seconds or longer slots",)
    idle = [kind for kind in types if not any(kind in member.skills for member in staff)]
    return (
        f"{len(staff)} members of staff cannot keep enough windows open on the shifts given",
        *(f"nobody has the skill {kind!r}" for kind in idle),
    )


def _slot_starts(needs: Sequence[HourNeed], rules: RosterRules) -> list[int]:
    """Begin of each slot, minutes after midnight."""
    return [
        need.hour * MINUTES_PER_HOUR + part
        for need in needs
        for part in range(0, MINUTES_PER_HOUR, rules.slot_minutes)
    ]


def list_patterns(starts: Sequence[int], rules: RosterRules) -> list[Pattern]:
    """Every shift with its break that lies within the day, in numbers of slots.

    A day shorter than the shortest shift is worked by shifts of the whole day.
    """
    from optimizer.demand.roster.solve import Pattern

    slots, length = len(starts), rules.slot_minutes / MINUTES_PER_HOUR
    pause = rules.break_minutes // rules.slot_minutes
    first, last = (round(hours / length) for hours in rules.break_after_hours)
    patterns = []
    for hours in sorted({min(hours, slots * length) for hours in rules.shift_hours}):
        size = round(hours / length)
        for start in range(slots - size + 1):
            end = start + size
            breaks = [
                Pattern(start=start, end=end, pause=at, resume=at + pause)
                for at in range(start + first, min(start + last, end - pause) + 1)
            ]
            if hours < rules.break_needed_hours or not pause:
                breaks = [Pattern(start=start, end=end, pause=end, resume=end)]
            patterns += breaks
    return patterns


def _slot(start: int, need: HourNeed, types: Sequence[str], windows: tuple[int, ...]) -> Slot:
    """One half hour of the roster."""
    most = [max(column) for column in zip(*need.enough, strict=True)]
    alone = {
        kind: min(
            (row[k] for row in need.enough if _others_at(row, most, k)),
            default=min(row[k] for row in need.enough),
        )
        for k, kind in enumerate(types)
    }
    return Slot(
        start=start,
        arrivals_per_hour=need.arrivals,
        needed=alone,
        least=min(sum(row) for row in need.enough),
        open=dict(zip(types, windows, strict=True)),
        wait_before=need.before / need.arrivals if need.arrivals else 0.0,
        wait_after=need.enough[windows] / need.arrivals if need.arrivals else 0.0,
        wait_by_type=need.waits[windows],
    )


def _others_at(row: tuple[int, ...], most: Sequence[int], k: int) -> bool:
    """Whether all types but one have all their windows open."""
    return all(count == top for i, (count, top) in enumerate(zip(row, most, strict=True)) if i != k)


def _shifts(
    found: Solution,
    groups: Sequence[Sequence[StaffMember]],
    patterns: Sequence[Pattern],
    starts: Sequence[int],
    types: Sequence[str],
    rules: RosterRules,
) -> tuple[StaffShift, ...]:
    """Shifts with names: the work of a group is shared out, everybody staying where he is."""
    shifts: list[StaffShift] = []
    for g, members in enumerate(groups):
        lots = [
            patterns[p]
            for (group, p), count in sorted(found.staff.items())
            if group == g
            for _ in range(count)
        ]
        work = [[""] * len(starts) for _ in lots]
        for t in range(len(starts)):
            left = {
                types[k]: found.work[g, t, k]
                for k in range(len(types))
                if found.work.get((g, t, k))
            }
            there = [i for i, pattern in enumerate(lots) if pattern.on(t)]
            # first those who go on with what they did, then whoever is free
            before = {i: work[i][t - 1] if t else "" for i in there}
            for i in sorted(there, key=lambda i: (before[i] not in left, i)):
                kind = before[i] if left.get(before[i]) else next((k for k in left if left[k]), "")
                if kind:
                    work[i][t] = kind
                    left[kind] -= 1
        for member, pattern, own in zip(members, lots, work, strict=False):
            at = [start - starts[0] for start in (*starts, starts[-1] + rules.slot_minutes)]
            shifts.append(
                StaffShift(
                    staff=member,
                    start=starts[0] + at[pattern.start],
                    end=starts[0] + at[pattern.end],
                    break_start=starts[0] + at[pattern.pause],
                    break_end=starts[0] + at[pattern.resume],
                    work=tuple(own[pattern.start : pattern.end]),
                )
            )
    return tuple(sorted(shifts, key=lambda shift: (shift.start, shift.end, shift.staff.name)))
