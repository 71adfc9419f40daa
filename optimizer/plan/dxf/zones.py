"""Zones of a drawing and the kinds of its doors.

In: closed polylines of zone layers with the texts inside them; door openings and the outline. Out:
named zones, named doors, and a defect for each zone whose kind is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely import Point, Polygon

from optimizer.plan.defect import Defect, Severity
from optimizer.plan.entrances import leads_out
from optimizer.plan.model import Door, DoorKind, Zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.plan.dxf.curves import Stroke
    from optimizer.plan.dxf.doors import Opening
    from optimizer.plan.dxf.layers import LayerMap

__all__ = ["find_zones", "name_doors"]


def find_zones(
    strokes: Sequence[Stroke], texts: Sequence[Stroke], layers: LayerMap
) -> tuple[tuple[Zone, ...], list[Defect]]:
    """Zones by their polylines; name and kind from the texts inside or the layer's name."""
    zones: list[Zone] = []
    defects: list[Defect] = []
    for stroke in strokes:
        if len(stroke.points) < 3:
            continue
        polygon = Polygon(stroke.points)
        inside = [t.text for t in texts if polygon.covers(Point(t.points[0]))]
        kind = layers.zone_kind(*inside, stroke.layer)
        if kind is None:
            x, y = (float(v) for v in stroke.points.mean(axis=0))
            defects.append(
                Defect(
                    code="zone-kind",
                    sentence=f"the zone with text {', '.join(inside) or 'none'} on layer "
                    f"{stroke.layer!r} has no kind that is known; give its text in "
                    "[plan.layers.zones]",
                    severity=Severity.WARNING,
                    x=x,
                    y=y,
                    layer=stroke.layer,
                )
            )
            continue
        stem = next((t for t in inside if layers.zone_kind(t) is kind), str(kind))
        taken = {zone.name for zone in zones}
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem}-{number}", number + 1
        zones.append(Zone(name=name, kind=kind, polygon=polygon))
    return tuple(zones), defects


def name_doors(openings: Sequence[Opening], outline: Polygon, layers: LayerMap) -> tuple[Door, ...]:
    """Doors with names; the kind from the layer, else entrance where one side is outside."""
    counts: dict[DoorKind, int] = {}
    doors = []
    for opening in openings:
        kind = layers.door_kind(opening.layer)
        if kind is None:
            kind = DoorKind.ENTRANCE if leads_out(opening.line, outline) else DoorKind.INNER
        counts[kind] = counts.get(kind, 0) + 1
        doors.append(Door(name=f"{kind}-{counts[kind]}", kind=kind, line=opening.line))
    return tuple(doors)
