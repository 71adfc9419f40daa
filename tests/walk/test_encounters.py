"""Encounters per hour: hand-worked cases, walkers simulated by chance, and every symmetry.

All cases: speed v = 1.2 m/s, lane width w = 1.2 m, encounter distance d = 0.5 m, rates 300 and 400
people per hour, unless said otherwise.
"""

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.walk.encounters import (
    LaneModel,
    Streams,
    encounter_matrix,
    ends_from_paths,
    gait_terms,
    total_encounters,
)
from optimizer.walk.polylines import pad_paths, pad_polylines, path_lengths

SPEED, WIDTH, DISTANCE = 1.2, 1.2, 0.5
RATES = (300.0, 400.0)
LANES = LaneModel(width=WIDTH, distance=DISTANCE)


def encounters(paths, rates=RATES, *, speeds=SPEED, ends=-1, lanes=LANES):
    points, counts = pad_polylines(paths)
    streams = Streams.of(rates, speeds=speeds, ends=ends)
    return encounter_matrix(points, counts, streams=streams, lanes=lanes)


def ray(angle, length=20.0):
    return length * np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])


def star(angle):
    """Return two long paths through the origin whose directions differ by `angle`."""
    return [[-ray(0), ray(0)], [-ray(angle), ray(angle)]]


@pytest.mark.parametrize("angle", [30, 60, 90, 120, 150])
def test_two_straight_flows(angle):
    """Two long flows at an angle t meet 2 d r1 r2 / (3600 v cos(t/2)) times an hour."""
    # lanes overlap in a rhombus of w²/sin t whatever the shift, so V = 2 d w² / sin t;
    # |v1 - v2| = 2 v sin(t/2); n = r / (3600 v w). At 90°: 2·0.5·300·400/(3600·1.2·0.7071) = 39.28
    expected = 2 * DISTANCE * 300 * 400 / (3600 * SPEED * math.cos(math.radians(angle / 2)))
    assert encounters(star(angle))[0, 1] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("length", [0.7, 3.0, 12.0])
def test_head_on(length):
    """On L metres shared in opposite directions they meet 2 r1 r2 L/v (1 - (1 - d/w)²) times."""
    # L = 3: 2·300·400/3600 · 3/1.2 · (1 - (0.7/1.2)²) = 166.67 · (1 - 0.340278) = 109.954
    there = [(1.0, 2.0), (1.0, 2.0 + length)]
    expected = 2 * 300 * 400 / 3600 * length / SPEED * (1 - (1 - DISTANCE / WIDTH) ** 2)
    assert encounters([there, there[::-1]])[0, 1] == pytest.approx(expected, rel=1e-13)


def test_shared_corridor_in_one_direction_is_free():
    """People who walk the same way at the same speed never meet; a faster class overtakes."""
    corridor = [(0.0, 0.0), (10.0, 0.0)]
    assert encounters([corridor, corridor])[0, 1] == 0.0
    # overtaking: r1 r2/3600 · L · |1/v1 - 1/v2| · (1 - (1 - d/w)²)
    #           = 300·400/3600 · 10 · (1/0.8 - 1/1.2) · 0.659722 = 91.628
    expected = 300 * 400 / 3600 * 10 * (1 / 0.8 - 1 / 1.2) * (1 - (0.7 / 1.2) ** 2)
    found = encounters([corridor, corridor], speeds=(0.8, 1.2))[0, 1]
    assert found == pytest.approx(expected, rel=1e-13)


def test_lanes_beside_each_other():
    """Opposite lanes c apart overlap w - |c + s| at shift s; beyond w + d they never meet."""
    # c = 0.9: integral over -0.5 < s < 0.5 of max(0, 1.2 - |0.9 + s|)
    #   = integral of (0.3 - s) over -0.5 < s < 0.3 = 0.8²/2 = 0.32
    # n1 n2 3600 · 2 v · L · 0.32 = 300·400/(3600·1.44·1.44) · 2.4 · 8 · 0.32 = 98.765
    beside = encounters([[(0, 0), (8, 0)], [(8, 0.9), (0, 0.9)]])[0, 1]
    assert beside == pytest.approx(300 * 400 / (3600 * 1.44**2) * 2.4 * 8 * 0.32, rel=1e-12)
    assert encounters([[(0, 0), (8, 0)], [(8, 1.7), (0, 1.7)]])[0, 1] == pytest.approx(0, abs=1e-12)
    assert encounters([[(0, 0), (8, 0)], [(8, 1.69), (0, 1.69)]])[0, 1] > 1e-3


