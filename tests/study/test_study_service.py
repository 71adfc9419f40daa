"""The service, combination and lever parts of a study file."""

from __future__ import annotations

import json
import re
import tomllib

import jsonschema
import pytest

from optimizer.demand.service import PriorityClass, ReservedWindows
from optimizer.errors import StudyError
from optimizer.study_file import read_study, study_schema

PLAN = {
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
        ]
    ],
}
STUDY = """schema = 1
name = "Room"
plan = "plan.geojson"
fixtures = [{ type = "atm", count = 1 }, { type = "open_desk", count = 3 }]

[[business]]
name = "cash"
share = 0.6
journey = ["open_desk"]
service_minutes = { open_desk = 4, atm = 1 }
replaceable = 0.5
appointments = 0.1

[[business]]
name = "card"
share = 0.4
journey = ["open_desk"]
service_minutes = { open_desk = 6 }

[arrivals]
"09" = 20
"""


@pytest.fixture
def read(tmp_path):
    """Read the study with some lines added, or with one text replaced by another."""
    (tmp_path / "plan.geojson").write_text(json.dumps(PLAN), "utf-8")

    def reader(more="", old="", new=""):
        text = STUDY.replace(old, new) if old else STUDY
        (tmp_path / "study.toml").write_text(text + more, "utf-8")
        return read_study(tmp_path / "study.toml")

    return reader


def test_service_arrives_where_it_belongs(read):
    """Patience by type, classes, reserved windows and the rest are those of the file."""
    study = read(
        """
[service]
patience_minutes = { open_desk = 30 }
own_lines = "atm"
lobby_staff = 2
staffed = ["open_desk"]
appointment_variation = 0.3
appointment_skips = ["queue_machine"]
priority = [
    { name = "elderly", label_zh = "老年", share = 0.2 },
    { name = "vip", business = "card" },
]
reserved = [{ type = "open_desk", windows = 1, business = ["card"] }]
"""
    )
    service = study.mix.service
    assert service.patience == {"open_desk": 30}
    assert (service.own_lines, service.lobby_staff, service.staffed) == (
        ("atm",),
        2,
        ("open_desk",),
    )
    assert (service.appointment_variation, service.appointment_skips) == (0.3, ("queue_machine",))
    assert service.priority == (
        PriorityClass(name="elderly", label_zh="老年", share=0.2),
        PriorityClass(name="vip", business=("card",)),
    )
    assert service.reserved == (ReservedWindows(type="open_desk", windows=1, business=("card",)),)
    assert study.mix.businesses[0].appointments == 0.1


def test_one_patience_holds_everywhere(read):
    """A number alone is the patience at every type of the catalogue; without one nobody leaves."""
    patience = read("\n[service]\npatience_minutes = 25\n").mix.service.patience
    assert set(patience.values()) == {25}
    assert {"atm", "open_desk"} <= set(patience)
    assert read().mix.service.patience == {}


def test_rounds_may_name_doors(read):
    """A round leads from the staff door to a machine; the door is told from a type."""
    walk = read('\n[[staff]]\nname = "loading"\nroute = ["back", "atm", "back"]\nper_hour = 2\n')
    (way,) = walk.mix.rounds
    assert way.doors == ("back", "back")
    flows = [f for f in walk.flows() if f.group == "loading"]
    assert [(str(f.source), str(f.target), f.rate) for f in flows] == [
        ("back", "atm", 2.0),
        ("atm", "back", 2.0),
    ]


