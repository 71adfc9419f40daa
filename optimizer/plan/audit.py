"""The audit of a floor plan: every defect, with its place.

In: a `FloorPlan`. Out: all its defects, those of its reader first. Nothing is raised and nothing
is repaired: a plan with defects can still be drawn with the places marked.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from shapely import get_coordinates, is_valid_reason

from optimizer.plan.audit_doors import door_defects
from optimizer.plan.audit_solids import solid_defects
from optimizer.plan.audit_zones import zone_defects
from optimizer.plan.defect import Defect, Severity
from optimizer.plan.units import find_unit, plausible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import FloorPlan

__all__ = ["audit_plan"]


def audit_plan(plan: FloorPlan) -> tuple[Defect, ...]:
    """All defects of a floor plan.

    Where the outline cannot be used, only what does not rest on it is looked at.
    """
    found = [*plan.source.defects, *_number_defects(plan)]
    broken = [*_outline_defects(plan)]
    found += broken
    if any(defect.code == "not-a-number" for defect in found):
        return tuple(found)
    found += [*_size_defects(plan), *_name_defects(plan)]
    if not any(defect.severity is Severity.ERROR for defect in broken):
        found += [*solid_defects(plan), *door_defects(plan), *zone_defects(plan)]
    return tuple(found)


def _parts(plan: FloorPlan) -> Iterator[tuple[str, BaseGeometry]]:
    """Every geometry of a plan with its name for planners."""
    yield "outline", plan.outline
    for number, wall in enumerate(plan.walls, start=1):
        yield f"wall {number}", wall
    for number, column in enumerate(plan.columns, start=1):
        yield f"column {number}", column
    for door in plan.doors:
        yield f"door {door.name!r}", door.line
    for zone in plan.zones:
        yield f"zone {zone.name!r}", zone.polygon


def _number_defects(plan: FloorPlan) -> Iterator[Defect]:
    """Coordinates that are no numbers."""
    for name, geometry in _parts(plan):
        wrong = get_coordinates(geometry)
        wrong = wrong[~np.isfinite(wrong).all(axis=1)]
        if len(wrong):
            yield Defect(
                code="not-a-number",
                sentence=f"{name} has {len(wrong)} coordinates that are no finite numbers, the "
                f"first ({wrong[0][0]}, {wrong[0][1]}); they must be metres",
            )


def _outline_defects(plan: FloorPlan) -> Iterator[Defect]:
    """What makes an outline unusable."""
    outline = plan.outline
    least = plausible("outline_area").least
    if outline.is_empty:
        yield Defect(code="outline-empty", sentence="the outline is empty; it must be a polygon")
        return
    if not outline.is_valid:
        reason = is_valid_reason(outline)
        words, _, place = reason.partition("[")
        numbers = place.removesuffix("]").split()
        x, y = (float(n) for n in numbers[:2]) if len(numbers) >= 2 else (None, None)
        where = f" at ({x:.2f}, {y:.2f})" if x is not None and y is not None else ""
        kind = "crosses itself" if "ntersection" in words else f"is wrong ({words.strip()})"
        yield Defect(
            code="outline-crosses",
            sentence=f"the outline {kind}{where}; its corners must go once around the floor",
            x=x,
            y=y,
        )
    elif outline.area < least:
        x, y = outline.centroid.coords[0]
        yield Defect(
            code="outline-tiny",
            sentence=f"the outline encloses {outline.area:.4g} m2; a floor has at least "
            f"{least:g} m2; is the drawing in metres?",
            x=x,
            y=y,
        )


def _size_defects(plan: FloorPlan) -> Iterator[Defect]:
    """A size that is none of a building, with the unit that it would fit."""
    if any(defect.code == "unit-doubt" for defect in plan.source.defects) or not plan.outline.area:
        return
    width, height = plan.size
    side, most = plausible("plan_side"), plausible("outline_area").most
    if side.holds(max(width, height)) and plan.outline.area <= most:
        return
    used = plan.source.metres_per_unit
    evidence = find_unit(
        size=(width / used, height / used),
        openings=[door.width / used for door in plan.doors],
    )
    fits = f"; in {' or '.join(evidence.units)} it would be" if evidence.units else ""
    hint = evidence.units[0] if evidence.units else "mm"
    yield Defect(
        code="size-implausible",
        sentence=f"the plan is {width:.4g} x {height:.4g} m, which is no storey of a building"
        f'{fits}; write [plan] unit = "{hint}" in the study, or give coordinates in metres',
    )


def _name_defects(plan: FloorPlan) -> Iterator[Defect]:
    """Names that are given twice."""
    for what, names in (
        ("door", [door.name for door in plan.doors]),
        ("zone", [zone.name for zone in plan.zones]),
    ):
        for name, count in Counter(names).items():
            if count > 1:
                yield Defect(
                    code="name-twice",
                    sentence=f"{count} {what}s are called {name!r}; each needs its own name",
                )
