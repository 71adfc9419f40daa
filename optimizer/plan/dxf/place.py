"""A plan brought to its place: the unit used, lower-left corner at (0, 0).

In: a plan in the metres in which it was built. Out: the plan in the metres of the unit used, with
its source, so that file coordinates can be found again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from shapely.affinity import affine_transform

from optimizer.plan.dxf.furniture import move_furniture
from optimizer.plan.model import PlanSource
from optimizer.plan.units import METRES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.defect import Defect
    from optimizer.plan.dxf.header import DrawingUnit
    from optimizer.plan.model import FloorPlan

__all__ = ["put_in_place"]

Shape = TypeVar("Shape", bound="BaseGeometry")


def put_in_place(
    plan: FloorPlan,
    *,
    path: str,
    unit: DrawingUnit,
    shift: NDArray[np.float64],
    defects: Sequence[Defect],
) -> FloorPlan:
    """The plan with its lower-left corner at (0, 0).

    Parameters
    ----------
    plan
        As built: metres of `unit.shape`, moved by `-shift`.
    path, unit
        For the source.
    shift
        Drawing coordinates, in the metres built in, of the built plan's (0, 0).
    defects
        What the reader found, with places in the built plan.
    """
    factor = METRES[unit.used] / METRES[unit.shape]
    low_x, low_y = plan.outline.bounds[:2]

    def moved(geometry: Shape) -> Shape:
        matrix = [factor, 0, 0, factor, -factor * low_x, -factor * low_y]
        there: Shape = affine_transform(geometry, matrix)
        return there

    placed = tuple(
        defect
        if defect.x is None or defect.y is None
        else replace(defect, x=factor * (defect.x - low_x), y=factor * (defect.y - low_y))
        for defect in defects
    )
    source = PlanSource(
        path=path,
        unit_header=unit.header,
        unit_used=unit.used,
        metres_per_unit=METRES[unit.used],
        origin=(float(factor * (shift[0] + low_x)), float(factor * (shift[1] + low_y))),
        notes=tuple(defect.sentence for defect in placed),
        unit_evidence=unit.evidence,
        defects=placed,
    )
    return replace(
        plan,
        outline=moved(plan.outline),
        walls=tuple(moved(wall) for wall in plan.walls),
        columns=tuple(moved(column) for column in plan.columns),
        doors=tuple(replace(door, line=moved(door.line)) for door in plan.doors),
        zones=tuple(replace(zone, polygon=moved(zone.polygon)) for zone in plan.zones),
        windows=tuple(moved(window) for window in plan.windows),
        power=tuple(moved(point) for point in plan.power),
        furniture=move_furniture(plan.furniture, factor, (factor * low_x, factor * low_y)),
        source=source,
    )
