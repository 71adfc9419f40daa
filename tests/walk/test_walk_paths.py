"""Paths solved by hand: halls, contacts, standing points, what closes a way, symmetries."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate, scale, translate
from walk_worlds import free_points, random_boxes, random_hall

from optimizer.errors import FloorPlanError, LayoutError
from optimizer.walk import ABSENT, FREE, WALL, kernels, prepare_shell, route, space, what_closes

HALL = shapely.box(0, 0, 10, 6)
NONE = np.empty((0, 5))


def length(shell, boxes, a, b):
    """Return the length of one leg."""
    return float(route(shell, boxes, [a], [b]).lengths[0])


def test_round_one_wall_in_the_empty_hall():
    """The way over a wall bends at its two inflated corners."""
    # wall x 5..5.2, y 0..4; body 0.25: corners (4.75, 4.25), (5.45, 4.25).
    # (1, 1) to (4.75, 4.25): sqrt(3.75^2 + 3.25^2) = 4.962358; 0.7; (5.45, 4.25) to (9, 1):
    # sqrt(3.55^2 + 3.25^2) = 4.813003; sum 10.475361
    shell = prepare_shell(HALL.difference(shapely.box(5, 0, 5.2, 4)))
    distance = shell.distances([(1, 1)], [(9, 1)])[0, 0]
    assert distance == pytest.approx(10.475361, abs=2e-6)
    path = shell.path((1, 1), (9, 1))
    assert path == pytest.approx(np.array([(1, 1), (4.75, 4.25), (5.45, 4.25), (9, 1)]), abs=1e-6)
    assert length(shell, NONE, (1, 1), (9, 1)) == pytest.approx(distance, abs=1e-12)


def test_round_one_fixture():
    """A fixture is walked round at its inflated corners, and only where it is in the way."""
    # box 1 x 2 at (5, 1): inflated x 4.25..5.75, y up to 2.25; from (2, 1) to (8, 1):
    # 2 * sqrt(2.25^2 + 1.25^2) + 1.5 = 2 * 2.573908 + 1.5 = 6.647815
    shell = prepare_shell(HALL)
    box = [(5, 1, 1, 2, 0)]
    assert length(shell, box, (2, 1), (8, 1)) == pytest.approx(6.647815, abs=2e-6)
    assert length(shell, box, (2, 4), (8, 4)) == pytest.approx(6.0)
    assert length(shell, [(5, 1, 2, 1, 90)], (2, 1), (8, 1)) == pytest.approx(6.647815, abs=2e-6)


def test_all_pairs_and_pairs_of_two_lists_agree():
    """All pairs of one list are what two lists give, symmetric, zero on the diagonal."""
    rng = np.random.default_rng(4)
    shell = prepare_shell(random_hall(rng))
    points = free_points(rng, shell.walkable, 150)  # enough for the fans
    once = shell.distances(points)
    assert once == pytest.approx(shell.distances(points, points), abs=1e-9)
    assert np.array_equal(once, once.T)
    assert np.all(np.diag(once) == 0)
    few = shell.distances(points[:5], points[5:9])  # too few for the fans
    assert once[:5, 5:9] == pytest.approx(few, abs=1e-9)


@pytest.mark.parametrize(("gap", "open_"), [(0.49, False), (0.5, False), (0.500001, True)])
def test_a_gap_as_wide_as_the_body_is_closed(gap, open_):
    """0.5 m is closed for a body of 0.25 m radius, a micrometre more is open, for both kinds."""
    half = (6 - gap) / 2
    boxes = np.array([(5, half / 2, 0.4, half, 0), (5, 6 - half / 2, 0.4, half, 0)])
    assert np.isfinite(length(prepare_shell(HALL), boxes, (2, 3), (8, 3))) == open_
    walls = shapely.union_all([shapely.box(4.8, 0, 5.2, half), shapely.box(4.8, 6 - half, 5.2, 6)])
    shell = prepare_shell(HALL.difference(walls))
    assert np.isfinite(shell.distances([(2, 3)], [(8, 3)])[0, 0]) == open_
    mixed = prepare_shell(HALL.difference(shapely.box(4.8, 0, 5.2, half)))
    assert np.isfinite(length(mixed, boxes[1:], (2, 3), (8, 3))) == open_


def test_two_obstacles_meeting_in_one_corner_are_closed():
    """A point walker does not squeeze between two boxes or two walls that share a corner."""
    # corner to corner at (5, 3); the way round either is longer than the straight 2 m
    boxes = np.array([(4, 2, 2, 2, 0), (6, 4, 2, 2, 0)])
    shell = prepare_shell(HALL, radius=0)
    a, b = (4.5, 3.5), (5.5, 2.5)
    # over (3, 3), (3, 1), (5, 1): 1.581139 + 2 + 2 + 1.581139 = 7.162278
    assert length(shell, boxes, a, b) == pytest.approx(7.162278, abs=2e-6)
    walls = shapely.union_all([shapely.box(3, 1, 5, 3), shapely.box(5, 3, 7, 5)])
    static = prepare_shell(HALL.difference(walls), radius=0)
    assert static.distances([a], [b])[0, 0] == pytest.approx(7.162278, abs=2e-6)


def test_touching_and_overlapping_fixtures_form_one_body():
    """Flush, overlapping and gapless rows give the way round the whole row, without extra bends."""
    # row from x = 3 to 7, y 2..3: inflated 2.75..7.25 and 1.75..3.25; (5, 4) to (5, 1), radius .25
    # over (7.25, 3.25), (7.25, 1.75): sqrt(2.25^2 + .75^2) * 2 + 1.5 = 6.243416
    shell = prepare_shell(HALL)
    flush = [(3.5 + i, 2.5, 1, 1, 0) for i in range(4)]
    lapped = [(4, 2.5, 2, 1, 0), (5, 2.5, 2, 1, 90 * 2), (6, 2.5, 2, 1, 0)]
    spaced = [(3.4, 2.5, 0.8, 1, 0), (5, 2.5, 1.5, 1, 0), (6.6, 2.5, 0.8, 1, 0)]
    for row in (flush, lapped, spaced):
        routes = route(shell, row, [(5, 4)], [(5, 1)])
        assert routes.lengths[0] == pytest.approx(6.243416, abs=2e-6)
        assert len(routes.path(0)) == 4
    twins = [(5, 2.5, 4, 1, 0)] * 3  # all corners in one place thrice
    assert length(shell, twins, (5, 4), (5, 1)) == pytest.approx(6.243416, abs=2e-6)


def test_collinear_corners_are_slid_along():
    """Corners on one line cost nothing and are no bends."""
    pillars = shapely.union_all([shapely.box(x, 0, x + 0.5, 2) for x in (2, 4, 6, 8)])
    shell = prepare_shell(HALL.difference(pillars))
    path = shell.path((1, 2.25), (9.5, 2.25))
    assert len(path) == 2
    assert shell.distances([(1, 2.25)], [(9.5, 2.25)])[0, 0] == pytest.approx(8.5, abs=1e-6)


def test_points_on_the_boundary_of_an_inflated_obstacle():
    """A point on a rim, a corner or a fixture's rim is good; 0.1 mm further in is not."""
    shell = prepare_shell(HALL)
    rim = [(0.25, 3), (0.25, 0.25), (9.75, 5.75)]
    assert shell.component(rim).tolist() == [0, 0, 0]
    assert shell.distances([rim[0]], [(3.25, 3)])[0, 0] == pytest.approx(3, abs=1e-6)
    assert shell.component([(0.2499, 3), (-1, 3), (np.nan, 3)]).tolist() == [-1, -1, -1]
    box = [(5, 3, 1, 1, 0)]  # inflated 4.25..5.75
    routes = route(shell, box, [(4.25, 3), (4.2501, 3)], [(2.25, 3), (2.25, 3)])
    assert routes.lengths[0] == pytest.approx(2, abs=1e-6)
    assert np.isinf(routes.lengths[1])
    assert routes.blocked.tolist() == [[FREE, FREE], [0, FREE]]


