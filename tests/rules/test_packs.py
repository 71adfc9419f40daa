"""Rule packs: bundled data, a planner's own file, overrides."""

import pytest

from optimizer.equipment.layout import Layout
from optimizer.errors import StudyError
from optimizer.plan.model import DoorKind, ZoneKind
from optimizer.rules.checks import CHECKS
from optimizer.rules.findings import find_all
from optimizer.rules.model import Severity
from optimizer.rules.packs import pack_names, read_pack, read_pack_file, rules_of

ALL = ("placement", *pack_names())
CONFIDENCES = {"A", "B", "C", "D", "ASM"}


def test_bundled_packs():
    """The packs that a study may name."""
    assert pack_names() == ("cn-branch", "service-standard", "us-ada")


@pytest.mark.parametrize("name", ALL)
def test_every_rule_of_a_pack_is_complete(name):
    """Each has source, confidence, both languages, and a check that exists unless manual."""
    rules = read_pack(name)
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.confidence in CONFIDENCES, rule.id
        assert all((rule.source, rule.sentence, rule.sentence_zh)), rule.id
        assert "{" not in rule.sentence + rule.sentence_zh, rule.id
        assert (rule.check in CHECKS) is (rule.severity is not Severity.MANUAL), rule.id
        assert rule.pack == name


def test_every_kind_of_check_is_used_by_a_pack():
    """No check without a rule: what nobody asks is not kept."""
    used = {rule.check for name in ALL for rule in read_pack(name)}
    assert used - {""} == set(CHECKS)


def test_subjects_exist():
    """Subjects are types of the catalogue, kinds of door or kinds of zone."""
    from optimizer.equipment.catalogue import read_catalogue

    known = {*read_catalogue(), *DoorKind, *ZoneKind}
    unknown = {s for name in ALL for rule in read_pack(name) for s in rule.subjects} - known
    assert unknown == set()


def test_every_rule_of_the_domain_is_encoded():
    """Sections 2.1 to 2.6 of the rule catalogue, by id."""
    ids = {rule.id for name in ALL for rule in read_pack(name)}
    wanted = {f"CN-ACC-{k:02}" for k in range(1, 15)} | {"CN-ACC-15a"}
    wanted |= {f"US-ACC-{k:02}" for k in range(1, 12)} | {f"X-ACC-{k:02}" for k in range(1, 4)}
    wanted |= {f"CN-FIRE-{k:02}" for k in range(1, 9)} | {"CN-FIRE-01b"}
    wanted |= {f"CN-SEC-{k:02}" for k in range(1, 12)} | {f"PRV-{k:02}" for k in range(1, 8)}
    wanted |= {f"SVC-{k:02}" for k in range(1, 12)} - {"SVC-06", "SVC-08", "SVC-09"}
    wanted |= {"SVC-06a", "SVC-08a", "SVC-09a"}
    assert wanted <= ids


def test_placement_rules_are_always_in_force(tiny_study):
    """A study without packs has PLC-01 … PLC-11; a named pack follows."""
    assert [rule.id for rule in rules_of(tiny_study)] == [f"PLC-{k:02}" for k in range(1, 12)]
    more = rules_of(tiny_study.replace(rules=("us-ada",)))
    assert len(more) == 11 + len(read_pack("us-ada"))


def test_crowded_place_changes_values(tiny_study):
    """1.20 m and 1.80 m; the sentence says the one in force."""
    for crowded, value in ((False, 1.2), (True, 1.8)):
        study = tiny_study.replace(rules=("cn-branch",), crowded_place=crowded)
        rules = {rule.id: rule for rule in rules_of(study)}
        assert rules["CN-ACC-01"].value == value
        assert f"{value:g} m clear width" in rules["CN-ACC-01"].sentence
        assert rules["CN-FIRE-04"].value == (1.4 if crowded else None)


