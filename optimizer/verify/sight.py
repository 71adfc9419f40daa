"""Lines of sight between walls and opaque fixtures, with the doubt about what they just touch.

In: a floor plan and placed fixtures. Out: whether a place sees another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import shapely
from shapely import LineString

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import FloorPlan
    from optimizer.verify.placed import Placed

__all__ = ["GRAZE", "Sights"]

#: A sight is free, or shut, beyond doubt where it is so with all things thicker, or thinner, by
#: this, metres.
GRAZE = 1e-5
#: So much of a sight at either end is not looked at, metres: it begins and ends at things.
END = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Sights:
    """Lines of sight in a plan whose walls and fixtures are grown by `grow` on every side."""

    plan: FloorPlan
    grow: float

    @cached_property
    def _walls(self) -> BaseGeometry:
        walls = self.plan.solids.buffer(self.grow, join_style="mitre")
        shapely.prepare(walls)
        return walls

    @cached_property
    def _inside(self) -> BaseGeometry:
        inside = self.plan.outline.buffer(-self.grow, join_style="mitre")
        shapely.prepare(inside)
        return inside

    def free(
        self, one: tuple[float, float], other: tuple[float, float], opaque: Iterable[Placed]
    ) -> bool:
        """Whether nothing stands between two places."""
        away = math.dist(one, other)
        if away <= 2 * END:
            return True
        share = END / away
        (ax, ay), (bx, by) = one, other
        hx, hy = share * (bx - ax), share * (by - ay)
        sight = LineString([(ax + hx, ay + hy), (bx - hx, by - hy)])
        if self._walls.intersects(sight) or not self._inside.covers(sight):
            return False
        return not any(f.footprint(grow=self.grow).intersects(sight) for f in opaque)
