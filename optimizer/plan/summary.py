"""What the check of a drawing says, in the shape of `check --json`.

In: a `FloorPlan`. Out: sizes, counts, areas, connected parts and every defect, as plain values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapely import GEOSException, get_parts

from optimizer.plan.audit import audit_plan
from optimizer.plan.defect import Severity
from optimizer.plan.model import ZoneKind
from optimizer.plan.space import floor_space
from optimizer.plan.units import find_unit

if TYPE_CHECKING:
    from optimizer.plan.model import FloorPlan

__all__ = ["summarize_plan"]

#: Parts of the floor smaller than this are not counted, square metres.
ROOM = 1.0


def summarize_plan(plan: FloorPlan) -> dict[str, Any]:
    """Summary of a plan.

    Returns
    -------
    dict
        `size_m` (width and height of all that is built), `unit` (header, evidence, used), numbers
        of `walls`, `doors` and `zones`, `areas_m2` by zone (a plan without zones is one public
        hall), `components` (connected parts of the floor with all doors open, None where the
        outline cannot be used) and `defects`.
    """
    defects = audit_plan(plan)
    shapes = [plan.outline, *plan.walls, *plan.columns]
    boxes = [shape.bounds for shape in shapes if not shape.is_empty]
    lows, highs = [b[:2] for b in boxes], [b[2:] for b in boxes]
    size = [
        round(max(high[axis] for high in highs) - min(low[axis] for low in lows), 3)
        if boxes
        else 0.0
        for axis in (0, 1)
    ]
    try:
        floor = [p for p in get_parts(floor_space(plan)) if p.area > ROOM]
    except GEOSException:
        floor = []
    areas = {zone.name: zone.polygon.area for zone in plan.zones}
    if not plan.zones:
        areas = {str(ZoneKind.PUBLIC_HALL): plan.outline.area}
    return {
        "size_m": size,
        "unit": {
            "header": plan.source.unit_header,
            "evidence": _evidence(plan),
            "used": plan.source.unit_used,
        },
        "walls": len(plan.walls),
        "doors": len(plan.doors),
        "zones": len(plan.zones),
        "areas_m2": {name: round(area, 3) for name, area in areas.items()},
        "components": len(floor) if floor else None,
        "defects": [
            {
                "code": defect.code,
                "sentence": defect.sentence,
                "severity": str(defect.severity),
                "x": None if defect.x is None else round(defect.x, 3),
                "y": None if defect.y is None else round(defect.y, 3),
                "layer": defect.layer,
            }
            for defect in sorted(defects, key=lambda d: list(Severity).index(d.severity))
        ],
    }


def _evidence(plan: FloorPlan) -> str | None:
    """Unit that the lengths of the plan speak for; the one used where it is among those."""
    if plan.source.unit_evidence is not None or not plan.outline.area:
        return plan.source.unit_evidence
    metres = plan.source.metres_per_unit
    found = find_unit(
        size=(plan.size[0] / metres, plan.size[1] / metres),
        openings=[door.width / metres for door in plan.doors],
    )
    return plan.source.unit_used if plan.source.unit_used in found.units else found.unit
