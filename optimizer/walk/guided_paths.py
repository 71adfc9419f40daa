"""Guided paths: ways hardly longer than the shortest, chosen so that flows meet less.

In: for each flow some alternative paths, or a graph to find them on. Out: one path per flow, which
a planner can mark on the floor, with encounters and lengths before and after.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, islice
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from optimizer.walk.encounters import encounter_matrix
from optimizer.walk.polylines import pad_polylines, path_lengths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.walk.encounters import LaneModel, Streams

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    Place = tuple[float, float]

__all__ = ["GuidedPaths", "alternatives_on_graph", "guided_paths"]


@dataclass(frozen=True, kw_only=True)
class GuidedPaths:
    """One path per flow, and what guiding people along them changes.

    Parameters
    ----------
    paths
        The chosen paths, each `(k, 2)` metres; empty where a flow has no way.
    choice
        Number of the chosen alternative of each flow; -1 where it has none.
    encounters_shortest, encounters_guided
        Weighted encounters per hour if all take the shortest and if all take the chosen path.
    metres_shortest, metres_guided
        Person-metres per hour on the shortest and on the chosen paths.
    """

    paths: tuple[FloatArray, ...]
    choice: tuple[int, ...]
    encounters_shortest: float
    encounters_guided: float
    metres_shortest: float
    metres_guided: float


def alternatives_on_graph(
    graph: nx.Graph, start: Place, stop: Place, *, slack: float, most: int
) -> tuple[FloatArray, ...]:
    """Return the shortest path and others at most `slack` longer, shortest first.

    Parameters
    ----------
    graph
        Nodes are places (x, y) in metres, edges carry `weight`, their length in metres.
    start, stop
        Nodes of the graph.
    slack
        How much longer a path may be, as a share: 0.02 is 2 %.
    most
        How many paths at most.

    Returns
    -------
    tuple
        Paths `(k, 2)`, none if there is no way.
    """
    if not nx.has_path(graph, start, stop):
        return ()
    found: list[FloatArray] = []
    limit = np.inf
    for nodes in islice(nx.shortest_simple_paths(graph, start, stop, weight="weight"), most):
        length = float(nx.path_weight(graph, nodes, weight="weight"))
        if length > limit:
            break
        if not found:
            limit = (1.0 + slack) * length
        found.append(np.array(nodes, dtype=np.float64))
    return tuple(found)


def _free(flow: IntArray, choice: IntArray) -> list[int]:
    """Return the flows that have more than one alternative to choose from."""
    size = np.bincount(flow, minlength=choice.size)
    return [int(i) for i in np.flatnonzero((size > 1) & (choice >= 0))]


def _best_single(costs: FloatArray, flow: IntArray, choice: IntArray) -> bool:
    """Give each flow in turn its best alternative; return whether the sum of costs fell."""
    better = False
    for i in _free(flow, choice):
        own = np.flatnonzero(flow == i)
        others = choice[(choice >= 0) & (np.arange(choice.size) != i)]
        sums = costs[np.ix_(own, others)].sum(axis=1)
        now = sums[own == choice[i]][0]
        best = int(np.argmin(sums))
        if sums[best] < now - 1e-12:
            choice[i] = own[best]
            better = True
    return better


def _best_pair(costs: FloatArray, flow: IntArray, choice: IntArray) -> bool:
    """Change two flows at once if that helps; return whether it did."""
    n = choice.size
    free = _free(flow, choice)
    own = {i: np.flatnonzero(flow == i) for i in free}
    for i, j in combinations(free, 2):
        one, two = own[i], own[j]
        if costs[np.ix_(one, two)].max() == 0.0:
            continue
        rest = choice[(choice >= 0) & ~np.isin(np.arange(n), (i, j))]
        sums = costs[np.ix_(one, two)] + costs[np.ix_(one, rest)].sum(axis=1)[:, None]
        sums = sums + costs[np.ix_(two, rest)].sum(axis=1)[None, :]
        now = sums[one == choice[i]][0][two == choice[j]][0]
        a, b = np.unravel_index(int(np.argmin(sums)), sums.shape)
        if sums[a, b] < now - 1e-12:
            choice[i], choice[j] = one[a], two[b]
            return True
    return False


def _total(costs: FloatArray, choice: IntArray) -> float:
    taken = choice[choice >= 0]
    return float(costs[np.ix_(taken, taken)].sum() / 2.0)


def _chosen(
    costs: FloatArray, owner: IntArray, *, flows: int, seed: int, restarts: int
) -> tuple[IntArray, IntArray]:
    """Return the shortest alternative of each flow, which is its first, and the best found."""
    first = np.searchsorted(owner, np.arange(flows))
    size = np.bincount(owner, minlength=flows)
    shortest = np.where(size > 0, first, -1)
    rng = np.random.default_rng(seed)
    best = shortest.copy()
    for attempt in range(restarts + 1):
        shift = rng.integers(0, np.maximum(size, 1)) if attempt else 0
        choice = np.where(size > 0, first + shift, -1)
        while _best_single(costs, owner, choice) or _best_pair(costs, owner, choice):
            pass
        if _total(costs, choice) < _total(costs, best) - 1e-12:
            best = choice
    return shortest, best


def _short_enough(lengths: FloatArray, flow: IntArray, *, slack: float) -> IntArray:
    """Return the alternatives that are short enough, by flow and then by length."""
    least = np.full(int(flow.max(initial=-1)) + 1, np.inf)
    np.minimum.at(least, flow, lengths)
    kept = np.flatnonzero(np.isfinite(lengths) & (lengths <= (1.0 + slack) * least[flow]))
    return kept[np.lexsort((lengths[kept], flow[kept]))]


def guided_paths(
    alternatives: Sequence[Sequence[FloatArray]],
    *,
    streams: Streams,
    lanes: LaneModel,
    slack: float,
    class_weights: FloatArray | None = None,
    seed: int = 0,
    restarts: int = 8,
) -> GuidedPaths:
    """Return one alternative per flow so that the weighted encounters are few.

    Local search from the shortest paths and from random choices: the best alternative of one flow
    at a time, then of two at a time, until neither helps. The result is never worse than the
    shortest paths; it need not be the least possible.

    Parameters
    ----------
    alternatives
        For each flow its paths, `(k, 2)` metres. Those more than `slack` longer than its shortest
        are left out.
    streams
        Rates, speeds, classes and ends of the flows.
    lanes
        Lane width and encounter distance.
    slack
        How much longer a path may be, as a share: 0.02 is 2 %.
    class_weights
        `(c, c)` weight of an encounter between two classes; 1 for all if left out.
    seed, restarts
        Of the random choices to start from.
    """
    points, counts = pad_polylines([path for paths in alternatives for path in paths])
    flow = np.repeat(np.arange(len(alternatives)), [len(paths) for paths in alternatives])
    lengths = path_lengths(points, counts)
    kept = _short_enough(lengths, flow, slack=slack)
    owner = flow[kept]
    expanded = streams.chosen(owner)
    costs = encounter_matrix(points[kept], counts[kept], streams=expanded, lanes=lanes)
    costs[owner[:, None] == owner[None, :]] = 0.0
    if class_weights is not None:
        costs *= class_weights[np.ix_(expanded.classes, expanded.classes)]
    shortest, best = _chosen(costs, owner, flows=len(alternatives), seed=seed, restarts=restarts)
    taken = [kept[k] if k >= 0 else -1 for k in best]
    paths = tuple(points[k, : counts[k]] if k >= 0 else np.empty((0, 2)) for k in taken)
    begun = np.searchsorted(flow, np.arange(len(alternatives)))
    walks = shortest >= 0
    return GuidedPaths(
        paths=paths,
        choice=tuple(int(k - begun[i]) if k >= 0 else -1 for i, k in enumerate(taken)),
        encounters_shortest=_total(costs, shortest),
        encounters_guided=_total(costs, best),
        metres_shortest=float(streams.rates[walks] @ lengths[kept[shortest[walks]]]),
        metres_guided=float(streams.rates[walks] @ lengths[kept[best[walks]]]),
    )
