"""Parts of the verifier against cases solved by hand, and true results of the bundled halls."""

import ast
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapely import area, box, intersection, polygons, union_all

import optimizer.verify
from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.equipment.layout import Layout
from optimizer.study_file import read_study
from optimizer.verify import verify_result
from optimizer.verify.crossings import count_meetings
from optimizer.verify.demand import count_visits, list_walks
from optimizer.verify.encounters import Lanes, Stream, pair_encounters, shared_area
from optimizer.verify.placed import read_placements
from optimizer.verify.waiting import queue_figures, waiting_seconds
from optimizer.verify.ways import _distinct, find_ways

FLOORPLANS = Path(__file__).parents[2] / "floorplans"
LANES = Lanes(width=1.2, distance=0.5)


def test_ways_go_round_a_square_at_its_corner():
    """A way round one corner, and one in free sight."""
    region = box(0, 0, 10, 10).difference(box(4, 0, 6, 6))
    around, free = find_ways(region, [((1, 2), (9, 2)), ((1, 8), (9, 8))])
    # to (4, 6), 5 = hypot(3, 4); along the top, 2; down again, 5
    assert around.length == pytest.approx(12.0, abs=1e-5)
    assert free.length == pytest.approx(8.0, abs=1e-9)
    assert len(around.paths) == len(free.paths) == 1


def test_two_equally_short_ways_are_both_found():
    """A square in the middle of a hall can be passed on either side."""
    region = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    (way,) = find_ways(region, [((2, 5), (8, 5))])
    # twice hypot(2, 1) and 2 along the side
    assert way.length == pytest.approx(2 + 2 * math.sqrt(5), abs=1e-5)
    assert len(way.paths) == 2
    assert {round(float(path[1, 1])) for path in way.paths} == {4, 6}


def test_a_free_line_close_by_a_corner_does_not_bend_at_it():
    """A bend that costs next to nothing is still no shortest way, and two walks stay apart."""
    # the corner (0.4, 0.1596) lies d = 0.0004 · 10 / √116 = 0.37 mm below the straight line, 0.43 m
    # from its start and 10.34 m from its end: a bend there costs d² / 2 · (1 / 0.43 + 1 / 10.34) =
    # 1.7e-7 m, less than any doubt about lengths
    region = box(-1, -2, 11, 5).difference(box(0.4, -2, 0.6, 0.1596))
    above, below = find_ways(region, [((0.0, 0.0), (10.0, 4.0)), ((0.2, -1.0), (10.0, -0.3))])
    assert [path.tolist() for path in above.paths] == [[[0.0, 0.0], [10.0, 4.0]]]
    # the other walk bends at both corners and is below the first one everywhere
    (hugging,) = below.paths
    assert hugging[1:-1] == pytest.approx(np.array([[0.4, 0.1596], [0.6, 0.1596]]), abs=1e-6)
    for tolerance in (1e-5, 4e-5):
        met = count_meetings([*above.paths, hugging], tolerance)
        assert (met.counts.sum(), met.head_on.sum(), met.merging.sum()) == (0, 0, 0)


def test_only_ways_of_equal_length_are_a_tie():
    """A column in the middle of a hall can be passed on either side, 40 µm off it on one."""
    # shifted by s, a way is 1 + 2 √(4.5² + (0.5 ± s)²) long: the sides differ by
    # 4 · 0.5 / √(4.5² + 0.5²) · s = 0.44 s: 0.4 µm are a tie, 18 µm are none
    for shift, number in ((0.0, 2), (1e-6, 2), (4e-5, 1)):
        column = box(4.5, -0.5 + shift, 5.5, 0.5 + shift)
        (way,) = find_ways(box(0, -3, 10, 3).difference(column), [((0.0, 0.0), (10.0, 0.0))])
        assert len(way.paths) == number
    assert way.paths[0][1, 1] < 0


def test_obstacles_that_touch_are_closed():
    """There is no way between two squares that share a corner or a side, and round is allowed."""
    for second in (box(5, 5, 10, 10), box(5, 4, 10, 10)):
        region = box(0, 0, 10, 10).difference(union_all([box(0, 0, 5, 5), second]))
        (way,) = find_ways(region, [((1, 9), (9, 1))])
        assert way.length == math.inf
        assert way.paths == ()


def test_an_end_in_an_obstacle_has_no_way():
    """An end up to 0.01 mm inside is moved out; one deeper inside is blocked."""
    region = box(0, 0, 10, 10).difference(box(4, 0, 6, 6))
    just, deep = find_ways(region, [((1, 1), (4.00001, 1)), ((1, 1), (4.01, 1))])
    assert just.length == pytest.approx(3.0, abs=2e-5)
    assert deep.length == math.inf


def _stream(points, *, rate=360.0, speed=1.0, start=0, end=0):
    return Stream(
        path=np.array(points, dtype=float),
        rate=rate,
        speed=speed,
        start=(f"start {start}", False),
        end=(f"end {end}", False),
    )


