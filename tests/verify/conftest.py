"""A small hall whose results the verifier can check in a moment, and one such result."""

import pytest
from shapely import LineString, box

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import Anchoring, FixtureType, Role, StandingPoint
from optimizer.evaluate import evaluate
from optimizer.plan.model import Door, DoorKind, FloorPlan
from optimizer.report.results import result_to_json
from optimizer.result import HistoryPoint, Result, Seconds, Status, WalkingBound
from optimizer.study import FixtureGroup, Objective, Study, Walking


def _place(role, x, y):
    return StandingPoint(role=role, x=x, y=y)


def _types():
    """A desk with a screen, a terminal at the wall, a queue machine."""
    desk = FixtureType(
        name="open_desk",
        label="Desk",
        label_zh="柜台",
        width=1.6,
        depth=0.8,
        height=1.1,
        standing=(_place(Role.CUSTOMER, 0, -0.8), _place(Role.STAFF, 0, 0.8)),
        privacy_depth=1.0,
        screen=(0.0, -0.2),
    )
    terminal = FixtureType(
        name="smart_terminal",
        label="Terminal",
        label_zh="智能柜台",
        width=0.6,
        depth=0.5,
        height=1.6,
        anchoring=Anchoring.WALL,
        standing=(_place(Role.CUSTOMER, 0, -0.6),),
        clearance_front=0.8,
        privacy_depth=1.0,
        opaque=True,
        screen=(0.0, -0.2),
    )
    machine = FixtureType(
        name="queue_machine",
        label="Queue machine",
        label_zh="取号机",
        width=0.5,
        depth=0.4,
        height=1.4,
        standing=(_place(Role.CUSTOMER, 0, -0.6),),
        servers=0,
    )
    return {kind.name: kind for kind in (desk, terminal, machine)}


def _mix():
    return BusinessMix(
        businesses=(
            Business(
                name="cash",
                share=0.6,
                journey=(
                    Stop(types=("queue_machine",), probability=0.7),
                    Stop(types=("open_desk",)),
                ),
                service_minutes={"open_desk": 3.0},
            ),
            Business(
                name="cards",
                share=0.4,
                journey=(Stop(types=("open_desk",)),),
                machine_journey=(Stop(types=("smart_terminal",)),),
                replaceable=0.5,
                rework=0.1,
                service_minutes={"open_desk": 5.0, "smart_terminal": 4.0},
            ),
        ),
        rounds=(
            StaffRound(
                name="identity check",
                route=("open_desk", "smart_terminal", "open_desk"),
                per_use={"smart_terminal": 0.5},
            ),
        ),
        arrivals=Arrivals(per_hour={9: 20.0, 10: 30.0}),
    )


@pytest.fixture(scope="session")
def small_study():
    """A 9 × 7 m hall with a column; two desks, two terminals, a fixed queue machine."""
    return Study(
        name="Small hall",
        plan=FloorPlan(
            name="Small hall",
            outline=box(0, 0, 9, 7),
            columns=(box(4.2, 3, 4.6, 3.4),),
            doors=(
                Door(name="front", kind=DoorKind.ENTRANCE, line=LineString([(3.5, 0), (5, 0)])),
                Door(name="side", kind=DoorKind.EXIT, line=LineString([(9, 0.5), (9, 1.7)])),
            ),
        ),
        types=_types(),
        groups=(
            FixtureGroup(type="open_desk", min=2, max=2),
            FixtureGroup(type="smart_terminal", min=1, max=2),
            FixtureGroup(type="queue_machine", min=1, max=1, at=((6.0, 2.6, 0.0),)),
        ),
        mix=_mix(),
        walking=Walking(
            radius=0.25,
            speed={
                PersonClass.CUSTOMER: 1.0,
                PersonClass.STAFF: 1.2,
                PersonClass.WHEELCHAIR: 0.8,
            },
            encounter_distance=0.5,
            lane_width=1.2,
            wheelchair_share=0.1,
        ),
        objective=Objective(classes={(PersonClass.CUSTOMER, PersonClass.STAFF): 2.0}),
        rules=("cn-branch",),
        sha256="ab" * 32,
    )


@pytest.fixture(scope="session")
def small_layout():
    """Desks in the north, terminals at the west wall, facing the hall."""
    rows = [
        ("open_desk-1", "open_desk", 3.4, 5.2, 0.0),
        ("open_desk-2", "open_desk", 6.5, 5.2, 10.0),
        ("smart_terminal-1", "smart_terminal", 0.25, 2.6, 90.0),
        ("smart_terminal-2", "smart_terminal", 0.25, 4.0, 90.0),
        ("queue_machine-1", "queue_machine", 6.0, 2.6, 0.0),
    ]
    return Layout(
        placements=tuple(
            Placement(fixture=name, type=kind, x=x, y=y, angle=angle)
            for name, kind, x, y, angle in rows
        )
    )


@pytest.fixture(scope="session")
def result_of():
    """How to write the result of a layout: walking is bounded 10 % below its tables."""

    def write(study, layout):
        e = evaluate(study, layout)
        value = e.objective.value
        true = e.objective.terms["walking"] + e.objective.terms["staff_walking"]
        goal = study.objective
        staff = (PersonClass.STAFF, PersonClass.CASH)
        table = sum(
            (goal.staff_walking if leg.person in staff else goal.walking)
            * leg.rate
            * min(leg.empty_length, 1000.0)  # what a walk without a way counts
            for leg in e.legs
        )
        bound = 0.9 * table + e.objective.terms["waiting"]
        result = Result(
            status=Status.FEASIBLE,
            layout=layout,
            evaluation=e,
            bound=bound,
            walking=WalkingBound(
                value=0.9 * table,
                table_cost=table,
                true_cost=true,
                method="tables",
                poses=100,
                pitch=0.25,
            ),
            conflict=(),
            history=(
                HistoryPoint(seconds=0.5, objective=1.2 * value, bound=0.5 * bound),
                HistoryPoint(seconds=1.0, objective=value, bound=0.5 * bound),
                HistoryPoint(seconds=2.0, objective=value, bound=bound),
            ),
            seconds=Seconds(build=0.1, solve=2.0),
            seed=1,
            workers=1,
            budget="seconds",
            versions={"branch-layout": "0"},
        )
        return result_to_json(study, result)

    return write


@pytest.fixture(scope="session")
def small_result(small_study, small_layout, result_of):
    """The result of the small hall; tests falsify copies of it."""
    return result_of(small_study, small_layout)
