"""Walks to doors past a third fixture: right by hand, and never more than any layout walks."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest
from test_walked_bound import narrow_room, walked_room
from test_walked_proof import failed, rewritten

from optimizer.place import blocker_kernels, blockers
from optimizer.place.blockers import find_detours
from optimizer.place.bound import layout_cost, lower_bound
from optimizer.place.bound.region import Region
from optimizer.place.bound.tables import build_tables
from optimizer.place.optimize import optimize
from optimizer.place.standing import Standing
from optimizer.place.table_problem import make_table_problem
from optimizer.report.results import result_to_json
from optimizer.verify.stated import read_stated

SMALL = 1e-5
#: Poses of each kind that are tried.
POSES = 12


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        # over a corner (±1, 1) each side: 2 · √(3² + 1²) + 2 between the corners
        ((-4.0, 0.0), (4.0, 0.0), 2 * np.sqrt(10) + 2),
        # lower: over the near corners (±1, −1), 0.5 below the line
        ((-4.0, -0.5), (4.0, -0.5), 2 * np.sqrt(9.25) + 2),
        # from below to the right: over the corner (1, −1) alone, √(2² + 2²) and √(2² + 4²)
        ((-1.0, -3.0), (3.0, 3.0), np.sqrt(8) + np.sqrt(20)),
        # past it: straight, and along an edge: straight
        ((-4.0, 2.0), (4.0, 2.0), 8.0),
        ((-4.0, 1.0), (4.0, 1.0), 8.0),
        # one end inside: no detour is claimed
        ((0.5, 0.5), (4.0, 0.5), 3.5),
    ],
)
def test_the_way_past_a_rectangle_by_hand(start, end, length):
    """A square of 2 m around (0, 0), also mirrored and walked back."""
    for side in (1.0, -1.0):
        for one, other in ((start, end), (end, start)):
            a, b = (np.array(p) * [1.0, side] for p in (one, other))
            found = blocker_kernels.past_rectangle(*a, *b, 1.0, 1.0)
            assert found == pytest.approx(length, abs=1e-12)


def test_a_turned_rectangle_is_walked_round_like_one_that_is_not():
    """Door, standing point and rectangle turned together by 30° and moved: the same detour."""
    turn = np.deg2rad(30.0)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    start, end, middle = spin @ [-4.0, 0.0], spin @ [4.0, 0.0], np.array([2.0, 5.0])
    found = blocker_kernels.blocked_detours(
        start + middle, (end + middle)[None], np.array([8.1]), np.array([[*middle, 1, 1, turn]])
    )
    assert found[0, 0] == pytest.approx(2 * np.sqrt(10) + 2 - 8.1, abs=1e-12)


@pytest.fixture(scope="module", params=[0, 1, 2])
def hall(request):
    """A narrow room, detours of a layout that has some, and the true walking of every layout."""
    problem, plain, walked = walked_room(request.param, POSES)
    # the dearest have no way at all
    usual = [one for one in walked if walked[one] < 3.0 * min(walked.values())]
    far = max(usual, key=lambda one: walked[one] / layout_cost(plain, tuple((p,) for p in one)))
    detours = find_detours(problem, far, walking=walked[far])
    return problem, plain, detours, walked


def test_something_is_charged_and_no_layout_walks_less(hall):
    """Every layout that there is: its tables and detours come to at most what it walks."""
    problem, plain, detours, walked = hall
    charged = make_table_problem(problem, detours)
    dearer = 0
    for layout, true in walked.items():
        chosen = tuple((pose,) for pose in layout)
        cost, before = layout_cost(charged, chosen), layout_cost(plain, chosen)
        assert before <= cost <= true * (1 + SMALL)
        dearer += cost > before * (1 + 1e-3)
    assert dearer > 0


def test_no_region_is_charged_a_walk_twice(hall):
    """Regions with few poses of each kind: charges past those that stand do not come on top."""
    problem, _, detours, walked = hall
    tables = make_table_problem(problem, detours)
    truth = Standing.of(problem, tables, max(walked.values()), detours=detours)
    rng = np.random.default_rng(6)
    raised = 0
    for layout in [list(walked)[i] for i in rng.integers(0, len(walked), 60)]:
        kept = [
            np.isin(np.arange(len(poses)), [p, *rng.permutation(len(poses))[: rng.choice([0, 3])]])
            for poses, p in zip(problem.candidates, layout, strict=True)
        ]
        region = Region.root(tables).keep(kept)
        unary = [tables.unary[g.kind][g.poses] for g in region.groups]
        more = truth.charge(region, unary, build_tables(tables).keep(kept).pair)
        if more is None:
            continue
        for other in product(*(group.poses.tolist() for group in region.groups)):
            if other not in walked:
                continue
            cost = layout_cost(tables, tuple((pose,) for pose in other))
            beyond = sum(
                float(part[np.searchsorted(group.poses, pose)])
                for part, group, pose in zip(more, region.groups, other, strict=True)
            )
            raised += beyond > 1e-3 * cost
            assert cost + beyond <= walked[other] * (1 + SMALL)
    assert raised > 0


def test_the_bound_with_detours_is_the_least_true_walking(hall):
    """Brute force over all layouts: the complete search ends at their least walking."""
    problem, _, detours, walked = hall
    tables = make_table_problem(problem, detours)
    best = min(walked.values())
    truth = Standing.of(problem, tables, 1.3 * best, detours=detours)
    bound = lower_bound(tables, upper_bound=1.3 * best, time_limit=60.0, walks=truth)
    assert bound.method == "exact"
    assert bound.value == pytest.approx(best, rel=SMALL)


@pytest.fixture(scope="module")
def proven():
    """A narrow room whose proof charges detours whatever they come to, and its result."""
    study = narrow_room(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blockers, "WORTH", -1.0)
        result = optimize(study, steps=200, time_limit=2.0, seed=1, workers=1)
    return study, result_to_json(study, result), result.walking.file


def restated(content, change):
    """The file of a proof with its list of detours changed: kinds, share and unit of each."""

    def again(arrays):
        rows = [change(*row) for row in json.loads(arrays["detours"].tobytes())]
        arrays["detours"] = np.frombuffer(json.dumps(rows).encode(), dtype=np.uint8)

    return rewritten(content, again)


def test_detours_are_walked_anew_by_the_verifier(proven):
    """An honest proof is believed; detours eight times as long are not, nor shares above 1."""
    study, result, content = proven
    assert read_stated(content).detours
    assert failed(study, result, content) == set()
    longer = restated(content, lambda k, r, share, unit: [k, r, share, 8 * unit])
    assert "walking.certificate.tables" in failed(study, result, longer)
    dearer = restated(content, lambda k, r, share, unit: [k, r, 1.5 * share, unit])
    assert "walking.certificate.file" in failed(study, result, dearer)
