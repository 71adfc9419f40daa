"""Draws the three synthetic floor plans of this folder; run it after a change of a coordinate.

In: the coordinates below, metres. Out: `*/plan.geojson`, and `standard_hall/plan.dxf` in
millimetres, the same plan as a CAD department would hand it over.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import ezdxf
from ezdxf.enums import TextEntityAlignment
from shapely import LineString, Point, Polygon, box, union_all

from optimizer.plan.geojson import write_geojson
from optimizer.plan.model import Door, DoorKind, FloorPlan, Zone, ZoneKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).parent
MILLIMETRES = 1000.0
OUTER = 0.24
INNER = 0.20
#: Widest leaf of a door that one hand opens, millimetres.
WIDEST_LEAF = 1250


def wall(x0: float, y0: float, x1: float, y1: float, thickness: float = INNER) -> Polygon:
    """Wall along a middle line, its ends square and half a thickness beyond."""
    return LineString([(x0, y0), (x1, y1)]).buffer(
        thickness / 2, cap_style="square", join_style="mitre"
    )


def ring(outline: Polygon, thickness: float = OUTER) -> tuple[Polygon, ...]:
    """Outer walls inside an outline, one per side, mitred at the corners."""
    inner = outline.buffer(-thickness, join_style="mitre")
    outside = list(outline.exterior.coords)[:-1]
    inside = [
        min(inner.exterior.coords, key=lambda corner: Point(corner).distance(Point(point)))
        for point in outside
    ]
    ends = zip(outside, [*outside[1:], outside[0]], inside, [*inside[1:], inside[0]], strict=True)
    return tuple(
        Polygon([start, end, inner_end, inner_start]) for start, end, inner_start, inner_end in ends
    )


def door(name: str, kind: DoorKind, *line: tuple[float, float]) -> Door:
    """Door along a line from jamb to jamb."""
    return Door(name=name, kind=kind, line=LineString(line))


def zone(name: str, kind: ZoneKind, polygon: Polygon) -> Zone:
    """Zone with a name."""
    return Zone(name=name, kind=kind, polygon=polygon)


def standard_hall() -> FloorPlan:
    """Hall of 20 x 15 m: a retail branch as it is built by the hundred; the street is south."""
    outline = box(0, 0, 20, 15)
    walls = (
        *ring(outline),
        wall(4.7, 0.24, 4.7, 12.4),  # between hall and 24 h zone, loading room, back office
        wall(0.24, 5.1, 4.6, 5.1),  # the machines' wall
        wall(0.24, 7.5, 4.6, 7.5),
        wall(4.7, 10.0, 11.5, 10.0),  # the counter wall
        wall(11.5, 10.0, 11.5, 12.5),
        wall(4.7, 12.5, 13.7, 12.5),
        wall(13.7, 10.9, 13.7, 14.76),
        wall(13.7, 10.9, 19.76, 10.9),
        wall(16.75, 10.9, 16.75, 14.76),  # between the wealth rooms
    )
    doors = (
        door("main entrance", DoorKind.ENTRANCE, (13.2, 0.12), (15.0, 0.12)),
        door("24 h street door", DoorKind.ENTRANCE, (1.6, 0.12), (2.8, 0.12)),
        door("24 h inner opening", DoorKind.INNER, (4.7, 1.0), (4.7, 2.4)),
        door("loading room door", DoorKind.STAFF, (0.9, 7.5), (1.8, 7.5)),
        door("interlock", DoorKind.INTERLOCK, (4.7, 10.9), (4.7, 11.9)),
        door("staff door", DoorKind.STAFF, (12.1, 12.5), (13.0, 12.5)),
        door("wealth room 1 door", DoorKind.INNER, (14.2, 10.9), (15.2, 10.9)),
        door("wealth room 2 door", DoorKind.INNER, (17.2, 10.9), (18.2, 10.9)),
        door("emergency exit", DoorKind.EMERGENCY, (19.88, 8.0), (19.88, 9.4)),
        door("back door", DoorKind.STAFF, (0.12, 13.0), (0.12, 14.0)),
    )
    hall = [(4.8, 0.24), (19.76, 0.24), (19.76, 10.8), (13.6, 10.8), (13.6, 12.4), (11.6, 12.4)]
    office = [(0.24, 7.6), (4.6, 7.6), (4.6, 12.6), (13.6, 12.6), (13.6, 14.76), (0.24, 14.76)]
    zones = (
        zone("public hall", ZoneKind.PUBLIC_HALL, Polygon([*hall, (11.6, 9.9), (4.8, 9.9)])),
        zone("24 h zone", ZoneKind.SELF_SERVICE_24H, box(0.24, 0.24, 4.6, 5.0)),
        zone("cash loading room", ZoneKind.CASH_LOADING, box(0.24, 5.2, 4.6, 7.4)),
        zone("cash area", ZoneKind.CASH_AREA, box(4.8, 10.1, 11.4, 12.4)),
        zone("back office", ZoneKind.BACK_OFFICE, Polygon(office)),
        zone("wealth room 1", ZoneKind.VIP, box(13.8, 11.0, 16.65, 14.76)),
        zone("wealth room 2", ZoneKind.VIP, box(16.85, 11.0, 19.76, 14.76)),
    )
    return FloorPlan(
        name="Standard hall",
        outline=outline,
        walls=walls,
        columns=tuple(Point(x, 5.2).buffer(0.25, cap_style="square") for x in (8.2, 12.2, 16.2)),
        doors=doors,
        zones=zones,
        windows=(
            LineString([(5.6, 0.12), (12.4, 0.12)]),
            LineString([(15.8, 0.12), (19.2, 0.12)]),
        ),
        power=tuple(Point(x, y) for x, y in ((4.82, 4.0), (4.82, 7.0), (19.74, 3.0), (19.74, 6.0))),
        north=90.0,
    )


def old_corner() -> FloorPlan:
    """Corner branch under 120 m²: slanted street side, columns, one door, few free walls."""
    outline = Polygon([(0, 0), (8.4, 0), (12, 3.6), (12, 9.6), (3.0, 9.6), (0, 8.6)])
    walls = (
        *ring(outline),
        wall(0.24, 4.9, 3.1, 4.9),  # back office
        wall(3.1, 4.9, 3.1, 9.36),
        wall(3.1, 7.0, 7.4, 7.0),  # the counter wall
        wall(7.4, 7.0, 7.4, 9.36),
    )
    doors = (
        door("corner entrance", DoorKind.ENTRANCE, (9.62, 1.3897), (10.61, 2.3797)),
        door("staff door", DoorKind.STAFF, (3.1, 5.4), (3.1, 6.3)),
        door("interlock", DoorKind.INTERLOCK, (3.1, 7.9), (3.1, 8.9)),
        door("stairs", DoorKind.STAFF, (0.12, 1.6), (0.12, 2.5)),
    )
    hall = [(0.24, 0.24), (8.3, 0.24), (11.76, 3.7), (11.76, 9.36), (7.5, 9.36), (7.5, 6.9)]
    zones = (
        zone("hall", ZoneKind.PUBLIC_HALL, Polygon([*hall, (3.2, 6.9), (3.2, 4.8), (0.24, 4.8)])),
        zone("cash area", ZoneKind.CASH_AREA, box(3.2, 7.1, 7.3, 9.36)),
        zone(
            "back office",
            ZoneKind.BACK_OFFICE,
            Polygon([(0.24, 5.0), (3.0, 5.0), (3.0, 9.34), (0.24, 8.42)]),
        ),
    )
    return FloorPlan(
        name="Old corner",
        outline=outline,
        walls=walls,
        columns=(
            Point(5.6, 3.4).buffer(0.225, cap_style="square"),
            Point(8.6, 5.2).buffer(0.225, cap_style="square"),
            box(10.9, 8.96, 11.76, 9.36),  # riser
        ),
        doors=doors,
        zones=zones,
        windows=(LineString([(4.4, 0.12), (7.8, 0.12)]),),
        north=60.0,
    )


def flagship_hall() -> FloorPlan:
    """Hall of 40 x 25 m with a light court, a VIP wing and two entrances; the street is south."""
    court = box(15.0, 8.5, 18.0, 11.5)
    outline = box(0, 0, 40, 25).difference(court)
    walls = (
        *ring(box(0, 0, 40, 25)),
        wall(31.9, 0.24, 31.9, 20.0),  # between hall and 24 h zone, loading room, back office
        wall(32.0, 6.1, 39.76, 6.1),  # the machines' wall
        wall(32.0, 9.1, 39.76, 9.1),
        wall(0.24, 20.1, 31.9, 20.1),
        wall(12.0, 17.0, 23.0, 17.0),  # the counter wall
        wall(12.0, 17.0, 12.0, 20.0),
        wall(23.0, 17.0, 23.0, 20.0),
        wall(0.24, 9.0, 9.1, 9.0),  # VIP wing
        wall(9.1, 9.0, 9.1, 20.0),
        wall(3.6, 9.0, 3.6, 20.0),
        wall(0.24, 12.7, 3.6, 12.7),
        wall(0.24, 16.4, 3.6, 16.4),
    )
    doors = (
        door("main entrance", DoorKind.ENTRANCE, (26.0, 0.12), (28.4, 0.12)),
        door("side entrance", DoorKind.ENTRANCE, (0.12, 4.0), (0.12, 5.6)),
        door("24 h street door", DoorKind.ENTRANCE, (35.0, 0.12), (36.4, 0.12)),
        door("24 h inner opening", DoorKind.INNER, (31.9, 2.0), (31.9, 3.6)),
        door("emergency exit", DoorKind.EMERGENCY, (10.5, 0.12), (11.9, 0.12)),
        door("loading room door", DoorKind.STAFF, (36.0, 9.1), (37.0, 9.1)),
        door("interlock", DoorKind.INTERLOCK, (19.0, 20.1), (20.0, 20.1)),
        door("staff door", DoorKind.STAFF, (28.0, 20.1), (29.0, 20.1)),
        door("back door", DoorKind.STAFF, (39.88, 20.0), (39.88, 21.2)),
        door("VIP door", DoorKind.INNER, (9.1, 10.0), (9.1, 11.2)),
        door("wealth room 1 door", DoorKind.INNER, (3.6, 11.2), (3.6, 12.2)),
        door("wealth room 2 door", DoorKind.INNER, (3.6, 14.9), (3.6, 15.9)),
        door("wealth room 3 door", DoorKind.INNER, (3.6, 18.6), (3.6, 19.6)),
    )
    hall = [(0.24, 0.24), (31.8, 0.24), (31.8, 20.0), (23.1, 20.0), (23.1, 16.9), (11.9, 16.9)]
    hall += [(11.9, 20.0), (9.2, 20.0), (9.2, 8.9), (0.24, 8.9)]
    office = [(0.24, 20.2), (32.0, 20.2), (32.0, 9.2), (39.76, 9.2), (39.76, 24.76), (0.24, 24.76)]
    zones = (
        zone("public hall", ZoneKind.PUBLIC_HALL, Polygon(hall, [court.exterior.coords])),
        zone("24 h zone", ZoneKind.SELF_SERVICE_24H, box(32.0, 0.24, 39.76, 6.0)),
        zone("cash loading room", ZoneKind.CASH_LOADING, box(32.0, 6.2, 39.76, 9.0)),
        zone("cash area", ZoneKind.CASH_AREA, box(12.1, 17.1, 22.9, 20.0)),
        zone("back office", ZoneKind.BACK_OFFICE, Polygon(office)),
        zone("VIP lounge", ZoneKind.VIP, box(3.7, 9.1, 9.0, 20.0)),
        zone("wealth room 1", ZoneKind.VIP, box(0.24, 9.1, 3.5, 12.6)),
        zone("wealth room 2", ZoneKind.VIP, box(0.24, 12.8, 3.5, 16.3)),
        zone("wealth room 3", ZoneKind.VIP, box(0.24, 16.5, 3.5, 20.0)),
    )
    return FloorPlan(
        name="Flagship hall",
        outline=outline,
        walls=walls,
        columns=tuple(
            Point(x, y).buffer(0.3, cap_style="square")
            for y in (6.5, 13.5)
            for x in (6.0, 13.0, 20.0, 27.0)
            if (x, y) != (6.0, 13.5)
        ),
        doors=doors,
        zones=zones,
        windows=(
            LineString([(12.6, 0.12), (25.4, 0.12)]),
            LineString([(29.0, 0.12), (31.4, 0.12)]),
        ),
        north=0.0,
    )


class Drawing:
    """A drawing in millimetres, as a CAD department hands it over.

    Walls, columns and zones are closed polylines, walls with the openings left out; doors are
    blocks with their leaves drawn open, inserted on a layer for each kind of door.
    """

    def __init__(self) -> None:
        self.document = ezdxf.new("R2010", setup=True)
        self.document.units = ezdxf.units.MM

    def polyline(self, points: Iterable[Sequence[float]], layer: str, *, close: bool) -> None:
        """Draw a polyline of points in metres."""
        scaled = [(x * MILLIMETRES, y * MILLIMETRES) for x, y, *_ in points]
        if layer not in self.document.layers:
            self.document.layers.add(layer)
        self.document.modelspace().add_lwpolyline(scaled, close=close, dxfattribs={"layer": layer})

    def polygons(self, shape: BaseGeometry, layer: str) -> None:
        """Draw the outer rings of a shape's polygons."""
        for part in getattr(shape, "geoms", [shape]):
            self.polyline(list(part.exterior.coords)[:-1], layer, close=True)

    def text(self, words: str, at: Point, layer: str) -> None:
        """Write words with their middle at a point in metres."""
        text = self.document.modelspace().add_text(words, height=250, dxfattribs={"layer": layer})
        middle = (at.x * MILLIMETRES, at.y * MILLIMETRES)
        text.set_placement(middle, align=TextEntityAlignment.MIDDLE_CENTER)

    def door(self, opening: Door) -> None:
        """Insert the block of a door with its first jamb at the block's origin."""
        name = self.door_block(opening.width, leaves=opening.kind is not DoorKind.INNER)
        (x, y), (x1, y1) = opening.line.coords
        turn = math.degrees(math.atan2(y1 - y, x1 - x))
        layer = f"DOOR-{opening.kind.upper()}"
        if layer not in self.document.layers:
            self.document.layers.add(layer)
        self.document.modelspace().add_blockref(
            name,
            (x * MILLIMETRES, y * MILLIMETRES),
            dxfattribs={"layer": layer, "rotation": turn},
        )

    def door_block(self, metres: float, *, leaves: bool) -> str:
        """Name of the block of a door: two leaves where one would be too wide, or a frame."""
        width = round(metres * MILLIMETRES)
        name = f"DOOR_{width}" if leaves else f"DOOR_OPENING_{width}"
        if name in self.document.blocks:
            return name
        block = self.document.blocks.new(name)
        if not leaves:
            for y in (-INNER / 2, INNER / 2):
                block.add_line((0, y * MILLIMETRES), (width, y * MILLIMETRES))
            return name
        leaf = width if width <= WIDEST_LEAF else width / 2
        block.add_line((0, 0), (0, leaf))
        block.add_arc((0, 0), leaf, 0, 90)
        if leaf < width:
            block.add_line((width, 0), (width, leaf))
            block.add_arc((width, 0), leaf, 90, 180)
        return name


