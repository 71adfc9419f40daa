"""Doors that are drawn as one line on a layer that also draws leaves.

In: lines of such layers in metres, the doors known from leaves and blocks, and the walls. Out: the
lines that lie alone across an opening in the wall, and those as long as a door that neither do nor
belong to a leaf: most lines beside leaves are the leaves themselves, frames, sills and glass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, Point, STRtree, union_all

from optimizer.plan.dxf.doors import MEETING, Opening, across_line
from optimizer.plan.model import OPENING_REACH
from optimizer.plan.units import plausible
from optimizer.plan.wall_index import DEEP, INTO_JAMB, TOUCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.plan.dxf.curves import Stroke
    from optimizer.plan.dxf.leaves import Leaf
    from optimizer.plan.wall_index import Walls

__all__ = ["split_lines"]

#: How near to a jamb the end of a line across an opening is, metres.
AT_JAMB = 0.05
#: Share of a line across an opening over which no wall stands, at least.
FREE = 0.9
#: What fills an opening is thinner than this share of the thinner jamb.
THINNER = 0.8
#: What is this near to a door or a line belongs to it: frames, sills, further panes, metres.
BESIDE = 0.35


def split_lines(
    strokes: Iterable[Stroke],
    leaves: Sequence[Leaf],
    known: Sequence[Opening],
    walls: Walls,
) -> tuple[list[Opening], list[Opening]]:
    """Doors among the lines of layers that draw leaves, and lines that are none.

    Parameters
    ----------
    strokes
        Lines of those layers, metres.
    leaves
        The leaves that were found, blocks included.
    known
        The doors that were found otherwise.
    walls
        The walls.

    Returns
    -------
    tuple
        Doors; lines as long as a door that belong to no leaf, lie in no wall and are no door.
    """
    allowed = plausible("door_opening")
    # where a leaf turns, and the wall that a known door interrupts
    taken = STRtree(
        [Point(leaf.hinge).buffer(leaf.radius + MEETING) for leaf in leaves]
        + [opening.line.buffer(BESIDE) for opening in known]
    )
    free = [s for s in strokes if len(s.points) > 1]
    free = [s for s in free if not len(taken.query(LineString(s.path), predicate="covered_by"))]
    closed = STRtree([opening.line for opening in known])
    drawn = STRtree([LineString(s.path) for s in free])
    doors: list[Opening] = []
    others: list[Opening] = []
    for number, stroke in enumerate(free):
        line = across_line(stroke)
        if line is None or not allowed.holds(line.length):
            continue
        opening = Opening(line=line, layer=stroke.layer, leaves=0)
        near = closed.query(line, predicate="dwithin", distance=plausible("wall_thickness").most)
        if any(_same_opening(line, known[i].line) for i in near):
            continue
        narrow = plausible("door_line").holds(line.length)
        if narrow and _across(line, walls) and _alone(number, line, drawn):
            if not any(_same_opening(line, door.line) for door in doors):
                doors.append(opening)
        elif not _in_wall(line, walls):
            others.append(opening)
    return doors, others


def _alone(number: int, line: LineString, drawn: STRtree) -> bool:
    """Whether no other line as long is drawn beside: glass and its frame are several."""
    near = drawn.query(line, predicate="dwithin", distance=BESIDE)
    others = (drawn.geometries[i] for i in near if i != number)
    return not any(other.length > 0.5 * line.length and not other.equals(line) for other in others)


def _across(line: LineString, walls: Walls) -> bool:
    """Whether a line runs from jamb to jamb: both ends at a wall that goes on behind them.

    Along the face of a wall thicker than any double line it is the edge of a niche or a sill.
    """
    points = np.asarray(line.coords)[[0, -1]]
    way = (points[1] - points[0]) / line.length
    across = np.array([-way[1], way[0]])
    for spot, sign in ((points[0], -1.0), (points[1], 1.0)):
        inside = spot + sign * INTO_JAMB * way
        if walls.distance(spot) > AT_JAMB or walls.distance(inside) > TOUCH:
            return False
        span = walls.span(inside, across, DEEP)
        if span is None:
            return False
        at_face = min(-span[0], span[1]) < AT_JAMB
        if at_face and span[1] - span[0] > plausible("wall_faces").most:
            return False
    return bool(_covered(line, walls) <= (1.0 - FREE) * line.length)


def _covered(line: LineString, walls: Walls) -> float:
    """Length of a line over which walls stand, metres."""
    near = walls.tree.query(line, predicate="intersects")
    return float(union_all([walls.pieces[i].intersection(line) for i in near]).length)


def _in_wall(line: LineString, walls: Walls) -> bool:
    """Whether a line lies in or along a wall as thick as beside it: a frame, or the wall's face.

    What fills an opening thinner than its jambs was closed by such lines themselves.
    """
    first, last = np.asarray(line.coords)[[0, -1]]
    way = (last - first) / line.length
    across, middle = np.array([-way[1], way[0]]), (first + last) / 2
    if any(walls.distance(spot) > AT_JAMB for spot in (first, last, middle)):
        return False
    spots = (middle, first - INTO_JAMB * way, last + INTO_JAMB * way)
    spans = [walls.span(spot, across, DEEP) for spot in spots]
    deep = [0.0 if span is None else span[1] - span[0] for span in spans]
    return bool(deep[0] > THINNER * min(deep[1:]))


def _same_opening(line: LineString, other: LineString) -> bool:
    """Whether two lines close one opening, be it at the two faces of a thick wall."""
    first, last = np.asarray(other.coords)[[0, -1]]
    way = (last - first) / other.length
    ends = np.asarray(line.coords) - first
    along, aside = ends @ way, np.abs(ends @ np.array([-way[1], way[0]]))
    shared = min(float(along.max()), other.length) - max(float(along.min()), 0.0)
    deep = plausible("wall_thickness").most
    apart = float(aside.max()) <= deep and float(np.ptp(aside)) <= OPENING_REACH
    return bool(apart and shared > 0.5 * min(line.length, other.length))
