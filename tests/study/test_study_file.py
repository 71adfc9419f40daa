"""Study files: what is read, and one clear sentence for everything that cannot be."""

from __future__ import annotations

import json
import tomllib

import jsonschema
import pytest

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Stop
from optimizer.errors import FileFormatError, FloorPlanError, StudyError
from optimizer.measures import MEASURES
from optimizer.plan.model import DoorKind, ZoneKind
from optimizer.study_file import read_study, study_schema

ROOM = {
    "type": "FeatureCollection",
    "properties": {"units": "m", "name": "Room"},
    "features": [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": kind, "coordinates": coordinates},
        }
        for properties, kind, coordinates in [
            ({"kind": "outline"}, "Polygon", [[[0, 0], [8, 0], [8, 6], [0, 6], [0, 0]]]),
            (
                {"kind": "door", "door": "entrance", "name": "street"},
                "LineString",
                [[3, 0], [5, 0]],
            ),
            ({"kind": "door", "door": "staff", "name": "back"}, "LineString", [[3, 6], [4, 6]]),
            (
                {"kind": "zone", "zone": "vip", "name": "lounge"},
                "Polygon",
                [[[6, 0], [8, 0], [8, 6], [6, 6], [6, 0]]],
            ),
        ]
    ],
}
STUDY = """schema = 1
name = "Room"
plan = "plan.geojson"
rules = ["cn-branch"]

[[fixtures]]
type = "atm"
count = 2

[[fixtures]]
type = "guide_desk"
at = [4, 3, 90]

[[business]]
name = "cash"
share = 0.75
journey = ["guide_desk"]
service_minutes = { guide_desk = 2, atm = 1 }
replaceable = 0.5

[[business]]
name = "advice"
share = 0.25
journey = [{ stop = ["guide_desk", "open_desk"], probability = 0.5 }]

[[staff]]
name = "round"
route = ["guide_desk", "atm", "guide_desk"]
per_hour = 1

[arrivals]
"09" = 20
"10" = 30.5

[objective]
walking = 2
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with the plan of a room of 8 x 6 m."""
    (tmp_path / "plan.geojson").write_text(json.dumps(ROOM), "utf-8")
    return tmp_path


def read(folder, text=STUDY, **options):
    path = folder / "study.toml"
    path.write_text(text, "utf-8")
    return read_study(path, **options)


def sentences(folder, text, error=StudyError, **options):
    with pytest.raises(error) as caught:
        read(folder, text, **options)
    return caught.value.sentences


def test_study_is_read(folder):
    """Every part of a study file arrives where it belongs."""
    study = read(folder)
    atm, desk = study.groups
    assert (study.name, study.plan.name, study.rules) == ("Room", "Room", ("cn-branch",))
    assert (atm.min, atm.max, atm.at) == (2, 2, ())
    assert (desk.min, desk.max, desk.at) == (1, 1, ((4.0, 3.0, 90.0),))
    cash, advice = study.mix.businesses
    assert cash.journey == (Stop(types=("guide_desk",)),)
    assert advice.journey == (Stop(types=("guide_desk", "open_desk"), probability=0.5),)
    assert study.mix.rounds[0].route == ("guide_desk", "atm", "guide_desk")
    assert study.mix.arrivals.per_hour == {9: 20.0, 10: 30.5}
    assert (study.hour, study.arrivals_per_hour) == (10, 30.5)
    assert (study.objective.walking, study.objective.encounters) == (2.0, 20.0)
    assert study.objective.class_weight(PersonClass.CUSTOMER, PersonClass.CASH) == 20.0
    assert (study.walking.radius, study.walking.speed[PersonClass.STAFF]) == (0.25, 1.3)
    assert study.directory == str(folder)
    assert study.current_layout is None


def test_machine_journey_is_what_the_journey_leaves_out(folder):
    """Types with service minutes that the journey does not have are the machines."""
    cash, advice = read(folder).mix.businesses
    assert cash.machine_journey == (Stop(types=("atm",)),)
    assert advice.machine_journey == ()
    given = STUDY.replace("replaceable = 0.5", 'machine_journey = ["atm", "product_pickup"]')
    (cash, _) = read(folder, given).mix.businesses
    assert cash.machine_journey == (Stop(types=("atm",)), Stop(types=("product_pickup",)))


