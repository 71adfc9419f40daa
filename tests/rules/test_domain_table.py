"""Every rule of the catalogue of rules, and where it is encoded: nothing is forgotten."""

import re

import pytest

from optimizer.rules.model import Severity
from optimizer.rules.packs import pack_names, read_pack

#: Rule of sections 2.1 to 2.6 of the domain page: the pack rules that hold it, with their check.
ENCODED = {
    "CN-ACC-01": {"CN-ACC-01": "route_width"},
    "CN-ACC-02": {"CN-ACC-02": "route_width"},
    "CN-ACC-03": {"CN-ACC-03": "door_width"},
    "CN-ACC-04": {"CN-ACC-04": "door_width"},
    "CN-ACC-05": {"CN-ACC-05": "door_turning"},
    "CN-ACC-06": {"CN-ACC-06": "door_handle"},
    "CN-ACC-07": {"CN-ACC-07": "manual"},
    "CN-ACC-08": {"CN-ACC-08": "manual"},
    "CN-ACC-09": {"CN-ACC-09": "manual"},
    "CN-ACC-10": {"CN-ACC-10": "low_place"},
    "CN-ACC-11": {"CN-ACC-11": "desk_turning"},
    "CN-ACC-12": {"CN-ACC-12": "fixture_height"},
    "CN-ACC-13": {"CN-ACC-13": "wheelchair_place"},
    "CN-ACC-14": {"CN-ACC-14": "manual"},
    "CN-ACC-15": {
        "CN-ACC-15a": "presence",
        "CN-ACC-15b": "presence",
        "CN-ACC-15c": "presence",
        "CN-ACC-15d": "presence",
        "CN-ACC-15e": "presence",
        "CN-ACC-15f": "zone_presence",
        "CN-ACC-15g": "manual",
    },
    "US-ACC-01": {"US-ACC-01": "route_width"},
    "US-ACC-02": {"US-ACC-02": "desk_turning"},
    "US-ACC-03": {"US-ACC-03": "clear_floor"},
    "US-ACC-04": {"US-ACC-04": "passing_place"},
    "US-ACC-05": {"US-ACC-05": "half_turn"},
    "US-ACC-06": {"US-ACC-06": "door_width"},
    "US-ACC-07": {"US-ACC-07": "clear_floor"},
    "US-ACC-08": {"US-ACC-08": "equal_privacy"},
    "US-ACC-09": {"US-ACC-09": "low_counter"},
    "US-ACC-10": {"US-ACC-10": "low_counter"},
    "US-ACC-11": {"US-ACC-11": "manual"},
    "X-ACC-01": {"X-ACC-01": "front_distance"},
    "X-ACC-02": {"X-ACC-02": "manual"},
    "X-ACC-03": {
        "X-ACC-03": "desk_turning",
        "X-ACC-03b": "route_width",
        "X-ACC-03c": "fixture_height",
    },
    "CN-FIRE-01": {"CN-FIRE-01": "egress_distance"},
    "CN-FIRE-01b": {"CN-FIRE-01b": "egress_walk"},
    "CN-FIRE-02": {"CN-FIRE-02": "door_width", "CN-FIRE-02b": "egress_route"},
    "CN-FIRE-03": {"CN-FIRE-03": "door_width", "CN-FIRE-03b": "door_width"},
    "CN-FIRE-04": {"CN-FIRE-04": "door_width"},
    "CN-FIRE-05": {"CN-FIRE-05": "exit_count"},
    "CN-FIRE-06": {"CN-FIRE-06": "exit_spacing"},
    "CN-FIRE-07": {"CN-FIRE-07": "manual"},
    "CN-FIRE-08": {"CN-FIRE-08": "egress_strip"},
    "CN-SEC-01": {"CN-SEC-01": "fixture_depth"},
    "CN-SEC-02": {"CN-SEC-02": "fixture_width"},
    "CN-SEC-03": {"CN-SEC-03": "cash_interlock"},
    "CN-SEC-04": {"CN-SEC-04": "counter_facing", "CN-SEC-04b": "cash_openings"},
    "CN-SEC-05": {"CN-SEC-05": "manual"},
    "CN-SEC-06": {"CN-SEC-06": "cash_route", "CN-SEC-06b": "manual"},
    "CN-SEC-07": {"CN-SEC-07": "manual"},
    "CN-SEC-08": {"CN-SEC-08": "manual"},
    "CN-SEC-09": {"CN-SEC-09": "closed_zone"},
    "CN-SEC-10": {"CN-SEC-10": "manual"},
    "CN-SEC-11": {"CN-SEC-11": "manual"},
    "PRV-01": {"PRV-01": "one_metre_line"},
    "PRV-02": {"PRV-02": "through_flow"},
    "PRV-03": {"PRV-03": "overlooked"},
    "PRV-04": {"PRV-04": "overlooked"},
    "PRV-05": {"PRV-05": "manual"},
    "PRV-06": {"PRV-06": "manual"},
    "PRV-07": {"PRV-07": "quiet_distance"},
    "SVC-01": {"SVC-01": "manual"},
    "SVC-02": {"SVC-02": "manual"},
    "SVC-03": {
        "SVC-03": "presence",
        "SVC-03b": "near_entrance",
        "SVC-03c": "staff_view",
        "SVC-03d": "staff_view",
        "SVC-03e": "manual",
    },
    "SVC-04": {
        "SVC-04": "presence",
        "SVC-04b": "utilisation",
        "SVC-04c": "one_metre_line",
        "SVC-04d": "manual",
    },
    "SVC-05": {"SVC-05": "utilisation", "SVC-05b": "manual"},
    "SVC-06": {
        "SVC-06a": "presence",
        "SVC-06b": "presence",
        "SVC-06c": "presence",
        "SVC-06d": "presence",
        "SVC-06e": "presence",
        "SVC-06f": "presence",
        "SVC-06g": "one_metre_line",
        "SVC-06h": "manual",
        "SVC-06i": "manual",
        "SVC-06j": "manual",
        "SVC-06k": "manual",
    },
    "SVC-07": {"SVC-07": "zone_presence"},
    "SVC-08": {"SVC-08a": "manual", "SVC-08b": "manual", "SVC-08c": "manual", "SVC-08d": "manual"},
    "SVC-09": {"SVC-09a": "zone_presence", "SVC-09b": "zone_presence", "SVC-09c": "manual"},
    "SVC-10": {"SVC-10": "wait_mean", "SVC-10b": "wait_percentile"},
    "SVC-11": {"SVC-11": "manual"},
}
#: Why somebody has to look: what neither geometry nor counts of a study know.
MANUAL = {
    "CN-ACC-07": "a plan has no heights of thresholds",
    "CN-ACC-08": "a plan has no heights of what hangs on walls",
    "CN-ACC-09": "a plan has no levels and slopes outside",
    "CN-ACC-14": "the text of the standard was not readable",
    "CN-ACC-15g": "ramp, toilet and parking lie outside the hall that is drawn",
    "CN-FIRE-07": "drawings give no leaf, and no occupant load is asked of a study",
    "CN-SEC-05": "a plan has no heights and no materials of walls",
    "CN-SEC-06b": "cameras are not drawn",
    "CN-SEC-07": "toilets are no kind of zone",
    "CN-SEC-08": "a plan has no heights, locks and cameras",
    "CN-SEC-10": "cabins are no fixture of the catalogue",
    "CN-SEC-11": "cameras are not drawn",
    "PRV-05": "marks on the floor are not drawn",
    "PRV-06": "a reason for PRV-03 and 04, which are decided; hoods are not drawn",
    "SVC-01": "what kind of branch it is",
    "SVC-02": "which edition is in force",
    "SVC-03e": "behaviour of staff",
    "SVC-04d": "labels on machines",
    "SVC-05b": "how rosters are made",
    "SVC-06h": "what hangs on walls",
    "SVC-06i": "what hangs on walls",
    "SVC-06j": "small things on desks",
    "SVC-06k": "small things on desks",
    "SVC-08a": "what is written on signs",
    "SVC-08b": "outside the hall that is drawn",
    "SVC-08c": "outside the hall that is drawn",
    "SVC-08d": "what hangs on walls",
    "SVC-09c": "how windows are staffed; seats carry no marks",
    "SVC-11": "a plan has no slopes outside",
    "US-ACC-11": "advice without a number",
    "X-ACC-02": "a quality without a number; its width is US-ACC-01, its detour a measure",
}
RULES = {rule.id: rule for name in pack_names() for rule in read_pack(name)}


