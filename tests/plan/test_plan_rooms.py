"""Zones of the rooms of building models and indoor maps."""

from __future__ import annotations

import json

import pytest
from shapely import box

from optimizer.plan.dxf.layers import LayerMap
from optimizer.plan.model import ZoneKind
from optimizer.plan.read import read_plan
from optimizer.plan.rooms import Room, room_kind, room_zones

#: One metre in degrees at the equator, where both are nearly the same.
METRE = 1 / 111_000


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("营业厅", ZoneKind.PUBLIC_HALL),
        ("Banking hall", ZoneKind.PUBLIC_HALL),
        ("现金区", ZoneKind.CASH_AREA),
        ("Cash desks", ZoneKind.CASH_AREA),
        ("加钞间", ZoneKind.CASH_LOADING),
        ("ATM loading room", ZoneKind.CASH_LOADING),
        ("24小时自助银行", ZoneKind.SELF_SERVICE_24H),
        ("ATM lobby", ZoneKind.SELF_SERVICE_24H),
        ("贵宾室", ZoneKind.VIP),
        ("VIP room", ZoneKind.VIP),
        ("办公室", ZoneKind.BACK_OFFICE),
        ("office", ZoneKind.BACK_OFFICE),
        ("Office 12", ZoneKind.BACK_OFFICE),
        ("back_office", ZoneKind.BACK_OFFICE),
        ("Hallway", None),
        ("Room 124", None),
        ("room.office", None),
        ("卫生间", None),
        ("Whale watching", None),
    ],
)
def test_kind_of_a_room(name, kind) -> None:
    """Names in both languages tell; a room with 24 in its number is no 24-hour lobby."""
    assert room_kind([name]) is kind


def test_study_comes_before_the_defaults() -> None:
    """[plan.layers.zones] makes Azure's room.office a back office, and a lobby a VIP room."""
    mine = LayerMap.from_table({"zones": {"back_office": ["room.office"], "vip": ["lobby"]}})
    assert room_kind(["118", "room.office"], mine) is ZoneKind.BACK_OFFICE
    assert room_kind(["Lobby"], mine) is ZoneKind.VIP


def test_zones_have_names_of_their_own_and_others_are_told() -> None:
    """Two offices and a kitchen: two zones with different names, one note on one room."""
    rooms = [
        Room(names=("Office",), polygon=box(0, 0, 3, 3)),
        Room(names=("Office",), polygon=box(3, 0, 6, 3)),
        Room(names=("A12", "Kitchen"), polygon=box(6, 0, 9, 3)),
    ]
    zones, (note,) = room_zones(rooms)
    assert [zone.name for zone in zones] == ["Office", "Office-2"]
    assert str(note.severity) == "note"
    assert note.sentence.startswith("1 rooms tell no kind of zone")
    assert "Kitchen" in note.sentence
    assert 6 < note.x < 9


def test_place_belongs_to_one_zone() -> None:
    """A cash area of 2 x 2 m drawn inside the hall of 5 x 4 m: 4 and 16 m2."""
    rooms = [
        Room(names=("Lobby",), polygon=box(0, 0, 5, 4)),
        Room(names=("Cash area",), polygon=box(0, 0, 2, 2)),
    ]
    zones, notes = room_zones(rooms)
    assert {zone.kind: zone.polygon.area for zone in zones} == pytest.approx(
        {ZoneKind.PUBLIC_HALL: 16, ZoneKind.CASH_AREA: 4}
    )
    assert notes == ()


def test_units_of_a_map_become_zones(tmp_path) -> None:
    """IMDF: names by language, categories as words; a lobby of 8 x 5 m and an office of 4 x 5 m."""

    def unit(x0, x1, category, name=None):
        ring = [(x0, 0), (x1, 0), (x1, 5), (x0, 5), (x0, 0)]
        return {
            "type": "Feature",
            "id": f"u{x0}",
            "feature_type": "unit",
            "properties": {"category": category, "name": name, "level_id": "l0"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x * METRE, y * METRE] for x, y in ring]],
            },
        }

    path = tmp_path / "unit.geojson"
    features = [
        unit(0, 8, "lobby", {"en": "Banking hall", "zh": "营业厅"}),
        unit(8, 12, "office"),
        unit(12, 15, "restroom"),
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    plan = read_plan(path)
    assert [(zone.name, zone.kind) for zone in plan.zones] == [
        ("Banking hall", ZoneKind.PUBLIC_HALL),
        ("office", ZoneKind.BACK_OFFICE),
    ]
    assert [zone.polygon.area for zone in plan.zones] == pytest.approx([40, 20], rel=0.02)
    assert any("restroom" in d.sentence for d in plan.source.defects if d.code == "room-kind")
    mine = LayerMap.from_table({"zones": {"vip": ["restroom"]}})
    assert len(read_plan(path, layers=mine).zones) == 3


def test_server_room_of_a_real_office(plans) -> None:
    """Westport House, floor 2: of five rooms that are drawn one is a back office."""
    plan = read_plan(plans / "geojson/wrld_westport_house/westport-house-floor-2.geojson")
    assert [(zone.name, zone.kind) for zone in plan.zones] == [
        ("Server room", ZoneKind.BACK_OFFICE)
    ]


def test_spaces_of_a_real_model(plans) -> None:
    """The study calls a flat's living rooms VIP rooms: two zones of 27.66 m2, as in the truth."""
    pytest.importorskip("ifcopenshell")
    mine = LayerMap.from_table({"zones": {"vip": ["living room"]}})
    plan = read_plan(plans / "ifc" / "Duplex_A.ifc", layers=mine)
    assert [zone.kind for zone in plan.zones] == [ZoneKind.VIP] * 2
    assert [zone.polygon.area for zone in plan.zones] == pytest.approx([27.66] * 2, rel=0.01)
    (note,) = [d for d in plan.source.defects if d.code == "room-kind"]
    assert note.sentence.startswith("8 rooms")
    assert "Kitchen (2)" in note.sentence
