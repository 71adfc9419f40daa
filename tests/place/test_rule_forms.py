"""Each rule twice: what the solver holds of a kind of check is what its geometry says."""

from __future__ import annotations

import numpy as np
import pytest
from own_packs import with_rule
from rule_hall import tiny

from optimizer.place.problem import build_problem
from optimizer.place.rule_cuts import breaks
from optimizer.place.rule_forms import FORMS, Form
from optimizer.place.rule_model import RuleModel
from optimizer.place.rule_pairs import pair_shapes
from optimizer.place.stock import widen
from optimizer.rules.checks import CHECKS

#: For each kind of check: fields of the rule, which may hold several values in turn.
ASKED = {
    "door_strip": [{"value": 1.2}],
    "fixture_height": [{"value": 1.0, "low": 0.7, "subjects": ("atm",)},
                       {"value": 1.6, "low": 0.7, "subjects": ("atm",)}],
    "fixture_depth": [{"value": 0.6, "subjects": ("atm",)}, {"value": 0.7, "subjects": ("atm",)}],
    "fixture_width": [{"value": 1.0, "subjects": ("desk",)}, {"value": 1.3, "subjects": ("desk",)}],
    "one_metre_line": [{"value": 1.0, "subjects": ("atm", "desk")}],
    "front_distance": [{"value": 1.8, "subjects": ("desk",)}],
    "presence": [{"value": 2, "subjects": ("atm",)}, {"value": 3, "subjects": ("atm",)}],
    "waiting_seats": [{"value": 0.1, "subjects": ("seat",)}, {"value": 50, "subjects": ("seat",)}],
    "near_entrance": [{"value": 2.0, "subjects": ("atm",)}],
    "low_place": [{"value": 0.85, "pane": 1.0, "subjects": ("desk", "atm")},
                  {"value": 0.74, "pane": 1.0, "subjects": ("desk",)}],
    "low_counter": [{"value": 0.85, "pane": 1.0, "length": 0.9, "subjects": ("desk",)},
                    {"value": 0.85, "pane": 1.0, "length": 1.3, "subjects": ("desk",)}],
    "door_width": [{"value": 0.9, "subjects": ("entrance",)},
                   {"value": 1.2, "subjects": ("entrance",)}],
    "exit_count": [{"value": 3, "area": a, "reach": 15, "open_area": 0, "wide": 1.4}
                   for a in (60, 10)],
    "exit_spacing": [{"value": 2.0}, {"value": 9.0}],
    "egress_distance": [{"value": 3.0}, {"value": 30.0}],
    "zone_presence": [{"value": 1, "subjects": ("cash_area",)},
                      {"value": 1, "subjects": ("vip",)}],
    "cash_interlock": [{"value": 1, "subjects": ("cash_area",)},
                       {"value": 1, "subjects": ("vip",)}],
    "closed_zone": [{"value": 0, "subjects": ("cash_area",)}, {"value": 0, "subjects": ("vip",)}],
    "cash_openings": [{"value": 0, "subjects": ("cash_area",)}, {"value": 0, "subjects": ("vip",)}],
    "wait_mean": [{"value": 1e-6}, {"value": 99}],
    "wait_percentile": [{"value": 1e-6}, {"value": 999}],
    "utilisation": [{"value": 0.01, "subjects": ("atm",)}, {"value": 0.9, "subjects": ("atm",)}],
    "route_width": [{"value": 1.6}, {"value": 1.2, "subjects": ("seat",)}],
    "egress_route": [{"value": 0.9}],
    "egress_strip": [{"value": 0.9}],
    "egress_walk": [{"value": 7.5}],
    "passing_place": [{"value": 5.0, "width": 1.2}],
    "desk_turning": [{"value": 1.5, "knee": 0.3, "height": 1.0, "subjects": ("desk",)}],
    "clear_floor": [{"width": 0.9, "depth": 1.3, "subjects": ("atm", "desk")}],
    "wheelchair_place": [{"value": 1.5, "width": 0.8, "depth": 1.1, "subjects": ("place", "seat")}],
    "door_turning": [{"value": 1.5, "subjects": ("entrance",)}],
    "door_handle": [{"value": 1.6, "depth": 1.6, "subjects": ("entrance", "exit")}],
    "counter_facing": [{"value": 35, "subjects": ("desk", "atm")}],
    "quiet_distance": [{"value": 2.5, "subjects": ("desk", "seat")}],
    "overlooked": [{"value": 0}],
    "equal_privacy": [{"value": 0, "subjects": ("atm_low", "atm")}],
    "staff_view": [{"value": 80, "subjects": ("desk", "atm", "seat")}],
    "waiting_area": [{"value": v, "reach": 1.5, "subjects": ("seat",)} for v in (2.0, 40.0)],
    "queue_space": [{"value": 0.7, "width": 0.6, "subjects": ("atm",)}],
    "through_flow": [{"value": 5, "graze": 0.1}],
    "cash_route": [{"value": 0}],
}  # fmt: skip
#: Rules that every study has, by their check.
OWN = {"floor", "anchoring", "overlap", "use_space", "zones", "standing_points", "privacy_zones",
       "reachability", "door_strip"}  # fmt: skip
#: Kept by the way in which blocks are made.
BUILT_IN = {"rows", "brief"}


def draw(stock, rng, near=None):
    """A layout without overlaps: at random, or one in which a block or two have moved."""
    apart = pair_shapes(
        next(r for r in stock.rules if r.check == "overlap"),
        stock.kinds,
        stock.study.walking.radius,
    )
    blocks = [k for k, kind in enumerate(stock.kinds) for _ in range(kind.count)]
    moved = range(len(blocks)) if near is None else rng.choice(len(blocks), 2)
    while True:
        chosen = [None] * len(blocks) if near is None else list(near)
        for b in moved:
            k = blocks[b]
            others = [c for i, c in enumerate(chosen) if c is not None and i != b]
            for _ in range(40):
                p = int(rng.integers(len(stock.poses[k])))
                pose = stock.poses[k][p : p + 1]
                hits = [apart.conflicts(k, pose, m, stock.poses[m][q : q + 1]) for m, q in others]
                if not any(hit.any() for hit in hits):
                    chosen[b] = (k, p)
                    break
        if None not in chosen and len(set(chosen)) == len(chosen):
            return sorted(chosen)


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


def stock_for(tmp_path, check, fields):
    """The stock of the tiny study with one more rule, and that rule."""
    study = tiny()
    if check not in OWN or fields:
        study = with_rule(study, tmp_path, check, **fields)
    stock = widen(build_problem(study))
    rule = [r for r in stock.rules if r.check == check][-1]
    return stock, rule


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
