"""The true objective of a layout under search, kept up to date move by move.

In: a placement problem and a choice of candidates. Out: `Scorer`, which answers what a move would
cost, exactly as `evaluate` would: walks around the furniture, encounters, overlooked pairs.
Waiting does not depend on where fixtures stand and is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from optimizer.place import leg_kernels
from optimizer.place.leg_walks import LegWalks, Move
from optimizer.place.measure_cost import MeasureCost
from optimizer.place.overlooking import Overlooking
from optimizer.place.pose_table import PoseTable
from optimizer.place.tables import study_legs
from optimizer.place.ways import Ways, required_width
from optimizer.place.worst_period import WorstPeriod
from optimizer.plan.space import Audience
from optimizer.streams import lane_model, weighted_streams
from optimizer.walk.ledger import EncounterLedger
from optimizer.walked_legs import NO_WAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.place.blocks import BlockKind
    from optimizer.place.problem import PlacementProblem

__all__ = ["Move", "Score", "Scorer"]

#: What the search pays for a kind of service without a wide route, as a share of the walking.
SHUT = 0.1
#: Share to which the unknown terms of a move may be hoped to shrink, before it is given up.
HOPE = 0.75


@dataclass(frozen=True)
class Score:
    """Terms of the objective that depend on the layout, weighted, and their sum.

    `staff` is the share of `walking` that staff walk, `beyond` what the worst period of a study
    costs more than the reference one, by which all other terms are.
    """

    walking: float
    encounters: float
    overlooked: float
    shut: float = 0.0
    staff: float = 0.0
    measures: float = 0.0
    limits: float = 0.0
    beyond: float = 0.0

    @property
    def value(self) -> float:
        """The sum; for kinds of service that are shut and for broken limits the search pays."""
        known = self.walking + self.encounters + self.overlooked + self.shut
        return known + self.measures + self.limits + self.beyond


class Scorer:
    """The true cost of one layout, and of moves from it.

    Parameters
    ----------
    problem
        The placement problem.
    chosen
        Candidate of each block.
    stiff
        Times what the search usually pays for a kind of service without a wide route.
    dear
        Times what it usually pays for a broken limit, by measure; 1 where it is not named.
    """

    def __init__(
        self,
        problem: PlacementProblem,
        chosen: Sequence[int] | NDArray[np.int64],
        *,
        stiff: float = 1.0,
        dear: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self._objective = problem.study.objective
        self._poses = [PoseTable(kind, problem.candidates[k]) for k, kind in _kinds(problem)]
        self._kind = [k for k, _ in problem.blocks]
        sizes = [len(problem.kinds[k].members) for k in self._kind]
        self._rows = [np.arange(a, b) for a, b in pairwise(np.cumsum([0, *sizes]))]
        boxes = np.concatenate(
            [self._poses[k].boxes[p] for k, p in zip(self._kind, chosen, strict=True)]
        )
        legs = study_legs(problem.study, problem.kinds)
        self._walks = [
            LegWalks(problem, audience, legs, self._poses, chosen, boxes) for audience in Audience
        ]
        self._chosen = [int(pose) for pose in chosen]
        self._overlooking = Overlooking(problem, chosen)
        self._ledger = self._open_ledger(problem)
        self._open: tuple[Move, NDArray[np.int64]] | None = None
        width = required_width(problem.study)
        self._ways = Ways(problem, width, boxes, chosen) if width else None
        self._toll = stiff * SHUT * min(problem.table_cost(chosen), NO_WAY)
        walking = sum(walk.cost for walk in self._walks)
        every = [leg for walk in self._walks for leg in walk.legs]
        self._measures = MeasureCost.of(problem, every, walking=walking, dear=dear)
        self._worst = WorstPeriod.of(problem.study, every)
        # the ledger is kept up to date only where something is read from it or from its paths
        self._meetings_count = bool(
            self._objective.encounters or self._measures is not None or self._worst is not None
        )
        measures, limits, beyond = self._weighed(())
        self.score = Score(
            walking=walking,
            encounters=self._objective.encounters * self._ledger.total,
            overlooked=self._objective.overlooked * self._overlooking.count(),
            shut=self._toll * (self._ways.shut if self._ways else 0),
            staff=self._staff_cost(),
            measures=measures,
            limits=limits,
            beyond=beyond,
        )

    @property
    def broken_limits(self) -> tuple[str, ...]:
        """Limits that the layout scored last breaks, by measure."""
        return () if self._measures is None else self._measures.broken

    @property
    def reached_limits(self) -> Mapping[str, float]:
        """Best value of each limited measure in any layout scored, by name."""
        return {} if self._measures is None else self._measures.reached

    def propose(self, move: Move, *, limit: float = np.inf, table: float = 0.0) -> Score | None:
        """Score of the layout after a move, which is then to be accepted or rejected.

        Parameters
        ----------
        move
            Blocks and where they go.
        limit
            A move that costs more is of no interest. With a limit, a move is also given up when
            the terms not yet known would have to shrink to `HOPE` of what they are now.
        table
            Table cost after the move: the walking cannot be less.

        Returns
        -------
        Score or None
            None where the move is given up; it is then undone.
        """
        now, free = self.score, not np.isfinite(limit)
        hope = 0.0 if free else HOPE
        self._open = (move, np.empty(0, dtype=np.int64))
        overlooked = 0.0
        if self._objective.overlooked:
            self._overlooking.move(move)
            overlooked = self._objective.overlooked * self._overlooking.count()
        if table + overlooked + hope * now.encounters > limit:
            return self._give_up()
        rows = np.concatenate([self._rows[block] for block, _ in move])
        boxes = np.concatenate([self._poses[self._kind[b]].boxes[p] for b, p in move])
        changed = []
        walking, unknown = 0.0, now.walking
        for walk in self._walks:
            unknown -= walk.cost
            changed.append(walk.propose(move, rows, boxes))
            walking += walk.cost
            rest = hope * (max(unknown, 0.0) + now.encounters)
            if walking + overlooked + rest > limit:
                return self._give_up()
        shut = self._toll * self._ways.propose(move, rows, boxes) if self._ways else 0.0
        if walking + overlooked + shut + hope * now.encounters > limit:
            return self._give_up()
        legs = np.concatenate(changed)
        encounters = 0.0
        if self._meetings_count:
            self._copy_paths(legs)
            self._open = (move, legs)
            total = self._ledger.propose(self._points, self._counts, legs)
            encounters = self._objective.encounters * total
        if walking + encounters + overlooked + shut > limit:
            return self._give_up()
        more = self._weighed(move, limit - walking - encounters - overlooked - shut)
        self._proposed = Score(walking, encounters, overlooked, shut, self._staff_cost(), *more)
        return self._proposed if self._proposed.value <= limit else self._give_up()

    def _weighed(self, move: Move, room: float = np.inf) -> tuple[float, float, float]:
        """Cost of further measures, price of broken limits, and the worst period beyond."""
        if self._measures is None and self._worst is None:
            return 0.0, 0.0, 0.0
        spans = [walk.spans() for walk in self._walks]
        weighed, limits = 0.0, 0.0
        by_period: tuple[float, ...] = ()
        if self._measures is not None:
            chosen = dict(enumerate(self._chosen)) | dict(move)
            paths = (self._points, self._counts)
            weighed, limits, by_period = self._measures.cost(
                [*chosen.values()], spans, paths, room=room
            )
        if self._worst is None:
            return weighed, limits, 0.0
        lengths = np.concatenate([own for _, own in spans])
        return weighed, limits, self._worst.beyond(lengths, self._ledger, by_period)

    def _staff_cost(self) -> float:
        """Weighted metres an hour of staff, as the routers stand now."""
        return sum(walk.cost for walk in self._walks if walk.audience is Audience.STAFF)

    def _give_up(self) -> Score | None:
        self.reject()
        return None

    def accept(self) -> None:
        """Make the proposed move."""
        if self._open is None:
            return
        for block, pose in self._open[0]:
            self._chosen[block] = pose
        for walk in self._walks:
            walk.accept()
        if self._ways:
            self._ways.accept()
        self._ledger.accept()
        self._open = None
        self.score = self._proposed

    def reject(self) -> None:
        """Take the proposed move back."""
        if self._open is None:
            return
        move, legs = self._open
        for walk in self._walks:
            walk.reject()
        if self._ways:
            self._ways.reject()
        self._copy_paths(legs)
        if self._objective.overlooked:
            self._overlooking.move((block, self._chosen[block]) for block, _ in move)
        self._open = None

    def _open_ledger(self, problem: PlacementProblem) -> EncounterLedger:
        legs = [leg for walk in self._walks for leg in walk.legs]
        first = np.cumsum([0, *(len(walk.legs) for walk in self._walks)])
        for walk, base in zip(self._walks, first, strict=False):
            walk.base = int(base)
        longest = max((walk.router.path_points.shape[1] for walk in self._walks), default=1)
        self._points = np.zeros((len(legs), longest, 2))
        self._counts = np.zeros(len(legs), dtype=np.int64)
        self._copy_paths(np.arange(len(legs)))
        streams, weights = weighted_streams(problem.study, legs)
        return EncounterLedger(
            self._points,
            self._counts,
            streams=streams,
            lanes=lane_model(problem.study),
            class_weights=weights,
        )

    def _copy_paths(self, legs: NDArray[np.int64]) -> None:
        """Take the paths of some legs over from the routers."""
        if not len(legs):
            return
        for walk in self._walks:
            own = legs[(legs >= walk.base) & (legs < walk.base + len(walk.legs))]
            routed = walk.router.path_points
            if routed.shape[1] > self._points.shape[1]:
                more = routed.shape[1] - self._points.shape[1]
                self._points = np.pad(self._points, ((0, 0), (0, more), (0, 0)))
            leg_kernels.copy_paths(
                own, walk.base, walk.row, walk.reverse, routed, walk.router.path_counts,
                self._points, self._counts,
            )  # fmt: skip


def _kinds(problem: PlacementProblem) -> list[tuple[int, BlockKind]]:
    return list(enumerate(problem.kinds))
