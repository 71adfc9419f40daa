"""Doors and windows out of arcs and blocks.

In: strokes of door layers and blocks, in metres, and the walls. Out: the openings from jamb to
jamb, the windows with the wall that they stand in, and what lies on a door layer and is no door.
A leaf is drawn open, so its arc runs from the strike in the wall to the tip of the leaf: which
end is which is told by the leaf that is drawn and by the walls at the two ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree
from shapely import LineString, Point, Polygon, STRtree, union_all

from optimizer.plan.dxf.walls import polygons_of
from optimizer.plan.model import OPENING_REACH
from optimizer.plan.units import plausible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Set

    from numpy.typing import NDArray

    from optimizer.plan.dxf.curves import Stroke

__all__ = [
    "Leaf",
    "Opening",
    "Walls",
    "block_line",
    "door_wall",
    "find_leaves",
    "find_openings",
    "window_wall",
]

#: Angles that the swing of a leaf spans, degrees.
SWING = (50.0, 130.0)
#: Leaves whose ends are all this near are one that is drawn twice, metres.
TWIN = 0.03
#: How far past its ends a door is looked for a jamb, metres.
JAMB = 0.13
#: Strikes of the two leaves of one door are no further apart than this, metres.
MEETING = 0.15
#: How far a cut goes past the faces of a wall, metres.
GRAZE = 0.01
#: How far inside a jamb its depth is measured, metres.
INTO_JAMB = 0.1
#: Half the deepest wall that a window stands in, metres.
DEEP = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Leaf:
    """A leaf of a door.

    Parameters
    ----------
    hinge, strike
        Points of the closed leaf.
    layer
        Layer of the drawing.
    group
        Number of the block that it belongs to; None for a loose arc.
    """

    hinge: NDArray[np.float64]
    strike: NDArray[np.float64]
    layer: str
    group: int | None

    @property
    def radius(self) -> float:
        """Width of the leaf, metres."""
        return float(np.hypot(*(self.strike - self.hinge)))

    @property
    def way(self) -> NDArray[np.float64]:
        """Unit vector from hinge to strike."""
        return (self.strike - self.hinge) / self.radius


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


class Walls:
    """Walls with an index, for questions about one place."""

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        self.polygons = tuple(polygons)
        self.tree = STRtree(self.polygons)

    def distance(self, point: NDArray[np.float64]) -> float:
        """Distance to the nearest wall, metres; infinite without walls."""
        if not self.polygons:
            return np.inf
        spot = Point(point)
        return float(self.polygons[int(self.tree.nearest(spot))].distance(spot))

    def span(
        self, point: NDArray[np.float64], across: NDArray[np.float64], reach: float
    ) -> tuple[float, float] | None:
        """How far the wall at a point reaches to either side along a unit vector."""
        line = LineString([point - reach * across, point + reach * across])
        found: list[tuple[float, float]] = []
        for i in self.tree.query(line, predicate="intersects"):
            cut = self.polygons[i].intersection(line)
            for part in getattr(cut, "geoms", [cut]):
                if part.geom_type == "LineString" and part.length > 0:
                    offsets = sorted((np.asarray(part.coords) - point) @ across)
                    found.append((float(offsets[0]), float(offsets[-1])))
        near = [span for span in found if span[0] <= 0.2 and span[1] >= -0.2]
        return (min(s[0] for s in near), max(s[1] for s in near)) if near else None


def find_leaves(
    strokes: Iterable[Stroke],
    walls: Walls,
    *,
    group: int | None = None,
    axes: NDArray[np.float64] | None = None,
) -> list[Leaf]:
    """Leaves of doors among the arcs of a block or a layer.

    Parameters
    ----------
    strokes
        Arcs and lines, in metres.
    walls
        The walls.
    group
        Number of the block.
    axes
        Unit vectors of the block's own x and y; a closed leaf that lies nearly along one of them
        does.
    """
    allowed = plausible("door_leaf")
    strokes = list(strokes)
    segments = _segments(strokes, 0.5 * allowed.least)
    middles = cKDTree(segments.mean(axis=1))
    drawn = np.concatenate([s.points for s in strokes if s.kind == "line"] or [np.empty((0, 2))])
    leaves: list[Leaf] = []
    for stroke in strokes:
        if stroke.kind != "arc":
            continue
        centre, *ends = stroke.points
        radii = [float(np.hypot(*(end - centre))) for end in ends]
        if not all(allowed.holds(r) for r in radii) or max(radii) > 1.15 * min(radii):
            continue
        ways = [(end - centre) / r for end, r in zip(ends, radii, strict=True)]
        angle = float(np.degrees(np.arccos(np.clip(ways[0] @ ways[1], -1, 1))))
        if not SWING[0] <= angle <= SWING[1]:
            continue
        near = segments[middles.query_ball_point(centre, 2 * allowed.most)]
        scores = [_closed_score(centre, end, near, walls) for end in ends]
        if group is not None:
            scores = [
                score + _frame_score(centre, end, drawn)
                for score, end in zip(scores, ends, strict=True)
            ]
        strike = _along_axes(centre, ends[int(np.argmax(scores))], axes)
        leaves.append(Leaf(hinge=centre, strike=strike, layer=stroke.layer, group=group))
    return _without_twins(leaves)


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
    for stroke in strokes:
        if stroke.layer in busy or not 2 <= len(stroke.points) <= 5:
            continue
        axes = np.eye(2)
        if len(stroke.points) > 2:
            side = stroke.points[1] - stroke.points[0]
            axes = np.array([side, [-side[1], side[0]]]) / max(float(np.hypot(*side)), 1e-9)
            middle = block_line([stroke], axes)
            if middle is None or middle[1] > 2 * OPENING_REACH:
                continue
            line = middle[0]
        else:
            line = LineString(stroke.points)
        if not allowed.holds(line.length):
            continue
        if not any(o.line.hausdorff_distance(line) < OPENING_REACH for o in found):
            found.append(Opening(line=line, layer=stroke.layer, leaves=0))
    return found


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


def window_wall(line: LineString, depth: float, walls: Walls) -> Polygon:
    """The stretch of wall that a window fills: as deep as the walls at both its ends."""
    first, last = np.asarray(line.coords)[[0, -1]]
    way = (last - first) / line.length
    across = np.array([-way[1], way[0]])
    spans = [
        walls.span(first - INTO_JAMB * way, across, DEEP),
        walls.span(last + INTO_JAMB * way, across, DEEP),
    ]
    # what is deeper than any wall is a wall that runs off at a right angle
    most = plausible("wall_thickness").most
    known = [span for span in spans if span is not None and span[1] - span[0] <= most]
    half = (depth if known else max(depth, 2 * GRAZE)) / 2
    low = min(-half, max((s[0] for s in known), default=-half))
    high = max(half, min((s[1] for s in known), default=half))
    corners = [
        first + low * across,
        last + low * across,
        last + high * across,
        first + high * across,
    ]
    return Polygon(corners)


def door_wall(line: LineString, walls: Walls) -> Polygon:
    """The stretch of wall that a door interrupts, with a bit of the jambs."""
    first, last = np.asarray(line.coords)[[0, -1]]
    more = INTO_JAMB * (last - first) / line.length
    return window_wall(LineString([first - more, last + more]), 0.0, walls)


def _segments(strokes: Sequence[Stroke], least: float) -> NDArray[np.float64]:
    """Straight segments of at least a length, shape (n, 2, 2)."""
    found = []
    for stroke in strokes:
        if stroke.kind == "line" and len(stroke.points) > 1:
            path = stroke.points
            if stroke.closed:
                path = np.concatenate([path, path[:1]])
            pairs = np.stack([path[:-1], path[1:]], axis=1)
            found.append(pairs[np.hypot(*(pairs[:, 1] - pairs[:, 0]).T) >= least])
    return np.concatenate(found) if found else np.empty((0, 2, 2))


def _closed_score(
    centre: NDArray[np.float64],
    end: NDArray[np.float64],
    segments: NDArray[np.float64],
    walls: Walls,
) -> float:
    """How much speaks for an end of the arc being the strike; more is more."""
    radius = float(np.hypot(*(end - centre)))
    way = (end - centre) / radius
    support = sum(
        1.0 - min(walls.distance(spot) / 0.2, 1.0)
        for spot in (centre - 0.08 * way, end + 0.08 * way)
    )
    # the leaf is drawn where it stands open
    along = segments - centre
    inside = along @ way
    aside = np.abs(along @ np.array([-way[1], way[0]]))
    drawn = (
        (np.abs(inside[:, 1] - inside[:, 0]) > 0.6 * radius)
        & (aside.max(axis=1, initial=0) < 0.12 * radius)
        & (inside.min(axis=1, initial=radius) > -0.2 * radius)
        & (inside.max(axis=1, initial=0) < 1.2 * radius)
    )
    return support - (1.5 if drawn.any() else 0.0)


def _frame_score(
    centre: NDArray[np.float64], end: NDArray[np.float64], drawn: NDArray[np.float64]
) -> float:
    """What the frame says: a block draws it past the strike, and nothing past the open leaf."""
    radius = float(np.hypot(*(end - centre)))
    way = (end - centre) / radius
    along = (drawn - centre) @ way
    aside = np.abs((drawn - centre) @ np.array([-way[1], way[0]]))
    past = along[aside < 0.3 * radius].max(initial=0.0) - radius
    return 1.5 if past > 0.008 * radius else 0.0


def _along_axes(
    hinge: NDArray[np.float64], strike: NDArray[np.float64], axes: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """The strike, turned about the hinge onto an axis of the block that it nearly lies on."""
    if axes is None:
        return strike
    leaf = strike - hinge
    along = axes @ leaf
    nearest = int(np.argmax(np.abs(along)))
    radius = float(np.hypot(*leaf))
    if abs(along[nearest]) < 0.98 * radius:
        return strike
    turned: NDArray[np.float64] = hinge + np.sign(along[nearest]) * radius * axes[nearest]
    return turned


def _without_twins(leaves: list[Leaf]) -> list[Leaf]:
    """The leaves, each once though it be drawn twice."""
    ends = [np.concatenate([leaf.hinge, leaf.strike]) for leaf in leaves]
    if len(ends) < 2:
        return leaves
    pairs = cKDTree(np.array(ends)).query_pairs(TWIN)
    twins = {max(pair) for pair in pairs}
    return [leaf for i, leaf in enumerate(leaves) if i not in twins]


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
            float(walls.polygons[i].intersection(ray).distance(Point(spot)))
            for i in walls.tree.query(ray, predicate="intersects")
        ]
        out.append(spot + sign * min(gaps, default=0.0) * way)
    return LineString(out)
