"""Customers are counted once, however many walks of their visit something happens on."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from optimizer.demand.courses import Course, CourseStop, joined_courses, share_of_customers


def course(people: float, *stops) -> Course:
    """A course of (probability, shares by fixture) between the doors "in" and "out"."""
    ends = [(1.0, {"in": 1.0}), *stops, (1.0, {"out": 1.0})]
    return Course(
        people=people,
        stops=tuple(CourseStop(probability=p, shares=shares) for p, shares in ends),
    )


def test_a_customer_counts_once():
    """One who is disturbed on the way in and on the way out is one, not two."""
    one = course(60.0, (1.0, {"desk": 1.0}))
    assert share_of_customers([one], {("in", "desk"), ("desk", "out")}) == 1.0
    assert share_of_customers([one], {("desk", "out")}) == 1.0
    assert share_of_customers([one], {("out", "desk")}) == 0.0


def test_fixtures_are_chosen_by_their_shares():
    """A third goes to a, two thirds to b; the walk to a and the walk from b do harm: all."""
    one = course(10.0, (1.0, {"a": 1 / 3, "b": 2 / 3}))
    assert share_of_customers([one], {("in", "a")}) == pytest.approx(1 / 3)
    assert share_of_customers([one], {("in", "a"), ("a", "out")}) == pytest.approx(1 / 3)
    assert share_of_customers([one], {("in", "a"), ("b", "out")}) == pytest.approx(1.0)


def test_stops_that_are_left_out():
    """0.4 take a ticket on the way to the desk; who does not walks straight.

    The walk to the machine does harm to 0.4; the straight one to 0.6; machine to desk and the way
    out to 0.4 and to all.
    """
    one = course(50.0, (0.4, {"ticket": 1.0}), (1.0, {"desk": 1.0}))
    assert share_of_customers([one], {("in", "ticket")}) == pytest.approx(0.4)
    assert share_of_customers([one], {("in", "desk")}) == pytest.approx(0.6)
    assert share_of_customers([one], {("in", "ticket"), ("ticket", "desk")}) == pytest.approx(0.4)
    assert share_of_customers([one], {("in", "ticket"), ("in", "desk")}) == pytest.approx(1.0)


def test_choices_at_two_stops_are_independent():
    """Half go to a, half to b, then a quarter to c, the rest to d: a to c is 1/8; a or d is 7/8.

    Disturbed on in-a (1/2) or on b-d (1/2 · 3/4 = 3/8): together 7/8, for nobody walks both.
    """
    one = course(8.0, (1.0, {"a": 0.5, "b": 0.5}), (1.0, {"c": 0.25, "d": 0.75}))
    assert share_of_customers([one], {("a", "c")}) == pytest.approx(1 / 8)
    assert share_of_customers([one], {("in", "a"), ("b", "d")}) == pytest.approx(7 / 8)
    # in-a and d-out overlap: 1 − 1/2 · 1/4
    assert share_of_customers([one], {("in", "a"), ("d", "out")}) == pytest.approx(7 / 8)


def test_customers_of_some_fixtures_alone():
    """Counted are those who go to machines alone: by where they go, not by what they planned.

    The stop is at a machine m for 30 % and at the desk for 70 %; a second one at n is made by half.
    Of 100 people 30 go to machines alone. The walk m-n does harm to half of them. Who makes no stop
    at all is no customer of a machine.
    """
    one = course(100.0, (1.0, {"m": 0.3, "desk": 0.7}), (0.5, {"n": 1.0}))
    machines = {"m", "n"}
    assert share_of_customers([one], {("m", "n")}, within=machines) == pytest.approx(0.5)
    assert share_of_customers([one], {("in", "m")}, within=machines) == pytest.approx(1.0)
    assert share_of_customers([one], {("in", "desk")}, within=machines) == 0.0
    assert share_of_customers([one], {("in", "m")}, within={"x"}) is None
    skipped = course(10.0, (0.2, {"m": 1.0}))
    assert share_of_customers([skipped], {("in", "out")}, within={"m"}) == 0.0
    # of all customers, the 0.8 who walk straight through
    assert share_of_customers([skipped], {("in", "out")}) == pytest.approx(0.8)


def test_courses_of_periods_count_by_people_and_weight():
    """30 people of weight 1/3 all disturbed, 60 of weight 2/3 not at all: 10 of 50."""
    bad, good = course(30.0, (1.0, {"a": 1.0})), course(60.0, (1.0, {"b": 1.0}))
    both = joined_courses([(1 / 3, (bad,)), (2 / 3, (good,))])
    assert share_of_customers(both, {("in", "a")}) == pytest.approx(10 / 50)
    assert share_of_customers([], {("in", "a")}) is None
    assert joined_courses([(0.0, (bad,))]) == ()


def test_the_share_equals_the_sum_over_all_visits():
    """Every way to make or leave out stops and to choose fixtures, one by one, gives the same."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        stops = []
        for k in range(3):
            shares = rng.dirichlet(np.ones(3))
            stops.append((rng.uniform(), {f"{k}{i}": s for i, s in enumerate(shares)}))
        one = course(1.0, *stops)
        names = ["in", *(name for _, shares in stops for name in shares), "out"]
        harm = {(a, b) for a in names for b in names if rng.uniform() < 0.3}
        within = {name for name in names[1:-1] if rng.uniform() < 0.7}
        met = {None: [0.0, 0.0], "within": [0.0, 0.0]}
        for choice in product(*([None, *shares] for _, shares in stops)):
            weight = 1.0
            for (p, shares), name in zip(stops, choice, strict=True):
                weight *= 1 - p if name is None else p * shares[name]
            made = [name for name in choice if name is not None]
            way = ["in", *made, "out"]
            hit = any(step in harm for step in pairwise(way))
            met[None][0] += weight
            met[None][1] += weight * hit
            if made and within.issuperset(made):
                met["within"][0] += weight
                met["within"][1] += weight * hit
        all_of, hit = met[None]
        assert share_of_customers([one], harm) == pytest.approx(hit / all_of)
        part, hit = met["within"]
        if part:
            assert share_of_customers([one], harm, within=within) == pytest.approx(hit / part)
