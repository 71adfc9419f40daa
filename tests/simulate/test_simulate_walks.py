"""Simulated people in a small room: how far they walk, whom they meet, where they get stuck."""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from optimizer.demand.flows import PersonClass
from optimizer.evaluate import evaluate
from optimizer.plan.space import Audience
from optimizer.simulate import simulate
from optimizer.simulate.crowd import Crowd, Walker
from optimizer.simulate.hall import furnish_hall
from optimizer.simulate.meetings import Meetings, count_meetings, expect_meetings
from optimizer.simulate.places import crowding, incidents_of
from optimizer.simulate.records import Run, Stay, Walk
from optimizer.simulate.run import simulate_once
from optimizer.simulate.tracks import frames_of, write_trajectories


def walk(walker, start, end, *, begin=0.0, source="a", target="b", speed=1.2):
    """Return a straight walk with a sample every 0.1 s."""
    seconds = math.dist(start, end) / speed
    times = np.arange(0.0, seconds, 0.1)
    points = np.array(start) + np.outer(times / seconds, np.subtract(end, start))
    return Walk(
        walker=walker,
        source=source,
        target=target,
        person=PersonClass.CUSTOMER,
        group="x",
        times=times + begin,
        points=points,
    )


def test_one_customer_walks_what_the_formula_says(room):
    """With hardly anybody there, metres, minutes and the time in the room are the analytic ones."""
    study = room(arrivals=4)
    result = simulate(study, study.current_layout, hours=4, seeds=(1,))
    # all customers walk door → machine → desk → door, so that chance has no part in the metres
    figure = result["metres_per_customer"]
    assert figure.simulated.mean == pytest.approx(figure.analytic, rel=0.03)
    assert result["walking_minutes"].difference == pytest.approx(0.0, abs=0.1)
    assert not result.incidents


def test_everybody_who_comes_leaves(room):
    """Arrivals are departures and those still there; nobody is lost on the way."""
    study = room(arrivals=30, minutes=1.5)
    result = simulate(study, study.current_layout, hours=1, seeds=(1, 2))
    for run in result.runs:
        gone = sum(math.isfinite(visit.departure) for visit in run.visits)
        assert gone + run.lost == len(run.visits)
        assert run.lost == 0
        # each of them walked from the door and back to it
        first = {w.walker: w.source for w in reversed(run.walks)}
        last = {w.walker: w.target for w in run.walks}
        assert all(first[v.walker] == last[v.walker] == "door" for v in run.visits)


def test_a_seed_repeats_itself(room):
    """The same seed gives the same tracks; another seed gives others."""
    study = room(arrivals=20)
    layout = study.current_layout
    hall = furnish_hall(study, layout, evaluate(study, layout, places=False).legs)
    runs = [
        simulate_once(study, layout, hall, hour=9, seconds=1200, seed=seed, warm_up=0)
        for seed in (3, 3, 4)
    ]
    assert [v.departure for v in runs[0].visits] == [v.departure for v in runs[1].visits]
    assert all(
        np.array_equal(a.points, b.points)
        for a, b in zip(runs[0].walks, runs[1].walks, strict=True)
    )
    assert [v.arrival for v in runs[0].visits] != [v.arrival for v in runs[2].visits]


def test_a_wall_across_the_room_is_told(room):
    """Where the furniture leaves no way, each walk that has none is told with its place."""
    study = room(arrivals=20, walls=[((0, 1.5), (8, 1.5))])
    result = simulate(study, study.current_layout, hours=0.5, seeds=(1,))
    told = [i for i in result.incidents if i.kind == "no way"]
    assert {i.sentence.split("to ")[1].split(" at")[0] for i in told} >= {"'queue_machine-1'"}
    assert all(i.count >= 1 for i in told)


def test_who_cannot_pass_is_told_as_stuck(room):
    """Somebody who stands in the only passage stops another; the place is told, and he goes on."""
    # a passage of 0.6 m through the wall at x = 5, from y = 1.3 to 1.9: no room for two
    walls = [
        ((5, 0), (5, 1.25)),
        ((5, 1.95), (5, 6)),
        ((4, 1.25), (6.5, 1.25)),
        ((4, 1.95), (6.5, 1.95)),
    ]
    study = room(walls=walls)
    layout = study.current_layout
    crowd = Crowd(furnish_hall(study, layout, evaluate(study, layout, places=False).legs))

    def person(number, at):
        return Walker(
            number=number,
            person=PersonClass.CUSTOMER,
            audience=Audience.CUSTOMER,
            group="advice",
            speed=1.2,
            at=at,
            place="here",
        )

    arrived = []
    crowd.stand(person(1, (5.2, 1.6)))
    walker = person(2, (2.0, 1.6))
    crowd.send(walker, "there", (7.2, 1.6), lambda: arrived.append(crowd.now))
    while crowd.moving and crowd.now < 120:
        crowd.step()
    (stuck,) = crowd.incidents
    assert stuck.kind == "stuck"
    assert "from 'here' to 'there'" in stuck.sentence
    assert 4.0 < stuck.where[0] < 5.2
    assert arrived
    assert walker.at == (7.2, 1.6)
    # swaying before the one who stands is no walking: 5.2 m are planned
    assert crowd.walks[-1].length == pytest.approx(5.2, abs=0.01)


