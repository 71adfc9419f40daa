"""A layout fitted to a changed study in a few seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.equipment.layout import Layout
from optimizer.evaluate import evaluate
from optimizer.place.improve import improve
from optimizer.result import Status
from optimizer.study_file import read_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def study():
    """Return the bundled old corner; its layout of today breaks hard rules."""
    return read_study(ROOT / "floorplans" / "old_corner" / "study.toml")


@pytest.fixture(scope="module")
def better(study):
    """Return what 200 scored moves make of it."""
    return improve(study, study.current_layout, steps=200, seed=3)


def types(layout):
    """Return the types of a layout, sorted."""
    return sorted(placement.type for placement in layout.placements)


def test_it_is_better_and_judged_and_claims_no_bound(study, better):
    """The layout breaks fewer rules or costs less than the start; its figures are the judge's."""
    today = evaluate(study, study.current_layout, places=False)
    own = evaluate(study, better.layout, places=False)
    rank = (len(own.broken), own.objective.value)
    assert rank < (len(today.broken), today.objective.value)
    assert better.evaluation.objective.value == pytest.approx(own.objective.value)
    assert better.status is Status.FEASIBLE
    assert better.bound is None
    assert better.gap is None
    assert "no bound" in better.notes[0]


def test_the_same_seed_and_steps_give_the_same_layout(study, better):
    """With steps instead of seconds the layout is reproduced."""
    assert improve(study, study.current_layout, steps=200, seed=3).layout == better.layout


def test_fixtures_are_put_in_and_taken_away(study, better):
    """One more and one fewer of a type are in the layout; nothing else is added or lost."""
    before = types(better.layout)
    more = improve(study.with_count("waiting_seats", 3), better.layout, steps=20)
    fewer = improve(study.with_count("waiting_seats", 1), better.layout, steps=20)
    assert types(more.layout) == sorted([*before, "waiting_seats"])
    assert sorted([*types(fewer.layout), "waiting_seats"]) == before


def test_a_layout_that_lacks_everything_is_no_hindrance(study):
    """From an empty layout it finds one with all fixtures."""
    found = improve(study, Layout(), steps=20)
    assert len(found.layout) == sum(group.max for group in study.groups)


def test_what_cannot_fit_is_said(study):
    """A crowd of desks finds no place: no layout, and a sentence."""
    found = improve(study.with_count("open_desk", 40), study.current_layout, steps=20)
    assert found.layout is None
    assert found.status in (Status.UNKNOWN, Status.INFEASIBLE)
    assert found.conflict
