"""The Pareto front of small rooms, against the front of all layouts that there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_optimum import every_layout
from tiny_studies import machine, make_study, room

from optimizer.demand.mix import StaffRound
from optimizer.demand.periods import Period
from optimizer.equipment.model import Anchoring
from optimizer.errors import OptimizerError, StudyError
from optimizer.evaluate import evaluate
from optimizer.place.pareto import AXES, pareto
from optimizer.place.pareto.archive import hypervolume, non_dominated
from optimizer.place.pareto.axes import judged_values
from optimizer.place.pareto.compute import front_variants
from optimizer.place.pareto.explore import Explorer
from optimizer.place.scorer import Scorer
from optimizer.place.search import Budget
from optimizer.study import FixtureGroup, Objective


@pytest.fixture
def trade_off(three_in_a_queue):
    """The room with a column: customers walk a chain, staff stroll from the seat to the desk."""
    staff = StaffRound(name="stroll", route=("a", "c"), per_hour=12.0)
    return three_in_a_queue.replace(
        mix=replace(three_in_a_queue.mix, rounds=(staff,)),
        objective=Objective(encounters=20.0, waiting=0.0, overlooked=50.0),
    )


def table_of(study) -> np.ndarray:
    """Values of every layout without conflict; the study has no other rules."""
    ((variant,), _) = front_variants(study)
    problem = variant.problem
    scores = [Scorer(problem, chosen).score for chosen in every_layout(problem)]
    return np.array([variant.values(score, problem) for score in scores])


def rounded(table) -> set[tuple[float, ...]]:
    return {tuple(row) for row in np.round(np.asarray(table), 6)}


def test_the_archive_is_the_front_of_all_layouts(trade_off):
    """Three machines on a coarse grid: the search meets every point of the true front."""
    everything = table_of(trade_off)
    reachable = everything[everything[:, 0] < 1e5]
    truth = everything[non_dominated(np.round(everything, 9))][:, [0, 1, 3]]
    assert 10 <= len(truth) < len(everything) / 10
    variants, _ = front_variants(trade_off)
    explorer = Explorer(
        variants, seed=1, reference=reachable.max(axis=0), axes=(0, 1, 3), exact=True
    )
    explorer.run(Budget(steps=24_000))
    found = explorer.archive.points
    limits = reachable.max(axis=0)[[0, 1, 3]] + 1.0
    # never more than the truth, and all of it
    assert hypervolume(found, limits) == pytest.approx(hypervolume(truth, limits), rel=1e-9)
    assert rounded(found[non_dominated(np.round(found, 6))]) == rounded(truth)
    # the ends of the front are the optima of the axes
    front = pareto(trade_off, steps=8_000, workers=1, seed=1)
    for column, name in enumerate(("walking", "encounters")):
        point = front.point(f"least-{name}")
        assert point.values[name] == pytest.approx(everything[:, column].min(), rel=1e-6, abs=1e-9)
    assert front.points[0] is front.point("least-walking")


def test_points_are_the_judge_s_and_none_is_dominated(trade_off):
    """Every value is what `evaluate` says of the layout; no point dominates another."""
    front = pareto(trade_off, steps=3_000, workers=1, seed=2)
    assert len(front.points) >= 3
    for point in front.points:
        again = evaluate(trade_off, point.layout)
        assert not again.broken
        assert tuple(point.values.values()) == pytest.approx(judged_values(again), rel=1e-9)
    assert len(non_dominated(front.values)) == len(front.points)
    assert list(front.values[:, 0]) == sorted(front.values[:, 0])
    assert front.constant.keys() == {a.name for a in AXES} - {a.name for a in front.axes}
    assert "waiting" in front.constant


def test_hypervolume_is_that_of_the_points(trade_off):
    """The share of the box between 0 and the reference point, from the points alone."""
    front = pareto(trade_off, steps=1_000, workers=1)
    limits = np.array([front.reference[axis.name] for axis in front.axes])
    expected = hypervolume(front.values / limits, np.ones(len(limits)))
    assert front.hypervolume == pytest.approx(expected)
    assert 0 < front.hypervolume < 1


def test_more_steps_find_no_less(trade_off):
    """A longer run does all that a shorter one did: the hypervolume does not fall."""
    volumes = [
        pareto(trade_off, steps=steps, workers=1, seed=3, points=400).hypervolume
        for steps in (30, 500, 4_000)
    ]
    assert volumes == sorted(volumes)
    assert volumes[-1] > volumes[0]


def test_same_steps_same_front(trade_off):
    """Steps, seed and workers make a front reproducible, with two processes too."""
    one, other = (pareto(trade_off, steps=800, workers=2, seed=5) for _ in range(2))
    assert one.points
    assert [p.layout for p in one.points] == [p.layout for p in other.points]
    assert [p.name for p in one.points] == [p.name for p in other.points]


def test_points_are_picked_by_name_and_by_role(trade_off):
    """Names are unique; a point answers to all its roles; as a result it claims no bound."""
    front = pareto(trade_off, steps=2_000, workers=1)
    names = [point.name for point in front.points]
    assert len(set(names)) == len(names)
    for point in front.points:
        assert all(front.point(role) is point for role in (point.name, *point.roles))
    result = front.result("objective")
    assert result.bound is None
    assert result.objective == min(p.evaluation.objective.value for p in front.points)
    with pytest.raises(OptimizerError, match="no point is called 'best'"):
        front.point("best")


def test_two_axes_only(trade_off):
    """The front of two axes has no point that another beats on both, whatever the other axes."""
    front = pareto(trade_off, steps=2_000, workers=1, axes=("walking", "encounters"))
    assert {axis.name for axis in front.axes} == {"walking", "encounters"}
    values = front.values
    assert (np.diff(values[:, 0]) > 0).all()
    assert (np.diff(values[:, 1]) < 0).all()


@pytest.mark.parametrize(
    ("axes", "said"),
    [(("speed", "walking"), "axis 'speed' is unknown"), (("walking",), "two axes")],
)
def test_axes_that_make_no_front(trade_off, axes, said):
    """Unknown axes and a single one are told in one line."""
    with pytest.raises(StudyError, match=said):
        pareto(trade_off, steps=10, axes=axes)


def test_counts_trade_waiting_against_walking():
    """One machine or two: two halve the queue, and stand farther from the door than the best one.

    Customers split evenly over two machines, and only one of them can stand at the nearest pose.
    """
    study = make_study(
        room(),
        (FixtureGroup(type="a", min=1, max=2),),
        (replace(machine("a", Anchoring.WALL), servers=1),),
        objective=Objective(encounters=0.0, waiting=1.0, overlooked=0.0),
    )
    business = replace(study.mix.businesses[0], service_minutes={"a": 0.5})
    study = study.replace(mix=replace(study.mix, businesses=(business,)))
    front = pareto(study, steps=3_000, workers=1)
    assert {len(point.layout.placements) for point in front.points} == {1, 2}
    shortest, nearest = front.point("least-waiting"), front.point("least-walking")
    assert len(shortest.layout.placements) == 2
    assert len(nearest.layout.placements) == 1
    assert shortest.values["waiting"] < nearest.values["waiting"]
    assert shortest.values["walking"] > nearest.values["walking"]


def test_nothing_fits():
    """A machine wider than the room: no points, and the reason."""
    study = make_study(room(), (FixtureGroup(type="a", min=1, max=1),), (machine("a", width=9.0),))
    front = pareto(study, steps=10, workers=1)
    assert front.points == ()
    assert front.conflict
    assert front.knee is None
    with pytest.raises(OptimizerError):
        front.raise_for_status()


def test_a_weight_of_nothing_still_is_an_axis(three_in_a_queue):
    """The study's objective counts walking alone; its front trades it against encounters."""
    front = pareto(three_in_a_queue, steps=3_000, workers=1)
    assert three_in_a_queue.objective.encounters == 0.0
    assert (
        front.point("least-encounters").values["encounters"] < front.points[0].values["encounters"]
    )


