"""A hall in which every kind of check can be kept and broken, with fixtures of every sort."""

from __future__ import annotations

from dataclasses import replace

import shapely
from tiny_studies import machine, make_study, room

from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.equipment.model import Anchoring, Role, StandingPoint
from optimizer.plan.model import Door, DoorKind, Zone, ZoneKind
from optimizer.study import FixtureGroup

STAFF = StandingPoint(role=Role.STAFF, x=0.0, y=0.8)
CUSTOMER = StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.8)
FREE = Anchoring.FREE
TYPES = (
    machine("desk", FREE, width=1.2, height=0.75, standing=(CUSTOMER, STAFF)),
    machine("atm", FREE, privacy_depth=1.0, opaque=True, screen=(0.0, -0.3)),
    machine("atm_low", FREE, height=0.8, privacy_depth=1.0, screen=(0.0, -0.3)),
    machine("seat", FREE, width=1.8, height=0.8, servers=3),
    machine("place", FREE, width=0.8, depth=1.1, height=0.0),
    machine("block", FREE, width=2.0, height=2.0, opaque=True, standing=(), clearance_front=0.0),
)


def hall():
    """7 × 5 m of hall with a door and an exit, and a cash area that is open to it on one side."""
    zones = (
        Zone(name="hall", kind=ZoneKind.PUBLIC_HALL, polygon=shapely.box(0, 0, 7, 5)),
        Zone(name="cash", kind=ZoneKind.CASH_AREA, polygon=shapely.box(7.2, 0, 9, 5)),
    )
    wall = shapely.box(7, 0, 7.2, 4)
    plan = room(
        9.0, 5.0, walls=(wall,), zones=zones, windows=(shapely.LineString([(9, 1), (9, 3)]),)
    )
    way_out = Door(name="out", kind=DoorKind.EXIT, line=shapely.LineString([(0, 3.5), (0, 4.5)]))
    return replace(plan, doors=(*plan.doors, way_out))


def tiny():
    """Two machines, a low one, a desk, a bench, a wheelchair place and a block in the hall."""
    names = {"desk": 1, "atm": 2, "atm_low": 1, "seat": 1, "place": 1, "block": 1}
    businesses = tuple(
        Business(
            name=name,
            share=0.25,
            journey=(Stop(types=("seat",)), Stop(types=(name,))),
            service_minutes={name: 3.0},
        )
        for name in ("desk", "atm", "atm_low", "place")
    )
    mix = BusinessMix(
        businesses=businesses,
        rounds=(StaffRound(name="cash", route=("atm", "desk"), per_hour=1.0, cash=True),),
        arrivals=Arrivals(per_hour={10: 30.0}),
    )
    groups = tuple(FixtureGroup(type=n, min=c, max=c) for n, c in names.items())
    return make_study(hall(), groups, TYPES, mix)
