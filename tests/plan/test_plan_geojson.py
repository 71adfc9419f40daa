from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from optimizer.errors import FileFormatError, FloorPlanError
from optimizer.plan.geojson import read_geojson, write_geojson
from optimizer.plan.model import Door, DoorKind, FloorPlan, PlanSource, Zone, ZoneKind

SQUARE = [[[0, 0], [6, 0], [6, 4], [0, 4], [0, 0]]]
OUTLINE = ({"kind": "outline"}, "Polygon", SQUARE)


def test_outline_alone_is_a_plan(write_plan) -> None:
    """An outline is all that a plan needs."""
    plan = read_geojson(write_plan(OUTLINE, north=90))
    assert plan.size == (6, 4)
    assert plan.north == 90
    assert plan.name == "room"
    assert plan.walls == plan.doors == plan.zones == ()


def test_hole_in_the_outline_is_no_floor(write_plan) -> None:
    """A court is a hole: 6 x 4 less 1 x 1 m."""
    court = [[2, 1], [3, 1], [3, 2], [2, 2], [2, 1]]
    plan = read_geojson(write_plan(({"kind": "outline"}, "Polygon", [*SQUARE, court])))
    assert plan.outline.area == 23


def test_wall_line_becomes_as_thick_as_it_says(write_plan) -> None:
    """A line of 4 m and thickness 0.2 m is 0.8 m2 of wall; a column may be a line too."""
    line = [[3, 0], [3, 4]]
    plan = read_geojson(
        write_plan(
            OUTLINE,
            ({"kind": "wall", "thickness": 0.2}, "LineString", line),
            ({"kind": "column", "thickness": 0.5}, "LineString", [[1, 1], [1.5, 1]]),
        )
    )
    assert plan.walls[0].area == pytest.approx(0.8)
    assert plan.walls[0].bounds == pytest.approx((2.9, 0, 3.1, 4))
    assert plan.columns[0].area == pytest.approx(0.25)


def test_nameless_doors_and_zones_are_numbered(write_plan) -> None:
    """Names are made of the kind and the first free number; kinds are kept."""
    doors = [
        ({"kind": "door", "door": kind, **named}, "LineString", [[x, 0], [x + 1, 0]])
        for x, kind, named in (
            (0, "entrance", {}),
            (1, "entrance", {"name": "entrance-2"}),
            (2, "entrance", {}),
            (3, "inner", {}),
        )
    ]
    zone = ({"kind": "zone", "zone": "vip"}, "Polygon", SQUARE)
    plan = read_geojson(write_plan(OUTLINE, *doors, zone))
    assert [d.name for d in plan.doors] == ["entrance-1", "entrance-2", "entrance-3", "inner-1"]
    assert plan.doors[3].kind is DoorKind.INNER
    assert plan.zones[0].name == "vip-1"
    assert plan.zones[0].kind is ZoneKind.VIP


def test_every_wrong_feature_is_named_at_once(write_plan) -> None:
    """Six wrong features give six sentences with number, kind, value and what would be right."""
    path = write_plan(
        OUTLINE,
        ({"kind": "wal"}, "Polygon", SQUARE),
        ({"kind": "door", "door": "front"}, "LineString", [[0, 0], [1, 0]]),
        ({"kind": "zone", "zone": "vault", "name": "A"}, "Polygon", SQUARE),
        ({"kind": "wall"}, "LineString", [[0, 0], [1, 0]]),
        ({"kind": "door", "door": "exit"}, "Point", [0, 0]),
        ({"kind": "column"}, "Polygon", [[[0, 0], [1, 0]]]),
    )
    with pytest.raises(FloorPlanError) as caught:
        read_geojson(path)
    found = caught.value.sentences
    assert len(found) == 6
    assert all(str(path) in sentence for sentence in found)
    for sentence, words in zip(
        found,
        (
            ("feature 2", "'wal'", "outline, wall"),
            ("feature 3", "door", "'front'", "entrance"),
            ("feature 4", "zone 'A'", "'vault'", "public_hall"),
            ("feature 5", "thickness is None", "above 0"),
            ("feature 6", "'Point'", "LineString"),
            ("feature 7", "Polygon", "4 or more points"),
        ),
        strict=True,
    ):
        assert all(word in sentence for word in words), sentence


