"""Few of many points: which of an archive the judge shall see.

In: points and how many are wanted. Out: indices, such that the ends of every axis, the knee and the
best sum are among them, and the others lie far from each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.place.pareto.front import balanced_point, knee_point

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["spread"]


def spread(
    values: NDArray[np.float64], objective: NDArray[np.float64], count: int
) -> NDArray[np.int64]:
    """Indices of at most `count` points, the most telling first.

    Parameters
    ----------
    values
        (n, axes).
    objective
        (n,) the study's own objective, up to a constant.
    count
        How many; the ends of the axes, the knee, the balanced point and the least objective come
        first, then always the one that is farthest from all before it.
    """
    if not len(values):
        return np.empty(0, dtype=np.int64)
    low = values.min(axis=0)
    span = values.max(axis=0) - low
    scaled = (values - low) / np.where(span > 0, span, 1.0)
    knee = knee_point(values)
    first = [int(np.argmin(objective)), *([] if knee is None else [knee])]
    first += [int(np.lexsort([objective, column])[0]) for column in values.T]
    first.append(balanced_point(values))
    taken = list(dict.fromkeys(first))[:count]
    away = np.full(len(values), np.inf)
    for i in taken:
        away = np.minimum(away, np.hypot.reduce(scaled - scaled[i], axis=1))
    while len(taken) < min(count, len(values)):
        farthest = int(np.argmax(away))
        if away[farthest] <= 0:
            break
        taken.append(farthest)
        away = np.minimum(away, np.hypot.reduce(scaled - scaled[farthest], axis=1))
    return np.array(taken, dtype=np.int64)
