"""What was drawn for nothing: strokes without length, strokes drawn twice, spikes of an outline.

In: strokes and outlines in metres. Out: notes, each with a place; what they tell of was passed over
safely, for it encloses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import MultiPolygon, distance, points

from optimizer.plan.defect import Defect, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from optimizer.plan.dxf.curves import Stroke
    from optimizer.plan.dxf.outline import FoundOutline

__all__ = ["spike_defects", "stroke_defects"]

#: Strokes whose points are this near to one another are the same, metres.
SAME = 0.001
#: A corner of a drawn outline that lies this far off the floor is the tip of a spike, metres.
OFF = 0.01


def stroke_defects(strokes: Sequence[Stroke]) -> Iterator[Defect]:
    """Notes on strokes without length and on strokes that are drawn more than once."""
    strokes = [stroke for stroke in strokes if len(stroke.points)]
    if not strokes:
        return
    counts = np.array([len(stroke.points) for stroke in strokes])
    start = np.cumsum(counts) - counts
    spots = np.concatenate([stroke.points for stroke in strokes])
    extent = np.maximum.reduceat(spots, start) - np.minimum.reduceat(spots, start)
    short = extent.max(axis=1) < SAME
    empty = spots[start[short]]
    whole = np.round(spots / SAME).astype(np.int64)
    twice: list[NDArray[np.float64]] = []
    seen: set[tuple[bytes, bool]] = set()
    for i in np.flatnonzero(~short).tolist():
        own = whole[start[i] : start[i] + counts[i]]
        closed = strokes[i].closed
        if closed:
            own = np.concatenate([own, own[:1]])
        # one direction of the two stands for both
        key = (min(own.tobytes(), own[::-1].tobytes()), closed)
        if key in seen:
            twice.append(strokes[i].points.mean(axis=0))
        seen.add(key)
    for code, found, one, many in (
        (
            "stroke-empty",
            empty,
            "stroke of a wall has no length",
            "strokes of walls have no length",
        ),
        ("stroke-twice", twice, "stroke of a wall repeats", "strokes of walls repeat"),
    ):
        if len(found):
            x, y = found[0]
            rest = "" if code == "stroke-empty" else " what is drawn already"
            yield Defect(
                code=code,
                sentence=f"{len(found)} {one if len(found) == 1 else many}{rest}; passed over, the "
                "first at this place",
                severity=Severity.NOTE,
                x=float(x),
                y=float(y),
            )


def spike_defects(paths: Sequence[NDArray[np.float64]], found: FoundOutline) -> Iterator[Defect]:
    """Notes on spikes of a drawn outline: corners off the floor, where it goes out and back."""
    floors = MultiPolygon([found.polygon, *found.detached, *found.holes])
    for path in paths:
        away = distance(points(path), floors)
        if not len(path) or np.hypot(*(path[0] - path[-1])) > SAME or away.min() > OFF:
            continue  # an open line or one of its own
        for tip in np.flatnonzero(away > OFF):
            x, y = path[tip]
            yield Defect(
                code="outline-spike",
                sentence=f"the outline runs out {away[tip]:.2f} m and back on itself; this spike "
                "encloses no floor and was left out",
                severity=Severity.NOTE,
                x=float(x),
                y=float(y),
            )
