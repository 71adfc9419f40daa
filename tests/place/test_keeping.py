"""The search knows what the rules about the whole hall say of its layouts."""

from __future__ import annotations

import numpy as np
from own_packs import with_rule
from tiny_studies import machine, make_study, room

from optimizer.equipment.model import Anchoring
from optimizer.place.choice import choose
from optimizer.place.keeping import Keeping
from optimizer.place.problem import build_problem
from optimizer.place.search import Budget, Found, Search
from optimizer.study import FixtureGroup


def two_free():
    """Two machines free on the floor, on a grid of 0.5 m."""
    groups = tuple(FixtureGroup(type=n, min=1, max=1) for n in ("a", "b"))
    types = (machine("a", Anchoring.FREE), machine("b", Anchoring.FREE, opaque=True))
    return make_study(room(), groups, types).replace(pitch=0.5)


def at(problem, k, x, y):
    """Candidate of kind k at (x, y) and 0°."""
    return next(
        i
        for i, pose in enumerate(problem.candidates[k])
        if tuple(pose[:2]) == (x, y) and pose[2] == 0.0
    )


def test_a_strip_that_is_too_narrow_is_counted(tmp_path):
    """Side by side before the door there is no strip of 1.9 m; far apart there is."""
    problem = build_problem(with_rule(two_free(), tmp_path, "egress_strip", value=1.9))
    keeping = Keeping.of(problem)
    assert keeping is not None
    narrow = (at(problem, 0, 1.0, 1.5), at(problem, 1, 2.0, 1.5))
    assert keeping.broken(narrow) >= 1
    # counting may end early, and what was counted in full is the same when it is asked again
    assert Keeping(problem).broken(narrow, most=0) >= 1
    assert keeping.broken(narrow) == Keeping(problem).broken(narrow)


def test_a_search_that_keeps_rules_leaves_none_broken(tmp_path):
    """From a layout that breaks the rule the search comes to one that keeps it, and stays there."""
    problem = build_problem(with_rule(two_free(), tmp_path, "egress_strip", value=1.9))
    narrow = np.array((at(problem, 0, 1.0, 1.5), at(problem, 1, 2.0, 1.5)))
    found = Search(problem, seed=1).keep(Budget(steps=400), narrow)
    assert found is not None
    assert found.broken == 0
    assert Keeping(problem).broken(found.chosen) == 0


def test_the_best_that_keeps_the_rules_is_chosen(tmp_path):
    """A layout that is known to keep the rules is judged, however many better ones break some."""
    problem = build_problem(with_rule(two_free(), tmp_path, "egress_strip", value=1.9))
    narrow = np.array((at(problem, 0, 1.0, 1.5), at(problem, 1, 2.0, 1.5)))
    search = Search(problem, seed=1)
    good = search.keep(Budget(steps=400), narrow)
    assert good is not None
    cheap = Found(tuple(narrow.tolist()), good.score)
    chosen = choose(problem, (*(cheap,) * 20, good), (), hurry=lambda: True)
    assert not chosen.evaluation.broken
