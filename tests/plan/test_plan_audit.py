from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon, box

from optimizer.plan.audit import audit_plan
from optimizer.plan.defect import Severity
from optimizer.plan.model import Door, DoorKind, FloorPlan, Zone, ZoneKind
from optimizer.plan.summary import summarize_plan

WALLS = (box(0, 0, 10, 0.2), box(0, 7.8, 10, 8), box(0, 0.2, 0.2, 7.8), box(9.8, 0.2, 10, 7.8))


def door(x, y, x1, y1, name="street", kind=DoorKind.ENTRANCE) -> Door:
    return Door(name=name, kind=kind, line=LineString([(x, y), (x1, y1)]))


def zone(polygon, name="hall", kind=ZoneKind.PUBLIC_HALL) -> Zone:
    return Zone(name=name, kind=kind, polygon=polygon)


@pytest.fixture
def hall() -> FloorPlan:
    """A hall of 10 x 8 m in walls of 0.2 m with one entrance of 1.2 m in the south."""
    return FloorPlan(
        name="hall", outline=box(0, 0, 10, 8), walls=WALLS, doors=(door(4, 0.1, 5.2, 0.1),)
    )


def codes(plan: FloorPlan) -> list[str]:
    return [defect.code for defect in audit_plan(plan)]


def only(plan: FloorPlan, code: str):
    (found,) = [defect for defect in audit_plan(plan) if defect.code == code]
    return found


def test_sound_plan_has_no_defects(hall) -> None:
    """A plan without fault gives nothing at all."""
    assert codes(hall) == []


def test_outline_that_crosses_itself_is_told_with_its_place(hall) -> None:
    """The bow tie (0,0) (10,8) (10,0) (0,8) crosses itself at (5, 4)."""
    found = only(
        replace(hall, outline=Polygon([(0, 0), (10, 8), (10, 0), (0, 8)])), "outline-crosses"
    )
    assert (found.x, found.y) == (5, 4)
    assert "(5.00, 4.00)" in found.sentence
    assert found.severity is Severity.ERROR


def test_empty_and_tiny_outlines(hall) -> None:
    """An outline without area and one of 1 m2 are no floor."""
    assert "outline-empty" in codes(replace(hall, outline=Polygon()))
    assert "outline-tiny" in codes(replace(hall, outline=box(0, 0, 1, 1)))


def test_coordinates_that_are_no_numbers(hall) -> None:
    """NaN in a wall is named with the wall."""
    with np.errstate(invalid="ignore"):
        wall = Polygon([(0, 0), (1, float("nan")), (1, 1)])
    assert "wall 5 has" in only(replace(hall, walls=(*WALLS, wall)), "not-a-number").sentence


def test_door_in_no_wall(hall) -> None:
    """A door in the middle of the hall is 2.9 m from the nearest wall; an inner one only warns."""
    # ends (4, 4) and (5.2, 4): to the west wall 3.8 m, north 3.8 m, south 3.8, east 4.6 m
    lost = door(4, 4, 5.2, 4, name="lost")
    found = only(replace(hall, doors=(*hall.doors, lost)), "door-off-wall")
    assert "'lost'" in found.sentence
    assert "3.80 m" in found.sentence
    assert (found.x, found.y) == (4.6, 4)
    assert found.severity is Severity.ERROR
    inner = replace(lost, kind=DoorKind.INNER)
    assert only(replace(hall, doors=(*hall.doors, inner)), "door-off-wall").severity == "warning"


def test_doors_side_by_side_hold_each_other(hall) -> None:
    """Two doors that share a jamb in mid-opening stand in the wall."""
    pair = (door(3, 0.1, 4, 0.1, "left"), door(4.1, 0.1, 5.1, 0.1, "right"))
    gap = (box(0, 0, 3, 0.2), box(5.1, 0, 10, 0.2), *WALLS[1:])
    assert codes(replace(hall, walls=gap, doors=pair)) == []


@pytest.mark.parametrize(("width", "wrong"), [(0.3, True), (0.6, False), (3.0, False), (7, True)])
def test_door_width(hall, width, wrong) -> None:
    """A door of 0.3 m or of 7 m is none; 0.6 m and a sliding door of 3 m are."""
    plan = replace(hall, doors=(door(2, 0.1, 2 + width, 0.1),))
    assert ("door-width" in codes(plan)) is wrong


@pytest.mark.parametrize(
    ("kind", "severity"),
    [("entrance", "error"), ("exit", "error"), ("inner", "warning"), ("staff", "warning")],
)
def test_narrow_door_is_an_error_on_the_way_of_customers_alone(hall, kind, severity) -> None:
    """A door of 0.5 m keeps customers out; inside, as to a shaft, it is worth a look."""
    narrow = door(2, 0.1, 2.5, 0.1, "narrow", DoorKind(kind))
    plan = replace(hall, doors=(*hall.doors, narrow))
    assert str(only(plan, "door-width").severity) == severity


