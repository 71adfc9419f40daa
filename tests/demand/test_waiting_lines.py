"""Lines with classes and patience, and checks at machines, against exact Markov chains."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from optimizer.demand.abandonment import compute_abandonment, compute_impatient_classes
from optimizer.demand.checks import compute_check_delays, finite_source_wait
from optimizer.demand.lines import compute_line, mean_wait, wait_percentile
from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.demand.queues import Stream, compute_priority_waits, compute_queue
from optimizer.demand.service import PriorityClass, ReservedWindows, Service, service_variation
from optimizer.demand.waiting import OTHERS, waiting_of_mix


def steady(states: list, moves) -> np.ndarray:
    """Steady state of a chain; `moves(state)` gives next states and rates."""
    index = {state: i for i, state in enumerate(states)}
    change = np.zeros((len(states), len(states)))
    for state, i in index.items():
        for target, rate in moves(state):
            if target in index and rate > 0:
                change[i, index[target]] += rate
    change -= np.diag(change.sum(axis=1))
    change[:, -1] = 1.0
    return np.linalg.solve(change.T, np.append(np.zeros(len(states) - 1), 1.0))


def two_classes(first: float, second: float, rate: float, servers: int, leave: float) -> list:
    """Mean waits of two classes from the chain of (busy, first waiting, second waiting)."""
    top = 26
    states = [(n, 0, 0) for n in range(servers)]
    states += [(servers, a, b) for a, b in product(range(top), range(top))]

    def moves(state):
        busy, a, b = state
        if busy < servers:
            # the last free server makes the state (servers, 0, 0)
            yield (busy + 1, 0, 0), first + second
            yield (busy - 1, 0, 0), busy * rate
            return
        yield (busy, a + 1, b), first
        yield (busy, a, b + 1), second
        yield (busy, a - 1, b), a * leave
        yield (busy, a, b - 1), b * leave
        done = (busy, a - 1, b) if a else (busy, a, b - 1) if b else (busy - 1, 0, 0)
        yield done, servers * rate

    chance = steady(states, moves)
    waiting = [float(chance @ np.array([s[k] for s in states])) for k in (1, 2)]
    return [waiting[0] / first, waiting[1] / second]


@pytest.mark.parametrize(
    ("first", "second", "servers", "leave"),
    [(0.5, 1.0, 2, 0.3), (0.6, 0.2, 1, 0.5), (1.0, 3.0, 3, 1.0)],
)
def test_classes_with_patience_are_those_of_the_chain(first, second, servers, leave):
    """Formula (5) is exact: waits of both classes are those of the solved chain."""
    streams = [Stream(arrivals=first, service=1.0), Stream(arrivals=second, service=1.0)]
    found = compute_impatient_classes(streams, servers, 1 / leave)
    assert found == pytest.approx(two_classes(first, second, 1.0, servers, leave), rel=1e-6)


def test_endless_patience_is_cobham():
    """With a patience of a thousand services the classes wait as without impatience."""
    streams = [Stream(arrivals=0.3, service=1.0), Stream(arrivals=0.9, service=1.0)]
    patient = compute_priority_waits(streams, 2)
    assert compute_impatient_classes(streams, 2, 1e5) == pytest.approx(patient, rel=1e-3)


def test_classes_share_the_wait_of_all():
    """Who is called first does not change how many wait: the mean over classes is that of all."""
    streams = [Stream(arrivals=rate, service=2.0) for rate in (0.2, 0.5, 0.4)]
    waits = compute_impatient_classes(streams, 2, 6.0)
    whole = compute_abandonment(Stream(arrivals=1.1, service=2.0), 2, 6.0)
    assert sum(w * s.arrivals for w, s in zip(waits, streams, strict=True)) == pytest.approx(
        whole.waiting
    )
    assert waits[0] < waits[1] < waits[2]


def test_patience_with_other_spreads_keeps_both_limits():
    """Endless patience gives Allen and Cunneen's wait; of a crowd leave as many as are too many."""
    quiet = Stream(arrivals=0.8, service=1.0, variation=0.5)
    (line,) = compute_line({"": quiet}, 1, patience=1e5, arrival_variation=0.8)
    right = compute_queue(quiet, 1, arrival_variation=0.8).mean_wait
    assert line.mean_wait == pytest.approx(right, rel=1e-3)
    # 3 come, 1 is served: θ·L = 2, so that two thirds leave and the mean wait is patience · 2/3
    crowd = Stream(arrivals=3.0, service=1.0, variation=0.5)
    (line,) = compute_line({"": crowd}, 1, patience=50.0)
    assert line.abandoned == pytest.approx(2 / 3, rel=1e-3)
    assert line.mean_wait == pytest.approx(50.0 * 2 / 3, rel=1e-3)


