"""Diagnosis: the cause that binds is the one that was built into the case."""

from __future__ import annotations

import pytest
import shapely

from optimizer.demand.diagnosis import Cause, LongQueue, diagnose_places, diagnosis_value
from optimizer.demand.lines import compute_line
from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.demand.overload import charge_waits
from optimizer.demand.queues import Stream
from optimizer.demand.service import service_variation
from optimizer.diagnose import diagnose, marginal_minutes
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import FixtureType, Role, StandingPoint
from optimizer.errors import StudyError
from optimizer.plan.model import Door, DoorKind, FloorPlan
from optimizer.study import FixtureGroup, Study, Walking


def stops(*words: str) -> tuple[Stop, ...]:
    """Stops at one type each."""
    return tuple(Stop(types=(word,)) for word in words)


def charged(stream: Stream, servers: int) -> float:
    """Wait that the objective takes for one line: both queues fill up in less than an hour."""
    return charge_waits({"": stream}, servers, compute_line({"": stream}, servers))[0]


def queues(
    *businesses: Business, places: dict[str, int], arrivals: float, walking: float = 0.0
) -> tuple[LongQueue, ...]:
    """Long queues of an hour, above 5 minutes."""
    return diagnose_places(
        BusinessMix(businesses=businesses),
        places=places,
        serving=places,
        steps=dict.fromkeys(places, 1),
        arrivals=arrivals,
        walking_minutes=walking,
        when="10:00",
        labels={kind: (kind, "柜台") for kind in places},
        long_minutes=5.0,
    )


LONG = Business(name="loan", share=0.2, journey=stops("desk"), service_minutes={"desk": 30.0})
SHORT = Business(name="cash", share=0.8, journey=stops("desk"), service_minutes={"desk": 2.0})


def test_capacity_binds_at_a_busy_desk():
    """Nobody can go elsewhere: one more desk gives back what the charged waits say."""
    (queue,) = queues(SHORT, LONG, places={"desk": 3}, arrivals=18.0)
    assert queue.binding is not None
    assert queue.binding.cause is Cause.CAPACITY
    cv = service_variation()
    # mean 7.6; E[S²] = (1 + cv²)(0.8·2² + 0.2·30²)
    spread = ((1 + cv**2) * (0.8 * 4 + 0.2 * 900) / 7.6**2 - 1) ** 0.5
    stream = Stream(arrivals=0.3, service=7.6, variation=spread)
    saved = charged(stream, 3) - charged(stream, 4)
    assert queue.binding.minutes == pytest.approx(saved)
    by_cause = {r.cause: r.minutes for r in queue.relaxations}
    assert by_cause[Cause.MIX] > 0
    assert by_cause[Cause.DIVERSION] == 0.0


def test_diversion_binds_where_an_idle_machine_stands_beside_many_windows():
    """Ten busy windows and idle machines: a fifth more to machines beats an eleventh window."""
    # a fifth of one business, or of both
    both = [
        Business(
            name=name,
            share=0.5,
            journey=stops("desk"),
            machine_journey=stops("atm"),
            service_minutes={"desk": 6.0, "atm": 1.0},
        )
        for name in ("draw", "pay in")
    ]
    (queue,) = queues(*both, places={"desk": 10, "atm": 4}, arrivals=99.0)
    assert queue.binding is not None
    assert queue.binding.cause is Cause.DIVERSION
    assert "to machines" in queue.sentence()
    assert "分流不足" in queue.sentence("zh")


def test_mix_binds_where_one_business_blocks_many_windows():
    """Most of the load is one business: a fifth less of it is more than one window of twelve."""
    (queue,) = queues(SHORT, LONG, places={"desk": 12}, arrivals=92.0)
    assert queue.binding is not None
    assert queue.binding.cause is Cause.MIX
    assert "20% less loan" in queue.sentence()


def test_layout_binds_where_walks_are_worst():
    """Where walking could save more than any queue, the layout is named."""
    (queue,) = queues(SHORT, LONG, places={"desk": 3}, arrivals=15.0, walking=30.0)
    assert queue.binding is not None
    assert queue.binding.cause is Cause.LAYOUT
    assert "布局动线" in queue.sentence("zh")


