"""Walks past the fixtures that are known to stand: what the bound adds to the cost tables.

In: a placement problem and regions of its layouts. Out: for each pose of a region what every layout
of the region that uses it walks at least, beyond the tables.

In a region some blocks have one pose left; of others the poses left have floor in common, which is
taken wherever the block stands. With S the blocks of one pose and C that floor, the shell less S
and C has walks that are never longer than in any layout of the region, so the tables may charge

    to a pose r of another block:   Σ legs of the block at r to doors and to S,                (1)
    to S:                           Σ legs among S, and of S to doors,                         (2)

walked in that shell, for (1) past the block at r as well (`place.own_detour`).

Pairs of blocks may be charged for the walks of the one to doors past the other already
(`place.blockers`). Those walks are not charged a second time: only where all that a kind may be
charged for stand, its walks to doors are part of (1) and (2), and so are those charges.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.equipment.layout import place_points
from optimizer.equipment.model import Role
from optimizer.place.blockers import Detours
from optimizer.place.layout_walks import LayoutWalks
from optimizer.place.own_detour import around_own_block
from optimizer.place.tables import kind_legs
from optimizer.plan.space import Audience, free_space
from optimizer.walk.shell import prepare_shell
from optimizer.walked_legs import NO_WAY, door_access

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from optimizer.place.bound import TableProblem
    from optimizer.place.bound.leaves import Layout
    from optimizer.place.bound.region import Group, Region
    from optimizer.place.problem import PlacementProblem
    from optimizer.walk.shell import Shell

__all__ = ["Standing"]

#: Blocks are taken this much smaller than they are, metres, and walks this share shorter.
SHAVED, ROUNDING = 1e-6, 1e-6
#: Floor in common that is narrower than this is not looked at, metres.
LEAST_CORE = 1e-3
#: Angles that differ from a right one by less than this are right, degrees.
RIGHT = 1e-9
#: Nothing is charged beyond this many times what the best known layout walks.
MOST = 2.0
#: Prepared shells that are kept.
SHELLS = 64
NO_DETOURS = Detours()

#: One leg: member of the block that walks, target, weight.
_Walks = dict[tuple[int, Audience], list[tuple[tuple[float, float], float]]]


class Standing:
    """The truth behind the table problem of a placement problem.

    Parameters
    ----------
    problem
        The placement problem.
    tables
        Its table problem.
    known
        Walking of the best layout known, objective units an hour.
    newest
        The same whenever it is asked for.
    detours
        What the tables charge for walks past third fixtures.
    """

    def __init__(
        self,
        problem: PlacementProblem,
        tables: TableProblem,
        known: float,
        newest: Callable[[], float] = lambda: np.inf,
        detours: Detours = NO_DETOURS,
    ) -> None:
        self._newest = newest
        self._detours = detours
        self.unit = float(2.0 ** np.ceil(np.log2(MOST * max(known, 1e-9) / 65_535)))
        self._most = MOST * known
        self._problem, self._tables = problem, tables
        self._legs = kind_legs(problem.study, problem.kinds)
        self._audiences = [a for a in Audience if any(leg[2] is a for leg in self._legs)]
        self._free = {a: free_space(problem.study.plan, a) for a in self._audiences}
        doors = {(leg[1], leg[2]) for leg in self._legs if isinstance(leg[1], str)}
        self._doors = {
            (name, a): door_access(problem.study, name, problem.shells[a]) for name, a in doors
        }
        self._access: dict[tuple[int, int, Audience], NDArray[np.float64]] = {}
        self._shells: dict[tuple[Audience, bytes], Shell] = {}
        self._layouts = LayoutWalks(problem)
        self._costs: dict[Layout, float] = {}

    @classmethod
    def of(
        cls,
        problem: PlacementProblem,
        tables: TableProblem,
        known: float,
        newest: Callable[[], float] = lambda: np.inf,
        detours: Detours = NO_DETOURS,
    ) -> Standing | None:
        """The truth behind a table problem; None where walks lead from a kind to itself."""
        legs = kind_legs(problem.study, problem.kinds)
        if any(not isinstance(other, str) and one[0] == other[0] for one, other, _ in legs):
            return None
        return cls(problem, tables, known, newest, detours)

    def charge(
        self, region: Region, unary: Sequence[NDArray[np.float64]]
    ) -> list[NDArray[np.float64]] | None:
        """What each pose of the region costs beyond what is charged: see `bound.walks`."""
        groups = region.groups
        alone = [g for g, group in enumerate(groups) if group.count == len(group.poses) == 1]
        solid = np.concatenate([self._solid(group) for group in groups])
        if not len(solid):
            return None
        shells = {audience: self._shell(audience, solid) for audience in self._audiences}
        free_ways = self._free_ways(groups, alone)
        more = []
        for g, group in enumerate(groups):
            others = [h for h in alone if h != g]
            if g in alone:
                more.append(np.zeros(1))
                continue
            known = group.kind in free_ways
            others_of = [groups[h] for h in others]
            charged = unary[g] + self._by_tables(group, others_of, own=known)
            walked = self._walked(group, others_of, shells, doors=known)
            more.append(np.maximum(walked - charged, 0.0))
        if alone:
            standing = [groups[g] for g in alone]
            within = self._free_ways(groups, alone, whole=True)
            charged_all = sum(float(unary[g][0]) for g in alone) + sum(
                float(
                    self._by_tables(one, standing[:i], own=one.kind in within, other_kinds=within)[
                        0
                    ]
                )
                for i, one in enumerate(standing)
            )
            walked_all = sum(
                float(self._walked_alone(one, standing[:i], shells, doors=one.kind in within))
                for i, one in enumerate(standing)
            )
            more[alone[0]][0] = max(0.0, walked_all - charged_all)
        return more

    def cost(self, layout: Layout) -> float:
        """Walking of a layout, objective units an hour."""
        if layout not in self._costs:
            self._costs[layout] = self._layouts.cost(layout)
        return self._costs[layout]

    def heard(self) -> float:
        """Walking of the best layout that others know by now."""
        return self._newest()

    def _boxes(self, k: int, which: NDArray[np.int64]) -> NDArray[np.float64]:
        """(n, 5) footprints of the blocks of a kind at some poses."""
        found = []
        for x0, y0, x1, y1 in self._problem.kinds[k].footprints():
            poses = self._problem.candidates[k][which]
            middle = place_points([((x0 + x1) / 2, (y0 + y1) / 2)], poses)[:, 0]
            size = np.broadcast_to([x1 - x0, y1 - y0], (len(poses), 2))
            found.append(np.column_stack([middle, size, poses[:, 2]]))
        return np.concatenate(found)

    def _solid(self, group: Group) -> NDArray[np.float64]:
        """(n, 5) floor that the blocks of a group take wherever they stand in the region."""
        if len(group.poses) == 1:
            return self._boxes(group.kind, group.poses)
        cores = []
        members = len(self._problem.kinds[group.kind].members)
        for boxes in np.split(self._boxes(group.kind, group.poses), members):
            if (np.abs((boxes[:, 4] + 45.0) % 90.0 - 45.0) > RIGHT).any():
                continue
            across = (np.rint(boxes[:, 4] / 90.0).astype(int) % 2 == 1)[:, None]
            half = np.where(across, boxes[:, [3, 2]], boxes[:, [2, 3]]) / 2
            low, high = (boxes[:, :2] - half).max(axis=0), (boxes[:, :2] + half).min(axis=0)
            if (high - low > LEAST_CORE).all():
                cores.append([*((low + high) / 2), *(high - low), 0.0])
        return np.array(cores).reshape(-1, 5)

    def _shell(self, audience: Audience, solid: NDArray[np.float64]) -> Shell:
        """The hall with some floor taken."""
        key = (audience, np.unique(solid, axis=0).tobytes())
        if key not in self._shells:
            if len(self._shells) >= SHELLS:
                self._shells.pop(next(iter(self._shells)))
            boxes = [
                shapely.affinity.rotate(
                    shapely.box(
                        x - w / 2 + SHAVED,
                        y - d / 2 + SHAVED,
                        x + w / 2 - SHAVED,
                        y + d / 2 - SHAVED,
                    ),
                    angle,
                    origin=(x, y),
                )
                for x, y, w, d, angle in solid
            ]
            free = self._free[audience].difference(shapely.union_all(boxes))
            self._shells[key] = prepare_shell(free, radius=self._problem.study.walking.radius)
        return self._shells[key]

    def _point(self, k: int, m: int, audience: Audience, pose: int) -> tuple[float, float]:
        x, y = self._points(k, m, audience)[pose]
        return float(x), float(y)

    def _points(self, k: int, m: int, audience: Audience) -> NDArray[np.float64]:
        """Access points of a member at all poses of its kind."""
        key = (k, m, audience)
        if key not in self._access:
            role = Role.STAFF if audience is Audience.STAFF else Role.CUSTOMER
            point = self._problem.kinds[k].members[m].access(role)
            self._access[key] = place_points([point], self._problem.candidates[k])[:, 0]  # type: ignore[list-item]
        return self._access[key]

    def _free_ways(
        self, groups: Sequence[Group], alone: Sequence[int], *, whole: bool = False
    ) -> frozenset[int]:
        """Kinds whose walks to doors are charged here: all blocks that may be in their way stand.

        For a block that does not stand itself; `whole`: for one that does.
        """
        standing = Counter(groups[g].kind for g in alone)
        kinds = self._problem.kinds
        return frozenset(
            k
            for k in range(len(kinds))
            if all(
                standing[r] >= kinds[r].count - (k == r and not whole)
                for r in self._detours.blockers(k)
            )
        )

    def _targets(self, k: int, others: Sequence[tuple[int, int]], *, doors: bool = True) -> _Walks:
        """By member and audience, where walks of a block of kind k lead: doors and other blocks."""
        found: _Walks = defaultdict(list)
        for (one, other, audience), weight in self._legs.items():
            if isinstance(other, str):
                if one[0] == k and doors:
                    found[one[1], audience].append((self._doors[other, audience], weight))
                continue
            for here, there in ((one, other), (other, one)):
                if here[0] != k:
                    continue
                for kind, pose in others:
                    if kind == there[0]:
                        to = self._point(kind, there[1], audience, pose)
                        found[here[1], audience].append((to, weight))
        return found

    def _walked(
        self,
        group: Group,
        others: Sequence[Group],
        shells: dict[Audience, Shell],
        *,
        doors: bool,
    ) -> NDArray[np.float64]:
        """Cost (1) of each pose of a group; without `doors`, walks to them as the tables say."""
        k = group.kind
        poses = self._problem.candidates[k][group.poses]
        total = np.zeros(len(poses)) if doors else self._tables.unary[k][group.poses].copy()
        standing = [(other.kind, int(other.poses[0])) for other in others]
        for (m, audience), targets in self._targets(k, standing, doors=doors).items():
            at = np.ascontiguousarray(self._points(k, m, audience)[group.poses])
            to = np.array([point for point, _ in targets])
            shell = shells[audience]
            lengths = around_own_block(
                shell, self._problem.kinds[k], poses, at, to, shell.distances(at, to)
            )
            total += _open_ways(lengths) @ np.array([weight for _, weight in targets])
        return np.minimum(total, self._most) * (1.0 - ROUNDING)

    def _walked_alone(
        self,
        one: Group,
        others: Sequence[Group],
        shells: dict[Audience, Shell],
        *,
        doors: bool,
    ) -> float:
        """Share of cost (2) that one block has with those before it."""
        total = 0.0 if doors else float(self._tables.unary[one.kind][one.poses[0]])
        standing = [(other.kind, int(other.poses[0])) for other in others]
        for (m, audience), targets in self._targets(one.kind, standing, doors=doors).items():
            at = self._points(one.kind, m, audience)[one.poses]
            lengths = shells[audience].distances(at, np.array([point for point, _ in targets]))[0]
            total += float(_open_ways(lengths) @ np.array([weight for _, weight in targets]))
        return float(min(total, self._most)) * (1.0 - ROUNDING)

    def _by_tables(
        self,
        group: Group,
        others: Sequence[Group],
        *,
        own: bool,
        other_kinds: frozenset[int] = frozenset(),
    ) -> NDArray[np.float64]:
        """What the tables charge between each pose of a group and blocks that stand.

        Of detours on the way to doors those of the group itself, where `own`, and of the others of
        some kinds.
        """
        total = np.zeros(len(group.poses))
        for other in others:
            k, m = group.kind, other.kind
            table = self._tables.pairs.get((min(k, m), max(k, m)))
            if table is not None:
                at = (
                    np.ix_(group.poses, other.poses) if k <= m else np.ix_(other.poses, group.poses)
                )
                part = table[at].astype(np.float64)
                total += part[:, 0] if k <= m else part[0]
            pose = int(other.poses[0])
            if not own:
                total -= self._detours.between(k, group.poses, m, pose)
            if m not in other_kinds:
                total -= self._detours.before(k, group.poses, m, pose)
        return total


def _open_ways(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lengths in metres, with the search's stand-in where there is no way."""
    return np.where(np.isfinite(lengths), lengths, NO_WAY)
