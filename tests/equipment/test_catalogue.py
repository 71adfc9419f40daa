"""The equipment catalogue: complete, sourced, and checked when read."""

from __future__ import annotations

import pytest

from optimizer.equipment.catalogue import override_type, read_catalogue
from optimizer.equipment.model import Anchoring, Role, StandingPoint
from optimizer.errors import FileFormatError, StudyError
from optimizer.plan.model import ZoneKind

#: Every device and piece of furniture that the domain's table of sizes lists (the PAD has none).
DEVICES = {
    "atm",
    "atm_through_wall",
    "atm_cabin",
    "cash_counter",
    "cash_recycler",
    "cash_recycler_compact",
    "corporate_counter",
    "enquiry_machine",
    "form_desk",
    "guide_desk",
    "open_desk",
    "product_pickup",
    "queue_machine",
    "safe_box_counter",
    "smart_terminal",
    "smart_terminal_low",
    "totem",
    "vtm_booth",
    "waiting_seats",
    "water_dispenser",
    "wealth_desk",
    "wealth_room",
}
CATALOGUE = read_catalogue()
ALL = pytest.mark.parametrize("kind", CATALOGUE.values(), ids=list(CATALOGUE))


def test_every_device_is_there():
    """The catalogue has every device of the domain's list."""
    assert set(CATALOGUE) >= DEVICES


@ALL
def test_every_value_has_a_source(kind):
    """Sizes, anchoring and standing points all say where they come from and how sure they are."""
    needed = {"width", "depth", "height", "anchoring", "servers", "zones", "standing"}
    assert set(kind.provenance) >= needed
    assert all(p.source and p.confidence for p in kind.provenance.values())
    assert kind.label
    assert any("\u4e00" <= sign <= "\u9fff" for sign in kind.label_zh)


@ALL
def test_people_stand_beside_their_fixture(kind):
    """A body of 0.25 m radius fits between each standing point and the footprint."""
    x0, y0, x1, y1 = kind.footprint
    assert kind.standing
    for point in kind.standing:
        dx = max(x0 - point.x, 0, point.x - x1)
        dy = max(y0 - point.y, 0, point.y - y1)
        assert (dx**2 + dy**2) ** 0.5 >= 0.30


@ALL
def test_people_stand_in_the_use_space(kind):
    """What stands in front or behind is kept free as far as the person's middle."""
    for point in kind.standing:
        deep = kind.clearance_front if point.y < 0 else kind.clearance_back
        assert deep >= abs(point.y) - kind.depth / 2


def test_counters_in_walls_have_two_sides():
    """A through-wall type has its customer in front of the wall and its staff behind it."""
    through = [k for k in CATALOGUE.values() if k.anchoring is Anchoring.THROUGH_WALL]
    assert {k.name for k in through} >= {"cash_counter", "cash_recycler", "atm_through_wall"}
    for kind in through:
        assert all(p.y < -kind.depth / 2 for p in kind.points(Role.CUSTOMER))
        assert all(p.y > kind.depth / 2 for p in kind.points(Role.STAFF))
        assert kind.staff_zones


def test_cash_counter():
    """A window module of at most 1.80 m, in a row, its teller in the cash area."""
    counter = CATALOGUE["cash_counter"]
    assert counter.in_row
    assert counter.width <= 1.8
    assert counter.zones == (ZoneKind.PUBLIC_HALL,)
    assert counter.staff_zones == (ZoneKind.CASH_AREA,)
    assert counter.privacy_depth == 1.0
    assert counter.provenance["width"].confidence == "A"


def test_bench_seats_three():
    """The beam of three seats serves three, with a standing point for each."""
    seats = CATALOGUE["waiting_seats"]
    assert seats.servers == len(seats.points(Role.CUSTOMER)) == 3


GOOD = """
schema = 1
[kiosk]
label = { en = "Kiosk", zh = "亭" }
width = { value = 1.0, low = 0.9, high = 1.1, source = "sheet", confidence = "B" }
depth = { value = 1.0, source = "sheet", confidence = "B" }
height = { value = 2.0, source = "sheet", confidence = "B" }
anchoring = { value = "free", source = "sheet", confidence = "B" }
servers = { value = 1, source = "sheet", confidence = "B" }
zones = { value = ["vip"], source = "sheet", confidence = "B" }
standing = { value = [{ role = "customer", x = 0, y = -0.9 }], source = "sheet", confidence = "B" }
"""


def read(tmp_path, text):
    path = tmp_path / "catalogue.toml"
    path.write_text(text, "utf-8")
    return read_catalogue(path)