def test_overload_is_diagnosed():
    """A queue that grows for ever is long, and is said to grow."""
    (queue,) = queues(SHORT, LONG, places={"desk": 1}, arrivals=18.0)
    assert "grows for ever" in queue.sentence()
    assert "持续增长" in queue.sentence("zh")


def test_short_waits_are_no_queue():
    """Nothing is diagnosed where waits are short, or nobody comes."""
    assert queues(SHORT, places={"desk": 3}, arrivals=5.0) == ()
    assert queues(SHORT, places={"desk": 3}, arrivals=0.0) == ()


def hall() -> tuple[Study, Layout]:
    """Two desks in an 8 x 6 m hall; 24 customers at 10:00, 3 at 9:00."""
    desk = FixtureType(
        name="desk",
        label="Desk",
        label_zh="柜台",
        width=1.5,
        depth=0.6,
        height=1.0,
        standing=(StandingPoint(role=Role.CUSTOMER, x=0, y=-0.7),),
    )
    study = Study(
        name="hall",
        plan=FloorPlan(
            name="hall",
            outline=shapely.box(0, 0, 8, 6),
            doors=(
                Door(
                    name="street",
                    kind=DoorKind.ENTRANCE,
                    line=shapely.LineString([(3, 0), (5, 0)]),
                ),
            ),
        ),
        types={"desk": desk},
        groups=(FixtureGroup(type="desk", min=1, max=2),),
        mix=BusinessMix(
            businesses=(
                Business(
                    name="cash", share=1.0, journey=stops("desk"), service_minutes={"desk": 4.5}
                ),
            ),
            arrivals=Arrivals(per_hour={9: 3.0, 10: 24.0}),
        ),
        walking=Walking(
            radius=0.25, speed={"customer": 1.0}, encounter_distance=0.5, lane_width=1.2
        ),
    )
    places = [(2.0, 4.0), (6.0, 4.0)]
    return study, Layout(
        placements=tuple(
            Placement(fixture=f"desk-{i + 1}", type="desk", x=x, y=y)
            for i, (x, y) in enumerate(places)
        )
    )


def test_diagnosis_of_a_layout_names_the_hours():
    """At 10:00 the queue is long, at 9:00 it is not; every desk can be reached straight."""
    study, layout = hall()
    (queue,) = diagnose(study, layout, long_minutes=5.0)
    assert queue.when == "10:00"
    assert queue.sentence().startswith("10:00, Desk: mean wait")
    (walking,) = [r for r in queue.relaxations if r.cause is Cause.LAYOUT]
    assert walking.minutes == pytest.approx(0.0, abs=0.01)
    assert diagnose(study, layout, long_minutes=60.0) == ()
    with pytest.raises(StudyError, match="must be 0 or more"):
        diagnose(study, layout, long_minutes=-1.0)


def test_marginal_value_is_that_of_the_queue():
    """A third desk saves the difference of two waits; walks on average stay as they are."""
    study, layout = hall()
    (value,) = marginal_minutes(study, layout)
    stream = Stream(arrivals=0.4, service=4.5, variation=service_variation())
    saved = charged(stream, 2) - charged(stream, 3)
    assert value.count == 2
    assert value.waiting_minutes == pytest.approx(saved)
    assert value.walking_minutes == pytest.approx(0.0)
    assert value.person_minutes_per_hour == pytest.approx(24 * saved)
    assert value.sentence() == f"the third Desk saves {saved:.2f} min per customer at 10:00"
    assert "第3台柜台" in value.sentence("zh")
    with pytest.raises(StudyError, match="nobody comes at hour 3"):
        marginal_minutes(study, layout, hour=3)


def test_the_doses_are_shares():
    """A wait is long from some minutes on, and a fifth is a share."""
    assert diagnosis_value("long_minutes") > 0
    assert 0 < diagnosis_value("dose") < 1
