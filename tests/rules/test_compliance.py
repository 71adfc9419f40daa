"""The compliance table, and all findings of a study at once."""

import pytest

from optimizer.equipment.layout import Layout
from optimizer.rules.compliance import (
    Answer,
    compliance_table,
    count_compliance,
    most_broken,
)
from optimizer.rules.findings import find_all
from optimizer.rules.model import Finding, Rule, Severity
from optimizer.rules.packs import rules_of


def rule(name: str, **more) -> Rule:
    return Rule(id=name, check="x", sentence="Asked", pack="p", **more)


def finding(of: Rule, passed: bool | None) -> Finding:
    return Finding(rule=of, passed=passed, sentence=f"{of.id} {passed}", where=(1.0, 2.0))


A, B, C = rule("A", points=3.0), rule("B", points=2.0), rule("C", severity=Severity.SOFT)


def test_one_row_per_rule():
    """Failed when one instance is broken; manual when something is open; else passed."""
    rows = compliance_table(
        [finding(A, True), finding(B, True), finding(B, False), finding(B, None), finding(C, None)]
    )
    assert [(row.rule.id, row.answer) for row in rows] == [
        ("A", Answer.PASSED),
        ("B", Answer.FAILED),
        ("C", Answer.MANUAL),
    ]
    assert rows[1].sentences == ("B False",)
    assert rows[1].places == ((1.0, 2.0),)
    counts = count_compliance(rows)
    assert (counts.passed, counts.failed, counts.manual, counts.failed_hard) == (1, 1, 1, 1)
    assert (counts.points, counts.points_decided, counts.points_possible) == (3.0, 5.0, 5.0)


def test_only_the_packs_that_are_wanted():
    """Rules of other packs are left out."""
    assert compliance_table([finding(A, True)], packs=("q",)) == ()
    assert len(compliance_table([finding(A, True)], packs=("p", "q"))) == 1


def test_most_broken_over_several_branches():
    """A is broken in two branches, C in one."""
    one = compliance_table([finding(A, False), finding(C, False)])
    two = compliance_table([finding(A, False), finding(C, True)])
    assert [(r.id, n) for r, n in most_broken([one, two])] == [("A", 2), ("C", 1)]
    assert len(most_broken([one, two], top=1)) == 1


@pytest.mark.parametrize("crowded", [False, True])
def test_every_rule_has_a_finding(tiny_study, place, crowded):
    """All packs on an empty hall and on a desk: one row per rule in force, nothing raised."""
    study = tiny_study.replace(
        rules=("cn-branch", "us-ada", "service-standard"), crowded_place=crowded
    )
    for layout in (Layout(), place(("desk-1", 3, 4, 0), ("machine-1", 7, 7, 0))):
        rows = compliance_table(find_all(study, layout))
        assert [row.rule.id for row in rows] == [r.id for r in rules_of(study)]
        assert {row.answer for row in rows} == set(Answer)


def test_manual_rules_say_what_to_look_at(tiny_study):
    """A rule that a study makes manual is not judged."""
    study = tiny_study.replace(rule_overrides={"PLC-11": {"severity": "manual"}})
    last = find_all(study, Layout())[-1]
    assert last.passed is None
    assert last.sentence.startswith("To be looked at on site: The layout holds")