def test_digest_follows_study_and_plan(folder):
    """The digest changes with the study and with the drawing, and with nothing else."""
    first = read(folder).sha256
    assert read(folder).sha256 == first
    assert read(folder, STUDY + "\n").sha256 != first
    (folder / "plan.geojson").write_text(json.dumps(ROOM) + "\n", "utf-8")
    assert read(folder).sha256 != first


def test_overrides_change_the_type(folder):
    """Values of the catalogue in a group hold for its type, and others stay."""
    study = read(folder, STUDY.replace("count = 2", "count = 2\nwidth = 0.6\nservers = 2"))
    assert (study.types["atm"].width, study.types["atm"].servers) == (0.6, 2)
    assert study.types["atm"].provenance["width"].confidence == "study"
    assert study.types["atm"].depth == read(folder).types["atm"].depth


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("count = 0", (0, 0, 0)),
        ("min = 1\nmax = 3", (1, 3, 0)),
        ("max = 3", (0, 3, 0)),
        ("at = [[1, 1, 0], [2, 1, 0]]", (2, 2, 2)),
        ("at = [1, 1, 0]\ncount = 2", (2, 2, 1)),
        ("at = [1, 1, 0]\nmax = 2", (1, 2, 1)),
        ("at = [1, 1, 0]\nmin = 0\nmax = 2", (1, 2, 1)),
    ],
)
def test_numbers_of_a_group(folder, numbers, expected):
    """Count, min, max and fixed places together say how many there are."""
    group = read(folder, STUDY.replace("count = 2", numbers)).groups[0]
    assert (group.min, group.max, len(group.at)) == expected


@pytest.mark.parametrize(
    ("plan", "file"),
    [
        ('[plan]\nfile = "plan.geojson"\n', True),
        ('[plan]\nfile_env = "TEST_BRANCH_PLAN"\n', False),
        ('[plan]\nfile = "nowhere.dxf"\nfile_env = "TEST_BRANCH_PLAN"\n', None),
    ],
)
def test_plan_as_a_table(folder, monkeypatch, plan, file):
    """The drawing is the study's file, else the environment's, and the caller's before both."""
    text = STUDY.replace('plan = "plan.geojson"\n', "").replace(
        "[[fixtures]]", plan + "[[fixtures]]", 1
    )
    drawing = folder / "plan.geojson"
    monkeypatch.delenv("TEST_BRANCH_PLAN", raising=False)
    assert read(folder, text, plan=drawing).plan.name == "Room"
    if file:
        assert read(folder, text).plan.name == "Room"
    elif file is None:
        assert "nowhere.dxf" in sentences(folder, text)[0]
    else:
        (sentence,) = sentences(folder, text)
        assert "--plan FILE" in sentence
        assert "TEST_BRANCH_PLAN" in sentence
        monkeypatch.setenv("TEST_BRANCH_PLAN", str(drawing))
        assert read(folder, text).plan.name == "Room"


def test_rules_as_a_table(folder):
    """Packs and overrides of rules fit into one table."""
    text = STUDY.replace('rules = ["cn-branch"]\n', "") + (
        '\n[rules]\npacks = ["cn-branch"]\n[rules.override.PLC-07]\nvalue = 1.0\n'
    )
    study = read(folder, text)
    assert study.rules == ("cn-branch",)
    assert study.rule_overrides == {"PLC-07": {"value": 1.0}}


def test_zones_and_doors_of_the_study(folder):
    """A study gives zones, kinds of doors and new doors to a drawing that lacks them."""
    text = STUDY + (
        '[[zones]]\nname = "lounge"\nkind = "back_office"\n'
        "polygon = [[6, 3], [8, 3], [8, 6], [6, 6]]\n"
        '[[doors]]\nname = "back"\nkind = "emergency"\n'
        '[[doors]]\nnear = [4, 0.2]\nname = "main"\nkind = "exit"\n'
        '[[doors]]\nname = "new"\nline = [[0, 1], [0, 2]]\nkind = "entrance"\n'
    )
    plan = read(folder, text).plan
    assert {door.name: door.kind for door in plan.doors} == {
        "main": DoorKind.EXIT,
        "back": DoorKind.EMERGENCY,
        "new": DoorKind.ENTRANCE,
    }
    (zone,) = plan.zones
    assert (zone.kind, zone.polygon.area) == (ZoneKind.BACK_OFFICE, 6.0)


