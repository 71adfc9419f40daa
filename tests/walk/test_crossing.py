"""Path crossings: hand-drawn cases, and what must not change them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.walk.crossing import (
    CrossingPlace,
    FlowPair,
    count_crossings,
    crossing_flows,
    crossing_places,
    sum_by_class,
    weighted_crossings,
    worst_pairs,
)
from optimizer.walk.polylines import pad_polylines


def crossings(*paths):
    return count_crossings(*pad_polylines(paths))


def ray(angle, length=1.0):
    return length * np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])


# Two paths, crossings, head-on metres, merging metres
PAIRS = {
    "plain cross": ([(-1, 0), (1, 0)], [(0, -1), (0, 1)], 1, 0, 0),
    "cross where one has a vertex": ([(-1, 0), (0, 0), (1, 0)], [(0, -1), (0, 1)], 1, 0, 0),
    "cross where both have a vertex": (
        [(-1, 0), (0, 0), (1, 0)],
        [(0, -1), (0, 0), (0, 1)],
        1,
        0,
        0,
    ),
    "touch in a vertex, same side": ([(-1, 0), (0, 0), (1, 0)], [(-1, 1), (0, 0), (1, 1)], 0, 0, 0),
    "touch a side with a vertex": ([(-1, 0), (1, 0)], [(-1, 1), (0, 0), (1, 1)], 0, 0, 0),
    "two bends, one inside the other": (
        [(-1, 0), (0, 0), (0, -1)],
        [(-1, 1), (0, 0), (1, -1)],
        0,
        0,
        0,
    ),
    "sharp bend crossed by a straight path": (
        [(-1, -1), (0, 0), (1, -1)],
        [(0, -2), (0, 0), (0, 2)],
        1,
        0,
        0,
    ),
    "run, left on the other side": (
        [(-1, 1), (0, 0), (1, 0), (2, -1)],
        [(-1, -1), (0, 0), (1, 0), (2, 1)],
        1,
        0,
        1,
    ),
    "run, left on the same side": (
        [(-1, 1), (0, 0), (1, 0), (2, 1)],
        [(-1, -1), (0, 0), (1, 0), (2, -1)],
        0,
        0,
        1,
    ),
    "opposite run, other side": (
        [(-1, 1), (0, 0), (1, 0), (2, -1)],
        [(2, 1), (1, 0), (0, 0), (-1, -1)],
        1,
        1,
        0,
    ),
    "opposite run, same side": (
        [(-1, 1), (0, 0), (1, 0), (2, 1)],
        [(2, -1), (1, 0), (0, 0), (-1, -1)],
        0,
        1,
        0,
    ),
    "bent run, other side": (
        [(-1, 1), (0, 0), (1, 0), (1, 2), (0, 3)],
        [(-1, -1), (0, 0), (1, 0), (1, 2), (2, 3)],
        0,
        0,
        3,
    ),
    "bent run, crossing": (
        [(-1, 1), (0, 0), (1, 0), (1, 2), (2, 3)],
        [(-1, -1), (0, 0), (1, 0), (1, 2), (0, 3)],
        1,
        0,
        3,
    ),
    "run that only one has a vertex on": (
        [(-1, 1), (0, 0), (3, 0), (4, -1)],
        [(1, 0), (2, 0), (3, 1)],
        0,
        0,
        1,
    ),
    "partly shared line, crossing": (
        [(-1, 1), (0, 0), (3, 0), (4, 1)],
        [(0, 2), (1, 0), (2, 0), (3, -2)],
        1,
        0,
        1,
    ),
    "merge at a shared end": ([(-2, 1), (0, 0), (2, 0)], [(-2, -1), (0, 0), (2, 0)], 0, 0, 2),
    "tee: one ends on the other": ([(-1, 0), (1, 0)], [(0, -1), (0, 0)], 0, 0, 0),
    "shared start": ([(0, 0), (2, 1)], [(0, 0), (2, -1)], 0, 0, 0),
    "head-on, both ends shared": ([(0, 0), (5, 0)], [(5, 0), (0, 0)], 0, 5, 0),
    "same path": ([(0, 0), (3, 4)], [(0, 0), (3, 4)], 0, 0, 5),
    "two crossings": ([(0, 0), (4, 0)], [(1, -1), (2, 1), (3, -1)], 2, 0, 0),
    "near but apart": ([(0, 0), (4, 0)], [(1, 1), (2, 3e-5), (3, 1)], 0, 0, 0),
    "parallel": ([(0, 0), (4, 0)], [(0, 1), (4, 1)], 0, 0, 0),
    "upright cross": ([(0, -1), (0, 1)], [(-1, 0.5), (1, 0.5)], 1, 0, 0),
    "there and back across a path": ([(0, 0), (4, 0)], [(2, 1), (2, -1), (2, 2)], 2, 0, 0),
    "turning back on the line": (
        [(0, 0), (4, 0)],
        [(3, 1), (3, 0), (1, 0), (2, 0), (2, -1)],
        0,
        2,
        1,
    ),
    "collinear with a gap": ([(0, 0), (1, 0)], [(2, 0), (3, 0)], 0, 0, 0),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("turn", [0.0, 37.0, 90.0, 213.0])
@pytest.mark.parametrize("mirror", [1, -1])
@pytest.mark.parametrize("reverse", [1, -1])
def test_pairs(name, turn, mirror, reverse):
    """Each drawing has its count and metres, turned, mirrored or walked backwards."""
    one, two, count, head_on, merging = PAIRS[name]
    a = math.radians(turn)
    matrix = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    matrix[:, 0] *= mirror
    paths = [(np.array(path, float) @ matrix.T + (5.0, 3.0))[::reverse] for path in (one, two)]
    for order in (paths, paths[::-1]):
        found = crossings(*order)
        assert found.counts.tolist() == [[0, count], [count, 0]]
        assert found.total == count == len(found.places)
        assert found.head_on[0, 1] == pytest.approx(head_on, abs=1e-9)
        assert found.merging[0, 1] == pytest.approx(merging, abs=1e-9)


@pytest.mark.parametrize("angle", [30, 60, 90, 120, 150])
def test_straight_flows_cross_once_where_they_meet(angle):
    """Two straight paths cross once at any angle; the place is where the lines meet."""
    found = crossings([-ray(0), ray(0)], [-ray(angle), ray(angle, 2)])
    assert found.total == 1
    assert found.places[0] == pytest.approx([0, 0, 0, 1], abs=1e-12)


def six_round_a_corner():
    """Return six paths that bend at (0, 0) round an obstacle at its lower left.

    Path k comes from angle 120° + 10° k and goes on to an angle below the axis.
    """
    leaves = [-75, -85, -95, -60, -70, -80]
    comes = [100, 110, 120, 130, 140, 150]
    return [[ray(c, 2), (0.0, 0.0), ray(e, 2)] for c, e in zip(comes, leaves, strict=True)]


def test_corner_hugged_by_six_flows():
    """Around one corner two paths cross exactly when their order changes."""
    # all six bend round the same corner, in from 100° to 150°, out at -60° to -95°; i < j come
    # in anticlockwise order; they keep apart when i also leaves on the outer side, that is at the
    # greater angle: nested bends. Leaves by order of coming: -75 -85 -95 -60 -70 -80.
    # pairs i < j with leave_i < leave_j (order changed):
    #   -75: -60, -70 → 2; -85: -60, -70, -80 → 3; -95: -60, -70, -80 → 3; -60: none; -70: none
    # together 8
    found = crossings(*six_round_a_corner())
    assert found.total == 8
    assert found.counts[0].tolist() == [0, 0, 0, 1, 1, 0]
    assert found.places[:, :2] == pytest.approx(np.zeros((8, 2)), abs=1e-12)


def world(seed, flows=14):
    """Return paths over a few shared corners, some with collinear vertices, as routes have."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 12, (9, 2))
    paths = []
    for _ in range(flows):
        chosen = corners[rng.choice(9, rng.integers(2, 6), replace=False)]
        if rng.random() < 0.4:
            chosen = np.insert(chosen, 1, 0.25 * chosen[0] + 0.75 * chosen[1], axis=0)
        paths.append(chosen)
    return paths


