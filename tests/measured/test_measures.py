"""The registry of measures, its document, and limits as findings."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import pytest

from optimizer.evaluation import Evaluation
from optimizer.limits import check_limits
from optimizer.measures import BASIC, MEASURES, Better
from optimizer.rules.model import Severity
from optimizer.study import Objective

DOCUMENT = Path(__file__).parents[2] / "docs" / "measures.md"


def test_every_measure_is_a_part_of_an_evaluation():
    """The first word of each path is a field or property that an evaluation has."""
    known = {field.name for field in fields(Evaluation)} | set(vars(Evaluation))
    assert {measure.part for measure in MEASURES.values()} <= known


def test_every_measure_is_told_in_both_languages_and_in_the_document():
    """Names, sentences and the side of the limit stand in docs/measures.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for measure in MEASURES.values():
        assert measure.sentence
        assert measure.sentence_zh
        row = next(line for line in text.splitlines() if line.startswith(f"| `{measure.name}`"))
        assert measure.sentence in row
        assert row.endswith(f"| {measure.side} |")


def test_the_basic_weights_are_fields_of_the_objective():
    """A study without further weights has exactly the basic terms."""
    assert set(Objective().weights) == set(BASIC)
    assert set(Objective(measures={"detour": 2.0, "turns_per_customer": 0.0}).weights) == {
        *BASIC,
        "detour",
    }


def measured(**shares):
    return SimpleNamespace(
        diversion=SimpleNamespace(**{"visible_from_entrance": None, **shares}),
        detour=SimpleNamespace(mean=1.25),
        longest_wait_minutes=float("inf"),
    )


def test_costs_are_never_negative():
    """Less is better: the value. More is better: what is missing of 1. None: nothing."""
    assert MEASURES["detour"].cost(measured()) == 1.25
    seen = MEASURES["visible_from_entrance"]
    assert seen.better is Better.MORE
    assert seen.cost(measured(visible_from_entrance=0.75)) == 0.25
    assert seen.cost(measured()) == 0.0
    assert 1e5 < MEASURES["longest_wait"].cost(measured()) < float("inf")


@pytest.mark.parametrize(
    ("name", "limit", "excess"),
    [
        ("detour", 1.0, 0.25),  # (1.25 − 1) / 1
        ("detour", 1.25, 0.0),
        ("detour", 1.5, 0.0),
        ("visible_from_entrance", 0.5, 0.5),  # (0.5 − 0.25) / 0.5
        ("visible_from_entrance", 0.2, 0.0),
        ("longest_wait", 10.0, float("inf")),
    ],
)
def test_how_far_a_limit_is_broken(name, limit, excess):
    """As a share of the limit, on the side that suits the measure; at the limit it is kept."""
    found = MEASURES[name].excess(measured(visible_from_entrance=0.25), limit)
    assert found == pytest.approx(excess)


def test_limits_are_hard_rules():
    """One finding for each limit: broken, kept, or open where a layout has no such figure."""
    limits = {"detour": 1.0, "visible_from_entrance": 0.5}
    study = SimpleNamespace(limits=limits)
    detour, seen = check_limits(study, measured())
    assert (detour.rule.id, detour.passed, detour.value) == ("LIMIT-detour", False, 1.25)
    assert detour.rule.severity is Severity.HARD
    assert "1.25; at most 1 is right" in detour.sentence
    assert seen.passed is None
    _, seen = check_limits(study, measured(visible_from_entrance=0.6))
    assert seen.passed is True
    assert "at least 0.5 is right" in seen.sentence
    assert check_limits(SimpleNamespace(limits={}), measured()) == ()
