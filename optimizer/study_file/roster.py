"""Staff and shifts of the counters, as a study file says it.

In: the `roster` part of a study file. Out: `RosterRules`, and a sentence for what cannot be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.demand.roster.model import RosterRules, StaffMember
from optimizer.errors import StudyError
from optimizer.reading import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.study_file.model import StudyTable

__all__ = ["build_roster"]

VALUES = (
    "target_minutes",
    "slot_minutes",
    "shift_hours",
    "break_minutes",
    "break_needed_hours",
    "break_after_hours",
)


def build_roster(table: StudyTable, types: Iterable[str], defects: list[str]) -> RosterRules | None:
    """Roster rules of a study; None where it has none, or has defects, which are added."""
    given = table.roster
    if given is None:
        return None
    known = tuple(types)
    found = [
        f"[roster] staff {member.name!r} has the skill {skill!r}, which is not in the catalogue; "
        f"{nearest(skill, known)}"
        for member in given.staff
        for skill in member.skills
        if skill not in known
    ]
    changes: dict[str, Any] = {
        key: value for key in VALUES if (value := getattr(given, key)) is not None
    }
    staff = tuple(StaffMember(name=member.name, skills=member.skills) for member in given.staff)
    try:
        rules = RosterRules(staff=staff, **changes)
    except StudyError as error:
        defects += found
        defects += (f"[{sentence.replace(' ', '] ', 1)}" for sentence in error.sentences)
        return None
    defects += found
    return rules
