"""What layouts walk, one after the other.

In: a placement problem and layouts. Out: their true walking. Each layout is reached by a move from
the one before, so that only the legs that this can change are routed again.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.place.leg_walks import LegWalks
from optimizer.place.pose_table import PoseTable
from optimizer.place.tables import study_legs
from optimizer.plan.space import Audience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.place.problem import PlacementProblem

__all__ = ["LayoutWalks"]


class LayoutWalks:
    """The walking of layouts.

    Parameters
    ----------
    problem
        The placement problem.
    """

    def __init__(self, problem: PlacementProblem) -> None:
        self._problem = problem
        self._kind = [k for k, _ in problem.blocks]
        self._poses = [
            PoseTable(kind, poses)
            for kind, poses in zip(problem.kinds, problem.candidates, strict=True)
        ]
        sizes = [len(problem.kinds[k].members) for k in self._kind]
        self._rows = [np.arange(a, b) for a, b in pairwise(np.cumsum([0, *sizes]))]
        self._chosen: list[int] = []
        self._walks: list[LegWalks] = []

    def cost(self, layout: Sequence[Sequence[int]]) -> float:
        """Walking of a layout, the poses of each kind, in objective units an hour."""
        if not self._chosen:
            self._begin([pose for of_kind in layout for pose in of_kind])
        else:
            self._go(layout)
        return float(sum(walk.cost for walk in self._walks))

    def _begin(self, chosen: list[int]) -> None:
        boxes = np.concatenate(
            [self._poses[k].boxes[p] for k, p in zip(self._kind, chosen, strict=True)]
        )
        legs = study_legs(self._problem.study, self._problem.kinds)
        self._walks = [
            LegWalks(self._problem, audience, legs, self._poses, chosen, boxes)
            for audience in Audience
        ]
        self._chosen = chosen

    def _go(self, layout: Sequence[Sequence[int]]) -> None:
        """Move the blocks that stand elsewhere; blocks of a kind are alike."""
        move = []
        for k, of_kind in enumerate(layout):
            blocks = [b for b, own in enumerate(self._kind) if own == k]
            wanted = list(of_kind)
            free = []
            for block in blocks:
                if self._chosen[block] in wanted:
                    wanted.remove(self._chosen[block])
                else:
                    free.append(block)
            move += list(zip(free, wanted, strict=True))
        if not move:
            return
        rows = np.concatenate([self._rows[block] for block, _ in move])
        boxes = np.concatenate([self._poses[self._kind[b]].boxes[p] for b, p in move])
        for walk in self._walks:
            walk.propose(tuple(move), rows, boxes)
            walk.accept()
        for block, pose in move:
            self._chosen[block] = pose
