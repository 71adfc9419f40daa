"""Queues run customer by customer against the formulas that are exact for them."""

from __future__ import annotations

import pytest

from optimizer.demand.queues import Stream
from optimizer.demand.waiting import Line
from optimizer.simulate.figures import estimate_ratio
from optimizer.simulate.queue_day import simulate_day, simulate_queue_days
from optimizer.simulate.queue_run import run_line, simulate_queues


def wide(estimate):
    """Return an interval half as wide again, so that one seed in a thousand fails, not 1 in 20."""
    half = (estimate.high - estimate.low) / 2
    return estimate.mean - 2 * half, estimate.mean + 2 * half


@pytest.mark.parametrize(
    ("servers", "variation", "shape"),
    [(3, 1.0, "exponential"), (1, 0.9, "lognormal")],
    ids=["M/M/3", "M/G/1"],
)
def test_the_wait_of_one_line(servers, variation, shape):
    """M/M/c and M/G/1: the formula's wait lies in the interval of the runs."""
    # ρ = 0.7
    stream = Stream(arrivals=0.7 * servers / 5.0, service=5.0, variation=variation)
    line = Line(classes={"": stream}, servers=servers)
    (found,) = run_line("desk", line, minutes=8000, runs=6, shape=shape)
    low, high = wide(found.wait)
    assert low <= found.analytic_wait <= high
    assert found.abandoned.mean == 0.0
    assert found.wait.mean > 0.5 * found.analytic_wait


def test_who_loses_patience_leaves():
    """Erlang-A: wait and share who leave lie in their intervals, though too many come."""
    line = Line(
        classes={"": Stream(arrivals=0.5, service=5.0, variation=1.0)}, servers=2, patience=4.0
    )
    (found,) = run_line("desk", line, minutes=6000, runs=6, shape="exponential")
    for simulated, analytic in (
        (found.wait, found.analytic_wait),
        (found.abandoned, found.analytic_abandoned),
    ):
        low, high = wide(simulated)
        assert low <= analytic <= high
    assert found.abandoned.mean > 0.2


def test_who_is_called_first_waits_less():
    """Priorities: the wait of each class is Cobham's."""
    # one μ and exponential services: exact for any number of servers
    line = Line(
        classes={
            "elderly": Stream(arrivals=0.1, service=5.0, variation=1.0),
            "others": Stream(arrivals=0.2, service=5.0, variation=1.0),
        },
        servers=2,
    )
    first, last = run_line("desk", line, minutes=8000, runs=6, shape="exponential")
    for found in (first, last):
        low, high = wide(found.wait)
        assert low <= found.analytic_wait <= high
    assert first.wait.high < last.wait.low


def test_a_window_that_opens_shortens_the_wait():
    """With a schedule of windows, the hour with more of them waits less."""
    stream = Stream(arrivals=1.0, service=5.0, variation=0.9)
    arrivals = {9: 24.0, 10: 24.0, 11: 24.0}
    few = simulate_day(arrivals, {9: 2, 10: 2, 11: 2}, stream, runs=40)
    more = simulate_day(arrivals, {9: 2, 10: 4, 11: 2}, stream, runs=40)
    assert more[10].high < few[10].low


def test_all_lines_of_a_layout_are_run(room):
    """Every type with a service time has its line; the same seed gives the same figures."""
    study = room(arrivals=15)
    one, again = (
        simulate_queues(study, study.current_layout, minutes=1000, runs=2) for _ in range(2)
    )
    assert [line.type for line in one] == ["open_desk"]
    assert one == again
    assert one[0].utilisation == pytest.approx(15 / 60 * 2)


def test_a_day_of_a_layout(room):
    """Each hour has its customers and windows; in a calm hour the wait is the steady one."""
    study = room(arrivals=12, minutes=2, more='"10" = 12\n"11" = 12\n')
    rows = simulate_queue_days(study, study.current_layout, runs=150)
    assert [(row.type, row.hour, row.windows) for row in rows] == [
        ("open_desk", hour, 1) for hour in (9, 10, 11)
    ]
    assert all(row.arrivals_per_hour == pytest.approx(12.0) for row in rows)
    # ρ = 0.4: an hour after opening the queue is in its steady state
    low, high = wide(rows[2].wait)
    assert low <= rows[2].analytic_wait <= high


def test_crowded_runs_count_for_more():
    """A mean over people: 10 who wait 1 minute each and 30 who wait 3 make 2.5, not 2."""
    found = estimate_ratio([(10.0, 10), (90.0, 30)])
    assert found.mean == pytest.approx(2.5)
    assert found.low < 2.5 < found.high
    assert estimate_ratio([(0.0, 0)]).runs == 0
