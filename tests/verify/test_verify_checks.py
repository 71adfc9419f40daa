"""Checks by staff: the walk of the layout, the waits with it, and the verifier's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.demand.flows import PersonClass
from optimizer.demand.periods import Period
from optimizer.demand.waiting import compute_waiting
from optimizer.evaluate import evaluate
from optimizer.measured.checks import walked_checks
from optimizer.report.results import evaluation_to_json
from optimizer.verify.checks import check_checks
from optimizer.verify.placed import Placed
from optimizer.verify.scene import Scene


def with_checks(study, *, alone=1.0, **changes):
    """The study whose identity checks hold up the terminal for 2.5 minutes."""
    (one,) = study.mix.rounds
    one = replace(one, check_minutes=2.5, check_alone_minutes=alone)
    return replace(study, mix=replace(study.mix, rounds=(one,)), **changes)


def claims(study, layout, row):
    """Claims of the verifier about the checks of a result."""
    fixtures = tuple(
        Placed(name=p.fixture, kind=study.types[p.type], x=p.x, y=p.y, angle=p.angle)
        for p in layout.placements
    )
    return {c.name: c for c in check_checks(Scene(study=study, fixtures=fixtures), row)}


def test_the_walk_to_a_check_is_that_of_the_layout(small_study, small_layout):
    """From either desk to either terminal, a quarter of the checks each, at 1.2 m/s."""
    study = with_checks(small_study)
    evaluation = evaluate(study, small_layout)
    (check,) = walked_checks(study, small_layout, evaluation.legs)
    lengths = [
        leg.length
        for leg in evaluation.legs
        if leg.person is PersonClass.STAFF and leg.target.startswith("smart_terminal")
    ]
    assert len(lengths) == 4
    assert check.metres == pytest.approx(sum(lengths) / 4)
    assert check.walk_minutes == pytest.approx(check.metres / 1.2 / 60)
    assert check.walked_minutes == pytest.approx(1.0 + check.walk_minutes)
    # the waits are those of a study whose checks take so long
    (one,) = study.mix.rounds
    there = replace(one, check_minutes=check.walked_minutes)
    right = compute_waiting(replace(study, mix=replace(study.mix, rounds=(there,))), small_layout)
    assert check.mean_minutes == {
        "smart_terminal": pytest.approx(right["smart_terminal"].mean_minutes)
    }
    # a shorter walk than was assumed: customers wait less than the objective takes
    assert check.walked_minutes < check.check_minutes
    assert check.mean_minutes["smart_terminal"] < evaluation.waiting["smart_terminal"].mean_minutes


def test_terminals_farther_from_the_desks_take_longer(small_study, small_layout):
    """Of two layouts with the same fixtures the one with longer ways has the longer waits."""
    study = with_checks(small_study)
    far = replace(
        small_layout,
        placements=tuple(
            replace(p, y=p.y - 1.6) if p.type == "smart_terminal" else p
            for p in small_layout.placements
        ),
    )
    near_one, far_one = (
        walked_checks(study, layout, evaluate(study, layout).legs)[0]
        for layout in (small_layout, far)
    )
    assert far_one.metres > near_one.metres + 1
    assert far_one.mean_minutes["smart_terminal"] > near_one.mean_minutes["smart_terminal"]
    # what the objective takes does not know where things stand
    assert far_one.check_minutes == near_one.check_minutes == 2.5
    one, other = (evaluate(study, layout).waiting for layout in (small_layout, far))
    assert one["smart_terminal"] == other["smart_terminal"]


@pytest.mark.parametrize("periods", [False, True])
def test_the_verifier_works_checks_out_again(small_study, small_layout, periods):
    """All figures of the product hold, and each of them is refuted when it is another one."""
    parts = (
        (
            Period(name="morning", hours=(9,), arrivals=10.0),
            Period(name="noon", hours=(10,), arrivals=28.0),
        )
        if periods
        else ()
    )
    study = with_checks(small_study, periods=parts)
    row = evaluation_to_json(study, evaluate(study, small_layout))
    found = claims(study, small_layout, row)
    assert all(claim.passed for claim in found.values()), [
        c.sentence for c in found.values() if not c.passed
    ]
    own = "waiting.checks.identity check"
    assert set(found) == {
        "waiting.checks",
        *(f"{own}.{key}" for key in ("metres", "walk_minutes", "check_minutes", "walked_minutes")),
        f"{own}.mean_minutes",
        f"{own}.mean_minutes.smart_terminal",
    }
    stated = row["waiting"]["checks"]["identity check"]
    for key in ("metres", "walk_minutes", "check_minutes", "walked_minutes"):
        lie = {"waiting": {"checks": {"identity check": {**stated, key: stated[key] * 1.01}}}}
        refuted = [n for n, c in claims(study, small_layout, lie).items() if c.passed is False]
        assert refuted == [f"{own}.{key}"]
    lie = {"waiting": {"checks": {"identity check": {**stated, "mean_minutes": {}}}}}
    assert claims(study, small_layout, lie)[f"{own}.mean_minutes"].passed is False
    assert claims(study, small_layout, {})["waiting.checks"].passed is False


def test_without_the_check_alone_the_walk_is_told(small_study, small_layout):
    """What the check takes by itself is not known: the walk is, and nothing is guessed."""
    study = with_checks(small_study, alone=None)
    evaluation = evaluate(study, small_layout)
    (check,) = walked_checks(study, small_layout, evaluation.legs)
    assert check.metres > 2
    assert check.walked_minutes is None
    assert check.mean_minutes == {}
    row = evaluation_to_json(study, evaluation)
    assert all(c.passed for c in claims(study, small_layout, row).values())
    # a round that holds nobody up is no check
    assert walked_checks(small_study, small_layout, evaluation.legs) == ()
