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

HAIR = 1e-7


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

    def home(self, point, tolerance=2e-5):
        """Return (part, place) of a point, moved inside if it is just outside; else None."""
        gaps = [part.distance(shapely.Point(point)) for part in self.parts]
        if not gaps or min(gaps) > tolerance:
            return None
        k = int(np.argmin(gaps))
        if gaps[k] > 0:
            point = shapely.shortest_line(self.parts[k], shapely.Point(point)).coords[0]
        return k, tuple(map(float, point))

    def distances(self, a, b):
        """Return the shortest distance of each pair a[i], b[i]; inf if there is none."""
        homes = [(self.home(p), self.home(q)) for p, q in zip(a, b, strict=True)]
        result = np.full(len(homes), np.inf)
        for k, (wide, vertices, static) in enumerate(self.graphs):
            mine = [i for i, (p, q) in enumerate(homes) if p and q and p[0] == k and q[0] == k]
            if not mine:
                continue
            graph = static.copy()
            points = np.array([homes[i][end][1] for i in mine for end in (0, 1)])
            i, j = np.indices((len(points), len(vertices))).reshape(2, -1)
            graph.add_nodes_from(map(tuple, points))
            if len(vertices):
                self._link(graph, wide, points[i], vertices[j])
            self._link(graph, wide, points[::2], points[1::2])
            for leg in mine:
                start, end = homes[leg][0][1], homes[leg][1][1]
                if start == end:
                    result[leg] = 0.0
                    continue
                try:
                    result[leg] = nx.dijkstra_path_length(graph, start, end, weight="length")
                except nx.NetworkXNoPath:
                    result[leg] = np.inf
        return result
