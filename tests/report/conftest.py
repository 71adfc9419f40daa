"""A small branch, drawn by hand, whose figures the report tests know."""

import numpy as np
import pytest
from shapely import LineString, box

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import Anchoring, FixtureType, Provenance, Role, StandingPoint
from optimizer.evaluation import (
    CrossingFigures,
    DetourFigures,
    Evaluation,
    Leg,
    MeetingPair,
    ObjectiveValue,
    OverlookedPair,
    PrivacyFigures,
    WaitingFigures,
    WalkingFigures,
)
from optimizer.plan.model import Door, DoorKind, FloorPlan, Zone, ZoneKind
from optimizer.result import HistoryPoint, Result, Seconds, Status, WalkingBound
from optimizer.rules.model import Finding, Rule, Severity
from optimizer.study import FixtureGroup, Study, Walking


@pytest.fixture(scope="session")
def report_plan():
    """A 12 × 9 m hall whose top 3 m are a cash area; entrance south, staff door north."""
    walls = (
        box(0, 0, 12, 0.2),
        box(0, 8.8, 12, 9),
        box(0, 0, 0.2, 9),
        box(11.8, 0, 12, 9),
        box(0.2, 6, 11.8, 6.2),
    )
    return FloorPlan(
        name="Small branch",
        outline=box(0, 0, 12, 9),
        walls=walls,
        columns=(box(3, 3, 3.4, 3.4),),
        doors=(
            Door(name="front", kind=DoorKind.ENTRANCE, line=LineString([(5, 0.1), (6.6, 0.1)])),
            Door(name="back", kind=DoorKind.STAFF, line=LineString([(10, 8.9), (11, 8.9)])),
            Door(name="lock", kind=DoorKind.INTERLOCK, line=LineString([(10, 6.1), (11, 6.1)])),
        ),
        zones=(
            Zone(name="hall", kind=ZoneKind.PUBLIC_HALL, polygon=box(0.2, 0.2, 11.8, 6)),
            Zone(name="cash area", kind=ZoneKind.CASH_AREA, polygon=box(0.2, 6.2, 11.8, 8.8)),
        ),
        windows=(LineString([(0.1, 2), (0.1, 5)]),),
        north=90.0,
    )


def _point(role, x, y):
    return StandingPoint(role=role, x=x, y=y)


@pytest.fixture(scope="session")
def report_types():
    """Three fixture types: a counter in the wall, a terminal, a queue machine."""
    asm = {"width": Provenance(source="assumption", confidence="ASM")}
    counter = FixtureType(
        name="cash_counter",
        label="Cash counter",
        label_zh="现金柜台",
        width=1.5,
        depth=0.8,
        height=1.1,
        anchoring=Anchoring.THROUGH_WALL,
        in_row=True,
        standing=(_point(Role.CUSTOMER, 0, -0.7), _point(Role.STAFF, 0, 0.7)),
        clearance_front=0.9,
        privacy_depth=1.0,
        staff_zones=(ZoneKind.CASH_AREA,),
        screen=(0.0, -0.3),
        provenance=asm,
    )
    terminal = FixtureType(
        name="smart_terminal",
        label="Smart terminal",
        label_zh="智能柜台",
        width=0.6,
        depth=0.5,
        height=1.6,
        anchoring=Anchoring.WALL,
        standing=(_point(Role.CUSTOMER, 0, -0.6),),
        clearance_front=0.8,
        privacy_depth=1.0,
        opaque=True,
        screen=(0.0, -0.25),
        provenance={"width": Provenance(source="maker's sheet", confidence="A")},
    )
    machine = FixtureType(
        name="queue_machine",
        label="Queue machine",
        label_zh="取号机",
        width=0.5,
        depth=0.4,
        height=1.4,
        standing=(_point(Role.CUSTOMER, 0, -0.5),),
        clearance_front=0.6,
        provenance=asm,
    )
    return {kind.name: kind for kind in (counter, terminal, machine)}


