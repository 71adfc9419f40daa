"""Fixtures of a result where they stand: rectangles and standing points, worked out plainly.

In: the rows of a result's "placements" and a study's fixture types. Out: `Placed`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shapely import Polygon

from optimizer.equipment.model import Role
from optimizer.verify.claim import Claim, hold, is_number, lookup

if TYPE_CHECKING:
    from optimizer.equipment.model import Box, FixtureType
    from optimizer.study import Study

__all__ = ["Placed", "read_placements"]


@dataclass(frozen=True, kw_only=True)
class Placed:
    """One fixture at its place: name, type, middle (metres), turn (degrees)."""

    name: str
    kind: FixtureType
    x: float
    y: float
    angle: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of the fixture's frame in the plan."""
        turn = math.radians(self.angle)
        cos, sin = math.cos(turn), math.sin(turn)
        if self.angle % 90 == 0:
            cos, sin = float(round(cos)), float(round(sin))
        return self.x + cos * x - sin * y, self.y + sin * x + cos * y

    def rectangle(self, box: Box, *, grow: float = 0.0) -> Polygon:
        """A rectangle of the fixture's frame in the plan, grown on every side."""
        x0, y0, x1, y1 = box[0] - grow, box[1] - grow, box[2] + grow, box[3] + grow
        return Polygon([self.point(x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))])

    def footprint(self, *, grow: float = 0.0) -> Polygon:
        """Its footprint, grown on every side; sharp corners stay sharp."""
        if grow not in self._footprints:
            x, y = self.kind.width / 2, self.kind.depth / 2
            self._footprints[grow] = self.rectangle((-x, -y, x, y), grow=grow)
        return self._footprints[grow]

    @cached_property
    def _footprints(self) -> dict[float, Polygon]:
        return {}

    def places(self, role: Role) -> tuple[tuple[float, float], ...]:
        """Its own standing points of one role."""
        return tuple(self.point(p.x, p.y) for p in self.kind.standing if p.role is role)

    def access(self, role: Role) -> tuple[float, float] | None:
        """Where walks to it lead: the middle one of its places; staff may use the customers'."""
        own = self.places(role)
        if not own and role is Role.STAFF:
            own = self.places(Role.CUSTOMER)
        return own[len(own) // 2] if own else None

    def zone(self) -> Polygon | None:
        """The zone before its front that belongs to its user."""
        x, y, depth = self.kind.width / 2, self.kind.depth / 2, self.kind.privacy_depth
        return self.rectangle((-x, -y - depth, x, -y)) if depth else None


def read_placements(study: Study, result: Any) -> tuple[tuple[Placed, ...] | None, list[Claim]]:
    """Fixtures of a result, and a failed claim for each row that cannot be read.

    Returns
    -------
    tuple
        None where the rows do not describe a layout whose figures could be worked out.
    """
    rows = lookup(result, "placements")
    right = "a list of {fixture, type, x, y, angle}"
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        stated = rows if isinstance(result, Mapping) and "placements" in result else None
        return None, [hold("placements", False, f"placements must be {right}", stated=stated)]
    claims: list[Claim] = []
    placed: list[Placed] = []
    for i, row in enumerate(rows):
        wrong = _row_defect(study, row, {p.name for p in placed})
        if wrong:
            claims.append(
                hold(f"placements.{i}", False, f"placement {i} of the result {wrong}", stated=row)
            )
            continue
        placed.append(
            Placed(
                name=row["fixture"],
                kind=study.types[row["type"]],
                x=float(row["x"]),
                y=float(row["y"]),
                angle=float(row["angle"]),
            )
        )
    return (None if claims else tuple(placed)), claims


def _row_defect(study: Study, row: Any, taken: set[str]) -> str:
    """What is wrong with one row, or nothing."""
    if not isinstance(row, Mapping):
        return "is no object with fixture, type, x, y and angle"
    for key in ("fixture", "type"):
        if not isinstance(row.get(key), str):
            return f"has {key} {row.get(key)!r}; a text is right"
    for key in ("x", "y", "angle"):
        if not is_number(row.get(key)):
            return f"({row['fixture']}) has {key} {row.get(key)!r}; a number is right"
    if row["type"] not in study.types:
        return f"({row['fixture']}) is of type {row['type']!r}, which the study does not know"
    if row["fixture"] in taken:
        return f"is a second {row['fixture']!r}; a name may occur once"
    return ""
