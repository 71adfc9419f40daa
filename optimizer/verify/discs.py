"""How wide floor is, by Voronoi cells: rooms that a disc cannot leave, places far from all things.

In: regions in metres. Out: the rooms of a disc of some radius, and the farthest distance that a
place of a region has from things about it.

The edge of a region is cut into points at most `PITCH` apart. Away from the nearest of them a
disc's middle has ever more room until it meets an edge between two cells, so a disc can go
wherever it can go along such edges, and the farthest place of a region lies where edges of cells
meet, where they leave the region, or at a corner of it. A place at a distance d from the nearest
point is at least √(d² − PITCH²/4) from the edge itself: 0.5 mm less at 0.6 m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Array = NDArray[np.float64]
    Numbers = NDArray[np.int64]

__all__ = ["PITCH", "Disc", "Floor", "farthest"]

#: Points on the edge of a region are at most this far apart, metres.
PITCH = 0.05
#: Segments of a quarter of a circle about a place: its chords lie at most 0.13 % inside.
QUARTER = 16
#: Points are rounded to this many digits, so that what is drawn twice is one.
ROUND = 6


@dataclass(frozen=True)
class Disc:
    """A disc that goes over the floor: its radius, and what is added to a reach of its, metres."""

    radius: float
    spare: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Floor:
    """Floor over which discs go, with the Voronoi cells of the points on its edge.

    Parameters
    ----------
    region
        Where they may be, prepared.
    """

    region: BaseGeometry

    @cached_property
    def points(self) -> Array:
        """Points on the edge, (n, 2)."""
        found: Array = _points(self.region.boundary)
        return found

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(shapely.points(self.points))

    @cached_property
    def _cells(self) -> tuple[Array, Numbers, Numbers, Numbers]:
        """Nodes, (k, 2); links as two nodes and two points, by the first point, with its begins.

        Nodes are the middles of the circles about Delaunay's triangles. A link parts the cells of
        two points; it is listed for either of them.
        """
        triangles = shapely.delaunay_triangles(shapely.multipoints(self.points))
        corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
        number = self._tree.nearest(shapely.points(corners.reshape(-1, 2))).reshape(-1, 3)
        sides = np.sort(np.concatenate([number[:, [0, 1]], number[:, [1, 2]], number[:, [2, 0]]]))
        triangle = np.tile(np.arange(len(number)), 3)
        order = np.lexsort(sides.T)
        sides, triangle = sides[order], triangle[order]
        twice = np.flatnonzero((sides[1:] == sides[:-1]).all(axis=1))
        pair = np.stack([triangle[twice], triangle[twice + 1]], axis=1)
        links = np.concatenate(
            [np.hstack([pair, sides[twice]]), np.hstack([pair, sides[twice][:, ::-1]])]
        )
        links = links[np.argsort(links[:, 2], kind="stable")]
        begins = np.searchsorted(links[:, 2], np.arange(len(self.points) + 1))
        return _middles(corners), links[:, :2], links[:, 2], begins

    @cached_property
    def _room(self) -> tuple[Array, Array]:
        """Distance of each node, and the least of each link, from the nearest point."""
        nodes, links, owner, _ = self._cells
        site = self.points[owner]
        one, other = nodes[links[:, 0]], nodes[links[:, 1]]
        along = other - one
        square = (along**2).sum(axis=1)
        share = ((site - one) * along).sum(axis=1) / np.where(square > 0, square, 1.0)
        near = one + np.clip(share, 0.0, 1.0)[:, None] * along
        of_node = np.full(len(nodes), np.inf)
        for end, place in ((0, one), (1, other)):
            np.minimum.at(of_node, links[:, end], np.hypot(*(place - site).T))
        of_node[~shapely.contains_xy(self.region, nodes[:, 0], nodes[:, 1])] = 0.0
        return of_node, np.hypot(*(near - site).T)

    def rooms(self, radius: float) -> Numbers:
        """Room of each node for discs of a radius, numbered from 0; -1 where it does not fit."""
        if radius not in self._known:
            nodes, links, _, _ = self._cells
            of_node, of_link = self._room
            fits = of_node >= radius
            open_links = (of_link >= radius) & fits[links[:, 0]] & fits[links[:, 1]]
            graph = nx.Graph()
            graph.add_nodes_from(np.flatnonzero(fits).tolist())
            graph.add_edges_from(links[open_links].tolist())
            room = np.full(len(nodes), -1, dtype=np.int64)
            for number, members in enumerate(nx.connected_components(graph)):
                room[list(members)] = number
            self._known[radius] = room
        return self._known[radius]

    @cached_property
    def _known(self) -> dict[float, Numbers]:
        return {}

    def rooms_at(self, radius: float, place: BaseGeometry, reach: float) -> frozenset[int]:
        """Rooms in which the middle of a disc lies within reach of a place."""
        key = (radius, place.wkb, reach)
        if key not in self._met:
            about = shapely.buffer(place, reach, quad_segs=QUARTER)
            rooms = {*self._inside(radius, about), *self._at_edge(radius, about)}
            self._met[key] = frozenset(rooms - {-1})
        return self._met[key]

    @cached_property
    def _met(self) -> dict[tuple[float, bytes, float], frozenset[int]]:
        return {}

    def meets(
        self, radius: float, place: BaseGeometry, reach: float, rooms: frozenset[int]
    ) -> bool:
        """Whether the middle of a disc in one of some rooms lies within reach of a place."""
        about = shapely.buffer(place, reach, quad_segs=QUARTER)
        return not (
            rooms.isdisjoint(self._inside(radius, about))
            and rooms.isdisjoint(self.rooms_at(radius, place, reach))
        )

    def _inside(self, radius: float, about: BaseGeometry) -> list[int]:
        """Rooms of the nodes in a shape."""
        room, nodes = self.rooms(radius), self._cells[0]
        x0, y0, x1, y1 = about.bounds
        inside = (nodes[:, 0] >= x0) & (nodes[:, 0] <= x1) & (room >= 0)
        inside &= (nodes[:, 1] >= y0) & (nodes[:, 1] <= y1)
        near = np.flatnonzero(inside)
        near = near[shapely.intersects_xy(about, nodes[near, 0], nodes[near, 1])]
        found: list[int] = np.unique(room[near]).tolist()
        return found

    def _at_edge(self, radius: float, about: BaseGeometry) -> Iterable[int]:
        """Rooms of the places on a convex shape's edge that are farthest from the points."""
        nodes, links, _, _ = self._cells
        hit = self._lines.query(about.exterior, predicate="intersects")
        lines = shapely.linestrings(nodes[links[hit]])
        places = np.concatenate(
            [
                shapely.get_coordinates(about),
                shapely.get_coordinates(shapely.intersection(lines, about.exterior)),
            ]
        )
        places = places[shapely.contains_xy(self.region, places[:, 0], places[:, 1])]
        if not len(places):
            return
        sites = self._tree.nearest(shapely.points(places))
        away = np.hypot(*(places - self.points[sites]).T)
        places, sites = places[away >= radius], sites[away >= radius]
        first, last = self._rooms_of_cells(radius)
        # most cells lie in one room
        sure = first[sites] == last[sites]
        yield from np.unique(first[sites[sure]]).tolist()
        room = self.rooms(radius)
        for place, site in zip(places[~sure], sites[~sure], strict=True):
            yield int(room[self._up(place, int(site))])

    def _rooms_of_cells(self, radius: float) -> tuple[Numbers, Numbers]:
        """First and last room of the nodes of each cell that a disc fits at; -1 where none."""
        if radius not in self._rooms_by_cell:
            _, links, owner, _ = self._cells
            room = self.rooms(radius)
            first = np.full(len(self.points), len(room), dtype=np.int64)
            last = np.full(len(self.points), -1, dtype=np.int64)
            for end in (0, 1):
                there = room[links[:, end]]
                np.maximum.at(last, owner, there)
                np.minimum.at(first, owner, np.where(there < 0, len(room), there))
            self._rooms_by_cell[radius] = np.where(last < 0, -1, first), last
        return self._rooms_by_cell[radius]

    @cached_property
    def _rooms_by_cell(self) -> dict[float, tuple[Numbers, Numbers]]:
        return {}

    @cached_property
    def _lines(self) -> shapely.STRtree:
        nodes, links, _, _ = self._cells
        return shapely.STRtree(shapely.linestrings(nodes[links]))

    def _up(self, place: Array, site: int) -> int:
        """Node that is reached from a place of a cell without coming nearer to the cell's point."""
        nodes, links, _, begins = self._cells
        middle = self.points[site]
        own = links[begins[site] : begins[site + 1]]
        one, other = nodes[own[:, 0]] - middle, nodes[own[:, 1]] - middle
        out = place - middle
        # straight away from the point, through the one side of the ring that lies there
        a, b = _cross(one, out), _cross(other, out)
        share = np.clip(a / np.where(a == b, 1.0, a - b), 0.0, 1.0)
        meets = one + share[:, None] * (other - one)
        side = int(np.argmax(np.where(a * b <= 0, meets @ out, -np.inf)))
        # and on along the side, away from the foot of the point
        onward = (other[side] - meets[side]) @ meets[side] >= 0
        return int(own[side, 1] if onward else own[side, 0])

    def longest_way(self, radius: float, starts: Sequence[tuple[float, float]]) -> float:
        """At most so far a disc goes from the nearest of some starts to any place it comes to.

        It goes along edges of cells, and so not the shortest way; inf where a start is too near
        the edge.
        """
        nodes, links, _, _ = self._cells
        of_node, of_link = self._room
        open_links = links[(of_link >= radius) & (of_node[links] >= radius).all(axis=1)]
        lengths = np.hypot(*(nodes[open_links[:, 0]] - nodes[open_links[:, 1]]).T)
        graph = nx.Graph()
        graph.add_weighted_edges_from(
            zip(*open_links.T.tolist(), lengths.tolist(), strict=True), weight="length"
        )
        sites = self._tree.nearest(shapely.points(np.asarray(starts, dtype=float).reshape(-1, 2)))
        begin = [self._up(np.array(p), int(s)) for p, s in zip(starts, sites, strict=True)]
        if not begin or any(node not in graph for node in begin):
            return math.inf
        far = nx.multi_source_dijkstra_path_length(graph, set(begin), weight="length")
        # to the edge of a cell and along it, at the first place and at the last one
        room = np.full(len(nodes), 0.0)
        np.maximum.at(room, open_links.ravel(), np.repeat(lengths, 2))
        room += of_node
        longest = max(float(far[n]) + float(room[n]) for n in far)
        return longest + max(float(room[n]) for n in begin)


