"""Flows by hand: chains of stops, machines instead of counters, rework, rounds of staff."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.demand.flows import (
    ENTRANCE,
    EXIT,
    PersonClass,
    Place,
    compute_flows,
    compute_visits,
    rounds_per_hour,
)
from optimizer.demand.mix import Business, BusinessMix, StaffRound, Stop

IN, OUT = Place(door=ENTRANCE), Place(door=EXIT)


def at(kind):
    return Place(type=kind)


def mix_of(*businesses, rounds=()):
    return BusinessMix(businesses=businesses, rounds=tuple(rounds))


def rates(flows):
    """Rates by (from, to), over all groups."""
    total = defaultdict(float)
    for flow in flows:
        total[flow.source, flow.target] += flow.rate
    return dict(total)


def business(**changes):
    values = {"name": "b", "share": 1.0, "journey": (Stop(types=("counter",)),)}
    return Business(**{**values, **changes})


def test_chain_with_one_side_stop():
    """A side stop of 40 % splits 100 people into those who make it and those who walk past."""
    b = business(journey=(Stop(types=("ticket",), probability=0.4), Stop(types=("counter",))))
    got = rates(compute_flows(mix_of(b), {"ticket": 1, "counter": 1}, 100))
    # to the ticket machine 0.4 · 100 = 40, past it 0.6 · 100 = 60; all 100 leave the counter
    assert got == pytest.approx(
        {
            (IN, at("ticket")): 40,
            (IN, at("counter")): 60,
            (at("ticket"), at("counter")): 40,
            (at("counter"), OUT): 100,
        }
    )


def test_chain_formula_of_three_stops():
    """Share from stop i straight to stop j is p_i p_j times the product of 1 − p between."""
    b = business(
        journey=(
            Stop(types=("a",), probability=0.5),
            Stop(types=("b",), probability=0.2),
            Stop(types=("c",), probability=0.9),
        )
    )
    got = rates(compute_flows(mix_of(b), {"a": 1, "b": 1, "c": 1}, 200))
    # 200 · IN→a 0.5 = 100; IN→b 0.5·0.2 = 20; IN→c 0.5·0.8·0.9 = 72; IN→OUT 0.5·0.8·0.1 = 8
    # a→b 0.5·0.2 = 20; a→c 0.5·0.8·0.9 = 72; a→OUT 0.5·0.8·0.1 = 8
    # b→c 0.2·0.9 = 36; b→OUT 0.2·0.1 = 4; c→OUT 0.9 = 180
    assert got == pytest.approx(
        {
            (IN, at("a")): 100,
            (IN, at("b")): 20,
            (IN, at("c")): 72,
            (IN, OUT): 8,
            (at("a"), at("b")): 20,
            (at("a"), at("c")): 72,
            (at("a"), OUT): 8,
            (at("b"), at("c")): 36,
            (at("b"), OUT): 4,
            (at("c"), OUT): 180,
        }
    )


def test_stop_that_the_layout_cannot_serve_is_left_out():
    """Without a ticket machine everybody walks straight to the counter."""
    b = business(journey=(Stop(types=("ticket",)), Stop(types=("counter",))))
    got = rates(compute_flows(mix_of(b), {"counter": 1}, 10))
    assert got == pytest.approx({(IN, at("counter")): 10, (at("counter"), OUT): 10})


def test_alternatives_split_by_servers():
    """People of a stop with two types split in proportion to the places of each."""
    b = business(journey=(Stop(types=("counter", "desk")),))
    got = rates(compute_flows(mix_of(b), {"counter": 3, "desk": 1}, 40))
    # 3 of 4 places are counters: 40 · 3/4 = 30
    assert got == pytest.approx(
        {
            (IN, at("counter")): 30,
            (IN, at("desk")): 10,
            (at("counter"), OUT): 30,
            (at("desk"), OUT): 10,
        }
    )


MACHINE = {"machine_journey": (Stop(types=("machine",)),), "replaceable": 0.8}


def test_replaceable_people_go_to_the_machine_where_there_is_one():
    """Of 100 people, 80 use the machine; without a machine all 100 use the counter."""
    b = business(**MACHINE)
    with_machine = rates(compute_flows(mix_of(b), {"counter": 1, "machine": 1}, 100))
    assert with_machine == pytest.approx(
        {
            (IN, at("counter")): 20,
            (at("counter"), OUT): 20,
            (IN, at("machine")): 80,
            (at("machine"), OUT): 80,
        }
    )
    without = rates(compute_flows(mix_of(b), {"counter": 1}, 100))
    assert without == pytest.approx({(IN, at("counter")): 100, (at("counter"), OUT): 100})


def test_half_a_machine_journey_is_none():
    """A terminal whose cards come from a pickup machine that is not there serves nobody."""
    b = business(
        machine_journey=(Stop(types=("machine",)), Stop(types=("pickup",))), replaceable=0.8
    )
    got = rates(compute_flows(mix_of(b), {"counter": 1, "machine": 1}, 100))
    assert got == pytest.approx({(IN, at("counter")): 100, (at("counter"), OUT): 100})


def test_rework_walks_from_the_machine_to_the_counter():
    """A tenth of the machine's people fail and walk on to the counter."""
    b = business(rework=0.1, **MACHINE)
    got = rates(compute_flows(mix_of(b), {"counter": 1, "machine": 1}, 100))
    # 80 try the machine, 8 of them fail: 72 leave from it; the counter sees 20 + 8
    assert got == pytest.approx(
        {
            (IN, at("counter")): 20,
            (IN, at("machine")): 80,
            (at("machine"), OUT): 72,
            (at("machine"), at("counter")): 8,
            (at("counter"), OUT): 28,
        }
    )


