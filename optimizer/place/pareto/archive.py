"""Dominance: which of many layouts are worth keeping, and how much of the axes they cover.

In: points, less being better on every axis. Out: those that no other dominates, an archive of
bounded size, and the hypervolume.

A point *dominates* another if it is no worse on any axis and better on one.

References
----------
M. Laumanns, L. Thiele, K. Deb, E. Zitzler: Combining convergence and diversity in evolutionary
multiobjective optimization. Evolutionary Computation 10 (2002) 263-282,
doi:10.1162/106365602760234108 (the boxes of `Archive`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Archive", "hypervolume", "non_dominated"]

Kept = TypeVar("Kept")


def non_dominated(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Indices of the points (n, axes) that no other dominates; of equal points the first."""
    points = np.asarray(points, dtype=np.float64)
    keep: list[int] = []
    # in lexicographic order nobody is dominated by somebody later
    for i in np.lexsort(points.T[::-1]) if len(points) else ():
        kept = points[keep]
        if not len(kept) or not (kept <= points[i]).all(axis=1).any():
            keep.append(int(i))
    return np.array(sorted(keep), dtype=np.int64)


def hypervolume(points: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Volume of what the points dominate, up to a reference point.

    Parameters
    ----------
    points
        (n, axes).
    reference
        (axes,); points that are not better than it on every axis add nothing.

    Returns
    -------
    float
        In the product of the axes' units. Exact: slices along the last axis, and down to two.
    """
    points = np.asarray(points, dtype=np.float64)
    if not len(points):
        return 0.0
    inside = points[(points < reference).all(axis=1)]
    return _volume(inside[non_dominated(inside)], np.asarray(reference, dtype=np.float64))


def _volume(points: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Volume of points that do not dominate each other and all lie below the reference."""
    if not len(points):
        return 0.0
    if len(reference) == 1:
        return float(reference[0] - points[:, 0].min())
    if len(reference) == 2:
        x, y = points[np.argsort(points[:, 0])].T
        return float(((reference[0] - x) * (np.concatenate([[reference[1]], y[:-1]]) - y)).sum())
    levels, total = np.unique(points[:, -1]), 0.0
    ends = np.concatenate([levels[1:], reference[-1:]])
    for level, end in zip(levels, ends, strict=True):
        under = points[points[:, -1] <= level, :-1]
        total += (end - level) * _volume(under[non_dominated(under)], reference[:-1])
    return float(total)


class Archive(Generic[Kept]):
    """Points that no other dominates, one for each box of a grid, so that they stay few.

    Boxes dominate each other as points do; of two points in a box the dominating one stays, or
    else the one nearer to the box's lower corner. The least point of each axis always stays.

    Parameters
    ----------
    box
        (axes,) size of the boxes; 0 keeps every point that is not dominated.
    """

    def __init__(self, box: NDArray[np.float64]) -> None:
        self._box = np.asarray(box, dtype=np.float64)
        self._size = np.where(self._box > 0, self._box, 1.0)
        self._points = np.empty((0, len(self._box)))
        self._corners = np.empty_like(self._points)
        self._kept: list[Kept] = []
        self._least: list[tuple[tuple[float, ...], Kept] | None] = [None] * len(self._box)
        #: Points offered so far.
        self.offered = 0

    def __len__(self) -> int:
        """Points within boxes."""
        return len(self._kept)

    @property
    def points(self) -> NDArray[np.float64]:
        """(n, axes) the points within boxes."""
        return self._points

    @property
    def kept(self) -> tuple[Kept, ...]:
        """What belongs to them."""
        return tuple(self._kept)

    @property
    def members(self) -> tuple[tuple[tuple[float, ...], Kept], ...]:
        """Every point that is kept, with what belongs to it, the least of each axis included."""
        rows = [(tuple(p), k) for p, k in zip(self._points.tolist(), self._kept, strict=True)] + [
            entry for entry in self._least if entry is not None
        ]
        order = non_dominated(np.array([p for p, _ in rows]).reshape(-1, len(self._box)))
        return tuple(rows[i] for i in order)

    def add(self, point: NDArray[np.float64], kept: Kept) -> bool:
        """Offer a point; whether it was kept in a box."""
        self.offered += 1
        self._note_least(point, kept)
        corner = np.where(self._box > 0, np.floor(point / self._size + 1e-9), point)
        others = self._corners
        no_worse = (others <= corner).all(axis=1)
        if no_worse.any():
            same = no_worse & (others == corner).all(axis=1)
            if not same.any() or (no_worse & ~same).any():
                return False
            return self._rival(int(np.flatnonzero(same)[0]), point, kept)
        stay = ~(corner <= others).all(axis=1)
        if not stay.all():
            self._points, self._corners = self._points[stay], others[stay]
            self._kept = [self._kept[i] for i in np.flatnonzero(stay)]
        self._points = np.vstack([self._points, point])
        self._corners = np.vstack([self._corners, corner])
        self._kept.append(kept)
        return True

    def _rival(self, at: int, point: NDArray[np.float64], kept: Kept) -> bool:
        """Let a point and the one that holds its box fight it out."""
        holder = self._points[at]
        if (holder <= point).all():
            return False
        if not (point <= holder).all():
            low = self._corners[at] * self._size
            near, far = (((p - low) / self._size) ** 2 for p in (point, holder))
            if near.sum() >= far.sum():
                return False
        self._points[at] = point
        self._kept[at] = kept
        return True

    def _note_least(self, point: NDArray[np.float64], kept: Kept) -> None:
        """Keep the least point of each axis; of equals the one with the smaller sum in boxes."""
        for axis, entry in enumerate(self._least):
            if entry is not None and point[axis] > entry[0][axis]:
                continue
            if (
                entry is None
                or point[axis] < entry[0][axis]
                or ((point / self._size).sum() < (np.array(entry[0]) / self._size).sum())
            ):
                self._least[axis] = (tuple(point.tolist()), kept)
