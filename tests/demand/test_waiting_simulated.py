"""Formulas against a small event simulation of their own: means within 3 standard errors.

The simulation knows one line, several servers, classes called first, patience, and a window for
each event; it shares nothing with the product. Means are over independent runs, whose spread gives
the standard error.
"""

from __future__ import annotations

import heapq
import math
from itertools import count

import numpy as np
import pytest

from optimizer.demand.checks import finite_source_wait
from optimizer.demand.lines import compute_line
from optimizer.demand.queues import Stream, compute_queue

RUNS, WARM = 40, 500


def simulate(rng, *, rates, mean, servers, patience=None, variation=1.0, people=4000):
    """Mean wait by class, and share who leave, of one run.

    Customers of class k come at random at rate k; the lowest class is called first, in order of
    arrival; a service is never interrupted; patience is exponential.
    """
    gaps = rng.exponential(1 / sum(rates), people)
    times = np.cumsum(gaps)
    kinds = rng.choice(len(rates), size=people, p=np.array(rates) / sum(rates))
    if variation == 1.0:
        services = rng.exponential(mean, people)
    else:
        sigma = math.sqrt(math.log(1 + variation**2))
        services = rng.lognormal(math.log(mean) - sigma**2 / 2, sigma, people)
    leaves = times + rng.exponential(patience, people) if patience else np.full(people, np.inf)
    free, waits = servers, np.full(people, np.nan)
    left = np.zeros(people, dtype=bool)
    line, ends, order = [], [], count()

    def call(now):
        """Take the next who is still there."""
        nonlocal free
        while free and line:
            _, _, who = heapq.heappop(line)
            if leaves[who] <= now:
                waits[who], left[who] = leaves[who] - times[who], True
                continue
            waits[who] = now - times[who]
            heapq.heappush(ends, now + services[who])
            free -= 1

    for who in range(people):
        while ends and ends[0] <= times[who]:
            now = heapq.heappop(ends)
            free += 1
            call(now)
        heapq.heappush(line, (kinds[who], next(order), who))
        call(times[who])
    while ends:
        now = heapq.heappop(ends)
        free += 1
        call(now)
    steady = np.arange(people) >= WARM
    by_class = [np.nanmean(waits[steady & (kinds == k)]) for k in range(len(rates))]
    return [*by_class, left[steady].mean()]


def assert_within(seed, right, **model):
    """The mean over runs is within 3 standard errors of what is right, figure by figure."""
    rng = np.random.default_rng(seed)
    runs = np.array([simulate(rng, **model) for _ in range(RUNS)])
    error = runs.std(axis=0, ddof=1) / math.sqrt(RUNS)
    assert np.all(np.abs(runs.mean(axis=0) - right) <= 3 * error + 1e-12), (
        runs.mean(axis=0),
        right,
        error,
    )
    # 40 runs tell a tenth apart, else the test could not fail
    assert np.all(3 * error <= 0.15 * np.maximum(right, 0.02))


@pytest.mark.parametrize(
    ("rates", "servers", "patience"),
    [((1.6,), 2, 3.0), ((4.0,), 3, 2.0), ((0.6, 1.2), 2, 3.0), ((0.5, 0.5, 3.0), 3, 2.0)],
)
def test_patience_and_classes_are_those_of_the_simulation(rates, servers, patience):
    """Erlang-A with and without classes: exact for exponential times."""
    classes = {str(k): Stream(arrivals=rate, service=1.0) for k, rate in enumerate(rates)}
    waits = compute_line(classes, servers, patience=patience)
    left = sum(w.arrivals * w.abandoned for w in waits) / sum(rates)
    assert_within(
        1,
        np.array([*(w.mean_wait for w in waits), left]),
        rates=rates,
        mean=1.0,
        servers=servers,
        patience=patience,
    )


def test_classes_without_patience_are_those_of_the_simulation():
    """Cobham's waits of three classes at three servers, 80 % busy."""
    rates = (0.4, 0.8, 1.2)
    classes = {str(k): Stream(arrivals=rate, service=1.0) for k, rate in enumerate(rates)}
    waits = [wait.mean_wait for wait in compute_line(classes, 3)]
    assert_within(2, np.array([*waits, 0.0]), rates=rates, mean=1.0, servers=3, people=8000)


def test_lognormal_services_with_patience_are_near():
    """Scaled Erlang-A is an approximation: within a tenth for services of variation 0.9."""
    rng = np.random.default_rng(3)
    stream = Stream(arrivals=1.7, service=1.0, variation=0.9)
    (line,) = compute_line({"": stream}, 2, patience=4.0)
    runs = np.array(
        [
            simulate(rng, rates=(1.7,), mean=1.0, servers=2, patience=4.0, variation=0.9)
            for _ in range(RUNS)
        ]
    )
    assert line.mean_wait == pytest.approx(runs[:, 0].mean(), rel=0.1)
    assert line.abandoned == pytest.approx(runs[:, 1].mean(), rel=0.1)


def test_the_simulation_finds_a_known_wait():
    """M/M/1, half busy: a mean wait of one service; the reference itself is right."""
    assert compute_queue(Stream(arrivals=0.5, service=1.0), 1).mean_wait == pytest.approx(1.0)
    rng = np.random.default_rng(4)
    runs = np.array([simulate(rng, rates=(0.5,), mean=1.0, servers=1) for _ in range(15)])
    error = runs[:, 0].std(ddof=1) / math.sqrt(15)
    assert abs(runs[:, 0].mean() - 1.0) <= 3 * error
    assert error < 0.1


def test_checks_are_those_of_simulated_machines():
    """Three machines in use all the time, one member of staff: the wait of the repair model."""
    rng = np.random.default_rng(5)
    asks = [(rng.exponential(4.0), machine) for machine in range(3)]
    heapq.heapify(asks)
    free_at, waits = 0.0, []
    for _ in range(40_000):
        now, machine = heapq.heappop(asks)
        begin = max(now, free_at)
        free_at = begin + rng.exponential(1.5)
        waits.append(begin - now)
        heapq.heappush(asks, (free_at + rng.exponential(4.0), machine))
    blocks = np.array(waits).reshape(40, 1000).mean(axis=1)
    error = blocks.std(ddof=1) / math.sqrt(40)
    right = finite_source_wait(machines=3, staff=1, work=4.0, check=1.5, rate=9.0)
    assert abs(blocks.mean() - right) <= 3 * error
    assert error < 0.05 * right
