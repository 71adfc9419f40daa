"""The project's own floor plan: a GeoJSON FeatureCollection in local metres.

In: a file. Out: a `FloorPlan`, and the way back; writing and reading again gives the same plan.
Every feature has a `kind`: outline, wall, column, door, zone, window or power. What is wrong with
the file is collected and raised together; what is wrong with the building is for `plan.audit`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from shapely import GEOSException, LineString, Point, Polygon, force_2d
from shapely.geometry import mapping, shape

from optimizer.errors import FileFormatError, FloorPlanError
from optimizer.plan.model import Door, DoorKind, FloorPlan, PlanSource, Zone, ZoneKind
from optimizer.reading_limits import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

__all__ = ["load_json", "read_geojson", "write_geojson"]

#: Most keys that are named of a document that is no plan, and most letters of each.
MOST_KEYS, MOST_SAID = 4, 40
#: Farthest place, metres: no projection of the Earth has numbers so large, and beyond it areas and
#: differences come out wrong.
FARTHEST = 1e9
#: Geometry that each kind of feature may have.
GEOMETRY = {
    "outline": ("Polygon",),
    "wall": ("Polygon", "MultiPolygon", "LineString", "MultiLineString"),
    "column": ("Polygon", "MultiPolygon", "LineString"),
    "door": ("LineString",),
    "zone": ("Polygon",),
    "window": ("LineString", "MultiLineString"),
    "power": ("Point",),
}


@dataclass
class _Collected:
    """What has been read so far, and every sentence about what is wrong."""

    outlines: list[Polygon] = field(default_factory=list)
    solids: dict[str, list[Polygon]] = field(default_factory=lambda: {"wall": [], "column": []})
    doors: list[Door] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    windows: list[LineString] = field(default_factory=list)
    power: list[Point] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def load_json(path: str | Path) -> Any:
    """Content of a JSON file, with or without a byte-order mark.

    Raises
    ------
    FileFormatError
        The file cannot be opened, is not UTF-8 or is not JSON.
    """
    try:
        return json.loads(read_bytes(path, "text_mib").decode("utf-8-sig"))
    except OSError as error:
        raise FileFormatError(f"{path}: cannot be opened: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{path}: byte {error.start} is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise FileFormatError(
            f"{path}: not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise FileFormatError(f"{path}: not a plan: brackets are nested too deeply") from error
    except FileFormatError:
        raise
    except ValueError as error:
        raise FileFormatError(f"{path}: not a plan: it has endless numbers") from error


def read_geojson(path: str | Path) -> FloorPlan:
    """Floor plan of a file in the project's own format.

    Raises
    ------
    FileFormatError
        The file cannot be read, is not JSON or is not a FeatureCollection.
    FloorPlanError
        Features are wrong; one sentence for each, with its number (the first is 1) and kind.
    """
    document = load_json(path)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise FileFormatError(
            f"{path}: this is {_said(document)}, which holds no floor plan; a plan in JSON is a "
            "GeoJSON FeatureCollection with a list of features"
        )
    if features and not any(_has_kind(feature) for feature in features):
        raise FileFormatError(
            f"{path}: {len(features)} features, of which none has a 'kind'; a plan has one of kind "
            "'outline'; of an indoor map that is drawn in layers, name the folder with all its "
            "layers, or the file with rooms or an outline"
        )
    got = _Collected()
    properties = document.get("properties") or {}
    if not isinstance(properties, dict):
        got.wrong.append(f"properties are {properties!r}; they must be an object")
        properties = {}
    north = _check_properties(properties, got)
    for number, feature in enumerate(features, start=1):
        _add_feature(number, feature, got)
    if len(got.outlines) != 1:
        got.wrong.append(
            f"{len(got.outlines)} features of kind 'outline' could be read; a plan has one"
        )
    if got.wrong:
        raise FloorPlanError(*(f"{path}: {sentence}" for sentence in got.wrong))
    return FloorPlan(
        name=str(properties.get("name") or Path(path).stem),
        outline=got.outlines[0],
        walls=tuple(got.solids["wall"]),
        columns=tuple(got.solids["column"]),
        doors=tuple(got.doors),
        zones=tuple(got.zones),
        windows=tuple(got.windows),
        power=tuple(got.power),
        north=north,
        source=PlanSource(path=str(path), unit_header="m" if "units" in properties else None),
    )


def _said(document: Any) -> str:
    """What a JSON document that is no plan holds, in words."""
    if isinstance(document, list):
        return f"a JSON list of {len(document)} entries"
    if not isinstance(document, dict):
        return "JSON with a single value"
    if isinstance(kind := document.get("type"), str):
        if kind == "FeatureCollection":
            return "a FeatureCollection without a list of features"
        return f"JSON of type {kind[:MOST_SAID]!r}"
    if not document:
        return "an empty JSON object"
    keys = [repr(str(key)[:MOST_SAID]) for key in document]
    more = f" and {len(keys) - MOST_KEYS} more" if len(keys) > MOST_KEYS else ""
    return f"a JSON object with {', '.join(keys[:MOST_KEYS])}{more}"


def write_geojson(plan: FloorPlan, path: str | Path) -> None:
    """Write a floor plan in the project's own format, one feature a line, whole or not at all."""
    properties: dict[str, Any] = {"units": "m", "name": plan.name}
    if plan.north is not None:
        properties["north"] = plan.north
    lines = [
        json.dumps(
            {"type": "Feature", "properties": given, "geometry": mapping(geometry)},
            ensure_ascii=False,
        )
        for given, geometry in _features(plan)
    ]
    text = (
        '{"type": "FeatureCollection", "properties": '
        + json.dumps(properties, ensure_ascii=False)
        + ', "features": [\n'
        + ",\n".join(lines)
        + "\n]}\n"
    )
    target = Path(path)
    partial = target.with_name(target.name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(target)


def _features(plan: FloorPlan) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    yield {"kind": "outline"}, plan.outline
    for wall in plan.walls:
        yield {"kind": "wall"}, wall
    for column in plan.columns:
        yield {"kind": "column"}, column
    for door in plan.doors:
        yield {"kind": "door", "name": door.name, "door": str(door.kind)}, door.line
    for zone in plan.zones:
        yield {"kind": "zone", "name": zone.name, "zone": str(zone.kind)}, zone.polygon
    for window in plan.windows:
        yield {"kind": "window"}, window
    for power in plan.power:
        yield {"kind": "power"}, power


def _has_kind(feature: Any) -> bool:
    """Whether a feature says what it is, rightly or not."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return isinstance(properties, dict) and "kind" in properties


def _check_properties(properties: Mapping[str, Any], got: _Collected) -> float | None:
    """Check the unit of the collection and return the direction of north."""
    units = properties.get("units", "m")
    if units != "m":
        got.wrong.append(f"units are {units!r}; coordinates must be local metres, units 'm'")
    north = properties.get("north")
    if north is None or _is_number(north):
        return None if north is None else float(north)
    got.wrong.append(f"north is {north!r}; it must be degrees counter-clockwise from +x")
    return None


def _add_feature(number: int, feature: Any, got: _Collected) -> None:
    """Add one feature to what has been read, or a sentence to what is wrong."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or feature.get("type") != "Feature":
        got.wrong.append(f"feature {number}: not a GeoJSON Feature with properties")
        return
    kind = properties.get("kind")
    if not isinstance(kind, str) or kind not in GEOMETRY:
        got.wrong.append(
            f"feature {number}: kind is {kind!r}; it must be one of {', '.join(GEOMETRY)}"
        )
        return
    label = f"feature {number} ({kind}{_named(properties)})"
    found = _geometry(label, kind, feature.get("geometry"), got)
    if found is None:
        return
    if kind == "outline":
        got.outlines.append(found)
    elif kind in got.solids:
        got.solids[kind] += _solids(label, found, properties, got)
    elif kind == "door":
        _add_door(label, found, properties, got)
    elif kind == "zone":
        _add_zone(label, found, properties, got)
    elif kind == "window":
        got.windows += getattr(found, "geoms", [found])
    else:
        got.power.append(found)


def _named(properties: Mapping[str, Any]) -> str:
    name = properties.get("name")
    return f" {name!r}" if name else ""


def _geometry(label: str, kind: str, value: Any, got: _Collected) -> Any:
    """Shapely geometry of a feature, or None with a sentence."""
    allowed = GEOMETRY[kind]
    found = value.get("type") if isinstance(value, dict) else None
    if found not in allowed:
        got.wrong.append(f"{label}: geometry is {found!r}; it must be {' or '.join(allowed)}")
        return None
    bad = next((c for c in _numbers(value.get("coordinates")) if not _is_number(c)), None)
    if bad is not None:
        got.wrong.append(f"{label}: coordinate {bad!r} is not a finite number of metres")
        return None
    far = next((c for c in _numbers(value.get("coordinates")) if abs(c) > FARTHEST), None)
    if far is not None:
        got.wrong.append(
            f"{label}: coordinate {far!r} is no place on the Earth; it must be metres, at most "
            f"{FARTHEST:.0e}"
        )
        return None
    try:
        geometry = force_2d(shape(value))
    except (GEOSException, ValueError, TypeError, IndexError, AttributeError, KeyError):
        geometry = None
    if geometry is None or geometry.is_empty:
        got.wrong.append(
            f"{label}: coordinates make no {found}; a Polygon has rings of 4 or more points, the "
            "last like the first, a LineString 2 or more points, each [x, y]"
        )
        return None
    return geometry


def _numbers(value: Any) -> Iterator[Any]:
    """Every leaf of nested coordinate lists."""
    stack = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, list):
            stack += reversed(top)
        else:
            yield "nothing" if top is None else top


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _solids(
    label: str, geometry: BaseGeometry, properties: Mapping[str, Any], got: _Collected
) -> list[Polygon]:
    """Polygons of a wall or column; lines are widened by their thickness."""
    if geometry.geom_type in {"Polygon", "MultiPolygon"}:
        return list(getattr(geometry, "geoms", [geometry]))
    thickness = properties.get("thickness")
    if not _is_number(thickness) or thickness <= 0:
        got.wrong.append(
            f"{label}: thickness is {thickness!r}; a wall drawn as a line needs one in metres, "
            "above 0"
        )
        return []
    wide = geometry.buffer(thickness / 2, cap_style="flat", join_style="mitre")
    return [part for part in getattr(wide, "geoms", [wide]) if isinstance(part, Polygon)]


def _add_door(label: str, line: LineString, properties: Mapping[str, Any], got: _Collected) -> None:
    value = properties.get("door", "entrance")
    kinds = [str(kind) for kind in DoorKind]
    if value not in kinds:
        got.wrong.append(f"{label}: door is {value!r}; it must be one of {', '.join(kinds)}")
        return
    name = _name(properties, value, [door.name for door in got.doors])
    got.doors.append(Door(name=name, kind=DoorKind(value), line=line))


def _add_zone(label: str, polygon: Polygon, properties: Mapping[str, Any], got: _Collected) -> None:
    value = properties.get("zone")
    kinds = [str(kind) for kind in ZoneKind]
    if value not in kinds:
        got.wrong.append(f"{label}: zone is {value!r}; it must be one of {', '.join(kinds)}")
        return
    name = _name(properties, value, [zone.name for zone in got.zones])
    got.zones.append(Zone(name=name, kind=ZoneKind(value), polygon=polygon))


def _name(properties: Mapping[str, Any], stem: str, taken: list[str]) -> str:
    """The feature's own name, else "entrance-1" and so on."""
    if properties.get("name"):
        return str(properties["name"])
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
