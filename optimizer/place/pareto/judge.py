"""The judge of a front: which of the layouts that the search met become its points.

In: members of an archive. Out: judged layouts that keep every hard rule and of which none dominates
another, by the judge's own figures.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.evaluate import evaluate
from optimizer.place.pareto.archive import non_dominated
from optimizer.place.pareto.axes import judged_values
from optimizer.place.pareto.choose import spread
from optimizer.place.processes import side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.place.pareto.axes import Axis
    from optimizer.place.pareto.crew import Trophies
    from optimizer.place.pareto.explore import Spot, Variant
    from optimizer.study import Study

__all__ = ["Judge", "Judged"]

#: Layouts that are judged for each point wanted: some fall to a rule or to a better one.
SEEN = 1.4


@dataclass(frozen=True)
class Judged:
    """A layout with its evaluation."""

    layout: Layout
    evaluation: Evaluation


class Judge:
    """The judge of a study's layouts, in several processes."""

    def __init__(self, study: Study, variants: Sequence[Variant]) -> None:
        self._study = study
        self._variants = variants

    def of(self, spot: Spot) -> Judged:
        """A layout of the search with its evaluation."""
        problem = self._variants[spot.variant].problem
        layout = problem.layout(spot.chosen)
        return Judged(layout, evaluate(self._study, layout, shells=problem.shells))

    def today(self) -> Evaluation | None:
        """Evaluation of today's layout, if the study has one."""
        if self._study.current_layout is None:
            return None
        shells = self._variants[0].problem.shells
        return evaluate(self._study, self._study.current_layout, shells=shells)

    def seconds(self, spot: Spot) -> float:
        """How long one evaluation takes."""
        begun = time.perf_counter()
        self.of(spot)
        return time.perf_counter() - begun

    def best(
        self,
        found: Trophies,
        searched: Sequence[int],
        asked: Sequence[Axis],
        *,
        count: int,
        workers: int,
    ) -> tuple[list[Judged], int]:
        """Judged layouts that keep the hard rules and dominate each other nowhere; and refusals."""
        values = np.array([v for v, _ in found.members]).reshape(-1, len(searched))
        order = spread(values, self._objective(values, searched), round(count * SEEN))
        judged = self._all([found.members[i][1] for i in order], workers)
        sound = [one for one in judged if not one.evaluation.broken]
        table = np.array([judged_values(one.evaluation, asked) for one in sound])
        keep = non_dominated(table.reshape(-1, len(asked)))
        front, table = [sound[i] for i in keep], table.reshape(-1, len(asked))[keep]
        cost = np.array([one.evaluation.objective.value for one in front])
        ranked = sorted(spread(table, cost, count).tolist(), key=lambda i: tuple(table[i]))
        return [front[i] for i in ranked], len(judged) - len(sound)

    def _all(self, spots: Sequence[Spot], workers: int) -> list[Judged]:
        """Judge layouts in as many processes as workers; in the order given."""
        parts = [spots[i::workers] for i in range(min(workers, max(len(spots) // 4, 1)))]
        if len(parts) < workers:
            parts = [spots]
        tasks = [functools.partial(self._some, part) for part in parts]
        done = side_by_side(tasks)
        judged: list[Judged | None] = [None] * len(spots)
        for i, part in enumerate(done):
            # a process that died has judged nothing: it is done here
            judged[i :: len(parts)] = self._some(parts[i]) if part is None else part
        return [one for one in judged if one is not None]

    def _some(self, spots: Sequence[Spot]) -> list[Judged]:
        return [self.of(spot) for spot in spots]

    def _objective(
        self, values: NDArray[np.float64], searched: Sequence[int]
    ) -> NDArray[np.float64]:
        """The study's own objective, as far as it depends on the axes searched."""
        o, arrivals = self._study.objective, self._study.arrivals_per_hour
        weights = np.array(
            [
                o.walking * arrivals,
                o.encounters,
                o.overlooked,
                o.staff_walking,
                o.waiting * 60.0 * arrivals,
            ]
        )
        return np.asarray(values @ weights[list(searched)])