def test_override_is_shown(tiny_study):
    """Value, severity and further limits may change; the rule tells what was changed."""
    study = tiny_study.replace(
        rules=("cn-branch",),
        rule_overrides={
            "CN-ACC-01": {"value": 1.0, "severity": "soft"},
            "CN-FIRE-05": {"area": 100},
        },
    )
    rules = {rule.id: rule for rule in rules_of(study)}
    assert rules["CN-ACC-01"].changed == "value 1.2 → 1, severity hard → soft"
    assert rules["CN-ACC-01"].severity is Severity.SOFT
    assert "1 m clear width" in rules["CN-ACC-01"].sentence
    assert rules["CN-FIRE-05"].limits["area"] == 100
    assert rules["CN-FIRE-05"].changed == "area 120 → 100"
    assert rules["CN-ACC-02"].changed == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rules": ("cn-brnch",)}, "no rule pack 'cn-brnch'; did you mean cn-branch?"),
        ({"rule_overrides": {"CN-ACC-1": {"value": 1}}}, "no rule 'CN-ACC-1'; did you mean"),
        ({"rule_overrides": {"CN-ACC-01": {"valeu": 1}}}, "cannot change 'valeu'; did you mean"),
        ({"rule_overrides": {"CN-ACC-01": {"value": "1"}}}, "value '1' must be a number"),
        ({"rule_overrides": {"CN-ACC-01": {"value": True}}}, "value True must be a number"),
        ({"rule_overrides": {"CN-ACC-01": {"value": -1}}}, "must be a number of at least 0"),
        ({"rule_overrides": {"CN-ACC-01": {"severity": "had"}}}, "is not one of hard, soft"),
        ({"rule_overrides": {"CN-ACC-09": {"severity": "hard"}}}, "leave it manual"),
        ({"rule_overrides": {"PLC-03": {"value": 1}}}, "cannot change 'value'"),
    ],
)
def test_wrong_packs_and_overrides_are_named(tiny_study, changes, sentence):
    """One sentence per defect, with what would be right."""
    study = tiny_study.replace(**{"rules": ("cn-branch",), **changes})
    with pytest.raises(StudyError, match=sentence.replace("?", r"\?")):
        rules_of(study)


def test_all_defects_are_collected(tiny_study):
    """An unknown pack does not hide an unknown rule."""
    study = tiny_study.replace(
        rules=("nowhere", "us-ada"), rule_overrides={"A": {}, "US-ACC-01": {"b": 1}}
    )
    with pytest.raises(StudyError) as caught:
        rules_of(study)
    assert len(caught.value.sentences) == 3


def test_own_pack_beside_the_study(tiny_study, tmp_path):
    """A planner's own file; its rule is judged like any other."""
    (tmp_path / "mine.toml").write_text(
        '[[rule]]\nid = "M-1"\ncheck = "presence"\nsentence = "{value} desks"\nvalue = 2\n'
        'subjects = ["desk"]\nsource = "us"\nconfidence = "ASM"\nseverity = "hard"\n',
        encoding="utf-8",
    )
    study = tiny_study.replace(rules=("mine.toml",), directory=str(tmp_path))
    found = find_all(study, Layout())
    assert found[-1].rule.sentence == "2 desks"
    assert found[-1].passed is False
    with pytest.raises(StudyError, match="cannot be read"):
        rules_of(study.replace(rules=("other.toml",)))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no \\[\\[rule\\]\\]"),
        ("[[rule]]\nid = 1\n", "id 1 must be a text"),
        ("[[rule]]\nid = 'A'\nvalu = 1\n", "unknown field 'valu'; did you mean value"),
        ("[[rule]]\nid = 'A'\nvalue = 'x'\n", "value 'x' must be a number"),
        ("[[rule]]\nid = 'A'\n", "source is missing"),
        ("[[rule]]\nid = 'A'\nseverity = 'hard'\n", "check is missing"),
        ("[[rule]]\nid = 'A'\nseverity = 'bad'\n", "severity 'bad' is not one of"),
        ("[[rule]]\nid = 'A'\n[[rule]]\nid = 'A'\n", "has 'A' twice"),
        ("[[rule", "is no TOML file"),
    ],
)
def test_defects_of_a_pack_file_are_named(tmp_path, text, sentence):
    """Each with the rule and what would be right."""
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=sentence):
        read_pack_file(path)
