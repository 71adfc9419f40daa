"""Rosters day by day: what comes on each day of the week, and one roster for each kind of day.

In: a study with arrivals by weekday, or periods that have their own. Out: people per hour of a
weekday; a `RosterDay` for each set of days on which the same people come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.demand.arrivals import WEEKDAYS
from optimizer.errors import StudyError

if TYPE_CHECKING:
    from optimizer.demand.roster.model import Roster
    from optimizer.study import Study

__all__ = ["RosterDay", "days_alike", "on_weekday"]

WEEK = range(len(WEEKDAYS))


@dataclass(frozen=True, kw_only=True)
class RosterDay:
    """The roster of some days of the week.

    Parameters
    ----------
    weekdays
        Days on which it holds, 0 for Monday.
    roster
        Who serves when on each of them.
    """

    weekdays: tuple[int, ...]
    roster: Roster

    @property
    def name(self) -> str:
        """The days as planners write them, such as "Mon, Tue"."""
        return ", ".join(WEEKDAYS[day] for day in self.weekdays)


def on_weekday(study: Study, weekday: int | None) -> Study:
    """Study whose mean day is one day of the week.

    Parameters
    ----------
    study
        Its arrivals tell weekdays apart, or one of its periods has arrivals of its own: these hold
        in the hours and on the weekdays of the period.
    weekday
        0 for Monday; None for the mean over the week.

    Raises
    ------
    StudyError
        If the day is not told apart from the others.
    """
    arrivals = study.mix.arrivals
    named = any(period.arrivals is not None for period in study.periods)
    if weekday is None:
        if not named:
            return study
        week = [_people(study, day) for day in WEEK]
        hours = sorted({hour for day in week for hour in day})
        people = {hour: sum(day.get(hour, 0.0) for day in week) / len(week) for hour in hours}
    elif weekday in arrivals.by_weekday or named:
        people = _people(study, weekday)
    else:
        known = ", ".join(WEEKDAYS[day] for day in arrivals.by_weekday if day in WEEK) or "none"
        day = WEEKDAYS[weekday] if weekday in WEEK else str(weekday)
        raise StudyError(f"weekday {day} has no arrivals of its own; known are {known}")
    return study.replace(
        mix=replace(study.mix, arrivals=replace(arrivals, per_hour=people, by_weekday={}))
    )


def days_alike(study: Study) -> tuple[tuple[int, ...], ...]:
    """Days of the week on which somebody comes, those with the same people together."""
    groups: dict[tuple[tuple[int, float], ...], list[int]] = {}
    for day in WEEK:
        people = _people(study, day)
        if any(people.values()):
            groups.setdefault(tuple(sorted(people.items())), []).append(day)
    return tuple(tuple(days) for days in groups.values())


def _people(study: Study, weekday: int) -> dict[int, float]:
    """People per hour of a weekday: those of a period where it has its own."""
    arrivals = study.mix.arrivals
    if arrivals.by_weekday and weekday not in arrivals.by_weekday:
        people: dict[int, float] = {}
    else:
        people = dict(arrivals.by_weekday.get(weekday, arrivals.per_hour))
    for period in study.periods:
        if period.arrivals is not None and (not period.weekdays or weekday in period.weekdays):
            people |= dict.fromkeys(period.hours, period.arrivals)
    return people
