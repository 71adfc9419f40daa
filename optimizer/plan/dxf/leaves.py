"""Leaves of doors out of the arcs of their swing.

In: strokes of a door layer or a block, in metres, and the walls. Out: the leaves, closed. A leaf is
drawn open, so its arc runs from the strike in the wall to the tip of the leaf: which end is which
is told by the leaf that is drawn, by the frame of its block and by the walls at the two ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from optimizer.plan.units import plausible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from optimizer.plan.dxf.curves import Stroke
    from optimizer.plan.wall_index import Walls

__all__ = ["Leaf", "find_leaves"]

#: Angles that the swing of a leaf spans, degrees.
SWING = (50.0, 130.0)
#: Leaves whose ends are all this near are one that is drawn twice, metres.
TWIN = 0.03


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
