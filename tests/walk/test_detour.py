"""Detour, backtracking, turns and natural diversion, on paths measured by hand."""

import math

import numpy as np
import pytest
import shapely

from optimizer.walk.detour import (
    backtrack_ratios,
    detour_of_journeys,
    detour_ratios,
    joined_legs,
    path_turns,
    summarise_detour,
)
from optimizer.walk.diversion import (
    Parting,
    parting_distance,
    parting_of_streams,
    passing_through,
)
from optimizer.walk.polylines import pad_polylines

INF = math.inf


def line(*points):
    return np.array(points, dtype=float)


def test_detour_ratio_of_a_leg():
    """Walked over shortest; 1 for a leg of no length, infinite where there is no way."""
    ratios = detour_ratios(np.array([12.0, 0.0, INF, 2.0]), np.array([10.0, 0.0, 5.0, 0.0]))
    assert ratios.tolist() == [1.2, 1.0, INF, INF]


def test_detour_of_a_journey_is_that_of_its_sums():
    """A journey's ratio weighs its legs by their length."""
    # journey 0: (12 + 4) / (10 + 4) = 8/7; journey 2: 6/3 = 2; journey 1 has no leg
    ratios = detour_of_journeys(
        np.array([12.0, 6.0, 4.0]), np.array([10.0, 3.0, 4.0]), journeys=np.array([0, 2, 0])
    )
    assert ratios == pytest.approx([8 / 7, 1.0, 2.0])


def test_detour_of_all():
    """The mean weighs by people and metres; the worst is looked for among walked legs only."""
    # (10·12 + 30·6) / (10·10 + 30·4) = 300 / 220; leg 2 has the worst ratio but nobody walks it
    walked, shortest = np.array([12.0, 6.0, 9.0]), np.array([10.0, 4.0, 1.0])
    found = summarise_detour(walked, shortest, rates=np.array([10.0, 30.0, 0.0]))
    assert found.mean == pytest.approx(300 / 220)
    assert (found.worst, found.worst_index) == (1.5, 1)
    nobody = summarise_detour(walked, shortest, rates=np.zeros(3))
    assert (nobody.mean, nobody.worst_index) == (1.0, -1)
    closed = summarise_detour(np.array([INF]), np.array([3.0]), rates=np.array([1.0]))
    assert closed.mean == closed.worst == INF


def test_backtracking():
    """The share of all metres that walks a stretch in the other direction."""
    out_and_back = line((0, 0), (5, 0), (0, 0))
    # 4 m of the 5 m are walked back, then 3 m away: 4 / (5 + 4 + 3)
    partly = line((0, 0), (5, 0), (1, 0), (1, 3))
    ring = line((0, 0), (3, 0), (3, 3), (0, 3), (0, 0))
    # twice there and once back on 2 m: one of the three is undone: 2 / 6
    thrice = line((0, 0), (2, 0), (0, 0), (2, 0))
    ratios = backtrack_ratios([out_and_back, partly, ring, thrice, line((1, 1)), np.empty((0, 2))])
    assert ratios == pytest.approx([0.5, 4 / 12, 0.0, 2 / 6, 0.0, 0.0])


def test_journey_of_joined_legs_backtracks():
    """Door to counter and back by the same way is all backtracking, whatever its bends."""
    there = line((0, 0), (4, 1), (7, 5))
    assert backtrack_ratios([joined_legs([there, there[::-1]])]) == pytest.approx([0.5])
    assert backtrack_ratios([joined_legs([])]) == [0.0]


def test_turns():
    """Only bends sharper than the angle count; repeated points are no bend."""
    points, counts = pad_polylines(
        [
            [(0, 0), (1, 0), (2, 1), (2, 2)],  # 45° twice
            [(0, 0), (1, 0), (1, 1), (2, 1)],  # 90° left and right
            [(0, 0), (1, 0), (1, 0), (2, 0)],  # straight
            [(0, 0), (2, 0), (1, 0)],  # 180°
            [(0, 0), (1, 0)],
            [],
        ]
    )
    assert path_turns(points, counts, sharper_than=45.0 + 1e-9).tolist() == [0, 2, 0, 1, 0, 0]
    assert path_turns(points, counts, sharper_than=44.0).tolist() == [2, 2, 0, 1, 0, 0]


def test_parting_of_two_paths():
    """Paths part where they are first a given width apart, measured along them."""
    trunk = line((0, 0), (4, 0), (4, 6))
    branch = line((0, 0), (4, 0), (10, 0))
    # from (4, 0) at a right angle: distance t √2 after t metres; 1.2 m apart at 4 + 1.2/√2
    assert parting_distance(trunk, branch, width=1.2) == pytest.approx(4 + 1.2 / math.sqrt(2))
    assert parting_distance(trunk, branch, width=0.0) == pytest.approx(4.0, abs=1e-8)
    # straight at 60° from the start: distance t after t metres
    a, b = line((0, 0), (5, 0)), line((0, 0), (2.5, 2.5 * math.sqrt(3)))
    assert parting_distance(a, b, width=1.2) == pytest.approx(1.2)
    # a vertex on the shared line changes nothing
    more = line((0, 0), (1, 0), (2.5, 0), (4, 0), (4, 6))
    assert parting_distance(more, branch, width=1.2) == pytest.approx(4 + 1.2 / math.sqrt(2))


def test_paths_that_never_part_and_never_meet():
    """The same path parts nowhere; one that stops is left behind; other starts part at once."""
    path = line((0, 0), (6, 0))
    assert parting_distance(path, path, width=1.2) == 6.0
    # the short one ends at 2 m; the other is 1.2 m away at 3.2 m
    assert parting_distance(path, line((0, 0), (2, 0)), width=1.2) == pytest.approx(3.2)
    assert parting_distance(path, line((0, 2), (6, 2)), width=1.2) == 0.0


def test_parting_of_streams():
    """Least, mean by people and greatest over the pairs of one path of each stream."""
    # the counter path leaves the trunk at 2 m, the machines' at 4 m and at 0 m, at right angles
    counters = [line((0, 0), (2, 0), (2, 5))]
    machines = [line((0, 0), (4, 0), (4, 5)), line((0, 0), (0, 5))]
    found = parting_of_streams(
        counters,
        machines,
        rates=np.array([10.0]),
        other_rates=np.array([30.0, 10.0]),
        width=math.sqrt(2),
    )
    # 2 + 1 and 0 + 1, weighted 3 : 1: (9 + 1) / 4
    assert found is not None
    assert (found.first, found.mean, found.last) == pytest.approx((1.0, 2.5, 3.0))
    assert isinstance(found, Parting)
    nobody = parting_of_streams(
        counters, machines, rates=np.zeros(1), other_rates=np.ones(2), width=1.0
    )
    assert nobody is None


def test_passing_through():
    """A path passes that runs inside the area, not along its edge and not beside it."""
    area = shapely.box(2, -1, 4, 1)
    paths = [
        line((0, 0), (6, 0)),  # 2 m inside
        line((0, 1), (6, 1)),  # along the edge
        line((0, 3), (6, 3)),  # beside
        line((3, 0)),
        line((3.5, -0.9), (3.5, 0.1)),  # 1 m, all inside
    ]
    assert passing_through(paths, area=area).tolist() == [True, False, False, False, True]
    # 2 m and 1 m inside
    assert passing_through(paths, area=area, least=1.5).tolist() == [True] + 4 * [False]
    assert not len(passing_through([], area=area))
