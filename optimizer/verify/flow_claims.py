"""Claims about figures of flows, about terms of the objective that rest on them, and about limits.

In: the spans of `flows` by key, and the parsed result. Out: claims.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.measures import MEASURES, Better
from optimizer.verify.claim import Claim, agree, between, hold, is_number, lookup, open_claim
from optimizer.verify.diversion import level_of, seen_stops
from optimizer.verify.flows import BUSINESS
from optimizer.verify.periods import visit_minutes
from optimizer.verify.waiting import waiting_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.measures import Measure
    from optimizer.study import Study
    from optimizer.verify.scene import Scene

    Span = tuple[float, float]
    Spans = Mapping[str, Span | None]

__all__ = ["check_flows", "check_limits", "further_terms"]

#: Relative doubt about figures by the beginning of their keys; of the others, rounding only.
DOUBTS = {
    "crossing.staff": 1e-3,
    "crossing.cash": 1e-3,
    "crossing.wheelchair": 1e-3,
    "crossing.encounters": 1e-3,
    "crossing.weighted": 1e-4,
    "crossing.head_on": 1e-4,
    "crossing.merging": 1e-4,
    "detour": 1e-5,
    "diversion.parting": 1e-4,
    "walking": 1e-5,
    "crowding": 1e-6,
    "longest": 1e-6,
    "door_to_door": 1e-5,
}
#: Keys of spans that have claims of their own elsewhere, or are no keys of a result.
ELSEWHERE = {
    "crossing.encounters_per_hour",
    "detour.mean",
    "detour.worst",
    "privacy.through_flow_per_hour",
    "walking.metres_per_customer",
    "longest_wait_minutes",
    "equipment_cost",
}
#: Doubt about a length, a share; metres, 1.
LENGTH, SHARE = 1e-5, 1e-6
#: Walks with the greatest detour that a result lists at most.
WORST = 20


def check_flows(scene: Scene, result: Any, spans: Spans) -> Iterator[Claim]:
    """Claims about crossings, detour, diversion and crowding."""
    for key, span in spans.items():
        if key in ELSEWHERE:
            continue
        if key.startswith(BUSINESS):
            claim = _within({"": _business(result, key)}, "", span, _doubt(key))
            yield _renamed(claim, key)
        elif span is None or not math.isfinite(span[0]):
            yield agree(result, key, None)
        else:
            yield _within(result, key, span, _doubt(key))
    yield from _check_levels(result, spans)
    yield from _check_stops(scene, result)
    yield from _check_worst_legs(scene, result)
    for key in ("diversion.parting_place", "crowding.aisle_place", "crowding.aisle_speed"):
        yield open_claim(result, key, "it follows from figures that are")
    yield open_claim(result, "crossing.places", "they are read off a raster")


def further_terms(study: Study, result: Any, spans: Spans) -> dict[str, Span]:
    """Weighted costs of the measures that a study weighs beyond the basic ones.

    A measure that is not worked out here is believed.
    """
    terms: dict[str, Span] = {}
    for name, weight in study.objective.weights.items():
        if name in study.objective.measures:
            path = MEASURES[name].path
            stated = lookup(result, f"objective.terms.{name}")
            if path in spans:
                low, high = _costs(MEASURES[name], spans[path])
                terms[name] = weight * low, weight * high
            elif is_number(stated):
                terms[name] = stated, stated
    return terms


def check_limits(scene: Scene, result: Any, spans: Spans, weighted: Span) -> Iterator[Claim]:
    """Claims that each limit of the study is told, and rightly said to be kept or broken."""
    rows = lookup(result, "rules")
    known = [r for r in rows if isinstance(r, Mapping)] if isinstance(rows, Sequence) else []
    every: Spans = {**spans, **_basic(scene, weighted)}
    told, asked = lookup(result, "limits"), set(scene.study.limits)
    all_told = isinstance(told, Mapping) and set(told) == asked
    names = ", ".join(sorted(asked)) or "no limit, for the study has none"
    yield hold("limits", all_told, f"limits is said to be a table; right: one of {names}")
    for name, limit in scene.study.limits.items():
        measure = MEASURES[name]
        key = f"rules.LIMIT-{name}"
        row = next((r for r in known if r.get("id") == f"LIMIT-{name}"), None)
        if row is None:
            yield hold(key, False, f"the result says nothing of the limit {limit:g} of {name}")
            continue
        yield from _check_reached(result, name, limit, every.get(measure.path))
        if measure.path not in every:
            yield Claim(name=key, sentence=f"not re-computed: limit of {name}", passed=None)
            continue
        span = every[measure.path]
        possible: set[bool | None] = {None}
        if span is not None:
            room = max(_doubt(measure.path) * abs(limit), 1e-6)
            low, high = span[0] - room, span[1] + room
            less = measure.better is Better.LESS
            possible = {low <= limit if less else high >= limit}
            possible.add(high <= limit if less else low >= limit)
        said, right = row.get("passed"), (limit, "hard")
        passed = said in possible and (row.get("limit"), row.get("severity")) == right
        says = "kept" if said else "open" if said is None else "broken"
        figure = "no such figure" if span is None else f"{span[0]:.6g} to {span[1]:.6g}"
        yield hold(
            key,
            passed,
            f"limit {limit:g} of {name} is said to be {says}; found: {figure}",
            stated=said,
            found=None if span is None else span[0],
        )


def _check_reached(result: Any, name: str, limit: float, span: Span | None) -> Iterator[Claim]:
    """Claims about what the table of limits tells; without a span the value is believed."""
    key, measure = f"limits.{name}", MEASURES[name]
    yield agree(result, f"{key}.limit", limit)
    if span is not None and math.isfinite(span[0]):
        yield _within(result, f"{key}.value", span, _doubt(measure.path))
    value, reached = lookup(result, f"{key}.value"), lookup(result, f"{key}.reached")
    if is_number(reached) and is_number(value) and measure.best(reached, value) != reached:
        sentence = f"{key}.reached is {reached:g}, worse than the {value:g} of the layout itself"
        yield hold(f"{key}.reached", False, sentence, stated=reached, found=value)
    else:
        yield open_claim(result, f"{key}.reached", "its layout is not part of the result")


def _basic(scene: Scene, weighted: Span) -> dict[str, Span]:
    """Spans of the basic measures by their path."""
    sure, possible = scene.overlooked
    people, staff = (scene.person_metres(staff=who) for who in (False, True))
    waits = waiting_seconds(scene.queues)
    minutes = sum(
        row["customers_per_hour"] * (row["walking"] + row["waiting"] + row["service"])
        for row in visit_minutes(scene).values()
    )
    return {
        "walking.person_metres_per_hour": (people, people),
        "walking.staff_person_metres_per_hour": (staff, staff),
        "crossing.weighted_encounters_per_hour": weighted,
        "waiting_seconds_per_hour": (waits, waits),
        "privacy.overlooked_pairs": (len(sure), len(possible)),
        "door_to_door.customer_minutes_per_hour": (minutes, minutes),
    }


def _costs(measure: Measure, span: Span | None) -> Span:
    """What a weight of 1 adds, least and most: 0 without a figure."""
    if span is None:
        return 0.0, 0.0
    low, high = (value if math.isfinite(value) else 1e6 for value in span)
    return (low, high) if measure.better is Better.LESS else (1 - high, 1 - low)


def _check_levels(result: Any, spans: Spans) -> Iterator[Claim]:
    """Claims that the letters of service fit the densities."""
    for key, kind in (("aisle", "walkway"), ("waiting", "waiting")):
        span = spans.get(f"crowding.{key}_density")
        stated = lookup(result, f"crowding.{key}_level")
        letters = {None} if span is None else {level_of(value, kind) for value in span}
        yield hold(
            f"crowding.{key}_level",
            stated in letters,
            f"crowding.{key}_level is {stated!r}; found {sorted(map(str, letters))}",
            stated=stated if isinstance(stated, str) else None,
            found=sorted(map(str, letters)),
        )


def _check_stops(scene: Scene, result: Any) -> Iterator[Claim]:
    """Claims about each first stop: who comes, and from where it is seen."""
    key = "diversion.first_stops"
    rows = lookup(result, key)
    found = seen_stops(scene)
    if not _are_rows(rows) or {row.get("fixture") for row in rows} != set(found):
        yield hold(key, False, f"{key} must be a list of {', '.join(found) or 'nothing'}")
        return
    for row in rows:
        people, (low, high), guided = found[row["fixture"]]
        seen = row.get("from_guide_desk")
        right = {None} if guided is None else {bool(value) for value in guided}
        passed = (
            _near(row.get("people_per_hour"), (people, people), SHARE * people)
            and _near(row.get("from_entrance"), (low, high), SHARE)
            and seen in right
        )
        yield hold(
            f"{key}.{row['fixture']}",
            passed,
            f"{key}: {row['fixture']} has {row.get('people_per_hour')} people_per_hour, seen "
            f"from_entrance by {row.get('from_entrance')}, from_guide_desk: {seen}; found "
            f"{people:.6g}, {low:.6g} to {high:.6g}, {sorted(map(str, right))}",
        )


def _check_worst_legs(scene: Scene, result: Any) -> Iterator[Claim]:
    """Claims about the walks with the greatest detour."""
    key = "detour.worst_legs"
    rows = lookup(result, key)
    known: dict[str, list[tuple[float, float, float]]] = {}
    for walk, way, empty in zip(scene.walks, scene.ways, scene.empty, strict=True):
        if not walk.staff and empty > 0 and walk.rate > 0:
            name = f"{walk.source} → {walk.target}"
            known.setdefault(name, []).append((walk.rate, way.length, empty))
    need = min(WORST, sum(len(own) for own in known.values()))
    if not _are_rows(rows) or len(rows) != need:
        yield hold(key, False, f"{key} must be a list of {need} walks")
        return
    for i, row in enumerate(rows):
        passed = any(
            _near(row.get("people_per_hour"), (rate, rate), LENGTH * rate)
            and _near(row.get("walked"), (length, length), LENGTH * (1 + length))
            and _near(row.get("shortest"), (empty, empty), LENGTH * (1 + empty))
            for rate, length, empty in known.get(str(row.get("leg")), [])
        )
        yield hold(f"{key}.{i}", passed, f"{key}.{i}: {row}; {'as' if passed else 'not as'} found")


def _are_rows(rows: Any) -> bool:
    return (
        isinstance(rows, Sequence)
        and not isinstance(rows, str)
        and all(isinstance(row, Mapping) for row in rows)
    )


def _near(value: Any, span: Span, room: float) -> bool:
    """Whether a stated number lies in a span; what has no end is None in a result."""
    if not math.isfinite(span[0]):
        return value is None
    return is_number(value) and span[0] - room <= value <= span[1] + room


def _doubt(key: str) -> float:
    """Relative doubt about a figure."""
    return next((doubt for start, doubt in DOUBTS.items() if key.startswith(start)), 1e-9)


def _within(result: Any, key: str, span: Span | None, doubt: float) -> Claim:
    low, high = span if span is not None else (0.0, 0.0)
    found = (low + high) / 2 if math.isclose(low, high) else None
    room = [max(doubt * abs(value), 1e-9) for value in (low, high)]
    return between(result, key, (low - room[0], high + room[1]), found=found)


def _business(result: Any, key: str) -> Any:
    """Stated detour of a business, whose name may hold a dot."""
    table = lookup(result, BUSINESS.rstrip("."))
    return table.get(key.removeprefix(BUSINESS)) if isinstance(table, Mapping) else None


def _renamed(claim: Claim, name: str) -> Claim:
    return Claim(
        name=name,
        sentence=f"{name}{claim.sentence}",
        passed=claim.passed,
        stated=claim.stated,
        found=claim.found,
    )
