from __future__ import annotations

import pytest

from optimizer.errors import FloorPlanError
from optimizer.plan.dxf.layers import LayerMap, Meaning
from optimizer.plan.model import DoorKind, ZoneKind


@pytest.mark.parametrize(
    ("layer", "meaning"),
    [
        ("A-WALL", Meaning.WALL),
        ("a-wall-full", Meaning.WALL),
        ("A-WALL-PATT", Meaning.IGNORE),
        ("xref-Bishop-Overland-08$0$A-WALL", Meaning.WALL),
        ("xref-Bishop-Overland-08$0$S-STEM-WALL", None),
        ("wall high", Meaning.WALL),
        ("A.Wall_Internal", Meaning.WALL),
        ("墙体", Meaning.WALL),
        ("建-墙", Meaning.WALL),
        ("柱", Meaning.COLUMN),
        ("COLUMN", Meaning.COLUMN),
        ("A-COLS", Meaning.COLUMN),
        ("concr", Meaning.COLUMN),
        ("门", Meaning.DOOR),
        ("门窗", Meaning.DOOR),
        ("DOOR_FIRE", Meaning.DOOR),
        ("A-DOOR", Meaning.DOOR),
        ("窗", Meaning.WINDOW),
        ("WINDOW", Meaning.WINDOW),
        ("A-GLAZ", Meaning.WINDOW),
        ("windows line", Meaning.WINDOW),
        ("Furniture", Meaning.FURNITURE),
        ("家具", Meaning.FURNITURE),
        ("Defpoints", Meaning.IGNORE),
        ("0", None),
        ("topography", None),
    ],
)
def test_default_meaning(layer, meaning) -> None:
    """AIA names, Tangent names and Chinese names have meanings without any map."""
    assert LayerMap().meaning(layer) is meaning


def test_study_comes_before_the_defaults() -> None:
    """What the study says wins over a default, and replaces the default of that meaning."""
    layers = LayerMap.from_table({"wall": ["Brick*"], "ignore": "A-DOOR"})
    assert layers.meaning("BRICK-2") is Meaning.WALL
    assert layers.meaning("A-WALL") is None
    assert layers.meaning("A-DOOR") is Meaning.IGNORE
    assert layers.meaning("A-COLS") is Meaning.COLUMN


def test_door_layers_may_give_the_kind() -> None:
    """A layer for staff doors is a door layer and says who may pass; others do not."""
    layers = LayerMap.from_table({"staff": ["STAFF"]})
    assert layers.meaning("STAFF") is Meaning.DOOR
    assert layers.door_kind("STAFF") is DoorKind.STAFF
    assert layers.door_kind("DOOR-EMERGENCY") is DoorKind.EMERGENCY
    assert layers.door_kind("DOOR") is None


@pytest.mark.parametrize(
    ("block", "meaning"),
    [
        ("door 810x125", Meaning.DOOR),
        ("PUERTA", Meaning.DOOR),
        ("M0921", Meaning.DOOR),
        ("C1515", Meaning.WINDOW),
        ("wind 1400", Meaning.WINDOW),
        ("fefw3", None),
        ("eedf332", None),
    ],
)
def test_block_names(block, meaning) -> None:
    """A block's name may say door or window; otherwise what it draws decides."""
    assert LayerMap().block_meaning(block) is meaning


def test_zone_texts() -> None:
    """Chinese and English room names give kinds; the study's come first."""
    layers = LayerMap()
    assert layers.zone_kind("营业大厅") is ZoneKind.PUBLIC_HALL
    assert layers.zone_kind("24小时自助区") is ZoneKind.SELF_SERVICE_24H
    assert layers.zone_kind("现金区") is ZoneKind.CASH_AREA
    assert layers.zone_kind("Raum 7", "ZONE-CASH_LOADING") is ZoneKind.CASH_LOADING
    assert layers.zone_kind("Raum 7") is None
    own = LayerMap.from_table({"zones": {"vip": ["Raum*"]}})
    assert own.zone_kind("Raum 7") is ZoneKind.VIP


def test_every_wrong_key_of_the_map_is_named() -> None:
    """A wrong key and a wrong value are both told."""
    with pytest.raises(FloorPlanError) as caught:
        LayerMap.from_table({"wals": ["A"], "door": 3, "zones": {"vault": ["x"]}})
    assert len(caught.value.sentences) == 3
    assert "wals" in caught.value.sentences[0]
    assert "door is 3" in caught.value.sentences[1]
    assert "zones.vault" in caught.value.sentences[2]


def test_layer_that_is_not_in_the_drawing_is_named() -> None:
    """Each pattern of the study must fit a layer; defaults need not."""
    layers = LayerMap.from_table({"wall": ["WALL", "Mauer"]})
    (sentence,) = layers.missing(["0", "WALL", "DOOR"])
    assert "wall names layer 'Mauer'" in sentence
    assert "0, DOOR, WALL" in sentence