def test_walking_and_class_weights(folder):
    """Speeds, radius and weights of meetings can be changed one by one."""
    text = STUDY + (
        "[objective.class_weights]\ncustomer.cash_transport = 50.0\n"
        "[walking]\nradius = 0.3\nspeed.customer = 1.0\nwheelchair_share = 0.0\n"
    )
    study = read(folder, text)
    assert study.objective.class_weight(PersonClass.CASH, PersonClass.CUSTOMER) == 50.0
    assert study.objective.class_weight(PersonClass.CUSTOMER, PersonClass.CUSTOMER) == 1.0
    assert study.walking.radius == 0.3
    assert study.walking.speed[PersonClass.CUSTOMER] == 1.0
    assert study.walking.speed[PersonClass.STAFF] == 1.3
    assert study.walking.wheelchair_share == 0.0
    assert read(folder).walking.wheelchair_share == 0.01


def test_classes_that_meet_have_weights_with_a_source(folder):
    """Cash transport × customer ≫ wheelchair × any > customer × customer, without a word."""
    weigh = read(folder, STUDY).objective.class_weight
    customer, wheelchair = PersonClass.CUSTOMER, PersonClass.WHEELCHAIR
    every = [weigh(wheelchair, other) for other in PersonClass if other is not PersonClass.CASH]
    assert weigh(PersonClass.CASH, customer) > 5 * max(every)
    assert min(every) > weigh(customer, customer) == 1.0


def test_weights_and_limits_of_measures(folder):
    """Any measure may be weighed and limited; a bare number lies on the side that suits it."""
    text = STUDY + (
        "[limits]\nshare_of_customers_crossing = 0.3\n"
        "detour = { max = 1.2 }\nvisible_from_entrance = { min = 0.8 }\n"
    )
    study = read(folder, text.replace("walking = 2", "walking = 2\ndetour = 5.0\nbacktracking = 0"))
    assert study.objective.walking == 2.0
    assert study.objective.measures == {"detour": 5.0}
    assert study.limits == {
        "share_of_customers_crossing": 0.3,
        "detour": 1.2,
        "visible_from_entrance": 0.8,
    }
    assert read(folder, STUDY).limits == {}


def test_the_schema_knows_every_measure():
    """Each measure is a key of [objective] and of [limits], told in the schema."""
    schema = study_schema()["$defs"]
    for table in ("ObjectiveTable", "LimitsTable"):
        keys = schema[table]["properties"]
        for name, measure in MEASURES.items():
            assert measure.sentence in keys[name]["description"]
    jsonschema.Draft202012Validator.check_schema(study_schema())


HOURS = '"09" = 20\n"10" = 30.5\n'


def test_arrivals_of_profile_and_file(folder):
    """Arrivals come from a profile, scaled, or from a file beside the study."""
    text = STUDY.replace(HOURS, 'profile = "branch_18_weeks"\nscale = 0.5\n')
    assert read(folder, text).arrivals_per_hour == pytest.approx(7321 / 126 / 2)
    (folder / "counts.csv").write_text("hour,people\n11,40\n", "utf-8")
    text = STUDY.replace(HOURS, 'file = "counts.csv"\n')
    assert read(folder, text).mix.arrivals.per_hour == {11: 40.0}


@pytest.mark.parametrize(("given", "hour"), [('"peak"', 10), ('"09"', 9), ("9", 9)])
def test_design_hour(folder, given, hour):
    """The design hour is the busiest, or the one that is named."""
    assert read(folder, f"design_hour = {given}\n" + STUDY).hour == hour


def test_current_layout(folder):
    """The layout that stands there today comes with the study."""
    row = {"fixture": "atm-1", "type": "atm", "x": 1, "y": 2, "angle": 0}
    (folder / "today.json").write_text(json.dumps({"placements": [row]}), "utf-8")
    study = read(folder, 'current = "today.json"\n' + STUDY)
    assert study.current_layout["atm-1"].pose == (1.0, 2.0, 0.0)
    assert study.sha256
    row["fixture"] = "atm-9"
    (folder / "today.json").write_text(json.dumps({"placements": [row]}), "utf-8")
    (sentence,) = sentences(folder, 'current = "today.json"\n' + STUDY)
    assert "today.json: placement 1" in sentence
    (sentence,) = sentences(folder, 'current = "yesterday.json"\n' + STUDY)
    assert "yesterday.json: no such file" in sentence


