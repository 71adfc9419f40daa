"""The drawing of a study: found, read, and given the zones and doors that the study adds.

In: the `plan`, `zones` and `doors` parts of a study file. Out: a `Drawing`: the
`FloorPlan` and the bytes that went into it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from shapely import LineString, Point, Polygon

from optimizer.errors import FileFormatError, OptimizerError
from optimizer.plan.model import Door, FloorPlan, Zone
from optimizer.reading import nearest
from optimizer.reading_limits import file_within, read_bytes, refuse_more
from optimizer.study_file.other_plan import fit_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.plan.defect import Defect
    from optimizer.study_file.model import DoorTable, StudyTable, ZoneTable

__all__ = ["Drawing", "load_drawing", "with_defects"]

#: How far from the point that a study names its door may be, metres: about a door's width.
NEAR = 1.0
#: How far a zone of the study may leave the outline, metres, before it is called a mistake.
LEAVES = 0.05


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What became of the drawing of a study.

    Parameters
    ----------
    table
        The study file, without what another drawing than its own does not have.
    plan
        The floor plan; None where there are defects.
    content
        Bytes of the drawing's file.
    defects
        What is wrong inside the drawing, one sentence each.
    """

    table: StudyTable
    plan: FloorPlan | None = None
    content: bytes = b""
    defects: tuple[str, ...] = ()


def load_drawing(
    table: StudyTable, folder: Path, override: Path | None, defects: list[str]
) -> Drawing:
    """Drawing of a study.

    Parameters
    ----------
    table
        The study file.
    folder
        Folder that relative paths start from.
    override
        Another drawing than the study's own.
    defects
        Sentences about what is wrong in the study are added here.
    """
    file = _file(table, folder, override, defects)
    if file is None:
        return Drawing(table=table)
    try:
        content = _content(file)
    except FileFormatError as error:
        return Drawing(table=table, defects=error.sentences)
    except (OSError, ValueError) as error:
        # a ValueError: a name that no file can have
        missing = isinstance(error, FileNotFoundError | ValueError)
        what = "no such file" if missing else getattr(error, "strerror", None) or str(error)
        defects.append(f"plan {str(file)!r}: {what}")
        return Drawing(table=table)
    other = _is_other(table, folder, override)
    try:
        plan = _read(table, file, other=other)
    except OptimizerError as error:
        return Drawing(table=table, content=content, defects=error.sentences)
    if other:
        table, notes = fit_table(table, plan)
        plan = with_defects(plan, notes)
    before = len(defects)
    unit = table.plan.unit or table.unit
    if override is None and file.suffix.lower() != ".dxf" and unit not in (None, "m"):
        defects.append(
            f"[plan] unit is {unit!r}; it is for DXF drawings, and {file.name} says its own unit; "
            "leave it out"
        )
    plan = _with_doors(_with_zones(plan, table.zones, defects), table.doors, defects)
    return Drawing(table=table, plan=plan if len(defects) == before else None, content=content)


def with_defects(plan: FloorPlan, defects: Sequence[Defect]) -> FloorPlan:
    """Plan with more defects of its drawing."""
    source = replace(plan.source, defects=(*plan.source.defects, *defects))
    return replace(plan, source=source)


def _content(file: Path) -> bytes:
    """Bytes of a drawing; of a folder, as indoor maps are, those of its files in order."""
    if not file.is_dir():
        return read_bytes(file, "dxf_mib")  # the largest of the limits of drawings
    inside = [inner for inner in sorted(file.iterdir()) if inner.is_file()]
    refuse_more(file, "folder_files", len(inside))
    return b"".join(read_bytes(inner, "text_mib") for inner in inside)


def _is_other(table: StudyTable, folder: Path, override: Path | None) -> bool:
    """Whether a drawing is given that is not the study's own."""
    if override is None or table.plan.file is None:
        return False
    return (folder / table.plan.file).resolve() != override.resolve()


def _file(
    table: StudyTable, folder: Path, override: Path | None, defects: list[str]
) -> Path | None:
    """Path of the drawing: the override, else the study's, else that of the environment."""
    if override is not None:
        return override
    if table.plan.file is not None:
        try:
            return file_within(folder, table.plan.file)
        except FileFormatError as error:
            defects.extend(f"plan {sentence}" for sentence in error.sentences)
            return None
    if table.plan.file_env is None:
        defects.append("plan has no 'file'; name a drawing, or give one with --plan")
        return None
    named = os.environ.get(table.plan.file_env)
    if not named:
        defects.append(
            "the drawing is not part of this study; give it with --plan FILE, or set the "
            f"environment variable {table.plan.file_env} to its path"
        )
        return None
    return Path(named)


