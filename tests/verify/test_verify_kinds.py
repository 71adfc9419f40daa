"""Each kind of rule in rooms of a few lines: what the verifier finds, kept and broken, by hand."""

import math
from types import MappingProxyType

import numpy as np
import pytest
from shapely import LineString, MultiPoint, Point, box

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Arrivals, BusinessMix
from optimizer.equipment.model import FixtureType, Role, StandingPoint
from optimizer.plan.model import Door, DoorKind, FloorPlan, Zone, ZoneKind
from optimizer.rules.checks import CHECKS
from optimizer.rules.packs import pack_names, read_pack
from optimizer.study import Objective, Study, Walking
from optimizer.verify.demand import Walk
from optimizer.verify.discs import Floor, farthest
from optimizer.verify.pack_rules import OPEN, PACKS
from optimizer.verify.placed import Placed
from optimizer.verify.placing import PLACING
from optimizer.verify.rulings import SLACK
from optimizer.verify.scene import Scene
from optimizer.verify.ways import Ways

RULES = {rule.id: rule for name in pack_names() for rule in read_pack(name)}
WEST = Door(name="west", kind=DoorKind.ENTRANCE, line=LineString([(0, 1.5), (0, 2.5)]))


def _kind(name, width=1.0, depth=0.5, *, places=((0.0, -0.6),), **fields):
    """A fixture type, its customers before its front."""
    values = {"label": name, "label_zh": name, "height": 0.8}
    standing = tuple(StandingPoint(role=Role.CUSTOMER, x=x, y=y - depth / 2) for x, y in places)
    return FixtureType(name=name, width=width, depth=depth, standing=standing, **(values | fields))


def _put(kind, x, y, angle=0.0, name=""):
    return Placed(name=name or f"{kind.name}-1", kind=kind, x=x, y=y, angle=angle)


def _scene(*fixtures, size=(6.0, 4.0), known=None, doors=(WEST,), **plan):
    """A hall with an entrance in the west, and what stands in it."""
    study = Study(
        name="Room",
        plan=FloorPlan(name="Room", outline=box(0, 0, *size), doors=tuple(doors), **plan),
        types={f.kind.name: f.kind for f in fixtures},
        groups=(),
        mix=BusinessMix(businesses=(), arrivals=Arrivals(per_hour={9: 10.0})),
        walking=Walking(
            radius=0.25,
            speed={PersonClass.CUSTOMER: 1.0, PersonClass.STAFF: 1.2},
            encounter_distance=0.5,
            lane_width=1.2,
        ),
        objective=Objective(),
    )
    return Scene(study=study, fixtures=fixtures, known=known or ((), ()))


def _answer(scene, rule, **limits):
    """What is found of a rule: true, false, "open", or None within the doubt."""
    own = RULES[rule]
    value = limits.pop("value", own.value)
    changed = MappingProxyType({**own.limits, **limits})
    own = type(own)(
        id=rule,
        check=own.check,
        sentence="",
        value=value,
        limits=changed,
        subjects=own.subjects,
    )
    if list(PACKS[own.check](scene, own, SLACK)):
        return False
    if list(PACKS[own.check](scene, own, -SLACK)):
        return None
    return "open" if own.check in OPEN and list(OPEN[own.check](scene, own)) else True


def _walk(path, source="west", target="desk-1", person=PersonClass.CUSTOMER, rate=10.0):
    line = LineString(path)
    walk = Walk(source=source, target=target, person=person, by_group={"cash": rate})
    return (walk,), (Ways(length=line.length, paths=(np.array(path, dtype=float),)),)


def test_every_kind_of_rule_is_worked_out_by_the_verifier():
    """No kind of check is left to the judge alone."""
    placement = {"floor", "anchoring", "overlap", "use_space", "zones", "standing_points"}
    placement |= {"door_strip", "rows", "privacy_zones", "reachability", "brief"}
    assert len(PLACING) == len(placement)
    assert set(PACKS) == set(CHECKS) - placement
    assert set(OPEN) <= set(PACKS)