def test_visits_are_what_arrives_at_a_type():
    """Visits by type and business are the flows into the type."""
    b = business(rework=0.1, **MACHINE)
    visits = compute_visits(mix_of(b), {"counter": 1, "machine": 1}, 100)
    assert visits["machine"] == pytest.approx({"b": 80})
    assert visits["counter"] == pytest.approx({"b": 28})


def test_own_door_is_entrance_and_exit():
    """People who name an entrance leave by it too, unless they name an exit."""
    both = business(entrance="side")
    apart = business(entrance="side", exit="back")
    assert rates(compute_flows(mix_of(both), {"counter": 1}, 5)) == pytest.approx(
        {(Place(door="side"), at("counter")): 5, (at("counter"), Place(door="side")): 5}
    )
    assert rates(compute_flows(mix_of(apart), {"counter": 1}, 5)) == pytest.approx(
        {(Place(door="side"), at("counter")): 5, (at("counter"), Place(door="back")): 5}
    )


CHECK = StaffRound(
    name="check", route=("desk", "machine", "desk"), per_hour=2, per_use={"machine": 0.5}
)


def test_rounds_follow_the_machines_use():
    """Half a round per machine customer, on top of two an hour whatever happens."""
    flows = compute_flows(
        mix_of(business(**MACHINE), rounds=[CHECK]), {"counter": 1, "machine": 1, "desk": 1}, 100
    )
    staff = [flow for flow in flows if flow.person is PersonClass.STAFF]
    # 80 customers at the machine · 0.5 + 2 = 42 rounds, each there and back
    assert {(f.source, f.target): f.rate for f in staff} == pytest.approx(
        {(at("desk"), at("machine")): 42, (at("machine"), at("desk")): 42}
    )
    assert rounds_per_hour(CHECK, {"machine": {"x": 10, "y": 4}}) == pytest.approx(9)


def test_round_to_a_type_that_is_not_there_is_not_walked():
    """Without a desk there is no round."""
    flows = compute_flows(
        mix_of(business(**MACHINE), rounds=[CHECK]), {"counter": 1, "machine": 1}, 100
    )
    assert {flow.person for flow in flows} == {PersonClass.CUSTOMER}


def test_cash_is_a_class_of_its_own():
    """Rounds that carry cash are not counted among ordinary staff."""
    carry = StaffRound(name="cash", route=("counter", "machine"), per_hour=0.2, cash=True)
    flows = compute_flows(
        mix_of(business(**MACHINE), rounds=[carry]), {"counter": 1, "machine": 1}, 100
    )
    (cash,) = [flow for flow in flows if flow.person is PersonClass.CASH]
    assert (cash.source, cash.target, cash.rate) == (at("counter"), at("machine"), 0.2)


PROBABILITY = st.floats(0, 1)
STOPS = st.lists(
    st.builds(
        Stop,
        types=st.lists(st.sampled_from("abcd"), min_size=1, max_size=2, unique=True).map(tuple),
        probability=PROBABILITY,
    ),
    min_size=1,
    max_size=4,
).map(tuple)


@given(
    journey=STOPS,
    machine=STOPS,
    replaceable=PROBABILITY,
    rework=PROBABILITY,
    servers=st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), min_size=4, max_size=4),
)
def test_people_are_conserved(journey, machine, replaceable, rework, servers):
    """Everybody who comes in leaves, and nobody stays at a fixture."""
    served = any(servers[kind] for stop in journey for kind in stop.types)
    b = business(
        journey=journey, machine_journey=machine, replaceable=replaceable, rework=rework, share=0.5
    )
    balance = defaultdict(float)
    for flow in compute_flows(mix_of(b), servers, 200):
        assert flow.source != flow.target
        balance[flow.source] -= flow.rate
        balance[flow.target] += flow.rate
    arrived, left = -balance.pop(IN, 0.0), balance.pop(OUT, 0.0)
    assert left == pytest.approx(arrived, abs=1e-6)
    assert all(value == pytest.approx(0, abs=1e-6) for value in balance.values())
    if served:
        # half of the 200 arrivals come for this business
        assert arrived == pytest.approx(100, abs=1e-6)


@given(factor=st.floats(0.1, 10))
def test_flows_grow_with_the_arrivals(factor):
    """Customers and the rounds that they cause are in proportion to the arrivals."""
    check = StaffRound(name="check", route=("desk", "machine"), per_use={"machine": 0.5})
    mix = mix_of(business(rework=0.1, **MACHINE), rounds=[check])
    servers = {"counter": 1, "machine": 2, "desk": 1}
    one, many = (rates(compute_flows(mix, servers, 50 * k)) for k in (1, factor))
    assert many == pytest.approx({pair: rate * factor for pair, rate in one.items()})


def test_two_stops_in_a_row_at_one_type_are_two_visits():
    """Nobody walks between them, but the desk serves each customer twice.

    10 people an hour stop at the desk and then at the desk or the machine (one place each, so
    half and half): 10 + 5 = 15 visits at the desk, 5 at the machine.
    """
    business = Business(
        name="x", share=1.0, journey=(Stop(types=("desk",)), Stop(types=("desk", "machine")))
    )
    mix = BusinessMix(businesses=(business,))
    visits = compute_visits(mix, {"desk": 1, "machine": 1}, 10.0)
    assert visits["desk"]["x"] == pytest.approx(15.0)
    assert visits["machine"]["x"] == pytest.approx(5.0)
