"""How many of what: the numbers within the ranges of a study, against trying everything."""

import functools
import itertools
from dataclasses import replace

import pytest
from tiny_studies import machine, make_study, room

from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.demand.waiting import compute_waiting
from optimizer.equipment.model import Anchoring
from optimizer.evaluate import waiting_seconds
from optimizer.place.marginal import marginal_values
from optimizer.place.optimize import optimize
from optimizer.place.problem import build_problem
from optimizer.place.scorer import Scorer
from optimizer.report.results import result_to_json
from optimizer.result import Status
from optimizer.study import FixtureGroup, Objective
from optimizer.verify import verify_result


def ranged(price=0.0, *, waiting=1.2, most=3, weight=1.0):
    """One to three machines a and one b along the walls of a small room; people queue at a."""
    business = Business(
        name="x",
        share=1.0,
        journey=(Stop(types=("a",)), Stop(types=("b",))),
        service_minutes={"a": 2.0, "b": 0.1},
    )
    return make_study(
        room(3.4, 2.6),
        (FixtureGroup(type="a", min=1, max=most), FixtureGroup(type="b", min=1, max=1)),
        (machine("a", Anchoring.WALL, cost=price), machine("b")),
        BusinessMix(businesses=(business,), arrivals=Arrivals(per_hour={10: 25.0})),
        objective=Objective(
            encounters=1.0, waiting=waiting, overlooked=0.0, measures={"equipment_cost": weight}
        ),
    )


@functools.cache
def least_scores():
    """For each number of machines a the least score (walking, encounters) over all layouts."""
    study = ranged()
    best = {}
    for n in (1, 2, 3):
        problem = build_problem(study.with_counts({0: n}))
        a, b = (range(len(poses)) for poses in problem.candidates)
        rows = ((*c, d) for c in itertools.combinations(a, n) for d in b)
        best[n] = min(Scorer(problem, row).score.value for row in rows if problem.fit(row))
    return best


def best_by_trying(study):
    """For each number of machines a the least objective over all layouts of the candidates."""
    best = {}
    for n, score in least_scores().items():
        narrow = study.with_counts({0: n})
        waits = study.objective.waiting * waiting_seconds(compute_waiting(narrow))
        best[n] = score + waits + n * study.types["a"].cost
    return best


@pytest.mark.parametrize(
    ("price", "waiting", "number"),
    [(0.0, 1.2, 3), (3000.0, 1.2, 2), (1e6, 1.2, 1), (3000.0, 0.0, 1)],
)
def test_numbers_and_layout_are_those_of_trying_everything(price, waiting, number):
    """Waiting asks for more machines and their price for fewer; the least sum wins.

    25 people an hour at 2 minutes: one machine is taken 83 % of the time, and people wait for
    about 8 minutes; a second one all but ends the queue. 25 · 8 · 60 · 1.2 = 14,000 an hour is
    worth one machine of 3,000, not one of a million.
    """
    study = ranged(price, waiting=waiting)
    best = best_by_trying(study)
    assert min(best, key=best.get) == number
    result = optimize(study, steps=600, workers=1, time_limit=20.0)
    assert len(result.layout.placements) == number + 1
    assert result.objective == pytest.approx(best[number], rel=1e-6)
    assert result.bound <= best[number] * (1 + 1e-9)
    for trial in result.counts:
        assert trial.bound <= best[trial.counts["a"]] * (1 + 1e-6)
    assert result.counts[0].counts == {"a": number, "b": 1}


def test_one_more_machine_is_worth_what_trying_everything_says():
    """A second machine saves the difference of the best layouts with one and with two."""
    study = ranged(most=1, weight=0.0)
    best = best_by_trying(ranged(weight=0.0))
    (row,) = marginal_values(study, types=("a",), steps=600, workers=1, time_limit=40.0)
    assert (row.type, row.count) == ("a", 1)
    assert row.saved == pytest.approx(best[1] - best[2], rel=1e-6)
    assert sum(row.terms.values()) == pytest.approx(row.saved)
    waits = [waiting_seconds(compute_waiting(study.with_count("a", n))) / 60 / 25.0 for n in (1, 2)]
    assert row.waiting_minutes_saved == pytest.approx(waits[0] - waits[1])
    assert "second" in row.sentence


def test_result_says_which_numbers_were_considered():
    """The result tells the numbers looked at, and the verifier finds nothing wrong."""
    study = ranged(3000.0)
    result = optimize(study, steps=300, workers=1, time_limit=20.0)
    content = result_to_json(study, result)
    assert content["counts"][0]["counts"] == {"a": 2, "b": 1}
    assert content["counts"][0]["objective"] == content["objective"]["value"]
    assert content["notes"][0].startswith("numbers: ")
    assert "of 3 choices" in content["notes"][0]
    assert not [claim.sentence for claim in verify_result(study, content) if claim.passed is False]


def test_numbers_that_do_not_fit_are_left_out():
    """Five machines find no room where three do; the result holds what fits."""
    study = ranged(0.0, most=8)
    narrow = replace(study, plan=room(2.6, 2.2))
    result = optimize(narrow, steps=300, workers=1, time_limit=30.0)
    assert result.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert not result.evaluation.broken
    assert 2 <= len(result.layout.placements) < 9