def test_rooms_of_discs_end_at_a_gap():
    """Through a gap of 1 m goes a disc of 0.99 m and none of 1.01 m; beyond it is another room."""
    region = box(0, 0, 10, 4).difference(box(4.9, 0, 5.1, 3))
    floor = Floor(region=region)
    for width, rooms in ((0.99, 1), (1.01, 2)):
        room = floor.rooms(width / 2)
        assert len(set(room[room >= 0].tolist())) == rooms
    # the middle of a disc of 1.01 m comes to 0.505 m from a wall, and so within 0.51 m of a point
    # on it, but not within 0.5 m
    assert len(floor.rooms_at(0.505, Point(0, 2), 0.51)) == 1
    assert floor.rooms_at(0.505, Point(0, 2), 0.5) == frozenset()
    # from the wall of the gap both rooms are near
    assert len(floor.rooms_at(0.505, Point(5, 3), 1.0)) == 2


def test_farthest_place_of_a_region():
    """Farthest from the walls, from a strip of them, from two points, by hand."""
    square = box(0, 0, 4, 4)
    assert farthest(square, square.boundary) == pytest.approx((2.0, 2.0), abs=1e-3)
    assert farthest(box(0, 0, 1, 4), square.boundary) == pytest.approx((1.0, 1.0), abs=1e-3)
    # the corner (3, 4) is hypot(3, 4) from one point alone
    assert farthest(box(0, 0, 3, 4), Point(0, 0)) == pytest.approx((5.0, 5.0))
    # from (0, 0) and (4, 0) the farthest is the middle of the top, hypot(2, 4)
    two = MultiPoint([(0, 0), (4, 0)])
    assert farthest(square, two) == pytest.approx((math.hypot(2, 4),) * 2)
    assert farthest(square.difference(square), two) == (-math.inf, -math.inf)
    assert farthest(square, Point()) == (math.inf, math.inf)


DESK = _kind("open_desk", 1.6, 0.8)


def _gap(width):
    """Two columns across the hall that leave a gap in the middle."""
    return (box(2.9, 0, 3.1, 2 - width / 2), box(2.9, 2 + width / 2, 3.1, 4))


@pytest.mark.parametrize("rule", ["CN-ACC-01", "CN-FIRE-02b", "CN-FIRE-08", "US-ACC-01"])
def test_a_route_is_as_wide_as_its_narrowest_gap(rule):
    """2 cm more than the width will do, 2 cm less will not; 1 mm less is within the doubt."""
    desk, width = _put(DESK, 5.0, 3.0), RULES[rule].value
    for gap, answer in ((width + 0.02, True), (width - 0.02, False), (width - 0.001, None)):
        assert _answer(_scene(desk, columns=_gap(gap)), rule) is answer


def test_a_narrow_route_to_the_exit_is_found():
    """The desk stands before the gap, the exit lies behind it."""
    out = Door(name="east", kind=DoorKind.EXIT, line=LineString([(6, 1.5), (6, 2.5)]))
    desk = _put(DESK, 1.2, 3.5)
    for gap, answer in ((1.25, True), (1.15, False)):
        scene = _scene(desk, columns=_gap(gap), doors=(WEST, out))
        assert _answer(scene, "CN-ACC-01") is answer
        assert _answer(scene, "CN-FIRE-02b") is True  # the entrance is an exit as well


def test_routes_pass_inner_doors_of_any_width_and_begin_at_doors():
    """A wall with an inner door of 0.8 m; without the door, and without an entrance."""
    wall = box(2.9, 0, 3.1, 4)
    inner = Door(name="inner", kind=DoorKind.INNER, line=LineString([(3, 1.5), (3, 2.3)]))
    desk = _put(DESK, 5.0, 3.0)
    assert _answer(_scene(desk, walls=(wall,), doors=(WEST, inner)), "CN-ACC-01") is True
    assert _answer(_scene(desk, walls=(wall,)), "CN-ACC-01") is False
    assert _answer(_scene(desk, doors=()), "CN-ACC-01") == "open"
    assert _answer(_scene(desk, doors=()), "CN-FIRE-08") is False


