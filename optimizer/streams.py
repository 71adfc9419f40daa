"""Legs as the encounter kernels take them.

In: a study and legs, with or without paths. Out: `Streams` of people and lanes. Wheelchair users
walk among the customers at their own speed: the gait of a flow is the class of its people, and what
an encounter counts is the mean over who walks in both flows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from optimizer.demand.flows import PersonClass
from optimizer.demand.legs import AUDIENCE
from optimizer.walk.encounters import LaneModel, Streams, gait_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.demand.legs import LegEnds
    from optimizer.plan.space import Audience
    from optimizer.study import Study

__all__ = [
    "Walker",
    "class_weights",
    "lane_model",
    "people_meeting",
    "streams_by_kind",
    "streams_of",
    "weighted_streams",
    "wheelchair_weights",
]

#: Classes of people in the order of the class numbers that the kernels take.
CLASSES = tuple(PersonClass)


class Walker(Protocol):
    """A leg, before or after it was routed."""

    @property
    def source(self) -> str:
        """Name of the fixture or door at the start."""

    @property
    def target(self) -> str:
        """Name of the fixture or door at the end."""

    @property
    def rate(self) -> float:
        """People per hour."""

    @property
    def person(self) -> PersonClass:
        """Class of the people."""


def streams_of(
    study: Study, legs: Sequence[Walker], weights: NDArray[np.float64] | None = None
) -> Streams:
    """The people of the legs; flows share an end where one audience uses one fixture or door.

    Parameters
    ----------
    study, legs
        Who walks where.
    weights
        (classes, classes) what an encounter of two people counts; 1 for all if left out.
    """
    classes = [CLASSES.index(leg.person) for leg in legs]
    return Streams.of(
        [leg.rate for leg in legs],
        speeds=[study.walking.speed[leg.person] for leg in legs],
        classes=classes,
        ends=_ends(legs),
        gaits=classes,
        # a class without a speed walks nowhere
        terms=gait_terms(
            [study.walking.speed.get(person, 1.0) for person in CLASSES],
            _class_mixture(study),
            weights,
        ),
    )


def streams_by_kind(study: Study, legs: Sequence[Walker]) -> tuple[Streams, NDArray[np.int64]]:
    """Streams of one speed each, wheelchair users apart, and the leg that each of them walks."""
    mixture = _class_mixture(study)
    rows = [
        (k, kind)
        for k, leg in enumerate(legs)
        for kind in np.flatnonzero(mixture[CLASSES.index(leg.person)]).tolist()
    ]
    legs_of = np.array([k for k, _ in rows], dtype=np.int64)
    streams = Streams.of(
        [legs[k].rate * mixture[CLASSES.index(legs[k].person), kind] for k, kind in rows],
        speeds=[study.walking.speed[CLASSES[kind]] for _, kind in rows],
        classes=[kind for _, kind in rows],
        ends=_ends(legs)[legs_of],
    )
    return streams, legs_of


def _ends(legs: Sequence[Walker]) -> NDArray[np.int64]:
    """(legs, 2) number of the place at which each leg begins and ends, by audience."""
    ends: dict[tuple[str, Audience], int] = {}
    numbers = [
        [
            ends.setdefault((name, AUDIENCE[leg.person]), len(ends))
            for name in (leg.source, leg.target)
        ]
        for leg in legs
    ]
    return np.array(numbers, dtype=np.int64).reshape(-1, 2)


def people_meeting(legs: Sequence[LegEnds], weights: Sequence[float]) -> NDArray[np.float64]:
    """(legs, legs) times that streams of one person an hour would meet as often.

    Encounters go with the product of both rates. Over periods of these weights, two legs count
    Σ weight · rate · rate of the other.
    """
    rates = np.array(
        [[sum(groups.values()) for groups in leg.by_period] for leg in legs], dtype=float
    ).reshape(len(legs), len(weights))
    people = (rates * np.asarray(weights)) @ rates.T
    # the product of one matrix with its own transpose, but for rounding
    found: NDArray[np.float64] = (people + people.T) / 2.0
    return found


def weighted_streams(study: Study, legs: Sequence[LegEnds]) -> tuple[Streams, NDArray[np.float64]]:
    """Streams with the class weights in their terms, and weights of what is left: the periods.

    With periods each leg is a class of its own with one person an hour, and the weights hold the
    people of every period: `people_meeting`.
    """
    streams = streams_of(study, legs, class_weights(study))
    if not study.periods:
        return replace(streams, classes=np.zeros_like(streams.classes)), np.ones((1, 1))
    weights = people_meeting(legs, study.reference_weights)
    unit = replace(streams, rates=np.ones(len(legs)), classes=np.arange(len(legs)))
    return unit, weights


def lane_model(study: Study) -> LaneModel:
    """Lane width and encounter distance of the study."""
    return LaneModel(width=study.walking.lane_width, distance=study.walking.encounter_distance)


def class_weights(study: Study) -> NDArray[np.float64]:
    """(classes, classes) weight of an encounter between two people of these classes."""
    return np.array(
        [[study.objective.class_weight(one, other) for other in CLASSES] for one in CLASSES]
    )


def wheelchair_weights() -> NDArray[np.float64]:
    """(classes, classes) 1 where one of the two people or both are wheelchair users."""
    chair = np.array([person is PersonClass.WHEELCHAIR for person in CLASSES])
    either: NDArray[np.float64] = np.logical_or.outer(chair, chair).astype(np.float64)
    return either


def _class_mixture(study: Study) -> NDArray[np.float64]:
    """(classes, classes) share of people of each class, column, in a flow of a class, row."""
    rows = [study.walking.mixture(person) for person in CLASSES]
    return np.array([[row.get(person, 0.0) for person in CLASSES] for row in rows])
