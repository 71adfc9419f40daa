"""Studies small enough to solve by eye or by trying every layout."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.equipment.model import Anchoring, FixtureType, Role, StandingPoint
from optimizer.plan.model import Door, DoorKind, FloorPlan, Zone, ZoneKind
from optimizer.study import FixtureGroup, Objective, Study, Walking


def machine(name: str, anchoring: Anchoring = Anchoring.WALL, **changes) -> FixtureType:
    """A machine of 0.6 × 0.6 m whose customer stands 0.5 m before its front."""
    values = {
        "name": name,
        "label": name,
        "label_zh": name,
        "width": 0.6,
        "depth": 0.6,
        "height": 1.5,
        "anchoring": anchoring,
        "standing": (StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.8),),
        "clearance_front": 0.8,
    }
    return FixtureType(**(values | changes))


def room(width: float = 6.0, depth: float = 4.0, **parts) -> FloorPlan:
    """A bare room with a door of 1 m in the middle of its south wall."""
    door = Door(
        name="door",
        kind=DoorKind.ENTRANCE,
        line=shapely.LineString([(width / 2 - 0.5, 0), (width / 2 + 0.5, 0)]),
    )
    values = {"name": "room", "outline": shapely.box(0, 0, width, depth), "doors": (door,)}
    return FloorPlan(**(values | parts))


def one_stop_each(*types: str, per_hour: float = 60.0) -> BusinessMix:
    """Customers who come for one of the types each, in equal shares."""
    return BusinessMix(
        businesses=tuple(
            Business(name=name, share=1 / len(types), journey=(Stop(types=(name,)),))
            for name in types
        ),
        arrivals=Arrivals(per_hour={10: per_hour}),
    )


def make_study(
    plan: FloorPlan,
    groups: tuple[FixtureGroup, ...],
    types: tuple[FixtureType, ...],
    mix: BusinessMix | None = None,
    **changes,
) -> Study:
    """A study without rule packs; walking is all that counts unless told otherwise."""
    values = {
        "name": "tiny",
        "plan": plan,
        "types": {t.name: t for t in types},
        "groups": groups,
        "mix": mix or one_stop_each(*(g.type for g in groups)),
        "walking": Walking(
            radius=0.25,
            speed=dict.fromkeys(PersonClass, 1.2),
            encounter_distance=0.5,
            lane_width=1.2,
        ),
        "objective": Objective(encounters=0.0, waiting=0.0, overlooked=0.0),
        "pitch": 1.0,
    }
    return Study(**(values | changes))


@pytest.fixture
def two_machines() -> Study:
    """Two different machines along the walls of a bare room; one walks to each."""
    groups = (FixtureGroup(type="a", min=1, max=1), FixtureGroup(type="b", min=1, max=1))
    return make_study(room(), groups, (machine("a"), machine("b")))


@pytest.fixture
def three_in_a_queue() -> Study:
    """Queue machine, desk and seat in turn, free on the floor of a room with a column."""
    names = ("a", "b", "c")
    chain = Business(name="x", share=1.0, journey=tuple(Stop(types=(n,)) for n in names))
    return make_study(
        room(5.0, 4.0, columns=(shapely.box(2.2, 2.0, 2.5, 2.3),)),
        tuple(FixtureGroup(type=n, min=1, max=1) for n in names),
        tuple(machine(n, Anchoring.FREE) for n in names),
        BusinessMix(businesses=(chain,), arrivals=Arrivals(per_hour={10: 30.0})),
    )


@pytest.fixture
def counter_row() -> Study:
    """Three counters in a row, built into the wall of a cash area; two machines; a staff walk."""
    hall = Zone(name="hall", kind=ZoneKind.PUBLIC_HALL, polygon=shapely.box(0, 0, 7, 4))
    cash = Zone(name="cash", kind=ZoneKind.CASH_AREA, polygon=shapely.box(0, 4.2, 7, 6))
    plan = room(7.0, 6.0, walls=(shapely.box(0, 4.0, 7, 4.2),), zones=(hall, cash))
    back = Door(name="back", kind=DoorKind.STAFF, line=shapely.LineString([(0.2, 6.0), (1.2, 6.0)]))
    plan = replace(plan, doors=(*plan.doors, back))
    counter = machine(
        "counter",
        Anchoring.THROUGH_WALL,
        width=1.0,
        in_row=True,
        clearance_back=0.6,
        staff_zones=(ZoneKind.CASH_AREA,),
        standing=(
            StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.8),
            StandingPoint(role=Role.STAFF, x=0.0, y=0.8),
        ),
    )
    groups = (FixtureGroup(type="counter", min=3, max=3), FixtureGroup(type="m", min=2, max=2))
    mix = replace(
        one_stop_each("counter", "m"),
        rounds=(StaffRound(name="stroll", route=("m", "counter"), per_hour=0.0),),
    )
    return make_study(plan, groups, (counter, machine("m")), mix)


@pytest.fixture
def root() -> Path:
    """The root of the repository."""
    return Path(__file__).parents[2]
