"""What a result says of its rules: true outcomes are believed, each falsified one is caught."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.equipment.layout import Layout
from optimizer.equipment.layout_file import parse_layout
from optimizer.evaluate import evaluate
from optimizer.rules.packs import pack_names, rules_of
from optimizer.study_file import read_study
from optimizer.verify.placed import read_placements
from optimizer.verify.rulings import check_rules
from optimizer.verify.scene import Scene

FLOORPLANS = Path(__file__).parents[2] / "floorplans"
#: Kinds of check whose value is scaled at random, so that both outcomes occur.
SCALED = (
    "route_width",
    "egress_route",
    "egress_strip",
    "door_turning",
    "desk_turning",
    "egress_walk",
    "egress_distance",
    "counter_facing",
    "half_turn",
    "quiet_distance",
    "near_entrance",
    "front_distance",
    "waiting_area",
    "waiting_seats",
)


def _scene(study, result):
    fixtures, claims = read_placements(study, result)
    assert not claims
    return Scene(study=study, fixtures=fixtures)


@pytest.fixture(scope="module")
def judged(small_study, small_layout, result_of):
    """The small hall under all packs: its scene and its result."""
    study = replace(small_study, rules=pack_names())
    result = result_of(study, small_layout)
    return _scene(study, result), result


def test_every_rule_of_every_pack_is_decided(judged):
    """Each rule of a true result has a claim, and each claim holds: none is left open."""
    scene, result = judged
    claims = {claim.name: claim for claim in check_rules(scene, result)}
    assert set(claims) == {f"rules.{rule.id}" for rule in rules_of(scene.study)}
    assert [claim.sentence for claim in claims.values() if claim.passed is not True] == []


@pytest.mark.parametrize("lie", [True, False, None])
def test_each_outcome_that_is_falsified_is_caught(judged, lie):
    """Each rule said to be kept, broken or open that is not so is refuted, and no other."""
    scene, result = judged
    wrong = set()
    forged = deepcopy(result)
    for rule in rules_of(scene.study):
        rows = [row for row in forged["rules"] if row["id"] == rule.id]
        outcomes = {row["passed"] for row in rows}
        said = False if False in outcomes else None if None in outcomes else True
        if said is not lie:
            wrong.add(f"rules.{rule.id}")
        for row in rows:
            row["passed"] = lie
    failed = {c.name: c.sentence for c in check_rules(scene, forged) if c.passed is False}
    assert set(failed) == wrong
    assert all(name.removeprefix("rules.") in sentence for name, sentence in failed.items())
    assert len(wrong) > 40


def _shaken(layout, rng):
    """The layout with half of its fixtures shifted, a few of them turned."""
    moved = []
    for p in layout.placements:
        shift = rng.choice([0.0, 0.03, 0.3, 1.0], p=[0.5, 0.2, 0.2, 0.1]) * rng.normal(size=2)
        turn = rng.choice([0.0, 90.0, 37.3], p=[0.9, 0.07, 0.03])
        x, y = (round(float(v), 6) for v in (p.x + shift[0], p.y + shift[1]))
        moved.append(replace(p, x=x, y=y, angle=float((p.angle + turn) % 360)))
    return Layout(placements=tuple(moved))


def _values(study, rng):
    """Other values of the rules of the kinds that are scaled."""
    scale = float(rng.choice([0.7, 1.0, 1.3, 1.6]))
    return {
        rule.id: {"value": round(rule.value * scale * float(rng.uniform(0.9, 1.1)), 3)}
        for rule in rules_of(study)
        if rule.check in SCALED and rule.value
    }


def _outcomes(study, layout):
    """Outcome by rule as the judge tells it, and refuted claims of the verifier."""
    rows = [
        {
            "id": f.rule.id,
            "severity": str(f.rule.severity),
            "limit": f.rule.value,
            "passed": f.passed,
        }
        for f in evaluate(study, layout, places=False).findings
    ]
    placements = [
        {"fixture": p.fixture, "type": p.type, "x": p.x, "y": p.y, "angle": p.angle}
        for p in layout.placements
    ]
    result = {"rules": rows, "placements": placements}
    claims = tuple(check_rules(_scene(study, result), result))
    said = {(row["id"], row["passed"]) for row in rows}
    return said, [claim.sentence for claim in claims if claim.passed is not True]


def test_layouts_at_random_are_ruled_alike(small_study, small_layout):
    """The judge's outcomes of layouts shaken at random, under other values, are the verifier's."""
    study = replace(small_study, rules=pack_names())
    both = set()
    for seed in range(6):
        rng = np.random.default_rng(seed)
        own = replace(study, rule_overrides=_values(study, rng))
        said, refuted = _outcomes(own, _shaken(small_layout, rng))
        assert refuted == []
        both |= said
    # many rules about places were seen kept and broken
    kept, broken = ({rule for rule, passed in both if passed is side} for side in (True, False))
    assert len(kept & broken) >= 10


@pytest.mark.slow
@pytest.mark.parametrize("hall", ["standard_hall", "old_corner", "flagship_hall"])
def test_shaken_layouts_of_the_bundled_halls_are_ruled_alike(hall):
    """The same in the bundled halls, under all packs."""
    base = replace(read_study(FLOORPLANS / hall / "study.toml"), rules=pack_names())
    for seed in range(4):
        rng = np.random.default_rng(seed)
        study = replace(base, rule_overrides=_values(base, rng))
        _, refuted = _outcomes(study, _shaken(base.current_layout, rng))
        assert refuted == []


def test_a_layout_edited_by_hand_is_judged_not_trusted(small_study, small_result):
    """One desk is moved before the other; what the file says of its rules changes nothing."""
    edited = deepcopy(small_result)
    for row in edited["rules"]:
        row["passed"] = True
    # 0.8 m deep each: 0.1 m of floor is left between them
    first = next(row for row in edited["placements"] if row["fixture"] == "open_desk-1")
    moved = next(row for row in edited["placements"] if row["fixture"] == "open_desk-2")
    moved.update(x=first["x"], y=first["y"] - 0.9, angle=0.0)
    layout = parse_layout(edited, small_study)
    judged = {f.rule.id for f in evaluate(small_study, layout).findings if f.passed is False}
    assert {"PLC-06", "PLC-09", "PRV-01"} <= judged
    failed = {
        claim.name
        for claim in check_rules(_scene(small_study, edited), edited)
        if claim.passed is False
    }
    assert {f"rules.{rule}" for rule in ("PLC-06", "PLC-09", "PRV-01")} <= failed
    assert {f"rules.{rule}" for rule in judged} <= failed


@pytest.mark.parametrize(
    "hall",
    ["standard_hall", "old_corner", pytest.param("flagship_hall", marks=pytest.mark.slow)],
)
def test_no_rule_of_a_bundled_hall_is_left_open(hall):
    """Today's layouts are decided in every rule, under the packs of their study."""
    study = read_study(FLOORPLANS / hall / "study.toml")
    _, open_or_wrong = _outcomes(study, study.current_layout)
    assert open_or_wrong == []
