"""Static lengths against a second exact method of another kind (MMP geodesics)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from walk_reference import closed_space
from walk_worlds import free_points, random_boxes, random_hall

from optimizer.walk import prepare_shell, route

pytest.importorskip("pygeodesic", reason="pygeodesic is an optional test dependency")


def geodesics(space, points):
    """Return the lengths that the oracle finds for consecutive pairs of points."""
    answer = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("geodesic_oracle.py"))],
        input=json.dumps({"space": shapely.to_wkt(space, 17), "points": points.tolist()}),
        capture_output=True,
        text=True,
        check=True,
    )
    return np.array(json.loads(answer.stdout))


@pytest.mark.parametrize("seed", range(6))
def test_lengths_are_geodesics(seed):
    """Lengths among walls and furniture agree with exact geodesics to 0.02 mm."""
    rng = np.random.default_rng(seed)
    free, boxes = random_hall(rng, pieces=6), random_boxes(rng, 5)
    space = max(shapely.get_parts(closed_space(free, boxes, 0.25)), key=lambda part: part.area)
    points = free_points(rng, space, 16)
    routes = route(prepare_shell(free), boxes, points[::2], points[1::2])
    assert geodesics(space, points) == pytest.approx(routes.lengths, abs=2e-5)
