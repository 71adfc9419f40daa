"""Degenerate geometry in our own format: repaired and listed, or refused with the place."""

from __future__ import annotations

import json

import pytest

from optimizer.errors import FloorPlanError
from optimizer.plan.read import read_plan
from optimizer.plan.summary import summarize_plan

ROOM = [[0, 0], [10, 0], [10, 8], [0, 8], [0, 0]]


def plan(tmp_path, *features, outline=ROOM):
    """Write a plan: an outline, a door to the street in the middle of the south wall, and more."""
    rows = [("outline", "Polygon", [outline], {})]
    rows += [("door", "LineString", [[4, 0], [5.5, 0]], {"door": "entrance"}), *features]
    content = {
        "type": "FeatureCollection",
        "properties": {"units": "m", "name": "hall"},
        "features": [
            {
                "type": "Feature",
                "properties": {"kind": kind, **more},
                "geometry": {"type": shape, "coordinates": spots},
            }
            for kind, shape, spots, more in rows
        ],
    }
    path = tmp_path / "plan.geojson"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_duplicate_points_change_nothing(tmp_path) -> None:
    """Each corner written twice is the same room: 80 m2, and nothing is wrong."""
    twice = [spot for spot in ROOM for _ in range(2)]
    found = summarize_plan(read_plan(plan(tmp_path, outline=twice)))
    assert found["size_m"] == [10, 8]
    assert not [d for d in found["defects"] if d["severity"] == "error"]


def test_a_spike_of_the_outline_is_told_with_its_place(tmp_path) -> None:
    """An outline that runs out to (14, 4) and back on itself is listed, or refused, there."""
    spike = [[0, 0], [10, 0], [10, 4], [14, 4], [10, 4], [10, 8], [0, 8], [0, 0]]
    path = plan(tmp_path, outline=spike)
    try:
        said = [d["sentence"] for d in summarize_plan(read_plan(path))["defects"]]
    except FloorPlanError as error:
        said = list(error.sentences)
    assert any("(1" in sentence and "4.00)" in sentence for sentence in said)


def test_overlapping_walls_are_told_with_their_place(tmp_path) -> None:
    """Two walls that cover (3, 4) both are listed with a place on their common part."""
    one = ("wall", "LineString", [[2, 4], [6, 4]], {"thickness": 0.2})
    other = ("wall", "LineString", [[3, 4], [7, 4]], {"thickness": 0.2})
    defects = summarize_plan(read_plan(plan(tmp_path, one, other)))["defects"]
    there = [d for d in defects if "overlap" in d["sentence"]]
    assert there
    assert 3 <= there[0]["x"] <= 6
    assert there[0]["y"] == pytest.approx(4, abs=0.2)


def test_far_from_the_origin_the_room_is_the_same(tmp_path) -> None:
    """10^6 m away the room has the same size and as many defects, to a millimetre."""
    near = summarize_plan(read_plan(plan(tmp_path)))
    path = plan(tmp_path)
    content = json.loads(path.read_text(encoding="utf-8"))
    for feature in content["features"]:
        spots = feature["geometry"]["coordinates"]
        rows = spots[0] if feature["properties"]["kind"] == "outline" else spots
        for spot in rows:
            spot[0] += 1e6
            spot[1] += 1e6
    path.write_text(json.dumps(content), encoding="utf-8")
    far = summarize_plan(read_plan(path))
    assert far["size_m"] == pytest.approx(near["size_m"], abs=1e-3)
    assert len(far["defects"]) == len(near["defects"])


def test_millimetres_read_as_metres_are_an_error(tmp_path) -> None:
    """A room of 10,000 x 8,000 "metres" is no storey; the sentence says the size and the cure."""
    large = [[1000 * x, 1000 * y] for x, y in ROOM]
    (defect,) = summarize_plan(read_plan(plan(tmp_path, outline=large)))["defects"]
    assert defect["severity"] == "error"
    assert "8000 m" in defect["sentence"]
    assert 'unit = "mm"' in defect["sentence"]
