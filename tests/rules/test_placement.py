"""The placement rules on a room of 10 × 8 m, each with both answers."""

from dataclasses import replace

import pytest
from shapely import LineString, Polygon, box

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import BusinessMix
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import Anchoring, FixtureType, Role, StandingPoint
from optimizer.errors import StudyError
from optimizer.plan.model import Door, DoorKind, FloorPlan, Zone, ZoneKind
from optimizer.rules.placement import fits, placement_findings
from optimizer.study import FixtureGroup, Study, Walking

CUSTOMER = StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.8)
CLERK = StandingPoint(role=Role.STAFF, x=0.0, y=0.8)

#: 1.0 × 0.6 m: a desk that stands free, a machine at a wall, a counter through a wall, a stool.
DESK = FixtureType(
    name="desk", label="Desk", label_zh="", width=1.0, depth=0.6, height=0.75, standing=(CUSTOMER,)
)
MACHINE = replace(
    DESK,
    name="machine",
    anchoring=Anchoring.WALL,
    clearance_front=0.9,
    clearance_side=0.3,
    privacy_depth=1.0,
)
COUNTER = replace(
    DESK,
    name="counter",
    anchoring=Anchoring.THROUGH_WALL,
    in_row=True,
    standing=(CUSTOMER, CLERK),
    staff_zones=(ZoneKind.CASH_AREA,),
)
STOOL = replace(DESK, name="stool", width=0.4, depth=0.4, standing=())

#: 10 × 8 m: the cash area is the upper quarter, behind a wall 0.2 m thick; a column at (5, 2).
ROOM = FloorPlan(
    name="room",
    outline=box(0, 0, 10, 8),
    walls=(box(0, 6.0, 10, 6.2),),
    columns=(box(4.8, 1.8, 5.2, 2.2),),
    doors=(
        Door(name="street", kind=DoorKind.ENTRANCE, line=LineString([(4, 0), (6, 0)])),
        Door(name="lock", kind=DoorKind.INTERLOCK, line=LineString([(9, 6.1), (9.8, 6.1)])),
    ),
    zones=(Zone(name="cash", kind=ZoneKind.CASH_AREA, polygon=box(0, 6.1, 10, 8)),),
)
TYPES = (DESK, MACHINE, COUNTER, STOOL)


def study_of(*groups: FixtureGroup, plan: FloorPlan = ROOM) -> Study:
    return Study(
        name="tiny",
        plan=plan,
        types={kind.name: kind for kind in TYPES},
        groups=groups,
        mix=BusinessMix(businesses=()),
        walking=Walking(
            radius=0.25,
            speed=dict.fromkeys(PersonClass, 1.2),
            encounter_distance=0.5,
            lane_width=1.2,
        ),
    )


def layout_of(*poses: tuple[str, float, float, float]) -> Layout:
    return Layout(
        placements=tuple(
            Placement(fixture=name, type=name.split("-")[0], x=x, y=y, angle=angle)
            for name, x, y, angle in poses
        )
    )


def broken_rules(*poses: tuple[str, float, float, float], plan: FloorPlan = ROOM) -> list[str]:
    """Rules broken by fixtures of a study that asks for just these."""
    kinds = [name.split("-")[0] for name, *_ in poses]
    groups = [
        FixtureGroup(type=kind, min=0, max=kinds.count(kind)) for kind in dict.fromkeys(kinds)
    ]
    found = placement_findings(study_of(*groups, plan=plan), layout_of(*poses))
    return [f.rule.id for f in found if f.passed is False]


def test_good_layout_keeps_every_rule():
    """Each rule has one passed finding, but for PLC-10, which needs somebody to walk."""
    poses = (("desk-1", 3.0, 3.0, 0.0), ("counter-1", 3.0, 6.1, 0.0), ("stool-1", 8.0, 3.0, 0.0))
    study = study_of(*(FixtureGroup(type=p[0].split("-")[0], min=1, max=1) for p in poses))
    found = placement_findings(study, layout_of(*poses))
    assert [(f.rule.id, f.passed) for f in found] == [
        (f"PLC-{k:02}", None if k == 10 else True) for k in range(1, 12)
    ]
    assert fits(study, layout_of(*poses))