@pytest.mark.parametrize("value", ["NaN", "Infinity", '"12"', "null", "true", "1e308", "-1.1e9"])
def test_coordinate_that_is_no_number_is_named(tmp_path, value) -> None:
    """NaN, infinity, text, null and true are no coordinates, nor is what lies off the Earth."""
    path = tmp_path / "bad.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": '
        '{"kind": "outline"}, "geometry": {"type": "Polygon", "coordinates": '
        f"[[[0,0],[1,0],[1,{value}],[0,0]]]}}}}]}}"
    )
    with pytest.raises(FloorPlanError, match=r"feature 1 \(outline\): coordinate"):
        read_geojson(path)


@pytest.mark.parametrize(
    ("features", "count"), [((), 0), ((OUTLINE, OUTLINE), 2)], ids=["none", "two"]
)
def test_plan_has_one_outline(write_plan, features, count) -> None:
    """No outline, or two of them, is an error that says how many there are."""
    with pytest.raises(FloorPlanError, match=f"{count} features of kind 'outline'"):
        read_geojson(write_plan(*features))


def test_other_units_are_refused(write_plan) -> None:
    """The format is in metres; millimetres are not silently taken for metres."""
    with pytest.raises(FloorPlanError, match="units are 'mm'; coordinates must be local metres"):
        read_geojson(write_plan(OUTLINE, units="mm"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "line 1"),
        (b"\xff\xfe{}", "byte 0 is not UTF-8"),
        (b"[]", "a JSON list of 0 entries"),
        (b'{"type": "Feature"}', "JSON of type 'Feature'"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_unreadable_files_get_one_line(tmp_path, content, words) -> None:
    """What is no plan at all is told in one line."""
    path = tmp_path / "bad.geojson"
    path.write_bytes(content)
    with pytest.raises(FileFormatError) as caught:
        read_geojson(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_is_named(tmp_path) -> None:
    """A file that is not there is named, with the reason."""
    with pytest.raises(FileFormatError, match=r"nowhere.geojson: cannot be opened: No such file"):
        read_geojson(tmp_path / "nowhere.geojson")


def test_byte_order_mark_is_no_harm(write_plan) -> None:
    """A file saved with a byte-order mark reads like one without."""
    path = write_plan(OUTLINE)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_geojson(path).size == (6, 4)


coordinate = st.floats(0, 50, allow_nan=False, width=32)


@st.composite
def plans_in_memory(draw) -> FloorPlan:
    """Plans with random rectangles and names."""

    def rectangle() -> Polygon:
        x, y = draw(coordinate), draw(coordinate)
        return box(x, y, x + 1 + draw(coordinate), y + 1 + draw(coordinate))

    kinds = draw(st.lists(st.sampled_from(DoorKind), max_size=3))
    zones = draw(st.lists(st.sampled_from(ZoneKind), max_size=3))
    return FloorPlan(
        name=draw(st.text(min_size=1, max_size=8).filter(str.strip)),
        outline=rectangle(),
        walls=tuple(rectangle() for _ in range(draw(st.integers(0, 3)))),
        columns=tuple(rectangle() for _ in range(draw(st.integers(0, 2)))),
        doors=tuple(
            Door(
                name=f"门 {i}",
                kind=kind,
                line=LineString([(draw(coordinate), 0), (draw(coordinate), 60)]),
            )
            for i, kind in enumerate(kinds)
        ),
        zones=tuple(
            Zone(name=f"zone {i}", kind=kind, polygon=rectangle()) for i, kind in enumerate(zones)
        ),
        windows=(LineString([(0, 0), (draw(coordinate), 1)]),),
        power=(Point(draw(coordinate), 2),),
        north=draw(st.none() | st.floats(0, 360)),
    )


@given(plan=plans_in_memory())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_written_plan_reads_back_the_same(tmp_path, plan) -> None:
    """Writing and reading gives the same plan, to the last digit."""
    path = tmp_path / "plan.geojson"
    write_geojson(plan, path)
    assert replace(read_geojson(path), source=PlanSource()) == plan
    assert [file.name for file in tmp_path.iterdir()] == ["plan.geojson"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"rooms": 3, "walls": [], "c": 1, "d": 2, "e": 3}', "'rooms', 'walls', 'c', 'd' and 1"),
        ('{"type": "Topology"}', "JSON of type 'Topology'"),
        ('{"type": "FeatureCollection"}', "a FeatureCollection without a list of features"),
        ("[1, 2]", "a JSON list of 2 entries"),
        ("{}", "an empty JSON object"),
        ("7", "JSON with a single value"),
    ],
)
def test_json_that_is_no_plan_is_named_in_words(tmp_path, text, said) -> None:
    """What was found is told in words, never as a value of the programming language."""
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileFormatError, match=said) as refusal:
        read_geojson(path)
    assert "None" not in str(refusal.value)
    assert "GeoJSON FeatureCollection with a list of features" in str(refusal.value)
