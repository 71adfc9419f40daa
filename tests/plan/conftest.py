from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ezdxf
import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture(scope="session")
def plans() -> Path:
    """Folder of the open drawings; skips where it is not there."""
    folder = SHARED / "plans"
    if not folder.is_dir():
        pytest.skip("the open drawings in ../shared/plans are not there")
    return folder


@pytest.fixture
def write_plan(tmp_path: Path) -> Any:
    """Write a GeoJSON plan of (properties, geometry type, coordinates) and return its path."""

    def write(*features: tuple[dict[str, Any], str, Any], **properties: Any) -> Path:
        document = {
            "type": "FeatureCollection",
            "properties": {"units": "m", "name": "room"} | properties,
            "features": [
                {
                    "type": "Feature",
                    "properties": given,
                    "geometry": {"type": kind, "coordinates": coordinates},
                }
                for given, kind, coordinates in features
            ],
        }
        path = tmp_path / "room.geojson"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write


@pytest.fixture
def draw(tmp_path: Path) -> Any:
    """Write a drawing in millimetres that a function draws, and return its path."""

    def write(pen: Any, *, unit: int | None = 4, name: str = "plan.dxf") -> Path:
        document = ezdxf.new(setup=False)
        document.header["$INSUNITS"] = unit or 0
        pen(document, document.modelspace())
        path = tmp_path / name
        document.saveas(path)
        return path

    return write