#: Change of a good study (old text, new text) → parts of the sentences that it must cause.
BAD = {
    "unknown key": [
        ("count = 2", "count = 2\nlabl = 2"),
        "[fixtures 1 (atm)] unknown key 'labl'; did you",
    ],
    "unknown key of a period": [
        ("schema = 1", 'schema = 1\nperiods = [{ name = "day", hours = 9, weigt = 1 }]'),
        "[periods 1 (day)] unknown key 'weigt'; did you mean 'weight'?",
    ],
    "unknown top key": [("schema = 1", "schema = 1\ncolour = 1"), "unknown key 'colour'"],
    "schema": [("schema = 1", "schema = 2"), "schema is 2; must be 1"],
    "no name": [('name = "Room"\n', ""), "key 'name' is missing"],
    "missing plan": [("plan.geojson", "plan.dxf"), "plan.dxf': no such file"],
    "no plan": [('plan = "plan.geojson"', ""), "plan has no 'file'"],
    "unknown type": [
        ('type = "atm"', 'type = "amt"'),
        "'amt' is not in the catalogue; did you mea",
    ],
    "share sum": [("0.75", "0.7"), "shares of the business mix add to 0.95; they must add to 1"],
    "share text": [("0.75", '"0.75"'), 'share is "0.75"; must be a number'],
    "share nan": [("0.75", "nan"), "share is NaN; must be a finite number"],
    "journey type": [
        ('["guide_desk"]', '["guid_desk"]'),
        "names 'guid_desk', which is not in the c",
    ],
    "probability": [("= 0.5 }]", "= 1.5 }]"), "journey stop 1: probability is 1.5; must be 0 to 1"],
    "no stop": [('["guide_desk"]', "[]"), "journey has no stop"],
    "empty stop": [('["guide_desk", "open_desk"]', "[]"), "stop 1 names no fixture type"],
    "replaceable": [("replaceable = 0.5", "replaceable = 2"), "replaceable is 2; must be 0 to 1"],
    "minutes": [("atm = 1 }", "atm = 0 }"), "service_minutes of 'atm' is 0; must be more than 0"],
    "minutes type": [("atm = 1 }", "atn = 1 }"), "service_minutes names 'atn'"],
    "same business": [('name = "advice"', 'name = "cash"'), "business 'cash' is given 2 times"],
    "entrance": [
        ("replaceable = 0.5", 'entrance = "stret"'),
        "entrance 'stret' is no door of the drawing; did you mean 'street'?",
    ],
    "staff entrance": [("replaceable = 0.5", 'entrance = "back"'), "is a door of kind 'staff'"],
    "exit": [("replaceable = 0.5", 'exit = "roof"'), "exit 'roof' is no door"],
    "count": [("count = 2", "count = -1"), "[fixtures 1 (atm)] count is -1; must be 0 to 1000"],
    "count text": [("count = 2", 'count = "2"'), 'count is "2"; must be a whole number'],
    "count half": [("count = 2", "count = 2.5"), "count is 2.5; must be a whole number"],
    "min max": [("count = 2", "min = 3\nmax = 2"), "min is 3, more than max, which is 2"],
    "count and max": [("count = 2", "count = 2\nmax = 3"), "has 'count' and also 'min' or 'max'"],
    "min alone": [("count = 2", "min = 2"), "has 'min' but no 'max'"],
    "no number": [("count = 2", ""), "needs 'count', or 'min' and 'max', or 'at'"],
    "too many at": [
        ("count = 2", "count = 1\nat = [[1, 1, 0], [2, 1, 0]]"),
        "'at' keeps 2 fixtures, more than the 1",
    ],
    "at outside": [("[4, 3, 90]", "[40, 3, 90]"), "at (40, 3) lies outside the outline"],
    "at short": [("[4, 3, 90]", "[4, 3]"), "has no entry 3"],
    "zone": [("count = 2", 'count = 2\nzone = "loung"'), "did you mean 'lounge'?"],
    "zone kind": [
        ("count = 2", 'count = 2\nzone = "lounge"'),
        "is of kind 'vip'; this type stands",
    ],
    "override": [("count = 2", "count = 2\nwidth = -1.0"), "[atm] width is -1.0; must be more"],
    "second group": [('type = "guide_desk"', 'type = "atm"'), "second group of its type"],
    "route": [('"atm", "guide_desk"]\nper', '"amt", "guide_desk"]\nper'), "route names 'amt'"],
    "short route": [('["guide_desk", "atm", "guide_desk"]', '["atm"]'), "route has 1 stops"],
    "per hour": [("per_hour = 1", "per_hour = -1"), "per_hour is -1; must be 0 or more"],
    "per use": [("per_hour = 1", "per_use = { amt = 1 }"), "per_use names 'amt'"],
    "hour": [('"09" = 20', '"25" = 20'), "[arrivals] unknown key '25'"],
    "hour twice": [('"09" = 20', '"10:00" = 20'), "hour 10 is given twice"],
    "hour negative": [('"09" = 20', '"09" = -20'), "[arrivals] '09' is -20; must be 0 to 1e+06"],
    "hour text": [('"09" = 20', '"09" = "many"'), "must be a number of people"],
    "no hours": [(HOURS, ""), "[arrivals] has no hours"],
    "two sources": [('"09" = 20', 'profile = "branch_18_weeks"'), "profile and hours; give one"],
    "profile": [(HOURS, 'profile = "branch"'), "profile 'branch' is unknown"],
    "arrivals file": [(HOURS, 'file = "no.csv"'), "no.csv: no such file"],
    "scale": [('"09" = 20', "scale = -1"), "[arrivals] scale is -1"],
    "weight": [("walking = 2", "walking = -2"), "[objective] walking is -2; must be 0 or more"],
    "weight key": [("walking = 2", "wlaking = 2"), "did you mean 'walking'?"],
    "class weight": [
        ("walking = 2", "class_weights.customer.staff = -1"),
        "customer and staff is -1; must be 0 or more",
    ],
    "measure": [
        ("walking = 2", "detuor = 2"),
        "[objective] unknown key 'detuor'; did you mean 'detour'?",
    ],
    "measure negative": [
        ("walking = 2", "detour = -2"),
        "[objective] detour is -2; must be 0 or more",
    ],
    "limit": [
        ("walking = 2", "[limits]\ntrough_flow = 2"),
        "[limits] unknown key 'trough_flow'; did you mean 'through_flow'?",
    ],
    "limit side": [
        ("walking = 2", "[limits]\nvisible_from_entrance = { max = 1 }"),
        "[limits] visible_from_entrance has 'max'; more of it is better, so 'min' is right",
    ],
    "limit share": [
        ("walking = 2", "[limits]\nbacktracking = 30"),
        "[limits] backtracking is 30; must be 0 to 1",
    ],
    "limit empty": [
        ("walking = 2", "[limits]\ndetour = {}"),
        "[limits] detour must be a number or { max = number }",
    ],
    "limit text": [
        ("walking = 2", '[limits]\ndetour = "low"'),
        'detour is "low"; must be a number, { max = number } or { min = number }',
    ],
    "speed": [("walking = 2", "[walking]\nspeed.staff = 0"), "speed of staff is 0; must be more"],
    "radius": [("walking = 2", "[walking]\nradius = 0"), "radius is 0; must be more than 0"],
    "wheelchairs": [
        ("walking = 2", "[walking]\nwheelchair_share = 1.5"),
        "wheelchair_share is 1.5; must be 0 to 1",
    ],
    "pitch": [("schema = 1", "schema = 1\npitch = 0"), "pitch is 0; must be 0.01 to 2 m"],
    "design hour": [("schema = 1", 'schema = 1\ndesign_hour = "22"'), "the hours 9, 10"],
    "design word": [
        ("schema = 1", 'schema = 1\ndesign_hour = "noon"'),
        'must be "peak" or an hour',
    ],
    "layers": [
        ("schema = 1", 'schema = 1\nlayers = { wal = ["A"] }'),
        "[plan.layers] has wal",
    ],
    "zone outside": [
        (
            "[objective]",
            '[[zones]]\nname = "z"\nkind = "vip"\npolygon = [[7, 0], [9, 0], [9, 6], [7, 6]]\n'
            "[objective]",
        ),
        "[zones 1 (z)] polygon leaves the outline by 5.70 m²",
    ],
    "zone crossing": [
        (
            "[objective]",
            '[[zones]]\nname = "z"\nkind = "vip"\npolygon = [[1, 1], [2, 2], [2, 1], [1, 2]]\n'
            "[objective]",
        ),
        "crosses itself",
    ],
    "door name": [
        ("[objective]", '[[doors]]\nname = "bak"\nkind = "exit"\n[objective]'),
        "[doors 1 (bak)] name 'bak' is no door of the drawing; did you mean 'back'?",
    ],
    "door far": [
        ("[objective]", '[[doors]]\nnear = [7, 3]\nkind = "exit"\n[objective]'),
        "finds no door within 1 m; the nearest, 'street', is 3.61 m away at (4.00, 0.00)",
    ],
    "door kind": [
        ("[objective]", '[[doors]]\nname = "back"\nkind = "side"\n[objective]'),
        "kind is \"side\"; must be 'entrance', 'exit'",
    ],
}