def write_dxf(plan: FloorPlan, path: Path) -> None:
    """Write a plan as a drawing in millimetres."""
    drawing = Drawing()
    drawing.polygons(plan.outline, "OUTLINE")
    gaps = union_all([opening.line.buffer(OUTER, cap_style="flat") for opening in plan.doors])
    for solid in plan.walls:
        drawing.polygons(solid.difference(gaps), "WALL")
    for solid in plan.columns:
        drawing.polygons(solid, "COLUMN")
    for opening in plan.doors:
        drawing.door(opening)
    for window in plan.windows:
        drawing.polyline(window.coords, "WINDOW", close=False)
    for area in plan.zones:
        layer = f"ZONE-{area.kind.upper()}"
        drawing.polygons(area.polygon, layer)
        drawing.text(area.name, area.polygon.representative_point(), layer)
    drawing.document.saveas(path)


def main() -> None:
    """Draw all plans."""
    standard = standard_hall()
    write_geojson(standard, HERE / "standard_hall" / "plan.geojson")
    write_dxf(standard, HERE / "standard_hall" / "plan.dxf")
    write_geojson(old_corner(), HERE / "old_corner" / "plan.geojson")
    write_geojson(flagship_hall(), HERE / "flagship_hall" / "plan.geojson")


if __name__ == "__main__":
    main()
