"""Many paths as arrays: the flat form, the padded form, their lengths.

In: paths as polylines in metres. Out: the padded arrays `(m, B, 2)` and counts `(m,)` which every
measure of this package reads. A path with fewer than two points stands for "no way" or "no walk".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

__all__ = ["pad_paths", "pad_polylines", "path_lengths"]


def pad_paths(
    points: ArrayLike, offsets: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the padded form of flat paths.

    Parameters
    ----------
    points
        `(k, 2)` vertices of all paths one after the other, metres.
    offsets
        `(m + 1,)`; path i is `points[offsets[i]:offsets[i + 1]]`, empty where there is no way.

    Returns
    -------
    tuple
        `path_points (m, B, 2)`, zero where a path has ended, and `path_counts (m,)`.
    """
    flat = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    starts = np.asarray(offsets, dtype=np.int64)
    counts = np.diff(starts)
    longest = max(int(counts.max(initial=0)), 1)
    padded = np.zeros((counts.size, longest, 2))
    inside = np.arange(longest) < counts[:, None]
    padded[inside] = flat[starts[0] : starts[-1]]
    return padded, counts


def pad_polylines(
    polylines: Iterable[ArrayLike],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the padded form of separate polylines, each `(k, 2)` in metres."""
    separate = [np.asarray(line, dtype=np.float64).reshape(-1, 2) for line in polylines]
    offsets = np.concatenate(([0], np.cumsum([len(line) for line in separate]))).astype(np.int64)
    return pad_paths(np.concatenate([*separate, np.empty((0, 2))]), offsets)


def path_lengths(
    path_points: NDArray[np.float64], path_counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the length of each padded path in metres; infinite where it has no point."""
    steps = np.hypot(*np.moveaxis(np.diff(path_points, axis=1), -1, 0))
    walked = np.arange(1, path_points.shape[1]) < path_counts[:, None]
    lengths = np.where(walked, steps, 0.0).sum(axis=1)
    return np.where(path_counts == 0, np.inf, lengths)
