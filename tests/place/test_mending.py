"""A result keeps all hard rules, or says which cannot hold together."""

from __future__ import annotations

import pytest
import shapely
from own_packs import with_rule
from tiny_studies import machine, make_study, room

from optimizer.equipment.model import Anchoring
from optimizer.place.mending import mend
from optimizer.place.optimize import optimize
from optimizer.place.problem import build_problem
from optimizer.report.results import result_to_json
from optimizer.result import Status
from optimizer.study import FixtureGroup
from optimizer.study_file import read_study


def two_free(**fields):
    """Two machines free on the floor, on a grid of 0.5 m."""
    groups = tuple(FixtureGroup(type=n, min=1, max=1, **fields) for n in ("a", "b"))
    types = (machine("a", Anchoring.FREE), machine("b", Anchoring.FREE, opaque=True))
    return make_study(room(), groups, types).replace(pitch=0.5)


def test_the_walking_optimum_breaks_a_rule_and_is_mended(tmp_path):
    """Walking wants both machines at the door; a strip of 1.9 m from each of them does not."""
    study = with_rule(two_free(), tmp_path, "egress_strip", value=1.9)
    problem = build_problem(study)
    # side by side before the door, with less than 1.9 m beside or before them
    chosen = [
        next(
            i
            for i, pose in enumerate(problem.candidates[k])
            if tuple(pose[:2]) == at and pose[2] == 0.0
        )
        for k, at in ((0, (1.0, 1.5)), (1, (2.0, 1.5)))
    ]
    result = mend(problem, [chosen], seconds=60, seed=1)
    assert len(result.chosen) == 1
    assert not result.conflict
    done = optimize(study, steps=200, time_limit=20, workers=1)
    assert done.evaluation is not None
    assert not done.evaluation.broken
    assert not done.conflict_rules


def test_a_fixture_kept_in_the_door_is_explained():
    """The layout that breaks fewest rules is given, and why none keeps all of them."""
    groups = (
        FixtureGroup(type="a", min=1, max=1, at=((3.0, 1.0, 180.0),)),
        FixtureGroup(type="b", min=1, max=1),
    )
    study = make_study(room(), groups, (machine("a", Anchoring.FREE), machine("b")))
    result = optimize(study, steps=100, time_limit=10, workers=1)
    assert result.layout is not None
    assert {rule for entry in result.conflict_rules for rule in entry.rules} == {"PLC-07", "PLC-11"}
    rows = result_to_json(study, result)["conflict_rules"]
    row = next(row for row in rows if row["rules"] == ["PLC-07"])
    # its footprint begins 1.0 − 0.3 m from the door
    assert row["value"] == 1.2
    assert row["relaxed_to"] == 0.7
    assert "1.2 m → 0.7 m would do" in row["sentence"]
    assert "由 1.2 m 放宽至 0.7 m 即可" in row["sentence_zh"]
    assert row["where"] is not None


def test_what_nobody_proved_is_told_all_the_same(monkeypatch):
    """Where time ends before a proof: the rule, what the best layout has, where, not decided."""
    groups = (
        FixtureGroup(type="a", min=1, max=1, at=((3.0, 1.0, 180.0),)),
        FixtureGroup(type="b", min=1, max=1),
    )
    study = make_study(room(), groups, (machine("a", Anchoring.FREE), machine("b")))
    monkeypatch.setattr(
        "optimizer.place.solve.repair", lambda problem, found, chosen, **orders: (chosen, ())
    )
    result = optimize(study, steps=50, time_limit=10, workers=1)
    (entry,) = result.conflict_rules
    assert entry.rules == ("PLC-07",)
    assert not entry.proven
    # as above: 1.0 − 0.3 m from the door
    assert entry.relaxed_to == pytest.approx(0.7)
    assert entry.where is not None
    assert "not decided" in entry.sentence
    assert "未能判定" in entry.sentence_zh
    assert result.conflict == (entry.sentence,)
    assert result_to_json(study, result)["conflict_rules"][0]["proven"] is False


def test_no_layout_at_all_is_explained(tmp_path):
    """Nineteen machines at 11 m of wall: INFEASIBLE, and how many can stand."""
    groups = (FixtureGroup(type="a", min=19, max=19),)
    study = make_study(room(3.0, 3.0), groups, (machine("a"),)).replace(pitch=0.6)
    result = optimize(study, time_limit=60, workers=1)
    assert result.status is Status.INFEASIBLE
    (entry,) = result.conflict_rules
    assert entry.value == 19
    assert entry.relaxed_to is not None
    assert 4 <= entry.relaxed_to <= 18
    assert entry.sentence in result.conflict
    assert f"方案要求 a 19 台；最多可摆放 {entry.relaxed_to:g} 台" in entry.sentence_zh


def test_a_column_in_the_aisle_is_named(tmp_path):
    """The bottleneck between a column and a wall is told with its place and width."""
    walls = (shapely.box(0, 2.0, 2.4, 2.1),)
    column = shapely.box(3.5, 2.0, 3.7, 2.2)
    plan = room(walls=(*walls, shapely.box(3.7, 2.0, 6, 2.1)), columns=(column,))
    groups = (FixtureGroup(type="a", min=1, max=1, at=((3.0, 3.7, 0.0),)),)
    study = make_study(plan, groups, (machine("a"),))
    study = with_rule(study, tmp_path, "route_width", value=1.2, subjects=("a",))
    result = optimize(study, steps=50, time_limit=10, workers=1)
    entry = next(e for e in result.conflict_rules if e.rules == ("X-1",))
    # 3.5 − 2.4, found in steps of 0.01 m
    assert entry.relaxed_to is not None
    assert abs(entry.relaxed_to - 1.1) < 0.011
    assert "at the column by" in entry.sentence
    assert "柱、" in entry.sentence_zh


@pytest.mark.slow
def test_the_old_corner_as_a_crowded_place_is_lawful(root):
    """Routes of 1.8 m past 12 fixtures in 107 m²: dear enough once, the search finds them."""
    study = read_study(root / "floorplans" / "old_corner" / "study.toml")
    wide = {**study.rule_overrides, "CN-ACC-01": {"value": 1.8}}
    result = optimize(
        study.replace(rule_overrides=wide), steps=12_000, time_limit=60, workers=1, seed=2
    )
    assert result.evaluation is not None
    assert not result.evaluation.broken