def test_passing_places_are_asked_of_long_narrow_walks():
    """A walk of 5 m through a gap of 1.4 m: longer than 4 m it needs a passing place, not 6 m."""
    desk = _put(DESK, 5.0, 3.0, name="desk-1")
    known = _walk([(0.3, 2.0), (5.3, 2.0)])
    narrow = _scene(desk, columns=_gap(1.4), known=known)
    assert _answer(narrow, "US-ACC-04", value=4.0) is False
    assert _answer(narrow, "US-ACC-04", value=6.0) is True
    assert _answer(_scene(desk, columns=_gap(1.6), known=known), "US-ACC-04", value=4.0) is True
    assert _answer(_scene(desk, columns=_gap(1.4)), "US-ACC-04") == "open"


def test_a_wheelchair_turns_at_a_door():
    """A shelf along the whole hall, 1.48 m and 1.54 m from the door's wall; 1.5 m are needed."""
    shelf = _kind("shelf", 4.0, 0.5, places=())
    for away, answer in ((1.54, True), (1.48, False)):
        scene = _scene(_put(shelf, away + 0.25, 2.0, 90.0))
        assert _answer(scene, "CN-ACC-05") is answer


def test_a_wheelchair_turns_before_a_desk():
    """Before a desk 1.5 m less 0.45 m of knee space are needed: 1.05 m to the wall."""
    for away, answer in ((1.08, True), (1.02, False)):
        # the front of the desk lies 0.4 m south of its middle
        desk = _put(DESK, 3.0, away + 0.4)
        assert _answer(_scene(desk), "CN-ACC-11") is answer
        assert _answer(_scene(desk), "X-ACC-03") is False  # without knee space
    assert _answer(_scene(_put(DESK, 3.0, 2.4)), "X-ACC-03") is True
    # what is too high for a wheelchair is not looked at
    assert _answer(_scene(_put(_kind("open_desk", height=1.3), 3.0, 0.5)), "CN-ACC-11") is True


def test_clear_floor_before_a_desk():
    """1.22 m of floor before one desk will do for both; 1.20 m will not."""
    near, far = (_put(DESK, 2.0, 1.6), _put(DESK, 4.0, 1.64, name="open_desk-2"))
    assert _answer(_scene(near), "US-ACC-03") is False
    assert _answer(_scene(near, far), "US-ACC-03") is True


def test_wall_beside_a_door_handle():
    """One jamb has 0.4 m of free wall, or none has; a hall without walls is looked at on site."""
    wall = box(0, 0, 6, 0.2)
    door = Door(name="south", kind=DoorKind.ENTRANCE, line=LineString([(2, 0.1), (3, 0.1)]))
    bin_ = _kind("bin", 0.2, 0.2, places=())
    left, right = _put(bin_, 1.7, 0.4), _put(bin_, 3.3, 0.4, name="bin-2")
    for things, answer in (((), True), ((left,), True), ((left, right), False)):
        assert _answer(_scene(*things, walls=(wall,), doors=(door,)), "CN-ACC-06") is answer
    assert _answer(_scene(left), "CN-ACC-06") == "open"


def _door(length, kind=DoorKind.EXIT, name="exit"):
    return Door(name=name, kind=kind, line=LineString([(0, 6), (0, 6 + length)]))


def test_exits_are_enough_and_near():
    """130 m²: one exit of 1.4 m with nothing farther than 15 m, or two of any width."""
    second = Door(name="other", kind=DoorKind.EXIT, line=LineString([(10, 1), (10, 2)]))
    # the corner (10, 0) is hypot(10, 6) = 11.66 m away
    one = _scene(size=(10, 13), doors=(_door(1.4),))
    assert _answer(one, "CN-FIRE-05") is True
    assert _answer(one, "CN-FIRE-05", reach=11.0) is False
    assert _answer(one, "CN-FIRE-05", reach=11.5) is None  # the judge may miss 0.36 m of it
    assert _answer(_scene(size=(10, 13), doors=(_door(1.3),)), "CN-FIRE-05") is False
    assert _answer(_scene(size=(10, 13), doors=(_door(1.3), second)), "CN-FIRE-05") is True
    assert _answer(_scene(size=(10, 11), doors=(_door(0.9),)), "CN-FIRE-05") is True
    assert _answer(_scene(size=(10, 11), doors=()), "CN-FIRE-05") is False
    # 10.68 m apart, and one alone
    both = _scene(size=(10, 13), doors=(_door(1.3), second))
    assert _answer(both, "CN-FIRE-06") is True
    assert _answer(both, "CN-FIRE-06", value=10.9) is False
    assert _answer(one, "CN-FIRE-06") is True
    assert _answer(one, "CN-FIRE-01", value=12.0) is True
    assert _answer(one, "CN-FIRE-01", value=11.0) is False
    assert _answer(_scene(doors=()), "CN-FIRE-01") is False
    assert _answer(one, "CN-FIRE-02") is True
    assert _answer(one, "CN-FIRE-02", value=1.41) is False


