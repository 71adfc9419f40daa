"""Every file of the open drawings, against what is true of it.

A file is either read to stated tolerances (`READ`), or refused in one line that says why and what
would be right (`REFUSED`). A file of the folder that is in neither table fails.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest

from optimizer.errors import OptimizerError
from optimizer.plan.model import DoorKind
from optimizer.plan.read import read_plan
from optimizer.plan.summary import summarize_plan


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is found in a file; None where the truth does not say.

    Sizes are right to 0.03 m in drawings and models, where a wall of one line is 0.05 m thick, and
    to 0.4 % in maps, whose truth takes a rounder earth; so are areas; all counts are exact.
    """

    size: tuple[float, float] | None = None
    area: float | None = None
    doors: int | None = None
    windows: int | None = None
    columns: int | None = None
    components: int | None = None
    unit: str | None = None
    level: str | None = None
    said: frozenset[str] = frozenset()


WEST = "geojson/wrld_westport_house/westport-house-floor-"
NO_STREET = frozenset({"no-entrance"})
READ = {
    "dxf/wrld_office_floor.dxf": Truth(
        size=(57.90, 27.90),
        doors=33,
        columns=25,
        components=1,
        unit="mm",
        said=frozenset({"no-door", "layer-unknown"}),
    ),
    "dxf/bishop_overland_house.dxf": Truth(
        size=(20.22, 14.33), area=210.08, doors=10, unit="in", said=frozenset({"unit-doubt"})
    ),
    "dxf/ceco_villa.dxf": Truth(size=(34.40, 22.46), doors=3, unit="m"),
    "dxf/barcelona_pavilion_plan.dxf": Truth(
        size=(50.32, 21.42), columns=8, unit="m", said=frozenset({"outline-open"})
    ),
    "dxf/barcelona_pavilion_plan_freecad_R12.dxf": Truth(
        size=(51.995, 22.155), unit="mm", said=frozenset({"no-walls", "unit-missing"})
    ),
    "dxf/ezdxf_wipeout_door.dxf": Truth(doors=2, unit="mm", said=frozenset({"unit-doubt"})),
    "ifc/Duplex_A.ifc": Truth(
        size=(8.80, 17.80), doors=6, components=2, said=frozenset({"storeys", "room-kind"})
    ),
    "ifc/LargeBuilding.ifc": Truth(
        size=(35.57, 20.20),
        doors=18,
        components=2,
        unit="mm",
        said=frozenset({"storeys", "detached", "room-kind"}),
    ),
    "ifc/barcelona_pavilion.ifc": Truth(
        doors=6, columns=8, unit="m", said=frozenset({"no-storey"})
    ),
    f"{WEST}gf.geojson": Truth(size=(58.9, 63.4), area=2457.6, doors=36, windows=20),
    f"{WEST}1.geojson": Truth(area=2482.2, doors=11, windows=21, said=NO_STREET),
    f"{WEST}2.geojson": Truth(area=2374.9, doors=25, windows=31, said=NO_STREET | {"room-kind"}),
    f"{WEST}3.geojson": Truth(
        size=(47.3, 63.4),
        area=1590.0,
        doors=122,
        windows=41,
        components=5,
        said=NO_STREET | {"door-width"},
    ),
    f"{WEST}4.geojson": Truth(
        area=1420.0, doors=114, windows=38, components=1, said=NO_STREET | {"door-width"}
    ),
    f"{WEST}5.geojson": Truth(area=327.5, doors=15, components=1, said=NO_STREET),
    f"{WEST}6.geojson": Truth(area=236.7, doors=10, said=NO_STREET),
    # the whole folder: its ground floor, as main.json says, and that there are others
    "geojson/wrld_westport_house": Truth(
        size=(58.9, 63.4), area=2457.6, doors=36, windows=20, said=frozenset({"storeys"})
    ),
    "geojson/azure_contoso": Truth(
        size=(69.9, 70.1), doors=16, said=NO_STREET | {"room-kind", "map-note"}
    ),
    # rooms alone, as one file of the folder: 4,796.3 m2 of units and the walls between them
    "geojson/azure_contoso/unit.geojson": Truth(
        size=(69.9, 70.1), doors=0, components=61, said=NO_STREET
    ),
    "geojson/osm_caserne_bonne_grenoble.geojson": Truth(
        said=frozenset({"rooms-without-door", "floor-unreachable", "room-kind", "map-note"})
    ),
    "json/mlstruct_fp.json": Truth(
        size=(74.07, 42.38), area=1479.8, doors=0, said=NO_STREET | {"structural"}
    ),
}
#: What is said of files that hold no plan.
REFUSED = {
    r"geojson/azure_contoso/(area|line|point)Element\.geojson": "0 features of kind 'outline'",
    r"geojson/azure_contoso/\w+\.geojson": "name the folder",
    r"geojson/wrld_westport_house/.*-paths\.(geojson|json)|.*/main-paths\.json": "name the folder",
    r"geojson/wrld_westport_house/main\.json": "a plan in JSON is a GeoJSON FeatureCollection",
    r"dxf/.*\.points|json/.*\.png|previews/.*\.png": "plans are read from DXF, IFC and GeoJSON",
    r"dxf/.*\.config\.json|ifc/.*\.truth\.json|bank/.*\.json|truth\.json": "FeatureCollection",
}
#: Documents about the files.
ABOUT = re.compile(r"SOURCES\.md|licences/.*")


