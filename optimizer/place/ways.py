"""Wide ways: whether every kind of service is still reached by a route of the width that rules ask.

In: a placement problem and a width. Out: `Ways`, which counts the kinds of fixture that no wide
route reaches, kept up to date move by move. The specification is `rules.routes`; here a route is
asked to end at one place before the fixture: straight before it, or askew where the walls leave no
room for that. What this finds open is open there too, while a fixture that only other furniture
keeps from being approached straight counts as shut. The search pays for each kind that is shut;
the judge has the last word.
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

    from optimizer.place.blocks import BlockKind, Member
    from optimizer.place.problem import PlacementProblem
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

__all__ = ["Ways", "required_width"]

#: Room between the disc of a wide route and the fixture that it comes before, metres.
ROOM = 1e-3
#: Where else the disc of a route may end: aside, as shares of its radius.
ASIDE = (0.25, -0.25, 0.5, -0.5, 0.75, -0.75)
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
            at, gate = _approach(shell, np.array(gates).reshape(-1, 2), kind, poses, width)
            self._before.append(at)
            self._gate.append(gate)
        names = [m.type.name for k in self._kind for m in problem.kinds[k].members]
        start = np.concatenate([self._gate[k][p] for k, p in zip(self._kind, chosen, strict=True)])
        end = np.concatenate([self._before[k][p] for k, p in zip(self._kind, chosen, strict=True)])
        self._router = Router(shell, boxes, start, end)
        served = [
            bool(m.type.points(Role.CUSTOMER)) for k in self._kind for m in problem.kinds[k].members
        ]
        # what no pose lets a wide route reach (a desk in a room with a narrow door) tells no layout
        # from another: it is the judge's matter alone
        open_types = {
            member.type.name
            for kind, gate in zip(problem.kinds, self._gate, strict=True)
            for member, of_poses in zip(kind.members, gate.swapaxes(0, 1), strict=True)
            if np.isfinite(of_poses[:, 0]).any()
        }
        types = sorted({n for n, own in zip(names, served, strict=True) if own} & open_types)
        self._types = [
            np.array([i for i, n in enumerate(names) if n == name and served[i]]) for name in types
        ]
        #: Fixtures that a wide route reaches in the empty shell: the router takes no others.
        self._possible = np.isfinite(start[:, 0])
        self._former = self._possible

    @property
    def shut(self) -> int:
        """Number of fixture types of which no fixture is reached."""
        reached = np.isfinite(self._router.lengths) & self._possible
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
        self._former, self._possible = self._possible, self._possible.copy()
        self._possible[rows] = np.isfinite(start[:, 0])
        return self.shut

    def accept(self) -> None:
        """Make the proposed move."""
        self._router.accept()
        self._former = self._possible

    def reject(self) -> None:
        """Take the proposed move back, if there is one."""
        self._router.reject()
        self._possible = self._former


def _approach(
    shell: Shell,
    gates: NDArray[np.float64],
    kind: BlockKind,
    poses: NDArray[np.float64],
    width: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where a route ends before each member at each pose, and from which gate it comes.

    Both (poses, members, 2); nan where the empty shell leaves no room for the route.
    """
    at, gate = (np.full((len(poses), len(kind.members), 2), np.nan) for _ in range(2))
    for aside in (0.0, *ASIDE):
        ahead = [_place_before(m, aside * width / 2, width) for m in kind.members]
        tried = place_points(ahead, poses).reshape(at.shape)
        tried[np.isfinite(gate[..., 0])] = np.nan
        found = _nearest_gates(shell, gates, tried)
        new = np.isfinite(found[..., 0])
        at[new], gate[new] = tried[new], found[new]
        if np.isfinite(gate).all():
            break
    return at, gate


def _place_before(member: Member, aside: float, width: float) -> tuple[float, float]:
    """Middle of a disc before a member, from which a customer's point is reached; or nan."""
    x, y = member.x + aside, member.y - member.type.depth / 2 - width / 2 - ROOM
    near = any(
        np.hypot(member.x + p.x - x, member.y + p.y - y) <= width / 2
        for p in member.type.points(Role.CUSTOMER)
    )
    straight = not aside and bool(member.type.points(Role.CUSTOMER))
    return (x, y) if near or straight else (np.nan, np.nan)


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