def test_a_standing_point_in_an_obstacle_names_it():
    """A blocked end tells which fixture, or the walls; an absent leg has no length."""
    shell = prepare_shell(HALL)
    boxes = [(2, 2, 1, 1, 0), (8, 4, 1, 1, 30)]
    starts = [(2, 2), (5, 3), (0.1, 3), (np.nan, np.nan)]
    ends = [(5, 3), (8, 4), (5, 3), (5, 3)]
    routes = route(shell, boxes, starts, ends)
    assert routes.blocked.tolist() == [[0, FREE], [FREE, 1], [WALL, FREE], [ABSENT, FREE]]
    assert routes.lengths.tolist() == [np.inf, np.inf, np.inf, 0.0]
    assert [len(routes.path(leg)) for leg in range(4)] == [0, 0, 0, 0]
    with pytest.raises(FloorPlanError, match=r"\(0.100, 3.000\).*radius 0.25"):
        shell.path((0.1, 3), (5, 3))


def test_what_closes_a_way():
    """An unreachable target is infinite, and the one fixture or the walls that close it named."""
    room = HALL.difference(shapely.box(6, 0, 6.2, 5))
    shell = prepare_shell(room)
    door = (6.1, 5.5, 0.6, 0.8, 0)  # stands in the only opening
    boxes = [(2, 2, 1, 1, 0), door]
    a, b = (3, 4), (8, 2)
    assert np.isinf(length(shell, boxes, a, b))
    assert what_closes(shell, boxes, a, b) == (1,)
    assert what_closes(shell, boxes[:1], a, b) == ()
    assert what_closes(shell, [door, door], a, b) == ()  # both must go
    closed = prepare_shell(HALL.difference(shapely.box(6, 0, 6.2, 6)))
    assert what_closes(closed, boxes[:1], a, b) == "walls"
    assert sorted(closed.component([a, b]).tolist()) == [0, 1]
    assert closed.path(a, b).shape == (0, 2)


