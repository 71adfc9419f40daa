"""A storey of a building model as a floor plan.

In: an IFC file and the name of a storey. Out: a `FloorPlan`: walls and columns cut a hand above the
floor, where window sills still are wall; windows that reach down there; doors as wide as the model
says. Needs ifcopenshell, which is an optional group of this package.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import LineString, Polygon, get_parts, union_all
from shapely.affinity import translate

from optimizer.errors import FileFormatError, FloorPlanError
from optimizer.plan.defect import Defect, Severity
from optimizer.plan.dxf.findings import outline_defects
from optimizer.plan.dxf.outline import FoundOutline, wall_outline
from optimizer.plan.dxf.walls import polygons_of
from optimizer.plan.entrances import leads_out
from optimizer.plan.ifc.section import cut_section, middle_line
from optimizer.plan.ifc.shapeless import shapeless_elements
from optimizer.plan.model import Door, DoorKind, FloorPlan, PlanSource
from optimizer.plan.rooms import Room, room_zones
from optimizer.plan.wall_index import Walls, door_wall, window_wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from optimizer.plan.dxf.layers import LayerMap

__all__ = ["read_ifc"]

#: What comes of a model whose entities have other things than they should.
BROKEN = (ArithmeticError, AttributeError, IndexError, KeyError, RuntimeError, TypeError)
#: How a file in the STEP format begins and ends, and how much of it is looked at, bytes.
START, END = b"ISO-10303-21;", b"END-ISO-10303-21;"
LOOK = 1024
#: Height of the cut above the storey, metres: over thresholds, under window sills.
CUT = 0.3
#: Thickness of a window that no wall stands beside, metres.
THIN = 0.05
#: Detached buildings from this share of the largest on stay on the plan.
KEPT = 0.2
#: Broken elements that are named.
SHOWN = 5
#: SI units by the factor that a model gives.
UNITS = {0.001: "mm", 0.01: "cm", 0.1: "dm", 1.0: "m", 0.0254: "in", 0.3048: "ft"}


def read_ifc(
    path: str | Path, level: str | None = None, layers: LayerMap | None = None
) -> FloorPlan:
    """Floor plan of one storey.

    Parameters
    ----------
    path
        The model.
    level
        Name of the storey; None for the lowest one that has doors.
    layers
        The study's names of zones; those of `rooms.toml` alone where None.

    Raises
    ------
    FileFormatError
        The file is no IFC, or ifcopenshell is not installed.
    FloorPlanError
        The model has no such storey, or the storey has no walls.
    """
    try:
        ifc = import_module("ifcopenshell")
        import_module("ifcopenshell.geom")
        import_module("ifcopenshell.util.element")
        import_module("ifcopenshell.util.unit")
    except ImportError as error:
        raise FileFormatError(
            f"{path}: reading IFC needs the package ifcopenshell; install branch-layout[ifc], or "
            "give the plan as DXF or GeoJSON"
        ) from error
    _refuse_torn(Path(path))
    try:
        model = ifc.open(str(path))
    except (OSError, RuntimeError, ifc.Error) as error:
        raise FileFormatError(f"{path}: cannot be read as IFC: {error}") from error
    try:
        return _Storey(ifc, model, path, level).plan(layers)
    except BROKEN as error:
        raise FileFormatError(
            f"{path}: holds what no model holds ({error}); export it anew"
        ) from error


def _refuse_torn(path: Path) -> None:
    """Refuse a file that begins as IFC and breaks off; the reader would take what is there.

    Raises
    ------
    FileFormatError
        Its last line is missing, or it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            start = file.read(LOOK)
            file.seek(max(0, path.stat().st_size - LOOK))
            end = file.read()
    except OSError as error:
        raise FileFormatError(f"{path}: cannot be opened: {error.strerror or error}") from error
    if START in start and END not in end:
        raise FileFormatError(
            f"{path}: breaks off, for its last line {END.decode()!r} is missing; export it anew"
        )


