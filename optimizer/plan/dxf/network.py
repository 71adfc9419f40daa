"""Lines cut at each other, joined where they nearly meet, and capped where double lines end.

In: polylines in metres. Out: the edges of one network, each between two nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree
from shapely import (
    STRtree,
    distance,
    get_coordinates,
    get_num_coordinates,
    get_parts,
    is_empty,
    line_interpolate_point,
    line_locate_point,
    linestrings,
    points,
    union_all,
)

from optimizer.plan.dxf.straight import straight_pieces
from optimizer.plan.dxf.tangle import refuse_crossings, refuse_loose_ends, refuse_more

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["GAP", "GRID", "build_network", "line_array"]

#: Lines that miss each other by no more than this are joined, metres.
GAP = 0.09
#: Grid on which lines are cut at each other, metres.
GRID = 0.001
#: Ends of a double line are capped up to this distance, metres: a thick wall.
CAP = 0.6
#: Such a cap may run askew, for one line may end before the other, by this share of its length.
ASKEW = 0.75


def build_network(
    lines: Sequence[NDArray[np.float64]], others: Sequence[NDArray[np.float64]] = ()
) -> NDArray[np.object_]:
    """Edges of the network of lines.

    Parameters
    ----------
    lines
        Polylines of walls; the ends of double ones are capped, though others go on from there.
    others
        Further polylines.

    Raises
    ------
    FileFormatError
        They are too tangled to be cut at each other.
    """
    pieces, more = (straight_pieces(p) if p else np.empty((0, 2, 2)) for p in (lines, others))
    refuse_crossings(np.concatenate([pieces, more]))
    refuse_loose_ends(np.concatenate([pieces, more]), 2 * GRID, GAP)
    own = _noded(linestrings(pieces)) if len(pieces) else np.array([], dtype=object)
    edges = _with_lines(own, linestrings(more)) if len(more) else own
    ends, ways = _loose_ends(own if lines else edges)
    added = _caps(ends, ways)
    spots, _ = _loose_ends(edges)
    added += _short_joins(spots, edges)
    return _with_lines(edges, np.array(added, dtype=object)) if added else edges


def line_array(paths: Sequence[NDArray[np.float64]]) -> NDArray[np.object_]:
    """One LineString per path, built in one call."""
    owner = np.repeat(np.arange(len(paths)), [len(path) for path in paths])
    made: NDArray[np.object_] = linestrings(np.concatenate(list(paths)), indices=owner)
    return made


def _noded(lines: Sequence[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.object_]:
    edges: NDArray[np.object_] = get_parts(union_all(list(lines), grid_size=GRID))
    kept: NDArray[np.object_] = edges[~is_empty(edges)]  # what is shorter leaves nothing
    return kept


def _with_lines(edges: NDArray[np.object_], more: NDArray[np.object_]) -> NDArray[np.object_]:
    """Edges of a network with further lines; only what these touch is cut anew."""
    if not len(edges):
        return _noded(more)
    touched = np.zeros(len(edges), dtype=bool)
    touched[STRtree(edges).query(more, predicate="dwithin", distance=2 * GRID)[1]] = True
    return np.concatenate([edges[~touched], _noded([*edges[touched], *more])])


def _loose_ends(
    edges: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points where just one edge ends, and the direction in which it runs out of there."""
    if not len(edges):
        return np.empty((0, 2)), np.empty((0, 2))
    spots = get_coordinates(edges)
    stop = np.cumsum(get_num_coordinates(edges))
    start = stop - get_num_coordinates(edges)
    ends = np.concatenate([spots[start], spots[stop - 1]])
    ways = ends - np.concatenate([spots[start + 1], spots[stop - 2]])
    keys = np.round(ends / GRID).astype(np.int64)
    _, where, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    single = counts[where.ravel()] == 1
    lengths = np.hypot(ways[:, 0], ways[:, 1])
    ways = ways / np.where(lengths > 0, lengths, 1.0)[:, None]
    return ends[single], ways[single]


def _short_joins(ends: NDArray[np.float64], edges: NDArray[np.object_]) -> list[BaseGeometry]:
    """Segments from loose ends to lines that pass within `GAP`."""
    if not len(ends):
        return []
    spots = points(ends)
    i, j = STRtree(edges).query(spots, predicate="dwithin", distance=GAP)
    near = line_interpolate_point(edges[j], line_locate_point(edges[j], spots[i]))
    apart = distance(near, spots[i])
    keep = apart > GRID
    start, ways = ends[i][keep], get_coordinates(near)[keep] - ends[i][keep]
    # a little past the line, so that rounding cannot leave the gap open
    stop = start + ways * (1 + 2 * GRID / apart[keep])[:, None]
    return list(linestrings(np.stack([start, stop], axis=1)))


def _caps(ends: NDArray[np.float64], ways: NDArray[np.float64]) -> list[BaseGeometry]:
    """Segments that close the end of a double line: two ends side by side, running alike."""
    if not len(ends):
        return []
    spots = points(ends)
    near = cKDTree(ends)
    refuse_more("side_by_side", (int(near.count_neighbors(near, CAP)) - len(ends)) // 2)
    pairs = STRtree(spots).query(spots, predicate="dwithin", distance=CAP)
    i, j = pairs[:, pairs[0] < pairs[1]]
    across = ends[j] - ends[i]
    apart = np.hypot(across[:, 0], across[:, 1])
    alike = (ways[i] * ways[j]).sum(axis=1) > 0.9
    square = np.abs((across * ways[i]).sum(axis=1)) < ASKEW * np.maximum(apart, GRID)
    keep = alike & square & (apart > GRID)
    order = np.argsort(apart[keep])
    taken: set[int] = set()
    added: list[BaseGeometry] = []
    for a, b in zip(i[keep][order].tolist(), j[keep][order].tolist(), strict=True):
        if a not in taken and b not in taken:
            taken |= {a, b}
            added.append(linestrings([ends[a], ends[b]]))
    return added
