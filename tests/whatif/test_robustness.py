"""Which layouts stay good when the business changes."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from optimizer.equipment.layout import Layout
from optimizer.errors import StudyError
from optimizer.evaluate import evaluate
from optimizer.study_file import read_study
from optimizer.whatif.robustness import Robustness, compare_scenarios


def table(broken=0):
    """Return three layouts in two scenarios; `broken` hard rules of the third in the second."""
    objective = {
        "a": {"calm": 10.0, "rush": 50.0},
        "b": {"calm": 14.0, "rush": 42.0},
        "c": {"calm": 20.0, "rush": 40.0},
    }
    rules = {name: dict.fromkeys(row, 0) for name, row in objective.items()}
    rules["c"]["rush"] = broken
    return Robustness(objective=objective, broken=rules)


def test_the_robust_layout_has_the_least_worst_regret():
    """It need be best nowhere: b is 4 above a when calm and 2 above c in the rush."""
    # a: 0 and 50 − 40 = 10; b: 4 and 2; c: 10 and 0
    found = table()
    assert found.regret == {
        "a": {"calm": 0.0, "rush": 10.0},
        "b": {"calm": 4.0, "rush": 2.0},
        "c": {"calm": 10.0, "rush": 0.0},
    }
    assert found.robust == "b"
    assert found.table()["worst"].tolist() == [10.0, 4.0, 10.0]


def test_a_layout_that_breaks_a_rule_is_no_measure_for_others():
    """With c out of the rush, b is best there, and c is not robust."""
    found = table(broken=1)
    assert found.regret["b"]["rush"] == 0.0
    assert found.regret["a"]["rush"] == 8.0
    assert math.isinf(found.regret["c"]["rush"])
    assert found.robust == "b"


def test_none_is_robust_where_each_breaks_a_rule():
    """Where every layout breaks a rule somewhere, none is called robust."""
    found = table()
    everywhere = {name: dict.fromkeys(row, 1) for name, row in found.objective.items()}
    assert Robustness(objective=found.objective, broken=everywhere).robust is None


def test_figures_are_those_of_the_judge(root):
    """Objective and broken rules are what evaluate says of each pair."""
    study = read_study(root / "floorplans" / "old_corner" / "study.toml")
    today = study.current_layout
    first = today.placements[0]
    moved = Layout(placements=(replace(first, x=first.x + 0.3), *today.placements[1:]))
    scenarios = {"as is": study, "small cash": study.with_share("small cash", 0.2)}
    found = compare_scenarios(scenarios, {"today": today, "moved": moved})
    for name, layout in (("today", today), ("moved", moved)):
        for scenario, changed in scenarios.items():
            own = evaluate(changed, layout, places=False)
            assert found.objective[name][scenario] == own.objective.value
            assert found.broken[name][scenario] == len(own.broken)


def test_without_a_scenario_there_is_nothing_to_compare():
    """An empty table is an error, not an answer."""
    with pytest.raises(StudyError, match="no scenario"):
        compare_scenarios({}, {})
