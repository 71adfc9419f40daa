"""Studies small enough to solve by eye or by trying every layout."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.equipment.model import Anchoring, Role, StandingPoint
from optimizer.plan.model import Door, DoorKind, Zone, ZoneKind
from optimizer.study import FixtureGroup, Study

sys.path.insert(0, str(Path(__file__).parent))

from tiny_studies import machine, make_study, one_stop_each, room


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
