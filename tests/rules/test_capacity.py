"""Capacity: waits, seats, waiting area and queues."""

import numpy as np
import pytest

from optimizer.evaluation import WaitingFigures
from optimizer.rules.capacity import people_waiting


def figures(mean=2.0, p95=6.0, utilisation=0.6, rate=30.0, servers=2):
    return WaitingFigures(
        mean_minutes=mean, minutes_of_hour=mean, p95_minutes=p95, utilisation=utilisation,
        arrivals_per_hour=rate, servers=servers,
    )  # fmt: skip


def test_people_waiting():
    """30 people an hour who wait up to 6 minutes: 3 of them wait at a time."""
    assert people_waiting(figures()) == pytest.approx(3.0)
    assert np.isinf(people_waiting(figures(p95=np.inf)))


def test_wait_limits(ask):
    """Mean and percentile against their limits, each type by itself."""
    waiting = {"desk": figures(mean=2.0, p95=6.0), "bar": figures(mean=9.0, p95=25.0)}
    assert ask("wait_mean", waiting=waiting, value=10).passed
    assert ask("wait_mean", waiting=waiting, value=10).all[0].value == 9.0
    assert [f.value for f in ask("wait_mean", waiting=waiting, value=5).broken] == [9.0]
    assert ask("wait_percentile", waiting=waiting, value=30).passed
    assert len(ask("wait_percentile", waiting=waiting, value=5).broken) == 2
    assert ask("wait_mean", value=10).unknown
    overloaded = {"desk": figures(mean=np.inf, p95=np.inf)}
    assert not ask("wait_mean", waiting=overloaded, value=10).passed


def test_utilisation(ask):
    """Two desks at 1.2 are overloaded; three, at 0.8, would do for a limit of 0.9."""
    asked = {"subjects": ("desk",), "value": 0.9}
    assert ask("utilisation", waiting={"desk": figures(utilisation=0.6)}, **asked).passed
    found = ask("utilisation", waiting={"desk": figures(utilisation=1.2)}, **asked)
    assert "3 places would give" in found.broken[0].sentence
    # exactly busy all the time is too much even where the limit is 1
    busy = {"desk": figures(utilisation=1.0)}
    assert not ask("utilisation", waiting=busy, subjects=("desk",), value=1.0).passed
    assert ask("utilisation", **asked).unknown


@pytest.mark.parametrize(("rate", "passed"), [(30, True), (31, False)])
def test_waiting_seats(ask, rate, passed):
    """One bench of three seats holds three people; machines' customers do not sit down."""
    waiting = {"desk": figures(rate=rate, p95=6.0), "machine": figures(rate=100)}
    asked = {"value": 1.0, "subjects": ("seat",), "waiting": waiting}
    found = ask("waiting_seats", ("seat-1", 5, 4, 0), ("machine-1", 2, 7, 0), **asked)
    assert found.passed is passed
    assert ask("waiting_seats", **(asked | {"waiting": {}})).unknown


@pytest.mark.parametrize(("need", "passed"), [(1.0, True), (1.1, False)])
def test_waiting_area(ask, need, passed):
    """The floor within 1.0 m of a seat of 1.0 × 0.6 m, less a block that stands there."""
    waiting = {"desk": figures(rate=30, p95=12.0)}
    # 6 people wait; 0.6 + 3.2 · 1.0 + π · 1.0² = 6.94 m², of which the block takes 0.6 m²
    found = ask(
        "waiting_area", ("seat-1", 5, 4, 0), ("block-1", 6.2, 4, 90), value=need, reach=1.0,
        subjects=("seat",), waiting=waiting,
    )  # fmt: skip
    assert found.passed is passed
    assert found.all[0].value == pytest.approx((3.2 + np.pi) / 6, rel=2e-3)


def test_queue_space(ask, leg):
    """Three people take 2.1 m behind the machine's user: no fixture there, nobody's way."""
    waiting = {"machine": figures(rate=30, p95=6.0)}
    asked = {"value": 0.7, "width": 0.6, "subjects": ("machine",), "waiting": waiting}
    machine = ("machine-1", 5, 7, 0)
    # the user stands at y = 6.1, the queue to y = 4.0; a block below reaches up to 3.9 or 4.1
    assert ask("queue_space", machine, ("block-1", 5, 3.6, 0), **asked).passed
    found = ask("queue_space", machine, ("block-1", 5, 3.8, 0), **asked)
    assert found.broken[0].value == pytest.approx(0.1 * 0.6)
    assert found.fixtures == ["block-1", "machine-1"]
    # two machines share the people: 1.5 each, so two, 1.4 m, stand before each
    pair = (machine, ("machine-2", 8, 7, 0))
    assert ask("queue_space", *pair, ("block-1", 5, 4.35, 0), **asked).passed
    across = leg("street", "desk-1", (2, 5), (8, 5), rate=7.0)
    assert ask("queue_space", machine, legs=(across,), **asked).broken[0].value == 7.0
    own = leg("street", "machine-1", (5, 0.5), (5, 6.1))
    assert ask("queue_space", machine, legs=(own,), **asked).passed
    overloaded = asked | {"waiting": {"machine": figures(p95=np.inf)}}
    assert ask("queue_space", machine, **overloaded).unknown
