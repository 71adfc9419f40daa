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
from optimizer.place.measure_cost import MeasureCost
from optimizer.place.overlooking import Overlooking
from optimizer.place.pose_table import PoseTable
from optimizer.place.tables import leg_weight, study_legs
from optimizer.place.ways import Ways, required_width
from optimizer.place.worst_period import WorstPeriod
from optimizer.plan.space import Audience
from optimizer.streams import lane_model, weighted_streams
from optimizer.walk.ledger import EncounterLedger
from optimizer.walk.moves import Router
from optimizer.walked_legs import NO_WAY, door_access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.demand.legs import LegEnds
    from optimizer.place.blocks import BlockKind
    from optimizer.place.problem import PlacementProblem

__all__ = ["Move", "Score", "Scorer"]

#: What the search pays for a kind of service without a wide route, as a share of the walking.
SHUT = 0.1
#: Share to which the unknown terms of a move may be hoped to shrink, before it is given up.
HOPE = 0.75
#: A move: blocks with the candidate that each goes to.
Move = tuple[tuple[int, int], ...]


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
            _Walk(problem, audience, legs, self._poses, chosen, boxes) for audience in Audience
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


class _Walk:
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
