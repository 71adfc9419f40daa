"""The fixtures of a study file, checked against the catalogue and the drawing.

In: the `fixtures` part, the catalogue and the plan. Out: fixture types with the study's changes,
and `FixtureGroup` values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapely import Point

from optimizer.equipment.catalogue import TypeChanges, override_type, unknown_type
from optimizer.errors import StudyError
from optimizer.reading import nearest
from optimizer.study import FixtureGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.equipment.model import FixtureType
    from optimizer.plan.model import FloorPlan
    from optimizer.study_file.model import FixtureTable, StudyTable

__all__ = ["build_brief"]

#: More fixtures of one type than this are a slip of the pen.
MOST = 1000


def build_brief(
    table: StudyTable,
    catalogue: Mapping[str, FixtureType],
    plan: FloorPlan | None,
    defects: list[str],
) -> tuple[Mapping[str, FixtureType], tuple[FixtureGroup, ...]]:
    """Fixture types with the study's changes, and the groups to be placed.

    Parameters
    ----------
    table
        The study file.
    catalogue
        Fixture types by name.
    plan
        The drawing, to know its zones; None where it could not be read.
    defects
        Sentences about what is wrong are added here.
    """
    if not table.fixtures:
        defects.append("[[fixtures]] is missing; name at least one fixture type to be placed")
    types = dict(catalogue)
    changed: dict[str, dict[str, Any]] = {}
    groups: list[FixtureGroup] = []
    for number, fixtures in enumerate(table.fixtures, start=1):
        place = f"[fixtures {number} ({fixtures.type})]"
        found: list[str] = []
        if fixtures.type not in catalogue:
            defects.append(f"{place} {unknown_type(fixtures.type, catalogue)}")
            continue
        changes = TypeChanges.values(fixtures)
        if changes and changed.setdefault(fixtures.type, changes) != changes:
            found.append(
                "changes the type in another way than an earlier group; give both the same"
            )
        group = _group(fixtures, found)
        if any(group.names(1) == other.names(1) for other in groups):
            found.append("is a second group of its type for the same zone; put them into one")
        groups.append(group)
        defects += (f"{place} {sentence}" for sentence in found)
    for name, changes in changed.items():
        try:
            types[name] = override_type(catalogue[name], changes)
        except StudyError as error:
            defects += error.sentences
    if plan is not None:
        for group in groups:
            defects += _check_place(group, types[group.type], plan)
    return types, tuple(groups)


def _group(fixtures: FixtureTable, defects: list[str]) -> FixtureGroup:
    """One group, its numbers worked out."""
    at = fixtures.at or ()
    for key in ("count", "min", "max"):
        value = getattr(fixtures, key)
        if value is not None and not 0 <= value <= MOST:
            defects.append(f"{key} is {value}; must be 0 to {MOST}")
    least, most = _numbers(fixtures, len(at), defects)
    if least > most:
        defects.append(f"min is {least}, more than max, which is {most}")
    if at and len(at) > most:
        defects.append(f"'at' keeps {len(at)} fixtures, more than the {most} to be placed")
    return FixtureGroup(
        type=fixtures.type,
        min=max(least, len(at)),
        max=most,
        at=at,
        row=fixtures.row,
        zone=fixtures.zone,
        label=fixtures.label,
    )


def _numbers(fixtures: FixtureTable, kept: int, defects: list[str]) -> tuple[int, int]:
    """Fewest and most fixtures of a group of which some stay where they are."""
    count, least, most = fixtures.count, fixtures.min, fixtures.max
    if count is not None:
        if least is not None or most is not None:
            defects.append("has 'count' and also 'min' or 'max'; give the one or the others")
        return count, count
    if most is not None:
        return (kept if least is None else least), most
    if least is not None:
        defects.append("has 'min' but no 'max'; say how many there may be at most")
        return least, max(least, kept)
    if not kept:
        defects.append("needs 'count', or 'min' and 'max', or 'at'")
    return kept, kept


def _check_place(group: FixtureGroup, kind: FixtureType, plan: FloorPlan) -> list[str]:
    """Whether a group's zone and fixed places are in the drawing."""
    defects: list[str] = []
    place = f"[fixtures ({group.type})]"
    if group.zone is not None:
        zones = {zone.name: zone for zone in plan.zones}
        zone = zones.get(group.zone)
        if zone is None:
            defects.append(
                f"{place} zone {group.zone!r} is not in the drawing; {nearest(group.zone, zones)}"
            )
        elif zone.kind not in kind.zones:
            allowed = ", ".join(kind.zones)
            defects.append(
                f"{place} zone {group.zone!r} is of kind {zone.kind.value!r}; this type stands in "
                f"{allowed}"
            )
    x0, y0, x1, y1 = plan.outline.bounds
    defects += [
        f"{place} at ({x:g}, {y:g}) lies outside the outline, which reaches from "
        f"({x0:.2f}, {y0:.2f}) to ({x1:.2f}, {y1:.2f})"
        for x, y, _ in group.at
        if not plan.outline.covers(Point(x, y))
    ]
    return defects
