"""The floor plan: the empty shell of one storey, in local metres.

In: geometry that a reader found in a drawing. Out: an immutable `FloorPlan` that every later
stage reads and nobody changes. What a drawing may have wrong is found by `plan.audit`, not here:
a `FloorPlan` may hold defects, so that the audit can name all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from shapely import disjoint_subset_union_all, union_all

if TYPE_CHECKING:
    from shapely import LineString, Point, Polygon
    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.defect import Defect

__all__ = ["Door", "DoorKind", "FloorPlan", "Furniture", "PlanSource", "Zone", "ZoneKind"]


class DoorKind(StrEnum):
    """Who may pass a door."""

    ENTRANCE = "entrance"  #: customers come in here, and leave unless there is an exit
    EXIT = "exit"  #: customers leave here
    STAFF = "staff"  #: staff only
    INTERLOCK = "interlock"  #: the interlocked pair of doors of the cash area; staff only
    EMERGENCY = "emergency"  #: nobody in normal service
    INNER = "inner"  #: an ordinary door inside the building; everybody


class ZoneKind(StrEnum):
    """What a region of the plan is for."""

    PUBLIC_HALL = "public_hall"
    SELF_SERVICE_24H = "self_service_24h"
    CASH_AREA = "cash_area"
    BACK_OFFICE = "back_office"
    CASH_LOADING = "cash_loading"
    VIP = "vip"

    @property
    def staff_only(self) -> bool:
        """Whether customers never enter a zone of this kind."""
        return self in {ZoneKind.CASH_AREA, ZoneKind.BACK_OFFICE, ZoneKind.CASH_LOADING}


@dataclass(frozen=True, kw_only=True)
class Door:
    """An opening in a wall.

    Parameters
    ----------
    name
        Unique in its plan.
    kind
        Who may pass.
    line
        From jamb to jamb across the opening, metres.
    """

    name: str
    kind: DoorKind
    line: LineString

    @property
    def width(self) -> float:
        """Clear width of the opening, metres."""
        return float(self.line.length)

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the opening, metres."""
        x, y = self.line.interpolate(0.5, normalized=True).coords[0][:2]
        return float(x), float(y)

    @cached_property
    def normal(self) -> tuple[float, float]:
        """Unit vector at a right angle to the line; either side."""
        (x0, y0), (x1, y1) = np.asarray(self.line.coords)[[0, -1], :2]
        length = float(np.hypot(x1 - x0, y1 - y0)) or 1.0
        return float(-(y1 - y0) / length), float((x1 - x0) / length)


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A named region with a kind."""

    name: str
    kind: ZoneKind
    polygon: Polygon


@dataclass(frozen=True, kw_only=True)
class Furniture:
    """A fixture that a drawing shows, as one of its blocks.

    Parameters
    ----------
    type
        Name of its fixture type.
    x, y, angle
        Pose as of a placement: middle of what the block draws, metres, and turn, degrees.
    width, depth
        What the block draws along its own x and y, metres.
    block, layer, handle
        Names of the block ("" for one that is drawn sheared) and its layer; the handle of the
        INSERT in the drawing that shows it, itself or through other blocks.
    scale, turned
        Scales along the block's own x and y, negative where mirrored, and turn of the block,
        degrees.
    middle
        Middle of what the block draws, in its own coordinates.
    turn
        Degrees from the block's -y to the side where customers stand.
    """

    type: str
    x: float
    y: float
    angle: float
    width: float
    depth: float
    block: str = ""
    layer: str = ""
    handle: str = ""
    scale: tuple[float, float] = (1.0, 1.0)
    turned: float = 0.0
    middle: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PlanSource:
    """Where a plan came from, for messages and for the way back to CAD.

    Parameters
    ----------
    path
        File as given, or "" for a plan made in memory.
    unit_header
        Unit that the file claims ("mm", "m", …), or None where it claims none.
    unit_used
        Unit that the reader used.
    metres_per_unit
        Factor from file units to metres.
    origin
        File coordinates, in metres, of the plan's (0, 0).
    notes
        What the reader repaired, guessed or left out, one sentence each.
    unit_evidence
        Unit that door leaves, wall thicknesses and the size speak for; None where they do not
        tell.
    defects
        What the reader found wrong; the audit hands them on with its own.
    """

    path: str = ""
    unit_header: str | None = None
    unit_used: str = "m"
    metres_per_unit: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)
    notes: tuple[str, ...] = ()
    unit_evidence: str | None = None
    defects: tuple[Defect, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FloorPlan:
    """The empty shell of one storey.

    Parameters
    ----------
    name
        Shown in reports.
    outline
        The floor; holes are courts, shafts and the like. Outer walls may lie inside or outside.
    walls, columns
        Solid parts, polygons in metres. Walls may run through door openings: a door cuts them.
    doors, zones
        See `Door` and `Zone`. A plan without zones is one public hall.
    windows
        Lines along glazed parts of walls.
    power
        Places of power outlets.
    furniture
        Fixtures that the drawing shows: today's layout. They are no part of the shell.
    north
        Direction of north in degrees counter-clockwise from +x, or None where unknown.
    source
        Where the plan came from.
    """

    name: str
    outline: Polygon
    walls: tuple[Polygon, ...] = ()
    columns: tuple[Polygon, ...] = ()
    doors: tuple[Door, ...] = ()
    zones: tuple[Zone, ...] = ()
    windows: tuple[LineString, ...] = ()
    power: tuple[Point, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    north: float | None = None
    source: PlanSource = field(default_factory=PlanSource)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the outline's bounding box, metres."""
        x0, y0, x1, y1 = self.outline.bounds
        return float(x1 - x0), float(y1 - y0)

    @cached_property
    def solids(self) -> BaseGeometry:
        """Walls (with the doors cut out) and columns, as one geometry."""
        return disjoint_subset_union_all([self.walls_with_openings, *self.columns])

    @cached_property
    def floor(self) -> BaseGeometry:
        """The outline less all that is solid; all doors open."""
        return self.outline.difference(self.solids)

    @cached_property
    def walls_with_openings(self) -> BaseGeometry:
        """The walls less the door openings.

        A door opens every wall that its line touches, over the door's width and up to
        `OPENING_REACH` to either side, so that a wall drawn through the opening is cut and its
        thickness need not be known.
        """
        solid = disjoint_subset_union_all(list(self.walls))
        openings = [door.line.buffer(OPENING_REACH, cap_style="flat") for door in self.doors]
        return solid.difference(union_all(openings)) if openings else solid

    def doors_of(self, *kinds: DoorKind) -> tuple[Door, ...]:
        """Doors of the kinds named, in the plan's order."""
        return tuple(door for door in self.doors if door.kind in kinds)

    def zones_of(self, *kinds: ZoneKind) -> tuple[Zone, ...]:
        """Zones of the kinds named, in the plan's order."""
        return tuple(zone for zone in self.zones if zone.kind in kinds)


#: How far a door's opening reaches into the wall on either side of its line, metres: more than
#: half the thickest wall in use, less than the distance to the next parallel wall.
OPENING_REACH = 0.35
