"""The outline of the floor: as drawn on its own layer, else the outer edge of the walls.

In: closed strokes of an outline layer, or walls and door openings, in metres. Out: one polygon
and how it was found. Where no outline is drawn, door openings are bridged, gaps are closed by the
least width that shuts the walls, and the outer edge of what results is the outline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from shapely import (
    MultiPoint,
    Polygon,
    STRtree,
    area,
    buffer,
    disjoint_subset_union_all,
    intersection,
    union_all,
)

from optimizer.plan.dxf.network import GAP
from optimizer.plan.dxf.walls import build_columns, polygons_of, rings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["FoundOutline", "drawn_outline", "hull_outline", "wall_outline"]

#: Half widths of gaps that are tried, metres, each a little more than half a common width; the last
#: closes gaps of 4 m.
CLOSINGS = (0.03, 0.1, 0.255, 0.51, 1.02, 1.53, 2.04)
#: Share of the best closed area at which a narrower closing is as good.
ENOUGH = 0.85
#: Share of the walls that must enclose floor; below it the plan is an open one.
CLOSED = 0.6
#: Half width of a gap from which on the largest region alone must hold that share: walls that
#: stand so far apart belong to one open plan, not to several closed buildings.
WIDE = 0.25
#: A region encloses floor when its area is so many times that of its walls.
FLOOR = 2.0
#: Parts of a drawn outline that miss each other by no more than this touch, metres.
HAIR = 0.001
#: A closed outline so far within another is not its other face, metres.
WITHIN = 0.6
#: Detached parts smaller than this are not named, square metres.
SMALL = 5.0


@dataclass(frozen=True, kw_only=True)
class FoundOutline:
    """An outline and how it was found.

    Parameters
    ----------
    polygon
        The outline.
    gap
        Widest gap that was closed, metres; 0 for a drawn outline.
    closed
        Whether the walls enclose it; False where it is the hull of what is drawn.
    detached
        Further closed regions that are not part of it.
    holes
        Closed regions drawn within it that are no floor.
    """

    polygon: Polygon
    gap: float = 0.0
    closed: bool = True
    detached: tuple[Polygon, ...] = ()
    holes: tuple[Polygon, ...] = ()


def drawn_outline(paths: Sequence[NDArray[np.float64]]) -> FoundOutline | None:
    """Outline of the strokes of an outline layer; parts that touch are one floor.

    A closed one well within another is a hole, as of a stair or an atrium.
    """
    closed = [path for path in paths if len(path) > 3 and np.hypot(*(path[0] - path[-1])) <= GAP]
    rings = list(rings_of(closed) if len(closed) else build_columns(paths))
    parts = polygons_of(union_all(rings))
    if len(parts) > 1:
        # parts that touch in the drawing may miss each other by a hair
        parts = polygons_of(union_all(parts).buffer(HAIR).buffer(-HAIR, join_style="mitre"))
    if not parts:
        return None
    largest, *others = sorted(parts, key=lambda part: -part.area)
    polygon = largest.simplify(0.002)
    holes = _holes(largest, rings)
    if holes:
        polygon = polygons_of(polygon.difference(union_all(holes)))[0]
    return FoundOutline(polygon=polygon, detached=_worth_naming(others), holes=holes)


def _holes(floor: Polygon, rings: Sequence[Polygon]) -> tuple[Polygon, ...]:
    """Rings within a floor, a wall away from its edge and with less than half of it."""
    inner = floor.buffer(-WITHIN, join_style="mitre")
    found = [ring for ring in rings if inner.contains(ring) and ring.area < floor.area / 2]
    return polygons_of(union_all(found)) if found else ()


def wall_outline(
    walls: Iterable[BaseGeometry], bridges: Iterable[BaseGeometry]
) -> FoundOutline | None:
    """Outer edge of the walls, closed across gaps.

    Parameters
    ----------
    walls
        Walls and columns.
    bridges
        The stretches of wall that doors interrupt.
    """
    structure = disjoint_subset_union_all([*walls, *bridges])
    if structure.is_empty:
        return None
    # holes cannot be part of the outer edge, and are most of the corners
    shell = _without_holes(structure)
    hull = structure.convex_hull
    radius, best = _closed(shell, hull.area)
    if not best:
        return None  # walls of no area
    largest, *others = sorted(best, key=lambda part: -part.area)
    regions = best if radius < WIDE else [largest]
    if _enclosed_share(structure, regions) < CLOSED:
        return FoundOutline(
            polygon=hull if isinstance(hull, Polygon) else structure.envelope, closed=False
        )
    return FoundOutline(
        polygon=largest.simplify(0.002), gap=2 * radius, detached=_worth_naming(others)
    )


def hull_outline(points: NDArray[np.float64]) -> FoundOutline | None:
    """Convex hull of points; None where they enclose nothing."""
    hull = MultiPoint(points).convex_hull
    return FoundOutline(polygon=hull, closed=False) if isinstance(hull, Polygon) else None


def _closed(shell: NDArray[np.object_], hull: float) -> tuple[float, list[Polygon]]:
    """The least closing whose largest region is nearly as large as that of any, and its regions.

    `hull` is the area of the convex hull, which no region exceeds.
    """
    tried: list[tuple[float, list[Polygon], float]] = []
    for radius in CLOSINGS:
        parts = _filled(shell, radius)
        largest = max((part.area for part in parts), default=0.0)
        if largest >= ENOUGH * hull:
            return radius, parts
        tried.append((radius, parts, largest))
    most = max(largest for *_, largest in tried)
    return next((r, parts) for r, parts, largest in tried if largest >= ENOUGH * most)


def _filled(shell: NDArray[np.object_], radius: float) -> list[Polygon]:
    """Regions that the parts of a shell enclose once gaps of twice the radius are closed."""
    # part by part, as one buffer of thousands of parts cuts all their edges at each other
    wide = disjoint_subset_union_all(buffer(shell, radius, join_style="mitre", mitre_limit=2.5))
    narrow = buffer(_without_holes(wide), -radius, join_style="mitre", mitre_limit=2.5)
    return [Polygon(part.exterior) for part in polygons_of(narrow)]


def _without_holes(shape: BaseGeometry) -> NDArray[np.object_]:
    """Polygons of a union with their holes filled, without those that lie in a hole of another."""
    rings = np.array([Polygon(part.exterior) for part in polygons_of(shape)], dtype=object)
    if len(rings) < 2:
        return rings
    inner, outer = STRtree(rings).query(rings, predicate="covered_by")
    keep = np.ones(len(rings), dtype=bool)
    keep[inner[inner != outer]] = False
    kept: NDArray[np.object_] = rings[keep]
    return kept


def _enclosed_share(structure: BaseGeometry, regions: Sequence[Polygon]) -> float:
    """Share of the walls that stand in or around a region that is mostly floor."""
    parts = np.array(polygons_of(structure), dtype=object)
    walls = [float(area(intersection(parts, region)).sum()) for region in regions]
    around = sum(w for w, region in zip(walls, regions, strict=True) if region.area > FLOOR * w)
    return float(around / structure.area)


def _worth_naming(parts: Iterable[Polygon]) -> tuple[Polygon, ...]:
    return tuple(part for part in parts if part.area > SMALL)
