"""Walls and columns out of what is drawn: closed outlines, double lines, loose segments, fills.

In: polylines in metres. Out: polygons. All lines are cut at each other and joined where they miss
by less than `GAP`; ends of double lines are capped; of the faces between the lines those are wall
that are thinner than `FACE`, were drawn as one closed outline no thicker than a thick wall, or are
filled. A line that borders no wall is one itself, of the least thickness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import (
    STRtree,
    area,
    buffer,
    get_parts,
    length,
    linestrings,
    make_valid,
    points,
    polygonize,
    polygons,
    union_all,
)

from optimizer.plan.units import plausible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

__all__ = ["GAP", "build_columns", "build_walls", "polygons_of", "rings_of"]

#: Lines that miss each other by no more than this are joined, metres.
GAP = 0.05
#: Faces between lines are wall up to this thickness, metres; a closet is deeper.
FACE = 0.6
#: Share of a wall's area that its corners and crossings may hold beyond its thickness.
CORNERS = 0.02
#: Ends of a double line are capped up to this distance, metres.
CAP = 0.6
#: Thickness of a wall that is drawn as one line, metres.
THIN = 0.05
#: Grid on which lines are cut at each other, metres.
GRID = 0.001
#: Bits of line shorter than this are no wall, metres.
SHORT = 0.25


def build_walls(
    lines: Sequence[NDArray[np.float64]],
    *,
    glazing: Sequence[NDArray[np.float64]] = (),
    closing: Sequence[NDArray[np.float64]] = (),
    wide: Sequence[tuple[NDArray[np.float64], float]] = (),
    fills: Sequence[NDArray[np.float64]] = (),
    loose: bool = True,
) -> tuple[Polygon, ...]:
    """Wall polygons.

    Parameters
    ----------
    lines, glazing
        Polylines of walls and windows, metres; a closed one repeats its first point.
    closing
        Further lines that may close the face of a wall but are none by themselves.
    wide
        Polylines with the width the drawing gives them, metres.
    fills
        Rings of hatches and solids.
    loose
        Whether single lines that border no wall are thin walls.
    """
    solid: list[BaseGeometry] = [
        linestrings(path).buffer(width / 2, cap_style="flat", join_style="mitre")
        for path, width in wide
        if len(path) > 1
    ]
    filled = _filled(fills)
    if not lines and filled is not None:
        solid.append(filled)
    drawn = [path for path in (*lines, *glazing) if len(path) > 1]
    if drawn:
        network = union_all(list(_lines([*drawn, *closing])), grid_size=GRID)
        # a wall ends where its own lines end, though a window's lines go on from there
        caps = _end_caps(union_all(list(_lines(lines)), grid_size=GRID)) if lines else []
        network = _joined(union_all([network, *caps], grid_size=GRID))
        faces = get_parts(polygonize(list(get_parts(network))))
        solid += list(_solid_faces(faces, _closed_outlines(lines), filled))
        if loose:
            own = union_all(list(_lines(drawn)), grid_size=GRID) if closing else network
            solid += _loose_walls(own, union_all(solid) if solid else None)
    return polygons_of(union_all(solid, grid_size=GRID)) if solid else ()


def build_columns(
    paths: Sequence[NDArray[np.float64]], fills: Sequence[NDArray[np.float64]] = ()
) -> tuple[Polygon, ...]:
    """Column polygons of closed or open polylines, loose lines and fills."""
    solid: list[BaseGeometry] = list(rings_of([p for p in paths if len(p) > 2]))
    segments = [path for path in paths if len(path) == 2]
    if segments:
        network = _joined(union_all(list(_lines(segments)), grid_size=GRID))
        solid += list(get_parts(polygonize(list(get_parts(network)))))
    solid += list(rings_of(fills))
    if not solid:
        return ()
    # lines of one column may leave a hair between them
    merged = union_all(solid).buffer(GRID, join_style="mitre").buffer(-GRID, join_style="mitre")
    return polygons_of(merged)


def polygons_of(geometry: BaseGeometry, least: float = 1e-4) -> tuple[Polygon, ...]:
    """Polygon parts of a geometry that are larger than `least`, square metres."""
    parts = get_parts(geometry)
    return tuple(p for p in parts if p.geom_type == "Polygon" and p.area > least)


def _lines(paths: Sequence[NDArray[np.float64]]) -> NDArray[np.object_]:
    """One LineString per path, built in one call."""
    owner = np.repeat(np.arange(len(paths)), [len(path) for path in paths])
    made: NDArray[np.object_] = linestrings(np.concatenate(list(paths)), indices=owner)
    return made


def rings_of(paths: Sequence[NDArray[np.float64]]) -> NDArray[np.object_]:
    """One valid polygon per path; a path that encloses nothing gives none."""
    made = make_valid(np.array([polygons(path) for path in paths if len(path) > 2], dtype=object))
    parts: NDArray[np.object_] = get_parts(made)
    large: NDArray[np.bool_] = area(parts) > 1e-4
    return parts[large]


def _filled(fills: Sequence[NDArray[np.float64]]) -> BaseGeometry | None:
    rings = rings_of(fills) if fills else ()
    return union_all(list(rings)) if len(rings) else None


def _closed_outlines(lines: Sequence[NDArray[np.float64]]) -> BaseGeometry | None:
    """Region of walls that were drawn as closed outlines; None where walls are drawn otherwise.

    Closed outlines may be those of walls or those of rooms: they are of walls where most of
    them are thin.
    """
    closed = [p for p in lines if len(p) > 3 and np.hypot(*(p[0] - p[-1])) <= GAP]
    rings = rings_of(closed) if closed else np.array([], dtype=object)
    if not len(rings):
        return None
    thin = _thinner(rings, FACE)
    thick = _thinner(rings, plausible("wall_thickness").most)
    kept = rings[thick] if thin.mean() >= 0.6 else rings[thin]
    return union_all(list(kept)) if len(kept) else None


def _solid_faces(
    faces: NDArray[np.object_], outlines: BaseGeometry | None, filled: BaseGeometry | None
) -> NDArray[np.object_]:
    """Faces that are wall."""
    if not len(faces):
        return faces
    wall = _thinner(faces, FACE)
    inner = np.array([face.representative_point() for face in faces], dtype=object)
    if outlines is not None:
        wall |= _covered(inner, outlines)
    if filled is not None:
        # a fill must cover the whole face, and no room: one bad hatch must not wall up the floor
        thick = _thinner(faces, plausible("wall_thickness").most)
        maybe = np.flatnonzero(~wall & thick)
        for i in maybe:
            wall[i] = faces[i].intersection(filled).area > 0.95 * faces[i].area
    return faces[wall]


def _thinner(shapes: NDArray[np.object_], limit: float) -> NDArray[np.bool_]:
    """Which polygons are thinner than a limit, but for corners and crossings of walls."""
    core = area(buffer(shapes, -limit / 2, quad_segs=2))
    thin: NDArray[np.bool_] = core <= CORNERS * area(shapes)
    return thin


def _covered(inner: NDArray[np.object_], region: BaseGeometry) -> NDArray[np.bool_]:
    found = np.zeros(len(inner), dtype=bool)
    tree = STRtree(get_parts(region))
    found[tree.query(inner, predicate="within")[0]] = True
    return found


def _end_caps(network: BaseGeometry) -> list[BaseGeometry]:
    """Caps of the double lines of a network, once ends that nearly meet are joined."""
    ends, ways = _loose_ends(get_parts(_joined(network)))
    return _caps(ends, ways) if len(ends) else []


def _joined(network: BaseGeometry) -> BaseGeometry:
    """The network with ends that nearly meet joined."""
    parts = get_parts(network)
    ends, _ = _loose_ends(parts)
    added = _short_joins(ends, parts) if len(ends) else []
    return union_all([network, *added], grid_size=GRID) if added else network


def _loose_ends(
    parts: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points where just one line ends, and the direction in which it runs out of there."""
    first, last, before, after = [], [], [], []
    for part in parts:
        path = np.asarray(part.coords)[:, :2]
        first.append(path[0])
        last.append(path[-1])
        after.append(path[0] - path[1])
        before.append(path[-1] - path[-2])
    ends = np.array([*first, *last])
    ways = np.array([*after, *before])
    keys = np.round(ends / GRID).astype(np.int64)
    _, where, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    single = counts[where.ravel()] == 1
    lengths = np.hypot(ways[:, 0], ways[:, 1])
    ways = ways / np.where(lengths > 0, lengths, 1.0)[:, None]
    return ends[single], ways[single]


