"""Legs as the encounter kernels take them.

In: a study and legs, with or without paths. Out: `Streams` of people, lanes and class weights.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from optimizer.demand.flows import PersonClass
from optimizer.demand.legs import AUDIENCE
from optimizer.demand.periods import reference_weights
from optimizer.walk.encounters import LaneModel, Streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.demand.legs import LegEnds
    from optimizer.plan.space import Audience
    from optimizer.study import Study

__all__ = [
    "Walker",
    "class_mixture",
    "class_weights",
    "lane_model",
    "meeting_weights",
    "streams_of",
    "weighted_streams",
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


def streams_of(study: Study, legs: Sequence[Walker]) -> Streams:
    """The people of the legs; flows share an end where one audience uses one fixture or door."""
    ends: dict[tuple[str, Audience], int] = {}
    numbers = [
        [
            ends.setdefault((name, AUDIENCE[leg.person]), len(ends))
            for name in (leg.source, leg.target)
        ]
        for leg in legs
    ]
    return Streams.of(
        [leg.rate for leg in legs],
        speeds=[study.walking.speed[leg.person] for leg in legs],
        classes=[CLASSES.index(leg.person) for leg in legs],
        ends=np.array(numbers, dtype=np.int64).reshape(-1, 2),
    )


def meeting_weights(
    study: Study, legs: Sequence[LegEnds], weights: Sequence[float]
) -> NDArray[np.float64]:
    """(legs, legs) weight of an encounter that two streams of one person an hour would have.

    Encounters go with the product of both rates. Over periods of these weights, two legs count
    Σ weight · rate · rate of the other, times the weight of their classes.
    """
    rates = np.array(
        [[sum(groups.values()) for groups in leg.by_period] for leg in legs], dtype=float
    ).reshape(len(legs), len(weights))
    classes = np.array([CLASSES.index(leg.person) for leg in legs], dtype=np.int64)
    people = (rates * np.asarray(weights)) @ rates.T
    table: NDArray[np.float64] = class_weights(study)[np.ix_(classes, classes)]
    # the product of one matrix with its own transpose, but for rounding
    found: NDArray[np.float64] = table * (people + people.T) / 2.0
    return found


def weighted_streams(study: Study, legs: Sequence[LegEnds]) -> tuple[Streams, NDArray[np.float64]]:
    """Streams and class weights whose weighted encounters are those of the objective.

    With periods each leg is a class of its own with one person an hour, and the weights hold the
    people of every period: `meeting_weights`.
    """
    streams = streams_of(study, legs)
    if not study.periods:
        return streams, class_weights(study)
    weights = meeting_weights(study, legs, reference_weights(study))
    unit = replace(streams, rates=np.ones(len(legs)), classes=np.arange(len(legs)))
    return unit, weights


def lane_model(study: Study) -> LaneModel:
    """Lane width and encounter distance of the study."""
    return LaneModel(width=study.walking.lane_width, distance=study.walking.encounter_distance)


def class_weights(study: Study) -> NDArray[np.float64]:
    """(classes, classes) weight of an encounter between two flows of these classes.

    Wheelchair users walk among the customers: the weight of a flow is the mean over who walks it.
    """
    weights = np.array(
        [[study.objective.class_weight(one, other) for other in CLASSES] for one in CLASSES]
    )
    mixture = class_mixture(study)
    mixed: NDArray[np.float64] = mixture @ weights @ mixture.T
    # equal above and below the diagonal to the last bit
    return (mixed + mixed.T) / 2.0


def class_mixture(study: Study) -> NDArray[np.float64]:
    """(classes, classes) share of people of each class, column, in a flow of a class, row."""
    rows = [study.walking.mixture(person) for person in CLASSES]
    return np.array([[row.get(person, 0.0) for person in CLASSES] for row in rows])
