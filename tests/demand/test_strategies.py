"""Ticket-call strategies: each is the formula that it names, and they rank as they must."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely

from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.demand.queues import Stream, compute_priority_waits, compute_queue, pool_streams
from optimizer.demand.service import PriorityClass, Service, service_value, service_variation
from optimizer.demand.skills import compute_skills
from optimizer.demand.strategies import EVERYBODY, StrategyRow, compare_strategies
from optimizer.equipment.model import FixtureType
from optimizer.errors import StudyError
from optimizer.plan.model import FloorPlan
from optimizer.study import FixtureGroup, Study, Walking


def branch(*, cash: int = 4, desk: int = 2, service: Service | None = None) -> Study:
    """Money and foreign exchange at cash windows, cards at desks; 45 customers at 10:00."""
    kinds = [
        FixtureType(name=name, label="", label_zh="", width=1.5, depth=0.6, height=1.0)
        for name in ("cash", "desk")
    ]

    def business(name: str, share: float, kind: str, minutes: float) -> Business:
        return Business(
            name=name,
            share=share,
            journey=(Stop(types=(kind,)),),
            service_minutes={kind: minutes},
        )

    return Study(
        name="branch",
        plan=FloorPlan(name="hall", outline=shapely.box(0, 0, 8, 6)),
        types={kind.name: kind for kind in kinds},
        groups=tuple(
            FixtureGroup(type=name, min=n, max=n) for name, n in (("cash", cash), ("desk", desk))
        ),
        mix=BusinessMix(
            businesses=(
                business("money", 0.6, "cash", 4.0),
                business("exchange", 0.2, "cash", 9.0),
                business("card", 0.2, "desk", 8.0),
            ),
            arrivals=Arrivals(per_hour={9: 10.0, 10: 45.0}),
            service=service or Service(staffed=("cash", "desk")),
        ),
        walking=Walking(radius=0.25, speed={}, encounter_distance=0.5, lane_width=1.2),
    )


def by_strategy(rows: tuple[StrategyRow, ...]) -> dict[str, StrategyRow]:
    """Row for everybody by strategy."""
    return {row.strategy: row for row in rows if row.customers == EVERYBODY}


CV = service_variation()
MONEY = Stream(arrivals=0.45, service=4.0, variation=CV)
EXCHANGE = Stream(arrivals=0.15, service=9.0, variation=CV)
CARD = Stream(arrivals=0.15, service=8.0, variation=CV)


def test_first_come_and_shared_are_the_formulas():
    """One line for each kind of window; all six windows for everybody."""
    rows = by_strategy(compare_strategies(branch()))
    cash = compute_queue(pool_streams([MONEY, EXCHANGE]), 4).mean_wait
    desk = compute_queue(CARD, 2).mean_wait
    assert rows["first come"].mean_minutes == pytest.approx(0.8 * cash + 0.2 * desk)
    shared = compute_queue(pool_streams([MONEY, EXCHANGE, CARD]), 6)
    assert rows["shared"].mean_minutes == pytest.approx(shared.mean_wait)
    assert rows["shared"].p95_minutes == pytest.approx(shared.percentile(0.95))
    assert all(row.arrivals_per_hour == pytest.approx(45.0) for row in rows.values())


def test_dedicated_windows_are_shared_out_by_load():
    """Money and exchange get two windows each: 1.8 and 1.35 are busy on average."""
    rows = compare_strategies(branch())
    waits = {r.customers: r.mean_minutes for r in rows if r.strategy == "dedicated"}
    assert waits["money"] == pytest.approx(compute_queue(MONEY, 2).mean_wait)
    assert waits["exchange"] == pytest.approx(compute_queue(EXCHANGE, 2).mean_wait)


def test_priority_takes_the_studys_classes_or_the_elderly():
    """Classes are called first at each kind of window, Cobham's waits; default is a share."""
    share = float(service_value("elderly"))
    rows = [r for r in compare_strategies(branch()) if r.strategy == "priority"]
    cash = {r.customers: r.mean_minutes for r in rows if r.stop == "cash"}
    whole = pool_streams([MONEY, EXCHANGE])
    first = Stream(arrivals=share * 0.6, service=whole.service, variation=whole.variation)
    rest = replace(first, arrivals=(1 - share) * 0.6)
    assert list(cash) == ["elderly", "others"]
    assert list(cash.values()) == pytest.approx(list(compute_priority_waits([first, rest], 4)))
    vip = Service(
        staffed=("cash", "desk"), priority=(PriorityClass(name="vip", business=("exchange",)),)
    )
    named = compare_strategies(branch(service=vip))
    assert {r.customers for r in named if r.strategy == "priority" and r.stop == "cash"} == {
        "vip",
        "others",
    }