def test_the_longest_walk_to_an_exit():
    """Round a wall from the far corner: 12.3 + 0.7 + 11.3 m, and more where furniture shuts it."""
    door = Door(name="exit", kind=DoorKind.EXIT, line=LineString([(0, 1), (0, 2)]))
    plan = {"size": (20, 10), "doors": (door,), "columns": (box(9.9, 0, 10.1, 8),)}
    # (19.75, 0.25), (10.35, 8.25), (9.65, 8.25), (0.25, 1.5): 12.34 + 0.7 + 11.58 = 24.6
    assert _answer(_scene(**plan), "CN-FIRE-01b", value=27.0) is True
    assert _answer(_scene(**plan), "CN-FIRE-01b", value=24.0) is False
    assert _answer(_scene(**plan), "CN-FIRE-01b", value=24.4) is None
    barrier = _put(_kind("barrier", 2.0, 0.2, places=()), 10.0, 9.0, 90.0)
    assert _answer(_scene(barrier, **plan), "CN-FIRE-01b", value=99.0) is False
    assert _answer(_scene(**(plan | {"doors": ()})), "CN-FIRE-01b") is False


@pytest.mark.parametrize(
    ("rule", "kind", "fields", "answer"),
    [
        ("CN-SEC-01", "cash_counter", {"depth": 0.5}, True),
        ("CN-SEC-01", "cash_counter", {"depth": 0.49}, False),
        ("CN-SEC-02", "cash_counter", {"width": 1.8}, True),
        ("CN-SEC-02", "cash_counter", {"width": 1.81}, False),
        ("CN-ACC-12", "open_desk", {"height": 0.75}, True),
        ("CN-ACC-12", "open_desk", {"height": 0.69}, False),
        ("CN-ACC-12", "open_desk", {"height": 0.86}, False),
        ("CN-ACC-10", "open_desk", {"height": 0.85}, True),
        ("CN-ACC-10", "open_desk", {"height": 0.9}, False),
        ("CN-ACC-10", "open_desk", {"height": 1.1}, "open"),
        ("US-ACC-09", "open_desk", {"height": 0.9, "width": 0.92}, True),
        ("US-ACC-09", "open_desk", {"height": 0.9, "width": 0.9}, False),
        ("US-ACC-09", "open_desk", {"height": 1.1, "width": 0.92}, "open"),
        ("SVC-03", "guide_desk", {}, True),
        ("SVC-03", "open_desk", {}, False),
        ("SVC-03b", "guide_desk", {}, True),
        ("SVC-03b", "open_desk", {}, "open"),
    ],
)
def test_sizes_of_what_stands_there(rule, kind, fields, answer):
    """One fixture just large, high or low enough, or not."""
    fixture = _put(_kind(kind, **({"width": 1.0, "depth": 0.5} | fields)), 3.0, 3.0)
    assert _answer(_scene(fixture), rule) is answer or _answer(_scene(fixture), rule) == answer


