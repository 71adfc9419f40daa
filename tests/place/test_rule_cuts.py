"""Cuts are valid: every layout that holds what a cut names, and no way out of it, is broken."""

from __future__ import annotations

import numpy as np
import pytest
from rule_hall import ASKED, draw, stock_for

from optimizer.place.rule_cuts import breaks, cuts_of

#: Kinds of check whose cuts name less than the whole layout.
PARTIAL = ["cash_route", "egress_walk", "equal_privacy", "passing_place", "reachability",
           "through_flow"]  # fmt: skip


def is_cut(clause, chosen):
    """Whether a clause forbids a layout."""
    standing, kinds = set(chosen), {k for k, _ in chosen}
    return (
        standing.issuperset(clause.standing)
        and kinds.issuperset(clause.present)
        and not standing.intersection(clause.unless)
        and not kinds.intersection(clause.unless_present)
    )


@pytest.mark.parametrize("check", PARTIAL)
def test_what_a_cut_forbids_is_broken(check, tmp_path):
    """What a cut names is completed at random to other layouts; the geometry turns them down."""
    stock, rule = stock_for(tmp_path, check, ASKED.get(check, [{}])[0])
    rng = np.random.default_rng(4)
    sizes, completed = [], 0
    while len(sizes) < 12:
        chosen = draw(stock, rng)
        if not breaks(rule, stock, chosen):
            continue
        clauses = tuple(cuts_of(rule, stock, chosen))
        assert any(is_cut(clause, chosen) for clause in clauses)
        clause = min(clauses, key=lambda one: len(one.standing) or 9)
        sizes.append(len(clause.standing))
        for _ in range(3):
            other = draw(stock, rng, kept=clause.standing)
            if is_cut(clause, other):
                completed += other != chosen
                assert breaks(rule, stock, other), (clause.standing, other)
    assert completed >= 6
    assert np.mean(sizes) <= 5
