"""Conflict map: its sum, its places and its causes."""

import numpy as np
import pytest

from optimizer.walk.conflict_map import (
    Raster,
    conflict_map,
    person_density,
    raster_of,
    worst_places,
)
from optimizer.walk.encounters import LaneModel, Streams, encounter_matrix, total_encounters
from optimizer.walk.polylines import pad_polylines

LANES = LaneModel(width=1.2, distance=0.5)
CROSS = [[(-6, 0), (6, 0)], [(0, -6), (0, 6)]]
AWAY = [[(20, 0), (26, 0)], [(26, 0), (20, 0)]]


def scene(paths, rates, cell=0.1, **more):
    points, counts = pad_polylines(paths)
    streams = Streams.of(rates, speeds=1.2, **more)
    raster = raster_of(points, counts, cell=cell, margin=LANES.width)
    return points, counts, {"streams": streams, "lanes": LANES, "raster": raster}


def random_scene(seed, cell):
    rng = np.random.default_rng(seed)
    paths = [rng.uniform(0, 10, (rng.integers(2, 5), 2)) for _ in range(12)]
    classes, ends = rng.integers(0, 2, 12), rng.integers(-1, 9, (12, 2))
    return scene(paths, rng.uniform(5, 60, 12), cell, classes=classes, ends=ends)


@pytest.mark.parametrize(("cell", "tolerance"), [(0.1, 0.02), (0.25, 0.05)])
@pytest.mark.parametrize("seed", range(20))
def test_sum_is_the_closed_form(seed, cell, tolerance):
    """Summed over the floor, the map is the total of the closed form, class weights included."""
    points, counts, rest = random_scene(seed, cell)
    weights = np.array([[1.0, 4.0], [4.0, 9.0]])
    heat = conflict_map(points, counts, class_weights=weights, **rest)
    pairs = encounter_matrix(points, counts, streams=rest["streams"], lanes=LANES)
    total = total_encounters(pairs, classes=rest["streams"].classes, class_weights=weights)
    assert total > 1
    assert heat.sum() * cell**2 == pytest.approx(total, rel=tolerance)


def test_sum_nears_the_closed_form_as_cells_shrink():
    """At a tenth of the cell size the difference is far smaller: only the raster is to blame."""
    differences = []
    for cell in (0.2, 0.02):
        points, counts, rest = random_scene(1, cell)
        heat = conflict_map(points, counts, **rest)
        pairs = encounter_matrix(points, counts, streams=rest["streams"], lanes=LANES)
        differences.append(abs(heat.sum() * cell**2 / (pairs.sum() / 2) - 1))
    assert differences[1] < 1e-3


def test_heat_lies_where_the_lanes_cross():
    """All encounters of a cross lie within the two lanes and their shift, even on all sides."""
    points, counts, rest = scene(CROSS, (300, 400))
    heat = conflict_map(points, counts, **rest)
    x, y = np.meshgrid(*rest["raster"].centres)
    # midpoints move by half the shift, 0.25 m along the bisector: 0.6 + 0.25/√2 from the middle
    hot = heat > 0
    assert np.abs(x[hot]).max() < 0.6 + 0.25 / np.sqrt(2)
    assert np.abs(y[hot]).max() < 0.6 + 0.25 / np.sqrt(2)
    # the same on both sides of the bisector, on which the cells of this raster lie
    middle = heat.shape[0] // 2
    window = heat[middle - 10 : middle + 10, middle - 10 : middle + 10]
    assert window == pytest.approx(window.T, rel=1e-9)
    assert window == pytest.approx(window[::-1, ::-1], rel=1e-9)


def test_worst_places_name_their_causes():
    """The head-on corridor is worst, then the cross; each names the flows that meet there."""
    # head-on over 6 m: 2·30·40/3600 · 6/1.2 · 0.6597 = 2.2; the cross: 0.393 at 30 and 40 per hour
    points, counts, rest = scene(CROSS + AWAY, (30, 40, 30, 40))
    places = worst_places(points, counts, radius=4.0, top=5, **rest)
    assert [place.causes[0][:2] for place in places] == [(2, 3), (0, 1)]
    assert places[0].encounters_per_hour == pytest.approx(2.199, rel=0.02)
    assert places[1].encounters_per_hour == pytest.approx(0.3928, rel=0.02)
    assert (places[0].x, places[0].y) == pytest.approx((23, 0), abs=0.02)
    assert (places[1].x, places[1].y) == pytest.approx((0, 0), abs=0.02)
    for place in places:
        assert sum(share for _, _, share in place.causes) == pytest.approx(
            place.encounters_per_hour, rel=1e-9
        )


def test_no_conflict_no_place():
    """Flows that keep apart have an empty map and no worst place."""
    points, counts, rest = scene([[(0, 0), (5, 0)], [(0, 9), (5, 9)]], (30, 40))
    assert not conflict_map(points, counts, **rest).any()
    assert worst_places(points, counts, radius=1.0, top=3, **rest) == ()


def test_person_density():
    """A lane holds rate / (3600 v w) people per m²; lanes on top of each other add up."""
    # 432 / (3600 · 1.2 · 1.2) = 1/12; where both cross, 1/12 + 1/6
    points, counts, rest = scene(CROSS, (432, 864))
    density = person_density(
        points, counts, streams=rest["streams"], lane_width=1.2, raster=rest["raster"]
    )
    assert density.max() == pytest.approx(1 / 12 + 1 / 6, rel=1e-12)
    # people on the floor: rate/3600 · length/v = 0.12 · 10 + 0.24 · 10 = 3.6
    assert density.sum() * 0.01 == pytest.approx(3.6, rel=0.02)


def test_raster():
    """Extent, cell centres and what cannot be a raster."""
    raster = Raster(left=1.0, bottom=2.0, cell=0.5, rows=2, columns=4)
    assert raster.extent == (1.0, 3.0, 2.0, 3.0)
    assert raster.centres[0].tolist() == [1.25, 1.75, 2.25, 2.75]
    with pytest.raises(ValueError, match=r"0 × 4 cells"):
        Raster(left=0, bottom=0, cell=0.1, rows=0, columns=4)
    with pytest.raises(ValueError, match="no path has a point"):
        raster_of(*pad_polylines([[]]), cell=0.1, margin=1.0)
