"""Straight pieces of lines, those that lie on one another joined to one.

In: polylines in metres. Out: segments without repetition. Drawings that were exploded or copied
onto themselves draw a wall's face many times over in short pieces; cutting lines at each other
costs most where many lie in one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["straight_pieces"]

#: Directions, radians, and offsets, metres, of segments in one line differ by no more than this.
TURN, OFFSET = 1e-6, 1e-5
#: Segments in one line that miss each other by no more than this touch, metres.
TOUCH = 1e-6


def straight_pieces(paths: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Segments of polylines, shape (n, 2, 2); those in one line that touch or overlap are one."""
    spots = np.concatenate(list(paths))
    last = np.cumsum([len(path) for path in paths]) - 1
    follows = np.ones(len(spots), dtype=bool)
    follows[last] = False
    start = np.flatnonzero(follows)
    segments = np.stack([spots[start], spots[start + 1]], axis=1)
    ways = segments[:, 1] - segments[:, 0]
    lengths = np.hypot(ways[:, 0], ways[:, 1])
    segments, ways = segments[lengths > 0], ways[lengths > 0]
    if not len(segments):
        return np.empty((0, 2, 2))
    middle = (spots.min(axis=0) + spots.max(axis=0)) / 2
    turns = np.rint(np.mod(np.arctan2(ways[:, 1], ways[:, 0]), np.pi) / TURN)
    turns[turns == np.rint(np.pi / TURN)] = 0
    along = np.stack([np.cos(turns * TURN), np.sin(turns * TURN)], axis=1)
    near = segments - middle
    offsets = np.rint((near[:, 0, 1] * along[:, 0] - near[:, 0, 0] * along[:, 1]) / OFFSET)
    places = np.einsum("nij,nj->ni", near, along)
    back = places[:, 0] > places[:, 1]
    segments[back], places[back] = segments[back][:, ::-1], places[back][:, ::-1]
    order = np.lexsort((places[:, 0], offsets, turns))
    return _joined(segments[order], places[order], turns[order], offsets[order])


def _joined(
    segments: NDArray[np.float64],
    places: NDArray[np.float64],
    turns: NDArray[np.float64],
    offsets: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Segments sorted by line and place along it, those that touch the one before joined to it."""
    new_line = np.ones(len(segments), dtype=bool)
    new_line[1:] = (np.diff(turns) != 0) | (np.diff(offsets) != 0)
    # each line by itself: places of one lie beyond all of the one before
    reach = float(places.max() - places.min()) + 1.0
    shifted = places + reach * (np.cumsum(new_line) - 1)[:, None]
    farthest = np.maximum.accumulate(shifted[:, 1])
    first = np.ones(len(segments), dtype=bool)
    first[1:] = shifted[1:, 0] > farthest[:-1] + TOUCH
    begin = np.flatnonzero(first)
    stop = np.append(begin[1:], len(segments))
    reaches = [lo + int(np.argmax(shifted[lo:hi, 1])) for lo, hi in zip(begin, stop, strict=True)]
    joined: NDArray[np.float64] = np.stack([segments[begin, 0], segments[reaches, 1]], axis=1)
    return joined