def test_what_stands_near_another_thing():
    """Distances from seats, from the entrance and before a desk, by hand."""
    seats, place = _kind("waiting_seats", 1.0, 0.5), _kind("wheelchair_place", 0.8, 1.1)
    # from x = 1.5 to x = 4.6: 3.1 m
    scene = _scene(_put(seats, 1.0, 1.0), _put(place, 5.0, 1.0))
    assert _answer(scene, "CN-ACC-13", value=3.2) is True
    assert _answer(scene, "CN-ACC-13", value=3.0) is False
    assert _answer(_scene(_put(seats, 1.0, 1.0)), "CN-ACC-13") is False
    assert _answer(_scene(_put(place, 1.0, 1.0)), "CN-ACC-13") is True
    guide = _put(_kind("guide_desk"), 4.5, 2.0)
    assert _answer(_scene(guide), "SVC-03b", value=4.1) is True  # 4 m from the door
    assert _answer(_scene(guide), "SVC-03b", value=3.9) is False
    # the front lies at y = 1.75, the seats end at y = 0.75: 1 m
    both = _scene(guide, _put(seats, 4.5, 0.5))
    assert _answer(both, "X-ACC-01", value=0.9) is True
    assert _answer(both, "X-ACC-01", value=1.1) is False


def _vault(*doors, kind=ZoneKind.CASH_AREA, **plan):
    """A room behind a wall in the east, with doors in the wall."""
    zone = Zone(name="vault", kind=kind, polygon=box(4.2, 0, 6, 4))
    lines = [
        Door(name=k, kind=DoorKind(k), line=LineString([(4.1, y), (4.1, y + 1)])) for k, y in doors
    ]
    return _scene(walls=(box(4, 0, 4.2, 4),), zones=(zone,), doors=(WEST, *lines), **plan)


def test_the_cash_area_is_reached_through_its_interlock_alone():
    """An interlock; another door beside it; no interlock."""
    assert _answer(_vault(("interlock", 1)), "CN-SEC-03") is True
    assert _answer(_vault(("interlock", 1), ("staff", 2.5)), "CN-SEC-03") is False
    assert _answer(_vault(), "CN-SEC-03") is False
    assert _answer(_scene(), "CN-SEC-03") is True


def test_the_cash_loading_room_is_closed():
    """A staff door shuts it off, an inner door or a gap in the wall does not."""
    loading = {"kind": ZoneKind.CASH_LOADING}
    assert _answer(_vault(("staff", 1), **loading), "CN-SEC-09") is True
    assert _answer(_vault(("inner", 1), **loading), "CN-SEC-09") is False
    # a zone drawn 5 cm over its wall's face is no leak, one drawn 0.5 m into the hall is
    zones = (Zone(name="z", kind=ZoneKind.CASH_LOADING, polygon=box(4.15, 0, 6, 4)),)
    wall = (box(4, 0, 4.2, 4),)
    assert _answer(_scene(walls=wall, zones=zones), "CN-SEC-09") is True
    zones = (Zone(name="z", kind=ZoneKind.CASH_LOADING, polygon=box(3.5, 0, 6, 4)),)
    assert _answer(_scene(walls=wall, zones=zones), "CN-SEC-09") is False


def test_the_cash_area_has_no_openings():
    """A window in its wall or in the hall's; a door to the outside."""
    inside, outside = LineString([(6, 1), (6, 2)]), LineString([(1, 4), (2, 4)])
    assert _answer(_vault(windows=(outside,)), "CN-SEC-04b") is True
    assert _answer(_vault(windows=(inside,)), "CN-SEC-04b") is False
    back = Door(name="back", kind=DoorKind.STAFF, line=LineString([(6, 2.5), (6, 3.5)]))
    zone = Zone(name="vault", kind=ZoneKind.CASH_AREA, polygon=box(4.2, 0, 6, 4))
    assert _answer(_scene(zones=(zone,), doors=(WEST, back)), "CN-SEC-04b") is False


def test_a_cash_counter_does_not_face_the_entrance():
    """Straight opposite; 20° off; behind something opaque; turned away."""
    counter, screen = _kind("cash_counter"), _kind("screen", opaque=True, places=())
    # turned by 270° its front looks west; (5, 2) lies opposite the door's middle (0, 2)
    facing = _put(counter, 5.25, 2.0, 270.0)
    assert _answer(_scene(facing), "CN-SEC-04") is False
    # atan(1.75 / 5) = 19.3°, and atan(1.3 / 5) = 14.6° is below the 15°
    assert _answer(_scene(_put(counter, 5.25, 3.75, 270.0)), "CN-SEC-04") is True
    assert _answer(_scene(_put(counter, 5.25, 3.3, 270.0)), "CN-SEC-04") is False
    assert _answer(_scene(facing, _put(screen, 3.0, 2.0, 90.0)), "CN-SEC-04") is True
    assert _answer(_scene(_put(counter, 5.25, 2.0, 0.0)), "CN-SEC-04") is True


