"""Encounters of who leaves a place with who is called to it at that moment, by formula.

In: a study, a furnished hall and the walked legs of a layout. Out: how many such encounters an hour
has.

The formula for streams takes it that people set out at random. Where somebody waits, the next one
is called at the moment at which the one before leaves, and the two walk towards each other. So

    encounters per hour = Σ rate_in · P(wait) · share_out · P(the two come near)

over the ways in to a place and out of it. rate_in · P(wait) are the people who are called (Erlang
C, or A where people lose patience); share_out is the share of all who leave by that way. Both set
out at one moment and their ways are known, so whether they come near each other depends on the
ratio of their speeds alone: P is the share of ratios for which they do.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from optimizer.demand.flows import PersonClass, compute_visits
from optimizer.demand.waiting import compute_lines
from optimizer.plan.space import Audience
from optimizer.simulate.parameters import parameter
from optimizer.walk.pedestrian import read_pedestrian_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg
    from optimizer.simulate.hall import Hall
    from optimizer.study import Study

    FloatArray = NDArray[np.float64]

__all__ = ["chance_to_meet", "expect_handovers", "share_who_wait"]

#: Ratios of two people's speeds that are tried, all alike likely, and seconds between two looks.
RATIOS, LOOK = 15, 0.1


def share_who_wait(study: Study, layout: Layout, hour: int) -> dict[str, float]:
    """Share of the customers of each fixture type who have to wait there and stay, 0 to 1."""
    servers = study.servers(layout)
    visits = compute_visits(study.mix, servers, study.mix.arrivals.per_hour.get(hour, 0.0))
    serving = {kind: n for kind, n in servers.items() if study.types[kind].servers}
    found = {}
    for kind, lines in compute_lines(study.mix, visits, serving).items():
        waits = [(line.copies * wait.arrivals, wait) for line in lines for wait in line.waits()]
        people = sum(rate for rate, _ in waits)
        if people > 0:
            called = sum(rate * max(wait.delayed - wait.abandoned, 0.0) for rate, wait in waits)
            found[kind] = called / people
    return found


def chance_to_meet(
    into: FloatArray, out: FloatArray, *, speed: float, distance: float, handover: float
) -> float:
    """Probability that who comes and who goes meet when both set out at one moment.

    Parameters
    ----------
    into, out
        (n, 2) metres: the way to a place, and a way from it.
    speed
        Mean of both, metres per second.
    distance
        Two people closer than this meet, metres.
    handover
        Metres at the place that belong to the person served there.
    """
    spread = math.sqrt(2.0) * float(parameter("speed_variation"))
    ratios = np.exp(norm.ppf((np.arange(RATIOS) + 0.5) / RATIOS) * spread)
    comes, goes = (speed * ratios**power for power in (-0.5, 0.5))
    length = [float(np.hypot(*np.diff(way, axis=0).T).sum()) for way in (into, out)]
    times = np.arange(0.0, min(length[0] / comes.min(), length[1] / goes.min()), LOOK)
    one, ahead = _along(into, comes[:, None] * times)
    other, away = _along(out, goes[:, None] * times)
    near = np.hypot(*np.moveaxis(one - other, -1, 0)) < distance
    near &= (ahead * away).sum(axis=-1) < math.cos(math.radians(parameter("parallel")))
    near &= np.hypot(*np.moveaxis(one - into[-1], -1, 0)) >= handover
    near &= np.hypot(*np.moveaxis(other - out[0], -1, 0)) >= handover
    near &= (comes[:, None] * times <= length[0]) & (goes[:, None] * times <= length[1])
    return float(near.any(axis=1).mean())


def _along(way: FloatArray, metres: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where somebody is after so many metres of a way, and which way he walks there."""
    steps = np.diff(way, axis=0)
    long = np.hypot(*steps.T)
    reached = np.concatenate([[0.0], np.cumsum(long)])
    part = np.clip(np.searchsorted(reached, metres, side="right") - 1, 0, len(long) - 1)
    heading = (steps / np.maximum(long, 1e-9)[:, None])[part]
    left = np.clip(metres - reached[part], 0.0, long[part])
    return way[part] + left[..., None] * heading, heading


def expect_handovers(
    study: Study,
    layout: Layout,
    hall: Hall,
    legs: Sequence[Leg],
    *,
    hour: int,
    distance: float,
    handover: float,
) -> float:
    """Encounters per hour of who leaves a place with who is called to it.

    Parameters
    ----------
    study, layout, hall, legs
        What is walked, and the walked legs of the layout at this hour.
    hour
        Whose arrivals hold.
    distance, handover
        As `chance_to_meet`.
    """
    waits = share_who_wait(study, layout, hour)
    walked = [leg for leg in legs if leg.person is PersonClass.CUSTOMER and len(leg.path) > 1]
    speed = study.walking.speed[PersonClass.CUSTOMER]
    total = 0.0
    for placement in layout.placements:
        fixture, share = placement.fixture, waits.get(placement.type, 0.0)
        outs = [leg for leg in walked if leg.source == fixture]
        leave = sum(leg.rate for leg in outs)
        if share <= 0.0 or leave <= 0.0:
            continue
        for called, into in _ways_in(hall, fixture, [w for w in walked if w.target == fixture]):
            for leg in outs:
                chance = chance_to_meet(
                    into, leg.path, speed=speed, distance=distance, handover=handover
                )
                total += called * share * leg.rate / leave * chance
    return total


def _ways_in(hall: Hall, fixture: str, legs: Sequence[Leg]) -> Iterator[tuple[float, FloatArray]]:
    """Yield people per hour who come to a fixture and the way that they do if they are called.

    Who sits is called from his seat, all others from where people stand who wait; where there is
    no room to stand, from where they come.
    """
    seats = read_pedestrian_values().seats
    places = hall.aside.get(hall.types[fixture]) or hall.lines.get(fixture, ())
    standing = 0.0
    for leg in legs:
        if places and hall.types.get(leg.source) not in seats:
            standing += leg.rate
        else:
            yield leg.rate, leg.path
    if standing > 0.0:
        way = hall.way(Audience.CUSTOMER, places[0], hall.places[fixture][0])
        if len(way) > 1:
            yield standing, np.array(way)
