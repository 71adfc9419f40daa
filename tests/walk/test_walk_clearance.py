"""The widest clear way between two points, and the graph for networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import shapely
from walk_worlds import free_points, random_hall

from optimizer.walk import prepare_shell, to_networkx, widest_path

HALL = shapely.box(0, 0, 10, 5)
DOOR = HALL.difference(shapely.union_all([shapely.box(4, 0, 4.2, 2), shapely.box(4, 2.9, 4.2, 5)]))


def test_a_doorway_is_as_wide_as_it_is():
    """0.9 m between two jambs, to a millimetre, and the place is in the doorway."""
    width, (x, y) = widest_path(DOOR, [], (1, 2.5), (8, 2.5))
    assert width == pytest.approx(0.9, abs=1e-3)
    assert 3.9 < x < 4.3
    assert y == pytest.approx(2.45, abs=0.02)


def test_the_wider_of_two_ways_counts():
    """With a box that leaves 0.6 m on one side and 1.2 m on the other, the way is 1.2 m wide."""
    # box of depth 3.2 in a hall of 5: 0.6 below (0..0.6), 1.2 above (3.8..5)
    width, (x, y) = widest_path(HALL, [(5, 2.2, 1, 3.2, 0)], (1, 2.5), (9, 2.5))
    assert width == pytest.approx(1.2, abs=1e-3)
    assert 4.4 < x < 5.6
    assert y == pytest.approx(4.4, abs=0.02)


def test_a_diagonal_gap_is_measured_between_corners():
    """Between the corners (4, 2) and (4.6, 2.8) a round body of 1 m diameter passes."""
    # sqrt(0.6^2 + 0.8^2) = 1
    walls = shapely.union_all([shapely.box(0, 1.9, 4, 2), shapely.box(4.6, 2.8, 10, 2.9)])
    room = HALL.difference(walls).difference(shapely.box(3.9, 0, 4, 2))
    room = room.difference(shapely.box(4.6, 2.8, 4.7, 5))
    width, place = widest_path(room, [], (2, 4), (8, 1))
    assert width == pytest.approx(1.0, abs=1e-3)
    assert place == pytest.approx((4.3, 2.4), abs=0.02)


def test_ends_limit_the_way_unless_it_need_only_come_near():
    """A point 0.3 m from the wall allows 0.6 m; a way within 1 m of it is the doorway's 0.9 m."""
    assert widest_path(DOOR, [], (0.3, 2.5), (8, 2.5))[0] == pytest.approx(0.6, abs=1e-3)
    wide, _ = widest_path(DOOR, [], (0.3, 2.5), (8, 2.5), reach=1)
    assert wide == pytest.approx(0.9, abs=1e-3)


def test_no_way_is_no_width():
    """A closed way has width 0, also where two obstacles touch in one corner."""
    assert widest_path(HALL, [(5, 2.5, 1, 5, 0)], (1, 2.5), (9, 2.5))[0] == 0
    meeting = [(4.5, 1.25, 1, 2.5, 0), (5.5, 3.75, 1, 2.5, 0)]
    assert widest_path(HALL, meeting, (1, 2.5), (9, 2.5))[0] == pytest.approx(0, abs=1e-3)


def test_networkx_finds_the_same_distances():
    """Shortest paths over the exported graph are the walking distances, nodes have places."""
    rng = np.random.default_rng(3)
    shell = prepare_shell(random_hall(rng, pieces=7))
    points = free_points(rng, shell.walkable, 8)
    graph = to_networkx(shell, points)
    distances = shell.distances(points)
    for i in range(8):
        found = nx.single_source_dijkstra_path_length(graph, ("point", i), weight="length")
        row = [found.get(("point", j), np.inf) for j in range(8)]
        assert row == pytest.approx(distances[i].tolist(), abs=1e-9)
    for a, b, length in graph.edges(data="length"):
        (ax, ay), (bx, by) = ((graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in (a, b))
        assert length == pytest.approx(np.hypot(ax - bx, ay - by), abs=1e-9)
    assert set(to_networkx(shell).nodes) == set(range(len(shell.nodes)))
