"""Guided paths: fewer encounters for hardly longer ways."""

from itertools import product

import networkx as nx
import numpy as np
import pytest

from optimizer.walk.encounters import LaneModel, Streams, encounter_matrix, total_encounters
from optimizer.walk.guided_paths import alternatives_on_graph, guided_paths
from optimizer.walk.polylines import pad_polylines, path_lengths

LANES = LaneModel(width=1.2, distance=0.5)


def line(*points):
    return np.array(points, dtype=float)


def cost(paths, streams, weights=None):
    pairs = encounter_matrix(*pad_polylines(paths), streams=streams, lanes=LANES)
    return total_encounters(pairs, classes=streams.classes, class_weights=weights)


def test_two_opposite_flows_keep_apart():
    """Head-on in a broad corridor: one of them takes the other side of it, 1.9 m away."""
    # 20 m straight; the bow over (10, 1.9) is 2 sqrt(100 + 3.61) = 20.358 m, 1.8 % longer
    straight, bow = line((0, 0), (20, 0)), line((0, 0), (10, 1.9), (20, 0))
    streams = Streams.of([30, 40], speeds=1.2)
    alternatives = [[straight, bow], [straight[::-1], bow[::-1]]]
    found = guided_paths(alternatives, streams=streams, lanes=LANES, slack=0.02)
    assert sorted(found.choice) == [0, 1]
    assert found.encounters_guided < found.encounters_shortest
    assert found.encounters_guided == pytest.approx(cost(found.paths, streams))
    assert found.encounters_shortest == pytest.approx(cost([straight, straight[::-1]], streams))
    assert found.metres_shortest == pytest.approx(70 * 20)
    assert found.metres_guided > found.metres_shortest


def test_longer_paths_are_not_taken():
    """With less slack than the bow needs everybody keeps to the shortest path."""
    straight, bow = line((0, 0), (20, 0)), line((0, 0), (10, 1.9), (20, 0))
    streams = Streams.of([30, 40], speeds=1.2)
    alternatives = [[bow, straight], [straight[::-1], bow[::-1]]]
    found = guided_paths(alternatives, streams=streams, lanes=LANES, slack=0.01)
    assert found.choice == (1, 0)
    assert found.encounters_guided == found.encounters_shortest
    assert found.metres_guided == found.metres_shortest


@pytest.mark.parametrize("seed", range(8))
def test_equals_the_best_of_all_choices(seed):
    """On few flows the search finds the least of all combinations, and keeps every limit."""
    rng = np.random.default_rng(seed)
    alternatives = []
    for _ in range(5):
        start, stop = rng.uniform(0, 10, (2, 2))
        middle = (start + stop) / 2
        alternatives.append([line(start, middle + rng.normal(0, 0.3, 2), stop) for _ in range(3)])
    classes = rng.integers(0, 2, 5)
    streams = Streams.of(rng.uniform(5, 50, 5), speeds=1.2, classes=classes)
    weights = np.array([[1.0, 6.0], [6.0, 2.0]])
    found = guided_paths(
        alternatives, streams=streams, lanes=LANES, slack=0.02, class_weights=weights
    )
    allowed = []
    for paths in alternatives:
        lengths = path_lengths(*pad_polylines(paths))
        allowed.append([p for p, n in zip(paths, lengths, strict=True) if n <= 1.02 * min(lengths)])
    least = min(cost(paths, streams, weights) for paths in product(*allowed))
    assert found.encounters_guided == pytest.approx(least, rel=1e-12)
    assert found.encounters_guided <= found.encounters_shortest


def test_flows_without_a_way():
    """A flow without alternatives keeps none and does not disturb the others."""
    streams = Streams.of([30, 5, 40], speeds=1.2)
    there = line((0, 0), (20, 0))
    found = guided_paths([[there], [], [there[::-1]]], streams=streams, lanes=LANES, slack=0.02)
    assert found.choice == (0, -1, 0)
    assert len(found.paths[1]) == 0
    assert found.metres_guided == 70 * 20


def test_alternatives_on_a_graph():
    """All paths within the slack, shortest first; none where there is no way."""
    graph = nx.Graph()
    for bow in (0.0, 0.5, 1.9, 5.0):
        for end in ((0.0, 0.0), (20.0, 0.0)):
            graph.add_edge(end, (10.0, bow), weight=float(np.hypot(10, bow)))
    graph.add_node((99.0, 99.0))
    found = alternatives_on_graph(graph, (0.0, 0.0), (20.0, 0.0), slack=0.02, most=10)
    # 5.0 needs 11.8 % more
    assert [path[1, 1] for path in found] == [0.0, 0.5, 1.9]
    few = alternatives_on_graph(graph, (0.0, 0.0), (20.0, 0.0), slack=0.02, most=2)
    assert len(few) == 2
    assert alternatives_on_graph(graph, (0.0, 0.0), (99.0, 99.0), slack=0.02, most=2) == ()