@pytest.mark.parametrize(
    ("seconds", "aside", "source", "told"),
    [
        (120.0, 0.4, "door", True),
        # a limit of 60 s an hour, bodies of 0.25 m on either side, and the line's own customers
        (50.0, 0.4, "door", False),
        (120.0, 0.6, "door", False),
        (120.0, 0.4, "desk-1", False),
    ],
)
def test_a_line_in_an_aisle_is_told_with_its_place(seconds, aside, source, told):
    """The second place in line is stood on for two minutes of an hour, 0.4 m from a way."""
    hall = SimpleNamespace(lines={"desk-1": ((4.0, 3.0), (4.0, 2.3))})
    stays = (Stay(walker=1, start=600.0, end=600.0 + seconds, where=(4.0, 2.3)),)
    run = Run(
        seed=1, start=0.0, seconds=3600.0, walks=(), stays=stays, visits=(), incidents=(), lost=0
    )
    way = np.array([(0.0, 2.3 - aside), (8.0, 2.3 - aside)])
    leg = SimpleNamespace(source=source, target="machine-1", path=way, rate=12.0)
    found = incidents_of((run,), hall, (leg,))
    assert bool(found) is told
    if told:
        (spill,) = found
        assert (spill.kind, spill.where, spill.count) == ("spill", (4.0, 2.3), 120.0)
        assert "'desk-1' stands at (4.00, 2.30), its place 2, in the way from 'door'" in (
            spill.sentence
        )


def test_two_who_meet_head_on_pass(room):
    """Two on one line in opposite directions step aside to their right and both arrive."""
    study = room()
    layout = study.current_layout
    crowd = Crowd(furnish_hall(study, layout, evaluate(study, layout, places=False).legs))
    arrived = {}
    for number, start, end in ((1, (1.0, 1.5), (7.0, 1.5)), (2, (7.0, 1.5), (1.0, 1.5))):
        walker = Walker(
            number=number,
            person=PersonClass.CUSTOMER,
            audience=Audience.CUSTOMER,
            group="advice",
            speed=1.2,
            at=start,
        )
        crowd.send(walker, "there", end, partial(arrived.__setitem__, number, True))
    while crowd.moving and crowd.now < 60:
        crowd.step()
    assert arrived == {1: True, 2: True}
    assert not crowd.incidents
    assert crowd.now < 25


def test_the_floor_is_one_polygon(room):
    """Footprints and walls are out of the floor, standing points are in it."""
    study = room()
    layout = study.current_layout
    hall = furnish_hall(study, layout, evaluate(study, layout, places=False).legs)
    assert hall.floor.geom_type == "Polygon"
    assert hall.floor.is_valid
    # 8 x 6 m less the machine (0.5 x 0.45) and the desk (1.5 x 0.75)
    assert hall.floor.area == pytest.approx(48 - 0.225 - 1.125, abs=0.01)
    points = [*hall.behind.values(), *(p for own in hall.places.values() for p in own)]
    assert all(hall.floor.contains(shapely.Point(p)) for p in points)


def test_a_line_stands_apart(room):
    """Places in line are a step from each other and from the person who is served."""
    study = room()
    layout = study.current_layout
    hall = furnish_hall(study, layout, evaluate(study, layout, places=False).legs)
    for fixture, line in hall.lines.items():
        queue = [hall.places[fixture][0], *line]
        assert len(line) >= 3
        gaps = [math.dist(a, b) for a, b in pairwise(queue)]
        assert min(gaps) >= 0.69


def test_walkers_who_cross_meet_once():
    """Two who are at the crossing at one time meet; a minute apart they do not."""
    one = walk(1, (0, 5), (10, 5), source="a", target="b")
    other = walk(2, (5, 0), (5, 10), source="c", target="d")
    late = walk(2, (5, 0), (5, 10), source="c", target="d", begin=60.0)
    assert count_meetings([one, other], distance=0.8, handover=1.4) == Meetings(
        streams=1, called=0, close=1
    )
    assert count_meetings([one, late], distance=0.8, handover=1.4) == Meetings(
        streams=0, called=0, close=0
    )


@pytest.mark.parametrize(("begin", "streams", "called"), [(0.3, 0, 1), (4.0, 1, 0), (-0.3, 1, 0)])
def test_who_is_called_meets_who_leaves_by_no_chance(begin, streams, called):
    """One leaves a counter, the next is called at that moment: counted apart from chance."""
    # the counter is at 0, the seat 8 m east of it; both walk on one line and meet half-way
    leaves = walk(1, (0, 0), (10, 0), source="counter", target="door", begin=10.0)
    comes = walk(2, (8, 0), (0, 0), source="seat", target="counter", begin=10.0 + begin)
    met = count_meetings([leaves, comes], distance=0.8, handover=1.4)
    assert met == Meetings(streams=streams, called=called, close=1)


