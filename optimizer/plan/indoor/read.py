"""An indoor map as a floor plan.

In: IMDF, WRLD or OpenStreetMap indoor GeoJSON in longitude and latitude. Out: the `FloorPlan` of
one level, its lower-left corner at (0, 0). Maps that draw rooms and no walls get walls of the
least thickness along the rooms' edges.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, Point, Polygon, get_parts, make_valid, union_all
from shapely.affinity import translate
from shapely.ops import nearest_points

from optimizer.errors import FloorPlanError
from optimizer.plan.defect import Defect, Severity
from optimizer.plan.entrances import leads_out
from optimizer.plan.indoor.features import IndoorFeature, IndoorMap, Role, read_features
from optimizer.plan.model import Door, DoorKind, FloorPlan, PlanSource
from optimizer.plan.rooms import Room, room_zones
from optimizer.plan.units import plausible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.dxf.layers import LayerMap

__all__ = ["read_indoor"]

#: Thickness of walls that a map draws as the edge between two rooms, metres.
THIN = 0.05
#: Gaps between rooms up to twice this are walls, metres.
BETWEEN = 0.3
#: Rooms of which less than this share lies in the outline are those of another building.
INSIDE = 0.5
#: A door that a map gives as a point lies on an edge within this, metres.
NEAR = 1.0


def read_indoor(
    path: str | Path, *, level: str | None = None, layers: LayerMap | None = None
) -> FloorPlan:
    """Floor plan of one level of an indoor map.

    Parameters
    ----------
    path
        A GeoJSON file, or a folder of them.
    level
        Key or name of the level; None for that at street level, else the lowest.
    layers
        The study's names of zones; those of `rooms.toml` alone where None.

    Raises
    ------
    FileFormatError
        The map cannot be read.
    FloorPlanError
        It has no such level, or nothing on it encloses a floor.
    """
    found = read_features(path)
    key = _level_key(path, found, level)
    here = [f for f in found.features if key is None or not f.levels or key in f.levels]
    named = _rooms(here)
    rooms = [room.polygon for room in named]
    outline = _outline(_polygons(here, Role.OUTLINE), rooms)
    if outline is None:
        where = "in it" if key is None else f"on level {key!r}"
        raise FloorPlanError(
            f"{path}: nothing {where} encloses a floor; name the folder with all its layers, or a "
            "file that holds rooms or an outline"
        )
    lines = _door_lines(here, outline, rooms)
    walls = _walls(here, rooms, outline)
    low_x, low_y = outline.bounds[:2]
    doors: list[Door] = []
    for line in lines:
        kind = DoorKind.ENTRANCE if leads_out(line, outline) else DoorKind.INNER
        number = 1 + sum(door.kind is kind for door in doors)
        moved = translate(line, -low_x, -low_y)
        doors.append(Door(name=f"{kind}-{number}", kind=kind, line=moved))
    there = [
        replace(room, polygon=translate(room.polygon, -low_x, -low_y))
        for room in named
        if room.polygon.intersection(outline).area > INSIDE * room.polygon.area
    ]
    zones, notes = room_zones(there, layers)
    name = Path(path).stem if key is None else f"{Path(path).stem} {found.levels[key]}"
    return FloorPlan(
        name=name,
        outline=translate(outline, -low_x, -low_y),
        walls=tuple(translate(wall, -low_x, -low_y) for wall in walls),
        doors=tuple(doors),
        zones=zones,
        windows=tuple(
            translate(_middle_line(window), -low_x, -low_y)
            for window in _polygons(here, Role.WINDOW)
        ),
        source=_source(path, found, key, (low_x, low_y), notes),
    )


def _level_key(path: str | Path, found: IndoorMap, level: str | None) -> str | None:
    if level is None:
        return found.default
    for key, name in found.levels.items():
        if level in {key, name}:
            return key
    names = ", ".join(found.levels.values()) or "none"
    raise FloorPlanError(f"{path}: level {level!r} is not in the map; it has {names}")


def _polygons(features: Sequence[IndoorFeature], *roles: Role) -> list[Polygon]:
    """Valid polygons of the features with the roles named."""
    parts = [
        part
        for feature in features
        if feature.role in roles
        for part in get_parts(make_valid(feature.geometry))
    ]
    return [part for part in parts if isinstance(part, Polygon) and part.area > 1e-4]


def _rooms(features: Sequence[IndoorFeature]) -> list[Room]:
    """Rooms with their names, each part by itself."""
    return [
        Room(names=feature.names, polygon=part)
        for feature in features
        for part in _polygons([feature], Role.ROOM)
    ]


def _outline(drawn: Sequence[Polygon], rooms: Sequence[Polygon]) -> Polygon | None:
    """The outline drawn, else what the rooms and the walls between them cover; the largest part."""
    whole: BaseGeometry = union_all(list(drawn))
    if not drawn:
        wide = union_all(list(rooms)).buffer(BETWEEN, join_style="mitre")
        whole = wide.buffer(-BETWEEN, join_style="mitre")
    parts = [part for part in get_parts(whole) if isinstance(part, Polygon) and not part.is_empty]
    return max(parts, key=lambda part: part.area) if parts else None


def _walls(
    features: Sequence[IndoorFeature], rooms: Sequence[Polygon], outline: Polygon
) -> list[Polygon]:
    """Walls, windows and blocked spaces; the edges of rooms where a map draws rooms only."""
    solids: list[BaseGeometry] = list(_polygons(features, Role.WALL, Role.WINDOW, Role.BLOCKED))
    solids += [
        f.geometry.buffer(THIN / 2, cap_style="flat", join_style="mitre")
        for f in features
        if f.role in {Role.WALL, Role.WINDOW} and "LineString" in f.geometry.geom_type
    ]
    solids += [
        room.exterior.buffer(THIN / 2, join_style="mitre").intersection(outline) for room in rooms
    ]
    holes = union_all(_polygons(features, Role.DOOR))
    whole = union_all(solids).difference(holes)
    return [part for part in get_parts(whole) if isinstance(part, Polygon) and part.area > 1e-4]


def _door_lines(
    features: Sequence[IndoorFeature], outline: Polygon, rooms: Sequence[Polygon]
) -> list[LineString]:
    """Lines across door openings, from lines, polygons or points."""
    edges = union_all([outline.exterior, *(room.exterior for room in rooms)])
    lines: list[LineString] = []
    for feature in features:
        if feature.role is not Role.DOOR:
            continue
        for part in get_parts(feature.geometry):
            if isinstance(part, LineString):
                lines.append(part)
            elif isinstance(part, Polygon):
                lines.append(_middle_line(part))
            elif isinstance(part, Point) and part.distance(edges) <= NEAR:
                lines.append(_on_edge(part, edges, feature.width))
    return lines


def _middle_line(shape: Polygon) -> LineString:
    """Middle line of a polygon along the longer side of the rectangle around it."""
    box = shape.minimum_rotated_rectangle
    corners = np.asarray(box.exterior.coords)[:4]
    sides = np.roll(corners, -1, axis=0) - corners
    long = int(np.argmax(np.hypot(sides[:, 0], sides[:, 1])[:2]))
    one, other = corners[long], corners[(long + 1) % 4]
    across = (corners[(long + 2) % 4] - other) / 2
    return LineString([one + across, other + across])


def _on_edge(point: Point, edges: BaseGeometry, width: float | None) -> LineString:
    """A door of a width along the edge nearest to a point."""
    width = width or plausible("door_unmeasured").least
    spot = nearest_points(edges, point)[0]
    ring = min(get_parts(edges), key=lambda part: part.distance(spot))
    at = ring.project(spot)
    step = min(0.05, ring.length / 4)
    a = np.asarray(ring.interpolate(max(at - step, 0.0)).coords[0])
    b = np.asarray(ring.interpolate(min(at + step, ring.length)).coords[0])
    way = (b - a) / max(float(np.hypot(*(b - a))), 1e-9)
    middle = np.asarray(spot.coords[0])
    return LineString([middle - way * width / 2, middle + way * width / 2])


def _source(
    path: str | Path,
    found: IndoorMap,
    key: str | None,
    low: tuple[float, float],
    rooms: Sequence[Defect],
) -> PlanSource:
    """Where the plan came from; the origin is its lower-left corner in degrees."""
    x, y = found.metres_per_degree
    origin = (found.anchor[0] + low[0] / x, found.anchor[1] + low[1] / y)
    notes = [f"(0, 0) lies at longitude {origin[0]:.7f}, latitude {origin[1]:.7f}"]
    if key is not None and len(found.levels) > 1 and not found.by_file:
        others = ", ".join(name for k, name in found.levels.items() if k != key)
        notes.append(f"level {found.levels[key]!r} was read; the map has also {others}")
    defects = tuple(
        Defect(code="map-note", sentence=note, severity=Severity.NOTE) for note in notes
    )
    if key is not None and found.by_file:
        defects = (*defects, _files_note(found.levels[key], found))
    return PlanSource(
        path=str(path),
        unit_header="deg",
        unit_used="deg",
        unit_evidence="deg",
        origin=origin,
        notes=tuple(notes),
        defects=(*defects, *rooms),
    )


def _files_note(name: str, found: IndoorMap) -> Defect:
    """Several floors in one folder, of which one was read."""
    others = ", ".join(other for other in found.levels.values() if other != name)
    return Defect(
        code="storeys",
        sentence=f"the folder holds {len(found.levels)} floors, a file each; {name!r} was read; "
        f'name one file, or say [plan] level = "<name>" for another of {others}',
        severity=Severity.WARNING,
    )
