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
    coverage_union_all,
    get_parts,
    length,
    line_interpolate_point,
    line_merge,
    linestrings,
    make_valid,
    multilinestrings,
    point_on_surface,
    polygonize,
    polygons,
    transform,
    union_all,
)

from optimizer.plan.dxf.network import GAP, GRID, build_network, line_array
from optimizer.plan.dxf.tangle import refuse_more
from optimizer.plan.units import plausible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

__all__ = ["build_columns", "build_walls", "polygons_of", "rings_of", "wall_rings"]

#: Faces between lines are wall up to this thickness, metres; a closet is deeper.
FACE = 0.6
#: Share of a wall's area that its corners and crossings may hold beyond its thickness.
CORNERS = 0.02
#: Thickness of a wall that is drawn as one line, metres.
THIN = 0.05
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

    Raises
    ------
    FileFormatError
        They are too tangled, or are too many walls that stand by themselves.
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
        edges = build_network(lines, [*glazing, *closing])
        faces = get_parts(polygonize(list(edges)))
        wall = _solid_faces(faces, _closed_outlines(lines), filled)
        # faces of one network share no floor, which makes their union quick
        solid += list(get_parts(coverage_union_all(wall))) if len(wall) else []
        if loose:
            solid += _loose_walls(edges, line_array(drawn), wall)
    refuse_more("pieces", len(solid))
    walls = polygons_of(union_all(_on_grid(solid))) if solid else ()
    refuse_more("apart", len(walls))
    return walls


def _on_grid(shapes: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    """Shapes with corners on the grid, so that those side by side leave no hair between them."""
    there: NDArray[np.object_] = transform(
        np.array(list(shapes), dtype=object), lambda corners: np.round(corners / GRID) * GRID
    )
    valid: NDArray[np.object_] = make_valid(there)
    return valid


def build_columns(
    paths: Sequence[NDArray[np.float64]], fills: Sequence[NDArray[np.float64]] = ()
) -> tuple[Polygon, ...]:
    """Column polygons of closed or open polylines, loose lines and fills."""
    solid: list[BaseGeometry] = list(rings_of([p for p in paths if len(p) > 2]))
    segments = [path for path in paths if len(path) == 2]
    if segments:
        solid += list(get_parts(polygonize(list(build_network(segments)))))
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


def rings_of(paths: Sequence[NDArray[np.float64]]) -> NDArray[np.object_]:
    """One valid polygon per path; a path that encloses nothing gives none."""
    made = make_valid(np.array([polygons(path) for path in paths if len(path) > 2], dtype=object))
    parts: NDArray[np.object_] = get_parts(made)
    large: NDArray[np.bool_] = area(parts) > 1e-4
    return parts[large]


def _filled(fills: Sequence[NDArray[np.float64]]) -> BaseGeometry | None:
    rings = rings_of(fills) if fills else ()
    return union_all(list(rings)) if len(rings) else None


def wall_rings(lines: Sequence[NDArray[np.float64]]) -> NDArray[np.object_]:
    """Closed outlines that are those of walls, each by itself."""
    closed = [p for p in lines if len(p) > 3 and np.hypot(*(p[0] - p[-1])) <= GAP]
    rings = rings_of(closed) if closed else np.array([], dtype=object)
    return rings[_thinner(rings, plausible("wall_thickness").most)] if len(rings) else rings


def _closed_outlines(lines: Sequence[NDArray[np.float64]]) -> BaseGeometry | None:
    """Region of walls that were drawn as closed outlines; None where walls are drawn otherwise.

    Closed outlines may be those of walls or those of rooms: they are of walls where most of
    them are no thicker than a thick wall.
    """
    closed = [p for p in lines if len(p) > 3 and np.hypot(*(p[0] - p[-1])) <= GAP]
    rings = rings_of(closed) if closed else np.array([], dtype=object)
    if not len(rings):
        return None
    thin = _thinner(rings, FACE)
    thick = _thinner(rings, plausible("wall_thickness").most)
    kept = rings[thick] if thick.mean() >= 0.6 else rings[thin]
    return union_all(list(kept)) if len(kept) else None


def _solid_faces(
    faces: NDArray[np.object_], outlines: BaseGeometry | None, filled: BaseGeometry | None
) -> NDArray[np.object_]:
    """Faces that are wall."""
    if not len(faces):
        return faces
    wall = _thinner(faces, FACE)
    if outlines is not None:
        wall |= _covered(point_on_surface(faces), outlines)
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


def _loose_walls(
    edges: NDArray[np.object_], own: NDArray[np.object_], solid: NDArray[np.object_]
) -> list[BaseGeometry]:
    """Edges of our own lines that border no wall, as walls of the least thickness."""
    middles = line_interpolate_point(edges, 0.5, normalized=True)
    free = np.ones(len(edges), dtype=bool)
    if len(solid):
        free[STRtree(solid).query(middles, predicate="dwithin", distance=2 * GRID)[0]] = False
    ours = np.zeros(len(edges), dtype=bool)
    ours[STRtree(own).query(middles, predicate="dwithin", distance=2 * GRID)[0]] = True
    lines = get_parts(line_merge(multilinestrings(edges[free & ours])))
    lines = lines[length(lines) > SHORT]
    return list(buffer(lines, THIN / 2, cap_style="flat", join_style="mitre"))