@pytest.fixture(scope="session")
def report_layout():
    """Two counters in the wall, two terminals at the west wall, a queue machine in the hall."""
    rows = [
        ("cash_counter-1", "cash_counter", 4.0, 6.1, 0.0),
        ("cash_counter-2", "cash_counter", 5.5, 6.1, 0.0),
        ("smart_terminal-1", "smart_terminal", 0.45, 2.0, 90.0),
        ("smart_terminal-2", "smart_terminal", 0.45, 4.0, 90.0),
        ("queue_machine-1", "queue_machine", 7.5, 2.5, 0.0),
    ]
    return Layout(
        placements=tuple(
            Placement(fixture=name, type=kind, x=x, y=y, angle=angle)
            for name, kind, x, y, angle in rows
        )
    )


@pytest.fixture(scope="session")
def report_study(report_plan, report_types, report_layout):
    """The hall with five fixtures and two businesses, 40 customers an hour at ten o'clock."""
    mix = BusinessMix(
        businesses=(
            Business(
                name="small_cash",
                share=0.75,
                journey=(Stop(types=("queue_machine",)), Stop(types=("cash_counter",))),
                label_zh="小额现金",
            ),
            Business(
                name="card_opening",
                share=0.25,
                journey=(Stop(types=("smart_terminal",)),),
                label_zh="开卡",
            ),
        ),
        rounds=(StaffRound(name="lobby", route=("queue_machine", "smart_terminal"), per_hour=6),),
        arrivals=Arrivals(per_hour={9: 20.0, 10: 40.0, 11: 30.0}),
    )
    return Study(
        name="Small branch",
        plan=report_plan,
        types=report_types,
        groups=(
            FixtureGroup(type="cash_counter", min=2, max=2),
            FixtureGroup(type="smart_terminal", min=2, max=2),
            FixtureGroup(type="queue_machine", min=1, max=1),
        ),
        mix=mix,
        walking=Walking(
            radius=0.25,
            speed={person: 1.2 for person in PersonClass},
            encounter_distance=0.5,
            lane_width=1.2,
        ),
        current_layout=report_layout,
    )


def _leg(source, target, path, by_group, person=PersonClass.CUSTOMER):
    path = np.array(path, dtype=float)
    length = float(np.hypot(*np.diff(path, axis=0).T).sum())
    return Leg(
        source=source,
        target=target,
        start=tuple(path[0]),
        end=tuple(path[-1]),
        rate=sum(by_group.values()),
        by_group=by_group,
        person=person,
        length=length,
        empty_length=length,
        path=path,
    )


@pytest.fixture(scope="session")
def report_legs():
    """Five walks, one of them shared by two businesses and one with a corner."""
    front, queue = (5.8, 0.5), (7.5, 2.0)
    return (
        _leg("front", "queue_machine-1", [front, queue], {"small_cash": 30.0}),
        _leg("queue_machine-1", "cash_counter-1", [queue, (4.0, 5.4)], {"small_cash": 15.0}),
        _leg("queue_machine-1", "cash_counter-2", [queue, (5.5, 5.4)], {"small_cash": 15.0}),
        _leg(
            "front",
            "smart_terminal-1",
            [front, (3.2, 1.6), (1.05, 2.0)],
            {"small_cash": 4.0, "card_opening": 10.0},
        ),
        _leg(
            "queue_machine-1",
            "smart_terminal-2",
            [queue, (1.05, 4.0)],
            {"lobby": 6.0},
            PersonClass.STAFF,
        ),
    )


