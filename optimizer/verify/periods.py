"""Minutes from door to door and the figures of each period, held against a walked layout.

In: a `Scene`, and the result. Out: claims.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.verify.claim import Claim, agree, hold, lookup
from optimizer.verify.demand import count_places, count_visits
from optimizer.verify.people import customer_minutes
from optimizer.verify.waiting import check_minutes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.verify.scene import Scene

__all__ = ["check_visits", "visit_minutes"]

#: Figures of a stop that each period states.
STATED = ("mean_minutes", "p95_minutes", "utilisation", "people_waiting", "minutes_of_hour")
#: Relative doubt: lengths and waits.
DOUBT = 1e-5


def visit_minutes(scene: Scene) -> dict[str, dict[str, float]]:
    """Walking, waiting and service minutes of a customer of each business, and how many come."""
    if scene.parts:
        return _merged([(part.weight, visit_minutes(own)) for part, own in scene.parts])
    study, arrivals = scene.study, scene.study.arrivals_per_hour
    fixtures = scene.fixtures if scene.open is None else scene.open
    visits = count_visits(study, fixtures)
    checks = check_minutes(study, visits, count_places(fixtures))
    metres: dict[str, float] = {}
    for walk, length in zip(scene.walks, scene.lengths, strict=True):
        for group, rate in walk.by_group.items() if not walk.staff else ():
            metres[group] = metres.get(group, 0.0) + rate * length
    found: dict[str, dict[str, float]] = {}
    for business in study.mix.businesses:
        people = arrivals * business.share
        if people <= 0:
            continue
        wait = service = 0.0
        for kind, by_business in visits.items():
            times = by_business.get(business.name, 0.0) / people
            row = scene.queues.get(kind)
            own = business.service_minutes.get(kind, 0.0)
            if own > 0:
                service += times * (own + checks.get(kind, (0.0, 0.0))[0])
            elif row:
                service += times * row["service_minutes"]
            if row:
                wait += times * row["by_business"].get(business.name, row["minutes_of_hour"])
        found[business.name] = {
            "walking": metres.get(business.name, 0.0) / people * customer_minutes(study),
            "waiting": wait,
            "service": service,
            "customers_per_hour": people,
        }
    return found


def _merged(
    parts: Sequence[tuple[float, Mapping[str, Mapping[str, float]]]],
) -> dict[str, dict[str, float]]:
    """Mean over all who come in the periods."""
    found: dict[str, dict[str, float]] = {}
    for weight, by_business in parts:
        for name, row in by_business.items():
            people = weight * row["customers_per_hour"]
            total = found.setdefault(name, dict.fromkeys((*row,), 0.0))
            for key in ("walking", "waiting", "service"):
                total[key] += people * row[key]
            total["customers_per_hour"] += people
    for name, total in list(found.items()):
        people = total["customers_per_hour"]
        if people <= 0:
            del found[name]
            continue
        for key in ("walking", "waiting", "service"):
            total[key] /= people
    return found


def check_visits(scene: Scene, result: Any) -> Iterator[Claim]:
    """Claims about minutes from door to door, and about the people and waits of each period."""
    visits = visit_minutes(scene)
    stated = lookup(result, "door_to_door.by_business")
    rows = stated if isinstance(stated, Mapping) else {}
    yield hold(
        "door_to_door.by_business",
        set(rows) == set(visits),
        f"door_to_door.by_business holds {', '.join(sorted(rows)) or 'nothing'}; "
        f"customers come for {', '.join(sorted(visits)) or 'nothing'}",
    )
    for name, visit in visits.items():
        minutes = visit["walking"] + visit["waiting"] + visit["service"]
        for key, value in (*visit.items(), ("minutes", minutes)):
            yield _own(rows.get(name), f"door_to_door.by_business.{name}", key, value)
    yield agree(
        result,
        "door_to_door.minutes_per_customer",
        _each(visits),
        relative=DOUBT,
        least=1e-9,
    )
    told = lookup(result, "periods")
    rows_told = isinstance(told, Sequence) and not isinstance(told, str)
    listed = [p for p in told if isinstance(p, Mapping)] if rows_told else []
    names = [part.name for part, _ in scene.parts]
    yield hold(
        "periods",
        rows_told and [p.get("name") for p in listed] == names,
        f"periods are {', '.join(str(p.get('name')) for p in listed) or 'none'}; "
        f"the study has {', '.join(names) or 'none'}, and a list is right",
    )
    for row, (part, own) in zip(listed, scene.parts, strict=False):
        people = own.study.arrivals_per_hour
        metres = own.person_metres(staff=False) / people if people else 0.0
        place = f"periods.{part.name}"
        yield _own(row, place, "weight", part.weight)
        yield _own(row, place, "arrivals_per_hour", people)
        yield _own(row, place, "metres_per_customer", metres)
        told_stops: Any = row.get("waiting")
        for stop, figures in own.queues.items():
            for key in STATED:
                told_row = told_stops.get(stop) if isinstance(told_stops, Mapping) else None
                yield _own(told_row, f"{place}.waiting.{stop}", key, figures[key])


def _each(visits: Mapping[str, Mapping[str, float]]) -> float:
    """Minutes of a customer, mean over all who come; 0 for nobody."""
    people = math.fsum(row["customers_per_hour"] for row in visits.values())
    minutes = math.fsum(
        row["customers_per_hour"] * (row["walking"] + row["waiting"] + row["service"])
        for row in visits.values()
    )
    return minutes / people if people else 0.0


def _own(row: Any, place: str, key: str, value: float) -> Claim:
    """Claim about one figure of a row, whatever its name."""
    claim = agree(row, key, value, relative=DOUBT, least=1e-9)
    return replace(claim, name=f"{place}.{key}", sentence=f"{place}.{claim.sentence}")
