"""One layout for several periods: by hand, by trying every layout, and against one period."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from tiny_studies import machine, make_study, room

from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.demand.periods import Period
from optimizer.evaluate import evaluate
from optimizer.place.blocks import make_blocks
from optimizer.place.optimize import optimize
from optimizer.place.problem import build_problem
from optimizer.place.scorer import Scorer
from optimizer.report.results import result_to_json
from optimizer.study import FixtureGroup, Objective
from optimizer.verify import verify_result

#: In the morning twice as many come as at noon, and all three machines of a are open.
MORNING = Period(name="morning", hours=(9,), weight=1.0)
NOON = Period(name="noon", hours=(12,), weight=3.0, open={"a": 1})


@pytest.fixture
def study():
    """Two machines of one kind and one of another, two businesses, waits at both kinds."""
    mix = BusinessMix(
        businesses=(
            Business(
                name="one",
                share=0.5,
                journey=(Stop(types=("a",)), Stop(types=("b",), probability=0.5)),
                service_minutes={"a": 2.0, "b": 1.0},
            ),
            Business(
                name="two", share=0.5, journey=(Stop(types=("b",)),), service_minutes={"b": 1.5}
            ),
        ),
        arrivals=Arrivals(per_hour={9: 40.0, 12: 20.0}),
    )
    groups = (FixtureGroup(type="a", min=2, max=2), FixtureGroup(type="b", min=1, max=1))
    types = (machine("a", servers=1), machine("b", servers=1))
    objective = Objective(encounters=50.0, waiting=0.1, overlooked=0.0)
    return make_study(
        room(), groups, types, mix, objective=objective, periods=(MORNING, NOON), pitch=2.0
    )


def every_choice(problem):
    """Yield every choice without conflict."""
    kinds = [k for k, _ in problem.blocks]
    clash = {
        (i, j): problem.shapes.conflicts(
            k, problem.candidates[k], kinds[j], problem.candidates[kinds[j]]
        )
        for i, k in enumerate(kinds)
        for j in range(i + 1, len(kinds))
    }
    for chosen in product(*(range(len(problem.candidates[k])) for k in kinds)):
        if not any(matrix[chosen[i], chosen[j]] for (i, j), matrix in clash.items()):
            yield chosen


def test_one_period_is_the_design_hour(study):
    """A study with one period, everything open, is worth what its design hour is worth."""
    alone = replace(study, periods=(replace(NOON, open={}),), design_hour=None)
    hour = replace(study, periods=(), design_hour=12)
    problem = build_problem(hour)
    layout = problem.layout([0, 3, 8])
    one, other = evaluate(alone, layout), evaluate(hour, layout)
    assert one.objective.value == pytest.approx(other.objective.value, rel=1e-12)
    assert one.objective.terms == pytest.approx(other.objective.terms, rel=1e-12)
    assert one.walking == other.walking
    assert one.waiting == other.waiting
    for name, visit in other.door_to_door.by_business.items():
        assert one.door_to_door.by_business[name].minutes == pytest.approx(visit.minutes)
    bound = Scorer(build_problem(alone), [0, 3, 8]).score.value
    assert bound == pytest.approx(Scorer(problem, [0, 3, 8]).score.value, rel=1e-12)


def test_mix_and_worst_are_those_of_the_periods(study):
    """Weights 1 and 3: the mix is a quarter of one and three of the other; the worst the greater.

    Each period by itself is a study of one period.
    """
    layout = build_problem(study).layout([0, 3, 8])
    alone = [
        evaluate(replace(study, periods=(period,)), layout).objective.value
        for period in study.periods
    ]
    found = evaluate(study, layout)
    assert found.objective.value == pytest.approx(0.25 * alone[0] + 0.75 * alone[1], rel=1e-12)
    assert [p.value for p in found.periods] == pytest.approx(alone, rel=1e-12)
    worst = replace(study, objective=replace(study.objective, periods="worst"))
    assert evaluate(worst, layout).objective.value == pytest.approx(max(alone), rel=1e-12)


def test_a_closed_window_carries_nobody(study):
    """At noon all 10 customers an hour of business one go to the machine that is open."""
    found = evaluate(study, build_problem(study).layout([0, 3, 8]))
    at_noon = {leg.name: sum(leg.by_period[1].values()) for leg in found.legs}
    assert at_noon["door → a-1"] == pytest.approx(10.0)
    assert at_noon["door → a-2"] == 0.0
    in_the_morning = {leg.name: sum(leg.by_period[0].values()) for leg in found.legs}
    assert in_the_morning["door → a-1"] == in_the_morning["door → a-2"] == pytest.approx(10.0)
    assert found.periods[1].places == {"a": 1, "b": 1}
    # a machine that is closed at times is not to be exchanged for one that never is
    assert [kind.fixtures for kind in make_blocks(study)] == [
        (("a-1",),),
        (("a-2",),),
        (("b-1",),),
    ]


@pytest.mark.parametrize("which", ["mix", "worst"])
def test_equals_brute_force(study, which):
    """The best of all layouts for the mix, and for the worst period, is found; the bound holds."""
    study = replace(study, objective=replace(study.objective, periods=which))
    problem = build_problem(study)
    score = {chosen: Scorer(problem, chosen).score.value for chosen in every_choice(problem)}
    best = evaluate(study, problem.layout(min(score, key=score.get))).objective.value
    result = optimize(study, time_limit=4, seed=3, workers=1)
    assert result.objective == pytest.approx(best, rel=1e-6)
    assert result.bound <= best * (1 + 1e-9)
    assert result.walking.value <= result.walking.true_cost * (1 + 1e-9)
    assert refuted(study, result) == []


def refuted(study, result) -> list[str]:
    """Sentences of the claims that the verifier finds wrong."""
    claims = verify_result(study, result_to_json(study, result))
    assert any(claim.name == "periods.noon.arrivals_per_hour" for claim in claims)
    return [claim.sentence for claim in claims if claim.passed is False]


@pytest.mark.parametrize("which", ["mix", "worst"])
def test_door_to_door_is_optimized_and_verified(study, which):
    """With minutes from door to door alone, the objective is the customers' minutes."""
    objective = Objective(
        walking=0.0,
        staff_walking=0.0,
        encounters=0.0,
        waiting=0.0,
        overlooked=0.0,
        measures={"door_to_door": 1.0},
        periods=which,
    )
    study = replace(study, objective=objective)
    result = optimize(study, time_limit=3, seed=3, workers=1)
    found = result.evaluation
    minutes = [p.door_to_door.customer_minutes_per_hour for p in found.periods]
    right = 0.25 * minutes[0] + 0.75 * minutes[1] if which == "mix" else max(minutes)
    assert result.objective == pytest.approx(right)
    assert 0 < result.bound <= result.objective * (1 + 1e-9)
    assert refuted(study, result) == []


