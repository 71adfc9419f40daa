"""Erlang-A against a birth-death chain, and its two limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.demand.abandonment import compute_abandonment
from optimizer.demand.queues import Stream, compute_queue
from optimizer.errors import StudyError


def chain(arrivals: float, rate: float, servers: int, leave: float) -> np.ndarray:
    """Steady state of M/M/c+M from its balance equations, cut off where nobody is left."""
    top = servers + 100
    generator = np.zeros((top + 1, top + 1))
    for n in range(top):
        generator[n, n + 1] = arrivals
        generator[n + 1, n] = min(n + 1, servers) * rate + max(0, n + 1 - servers) * leave
    generator -= np.diag(generator.sum(axis=1))
    balance = generator.T.copy()
    balance[-1] = 1.0  # one balance equation is implied by the others; the sum is 1 instead
    return np.linalg.solve(balance, np.append(np.zeros(top), 1.0))


@pytest.mark.parametrize(
    ("arrivals", "rate", "servers", "leave"),
    [(0.8, 1.0, 1, 0.5), (5.0, 1.0, 4, 0.3), (12.0, 2.0, 5, 1.0), (3.0, 1.0, 8, 2.0)],
)
def test_against_the_birth_death_chain(
    arrivals: float, rate: float, servers: int, leave: float
) -> None:
    """Delay, queue length, departures and utilisation are those of the solved chain."""
    states = chain(arrivals, rate, servers, leave)
    number = np.arange(len(states))
    queue = compute_abandonment(Stream(arrivals=arrivals, service=1 / rate), servers, 1 / leave)
    waiting = float(states @ np.maximum(0, number - servers))
    assert queue.delayed == pytest.approx(float(states[servers:].sum()), rel=1e-9)
    assert queue.waiting == pytest.approx(waiting, rel=1e-9)
    assert queue.abandoned == pytest.approx(leave * waiting / arrivals, rel=1e-9)
    busy = float(states @ np.minimum(number, servers)) / servers
    assert queue.utilisation == pytest.approx(busy, rel=1e-9)


def test_tail_against_the_chain_of_one_customer() -> None:
    """P(wait > t) is that of a customer followed through the chain of those ahead."""
    arrivals, rate, servers, leave, time = 5.0, 1.0, 4, 0.3, 0.7
    states = chain(arrivals, rate, servers, leave)
    # k ahead in the queue: the customer leaves at `leave`, one ahead goes at cμ + k·θ, and the
    # customer is called when k = 0 and a server comes free
    size = 120
    generator = np.zeros((size, size))
    for k in range(size):
        generator[k, k] = -(leave + servers * rate + k * leave)
        if k:
            generator[k, k - 1] = servers * rate + k * leave
    values, vectors = np.linalg.eig(generator)
    still = (vectors * np.exp(values * time)) @ np.linalg.solve(vectors, np.ones(size))
    expected = float(states[servers : servers + 40] @ still.real[:40])
    queue = compute_abandonment(Stream(arrivals=arrivals, service=1 / rate), servers, 1 / leave)
    assert queue.longer_than(time) == pytest.approx(expected, rel=1e-6)


def test_mean_is_the_area_under_the_tail() -> None:
    """The mean wait is the integral of P(wait > t)."""
    queue = compute_abandonment(Stream(arrivals=5.0, service=1.0), 4, 2.0)
    times = np.linspace(0.0, 40.0, 20001)
    tail = [queue.longer_than(float(t)) for t in times]
    assert float(np.trapezoid(tail, times)) == pytest.approx(queue.mean_wait, rel=1e-5)


def test_patience_equal_to_service_is_a_poisson_chain() -> None:
    """With θ = μ the number present is Poisson(λ/μ), as if servers had no limit."""
    queue = compute_abandonment(Stream(arrivals=3.0, service=1.0), 2, 1.0)
    # P(N ≥ 2) = 1 − e⁻³(1 + 3)
    assert queue.delayed == pytest.approx(1 - 4 * math.exp(-3))


def test_endless_patience_is_erlang_c() -> None:
    """With very patient customers, Erlang-A becomes M/M/c."""
    stream = Stream(arrivals=35.0, service=1 / 7.8534)
    patient = compute_abandonment(stream, 6, 1e6)
    plain = compute_queue(stream, 6)
    assert patient.delayed == pytest.approx(plain.delayed, rel=1e-5)
    assert patient.mean_wait == pytest.approx(plain.mean_wait, rel=1e-5)
    assert patient.percentile(0.95) == pytest.approx(plain.percentile(0.95), rel=1e-4)
    assert patient.abandoned < 1e-6


def test_overload_drives_the_surplus_away() -> None:
    """Where twice as many come as can be served and they are patient, half of them leave."""
    queue = compute_abandonment(Stream(arrivals=8.0, service=1.0), 4, 1e5)
    assert queue.offered == 2.0
    assert queue.abandoned == pytest.approx(0.5, abs=1e-4)
    assert queue.utilisation == pytest.approx(1.0, abs=1e-4)


def test_nobody_comes_and_nobody_can_wait() -> None:
    """Without customers all figures are 0; impossible figures are refused."""
    queue = compute_abandonment(Stream(arrivals=0.0, service=1.0), 2, 1.0)
    assert (queue.delayed, queue.mean_wait, queue.abandoned, queue.utilisation) == (0, 0, 0, 0)
    assert queue.longer_than(0.0) == queue.percentile(0.95) == 0.0
    assert queue.longer_than(-1.0) == 1.0
    stream = Stream(arrivals=1.0, service=1.0)
    with pytest.raises(StudyError, match="0 servers"):
        compute_abandonment(stream, 0, 1.0)
    with pytest.raises(StudyError, match=r"patience of 0\.0"):
        compute_abandonment(stream, 1, 0.0)
    with pytest.raises(StudyError, match=r"share of 1\.0"):
        queue.percentile(1.0)


@given(st.floats(0.1, 40.0), st.floats(0.1, 5.0), st.integers(1, 30), st.floats(0.1, 60.0))
def test_patience_lengthens_waits_and_keeps_customers(
    arrivals: float, service: float, servers: int, patience: float
) -> None:
    """Twice the patience: longer waits, fewer who leave; one more server: the reverse."""
    stream = Stream(arrivals=arrivals, service=service)
    queue = compute_abandonment(stream, servers, patience)
    patient = compute_abandonment(stream, servers, 2 * patience)
    relieved = compute_abandonment(stream, servers + 1, patience)
    assert 0 <= queue.abandoned <= 1
    assert 0 <= queue.utilisation <= 1 + 1e-9
    assert patient.mean_wait >= queue.mean_wait * (1 - 1e-9)
    assert patient.abandoned <= queue.abandoned * (1 + 1e-9)
    assert relieved.mean_wait <= queue.mean_wait * (1 + 1e-9)
    for time in (0.0, patience / 3, patience):
        assert queue.longer_than(time) <= min(1.0, math.exp(-time / patience)) + 1e-12
    tail = queue.percentile(0.95)
    assert tail == 0 or queue.longer_than(tail) == pytest.approx(0.05, rel=1e-6)
