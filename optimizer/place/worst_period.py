"""The worst period of a layout under search.

In: a placement problem whose study counts the worst of its periods, lengths and encounters of the
legs as they stand. Out: what the worst period costs beyond the reference one, 0 or more.

    max_p f_p − f_ref,   f_p = walking_p + encounters_p + measures_p + fixed_p                  (1)

All periods share their paths: walking_p is the people of p times the same lengths, encounters_p
the products of their rates times the same geometry. The rest of the score is that of the reference
period, so that all together give the objective of the worst case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from optimizer.measured.conditions import fixed_costs
from optimizer.streams import people_meeting
from optimizer.walked_legs import NO_WAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.demand.legs import LegEnds
    from optimizer.study import Study
    from optimizer.walk.ledger import EncounterLedger

__all__ = ["WorstPeriod"]


class WorstPeriod:
    """Costs of all periods at the same paths.

    Parameters
    ----------
    study
        With periods, the worst of which counts.
    legs
        All legs, in the order of the lengths.
    """

    def __init__(self, study: Study, legs: Sequence[LegEnds]) -> None:
        count = len(study.periods)
        self._reference = study.reference_weights.index(1.0)
        self._fixed = np.array(fixed_costs(study))
        self._metres = np.array(
            [
                [sum(leg.by_period[p].values()) * study.metre_weight(leg.person) for leg in legs]
                for p in range(count)
            ]
        ).reshape(count, len(legs))
        alone = np.eye(count)
        self._meetings = [people_meeting(legs, alone[p].tolist()) for p in range(count)]
        self._encounters = study.objective.encounters

    @classmethod
    def of(cls, study: Study, legs: Sequence[LegEnds]) -> Self | None:
        """Costs; None where the reference is the objective already."""
        several = study.objective.periods == "worst" and len(study.periods) > 1
        return cls(study, legs) if several else None

    def beyond(
        self, lengths: NDArray[np.float64], ledger: EncounterLedger, measures: Sequence[float]
    ) -> float:
        """What (1) the worst period costs beyond the reference one.

        Parameters
        ----------
        lengths
            (legs,) metres as they stand.
        ledger
            Encounters as they stand.
        measures
            Weighted further measures in each period; empty where there are none.
        """
        walked = np.where(np.isfinite(lengths), lengths, NO_WAY)
        costs = (self._metres * walked).sum(axis=1) + self._fixed
        costs += self._encounters * np.array([ledger.total_by(own) for own in self._meetings])
        if len(measures):
            costs += np.asarray(measures)
        return float(costs.max() - costs[self._reference])
