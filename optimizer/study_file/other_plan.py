"""A study on another drawing than its own: what was said about the own one is left out.

In: the values of a study file and the plan of another drawing. Out: the values without the zones,
doors, fixed places and names that this drawing does not have, and a warning for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely import LineString, Point, Polygon

from optimizer.equipment.catalogue import read_catalogue
from optimizer.plan.defect import Defect, Severity
from optimizer.plan.model import ZoneKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.plan.model import FloorPlan
    from optimizer.study_file.model import BusinessTable, DoorTable, FixtureTable, StudyTable

__all__ = ["fit_table"]

#: How far from the point that a study names its door may be, metres: as in `drawing`.
NEAR = 1.0
#: Zones may leave the outline by this, metres.
LEAVES = 0.05
#: Zones may share this with a zone of the drawing, square metres: the half of a wall.
SHARED = 0.05


def fit_table(table: StudyTable, plan: FloorPlan) -> tuple[StudyTable, tuple[Defect, ...]]:
    """Values of a study that fit another drawing, and what was left out.

    Zones and doors go together: where one of them does not fit, the drawing is another hall, and
    none of them is used. Today's layout is that of the study's own drawing.

    Parameters
    ----------
    table
        The study file.
    plan
        Plan of the other drawing, as read.
    """
    said: list[str] = []
    changes: dict[str, object] = {}
    unfit = [*_unfit_zones(table, plan), *_unfit_doors(table, plan)]
    if unfit:
        said.append(
            f"the study's {len(table.zones)} zones and {len(table.doors)} doors are those of "
            f"another drawing ({unfit[0]}); they were left out"
        )
        changes |= {"zones": (), "doors": ()}
    kept = table.model_copy(update=changes)
    kinds = {ZoneKind.PUBLIC_HALL, *(z.kind for z in plan.zones), *(z.kind for z in kept.zones)}
    zones = {zone.name for zone in plan.zones} | {zone.name for zone in kept.zones}
    doors = {door.name for door in plan.doors} | {d.name for d in kept.doors if d.name}
    groups = _fixtures(table, plan, zones, said)
    changes["fixtures"] = tuple(_housed(group, kinds, said) for group in groups)
    changes["business"] = tuple(_business(b, doors, said) for b in table.business)
    if table.current is not None and unfit:
        said.append(f"today's layout {table.current!r} is that of another drawing; it was left out")
        changes["current"] = None
    notes = tuple(
        Defect(code="other-drawing", sentence=sentence, severity=Severity.WARNING)
        for sentence in said
    )
    return table.model_copy(update=changes), notes


def _unfit_zones(table: StudyTable, plan: FloorPlan) -> Iterator[str]:
    """Which zones of the study do not lie on this plan."""
    floor = plan.outline.buffer(LEAVES)
    for zone in table.zones:
        if len(zone.polygon) < 3:
            continue
        shape = Polygon(zone.polygon)
        if shape.is_valid and not floor.covers(shape):
            yield f"zone {zone.name!r} leaves the outline"
        elif shape.is_valid and any(
            other.name != zone.name
            and other.polygon.is_valid
            and other.polygon.intersection(shape).area > SHARED
            for other in plan.zones
        ):
            yield f"zone {zone.name!r} overlaps a zone of the drawing"


def _unfit_doors(table: StudyTable, plan: FloorPlan) -> Iterator[str]:
    """Which doors of the study are not on this plan."""
    names = {door.name for door in plan.doors}
    for door in table.doors:
        if not _has_door(door, plan, names):
            yield f"no door at {door.near or door.name or door.line}"


def _has_door(door: DoorTable, plan: FloorPlan, names: set[str]) -> bool:
    """Whether a door that a study means is there, or its line lies on the plan."""
    if door.line is not None:
        return bool(LineString(door.line).distance(plan.outline) <= NEAR)
    if door.near is None:
        return door.name in names
    spot = Point(door.near)
    return any(other.line.distance(spot) <= NEAR for other in plan.doors)


def _fixtures(
    table: StudyTable, plan: FloorPlan, zones: set[str], said: list[str]
) -> tuple[FixtureTable, ...]:
    """Groups without zones and places that the drawing does not have; those alike become one."""
    groups: dict[tuple[str, str | None], FixtureTable] = {}
    for group in table.fixtures:
        changes: dict[str, object] = {}
        if group.zone is not None and group.zone not in zones:
            said.append(
                f"[fixtures ({group.type})] zone {group.zone!r} is not in this drawing; any zone "
                "of a kind that suits the type will do"
            )
            changes["zone"] = None
        gone = [at for at in group.at or () if not plan.outline.covers(Point(at[:2]))]
        if gone:
            said.append(
                f"[fixtures ({group.type})] {len(gone)} places to keep lie outside this drawing; "
                "they are free"
            )
            changes["at"] = tuple(at for at in group.at or () if at not in gone) or None
            if group.count is None and group.min is None and group.max is None:
                changes["count"] = len(group.at or ())
        fitted = group.model_copy(update=changes)
        key = (fitted.type, fitted.zone)
        groups[key] = _joined(groups[key], fitted) if key in groups else fitted
    return tuple(groups.values())


def _housed(group: FixtureTable, kinds: set[ZoneKind], said: list[str]) -> FixtureTable:
    """A group whose customers and staff stand in zones that the drawing has."""
    kind = read_catalogue().get(group.type)
    if kind is None:
        return group
    zones = kind.zones if group.zones is None else group.zones
    staff = kind.staff_zones if group.staff_zones is None else group.staff_zones
    changes: dict[str, object] = {}
    if not kinds & set(zones):
        changes["zones"] = (ZoneKind.PUBLIC_HALL,)
        said.append(
            f"{group.type} belongs into a zone of kind {' or '.join(zones)}, which this drawing "
            "has not; it may stand in the public hall"
        )
    if staff and not kinds & set(staff):
        changes["staff_zones"] = ()
        said.append(
            f"staff of {group.type} belong into a zone of kind {' or '.join(staff)}, which this "
            "drawing has not; they may stand anywhere"
        )
    return group.model_copy(update=changes)


def _joined(one: FixtureTable, other: FixtureTable) -> FixtureTable:
    """Two groups of one type and zone as one."""

    def total(*keys: str) -> int:
        numbers = [
            next((n for key in keys if (n := getattr(g, key)) is not None), len(g.at or ()))
            for g in (one, other)
        ]
        return sum(numbers)

    at = (*(one.at or ()), *(other.at or ())) or None
    least, most = total("count", "min"), total("count", "max")
    numbers = {"count": most, "min": None, "max": None}
    if least != most:
        numbers = {"count": None, "min": least, "max": most}
    return one.model_copy(update={"at": at, **numbers})


def _business(business: BusinessTable, doors: set[str], said: list[str]) -> BusinessTable:
    """Business without the entrance and exit that the drawing does not have."""
    gone = [key for key in ("entrance", "exit") if getattr(business, key) not in {None, *doors}]
    for key in gone:
        said.append(
            f"business {business.name!r}: {key} {getattr(business, key)!r} is not in this drawing; "
            "any will do"
        )
    return business.model_copy(update=dict.fromkeys(gone))