def test_combination_and_levers_change_the_mix(read):
    """Combination first, then levers: fewer people come, and more of them go to the machine."""
    study = read(
        '\n[[combination]]\nbusiness = ["cash", "card"]\nshare = 0.5\n'
        "setup_minutes = { open_desk = 2 }\n[levers]\npassbook_to_card = 0.4\n"
    )
    # half of the rarer 0.4: 0.2 of 20 people an hour come once instead of twice
    assert study.mix.arrivals.per_hour == {9: pytest.approx(16.0)}
    both = study.mix.businesses[-1]
    assert (both.name, both.share) == ("cash + card", pytest.approx(0.2 / 0.8))
    assert both.service_minutes == {"open_desk": 8.0, "atm": 1.0}
    # 0.5 + 0.4 · 0.5
    assert study.mix.businesses[0].replaceable == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ("[service]\npatience_minutes = 0\n", "patience_minutes is 0; must be more than 0"),
        ("[service]\npatience_minutes = { atmm = 5 }\n", "patience_minutes names 'atmm'"),
        ('[service]\nown_lines = ["desk"]\n', "own_lines names 'desk'"),
        ("[service]\nlobby_staff = 0\n", "lobby_staff is 0; must be 1 to 1000"),
        ("[service]\nappointment_variation = 2\n", "appointment_variation is 2; must be 0 to 1"),
        ('[service]\npriority = [{ name = "x", share = 2 }]\n', "share is 2; must be 0 to 1"),
        ('[service]\npriority = [{ name = "x", business = "loan" }]\n', "names 'loan'"),
        ('[service]\npriority = [{ name = "x" }, { name = "x" }]\n', "'x' is given twice"),
        (
            '[service]\nreserved = [{ type = "atm", windows = 0, business = "cash" }]\n',
            "windows is 0; must be 1 or more",
        ),
        (
            "[service]\nreserved = [\n"
            '  { type = "open_desk", windows = 1, business = "cash" },\n'
            '  { type = "open_desk", windows = 1, business = ["cash", "card"] },\n]\n',
            "'cash' has windows of its own twice",
        ),
        ('[[combination]]\nbusiness = ["cash"]\nshare = 0.1\n', "needs two or more"),
        ('[[combination]]\nbusiness = ["cash", "loan"]\nshare = 0.1\n', "names 'loan'"),
        ('[[combination]]\nbusiness = ["cash", "card"]\nshare = 1.5\n', "must be 0 to 1"),
        ("[levers]\npassbook = 0.2\n", "no lever 'passbook'"),
        ("[levers]\nguidance = 1.2\n", "pulled by 1.2; must be 0 to 1"),
        ('[[staff]]\nname = "r"\nroute = ["bak", "atm"]\n', "nor a door of the drawing"),
    ],
)
def test_what_is_wrong_is_said(read, more, part):
    """Each wrong value is one line that names the file, the place and what would be right."""
    with pytest.raises(StudyError) as caught:
        read("\n" + more)
    assert len(caught.value.sentences) == 1, caught.value.sentences
    assert part in caught.value.sentences[0]
    assert "study.toml" in caught.value.sentences[0]


def test_appointments_are_a_share(read):
    """A share of booked customers above 1 is refused."""
    with pytest.raises(StudyError, match="appointments is 3; must be 0 to 1"):
        read(old="appointments = 0.1", new="appointments = 3")


def test_the_examples_of_the_docs_are_studies(root):
    """Every TOML block of docs/service.md has only keys that a study may have."""
    blocks = re.findall(
        r"```toml\n(.*?)```", (root / "docs/service.md").read_text("utf-8"), re.DOTALL
    )
    assert len(blocks) >= 4
    rest = tomllib.loads('schema = 1\nname = "Docs"\n')
    for block in blocks:
        jsonschema.Draft202012Validator(study_schema()).validate(rest | tomllib.loads(block))


def test_roster_rules_are_read(read):
    """Target, shifts and staff with their skills; what is wrong is said by name."""
    rules = read(
        "\n[roster]\ntarget_minutes = 12\nshift_hours = [3, 5]\n"
        'staff = [{ name = "Li", skills = "open_desk" }]\n'
    ).roster
    assert rules is not None
    assert (rules.target_minutes, rules.shift_hours, rules.slot_minutes) == (12.0, (3.0, 5.0), 30)
    assert (rules.staff[0].name, rules.staff[0].skills) == ("Li", ("open_desk",))
    assert read().roster is None
    with pytest.raises(StudyError) as caught:
        read('\n[roster]\nslot_minutes = 45\nstaff = [{ name = "Li", skills = "opn_desk" }]\n')
    assert [
        "'opn_desk'" in caught.value.sentences[0],
        "[roster] slot_minutes is 45" in caught.value.sentences[1],
    ] == [True, True]