@pytest.fixture(scope="session")
def report_evaluation(report_legs):
    """Figures made up to be told apart; they need not follow from the legs."""
    width = Rule(
        id="CN-ACC-01",
        check="aisle",
        sentence="Main aisles are at least 1.2 m wide",
        value=1.2,
        unit="m",
        edition="GB 50763-2012",
        clause="3.5.2",
        confidence="A",
        changed="value 1.5 → 1.2",
    )
    soft = Rule(id="CN-SRV-02", check="seats", sentence="Seats", severity=Severity.SOFT)
    manual = Rule(id="CN-MAN-03", check="manual", sentence="Signs", severity=Severity.MANUAL)
    return Evaluation(
        hour=10,
        arrivals_per_hour=40.0,
        legs=report_legs,
        walking=WalkingFigures(
            person_metres_per_hour=400.0,
            metres_per_customer=10.0,
            by_journey={"small_cash": 11.0, "card_opening": 7.0},
            staff_person_metres_per_hour=36.0,
        ),
        crossing=CrossingFigures(
            encounters_per_hour=0.5,
            weighted_encounters_per_hour=0.75,
            path_crossings=3,
            share_of_customers_crossing=0.25,
            worst_pairs=(
                MeetingPair(
                    one="front → queue_machine-1",
                    other="queue_machine-1 → smart_terminal-2",
                    encounters_per_hour=0.4,
                    where=(6.5, 1.5),
                ),
            ),
        ),
        detour=DetourFigures(
            mean=1.1, worst=1.4, worst_leg="front → smart_terminal-1", backtrack_ratio=0.05
        ),
        waiting={
            "cash_counter": WaitingFigures(
                mean_minutes=6.5,
                minutes_of_hour=6.5,
                p95_minutes=20.0,
                utilisation=0.85,
                arrivals_per_hour=30.0,
                servers=2,
            ),
            "smart_terminal": WaitingFigures(
                mean_minutes=float("inf"),
                minutes_of_hour=12.0,
                p95_minutes=float("inf"),
                utilisation=1.2,
                arrivals_per_hour=14.0,
                servers=2,
            ),
        },
        privacy=PrivacyFigures(
            overlooked=(
                OverlookedPair(
                    fixture="cash_counter-1",
                    viewer="cash_counter-2",
                    screen=(4.0, 5.8),
                    eye=(5.5, 5.4),
                ),
            ),
            through_flow_per_hour=2.0,
        ),
        findings=(
            Finding(
                rule=width,
                passed=False,
                sentence="aisle between queue_machine-1 and column is 0.9 m",
                value=0.9,
                where=(5.0, 3.0),
                fixtures=("queue_machine-1",),
            ),
            Finding(rule=soft, passed=True, sentence="8 seats", value=8.0),
            Finding(rule=manual, passed=None, sentence="look at the signs"),
        ),
        objective=ObjectiveValue(value=500.0, terms={"walking": 400.0, "staff_walking": 36.0}),
    )


@pytest.fixture(scope="session")
def report_result(report_layout, report_evaluation):
    """A feasible result: objective 500, bound 450."""
    return Result(
        status=Status.FEASIBLE,
        layout=report_layout,
        evaluation=report_evaluation,
        bound=450.0,
        walking=WalkingBound(
            value=400.0,
            table_cost=420.0,
            true_cost=436.0,
            method="assignment",
            poses=1200,
            pitch=0.25,
        ),
        conflict=(),
        history=(
            HistoryPoint(seconds=0.5, objective=620.0, bound=300.0),
            HistoryPoint(seconds=4.0, objective=500.0, bound=450.0),
        ),
        seconds=Seconds(build=1.0, solve=4.5),
        seed=1,
        workers=2,
        budget="seconds",
        versions={"branch-layout": "0.1.0"},
    )


@pytest.fixture(scope="session")
def report_nothing():
    """An infeasible result with one reason."""
    return Result(
        status=Status.INFEASIBLE,
        layout=None,
        evaluation=None,
        bound=None,
        walking=None,
        conflict=("2 counters of 1.5 m do not fit in a wall of 2.0 m",),
        history=(),
        seconds=Seconds(build=1.0, solve=0.5),
        seed=1,
        workers=2,
        budget="seconds",
        versions={},
    )