def test_top_class_waits_exponentially():
    """Given that it waits, the first class of M/M/c waits an exponential time of rate cμ − λ1."""
    classes = {
        "first": Stream(arrivals=0.5, service=1.0),
        "rest": Stream(arrivals=1.0, service=1.0),
    }
    first, _ = compute_line(classes, 2)
    # P(wait > t) = C · exp(−(2 − 0.5) t)
    delayed = compute_queue(Stream(arrivals=1.5, service=1.0), 2).delayed
    assert first.longer_than(1.0) == pytest.approx(delayed * math.exp(-1.5))


def test_percentile_over_classes():
    """The 95th percentile over classes leaves 5 % of all customers beyond it."""
    classes = {"a": Stream(arrivals=0.5, service=1.0), "b": Stream(arrivals=1.0, service=1.0)}
    waits = compute_line(classes, 2, patience=4.0)
    late = wait_percentile(waits, 0.95)
    beyond = sum(w.arrivals * w.longer_than(late) for w in waits) / 1.5
    assert beyond == pytest.approx(0.05)
    assert waits[0].percentile(0.95) < late < waits[1].percentile(0.95)
    assert mean_wait(waits) == pytest.approx(
        compute_abandonment(Stream(arrivals=1.5, service=1.0), 2, 4.0).mean_wait
    )


# ---- checks at machines -------------------------------------------------------------------------


def test_check_of_two_machines_by_hand():
    """Two machines, one member of staff, as often as they can: p = 1 : 2r : 2r² with r = s/Z."""
    # Z = s = 1: p = (1, 2, 2)/5; X = 1 − p0 = 0.8; one waits in state 2: W = 0.4 / 0.8 = 0.5
    found = finite_source_wait(machines=2, staff=1, work=1.0, check=1.0, rate=9.0)
    assert found == pytest.approx(0.5)


def test_single_machine_never_waits_for_another():
    """One machine, or as many members of staff as machines: nobody waits for a check."""
    assert finite_source_wait(machines=1, staff=1, work=3.0, check=2.0, rate=0.1) == 0.0
    assert finite_source_wait(machines=3, staff=3, work=3.0, check=2.0, rate=0.1) == pytest.approx(
        0.0, abs=1e-12
    )


def test_rare_checks_hardly_wait():
    """The wait grows with the rate, from nothing to that of machines in use all the time."""
    waits = [
        finite_source_wait(machines=4, staff=1, work=4.0, check=1.5, rate=rate)
        for rate in (0.0, 0.01, 0.2, 0.4, 0.5, 5.0)
    ]
    assert waits[0] == 0.0
    assert waits[1] < 0.05
    assert all(a < b for a, b in pairwise(waits))


def test_blocked_terminals_against_the_whole_chain():
    """Terminals blocked by checks wait about as in the chain of the whole system.

    Two terminals, one member of staff, every customer checked: first s = 3 min alone, then the
    check of 1 min. The decomposition takes service as exponential with the blocking in its mean.
    """
    rate, alone, check, top = 0.25, 1 / 3, 1.0, 60
    states = [
        (working, asking, queue)
        for working, asking, queue in product(range(3), range(3), range(top))
        if working + asking <= 2 and (queue == 0 or working + asking == 2)
    ]

    def moves(state):
        working, asking, queue = state
        if working + asking < 2:
            yield (working + 1, asking, 0), rate
        else:
            yield (working, asking, queue + 1), rate
        yield (working - 1, asking + 1, queue), working * alone
        if asking:
            free = (working + 1, asking - 1, queue - 1) if queue else (working, asking - 1, 0)
            yield free, check

    chance = steady(states, moves)
    exact = float(chance @ np.array([s[2] for s in states])) / rate
    wait = finite_source_wait(machines=2, staff=1, work=3.0, check=1.0, rate=rate)
    blocked = 1.0 * (wait + 1.0)
    # the whole time of alone + check has variation sqrt(3² + 1.2²) / (3 + 1.2), about 0.77
    stream = Stream(arrivals=rate, service=3.0 + blocked, variation=0.77)
    assert compute_queue(stream, 2).mean_wait == pytest.approx(exact, rel=0.12)
    # without the blocking the wait would be less than three quarters of it
    plain = Stream(arrivals=rate, service=3.0, variation=1.0)
    assert compute_queue(plain, 2).mean_wait < 0.75 * exact


# ---- lines of a mix -----------------------------------------------------------------------------

CASH = Business(
    name="cash",
    share=0.8,
    journey=(Stop(types=("queue",)), Stop(types=("desk",))),
    service_minutes={"desk": 4.0},
)
CARD = Business(
    name="card", share=0.2, journey=(Stop(types=("desk",)),), service_minutes={"desk": 8.0}
)


