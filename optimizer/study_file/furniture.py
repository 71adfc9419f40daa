"""Today's layout as the drawing shows it.

In: a plan with furniture, the study's types and groups. Out: a `Layout` with the study's names,
and a note on each block whose size or number is not the study's.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from shapely import Point

from optimizer.equipment.layout import Layout, Placement
from optimizer.plan.defect import Defect, Severity
from optimizer.reading import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.equipment.model import FixtureType
    from optimizer.plan.model import FloorPlan, Furniture
    from optimizer.study import FixtureGroup

__all__ = ["furniture_defects", "layout_of_drawing"]

#: A block may be so much larger or smaller than its type before it is worth a note, a share.
LIKE = 0.3


def layout_of_drawing(
    plan: FloorPlan, types: Mapping[str, FixtureType], groups: Sequence[FixtureGroup]
) -> Layout | None:
    """The layout that the blocks of a drawing show; None where it shows none.

    Each fixture gets the next name of the study's group for its type, of that for the zone where
    it stands before the others; fixtures beyond the study's number are named on.
    """
    free = {group.names(1)[0]: list(group.names()) for group in groups}
    zones = {zone.name: zone.polygon for zone in plan.zones}
    counts: Counter[str] = Counter()
    placements = []
    for one in plan.furniture:
        if one.type not in types:
            continue
        spot = Point(one.x, one.y)
        own = sorted(
            (g for g in groups if g.type == one.type),
            key=lambda g: g.zone is None or g.zone not in zones or not zones[g.zone].covers(spot),
        )
        names = next((free[g.names(1)[0]] for g in own if free[g.names(1)[0]]), [])
        if names:
            name = names.pop(0)
        else:
            counts[one.type] += 1
            name = f"{one.type}-extra-{counts[one.type]}"
        placements.append(Placement(fixture=name, type=one.type, x=one.x, y=one.y, angle=one.angle))
    return Layout(placements=tuple(placements)) if placements else None


def furniture_defects(plan: FloorPlan, types: Mapping[str, FixtureType]) -> tuple[Defect, ...]:
    """What does not fit between the blocks of a drawing and the types that they stand for."""
    return tuple(found for one in plan.furniture for found in _defects(one, types))


def _defects(one: Furniture, types: Mapping[str, FixtureType]) -> Iterator[Defect]:
    """What is odd about one block."""
    kind = types.get(one.type)
    if kind is None:
        sentence = (
            f"[plan.blocks] gives block {one.block!r} the type {one.type!r}, which is not in the "
            f"catalogue; {nearest(one.type, types)}"
        )
        yield _at("block-type", sentence, one, Severity.ERROR)
        return
    if not (_like(one.width, kind.width) and _like(one.depth, kind.depth)):
        turned = _like(one.width, kind.depth) and _like(one.depth, kind.width)
        hint = ', it seems to be drawn a quarter turn off; give "turn"' if turned else ""
        sentence = (
            f"block {one.block!r} at ({one.x:.2f}, {one.y:.2f}) is {one.width:.2f} x "
            f"{one.depth:.2f} m; the type {one.type} has {kind.width:.2f} x {kind.depth:.2f} m"
            f"{hint}"
        )
        yield _at("block-size", sentence, one, Severity.NOTE)


def _like(drawn: float, given: float) -> bool:
    return abs(drawn - given) <= LIKE * given


def _at(code: str, sentence: str, one: Furniture, severity: Severity) -> Defect:
    return Defect(
        code=code, sentence=sentence, severity=severity, x=one.x, y=one.y, layer=one.layer
    )
