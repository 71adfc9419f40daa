"""Waits of a study: which types are reported, and that the figures are those of the formulas."""

import math

import pytest
import shapely

from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.demand.queues import Stream, compute_queue
from optimizer.demand.service import service_variation
from optimizer.demand.waiting import compute_waiting
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import FixtureType
from optimizer.plan.model import FloorPlan
from optimizer.study import FixtureGroup, Study, Walking


def hall(*businesses: Business, counters: int = 2, benches: int = 1) -> Study:
    """A study with counters and a bench, 20 customers at 9:00 and 40 at 10:00."""
    kinds = [
        FixtureType(name="counter", label="", label_zh="", width=1.5, depth=0.6, height=1.0),
        FixtureType(
            name="bench", label="", label_zh="", width=1.5, depth=0.6, height=0.5, servers=0
        ),
        FixtureType(
            name="twin", label="", label_zh="", width=1.5, depth=0.6, height=1.5, servers=2
        ),
    ]
    return Study(
        name="hall",
        plan=FloorPlan(name="hall", outline=shapely.box(0, 0, 8, 6)),
        types={kind.name: kind for kind in kinds},
        groups=(
            FixtureGroup(type="counter", min=counters, max=counters),
            FixtureGroup(type="bench", min=benches, max=benches),
            FixtureGroup(type="twin", min=1, max=1),
        ),
        mix=BusinessMix(businesses=businesses, arrivals=Arrivals(per_hour={9: 20.0, 10: 40.0})),
        walking=Walking(radius=0.25, speed={}, encounter_distance=0.5, lane_width=1.2),
    )


CASH = Business(
    name="cash",
    share=0.75,
    journey=(Stop(types=("bench",)), Stop(types=("counter",))),
    service_minutes={"counter": 2.0, "bench": 5.0},
)
CARD = Business(
    name="card", share=0.25, journey=(Stop(types=("counter",)),), service_minutes={"counter": 6.0}
)


def test_the_wait_is_that_of_the_mixture() -> None:
    """Two businesses at two counters: the mixture's mean and variation go into the formula."""
    study = hall(CASH, CARD)
    figures = compute_waiting(study)["counter"]
    # 40 an hour, mean (3·2 + 6)/4 = 3 min: load 40/60 · 3 = 2, utilisation 1 of 2 counters
    assert (figures.arrivals_per_hour, figures.servers, figures.utilisation) == (40.0, 2, 1.0)
    assert figures.mean_minutes == figures.p95_minutes == math.inf
    quiet = compute_waiting(study, hour=9)["counter"]
    cv = service_variation()
    # within cv²·(3·2² + 6²)/4 = 12·cv²; between (3·1² + 3²)/4 = 3; over the mean's square, 9
    spread = math.sqrt((12 * cv**2 + 3) / 9)
    queue = compute_queue(Stream(arrivals=1 / 3, service=3.0, variation=spread), 2)
    assert quiet.utilisation == pytest.approx(0.5)
    assert quiet.mean_minutes == pytest.approx(queue.mean_wait)
    assert quiet.p95_minutes == pytest.approx(queue.percentile(0.95))


def test_types_that_serve_nobody_are_left_out() -> None:
    """A bench has no server, and nobody uses the twin machine: neither has a wait."""
    assert set(compute_waiting(hall(CASH, CARD))) == {"counter"}


def test_type_without_service_time_is_left_out() -> None:
    """Where no business says how long it takes, no wait is invented."""
    vague = Business(name="vague", share=1.0, journey=(Stop(types=("counter",)),))
    assert compute_waiting(hall(vague)) == {}


def test_unknown_service_time_counts_as_the_others() -> None:
    """A business without a service time takes as long as the others on average."""
    vague = Business(name="vague", share=0.5, journey=(Stop(types=("counter",)),))
    half = Business(name="cash", share=0.5, journey=CARD.journey, service_minutes={"counter": 2.0})
    whole = Business(name="cash", share=1.0, journey=CARD.journey, service_minutes={"counter": 2.0})
    assert compute_waiting(hall(half, vague)) == compute_waiting(hall(whole))


def test_servers_come_from_the_layout() -> None:
    """A layout with another number of fixtures, of several servers each, has other waits."""
    twin = Business(
        name="self service",
        share=1.0,
        journey=(Stop(types=("twin",)),),
        service_minutes={"twin": 2.0},
    )
    study = hall(twin)
    pair = Layout(
        placements=tuple(
            Placement(fixture=f"twin-{i}", type="twin", x=1.0 + 2 * i, y=1.0) for i in range(2)
        )
    )
    assert compute_waiting(study)["twin"].servers == 2
    four = compute_waiting(study, pair)["twin"]
    assert four.servers == 4
    assert four.mean_minutes < compute_waiting(study)["twin"].mean_minutes
    assert compute_waiting(study, Layout(placements=())) == {}


def test_closed_hour_has_no_waits() -> None:
    """At an hour without arrivals nobody visits anything."""
    assert compute_waiting(hall(CASH, CARD), hour=3) == {}


def test_spread_of_service_is_in_the_assumed_range() -> None:
    """The coefficient of variation comes from the data file: lognormal, 0.8 to 1.0."""
    assert 0.8 <= service_variation() <= 1.0
