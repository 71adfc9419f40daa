"""The equipment catalogue: `catalogue.toml` in, fixture types with their provenance out.

Each value of the file is an inline table `{ value, source, confidence }`, with `low` and `high`
where the source gives a range. A study's own values come in through `override_type`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json

from optimizer.equipment.model import Anchoring, FixtureType, Provenance, Role, StandingPoint
from optimizer.errors import FileFormatError, StudyError
from optimizer.plan.model import ZoneKind  # noqa: TC001 - pydantic reads the annotation
from optimizer.reading import describe_defects, nearest, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

__all__ = ["CATALOGUE", "TypeChanges", "override_type", "read_catalogue"]

Entry = TypeVar("Entry", bound=BaseModel)

#: The catalogue that comes with the package.
CATALOGUE = Path(__file__).with_name("catalogue.toml")

REQUIRED = ("width", "depth", "height", "anchoring", "servers", "zones", "standing")
POSITIVE = ("width", "depth", "height")
UP_TO_LARGEST = (
    "clearance_front",
    "clearance_side",
    "clearance_back",
    "privacy_depth",
    "servers",
)
#: No fixture is larger and nobody stands farther off, metres; no bench has more places.
LARGEST = 100
#: Least distance of a standing point from its own fixture, metres: a body's radius and a margin.
STANDING_GAP = 0.30


class StandingEntry(BaseModel):
    """A standing point as files give it."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    role: Role
    x: float
    y: float


class TypeChanges(BaseModel):
    """The values of a fixture type as files give them; those that are not given are None."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    width: float | None = None
    depth: float | None = None
    height: float | None = None
    anchoring: Anchoring | None = None
    in_row: bool | None = None
    standing: tuple[StandingEntry, ...] | None = None
    clearance_front: float | None = None
    clearance_side: float | None = None
    clearance_back: float | None = None
    privacy_depth: float | None = None
    zones: tuple[ZoneKind, ...] | None = None
    staff_zones: tuple[ZoneKind, ...] | None = None
    servers: int | None = None
    opaque: bool | None = None
    screen: tuple[float, float] | None = None
    screen_view: float | None = None
    cost: float | None = None

    def values(self) -> dict[str, Any]:
        """The values given, as fields of `FixtureType`."""
        given = {key: getattr(self, key) for key in TypeChanges.model_fields}
        given = {key: value for key, value in given.items() if value is not None}
        if "standing" in given:
            given["standing"] = tuple(
                StandingPoint(role=p.role, x=p.x, y=p.y) for p in given["standing"]
            )
        return given


class CatalogueValue(BaseModel):
    """An inline table of the catalogue."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    value: Any
    source: str
    confidence: Literal["A", "B", "C", "D", "ASM", "study"]
    low: float | None = None
    high: float | None = None


class CatalogueLabel(BaseModel):
    """What a report calls a type, in English and Chinese."""

    model_config = ConfigDict(extra="forbid", strict=True)

    en: str
    zh: str


def read_catalogue(path: str | PathLike[str] | None = None) -> Mapping[str, FixtureType]:
    """Fixture types by name, in the file's order.

    Parameters
    ----------
    path
        A catalogue file; None for the one that comes with the package.

    Raises
    ------
    FileFormatError
        Where the file cannot be read, or an entry is wrong; one sentence per defect.
    """
    return dict(_shipped()) if path is None else _read(Path(path))


@cache
def _shipped() -> Mapping[str, FixtureType]:
    """The catalogue of the package, read once: many studies are read in one run."""
    return _read(CATALOGUE)


def _read(file: Path) -> Mapping[str, FixtureType]:
    """Fixture types of a file."""
    tables = read_toml(file)
    defects: list[str] = []
    if tables.pop("schema", None) != 1:
        defects.append("key 'schema' must be 1")
    types = {name: _read_type(name, table, defects) for name, table in tables.items()}
    if defects:
        raise FileFormatError(*(f"{file}: {defect}" for defect in defects))
    return {name: fixture_type for name, fixture_type in types.items() if fixture_type}


def override_type(fixture_type: FixtureType, changes: Mapping[str, Any]) -> FixtureType:
    """Fixture type with a study's own values.

    Standing points and the screen keep their distance from the edges when only the size changes.

    Parameters
    ----------
    fixture_type
        Entry of the catalogue.
    changes
        New values by field name: plain values as a study file gives them, or those of
        `FixtureType`.

    Raises
    ------
    StudyError
        One sentence per value that cannot be.
    """
    if not changes:
        return fixture_type
    defects: list[str] = []
    values = _validate(fixture_type.name, changes, defects)
    provenance = dict(fixture_type.provenance)
    for key in values:
        provenance[key] = Provenance(source="study", confidence="study")
    values = {**_moved(fixture_type, values), **values, "provenance": provenance}
    changed = replace(fixture_type, **values)
    defects += _contradictions(changed)
    if defects:
        raise StudyError(*defects)
    return changed