def test_crossing_of_different_speeds():
    """Unequal speeds: 2 d r1 r2 |v1 - v2| / (3600 v1 v2 sin t)."""
    # at 90°, 1.2 and 0.85: |v1 - v2| = sqrt(1.44 + 0.7225) = 1.47054
    expected = 2 * 0.5 * 300 * 400 / 3600 * math.hypot(1.2, 0.85) / (1.2 * 0.85)
    assert encounters(star(90), speeds=(1.2, 0.85))[0, 1] == pytest.approx(expected, rel=1e-13)


def test_slow_people_among_the_flows():
    """A fifth of both flows walks at 0.6 m/s: the sum over who meets whom, by share and weight."""
    # shares 0.8 and 0.2; weight 3 where one is slow, 5 where both are
    terms = gait_terms([1.2, 0.6], [[0.8, 0.2]], [[1.0, 3.0], [3.0, 5.0]])
    # 1.2 : 1.2 and 0.6 : 0.6 are one ratio, so the four pairs of speeds are three rows
    assert (terms[0, 0, :, 2] > 0).tolist() == [True, True, True, False]
    for paths in (star(70), [[(0, 0), (4, 0)], [(3, 0.4), (-1, 0.2)]]):
        points, counts = pad_polylines(paths)
        streams = Streams.of(RATES, speeds=SPEED, gaits=0, terms=terms)
        found = encounter_matrix(points, counts, streams=streams, lanes=LANES)[0, 1]
        expected = sum(
            part * encounters(paths, speeds=speeds)[0, 1]
            for speeds, part in (
                ((1.2, 1.2), 0.64),
                ((1.2, 0.6), 3 * 0.16),
                ((0.6, 1.2), 3 * 0.16),
                ((0.6, 0.6), 5 * 0.04),
            )
        )
        assert found == pytest.approx(expected, rel=1e-12)


def test_kinds_that_nobody_minds_meet_nobody():
    """A weight of 0 leaves the pair of kinds out; a gait of one kind has one row."""
    terms = gait_terms([1.2, 0.8], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 2.0]])
    assert terms.shape == (2, 2, 1, 3)
    assert terms[0, 0, 0].tolist() == [1.2, 1.2, 1 / (1.2 * 1.2)]
    assert terms[0, 1, 0].tolist() == [0, 0, 0]
    assert terms[1, 1, 0] == pytest.approx([0.8, 0.8, 2 / 0.64])


def test_tee():
    """A flow that ends on the middle of another meets half as often as if it went through."""
    # turning the picture half round the end point swaps what is kept and what is cut off
    through = encounters(star(90))[0, 1]
    tee = encounters([[-ray(0), ray(0)], [-ray(90), (0, 0)]])[0, 1]
    assert tee == pytest.approx(through / 2, rel=1e-12)


def test_touching_but_apart():
    """Lanes that end w/2 + d short of another, along the bisector, do not meet at all."""
    # the shift along the bisector moves the end by d cos 45° towards the other lane
    reach = WIDTH / 2 + DISTANCE * math.cos(math.pi / 4)
    apart = encounters([[-ray(0), ray(0)], [-ray(90), (0, -reach)]])[0, 1]
    near = encounters([[-ray(0), ray(0)], [-ray(90), (0, -reach + 0.01)]])[0, 1]
    assert apart == pytest.approx(0.0, abs=1e-12)
    assert near > 1e-6


