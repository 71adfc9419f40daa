"""What the plan itself breaks, whatever the layout, is told apart."""

from dataclasses import replace

import shapely

from optimizer.rules.findings import broken_by_plan, find_all


def test_a_narrow_door_is_the_plans_own(tiny_study, hall, place):
    """A street door of 0.6 m stays broken in an empty hall; two desks on one place do not."""
    narrow = replace(hall.doors[0], line=shapely.LineString([(4.7, 0), (5.3, 0)]))
    wide = tiny_study.replace(rules=("cn-branch",))
    study = wide.replace(plan=replace(hall, doors=(narrow,)))
    layout = place(("desk-1", 3.0, 4.0, 0.0), ("desk-2", 3.2, 4.0, 0.0))
    findings = find_all(study, layout)
    own = {f.rule.id for f in broken_by_plan(study, findings)}
    assert "PLC-03" in {f.rule.id for f in findings if f.passed is False}
    assert "PLC-03" not in own
    assert "CN-ACC-03" in own
    assert "CN-ACC-03" not in {f.rule.id for f in broken_by_plan(wide, find_all(wide, layout))}


def test_a_kept_layout_has_nothing_of_the_plans(tiny_study, place):
    """Without findings, and with only kept ones, nothing is the plan's own."""
    kept = [f for f in find_all(tiny_study, place(("desk-1", 3.0, 4.0, 0.0))) if f.passed]
    assert kept
    assert broken_by_plan(tiny_study, kept) == ()
    assert broken_by_plan(tiny_study, ()) == ()