def test_strategies_rank_as_they_must():
    """Shared beats flexible windows, these beat first come, that beats lines of one's own."""
    rows = by_strategy(compare_strategies(branch()))
    waits = [
        rows[name].mean_minutes
        for name in ("shared", "skill-based", "first come", "dedicated", "own lines")
    ]
    assert waits == sorted(waits)
    assert len(set(waits)) == 5
    # who is called first does not change the mean where services are alike for all classes
    assert rows["priority"].mean_minutes == pytest.approx(rows["first come"].mean_minutes)


def test_one_kind_of_window_has_nothing_to_share():
    """Without desks there is neither a shared line nor a flexible window."""
    assert not {"shared", "skill-based"} & set(by_strategy(compare_strategies(branch(desk=0))))


def test_patience_is_kept_in_every_line():
    """Where customers leave, waits are finite though more come than can be served."""
    patient = compare_strategies(branch(cash=2), hour=10)
    assert math.isinf(by_strategy(patient)["first come"].mean_minutes)
    leaving = Service(staffed=("cash", "desk"), patience={"cash": 20.0, "desk": 20.0})
    rows = by_strategy(compare_strategies(branch(cash=2, service=leaving), hour=10))
    assert rows["first come"].mean_minutes < 20.0
    assert "Erlang-A" in rows["first come"].method


# ---- windows with skills ------------------------------------------------------------------------


def test_no_flexible_window_is_two_queues():
    """Without flexible windows the chain is two M/M/c queues side by side."""
    found = compute_skills(arrivals=(0.5, 1.2), services=(1.0, 1.0), windows=(1, 2), flexible=0)
    one = compute_queue(Stream(arrivals=0.5, service=1.0), 1)
    two = compute_queue(Stream(arrivals=1.2, service=1.0), 2)
    assert found.mean_waits == pytest.approx((one.mean_wait, two.mean_wait), rel=1e-6)
    assert found.delayed == pytest.approx((one.delayed, two.delayed), rel=1e-6)


def test_flexible_windows_alone_are_one_queue():
    """Three windows for both kinds: together they wait as in one M/M/3, the longer line less so."""
    found = compute_skills(
        arrivals=(1.5, 0.6), services=(1.0, 1.0), windows=(0, 0), flexible=3, longest=40
    )
    whole = compute_queue(Stream(arrivals=2.1, service=1.0), 3)
    mean = (1.5 * found.mean_waits[0] + 0.6 * found.mean_waits[1]) / 2.1
    assert mean == pytest.approx(whole.mean_wait, rel=1e-6)
    assert found.delayed == pytest.approx((whole.delayed, whole.delayed), rel=1e-6)


def test_skills_by_simulation_free_chain():
    """One window for A, one for both: the chain solved again in another order of states."""
    arrivals, services, top = (0.6, 0.5), (1.0, 1.5), 40
    # (own busy, flexible serving nothing/A/B as 0/1/2, A waiting, B waiting)
    states = [
        (i, m, p, q)
        for q in range(top)
        for p in range(top)
        for m in range(3)
        for i in range(2)
        if (p == 0 or (i and m)) and (q == 0 or m)
    ]
    index = {state: k for k, state in enumerate(states)}
    change = np.zeros((len(states), len(states)))

    def add(k: int, target: tuple[int, int, int, int], rate: float) -> None:
        if target in index:
            change[k, index[target]] += rate

    for (i, m, p, q), k in index.items():
        add(k, (1, m, p, q) if not i else (i, 1, p, q) if not m else (i, m, p + 1, q), arrivals[0])
        add(k, (i, 2, p, q) if not m else (i, m, p, q + 1), arrivals[1])
        if i:
            add(k, (1, m, p - 1, q) if p else (0, m, p, q), 1 / services[0])
        if m:
            calls = (i, 1, p - 1, q) if p and p >= q else (i, 2, p, q - 1) if q else (i, 0, p, q)
            add(k, calls, 1 / services[m - 1])
    change -= np.diag(change.sum(axis=1))
    change[:, -1] = 1.0
    chance = np.linalg.solve(change.T, np.append(np.zeros(len(states) - 1), 1.0))
    waits = [float(chance @ np.array([s[2 + k] for s in states])) / arrivals[k] for k in (0, 1)]
    found = compute_skills(
        arrivals=arrivals, services=services, windows=(1, 0), flexible=1, longest=top - 1
    )
    assert found.mean_waits == pytest.approx(waits, rel=1e-6)


def test_lines_without_end_are_said():
    """Too many of one kind, or of both together, wait for ever."""
    endless = compute_skills(arrivals=(3.0, 0.1), services=(1.0, 1.0), windows=(1, 3), flexible=1)
    assert endless.mean_waits == (math.inf, math.inf)
    both = compute_skills(arrivals=(1.0, 1.0), services=(1.0, 1.0), windows=(0, 1), flexible=1)
    assert both.mean_waits == (math.inf, math.inf)
    with pytest.raises(StudyError, match="each kind needs one"):
        compute_skills(arrivals=(1.0, 1.0), services=(1.0, 1.0), windows=(0, 1), flexible=0)
