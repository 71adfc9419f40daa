"""Fixtures as IMDF: where they stand on the earth, and back."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import FileFormatError
from optimizer.plan.indoor.features import metres_per_degree
from optimizer.report.imdf import write_layout_imdf


def test_fixtures_come_back_through_the_anchor(tmp_path, report_study, report_layout) -> None:
    """Each footprint's middle, in metres from the anchor, is the pose of its placement."""
    source = replace(report_study.plan.source, unit_used="deg", origin=(-2.97, 56.46))
    study = report_study.replace(plan=replace(report_study.plan, source=source))
    path = tmp_path / "layout.geojson"
    write_layout_imdf(study, report_layout, path)
    features = json.loads(path.read_text("utf-8"))["features"]
    assert {f["feature_type"] for f in features} == {"fixture"}
    assert len({f["id"] for f in features}) == len(report_layout)
    # a degree of latitude at 56.46 degrees is 111.33 km long, one of longitude 61.6 km
    scale = metres_per_degree(56.46)
    assert scale == pytest.approx([61_638, 111_334], rel=1e-3)
    for feature, one in zip(features, report_layout.placements, strict=True):
        corners = np.array(feature["geometry"]["coordinates"][0][:4])
        x, y = (corners.mean(axis=0) - (-2.97, 56.46)) * scale
        # nine digits of a degree are a tenth of a millimetre
        assert (x, y) == pytest.approx((one.x, one.y), abs=2e-4)
        assert feature["properties"]["fixture"] == one.fixture


def test_plan_without_place_on_earth_is_one_line(tmp_path, report_study, report_layout) -> None:
    """A plan in metres has no longitude; the line says what to write instead."""
    with pytest.raises(FileFormatError, match="no longitude and latitude"):
        write_layout_imdf(report_study, report_layout, tmp_path / "layout.geojson")
