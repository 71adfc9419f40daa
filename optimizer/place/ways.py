"""Wide ways: whether every kind of service is still reached by a route of the width that rules ask.

In: a placement problem and a width. Out: `Ways`, which counts the kinds of fixture that no wide
route reaches, kept up to date move by move. The specification is `rules.routes`; here a route is
asked to come straight before the fixture, so what this finds open is open there too, while a
fixture that can only be approached askew counts as shut. The search pays for each kind that is
shut; the judge has the last word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.equipment.layout import place_points
from optimizer.equipment.model import Role
from optimizer.plan.model import DoorKind
from optimizer.plan.space import Audience, door_point, free_space
from optimizer.rules.model import Severity
from optimizer.rules.packs import rules_of
from optimizer.walk.moves import Router
from optimizer.walk.shell import prepare_shell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.place.problem import PlacementProblem
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

__all__ = ["Ways", "required_width"]

#: Room between the disc of a wide route and the fixture that it comes before, metres.
ROOM = 1e-3
#: Checks of rule packs that ask for a route of some width to every kind of service.
ROUTE_CHECKS = ("route_width", "egress_route")


def required_width(study: Study) -> float:
    """Widest route that a hard rule of the study asks for to all kinds of service; 0 if none."""
    return max(
        (
            rule.value
            for rule in rules_of(study)
            if rule.check in ROUTE_CHECKS
            and rule.severity is Severity.HARD
            and rule.value is not None
            and not rule.subjects
        ),
        default=0.0,
    )


class Ways:
    """Wide routes of one layout, kept up to date move by move.

    Parameters
    ----------
    problem
        The placement problem.
    width
        Width of the routes, metres.
    boxes
        (fixtures, 5) footprints of the layout, as the path engine takes them.
    chosen
        Candidate of each block.
    """

    def __init__(
        self,
        problem: PlacementProblem,
        width: float,
        boxes: NDArray[np.float64],
        chosen: Sequence[int] | NDArray[np.int64],
    ) -> None:
        plan = problem.study.plan
        shell = prepare_shell(free_space(plan, Audience.CUSTOMER), radius=width / 2)
        doors = plan.doors_of(DoorKind.ENTRANCE)
        gates = [p for p in (door_point(door, shell.walkable) for door in doors) if p is not None]
        self._kind = [k for k, _ in problem.blocks]
        self._before: list[NDArray[np.float64]] = []
        self._gate: list[NDArray[np.float64]] = []
        for kind, poses in zip(problem.kinds, problem.candidates, strict=True):
            ahead = [
                (m.x, m.y - m.type.depth / 2 - width / 2 - ROOM)
                if m.type.points(Role.CUSTOMER)
                else (np.nan, np.nan)
                for m in kind.members
            ]
            at = place_points(ahead, poses)
            self._before.append(at)
            self._gate.append(_nearest_gates(shell, np.array(gates), at))
        names = [m.type.name for k in self._kind for m in problem.kinds[k].members]
        start = np.concatenate([self._gate[k][p] for k, p in zip(self._kind, chosen, strict=True)])
        end = np.concatenate([self._before[k][p] for k, p in zip(self._kind, chosen, strict=True)])
        self._router = Router(shell, boxes, start, end)
        types = sorted({n for n, ok in zip(names, np.isfinite(start[:, 0]), strict=True) if ok})
        self._types = [np.flatnonzero(np.array(names) == name) for name in types]

    @property
    def shut(self) -> int:
        """Number of fixture types of which no fixture is reached."""
        reached = np.isfinite(self._router.lengths)
        return sum(not reached[rows].any() for rows in self._types)

    def propose(
        self,
        move: Sequence[tuple[int, int]],
        rows: NDArray[np.int64],
        boxes: NDArray[np.float64],
    ) -> int:
        """Fixture types shut after a move, which is then to be accepted or rejected."""
        start = np.concatenate([self._gate[self._kind[b]][p] for b, p in move])
        end = np.concatenate([self._before[self._kind[b]][p] for b, p in move])
        self._router.propose(rows, boxes, rows, start, end)
        return self.shut

    def accept(self) -> None:
        """Make the proposed move."""
        self._router.accept()

    def reject(self) -> None:
        """Take the proposed move back, if there is one."""
        self._router.reject()


def _nearest_gates(
    shell: Shell, gates: NDArray[np.float64], before: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The gate (poses, members, 2) that is nearest to each place; nan where none reaches it."""
    flat = before.reshape(-1, 2)
    known = np.isfinite(flat[:, 0])
    result = np.full(flat.shape, np.nan)
    if len(gates) and known.any():
        away = shell.distances(gates, flat[known])
        nearest = gates[np.argmin(away, axis=0)]
        nearest[~np.isfinite(away.min(axis=0))] = np.nan
        result[known] = nearest
    return result.reshape(before.shape)
