"""The judge, on a bare room whose figures can be worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import shapely

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import FixtureType, Role, StandingPoint
from optimizer.errors import LayoutError, StudyError
from optimizer.evaluate import evaluate, waiting_seconds
from optimizer.evaluation import WaitingFigures
from optimizer.journeys import journey_walks
from optimizer.plan.model import Door, DoorKind, FloorPlan
from optimizer.study import FixtureGroup, Objective, Study, Walking

DOOR = Door(name="door", kind=DoorKind.ENTRANCE, line=shapely.LineString([(4.5, 0), (5.5, 0)]))


def desk(name: str) -> FixtureType:
    """A desk of 1.0 × 0.6 m whose customer stands 0.5 m before its front."""
    return FixtureType(
        name=name,
        label=name,
        label_zh=name,
        width=1.0,
        depth=0.6,
        height=1.0,
        standing=(StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.8),),
    )


@pytest.fixture
def study() -> Study:
    """60 customers an hour go to desk a, then to desk b, in a room of 10 × 8 m."""
    business = Business(
        name="x",
        share=1.0,
        journey=(Stop(types=("a",)), Stop(types=("b",))),
        service_minutes={"a": 0.5},
    )
    return Study(
        name="bare",
        plan=FloorPlan(name="bare", outline=shapely.box(0, 0, 10, 8), doors=(DOOR,)),
        types={"a": desk("a"), "b": desk("b")},
        groups=(FixtureGroup(type="a", min=1, max=1), FixtureGroup(type="b", min=1, max=1)),
        mix=BusinessMix(
            businesses=(business,),
            rounds=(StaffRound(name="stroll", route=("a", "b"), per_hour=3.0),),
            arrivals=Arrivals(per_hour={9: 30.0, 10: 60.0}),
        ),
        walking=Walking(
            radius=0.25,
            speed=dict.fromkeys(PersonClass, 1.2),
            encounter_distance=0.5,
            lane_width=1.2,
        ),
        objective=Objective(encounters=0.0, waiting=0.0, overlooked=0.0, staff_walking=2.0),
    )


#: Desk a at the left, b at the right: customers stand at (2, 5) and (8, 5).
LAYOUT = Layout(
    placements=(
        Placement(fixture="a-1", type="a", x=2.0, y=5.8),
        Placement(fixture="b-1", type="b", x=8.0, y=5.8),
    )
)


def test_walking_by_hand(study):
    """Door (5, 0.25) → a (2, 5) → b (8, 5) → door, all in straight lines.

    hypot(3, 4.75) = 5.6181 m, 6 m, 5.6181 m: 17.236 m a customer, 60 of them at the busiest hour.
    Staff walk 3 times an hour from a to b: 18 person-metres, each of weight 2.
    """
    e = evaluate(study, LAYOUT)
    each = 2 * math.hypot(3, 4.75) + 6
    assert e.hour == 10
    assert e.walking.metres_per_customer == pytest.approx(each, abs=1e-6)
    assert e.walking.person_metres_per_hour == pytest.approx(60 * each, abs=1e-4)
    assert e.walking.by_journey == pytest.approx({"x": each}, abs=1e-6)
    assert e.walking.staff_person_metres_per_hour == pytest.approx(18, abs=1e-5)
    assert e.objective.value == pytest.approx(60 * each + 2 * 18, abs=1e-4)
    assert e.detour.mean == pytest.approx(1.0)
    assert e.detour.backtrack_ratio == pytest.approx(0.0)
    assert e.broken == ()


def test_another_hour(study):
    """At nine, half as many come: half the person-metres, the same metres each."""
    nine, ten = evaluate(study, LAYOUT, hour=9), evaluate(study, LAYOUT)
    assert nine.walking.person_metres_per_hour == pytest.approx(
        ten.walking.person_metres_per_hour / 2
    )
    assert nine.walking.metres_per_customer == pytest.approx(ten.walking.metres_per_customer)


def test_waiting_by_hand(study):
    """60 an hour at one desk of 0.5 minutes: utilisation 0.5; b has no service time.

    M/G/1 with CV c (service.toml: 0.9): wait = ρ/(1 − ρ) · (1 + c²)/2 · service
    = 1 · 0.905 · 0.5 = 0.4525 minutes, for 60 people: 60 · 60 · 0.4525 person-seconds.
    """
    e = evaluate(study, LAYOUT)
    assert set(e.waiting) == {"a"}
    assert e.waiting["a"].utilisation == pytest.approx(0.5)
    assert e.waiting["a"].mean_minutes == pytest.approx(0.4525)
    assert waiting_seconds(e.waiting) == pytest.approx(60 * 60 * 0.4525)


def test_an_endless_queue_costs_the_minutes_of_its_hour():
    """A queue that grows for ever has a finite cost: people, their minutes of the hour, 60 s."""
    figures = WaitingFigures(
        mean_minutes=math.inf,
        p95_minutes=math.inf,
        utilisation=1.5,
        arrivals_per_hour=90.0,
        servers=1,
        minutes_of_hour=15.0,
    )
    assert waiting_seconds({"a": figures}) == pytest.approx(90 * 15 * 60)


def test_a_leg_without_a_way_is_a_finding(study):
    """A desk on another one's standing point: the legs to it have no way, and PLC-10 says why."""
    blocked = Layout(
        placements=(*LAYOUT.placements[:1], replace(LAYOUT.placements[1], x=2.0, y=4.9))
    )
    found = [f for f in evaluate(study, blocked).findings if f.rule.id == "PLC-10"]
    assert any(
        f.passed is False and "'b-1' stands on the standing point of 'a-1'" in f.sentence
        for f in found
    )


