"""Tightening a rule never improves the optimum, for every kind of check that has a number."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from rule_hall import tiny

from optimizer.evaluate import evaluate
from optimizer.place.problem import build_problem
from optimizer.place.rule_pairs import pair_shapes
from optimizer.place.stock import widen
from optimizer.rules.checks import CHECKS
from optimizer.rules.model import Rule

#: Poses of each kind of block that are tried.
POSES = 4
#: For each kind of check: a number of its rule from loose to tight, and the rest of the rule.
CHAINS = {
    "door_strip": ("value", (0.0, 1.2, 9.0), {}),
    "fixture_height": ("value", (1.6, 1.4), {"low": 0.7, "subjects": ("atm",)}),
    "fixture_depth": ("value", (0.5, 0.7), {"subjects": ("atm",)}),
    "fixture_width": ("value", (1.3, 1.0), {"subjects": ("desk",)}),
    "one_metre_line": ("value", (0.1, 0.8, 9.0), {"subjects": ("atm", "desk")}),
    "front_distance": ("value", (0.1, 1.0, 9.0), {"subjects": ("desk",)}),
    "presence": ("value", (1, 2, 3), {"subjects": ("atm",)}),
    "waiting_seats": ("value", (0.1, 50.0), {"subjects": ("seat",)}),
    "near_entrance": ("value", (9.0, 3.0, 1.0), {"subjects": ("atm",)}),
    "low_place": ("value", (0.85, 0.7), {"pane": 1.0, "subjects": ("desk",)}),
    "low_counter": ("value", (0.85, 0.7), {"pane": 1.0, "length": 0.9, "subjects": ("desk",)}),
    "door_width": ("value", (0.9, 1.2), {"subjects": ("entrance",)}),
    "exit_count": ("value", (2, 3), {"area": 10, "reach": 15, "open_area": 0, "wide": 1.4}),
    "exit_spacing": ("value", (2.0, 9.0), {}),
    "egress_distance": ("value", (30.0, 3.0), {}),
    "zone_presence": ("value", (1, 2), {"subjects": ("cash_area",)}),
    "wait_mean": ("value", (99.0, 1e-6), {}),
    "wait_percentile": ("value", (999.0, 1e-6), {}),
    "utilisation": ("value", (0.9, 0.01), {"subjects": ("atm",)}),
    "route_width": ("value", (0.4, 1.2, 9.0), {}),
    "egress_route": ("value", (0.4, 1.2, 9.0), {}),
    "egress_strip": ("value", (0.4, 0.9, 2.4), {}),
    "egress_walk": ("value", (30.0, 7.5, 3.0), {}),
    "half_turn": (
        "value", (0.3, 1.22, 2.5),
        {"element": 1.22, "beside": 0.1, "wide": 9.0, "angle": 60, "away": 0.3},
    ),
    "passing_place": ("value", (30.0, 5.0, 1.0), {"width": 1.6}),
    "desk_turning": ("value", (0.5, 1.5, 9.0), {"knee": 0.3, "height": 1.0, "subjects": ("desk",)}),
    "clear_floor": ("width", (0.5, 0.9, 3.0), {"depth": 1.3, "subjects": ("atm", "desk")}),
    "wheelchair_place": (
        "value", (9.0, 1.5, 0.0), {"width": 0.8, "depth": 1.1, "subjects": ("place", "seat")},
    ),
    "door_turning": ("value", (0.5, 1.5, 4.0), {"subjects": ("entrance",)}),
    "door_handle": ("value", (0.1, 1.6, 3.0), {"depth": 1.6, "subjects": ("entrance", "exit")}),
    "counter_facing": ("value", (0.0, 35.0, 180.0), {"subjects": ("desk", "atm")}),
    "quiet_distance": ("value", (0.1, 1.5, 9.0), {"subjects": ("desk", "seat")}),
    "staff_view": ("value", (0.0, 50.0, 100.0), {"subjects": ("desk", "atm", "seat")}),
    "waiting_area": ("value", (0.1, 40.0), {"reach": 1.5, "subjects": ("seat",)}),
    "queue_space": ("value", (0.1, 0.7, 3.0), {"width": 0.6, "subjects": ("atm",)}),
    "through_flow": ("value", (1000.0, 5.0, 0.0), {"graze": 0.1}),
    "cash_route": ("value", (50.0, 3.0, 0.0), {}),
}  # fmt: skip
#: Kinds of check whose rules have no number that a layout is held against: yes or no.
YES_OR_NO = {
    "floor", "overlap", "use_space", "zones", "standing_points", "privacy_zones", "reachability",
    "cash_interlock", "closed_zone", "cash_openings", "overlooked", "equal_privacy",
}  # fmt: skip
#: Checks whose number is how exactly a pose is met.
EXACT = {"anchoring", "rows", "brief"}


@pytest.fixture(scope="module")
def layouts():
    """Every layout of a few poses without overlaps: objective and scene, best first."""
    stock = widen(build_problem(tiny()))
    rng = np.random.default_rng(3)
    few = [rng.choice(len(poses), POSES, replace=False) for poses in stock.poses]
    rule = next(r for r in stock.rules if r.check == "overlap")
    apart = pair_shapes(rule, stock.kinds, stock.study.walking.radius)

    def meet(one, other):
        (k, p), (m, q) = one, other
        poses = stock.poses
        return apart.conflicts(k, poses[k][p : p + 1], m, poses[m][q : q + 1]).any()

    each = [
        combinations([(k, int(p)) for p in few[k]], kind.count)
        for k, kind in enumerate(stock.kinds)
    ]
    clash = {}
    every = []
    for parts in product(*each):
        chosen = tuple(block for part in parts for block in part)
        pairs = list(combinations(chosen, 2))
        if not any(clash.setdefault(pair, meet(*pair)) for pair in pairs):
            every.append(chosen)
    every = every[:: max(1, len(every) // 70)]
    found = [
        (evaluate(stock.study, stock.layout(c)).objective.value, stock.scene(c, walked=True))
        for c in every
    ]
    return sorted(found, key=lambda pair: pair[0])


def rule_of(check, number, amount, rest):
    """A rule of a kind of check, with one of its numbers."""
    limits = {k: float(v) for k, v in rest.items() if k != "subjects"}
    rule = Rule(id="X", check=check, sentence="", limits=limits, subjects=rest.get("subjects", ()))
    if number == "value":
        return replace(rule, value=float(amount))
    return replace(rule, limits={**limits, number: float(amount)})


def kept(rule, scene):
    """Whether a layout keeps a rule, by its geometry."""
    return not any(f.passed is False for f in CHECKS[rule.check](rule, scene))


@pytest.mark.parametrize("check", sorted(CHAINS))
def test_tightening_never_improves_the_optimum(check, layouts):
    """With each step the best layout that keeps the rule costs as much or more, or is gone."""
    number, amounts, rest = CHAINS[check]
    optima = []
    for amount in amounts:
        rule = rule_of(check, number, amount, rest)
        optima.append(next((value for value, scene in layouts if kept(rule, scene)), np.inf))
    assert optima == sorted(optima)
    # what the loosest allows the tightest does not: the chain says something
    assert np.isfinite(optima[0])
    assert optima[-1] > optima[0]


def test_every_kind_of_check_with_a_number_is_tightened():
    """No kind of check is left out."""
    assert set(CHAINS) | YES_OR_NO | EXACT == set(CHECKS)
    assert not set(CHAINS) & (YES_OR_NO | EXACT)
