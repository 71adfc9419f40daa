"""What a Pareto search gives: points with names, and how much they cover.

In: judged layouts. Out: `ParetoFront` and `ParetoPoint`, immutable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import NoLayoutError, OptimizerError
from optimizer.place.pareto.archive import non_dominated
from optimizer.result import Result, Seconds, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.place.pareto.axes import Axis

__all__ = ["ParetoFront", "ParetoPoint", "balanced_point", "knee_point", "point_names"]

#: How much a further axis counts beside the two that the knee is sought in.
ASIDE = 0.1


@dataclass(frozen=True, kw_only=True)
class ParetoPoint:
    """One layout of the front.

    Parameters
    ----------
    name
        By which it can be picked: its first role, or a number in the order of the first axis.
    roles
        What it is best at: "knee", "balanced", "objective", "least-" and an axis.
    layout, evaluation
        The layout, and what the judge measures of it.
    values
        Value by axis, in the axis' unit.
    """

    name: str
    roles: tuple[str, ...]
    layout: Layout
    evaluation: Evaluation
    values: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class ParetoFront:
    """Layouts of which none dominates another, all of them judged and keeping the hard rules.

    Parameters
    ----------
    axes
        Axes on which they differ.
    constant
        Axes on which no layout that was met differs from another, with the value there.
    points
        In the order of the first axis; empty where no layout was found.
    reference
        By axis, the point up to which the hypervolume counts: the median of layouts put up at
        random, or today's layout where that is worse. It does not depend on the search.
    hypervolume
        Share of the box between 0 and the reference point that the points dominate.
    today
        Values of today's layout, or None.
    conflict
        Why there is no layout, one sentence each.
    evaluated, refused
        Layouts that the search scored in full, and those that the judge turned down because they
        break a hard rule.
    seconds, seed, workers, budget, versions
        How it was computed, as in `Result`.
    """

    axes: tuple[Axis, ...]
    constant: Mapping[str, float]
    points: tuple[ParetoPoint, ...]
    reference: Mapping[str, float]
    hypervolume: float
    today: Mapping[str, float] | None
    conflict: tuple[str, ...]
    evaluated: int
    refused: int
    seconds: Seconds
    seed: int
    workers: int
    budget: str
    versions: Mapping[str, str]

    @property
    def values(self) -> NDArray[np.float64]:
        """(points, axes)."""
        rows = [[point.values[axis.name] for axis in self.axes] for point in self.points]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.axes))

    @property
    def knee(self) -> ParetoPoint | None:
        """The point after which less of the second axis costs most of the first."""
        return next((point for point in self.points if "knee" in point.roles), None)

    def point(self, name: str) -> ParetoPoint:
        """Point of a name or a role.

        Raises
        ------
        OptimizerError
            Where there is none.
        """
        for point in self.points:
            if name == point.name or name in point.roles:
                return point
        if not self.points:
            raise NoLayoutError(*(self.conflict or ("the front has no points",)))
        known = ", ".join(point.name for point in self.points)
        raise OptimizerError(f"no point is called {name!r}; points are {known}")

    def result(self, name: str) -> Result:
        """A point as the result of an optimization; no bound is claimed for it."""
        point = self.point(name)
        return Result(
            status=Status.FEASIBLE,
            layout=point.layout,
            evaluation=point.evaluation,
            bound=None,
            walking=None,
            conflict=(),
            history=(),
            seconds=self.seconds,
            seed=self.seed,
            workers=self.workers,
            budget=self.budget,
            versions=self.versions,
        )

    def raise_for_status(self) -> ParetoFront:
        """Return the front itself, or raise `NoLayoutError` where it has no point."""
        if not self.points:
            raise NoLayoutError(*(self.conflict or ("no layout was found",)))
        return self

    def changes(self, point: ParetoPoint, base: ParetoPoint) -> dict[str, float | None]:
        """Change of each axis from one point to another, as a share; None from 0."""
        return {
            axis.name: _change(base.values[axis.name], point.values[axis.name])
            for axis in self.axes
        }


def _change(was: float, now: float) -> float | None:
    return (now - was) / was if was else (0.0 if now == was else None)


def knee_point(values: NDArray[np.float64]) -> int | None:
    """Index of the knee of the first two axes: the bend of the front that lies deepest.

    Both axes are scaled to 0..1 between the two ends of the front that the points have in these
    axes alone. The knee lies farthest below the straight line that joins the ends, where each
    further axis, scaled to 0..1 over all points, takes `ASIDE` of its value off that depth. None
    where the ends are one point, or nothing lies below the line.

    References
    ----------
    I. Das: On characterizing the "knee" of the Pareto curve based on normal-boundary
    intersection. Structural Optimization 18 (1999) 107-115, doi:10.1007/BF01195985.
    """
    if not len(values) or values.shape[1] < 2:
        return None
    plane = values[:, :2]
    front = non_dominated(plane)
    low, high = plane[front].min(axis=0), plane[front].max(axis=0)
    if not (high > low).all():
        return None
    below = 1.0 - ((plane - low) / (high - low)).sum(axis=1)
    others = values[:, 2:] - values[:, 2:].min(axis=0)
    span = others.max(axis=0)
    depth = below - ASIDE * (others / np.where(span > 0, span, 1.0)).sum(axis=1)
    deepest = int(np.argmax(depth))
    return deepest if below[deepest] > 1e-9 else None


def balanced_point(values: NDArray[np.float64]) -> int:
    """Index of the point nearest to the best of every axis, axes scaled to 0..1 over the front."""
    low = values.min(axis=0)
    span = values.max(axis=0) - low
    scaled = (values - low) / np.where(span > 0, span, 1.0)
    return int(np.argmin(np.hypot.reduce(scaled, axis=1)))


def point_names(
    values: NDArray[np.float64], axes: Sequence[Axis], objective: Sequence[float]
) -> list[tuple[str, tuple[str, ...]]]:
    """Name and roles of each point: its first role, or "p" and its number.

    Parameters
    ----------
    values
        (n, axes), in the order in which they are numbered.
    axes
        What the columns are.
    objective
        The study's own objective of each point.
    """
    roles: list[list[str]] = [[] for _ in values]
    knee = knee_point(values)
    if knee is not None:
        roles[knee].append("knee")
    for column, axis in enumerate(axes):
        order = np.lexsort([np.asarray(objective), values[:, column]])
        roles[int(order[0])].append(f"least-{axis.name.replace('_', '-')}")
    roles[int(np.argmin(objective))].append("objective")
    roles[balanced_point(values)].append("balanced")
    width = max(2, len(str(len(values))))
    names: list[tuple[str, tuple[str, ...]]] = []
    for number, of in enumerate(roles, start=1):
        names.append((of[0] if of else f"p{number:0{width}d}", tuple(of)))
    return names