def test_a_room_within_a_room_does_not_mislead_a_search():
    """Walls of another part, met on the straight line, do not hide the way round one's own."""
    ring = shapely.box(4, 2, 7, 5).difference(shapely.box(4.3, 2.3, 6.7, 4.7))
    shell = prepare_shell(HALL.difference(ring))
    # round the corners (3.75, 1.75), (7.25, 1.75): 2 * sqrt(1.75^2 + 1.25^2) + 3.5 = 7.801163
    assert length(shell, NONE, (2, 3), (9, 3)) == pytest.approx(7.801163, abs=2e-6)
    assert np.isinf(length(shell, NONE, (2, 3), (5.5, 3.5)))


def test_a_corner_reached_too_dear_is_reached_again():
    """Either way, the shortest of three ways past a machine and a desk to a second machine."""
    # inflated: machine x 24.9..25.9, y 3.725..4.675; desk x 11.075..12.925, y 3.49..4.51; machine
    # x 2.825..3.775, y 4.45..5.45. Under the first machine and over the desk:
    # (31.55, 3.35) → (24.9, 3.725)    √(6.65² + 0.375²)  =  6.660565
    #               → (12.925, 4.51)   √(11.975² + 0.785²) = 12.000703
    #               → (11.075, 4.51)                          1.85
    #               → (3.775, 4.45)    √(7.3² + 0.06²)     =  7.300247
    #               → (2.825, 4.45)                          0.95
    #               → (2.675, 4.95)    √(0.15² + 0.5²)     =  0.522015; sum 29.283530
    # under both it is √(20.475² + 0.14²) + √(8.25² + 0.96²) + 0.522015 = 29.303160.
    # Before the desk is met, (3.775, 4.45) is reached over the first machine, which is longer;
    # straight from (24.9, 3.725) it cannot be rounded.
    boxes = [(25.4, 4.2, 0.5, 0.45, 0), (3.3, 4.95, 0.5, 0.45, 270), (12, 4, 1.35, 0.52, 0)]
    shell = prepare_shell(shapely.box(0, 0, 40, 24))
    for a, b in (((31.55, 3.35), (2.675, 4.95)), ((2.675, 4.95), (31.55, 3.35))):
        assert length(shell, boxes, a, b) == pytest.approx(29.283530, abs=2e-6)


