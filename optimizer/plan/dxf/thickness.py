"""How far apart the faces of walls are drawn, in the drawing's own unit.

In: strokes of walls. Out: for each long face the distances to the lines that run beside it, which
tell the drawing's unit: one of them is the wall's thickness. Nothing is told where walls are single
lines, whose neighbours are those across the room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.plan.dxf.straight import straight_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.plan.dxf.curves import Stroke

__all__ = ["face_distances"]

#: Most faces that are looked at, the longest first.
MOST_FACES = 1500
#: A face is this many times longer than its wall is thick.
SLENDER = 4.0
#: A line beside a face runs along at least this share of it.
BESIDE = 0.5
#: Lines whose directions differ by less than this are parallel, radians.
PARALLEL = 0.005
#: Share of all faces' length that must have a line beside it; else walls are single lines.
DOUBLE = 0.6


def face_distances(strokes: Sequence[Stroke]) -> tuple[tuple[float, ...], ...]:
    """Distances from each face to the lines beside it, nearest first; empty where none tells.

    Parameters
    ----------
    strokes
        Lines of walls in the drawing's unit; one with a width counts by itself.
    """
    wide = [(float(stroke.width),) for stroke in strokes if stroke.width > 0]
    paths = [stroke.path for stroke in strokes if not stroke.width and len(stroke.points) > 1]
    pieces = straight_pieces(paths) if paths else np.empty((0, 2, 2))
    lengths = np.hypot(*(pieces[:, 1] - pieces[:, 0]).T)
    longest = np.argsort(-lengths, kind="stable")[:MOST_FACES]
    pieces, lengths = pieces[longest], lengths[longest]
    turns = np.mod(np.arctan2(*(pieces[:, 1] - pieces[:, 0]).T[::-1]) + PARALLEL, np.pi)
    order = np.argsort(turns)
    cuts = np.flatnonzero(np.diff(turns[order]) > PARALLEL) + 1
    found: list[tuple[float, ...]] = []
    paired = 0.0
    for group in np.split(order, cuts):
        for near, length in zip(_beside(pieces[group]), lengths[group], strict=True):
            if near:
                found.append(near)
                paired += float(length)
    if paired < DOUBLE * float(lengths.sum()):
        found = []
    return (*wide, *found)


def _beside(pieces: NDArray[np.float64]) -> list[tuple[float, ...]]:
    """Distances from each of some parallel segments to those beside it, nearest first."""
    if len(pieces) < 2:
        return [()] * len(pieces)
    ways = pieces[:, 1] - pieces[:, 0]
    way = ways[0] / np.hypot(*ways[0])
    near = pieces - pieces[0, 0]
    along = np.sort(near @ way, axis=1)
    across = (near @ np.array([-way[1], way[0]])).mean(axis=1)
    lengths = along[:, 1] - along[:, 0]
    low = np.maximum(along[:, None, 0], along[None, :, 0])
    high = np.minimum(along[:, None, 1], along[None, :, 1])
    apart = np.abs(across[:, None] - across[None, :])
    least = 1e-6 * float(np.max(lengths))
    good = (
        (high - low >= BESIDE * lengths[:, None])
        & (apart > least)
        & (SLENDER * apart <= lengths[:, None])
    )
    return [
        tuple(sorted(set(np.round(row[keep], 9).tolist())))
        for row, keep in zip(apart, good, strict=True)
    ]