@pytest.mark.parametrize("case", BAD)
def test_bad_studies(folder, case):
    """One mistake makes one line, which names the thing, its value and what would be right."""
    (old, new), part = BAD[case]
    assert old in STUDY
    error = FloorPlanError if case == "layers" else StudyError
    (sentence,) = sentences(folder, STUDY.replace(old, new, 1), error)
    assert part in sentence
    assert "study.toml" in sentence
    assert "\n" not in sentence


def test_all_mistakes_come_at_once(folder):
    """Mistakes in five parts of a study give five lines in one go."""
    text = STUDY
    for case in ("unknown top key", "share sum", "unknown type", "speed", "hour"):
        (old, new), _ = BAD[case]
        text = text.replace(old, new, 1)
    assert len(sentences(folder, text)) == 5


def test_queue_log_is_said_to_come_later(folder):
    """A queue log is refused with a sentence, not with silence."""
    (sentence,) = sentences(folder, STUDY.replace(HOURS, 'log = "tickets.csv"'))
    assert "tickets.csv" in sentence


def test_no_entrance(folder):
    """Customers need a door: a drawing without an entrance is named."""
    text = STUDY + '[[doors]]\nname = "street"\nkind = "inner"\n'
    (sentence,) = sentences(folder, text)
    assert "has no door of kind 'entrance'" in sentence