def test_own_catalogue(tmp_path):
    """A planner's own catalogue is read with its sources."""
    kiosk = read(tmp_path, GOOD)["kiosk"]
    assert (kiosk.width, kiosk.height, kiosk.label_zh) == (1.0, 2.0, "亭")
    assert kiosk.standing == (StandingPoint(role=Role.CUSTOMER, x=0, y=-0.9),)
    assert kiosk.provenance["width"].source == "sheet"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("schema = 1", "schema = 2", "'schema' must be 1"),
        ("value = 1.0, low", "value = 1.5, low", "width is 1.5; its source gives 0.9 to 1.1"),
        ("height = { value = 2.0", "height = { value = -2.0", "height is -2.0; must be more than"),
        ("y = -0.9", "y = -0.7", "is 0.20 m from its own fixture"),
        ('value = "free"', 'value = "fre"', "'free', 'wall' or 'through_wall'"),
        ('["vip"]', '["vipp"]', "zones"),
        ('["vip"]', "[]", "zones is empty"),
        ('["vip"], source = "sheet"', '["vip"]', "key 'source' is missing"),
        ("servers = { value = 1,", "servers = { value = 1.5,", "must be a whole number"),
        ("depth = { value = 1.0,", "depth = { value = nan,", "must be a finite number"),
        ('zh = "亭"', 'zn = "亭"', "known are en, zh"),
        ("servers =", "serves =", "did you mean 'servers'"),
        ("[kiosk]", "kiosk = 3\n[other]", "'kiosk' must be a table"),
        ('value = "free"', 'value = "through_wall"', "needs a standing point of role 'staff'"),
    ],
)
def test_wrong_catalogues_are_named(tmp_path, old, new, sentence):
    """Every defect of a catalogue file is a sentence that says what would be right."""
    assert old in GOOD
    with pytest.raises(FileFormatError) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert any(sentence in text for text in caught.value.sentences), str(caught.value)


def test_all_defects_come_at_once(tmp_path):
    """Two wrong values of two entries give two sentences."""
    other = GOOD.replace("[kiosk]", "[booth]").replace("schema = 1", "")
    text = GOOD.replace("value = 2.0", "value = 0.0") + other.replace('"vip"', '"attic"')
    with pytest.raises(FileFormatError) as caught:
        read(tmp_path, text)
    first, second = caught.value.sentences
    assert "[kiosk] height" in first
    assert "[booth" in second


def test_broken_toml_names_the_line(tmp_path):
    """A file that is not TOML is refused with the line."""
    with pytest.raises(FileFormatError, match="line 2"):
        read(tmp_path, 'schema = 1\nkiosk = = "x"\n')


def test_missing_file():
    """A file that is not there is named."""
    with pytest.raises(FileFormatError, match=r"nowhere\.toml: no such file"):
        read_catalogue("nowhere.toml")


def test_override_moves_people_with_the_edge():
    """A deeper machine pushes its user back by half of what it grew, and says who asked."""
    terminal = CATALOGUE["smart_terminal"]
    deep = override_type(terminal, {"depth": terminal.depth + 0.2, "servers": 2})
    # 0.1 m more in front: the person's distance from the edge stays 0.40 m
    assert deep.standing[0].y == pytest.approx(terminal.standing[0].y - 0.1)
    assert deep.screen == pytest.approx((0.0, terminal.screen[1] - 0.1))
    assert deep.servers == 2
    assert deep.provenance["depth"].confidence == "study"
    assert deep.provenance["width"] == terminal.provenance["width"]


def test_override_of_nothing_is_the_type_itself():
    """No changes, no copy."""
    terminal = CATALOGUE["smart_terminal"]
    assert override_type(terminal, {}) is terminal


def test_override_takes_standing_points_in_both_forms():
    """Standing points may be given as a file gives them or as the model has them."""
    terminal = CATALOGUE["smart_terminal"]
    point = StandingPoint(role=Role.CUSTOMER, x=0.1, y=-1.0)
    plain = override_type(terminal, {"standing": [{"role": "customer", "x": 0.1, "y": -1.0}]})
    assert plain.standing == (point,)
    assert override_type(terminal, {"standing": (point,)}) == plain


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({"width": -1.0}, ["width is -1.0; must be more than 0"]),
        ({"clearance_front": -0.1}, ["clearance_front is -0.1; must be 0 to 100"]),
        ({"widht": 1.0}, ["unknown key 'widht'; did you mean 'width'?"]),
        ({"width": "wide", "depth": 0.0}, ['width is "wide"; must be a number']),
        ({"depth": 0.0, "height": 0.0}, ["depth is 0.0", "height is 0.0"]),
        ({"standing": [{"role": "customer", "x": 0, "y": 0}]}, ["0.00 m from its own fixture"]),
    ],
)
def test_wrong_overrides_are_named(changes, sentences):
    """An override that cannot be is refused, every value by name."""
    with pytest.raises(StudyError) as caught:
        override_type(CATALOGUE["smart_terminal"], changes)
    assert len(caught.value.sentences) == len(sentences)
    for part, sentence in zip(sentences, caught.value.sentences, strict=True):
        assert "[smart_terminal]" in sentence
        assert part in sentence