def test_two_fixtures_of_one_name_are_refused(study):
    """Names decide which leg leads where, so they must differ."""
    twice = Layout(placements=(LAYOUT.placements[0], LAYOUT.placements[0]))
    with pytest.raises(LayoutError, match="two fixtures of the layout are called 'a-1'"):
        evaluate(study, twice)


def test_a_plan_without_an_entrance_is_refused(study):
    """Customers need a door to come in by."""
    shut = study.replace(plan=replace(study.plan, doors=()))
    with pytest.raises(StudyError, match="no door of kind 'entrance'"):
        evaluate(shut, LAYOUT)


def test_the_journey_of_a_customer(study):
    """Door, a, b, door: one closed walk of as many metres as its legs."""
    e = evaluate(study, LAYOUT)
    (walk,) = journey_walks(study, e.legs, {"a-1": "a", "b-1": "b"})
    assert walk.places == ("door", "a-1", "b-1", "door")
    assert walk.share == 1.0
    assert shapely.LineString(walk.path).length == pytest.approx(2 * math.hypot(3, 4.75) + 6)


def test_one_stop_only_is_walked_to_and_fro(study):
    """In and out by the same straight line: half of all metres undo the others."""
    business = replace(study.mix.businesses[0], journey=(Stop(types=("a",)),))
    single = study.replace(mix=replace(study.mix, businesses=(business,), rounds=()))
    assert evaluate(single, LAYOUT).detour.backtrack_ratio == pytest.approx(0.5)


def test_obstacle_lengthens_and_mirror_keeps(study):
    """A column in the way makes the walk longer; the mirrored room and layout cost the same."""
    column = shapely.box(4.8, 4.6, 5.2, 5.4)
    with_column = study.replace(plan=replace(study.plan, columns=(column,)))
    far = evaluate(with_column, LAYOUT).walking.person_metres_per_hour
    assert far > evaluate(study, LAYOUT).walking.person_metres_per_hour + 1
    flip = [replace(p, x=10 - p.x) for p in LAYOUT.placements]
    mirrored = evaluate(with_column, Layout(placements=tuple(flip)))
    assert mirrored.walking.person_metres_per_hour == pytest.approx(far, rel=1e-6)
