"""Fixture types: what the equipment catalogue says about a counter, a machine, a seat.

In: values of `catalogue.toml` and a study's overrides. Out: immutable `FixtureType`.

Frame of a fixture: origin in the middle of its footprint, x along its width, y along its depth.
The front, where the customer stands, looks towards −y; the back is at +y. A placement turns the
frame counter-clockwise by its angle and shifts it to (x, y).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from optimizer.plan.model import ZoneKind

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Anchoring", "Box", "FixtureType", "Provenance", "Role", "StandingPoint"]

#: A rectangle in a fixture's own frame: x0, y0, x1, y1, metres.
Box = tuple[float, float, float, float]


class Anchoring(StrEnum):
    """Where a fixture of a type may stand."""

    FREE = "free"  #: anywhere on the floor
    WALL = "wall"  #: its back touches a wall
    THROUGH_WALL = "through_wall"  #: it sits in a wall, customers on one side, staff on the other


class Role(StrEnum):
    """Who uses a standing point."""

    CUSTOMER = "customer"
    STAFF = "staff"


@dataclass(frozen=True, kw_only=True)
class StandingPoint:
    """Where a person stands (or sits) to use a fixture, in the fixture's frame, metres."""

    role: Role
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a value comes from.

    Parameters
    ----------
    source
        Document, page or "assumption".
    confidence
        Grade: "A" read in a source that quotes it … "D" a page without sources, "ASM" an
        assumption of this project, "study" set by the planner's study.
    """

    source: str
    confidence: str


@dataclass(frozen=True, kw_only=True)
class FixtureType:
    """One entry of the equipment catalogue.

    Parameters
    ----------
    name
        Key of the catalogue, as studies and journeys use it.
    label, label_zh
        What a report calls it, in English and Chinese.
    width, depth, height
        Footprint along x and y, and height, metres.
    anchoring
        Where it may stand.
    in_row
        Whether fixtures of one group stand side by side without gaps.
    standing
        Standing points. Several of one role are places that share the fixture (a bench).
    clearance_front, clearance_side, clearance_back
        Depth of the use space before, beside and behind it, metres, free of other fixtures.
    privacy_depth
        Depth of the zone before the front that belongs to its user (the one-metre line), metres.
    zones
        Kinds of zone in which its customers stand.
    staff_zones
        Kinds of zone in which its staff stand; empty where any will do.
    servers
        People served at the same time; 0 for a thing that serves nobody by itself.
    opaque
        Whether it blocks sight at eye height.
    screen
        Screen or PIN pad in the fixture's frame, or None.
    screen_view
        Angle about the front within which the screen can be read, degrees: side screens and
        privacy filters make it smaller than 180.
    cost
        Price in the bank's currency, or None where unknown.
    provenance
        Source and confidence of each value, by field name.
    """

    name: str
    label: str
    label_zh: str
    width: float
    depth: float
    height: float
    anchoring: Anchoring = Anchoring.FREE
    in_row: bool = False
    standing: tuple[StandingPoint, ...] = ()
    clearance_front: float = 0.0
    clearance_side: float = 0.0
    clearance_back: float = 0.0
    privacy_depth: float = 0.0
    zones: tuple[ZoneKind, ...] = (ZoneKind.PUBLIC_HALL,)
    staff_zones: tuple[ZoneKind, ...] = ()
    servers: int = 1
    opaque: bool = False
    screen: tuple[float, float] | None = None
    screen_view: float = 180.0
    cost: float | None = None
    provenance: Mapping[str, Provenance] = field(default_factory=dict, compare=False)

    @property
    def footprint(self) -> Box:
        """Its floor area, in its own frame."""
        return (-self.width / 2, -self.depth / 2, self.width / 2, self.depth / 2)

    @property
    def clearances(self) -> tuple[Box, ...]:
        """Its use spaces, in its own frame: no other fixture and no wall may lie in them.

        The front space is as wide as the fixture, so that neighbours in a row do not claim it.
        """
        x, y = self.width / 2, self.depth / 2
        front, side, back = self.clearance_front, self.clearance_side, self.clearance_back
        boxes = (
            (-x, -y - front, x, -y) if front else None,
            (-x, y, x, y + back) if back else None,
            (-x - side, -y, -x, y) if side else None,
            (x, -y, x + side, y) if side else None,
        )
        return tuple(box for box in boxes if box)

    @property
    def privacy_zone(self) -> Box | None:
        """Zone of its user before the front, in its own frame; None where it has none."""
        if not self.privacy_depth:
            return None
        x, y = self.width / 2, self.depth / 2
        return (-x, -y - self.privacy_depth, x, -y)

    def points(self, role: Role) -> tuple[StandingPoint, ...]:
        """Standing points of one role; staff without a place of their own use the customers'."""
        own = tuple(point for point in self.standing if point.role is role)
        return own or (self.standing if role is Role.STAFF else ())
