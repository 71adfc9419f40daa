"""One layout judged again and again."""

from __future__ import annotations

import ast
import inspect
import sys

import pytest

from optimizer.errors import StudyError
from optimizer.evaluate import evaluate
from optimizer.rules.checks import CHECKS
from optimizer.rules.packs import rules_of
from optimizer.study_file import read_study
from optimizer.whatif.changes import change_study
from optimizer.whatif.fixed import PEOPLE_CHECKS, FixedLayout, thin_out


@pytest.fixture(scope="module")
def study(root):
    """Return the bundled standard hall, with the service standard's rules about waits too."""
    study = read_study(root / "floorplans" / "standard_hall" / "study.toml")
    return study.replace(rules=("cn-branch", "service-standard"))


@pytest.fixture(scope="module")
def fixed(study):
    """Return today's layout of it, judged once."""
    fixed = FixedLayout(study, study.current_layout)
    fixed.evaluate()
    return fixed


def same(one, other):
    """Whether two evaluations say the same."""
    parts = ("objective", "findings", "waiting", "walking", "detour", "privacy", "door_to_door")
    return {part for part in parts if getattr(one, part) != getattr(other, part)} == set()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"share.foreign_exchange": 0.3},
        {"weight.encounters": 100, "weight.waiting": 0},
        {"arrivals": 3},
        {"lever.passbook_to_card": 0.6},
        {"count.smart_terminal": 1},
        {"count.cash_counter": 1, "arrivals": 0.5},
        {"rule.CN-ACC-01": 9.0},
        {"limit.metres_per_customer": 5},
    ],
    ids=str,
)
def test_it_says_what_evaluate_says(study, fixed, changes):
    """Whatever is changed, every figure and finding is that of a judgement from scratch."""
    changed = change_study(study, changes)
    layout = thin_out(changed, study.current_layout)
    assert same(fixed.evaluate(changed), evaluate(changed, layout, places=False))


def test_changes_are_seen(study, fixed):
    """The sameness above is none of everything: figures and findings do change."""
    today = fixed.evaluate()
    assert not same(fixed.evaluate(change_study(study, {"arrivals": 3})), today)
    stricter = fixed.evaluate(change_study(study, {"rule.CN-ACC-01": 9.0}))
    assert len(stricter.broken) > len(today.broken)


def looks_at_people(function, seen):
    """Whether a check, or a function of the rules that it calls, reads walks or waits."""
    if function in seen:
        return False
    seen.add(function)
    module = sys.modules[function.__module__]
    for node in ast.walk(ast.parse(inspect.getsource(function))):
        if isinstance(node, ast.Attribute) and node.attr in ("legs", "waiting", "unreachable"):
            return True
        called = getattr(module, node.id, None) if isinstance(node, ast.Name) else None
        if (
            inspect.isfunction(called)
            and called.__module__.startswith("optimizer.rules")
            and looks_at_people(called, seen)
        ):
            return True
    return False


def test_the_checks_that_look_at_people_are_named():
    """Each check that reads walks or waits is judged anew each time, and no other one."""
    found = {name for name, check in CHECKS.items() if looks_at_people(check, set())}
    assert found == PEOPLE_CHECKS


def test_the_last_fixtures_of_a_type_are_taken_away(study):
    """With one terminal fewer the second goes, and nothing else."""
    thin = thin_out(study.with_count("smart_terminal", 1), study.current_layout)
    before = {p.fixture for p in study.current_layout.placements}
    assert before - {p.fixture for p in thin.placements} == {"smart_terminal-2"}
    assert thin_out(study, study.current_layout) is study.current_layout


def test_more_than_the_layout_holds_is_an_error(study, fixed):
    """A fixed layout gains no fixture; the error says what to do."""
    with pytest.raises(StudyError, match=r"the layout holds 2; .* must be laid out anew"):
        fixed.evaluate(study.with_count("smart_terminal", 3))


def test_another_plan_is_an_error(root, fixed):
    """The shells belong to one plan."""
    other = read_study(root / "floorplans" / "standard_hall" / "study.toml")
    with pytest.raises(StudyError, match="another plan"):
        fixed.evaluate(other)


def test_what_was_foreseen_is_what_evaluate_says(study):
    """Rules judged ahead have the outcome of a judgement from scratch, and none is judged twice."""
    changed = change_study(study, {"count.open_desk": 1})
    fixed = FixedLayout(study, study.current_layout)
    steps = sum(1 for _ in fixed.foresee(changed))
    assert steps == sum(rule.check not in PEOPLE_CHECKS for rule in rules_of(changed))
    wanted = evaluate(changed, thin_out(changed, study.current_layout), places=False)
    assert same(fixed.evaluate(changed), wanted)
