"""A room with one queue machine and one desk, and its simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.study_file import read_study

if TYPE_CHECKING:
    from optimizer.study import Study

pytest.importorskip("jupedsim", reason="NOT TESTED: JuPedSim is not installed")
pytest.importorskip("ciw", reason="NOT TESTED: Ciw is not installed")

OUTLINE = [[0, 0], [8, 0], [8, 6], [0, 6], [0, 0]]
PLAN = """{{"type": "FeatureCollection", "properties": {{"units": "m", "name": "room"}},
"features": [
{{"type": "Feature", "properties": {{"kind": "outline"}},
  "geometry": {{"type": "Polygon", "coordinates": [{outline}]}}}},
{{"type": "Feature", "properties": {{"kind": "door", "door": "entrance", "name": "door"}},
  "geometry": {{"type": "LineString", "coordinates": [[3.4, 0], [4.6, 0]]}}}}{walls}]}}"""
WALL = """,
{{"type": "Feature", "properties": {{"kind": "wall", "thickness": 0.1}},
  "geometry": {{"type": "LineString", "coordinates": {line}}}}}"""
STUDY = """schema = 1
name = "Room"
plan = "plan.geojson"
current = "today.json"
fixtures = [{{ type = "queue_machine", count = 1 }}, {{ type = "open_desk", count = 1 }}]

[[business]]
name = "advice"
share = 1.0
journey = ["queue_machine", "open_desk"]
service_minutes = {{ open_desk = {minutes} }}

[[staff]]
name = "round"
route = ["open_desk", "queue_machine", "open_desk"]
per_hour = 2

[arrivals]
"09" = {arrivals}
"""
TODAY = """{"schema": 1, "placements": [
{"fixture": "queue_machine-1", "type": "queue_machine", "x": 1.5, "y": 3.0, "angle": 90},
{"fixture": "open_desk-1", "type": "open_desk", "x": 6.0, "y": 4.0, "angle": 0}]}"""


@pytest.fixture
def room(tmp_path):
    """Return a function that makes the study of the room."""

    def make(*, arrivals: float = 12.0, minutes: float = 2.0, walls=(), more: str = "") -> Study:
        text = "".join(WALL.format(line=list(map(list, wall))) for wall in walls)
        plan = PLAN.format(outline=OUTLINE, walls=text)
        (tmp_path / "plan.geojson").write_text(plan, encoding="utf-8")
        (tmp_path / "today.json").write_text(TODAY, encoding="utf-8")
        study = STUDY.format(arrivals=arrivals, minutes=minutes) + more
        (tmp_path / "study.toml").write_text(study, encoding="utf-8")
        return read_study(tmp_path / "study.toml")

    return make
