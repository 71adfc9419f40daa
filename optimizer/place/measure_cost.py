"""What the measures of a study cost in a layout under search, exactly as the judge counts them.

In: a placement problem, the candidates chosen and the paths of all legs as they stand. Out: the
weighted cost of the measures that the scorer does not count move by move, and what the search pays
for broken limits. Only the parts of `Measured` that a study weighs or limits are worked out; a
study that does neither has no `MeasureCost` and loses no time.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import numpy as np

from optimizer.evaluation import Leg
from optimizer.measured.conditions import find_conditions
from optimizer.measured.periods import legs_of_period, measured_in, measured_whole
from optimizer.measures import MEASURES
from optimizer.walk.routing import route

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.demand.legs import LegEnds
    from optimizer.equipment.layout import Layout
    from optimizer.measured import Measured
    from optimizer.measures import Measure
    from optimizer.place.problem import PlacementProblem
    from optimizer.study import Study

    #: Start and end (legs, 2, 2) and length (legs,) of every leg, metres.
    Spans = tuple[NDArray[np.float64], NDArray[np.float64]]
    #: Padded paths of every leg and their point counts.
    Paths = tuple[NDArray[np.float64], NDArray[np.int64]]

__all__ = ["MeasureCost", "best_reached", "next_prices"]

#: Part of a measured layout that needs lines of sight.
SIGHT = "diversion"
#: What the search pays for a broken limit, in walks of the first layout: more than any layout that
#: breaks it could win by the other terms; as much again where it is broken by its own size.
BREACH = 1.0
#: Between two phases of a search a limit that the best layout breaks becomes dearer by the first
#: factor, one that it keeps cheaper by the second, though never cheaper than at first.
RAISE, LOWER = 3.0, 0.7


def _further(study: Study) -> dict[str, float]:
    """Weights of the measures that are worked out here.

    Minutes from door to door are none of them: they are metres, which the scorer counts, and
    waits and service, which do not depend on where things stand.
    """
    weights = study.objective.measures.items()
    return {name: weight for name, weight in weights if weight and name != "door_to_door"}


def next_prices(prices: Mapping[str, float], broken: Collection[str]) -> dict[str, float]:
    """Prices of limits by measure after a phase whose best layout breaks some of them.

    So the search goes to and fro over a limit until it is kept at the least cost of the rest.
    """
    return {
        name: times * RAISE if name in broken else max(times * LOWER, 1.0)
        for name, times in prices.items()
    }


def best_reached(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """The better value of each limited measure by name, of those that either knows."""
    both = {name: MEASURES[name].best(one[name], other[name]) for name in one if name in other}
    return {**one, **other, **both}


class MeasureCost:
    """Costs of weighed and limited measures of one problem.

    Parameters
    ----------
    problem
        The placement problem.
    legs
        All legs, in the order of the paths.
    walking
        Weighted walking of the first layout: what a broken limit is paid in.
    dear
        Times what a broken limit usually costs, by measure; 1 where it is not named.
    """

    def __init__(
        self,
        problem: PlacementProblem,
        legs: Sequence[LegEnds],
        *,
        walking: float,
        dear: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        study = problem.study
        self._problem, self._legs = problem, tuple(legs)
        weights = {MEASURES[name]: w for name, w in _further(study).items()}
        price = weights.pop(MEASURES["equipment_cost"], 0.0)
        prices = [m.type.cost or 0.0 for kind in problem.kinds for m in kind.members * kind.count]
        # the same wherever the fixtures stand
        self._fixed = price * sum(prices)
        self._weights = weights
        # sight is the dearest to look at: last
        limits = sorted(study.limits.items(), key=lambda one: MEASURES[one[0]].part == SIGHT)
        self._limits = {MEASURES[name]: limit for name, limit in limits}
        wanted = (*self._weights, *self._limits)
        self._only = frozenset(measure.path.split(".")[-1] for measure in wanted)
        self._empty = any(measure.part == "detour" for measure in wanted)
        self._toll = BREACH * walking
        self._dear = {MEASURES[name]: times for name, times in dear.items()}
        #: Limits that the layout asked for last breaks, as far as they were looked at.
        self.broken: tuple[str, ...] = ()
        #: Best value of each limited measure in any layout looked at.
        self.reached: dict[str, float] = {}
        self._conditions = find_conditions(study)

    @classmethod
    def of(
        cls,
        problem: PlacementProblem,
        legs: Sequence[LegEnds],
        *,
        walking: float,
        dear: Mapping[str, float] = MappingProxyType({}),
    ) -> Self | None:
        """Costs; None where the study weighs no measure beyond the basic ones and limits none."""
        study = problem.study
        needed = _further(study) or study.limits
        return cls(problem, legs, walking=walking, dear=dear) if needed else None

    def cost(
        self,
        chosen: Sequence[int],
        spans: Sequence[Spans],
        paths: Paths,
        *,
        room: float = np.inf,
    ) -> tuple[float, float, tuple[float, ...]]:
        """Weighted cost of the measures, the price of broken limits, and the costs by period.

        Parameters
        ----------
        chosen
            Candidate of each block.
        spans
            Ends and lengths of the legs in that layout, by audience.
        paths
            Paths of all legs.
        room
            What all of it may cost: limits are looked at no further once their price is above it.
        """
        if not self._weights and not self._limits:
            return self._fixed, 0.0, (self._fixed,) * len(self._conditions)
        study, layout = self._problem.study, self._problem.layout(chosen)
        legs = self._walked(spans, paths)
        periods = tuple(self._by_period(layout, legs))
        costs = tuple(
            self._fixed + sum(weight * m.cost(measured) for m, weight in self._weights.items())
            for measured in periods
        )
        weighed = sum(now.weight * c for now, c in zip(self._conditions, costs, strict=True))
        if not self._limits:
            return float(weighed), 0.0, costs
        whole = (
            measured_whole(study, layout, legs, only=self._only) if study.periods else periods[0]
        )
        price = 0.0
        self.broken = ()
        for measure, limit in self._limits.items():
            excess = measure.excess(whole, limit)
            self._reach(measure, whole)
            if excess > 0:
                self.broken += (measure.name,)
                price += self._toll * self._dear.get(measure, 1.0) * (1.0 + excess)
            if weighed + price > room:
                break
        return float(weighed), price, costs

    def _reach(self, measure: Measure, whole: Measured) -> None:
        """Note the value of a limited measure where no layout had a better one."""
        value = measure.value(whole)
        if value is not None:
            self.reached[measure.name] = measure.best(value, self.reached.get(measure.name, value))

    def _by_period(self, layout: Layout, legs: tuple[Leg, ...]) -> Iterator[Measured]:
        """Yield the measures in each period, or at the design hour."""
        study = self._problem.study
        for k, now in enumerate(self._conditions):
            own = legs_of_period(legs, k) if study.periods else legs
            yield measured_in(study, layout, own, now, only=self._only)

    def _walked(self, spans: Sequence[Spans], paths: Paths) -> tuple[Leg, ...]:
        """The legs as the judge has them."""
        ends = np.concatenate([own for own, _ in spans])
        lengths = np.concatenate([own for _, own in spans])
        points, counts = paths
        empty = self._empty_lengths(ends) if self._empty else lengths
        return tuple(
            Leg(
                source=leg.source,
                target=leg.target,
                start=(float(ends[i, 0, 0]), float(ends[i, 0, 1])),
                end=(float(ends[i, 1, 0]), float(ends[i, 1, 1])),
                rate=leg.rate,
                by_group=leg.by_group,
                person=leg.person,
                length=float(lengths[i]),
                empty_length=float(empty[i]),
                path=points[i, : counts[i]],
                by_period=leg.by_period,
            )
            for i, leg in enumerate(self._legs)
        )

    def _empty_lengths(self, ends: NDArray[np.float64]) -> NDArray[np.float64]:
        """Lengths of all legs in the empty shell."""
        lengths = np.empty(len(self._legs))
        for audience, shell in self._problem.shells.items():
            own = np.array([leg.audience is audience for leg in self._legs], dtype=bool)
            found = route(shell, np.empty((0, 5)), ends[own, 0], ends[own, 1], paths=False)
            lengths[own] = found.lengths
        return lengths
