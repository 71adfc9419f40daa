"""What callers rely on: refusals, stopping, silence, and certificates that cannot be forged."""

import dataclasses
import itertools
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse

from optimizer.place.bound import TableProblem, layout_cost, lower_bound, verify_bound
from optimizer.place.bound.engine import compute_bound
from optimizer.place.bound.problem import conflict_matrix, pose_offsets


def busy_problem(seed=0, poses=40):
    """Three hubs and three machines in a 10 x 10 m room that no small search closes at once."""
    rng = np.random.default_rng(seed)
    counts = (1, 1, 1, 3)
    xy = tuple(rng.random((poses, 2)) * 10 for _ in counts)
    columns = [np.floor(places).astype(int) @ [10, 1] for places in xy]
    foot = tuple(
        scipy.sparse.csr_matrix((np.ones(poses), (np.arange(poses), where)), shape=(poses, 100))
        for where in columns
    )
    rates = {(0, 1): 5.0, (1, 2): 4.0, (0, 2): 3.0, (1, 3): 2.0, (2, 3): 2.5}
    pairs = {
        (k, l): rate * np.linalg.norm(xy[k][:, None] - xy[l][None], axis=2)
        for (k, l), rate in rates.items()  # noqa: E741
    }
    unary = tuple(np.linalg.norm(places - rng.random(2) * 10, axis=1) * 6 for places in xy)
    return TableProblem(counts=counts, unary=unary, pairs=pairs, foot=foot, xy=xy)


@pytest.fixture(scope="module")
def solved():
    """The busy problem and its finished bound."""
    problem = busy_problem()
    return problem, lower_bound(problem, time_limit=60.0)


def test_finished_bound_meets_a_layout(solved):
    """The bound of the busy room equals the cost of the layout that it returns."""
    problem, bound = solved
    assert bound.method == "exact"
    assert layout_cost(problem, bound.layout) == pytest.approx(bound.value, rel=1e-6)
    assert bound.message_passing_value <= bound.root_value <= bound.value + 1e-9
    assert bound.poses_kept == tuple(int(mask.sum()) for mask in bound.open_poses)


def test_bounds_rise_while_reported():
    """The last report is the value; no report exceeds it."""
    told = []
    problem = busy_problem(seed=1)
    bound = lower_bound(
        problem,
        time_limit=60.0,
        on_progress=lambda value, method, seconds: told.append((value, method, seconds)),
    )
    assert max(value for value, _, _ in told) <= bound.value + 1e-9
    assert told[-1][:2] == (bound.value, bound.method)
    assert all(early[2] <= late[2] for early, late in itertools.pairwise(told))


@pytest.mark.parametrize("limit", [0.0, 0.05, 0.3])
def test_short_limits_give_valid_bounds(solved, limit):
    """However early the end, the bound is below the optimum and its certificate holds."""
    problem, best = solved
    bound = lower_bound(problem, time_limit=limit)
    assert 0.0 < bound.value <= best.value + 1e-9
    assert verify_bound(problem, bound.certificate) == pytest.approx(bound.value, rel=1e-6)


def test_wish_to_stop_ends_the_work(solved):
    """A caller that wishes to stop gets a valid bound of the first passes."""
    problem, best = solved
    bound = lower_bound(problem, time_limit=60.0, should_stop=lambda: True)
    assert bound.nodes == 1
    assert bound.cuts == 0
    assert bound.method == "message passing"
    assert bound.value < best.value


def test_target_gap_is_enough(solved):
    """With a wide target gap the work ends at the root, inside the gap."""
    problem, best = solved
    bound = lower_bound(problem, upper_bound=best.value, time_limit=60.0, target_gap=0.5)
    assert bound.nodes == 1
    assert 0.5 * best.value <= bound.value <= best.value


def test_same_problem_gives_the_same_bound(solved):
    """Two finished runs agree in value, regions and cuts."""
    problem, first = solved
    second = lower_bound(problem, time_limit=60.0)
    assert (second.value, second.nodes, second.cuts) == (first.value, first.nodes, first.cuts)


def test_nothing_is_written_to_stdout(capfd):
    """The solver's banner and log stay out of stdout, which belongs to `--json`."""
    lower_bound(busy_problem(seed=2, poses=12), time_limit=10.0)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""


