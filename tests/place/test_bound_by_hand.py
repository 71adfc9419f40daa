"""Bounds of problems small enough to solve by eye, one per part of the method."""

import math

import numpy as np
import pytest
import scipy.sparse

from optimizer.place.bound import TableProblem, lower_bound, verify_bound
from optimizer.place.bound.cliques import find_exclusions
from optimizer.place.bound.clock import Clock
from optimizer.place.bound.duals import tighten_potentials, value_dual
from optimizer.place.bound.message_passing import pass_messages
from optimizer.place.bound.proof import Dual
from optimizer.place.bound.region import Region
from optimizer.place.bound.rounds import Rounds
from optimizer.place.bound.tables import build_tables
from optimizer.place.bound.transport_cuts import separate_cut


def clock(limit=30.0):
    """A clock that starts now."""
    return Clock.started(limit)


def cells(*rows, width):
    """Sparse pose x cell matrix from the covered cells of each pose."""
    dense = np.zeros((len(rows), width))
    for pose, covered in enumerate(rows):
        dense[pose, list(covered)] = 1.0
    return scipy.sparse.csr_matrix(dense)


def root_bound(problem):
    """Bound of the root's programs, without branching or upper bound."""
    rounds = Rounds(
        build_tables(problem),
        exclusions=find_exclusions(problem, Region.root(problem)),
        upper_bound=math.inf,
        clock=clock(),
        least_gain=1e-9,
    )
    rounds.pass_messages()
    return rounds.solve_programs().bound


LINE = np.arange(5.0)  # five places 1 m apart
DISTANCE = np.abs(LINE[:, None] - LINE[None, :])


def test_message_passing_is_exact_on_a_chain():
    """Door - ticket - waiting - counter on a line of five places: a tree has no duality gap."""
    # ticket walks to the door at 0 at rate 1, ticket-waiting at rate 2, waiting-counter at rate 3,
    # the counter stands at 4 only: the strongest pull is the counter's, so waiting stands at 4, the
    # ticket there too (2 > 1), and the cost is 4 (ticket to door)
    problem = TableProblem(
        counts=(1, 1, 1),
        unary=(LINE, np.zeros(5), np.zeros(1)),
        pairs={(0, 1): 2 * DISTANCE, (1, 2): 3 * DISTANCE[:, 4:]},
    )
    _, valuation = pass_messages(build_tables(problem), clock=clock())
    assert valuation.bound == pytest.approx(4.0, abs=1e-6)


def test_pairs_of_like_fixtures_are_each_charged_once():
    """Three machines and two desks, each with one pose: every pair of fixtures counts."""
    # 3 machines x 2 desks = 6 pairs at 1.5; 3 pairs of machines at 4; 1 pair of desks at 7;
    # unary 3 x 10 + 2 x 100: 9 + 12 + 7 + 230 = 258
    problem = TableProblem(
        counts=(3, 2),
        unary=(np.array([10.0]), np.array([100.0])),
        pairs={
            (0, 1): np.array([[1.5]]),
            (0, 0): np.array([[4.0]]),
            (1, 1): np.array([[7.0]]),
        },
    )
    _, valuation = pass_messages(build_tables(problem), clock=clock())
    assert valuation.bound == pytest.approx(258.0, abs=1e-5)
    assert lower_bound(problem, time_limit=10.0).value == pytest.approx(258.0, abs=1e-4)


def test_cut_of_a_half_half_position_is_the_transport_cost():
    """Half at 0, half at 4 against all at 2: each half travels 2 m."""
    problem = TableProblem(
        counts=(1, 1), unary=(np.zeros(5), np.zeros(5)), pairs={(0, 1): DISTANCE}
    )
    tables = build_tables(problem)
    split, middle = np.array([0.5, 0, 0, 0, 0.5]), np.array([0, 0, 1.0, 0, 0])
    cut = separate_cut(tables, (0, 1), [split, middle])
    assert cut.value(tables, [split, middle]) == pytest.approx(2.0)
    assert (cut.row[:, None] + cut.column[None, :] <= DISTANCE + 1e-12).all()


def test_same_class_cut_is_halved_and_counts_distinct_pairs():
    """Two like fixtures, half each at 0 and 4, never at one pose: the pair costs 4."""
    # y = z z' - diag z puts 1 on (0, 4) and 1 on (4, 0); an unordered pair is half of both: 4
    table = DISTANCE.copy()
    np.fill_diagonal(table, np.inf)
    problem = TableProblem(counts=(2,), unary=(np.zeros(5),), pairs={(0, 0): table})
    tables = build_tables(problem)
    positions = [np.array([1.0, 0, 0, 0, 1.0])]
    cut = separate_cut(tables, (0, 0), positions)
    assert cut.value(tables, positions) == pytest.approx(4.0)


def test_two_fixtures_cannot_hold_one_cell():
    """Both want pose 0, which holds cell 0: the clique row makes one of them go elsewhere."""
    # costs 0 and 3 at poses 0 and 1 for the one, 0 and 5 for the other: the cheaper move costs 3;
    # without the row both stand at pose 0 for nothing
    foot = cells([0], [1], width=3)
    other = cells([0], [2], width=3)
    unary = (np.array([0.0, 3.0]), np.array([0.0, 5.0]))
    free = TableProblem(counts=(1, 1), unary=unary, pairs={})
    held = TableProblem(counts=(1, 1), unary=unary, pairs={}, foot=(foot, other))
    assert root_bound(free) == pytest.approx(0.0, abs=1e-6)
    assert root_bound(held) == pytest.approx(3.0, abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "expected"), [("use", 0.0), ("private", 2.0)], ids=["shared", "private"]
)
def test_clearances_may_overlap_unless_they_are_private(kind, expected):
    """Two like fixtures whose zones meet in cell 2: allowed when shared, not when private."""
    # each may stand at poses 0 and 1 (cost 0, zones meet in cell 2) or at 2 (cost 2, zone alone)
    foot = cells([0], [1], [3], width=6)
    zone = cells([2], [2], [4], width=6)
    problem = TableProblem(
        counts=(2,), unary=(np.array([0.0, 0.0, 2.0]),), pairs={}, foot=(foot,), **{kind: (zone,)}
    )
    assert lower_bound(problem, time_limit=10.0).value == pytest.approx(expected, abs=1e-5)


