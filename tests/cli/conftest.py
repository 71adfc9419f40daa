"""A room small enough to solve in a second, and the program run on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from optimizer.cli import main

if TYPE_CHECKING:
    from pathlib import Path

OUTLINE = [[0, 0], [6, 0], [6, 5], [0, 5], [0, 0]]
STUDY = """schema = 1
name = "Small room"
plan = "plan.geojson"
current = "today.json"

[[fixtures]]
type = "queue_machine"
count = 1

[[fixtures]]
type = "guide_desk"
count = 1

[[business]]
name = "advice"
share = 0.75
journey = ["queue_machine", "guide_desk"]
service_minutes = { queue_machine = 0.5, guide_desk = 2 }

[[business]]
name = "question"
share = 0.25
journey = ["guide_desk"]
service_minutes = { guide_desk = 1 }

[arrivals]
"09" = 12
"""
TODAY = {
    "schema": 1,
    "placements": [
        {"fixture": "queue_machine-1", "type": "queue_machine", "x": 4.5, "y": 4.5, "angle": 0},
        {"fixture": "guide_desk-1", "type": "guide_desk", "x": 1.5, "y": 3.0, "angle": 0},
    ],
}


class Ran(NamedTuple):
    """What one run of the program gave."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """Lines of stderr that say what is wrong."""
        return [line for line in self.err.splitlines() if line.startswith("error: ")]

    @property
    def json(self) -> Any:
        """The one JSON object on stdout."""
        return json.loads(self.out)


def feature(kind: str, geometry: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    """Return a GeoJSON feature."""
    return {
        "type": "Feature",
        "properties": {"kind": kind} | properties,
        "geometry": {"type": geometry, "coordinates": coordinates},
    }


def plan(*features: dict[str, Any]) -> str:
    """Return a plan's GeoJSON."""
    head = {"type": "FeatureCollection", "properties": {"units": "m", "name": "Small room"}}
    return json.dumps(head | {"features": list(features)})


DOOR = feature("door", "LineString", [[2, 0], [3.5, 0]], door="entrance", name="street")
ROOM = plan(feature("outline", "Polygon", [OUTLINE]), DOOR)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Folder with the study of a room of 6 × 5 m: a queue machine and a guide desk."""
    folder = tmp_path / "small_room"
    folder.mkdir()
    (folder / "plan.geojson").write_text(ROOM, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "today.json").write_text(json.dumps(TODAY), encoding="utf-8")
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Run the program in an empty working folder and return what it gave."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BRANCH_LAYOUT_TRACEBACK", raising=False)

    def call(*words: object) -> Ran:
        capsys.readouterr()
        code = main([str(word) for word in words])
        got = capsys.readouterr()
        return Ran(code, got.out, got.err)

    return call
