"""Words of the roster: staff, shifts, half hours.

In: the `[roster]` part of a study, or `roster.toml`. Out: immutable values.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from optimizer.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Roster", "RosterRules", "RosterStatus", "Slot", "StaffMember", "StaffShift", "clock"]

MINUTES_PER_HOUR = 60


@cache
def _value(name: str) -> Any:
    text = files("optimizer.demand.roster").joinpath("roster.toml").read_text(encoding="utf-8")
    value = tomllib.loads(text)[name]["value"]
    return tuple(value) if isinstance(value, list) else value


class RosterStatus(StrEnum):
    """What is known of a roster."""

    OPTIMAL = "OPTIMAL"  #: no roster has fewer staff hours
    FEASIBLE = "FEASIBLE"  #: a roster, and a bound
    INFEASIBLE = "INFEASIBLE"  #: no roster meets the target
    UNKNOWN = "UNKNOWN"  #: time ran out


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """Somebody who can be rostered: name, and the fixture types whose windows he can serve."""

    name: str
    skills: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RosterRules:
    """What a roster must keep to; defaults and sources in `roster.toml`.

    Parameters
    ----------
    target_minutes
        Mean wait that no staffed type may exceed in any slot.
    slot_minutes
        Minutes between two changes of the open windows; divides an hour.
    shift_hours
        Lengths of a shift, hours, its break included.
    break_minutes
        Length of the break, not paid.
    break_needed_hours
        A shift of at least this length has a break.
    break_after_hours
        Earliest and latest begin of the break, hours after the start of the shift.
    staff
        Who can be rostered; empty for some members of staff for each window.

    Raises
    ------
    StudyError
        If a value cannot be.
    """

    target_minutes: float = field(default_factory=lambda: float(_value("target_minutes")))
    slot_minutes: int = field(default_factory=lambda: int(_value("slot_minutes")))
    shift_hours: tuple[float, ...] = field(default_factory=lambda: _value("shift_hours"))
    break_minutes: int = field(default_factory=lambda: int(_value("break_minutes")))
    break_needed_hours: float = field(default_factory=lambda: float(_value("break_needed_hours")))
    break_after_hours: tuple[float, float] = field(
        default_factory=lambda: _value("break_after_hours")
    )
    staff: tuple[StaffMember, ...] = ()

    def __post_init__(self) -> None:
        slot = self.slot_minutes
        bad = []
        if slot < 1 or MINUTES_PER_HOUR % slot:
            raise StudyError(f"roster slot_minutes is {slot}; must divide an hour, such as 30")
        if not self.target_minutes > 0:
            bad.append(f"roster target_minutes is {self.target_minutes:g}; must be more than 0")
        if not self.shift_hours:
            bad.append("roster shift_hours is empty; give lengths such as [4, 8]")
        for hours in self.shift_hours:
            if not 0 < hours <= 24 or hours * MINUTES_PER_HOUR % slot:
                bad.append(
                    f"roster shift of {hours:g} hours; must be whole slots of {slot} minutes, "
                    "24 hours at most"
                )
        if self.break_minutes < 0 or self.break_minutes % slot:
            bad.append(
                f"roster break_minutes is {self.break_minutes}; must be whole slots of {slot}"
            )
        first, last = self.break_after_hours
        if not 0 <= first <= last:
            bad.append(f"roster break_after_hours is {first:g} to {last:g}; must be 0 or more")
        names = [member.name for member in self.staff]
        bad += [
            f"roster staff {name!r} is named twice" for name in set(names) if names.count(name) > 1
        ]
        bad += [f"roster staff {m.name!r} has no skill" for m in self.staff if not m.skills]
        if bad:
            raise StudyError(*bad)

    @property
    def staff_per_window(self) -> int:
        """Members of staff for each window where none are named."""
        return int(_value("staff_per_window"))


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A half hour of the roster.

    Parameters
    ----------
    start
        Minutes after midnight.
    arrivals_per_hour
        Customers per hour in it.
    needed
        Least windows by type with which the target is met, all other windows being open; at some
        types together more may be needed.
    least
        Fewest windows, over all types, that are enough.
    open
        Windows by type that the roster opens.
    wait_before, wait_after
        Mean minutes of waiting per customer at staffed types: all windows open, and those of the
        roster; where the queue grows for ever, over the hour.
    wait_by_type
        Mean minutes at each staffed type with the windows of the roster.
    """

    start: int
    arrivals_per_hour: float
    needed: Mapping[str, int]
    least: int
    open: Mapping[str, int]
    wait_before: float
    wait_after: float
    wait_by_type: Mapping[str, float]

    @property
    def hour(self) -> int:
        """Hour of the day."""
        return self.start // MINUTES_PER_HOUR


