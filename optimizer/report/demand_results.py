"""Minutes from door to door and figures by period, as `result.json` holds them.

In: an `Evaluation`. Out: its sections "door_to_door" and "periods", and the checks by staff.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.measured.checks import walked_checks

if TYPE_CHECKING:
    from optimizer.evaluation import DoorToDoorFigures, Evaluation, PeriodFigures
    from optimizer.study import Study

__all__ = ["checks_section", "demand_sections"]


def checks_section(study: Study, e: Evaluation | None) -> dict[str, dict[str, Any]]:
    """Return the checks at machines by round: walks of the layout, and the waits with them.

    "walked_minutes" and "mean_minutes" are known where the study has `check_alone_minutes`. The
    objective and all other waits take "check_minutes", wherever things stand.
    """
    if e is None or e.layout is None:
        return {}
    return {
        check.name: {
            "metres": check.metres,
            "walk_minutes": check.walk_minutes,
            "check_minutes": check.check_minutes,
            "walked_minutes": check.walked_minutes,
            "mean_minutes": dict(check.mean_minutes),
        }
        for check in walked_checks(study, e.layout, e.legs)
    }


def demand_sections(e: Evaluation | None) -> dict[str, Any]:
    """Return minutes by business, and the periods of the study: none where it has none."""
    return {
        "door_to_door": {
            "minutes_per_customer": e.door_to_door.minutes_per_customer if e else None,
            "by_business": _by_business(e.door_to_door) if e else {},
        },
        "periods": [_period(period) for period in (e.periods if e else ())],
    }


def _by_business(figures: DoorToDoorFigures) -> dict[str, dict[str, float]]:
    return {
        name: {
            "minutes": visit.minutes,
            "walking": visit.walking,
            "waiting": visit.waiting,
            "service": visit.service,
            "customers_per_hour": visit.customers_per_hour,
        }
        for name, visit in figures.by_business.items()
    }


def _period(period: PeriodFigures) -> dict[str, Any]:
    return {
        "name": period.name,
        "name_zh": period.label_zh,
        "weight": period.weight,
        "arrivals_per_hour": period.arrivals_per_hour,
        "places": dict(period.places),
        "objective": period.value,
        "terms": dict(period.terms),
        "metres_per_customer": period.metres_per_customer,
        "encounters_per_hour": period.encounters_per_hour,
        "minutes_per_customer": period.door_to_door.minutes_per_customer,
        "door_to_door": _by_business(period.door_to_door),
        "waiting": {
            stop: {
                "mean_minutes": row.mean_minutes,
                "p95_minutes": row.p95_minutes,
                "utilisation": row.utilisation,
                "people_waiting": row.people_waiting,
                "minutes_of_hour": row.minutes_of_hour,
            }
            for stop, row in period.waiting.items()
        },
    }
