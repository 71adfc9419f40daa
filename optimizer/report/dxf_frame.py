"""The drawing that a layout is written into, and its coordinates.

In: a `Study`. Out: an ezdxf document, the original drawing where the plan was read from one, else
a new drawing in millimetres with the walls; and the frame that turns the plan's metres into the
drawing's units and back.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ezdxf import options, units  # type: ignore[attr-defined]
from ezdxf.filemanagement import new
from shapely import get_parts

from optimizer.errors import FileFormatError
from optimizer.plan.dxf.document import open_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ezdxf.document import Drawing
    from ezdxf.layouts.base import BaseLayout
    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import FloorPlan
    from optimizer.study import Study

__all__ = [
    "Frame",
    "add_outline",
    "open_drawing",
    "start_drawing",
    "without_clock",
]

#: Metres in a millimetre, the unit of new drawings.
MILLIMETRE = 0.001
#: Layers of a new drawing and their AutoCAD colour numbers.
SHELL_LAYERS = {"OUTLINE": 8, "WALL": 7, "COLUMN": 7, "DOOR": 3, "WINDOW": 5, "ZONE": 9}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """How the plan lies in a drawing.

    Parameters
    ----------
    metres_per_unit
        Metres in one unit of the drawing.
    origin
        The drawing's coordinates, in metres, of the plan's (0, 0).
    """

    metres_per_unit: float
    origin: tuple[float, float]

    def to_drawing(self, x: float, y: float) -> tuple[float, float]:
        """Return a place of the plan in the drawing's coordinates."""
        dx, dy = self.origin
        return (x + dx) / self.metres_per_unit, (y + dy) / self.metres_per_unit

    def to_plan(self, x: float, y: float) -> tuple[float, float]:
        """Return a place of the drawing in the plan's metres."""
        dx, dy = self.origin
        return x * self.metres_per_unit - dx, y * self.metres_per_unit - dy

    def length(self, metres: float) -> float:
        """Return a length in the drawing's units."""
        return metres / self.metres_per_unit


@contextmanager
def without_clock() -> Iterator[None]:
    """Write drawings without date and random mark: the same layout is the same file."""
    before = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        yield
    finally:
        options.write_fixed_meta_data_for_testing = before


def open_drawing(study: Study) -> tuple[Drawing, Frame, Path | None]:
    """Return the drawing to write a layout into, its frame, and the file that it came from.

    The file is None for a new drawing and for one that had to be repaired.

    Raises
    ------
    FileFormatError
        Where the plan was read from a DXF file that is gone or cannot be read any more.
    """
    source = study.plan.source
    if not source.path.lower().endswith(".dxf"):
        return *start_drawing(study.plan), None
    places = [Path(source.path), Path(study.directory) / source.path]
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise FileFormatError(
            f"{source.path}: the drawing that the plan was read from is not there; put it back, "
            "or write a picture instead"
        )
    frame = Frame(metres_per_unit=source.metres_per_unit, origin=source.origin)
    drawing, repaired = open_document(found)
    return drawing, frame, None if repaired else found


def start_drawing(plan: FloorPlan) -> tuple[Drawing, Frame]:
    """Return a new drawing in millimetres with the plan's walls, and its frame."""
    drawing = new("R2018")
    drawing.units = units.MM
    drawing.header["$MEASUREMENT"] = 1
    frame = Frame(metres_per_unit=MILLIMETRE, origin=(0.0, 0.0))
    for name, colour in SHELL_LAYERS.items():
        drawing.layers.add(name, color=colour)
    space = drawing.modelspace()
    shapes: list[tuple[str, BaseGeometry]] = [
        ("OUTLINE", plan.outline),
        ("WALL", plan.walls_with_openings),
        *(("COLUMN", column) for column in plan.columns),
        *(("ZONE", zone.polygon) for zone in plan.zones),
        *(("DOOR", door.line) for door in plan.doors),
        *(("WINDOW", window) for window in plan.windows),
    ]
    for layer, shape in shapes:
        for ring, closed in _rings(shape):
            points = [frame.to_drawing(x, y) for x, y in ring]
            add_outline(space, points, layer=layer, closed=closed)
    return drawing, frame


def add_outline(
    space: BaseLayout,
    points: list[tuple[float, float]],
    *,
    layer: str,
    closed: bool = True,
    width: float = 0.0,
    **attributes: Any,
) -> None:
    """Add a polyline to a drawing or block, in the form that the drawing's version has.

    Parameters
    ----------
    space
        Model space or block.
    points
        Corners in the drawing's units; the first is not repeated at the end of a closed line.
    layer
        Layer of the line.
    closed
        Whether it ends where it began.
    width
        Width of the line, units.
    **attributes
        More DXF attributes.
    """
    style = {"layer": layer, **attributes}
    if space.doc is not None and space.doc.dxfversion <= "AC1009":  # R12 has no light polylines
        line = space.add_polyline2d(points, close=closed, dxfattribs=style)
        line.dxf.default_start_width = line.dxf.default_end_width = width
    else:
        space.add_lwpolyline(
            points, format="xy", close=closed, dxfattribs={"const_width": width, **style}
        )


def _rings(shape: BaseGeometry) -> Iterable[tuple[list[tuple[float, float]], bool]]:
    """Yield the corner lists of a geometry's lines and polygon rings, and whether they close."""
    for part in get_parts(shape):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield [(x, y) for x, y in np.asarray(ring.coords)[:-1, :2].tolist()], True
        elif part.geom_type == "LineString":
            yield [(x, y) for x, y in np.asarray(part.coords)[:, :2].tolist()], False
