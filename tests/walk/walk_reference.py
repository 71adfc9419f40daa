"""A slow, plain path engine to hold the fast one against: shapely `covers` and networkx.

Visibility graph on all vertices of the free space, no pruning, no epsilon. Two rules of the
engine are stated here once more in plain words: obstacles that touch are one (a gap as wide as
the body is closed), which `closed_space` gets by inflating by a hair more than the radius, and a
standing point is on the floor or the leg has no length.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import shapely
from shapely.affinity import rotate

HAIR = 3e-7


def box_polygon(box, grow=0.0):
    """Return the footprint (cx, cy, width, depth, angle) as a polygon, inflated by `grow`."""
    x, y, width, depth, angle = box
    w, d = width / 2 + grow, depth / 2 + grow
    return rotate(shapely.box(x - w, y - d, x + w, y + d), angle, origin=(x, y))


def closed_space(free, boxes, radius):
    """Return where a body's centre may be: mitred walls and boxes, contacts closed."""
    space = free.buffer(-radius, join_style="mitre").buffer(-HAIR, join_style="mitre")
    present = [box_polygon(b, radius + HAIR) for b in boxes if not np.isnan(b[0])]
    return space.difference(shapely.union_all(present)) if present else space


class Reference:
    """Exact distances in one space by brute force."""

    def __init__(self, space):
        self.parts = [p for p in shapely.get_parts(space) if p.area > 1e-9]
        self.graphs = []
        for part in self.parts:
            wide = part.buffer(1e-8, join_style="mitre")
            shapely.prepare(wide)
            vertices = np.unique(shapely.get_coordinates(part), axis=0)
            graph = nx.Graph()
            i, j = np.triu_indices(len(vertices), 1)
            self._link(graph, wide, vertices[i], vertices[j])
            self.graphs.append((wide, vertices, graph))

    @staticmethod
    def _link(graph, wide, a, b):
        lines = shapely.linestrings(np.stack([a, b], axis=1))
        for k in np.flatnonzero(shapely.covers(wide, lines)):
            graph.add_edge(tuple(a[k]), tuple(b[k]), length=float(np.hypot(*(a[k] - b[k]))))

    def distance(self, a, b, tolerance=2e-5):
        """Return the shortest distance from a to b, inf if there is none."""
        ends = []
        for p in (a, b):
            point = shapely.Point(p)
            gaps = [wide.distance(point) for wide, _, _ in self.graphs]
            if not gaps or min(gaps) > tolerance:
                return np.inf
            k = int(np.argmin(gaps))
            if gaps[k] > 0:
                point = shapely.Point(shapely.shortest_line(self.parts[k], point).coords[0])
            ends.append((k, np.array([point.x, point.y])))
        (ka, a), (kb, b) = ends
        if ka != kb:
            return np.inf
        wide, vertices, static = self.graphs[ka]
        if wide.covers(shapely.LineString([a, b])):
            return float(np.hypot(*(a - b)))
        graph = static.copy()
        for p in (a, b):
            graph.add_node(tuple(p))
            self._link(graph, wide, np.broadcast_to(p, vertices.shape), vertices)
        try:
            return float(nx.dijkstra_path_length(graph, tuple(a), tuple(b), weight="length"))
        except nx.NetworkXNoPath:
            return np.inf