def test_flows_that_share_a_start_or_an_end():
    """Flows from one standing point part, and flows to one merge: neither is an encounter."""
    paths = [[(0, 0), (6, 3)], [(0, 0), (6, -3)]]
    assert encounters(paths)[0, 1] > 1.0
    assert encounters(paths, ends=[[7, 1], [7, 2]])[0, 1] == 0.0
    back = [path[::-1] for path in paths]
    assert encounters(back, ends=[[1, 7], [2, 7]])[0, 1] == 0.0


def test_arriving_and_leaving_at_one_standing_point():
    """At a standing point the last w/2 + d metres are free; the shared corridor is not."""
    # leaving at a right angle or straight on: nothing. There and back: L - 1.1 m on both paths,
    # 10 - 1.1 = 8.9 m head-on; both ends shared: 10 - 2.2 = 7.8 m
    arrive = [(0, 0), (10, 0)]
    once, both = [[1, 2], [2, 3]], [[1, 2], [2, 1]]
    assert encounters([arrive, [(10, 0), (10, 8)]], ends=once)[0, 1] == pytest.approx(0, abs=1e-12)
    assert encounters([arrive, [(10, 0), (18, 0)]], ends=once)[0, 1] == 0.0
    per_metre = 2 * 300 * 400 / 3600 / SPEED * (1 - (1 - DISTANCE / WIDTH) ** 2)
    there_and_back = [arrive, arrive[::-1]]
    assert encounters(there_and_back, ends=once)[0, 1] == pytest.approx(8.9 * per_metre, rel=1e-12)
    assert encounters(there_and_back, ends=both)[0, 1] == pytest.approx(7.8 * per_metre, rel=1e-12)
    assert encounters(there_and_back)[0, 1] == pytest.approx(10 * per_metre, rel=1e-12)


def test_split_stretches_change_nothing():
    """A point in the middle of a straight path adds no encounter and takes none away."""
    whole = encounters(star(70))
    paths = star(70)
    paths[0] = [paths[0][0], (-0.3, 0.0), (0.2, 0.0), (0.2, 0.0), paths[0][1]]
    assert encounters(paths)[0, 1] == pytest.approx(whole[0, 1], rel=1e-12)


def test_unreachable_flows_meet_nobody():
    """A path without points, or of one point, has no encounters, and other pairs keep theirs."""
    paths = [star(90)[0], [], star(90)[1], [(0.0, 0.0)]]
    found = encounters(paths, (300, 50, 400, 50))
    assert found[0, 2] == pytest.approx(encounters(star(90))[0, 1], rel=1e-13)
    assert found[1].sum() == 0.0
    assert found[3].sum() == 0.0


def by_polygons(path, other):
    """Integrate shapely's overlap of two stretches over the shift, in 2,000 steps."""
    rectangles, along = [], []
    for a, b in (path, other):
        u = (b - a) / np.hypot(*(b - a))
        n = np.array([-u[1], u[0]]) * WIDTH / 2
        rectangles.append(np.array([a - n, b - n, b + n, a + n]))
        along.append(u)
    velocity = SPEED * (along[0] - along[1])
    speed = np.hypot(*velocity)
    across = np.array([-velocity[1], velocity[0]]) / speed
    shifts = ((np.arange(2000) + 0.5) / 2000 * 2 - 1) * DISTANCE
    moved = shapely.polygons(rectangles[1] - shifts[:, None, None] * across)
    area = shapely.area(shapely.intersection(shapely.Polygon(rectangles[0]), moved)).mean()
    return RATES[0] * RATES[1] / 3600 / (SPEED * WIDTH) ** 2 * speed * area * 2 * DISTANCE


@pytest.mark.parametrize("spread", [2.0, 4.0, 9.0])
@pytest.mark.parametrize("raster", [0.0, 0.5])
def test_agrees_with_overlap_of_polygons(spread, raster):
    """The closed form is the integral of the overlap, as shapely clips it.

    On a raster many stretches are parallel, at right angles, in line or share an end.
    """
    rng = np.random.default_rng(17)
    seen = 0
    for _ in range(25):
        path, other = rng.uniform(0, spread, (2, 2, 2))
        if raster:
            path, other = np.round(path / raster) * raster, np.round(other / raster) * raster
        along = [np.diff(p, axis=0)[0] for p in (path, other)]
        lengths = [np.hypot(*step) for step in along]
        if min(lengths) == 0 or np.allclose(along[0] * lengths[1], along[1] * lengths[0]):
            continue
        found = encounters([path, other])[0, 1]
        # the midpoint rule in 2,000 steps of a function with kinks is good to some 1e-6
        assert found == pytest.approx(by_polygons(path, other), rel=2e-5, abs=1e-5)
        seen += found > 0
    assert seen > 7