def test_the_octagonal_body_cuts_corners_and_contains_the_round_one():
    """With an octagon a right corner is passed between the round and the mitred body."""
    # box corner (5, 3) from (4, 3.25) to (5.25, 2): mitre over (5.25, 3.25): 1.25 + 1.25.
    # octagon over (5 + .25 t, 3.25), (5.25, 3 + .25 t), t = tan 22.5: 1 + .25 t each, and the
    # chamfer .25 (1 - t) sqrt 2: 2.207107 + 0.207107 = 2.414214
    box = [(4.5, 2.5, 1, 1, 0)]
    a, b = (4, 3.25), (5.25, 2)
    mitre, octagon = prepare_shell(HALL), prepare_shell(HALL, corners="octagon")
    assert length(mitre, box, a, b) == pytest.approx(2.5, abs=2e-6)
    assert length(octagon, box, a, b) == pytest.approx(2.414214, abs=2e-6)
    wall = HALL.difference(shapely.box(4, 2, 5, 3))
    walls = prepare_shell(wall, corners="octagon")
    assert walls.distances([a], [b])[0, 0] == pytest.approx(2.414214, abs=2e-6)
    round_body = wall.buffer(-0.25, quad_segs=64)
    assert shapely.difference(walls.walkable, round_body).area < 1e-3
    assert shapely.difference(round_body, walls.walkable).area > 0


def transformed(free, boxes, points, kind):
    """Return hall, boxes and points mirrored, turned or shifted."""
    boxes = boxes.copy()
    if kind == "mirror":
        boxes[:, 0] *= -1
        boxes[:, 4] *= -1
        return scale(free, -1, 1, origin=(0, 0)), boxes, points * [-1, 1]
    if kind == "shift":
        boxes[:, :2] += (137.5, -41.25)
        return translate(free, 137.5, -41.25), boxes, points + np.array([137.5, -41.25])
    t = np.radians(33)
    spin = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])
    boxes[:, :2] = boxes[:, :2] @ spin
    boxes[:, 4] += 33
    return rotate(free, 33, origin=(0, 0)), boxes, points @ spin


@pytest.mark.parametrize("kind", ["mirror", "turn", "shift", "reverse"])
@pytest.mark.parametrize("corners", ["mitre", "octagon"])
def test_lengths_do_not_depend_on_how_the_hall_lies(kind, corners):
    """Mirroring, turning, shifting and reversing change no length."""
    for seed in range(6):
        rng = np.random.default_rng(seed)
        free, boxes = random_hall(rng), random_boxes(rng, 8)
        shell = prepare_shell(free, corners=corners)
        points = free_points(rng, shell.walkable, 24)
        lengths = route(shell, boxes, points[:12], points[12:]).lengths
        if kind == "reverse":
            again = route(shell, boxes, points[12:], points[:12]).lengths
        else:
            hall, moved, places = transformed(free, boxes, points, kind)
            again = route(
                prepare_shell(hall, corners=corners), moved, places[:12], places[12:]
            ).lengths
        assert again == pytest.approx(lengths, abs=2e-6)


def test_an_obstacle_never_shortens_a_path():
    """Each fixture more leaves every leg as long or makes it longer, and never below straight."""
    rng = np.random.default_rng(11)
    for _ in range(5):
        shell = prepare_shell(random_hall(rng))
        boxes = random_boxes(rng, 12)
        points = free_points(rng, shell.walkable, 20)
        before = np.hypot(*(points[:10] - points[10:]).T)
        for n in range(13):
            now = route(shell, boxes[:n], points[:10], points[10:]).lengths
            assert np.all(now >= before - 1e-6)
            before = now


def test_nan_rows_are_absent_fixtures():
    """A NaN row blocks nothing and keeps the numbers of the others."""
    shell = prepare_shell(HALL)
    boxes = np.array([(np.nan,) * 5, (5, 1, 1, 2, 0)])
    assert length(shell, boxes, (2, 1), (8, 1)) == pytest.approx(6.647815, abs=2e-6)
    assert length(shell, boxes[:1], (2, 1), (8, 1)) == pytest.approx(6)


