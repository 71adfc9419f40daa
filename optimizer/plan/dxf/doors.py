"""Door openings out of leaves, blocks and lines.

In: the leaves of doors, blocks and lines of door layers in metres, and the walls. Out: the openings
from jamb to jamb, and the walls with the openings cut out where they are thick.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, Point, Polygon, STRtree, get_parts, line_merge, union_all

from optimizer.plan.dxf.walls import polygons_of
from optimizer.plan.model import OPENING_REACH
from optimizer.plan.units import plausible
from optimizer.plan.wall_index import DEEP, GRAZE, pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Set

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.dxf.curves import Stroke
    from optimizer.plan.dxf.leaves import Leaf
    from optimizer.plan.wall_index import Walls

__all__ = [
    "MEETING",
    "Opening",
    "across_line",
    "block_line",
    "cut_openings",
    "find_openings",
    "free_stretches",
    "gap_openings",
    "plain_openings",
]

#: How far past its ends a door is looked for a jamb, metres.
JAMB = 0.13
#: What is nearer to the outline than this stands on it, metres.
NEAR_WALL = 0.02
#: How far behind a gap in the outer edge nothing may stand, metres: a niche is no gap.
THROUGH = 0.8
#: Strikes of the two leaves of one door are no further apart than this, metres.
MEETING = 0.15


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A door opening.

    Parameters
    ----------
    line
        From jamb to jamb.
    layer
        Layer of the drawing.
    leaves
        How many leaves close it; 0 where it has none that turns.
    """

    line: LineString
    layer: str
    leaves: int


def find_openings(leaves: Sequence[Leaf], walls: Walls) -> list[Opening]:
    """Door openings: two leaves of one block, or two loose ones, that meet make one."""
    free = dict(enumerate(leaves))
    openings: list[Opening] = []
    tree = STRtree([Point(leaf.strike) for leaf in leaves])
    for i, leaf in enumerate(leaves):
        if i not in free:
            continue
        near = tree.query(Point(leaf.strike), predicate="dwithin", distance=MEETING)
        partner = next((j for j in sorted(near) if j in free and _meet(leaf, leaves[j])), None)
        ends = (leaf.hinge, leaf.strike if partner is None else leaves[partner].hinge)
        line = _to_jambs(*ends, walls)
        openings.append(Opening(line=line, layer=leaf.layer, leaves=1 if partner is None else 2))
        free.pop(i)
        if partner is not None:
            free.pop(partner)
    return openings