def farthest(where: BaseGeometry, things: BaseGeometry) -> tuple[float, float]:
    """Bounds of the greatest distance that a place of a region has from the nearest of some things.

    Parameters
    ----------
    where
        The region, polygons in metres.
    things
        Lines or points.

    Returns
    -------
    tuple of float
        At least, at most; -inf where there is no region, inf where there are no things.
    """
    if where.is_empty:
        return -math.inf, -math.inf
    if things.is_empty:
        return math.inf, math.inf
    sites = shapely.multipoints(_points(things))
    edges = shapely.voronoi_polygons(sites, extend_to=where, only_edges=True)
    places = shapely.points(
        np.concatenate(
            [shapely.get_coordinates(where), shapely.get_coordinates(edges.intersection(where))]
        )
    )
    away = shapely.STRtree(shapely.get_parts(sites)).query_nearest(
        places, return_distance=True, all_matches=False
    )[1]
    best = places[int(away.argmax())]
    return float(things.distance(best)), float(away.max())


def _points(lines: BaseGeometry) -> Array:
    """Points on lines, at most `PITCH` apart, each once."""
    every = shapely.get_coordinates(shapely.segmentize(lines, PITCH))
    found: Array = np.unique(np.round(every, ROUND), axis=0)
    return found


def _middles(triangles: Array) -> Array:
    """Middles of the circles through the corners of triangles, (k, 3, 2)."""
    first = triangles[:, 0]
    b, c = triangles[:, 1] - first, triangles[:, 2] - first
    twice = 2.0 * _cross(b, c)
    # a triangle without area has its middle nowhere near
    by = np.where(twice == 0, 1e-12, twice)
    bb, cc = (b**2).sum(axis=1), (c**2).sum(axis=1)
    x = (c[:, 1] * bb - b[:, 1] * cc) / by
    y = (b[:, 0] * cc - c[:, 0] * bb) / by
    middles: Array = first + np.stack([x, y], axis=1)
    return middles


def _cross(one: Array, other: Array) -> Array:
    product: Array = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return product