def test_checker_loads_no_solver_and_no_compiler():
    """Importing the checker brings neither highspy nor numba."""
    code = (
        "import sys; from optimizer.place.bound import verify_bound;"
        "print(sorted({'numba', 'highspy', 'ortools'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def first_stage(certificate):
    """First stage of the root, and a certificate with it replaced."""
    stages = certificate.root.stages

    def replaced(stage):
        root = dataclasses.replace(certificate.root, stages=(stage, *stages[1:]))
        return dataclasses.replace(certificate, root=root)

    return stages[0], replaced


def test_closing_a_good_pose_is_caught(solved):
    """A stage that closes a pose of the optimum is refused."""
    problem, bound = solved
    certificate = bound.certificate
    alone = dataclasses.replace(
        certificate,
        root=dataclasses.replace(certificate.root, side=None, children=(), enumerated=False),
    )
    stage, replaced = first_stage(alone)
    kept = [mask.copy() for mask in stage.kept]
    kept[0][bound.layout[0][0]] = False
    alone = replaced(dataclasses.replace(stage, kept=tuple(kept)))
    with pytest.raises(ValueError, match="closes a pose of class 0"):
        verify_bound(problem, alone)


def test_negative_price_is_caught(solved):
    """A clique row with a negative multiplier would reward overlaps: refused."""
    problem, bound = solved
    stage, replaced = first_stage(bound.certificate)
    dual = dataclasses.replace(stage.dual, rows=((0, 1),), multipliers=np.array([-1.0]))
    with pytest.raises(ValueError, match="negative multiplier"):
        verify_bound(problem, replaced(dataclasses.replace(stage, dual=dual)))


def test_false_clique_is_caught(solved):
    """A row over poses that can stand together would forbid good layouts: refused."""
    problem, bound = solved
    stage, replaced = first_stage(bound.certificate)
    offsets = pose_offsets(problem)
    free = next(
        (int(offsets[0] + p), int(offsets[1] + q))
        for p in range(problem.poses[0])
        for q in range(problem.poses[1])
        if not conflict_matrix(problem, 0, 1, rows=np.array([p]), columns=np.array([q])).any()
    )
    dual = dataclasses.replace(stage.dual, rows=(free,), multipliers=np.array([1.0]))
    with pytest.raises(ValueError, match="can stand together"):
        verify_bound(problem, replaced(dataclasses.replace(stage, dual=dual)))


def test_raised_potentials_prove_nothing_more(solved):
    """Potentials raised beyond the costs lose as much in the slack as they win in the sums."""
    problem, bound = solved
    stage, _ = first_stage(bound.certificate)
    root = dataclasses.replace(
        bound.certificate.root, stages=(), side=None, children=(), enumerated=False
    )
    everything = tuple(np.ones(size, dtype=bool) for size in problem.poses)

    def value(lift):
        potentials = {
            pair: (row + lift, column) for pair, (row, column) in stage.dual.potentials.items()
        }
        dual = dataclasses.replace(stage.dual, potentials=potentials)
        open_stage = dataclasses.replace(stage, dual=dual, kept=everything)
        return verify_bound(
            problem,
            dataclasses.replace(
                bound.certificate, root=dataclasses.replace(root, stages=(open_stage,))
            ),
        )

    assert value(100.0) == pytest.approx(value(0.0))


def test_split_with_a_missing_part_is_caught():
    """A proof that leaves out one part of a split is refused."""
    problem = busy_problem(seed=3)
    bound = compute_bound(
        problem,
        upper_bound=None,
        time_limit=60.0,
        target_gap=0.0,
        on_progress=None,
        should_stop=None,
        leaf_layouts=0,
        search_runs=0,
    )
    assert verify_bound(problem, bound.certificate) == pytest.approx(bound.value, rel=1e-6)
    root = bound.certificate.root
    assert root.side is not None
    short = dataclasses.replace(
        bound.certificate, root=dataclasses.replace(root, children=root.children[1:])
    )
    with pytest.raises(ValueError, match="splits into"):
        verify_bound(problem, short)


def test_all_defects_of_a_problem_are_named():
    """One message lists every defect with its class, value and what is expected."""
    with pytest.raises(ValueError, match="count 0, expected at least 1") as caught:
        TableProblem(
            counts=(0, 1),
            unary=(np.zeros(2), np.array([np.nan])),
            pairs={(0, 1): np.zeros((2, 2)), (1, 1): np.array([[-1.0]])},
        )
    message = str(caught.value)
    assert "unary of class 1" in message
    assert "pairs (0, 1) has shape (2, 2), expected (2, 1)" in message
    assert "pairs (1, 1) has a negative or undefined cost" in message


def test_room_without_a_layout_has_an_infinite_bound():
    """Two fixtures and one cell: no layout, bound +inf, and the checker agrees."""
    one = scipy.sparse.csr_matrix(np.ones((1, 1)))
    problem = TableProblem(
        counts=(1, 1), unary=(np.zeros(1), np.zeros(1)), pairs={}, foot=(one, one)
    )
    bound = lower_bound(problem, time_limit=10.0)
    assert bound.value == np.inf
    assert bound.layout is None
    assert verify_bound(problem, bound.certificate) == np.inf
