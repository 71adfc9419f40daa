"""Walks past the fixtures that are known to stand: what the bound adds to the cost tables.

In: a placement problem and regions of its layouts. Out: for each pose of a region, and each pair of
poses of two groups, what every layout of the region that uses it walks at least, beyond the tables.

In a region some blocks have one pose left, S; of the others it is known what is in the way wherever
they stand (`place.in_the_way`). The shell less S has walks that are never longer than in any layout
of the region, nor are those past what is in the way, so the tables may charge

    to a pose r of another block:   Σ legs of the block at r to doors and to S,                (1)
    to S:                           Σ legs among S, and of S to doors,                         (2)
    to poses of two other blocks:   Σ legs between them (`place.walks_between`),               (3)

each leg by the longest of these walks, for (1) past the block at r as well (`place.own_detour`).

Pairs of blocks may be charged for the walks of the one to doors past the other already
(`place.blockers`). Those walks are not charged a second time: where all that a kind may be charged
for stand, its walks to doors are part of (1) and (2), and so are those charges. Elsewhere they are
part of it by what they come to beyond the most that pairs may be charged for them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.equipment.layout import place_points
from optimizer.equipment.model import Role
from optimizer.place.blockers import Detours
from optimizer.place.in_the_way import InTheWay, Taken
from optimizer.place.layout_walks import LayoutWalks
from optimizer.place.own_detour import around_own_block
from optimizer.place.tables import kind_legs
from optimizer.place.walks_between import WalksBetween
from optimizer.plan.space import Audience, free_space
from optimizer.walk.shell import prepare_shell
from optimizer.walked_legs import NO_WAY, door_access

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.place.bound import TableProblem
    from optimizer.place.bound.leaves import Layout
    from optimizer.place.bound.region import Group, Region
    from optimizer.place.problem import PlacementProblem
    from optimizer.walk.shell import Shell

__all__ = ["Standing"]

#: Blocks are taken this much smaller than they are, metres, and walks this share shorter.
SHAVED, ROUNDING = 1e-6, 1e-6
#: Nothing is charged beyond this many times what the best known layout walks.
MOST = 2.0
#: Prepared shells that are kept.
SHELLS = 64
NO_DETOURS = Detours()

#: One leg: member of the block that walks, target, weight.
_Walks = dict[tuple[int, Audience], list[tuple[tuple[float, float], float]]]


@dataclass(frozen=True)
class _Here:
    """A region, the groups whose blocks stand, its costs of pairs, what is in the way, its hall."""

    region: Region
    alone: Sequence[int]
    pair: Mapping[tuple[int, int], NDArray[np.float32]]
    way: InTheWay
    shells: Mapping[Audience, Shell]


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
        self._taken = Taken(problem.kinds, problem.candidates, problem.study.walking.radius)
        self._between = WalksBetween(problem, detours)
        self.pair_units = self._between.units
        self._way: tuple[Region, InTheWay] | None = None

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

    def charge_pairs(
        self, region: Region, pair: Mapping[tuple[int, int], NDArray[np.float32]]
    ) -> dict[tuple[int, int], NDArray[np.float32]]:
        """What pairs of poses of the region cost beyond what is charged: see `bound.walks`."""
        return self._between.charge(region.groups, pair, self._way_in(region))

    def charge(
        self,
        region: Region,
        unary: Sequence[NDArray[np.float64]],
        pair: Mapping[tuple[int, int], NDArray[np.float32]],
    ) -> list[NDArray[np.float64]] | None:
        """What each pose of the region costs beyond what is charged: see `bound.walks`."""
        groups, way = region.groups, self._way_in(region)
        alone = [g for g, group in enumerate(groups) if group.count == len(group.poses) == 1]
        if not alone and not way.sets and not len(way.cores):
            return None
        here = _Here(region, alone, pair, way, self._shells_with([groups[g] for g in alone]))
        free_ways = self._free_ways(here)
        more = []
        for g, group in enumerate(groups):
            if g in alone:
                more.append(np.zeros(1))
                continue
            free = group.kind in free_ways
            charged = unary[g] + self._by_tables(here, g, alone, own=free)
            walked = self._walked(here, g, alone, doors=free)
            more.append(np.maximum(walked - charged, 0.0))
        if alone:
            within = self._free_ways(here, whole=True)
            charged_all = walked_all = 0.0
            for i, g in enumerate(alone):
                own, before = groups[g].kind in within, alone[:i]
                by_tables = self._by_tables(here, g, before, own=own, other_kinds=within)
                charged_all += float(unary[g][0] + by_tables[0])
                walked_all += float(self._walked(here, g, before, doors=own)[0])
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

    def _way_in(self, region: Region) -> InTheWay:
        """What is in the way in a region; the last one is kept."""
        if self._way is None or self._way[0] is not region:
            self._way = region, InTheWay.of(self._taken, region.groups)
        return self._way[1]

    def _shells_with(self, standing: Sequence[Group]) -> dict[Audience, Shell]:
        """The hall of each audience with some blocks standing."""
        if not standing:
            return {audience: self._problem.shells[audience] for audience in self._audiences}
        solid = np.concatenate([self._boxes(group.kind, group.poses) for group in standing])
        return {audience: self._shell(audience, solid) for audience in self._audiences}

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

    def _free_ways(self, here: _Here, *, whole: bool = False) -> frozenset[int]:
        """Kinds whose walks to doors are charged here: all blocks that may be in their way stand.

        For a block that does not stand itself; `whole`: for one that does.
        """
        standing = Counter(here.region.groups[g].kind for g in here.alone)
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
        self, here: _Here, g: int, others: Sequence[int], *, doors: bool
    ) -> NDArray[np.float64]:
        """Cost (1) of each pose of a group, or the share of (2) of one that stands.

        Without `doors`, walks to them by what they come to beyond the most that pairs are charged.
        """
        group = here.region.groups[g]
        standing = [here.region.groups[h] for h in others if h != g]
        blocks = [(other.kind, int(other.poses[0])) for other in standing]
        to_doors, to_blocks = self._ways_to(here, g, blocks)
        if not doors:
            known = self._tables.unary[group.kind][group.poses]
            beyond = to_doors - known - self._most_detours(here, g)
            to_doors = known + np.maximum(beyond, 0.0)
        return np.minimum(to_doors + to_blocks, self._most)

    def _ways_to(
        self, here: _Here, g: int, blocks: Sequence[tuple[int, int]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weighted lengths of walks from each pose of a group to doors, and to blocks."""
        group = here.region.groups[g]
        poses = self._problem.candidates[group.kind][group.poses]
        to_doors, to_blocks = np.zeros(len(poses)), np.zeros(len(poses))
        doors, others = (
            self._targets(group.kind, ()),
            self._targets(group.kind, blocks, doors=False),
        )
        for m, audience in {**doors, **others}:
            first, then = doors.get((m, audience), []), others.get((m, audience), [])
            at = np.ascontiguousarray(self._points(group.kind, m, audience)[group.poses])
            to = np.array([point for point, _ in (*first, *then)])
            weights = np.array([weight for _, weight in (*first, *then)])
            shell = here.shells[audience]
            lengths = shell.distances(at, to)
            if g not in here.alone:
                kind = self._problem.kinds[group.kind]
                lengths = around_own_block(shell, kind, poses, at, to, lengths)
            walked = here.way.lengthened(at, to, _open_ways(lengths), ends=(g,)) * weights
            to_doors += walked[:, : len(first)].sum(axis=1)
            to_blocks += walked[:, len(first) :].sum(axis=1)
        return to_doors * (1.0 - ROUNDING), to_blocks * (1.0 - ROUNDING)

    def _most_detours(self, here: _Here, g: int) -> NDArray[np.float64]:
        """The most that pairs charge each pose of a group for its walks to doors."""
        group = here.region.groups[g]
        total = np.zeros(len(group.poses))
        for r in self._detours.blockers(group.kind):
            poses = np.concatenate([one.poses for one in here.region.groups if one.kind == r])
            blocks = self._problem.kinds[r].count - (r == group.kind)
            table = self._detours.tables[group.kind, r][np.ix_(group.poses, poses)]
            total += blocks * table.max(axis=1).astype(np.float64)
        return total

    def _by_tables(
        self,
        here: _Here,
        g: int,
        others: Sequence[int],
        *,
        own: bool,
        other_kinds: frozenset[int] = frozenset(),
    ) -> NDArray[np.float64]:
        """What is charged between each pose of a group and blocks that stand.

        Of detours on the way to doors those of the group itself, where `own`, and of the others of
        some kinds.
        """
        groups = here.region.groups
        k, poses = groups[g].kind, groups[g].poses
        total = np.zeros(len(poses))
        for h in others:
            m, pose = groups[h].kind, int(groups[h].poses[0])
            table = here.pair.get((min(g, h), max(g, h)))
            if table is not None:
                total += table[:, 0] if g <= h else table[0]
            if not own:
                total -= self._detours.between(k, poses, m, pose)
            if m not in other_kinds:
                total -= self._detours.before(k, poses, m, pose)
        return total


def _open_ways(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lengths in metres, with the search's stand-in where there is no way."""
    return np.where(np.isfinite(lengths), lengths, NO_WAY)
