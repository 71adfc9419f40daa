"""What who watches is told: the best layout so far too, so that it can be kept."""

from __future__ import annotations

import pytest
from tiny_studies import machine, make_study, room

from optimizer.equipment.layout import Layout
from optimizer.evaluate import evaluate
from optimizer.place.optimize import optimize
from optimizer.study import FixtureGroup


@pytest.fixture
def study():
    """Two machines along the walls of a small room."""
    kinds = (machine("a"), machine("b"))
    groups = tuple(FixtureGroup(type=kind.name, min=1, max=1) for kind in kinds)
    return make_study(room(3.4, 2.6), groups, kinds)


def test_the_layout_told_has_the_objective_told(study):
    """The judge finds for each layout told of the objective told, and the objectives fall."""
    told = []
    optimize(study, steps=200, workers=1, time_limit=20.0, on_progress=told.append)
    better = [news for news in told if news.stage == "search"]
    assert better
    for news in better:
        judged = evaluate(study, news.layout).objective.value
        assert judged == pytest.approx(news.objective, rel=1e-6)
    values = [news.objective for news in better]
    assert values == sorted(values, reverse=True)


def test_no_layout_before_the_first(study):
    """While the tables are built there is none; with a bound the best one is told again."""
    told = []
    optimize(study, steps=200, workers=1, time_limit=20.0, on_progress=told.append)
    assert told[0].stage == "compile"
    assert told[0].layout is None
    bounds = [news for news in told if news.stage == "bound"]
    assert bounds
    assert all(isinstance(news.layout, Layout) for news in bounds)


def test_the_numbers_of_a_given_layout_are_tried_first():
    """A study with ranges, begun at its best layout, ends no worse although time is short."""
    kinds = (machine("a"), machine("b"))
    groups = (FixtureGroup(type="a", min=1, max=3), FixtureGroup(type="b", min=1, max=1))
    study = make_study(room(3.4, 2.6), groups, kinds)
    good = optimize(study, steps=600, workers=1, time_limit=20.0)
    again = optimize(study, steps=1, workers=1, time_limit=3.0, start=good.layout, seed=5)
    assert again.objective <= good.objective * (1 + 1e-9)
