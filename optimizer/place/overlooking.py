"""Overlooked screens of a layout under search, counted in microseconds.

In: a placement problem. Out: `Overlooking`, the number of pairs (fixture with a screen, other
fixture) in which a customer at the other one sees the screen. The specification, in geometry, is
`walk.overlooked.overlooked_pairs`:

* the eye is within the overlooking radius of the screen;
* it lies within the screen's angle of view (which side screens make smaller), but outside the
  sector that the user's own body covers; both are centred on the front;
* no wall, column or other opaque fixture is in the line of sight.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.equipment.layout import place_points
from optimizer.equipment.model import Role
from optimizer.place import sight_kernels
from optimizer.plan.space import floor_space
from optimizer.walk.pedestrian import read_pedestrian_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from optimizer.place.blocks import BlockKind
    from optimizer.place.problem import PlacementProblem

__all__ = ["Overlooking"]


class Overlooking:
    """Counts overlooked pairs of one layout, moved block by block.

    Parameters
    ----------
    problem
        The placement problem.
    chosen
        Candidate of each block.
    """

    def __init__(
        self, problem: PlacementProblem, chosen: Sequence[int] | NDArray[np.int64]
    ) -> None:
        values = read_pedestrian_values()
        self._radius = values.overlooking_radius
        self._covered = float(np.cos(np.deg2rad(values.body_sector) / 2))
        self._walls = _edges(floor_space(problem.study.plan).boundary)
        first = np.cumsum([0, *(len(problem.kinds[k].members) for k, _ in problem.blocks)])
        rows = [
            _placed(problem.kinds[k], problem.candidates[k], int(first[b]))
            for b, (k, _) in enumerate(problem.blocks)
        ]
        by_pose = list(zip(*rows, strict=True))
        self._tables = [
            np.concatenate([table[p] for table, p in zip(of_set, chosen, strict=True)])
            for of_set in by_pose
        ]
        # of each block the rows that it has in a table, where they are, and what they are by pose
        self._rows: list[list[tuple[NDArray[np.float64], NDArray[np.float64]]]] = [[] for _ in rows]
        for table, of_set in zip(self._tables, by_pose, strict=True):
            for block, where in enumerate(_slices(of_set)):
                if where.stop > where.start:
                    self._rows[block].append((table[where], of_set[block]))
        self._nobody = not len(self._tables[0]) or not len(self._tables[1])

    def move(self, moves: Iterable[tuple[int, int]]) -> None:
        """Put blocks at other candidates: pairs of block and candidate."""
        if self._nobody:
            return
        for block, pose in moves:
            for rows, by_pose in self._rows[block]:
                rows[:] = by_pose[pose]

    def count(self) -> int:
        """Number of overlooked pairs."""
        if self._nobody:
            return 0
        screens, eyes, boxes = self._tables
        return int(
            sight_kernels.overlooked_pairs(
                screens, eyes, boxes, self._walls, self._radius, self._covered
            )
        )


def _placed(
    kind: BlockKind, poses: NDArray[np.float64], first: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Screens, eyes and opaque boxes of a block at all its poses: (poses, rows, columns)."""
    turn = np.deg2rad(poses[:, 2])
    screens, eyes, boxes = (
        [np.empty((len(poses), 0, 6))],
        [np.empty((len(poses), 0, 3))],
        [np.empty((len(poses), 0, 7))],
    )
    for i, member in enumerate(kind.members):
        fixture = np.full(len(poses), float(first + i))
        if member.type.screen is not None:
            x, y = member.type.screen
            view = np.full(len(poses), np.cos(np.deg2rad(member.type.screen_view) / 2))
            at = place_points([(x + member.x, y + member.y)], poses)[:, 0]
            screens.append(
                np.column_stack([at, np.sin(turn), -np.cos(turn), fixture, view])[:, None, :]
            )
        points = [(p.x + member.x, p.y + member.y) for p in member.type.points(Role.CUSTOMER)]
        if points:
            at = place_points(points, poses)
            who = np.broadcast_to(fixture[:, None, None], (*at.shape[:2], 1))
            eyes.append(np.concatenate([at, who], axis=2))
        if member.type.opaque:
            at = place_points([(member.x, member.y)], poses)[:, 0]
            half = np.broadcast_to([member.type.width / 2, member.type.depth / 2], (len(poses), 2))
            row = np.column_stack([at, np.cos(turn), np.sin(turn), half, fixture])
            boxes.append(row[:, None, :])
    return (
        np.concatenate(screens, axis=1),
        np.concatenate(eyes, axis=1),
        np.concatenate(boxes, axis=1),
    )


def _slices(of_set: Sequence[NDArray[np.float64]]) -> list[slice]:
    ends = np.cumsum([0, *(table.shape[1] for table in of_set)])
    return [slice(int(a), int(b)) for a, b in itertools.pairwise(ends)]


def _edges(boundary: shapely.Geometry) -> NDArray[np.float64]:
    """(n, 4) edges x1, y1, x2, y2 of lines."""
    rows = [np.empty((0, 4))]
    for line in shapely.get_parts(boundary):
        points = shapely.get_coordinates(line)
        rows.append(np.hstack([points[:-1], points[1:]]))
    return np.ascontiguousarray(np.concatenate(rows))
