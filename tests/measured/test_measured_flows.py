"""Figures of flows on bare rooms in which they can be worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import shapely

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import FixtureType, Role, StandingPoint
from optimizer.evaluate import evaluate
from optimizer.plan.model import Door, DoorKind, FloorPlan
from optimizer.study import FixtureGroup, Objective, Study, Walking


def door(name: str, x: float) -> Door:
    """A street door of 1 m in the south wall."""
    line = shapely.LineString([(x - 0.5, 0), (x + 0.5, 0)])
    return Door(name=name, kind=DoorKind.ENTRANCE, line=line)


def fixture(name: str, **changes) -> FixtureType:
    """A thing of 1.0 × 0.6 m whose customer stands 0.5 m before its front."""
    values = {
        "name": name,
        "label": name,
        "label_zh": name,
        "width": 1.0,
        "depth": 0.6,
        "height": 1.0,
        "standing": (StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.8),),
    }
    return FixtureType(**(values | changes))


COUNTER = fixture(
    "counter",
    privacy_depth=1.0,
    standing=(
        StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.8),
        StandingPoint(role=Role.STAFF, x=0.0, y=0.8),
    ),
)


def study_of(businesses, types, doors, **changes) -> Study:
    """A room of 10 × 8 m; 60 customers an hour."""
    values = {
        "name": "bare",
        "plan": FloorPlan(name="bare", outline=shapely.box(0, 0, 10, 8), doors=doors),
        "types": {kind.name: kind for kind in types},
        "groups": tuple(FixtureGroup(type=kind.name, min=1, max=1) for kind in types),
        "mix": BusinessMix(businesses=businesses, arrivals=Arrivals(per_hour={10: 60.0})),
        "walking": Walking(
            radius=0.25,
            speed=dict.fromkeys(PersonClass, 1.2),
            encounter_distance=0.5,
            lane_width=1.2,
        ),
        "objective": Objective(waiting=0.0),
    }
    return Study(**(values | changes))


def layout_of(**places) -> Layout:
    """One fixture of each type at a place; its customer stands 0.8 m to the south."""
    return Layout(
        placements=tuple(
            Placement(fixture=f"{kind}-1", type=kind, x=x, y=y) for kind, (x, y) in places.items()
        )
    )


#: Half of the customers go to the machine at the left, half to the counter at the right, each in
#: a straight line from (5, 0.25) to (1, 6) and (9, 6), and back: hypot(4, 5.75) = 7.0045 m.
LENGTH = math.hypot(4, 5.75)
BRANCHED = layout_of(machine=(1.0, 6.8), counter=(9.0, 6.8))


@pytest.fixture
def branched() -> Study:
    """One business that a machine serves as well as a counter."""
    business = Business(
        name="x",
        share=1.0,
        journey=(Stop(types=("counter",)),),
        machine_journey=(Stop(types=("machine",)),),
        replaceable=0.5,
        service_minutes={"counter": 1.0},
    )
    return study_of((business,), (fixture("machine"), COUNTER), (door("door", 5.0),))


def test_streams_that_part_at_the_door(branched):
    """Two walkers are 1.2 m apart when each is 0.6 m to its side: 0.6 · 7.0045 / 4 m walked."""
    found = evaluate(branched, BRANCHED).diversion
    assert found.parting_metres == pytest.approx(0.6 * LENGTH / 4, abs=1e-6)
    assert found.parting_first == pytest.approx(found.parting_last)
    x, y = found.parting_place
    assert (abs(x - 5), y) == pytest.approx((0.6, 0.25 + 0.6 * 5.75 / 4), abs=1e-5)


def test_in_and_out_by_one_line(branched):
    """Each of two ways is walked head-on: 2 · 7.0045 m, 30 × 30 people; half is backtracking."""
    e = evaluate(branched, BRANCHED)
    assert e.crossing.path_crossings == 0
    assert e.crossing.share_of_customers_crossing == 0
    assert e.crossing.head_on_metres == pytest.approx(2 * LENGTH, abs=1e-5)
    assert e.crossing.weighted_head_on == pytest.approx(900 * 2 * LENGTH, abs=1e-2)
    assert e.crossing.merging_metres == pytest.approx(0, abs=1e-9)
    assert e.detour.by_journey == pytest.approx({"x": 1.0})
    assert e.detour.worst_journey_ratio == pytest.approx(1.0)
    assert e.detour.backtrack_ratio == pytest.approx(0.5)
    assert e.detour.turns_per_customer == 0


def test_turns_round_a_slab(branched):
    """A slab between door and counter is walked round with one sharp bend each way.

    From (5, 0.25) to its corner, kept off by the body's 0.25 m, at (6.25, 4.75): 74.5°; from there
    over its top to (9, 6): 24.4°. A bend of 50° is a turn.
    30 of 60 customers make it twice: 1 turn a customer.
    """
    slab = shapely.box(6.5, 0.0, 6.7, 4.5)
    e = evaluate(branched.replace(plan=replace(branched.plan, walls=(slab,))), BRANCHED)
    assert e.detour.turns_per_customer == pytest.approx(1.0)
    leg = next(leg for leg in e.legs if leg.target == "counter-1")
    corners = ((5, 0.25), (6.25, 4.75), (9, 6))
    walked = sum(math.dist(a, b) for a, b in pairwise(corners))
    assert leg.length == pytest.approx(walked, abs=1e-5)
    # the empty shell holds the slab too, so that it is no detour of the layout
    assert e.detour.mean == pytest.approx(1.0, abs=1e-6)


def test_first_stops_in_sight(branched):
    """All see both; an opaque thing before the machine hides it from the half that goes there."""
    found = evaluate(branched, BRANCHED).diversion
    assert found.visible_from_entrance == 1.0
    assert found.visible_from_guide_desk is None
    assert {s.fixture: s.people_per_hour for s in found.first_stops} == pytest.approx(
        {"machine-1": 30.0, "counter-1": 30.0}
    )
    types = {**branched.types, "totem": fixture("totem", opaque=True)}
    # the line from (5, 0.25) to (1, 6) passes (3, 3.125)
    hidden = Layout(
        placements=(*BRANCHED.placements, Placement(fixture="t", type="totem", x=3.0, y=3.1))
    )
    found = evaluate(branched.replace(types=types), hidden).diversion
    assert found.visible_from_entrance == pytest.approx(0.5)
    seen = {s.fixture: s.from_entrance for s in found.first_stops}
    assert seen == {"machine-1": 0.0, "counter-1": 1.0}


def test_a_guide_desk_sees_first_stops(branched):
    """The guide stands behind the desk; who goes to the desk itself is served there."""
    types = {**branched.types, "guide_desk": replace(COUNTER, name="guide_desk", opaque=True)}
    placed = Layout(
        placements=(
            *BRANCHED.placements,
            Placement(fixture="g", type="guide_desk", x=5.0, y=3.0),
        )
    )
    found = evaluate(branched.replace(types=types), placed).diversion
    assert found.visible_from_guide_desk == 1.0


def test_self_service_through_the_waiting_area(branched):
    """Seats beside the way to the machine: all self-service walks pass their 0.6 m; else none."""
    assert evaluate(branched, BRANCHED).diversion.self_service_through_queue == 0.0
    types = {**branched.types, "waiting_seats": fixture("waiting_seats")}
    # 1 m to the left of (3, 3.125): the way is 0.3 to 0.5 m from the seats' side
    beside = Placement(fixture="s", type="waiting_seats", x=2.0, y=3.1)
    seated = Layout(placements=(*BRANCHED.placements, beside))
    found = evaluate(branched.replace(types=types), seated)
    assert found.diversion.self_service_through_queue == 1.0
    far = Layout(placements=(*BRANCHED.placements, replace(beside, x=5.0, y=7.0)))
    assert evaluate(branched.replace(types=types), far).diversion.self_service_through_queue == 0.0
    # 1.0 × 0.6 m grown by 0.6 m on every side is 2.2 × 1.8 m
    assert found.crowding.waiting_area == pytest.approx(2.2 * 1.8)
    people = 30 / 60 * found.waiting["counter"].p95_minutes
    assert found.crowding.waiting_people == pytest.approx(people)
    assert found.crowding.waiting_density == pytest.approx(people / (2.2 * 1.8))


def test_the_densest_aisle_is_at_the_door(branched):
    """There all four flows share the floor: 4 · 30 / (3600 · 1.2 · 1.2) people per m²."""
    found = evaluate(branched, BRANCHED).crowding
    assert found.aisle_density == pytest.approx(120 / (3600 * 1.44))
    assert found.aisle_level == "A"
    assert found.aisle_speed == pytest.approx(1.34, abs=1e-3)
    assert math.dist(found.aisle_place, (5, 0.25)) < 1.5


@pytest.fixture
def crossed() -> Study:
    """20 an hour from the left door to the right desk, 40 from the right door to the left one."""
    businesses = (
        Business(
            name="p", share=1 / 3, journey=(Stop(types=("b",)),), entrance="west", exit="west"
        ),
        Business(
            name="q", share=2 / 3, journey=(Stop(types=("a",)),), entrance="east", exit="east"
        ),
    )
    return study_of(
        businesses, (fixture("a"), fixture("b")), (door("west", 2.0), door("east", 8.0))
    )


ACROSS = layout_of(a=(2.0, 7.0), b=(8.0, 7.0))


def test_two_streams_that_cross(crossed):
    """In and out of one cross in and out of the other: 4 crossings of 20 × 40 people."""
    found = evaluate(crossed, ACROSS).crossing
    assert found.path_crossings == 4
    assert found.weighted_path_crossings == pytest.approx(4 * 20 * 40)
    assert found.share_of_customers_crossing == pytest.approx(1.0)
    straight = evaluate(crossed, layout_of(a=(8.0, 7.0), b=(2.0, 7.0))).crossing
    assert straight.path_crossings == 0
    assert straight.share_of_customers_crossing == 0


def test_customers_who_cross_are_counted_once_each(crossed):
    """Only half of the 20 go to their desk at all: 10 of them cross, and all 40 others.

    All that walk cross, twice each; the 10 who leave by the door that they came by do not.
    """
    p, q = crossed.mix.businesses
    half = replace(p, journey=(Stop(types=("b",), probability=0.5),))
    found = evaluate(crossed.replace(mix=replace(crossed.mix, businesses=(half, q))), ACROSS)
    assert found.crossing.share_of_customers_crossing == pytest.approx(50 / 60)


def test_self_service_customers_whom_the_machine_fails_are_none(branched):
    """Of 30 at the machine 6 go on to the counter: 24 are self-service; all of them pass the seats.

    Without the seats none does.
    """
    (business,) = branched.mix.businesses
    failing = branched.replace(
        mix=replace(branched.mix, businesses=(replace(business, rework=0.2),)),
        types={**branched.types, "waiting_seats": fixture("waiting_seats")},
    )
    # between machine and counter, where only those pass whom the machine fails
    seats = Placement(fixture="s", type="waiting_seats", x=5.0, y=5.0)
    between = Layout(placements=(*BRANCHED.placements, seats))
    found = evaluate(failing, between).diversion
    assert found.self_service_through_queue == 0.0
    beside = Layout(placements=(*BRANCHED.placements, replace(seats, x=2.0, y=3.1)))
    assert evaluate(failing, beside).diversion.self_service_through_queue == pytest.approx(1.0)


def met_across(speeds: tuple[float, float]) -> float:
    """Encounters an hour in `ACROSS` of people at one speed with those at another, both ways round.

    The ways run along (6, 5.95) and (-6, 5.95), 8.45 m each, with people of both speeds on each
    end of a pair. In and out of a desk are head-on but for 1.1 m at both ends: r r / 3600 · L ·
    (1/v + 1/u) · (1 - (1 - d/w)²), of 20 · 20 and 40 · 40. Each way of one crosses each of the
    other, twice at the angle t and twice at 180° - t: 2 d r r |v - u| / (3600 v u sin t).
    """
    v, u = speeds
    length = math.hypot(6, 5.95)
    cos = (5.95**2 - 6**2) / length**2
    head_on = (20 * 20 + 40 * 40) / 3600 * (length - 2.2) * (1 / v + 1 / u)
    head_on *= 1 - (1 - 0.5 / 1.2) ** 2
    paces = [math.sqrt(v * v + u * u - 2 * v * u * c) for c in (cos, -cos)]
    crossing = 2 * sum(2 * 0.5 * 20 * 40 * pace for pace in paces)
    return head_on + crossing / (3600 * v * u * math.sqrt(1 - cos * cos))


def test_wheelchair_users_weigh_more_and_take_longer(crossed):
    """A tenth in wheelchairs at 0.6 m/s: each kind of people meets each at its own speed.

    Of all pairs of people 0.81 are on foot, 0.18 mixed and 0.01 in chairs.
    """
    wheelchair, customer = PersonClass.WHEELCHAIR, PersonClass.CUSTOMER
    classes = {(wheelchair, customer): 3.0, (wheelchair, wheelchair): 7.0}
    speed = {**crossed.walking.speed, wheelchair: 0.6}
    walking = replace(crossed.walking, wheelchair_share=0.1, speed=speed)
    mixed = crossed.replace(walking=walking, objective=replace(crossed.objective, classes=classes))
    alone, found = evaluate(crossed, ACROSS), evaluate(mixed, ACROSS)
    on_foot = met_across((1.2, 1.2))
    both, chairs = met_across((1.2, 0.6)), met_across((0.6, 0.6))
    assert chairs == pytest.approx(2 * on_foot)
    assert alone.crossing.encounters_per_hour == pytest.approx(on_foot, rel=1e-6)
    assert alone.crossing.wheelchair_encounters == 0
    of_chairs = 0.18 * both + 0.01 * chairs
    total = 0.81 * on_foot + of_chairs
    assert found.crossing.encounters_per_hour == pytest.approx(total, rel=1e-6)
    assert found.crossing.wheelchair_encounters == pytest.approx(of_chairs, rel=1e-6)
    weighted = 0.81 * on_foot + 3 * 0.18 * both + 7 * 0.01 * chairs
    assert found.crossing.weighted_encounters_per_hour == pytest.approx(weighted, rel=1e-6)
    assert found.crossing.path_crossings == alone.crossing.path_crossings
    # the conflict map holds the same people
    ways = sum(place.encounters_per_hour for place in found.crossing.places)
    before = sum(place.encounters_per_hour for place in alone.crossing.places)
    assert ways / before == pytest.approx(total / on_foot, rel=0.02)
    # seconds a metre: 0.9 / 1.2 + 0.1 / 0.6 = 11/12 where it was 10/12
    for name, visit in found.door_to_door.by_business.items():
        before = alone.door_to_door.by_business[name].walking
        assert visit.walking == pytest.approx(1.1 * before)


def test_wheelchair_users_meet_staff_and_cash(crossed):
    """Against staff a flow of customers weighs 0.75 · 2 + 0.25 · 6 = 3; a quarter are in chairs."""
    staff, customer = PersonClass.STAFF, PersonClass.CUSTOMER
    walking = replace(crossed.walking, wheelchair_share=0.25)
    classes = {(staff, customer): 2.0, (staff, PersonClass.WHEELCHAIR): 6.0}
    classes |= dict.fromkeys(((customer, customer), (customer, PersonClass.WHEELCHAIR)), 0.0)
    classes[PersonClass.WHEELCHAIR, PersonClass.WHEELCHAIR] = 0.0
    rounds = (StaffRound(name="stroll", route=("a", "b"), per_hour=5.0),)
    busy = crossed.replace(
        mix=replace(crossed.mix, rounds=rounds),
        walking=walking,
        objective=replace(crossed.objective, classes=classes),
    )
    found = evaluate(busy, ACROSS).crossing
    with_staff = found.staff_customer_encounters
    assert with_staff > 0
    assert found.weighted_encounters_per_hour == pytest.approx(3.0 * with_staff)
    among = found.encounters_per_hour - with_staff
    assert found.wheelchair_encounters == pytest.approx(0.25 * with_staff + (1 - 0.75**2) * among)


def test_classes_are_told_apart(crossed):
    """Staff and cash transport meet customers; what is left are customers among themselves."""
    rounds = (
        StaffRound(name="stroll", route=("a", "b"), per_hour=5.0),
        StaffRound(name="cash", route=("b", "a"), per_hour=1.0, cash=True),
    )
    alone = evaluate(crossed, ACROSS).crossing
    assert alone.staff_customer_encounters == alone.cash_customer_encounters == 0
    busy = crossed.replace(mix=replace(crossed.mix, rounds=rounds))
    found = evaluate(busy, ACROSS).crossing
    assert found.staff_customer_encounters > 0
    # equal walks at equal speed: a fifth of the people, a fifth of the encounters
    assert found.cash_customer_encounters == pytest.approx(
        found.staff_customer_encounters / 5, rel=0.2
    )
    rest = found.encounters_per_hour - alone.encounters_per_hour
    assert rest >= found.staff_customer_encounters + found.cash_customer_encounters - 1e-9


def test_the_worst_place_is_where_they_cross(crossed):
    """Both streams meet in the middle of the room, and the place says who they are."""
    found = evaluate(crossed, ACROSS).crossing
    place = min(found.places, key=lambda p: math.dist(p.where, (5.0, 3.25)))
    assert math.dist(place.where, (5.0, 3.25)) < 0.8
    flows = {name for pair in place.causes for name in (pair.one, pair.other)}
    assert flows <= {"west → b", "b → west", "east → a", "a → east"}
    assert sum(p.encounters_per_hour for p in found.places) <= found.encounters_per_hour * 1.05


def test_guide_lines_keep_opposite_flows_apart(branched):
    """Marked ways are at most 2 % longer and meet less; what is not marked stays as it is."""
    found = evaluate(branched, BRANCHED).crossing
    guided = found.guided
    assert guided.encounters_shortest == pytest.approx(found.weighted_encounters_per_hour)
    assert guided.encounters_guided < 0.9 * guided.encounters_shortest
    assert guided.lines
    for line in guided.lines:
        assert 0 < line.longer <= 0.02 * LENGTH + 1e-9
    extra = 30 * sum(line.longer for line in guided.lines)
    assert guided.metres_guided == pytest.approx(guided.metres_shortest + extra)


def test_without_places_all_else_is_the_same(branched):
    """The search's judge leaves the conflict map and the guide lines out."""
    whole, short = (evaluate(branched, BRANCHED, places=p) for p in (True, False))
    assert short.crossing.guided is None
    assert short.crossing.places == ()
    assert replace(whole.crossing, places=(), guided=None) == short.crossing
    assert short.objective == whole.objective


def test_weights_are_terms_of_the_objective(branched):
    """A measure with weight 3 adds 3 times its cost; others keep theirs."""
    plain = evaluate(branched, BRANCHED).objective
    objective = replace(branched.objective, measures={"backtracking": 3.0, "detour": 2.0})
    weighed = evaluate(branched.replace(objective=objective), BRANCHED).objective
    assert weighed.terms["backtracking"] == pytest.approx(3 * 0.5)
    assert weighed.terms["detour"] == pytest.approx(2 * 1.0)
    assert weighed.value == pytest.approx(plain.value + 3.5)


def test_a_broken_limit_is_a_broken_hard_rule(branched):
    """Half of every journey is backtracking here: 0.4 is broken, 0.5 is kept."""
    for limit, broken in ((0.4, {"LIMIT-backtracking"}), (0.5, set())):
        found = evaluate(branched.replace(limits={"backtracking": limit}), BRANCHED).broken
        assert {f.rule.id for f in found} == broken