@pytest.mark.parametrize(
    ("pose", "broken"),
    [
        # the stool is 0.4 m wide, so its left edge is at the outer wall at x = 0.2
        (("stool-1", 0.2, 3.0, 0.0), []),
        (("stool-1", 0.15, 3.0, 0.0), ["PLC-01", "PLC-05"]),  # beyond the outline is no zone
        # the column's left face is at 4.8
        (("stool-1", 4.6, 2.0, 0.0), []),
        (("stool-1", 4.7, 2.0, 0.0), ["PLC-01"]),
        # the counter may lie in the wall but not in the opening of the interlock, from x = 9;
        # there it breaks the door's strip as well
        (("counter-1", 5.0, 6.1, 0.0), []),
        (("counter-1", 8.8, 6.1, 0.0), ["PLC-01", "PLC-02", "PLC-07"]),
    ],
)
def test_floor(pose, broken):
    """A footprint lies on the floor; through a wall only where there is wall."""
    assert broken_rules(pose) == broken


@pytest.mark.parametrize(
    ("pose", "broken"),
    [
        # back towards +x at 90° turn: local +y points to −x, so the back is at x − 0.3
        (("machine-1", 0.3, 3.0, 90.0), []),
        (("machine-1", 0.35, 3.0, 90.0), []),
        (("machine-1", 0.4, 3.0, 90.0), ["PLC-02"]),
        # turned by 180° more, the back looks into the hall
        (("machine-1", 1.5, 3.0, 270.0), ["PLC-02"]),
        # the counter's middle line has to lie in the wall from 6.0 to 6.2, within 0.05 m
        (("counter-1", 5.0, 5.96, 0.0), []),
        (("counter-1", 5.0, 5.90, 0.0), ["PLC-02"]),
    ],
)
def test_anchoring(pose, broken):
    """Wall fixtures have their back at a wall, through-wall fixtures their middle in it."""
    assert broken_rules(pose) == broken


def test_fixtures_may_touch_but_not_overlap():
    """Two stools of 0.4 m touch at a distance of 0.4 m and overlap 1 mm closer."""
    assert broken_rules(("stool-1", 2, 3, 0), ("stool-2", 2.4, 3, 0)) == []
    assert broken_rules(("stool-1", 2, 3, 0), ("stool-2", 2.399, 3, 0)) == ["PLC-03"]
    # less than CONTACT (0.1 mm) is rounding
    assert broken_rules(("stool-1", 2, 3, 0), ("stool-2", 2.39995, 3, 0)) == []


def test_overlap_names_both_and_measures_it():
    """The sentence names both fixtures; the value is the common area."""
    study = study_of(FixtureGroup(type="stool", min=0, max=2))
    layout = layout_of(("stool-1", 2, 3, 0), ("stool-2", 2.3, 3, 0))
    found = [f for f in placement_findings(study, layout) if f.passed is False]
    # 0.1 m of the width is common, over the depth of 0.4 m
    assert [f.value for f in found] == [pytest.approx(0.1 * 0.4)]
    assert found[0].fixtures == ("stool-1", "stool-2")
    assert "stool-1 at (2.00, 3.00) overlaps stool-2 at (2.30, 3.00) by 0.040 m²" in (
        found[0].sentence
    )