def test_flows_of_one_end_part_and_do_not_meet():
    """Two who come in together part: close, but no encounter."""
    one = walk(1, (0, 0), (10, 0), source="door", target="b")
    other = walk(2, (0, 0.3), (10, 3), source="door", target="c")
    assert count_meetings([one, other], distance=0.8, handover=1.4) == Meetings(
        streams=0, called=0, close=1
    )


@pytest.mark.parametrize(("angle", "factor"), [(90.0, math.sqrt(2.0)), (60.0, 1.1547)])
def test_expected_meetings_are_those_of_the_formula(angle, factor):
    """Straight streams meet 2 d λ λ / (v cos(θ/2)) times: one walker each, in an hour."""
    # one walker an hour in each stream, d = 0.8 m, v = 1.2 m/s: 2 · 0.8 / 1.2 = 1.333 s, times
    # 1/cos(θ/2), of 3600 s
    turn = math.radians(angle)
    one = walk(1, (-8, 0), (8, 0), source="a", target="b")
    way = (8 * math.cos(turn), 8 * math.sin(turn))
    other = walk(2, (-way[0], -way[1]), way, source="c", target="d")
    found = expect_meetings([one, other], distance=0.8, handover=1.4, seconds=3600.0)
    assert found == pytest.approx(1.3333 * factor / 3600.0, rel=0.2)


def test_opposite_streams_meet_all_along():
    """Head-on they meet for 2 L / v seconds of shifts."""
    # L = 12 m and d at either end: 2 · (12 + 0.8) / 1.2 = 21 s
    one = walk(1, (0, 0), (12, 0), source="a", target="b")
    other = walk(2, (12, 0), (0, 0), source="c", target="d")
    found = expect_meetings([one, other], distance=0.8, handover=1.4, seconds=3600.0)
    assert found == pytest.approx(21.0 / 3600.0, rel=0.1)


def test_hours_of_a_run_are_expected_by_themselves():
    """Two hours with one walker of each stream in either give what one such hour gives."""
    ways = [((-8, 0), (8, 0), "a", "b"), ((0, -8), (0, 8), "c", "d")]
    rows = [
        walk(2 * hour + k, start, end, begin=3600.0 * hour, source=source, target=target)
        for hour in range(2)
        for k, (start, end, source, target) in enumerate(ways)
    ]
    one, two = (
        expect_meetings(rows[: 2 * n], distance=0.8, handover=1.4, seconds=3600.0 * n)
        for n in (1, 2)
    )
    assert one > 0
    assert two == pytest.approx(one)


def test_how_full_it_is():
    """One stands for an hour, another 0.5 m from him for half of it: 1.5 people on average."""
    stays = (
        Stay(walker=1, start=0.0, end=3600.0, where=(4.0, 2.0)),
        Stay(walker=2, start=0.0, end=1800.0, where=(4.5, 2.0)),
    )
    run = Run(
        seed=1, start=0.0, seconds=3600.0, walks=(), stays=stays, visits=(), incidents=(), lost=0
    )
    mean, most, densest = crowding(run)
    assert mean == pytest.approx(1.5, abs=0.01)
    # two on a disc of 1 m
    assert (most, densest) == (2, pytest.approx(2 / math.pi))


def test_tracks_are_read_by_pedpy(room, tmp_path):
    """PedPy reads the trajectories: frames, people and floor."""
    pedpy = pytest.importorskip("pedpy", reason="NOT TESTED: PedPy is not installed")
    study = room(arrivals=30)
    result = simulate(study, study.current_layout, hours=0.25, seeds=(1,), warm_up=0)
    run = result.runs[0]
    path = tmp_path / "tracks.sqlite"
    write_trajectories(run, result.hall, path)
    data = pedpy.load_trajectory_from_jupedsim_sqlite(trajectory_file=path)
    assert data.frame_rate == 5
    assert set(data.data["id"]) == {w.walker for w in run.walks if w.times[0] < 900}
    area = pedpy.load_walkable_area_from_jupedsim_sqlite(trajectory_file=path)
    assert area.area == pytest.approx(result.hall.floor.area)
    frames = frames_of(run, start=0.0, seconds=900.0, every=0.2)
    assert frames.count == 4501
    assert len(frames.frame) == len(data.data)


def test_nobody_walks_faster_than_people(room):
    """Between two looks nobody moves farther than his speed allows, and all stay on the floor."""
    study = room(arrivals=30)
    result = simulate(study, study.current_layout, hours=0.5, seeds=(2,), warm_up=0)
    floor = result.hall.floor.buffer(1e-6)
    for track in result.runs[0].walks:
        # the first step is from the place where somebody is said to stand, up to 0.15 m away
        steps = np.hypot(*np.diff(track.points[1:-1], axis=0).T)
        assert steps.max(initial=0.0) <= 0.1 * 1.3 * (1 + 0.12 * 2.5) + 1e-6
        assert shapely.contains_xy(floor, track.points).all()
