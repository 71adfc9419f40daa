"""Rosters, diagnoses, strategies and marginal values as JSON objects.

In: what `roster`, `diagnose`, `compare_strategies` and `marginal_minutes` return. Out: content for
`--json`; infinite waits are None.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from optimizer.demand.arrivals import WEEKDAYS
from optimizer.demand.roster.model import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.demand.diagnosis import LongQueue
    from optimizer.demand.roster import RosterDay
    from optimizer.demand.roster.model import Roster
    from optimizer.demand.strategies import StrategyRow
    from optimizer.diagnose import MarginalValue
    from optimizer.study import Study

__all__ = [
    "diagnosis_to_json",
    "marginal_to_json",
    "roster_to_json",
    "strategies_to_json",
    "week_to_json",
]


def roster_to_json(study: Study, roster: Roster) -> dict[str, Any]:
    """Return a roster: status, hours and bound, half hours with open windows, shifts."""
    return {
        "study": study.name,
        "status": str(roster.status),
        "target_minutes": roster.target_minutes,
        "staff_hours": roster.staff_hours,
        "bound_hours": roster.bound_hours,
        "full_hours": roster.full_hours,
        "conflict": list(roster.conflict),
        "slots": [
            {
                "start": clock(slot.start),
                "arrivals_per_hour": slot.arrivals_per_hour,
                "needed": dict(slot.needed),
                "least": slot.least,
                "open": dict(slot.open),
                "wait_before": _finite(slot.wait_before),
                "wait_after": _finite(slot.wait_after),
                "wait_by_type": {k: _finite(v) for k, v in slot.wait_by_type.items()},
            }
            for slot in roster.slots
        ],
        "shifts": [
            {
                "staff": shift.staff.name,
                "skills": list(shift.staff.skills),
                "start": clock(shift.start),
                "end": clock(shift.end),
                "break": [clock(shift.break_start), clock(shift.break_end)]
                if shift.break_end > shift.break_start
                else None,
                "paid_hours": shift.hours,
                "work": list(shift.work),
            }
            for shift in roster.shifts
        ],
    }


def week_to_json(study: Study, days: Sequence[RosterDay]) -> dict[str, Any]:
    """Return the rosters of a week: the days on which each holds, and hours of the week."""
    return {
        "study": study.name,
        "staff_hours": sum(len(day.weekdays) * day.roster.staff_hours for day in days),
        "bound_hours": sum(len(day.weekdays) * day.roster.bound_hours for day in days),
        "days": [
            {
                "weekdays": [WEEKDAYS[n] for n in day.weekdays],
                **roster_to_json(study, day.roster),
            }
            for day in days
        ],
    }


def diagnosis_to_json(study: Study, queues: Sequence[LongQueue]) -> dict[str, Any]:
    """Return long queues with what each cause gives back, and sentences in both languages."""
    return {
        "study": study.name,
        "queues": [
            {
                "when": queue.when,
                "stop": queue.stop,
                "mean_minutes": _finite(queue.figures.mean_minutes),
                "p95_minutes": _finite(queue.figures.p95_minutes),
                "utilisation": queue.figures.utilisation,
                "binds": None if queue.binding is None else str(queue.binding.cause),
                "causes": [
                    {
                        "cause": str(found.cause),
                        "minutes_saved_per_customer": found.minutes,
                        "what": found.what,
                        "what_zh": found.what_zh,
                    }
                    for found in queue.relaxations
                ],
                "sentence": queue.sentence("en"),
                "sentence_zh": queue.sentence("zh"),
            }
            for queue in queues
        ],
    }


def strategies_to_json(study: Study, rows: Sequence[StrategyRow]) -> dict[str, Any]:
    """Return the waits of each strategy by stop and customers."""
    return {
        "study": study.name,
        "strategies": [
            {
                "strategy": row.strategy,
                "stop": row.stop,
                "customers": row.customers,
                "arrivals_per_hour": row.arrivals_per_hour,
                "mean_minutes": _finite(row.mean_minutes),
                "p95_minutes": _finite(row.p95_minutes),
                "method": row.method,
            }
            for row in rows
        ],
    }


def marginal_to_json(study: Study, values: Sequence[MarginalValue]) -> dict[str, Any]:
    """Return what one more of each kind saves, most first."""
    return {
        "study": study.name,
        "values": [
            {
                "type": value.type,
                "hour": value.hour,
                "count": value.count,
                "minutes_per_customer": value.minutes,
                "waiting_minutes": value.waiting_minutes,
                "walking_minutes": value.walking_minutes,
                "person_minutes_per_hour": value.person_minutes_per_hour,
                "sentence": value.sentence("en"),
                "sentence_zh": value.sentence("zh"),
            }
            for value in values
        ],
    }


def _finite(value: float) -> float | None:
    """The number, or None where it is infinite."""
    return value if math.isfinite(value) else None