@given(seed=st.integers(0, 100_000), raster=st.sampled_from([0.5, 1.0, 2.0]))
@settings(max_examples=100, deadline=None)
def test_invariant_on_a_raster(seed, raster):
    """The same where paths share lines, end on each other and turn back on themselves."""
    paths = [np.round(p / raster) * raster for p in world(seed)]
    before = crossings(*paths).counts
    rng = np.random.default_rng(seed)
    assert (crossings(*[p * (-1, 1) for p in paths]).counts == before).all()
    assert (crossings(*[p[::-1] for p in paths]).counts == before).all()
    noisy = [p + rng.uniform(-1e-6, 1e-6, p.shape) for p in paths]
    assert (crossings(*noisy).counts == before).all()


@given(seed=st.integers(0, 100_000), angle=st.floats(0, 360), jitter=st.sampled_from([1e-8, 1e-6]))
@settings(max_examples=60, deadline=None)
def test_invariant(seed, angle, jitter):
    """No symmetry and no noise far below the tolerance changes a single count."""
    paths = world(seed)
    before = crossings(*paths)
    a = math.radians(angle)
    turn = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(paths))
    same = {
        "mirror": [p * (-1, 1) for p in paths],
        "turn": [p @ turn.T for p in paths],
        "reverse": [p[::-1] for p in paths],
        "noise": [p + rng.uniform(-jitter, jitter, p.shape) for p in paths],
    }
    for name, changed in same.items():
        after = crossings(*changed)
        assert (after.counts == before.counts).all(), name
        assert after.head_on == pytest.approx(before.head_on, abs=1e-4), name
        assert after.merging == pytest.approx(before.merging, abs=1e-4), name
    shuffled = crossings(*[paths[k] for k in order])
    assert (shuffled.counts == before.counts[np.ix_(order, order)]).all()