def test_shared_clearance_keeps_foreign_footprints_out():
    """A desk on the clearance of two machines: it must leave, whatever their number."""
    # the machines hold cells 0 and 1 and both use cell 2; the desk at cell 2 is free, at 3 costs 6
    problem = TableProblem(
        counts=(2, 1),
        unary=(np.zeros(2), np.array([0.0, 6.0])),
        pairs={},
        foot=(cells([0], [1], width=4), cells([2], [3], width=4)),
        use=(cells([2], [2], width=4), cells([], [], width=4)),
    )
    # the row of the shared cell is ½ z(machine at 0) + ½ z(machine at 1) + z(desk) <= 1
    assert root_bound(problem) == pytest.approx(6.0, abs=1e-6)


def test_holders_of_one_cell_share_as_one():
    """Three machines in one niche: the one that stands there keeps its clearance by itself."""
    # class 0 has two machines: poses 0 and 1 overlap in cell 1 and both need cell 2, so one machine
    # at most stands at either; the other stands at pose 2 (cell 4). The desk holds cell 2 for free
    # or stands at cell 5 for 6. A machine away from the niche costs 9 more, so the desk leaves: 6.
    # Sharing cell 2 by halves (½ z0 + ½ z1 + desk <= 1) would let half a desk stay: 3.
    problem = TableProblem(
        counts=(2, 1),
        unary=(np.array([0.0, 0.0, 0.0, 9.0]), np.array([0.0, 6.0])),
        pairs={},
        foot=(cells([0, 1], [1, 3], [4], [6], width=7), cells([2], [5], width=7)),
        use=(cells([2], [2], [], [], width=7), cells([], [], width=7)),
    )
    assert root_bound(problem) == pytest.approx(6.0, abs=1e-6)


def test_pairs_that_only_conflict_are_respected():
    """Two fixtures without flow, barred from facing each other by a conflict matrix."""
    # the diagonal of zero costs is barred; of the other pairs the cheapest is 1 + 0
    problem = TableProblem(
        counts=(1, 1),
        unary=(np.array([0.0, 1.0]), np.array([0.0, 2.0])),
        pairs={},
        conflicts={(0, 1): np.eye(2, dtype=bool)},
    )
    bound = lower_bound(problem, time_limit=10.0)
    assert bound.value == pytest.approx(1.0, abs=1e-6)
    assert bound.layout == ((1,), (0,))


def test_any_potentials_give_a_valid_value():
    """Random potentials and prices never prove more than the optimum (weak duality)."""
    foot = cells([0], [1], [2], [3], [4], width=5)
    problem = TableProblem(
        counts=(2, 1),
        unary=(LINE, np.zeros(5)),
        pairs={(0, 1): DISTANCE},
        foot=(foot, foot),
    )
    # machines at 0 and 1, desk at 2 costs 0 + 1 + 2 + 1 = 4; machines at 0 and 2, desk at 1 costs
    # 2 + 2 = 4; nothing is cheaper, as the desk is 1 m from one machine and at least 1 m from
    # the other, and the machines are at least 1 m from the door together: 3 needs machines at
    # 0 and 1 with the desk 1 m from both
    optimum = lower_bound(problem, time_limit=10.0)
    assert optimum.value == pytest.approx(4.0, abs=1e-5)
    tables = build_tables(problem)
    rng = np.random.default_rng(5)
    for _ in range(50):
        potentials = {(0, 1): (rng.normal(size=5), rng.normal(size=5))}
        # pose p of the machines and pose p of the desk hold the same cell: numbers p and 5 + p
        rows = tuple((int(cell), 5 + int(cell)) for cell in rng.permutation(5)[:3])
        for chosen in (potentials, tighten_potentials(tables, potentials)):
            dual = Dual(potentials=chosen, rows=rows, multipliers=rng.random(3) * 2)
            assert value_dual(tables, dual).bound <= 4.0


def test_doubled_costs_double_the_bound():
    """The bound is homogeneous: twice the customers, twice the person-metres."""
    once = TableProblem(
        counts=(2, 1), unary=(LINE, 4 - LINE), pairs={(0, 1): DISTANCE, (0, 0): 5 - DISTANCE}
    )
    twice = TableProblem(
        counts=(2, 1),
        unary=tuple(2 * cost for cost in once.unary),
        pairs={key: 2 * table for key, table in once.pairs.items()},
    )
    assert lower_bound(twice, time_limit=10.0).value == pytest.approx(
        2 * lower_bound(once, time_limit=10.0).value, rel=1e-6
    )


def test_value_never_exceeds_the_upper_bound():
    """An upper bound below the optimum is returned itself: nothing is cheaper than it."""
    problem = TableProblem(counts=(1, 1), unary=(LINE + 10, LINE), pairs={(0, 1): DISTANCE})
    bound = lower_bound(problem, upper_bound=7.0, time_limit=10.0)
    assert bound.value == 7.0
    assert bound.method == "exact"
    assert verify_bound(problem, bound.certificate) == 7.0
