"""Limits of a study in the search: a price that rises where they are broken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.evaluate import evaluate
from optimizer.limits import limits_reached
from optimizer.place.budget import Budget
from optimizer.place.measure_cost import best_reached, next_prices
from optimizer.place.optimize import optimize
from optimizer.place.problem import build_problem
from optimizer.place.scorer import Scorer
from optimizer.place.search import Search
from optimizer.report.results import result_to_json
from optimizer.verify.result import verify_result


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


def one_machine(two_machines, **limits):
    """One machine along the walls of a room of 6 × 4 m, and limits.

    The nearest pose is on the south wall at (4.3, 0.3), 3.129 m there and back round the corner of
    the machine itself: 1.007 times the straight line (`test_one_machine_by_hand`). The nearest
    without a bend are at the east and the west wall: the customer stands at (4.9, 0.3) or
    (1.1, 0.3), from (3, 0.25) that is hypot(1.9, 0.05) = 1.90066 m away, 3.80132 there and back.
    """
    business = replace(two_machines.mix.businesses[0], share=1.0)
    return two_machines.replace(
        groups=two_machines.groups[:1],
        mix=replace(two_machines.mix, businesses=(business,)),
        limits=limits,
    )


def test_two_limits_that_only_one_pair_of_poses_keeps_are_met(two_machines):
    """Walking asks for the pose with a bend; both limits together leave the next to nearest."""
    study = one_machine(two_machines, metres_per_customer=3.81, worst_detour=1.0001)
    result = optimize(study, time_limit=2, steps=300, seed=1, workers=1)
    assert result.evaluation.broken == ()
    assert result.evaluation.walking.metres_per_customer == pytest.approx(3.80132, abs=1e-5)
    assert result.limits_reached == {}
    found = result_to_json(study, result)["limits"]["metres_per_customer"]
    assert found == {"limit": 3.81, "value": pytest.approx(3.80132, abs=1e-5), "reached": None}


def test_two_limits_that_no_pose_keeps_are_named_with_what_the_search_reached(two_machines):
    """Each can be kept alone, not both: the one that is broken tells the best that was met.

    The search meets 3.129 m (with a bend) and a detour of 1 (from 3.801 m on).
    """
    study = one_machine(two_machines, metres_per_customer=3.5, worst_detour=1.0001)
    result = optimize(study, time_limit=2, steps=300, seed=1, workers=1)
    (broken,) = result.evaluation.broken
    best = {"metres_per_customer": 3.12924, "worst_detour": 1.0}
    name = broken.rule.id.removeprefix("LIMIT-")
    assert result.limits_reached == {name: pytest.approx(best[name], abs=1e-4)}
    assert broken.value > study.limits[name]
    assert broken.sentence.endswith(f"the best that the search met is {best[name]:.4g}")
    row = result_to_json(study, result)
    (said,) = [one["sentence_zh"] for one in row["rules"] if one["passed"] is False]
    assert said.endswith(f"，搜索所得最好为 {best[name]:.4g}{' m' if name.startswith('m') else ''}")
    assert "本布局为" in said
    claims = {claim.name: claim for claim in verify_result(study, row)}
    assert [claim.name for claim in claims.values() if claim.passed is False] == []
    assert claims[f"limits.{name}.value"].passed is True
    assert claims[f"limits.{name}.reached"].passed is None
    # a result may not claim to have reached less than it has itself, nor another limit
    row["limits"][name] |= {"reached": broken.value + 1, "limit": 1.0}
    failed = {claim.name for claim in verify_result(study, row) if claim.passed is False}
    assert {f"limits.{name}.reached", f"limits.{name}.limit"} <= failed


def test_best_of_two_searches():
    """The least, or the greatest of a share that is better when greater; what one knows alone."""
    one = {"metres_per_customer": 5.0, "visible_from_entrance": 0.4}
    other = {"metres_per_customer": 4.0, "visible_from_entrance": 0.3, "worst_detour": 1.5}
    best = {"metres_per_customer": 4.0, "visible_from_entrance": 0.4, "worst_detour": 1.5}
    assert best_reached(one, other) == best_reached(other, one) == best


def test_what_was_reached_is_never_worse_than_the_layout(two_machines):
    """A search that knows nothing better leaves the layout its own value; kept limits are none."""
    study = one_machine(two_machines, metres_per_customer=1.0, worst_detour=9.0)
    problem = build_problem(study)
    found = evaluate(study, problem.layout([0]), places=False)
    own = {"metres_per_customer": found.walking.metres_per_customer}
    assert limits_reached(study, found, {}) == own
    assert limits_reached(study, found, {"metres_per_customer": 99.0}) == own
    assert limits_reached(study, found, {"metres_per_customer": 2.0, "worst_detour": 1.0}) == {
        "metres_per_customer": 2.0
    }