def test_talk_is_not_overheard():
    """A wealth desk's customer 1.5 m from a seat's, with and without a wall between them."""
    wealth, seats = _kind("wealth_desk"), _kind("waiting_seats")
    both = (_put(wealth, 2.0, 2.0), _put(seats, 3.5, 2.0))
    assert _answer(_scene(*both), "PRV-07") is False
    assert _answer(_scene(*both), "PRV-07", value=1.4) is True
    assert _answer(_scene(*both, columns=(box(2.7, 0, 2.8, 3),)), "PRV-07") is True


def test_staff_see_the_entrance_and_the_machines():
    """Of the entrance and one machine the guide sees both, or the entrance alone."""
    staff = StandingPoint(role=Role.STAFF, x=0.0, y=0.6)
    guide = FixtureType(
        name="guide_desk",
        label="",
        label_zh="",
        width=1.0,
        depth=0.5,
        height=1.1,
        standing=(staff,),
    )
    both = (_put(guide, 2.0, 1.0), _put(_kind("queue_machine"), 5.0, 3.0))
    hidden = (box(3.5, 1, 3.6, 4),)
    assert _answer(_scene(*both), "SVC-03c") is True
    assert _answer(_scene(*both, columns=hidden), "SVC-03c") is False
    assert _answer(_scene(*both, columns=hidden), "SVC-03c", value=50.0) is True
    assert _answer(_scene(both[1]), "SVC-03c") == "open"


def _round_the_end(height, *columns):
    """A walk that turns back round a rack of 0.6 × 2 m, in a hall of some depth."""
    rack = _put(_kind("rack", 0.6, 2.0, places=()), 3.0, 1.0)
    path = [(2.45, 0.5), (2.45, 2.25), (3.55, 2.25), (3.55, 0.5)]
    return _scene(rack, size=(6, height), known=_walk(path), columns=columns, doors=())


def test_half_turns_have_room():
    """1.6 m beyond the end will do; 1.3 m where 1.065 m lie beside; 1.1 m will not."""
    assert _answer(_round_the_end(3.6), "US-ACC-05") is True
    assert _answer(_round_the_end(3.3), "US-ACC-05") is True
    assert _answer(_round_the_end(3.1), "US-ACC-05") is False
    # a column leaves 1.0 m beside the rack, which begins at x = 2.7
    column = box(1.5, 0, 1.7, 3)
    assert _answer(_round_the_end(3.3, column), "US-ACC-05") is False
    assert _answer(_round_the_end(3.6, column), "US-ACC-05") is True
    assert _answer(_scene(), "US-ACC-05") == "open"


def test_cash_is_carried_off_the_customers_floor():
    """Carried over 2 m of the hall: too far, but for a limit of 3 m."""
    known = _walk([(3.0, 2.0), (5.0, 2.0)], person=PersonClass.CASH)
    assert _answer(_scene(known=known), "CN-SEC-06") is False
    assert _answer(_scene(known=known), "CN-SEC-06", value=3.0) is True
    assert _answer(_scene(known=_walk([(3.0, 2.0), (5.0, 2.0)])), "CN-SEC-06") is True


def test_people_walk_through_a_zone_of_others():
    """10 an hour pass 0.5 m before an ATM; its own users may."""
    atm = _put(_kind("atm", privacy_depth=1.0), 3.0, 3.0)
    path = [(1.0, 2.25), (5.0, 2.25)]
    assert _answer(_scene(atm, known=_walk(path)), "PRV-02") is False
    assert _answer(_scene(atm, known=_walk(path)), "PRV-02", value=10.1) is True
    assert _answer(_scene(atm, known=_walk(path, target="atm-1")), "PRV-02") is True


