"""Elastic counters: which windows are open when, and who serves them.

In: a study with arrivals by hour, a target for waits, staff with skills, shift rules. Out: a
`Roster` of fewest staff hours with a proven bound.
"""

from optimizer.demand.roster.build import roster, roster_week
from optimizer.demand.roster.days import RosterDay
from optimizer.demand.roster.model import (
    Roster,
    RosterRules,
    RosterStatus,
    Slot,
    StaffMember,
    StaffShift,
)

__all__ = [
    "Roster",
    "RosterDay",
    "RosterRules",
    "RosterStatus",
    "Slot",
    "StaffMember",
    "StaffShift",
    "roster",
    "roster_week",
]