def test_invariance_is_tested_on_crossings_and_shared_runs():
    """The random worlds above hold crossings on corners, free crossings and both kinds of runs."""
    found = [crossings(*world(seed)) for seed in range(20)]
    assert min(f.total for f in found) > 5
    assert sum(f.head_on.sum() > 0 for f in found) > 10
    assert sum(f.merging.sum() > 0 for f in found) > 10


def test_many_crossings_fit():
    """A grid of 20 × 20 paths has its 400 crossings, more than the first store of places."""
    across = [[(-1, k), (20, k)] for k in range(20)]
    up = [[(k, -1), (k, 20)] for k in range(20)]
    found = crossings(*across, *up)
    assert found.total == len(found.places) == 400
    corners = {(round(x), round(y)) for x, y in found.places[:, :2]}
    assert len(corners) == 400


def test_empty_and_single_points():
    """Paths without a walk cross nothing, and no paths at all give empty tables."""
    found = crossings([], [(-1, 0), (1, 0)], [(0, 0)], [(0, -1), (0, 1)])
    assert found.total == 1
    assert found.places[0, 2:].tolist() == [1, 3]
    assert crossings().counts.shape == (0, 0)


def test_weights_places_and_worst_pairs():
    """A crossing weighs the product of its rates, times the weight of its two classes."""
    # 0 crosses 1 at (0, 0) and 2 at (0.5, 0): 30·40 = 1200, 30·10 = 300
    found = crossings([(-1, 0), (1, 0)], [(0, -1), (0, 1)], [(0.5, -1), (0.5, 1)])
    rates = np.array([30.0, 40.0, 10.0])
    assert weighted_crossings(found, rates=rates) == 1500.0
    weights = np.array([[1.0, 5.0], [5.0, 0.0]])
    heavy = weighted_crossings(
        found, rates=rates, classes=np.array([0, 0, 1]), class_weights=weights
    )
    # 1200·1 + 300·5
    assert heavy == 2700.0
    assert crossing_places(found, rates=rates) == (
        CrossingPlace(x=0.0, y=0.0, flows=(0, 1), weight=1200.0),
        CrossingPlace(x=0.5, y=0.0, flows=(0, 2), weight=300.0),
    )
    pairs = found.counts * np.outer(rates, rates)
    assert worst_pairs(pairs, top=1) == (FlowPair(flows=(0, 1), value=1200.0),)
    assert len(worst_pairs(pairs, top=9)) == 2


def test_sums_by_class():
    """Staff with customers apart from customers among themselves, each pair once."""
    # pairs 0-1: 5, 0-2: 7, 1-2: 11; classes 0, 1, 1: [0,1] = 5 + 7, [1,1] = 11
    pairs = np.array([[0.0, 5.0, 7.0], [5.0, 0.0, 11.0], [7.0, 11.0, 0.0]])
    sums = sum_by_class(pairs, classes=np.array([0, 1, 1]), size=3)
    assert sums.tolist() == [[0, 12, 0], [12, 11, 0], [0, 0, 0]]


def test_crossing_flows():
    """Flows are told that cross another one with people in it."""
    found = crossings([(-1, 0), (1, 0)], [(0, -1), (0, 1)], [(-1, 3), (1, 3)])
    rates = np.array([30.0, 10.0, 60.0])
    assert crossing_flows(found, rates).tolist() == [True, True, False]
    # a stream without people disturbs nobody, but may itself be disturbed
    nobody = np.array([30.0, 0.0, 60.0])
    assert crossing_flows(found, nobody).tolist() == [False, True, False]
    assert not len(crossing_flows(crossings(), np.empty(0)))
