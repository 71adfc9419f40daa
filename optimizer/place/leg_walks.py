"""The walks of one audience in a layout under search, kept up to date move by move.

In: a placement problem and the candidate of each block. Out: `LegWalks`: routed legs, what they
cost by their weights, and which of them a move changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.place import leg_kernels
from optimizer.place.tables import leg_weight
from optimizer.walk.moves import Router
from optimizer.walked_legs import NO_WAY, door_access

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.demand.legs import LegEnds
    from optimizer.place.pose_table import PoseTable
    from optimizer.place.problem import PlacementProblem
    from optimizer.plan.space import Audience

__all__ = ["LegWalks", "Move"]

#: A move: blocks with the candidate that each goes to.
Move = tuple[tuple[int, int], ...]


class LegWalks:
    """The legs of one audience: their router, and which ends a block carries along.

    Legs to and fro between two ends have one shortest path: they share a row of the router.

    Attributes
    ----------
    audience
        Who walks.
    legs
        Directed legs.
    base
        Number of the first of them among the legs of all audiences.
    row, reverse
        Router row of each leg, and whether it is walked from the row's end to its start.
    """

    def __init__(
        self,
        problem: PlacementProblem,
        audience: Audience,
        legs: Sequence[LegEnds],
        poses: Sequence[PoseTable],
        chosen: Sequence[int] | NDArray[np.int64],
        boxes: NDArray[np.float64],
    ) -> None:
        self.legs = tuple(leg for leg in legs if leg.audience is audience)
        self.base = 0
        rows: dict[tuple[str, str], int] = {}
        for leg in self.legs:
            if (leg.target, leg.source) not in rows:
                rows.setdefault((leg.source, leg.target), len(rows))
        self.reverse = np.array([(g.source, g.target) not in rows for g in self.legs], dtype=bool)
        self.row = np.array(
            [rows[(g.target, g.source) if r else (g.source, g.target)]
             for g, r in zip(self.legs, self.reverse, strict=True)],
            dtype=np.int64,
        )  # fmt: skip
        self._weights = np.zeros(len(rows))
        for leg, row in zip(self.legs, self.row, strict=True):
            self._weights[row] += leg.rate * leg_weight(problem.study, leg.person)
        order = np.argsort(self.row, kind="stable").astype(np.int64)
        self._of_row = (order, np.searchsorted(self.row[order], np.arange(len(rows) + 1)))
        self._rows_of: dict[tuple[int, ...], NDArray[np.int64]] = {}
        self.audience = audience
        self._poses = poses
        self._kind = [k for k, _ in problem.blocks]
        self._carried = [np.empty((0, 3), dtype=np.int64) for _ in problem.blocks]
        self._ends = np.zeros((len(rows), 2, 2))
        self._place_ends(problem, tuple(rows), chosen)
        self.router = Router(
            problem.shells[audience], boxes, self._ends[:, 0].copy(), self._ends[:, 1].copy()
        )
        self.cost = self._cost()
        self._saved: tuple[NDArray[np.int64], NDArray[np.float64], float] | None = None

    def propose(
        self, move: Move, rows: NDArray[np.int64], boxes: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Route a move; the legs (numbered over all audiences) whose path it changes."""
        legs = self._moved_rows(tuple(block for block, _ in move))
        self._saved = (legs, self._ends[legs], self.cost)
        for block, pose in move:
            access = self._poses[self._kind[block]].access[self.audience]
            leg_kernels.carry_ends(self._carried[block], access, pose, self._ends)
        moved = self._ends[legs]
        changed = self.router.propose(rows, boxes, legs, moved[:, 0], moved[:, 1])
        self.cost = self._cost()
        return leg_kernels.legs_of_rows(changed, *self._of_row, self.base)  # type: ignore[no-any-return]

    def _moved_rows(self, blocks: tuple[int, ...]) -> NDArray[np.int64]:
        """Rows of the router of which an end moves with some blocks, each once."""
        if blocks not in self._rows_of:
            ends = [self._carried[block][:, 0] for block in blocks]
            self._rows_of[blocks] = np.unique(np.concatenate(ends))
        return self._rows_of[blocks]

    def spans(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Start and end (legs, 2, 2) and length (legs,) of every directed leg, metres."""
        ends = self._ends[self.row]
        ends[self.reverse] = ends[self.reverse][:, ::-1]
        return ends, self.router.lengths[self.row]

    def accept(self) -> None:
        """Make the proposed move."""
        self.router.accept()
        self._saved = None

    def reject(self) -> None:
        """Take the proposed move back, if there is one."""
        if self._saved is not None:
            self.router.reject()
            legs, ends, self.cost = self._saved
            self._ends[legs] = ends
            self._saved = None

    def _cost(self) -> float:
        """Weighted metres an hour."""
        return float(leg_kernels.weighted_lengths(self._weights, self.router.lengths, NO_WAY))

    def _place_ends(
        self,
        problem: PlacementProblem,
        rows: Sequence[tuple[str, str]],
        chosen: Sequence[int] | NDArray[np.int64],
    ) -> None:
        """Find both ends of every row, and which of them each block carries along."""
        home = {
            name: (b, member)
            for b, (k, i) in enumerate(problem.blocks)
            for member, name in enumerate(problem.kinds[k].fixtures[i])
        }
        carried: list[list[tuple[int, int, int]]] = [[] for _ in problem.blocks]
        for row, names in enumerate(rows):
            for side, name in enumerate(names):
                if name in home:
                    block, member = home[name]
                    carried[block].append((row, side, member))
                    access = self._poses[self._kind[block]].access[self.audience]
                    self._ends[row, side] = access[chosen[block], member]
                else:
                    shell = problem.shells[self.audience]
                    self._ends[row, side] = door_access(problem.study, name, shell)
        self._carried = [np.array(of, dtype=np.int64).reshape(-1, 3) for of in carried]
