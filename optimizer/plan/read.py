"""A floor plan from a file of any format that can be read.

In: a path, and for drawings the study's layer map and unit. Out: a `FloorPlan`. The format is told
by the suffix and, where that says nothing, by how the file begins.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import FileFormatError
from optimizer.plan.geojson import load_json, read_geojson
from optimizer.reading_apart import read_apart
from optimizer.reading_limits import refuse_size, within_time

if TYPE_CHECKING:
    from optimizer.plan.dxf.furniture import BlockMap
    from optimizer.plan.dxf.layers import LayerMap
    from optimizer.plan.model import FloorPlan

__all__ = ["read_plan"]

#: What is said of formats that cannot be read.
READ = "plans are read from DXF, IFC and GeoJSON (ours, IMDF and other indoor maps)"
#: First bytes of known formats.
STARTS = (
    (b"AC10", "dwg"),
    (b"AutoCAD Binary DXF", "dxf"),
    (b"ISO-10303-21", "ifc"),
    (b"%PDF", "pdf"),
    (b"{", "json"),
    (b"\xef\xbb\xbf{", "json"),
    (b"\x89PNG", "png"),
    (b"PK\x03\x04", "zip"),
)
#: How much of a file is looked at to tell its format, bytes.
LOOK = 1024
SUFFIXES = {".dxf": "dxf", ".geojson": "json", ".json": "json", ".ifc": "ifc"}


def read_plan(
    path: str | Path,
    *,
    layers: LayerMap | None = None,
    unit: str | None = None,
    level: str | None = None,
    window: tuple[float, float, float, float] | None = None,
    blocks: BlockMap | None = None,
    layout: str | None = None,
) -> FloorPlan:
    """Floor plan of a file.

    Parameters
    ----------
    path
        A drawing or a floor plan.
    layers
        What the layers of a DXF and the names of zones mean; the defaults where None.
    unit
        Unit of a DXF, over what its header says.
    level
        Level of an indoor map or storey of a building model; None for the one at street level.
    window
        x0, y0, x1, y1 in drawing units of the floor to read, where a DXF has several on a sheet.
    blocks
        Which blocks of a DXF are fixtures; the defaults where None.
    layout
        Layout (tab) of a DXF that is read, or whose view of the model space is.

    Raises
    ------
    FileFormatError
        The file cannot be opened, or is of no format that is read.
    FloorPlanError
        What it holds is no floor plan; a sentence for each defect.
    """
    if Path(path).is_dir():
        with within_time(path):
            return _indoor(path, level, layers)
    kind = _format(Path(path))
    if kind == "json":
        with within_time(path, refuse_size(path, "text_mib")):
            return _json(path, level, layers)
    if kind == "dxf":
        from optimizer.plan.dxf.document import bounded_drawing
        from optimizer.plan.dxf.read import read_dxf

        with bounded_drawing(path):
            return read_dxf(
                path, layers=layers, unit=unit, window=window, blocks=blocks, layout=layout
            )
    if kind == "ifc":
        plan: FloorPlan = read_apart(
            "optimizer.plan.ifc.read:read_ifc", path, refuse_size(path, "ifc_mib"), level, layers
        )
        return plan
    if kind == "dwg":
        raise FileFormatError(f"{path}: this is a DWG drawing; save it as DXF; {READ}")
    what = f"a {kind.upper()} file" if kind else "of no format that is known"
    raise FileFormatError(f"{path}: this is {what}; {READ}")


def _json(path: str | Path, level: str | None, layers: LayerMap | None) -> FloorPlan:
    """Floor plan of one of the formats that are JSON."""
    from optimizer.plan.indoor.features import is_indoor
    from optimizer.plan.indoor.structural import is_structural, read_structural

    document = load_json(path)
    if is_structural(document):
        return read_structural(path, level=level)
    return _indoor(path, level, layers) if is_indoor(document) else read_geojson(path)


def _indoor(path: str | Path, level: str | None, layers: LayerMap | None) -> FloorPlan:
    from optimizer.plan.indoor.read import read_indoor

    return read_indoor(path, level=level, layers=layers)


def _format(path: Path) -> str:
    """Format by content where it tells, else by suffix; "" where neither does."""
    try:
        refuse_size(path, "dxf_mib")  # the largest of the limits; pipes and devices end here too
        with path.open("rb") as file:
            start = file.read(LOOK)
    except OSError as error:
        raise FileFormatError(f"{path}: cannot be opened: {error.strerror or error}") from error
    if not start.strip():
        raise FileFormatError(f"{path}: the file is empty; {READ}")
    for mark, kind in STARTS:
        if start.lstrip().startswith(mark):
            return kind
    tokens = start.decode("latin-1").split()
    if tokens[:2] == ["0", "SECTION"] or tokens[:1] == ["999"]:
        return "dxf"
    return SUFFIXES.get(path.suffix.casefold(), path.suffix.casefold().removeprefix("."))