def test_the_low_machine_is_as_private_as_the_others():
    """A privacy zone of 1 m beside others of 1 m, and of 0.5 m."""
    other = _put(_kind("smart_terminal", privacy_depth=1.0), 1.5, 3.0)
    for depth, answer in ((1.0, True), (0.5, False)):
        low = _put(_kind("smart_terminal_low", privacy_depth=depth), 4.5, 3.0)
        assert _answer(_scene(other, low), "US-ACC-08") is answer
    assert _answer(_scene(low), "US-ACC-08") is True


def test_a_screen_that_is_seen_is_no_equal_privacy():
    """The screen of the low machine is seen from a seat, that of the other one is not."""
    other = _put(_kind("smart_terminal", screen=(0.0, -0.2)), 1.0, 3.5)
    low = _put(_kind("smart_terminal_low", screen=(0.0, -0.2)), 4.5, 3.5)
    seat = _put(_kind("waiting_seats", places=((0.0, 0.5),)), 5.9, 2.5)
    assert _answer(_scene(other, low), "US-ACC-08") is True
    assert _answer(_scene(other, low, seat), "US-ACC-08") is False
    assert _answer(_scene(other, low, seat), "PRV-04") is False
    assert _answer(_scene(other, low), "PRV-04") is True


def _queue(people, minutes):
    return {
        "arrivals_per_hour": people,
        "mean_minutes": minutes / 2,
        "p95_minutes": minutes,
        "utilisation": 0.8,
    }


def _waiting(*fixtures, people=30.0, minutes=6.0, **plan):
    """A scene whose fixtures all have the same queue."""
    scene = _scene(*fixtures, **plan)
    scene.__dict__["queues"] = {f.kind.name: _queue(people, minutes) for f in fixtures}
    return scene


def test_waits_of_every_kind_of_fixture():
    """3 minutes on average, 6 in 19 of 20 cases, busy 0.8 of the time."""
    scene = _waiting(_put(_kind("atm"), 3.0, 3.0))
    for rule, kept, broken in (
        ("SVC-10", 3.1, 2.9),
        ("SVC-10b", 6.1, 5.9),
        ("SVC-04b", 0.81, 0.79),
    ):
        assert _answer(scene, rule, value=kept) is True
        assert _answer(scene, rule, value=broken) is False
        assert _answer(_scene(), rule) == "open"


def test_room_for_the_people_who_wait():
    """30 an hour with 6 minutes: 3 people wait to be called, in 9 m² or so about the seats."""
    staff = StandingPoint(role=Role.STAFF, x=0.0, y=0.6)
    desk = FixtureType(
        name="open_desk", label="", label_zh="", width=1.0, depth=0.5, height=0.8, standing=(staff,)
    )
    seats = _put(_kind("waiting_seats", servers=3, places=()), 3.0, 1.5)
    scene = _waiting(_put(desk, 5.0, 3.5), seats)
    assert _answer(scene, "SVC-12", value=0.9) is True  # 3 seats
    assert _answer(scene, "SVC-12", value=1.1) is False
    # 1 × 0.5 m grown by 1 m: 0.5 + 2 · 1.5 + π = 6.64 m²; the door's strip ends at x = 1
    assert _answer(scene, "SVC-13", value=2.1, reach=1.0) is True
    assert _answer(scene, "SVC-13", value=2.3, reach=1.0) is False


def test_room_for_the_queue_at_a_machine():
    """Three people take 2.1 m behind the one at the machine: free, in the wall, in the way."""
    atm = _kind("atm")
    # the customer stands at y − 0.85: 3.5 − 0.85 − 2.1 = 0.55
    high, low = _put(atm, 3.0, 3.5), _put(atm, 3.0, 2.5)
    assert _answer(_waiting(high), "SVC-14") is True
    assert _answer(_waiting(low), "SVC-14") is False
    assert _answer(_waiting(high, known=_walk([(1.0, 1.0), (5.0, 1.0)])), "SVC-14") is False
    assert _answer(_waiting(high, minutes=math.inf), "SVC-14") == "open"
