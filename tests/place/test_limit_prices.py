"""Limits of a study in the search: a price that rises where they are broken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.evaluate import evaluate
from optimizer.place.budget import Budget
from optimizer.place.measure_cost import next_prices
from optimizer.place.problem import build_problem
from optimizer.place.scorer import Scorer
from optimizer.place.search import Search


def test_prices_rise_where_a_limit_is_broken_and_sink_where_it_is_kept():
    """Times 3 and times 0.7, never below what a limit costs at first."""
    prices = {"a": 1.0, "b": 9.0, "c": 1.2}
    assert next_prices(prices, ["a"]) == pytest.approx({"a": 3.0, "b": 6.3, "c": 1.0})
    assert next_prices({"a": 1.0}, []) == {"a": 1.0}
    assert next_prices({}, []) == {}


def test_a_dearer_limit_costs_so_many_times_as_much(three_in_a_queue):
    """At twice the limit a layout pays 1 + 1 of its walks, at a price of 3 six of them."""
    free = Scorer(build_problem(three_in_a_queue), [0, 5, 9]).score
    now = evaluate(three_in_a_queue, build_problem(three_in_a_queue).layout([0, 5, 9]))
    half = {"metres_per_customer": now.walking.metres_per_customer / 2, "path_crossings": 1e6}
    problem = build_problem(replace(three_in_a_queue, limits=half))
    scorer = Scorer(problem, [0, 5, 9], dear={"metres_per_customer": 3.0})
    assert scorer.score.limits == pytest.approx(6 * free.walking)
    assert scorer.broken_limits == ("metres_per_customer",)


def test_limits_that_one_layout_keeps_are_met_and_the_run_repeats(three_in_a_queue):
    """Three limits, each as tight as the best layout of a free search is: all are kept.

    The same seed and number of moves give the same layout again.
    """
    problem = build_problem(three_in_a_queue)
    free = Search(problem, seed=1).run(Budget(steps=300))
    measured = evaluate(three_in_a_queue, problem.layout(free.chosen))
    limits = {
        "metres_per_customer": measured.walking.metres_per_customer,
        "encounters_per_hour": measured.crossing.encounters_per_hour,
        "turns_per_customer": measured.detour.turns_per_customer,
    }
    limited = build_problem(replace(three_in_a_queue, limits=limits))
    found = [Search(limited, seed=2).run(Budget(steps=600)) for _ in range(2)]
    assert found[0] == found[1]
    assert found[0].score.limits == 0
    assert Scorer(limited, found[0].chosen).broken_limits == ()
