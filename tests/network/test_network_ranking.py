"""Ranking for refit: scores by hand, sensitivity, Pareto ranks against a slow reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import StudyError
from optimizer.network.figures import complete
from optimizer.network.pareto_ranks import pareto_ranks
from optimizer.network.portfolio import Branch, Portfolio
from optimizer.network.ranking import parse_weights, rank_branches


def branch(name, volume, wait, share, **more):
    """A branch with its three criteria."""
    return Branch(
        row=2,
        name=name,
        customers_per_day=volume,
        mean_wait_minutes=wait,
        replaceable_share=share,
        **more,
    )


def portfolio(*branches):
    """A list of branches."""
    return Portfolio(branches=branches, source="p.csv")


THREE = portfolio(branch("A", 100, 30, 0.5), branch("B", 300, 10, 0.5), branch("C", 200, 25, 0.9))


def test_scores_by_hand():
    """Scores are the weighted values scaled to 0…1 over the branches."""
    # volume 100…300, wait 10…30, share 0.5…0.9 scale to
    #   A 0, 1, 0   B 1, 0, 0   C 0.5, 0.75, 1;   weights 2:1:1 = 0.5, 0.25, 0.25
    #   A 0.25      B 0.5       C 0.25 + 0.1875 + 0.25 = 0.6875
    found = rank_branches(THREE, weights={"volume": 2, "wait": 1, "replaceable": 1})
    assert [row.branch.name for row in found.rows] == ["C", "B", "A"]
    assert [row.score for row in found.rows] == pytest.approx([0.6875, 0.5, 0.25])
    assert found.rows[0].parts == pytest.approx(
        {"volume": 0.25, "wait": 0.1875, "replaceable": 0.25}
    )
    assert found.weights == {"volume": 0.5, "wait": 0.25, "replaceable": 0.25}
    assert found.bounds["wait"] == (10, 30)
    assert [row.pareto_rank for row in found.rows] == [1, 1, 1]


def test_other_weights_another_order():
    """The wait alone puts the longest first; equal scores stand by name."""
    found = rank_branches(THREE, weights={"wait": 1})
    assert [row.branch.name for row in found.rows] == ["A", "C", "B"]
    same = rank_branches(portfolio(branch("b", 1, 1, 1), branch("a", 1, 1, 1)))
    assert [row.branch.name for row in same.rows] == ["a", "b"]
    assert [row.score for row in same.rows] == [0, 0]


def test_a_branch_above_all_is_first_whatever_the_weights():
    """One that leads in every criterion: share 1, ranks 1 to 1; the last one: share 0."""
    found = rank_branches(
        portfolio(branch("low", 1, 1, 0.1), branch("top", 9, 9, 0.9), branch("mid", 5, 5, 0.5)),
        first=1,
        draws=100,
    )
    top, mid, low = found.rows
    assert (top.branch.name, top.first_share, top.rank_low, top.rank_high) == ("top", 1.0, 1, 1)
    assert (low.first_share, low.rank_low, low.pareto_rank) == (0.0, 3, 3)
    assert mid.pareto_rank == 2
    assert (found.tau, found.tau_low) == (1.0, 1.0)


def test_the_sensitivity_of_two_branches_by_hand():
    """Two that lead in one criterion each, apart from equal shares, are first half the time."""
    # A is first where the weight of the volume exceeds that of the wait: probability 1/2 under
    # uniform weights; of 4000 draws the share lies within 0.5 ± 4 · sqrt(0.25/4000) = ± 0.032.
    # τ is +1 in one half and −1 in the other
    found = rank_branches(
        portfolio(branch("A", 2, 1, 0.5), branch("B", 1, 2, 0.5)), first=1, draws=4000
    )
    assert found.rows[0].first_share == pytest.approx(0.5, abs=0.032)
    assert (found.rows[0].rank_low, found.rows[0].rank_high) == (1, 2)
    assert found.tau == pytest.approx(0.0, abs=0.3)
    assert found.tau_low == -1.0


def test_the_seed_makes_the_draws():
    """The same seed draws the same weights."""
    one, other = (rank_branches(THREE, seed=5, draws=50, first=1) for _ in range(2))
    assert one == other
    assert one.rows != rank_branches(THREE, seed=6, draws=50, first=1).rows


def test_branches_done_are_left_out():
    """A branch with its new layout is not ranked again, but on demand."""
    both = portfolio(branch("A", 1, 1, 0.1, re_laid_out=True), branch("B", 2, 2, 0.2))
    assert [row.branch.name for row in rank_branches(both).rows] == ["B"]
    assert rank_branches(both).left_out == ("A",)
    assert len(rank_branches(both, everyone=True).rows) == 2
    with pytest.raises(StudyError, match="every branch is re-laid out already"):
        rank_branches(portfolio(both.branches[0]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("volum=1", "did you mean 'volume'"),
        ("volume=x", "number of 0 or more"),
        ("volume=-1", "number of 0 or more"),
        ("volume=nan", "number of 0 or more"),
        ("volume=0", "at least one must be above 0"),
        ("volume=1,volume=2", "given twice"),
    ],
)
def test_wrong_weights_are_said(text, words):
    """Each wrong weight is one sentence."""
    with pytest.raises(StudyError, match=words):
        parse_weights(text)


def test_weights_are_read():
    """Names and numbers, in any order."""
    assert parse_weights("wait=3, volume=0.5") == {"wait": 3.0, "volume": 0.5}


def reference_ranks(values):
    """Fronts by peeling, pair by pair."""
    left, rank, front = set(range(len(values))), [0] * len(values), 0
    while left:
        front += 1
        free = {
            i
            for i in left
            if not any(
                np.all(values[j] >= values[i]) and np.any(values[j] > values[i]) for j in left
            )
        }
        for i in free:
            rank[i] = front
        left -= free
    return rank


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=25))
def test_pareto_ranks_equal_peeling(rows):
    """The fast sort and peeling pair by pair give the same fronts, ties included."""
    values = np.array(rows, dtype=float)
    assert pareto_ranks(values).tolist() == reference_ranks(values)


def test_empty_figures_come_from_the_study(root):
    """An empty cell is worked out from the branch's study; a filled one stays."""
    study = root / "floorplans" / "standard_hall" / "study.toml"
    (found,) = complete(
        portfolio(Branch(row=2, name="A", study=study, mean_wait_minutes=7.0)),
        ("customers_per_day", "mean_wait_minutes", "replaceable_share", "area_m2"),
    ).branches
    # 49,356 customers in 126 days; Σ share · replaceable of the study's ten businesses:
    # .28·.85 + .12·.8 + .08·.9 + .12·.6 + .12·.9 + .05·.9 + .06·.3 = 0.649
    assert found.customers_per_day == pytest.approx(49356 / 126)
    assert found.replaceable_share == pytest.approx(0.649)
    assert found.mean_wait_minutes == 7.0
    # 24 h zone 4.36 × 4.76 = 20.7536; hall 6.8 × 9.66 + 2 × 12.16 + 6.16 × 10.56 = 155.0576
    assert found.area_m2 == pytest.approx(20.7536 + 155.0576)


def test_figures_that_nobody_knows_are_named():
    """Each missing figure is one sentence with row, branch and column."""
    with pytest.raises(StudyError) as caught:
        rank_branches(
            portfolio(Branch(row=2, name="A"), branch("B", 1, None, 0.5), branch("C", 1, 1, 1))
        )
    assert caught.value.sentences == (
        "p.csv: row 2 (A), column customers_per_day, mean_wait_minutes, replaceable_share: is "
        "empty, and the row names no study to work it out from",
        "p.csv: row 2 (B), column mean_wait_minutes: is empty, and the row names no study to "
        "work it out from",
    )