def test_many_bends_and_a_big_hall_outgrow_no_buffer():
    """A path of more than a hundred bends, and 150 fixtures in a search, are complete."""
    # comb of 60 walls, alternately open at the bottom and at the top: each is passed by 2 bends,
    # the last by one, for the goal lies above its second corner: 2 + 59 * 2 + 1 = 121 points
    walls = [
        shapely.box(x, 0 if i % 2 else 2, x + 0.2, 8 if i % 2 else 10)
        for i, x in enumerate(np.arange(2.0, 122.0, 2.0))
    ]
    floor = shapely.box(0, 0, 124, 10).difference(shapely.union_all(walls))
    shell = prepare_shell(floor)
    routes = route(shell, NONE, [(1, 9)], [(123, 9)])
    assert len(routes.path(0)) == 121
    assert routes.lengths[0] == pytest.approx(shell.distances([(1, 9)], [(123, 9)])[0, 0])
    x, y = np.meshgrid(np.arange(1.5, 29, 2.0), np.arange(1.5, 22, 2.0))
    boxes = np.column_stack([x.ravel(), y.ravel(), *np.full((2, x.size), 1.0), np.zeros(x.size)])
    open_hall = prepare_shell(shapely.box(0, 0, 30, 24))
    assert np.isfinite(length(open_hall, boxes, (0.5, 0.5), (29.5, 23.5)))


def test_wrong_input_is_refused_in_one_line():
    """Floors, radii and arrays that cannot be are named, with what would be right."""
    with pytest.raises(FloorPlanError, match="Polygon would be right"):
        prepare_shell(shapely.LineString([(0, 0), (1, 1)]))
    with pytest.raises(FloorPlanError, match="radius -1"):
        prepare_shell(HALL, radius=-1)
    with pytest.raises(FloorPlanError, match="not a valid polygon"):
        prepare_shell(shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]))
    with pytest.raises(FloorPlanError, match="octagon"):
        prepare_shell(HALL, corners="round")
    with pytest.raises(FloorPlanError, match=r"\(n, 2\) would be right"):
        prepare_shell(HALL).distances([(1, 2, 3)])
    with pytest.raises(LayoutError, match=r"\(n, 5\) would be right"):
        route(prepare_shell(HALL), [(1, 2, 3)], [(1, 1)], [(2, 2)])
    with pytest.raises(LayoutError, match="2 starts and 1 ends"):
        route(prepare_shell(HALL), NONE, [(1, 1), (2, 2)], [(2, 2)])


def test_a_floor_too_narrow_for_the_body_has_no_ways():
    """Nothing is reachable where the body does not fit, and nothing fails."""
    shell = prepare_shell(shapely.box(0, 0, 5, 0.4))
    assert np.isinf(shell.distances([(1, 0.2)], [(4, 0.2)])[0, 0])
    routes = route(shell, NONE, [(1, 0.2)], [(4, 0.2)])
    assert routes.blocked.tolist() == [[WALL, WALL]]


def test_shapely_and_compiled_side_use_one_epsilon():
    """The margin of the outline is the margin of the kernels."""
    assert space.EPS == kernels.EPS


def test_importing_the_package_compiles_nothing():
    """`import optimizer.walk` loads neither numba nor scipy; names come on first use."""
    code = (
        "import sys, optimizer.walk as w; assert 'numba' not in sys.modules; "
        "assert 'prepare_shell' in dir(w); w.prepare_shell; assert 'numba' in sys.modules"
    )
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(root)}
    )


def test_the_first_compilation_is_announced(monkeypatch, caplog):
    """A machine without compiled kernels gets one line that says so."""

    class Fresh:
        signatures = ()
        stats = type("Stats", (), {"cache_misses": 1})()

        def __call__(self, x, y):
            return 0.0

    monkeypatch.setattr(kernels, "bend_cost", Fresh())
    with caplog.at_level(logging.INFO, logger=kernels.__name__):
        kernels.warm_up()
    assert [record.getMessage() for record in caplog.records] == [
        "compiling the path kernels, once per machine"
    ]
