"""Features of an indoor map, by what they are, in local metres.

In: GeoJSON in longitude and latitude: one file, or a folder of files named after what they hold
(IMDF, Azure Maps Creator). Out: shapes with roles and levels, on a plane that touches the
ellipsoid at the map's lower-left corner; within a building that is exact to a millimetre.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import force_2d, get_coordinates, transform
from shapely.errors import ShapelyError
from shapely.geometry import shape

from optimizer.errors import FileFormatError
from optimizer.plan.geojson import load_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    #: Role, shape, properties and id of a feature.
    Found = tuple["Role", BaseGeometry, dict[str, Any], Any]

__all__ = ["IndoorFeature", "IndoorMap", "Role", "is_indoor", "metres_per_degree", "read_features"]


class Role(StrEnum):
    """What a feature of an indoor map is."""

    OUTLINE = "outline"
    ROOM = "room"
    WALL = "wall"
    DOOR = "door"
    WINDOW = "window"
    BLOCKED = "blocked"


#: Role by `type` (WRLD), `feature_type` (IMDF), `indoor` (OpenStreetMap) or a file's name.
ROLES = {
    "building_outline": Role.OUTLINE,
    "level": Role.OUTLINE,
    "unit": Role.ROOM,
    "room": Role.ROOM,
    "corridor": Role.ROOM,
    "area": Role.ROOM,
    "wall": Role.WALL,
    "structure": Role.WALL,
    "door": Role.DOOR,
    "opening": Role.DOOR,
    "window": Role.WINDOW,
    "inaccessible_space": Role.BLOCKED,
}
#: Properties that tell what a room is, those for people first.
NAMES = ("name", "alt_name", "amenity", "shop", "room", "category", "categoryId")
#: Properties that name a feature's level.
LEVELS = ("level", "levelId", "level_id")
#: Property that keeps the name of the file; no map has one of this name.
FILE = "\0file"
#: Semi-major axis and squared eccentricity of WGS84.
AXIS, ECCENTRICITY2 = 6378137.0, 6.69437999014e-3


@dataclass(frozen=True, kw_only=True)
class IndoorFeature:
    """One feature of an indoor map.

    Parameters
    ----------
    role
        What it is.
    geometry
        In local metres.
    levels
        Levels that it belongs to; empty where the map has none.
    width
        Width in metres where the map gives one.
    names
        Name and category, where the map gives any.
    """

    role: Role
    geometry: BaseGeometry
    levels: tuple[str, ...]
    width: float | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IndoorMap:
    """All features of an indoor map.

    Parameters
    ----------
    features
        The features that have a role.
    anchor
        Longitude and latitude of the local (0, 0).
    levels
        Names of the levels by the key that features use, in order.
    default
        Key of the level that is read where none is asked for; None in a map without levels.
    metres_per_degree
        Along longitude and latitude at the anchor.
    by_file
        Whether each level is a file of its own, for no feature names one.
    """

    features: tuple[IndoorFeature, ...]
    anchor: tuple[float, float]
    levels: Mapping[str, str]
    default: str | None
    metres_per_degree: tuple[float, float]
    by_file: bool = False


def is_indoor(document: Any) -> bool:
    """Whether a JSON document is an indoor map rather than a plan in the project's format."""
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        return False
    given = [f.get("properties") for f in features if isinstance(f, dict)]
    known = [p for p in given if isinstance(p, dict)]
    if any("kind" in p for p in known):
        return False
    named = any("indoor" in p or any(level in p for level in LEVELS) for p in known)
    return named or any(str(p.get("type")) in ROLES for p in known)


def read_features(path: str | Path) -> IndoorMap:
    """Features of an indoor map.

    Parameters
    ----------
    path
        A GeoJSON file or a folder of them.

    Raises
    ------
    FileFormatError
        A file cannot be read, or nothing in it has a role and a geometry.
    """
    found: list[Found] = []
    categories: dict[str, str] = {}
    floors: dict[str, float] = {}
    drawn: Counter[str] = Counter()
    for file in _files(Path(path)):
        document = load_json(file)
        floors |= _floors(document)
        features = document.get("features") if isinstance(document, dict) else None
        for feature in features if isinstance(features, list) else ():
            properties = feature.get("properties") if isinstance(feature, dict) else None
            if not isinstance(properties, dict):
                continue
            role = _role(properties, feature, file.stem)
            geometry = _geometry(feature.get("geometry"))
            if geometry is None and isinstance(properties.get("name"), str):
                # a list of categories, which rooms name by key
                categories[str(feature.get("id"))] = properties["name"]
            if role is not None and geometry is not None:
                found.append((role, geometry, properties | {FILE: file.stem}, feature.get("id")))
                drawn[file.stem] += role is Role.OUTLINE
    by_file = _floor_files(found, +drawn)
    if not found:
        raise FileFormatError(
            f"{path}: no rooms, walls or outline were found in this map; name the folder with all "
            "its layers, or the file with rooms or an outline"
        )
    anchor = _anchor(path, found)
    scale = metres_per_degree(anchor[1])
    names, default = _levels(found, by_file)
    if by_file:
        default = next((stem for stem in names if floors.get(stem) == 0), default)
    return IndoorMap(
        features=tuple(
            IndoorFeature(
                role=role,
                geometry=transform(geometry, lambda spots: (spots - anchor) * scale),
                levels=_levels_of(role, properties, key, by_file),
                width=_width(properties),
                names=_names(properties, categories),
            )
            for role, geometry, properties, key in found
        ),
        anchor=(float(anchor[0]), float(anchor[1])),
        levels=names,
        default=default,
        metres_per_degree=(float(scale[0]), float(scale[1])),
        by_file=bool(by_file),
    )


