"""Each rule twice: what the solver holds of a kind of check is what its geometry says."""

from __future__ import annotations

import numpy as np
import pytest
from rule_hall import ASKED, OWN, draw, stock_for

from optimizer.place.rule_cuts import breaks
from optimizer.place.rule_forms import FORMS, Form
from optimizer.place.rule_model import RuleModel
from optimizer.rules.checks import CHECKS

#: Kept by the way in which blocks are made.
BUILT_IN = {"rows", "brief"}


def compare(stock, rule, rng, rounds):
    """Ask both about random layouts, half of them near one that keeps the rule; count answers."""
    model = RuleModel(stock)
    legal, answers = None, [0, 0]
    for turn in range(rounds):
        chosen = draw(stock, rng, legal if turn % 2 else None)
        broken = bool(breaks(rule, stock, chosen))
        if broken:
            # what is added lazily is added now; the other forms hold it already
            model.learn(chosen, [rule])
        else:
            legal = chosen
        assert model.allows(chosen, {rule.id}) is not broken, chosen
        answers[broken] += 1
    return answers


@pytest.mark.parametrize("check", sorted(ASKED))
def test_solver_and_geometry_agree(check, tmp_path):
    """On random layouts the model allows what the geometry allows; both answers occur."""
    answers = np.zeros(2, dtype=int)
    for number, fields in enumerate(ASKED[check]):
        stock, rule = stock_for(tmp_path, check, fields)
        answers += compare(stock, rule, np.random.default_rng(number), 24)
    assert answers.min() >= 3, answers


def test_every_kind_of_check_has_a_form():
    """No kind of check is without a form for the solver, and none is left out of this test."""
    assert set(FORMS) == set(CHECKS)
    assert set(ASKED) | OWN | BUILT_IN == set(CHECKS)
    assert {c for c, form in FORMS.items() if form is Form.BUILT_IN} == BUILT_IN