def test_minutes_from_door_to_door_by_hand(study):
    """Business two at noon: 10 people an hour at machine b, 1.5 minutes each, and their walk.

    They walk from the door to b-1 and back at 1.2 m/s and wait as all who come to b do.
    """
    found = evaluate(study, build_problem(study).layout([0, 3, 8]))
    noon = found.periods[1]
    visit = noon.door_to_door.by_business["two"]
    legs = {leg.name: leg.length for leg in found.legs}
    assert visit.walking == pytest.approx((legs["door → b-1"] + legs["b-1 → door"]) / 1.2 / 60)
    assert visit.waiting == pytest.approx(noon.waiting["b"].mean_minutes)
    assert visit.service == pytest.approx(1.5)
    assert visit.customers_per_hour == pytest.approx(10.0)
    # business one: always at a, every second one at b too
    one = noon.door_to_door.by_business["one"]
    assert one.service == pytest.approx(2.0 + 0.5 * 1.0)
    waits = noon.waiting["a"].minutes_of_hour + 0.5 * noon.waiting["b"].minutes_of_hour
    assert one.waiting == pytest.approx(waits)


def test_the_worst_period_is_not_always_the_heaviest(study):
    """More come in the morning; where noon's only machine is the far one, noon is worse.

    What lies beyond the reference period is seen by the search.
    """
    objective = Objective(encounters=0.0, waiting=0.0, overlooked=0.0, periods="worst")
    quiet = replace(MORNING, arrivals=21.0)
    study = replace(study, objective=objective, periods=(quiet, replace(NOON, arrivals=20.0)))
    problem = build_problem(study)
    some = list(every_choice(problem))[::9]
    beyond = [Scorer(problem, chosen).score.beyond for chosen in some]
    assert max(beyond) > 1.0
    assert min(beyond) == 0.0
