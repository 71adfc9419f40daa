"""Files to begin with: small ones that are right, of every format, from our own floor plans.

In: the name of a reader. Out: the bytes of files that it reads without a complaint.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

from models import SMALL_ROOM, ifc_model
from workbooks import packed_workbook, workbook_text

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
#: Two tickets: a wait that ended, and one that did not.
SHORT_LOG = "\n".join(LOG.split("\n")[i] for i in (0, 1, 3)) + "\n"
ROOM = ((0, 0), (8000, 0), (8000, 6000), (0, 6000))
#: A study with something in each of its parts, for the plan of the old corner.
STUDY = """schema = 1
name = "Room"
plan = "plan.geojson"
rules = ["cn-branch"]
[[fixtures]]
type = "atm"
count = 2
[[fixtures]]
type = "guide_desk"
at = [4, 3, 90]
[[business]]
name = "cash"
share = 0.75
journey = ["guide_desk", { stop = "waiting_seats", probability = 0.5 }]
service_minutes = { guide_desk = 2, atm = 1 }
replaceable = 0.5
[[business]]
name = "advice"
share = 0.25
journey = [{ stop = ["guide_desk", "open_desk"] }]
[[staff]]
name = "round"
route = ["guide_desk", "atm"]
per_hour = 1
[arrivals]
"09" = 20
"11" = 5
[[periods]]
name = "noon"
hours = [11, "12"]
weekdays = "Mon"
weight = 2
[walking]
radius = 0.3
[objective]
walking = 2
"""


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

    found = _small_dxf()
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


def _small_dxf() -> list[bytes]:
    """Drawings of a page: walls, a door in a block, an arc and a closed polyline."""
    rows = [*_tags(0, "SECTION", 2, "HEADER", 9, "$INSUNITS", 70, 4, 0, "ENDSEC")]
    rows += _tags(0, "SECTION", 2, "BLOCKS", 0, "BLOCK", 8, 0, 2, "DOOR", 70, 0, 10, 0, 20, 0)
    rows += _tags(0, "LINE", 8, 0, 10, 0, 20, 0, 11, 0, 21, 900)
    rows += _tags(0, "ARC", 8, 0, 10, 0, 20, 0, 40, 900, 50, 0, 51, 90, 0, "ENDBLK", 0, "ENDSEC")
    rows += _tags(0, "SECTION", 2, "ENTITIES")
    for (a, b), (c, d) in zip(ROOM, ROOM[1:] + ROOM[:1], strict=True):
        rows += _tags(0, "LINE", 8, "A-WALL", 10, a, 20, b, 11, c, 21, d)
    door = _tags(0, "INSERT", 8, "A-DOOR", 2, "DOOR", 10, 2000, 20, 0, 50, 90)
    column = _tags(0, "CIRCLE", 8, "A-COLS", 10, 3000, 20, 3000, 40, 200)
    text = _tags(0, "TEXT", 8, "A-TEXT", 10, 3000, 20, 2000, 40, 100, 1, "VIP")
    line = _tags(0, "LWPOLYLINE", 100, "AcDbEntity", 8, "A-WALL", 100, "AcDbPolyline")
    line += _tags(90, 4, 70, 1)
    for x, y in ((1000, 1000), (1200, 1000), (1200, 4000), (1000, 4000)):
        line += _tags(10, x, 20, y)
    end = _tags(0, "ENDSEC", 0, "EOF")
    return ["".join(rows + more + end).encode() for more in (door, door + column + text + line)]


def _tags(*tags: object) -> list[str]:
    """Lines of group codes and values."""
    return [f"{tag}\n" for tag in tags]


def _small_layout_dxf() -> list[bytes]:
    """Drawings with two fixtures each and nothing else."""
    found = []
    for turned in (0, 90):
        rows = _tags(0, "SECTION", 2, "HEADER", 9, "$INSUNITS", 70, 4, 0, "ENDSEC")
        rows += _tags(0, "SECTION", 2, "BLOCKS", 0, "BLOCK", 8, 0, 2, "BL", 70, 2, 10, 0, 20, 0)
        rows += _tags(0, "LINE", 8, 0, 10, 0, 20, 0, 11, 0, 21, 900, 0, "ENDBLK", 0, "ENDSEC")
        rows += _tags(0, "SECTION", 2, "ENTITIES")
        for n, kind in enumerate(("guide_desk", "smart_terminal_low"), 1):
            rows += _tags(0, "INSERT", 8, "BL-FIXTURE", 66, 1, 2, "BL", 10, 2000 * n, 20, 1500)
            rows += _tags(50, turned)
            for tag, text in (("ID", f"{kind}-{n}"), ("TYPE", kind), ("FRAME", "1 0 0")):
                rows += _tags(0, "ATTRIB", 8, "BL-FIXTURE", 10, 0, 20, 0, 40, 1, 1, text, 2, tag)
            rows += _tags(0, "SEQEND", 8, "BL-FIXTURE")
        found.append("".join([*rows, *_tags(0, "ENDSEC", 0, "EOF")]).encode())
    return found


def _small_plan() -> bytes:
    """Our own format, with one feature of every kind."""
    rows = [
        ("outline", "Polygon", [[[0, 0], [8, 0], [8, 6], [0, 6], [0, 0]]], {}),
        ("wall", "LineString", [[0, 4], [8, 4]], {"thickness": 0.2}),
        ("column", "Polygon", [[[3, 2], [3.4, 2], [3.4, 2.4], [3, 2.4], [3, 2]]], {}),
        ("door", "LineString", [[2, 0], [3.5, 0]], {"door": "entrance"}),
        ("door", "LineString", [[5, 4], [6, 4]], {"door": "staff"}),
        ("zone", "Polygon", [[[0, 0], [8, 0], [8, 4], [0, 4], [0, 0]]], {"zone": "public_hall"}),
        ("zone", "Polygon", [[[0, 4], [8, 4], [8, 6], [0, 6], [0, 4]]], {"zone": "back_office"}),
        ("window", "LineString", [[8, 1], [8, 2]], {}),
        ("power", "Point", [1, 1], {}),
    ]
    features = [
        {
            "type": "Feature",
            "properties": {"kind": kind, **more},
            "geometry": {"type": shape, "coordinates": spots},
        }
        for kind, shape, spots, more in rows
    ]
    head = {"type": "FeatureCollection", "properties": {"units": "m", "name": "hall"}}
    return json.dumps({**head, "features": features}, separators=(",", ":")).encode()


def _json() -> list[bytes]:
    indoor = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"indoor":"room",'
        '"level":"0","name":"hall"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[0.0001,0],'
        '[0.0001,0.0001],[0,0.0001],[0,0]]]}},{"type":"Feature","properties":{"door":"yes",'
        '"level":"0"},"geometry":{"type":"Point","coordinates":[0.00005,0]}}]}'
    )
    return [*_plans("geojson"), indoor.encode(), _small_plan()]


def _ifc() -> list[bytes]:
    small = [(kind, [(1000 * x, 1000 * y) for x, y in corners]) for kind, corners in SMALL_ROOM]
    return [ifc_model(SMALL_ROOM), ifc_model(small, height=3000, prefix=".MILLI.")]


def _study() -> list[bytes]:
    found = (FLOORPLANS / name / "study.toml" for name in ("old_corner", "standard_hall"))
    return [STUDY.encode(), *(path.read_bytes() for path in found)]


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
        return [*_small_layout_dxf(), path.read_bytes()]


def _result() -> list[bytes]:
    small = {
        "schema": 1,
        "study": {"name": "hall", "sha256": "0"},
        "status": "FEASIBLE",
        "seed": 1,
        "seconds": {"build": 0.1, "solve": 1, "total": 1.2},
        "objective": {"value": 9.5, "bound": 9, "gap": 0.05, "weights": {"walking": 1}},
        "walking": {
            "metres_per_customer": 12.5,
            "person_metres_per_hour": 900,
            "gap": 0.1,
            "by_journey": {"card": 10.5},
            "staff_person_metres_per_hour": 20,
        },
        "crossing": {
            "encounters_per_hour": 3.5,
            "path_crossings": 4,
            "share_of_customers_crossing": 0.25,
            "worst_pairs": [],
        },
        "detour": {"mean": 1.1, "worst": 1.5, "backtrack_ratio": 0.05},
        "waiting": {"by_stop": {"open_desk": {"mean_minutes": 4, "utilisation": 0.8}}},
        "privacy": {"overlooked_pairs": 1, "through_flow_per_hour": 2.5},
        "rules": [{"id": "a", "severity": "hard", "passed": False, "value": 1, "limit": 2}],
        "history": [{"seconds": 0.5, "objective": 9.5, "bound": None}],
        "placements": [{"fixture": "d-1", "type": "d", "x": 1, "y": 2, "angle": 90}],
    }
    bare = b'{"schema": 1, "objective": {"value": 1.0}, "placements": []}'
    return [bare, json.dumps(small, indent=1).encode()]


def _pack() -> list[bytes]:
    return [path.read_bytes() for path in sorted(PACKS.glob("*.toml"))]


def _workbook() -> list[bytes]:
    rows = [line.split(",") for line in SHORT_LOG.splitlines()]
    numbers = [rows[0], ["A7", "card", "45719.375", "45719.38", "45719.39", "1", "no"]]
    shared, within = workbook_text(rows, shared=True), workbook_text(numbers, shared=False)
    return [shared, within, packed_workbook(within)]


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
        SHORT_LOG.encode("utf-16"),
        SHORT_LOG.replace("card", "银行卡").encode("gb18030"),
    ],
    "workbook": _workbook,
    "pairs": lambda: [b"x1,y1,x2,y2\n1,1,2,3\n0.5,0.5,4,4\n"],
    "portfolio": lambda: [
        b"\n".join((FLOORPLANS / "network" / "portfolio.csv").read_bytes().split(b"\n")[:4])
    ],
    "assignment": lambda: [b"2\n0 1\n1 0\n\n0 3\n3 0\n", b"1\n0\n0\n"],
}