@dataclass(frozen=True, kw_only=True)
class StaffShift:
    """One day of one member of staff.

    Parameters
    ----------
    staff
        Who.
    start, end
        Minutes after midnight.
    break_start, break_end
        Of the break; the same where there is none.
    work
        Fixture type served in each slot from start to end; "" where there is nothing to serve, or
        a break.
    """

    staff: StaffMember
    start: int
    end: int
    break_start: int
    break_end: int
    work: tuple[str, ...]

    @property
    def hours(self) -> float:
        """Paid hours."""
        return (self.end - self.start - self.break_end + self.break_start) / MINUTES_PER_HOUR


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Who serves which kind of window when.

    Parameters
    ----------
    status
        OPTIMAL where no roster with fewer staff hours meets the target.
    target_minutes
        The target.
    slots
        Half hours in order; empty where there is no roster.
    shifts
        Shifts in order of their start.
    staff_hours
        Paid hours of all shifts.
    bound_hours
        Proven: no roster that meets the target has fewer paid hours.
    full_hours
        Paid hours if every window were open all day, for comparison.
    conflict
        Why there is no roster.
    """

    status: RosterStatus
    target_minutes: float
    slots: tuple[Slot, ...] = ()
    shifts: tuple[StaffShift, ...] = ()
    staff_hours: float = 0.0
    bound_hours: float = 0.0
    full_hours: float = 0.0
    conflict: tuple[str, ...] = ()

    @property
    def smallest(self) -> Slot | None:
        """Slot with the fewest open windows; the first of equals."""
        return min(self.slots, key=lambda slot: sum(slot.open.values()), default=None)

    @property
    def largest(self) -> Slot | None:
        """Slot with the most open windows; the first of equals."""
        return max(self.slots, key=lambda slot: sum(slot.open.values()), default=None)

    def summary(self) -> str:
        """Return status, hours and waits in a few lines."""
        if not self.slots:
            return "\n".join([f"roster {self.status}", *self.conflict])
        least, most = self.smallest, self.largest
        assert least is not None
        assert most is not None
        before, after = (
            sum(s.arrivals_per_hour * wait for s, wait in waits)
            / max(sum(s.arrivals_per_hour for s in self.slots), 1e-12)
            for waits in (
                [(s, s.wait_before) for s in self.slots],
                [(s, s.wait_after) for s in self.slots],
            )
        )
        return "\n".join(
            [
                f"roster {self.status}: {self.staff_hours:g} staff hours, proven at least "
                f"{self.bound_hours:g}; {self.full_hours:g} with all windows open all day",
                f"{len(self.shifts)} shifts; {sum(least.open.values())} windows open at "
                f"{clock(least.start)}, {sum(most.open.values())} at {clock(most.start)}",
                f"mean wait {after:.1f} min; {before:.1f} with all windows open; target "
                f"{self.target_minutes:g} min at each kind of window",
            ]
        )


def clock(minutes: int) -> str:
    """Time of day of minutes after midnight."""
    return f"{minutes // MINUTES_PER_HOUR:02d}:{minutes % MINUTES_PER_HOUR:02d}"