def test_door_outside_and_door_twice(hall) -> None:
    """A door 2 m before the house, and one that is drawn twice, are told."""
    out = door(4, -2, 5, -2, "out", DoorKind.EXIT)
    assert (
        "2.00 m outside" in only(replace(hall, doors=(*hall.doors, out)), "door-outside").sentence
    )
    again = replace(hall.doors[0], name="again")
    assert (
        "'street' and 'again'"
        in only(replace(hall, doors=(*hall.doors, again)), "door-twice").sentence
    )


def test_nobody_can_enter(hall) -> None:
    """A plan without entrance is told so, and is still a plan."""
    found = only(replace(hall, doors=()), "no-entrance")
    assert found.severity is Severity.WARNING


def test_walls_outside_overlapping_and_crossing(hall) -> None:
    """A wall 5 m off, a wall over another and a crossed wall are told by number."""
    far = box(15, 0, 16, 1)
    over = box(3, 0, 4, 0.3)
    bow = Polygon([(2, 2), (3, 3), (3, 2), (2, 3)])
    plan = replace(hall, walls=(*WALLS, far, over, bow))
    assert "wall 5 lies 5.00 m outside" in only(plan, "wall-outside").sentence
    # 1 m of the wall's 0.2 m lie under the other
    assert "walls 1 and 6 overlap by 0.20 m2" in only(plan, "walls-overlap").sentence
    assert "wall 7 crosses itself" in only(plan, "solid-crosses").sentence


def test_sliver_and_column_outside(hall) -> None:
    """A wall as thin as a hair and a column in the street are told."""
    plan = replace(hall, walls=(*WALLS, box(2, 2, 4, 2.001)), columns=(box(5, -4, 5.5, -3.5),))
    assert "wall 5 is a sliver" in only(plan, "sliver").sentence
    assert "column 1 lies 3.50 m outside" in only(plan, "column-outside").sentence


def test_zones_overlap_and_leave(hall) -> None:
    """Zones that share 2 x 4 m and one that leaves by 3 m are told with the figures."""
    plan = replace(
        hall,
        zones=(
            zone(box(1, 1, 5, 5), "a"),
            zone(box(3, 1, 8, 5), "b"),
            zone(box(8, 6, 13, 7), "c"),
        ),
    )
    assert "'a' and 'b' overlap by 8.00 m2" in only(plan, "zones-overlap").sentence
    assert "'c' leaves the outline by 3.00 m" in only(plan, "zone-outside").sentence


def test_closed_zone_cannot_be_reached(hall) -> None:
    """A room without door is told, with a door it is not; a staff door lets no customers in."""
    room = (box(6, 4, 9.8, 4.2), box(6, 4.2, 6.2, 7.8))
    vip = zone(box(6.2, 4.2, 9.8, 7.8), "wealth", ZoneKind.VIP)
    plan = replace(hall, walls=(*WALLS, *room), zones=(vip,))
    assert "'wealth' cannot be reached by customers" in only(plan, "zone-unreachable").sentence
    inner = door(7, 4.1, 8, 4.1, "in", DoorKind.INNER)
    assert codes(replace(plan, doors=(*hall.doors, inner))) == []
    staff = replace(inner, kind=DoorKind.STAFF)
    assert codes(replace(plan, doors=(*hall.doors, staff))) == ["zone-unreachable"]
    back = replace(vip, kind=ZoneKind.BACK_OFFICE)
    assert codes(replace(plan, doors=(*hall.doors, staff), zones=(back,))) == []


def test_names_given_twice(hall) -> None:
    """Two doors of one name and two zones of one name are told."""
    plan = replace(
        hall,
        doors=(*hall.doors, door(6, 0.1, 7, 0.1)),
        zones=(zone(box(1, 1, 3, 3)), zone(box(4, 1, 6, 3))),
    )
    found = [d.sentence for d in audit_plan(plan) if d.code == "name-twice"]
    assert found == [
        "2 doors are called 'street'; each needs its own name",
        "2 zones are called 'hall'; each needs its own name",
    ]


def test_millimetres_taken_for_metres_are_told(hall) -> None:
    """A plan of 10000 x 8000 m would be a building in mm, and the sentence says so."""
    plan = FloorPlan(name="mm", outline=box(0, 0, 10_000, 8000), doors=(door(4000, 0, 5200, 0),))
    sentence = only(plan, "size-implausible").sentence
    assert "1e+04 x 8000 m" in sentence
    assert '[plan] unit = "mm"' in sentence