def test_use_space_is_free_of_fixtures():
    """The machine's use space ends 0.9 m before its front and 0.3 m beside it."""
    machine = ("machine-1", 0.3, 3.0, 90.0)
    # front at x = 0.6, use space to 1.5, privacy zone to 1.6: beyond, the stool breaks nothing
    assert broken_rules(machine, ("stool-1", 1.81, 3.0, 0)) == []
    assert broken_rules(machine, ("stool-1", 1.75, 3.0, 0)) == ["PLC-09"]
    assert broken_rules(machine, ("stool-1", 1.65, 3.45, 0)) == ["PLC-04", "PLC-09"]
    # beside: the machine reaches from y = 2.5 to 3.5, its use space to 3.8
    assert broken_rules(machine, ("stool-1", 0.3, 4.0, 0)) == []
    assert broken_rules(machine, ("stool-1", 0.3, 3.95, 0)) == ["PLC-04"]


def test_use_space_before_is_floor_but_beside_may_be_wall():
    """A wall may reach into the space beside a machine, never into that before it."""
    corner = ("machine-1", 0.3, 0.5, 90.0)
    assert broken_rules(corner) == []
    pillar = replace(ROOM, columns=(box(1.4, 2.9, 1.6, 3.1),))
    assert broken_rules(("machine-1", 0.3, 3.0, 90.0), plan=pillar) == ["PLC-04"]


def test_zones_of_customers_staff_and_fixture():
    """A desk belongs into the hall; a counter's clerk into the cash area."""
    assert broken_rules(("desk-1", 3.0, 3.0, 0.0)) == []
    # in the cash area its customers are in the wrong zone, as is the desk, and locked out
    assert broken_rules(("desk-1", 3.0, 7.2, 0.0)) == ["PLC-05", "PLC-05", "PLC-06"]
    # turned round, the counter has its customer in the cash area and its clerk in the hall
    turned = broken_rules(("counter-1", 5.0, 6.1, 180.0))
    assert turned == ["PLC-05", "PLC-05", "PLC-06"]


def test_zone_of_the_group():
    """A group that names a zone may stand only there."""
    plan = replace(
        ROOM, zones=(*ROOM.zones, Zone(name="left", kind=ZoneKind.VIP, polygon=box(0, 0, 4, 6)))
    )
    study = study_of(FixtureGroup(type="desk", min=0, max=1, zone="left"), plan=plan)

    def broken(x: float) -> list[str]:
        place = Placement(fixture="desk@left-1", type="desk", x=x, y=3.0)
        found = placement_findings(study, Layout(placements=(place,)))
        return [f.rule.id for f in found if f.passed is False]

    assert broken(3.0) == []
    # the desk reaches from 3.3 to 4.3: its customers at 3.8 are inside, it is not
    assert broken(3.8) == ["PLC-05"]
    elsewhere = study_of(FixtureGroup(type="desk", min=0, max=1, zone="lefd"), plan=plan)
    with pytest.raises(StudyError, match="zone 'lefd' is not in the plan"):
        placement_findings(elsewhere, Layout(placements=(place_at(3.0),)))


def place_at(x: float) -> Placement:
    return Placement(fixture="desk@lefd-1", type="desk", x=x, y=3.0)


def test_standing_point_needs_the_body_radius():
    """0.25 m to walls and to other fixtures."""
    # the desk's customers stand 0.8 m south of it: at y = 0.3 there is room, at 0.2 there is none
    assert broken_rules(("desk-1", 2.0, 1.1, 0.0)) == []
    assert broken_rules(("desk-1", 2.0, 1.0, 0.0)) == ["PLC-06"]
    # customers at (2, 2.2); a stool right of them has its edge 0.3 or 0.2 m away
    assert broken_rules(("desk-1", 2, 3, 0), ("stool-1", 2.5, 2.2, 0)) == []
    assert broken_rules(("desk-1", 2, 3, 0), ("stool-1", 2.4, 2.2, 0)) == ["PLC-06"]
    # inflated rectangles have corners: 0.2 m along both axes is too near although 0.28 m away
    assert broken_rules(("desk-1", 2, 3, 0), ("stool-1", 2.4, 1.8, 0)) == ["PLC-06"]