def plain_openings(strokes: Iterable[Stroke], busy: Set[str]) -> list[Opening]:
    """Openings that are drawn as one line or one thin rectangle across them.

    Parameters
    ----------
    strokes
        Lines of door layers, in metres.
    busy
        Layers that draw leaves or blocks; there, a line is part of a leaf or a frame.
    """
    allowed = plausible("door_opening")
    found: list[Opening] = []
    known: dict[tuple[int, int], list[Opening]] = {}
    for stroke in strokes:
        if stroke.layer in busy:
            continue
        line = across_line(stroke)
        if line is None:
            continue
        if not allowed.holds(line.length):
            continue
        # lines whose ends are all near have middles as near, in a cell of the grid or beside it
        spot = line.interpolate(0.5, normalized=True)
        column, row = int(spot.x // OPENING_REACH), int(spot.y // OPENING_REACH)
        beside = [known.get((column + i, row + j), ()) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        if not any(o.line.hausdorff_distance(line) < OPENING_REACH for o in chain(*beside)):
            opening = Opening(line=line, layer=stroke.layer, leaves=0)
            known.setdefault((column, row), []).append(opening)
            found.append(opening)
    return found


def across_line(stroke: Stroke) -> LineString | None:
    """The line that a stroke draws across an opening: itself, or the middle of a thin rectangle."""
    if len(stroke.points) == 2:
        return LineString(stroke.points)
    if not 3 <= len(stroke.points) <= 5:
        return None
    side = stroke.points[1] - stroke.points[0]
    axes = np.array([side, [-side[1], side[0]]]) / max(float(np.hypot(*side)), 1e-9)
    middle = block_line([stroke], axes)
    return None if middle is None or middle[1] > 2 * OPENING_REACH else middle[0]


def free_stretches(outline: Polygon, closed: Iterable[BaseGeometry]) -> list[LineString]:
    """Straight stretches of the outline along which nothing stands, nor close behind.

    Parameters
    ----------
    outline
        Outer edge of the walls.
    closed
        Walls, columns, windows, and what doors close, metres.
    """
    edge = outline.exterior
    pieces = [
        piece
        for shape in closed
        for piece in (pieces_of(shape) if isinstance(shape, Polygon) else [shape])
    ]
    near = STRtree(pieces).query(edge, predicate="dwithin", distance=THROUGH)
    standing = union_all([pieces[i].buffer(NEAR_WALL) for i in near])
    free = line_merge(edge.difference(standing))
    found = []
    for part in get_parts(free):
        if part.geom_type != "LineString":
            continue
        ends = np.asarray(part.coords)[[0, -1]]
        way = (ends[1] - ends[0]) / max(float(np.hypot(*(ends[1] - ends[0]))), 1e-9)
        middle, deep = ends.mean(axis=0), THROUGH * np.array([-way[1], way[0]])
        through = LineString([middle - deep, middle + deep])
        if part.length < 1.05 * math.dist(*ends) and not through.intersects(standing):
            found.append(LineString([ends[0] - NEAR_WALL * way, ends[1] + NEAR_WALL * way]))
    return found


def gap_openings(stretches: Iterable[LineString]) -> list[Opening]:
    """Openings where a stretch without a wall is as wide as a door."""
    allowed = plausible("door_opening")
    return [
        Opening(line=line, layer="", leaves=0) for line in stretches if allowed.holds(line.length)
    ]


def cut_openings(walls: Walls, openings: Sequence[Opening]) -> list[Polygon]:
    """Walls less the openings in walls that are too thick for a plan's doors to cut."""
    cuts = []
    for opening in openings:
        first, last = np.asarray(opening.line.coords)[[0, -1]]
        way = (last - first) / opening.line.length
        across = np.array([-way[1], way[0]])
        span = walls.span((first + last) / 2, across, DEEP)
        if span is not None and max(-span[0], span[1]) > OPENING_REACH:
            low, high = (span[0] - GRAZE) * across, (span[1] + GRAZE) * across
            cuts.append(Polygon([first + low, last + low, last + high, first + high]))
    if not cuts:
        return list(walls.polygons)
    return list(polygons_of(union_all(list(walls.polygons)).difference(union_all(cuts))))


def block_line(
    strokes: Iterable[Stroke], axes: NDArray[np.float64]
) -> tuple[LineString, float] | None:
    """Middle line of a block along its longer side, and its depth; None for an empty block."""
    drawn = [s.points for s in strokes if s.kind in {"line", "fill"}]
    if not drawn:
        return None
    corner = drawn[0][0]
    local = (np.concatenate(drawn) - corner) @ np.linalg.inv(axes)
    low, high = local.min(axis=0), local.max(axis=0)
    long = int(np.argmax(high - low))
    middle = (low + high) / 2
    ends = np.array([middle, middle])
    ends[0, long], ends[1, long] = low[long], high[long]
    line = LineString(ends @ axes + corner)
    return (line, float(high[1 - long] - low[1 - long])) if line.length > 0 else None


def _meet(leaf: Leaf, other: Leaf) -> bool:
    """Whether two leaves close one opening."""
    apart = float(np.hypot(*(leaf.hinge - other.hinge)))
    return bool(
        leaf.group == other.group
        and leaf.way @ other.way < -0.95
        and apart > 0.8 * (leaf.radius + other.radius)
    )


def _to_jambs(start: NDArray[np.float64], end: NDArray[np.float64], walls: Walls) -> LineString:
    """The line from one end to the other, lengthened to the walls that are near its ends."""
    way = (end - start) / np.hypot(*(end - start))
    out = []
    for spot, sign in ((start, -1.0), (end, 1.0)):
        ray = LineString([spot, spot + sign * JAMB * way])
        gaps = [
            float(walls.pieces[i].intersection(ray).distance(Point(spot)))
            for i in walls.tree.query(ray, predicate="intersects")
        ]
        # what a ray only grazes may share no point with it in floating point: that is no distance
        gap = min((gap for gap in gaps if math.isfinite(gap)), default=0.0)
        out.append(spot + sign * gap * way)
    return LineString(out)
