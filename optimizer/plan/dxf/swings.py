"""Leaves of doors that are drawn on a layer of windows.

In: strokes of window layers, in the drawing's own unit. Out: those that draw leaves of doors, and
the rest. Tangent (天正) and many offices draw doors and windows on one layer, "WINDOW" or "门窗".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.plan.units import plausible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.plan.dxf.curves import Stroke

__all__ = ["split_swings"]

#: Angles between the ends of an arc that is the swing of a leaf, degrees.
SWING = (60.0, 100.0)
#: Ends that miss each other by less than this share of the leaf belong together.
NEAR = 0.1


def split_swings(strokes: Sequence[Stroke], scale: float) -> tuple[list[Stroke], list[Stroke]]:
    """Strokes that draw leaves of doors, and all others.

    Parameters
    ----------
    strokes
        What window layers draw.
    scale
        Metres in a unit of the drawing.

    Returns
    -------
    tuple
        Arcs of the size and angle of a swing from whose middle a leaf is drawn to one of their
        ends, with these lines; and the rest, in order.
    """
    arcs = [s for s in strokes if s.kind == "arc" and _is_swing(s, scale)]
    if not arcs:
        return [], list(strokes)
    lines = [i for i, s in enumerate(strokes) if s.kind == "line" and len(s.points) > 1]
    ends = np.array([[strokes[i].points[0], strokes[i].points[-1]] for i in lines])
    chosen: set[int] = set()
    for arc in arcs:
        hinge, *tips = arc.points
        near = NEAR * float(np.hypot(*(tips[0] - hinge)))
        at = [np.hypot(*np.moveaxis(ends - spot, -1, 0)) < near for spot in (hinge, *tips)]
        leaf = (at[0].any(axis=1)) & (at[1] | at[2]).any(axis=1)
        if leaf.any():
            swing = at[1].any(axis=1) & at[2].any(axis=1)
            chosen |= {lines[k] for k in np.flatnonzero(leaf | swing)}
            chosen |= {i for i, s in enumerate(strokes) if s is arc}
    doors = [strokes[i] for i in sorted(chosen)]
    return doors, [s for i, s in enumerate(strokes) if i not in chosen]


def _is_swing(arc: Stroke, scale: float) -> bool:
    """Whether an arc has the radius and the angle of a leaf's swing."""
    ways = arc.points[1:] - arc.points[0]
    radii = np.hypot(ways[:, 0], ways[:, 1])
    allowed = plausible("door_leaf")
    if not all(allowed.holds(float(r) * scale) for r in radii):
        return False
    angle = np.degrees(np.arccos(np.clip(ways[0] @ ways[1] / radii.prod(), -1, 1)))
    return bool(SWING[0] <= angle <= SWING[1])
