"""Parts of studies small enough to solve by eye or by trying every layout."""

from __future__ import annotations

import shapely

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.equipment.model import Anchoring, FixtureType, Role, StandingPoint
from optimizer.plan.model import Door, DoorKind, FloorPlan
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