def walkers(paths, rates, *, hours, seed, speeds=(SPEED, SPEED)):
    """Count the encounters of people who enter by chance and keep to their offset in the lane.

    Independent of the closed form: every pair of people, every pair of stretches, the moment at
    which they are nearest to each other, from positions and velocities.
    """
    rng = np.random.default_rng(seed)
    people = []
    for path, rate, speed in zip(paths, rates, speeds, strict=True):
        n = rng.poisson(rate * hours)
        enter = np.sort(rng.uniform(0, 3600 * hours, n))
        offset = rng.uniform(-WIDTH / 2, WIDTH / 2, n)
        points = np.asarray(path, dtype=float)
        steps = np.diff(points, axis=0)
        lengths = np.hypot(*steps.T)
        begun = np.concatenate(([0], np.cumsum(lengths)))[:-1]
        people.append((enter, offset, points, steps / lengths[:, None], lengths, begun, speed))
    met = 0
    enter1, offset1, points1, along1, lengths1, begun1, v1 = people[0]
    enter2, offset2, points2, along2, lengths2, begun2, v2 = people[1]
    stay = lengths1.sum() / v1 + lengths2.sum() / v2
    first = np.searchsorted(enter2, enter1 - stay)
    last = np.searchsorted(enter2, enter1 + stay)
    one = np.repeat(np.arange(enter1.size), last - first)
    two = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])
    for a in range(len(lengths1)):
        across1 = np.array([-along1[a, 1], along1[a, 0]])
        start1 = enter1[one] + begun1[a] / v1
        place1 = points1[a] + offset1[one, None] * across1
        for b in range(len(lengths2)):
            across2 = np.array([-along2[b, 1], along2[b, 0]])
            start2 = enter2[two] + begun2[b] / v2
            place2 = points2[b] + offset2[two, None] * across2
            velocity = v1 * along1[a] - v2 * along2[b]
            at_zero = place1 - place2 - start1[:, None] * v1 * along1[a]
            at_zero += start2[:, None] * v2 * along2[b]
            nearest = -(at_zero @ velocity) / (velocity @ velocity)
            gap = np.hypot(*(at_zero + nearest[:, None] * velocity).T)
            on1 = (nearest >= start1) & (nearest < start1 + lengths1[a] / v1)
            on2 = (nearest >= start2) & (nearest < start2 + lengths2[b] / v2)
            met += int(((gap < DISTANCE) & on1 & on2).sum())
    return met


WALKER_CASES = {
    "crossing at 60°": star(60),
    "nearly head-on": [[(-6, 0), (6, 0.4)], [(6, -0.3), (-6, 0.3)]],
    "lanes that end beside each other": [[(0, 0), (3, 0)], [(2.8, 2.0), (2.2, -0.3)]],
    "opposite lanes round a corner": [
        [(-4, 0), (0, 0), (0, -4)],
        [(1, -4), (0.2, -0.1), (-4, 0.3)],
    ],
}


@pytest.mark.parametrize("name", WALKER_CASES)
def test_agrees_with_walkers(name):
    """People who walk at random in their lanes meet as often as the closed form says."""
    paths, hours = WALKER_CASES[name], 15
    expected = encounters(paths)[0, 1] * hours
    met = walkers(paths, RATES, hours=hours, seed=5)
    # the variance of the number of pairs is above Poisson's, for one person meets several:
    # E + E (r1 + r2) t with t the seconds per meeting stretch, below 2 E here
    assert met == pytest.approx(expected, abs=3 * math.sqrt(2 * expected))
    assert expected > 100