def test_door_strip():
    """1.2 m before a door stay free, over the door's width."""
    # the street door is at y = 0 from x = 4 to 6; the stool's lower edge is 0.2 m below its middle
    assert broken_rules(("stool-1", 4.2, 1.41, 0)) == []
    assert broken_rules(("stool-1", 4.2, 1.35, 0)) == ["PLC-07"]
    assert broken_rules(("stool-1", 3.79, 0.5, 0)) == []
    assert broken_rules(("stool-1", 3.85, 0.5, 0)) == ["PLC-07"]


def test_door_strip_takes_the_studys_value():
    """An override changes what is asked for, and the finding says so."""
    study = study_of(FixtureGroup(type="stool", min=0, max=1))
    layout = layout_of(("stool-1", 4.2, 1.35, 0))
    assert not fits(study, layout)
    relaxed = study.replace(rule_overrides={"PLC-07": {"value": 1.1}})
    assert fits(relaxed, layout)
    changed = {f.rule.changed for f in placement_findings(relaxed, layout)}
    assert changed == {"", "value 1.2 → 1.1"}
    # as a soft rule it is broken, but the layout may stand
    soft = study.replace(rule_overrides={"PLC-07": {"severity": "soft"}})
    assert fits(soft, layout)
    assert [f.rule.id for f in placement_findings(soft, layout) if f.passed is False] == ["PLC-07"]


@pytest.mark.parametrize(
    ("second", "broken"),
    [
        (("counter-2", 4.0, 6.1, 0.0), []),
        (("counter-2", 4.015, 6.1, 0.0), []),
        # a gap of 5 cm; the wrong order; backs 3 cm apart
        (("counter-2", 4.05, 6.1, 0.0), ["PLC-08"]),
        (("counter-2", 2.0, 6.1, 0.0), ["PLC-08"]),
        (("counter-2", 4.0, 6.13, 0.0), ["PLC-08"]),
    ],
)
def test_rows_touch_in_order(second, broken):
    """Counters of one group stand side by side along +x, in the order of their names."""
    assert broken_rules(("counter-1", 3.0, 6.1, 0.0), second) == broken


def test_rows_have_one_angle():
    """A row turned by 90° runs along +y; one of two angles is broken."""
    row = (FixtureGroup(type="stool", min=0, max=2, row="a"),)
    for second, passed in (((3.0, 3.4, 90.0), True), ((3.4, 3.0, 90.0), False)):
        layout = layout_of(("stool-1", 3.0, 3.0, 90.0), ("stool-2", *second))
        assert fits(study_of(*row), layout) is passed
    two = layout_of(("stool-1", 3.0, 3.0, 90.0), ("stool-2", 3.0, 3.4, 0.0))
    found = [f for f in placement_findings(study_of(*row), two) if f.passed is False]
    assert [(f.rule.id, f.value) for f in found] == [("PLC-08", pytest.approx(90.0))]


def test_row_of_two_groups_with_different_depths():
    """Groups of one row follow each other; their backs are in line, their fronts are not."""
    groups = (
        FixtureGroup(type="desk", min=1, max=1, row="a"),
        FixtureGroup(type="stool", min=1, max=1, row="a"),
    )
    # backs at y = 3.3: the stool's middle 0.2 m below; widths 1.0 and 0.4 give 0.7 m
    assert fits(study_of(*groups), layout_of(("desk-1", 3, 3, 0), ("stool-1", 3.7, 3.1, 0)))
    assert not fits(study_of(*groups), layout_of(("desk-1", 3, 3, 0), ("stool-1", 3.7, 3.0, 0)))


def test_privacy_zone_holds_no_other_customers():
    """Nobody else's place lies in the metre before a machine; on its edge it is outside."""
    machine = ("machine-1", 0.3, 3.0, 90.0)
    # the zone ends at x = 1.6; the desk's customers stand 0.8 m below it
    assert broken_rules(machine, ("desk-1", 1.6, 4.2, 0.0)) == []
    assert broken_rules(machine, ("desk-1", 1.55, 4.2, 0.0)) == ["PLC-09"]