def mix_with(**service) -> BusinessMix:
    """Cash and cards at desks that staff serve."""
    return BusinessMix(
        businesses=(CASH, CARD),
        arrivals=Arrivals(per_hour={9: 30.0}),
        service=Service(staffed=("desk",), appointment_skips=("queue",), **service),
    )


def waits_of(mix: BusinessMix, desks: int = 3):
    """Figures at the desks."""
    return waiting_of_mix(mix, {"desk": desks, "queue": 1}, 30.0)["desk"]


def test_own_lines_wait_longer_than_a_shared_one():
    """Three lines of one desk each are three queues of a third of the customers."""
    own = waits_of(mix_with(own_lines=("desk",)))
    shared = waits_of(mix_with())
    assert own.mean_minutes > 2 * shared.mean_minutes
    assert own.utilisation == pytest.approx(shared.utilisation)
    assert own.people_waiting == pytest.approx(0.5 * own.mean_minutes)


def test_reserved_windows_are_two_queues():
    """Cards have one desk for themselves: 6 an hour at 8 minutes; cash the other two."""
    reserved = (ReservedWindows(type="desk", windows=1, business=("card",)),)
    row = waits_of(mix_with(reserved=reserved))
    cv = service_variation()
    card = compute_queue(Stream(arrivals=0.1, service=8.0, variation=cv), 1).mean_wait
    cash = compute_queue(Stream(arrivals=0.4, service=4.0, variation=cv), 2).mean_wait
    assert row.mean_minutes == pytest.approx(0.2 * card + 0.8 * cash)
    # both are busy 0.8 of the time
    assert row.utilisation == pytest.approx(0.8)
    # a hall with one desk cannot keep it for cards
    assert waits_of(mix_with(reserved=reserved), 1) == waits_of(mix_with(), 1)


def test_classes_of_a_mix():
    """A tenth of all are elderly, cards are VIP after them; the rest wait longest."""
    priority = (
        PriorityClass(name="elderly", share=0.1),
        PriorityClass(name="vip", business=("card",)),
    )
    row = waits_of(mix_with(priority=priority))
    # 3 of 30; then 0.9 · 6 cards; then 0.9 · 24
    assert [c.arrivals_per_hour for c in row.by_class.values()] == pytest.approx([3.0, 5.4, 21.6])
    elderly, vip, others = (row.by_class[name].mean_minutes for name in ("elderly", "vip", OTHERS))
    assert elderly < vip < others
    assert waits_of(mix_with()).by_class == {}


def test_appointments_make_waits_shorter():
    """Booked customers come more evenly and take no ticket."""
    booked = replace(mix_with(), businesses=(replace(CASH, appointments=0.5), CARD))
    row, plain = waits_of(booked), waits_of(mix_with())
    # Ca² = 1 − 0.4 · (1 − 0.5²) = 0.7; the wait goes with (Ca² + Cs²)/2
    spread = (4.0**2 * 0.8 + 8.0**2 * 0.2) * (1 + service_variation() ** 2) / 4.8**2 - 1
    assert row.mean_minutes / plain.mean_minutes == pytest.approx((0.7 + spread) / (1 + spread))


def test_patience_bounds_the_wait_of_a_crowd():
    """One desk for 30 an hour: without patience the queue grows for ever, with it people leave."""
    row = waits_of(mix_with(patience={"desk": 60.0}), 1)
    # 2.4 times too many: 1 − 1/2.4 = 0.583 leave
    assert row.utilisation == pytest.approx(2.4)
    assert row.abandoned == pytest.approx(1 - 1 / 2.4, rel=0.02)
    assert row.mean_minutes == pytest.approx(60.0 * row.abandoned)
    assert math.isinf(waits_of(mix_with(), 1).mean_minutes)


def test_checks_take_terminals():
    """A check of 2 minutes for half of the customers adds 1 minute and half of the wait for it."""
    mix = BusinessMix(
        businesses=(
            Business(
                name="card",
                share=1.0,
                journey=(Stop(types=("terminal",)),),
                service_minutes={"terminal": 4.0},
            ),
        ),
        rounds=(
            StaffRound(
                name="check",
                route=("desk", "terminal"),
                per_use={"terminal": 0.5},
                check_minutes=2.0,
            ),
        ),
    )
    row = waiting_of_mix(mix, {"terminal": 3}, 24.0)["terminal"]
    delay, waited = compute_check_delays(mix, {"terminal": {"card": 24.0}}, {"terminal": 3})[
        "terminal"
    ]
    assert row.service_minutes == pytest.approx(4.0 + delay)
    assert delay == pytest.approx(1.0 + waited)
    assert row.check_wait_minutes == pytest.approx(waited)
    more = replace(mix, service=Service(lobby_staff=2))
    assert waiting_of_mix(more, {"terminal": 3}, 24.0)["terminal"].mean_minutes < row.mean_minutes