def test_all_defects_come_at_once(hall) -> None:
    """Three faults of three kinds give three defects, not the first."""
    plan = replace(
        hall,
        walls=(*WALLS, box(15, 0, 16, 1)),
        doors=(door(4, 0.1, 4.2, 0.1),),
        zones=(zone(box(8, 6, 13, 7)),),
    )
    assert set(codes(plan)) >= {"wall-outside", "door-width", "zone-outside"}


def test_summary_has_the_shape_of_the_contract(hall) -> None:
    """Keys, sizes, areas and parts of `check --json`, with the worst defects first."""
    room = (box(6, 4, 9.8, 4.2), box(6, 4.2, 6.2, 7.8))
    lost = door(2, 4, 3, 4, "lost", DoorKind.EXIT)
    plan = replace(
        hall,
        walls=(*WALLS, *room),
        doors=(*hall.doors, lost),
        zones=(zone(box(0.2, 0.2, 5, 4)),),
    )
    found = summarize_plan(plan)
    assert list(found) == [
        "size_m", "unit", "walls", "doors", "zones", "areas_m2", "components", "defects"
    ]  # fmt: skip
    assert found["size_m"] == [10, 8]
    assert found["unit"] == {"header": None, "evidence": "m", "used": "m"}
    assert (found["walls"], found["doors"], found["zones"]) == (6, 2, 1)
    assert found["areas_m2"] == {"hall": pytest.approx(4.8 * 3.8)}
    # the hall, and the closed room in its corner
    assert found["components"] == 2
    assert [list(d) for d in found["defects"]] == [
        ["code", "sentence", "severity", "x", "y", "layer"]
    ]
    assert found["defects"][0]["code"] == "door-off-wall"
    assert found["defects"][0]["severity"] == "error"


def test_summary_of_a_plan_without_zones_is_one_hall(hall) -> None:
    """A plan without zones is one public hall, as large as the outline."""
    assert summarize_plan(hall)["areas_m2"] == {"public_hall": 80}
    assert summarize_plan(hall)["components"] == 1


corner = st.tuples(st.integers(0, 12), st.integers(0, 12))
shape = st.lists(corner, min_size=3, max_size=6).map(Polygon)
crossing_line = st.tuples(corner, corner).map(LineString)


@given(
    outline=shape,
    walls=st.lists(shape, max_size=3),
    columns=st.lists(shape, max_size=2),
    lines=st.lists(crossing_line, max_size=3),
    zones=st.lists(shape, max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_any_plan_can_be_audited(outline, walls, columns, lines, zones) -> None:
    """Whatever crosses, collapses or overlaps: the audit names it and never breaks off."""
    kinds = [DoorKind.ENTRANCE, DoorKind.STAFF, DoorKind.INNER]
    plan = FloorPlan(
        name="any",
        outline=outline,
        walls=tuple(walls),
        columns=tuple(columns),
        doors=tuple(Door(name=str(i), kind=kinds[i], line=line) for i, line in enumerate(lines)),
        zones=tuple(
            Zone(name=str(i), kind=list(ZoneKind)[i], polygon=p) for i, p in enumerate(zones)
        ),
    )
    found = summarize_plan(plan)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    told = {defect["code"] for defect in found["defects"]}
    if not outline.is_valid:
        assert "outline-crosses" in told
    elif not all(solid.is_valid for solid in (*walls, *columns)):
        assert told & {"solid-crosses", "outline-tiny"}


def test_rooms_without_a_door_are_summed_up_in_one_warning(hall) -> None:
    """Two closed rooms behind walls: one line with both, then one for each place.

    The floor is 9.6 x 7.6 m; the wall at y = 5 .. 5.2 leaves 9.6 x 2.6 m, halved by a wall of
    0.2 m: 2 x 4.7 x 2.6 = 24.44 m2; the hall has 9.6 x 4.8 = 46.08 m2, together 70.52 m2.
    """
    inner = (box(0.2, 5, 9.8, 5.2), box(4.9, 5.2, 5.1, 7.8))
    plan = replace(hall, walls=(*WALLS, *inner))
    found = only(plan, "rooms-without-door")
    assert found.severity is Severity.WARNING
    assert found.sentence.startswith(
        "2 of 3 rooms cannot be reached from an entrance (24 of 71 m2), 2 of them have no door;"
    )
    assert codes(plan).count("floor-unreachable") == 2
    # a door between the two closed rooms: one room less is without a door than before, but both
    # are still closed, as one part of the floor
    joined = replace(plan, doors=(*hall.doors, door(5, 6, 5, 7, "inner", DoorKind.INNER)))
    assert codes(joined) == ["floor-unreachable"]
    # doors to both: nothing is told
    doors = (door(1, 5.1, 2, 5.1, "a", DoorKind.INNER), door(8, 5.1, 9, 5.1, "b", DoorKind.INNER))
    assert codes(replace(plan, doors=(*hall.doors, *doors))) == []
