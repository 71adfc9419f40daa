"""Charged waits: continuous and monotone through overload."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.demand.lines import compute_line
from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.demand.overload import charge_waits
from optimizer.demand.queues import Stream
from optimizer.demand.service import PriorityClass, ReservedWindows, Service
from optimizer.demand.waiting import waiting_of_mix

LOADS = st.floats(0.05, 2.0)
SERVICES = st.floats(0.2, 15.0)
SPREADS = st.floats(0.0, 2.0)


def charge(used, service, servers, variation=1.0, patience=None):
    """Charged minutes of one line at a utilisation."""
    stream = Stream(arrivals=used * servers / service, service=service, variation=variation)
    waits = compute_line({"": stream}, servers, patience=patience)
    return charge_waits({"": stream}, servers, waits)[0]


def shared(used, servers, service=(3.0, 8.0)):
    """Charged minutes of a line with a first class of three tenths of the load, and its parts."""
    classes = {
        name: Stream(arrivals=used * servers * part / own, service=own)
        for name, part, own in (("first", 0.3, service[0]), ("others", 0.7, service[1]))
    }
    return classes, charge_waits(classes, servers, compute_line(classes, servers))


def test_charge_by_hand():
    """M/M/1, 3 minutes: 3u/(1 − u) rises by 30 at (1 − u)² = 0.1; from there a straight line."""
    parting = 1 - math.sqrt(0.1)  # 0.684
    assert charge(0.5, 3.0, 1) == pytest.approx(3.0)
    assert charge(0.68, 3.0, 1) == pytest.approx(3 * 0.68 / 0.32, rel=1e-6)
    for used in (0.8, 1.0, 1.5):
        by_hand = 3 * parting / (1 - parting) + 30 * (used - parting)
        assert charge(used, 3.0, 1) == pytest.approx(by_hand, rel=1e-6)


def test_services_without_spread_that_are_on_time():
    """Where the steady wait is next to nothing, an hour adds the deterministic growth alone.

    200 servers of 0.05 minutes: the settled wait is below a second up to 0.98; 30 · 0.5 = 15.
    """
    assert charge(1.5, 0.05, 200, 0.0) == pytest.approx(15.0, abs=0.2)


@settings(max_examples=60, deadline=None)
@given(LOADS, SERVICES, st.integers(1, 12), SPREADS, st.floats(1.0, 1.5))
def test_more_people_and_longer_services_wait_longer(used, service, servers, spread, more):
    """Neither more arrivals nor longer services shorten the charged wait."""
    now = charge(used, service, servers, spread)
    assert charge(used * more, service, servers, spread) >= now - 1e-6
    stream = Stream(arrivals=used * servers / service, service=service * more, variation=spread)
    longer = charge_waits({"": stream}, servers, compute_line({"": stream}, servers))[0]
    assert longer >= now - 1e-6


@settings(max_examples=60, deadline=None)
@given(LOADS, SERVICES, st.integers(1, 12), SPREADS)
def test_one_more_server_never_lengthens_the_wait(used, service, servers, spread):
    """The same people at one more server: the wait that was charged backwards in overload."""
    more = charge(used * servers / (servers + 1), service, servers + 1, spread)
    assert more <= charge(used, service, servers, spread) + 1e-6


@settings(max_examples=40, deadline=None)
@given(LOADS, SERVICES, st.integers(1, 12), SPREADS)
def test_at_most_half_an_hour_per_utilisation(used, service, servers, spread):
    """No jump anywhere, and none at 1: the wait rises by 30 minutes a unit at most."""
    step = 1e-4
    for at in (used, 1.0 - step / 2):
        rise = charge(at + step, service, servers, spread) - charge(at, service, servers, spread)
        assert -1e-6 <= rise <= 30 * step + 1e-5


def test_never_above_the_steady_wait():
    """Cases of the domain page keep their steady wait: 35 an hour, 7.8534 served, 6 windows."""
    service = 60 / 7.8534
    used = 35 / 7.8534 / 6
    steady = compute_line({"": Stream(arrivals=35 / 60, service=service)}, 6)[0].mean_wait
    assert steady == pytest.approx(2.02, abs=0.005)
    assert charge(used, service, 6) == pytest.approx(steady)
    # 58.1 an hour at 8 windows: 0.925 busy, steady 9.8 minutes, which an hour does not build up
    busy = 58.1 / 7.8534 / 8
    assert charge(busy, service, 8) < 9.7


def test_patience_only_shortens():
    """With patience the charge is the Erlang-A wait, or what an hour builds up if that is less."""
    for used in (0.7, 1.0, 1.4):
        whole = charge(used, 5.0, 3)
        for patience in (5.0, 60.0, 2000.0):
            stream = Stream(arrivals=used * 3 / 5, service=5.0)
            own = compute_line({"": stream}, 3, patience=patience)[0].mean_wait
            assert charge(used, 5.0, 3, patience=patience) == pytest.approx(
                min(own, whole), rel=1e-9
            )


@settings(max_examples=30, deadline=None)
@given(LOADS, st.integers(1, 8))
def test_classes_are_monotone_together(used, servers):
    """With priorities too: the mean over all rises with the load and falls with servers."""

    def mean(at, places):
        classes, charges = shared(at, places)
        people = [stream.arrivals for stream in classes.values()]
        return sum(n * w for n, w in zip(people, charges, strict=True)) / sum(people)

    now = mean(used, servers)
    assert math.isfinite(now)
    assert mean(used * 1.1, servers) >= now - 1e-6
    assert mean(used * servers / (servers + 1), servers + 1) <= now + 1e-6
    _, (first, others) = shared(used, servers)
    assert first <= others + 1e-9


def test_each_business_waits_in_its_own_line_and_class():
    """A kept window is charged to those it is kept for, a priority to its class."""
    mix = BusinessMix(
        businesses=tuple(
            Business(
                name=name,
                share=share,
                journey=(Stop(types=("cash_counter",)),),
                service_minutes={"cash_counter": 6.0},
            )
            for name, share in (("cash", 0.8), ("corporate", 0.2))
        ),
        arrivals=Arrivals(per_hour={10: 24.0}),
        service=Service(
            reserved=(ReservedWindows(type="cash_counter", windows=1, business=("corporate",)),)
        ),
    )
    row = waiting_of_mix(mix, {"cash_counter": 4}, 24.0)["cash_counter"]
    # corporate: 4.8 an hour of 6 minutes at one window, ρ 0.48; CV 0.9:
    # 0.48/0.52 · 6 · (1 + 0.81)/2 = 5.012; cash: 19.2 an hour at three windows, ρ 0.64
    assert row.by_business["corporate"] == pytest.approx(0.48 / 0.52 * 6 * 0.905)
    assert row.by_business["cash"] != pytest.approx(row.by_business["corporate"])
    assert row.minutes_of_hour == pytest.approx(
        0.8 * row.by_business["cash"] + 0.2 * row.by_business["corporate"]
    )
    classes = (PriorityClass(name="VIP", business=("corporate",)),)
    called = waiting_of_mix(
        replace(mix, service=Service(priority=classes)), {"cash_counter": 4}, 24.0
    )["cash_counter"]
    assert called.by_business["corporate"] < called.by_business["cash"]
    assert called.by_business["corporate"] == pytest.approx(called.by_class["VIP"].mean_minutes)
    plain = waiting_of_mix(replace(mix, service=Service()), {"cash_counter": 4}, 24.0)
    assert not plain["cash_counter"].by_business
