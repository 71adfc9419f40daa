"""The business mix of a study file, checked and put together.

In: the `business`, `staff` and `arrivals` parts, the catalogue and the drawing. Out: a
`BusinessMix`, and a sentence for everything that cannot be.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from optimizer.demand.arrivals import parse_hour, read_arrivals_file, read_profile
from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.errors import OptimizerError
from optimizer.plan.model import DoorKind
from optimizer.reading import nearest
from optimizer.reading_limits import file_within
from optimizer.study_file.queue_log import LOG_KEYS, apply_log, read_log
from optimizer.study_file.service import build_service, change_mix, check_variation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from optimizer.plan.model import FloorPlan
    from optimizer.study_file.model import BusinessTable, StopTable, StudyTable

__all__ = ["build_mix"]

#: How far the shares may add up to something else than 1: rounding of decimals.
SHARES = 1e-6
#: More people an hour than any branch has.
MOST_PEOPLE = 1e6
#: Doors that customers pass.
CUSTOMER_DOORS = (DoorKind.ENTRANCE, DoorKind.EXIT)
OTHER_KEYS = ("profile", "file", "log", "source", "scale", *LOG_KEYS)


def build_mix(
    table: StudyTable,
    types: Iterable[str],
    plan: FloorPlan | None,
    folder: Path,
    defects: list[str],
) -> BusinessMix | None:
    """Business mix of a study; None where it has defects, which are added to the list.

    Parameters
    ----------
    table
        The study file.
    types
        Names of the fixture types that journeys may lead to.
    plan
        The drawing, to know its doors; None where it could not be read.
    folder
        Folder that relative paths start from.
    defects
        Sentences about what is wrong are added here.
    """
    before = len(defects)
    known = tuple(types)
    for number, business in enumerate(table.business, start=1):
        place = f"[business {number} ({business.name})]"
        defects += (f"{place} {sentence}" for sentence in _check_business(business, known, plan))
    defects += _check_shares(table, plan)
    doors = () if plan is None else tuple(door.name for door in plan.doors)
    defects += _check_rounds(table, known, doors)
    service = build_service(table, known, defects)
    arrivals = _arrivals(table, known, folder, defects)
    if len(defects) > before:
        return None
    rounds = tuple(
        StaffRound(
            name=staff.name,
            label_zh=staff.label_zh,
            route=staff.route,
            per_hour=staff.per_hour,
            per_use=staff.per_use,
            cash=staff.cash,
            check_minutes=staff.check_minutes,
            check_alone_minutes=staff.check_alone_minutes,
            doors=tuple(word for word in staff.route if word not in known),
        )
        for staff in table.staff
    )
    businesses = tuple(_business(business) for business in table.business)
    mix = BusinessMix(businesses=businesses, rounds=rounds, arrivals=arrivals, service=service)
    mix = apply_log(mix, table.arrivals.get("use", ()), defects)
    return change_mix(mix, table, defects)


def _business(table: BusinessTable) -> Business:
    """One business, with the machine journey that its service times imply."""
    journey = _stops(table.journey)
    if table.machine_journey is None:
        visited = {kind for stop in journey for kind in stop.types}
        machines = tuple(kind for kind in table.service_minutes if kind not in visited)
        machine_journey: tuple[Stop, ...] = (Stop(types=machines),) if machines else ()
    else:
        machine_journey = _stops(table.machine_journey)
    return Business(
        name=table.name,
        label_zh=table.label_zh,
        share=table.share,
        journey=journey,
        machine_journey=machine_journey,
        replaceable=table.replaceable,
        rework=table.rework,
        service_minutes=table.service_minutes,
        service_variation=_variation(table),
        entrance=table.entrance,
        exit=table.exit,
        appointments=table.appointments,
    )


def _variation(table: BusinessTable) -> dict[str, float]:
    """Spread of the service times by type; one number holds for every type of the business."""
    if isinstance(table.service_variation, dict):
        return table.service_variation
    stops = (*table.journey, *(table.machine_journey or ()))
    kinds = (*table.service_minutes, *(kind for stop in stops for kind in stop.stop))
    return dict.fromkeys(kinds, table.service_variation)


def _stops(tables: Iterable[StopTable]) -> tuple[Stop, ...]:
    return tuple(Stop(types=table.stop, probability=table.probability) for table in tables)


def _check_business(
    table: BusinessTable, known: tuple[str, ...], plan: FloorPlan | None
) -> list[str]:
    """What is wrong with one business by itself."""
    defects = [
        f"{key} is {value:g}; must be 0 to 1"
        for key in ("share", "replaceable", "rework", "appointments")
        if not 0 <= (value := getattr(table, key)) <= 1
    ]
    if not table.journey:
        defects.append("journey has no stop; name the fixture types that it leads to")
    for key, stops in (("journey", table.journey), ("machine_journey", table.machine_journey)):
        for number, stop in enumerate(stops or (), start=1):
            place = f"{key} stop {number}"
            if not stop.stop:
                defects.append(f"{place} names no fixture type")
            defects += _unknown(place, stop.stop, known)
            if not 0 <= stop.probability <= 1:
                defects.append(f"{place}: probability is {stop.probability:g}; must be 0 to 1")
    defects += _unknown("service_minutes", table.service_minutes, known)
    defects += [
        f"service_minutes of {kind!r} is {minutes:g}; must be more than 0"
        for kind, minutes in table.service_minutes.items()
        if minutes <= 0
    ]
    by_type = table.service_variation if isinstance(table.service_variation, dict) else {}
    defects += _unknown("service_variation", by_type, known)
    spreads = by_type.values() if by_type else _variation(table).values()
    defects += check_variation("service_variation", spreads)
    for key in ("entrance", "exit"):
        defects += _check_door(key, getattr(table, key), plan)
    return defects


def _unknown(place: str, words: Iterable[str], known: tuple[str, ...]) -> list[str]:
    """A sentence for each word that is no fixture type."""
    return [
        f"{place} names {word!r}, which is not in the catalogue; {nearest(word, known)}"
        for word in words
        if word not in known
    ]


def _check_door(key: str, name: str | None, plan: FloorPlan | None) -> list[str]:
    """Whether a door that a business names is there and open to customers."""
    if name is None or plan is None:
        return []
    for door in plan.doors:
        if door.name == name:
            if door.kind in CUSTOMER_DOORS:
                return []
            return [
                f"{key} {name!r} is a door of kind {door.kind.value!r}; customers come in and "
                "leave by doors of kind 'entrance' or 'exit'"
            ]
    return [
        f"{key} {name!r} is no door of the drawing; {nearest(name, [d.name for d in plan.doors])}"
    ]


def _check_shares(table: StudyTable, plan: FloorPlan | None) -> list[str]:
    """What is wrong with all business together."""
    counts = Counter(business.name for business in table.business)
    defects = [
        f"business {name!r} is given {count} times; names must differ"
        for name, count in counts.items()
        if count > 1
    ]
    total = sum(business.share for business in table.business)
    if table.business and abs(total - 1) > SHARES:
        defects.append(f"the shares of the business mix add to {total:.6g}; they must add to 1")
    homeless = [business.name for business in table.business if business.entrance is None]
    if homeless and plan is not None and not plan.doors_of(DoorKind.ENTRANCE):
        defects.append(
            "the drawing has no door of kind 'entrance'; give one a kind in [[doors]], or add one"
        )
    return defects


def _check_rounds(table: StudyTable, known: tuple[str, ...], doors: tuple[str, ...]) -> list[str]:
    """What is wrong with the rounds of staff."""
    defects: list[str] = []
    counts = Counter(staff.name for staff in table.staff)
    taken = {business.name for business in table.business}
    for number, staff in enumerate(table.staff, start=1):
        place = f"[staff {number} ({staff.name})]"
        if counts[staff.name] > 1 or staff.name in taken:
            defects.append(f"{place} name is taken; names of rounds and business must differ")
        if len(staff.route) < 2:
            defects.append(f"{place} route has {len(staff.route)} stops; must have at least 2")
        defects += [
            f"{place} route names {word!r}, which is neither a fixture type of the catalogue nor a "
            f"door of the drawing; {nearest(word, (*known, *doors))}"
            for word in staff.route
            if word not in known and word not in doors
        ]
        defects += _unknown(f"{place} per_use", staff.per_use, known)
        rates = {
            "per_hour": staff.per_hour,
            "check_minutes": staff.check_minutes,
            "check_alone_minutes": staff.check_alone_minutes or 0.0,
            **{f"per_use {k}": v for k, v in staff.per_use.items()},
        }
        defects += [
            f"{place} {key} is {value:g}; must be 0 or more"
            for key, value in rates.items()
            if value < 0
        ]
        if (staff.check_alone_minutes or 0.0) > staff.check_minutes:
            defects.append(
                f"{place} check_alone_minutes is {staff.check_alone_minutes:g}; must be at most "
                f"check_minutes, {staff.check_minutes:g}, which holds the walk too"
            )
    return defects


def _arrivals(
    whole: StudyTable, known: Sequence[str], folder: Path, defects: list[str]
) -> Arrivals:
    """Arrivals by hour: those written in the study, of a profile, of a file, or of a queue log."""
    table = whole.arrivals
    names = [business.name for business in whole.business]
    sources = [key for key in ("profile", "file", "log") if key in table]
    hours = _hours(table, defects)
    if len(sources) > 1 or (sources and hours):
        given = [*sources, *(["hours"] if hours else [])]
        defects.append(f"[arrivals] has {' and '.join(given)}; give one of them")
    lost = [key for key in LOG_KEYS if key in table and "log" not in table]
    if lost:
        defects.append(f'[arrivals] has {" and ".join(lost)}, but no log; name its file, log = "…"')
    scale = table.get("scale", 1.0)
    if (
        isinstance(scale, bool)
        or not isinstance(scale, int | float)
        or not 0 <= scale <= MOST_PEOPLE
    ):
        defects.append(f"[arrivals] scale is {scale!r}; must be a number of 0 or more")
        scale = 1.0
    arrivals = Arrivals(per_hour=hours, source=str(table.get("source", "study")))
    for key in sources:
        value = table[key]
        if not isinstance(value, str):
            defects.append(f"[arrivals] {key} is {value!r}; must be a text in quotes")
            continue
        try:
            if key == "log":
                arrivals = read_log(table, folder, known, names)
            elif key == "file":
                arrivals = read_arrivals_file(file_within(folder, value))
            else:
                arrivals = read_profile(value)
        except OptimizerError as error:
            defects += (f"[arrivals] {sentence}" for sentence in error.sentences)
            return Arrivals(per_hour={})
    if names and not arrivals.per_hour:
        defects.append('[arrivals] has no hours; give people per hour, such as "09" = 46.6')
    return arrivals.scaled(scale) if arrivals.per_hour else Arrivals(per_hour={9: 0.0})


def _hours(table: Mapping[str, Any], defects: list[str]) -> dict[int, float]:
    """People per hour by hour, as written in the study."""
    hours: dict[int, float] = {}
    for key, value in table.items():
        if key in OTHER_KEYS:
            continue
        hour = parse_hour(key)
        if hour is None:
            hint = nearest(key, OTHER_KEYS)
            defects.append(f'[arrivals] unknown key {key!r}; hours are "00" to "23"; {hint}')
        elif isinstance(value, bool) or not isinstance(value, int | float):
            defects.append(f"[arrivals] {key!r} is {value!r}; must be a number of people")
        elif not 0 <= value <= MOST_PEOPLE:
            defects.append(f"[arrivals] {key!r} is {value:g}; must be 0 to {MOST_PEOPLE:g} people")
        elif hour in hours:
            defects.append(f"[arrivals] hour {hour} is given twice")
        else:
            hours[hour] = float(value)
    return hours
