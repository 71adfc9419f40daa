"""Incremental routes equal the full evaluation, whatever moves."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from walk_worlds import free_points, random_boxes, random_hall, raster_points, raster_world

from optimizer.errors import LayoutError
from optimizer.walk import Router, moves, prepare_shell, route

HALL = shapely.box(0, 0, 10, 6)


def random_move(rng, boxes, starts, ends, places):
    """Return boxes, legs and their ends after one random move, and what it touches."""
    boxes, starts, ends = boxes.copy(), starts.copy(), ends.copy()
    n, m = len(boxes), len(starts)
    k, legs = int(rng.integers(n)), np.empty(0, dtype=np.int64)
    rows = np.array([k])
    kind = rng.choice(["shift", "turn", "swap", "remove", "place", "joint", "stand"])
    if kind == "shift":
        boxes[k, :2] += rng.normal(0, 0.5, 2)
    elif kind == "turn":
        boxes[k, 4] += rng.choice([90.0, rng.uniform(0, 360)])
    elif kind == "swap":
        rows = rng.choice(n, 2, replace=False)
        boxes[rows] = boxes[rows[::-1]]
    elif kind == "remove":
        boxes[k] = np.nan
    elif kind == "place":
        boxes[k] = random_boxes(rng, 1)[0]
    else:
        rows = rng.choice(n, 3, replace=False) if kind == "joint" else rows[:0]
        boxes[rows, :2] += rng.normal(0, 0.3, (len(rows), 2))
        legs = rng.choice(m, 2, replace=False)
        starts[legs] = places[rng.integers(0, len(places), 2)]
    return boxes, starts, ends, rows, legs


def check_against_full(router, shell, boxes, starts, ends):
    """Assert that the router holds what a full evaluation gives, to the last bit."""
    full = route(shell, boxes, starts, ends)
    assert np.array_equal(router.lengths, full.lengths)
    assert np.array_equal(router.blocked, full.blocked)
    for leg in range(len(starts)):
        assert np.array_equal(router.path(leg), full.path(leg))


def walk_randomly(seed, *, steps, boxes, corners, raster=False, radius=0.25):
    """Make random moves, half of them rejected; return how many legs were re-routed."""
    rng = np.random.default_rng(seed)
    if raster:
        free, furniture = raster_world(rng)
    else:
        free, furniture = random_hall(rng), random_boxes(rng, boxes)
    shell = prepare_shell(free, radius=radius, corners=corners)
    pick = raster_points if raster else free_points
    places = pick(rng, shell.walkable, 60)
    starts, ends = places[:12].copy(), places[12:24].copy()
    router = Router(shell, furniture, starts, ends)
    rerouted = 0
    for step in range(steps):
        moved = random_move(rng, furniture, starts, ends, places)
        new_boxes, new_starts, new_ends, rows, legs = moved
        before = router.lengths.copy(), [router.path(leg) for leg in range(12)]
        changed = router.propose(
            rows, new_boxes[rows], legs, new_starts[legs], new_ends[legs]
        ).tolist()
        rerouted += router.rerouted
        for leg in set(range(12)) - set(changed):
            assert router.lengths[leg] == before[0][leg]
            assert np.array_equal(router.path(leg), before[1][leg])
        if rng.random() < 0.5:
            router.accept()
            furniture, starts, ends = new_boxes, new_starts, new_ends
        else:
            router.reject()
            assert np.array_equal(router.lengths, before[0])
            assert np.array_equal(router.boxes, furniture, equal_nan=True)
            for leg in range(12):
                assert np.array_equal(router.path(leg), before[1][leg])
        if step % 5 == 4:
            check_against_full(router, shell, furniture, starts, ends)
    return rerouted


@pytest.mark.parametrize("corners", ["mitre", "octagon"])
def test_random_moves_equal_full_evaluation(corners):
    """Over 2,000 cumulative moves, accepted or rejected, nothing differs in one bit."""
    legs = sum(walk_randomly(seed, steps=200, boxes=12, corners=corners) for seed in range(10))
    assert 0 < legs < 2000 * 12 / 3  # and most legs were left alone


def test_more_than_64_fixtures_equal_full_evaluation():
    """The record of met fixtures spans several words."""
    for seed in range(4):
        walk_randomly(seed, steps=100, boxes=70, corners="mitre", radius=0.05)


def test_moves_among_contacts_equal_full_evaluation():
    """Worlds of touching boxes and exact gaps make no difference either."""
    for seed in range(8):
        walk_randomly(seed, steps=100, boxes=0, corners="mitre", raster=True)


@pytest.mark.slow
def test_ten_thousand_moves_equal_full_evaluation():
    """The same over 12,000 moves."""
    for seed in range(100, 140):
        walk_randomly(seed, steps=300, boxes=12, corners="mitre")


def test_a_move_by_hand():
    """Putting a box in the way, turning it, and taking it away again changes just that leg."""
    # box 1 x 2 at (5, 1), body 0.25: 6.647815 (see test_walk_paths); turned by 90 degrees its
    # inflated rectangle is 3.75..6.25 by ..1.75: 2 * sqrt(1.75^2 + .75^2) + 2.5 = 6.307887
    router = Router(prepare_shell(HALL), [(np.nan,) * 5], [(2, 1), (2, 5)], [(8, 1), (8, 5)])
    assert router.lengths.tolist() == [6, 6]
    assert router.propose([0], [(5, 1, 1, 2, 0)]).tolist() == [0]
    assert router.lengths == pytest.approx([6.647815, 6], abs=2e-6)
    router.accept()
    assert router.met(0).tolist() == [0]
    assert router.met(1).tolist() == []
    assert router.propose([0], [(5, 1, 1, 2, 90)]).tolist() == [0]
    assert router.lengths == pytest.approx([6.307887, 6], abs=2e-6)
    router.reject()
    assert router.lengths == pytest.approx([6.647815, 6], abs=2e-6)
    assert router.propose([0], [(np.nan,) * 5]).tolist() == [0]
    router.accept()
    assert router.lengths.tolist() == [6, 6]
    assert router.rerouted == 1
    assert router.propose(leg_rows=[1], new_starts=[(2, 5)], new_ends=[(5, 5)]).tolist() == [1]
    assert router.lengths.tolist() == [6, 3]


def test_shared_nodes_are_equal_bit_by_bit():
    """Legs round one corner name the same node and have the same coordinates there."""
    shell = prepare_shell(HALL.difference(shapely.box(2, 3, 2.2, 6)))
    router = Router(
        shell, [(5, 1, 1, 2, 20)], [(2, 1), (2.5, 0.6), (1, 5)], [(8, 1), (8, 0.6), (4, 5)]
    )
    seen = {}
    for leg in range(3):
        n = router.path_counts[leg]
        assert router.path_nodes[leg, [0, n - 1]].tolist() == [-1, -1]
        for i in range(1, n - 1):
            node = int(router.path_nodes[leg, i])
            place = router.path_points[leg, i].tobytes()
            assert seen.setdefault(node, place) == place
    fixed = len(shell.nodes)
    assert {node >= fixed for node in seen} == {True, False}
    assert all(node < fixed + 4 for node in seen)


def test_moves_that_cannot_be_are_refused():
    """A second open move, and rows that do not exist, are named; nothing changes."""
    router = Router(prepare_shell(HALL), [(5, 1, 1, 2, 0)], [(2, 1)], [(8, 1)])
    before = float(router.lengths[0])
    with pytest.raises(LayoutError, match="rows 0 to 0"):
        router.propose([1], [(5, 1, 1, 2, 0)])
    with pytest.raises(LayoutError, match="rows 0 to 0"):
        router.propose(leg_rows=[3], new_starts=[(1, 1)], new_ends=[(2, 2)])
    with pytest.raises(LayoutError, match="one footprint"):
        router.propose([0], [(5, 1, 1, 2, 0)] * 2)
    router.propose([0], [(5, 2, 1, 2, 0)])
    with pytest.raises(LayoutError, match="still open"):
        router.propose([0], [(5, 3, 1, 2, 0)])
    router.reject()
    assert router.lengths[0] == before


def test_buffers_grow_within_a_move():
    """A move that makes a path of 60 bends and a full heap leaves a right and complete state."""
    x = np.arange(2.0, 62.0, 2.0)
    y = np.where(np.arange(len(x)) % 2, 4.0, 6.0)
    comb = np.column_stack([x, y, np.full((len(x), 2), (0.2, 8.0)), np.zeros(len(x))])
    shell = prepare_shell(shapely.box(0, 0, 64, 10))
    router = Router(shell, np.full_like(comb, np.nan), [(1, 9), (1, 5)], [(63, 9), (1, 1)])
    assert router.propose(np.arange(len(x)), comb).tolist() == [0]
    full = route(shell, comb, [(1, 9), (1, 5)], [(63, 9), (1, 1)])
    assert router.path_counts[0] > 50
    assert np.array_equal(router.lengths, full.lengths)
    router.reject()
    assert router.lengths == pytest.approx([62, 4])
    assert router.propose(np.arange(len(x)), comb).tolist() == [0]
    router.accept()
    assert np.array_equal(router.path(0), full.path(0))


def test_tiny_buffers_change_nothing(monkeypatch):
    """Starting with room for 3 points a path and 4 corners on offer, all is right none the less."""
    monkeypatch.setattr(moves, "BENDS", 3)
    monkeypatch.setattr(moves, "OFFERS", 4)
    for seed in range(3):
        walk_randomly(seed, steps=100, boxes=12, corners="mitre")
