"""Path crossings: the topological count, its places, and what it says about customers.

In: padded paths in metres and rates in people per hour. Out: crossings of every pair of flows,
head-on and merging metres apart, their places, the flows that cross another stream, the worst
pairs, and sums by class. How paths are made comparable is told in `sequence_kernels`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.walk.crossing_kernels import sequence_crossings
from optimizer.walk.sequence_kernels import canonical_sequences, walked_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = [
    "NODE_TOLERANCE",
    "CrossingPlace",
    "Crossings",
    "FlowPair",
    "count_crossings",
    "crossing_flows",
    "crossing_places",
    "sum_by_class",
    "weighted_crossings",
    "worst_pairs",
]

# Routes keep 1e-6 m off every corner, so vertices of one corner lie within a few of these; real
# corners lie much farther apart.
NODE_TOLERANCE = 2e-5


@dataclass(frozen=True, kw_only=True)
class Crossings:
    """How the paths of m flows meet.

    Parameters
    ----------
    counts
        `(m, m)` path crossings of each pair, symmetric.
    head_on
        `(m, m)` metres that a pair walks on the same line in opposite directions.
    merging
        `(m, m)` metres that a pair walks on the same line in the same direction.
    places
        `(n, 4)`: x, y in metres and the two flows, smaller number first, of each crossing; sorted.
    """

    counts: IntArray
    head_on: FloatArray
    merging: FloatArray
    places: FloatArray

    @property
    def total(self) -> int:
        """Path crossings of all pairs, each pair once."""
        return int(self.counts.sum()) // 2


@dataclass(frozen=True, kw_only=True)
class CrossingPlace:
    """A crossing at (x, y) metres of two flows; weight is the product of their hourly rates."""

    x: float
    y: float
    flows: tuple[int, int]
    weight: float


@dataclass(frozen=True, kw_only=True)
class FlowPair:
    """Two flows and a value that they share, such as encounters per hour."""

    flows: tuple[int, int]
    value: float


def count_crossings(
    path_points: FloatArray, path_counts: IntArray, *, tolerance: float = NODE_TOLERANCE
) -> Crossings:
    """Return the crossings of all pairs of paths.

    Two paths cross where their segments cross between nodes, and where they share a run of nodes
    that one enters from one side of the other and leaves to its other side. A run that reaches an
    end of either path, or a place where one turns back on itself, is a merge. The result does not
    change when the plan is mirrored, turned or shifted, when all paths are reversed, in another
    order of flows, or by noise well below `tolerance`.

    Parameters
    ----------
    path_points, path_counts
        Padded paths `(m, B, 2)` in metres and their point counts `(m,)`.
    tolerance
        Vertices closer than this are one node, metres.
    """
    nodes, sequence, offsets = canonical_sequences(path_points, path_counts, tolerance)
    pieces = walked_pieces(sequence, offsets, len(nodes))
    counts, head_on, merging, places = sequence_crossings(nodes, pieces, path_counts.size)
    order = np.lexsort((places[:, 1], places[:, 0], places[:, 3], places[:, 2]))
    return Crossings(counts=counts, head_on=head_on, merging=merging, places=places[order])


def weighted_crossings(
    crossings: Crossings,
    *,
    rates: FloatArray,
    classes: IntArray | None = None,
    class_weights: FloatArray | None = None,
) -> float:
    """Return the sum of rate × rate × class weight over all crossings, people² per hour².

    Parameters
    ----------
    crossings
        What `count_crossings` returned.
    rates
        `(m,)` people per hour.
    classes, class_weights
        `(m,)` class of each flow and `(c, c)` symmetric weights; 1 for all if left out.
    """
    weights = np.outer(rates, rates)
    if classes is not None and class_weights is not None:
        weights = weights * class_weights[np.ix_(classes, classes)]
    return float((crossings.counts * weights).sum() / 2.0)


def crossing_places(crossings: Crossings, *, rates: FloatArray) -> tuple[CrossingPlace, ...]:
    """Return each crossing with its place and the product of the rates, heaviest first."""
    found = []
    for x, y, one, two in crossings.places:
        i, j = int(one), int(two)
        weight = float(rates[i] * rates[j])
        found.append(CrossingPlace(x=float(x), y=float(y), flows=(i, j), weight=weight))
    return tuple(sorted(found, key=lambda place: (-place.weight, place.flows, place.x, place.y)))


def crossing_flows(crossings: Crossings, rates: FloatArray) -> NDArray[np.bool_]:
    """Return `(m,)` which flows cross another one that has people in it.

    Parameters
    ----------
    crossings
        What `count_crossings` returned.
    rates
        `(m,)` people per hour.
    """
    found: NDArray[np.bool_] = np.any((crossings.counts > 0) & (rates > 0), axis=1)
    return found


def sum_by_class(
    pairs: FloatArray | IntArray, *, classes: IntArray, size: int | None = None
) -> FloatArray:
    """Return the sum of a pair matrix by the classes of its flows, each pair once.

    Parameters
    ----------
    pairs
        `(m, m)` symmetric, such as encounters per hour.
    classes
        `(m,)` class of each flow.
    size
        Number of classes; the largest class + 1 if left out.

    Returns
    -------
    numpy.ndarray
        `(size, size)` symmetric: staff with customers is the entry [staff, customer].
    """
    n = int(classes.max(initial=-1)) + 1 if size is None else size
    member = np.zeros((classes.size, n))
    member[np.arange(classes.size), classes] = 1.0
    sums = member.T @ (np.asarray(pairs, dtype=np.float64)) @ member
    np.fill_diagonal(sums, sums.diagonal() / 2.0)
    return sums


def worst_pairs(pairs: FloatArray | IntArray, *, top: int) -> tuple[FlowPair, ...]:
    """Return the `top` pairs of flows with the greatest value above zero, greatest first."""
    one, two = np.triu_indices(pairs.shape[0], 1)
    values = np.asarray(pairs, dtype=np.float64)[one, two]
    order = np.lexsort((two, one, -values))[:top]
    return tuple(
        FlowPair(flows=(int(one[k]), int(two[k])), value=float(values[k]))
        for k in order
        if values[k] > 0
    )
