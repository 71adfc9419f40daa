"""Sightlines: both answers, areas computed by hand, and pads that are overlooked or not."""

import math

import numpy as np
import pytest
import shapely
import shapely.affinity

from optimizer.walk.sightlines import (
    sees,
    share_in_view,
    visible_region,
)

ROOM = shapely.box(0, 0, 10, 6).boundary
PILLAR = shapely.box(4, 2, 5, 3)


def test_sees():
    """Blocked through a pillar or across a wall; free past it, along it and by its corner."""
    rows = [
        ((2, 2.5), (8, 2.5), False),  # through the pillar
        ((2, 3.5), (8, 3.5), True),  # past it
        ((2, 3.0), (8, 3.0), True),  # along its upper side
        ((3, 4), (5, 2), False),  # corner to corner through the pillar
        ((3, 2), (5, 4), True),  # touches the corner (4, 3)
        ((2, 2), (2, 8), False),  # across the wall of the room
        ((2, 0), (9, 0), False),  # in the line of the wall: a wall as a line hides what is in it
        ((1, 1), (9, 1), True),
        ((4, 2.5), (2, 2.5), True),  # from the pillar's own face outwards
        ((4, 2.5), (8, 2.5), False),  # from its face through it
    ]
    points, others, answers = zip(*rows, strict=True)
    assert sees(points, others, obstacles=[ROOM, PILLAR]).tolist() == list(answers)
    assert sees(others, points, obstacles=[ROOM, PILLAR]).tolist() == list(answers)
    assert sees(points, others, obstacles=[]).all()
    assert sees([], [], obstacles=[PILLAR]).size == 0


def test_empty_room_is_seen_whole():
    """From any point of a rectangle all of it is seen; 10 × 6 = 60 m²."""
    for point in [(5, 3), (0.5, 5.5), (9, 1)]:
        region = visible_region(point, obstacles=[ROOM], radius=50)
        assert region.is_valid
        assert region.area == pytest.approx(60, rel=1e-12)


def test_shadow_of_a_pillar():
    """A pillar hides itself and a trapezium behind it."""
    # from (2, 2.5), the face x = 4 from y 2 to 3 is 2 m away and 1 m broad; on the wall x = 10,
    # 8 m away, the shadow is 4 m broad: (1 + 4)/2 · 6 = 15 m² of the 60 are hidden
    region = visible_region((2, 2.5), obstacles=[ROOM, PILLAR], radius=50)
    assert region.area == pytest.approx(45, rel=1e-9)
    assert region.contains(shapely.Point(9, 5.5))
    assert not region.contains(shapely.Point(9, 2.5))


def test_corner_of_an_l_shaped_room():
    """Round a corner one sees the slice that the corner leaves."""
    # L: 6 × 2 below, 2 × 6 at the left. From (5, 1) the corner (2, 2) lies 3 m left and 1 m up:
    # the left wall x = 0 is seen up to 1 + 5/3 = 2.667. Hidden: from (2, 2) to (0, 2.667) upwards:
    # the left arm above y = 2 has 8 m², of which the triangle 2 · 0.667 / 2 = 0.667 is seen
    room = shapely.Polygon([(0, 0), (6, 0), (6, 2), (2, 2), (2, 6), (0, 6)])
    region = visible_region((5, 1), obstacles=[room.boundary], radius=50)
    assert region.area == pytest.approx(12 + 2 / 3, rel=1e-9)