def test_table_is_that_of_the_domain_page(shared):
    """The ids of the table are those of the page's sections 2.1 to 2.6."""
    text = (shared / "domain.md").read_text(encoding="utf-8")
    catalogue = text[text.index("### 2.1") : text.index("\n## 3.")]
    ids = re.findall(r"^\| ([A-Z]+(?:-[A-Z]+)?-\d+b?) \|", catalogue, re.MULTILINE)
    assert sorted(ids) == sorted(ENCODED)


@pytest.mark.parametrize("entry", ENCODED)
def test_rule_is_encoded_or_manual(entry):
    """A rule is decided by a kind of check, or somebody has to look, and then it says so."""
    assert ENCODED[entry]
    for rule_id, check in ENCODED[entry].items():
        rule = RULES[rule_id]
        assert (rule.check or "manual") == check
        assert (rule.severity is Severity.MANUAL) == (check == "manual")


def test_every_manual_rule_has_a_reason():
    """What somebody has to look at is what a plan, a layout and a business mix do not hold."""
    assert set(MANUAL) == {i for i, rule in RULES.items() if rule.severity is Severity.MANUAL}


def test_every_pack_rule_is_in_the_table():
    """No pack holds a rule that the table does not name, but those that this project adds."""
    named = {rule_id for own in ENCODED.values() for rule_id in own}
    assert {i for i in RULES if i not in named} <= {"SVC-12", "SVC-13", "SVC-14"}