def test_waits_of_a_front_are_those_of_the_periods():
    """Quiet mornings and a crowded noon, weights 1 to 1: the axis is the mix, and the judge's.

    One machine, half a minute each: M/G/1 with Cs = 0.9 at 30 and 90 customers an hour. What the
    search takes as a constant is what the evaluation of its layouts says.
    """
    study = make_study(
        room(),
        (FixtureGroup(type="a", min=1, max=1),),
        (replace(machine("a", Anchoring.WALL), servers=1),),
        objective=Objective(encounters=0.0, waiting=1.0, overlooked=0.0),
    )
    business = replace(study.mix.businesses[0], service_minutes={"a": 0.5})
    study = study.replace(
        mix=replace(study.mix, businesses=(business,)),
        periods=(
            Period(name="morning", hours=(9,), weight=1.0, arrivals=30.0),
            Period(name="noon", hours=(12,), weight=1.0, arrivals=90.0),
        ),
    )
    (variant,), _ = front_variants(study)
    # ρ = 0.25 and 0.75; wait = ρ/(1 − ρ) · 0.5 · (1 + 0.81)/2, the second one charged by the hour
    waits = [rho / (1 - rho) * 0.5 * (1 + 0.81) / 2 for rho in (0.25, 0.75)]
    assert variant.arrivals == pytest.approx(60.0)
    assert variant.waiting == pytest.approx((30 * waits[0] + 90 * waits[1]) / 120, rel=1e-3)
    evaluation = evaluate(study, variant.problem.layout([0]))
    assert judged_values(evaluation)[-1] == pytest.approx(variant.waiting)
    worst = study.replace(objective=replace(study.objective, periods="worst"))
    (heavy,), _ = front_variants(worst)
    assert heavy.waiting == pytest.approx(waits[1], rel=1e-3)
    assert judged_values(evaluate(worst, heavy.problem.layout([0])))[-1] == pytest.approx(
        heavy.waiting
    )