def _anchor(path: str | Path, found: Sequence[Found]) -> NDArray[np.float64]:
    """Longitude and latitude of the lower-left corner.

    Raises
    ------
    FileFormatError
        The coordinates are those of no building.
    """
    places = np.concatenate([get_coordinates(geometry) for _, geometry, *_ in found])
    if np.abs(places).max() > 360 or np.ptp(places, axis=0).max() > 0.1:
        raise FileFormatError(
            f"{path}: coordinates reach from {places.min(axis=0)} to {places.max(axis=0)}; an "
            "indoor map has longitude and latitude of one building"
        )
    anchor: NDArray[np.float64] = places.min(axis=0)
    return anchor


def _files(path: Path) -> list[Path]:
    """The file itself, or the GeoJSON files of a folder."""
    if not path.is_dir():
        return [path]
    files = sorted(f for f in path.iterdir() if f.suffix in {".geojson", ".json"})
    if not files:
        raise FileFormatError(f"{path}: the folder holds no GeoJSON files")
    return files


def _role(properties: Mapping[str, Any], feature: Mapping[str, Any], stem: str) -> Role | None:
    """Role of a feature by whatever the map uses to tell."""
    names = (
        properties.get("type"),
        properties.get("indoor"),
        properties.get("feature_type"),
        feature.get("feature_type"),
    )
    for name in names:
        if isinstance(name, str) and name in ROLES:
            return ROLES[name]
    if properties.get("door") not in (None, "no") or properties.get("entrance"):
        return Role.DOOR
    return ROLES.get(stem)


def _geometry(value: Any) -> BaseGeometry | None:
    """Shapely geometry of a feature, or None where it has none that can be used."""
    if not isinstance(value, dict):
        return None
    try:
        geometry = force_2d(shape(value))
    except (ShapelyError, ValueError, TypeError, IndexError, AttributeError, KeyError):
        return None
    return (
        None if geometry.is_empty or not np.isfinite(get_coordinates(geometry)).all() else geometry
    )


def metres_per_degree(latitude: float) -> NDArray[np.float64]:
    """Metres along one degree of longitude and of latitude on the WGS84 ellipsoid.

    Reference: Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395 (1987),
    eq. 4-20 and 4-21; DOI 10.3133/pp1395.
    """
    sine2 = math.sin(math.radians(latitude)) ** 2
    prime = AXIS / math.sqrt(1 - ECCENTRICITY2 * sine2)
    meridian = AXIS * (1 - ECCENTRICITY2) / (1 - ECCENTRICITY2 * sine2) ** 1.5
    return np.radians([prime * math.cos(math.radians(latitude)), meridian])


def _floors(document: Any) -> dict[str, float]:
    """Order of the floors that an index of files lists (WRLD), by the names of the files."""
    listed = document.get("levels") if isinstance(document, dict) else None
    return {
        str(floor.get("id")): float(floor["z_order"])
        for floor in (listed if isinstance(listed, list) else ())
        if isinstance(floor, dict) and isinstance(floor.get("z_order"), int | float)
    }


def _floor_files(found: Sequence[Found], drawn: Mapping[str, int]) -> frozenset[str]:
    """Files that are a floor each: several have outlines, and no feature names a level."""
    if len(drawn) < 2 or any(_levels_of(role, given, key) for role, _, given, key in found):
        return frozenset()
    return frozenset(drawn)


def _levels_of(
    role: Role, properties: Mapping[str, Any], key: Any, by_file: Set[str] = frozenset()
) -> tuple[str, ...]:
    """Levels of a feature; that of a level itself is its own id."""
    if properties.get(FILE) in by_file:
        return (str(properties[FILE]),)
    if role is Role.OUTLINE and "ordinal" in properties:
        return (str(key),)
    for name in LEVELS:
        if properties.get(name) is not None:
            return tuple(part.strip() for part in str(properties[name]).split(";"))
    return ()


def _levels(
    found: Sequence[Found], by_file: Set[str] = frozenset()
) -> tuple[dict[str, str], str | None]:
    """Names of the levels by key, and the key of the one at street level, else the lowest."""
    ordinals = {
        str(key): (float(properties["ordinal"]), str(properties.get("name") or key))
        for role, _, properties, key in found
        if role is Role.OUTLINE and isinstance(properties.get("ordinal"), int | float)
    }
    for role, _, properties, key in found:
        for level in _levels_of(role, properties, key, by_file):
            ordinals.setdefault(level, (_number(level), level))
    names = {key: name for key, (_, name) in sorted(ordinals.items(), key=lambda e: e[1])}
    if not names:
        return {}, None
    street = next((key for key in names if ordinals[key][0] == 0), next(iter(names)))
    return names, street


def _names(properties: Mapping[str, Any], categories: Mapping[str, str]) -> tuple[str, ...]:
    """Names and category of a feature; IMDF gives names by language."""
    found: list[str] = []
    for key in NAMES:
        value = properties.get(key)
        for text in value.values() if isinstance(value, dict) else (value,):
            if isinstance(text, str) and text.strip():
                found.append(categories.get(text, text.strip()))
    return tuple(dict.fromkeys(found))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.inf


def _width(properties: Mapping[str, Any]) -> float | None:
    """Width that a map gives a door, metres."""
    value = properties.get("width")
    number = _number(str(value).removesuffix("m").strip()) if value is not None else math.inf
    return number if math.isfinite(number) and number > 0 else None
