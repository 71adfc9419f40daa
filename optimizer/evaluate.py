"""The judge: what a layout is worth, with no solver inside.

In: a study and a layout. Out: an `Evaluation`. This is the specification of the objective:

    objective = walking · Σ customers' person-metres an hour
              + staff_walking · Σ staff's person-metres an hour
              + encounters · Σ expected encounters an hour · class weight
              + waiting · Σ person-seconds of waiting an hour
              + overlooked · overlooked pairs

with the weights of the study's `Objective`, all at the study's design hour.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.flows import PersonClass
from optimizer.demand.waiting import compute_waiting
from optimizer.evaluation import (
    CrossingFigures,
    DetourFigures,
    Evaluation,
    MeetingPair,
    ObjectiveValue,
    WalkingFigures,
)
from optimizer.journeys import journey_walks
from optimizer.privacy import compute_privacy
from optimizer.rules.findings import find_all
from optimizer.streams import class_weights, lane_model, streams_of
from optimizer.walk.crossing import count_crossings, share_of_people_crossing, worst_pairs
from optimizer.walk.detour import backtrack_ratios, summarise_detour
from optimizer.walk.encounters import encounter_matrix, total_encounters
from optimizer.walk.polylines import pad_polylines
from optimizer.walked_legs import NO_WAY, prepare_shells, walk_legs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg, WaitingFigures
    from optimizer.plan.space import Audience
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

__all__ = ["evaluate", "waiting_seconds"]

#: So many of the worst meeting pairs are named.
WORST = 10


def evaluate(
    study: Study,
    layout: Layout,
    *,
    hour: int | None = None,
    shells: Mapping[Audience, Shell] | None = None,
) -> Evaluation:
    """Everything that is measured of a layout.

    Parameters
    ----------
    study
        The brief.
    layout
        Placements; they may break rules, which the findings then say.
    hour
        Hour of the day; None for the study's design hour.
    shells
        Prepared shells by audience, where the caller has them already.

    Raises
    ------
    LayoutError, StudyError
        If the layout does not belong to the study, or a journey leads nowhere.
    """
    hour = study.hour if hour is None else hour
    shells = prepare_shells(study) if shells is None else shells
    legs, broken = walk_legs(study, layout, hour=hour, shells=shells)
    arrivals = study.mix.arrivals.per_hour.get(hour, 0.0)
    walking = _walking(study, legs, arrivals)
    crossing = _crossing(study, legs)
    waiting = compute_waiting(study, layout, hour)
    privacy = compute_privacy(study, layout, legs)
    terms = {
        "walking": study.objective.walking * walking.person_metres_per_hour,
        "staff_walking": study.objective.staff_walking * walking.staff_person_metres_per_hour,
        "encounters": study.objective.encounters * crossing.weighted_encounters_per_hour,
        "waiting": study.objective.waiting * waiting_seconds(waiting),
        "overlooked": study.objective.overlooked * privacy.overlooked_pairs,
    }
    return Evaluation(
        hour=hour,
        arrivals_per_hour=arrivals,
        legs=legs,
        walking=walking,
        crossing=crossing,
        detour=_detour(study, layout, legs),
        waiting=waiting,
        privacy=privacy,
        findings=find_all(study, layout, legs=legs, waiting=waiting, unreachable=broken),
        objective=ObjectiveValue(value=sum(terms.values()), terms=terms),
    )


def is_staff(leg: Leg) -> bool:
    """Whether staff walk a leg."""
    return leg.person in (PersonClass.STAFF, PersonClass.CASH)


def walked(leg: Leg) -> float:
    """Length of a leg for sums, metres: `NO_WAY` where there is none."""
    return leg.length if np.isfinite(leg.length) else NO_WAY


def waiting_seconds(waiting: Mapping[str, WaitingFigures]) -> float:
    """Person-seconds of waiting in an hour, over all kinds of fixture.

    Where more people come than can be served, the queue grows through the hour: the mean wait of
    those who come in it is half of what is missing at its end, (utilisation − 1) · 30 minutes.
    """
    return sum(
        60.0
        * figures.arrivals_per_hour
        * (
            figures.mean_minutes
            if np.isfinite(figures.mean_minutes)
            else max(figures.utilisation - 1.0, 0.0) * 30.0
        )
        for figures in waiting.values()
    )


def _walking(study: Study, legs: Sequence[Leg], arrivals: float) -> WalkingFigures:
    by_group: defaultdict[str, float] = defaultdict(float)
    staff = 0.0
    for leg in legs:
        if is_staff(leg):
            staff += leg.rate * walked(leg)
            continue
        for group, rate in leg.by_group.items():
            by_group[group] += rate * walked(leg)
    total = sum(by_group.values())
    per_customer = {
        b.name: by_group[b.name] / (arrivals * b.share)
        for b in study.mix.businesses
        if b.name in by_group and arrivals * b.share > 0
    }
    return WalkingFigures(
        person_metres_per_hour=total,
        metres_per_customer=total / arrivals if arrivals else 0.0,
        by_journey=per_customer,
        staff_person_metres_per_hour=staff,
    )


def _crossing(study: Study, legs: Sequence[Leg]) -> CrossingFigures:
    points, counts = pad_polylines(leg.path for leg in legs)
    streams = streams_of(study, legs)
    lanes = lane_model(study)
    pairs = encounter_matrix(points, counts, streams=streams, lanes=lanes)
    crossings = count_crossings(points, counts)
    place = {(int(one), int(other)): (float(x), float(y)) for x, y, one, other in crossings.places}
    customers = np.array([not is_staff(leg) for leg in legs], dtype=bool)
    return CrossingFigures(
        encounters_per_hour=total_encounters(pairs, classes=streams.classes),
        weighted_encounters_per_hour=total_encounters(
            pairs, classes=streams.classes, class_weights=class_weights(study)
        ),
        path_crossings=float(crossings.total),
        share_of_customers_crossing=share_of_people_crossing(
            crossings, rates=streams.rates, counted=customers
        ),
        worst_pairs=tuple(
            MeetingPair(
                one=leg_name(legs[pair.flows[0]]),
                other=leg_name(legs[pair.flows[1]]),
                encounters_per_hour=pair.value,
                where=place.get(pair.flows),
            )
            for pair in worst_pairs(pairs, top=WORST)
        ),
    )


def leg_name(leg: Leg) -> str:
    """What reports call a leg."""
    return f"{leg.source} → {leg.target}"


def _detour(study: Study, layout: Layout, legs: Sequence[Leg]) -> DetourFigures:
    """Walked over shortest possible, of the customers' legs that are a walk at all."""
    own = [leg for leg in legs if not is_staff(leg) and leg.empty_length > 0]
    detour = summarise_detour(
        np.array([walked(leg) for leg in own]),
        np.array([leg.empty_length for leg in own]),
        rates=np.array([leg.rate for leg in own]),
    )
    journeys = journey_walks(study, legs, {p.fixture: p.type for p in layout.placements})
    shares = np.array([journey.share for journey in journeys])
    ratios = backtrack_ratios([journey.path for journey in journeys])
    return DetourFigures(
        mean=detour.mean,
        worst=detour.worst,
        worst_leg=leg_name(own[detour.worst_index]) if detour.worst_index >= 0 else "",
        backtrack_ratio=float(shares @ ratios / shares.sum()) if len(journeys) else 0.0,
    )