def test_bad_drawing_is_a_plan_error(folder):
    """Where only the drawing is at fault, the error says so and is of its own kind."""
    (folder / "plan.geojson").write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    (sentence,) = sentences(folder, STUDY, FloorPlanError)
    assert "outline" in sentence
    both = sentences(folder, STUDY.replace("0.75", "0.7"), StudyError)
    assert len(both) == 2


@pytest.mark.parametrize("text", ["name = 'x' = 1\n", '[[fixtures]\ntype = "atm"\n', "a = \x00\n"])
def test_broken_toml_names_file_and_line(folder, text):
    """A file that is not TOML is a format error with its line."""
    (sentence,) = sentences(folder, "# remark\n" + text, FileFormatError)
    assert "study.toml: not valid TOML" in sentence
    assert "line 2" in sentence


def test_missing_study(tmp_path):
    """A study file that is not there is named; so is a folder in its place."""
    with pytest.raises(FileFormatError, match=r"none\.toml: no such file"):
        read_study(tmp_path / "none.toml")
    with pytest.raises(FileFormatError, match="is a folder"):
        read_study(tmp_path)


def valid(text):
    return jsonschema.Draft202012Validator(study_schema()).is_valid(tomllib.loads(text))


def test_schema_is_a_schema_and_tells_good_from_bad():
    """The exported JSON Schema takes the good study and refuses wrong keys and ranges."""
    jsonschema.Draft202012Validator.check_schema(study_schema())
    assert valid(STUDY)
    for case in ("unknown key", "schema", "probability", "count", "count text", "hour", "at short"):
        (old, new), _ = BAD[case]
        assert not valid(STUDY.replace(old, new, 1)), case