class _Storey:
    """One storey of a model, and what is on it."""

    def __init__(self, ifc: Any, model: Any, path: str | Path, level: str | None) -> None:
        self.ifc, self.model, self.path = ifc, model, path
        self.settings = ifc.geom.settings()
        self.settings.set("use-world-coords", True)
        self.scale = float(ifc.util.unit.calculate_unit_scale(model))
        self.storeys = sorted(model.by_type("IfcBuildingStorey"), key=lambda s: s.Elevation or 0.0)
        self.storey = self.choose(level)
        self.broken: dict[str, str] = {}
        self.shapeless = shapeless_elements(model)

    def choose(self, level: str | None) -> Any:
        """The storey asked for, else the lowest with doors; None in a model without storeys."""
        if level is not None:
            for storey in self.storeys:
                if storey.Name == level:
                    return storey
            names = ", ".join(str(s.Name) for s in self.storeys) or "none"
            raise FloorPlanError(
                f"{self.path}: storey {level!r} is not in the model; it has {names}"
            )
        container = self.ifc.util.element.get_container
        with_doors = {container(door) for door in self.model.by_type("IfcDoor")}
        return next((s for s in self.storeys if s in with_doors), None)

    def elements(self, kind: str) -> Iterator[tuple[Any, NDArray[np.float64], NDArray[np.int64]]]:
        """Elements of a kind on the storey, with their corners and triangles in metres."""
        container = self.ifc.util.element.get_container
        part_of = self.ifc.util.element.get_aggregate
        for element in self.model.by_type(kind):
            home = container(element) if kind != "IfcSpace" else part_of(element)
            if self.storey is not None and home != self.storey:
                continue
            if element.id() in self.shapeless:
                self.leave_out(element)
                continue
            try:
                shape = self.ifc.geom.create_shape(self.settings, element).geometry
            except RuntimeError:
                self.leave_out(element)
                continue
            corners = np.array(shape.verts, dtype=float).reshape(-1, 3)
            triangles = np.array(shape.faces, dtype=np.int64).reshape(-1, 3)
            if len(triangles):
                yield element, corners, triangles
            else:
                self.leave_out(element)

    def leave_out(self, element: Any) -> None:
        """Remember an element whose shape cannot be made, where the model says that it has one."""
        if element.Representation is not None:
            self.broken[str(element.GlobalId)] = f"{element.is_a()} {element.Name or ''!r}"

    def broken_defects(self) -> list[Defect]:
        """What was left out, for its shape is broken."""
        if not self.broken:
            return []
        names = sorted(set(self.broken.values()))
        shown = ", ".join(names[:SHOWN]) + (" and others" if len(names) > SHOWN else "")
        return [
            Defect(
                code="element-broken",
                sentence=f"{len(self.broken)} elements of the storey have no shape that can be "
                f"made, and were left out: {shown}; mend them in the model",
                severity=Severity.WARNING,
            )
        ]

    def height(self) -> float:
        """Height of the cut, metres."""
        if self.storey is not None:
            return float(self.storey.Elevation or 0.0) * self.scale + CUT
        lows = [corners[:, 2].min() for _, corners, _ in self.elements("IfcWall")]
        return float(np.median(lows)) + CUT if lows else CUT

    def sections(self, *kinds: str) -> list[Polygon]:
        """Sections of the elements of the kinds named."""
        height = self.height()
        cuts = [
            cut_section(corners, triangles, height)
            for kind in kinds
            for _, corners, triangles in self.elements(kind)
        ]
        return [part for cut in cuts for part in polygons_of(cut)]

    def door_lines(self) -> list[LineString]:
        """Lines across the doors, as wide as the model says."""
        return [
            middle_line(corners, float(element.OverallWidth or 0.0) * self.scale)
            for element, corners, _ in self.elements("IfcDoor")
        ]

    def window_lines(self) -> list[LineString]:
        """Lines along the windows that reach down to the cut; the others stand on a wall."""
        height = self.height()
        return [
            middle_line(corners)
            for _, corners, _ in self.elements("IfcWindow")
            if corners[:, 2].min() <= height <= corners[:, 2].max()
        ]

    def rooms(self, low: tuple[float, float]) -> list[Room]:
        """Spaces of the storey, moved by `-low`."""
        height = self.height()
        found = []
        for space, corners, triangles in self.elements("IfcSpace"):
            names = [space.LongName, space.Name, space.ObjectType]
            known = tuple(dict.fromkeys(str(n) for n in names if n))
            for part in polygons_of(cut_section(corners, triangles, height)):
                found.append(Room(names=known, polygon=translate(part, -low[0], -low[1])))
        return found

    def plan(self, layers: LayerMap | None) -> FloorPlan:
        """The floor plan."""
        walls = self.sections("IfcWall", "IfcCurtainWall", "IfcMember", "IfcPlate")
        glass = self.window_lines()
        columns = self.sections("IfcColumn")
        if not walls:
            names = ", ".join(str(s.Name) for s in self.storeys) or "none"
            raise FloorPlanError(f"{self.path}: no walls on the storey; the model has {names}")
        lines = self.door_lines()
        index = Walls(walls)
        windows = [window_wall(line, THIN, index) for line in glass]
        found = wall_outline([*walls, *windows, *columns], [door_wall(x, index) for x in lines])
        if found is None:
            raise FloorPlanError(f"{self.path}: the walls of the storey enclose no floor")
        outline, outside = _all_buildings(found)
        doors = _named(lines, [found.polygon, *found.detached])
        low_x, low_y = outline.bounds[:2]
        zones, notes = room_zones(self.rooms((float(low_x), float(low_y))), layers)
        notes = (*self.broken_defects(), *notes)
        name = Path(self.path).stem + (f" {self.storey.Name}" if self.storey is not None else "")
        return FloorPlan(
            name=name,
            outline=translate(outline, -low_x, -low_y),
            walls=tuple(translate(w, -low_x, -low_y) for w in (*walls, *windows, *outside)),
            columns=tuple(translate(c, -low_x, -low_y) for c in columns),
            doors=tuple(
                Door(name=d.name, kind=d.kind, line=translate(d.line, -low_x, -low_y))
                for d in doors
            ),
            zones=zones,
            windows=tuple(translate(line, -low_x, -low_y) for line in glass),
            source=self.source(found, bool(outside), (float(low_x), float(low_y)), notes),
        )

    def source(
        self,
        found: FoundOutline,
        joined: bool,
        origin: tuple[float, float],
        rooms: Sequence[Defect],
    ) -> PlanSource:
        """Where the plan came from."""
        unit = UNITS.get(round(self.scale, 6), "m")
        defects = [d for d in outline_defects(found) if not (joined and d.code == "detached")]
        others = [str(s.Name) for s in self.storeys if s != self.storey]
        if others:
            sentence = f"storey {self.storey.Name if self.storey else None!r} was read; the model "
            defects.append(_note("storeys", sentence + f"has also {', '.join(others)}"))
        if not self.storeys:
            defects.append(
                _note("no-storey", "the model has no storeys; all of it was read as one")
            )
        if joined:
            sentence = "the model has several buildings; the ground between them counts as wall"
            defects.append(_note("detached", sentence))
        defects += rooms
        return PlanSource(
            path=str(self.path),
            unit_header=unit,
            unit_used=unit,
            metres_per_unit=self.scale,
            origin=origin,
            notes=tuple(defect.sentence for defect in defects),
            defects=tuple(defects),
        )


def _note(code: str, sentence: str) -> Defect:
    return Defect(code=code, sentence=sentence, severity=Severity.NOTE)


def _all_buildings(found: FoundOutline) -> tuple[Polygon, list[Polygon]]:
    """Outline around all buildings of like size, and the ground between them."""
    others = [part for part in found.detached if part.area > KEPT * found.polygon.area]
    if not others:
        return found.polygon, []
    buildings = union_all([found.polygon, *others])
    hull = buildings.convex_hull
    return hull, [p for p in get_parts(hull.difference(buildings)) if isinstance(p, Polygon)]


def _named(lines: Sequence[LineString], buildings: Iterable[Polygon]) -> list[Door]:
    """Doors with names and kinds."""
    parts = list(buildings)
    doors: list[Door] = []
    for line in lines:
        out = any(leads_out(line, part) for part in parts)
        kind = DoorKind.ENTRANCE if out else DoorKind.INNER
        number = 1 + sum(door.kind is kind for door in doors)
        doors.append(Door(name=f"{kind}-{number}", kind=kind, line=line))
    return doors
