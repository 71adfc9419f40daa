"""The optimum: by hand, by trying every layout, and under symmetries."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import shapely

from optimizer.evaluate import evaluate
from optimizer.place.optimize import optimize
from optimizer.place.problem import build_problem
from optimizer.place.scorer import Scorer
from optimizer.result import Status
from optimizer.study import Objective


def every_layout(problem):
    """Yield every choice without conflict."""
    sizes = [range(len(problem.candidates[k])) for k, _ in problem.blocks]
    clash = {}
    kinds = [k for k, _ in problem.blocks]
    for i, k in enumerate(kinds):
        for j in range(i + 1, len(kinds)):
            clash[i, j] = problem.shapes.conflicts(
                k, problem.candidates[k], kinds[j], problem.candidates[kinds[j]]
            )
    for chosen in product(*sizes):
        if not any(matrix[chosen[i], chosen[j]] for (i, j), matrix in clash.items()):
            yield chosen


def least_cost(study) -> float:
    """Objective of the best of all layouts, each judged by `evaluate`."""
    problem = build_problem(study)
    scorer = {c: Scorer(problem, c).score.value for c in every_layout(problem)}
    best = min(scorer, key=scorer.get)
    return evaluate(study, problem.layout(best)).objective.value


@pytest.mark.parametrize("name", ["two_machines", "counter_row"])
def test_equals_brute_force(name, request):
    """The best of all layouts is found, proven, and no bound is above it."""
    study = request.getfixturevalue(name)
    best = least_cost(study)
    result = optimize(study, time_limit=6, seed=3, workers=1)
    assert result.objective == pytest.approx(best, rel=1e-6)
    assert result.bound <= best * (1 + 1e-9)
    assert result.evaluation.broken == ()
    assert result.status is Status.OPTIMAL


def test_equals_brute_force_with_encounters(three_in_a_queue):
    """With encounters in the objective and a column in the way, the best is still found."""
    study = replace(
        three_in_a_queue, objective=Objective(encounters=40.0, waiting=0.0, overlooked=0.0)
    )
    best = least_cost(study)
    result = optimize(study, time_limit=6, seed=1, workers=1)
    assert result.objective == pytest.approx(best, rel=1e-6)
    assert result.bound <= best * (1 + 1e-9)


def test_one_machine_by_hand(two_machines):
    """60 people an hour walk to one machine and back: twice the way to the nearest pose.

    People step in at (3, 0.25), a body radius inside the door's middle. Along the south face the
    machine's middle can be at x = 0.3, 1.3, 2.3, 3.3, 4.3, 5.3 (steps of 1 m from the corner) and
    5.7 (flush). The strip before the door, 2.5 to 3.5 m, stays free of footprints, so that 1.3 and
    4.3 (footprint 4.0 to 4.6) are the nearest. The customer stands at (4.3, 0.3 + 0.8 = 1.1). The
    machine, grown by the body radius, has its near corner at (3.75, 0.85); the straight line from
    (3, 0.25) passes x = 3.75 at y = 0.25 + 0.85 · 0.75 / 1.3 = 0.74, under the corner: the walk
    bends there. Length: hypot(0.75, 0.6) + hypot(0.55, 0.25) = 0.96047 + 0.60415 m.
    """
    study = two_machines.replace(
        groups=two_machines.groups[:1],
        mix=replace(
            two_machines.mix,
            businesses=(replace(two_machines.mix.businesses[0], share=1.0),),
        ),
    )
    result = optimize(study, time_limit=4, seed=1, workers=1)
    assert result.evaluation.walking.person_metres_per_hour == pytest.approx(
        60 * 2 * (np.hypot(0.75, 0.6) + np.hypot(0.55, 0.25)), abs=1e-3
    )
    assert result.status is Status.OPTIMAL


def test_same_steps_same_layout_and_proof(three_in_a_queue):
    """A budget of steps makes a run reproducible: layout, history, bound and proof, byte for byte.

    Only measured seconds differ. The limit is far below what the proof would like to have.
    """
    runs = [
        optimize(three_in_a_queue, time_limit=0.3, steps=300, seed=5, workers=2) for _ in range(2)
    ]
    one, other = (run.walking for run in runs)
    assert one is not None
    assert other is not None
    assert runs[0].layout == runs[1].layout
    assert runs[0].budget == "steps"
    assert one.file == other.file
    assert one == other
    paths = [[(point.objective, point.bound) for point in run.history] for run in runs]
    assert paths[0] == paths[1]


def mirrored(study):
    """The study in the mirror: x becomes −x."""
    plan = study.plan

    def flip(shape):
        return shapely.affinity.scale(shape, xfact=-1, origin=(0, 0))

    return replace(
        study,
        plan=replace(
            plan,
            outline=flip(plan.outline),
            columns=tuple(flip(c) for c in plan.columns),
            doors=tuple(replace(d, line=flip(d.line)) for d in plan.doors),
        ),
    )


def turned(study):
    """The study turned by 90 degrees about the origin."""
    plan = study.plan

    def turn(shape):
        return shapely.affinity.rotate(shape, 90, origin=(0, 0))

    return replace(
        study,
        plan=replace(
            plan,
            outline=turn(plan.outline),
            columns=tuple(turn(c) for c in plan.columns),
            doors=tuple(replace(d, line=turn(d.line)) for d in plan.doors),
        ),
    )


def test_mirror_and_turn(three_in_a_queue):
    """Mirrored or turned, the room has the same optimum (its sides are whole steps of the grid)."""
    best = least_cost(three_in_a_queue)
    assert least_cost(mirrored(three_in_a_queue)) == pytest.approx(best, rel=1e-5)
    assert least_cost(turned(three_in_a_queue)) == pytest.approx(best, rel=1e-5)


def test_twice_the_customers_twice_the_metres(two_machines):
    """Walking is linear in the arrivals."""
    arrivals = replace(two_machines.mix.arrivals, per_hour={10: 120.0})
    double = two_machines.replace(mix=replace(two_machines.mix, arrivals=arrivals))
    assert least_cost(double) == pytest.approx(2 * least_cost(two_machines), rel=1e-9)


def test_a_finer_grid_that_holds_the_coarse_one_is_no_worse(three_in_a_queue):
    """Half the step keeps every candidate and adds others: the best table cost cannot rise."""
    fine = replace(three_in_a_queue, pitch=0.5)
    coarse_best = optimize(three_in_a_queue, time_limit=5, workers=1).objective
    fine_result = optimize(fine, time_limit=5, workers=1)
    assert fine_result.bound <= coarse_best * (1 + 1e-9)


def test_table_cost_never_exceeds_the_truth(three_in_a_queue):
    """Furniture only lengthens walks: on every layout the tables charge at most the truth."""
    problem = build_problem(three_in_a_queue)
    rng = np.random.default_rng(2)
    layouts = list(every_layout(problem))
    for i in rng.choice(len(layouts), size=40, replace=False):
        assert problem.table_cost(layouts[i]) <= Scorer(problem, layouts[i]).score.walking + 1e-3
