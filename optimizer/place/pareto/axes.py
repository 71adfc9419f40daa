"""The axes of a Pareto front: what is made small, and where the judge and the search read it.

In: an `Evaluation` of the judge, or a `Score` of the search. Out: one number for each axis.

    walking        metres a customer walks                                             (0)
    encounters     expected encounters an hour, times the weight of the two classes    (1)
    overlooked     overlooked pairs                                                    (2)
    staff_walking  metres that staff walk in an hour                                   (3)
    waiting        minutes that a customer waits, in all                               (4)

Waiting depends on how many fixtures of each kind there are, not on where they stand: the search
takes it as a constant of each choice of counts. In a study with periods all five are those of the
mix, or of the heaviest period where the worst one counts (`demand.periods`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import StudyError
from optimizer.study import Objective

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from optimizer.evaluation import Evaluation
    from optimizer.place.scorer import Score
    from optimizer.study import Study

__all__ = ["AXES", "Axis", "axes_named", "judged_values", "score_values", "weigh", "with_weights"]

#: Least share of its weight at which an axis still takes part: its term must stay readable.
LEAST = 1e-4


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One axis; less is better.

    Parameters
    ----------
    name
        As in files and options.
    unit
        Of its values.
    of
        Value of a layout that the judge has measured.
    """

    name: str
    unit: str
    of: Callable[[Evaluation], float]


def _waiting(evaluation: Evaluation) -> float:
    """Minutes of waiting for each customer, over the periods of the study by their weights."""
    minutes = evaluation.waiting_seconds_per_hour / 60.0
    return minutes / evaluation.arrivals_per_hour if evaluation.arrivals_per_hour else 0.0


AXES = (
    Axis(name="walking", unit="m", of=lambda e: e.walking.metres_per_customer),
    Axis(name="encounters", unit="1/h", of=lambda e: e.crossing.weighted_encounters_per_hour),
    Axis(name="overlooked", unit="pairs", of=lambda e: float(e.privacy.overlooked_pairs)),
    Axis(name="staff_walking", unit="m/h", of=lambda e: e.walking.staff_person_metres_per_hour),
    Axis(name="waiting", unit="min", of=_waiting),
)


def axes_named(names: Sequence[str] | None) -> tuple[Axis, ...]:
    """Axes of the given names, in the order of `AXES`; None for all of them.

    Raises
    ------
    StudyError
        For an unknown name, or fewer than two.
    """
    if names is None:
        return AXES
    known = [axis.name for axis in AXES]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise StudyError(*(f"axis {n!r} is unknown; axes are {', '.join(known)}" for n in unknown))
    if len(set(names)) < 2:
        raise StudyError("a front needs two axes or more; axes are " + ", ".join(known))
    return tuple(axis for axis in AXES if axis.name in names)


def judged_values(evaluation: Evaluation, axes: Sequence[Axis] = AXES) -> tuple[float, ...]:
    """Value of a judged layout on each axis."""
    return tuple(axis.of(evaluation) for axis in axes)


def score_values(
    score: Score, objective: Objective, *, arrivals: float, waiting: float
) -> NDArray[np.float64]:
    """(5,) values of a scored layout, in the order of `AXES`.

    Parameters
    ----------
    score
        Terms weighted by `objective`, none of whose weights may be 0.
    objective
        What the scorer weighed by.
    arrivals
        Customers an hour.
    waiting
        The last axis, which the score does not hold.
    """
    customers = (score.walking - score.staff) / objective.walking
    return np.array(
        [
            customers / arrivals if arrivals else 0.0,
            score.encounters / objective.encounters,
            score.overlooked / objective.overlooked,
            score.staff / objective.staff_walking,
            waiting,
        ]
    )


def weigh(
    objective: Objective, weights: NDArray[np.float64], *, arrivals: float, scale: float
) -> Objective:
    """Objective whose value is `scale` · Σ weights · values of `AXES`, less the waiting.

    Weights are raised to `LEAST` of the largest, in the terms of the study's own objective, so
    that every term can be read from a score.
    """
    own = np.array(
        [objective.walking, objective.encounters, objective.overlooked, objective.staff_walking]
    )
    per_axis = scale * weights[:4] / np.array([max(arrivals, 1e-9), 1.0, 1.0, 1.0])
    raised = np.maximum(per_axis, LEAST * own * (per_axis / own).max())
    walking, encounters, overlooked, staff = (float(w) for w in raised)
    return replace(
        objective,
        walking=walking,
        encounters=encounters,
        overlooked=overlooked,
        staff_walking=staff,
    )


def with_weights(study: Study) -> Study:
    """Study in whose objective every axis weighs something, by default where it has weight 0.

    Nothing else weighs there: further measures of the study are judged, but are no axes.
    """
    usual, own = Objective(), study.objective
    names = ("walking", "staff_walking", "encounters", "waiting", "overlooked")
    missing = {name: getattr(usual, name) for name in names if getattr(own, name) <= 0}
    return study.replace(objective=replace(own, measures={}, periods="mix", **missing))
