from __future__ import annotations

import json
import math

import pytest

from optimizer.errors import FileFormatError, FloorPlanError
from optimizer.plan.indoor.features import is_indoor
from optimizer.plan.read import read_plan
from optimizer.plan.summary import summarize_plan

#: A place on the equator, where a degree of longitude is pi/180 times the earth's radius.
LON, LAT = 10.0, 0.0
METRE_EAST = 1 / math.radians(6378137.0)
#: Along the meridian at the equator the radius of curvature is a (1 - e2).
METRE_NORTH = 1 / math.radians(6378137.0 * (1 - 6.69437999014e-3))


def ring(x0, y0, x1, y1):
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    return [[[LON + x * METRE_EAST, LAT + y * METRE_NORTH] for x, y in corners]]


def feature(kind, coordinates, key=None, **properties):
    return {
        "type": "Feature",
        "id": key,
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def write(path, *features, mark=b"") -> None:
    document = {"type": "FeatureCollection", "features": list(features)}
    path.write_bytes(mark + json.dumps(document).encode())


def test_degrees_become_metres(tmp_path) -> None:
    """A building of 20 x 10 m on the equator is 20 x 10 m, with its corner at (0, 0)."""
    path = tmp_path / "house.geojson"
    write(path, feature("Polygon", ring(5, 7, 25, 17), type="building_outline"))
    plan = read_plan(path)
    assert plan.outline.bounds == pytest.approx((0, 0, 20, 10), abs=1e-4)
    assert plan.source.origin == pytest.approx((LON + 5 * METRE_EAST, LAT + 7 * METRE_NORTH))
    assert summarize_plan(plan)["unit"]["used"] == "deg"


def test_rooms_without_walls_are_joined_by_their_doors(tmp_path) -> None:
    """Two rooms side by side: one floor with a door between them, two without."""
    path = tmp_path / "map.geojson"
    rooms = (
        feature("Polygon", ring(0, 0, 5, 5), indoor="room", level="0"),
        feature("Polygon", ring(5, 0, 10, 5), indoor="corridor", level="0"),
    )
    door = feature(
        "Point",
        [LON + 5 * METRE_EAST, LAT + 2 * METRE_NORTH],
        door="hinged",
        width="1.2",
        level="0",
    )
    write(path, *rooms)
    assert summarize_plan(read_plan(path))["components"] == 2
    write(path, *rooms, door)
    plan = read_plan(path)
    assert summarize_plan(plan)["components"] == 1
    assert plan.doors[0].width == pytest.approx(1.2)
    assert str(plan.doors[0].kind) == "inner"


def test_levels_in_a_folder_with_byte_order_marks(tmp_path) -> None:
    """The level at street level is read; another is asked for by name; a wrong name is told."""
    mark = b"\xef\xbb\xbf"
    write(
        tmp_path / "level.geojson",
        feature("Polygon", ring(0, 0, 9, 9), "up", name="First", ordinal=1),
        feature("Polygon", ring(0, 0, 8, 6), "down", name="Ground", ordinal=0),
        mark=mark,
    )
    write(
        tmp_path / "unit.geojson",
        feature("Polygon", ring(0, 0, 9, 9), levelId="up"),
        feature("Polygon", ring(0, 0, 8, 6), levelId="down"),
        mark=mark,
    )
    write(tmp_path / "areaElement.geojson", mark=mark)
    assert read_plan(tmp_path).size == pytest.approx((8, 6), abs=1e-4)
    assert read_plan(tmp_path, level="First").size == pytest.approx((9, 9), abs=1e-4)
    with pytest.raises(FloorPlanError, match="level 'Second' is not in the map; it has Ground, "):
        read_plan(tmp_path, level="Second")


def test_folder_with_a_file_for_each_floor_is_one_floor(tmp_path) -> None:
    """Floors that no feature names are told apart by their files; the index names the lowest.

    Without the fix the three outlines are merged, and every floor's doors stand on one.
    """
    for name, side in (("cellar", 5), ("hall", 8), ("roof", 6)):
        outline = feature("Polygon", ring(0, 0, side, 6), type="building_outline")
        write(tmp_path / f"{name}.geojson", outline)
    plan = read_plan(tmp_path)
    (told,) = [d for d in plan.source.defects if d.code == "storeys"]
    assert "3 floors, a file each; 'cellar' was read" in told.sentence
    assert "hall, roof" in told.sentence
    assert plan.size == pytest.approx((5, 6), abs=1e-4)
    assert read_plan(tmp_path, level="roof").size == pytest.approx((6, 6), abs=1e-4)
    index = {"levels": [{"id": "hall", "z_order": 0}, {"id": "roof", "z_order": 1}]}
    (tmp_path / "main.json").write_text(json.dumps(index), encoding="utf-8")
    assert read_plan(tmp_path).size == pytest.approx((8, 6), abs=1e-4)


def test_door_polygon_opens_the_wall(tmp_path) -> None:
    """A door drawn as a polygon 1.0 m wide in a wall of 0.2 m becomes a line of 1.0 m."""
    path = tmp_path / "house.geojson"
    write(
        path,
        feature("Polygon", ring(0, 0, 10, 5), type="building_outline"),
        feature("Polygon", ring(4.9, 0, 5.1, 5), type="wall"),
        feature("Polygon", ring(4.9, 2, 5.1, 3), type="door"),
    )
    plan = read_plan(path)
    assert summarize_plan(plan)["components"] == 1
    assert plan.doors[0].width == pytest.approx(1.0, abs=1e-3)
    assert plan.doors[0].centre == pytest.approx((5.0, 2.5), abs=1e-3)
    assert abs(plan.doors[0].normal[0]) == pytest.approx(1.0)


def test_own_format_is_no_indoor_map() -> None:
    """Features with a kind are ours; features with a level or a type of WRLD are a map."""
    assert not is_indoor({"features": [{"properties": {"kind": "outline", "level": "0"}}]})
    assert is_indoor({"features": [{"properties": {"level": "0"}}]})
    assert is_indoor({"features": [{"properties": {"type": "building_outline"}}]})
    assert not is_indoor([])


def test_map_of_a_town_is_refused(tmp_path) -> None:
    """A map that is wider than a tenth of a degree is no building."""
    path = tmp_path / "town.geojson"
    write(path, feature("Polygon", ring(0, 0, 20_000, 10), indoor="room"))
    with pytest.raises(FileFormatError, match="longitude and latitude of one building"):
        read_plan(path)


#: Size, outline area and doors as in truth.json, which takes 111.32 km for every degree; on the
#: ellipsoid a degree of longitude at 56.46 degrees north is 0.23 % longer.
WESTPORT = {
    "gf": ((58.9, 63.4), 2457.6, 36, None),
    "1": (None, 2482.2, 11, None),
    "2": (None, 2374.9, 25, None),
    "3": ((47.3, 63.4), 1590.0, 122, 5),
    "4": (None, 1420.0, 114, 1),
    "5": (None, 327.5, 15, 1),
}


@pytest.mark.parametrize("floor", WESTPORT)
def test_westport_house(plans, floor) -> None:
    """Sizes, areas, doors and connected parts of the real office agree with the truth."""
    size, area, doors, components = WESTPORT[floor]
    folder = plans / "geojson" / "wrld_westport_house"
    plan = read_plan(folder / f"westport-house-floor-{floor}.geojson")
    assert plan.outline.area == pytest.approx(area, rel=0.004)
    assert len(plan.doors) == doors
    if size:
        assert plan.size == pytest.approx(size, rel=0.004)
    if components:
        assert summarize_plan(plan)["components"] == components


def test_contoso_building(plans) -> None:
    """A folder with byte-order marks, empty layers and three levels: 70 x 70 m, 16 openings."""
    plan = read_plan(plans / "geojson" / "azure_contoso")
    assert plan.name == "azure_contoso Ground"
    assert plan.size == pytest.approx((69.9, 70.1), rel=0.003)
    assert len(plan.doors) == 16
    widths = sorted(door.width for door in plan.doors)
    assert (widths[7] + widths[8]) / 2 == pytest.approx(5.63, rel=0.003)


def test_caserne_de_bonne(plans) -> None:
    """Levels "0" and "0;1" make the ground floor; few doors are tagged, and check says so."""
    plan = read_plan(plans / "geojson" / "osm_caserne_bonne_grenoble.geojson")
    assert plan.name.endswith(" 0")
    found = summarize_plan(plan)
    assert len(plan.doors) >= 4
    assert any(d["code"] == "floor-unreachable" for d in found["defects"])


@pytest.mark.parametrize("layer", ["opening", "structure"])
def test_one_layer_of_a_map_encloses_no_floor(plans, layer):
    """A layer without rooms is refused by name, with what would be right."""
    with pytest.raises(FloorPlanError, match=rf"{layer}.geojson: nothing .* encloses a floor"):
        read_plan(plans / "geojson" / "azure_contoso" / f"{layer}.geojson")
