"""Floor plans of the synthetic city: four kinds of halls, each of any size within its range.

In: width and depth in metres. Out: a `FloorPlan`. All are invented; no surveyed building.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from shapely import LineString, Point, Polygon, box
from shapely.affinity import scale

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from draw import door, ring, wall, zone

from optimizer.plan.model import DoorKind, FloorPlan, ZoneKind

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = ["PLANS", "community", "full", "mirrored", "self_service", "small"]

#: Inner face of the outer walls.
FACE = 0.24


def full(width: float, depth: float, strip: float = 4.7) -> FloorPlan:
    """Hall with cash area, two wealth rooms, and a 24 h zone in a strip on the left.

    The standard hall of the bundled studies, with its counter wall, hall and strip stretched.
    """
    right = width - 6.3  # between hall and wealth rooms
    end = right - 2.2  # of the counter wall
    counter, back, rooms = depth - 5.0, depth - 2.5, depth - 4.1
    middle = width - 3.25
    x1, y1 = width - FACE, depth - FACE
    outline = box(0, 0, width, depth)
    walls = (
        *ring(outline),
        wall(strip, FACE, strip, depth - 2.6),
        wall(FACE, 5.1, strip - 0.1, 5.1),
        wall(FACE, 7.5, strip - 0.1, 7.5),
        wall(strip, counter, end, counter),
        wall(end, counter, end, back),
        wall(strip, back, right, back),
        wall(right, rooms, right, y1),
        wall(right, rooms, x1, rooms),
        wall(middle, rooms, middle, y1),
    )
    doors = (
        door("main entrance", DoorKind.ENTRANCE, (width - 6.8, 0.12), (width - 5.0, 0.12)),
        door("24 h street door", DoorKind.ENTRANCE, (1.6, 0.12), (2.8, 0.12)),
        door("24 h inner opening", DoorKind.INNER, (strip, 1.0), (strip, 2.4)),
        door("loading room door", DoorKind.STAFF, (0.9, 7.5), (1.8, 7.5)),
        door("interlock", DoorKind.INTERLOCK, (strip, counter + 0.9), (strip, counter + 1.9)),
        door("staff door", DoorKind.STAFF, (end + 0.6, back), (end + 1.5, back)),
        door("wealth room 1 door", DoorKind.INNER, (right + 0.5, rooms), (right + 1.5, rooms)),
        door("wealth room 2 door", DoorKind.INNER, (middle + 0.45, rooms), (middle + 1.45, rooms)),
        door("emergency exit", DoorKind.EMERGENCY, (width - 0.12, 6.0), (width - 0.12, 7.4)),
        door("back door", DoorKind.STAFF, (0.12, depth - 2.0), (0.12, depth - 1.0)),
    )
    inside = strip + 0.1
    hall = [(inside, FACE), (x1, FACE), (x1, rooms - 0.1), (right - 0.1, rooms - 0.1)]
    hall += [(right - 0.1, back - 0.1), (end + 0.1, back - 0.1), (end + 0.1, counter - 0.1)]
    office = [(FACE, 7.6), (strip - 0.1, 7.6), (strip - 0.1, back + 0.1), (right - 0.1, back + 0.1)]
    zones = (
        zone("public hall", ZoneKind.PUBLIC_HALL, Polygon([*hall, (inside, counter - 0.1)])),
        zone("24 h zone", ZoneKind.SELF_SERVICE_24H, box(FACE, FACE, strip - 0.1, 5.0)),
        zone("cash loading room", ZoneKind.CASH_LOADING, box(FACE, 5.2, strip - 0.1, 7.4)),
        zone("cash area", ZoneKind.CASH_AREA, box(inside, counter + 0.1, end - 0.1, back - 0.1)),
        zone(
            "back office",
            ZoneKind.BACK_OFFICE,
            Polygon([*office, (right - 0.1, y1), (FACE, y1)]),
        ),
        zone("wealth room 1", ZoneKind.VIP, box(right + 0.1, rooms + 0.1, middle - 0.1, y1)),
        zone("wealth room 2", ZoneKind.VIP, box(middle + 0.1, rooms + 0.1, x1, y1)),
    )
    posts = (strip + share * (width - strip) for share in (0.25, 0.5, 0.75))
    return FloorPlan(
        name="",
        outline=outline,
        walls=walls,
        columns=tuple(Point(x, 5.2).buffer(0.25, cap_style="square") for x in posts),
        doors=doors,
        zones=zones,
        windows=(LineString([(strip + 0.9, 0.12), (width - 7.6, 0.12)]),),
        north=90.0,
    )


def small(width: float, depth: float) -> FloorPlan:
    """Hall with two cash windows and a back office, one door to the street."""
    counter = depth - 2.6
    x1, y1 = width - FACE, depth - FACE
    outline = box(0, 0, width, depth)
    walls = (
        *ring(outline),
        wall(FACE, 4.9, 3.1, 4.9),
        wall(3.1, 4.9, 3.1, y1),
        wall(3.1, counter, 7.4, counter),
        wall(7.4, counter, 7.4, y1),
    )
    doors = (
        door("entrance", DoorKind.ENTRANCE, (width - 3.4, 0.12), (width - 2.0, 0.12)),
        door("staff door", DoorKind.STAFF, (3.1, 5.4), (3.1, 6.3)),
        door("interlock", DoorKind.INTERLOCK, (3.1, depth - 1.7), (3.1, depth - 0.7)),
        door("back door", DoorKind.STAFF, (0.12, 1.6), (0.12, 2.5)),
    )
    hall = [(FACE, FACE), (x1, FACE), (x1, y1), (7.5, y1), (7.5, counter - 0.1)]
    hall += [(3.2, counter - 0.1), (3.2, 4.8), (FACE, 4.8)]
    zones = (
        zone("hall", ZoneKind.PUBLIC_HALL, Polygon(hall)),
        zone("cash area", ZoneKind.CASH_AREA, box(3.2, counter + 0.1, 7.3, y1)),
        zone("back office", ZoneKind.BACK_OFFICE, box(FACE, 5.0, 3.0, y1)),
    )
    return FloorPlan(
        name="",
        outline=outline,
        walls=walls,
        doors=doors,
        zones=zones,
        windows=(LineString([(2.0, 0.12), (width - 4.2, 0.12)]),),
        north=90.0,
    )


def community(width: float, depth: float) -> FloorPlan:
    """Hall without cash windows, a back office behind it."""
    back = depth - 2.3
    x1, y1 = width - FACE, depth - FACE
    outline = box(0, 0, width, depth)
    doors = (
        door("entrance", DoorKind.ENTRANCE, (width / 2 - 0.7, 0.12), (width / 2 + 0.7, 0.12)),
        door("staff door", DoorKind.STAFF, (1.0, back), (2.0, back)),
        door("back door", DoorKind.STAFF, (width - 2.0, depth - 0.12), (width - 1.0, depth - 0.12)),
    )
    return FloorPlan(
        name="",
        outline=outline,
        walls=(*ring(outline), wall(FACE, back, x1, back)),
        doors=doors,
        zones=(
            zone("hall", ZoneKind.PUBLIC_HALL, box(FACE, FACE, x1, back - 0.1)),
            zone("back office", ZoneKind.BACK_OFFICE, box(FACE, back + 0.1, x1, y1)),
        ),
        windows=(LineString([(1.0, 0.12), (width / 2 - 1.5, 0.12)]),),
        north=90.0,
    )


def self_service(width: float, depth: float) -> FloorPlan:
    """A 24 h zone alone: machines, and behind them the room they are loaded from."""
    back = depth - 2.4
    x1, y1 = width - FACE, depth - FACE
    outline = box(0, 0, width, depth)
    doors = (
        door("street door", DoorKind.ENTRANCE, (width / 2 - 0.7, 0.12), (width / 2 + 0.7, 0.12)),
        door(
            "loading door", DoorKind.STAFF, (width - 1.8, depth - 0.12), (width - 0.8, depth - 0.12)
        ),
    )
    return FloorPlan(
        name="",
        outline=outline,
        walls=(*ring(outline), wall(FACE, back, x1, back)),
        doors=doors,
        zones=(
            zone("24 h zone", ZoneKind.SELF_SERVICE_24H, box(FACE, FACE, x1, back - 0.1)),
            zone("cash loading room", ZoneKind.CASH_LOADING, box(FACE, back + 0.1, x1, y1)),
        ),
        north=90.0,
    )


#: How each format's plan is drawn, and the range of width and depth, metres.
PLANS = {
    "flagship": (lambda w, d: full(w, d, strip=7.7), (30.0, 36.0), (18.0, 22.0)),
    "standard": (full, (19.0, 23.0), (14.0, 17.0)),
    "small": (small, (11.5, 13.5), (9.4, 10.8)),
    "community": (community, (10.0, 12.0), (8.6, 10.0)),
    "self_service_24h": (self_service, (6.0, 7.5), (6.4, 7.4)),
}


def mirrored(plan: FloorPlan) -> FloorPlan:
    """The plan with left and right changed."""
    middle = (plan.outline.bounds[0] + plan.outline.bounds[2]) / 2

    def turn(shape: BaseGeometry) -> BaseGeometry:
        return scale(shape, xfact=-1, yfact=1, origin=(middle, 0))

    return replace(
        plan,
        outline=turn(plan.outline),
        walls=tuple(turn(shape) for shape in plan.walls),
        columns=tuple(turn(shape) for shape in plan.columns),
        doors=tuple(replace(opening, line=turn(opening.line)) for opening in plan.doors),
        zones=tuple(replace(area, polygon=turn(area.polygon)) for area in plan.zones),
        windows=tuple(turn(line) for line in plan.windows),
    )