def test_radius_and_sector():
    """A radius cuts a disc, a sector a slice of it, an edge in the disc a segment."""
    # the polygon of 1° steps has area 360/2 sin 1° = 3.14143 for radius 1
    disc = visible_region((0, 0), obstacles=[], radius=1)
    assert disc.area == pytest.approx(math.pi, rel=1e-4)
    quarter = visible_region((0, 0), obstacles=[], radius=2, direction=90, sector=90)
    assert quarter.area == pytest.approx(math.pi, rel=1e-4)
    assert quarter.contains(shapely.Point(0, 1))
    assert not quarter.contains(shapely.Point(1, 0))
    # a wall 0.5 m away cuts a segment off the disc: acos 0.5 - 0.5 sqrt 0.75 = 0.614185
    wall = shapely.LineString([(0.5, -5), (0.5, 5)])
    cut = visible_region((0, 0), obstacles=[wall], radius=1)
    assert cut.area == pytest.approx(math.pi - 0.614185, rel=1e-4)
    # a wall 3 m away hides nothing within 1 m
    far = shapely.LineString([(3, -5), (3, 5)])
    assert visible_region((0, 0), obstacles=[far], radius=1).area == pytest.approx(disc.area)


def test_crossing_walls():
    """Walls that cross hide by whichever is nearer."""
    # two walls from (0, ±2) that cross in (2, 0): nothing beyond the crossing is seen from (0, 0)
    one = shapely.LineString([(0, 2), (4, -2)])
    two = shapely.LineString([(0, -2), (4, 2)])
    region = visible_region((0, 0), obstacles=[one, two], radius=4, direction=0, sector=180)
    # the right half is closed by the two nearer arms: the triangle (0, 2), (2, 0), (0, -2)
    assert region.area == pytest.approx(4.0, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_region_and_sightlines_agree(seed):
    """A place lies in the visible region exactly when its sightline is free and short enough."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 9, (12, 2))
    things = [shapely.box(*c, *(c + rng.uniform(0.2, 1.2, 2))) for c in corners]
    eye = np.array([5.0, 5.0])
    things = [thing for thing in things if not thing.intersects(shapely.Point(eye).buffer(0.1))]
    region = visible_region(eye, obstacles=things, radius=4.5)
    places = rng.uniform(0, 10, (400, 2))
    seen = sees(np.broadcast_to(eye, places.shape), places, obstacles=things)
    seen &= np.hypot(*(places - eye).T) <= 4.5
    inside = shapely.contains_xy(region, places)
    # places closer to the edge than the round edge's chords may differ
    sure = shapely.distance(shapely.points(places), region.boundary) > 1e-3
    assert (seen == inside)[sure].all()
    assert 20 < seen.sum() < 300


def test_share_in_view():
    """The entrance sees two of three stops: one is behind the pillar, or too far away."""
    stops = [(8, 2.5), (8, 5), (2, 5)]
    rest = {"obstacles": [ROOM, PILLAR]}
    assert share_in_view((2, 2.5), stops, radius=20, **rest) == pytest.approx(2 / 3)
    assert share_in_view((2, 2.5), stops, radius=3, **rest) == pytest.approx(1 / 3)
    assert share_in_view((2, 2.5), [], radius=3, **rest) == 1.0


@pytest.mark.parametrize("angle", [0, 17, 33.3, 45, 71, 123.4, 200])
def test_a_pad_on_the_face_of_a_turned_machine_is_seen(angle):
    """Rounding puts the pad a hair in or out of the machine, which must not hide it."""
    place = shapely.affinity.rotate(shapely.Point(2, -1), angle, origin=(0, 0))
    pad = shapely.affinity.rotate(shapely.Point(0.1, 0), angle, origin=(0, 0))
    machine = shapely.affinity.rotate(shapely.box(-0.3, 0, 0.3, 0.8), angle, origin=(0, 0))
    behind = shapely.affinity.rotate(shapely.Point(0.1, 2), angle, origin=(0, 0))
    eyes = [place.coords[0], behind.coords[0]]
    assert sees([pad.coords[0]] * 2, eyes, obstacles=[machine]).tolist() == [True, False]


def test_refuses_no_view():
    """A radius or sector of nothing is named with its value."""
    with pytest.raises(ValueError, match="radius 0 m"):
        visible_region((0, 0), obstacles=[], radius=0)
    with pytest.raises(ValueError, match="sector 400°"):
        visible_region((0, 0), obstacles=[], radius=1, sector=400)