def _read_type(name: str, table: Any, defects: list[str]) -> FixtureType | None:
    """One entry of the catalogue; None where it has defects, which are added to the list."""
    before = len(defects)
    if not isinstance(table, dict):
        defects.append(f"{name!r} must be a table")
        return None
    label = _part(CatalogueLabel, {"label": table.get("label")}, name, defects)
    plain: dict[str, Any] = {}
    provenance: dict[str, Provenance] = {}
    for key, given in table.items():
        if key == "label":
            continue
        entry = _part(CatalogueValue, {key: given}, name, defects)
        if entry is None:
            continue
        plain[key] = entry.value
        provenance[key] = Provenance(source=entry.source, confidence=entry.confidence)
        if entry.low is not None and entry.high is not None:
            in_range = isinstance(entry.value, int | float)
            if not in_range or not entry.low <= entry.value <= entry.high:
                defects.append(
                    f"[{name}] {key} is {entry.value}; its source gives {entry.low} to {entry.high}"
                )
    defects += [f"[{name}] key {key!r} is missing" for key in REQUIRED if key not in table]
    values = _validate(name, plain, defects)
    if label is None or len(defects) > before:
        return None
    fixture_type = FixtureType(
        name=name, label=label.en, label_zh=label.zh, provenance=provenance, **values
    )
    defects += _contradictions(fixture_type)
    return fixture_type


def _part(
    model: type[Entry], given: Mapping[str, Any], name: str, defects: list[str]
) -> Entry | None:
    """One table of an entry; None where it is wrong."""
    ((key, value),) = given.items()
    try:
        return model.model_validate_json(to_json(value, inf_nan_mode="constants"))
    except ValidationError as error:
        defects += [
            f"[{name}] {key}: {sentence}"
            for sentence in describe_defects(error, model, value if isinstance(value, dict) else {})
        ]
        return None


def _validate(name: str, values: Mapping[str, Any], defects: list[str]) -> dict[str, Any]:
    """Field values of the right types; what is wrong is added to the list and left out."""
    plain = {key: _as_entry(value) for key, value in values.items()}
    try:
        text = to_json(plain, inf_nan_mode="constants")
        return TypeChanges.model_validate_json(text).values()
    except ValidationError as error:
        sentences = describe_defects(error, TypeChanges, plain)
        defects += [f"[{name}] {sentence}" for sentence in sentences]
        return {}


def _as_entry(value: Any) -> Any:
    """Standing points of a `FixtureType` as a file would give them."""
    if isinstance(value, list | tuple) and any(isinstance(p, StandingPoint) for p in value):
        return [{"role": p.role, "x": p.x, "y": p.y} for p in value]
    return value


def _moved(fixture_type: FixtureType, values: Mapping[str, Any]) -> dict[str, Any]:
    """Standing points and screen shifted with the edges of a new footprint."""
    wider = (values.get("width", fixture_type.width) - fixture_type.width) / 2
    deeper = (values.get("depth", fixture_type.depth) - fixture_type.depth) / 2
    half = fixture_type.width / 2
    moved: dict[str, Any] = {}
    if not (wider or deeper):
        return moved

    def shift(x: float, y: float) -> tuple[float, float]:
        outside = (x > half) - (x < -half)
        return x + outside * wider, y + ((y > 0) - (y < 0)) * deeper

    moved["standing"] = tuple(
        StandingPoint(role=point.role, x=x, y=y)
        for point in fixture_type.standing
        for x, y in [shift(point.x, point.y)]
    )
    if fixture_type.screen is not None:
        moved["screen"] = shift(*fixture_type.screen)
    return moved


def _contradictions(fixture_type: FixtureType) -> list[str]:
    """What the values of one type cannot be together."""
    name = f"[{fixture_type.name}]"
    defects = [
        f"{name} {key} is {value}; must be more than 0 and at most {LARGEST}"
        for key in POSITIVE
        if not 0 < (value := getattr(fixture_type, key)) <= LARGEST
    ]
    defects += [
        f"{name} {key} is {value}; must be 0 to {LARGEST}"
        for key in UP_TO_LARGEST
        if not 0 <= (value := getattr(fixture_type, key)) <= LARGEST
    ]
    if fixture_type.cost is not None and fixture_type.cost < 0:
        defects.append(f"{name} cost is {fixture_type.cost}; must be 0 or more")
    if not fixture_type.zones:
        defects.append(f"{name} zones is empty; name at least one kind of zone")
    for point in fixture_type.standing:
        beyond = (
            max(abs(point.x) - fixture_type.width / 2, 0.0),
            max(abs(point.y) - fixture_type.depth / 2, 0.0),
        )
        gap = math.hypot(*beyond)
        if gap > LARGEST:
            defects.append(f"{name} a standing point is {gap:g} m off; must be at most {LARGEST} m")
        if gap < STANDING_GAP - 1e-9:
            defects.append(
                f"{name} {point.role.value} point ({point.x:g}, {point.y:g}) is {gap:.2f} m "
                f"from its own fixture; must be at least {STANDING_GAP:.2f} m, for a body's width"
            )
    if fixture_type.anchoring is Anchoring.THROUGH_WALL and not (
        any(point.role is Role.STAFF for point in fixture_type.standing)
    ):
        defects.append(f"{name} goes through a wall; it needs a standing point of role 'staff'")
    return defects


def unknown_type(word: str, types: Mapping[str, FixtureType]) -> str:
    """Return the sentence about a fixture type that the catalogue does not have."""
    return f"fixture type {word!r} is not in the catalogue; {nearest(word, types)}"
