"""Layout files: `layout.json` and the placements of `result.json`, in and out.

In: a JSON file and the study that it belongs to. Out: a `Layout`, and back.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from optimizer.equipment.layout import Layout, Placement
from optimizer.errors import FileFormatError, LayoutError
from optimizer.reading import nearest, read_text, write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from optimizer.equipment.model import FixtureType

__all__ = ["Brief", "Group", "parse_layout", "read_layout", "write_layout"]

SCHEMA = 1


class Group(Protocol):
    """Fixtures of one type that a study asks for; `optimizer.study.FixtureGroup` is one."""

    @property
    def type(self) -> str:
        """Name of the fixture type."""

    def names(self, count: int | None = None) -> tuple[str, ...]:
        """Names of its fixtures."""


class Brief(Protocol):
    """What a layout file is read against; `optimizer.study.Study` is one."""

    @property
    def name(self) -> str:
        """Name of the study."""

    @property
    def types(self) -> Mapping[str, FixtureType]:
        """Fixture types by name."""

    @property
    def groups(self) -> Sequence[Group]:
        """What is to be placed."""


def read_layout(path: str | PathLike[str], study: Brief) -> Layout:
    """Layout of a file, with the study's names checked.

    Parameters
    ----------
    path
        A `layout.json` or `result.json`: a JSON object with the key "placements", or the list
        of placements itself.
    study
        The study that it belongs to.

    Raises
    ------
    FileFormatError
        Where the file is missing or is not JSON.
    LayoutError
        One sentence per placement that cannot belong to the study.
    """
    file = Path(path)
    text = read_text(file)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileFormatError(
            f"{file}: not valid JSON: {error.msg} (at line {error.lineno}, column {error.colno})"
        ) from None
    except (RecursionError, ValueError):
        raise FileFormatError(
            f"{file}: not a layout: its JSON is nested too deep or has endless numbers"
        ) from None
    try:
        return parse_layout(content, study)
    except LayoutError as error:
        raise LayoutError(*(f"{file}: {sentence}" for sentence in error.sentences)) from None


def parse_layout(content: Any, study: Brief) -> Layout:
    """Layout from the values of a JSON file.

    Raises
    ------
    LayoutError
        One sentence per placement that cannot belong to the study.
    """
    rows = content.get("placements") if isinstance(content, dict) else content
    if not isinstance(rows, list):
        raise LayoutError(
            'there is no list of placements; needed is {"placements": [{"fixture": …, "type": …, '
            '"x": …, "y": …, "angle": …}]}'
        )
    known = {name: group.type for group in study.groups for name in group.names()}
    defects: list[str] = []
    placements = [
        placement
        for number, row in enumerate(rows, start=1)
        if (placement := _placement(number, row, study, known, defects)) is not None
    ]
    counts = Counter(placement.fixture for placement in placements)
    defects += [
        f"fixture {name!r} is placed {count} times; every name may stand once"
        for name, count in counts.items()
        if count > 1
    ]
    if defects:
        raise LayoutError(*defects)
    return Layout(placements=tuple(placements))


def write_layout(layout: Layout, path: str | PathLike[str], study: Brief) -> None:
    """Write a `layout.json`, whole or not at all."""
    rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in layout.to_json())
    head = f'"schema": {SCHEMA},\n "study": {json.dumps({"name": study.name}, ensure_ascii=False)}'
    write_whole(Path(path), f'{{{head},\n "placements": [\n  {rows}\n ]\n}}\n')


def _placement(
    number: int, row: Any, study: Brief, known: Mapping[str, str], defects: list[str]
) -> Placement | None:
    """One placement; None where it has defects, which are added to the list."""
    before = len(defects)
    if not isinstance(row, dict):
        defects.append(f"placement {number} must be an object with fixture, type, x, y, angle")
        return None
    fixture, kind = row.get("fixture"), row.get("type")
    name = f"placement {number} ({fixture})" if isinstance(fixture, str) else f"placement {number}"
    if not isinstance(kind, str):
        defects.append(f"{name}: 'type' is {_shown(kind)}; must name a fixture type")
    elif kind not in study.types:
        defects.append(f"{name}: type {kind!r} is unknown; {nearest(kind, study.types)}")
    if not isinstance(fixture, str):
        defects.append(f"{name}: 'fixture' is {_shown(fixture)}; must name a fixture of the study")
    elif fixture not in known:
        defects.append(
            f"{name}: fixture {fixture!r} is not in study {study.name!r}; {nearest(fixture, known)}"
        )
    elif isinstance(kind, str) and kind in study.types and known[fixture] != kind:
        defects.append(f"{name}: type is {kind!r}; in the study it is {known[fixture]!r}")
    pose = [row.get("x"), row.get("y"), row.get("angle", 0.0)]
    for key, value in zip(("x", "y", "angle"), pose, strict=True):
        if not _is_number(value):
            defects.append(f"{name}: {key!r} is {_shown(value)}; must be a finite number")
    if len(defects) > before:
        return None
    x, y, angle = (float(value) for value in pose)
    return Placement(fixture=str(fixture), type=str(kind), x=x, y=y, angle=angle)


def _is_number(value: Any) -> bool:
    """Whether a value is a finite number a float can hold, and not true or false."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _shown(value: Any) -> str:
    """Return a value as a message shows it."""
    text = "missing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) < 60 else text[:57] + "..."