def test_agrees_with_walkers_of_two_speeds():
    """A third of the people of both flows walk at 0.85 m/s: they meet as often as is said."""
    paths, hours = WALKER_CASES["opposite lanes round a corner"], 15
    parts = ((1.2, 2 / 3), (0.85, 1 / 3))
    points, counts = pad_polylines(paths)
    terms = gait_terms([1.2, 0.85], [[2 / 3, 1 / 3]])
    streams = Streams.of(RATES, speeds=SPEED, gaits=0, terms=terms)
    expected = encounter_matrix(points, counts, streams=streams, lanes=LANES)[0, 1] * hours
    met = 0
    for k, ((v, a), (u, b)) in enumerate(itertools.product(parts, parts)):
        # walkers at random that are thinned out at random are walkers at random
        rates = (RATES[0] * a, RATES[1] * b)
        met += walkers(paths, rates, hours=hours, seed=k, speeds=(v, u))
    # three standard errors as above
    assert met == pytest.approx(expected, abs=3 * math.sqrt(2 * expected))
    assert expected > 100


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_walkers_on_random_paths(seed):
    """The same for random bent paths and unequal speeds, for many more people."""
    rng = np.random.default_rng(seed)
    paths = [rng.uniform(0, 6, (4, 2)) for _ in range(2)]
    hours = 150
    expected = encounters(paths, speeds=(1.2, 0.9))[0, 1] * hours
    met = walkers(paths, RATES, hours=hours, seed=seed, speeds=(1.2, 0.9))
    assert met == pytest.approx(expected, abs=3 * math.sqrt(2 * expected))


def bundle(seed, flows=9):
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 10, (6, 2))
    paths = [corners[rng.choice(6, rng.integers(2, 5), replace=False)] for _ in range(flows)]
    return paths, rng.uniform(5, 60, flows)


@given(seed=st.integers(0, 10_000), angle=st.floats(0, 360))
@settings(max_examples=40, deadline=None)
def test_unchanged_by_turn_mirror_shift_reversal_and_order(seed, angle):
    """Encounters belong to the picture, not to its coordinates or the order of the flows."""
    paths, rates = bundle(seed)
    before = encounters(paths, rates)
    a = math.radians(angle)
    turn = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    tolerance = {"rel": 1e-9, "abs": 1e-9}
    turned = encounters([p @ turn.T + (3.0, -7.0) for p in paths], rates)
    assert turned == pytest.approx(before, **tolerance)
    mirrored = encounters([p * (-1, 1) for p in paths], rates)
    assert mirrored == pytest.approx(before, **tolerance)
    assert encounters([p[::-1] for p in paths], rates) == pytest.approx(before, **tolerance)
    order = np.random.default_rng(seed).permutation(len(paths))
    shuffled = encounters([paths[k] for k in order], rates[order])
    assert shuffled == pytest.approx(before[np.ix_(order, order)], rel=1e-12, abs=1e-12)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_continuous_in_the_positions(seed):
    """Moving every point by at most 1e-6 m changes no pair by more than it can carry."""
    # a boundary of at most 30 m moves by 1e-6 m: areas change by 3e-5 m² of some m²
    paths, rates = bundle(seed)
    rng = np.random.default_rng(seed)
    before = encounters(paths, rates)
    moved = encounters([p + rng.uniform(-1e-6, 1e-6, p.shape) for p in paths], rates)
    assert moved == pytest.approx(before, abs=1e-4 * before.max() + 1e-6)


@given(seed=st.integers(0, 100_000), raster=st.sampled_from([0.1, 0.25, 0.5, 0.6, 1.2]))
@settings(max_examples=150, deadline=None)
def test_nothing_jumps_on_a_raster(seed, raster):
    """Where edges lie on each other and corners in walls, noise of 1e-10 m changes nothing."""
    # half the lane width is on some rasters, so that lanes meet edge to edge and corner to corner
    paths, rates = bundle(seed)
    paths = [np.round(path / raster) * raster for path in paths]
    rng = np.random.default_rng(seed)
    before = encounters(paths, rates)
    moved = encounters([p + rng.uniform(-1e-10, 1e-10, p.shape) for p in paths], rates)
    assert moved == pytest.approx(before, abs=1e-7 * before.max() + 1e-9)
    assert before.min() > -1e-12