def _short_joins(ends: NDArray[np.float64], parts: NDArray[np.object_]) -> list[BaseGeometry]:
    """Segments from loose ends to lines that pass within `GAP`."""
    spots = points(ends)
    pairs = STRtree(parts).query(spots, predicate="dwithin", distance=GAP)
    added: list[BaseGeometry] = []
    for i, j in pairs.T:
        line = parts[j]
        near = line.interpolate(line.project(spots[i]))
        if near.distance(spots[i]) > GRID:
            # a little past the line, so that rounding cannot leave the gap open
            way = np.array([near.x, near.y]) - ends[i]
            beyond = np.array([near.x, near.y]) + way / np.hypot(*way) * 2 * GRID
            added.append(linestrings([ends[i], beyond]))
    return added


def _caps(ends: NDArray[np.float64], ways: NDArray[np.float64]) -> list[BaseGeometry]:
    """Segments that close the end of a double line: two ends side by side, running alike."""
    spots = points(ends)
    pairs = STRtree(spots).query(spots, predicate="dwithin", distance=CAP)
    i, j = pairs[:, pairs[0] < pairs[1]]
    across = ends[j] - ends[i]
    apart = np.hypot(across[:, 0], across[:, 1])
    alike = (ways[i] * ways[j]).sum(axis=1) > 0.9
    square = np.abs((across * ways[i]).sum(axis=1)) < 0.5 * np.maximum(apart, GRID)
    keep = alike & square & (apart > GRID)
    order = np.argsort(apart[keep])
    taken: set[int] = set()
    added: list[BaseGeometry] = []
    for a, b in zip(i[keep][order].tolist(), j[keep][order].tolist(), strict=True):
        if a not in taken and b not in taken:
            taken |= {a, b}
            added.append(linestrings([ends[a], ends[b]]))
    return added


def _loose_walls(network: BaseGeometry, solid: BaseGeometry | None) -> list[BaseGeometry]:
    """Lines that border no wall, as walls of the least thickness."""
    lines = network if solid is None else network.difference(solid.buffer(2 * GRID, quad_segs=1))
    parts = get_parts(lines)
    parts = parts[(length(parts) > 0)] if len(parts) else parts
    if not len(parts):
        return []
    merged = get_parts(
        union_all(list(parts)).buffer(THIN / 2, cap_style="flat", join_style="mitre")
    )
    return [wall for wall in merged if wall.area > SHORT * THIN]
