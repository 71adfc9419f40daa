"""What the peers do with the same halls: each function answers all legs of one layout.

In: the walkable space of a layout (walls and fixtures inflated by shapely) and the ends of its
legs. Out: lengths in metres. Time to inflate counts for every peer, as it is part of its work.
"""

from __future__ import annotations

import warnings

import networkx as nx
import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from walk_worlds import RADIUS, footprint


def inflated(walkable: shapely.Polygon, boxes: np.ndarray) -> shapely.Polygon:
    """Return the part of the floor that is left by the inflated fixtures; the largest one."""
    blocked = shapely.union_all([footprint(box, RADIUS) for box in boxes])
    return max(shapely.get_parts(walkable.difference(blocked)), key=lambda part: part.area)


def visible_pairs(space: shapely.Polygon, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Say which segments a to b lie in the space."""
    wide = space.buffer(1e-9, join_style="mitre")
    shapely.prepare(wide)
    return shapely.covers(wide, shapely.linestrings(np.stack([a, b], axis=1)))


def visibility_matrix(space: shapely.Polygon, points: np.ndarray) -> csr_matrix:
    """Return the visibility graph of the space's reflex vertices and of further points."""
    nodes = np.concatenate([reflex_vertices(space), points])
    i, j = np.triu_indices(len(nodes), 1)
    seen = visible_pairs(space, nodes[i], nodes[j])
    i, j = i[seen], j[seen]
    length = np.hypot(*(nodes[i] - nodes[j]).T)
    shape = (len(nodes), len(nodes))
    return csr_matrix((np.tile(length, 2), (np.r_[i, j], np.r_[j, i])), shape=shape)


def reflex_vertices(space: shapely.Polygon) -> np.ndarray:
    """Return the vertices of a polygon at which a shortest path can bend."""
    found = []
    oriented = shapely.orient_polygons(space)
    for ring in (oriented.exterior, *oriented.interiors):
        points = shapely.get_coordinates(ring)[:-1]
        into, out = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
        found.append(points[into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0] < 0])
    return np.concatenate(found)


def networkx_astar(walkable, boxes, starts, ends):
    """Shapely visibility graph, then one A* search a leg in networkx."""
    space = inflated(walkable, boxes)
    nodes = np.concatenate([reflex_vertices(space), starts, ends])
    graph = nx.from_scipy_sparse_array(visibility_matrix(space, np.concatenate([starts, ends])))
    first = len(nodes) - 2 * len(starts)

    def straight(u, v):
        return float(np.hypot(*(nodes[u] - nodes[v])))

    return np.array(
        [
            nx.astar_path_length(graph, first + i, first + len(starts) + i, heuristic=straight)
            for i in range(len(starts))
        ]
    )


def extremitypathfinder(walkable, boxes, starts, ends):
    """Build the environment anew, then ask for every leg."""
    from extremitypathfinder import PolygonEnvironment

    space = inflated(walkable, boxes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        environment = PolygonEnvironment()
        oriented = shapely.orient_polygons(space)
        environment.store(
            list(oriented.exterior.coords[:-1]),
            [list(hole.coords[:-1]) for hole in oriented.interiors],
        )
        lengths = []
        for a, b in zip(starts, ends, strict=True):
            try:
                lengths.append(environment.find_shortest_path(tuple(a), tuple(b))[1])
            except (ArithmeticError, ValueError, np.linalg.LinAlgError):
                lengths.append(None)
    return np.array([np.nan if length is None else length for length in lengths])


def jupedsim(walkable, boxes, starts, ends):
    """Build the routing engine anew, then ask for every leg."""
    from jupedsim import RoutingEngine

    engine = RoutingEngine(inflated(walkable, boxes))
    lengths = []
    for a, b in zip(starts, ends, strict=True):
        way = np.array(engine.compute_waypoints(tuple(a), tuple(b)))
        lengths.append(np.hypot(*np.diff(way, axis=0).T).sum())
    return np.array(lengths)


def dijkstra_rows(graph: csr_matrix, sources: np.ndarray) -> np.ndarray:
    """Return scipy's distances from some nodes to all."""
    return dijkstra(graph, directed=False, indices=sources)


LAYOUT_PEERS = {
    "extremitypathfinder, rebuilt": extremitypathfinder,
    "shapely visibility graph + networkx A*": networkx_astar,
    "JuPedSim RoutingEngine, rebuilt": jupedsim,
}
