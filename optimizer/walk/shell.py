"""The prepared shell: everything about an empty hall that never changes while it is furnished.

In: the free floor and a body radius. Out: `Shell`, with exact distances and paths between any
points of the empty hall, and the arrays that `routing` and `moves` route around fixtures with.

The graph is a taut visibility graph: corners of obstacles, linked where the straight segment is
free and only grazes both corners. All distances between corners are computed once (one Dijkstra
search a corner); a point is joined to the corners it sees (Lozano-Perez and Wesley 1979,
doi:10.1145/359156.359164).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import FloorPlanError
from optimizer.walk import kernels
from optimizer.walk.space import Corners, Outline, outline_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry import MultiPolygon, Polygon

__all__ = ["Shell", "prepare_shell"]

TABLE_CORNERS = 4000
"""Up to this many corners a table of all distances between corners is kept (128 MB)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shell:
    """An empty hall prepared for one body; made by `prepare_shell`.

    Parameters
    ----------
    outline
        Walls, rims and corners.
    radius
        Body radius in metres.
    corners
        Body outline at corners of obstacles.
    space
        The outline's arrays, and its edges sorted by cell, as the kernels want them: one float
        and one integer array.
    links
        Start of each corner, linked corner, length (metres): the taut visibility graph.
    table
        Shortest way between every two corners (metres), empty above 4,000 corners.
    """

    outline: Outline
    radius: float
    corners: Corners
    space: tuple[NDArray[np.float64], NDArray[np.int64]]
    links: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
    table: NDArray[np.float64]

    @property
    def walkable(self) -> Polygon | MultiPolygon:
        """The places where the body's centre may be (shapely)."""
        return self.outline.walkable

    @property
    def nodes(self) -> NDArray[np.float64]:
        """The corners that paths bend at, (n, 2) in metres."""
        return self.outline.corner[:, :2]

    def place(
        self, points: ArrayLike, *, tolerance: float = kernels.SNAP
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the connected part of each point (-1: outside) and the points moved inside.

        A point up to `tolerance` metres outside the walkable space is moved to its rim.
        """
        where = _points(points)
        part: NDArray[np.int64]
        moved: NDArray[np.float64]
        part, moved = kernels.locate_all(where, tolerance, kernels.space_views(*self.space))
        return part, moved

    def component(self, points: ArrayLike, *, tolerance: float = kernels.SNAP) -> NDArray[np.int64]:
        """Return the number of the connected part that holds each point, -1 outside."""
        return self.place(points, tolerance=tolerance)[0]

    def distances(
        self,
        points_a: ArrayLike,
        points_b: ArrayLike | None = None,
        *,
        tolerance: float = kernels.SNAP,
    ) -> NDArray[np.float64]:
        """Return the shortest walking distances (n, m) from points a to points b, in metres.

        Without b, all pairs of a. A pair without a way, or with a point further than
        `tolerance` outside the walkable space, is infinite.
        """
        part_a, a = self.place(points_a, tolerance=tolerance)
        seen_a = self.sight(a, part_a)
        same = points_b is None
        part_b, b = (part_a, a) if points_b is None else self.place(points_b, tolerance=tolerance)
        seen_b = seen_a if same else self.sight(b, part_b)
        rows = kernels.spread(seen_a, self.table, self.links)
        result: NDArray[np.float64] = kernels.join(
            a, part_a, rows, b, part_b, seen_b, same, kernels.space_views(*self.space)
        )
        return result

    def path(
        self, a: ArrayLike, b: ArrayLike, *, tolerance: float = kernels.SNAP
    ) -> NDArray[np.float64]:
        """Return the shortest path from a to b as a polyline (k, 2), (0, 2) if there is none.

        Raises
        ------
        FloorPlanError
            If an end lies further than `tolerance` outside the walkable space.
        """
        ends = np.array([a, b], dtype=np.float64)
        part, moved = self.place(ends, tolerance=tolerance)
        outside = [
            f"point ({x:.3f}, {y:.3f}) is not on the walkable floor for a body of radius "
            f"{self.radius} m; a point inside would be right"
            for (x, y), inside in zip(ends, part, strict=True)
            if inside < 0
        ]
        if outside:
            raise FloorPlanError(*outside)
        total = float(self.distances(moved[:1], moved[1:], tolerance=tolerance)[0, 0])
        if not np.isfinite(total):
            return np.empty((0, 2))
        if total <= np.hypot(*(moved[1] - moved[0])) + 1e-12:
            return moved
        start, to, length = self.sight(moved, part)
        rest = kernels.spread((start, to, length), self.table, self.links)[1]
        first = to[: start[1]]
        bends = [int(first[np.argmin(length[: start[1]] + rest[first])])]
        direct = dict(zip(to[start[1] :].tolist(), length[start[1] :].tolist(), strict=True))
        begin, onward, step = self.links
        while True:
            here = bends[-1]
            if direct.get(here, np.inf) <= rest[here] + 1e-12:
                break
            ahead = slice(begin[here], begin[here + 1])
            bends.append(int(onward[ahead][np.argmin(step[ahead] + rest[onward[ahead]])]))
        return np.vstack([moved[:1], self.nodes[bends], moved[1:]])

    def sight(
        self, points: NDArray[np.float64], part: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return which corners each point sees and may turn at: start, corner, length."""
        start, to, length = kernels.link_points(points, part, kernels.space_views(*self.space))
        return start, to, length


def _points(points: ArrayLike) -> NDArray[np.float64]:
    """Return points as a float64 array (n, 2)."""
    array = np.ascontiguousarray(points, dtype=np.float64)
    if array.size == 0:
        return np.empty((0, 2))
    if array.ndim != 2 or array.shape[1] != 2:
        raise FloorPlanError(f"points of shape {array.shape}; (n, 2) would be right")
    return array


def prepare_shell(
    free: Polygon | MultiPolygon, *, radius: float = 0.25, corners: Corners = "mitre"
) -> Shell:
    """Prepare the free floor of one audience for a body of `radius` metres.

    Parameters
    ----------
    free
        Outline minus walls, columns and closed doors, not inflated. Obstacles that meet in one
        point, and gaps no wider than the body, are closed.
    radius
        Body radius in metres; 0 walks along the walls.
    corners
        "mitre" (sharp, fast) or "octagon" (chamfered, closer to a round body).

    Raises
    ------
    FloorPlanError
        If the floor is no valid polygon or the radius is negative.
    """
    if corners not in ("mitre", "octagon"):
        raise FloorPlanError(f"corners '{corners}'; 'mitre' or 'octagon' would be right")
    kernels.warm_up()
    outline = outline_of(free, radius=radius, corners=corners)
    grid, (wall_cells, rim_cells) = _cells(outline.walls, outline.rims)
    node = kernels.corner_nodes(outline.corner, outline.corner_part, outline.corner_group)
    links = kernels.link_corners(node, outline.walls, grid, *wall_cells)
    groups = 1 + int(outline.walls[:, 5].max(initial=-1))
    group_start = np.searchsorted(outline.corner_group, np.arange(groups + 1)).astype(np.int64)
    few = len(outline.corner) <= TABLE_CORNERS
    return Shell(
        outline=outline,
        radius=float(radius),
        corners=corners,
        space=kernels.pack_space(
            radius,
            4 if corners == "mitre" else 8,
            (grid, outline.walls, outline.rims, node),
            (*wall_cells, *rim_cells, group_start),
        ),
        links=links,
        table=kernels.reach_table(*links) if few else np.empty((0, 0)),
    )


def _cells(
    walls: NDArray[np.float64], rims: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[tuple[NDArray[np.int64], NDArray[np.int64]]]]:
    """Return a grid over all edges, and the walls and the rims that each of its cells holds."""
    if len(walls) == 0:
        empty = (np.zeros(2, dtype=np.int64), np.empty(0, dtype=np.int64))
        return np.array([0.0, 0.0, 1.0, 1.0, 1.0]), [empty, empty]
    low = np.minimum(walls[:, :2], walls[:, 2:4]).min(axis=0)
    size = np.maximum(walls[:, :2], walls[:, 2:4]).max(axis=0) - low
    cell = max(np.sqrt(size[0] * size[1] / len(walls)) / 2, 1e-3 * max(size))
    columns, rows = np.ceil(size / cell) + 2
    grid = np.array([low[0] - cell / 2, low[1] - cell / 2, 1 / cell, columns, rows])
    return grid, [kernels.sort_edges(edges, grid) for edges in (walls, rims)]
