"""Floor cells that poses occupy: what makes "no two overlap" a linear constraint.

In: candidate poses and rectangles of block kinds. Out: sparse pose × cell matrices.

The floor is sampled by a square grid of points. A point strictly inside a footprint is *held* by
it, a point inside a use space or privacy zone is *needed* by it. Two blocks that hold one point
overlap (PLC-03); one that holds what another needs breaks PLC-04 or PLC-09. So "a held point
belongs to one block" follows from the rules, and what no sample point sees only makes a model
looser, never wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from optimizer.equipment.layout import place_points
from optimizer.rules.placement import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from optimizer.equipment.model import Box
    from optimizer.place.problem import PlacementProblem

__all__ = ["Cover", "cover_cells"]

#: Distance of the sample points, metres.
SAMPLE = 0.25


@dataclass(frozen=True, kw_only=True)
class Cover:
    """Cells of every block kind's candidates: (poses, cells) of 0 and 1.

    Parameters
    ----------
    held
        Cells inside footprints.
    needed
        Cells inside use spaces and privacy zones.
    """

    held: tuple[csr_matrix, ...]
    needed: tuple[csr_matrix, ...]


def cover_cells(problem: PlacementProblem) -> Cover:
    """Cells that the candidates of every kind hold and need."""
    x0, y0, x1, y1 = problem.study.plan.outline.bounds
    cells = _Cells(
        x0, y0, int(np.ceil((x1 - x0) / SAMPLE)) + 1, int(np.ceil((y1 - y0) / SAMPLE)) + 1
    )
    return Cover(
        held=tuple(
            cells.covered(problem.candidates[k], kind.footprints())
            for k, kind in enumerate(problem.kinds)
        ),
        needed=tuple(
            cells.covered(problem.candidates[k], [*kind.clearances(), *kind.privacy_zones()])
            for k, kind in enumerate(problem.kinds)
        ),
    )


class _Cells:
    """The sample points of a plan: `columns` × `rows` of them from (x0, y0)."""

    def __init__(self, x0: float, y0: float, columns: int, rows: int) -> None:
        # off the round numbers at which walls and candidate poses lie
        self._origin = np.array([x0 + 0.37 * SAMPLE, y0 + 0.37 * SAMPLE])
        self._columns, self._rows = columns, rows

    def covered(self, poses: NDArray[np.float64], boxes: Iterable[Box]) -> csr_matrix:
        """(poses, points) of 0 and 1: which points lie inside the rectangles at each pose."""
        pose_index, point_index = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        for box in boxes:
            i, point = self._inside(poses, box)
            pose_index.append(i)
            point_index.append(point)
        i, point = np.concatenate(pose_index), np.concatenate(point_index)
        matrix = csr_matrix(
            (np.ones(len(i)), (i, point)), shape=(len(poses), self._columns * self._rows)
        )
        matrix.sum_duplicates()
        matrix.data[:] = 1.0
        return matrix

    def _inside(
        self, poses: NDArray[np.float64], box: Box
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs (pose, point) of one rectangle, less `CONTACT` on every side."""
        half = np.array([box[2] - box[0], box[3] - box[1]]) / 2 - CONTACT
        middle = place_points([((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)], poses)[:, 0]
        reach = int(np.ceil(np.hypot(*half) / SAMPLE))
        steps = np.arange(-reach, reach + 1)
        near = np.floor((middle - self._origin) / SAMPLE).astype(np.int64)
        column = near[:, 0, None, None] + steps[None, :, None]
        row = near[:, 1, None, None] + steps[None, None, :]
        dx = self._origin[0] + SAMPLE * column - middle[:, 0, None, None]
        dy = self._origin[1] + SAMPLE * row - middle[:, 1, None, None]
        angle = np.deg2rad(poses[:, 2])[:, None, None]
        along = abs(dx * np.cos(angle) + dy * np.sin(angle))
        across = abs(-dx * np.sin(angle) + dy * np.cos(angle))
        on_plan = (column >= 0) & (column < self._columns) & (row >= 0) & (row < self._rows)
        pose, i, j = np.nonzero((along < half[0]) & (across < half[1]) & on_plan)
        point = row[pose, 0, j] * self._columns + column[pose, i, 0]
        return pose, point