def test_reachability_is_what_evaluation_found():
    """None: not looked at; none unreachable: kept; otherwise one finding per flow."""
    study, layout = study_of(), Layout()

    def answer(unreachable: tuple[str, ...] | None) -> list[bool | None]:
        found = placement_findings(study, layout, unreachable=unreachable)
        return [f.passed for f in found if f.rule.id == "PLC-10"]

    assert answer(None) == [None]
    assert answer(()) == [True]
    assert answer(("street → desk-1", "desk-1 → street")) == [False, False]


def test_brief_counts_names_types_and_fixed_places():
    """PLC-11 finds too few, strangers, wrong types, doubles and fixtures that were moved."""
    study = study_of(
        FixtureGroup(type="stool", min=2, max=3, at=((2.0, 3.0, 0.0),)),
    )

    def sentences(*placements: Placement) -> list[str]:
        found = placement_findings(study, Layout(placements=placements))
        return [f.sentence for f in found if f.rule.id == "PLC-11" and f.passed is False]

    one = Placement(fixture="stool-1", type="stool", x=2.0, y=3.0)
    two = Placement(fixture="stool-2", type="stool", x=7.0, y=3.0)
    assert sentences(one, two) == []
    assert sentences(one) == ["The layout has 1 of stool; the study asks for 2 to 3"]
    assert "stool-1 is missing" in sentences(two, replace(two, fixture="stool-3", y=4.0))[0]
    assert "0.100 m and 0.0° away" in sentences(replace(one, x=2.1), two)[0]
    assert "90.0° away" in sentences(replace(one, angle=90.0), two)[0]
    assert (
        "stool-9 at (7.00, 3.00) is not in the study"
        in (sentences(one, two, replace(two, fixture="stool-9"))[0])
    )
    assert "of type 'desk'; the study says 'stool'" in sentences(one, replace(two, type="desk"))[0]
    assert "of type 'sofa'" in sentences(one, replace(two, type="sofa"))[0]
    assert "stool-2 is in the layout 2 times" in sentences(one, two, replace(two, y=5.0))[0]
    # a full turn is no turn, and a tenth of a millimetre is rounding
    assert sentences(replace(one, x=2.0001, angle=360.0), two) == []


def test_empty_layout_and_plan_without_walls():
    """A plan of an outline alone is valid; nothing placed breaks nothing."""
    plan = FloorPlan(name="bare", outline=Polygon([(0, 0), (5, 0), (5, 5), (0, 5)]))
    assert fits(study_of(plan=plan), Layout())
    assert broken_rules(("machine-1", 0.3, 3.0, 90.0), plan=plan) == []


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_turning_everything_changes_nothing(quarter):
    """The same layout in the room turned by quarter turns breaks the same rules."""
    from shapely.affinity import rotate

    def turn(shape):
        return rotate(shape, 90 * quarter, origin=(0, 0))

    plan = replace(
        ROOM,
        outline=turn(ROOM.outline),
        walls=tuple(map(turn, ROOM.walls)),
        columns=tuple(map(turn, ROOM.columns)),
        doors=tuple(replace(d, line=turn(d.line)) for d in ROOM.doors),
        zones=tuple(replace(z, polygon=turn(z.polygon)) for z in ROOM.zones),
    )
    poses = [
        ("machine-1", 0.3, 3.0, 90.0),
        ("stool-1", 1.65, 3.45, 0.0),
        ("desk-1", 2.0, 1.0, 0.0),
        ("stool-2", 4.2, 1.35, 0.0),
        ("counter-1", 5.0, 6.1, 0.0),
    ]
    turned = []
    for name, x, y, angle in poses:
        for _ in range(quarter):
            x, y = -y, x
        turned.append((name, x, y, angle + 90 * quarter))
    assert broken_rules(*turned, plan=plan) == broken_rules(*poses)
    assert broken_rules(*poses) == ["PLC-04", "PLC-06", "PLC-07", "PLC-09"]
