"""Files to begin with: small ones that are right, of every format, from our own floor plans.

In: the name of a reader. Out: the bytes of files that it reads without a complaint.
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path

__all__ = ["seeds"]

ROOT = Path(__file__).resolve().parent.parent
FLOORPLANS = ROOT / "floorplans"
PACKS = ROOT / "optimizer" / "rules"
CASES = ROOT / "tests" / "hostile" / "cases"

LOG = (
    "ticket,business,taken,called,done,window,abandoned\n"
    "A001,small cash,2025-03-03 09:00:00,2025-03-03 09:04:10,2025-03-03 09:08:00,1,no\n"
    "A002,card,2025-03-03 09:01:00,2025-03-03 09:09:00,2025-03-03 09:20:00,2,no\n"
    "A003,card,2025/3/3 9:30,,,,yes\n"
)
ROOM = ((0, 0), (8000, 0), (8000, 6000), (0, 6000))


def seeds(name: str) -> list[bytes]:
    """Files for a reader: made here, and the cases that were found before."""
    made = [content for content in _MADE.get(name, _none)() if content]
    found = sorted((CASES / name).glob("*")) if (CASES / name).is_dir() else []
    return made + [path.read_bytes() for path in found]


def _none() -> list[bytes]:
    return []


def _plans(suffix: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(FLOORPLANS.glob(f"*/plan.{suffix}"))]


def _dxf() -> list[bytes]:
    """Small drawings of every kind of entity, in an old and a new version, text and binary."""
    import ezdxf

    found = []
    for version, form in (("R12", "asc"), ("R2010", "asc"), ("R2000", "bin")):
        drawing = ezdxf.new(version)
        drawing.header["$INSUNITS"] = 4
        for layer in ("A-WALL", "A-DOOR", "A-GLAZ", "A-COLS"):
            drawing.layers.add(layer)
        space = drawing.modelspace()
        for a, b in zip(ROOM, ROOM[1:] + ROOM[:1], strict=True):
            space.add_line(a, b, dxfattribs={"layer": "A-WALL"})
        block = drawing.blocks.new("DOOR")
        block.add_line((0, 0), (0, 900))
        block.add_arc((0, 0), 900, 0, 90)
        space.add_blockref("DOOR", (2000, 0), dxfattribs={"layer": "A-DOOR", "rotation": 90})
        space.add_arc((4000, 0), 900, 0, 90, dxfattribs={"layer": "A-DOOR"})
        space.add_circle((3000, 3000), 200, dxfattribs={"layer": "A-COLS"})
        space.add_text("大厅", dxfattribs={"layer": "A-TEXT", "insert": (3000, 2000)})
        space.add_polyline2d([(1000, 1000), (1200, 1000), (1200, 1300)], format="xy")
        if version != "R12":
            space.add_lwpolyline(ROOM, close=True, dxfattribs={"layer": "A-WALL"})
            space.add_spline([(0, 0), (500, 700), (900, 100), (1500, 0)])
            space.add_ellipse((5000, 3000), (800, 0), 0.5)
            hatch = space.add_hatch(dxfattribs={"layer": "A-WALL"})
            hatch.paths.add_polyline_path(((0, 0), (200, 0), (200, 6000), (0, 6000)))
            space.add_mtext("VIP", dxfattribs={"insert": (6000, 5000)})
        if form == "bin":
            binary = io.BytesIO()
            drawing.write(binary, fmt="bin")
            found.append(binary.getvalue())
        else:
            text = io.StringIO()
            drawing.write(text)
            found.append(text.getvalue().encode())
    return found


def _json() -> list[bytes]:
    indoor = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"indoor":"room",'
        '"level":"0","name":"hall"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[0.0001,0],'
        '[0.0001,0.0001],[0,0.0001],[0,0]]]}},{"type":"Feature","properties":{"door":"yes",'
        '"level":"0"},"geometry":{"type":"Point","coordinates":[0.00005,0]}}]}'
    )
    return [*_plans("geojson"), indoor.encode()]


def _ifc() -> list[bytes]:
    if find_spec("ifcopenshell") is None:
        return []
    import ifcopenshell
    import ifcopenshell.api.root as root
    import ifcopenshell.api.unit as unit

    model = ifcopenshell.file(schema="IFC4")
    project = root.create_entity(model, ifc_class="IfcProject", name="P")
    unit.assign_unit(model)
    storey = root.create_entity(model, ifc_class="IfcBuildingStorey", name="Ground")
    wall = root.create_entity(model, ifc_class="IfcWall", name="W")
    door = root.create_entity(model, ifc_class="IfcDoor", name="D")
    del project, storey, wall, door
    return [model.to_string().encode()]


def _study() -> list[bytes]:
    found = (FLOORPLANS / name / "study.toml" for name in ("old_corner", "standard_hall"))
    return [path.read_bytes() for path in found]


def _layout() -> list[bytes]:
    return [(FLOORPLANS / "old_corner" / "today.json").read_bytes()]


def _layout_dxf() -> list[bytes]:
    import tempfile

    from optimizer.report.dxf import write_layout_dxf
    from optimizer.study_file import read_study

    study = read_study(FLOORPLANS / "old_corner" / "study.toml")
    assert study.current_layout is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layout.dxf"
        write_layout_dxf(study, study.current_layout, path)
        return [path.read_bytes()]


def _result() -> list[bytes]:
    return [b'{"schema": 1, "objective": {"value": 1.0}, "placements": []}', *_layout()]


def _pack() -> list[bytes]:
    return [path.read_bytes() for path in sorted(PACKS.glob("*.toml"))]


def _workbook() -> list[bytes]:
    if find_spec("openpyxl") is None:
        return []
    import openpyxl

    book = openpyxl.Workbook()
    for line in LOG.splitlines():
        book.active.append(line.split(","))
    content = io.BytesIO()
    book.save(content)
    return [content.getvalue()]


_MADE = {
    "dxf": _dxf,
    "json": _json,
    "ifc": _ifc,
    "study": _study,
    "layout": _layout,
    "layout_dxf": _layout_dxf,
    "result": _result,
    "pack": _pack,
    "arrivals": lambda: [b"hour,people\n09,46.6\n10,57.2\n", b"# from\nhour,people\n9,1\n"],
    "log": lambda: [
        LOG.encode(),
        LOG.encode("utf-16"),
        LOG.replace("card", "银行卡").encode("gb18030"),
    ],
    "workbook": _workbook,
    "pairs": lambda: [b"x1,y1,x2,y2\n1,1,2,3\n0.5,0.5,4,4\n"],
    "portfolio": lambda: [
        b"\n".join((FLOORPLANS / "network" / "portfolio.csv").read_bytes().split(b"\n")[:4])
    ],
    "assignment": lambda: [b"2\n0 1\n1 0\n\n0 3\n3 0\n", b"1\n0\n0\n"],
}
