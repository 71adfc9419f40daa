"""The bound by what is walked: never above the truth, and the truth where the search is complete.

The rooms are narrow, so that a third fixture lies in the way of walks between two others.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import shapely
from tiny_studies import machine, make_study, room

from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.equipment.model import Anchoring
from optimizer.place.blockers import Detours, find_detours
from optimizer.place.bound import layout_cost, lower_bound
from optimizer.place.bound.record import record_proof
from optimizer.place.bound.region import Region
from optimizer.place.bound.tables import build_tables
from optimizer.place.bound.walks import raise_costs
from optimizer.place.problem import build_problem
from optimizer.place.scorer import Scorer
from optimizer.place.standing import Standing
from optimizer.place.table_problem import make_table_problem
from optimizer.place.tables import make_tables
from optimizer.study import FixtureGroup

SMALL = 1e-5
#: Poses of each kind that are tried.
POSES = 14


def narrow_room(seed):
    """Three machines visited one after the other in a room of 4 m, one of them 2 m wide."""
    rng = np.random.default_rng(seed)
    width = 4.0 + 0.5 * seed % 2
    names = ("one", "wide", "two")
    types = (
        machine("one", Anchoring.FREE),
        machine("wide", Anchoring.FREE, width=2.0),
        machine("two", Anchoring.FREE),
    )
    column = shapely.box(1.2, 2.0, 1.5, 2.3) if seed % 2 else None
    shares = rng.dirichlet([2.0, 2.0, 2.0])
    orders = (names, ("two", "one"), ("wide", "two"))
    mix = BusinessMix(
        businesses=tuple(
            Business(
                name=f"b{i}", share=float(share), journey=tuple(Stop(types=(n,)) for n in order)
            )
            for i, (share, order) in enumerate(zip(shares, orders, strict=True))
        ),
        arrivals=Arrivals(per_hour={10: 60.0}),
    )
    groups = tuple(FixtureGroup(type=name, min=1, max=1) for name in names)
    plan = room(width, 4.5, columns=(column,) if column else ())
    return make_study(plan, groups, types, mix, pitch=0.75)


def chosen_of(problem, layout):
    """A layout of the table problem as one candidate for each block."""
    return np.array([pose for of_kind in layout for pose in of_kind], dtype=np.int64)


def walked_room(seed, poses_each=POSES):
    """A narrow room with few candidates, its table problem, and the true walking of all layouts."""
    problem = build_problem(narrow_room(seed))
    rng = np.random.default_rng(seed)
    few = tuple(
        poses[np.sort(rng.permutation(len(poses))[:poses_each])] for poses in problem.candidates
    )
    tables = make_tables(problem.study, problem.kinds, few, problem.shells)
    problem = replace(problem, candidates=few, tables=tables)
    table_problem = make_table_problem(problem)
    truth = Standing.of(problem, table_problem, 1000.0)
    walked = {
        layout: truth.cost(tuple((pose,) for pose in layout))
        for layout in product(*(range(len(poses)) for poses in few))
        if problem.fit(np.array(layout, dtype=np.int64))
    }
    return problem, table_problem, walked


@pytest.fixture(scope="module", params=[0, 1, 2])
def hall(request):
    """A narrow room as `walked_room` gives it."""
    return walked_room(request.param)


def test_the_truth_of_a_layout_is_that_of_the_search(hall):
    """The bound walks layouts as the search does."""
    problem, _, walked = hall
    for layout in list(walked)[:: max(1, len(walked) // 50)]:
        found = Scorer(problem, np.array(layout, dtype=np.int64)).score.walking
        assert walked[layout] == pytest.approx(found, rel=1e-9)


def test_no_region_is_charged_more_than_its_layouts_walk(hall):
    """Regions of a layout and some poses more: what is charged is at most its true walking."""
    problem, tables, walked = hall
    rng = np.random.default_rng(5)
    truth = Standing.of(problem, tables, max(walked.values()))
    raised = 0
    for layout in [list(walked)[i] for i in rng.integers(0, len(walked), 60)]:
        # each kind at its pose of the layout alone, or at some of its near poses too
        near = [
            np.flatnonzero(np.hypot(*(poses - poses[p])[:, :2].T) <= rng.choice([0.0, 0.0, 0.8]))
            for poses, p in zip(problem.candidates, layout, strict=True)
        ]
        kept = [
            np.isin(np.arange(len(c)), n) for c, n in zip(problem.candidates, near, strict=True)
        ]
        region = Region.root(tables).keep(kept)
        unary = [tables.unary[g.kind][g.poses] for g in region.groups]
        more = truth.charge(region, unary, build_tables(tables).keep(kept).pair)
        if more is None:
            continue
        by_tables = layout_cost(tables, tuple((pose,) for pose in layout))
        charged = by_tables + sum(
            float(part[np.searchsorted(group.poses, pose)])
            for part, group, pose in zip(more, region.groups, layout, strict=True)
        )
        raised += charged > by_tables * (1 + 1e-3)
        assert charged <= walked[layout] * (1 + SMALL)
    assert raised > 0


def charged_chain(problem, tables, detours, layout, rng):
    """Tables of ever smaller regions around a layout, each charged on top of the one before."""
    truth = Standing.of(problem, tables, 1000.0, detours=detours)
    here = build_tables(tables)
    for share in (0.5, 0.3, 0.3):
        kept = [
            (rng.random(len(group.poses)) < share) | (group.poses == pose)
            for group, pose in zip(here.region.groups, layout, strict=True)
        ]
        here = here.keep(kept)
        raised = raise_costs(here, truth, least=0.0)
        here = here if raised is None else raised.tables
        yield here


@pytest.mark.parametrize("with_detours", [False, True])
def test_charges_upon_charges_stay_below_the_truth(hall, with_detours):
    """Regions within regions, charged one after the other: no layout costs more than it walks."""
    problem, plain, walked = hall
    detours = Detours()
    if with_detours:
        usual = [one for one in walked if walked[one] < 3.0 * min(walked.values())]
        far = max(usual, key=lambda one: walked[one] / layout_cost(plain, tuple((p,) for p in one)))
        detours = find_detours(problem, far, walking=walked[far])
    tables = make_table_problem(problem, detours)
    rng = np.random.default_rng(8)
    dearer = of_pairs = 0
    for layout in [list(walked)[i] for i in rng.integers(0, len(walked), 25)]:
        for here in charged_chain(problem, tables, detours, layout, rng):
            groups = here.region.groups
            of_pairs += len(here.added)
            for other in product(*(range(len(group.poses)) for group in groups)):
                one = tuple(int(g.poses[p]) for g, p in zip(groups, other, strict=True))
                if one not in walked:
                    continue
                cost = sum(float(own[p]) for own, p in zip(here.unary, other, strict=True))
                cost += sum(float(t[other[g], other[h]]) for (g, h), t in here.pair.items())
                assert cost <= walked[one] * (1 + SMALL)
                dearer += cost > layout_cost(tables, tuple((p,) for p in one)) * (1 + 1e-3)
    assert dearer > 0
    assert of_pairs > 0


def test_a_complete_search_proves_the_least_true_walking(hall):
    """Brute force over all layouts: the bound is their least walking, with any start."""
    problem, tables, walked = hall
    best = min(walked.values())
    for known in (best * 1.3, best):
        truth = Standing.of(problem, tables, known)
        bound = lower_bound(tables, upper_bound=known, time_limit=60.0, walks=truth)
        assert bound.method == "exact"
        assert bound.value == pytest.approx(best, rel=SMALL)
        assert bound.value <= best * (1 + SMALL)
        if known > best:
            assert walked[tuple(chosen_of(problem, bound.layout))] == pytest.approx(best, rel=1e-9)
        # what is kept of the proof proves as much, up to its rounding
        assert record_proof(tables, bound.certificate).value <= best * (1 + SMALL)
        assert record_proof(tables, bound.certificate).value >= best * (1 - 5e-3)


def test_an_unfinished_search_stays_below(hall):
    """Whenever it is stopped, the bound is at most the least true walking."""
    problem, tables, walked = hall
    best = min(walked.values())
    truth = Standing.of(problem, tables, best * 1.5)
    for patience in (3, 30):
        asked = iter(range(10**6))
        bound = lower_bound(
            tables,
            upper_bound=best * 1.5,
            time_limit=60.0,
            should_stop=lambda asked=asked, most=patience: next(asked) > most,
            walks=truth,
        )
        assert bound.value <= best * (1 + SMALL)
