"""A DXF drawing as a floor plan.

In: a DXF file, the study's layer map and unit. Out: a `FloorPlan` in metres, its lower-left corner
at (0, 0), with every guess and repair among the defects of its source.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import LineString, Point, Polygon, union_all

from optimizer.errors import FileFormatError, FloorPlanError
from optimizer.plan.dxf.curves import graphic
from optimizer.plan.dxf.document import open_document, refuse_broken
from optimizer.plan.dxf.doors import (
    Opening,
    across_line,
    block_line,
    cut_openings,
    find_openings,
    free_stretches,
    gap_openings,
    plain_openings,
)
from optimizer.plan.dxf.drawn import BlockStrokes, Drawing, Window, draw
from optimizer.plan.dxf.findings import (
    gap_defects,
    leftover_defects,
    line_defects,
    no_door_defects,
    outline_defects,
    overlap_defects,
)
from optimizer.plan.dxf.furniture import BlockMap, move_furniture
from optimizer.plan.dxf.header import choose_unit, extent
from optimizer.plan.dxf.layers import LayerMap, Meaning
from optimizer.plan.dxf.leaves import find_leaves
from optimizer.plan.dxf.lone_lines import split_lines
from optimizer.plan.dxf.outline import FoundOutline, drawn_outline, hull_outline, wall_outline
from optimizer.plan.dxf.place import put_in_place
from optimizer.plan.dxf.repairs import spike_defects, stroke_defects
from optimizer.plan.dxf.sheet import choose_sheet
from optimizer.plan.dxf.swings import split_swings
from optimizer.plan.dxf.tangle import named, refuse_amount
from optimizer.plan.dxf.walls import build_columns, build_walls, wall_rings
from optimizer.plan.dxf.zones import find_zones, name_doors
from optimizer.plan.model import FloorPlan
from optimizer.plan.units import METRES
from optimizer.plan.wall_index import Walls, door_wall, window_wall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.defect import Defect
    from optimizer.plan.dxf.curves import Stroke
    from optimizer.plan.dxf.header import DrawingUnit

__all__ = ["read_dxf"]

#: What shows where the building is.
SHELL = (Meaning.OUTLINE, Meaning.WALL)
#: What a window shows around a building, metres.
AROUND = 1.5
#: Lines on a door layer from this length on are no leaf and no jamb, metres.
LONG = 1.3


def read_dxf(
    path: str | Path,
    *,
    layers: LayerMap | None = None,
    unit: str | None = None,
    window: Window | None = None,
    blocks: BlockMap | None = None,
    layout: str | None = None,
) -> FloorPlan:
    """Floor plan of a DXF drawing.

    Parameters
    ----------
    path
        The drawing.
    layers
        What its layers mean; the defaults where None.
    unit
        Unit of the drawing, over what its header says.
    window
        x0, y0, x1, y1 in drawing units of the floor to read, where a sheet has several.
    blocks
        Which blocks are fixtures; the defaults where None.
    layout
        Name of the layout (tab) whose drawing, or whose view of the model space, is read.

    Raises
    ------
    FileFormatError
        The file is no DXF, draws nothing, or is too tangled to be read.
    FloorPlanError
        The unit is not known, the layer map names layers that are not in the drawing, there is no
        such layout, or nothing in it can be an outline.
    """
    layers = layers or LayerMap()
    document, _ = open_document(path)
    with refuse_broken(path):
        names = _layer_names(document)
    if missing := layers.missing(names):
        raise FloorPlanError(*(f"{path}: {sentence}" for sentence in missing))
    sheet = choose_sheet(document, layout, str(path))
    drawing = draw(document, layers, blocks, sheet.space)
    window = window or sheet.window
    if window is not None:
        drawing = drawing.within(window)
        if not (drawing.shell() or drawing.others):
            raise FloorPlanError(f"{path}: nothing is drawn in the window {window}")
    with named(str(path)):
        refuse_amount(drawing)
    unit_found = choose_unit(document, drawing, unit)
    defects = [*sheet.defects, *unit_found.defects]
    return _Builder(str(path), drawing, layers, unit_found, defects).plan()


def _layer_names(document: Any) -> set[str]:
    """Layers in the table and those that entities use without being in it."""
    names = {layer.dxf.name for layer in document.layers}
    names |= {entity.dxf.layer for entity in graphic(document.modelspace())}
    for block in document.blocks:
        names |= {entity.dxf.layer for entity in graphic(block)}
    return names


@dataclass
class _Builder:
    """Turns what is drawn into a plan, step by step, and keeps what it notices."""

    path: str
    drawing: Drawing
    layers: LayerMap
    unit: DrawingUnit
    defects: list[Defect]
    scale: float = 1.0
    shift: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    scaled: dict[tuple[tuple[Meaning, ...], str], list[Stroke]] = field(default_factory=dict)

    def plan(self) -> FloorPlan:
        """The floor plan."""
        drawing = self.drawing
        self.scale = METRES[self.unit.shape]
        self.refuse_nothing()
        swings, glazing = split_swings(drawing.strokes.get(Meaning.WINDOW, ()), self.scale)
        if swings:
            drawing.strokes[Meaning.WINDOW] = glazing
            drawing.strokes[Meaning.DOOR] = [*drawing.strokes.get(Meaning.DOOR, ()), *swings]
        shell = drawing.shell()
        known = any(drawing.of(*SHELL, kind=kind) for kind in ("line", "fill"))
        # distances are measured near (0, 0), where numbers are finest
        self.shift = extent(shell or drawing.others)[0] * self.scale
        with named(self.path):
            solid = self.walls(known)
        closed = wall_rings(self.paths(Meaning.WALL))
        self.defects += overlap_defects(list(closed), None)
        walls = Walls(solid)
        windows, fillings, openings = self.openings(walls)
        solid = _with_fillings(cut_openings(walls, openings), fillings)
        with named(self.path):
            columns = build_columns(
                self.paths(Meaning.COLUMN), self.paths(Meaning.COLUMN, kind="fill")
            )
        bridges = [door_wall(o.line, walls) for o in openings]
        found = self.outline([*solid, *columns], bridges)
        outline = found.polygon
        free = free_stretches(outline, [*solid, *columns, *bridges, *windows])
        if known and found.closed and not openings:
            openings, free = self.gap_doors(free)
            if openings and not free:
                found = replace(found, gap=0.0)  # all of them were read as doors, and told so
        self.defects += outline_defects(found, free, self.window)
        self.defects += stroke_defects(self.metres(Meaning.WALL))
        self.defects += spike_defects(self.paths(Meaning.OUTLINE), found)
        self.defects += leftover_defects(self.drawing, known, self.scale, self.shift)
        texts = [t.scaled(self.scale, self.shift) for t in self.drawing.texts]
        zones, nameless = find_zones(self.metres(Meaning.ZONE), texts, self.layers)
        self.defects += nameless
        plan = FloorPlan(
            name=Path(self.path).stem,
            outline=outline,
            walls=tuple(solid),
            columns=columns,
            doors=name_doors(openings, outline, self.layers),
            zones=zones,
            windows=tuple(windows),
            power=tuple(
                Point(stroke.points.mean(axis=0))
                for kind in ("point", "line", "fill")
                for stroke in self.metres(Meaning.POWER, kind=kind)
            ),
            furniture=move_furniture(
                self.drawing.furniture, self.scale, (float(self.shift[0]), float(self.shift[1]))
            ),
        )
        return put_in_place(
            plan, path=self.path, unit=self.unit, shift=self.shift, defects=self.defects
        )

    def refuse_nothing(self) -> None:
        """Refuse a drawing that draws nothing."""
        if not (self.drawing.count or self.drawing.unmapped or self.drawing.hidden):
            raise FileFormatError(
                f"{self.path}: nothing is drawn in model space, nor in a layout; draw the plan "
                "there, or export it anew"
            )

    def gap_doors(self, free: list[LineString]) -> tuple[list[Opening], list[LineString]]:
        """Doors that gaps of the outer wall are, where none is drawn, and the other gaps."""
        openings = gap_openings(free)
        self.defects += gap_defects(openings)
        return openings, [line for line in free if all(o.line is not line for o in openings)]

    def window(self, part: Polygon) -> str:
        """What the study says to read a part of the sheet, with room for the leaves of doors."""
        low_x, low_y, high_x, high_y = part.buffer(AROUND).bounds
        (x, y), unit = self.shift, self.scale
        corners = ((low_x + x), (low_y + y), (high_x + x), (high_y + y))
        return f"[plan] window = [{', '.join(f'{c / unit:.6g}' for c in corners)}]"

    def metres(self, *meanings: Meaning, kind: str = "line") -> list[Stroke]:
        """Strokes of the meanings named, in metres near (0, 0)."""
        if (meanings, kind) not in self.scaled:
            found = self.drawing.of(*meanings, kind=kind)
            self.scaled[meanings, kind] = [s.scaled(self.scale, self.shift) for s in found]
        return self.scaled[meanings, kind]

    def paths(self, *meanings: Meaning, kind: str = "line") -> list[NDArray[np.float64]]:
        """Their points; a closed one repeats its first point."""
        return [stroke.path for stroke in self.metres(*meanings, kind=kind)]

    def walls(self, known: bool) -> list[Polygon]:
        """Walls, glazing and what closes them."""
        strokes = self.metres(Meaning.WALL)
        glazing = self.metres(Meaning.WINDOW)
        if not known:
            strokes = [s.scaled(self.scale, self.shift) for s in self.drawing.others]
            strokes = [s for s in strokes if s.kind == "line"]
        wide = [(s.path, s.width) for s in (*strokes, *glazing) if s.width > 0]
        long_lines = [
            pair
            for stroke in self.metres(Meaning.DOOR)
            if len(path := stroke.path) == 2 or across_line(stroke) is None  # no thin rectangle
            for pair in np.stack([path[:-1], path[1:]], axis=1)
            if np.hypot(*(pair[1] - pair[0])) >= LONG
        ]
        return list(
            build_walls(
                [s.path for s in strokes if not s.width],
                glazing=[s.path for s in glazing if not s.width],
                closing=long_lines,
                wide=wide,
                fills=self.paths(Meaning.WALL, kind="fill"),
                loose=known,
            )
        )

    def openings(self, walls: Walls) -> tuple[list[LineString], list[Polygon], list[Opening]]:
        """Windows, the walls that they fill, and door openings."""
        windows = [LineString(p) for p in self.paths(Meaning.WINDOW) if len(p) > 1]
        fillings: list[Polygon] = []
        leaves = find_leaves(
            [*self.metres(Meaning.DOOR, kind="arc"), *self.metres(Meaning.DOOR)], walls
        )
        plain: list[Opening] = []
        glazed: list[BlockStrokes] = []
        for number, block in enumerate(self.drawing.blocks):
            moved = [s.scaled(self.scale, self.shift) for s in block.strokes]
            swing = (
                find_leaves(moved, walls, group=number, axes=block.axes)
                if block.meaning is not Meaning.WINDOW
                else []
            )
            leaves += swing
            middle = block_line(moved, block.axes)
            if swing or middle is None:
                continue
            line, depth = middle
            if block.meaning is Meaning.DOOR:
                plain.append(Opening(line=line, layer=block.layer, leaves=0))
            elif line.length > 0.3:
                windows.append(line)
                if self.layers.meaning(block.layer) is Meaning.DOOR:
                    glazed.append(block)
                fillings.append(window_wall(line, depth, walls))
        self.defects += no_door_defects(glazed, self.scale, self.shift)
        busy = {leaf.layer for leaf in leaves} | {block.layer for block in self.drawing.blocks}
        drawn = self.metres(Meaning.DOOR)
        plain += plain_openings(drawn, busy)
        doors = find_openings(leaves, walls) + plain
        lone, others = split_lines([s for s in drawn if s.layer in busy], leaves, doors, walls)
        self.defects += line_defects(others)
        return windows, fillings, doors + lone

    def outline(self, solids: Sequence[BaseGeometry], bridges: Sequence[Polygon]) -> FoundOutline:
        """The outline as drawn, else the outer edge of the walls, else of all that is drawn."""
        with named(self.path):
            found = drawn_outline(self.paths(Meaning.OUTLINE))
        if found is None:
            found = wall_outline(solids, bridges)
        if found is None:
            strokes = [s.scaled(self.scale, self.shift) for s in self.drawing.others]
            found = hull_outline(np.concatenate([s.points for s in strokes])) if strokes else None
        if found is None:
            raise FloorPlanError(
                f"{self.path}: no outline and no walls were found; its layers are "
                f"{', '.join(sorted(self.drawing.unmapped))}; say in [plan.layers] which are walls"
            )
        return found


def _with_fillings(walls: Sequence[Polygon], fillings: Sequence[Polygon]) -> list[Polygon]:
    """Walls, and what windows fill beside them."""
    if not fillings:
        return list(walls)
    rest = union_all(list(fillings)).difference(union_all(list(walls)))
    parts = getattr(rest, "geoms", [rest])
    return [*walls, *(p for p in parts if p.geom_type == "Polygon" and p.area > 1e-3)]