@pytest.mark.parametrize("angle", [30.0, 90.0, 150.0])
def test_flows_that_cross_meet_by_the_formula(angle):
    """Two long flows at an angle θ: 2 d λ₁ λ₂ / (v cos(θ/2)), in people per second."""
    turn = math.radians(angle)
    away = np.array([math.cos(turn), math.sin(turn)])
    one = _stream([(-20, 0), (20, 0)])
    other = _stream([-20 * away, 20 * away], start=1, end=1)
    # λ = 360/3600 = 0.1 people per second; the hour has 3600 of them
    right = 3600 * 2 * 0.5 * 0.1 * 0.1 / math.cos(turn / 2)
    assert pair_encounters([one, other], LANES)[0, 1] == pytest.approx(right, rel=1e-3)


def test_flows_in_one_lane():
    """Opposite flows meet by 2 λ₁ λ₂ L / v · (1 − (1 − d/w)²); equal flows not at all."""
    there = _stream([(0, 0), (15, 0)])
    back = _stream([(15, 0), (0, 0)], start=1, end=1)
    # without a shared end but for the ends of the lanes themselves
    right = 3600 * 2 * 0.1 * 0.1 * 15 * (1 - (1 - 0.5 / 1.2) ** 2)
    assert pair_encounters([there, back], LANES)[0, 1] == pytest.approx(right, rel=1e-3)
    after = _stream([(0, 0), (15, 0)], start=2, end=2)
    assert pair_encounters([there, after], LANES)[0, 1] == 0.0


def test_area_that_two_lanes_share():
    """A lane moved over another, by hand, and at random places as shapely cuts them."""
    lane = np.array([[(0.0, -0.6), (2.0, -0.6), (2.0, 0.6), (0.0, 0.6)]])
    # the same lane: 2 · 1.2; moved by 0.5 along and 0.2 across: 1.5 · 1.0; beside it: nothing
    moved = lane + np.array([(0.0, 0.0), (0.5, 0.2), (0.0, 1.2)])[:, None]
    length, half = np.full(3, 2.0), np.full(3, 0.6)
    assert shared_area(moved, length, half) == pytest.approx([2.4, 1.5, 0.0], abs=1e-12)
    rng = np.random.default_rng(5)
    turn = rng.uniform(0, 2 * np.pi, 300)
    axes = np.stack([np.cos(turn), np.sin(turn), -np.sin(turn), np.cos(turn)], axis=1)
    rings = np.einsum("kj,nji->nki", lane[0], axes.reshape(-1, 2, 2))
    rings += rng.uniform(-2, 3, (300, 1, 2))
    found = shared_area(rings, np.full(300, 1.7), np.full(300, 0.6))
    right = area(intersection(polygons(rings), box(0, -0.6, 1.7, 0.6)))
    assert found == pytest.approx(right, abs=1e-9)
    assert 50 < (found > 0).sum() < 300


def test_flows_that_share_a_start_or_an_end_do_not_meet():
    """Parting and merging is no crossing; a handover leaves out w/2 + d on either side."""
    one = _stream([(0, 0), (15, 0)])
    for shared in ({"start": 0, "end": 1}, {"start": 1, "end": 0}):
        assert pair_encounters([one, _stream([(15, 0), (0, 0)], **shared)], LANES).sum() == 0.0
    arrives = replace(one, end=("desk", False))
    leaves = replace(_stream([(15, 0), (0, 0)], end=1), start=("desk", False))
    # 1.1 m of the 15 belong to the one at the desk
    right = 3600 * 2 * 0.1 * 0.1 * (15 - 1.1) * (1 - (1 - 0.5 / 1.2) ** 2)
    assert pair_encounters([arrives, leaves], LANES)[0, 1] == pytest.approx(right, rel=1e-3)


def _placed(study, result):
    fixtures, claims = read_placements(study, result)
    assert not claims
    return fixtures


def test_walks_of_the_small_hall(small_study, small_result):
    """People per hour by hand."""
    fixtures = _placed(small_study, small_result)
    rate = {(w.source, w.target, w.person): w.rate for w in list_walks(small_study, fixtures)}
    customer, staff = PersonClass.CUSTOMER, PersonClass.STAFF
    # cash: 0.6 · 30 = 18 an hour, 0.7 of them take a number, the rest go straight to two desks
    assert rate["front", "queue_machine-1", customer] == pytest.approx(12.6)
    assert rate["queue_machine-1", "open_desk-1", customer] == pytest.approx(6.3)
    # straight to a desk: 0.3 · 18 and the half of the 12 for cards without a machine
    assert rate["front", "open_desk-1", customer] == pytest.approx((5.4 + 6) / 2)
    # 6 go to the two terminals, one in ten of them on to a desk
    assert rate["front", "smart_terminal-1", customer] == pytest.approx(3.0)
    assert rate["smart_terminal-1", "side", customer] == pytest.approx(2.7)
    assert rate["smart_terminal-1", "open_desk-2", customer] == pytest.approx(0.15)
    # identity checks: half of the terminals' 6 users, there and back, over two by two
    assert rate["open_desk-1", "smart_terminal-2", staff] == pytest.approx(3 / 4)
    assert rate["smart_terminal-2", "open_desk-1", staff] == pytest.approx(3 / 4)