def test_continuous_from_crossing_to_head_on():
    """Between 179.9° and 180° nothing jumps, though the crossing formula diverges there."""
    paths = lambda angle: [[-ray(0, 5), ray(0, 5)], [-ray(angle, 5), ray(angle, 5)]]  # noqa: E731
    angles = 180 - np.array([1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 0.0])
    values = np.array([encounters(paths(angle))[0, 1] for angle in angles])
    # 10 m head-on: 2·300·400/3600 · 10/1.2 · 0.659722 = 366.512
    assert values[-1] == pytest.approx(366.5123456790, rel=1e-11)
    assert values[1:] == pytest.approx(values[-1], rel=1e-4)
    assert values[3:] == pytest.approx(values[-1], rel=1e-8)


def test_class_weights():
    """Each pair counts once, times the weight of its two classes."""
    # pairs 0-1: 5, 0-2: 7, 1-2: 11; classes 0, 1, 1: 5·3 + 7·3 + 11·10 = 146
    pairs = np.array([[0.0, 5.0, 7.0], [5.0, 0.0, 11.0], [7.0, 11.0, 0.0]])
    weights = np.array([[1.0, 3.0], [3.0, 10.0]])
    classes = np.array([0, 1, 1])
    assert total_encounters(pairs, classes=classes, class_weights=weights) == 146.0
    assert total_encounters(pairs, classes=classes) == 23.0


def test_ends_from_paths():
    """End points nearer than the tolerance share a number; empty paths share with nobody."""
    points, counts = pad_polylines([[(0, 0), (1, 0)], [(1, 1e-6), (2, 2)], [], [(2, 2), (0, 0)]])
    ends = ends_from_paths(points, counts)
    assert ends[0, 1] == ends[1, 0]
    assert ends[1, 1] == ends[3, 0]
    assert ends[0, 0] == ends[3, 1]
    assert len(set(ends[:2].ravel())) == 3
    assert (ends[2] == -1).all()


def test_padding_and_lengths():
    """The flat form becomes the padded one row by row; an empty path has no length."""
    points, counts = pad_paths([(0, 0), (3, 4), (3, 5), (9, 9)], [0, 3, 3, 4])
    assert counts.tolist() == [3, 0, 1]
    assert points.shape == (3, 3, 2)
    assert points[2].tolist() == [[9, 9], [0, 0], [0, 0]]
    # 5 + 1; no way; a single point
    assert path_lengths(points, counts).tolist() == [6.0, math.inf, 0.0]


def test_refuses_what_cannot_be():
    """Distances and rates that make no sense are named with their value."""
    with pytest.raises(ValueError, match=r"1\.5 m must be above 0 and at most .* 1\.2 m"):
        LaneModel(width=1.2, distance=1.5)
    with pytest.raises(ValueError, match="rate is -1"):
        Streams.of([-1.0], speeds=1.0)
    with pytest.raises(ValueError, match="speed is 0"):
        Streams.of([1.0], speeds=0.0)
    with pytest.raises(ValueError, match="gaits are 0 to 1; 0 to 0 have terms"):
        Streams.of([1.0, 1.0], speeds=1.0, gaits=[0, 1], terms=gait_terms([1.0], [[1.0]]))
    with pytest.raises(ValueError, match="class is -2"):
        Streams.of([1.0], speeds=1.0, classes=-2)
    pairs, classes = np.zeros((2, 2)), np.array([0, 2])
    with pytest.raises(ValueError, match=r"shape \(2, 2\); a square of at least 3"):
        total_encounters(pairs, classes=classes, class_weights=np.ones((2, 2)))
    with pytest.raises(ValueError, match="differ above and below"):
        total_encounters(pairs, classes=classes, class_weights=np.arange(9.0).reshape(3, 3))
