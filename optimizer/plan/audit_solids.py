"""Defects of walls and columns.

In: a `FloorPlan` with a usable outline. Out: broken, overlapping and outlying solids, slivers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import STRtree, area, intersection, is_valid, length

from optimizer.plan.defect import Defect, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from shapely import Polygon

    from optimizer.plan.model import FloorPlan

__all__ = ["solid_defects"]

#: Walls may stand this far outside the outline, metres: the outline may be the inner face.
OUTSIDE = 1.0
#: Two walls that share more than this overlap, square metres.
SHARED = 0.05
#: A polygon whose area over half its perimeter is less than this is a sliver, metres.
SLIVER = 0.005


def solid_defects(plan: FloorPlan) -> Iterator[Defect]:
    """Defects of the walls and columns of a plan."""
    for what, solids in (("wall", plan.walls), ("column", plan.columns)):
        shapes = np.array(solids, dtype=object)
        if not len(shapes):
            continue
        good = is_valid(shapes)
        for number in np.flatnonzero(~good):
            yield _at(
                "solid-crosses",
                f"{what} {number + 1} crosses itself; its corners must go around it once",
                solids[number],
            )
        yield from _outside(plan, what, shapes, good)
        yield from _slivers(what, shapes)
    if plan.walls:
        yield from _overlaps(plan.walls)


def _at(code: str, sentence: str, shape: Polygon, severity: Severity = Severity.ERROR) -> Defect:
    """A defect at the middle of a shape."""
    x0, y0, x1, y1 = shape.bounds
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return Defect(
        code=code,
        sentence=f"{sentence}, at ({x:.2f}, {y:.2f})",
        severity=severity,
        x=x,
        y=y,
    )


def _outside(
    plan: FloorPlan, what: str, shapes: NDArray[np.object_], good: NDArray[np.bool_]
) -> Iterator[Defect]:
    """Solids that lie wholly outside the outline."""
    floor = STRtree(shapes)
    near = set(floor.query(plan.outline, predicate="dwithin", distance=OUTSIDE).tolist())
    for number in np.flatnonzero(good):
        if number not in near:
            away = shapes[number].distance(plan.outline)
            yield _at(
                f"{what}-outside",
                f"{what} {number + 1} lies {away:.2f} m outside the outline; it was left standing "
                "there and touches no floor",
                shapes[number],
                Severity.WARNING,
            )


def _slivers(what: str, shapes: NDArray[np.object_]) -> Iterator[Defect]:
    """Solids that are thinner than a line."""
    around = length(shapes)
    thin = 2 * area(shapes) < SLIVER * np.where(around > 0, around, 1.0)
    for number in np.flatnonzero(thin):
        yield _at(
            "sliver",
            f"{what} {number + 1} is a sliver of {area(shapes[number]):.2g} m2",
            shapes[number],
            Severity.WARNING,
        )


def _overlaps(walls: Sequence[Polygon]) -> Iterator[Defect]:
    """Pairs of walls that share floor."""
    shapes = np.array(walls, dtype=object)
    shapes[~is_valid(shapes)] = None
    one, other = STRtree(shapes).query(shapes, predicate="overlaps")
    more, inner = STRtree(shapes).query(shapes, predicate="contains_properly")
    one, other = np.concatenate([one, more]), np.concatenate([other, inner])
    first = one < other
    pairs = np.unique(np.sort(np.stack([one, other]), axis=0)[:, first | (one > other)], axis=1)
    for i, j in pairs.T:
        shared = intersection(shapes[i], shapes[j])
        if shared.area > SHARED:
            yield _at(
                "walls-overlap",
                f"walls {i + 1} and {j + 1} overlap by {shared.area:.2f} m2; draw each wall once",
                shared,
                Severity.WARNING,
            )