def test_queue_of_one_server_is_pollaczek_and_khinchine(small_study, small_result):
    """With one server and exponential service the wait is ρ s / (1 − ρ)."""
    result = {"placements": [small_result["placements"][0]]}
    mix = BusinessMix(
        businesses=(
            Business(
                name="cash",
                share=1.0,
                journey=(Stop(types=("open_desk",)),),
                service_minutes={"open_desk": 3.0},
                service_variation={"open_desk": 1.0},
            ),
        ),
        arrivals=Arrivals(per_hour={9: 10.0}),
    )
    study = replace(small_study, mix=mix)
    fixtures = _placed(study, result)
    assert count_visits(study, fixtures) == {"open_desk": {"cash": 10.0}}
    figures = queue_figures(study, fixtures)["open_desk"]
    # ρ = 10 · 3 / 60 = 0.5; wait 0.5 · 3 / 0.5 = 3; P(wait > t) = 0.5 exp(−0.5 t / 3) = 0.05
    assert figures["utilisation"] == pytest.approx(0.5)
    assert figures["mean_minutes"] == pytest.approx(3.0)
    assert figures["p95_minutes"] == pytest.approx(6 * math.log(10))
    assert waiting_seconds({"open_desk": figures}) == pytest.approx(10 * 3 * 60)
    # 30 an hour at 3 minutes: ρ = 1.5, the queue grows. The steady wait 3u/(1 − u) rises by 30 per
    # unit where (1 − u)² = 3/30: from u = 1 − √0.1 on, 30 minutes a unit
    crowd = replace(study, mix=replace(mix, arrivals=Arrivals(per_hour={9: 30.0})))
    full = queue_figures(crowd, fixtures)["open_desk"]
    assert full["mean_minutes"] == math.inf
    steady = 1 - math.sqrt(0.1)
    minutes = 3 * steady / (1 - steady) + 30 * (1.5 - steady)
    assert waiting_seconds({"open_desk": full}) == pytest.approx(30 * minutes * 60)


def test_the_verifier_shares_no_code_with_what_it_checks():
    """Only data classes, the plan's regions and the rules' values are imported."""
    allowed = (
        "optimizer.verify",
        "optimizer.errors",
        "optimizer.plan.model",
        "optimizer.plan.space",
        "optimizer.equipment.model",
        "optimizer.demand.flows",
        "optimizer.demand.mix",
        "optimizer.demand.periods",  # the record of a period, for annotations
        "optimizer.study",
        "optimizer.measures",  # names and directions of measures
        "optimizer.rules.model",
        "optimizer.rules.packs",
    )
    names = set()
    for file in Path(optimizer.verify.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names.add(node.module)
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
    own = {name for name in names if name.startswith("optimizer")}
    assert own <= set(allowed) | {n for n in own if n.startswith("optimizer.verify.")}
    assert not names & {"numba", "ortools", "scipy", "highspy"}


@pytest.mark.parametrize(
    "hall",
    ["standard_hall", "old_corner", pytest.param("flagship_hall", marks=pytest.mark.slow)],
)
def test_today_of_the_bundled_halls_is_measured_alike(hall, result_of):
    """Two judges without common code find the same figures of today's layout."""
    study = read_study(FLOORPLANS / hall / "study.toml")
    claims = verify_result(study, result_of(study, study.current_layout))
    assert [claim.sentence for claim in claims if claim.passed is False] == []
    assert sum(claim.passed is True for claim in claims) > 100


@pytest.mark.parametrize("seed", range(3))
def test_layouts_at_random_are_measured_alike(seed, result_of):
    """The same holds where fixtures are shifted and turned into each other and into walls."""
    study = read_study(FLOORPLANS / "old_corner" / "study.toml")
    rng = np.random.default_rng(seed)
    moved = []
    for p in study.current_layout.placements:
        shift = rng.choice([0.0, 0.05, 0.6]) * rng.normal(size=2)
        turn = rng.choice([0.0, 0.0, 90.0, 37.3])
        x, y = (round(float(v), 6) for v in (p.x + shift[0], p.y + shift[1]))
        moved.append(replace(p, x=x, y=y, angle=float(p.angle + turn)))
    claims = verify_result(study, result_of(study, Layout(placements=tuple(moved))))
    assert [claim.sentence for claim in claims if claim.passed is False] == []


def test_a_walk_to_the_same_place_is_a_walk():
    """Two ends at one point: the way is that point twice, and nothing breaks."""
    (path,) = _distinct([np.array([[1.0, 2.0]])])
    assert path.tolist() == [[1.0, 2.0], [1.0, 2.0]]