def test_every_file_has_a_truth(plans) -> None:
    """Each file of the folder is read or refused by a test of its own."""
    files = [str(f.relative_to(plans)) for f in sorted(plans.rglob("*")) if f.is_file()]
    assert len(files) > 30
    without = [
        name
        for name in files
        if name not in READ
        and not ABOUT.fullmatch(name)
        and not any(re.fullmatch(pattern, name) for pattern in REFUSED)
    ]
    assert without == []


def test_truths_are_those_of_the_folder(plans) -> None:
    """Sizes, areas, doors and windows in `READ` are the numbers of truth.json itself."""
    given = json.loads((plans / "truth.json").read_text(encoding="utf-8"))
    for key, floor in given["geojson"]["wrld_westport_house"]["floors"].items():
        mine = READ[f"{WEST}{key}.geojson"]
        assert (mine.area, mine.doors) == (floor["outline_m2"], floor["doors"])
        assert mine.windows in {None, floor.get("windows")}
        assert mine.size in {None, tuple(floor.get("size_m", ()))}
        parts = floor.get("door_graph_components")
        assert mine.components in {None, parts and len(parts)}
    for name, key in (
        ("wrld_office_floor", "wall_layer_bbox_m"),
        ("bishop_overland_house", "footprint_bbox_m"),
        ("ceco_villa", "wall_bbox_m"),
        ("barcelona_pavilion_plan", "wall_layer_bbox_m"),
        ("barcelona_pavilion_plan_freecad_R12", "bbox_m"),
    ):
        assert list(READ[f"dxf/{name}.dxf"].size) == given["dxf"][f"{name}.dxf"][key]


@pytest.mark.parametrize("name", READ)
def test_file_is_read_as_it_is(plans, name) -> None:
    """Sizes, counts, areas and connected parts to the tolerances of `Truth`."""
    truth = READ[name]
    if name.endswith(".ifc"):
        pytest.importorskip("ifcopenshell")
    found = summarize_plan(read_plan(plans / name))
    assert truth.said <= {d["code"] for d in found["defects"]}
    doubted = "unit-doubt" in truth.said
    if doubted:  # as the study that decides it
        assert found["unit"]["evidence"] == truth.unit
        assert any(d["severity"] == "error" for d in found["defects"])
    plan = read_plan(plans / name, unit=truth.unit if doubted else None)
    found = summarize_plan(plan)
    share = {"rel": 0.004} if name.startswith("geojson") else {"abs": 0.03}
    if truth.size:
        assert tuple(found["size_m"]) == pytest.approx(truth.size, **share)
    if truth.area:
        assert plan.outline.area == pytest.approx(truth.area, rel=0.004)
    if truth.unit:
        assert found["unit"]["used"] == truth.unit
    for wanted, there in (
        (truth.doors, len(plan.doors)),
        (truth.windows, len(plan.windows)),
        (truth.columns, len(plan.columns)),
        (truth.components, found["components"]),
    ):
        assert wanted in {None, there}


@pytest.mark.parametrize(
    ("floor", "walls", "area", "size"),
    [
        ("1058", 57, 1479.8, (74.07, 42.38)),
        ("1059", 50, 754.6, (19.9, 38.9)),
        ("1060", 50, 754.6, (19.9, 38.9)),
        ("302", 80, 639.6, (48.16, 13.62)),
        ("748", 39, 782.7, (25.42, 33.97)),
        ("848", 80, 1554.1, (84.57, 34.21)),
        ("966", 28, 383.9, (22.94, 18.49)),
    ],
)
def test_structural_floors(plans, floor, walls, area, size) -> None:
    """All seven floors: walls counted, slabs to 0.05 m2, sizes to 0.03 m."""
    plan = read_plan(plans / "json" / "mlstruct_fp.json", level=floor)
    assert len(plan.walls) == walls
    assert plan.outline.area == pytest.approx(area, abs=0.06)
    assert plan.size == pytest.approx(size, abs=0.03)


@pytest.mark.parametrize("level", ["Basement", "Ground", "Level 2"])
def test_levels_of_contoso_are_copies(plans, level) -> None:
    """Each level has the rooms of the others: the same size, 61 rooms, 16 openings."""
    plan = read_plan(plans / "geojson" / "azure_contoso", level=level)
    assert plan.size == pytest.approx((69.9, 70.1), rel=0.004)
    assert len(plan.doors) == 16
    (told,) = [d for d in plan.source.defects if d.code == "room-kind"]
    assert told.sentence.startswith("61 rooms")


def test_floors_of_the_caserne(plans) -> None:
    """The map's four doors are tagged; levels are those that the truth names, taken apart."""
    path = plans / "geojson" / "osm_caserne_bonne_grenoble.geojson"
    for level in ("-1", "0", "1"):
        assert read_plan(path, level=level).outline.area > 100
    assert len(read_plan(path, level="0").doors_of(*DoorKind)) >= 4


def test_other_files_are_refused_in_one_line(plans) -> None:
    """Whatever holds no plan is refused in one line with its name and what would be right."""
    seen = 0
    for file in sorted(plans.rglob("*")):
        name = str(file.relative_to(plans))
        words = next((w for p, w in REFUSED.items() if re.fullmatch(p, name)), None)
        if not file.is_file() or name in READ or words is None:
            continue
        with pytest.raises(OptimizerError) as caught:
            read_plan(file)
        assert "\n" not in str(caught.value), name
        assert file.name in str(caught.value)
        assert words in str(caught.value), name
        seen += 1
    assert seen > 15