def _read(table: StudyTable, file: Path, *, other: bool) -> FloorPlan:
    """Read the drawing as the study says.

    Of another drawing than the study's own, layers, level, layout and window are read by default.
    """
    # reading drawings loads ezdxf, which `import optimizer` must not
    from optimizer.plan.dxf.furniture import BlockMap
    from optimizer.plan.dxf.layers import LayerMap
    from optimizer.plan.read import read_plan

    told = table.plan
    unit = told.unit or table.unit
    layers = LayerMap.from_table({**(table.layers or {}), **(told.layers or {})})
    blocks = BlockMap.from_table(told.blocks or {})
    if other:
        return read_plan(file, layers=replace(layers, optional=True), unit=unit, blocks=blocks)
    return read_plan(
        file,
        layers=layers,
        unit=unit,
        blocks=blocks,
        level=told.level,
        layout=told.layout,
        window=told.window,
    )


def _with_zones(plan: FloorPlan, zones: Sequence[ZoneTable], defects: list[str]) -> FloorPlan:
    """Plan with the zones of the study, which replace those of the same name."""
    added: dict[str, Zone] = {}
    for number, table in enumerate(zones, start=1):
        place = f"[zones {number} ({table.name})] polygon"
        if table.name in added:
            defects.append(f"[zones {number}] name {table.name!r} is taken; names must differ")
        if len(table.polygon) < 3:
            defects.append(f"{place} has {len(table.polygon)} points; must have at least 3")
            continue
        polygon = Polygon(table.polygon)
        if not polygon.is_valid or not polygon.area:
            defects.append(f"{place} crosses itself or has no area; list its corners in order")
            continue
        outside = polygon.difference(plan.outline.buffer(LEAVES))
        if not outside.is_empty:
            point = outside.representative_point()
            defects.append(
                f"{place} leaves the outline by {outside.area:.2f} m² at "
                f"({point.x:.2f}, {point.y:.2f})"
            )
        added[table.name] = Zone(name=table.name, kind=table.kind, polygon=polygon)
    kept = tuple(zone for zone in plan.zones if zone.name not in added)
    return replace(plan, zones=(*kept, *added.values()))


def _with_doors(plan: FloorPlan, tables: Sequence[DoorTable], defects: list[str]) -> FloorPlan:
    """Plan with the kinds, names and doors that the study gives."""
    doors = list(plan.doors)
    for number, table in enumerate(tables, start=1):
        place = f"[doors {number}{f' ({table.name})' if table.name else ''}]"
        if table.line is not None:
            line = LineString(table.line)
            if not line.length:
                defects.append(f"{place} line has no length; give it from jamb to jamb")
                continue
            name = table.name or f"door {len(doors) + 1}"
            doors = [door for door in doors if door.name != name]
            doors.append(Door(name=name, kind=table.kind, line=line))
            continue
        index = _find(doors, table, place, defects)
        if index is not None:
            found = doors[index]
            doors[index] = replace(found, kind=table.kind, name=table.name or found.name)
    names = [door.name for door in doors]
    defects += [
        f"two doors are named {name!r}; names must differ"
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    return replace(plan, doors=tuple(doors))


def _find(doors: Sequence[Door], table: DoorTable, place: str, defects: list[str]) -> int | None:
    """Index of the door that a table of the study means."""
    if table.near is None:
        for index, door in enumerate(doors):
            if door.name == table.name:
                return index
        if table.name is None:
            defects.append(f"{place} needs 'name', 'near' or 'line' to say which door it is")
        else:
            hint = nearest(table.name, [door.name for door in doors])
            defects.append(f"{place} name {table.name!r} is no door of the drawing; {hint}")
        return None
    point = Point(table.near)
    x, y = table.near
    if not doors:
        defects.append(f"{place} near ({x:g}, {y:g}): the drawing has no doors; give 'line'")
        return None
    index = min(range(len(doors)), key=lambda i: doors[i].line.distance(point))
    distance = doors[index].line.distance(point)
    if distance > NEAR:
        at = doors[index].centre
        defects.append(
            f"{place} near ({x:g}, {y:g}) finds no door within {NEAR:g} m; the nearest, "
            f"{doors[index].name!r}, is {distance:.2f} m away at ({at[0]:.2f}, {at[1]:.2f})"
        )
        return None
    return index
