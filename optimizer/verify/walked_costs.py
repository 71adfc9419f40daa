"""What walks cost with some blocks standing: what the costs of a proof are held against.

In: a `Scene` and what a proof states. Out: costs that are charged beside those that are walked, by
shapely and networkx, for the layout and for samples of other poses, regions and layouts.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from shapely import MultiPoint, Polygon, distance, intersection_all, points, union_all

from optimizer.equipment.model import Role
from optimizer.plan.space import Audience
from optimizer.verify.placed import Placed
from optimizer.verify.ways import find_ways

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.verify.demand import Walk
    from optimizer.verify.proof_region import Group, Region
    from optimizer.verify.scene import Scene
    from optimizer.verify.stated import Stated

__all__ = ["WalkedCosts", "turned"]

#: A block by kind, number within the kind and pose.
_Block = tuple[int, int, int]

#: Entries of each cost table, and groups of each region, that are walked anew.
SAMPLE = 2
#: Layouts that are.
LAYOUTS = 12
#: Floor in common is looked for among so many poses at most.
MOST_IN_COMMON = 200


@dataclass(frozen=True)
class WalkedCosts:
    """What walks cost, weighted, from lengths that are worked out here.

    Parameters
    ----------
    scene
        The study and the result's layout.
    proof
        What a proof states.
    """

    scene: Scene
    proof: Stated

    def of_layout(self) -> float:
        """Weighted person-metres an hour of the layout, those from door to door left out."""
        names = {fixture.name for fixture in self.scene.fixtures}
        return math.fsum(
            self._weight(walk) * length
            for walk, length in zip(self.scene.walks, self.scene.lengths, strict=True)
            if walk.source in names or walk.target in names
        )

    def sample(self, chosen: list[list[int]]) -> Iterator[tuple[str, float, float]]:
        """Yield some entries of the tables: what they are, what is charged, what is walked."""
        rng = np.random.default_rng(20)
        for k, costs in enumerate(self.proof.unary):
            for p in rng.integers(0, len(costs), min(SAMPLE, len(costs))):
                yield self._entry(float(costs[p]), ((k, 0, int(p)),), walks=_between)
        for (k, m), table in self.proof.pairs.items():
            near = [int(chosen[k][0]), int(rng.integers(0, len(table)))]
            for p in near[:SAMPLE]:
                q = int(rng.integers(0, table.shape[1]))
                if np.isfinite(table[p, q]):
                    other = 1 if k == m else 0
                    if other < len(self.proof.kinds[m].fixtures):
                        both = (k, 0, p), (m, other, q)
                        yield self._entry(float(table[p, q]), both, walks=_between)

    def sample_detours(self, chosen: list[list[int]]) -> Iterator[tuple[str, float, float]]:
        """Yield some charges for walks to doors past another block: charged in full, and walked."""
        rng = np.random.default_rng(23)
        for (k, r), table in self.proof.detours.items():
            other = 1 if k == r else 0
            dearest = np.unravel_index(int(table.argmax()), table.shape)
            within = (int(chosen[k][0]), int(chosen[r][other]))
            drawn = tuple(int(rng.integers(0, n)) for n in table.shape)
            for p, q in {(int(dearest[0]), int(dearest[1])), within, drawn}:
                if table[p, q] > 0.0:
                    charged = float(self.proof.unary[k][p] + table[p, q] / self.proof.shares[k, r])
                    both = (k, 0, p), (r, other, q)
                    yield self._entry(charged, both, walks=_between, alone=True)

    def sample_charged(self, regions: Sequence[Region]) -> Iterator[tuple[str, float, float]]:
        """Yield some charges of regions: what they are, what is charged, what is walked."""
        rng = np.random.default_rng(21)
        for region in regions:
            groups, alone = region.groups, region.alone
            blocks = self._first_blocks(groups)
            standing = [(groups[g].kind, blocks[g], int(groups[g].poses[0])) for g in alone]
            taken = union_all([self._in_common(group) for group in groups])
            free = [g for g in range(len(groups)) if g not in alone and groups[g].more.any()]
            if alone:
                total = sum(self._charge(region, g, 0, alone[:i]) for i, g in enumerate(alone))
                total += sum(self._detour(a, b) for a in standing for b in standing if a != b)
                aside = self._aside(region, alone, standing)
                yield self._entry(
                    total, (*standing, *aside), taken=taken, walks=_among, third=aside
                )
            for g in rng.permutation(free)[:SAMPLE]:
                at = int(np.argmax(groups[g].more))
                block = (groups[g].kind, blocks[g], int(groups[g].poses[at]))
                # and with those standing that the block is charged for as they are in its way
                third = self._third(region, g, at)
                charged = self._charge(region, g, at, alone)
                charged += sum(self._detour(block, one) for one in (*standing, *third))
                yield self._entry(
                    charged, (block, *standing, *third), taken=taken, walks=_of_first, third=third
                )
            yield from self._sample_pairs(region, rng, taken)

    def _sample_pairs(
        self, region: Region, rng: np.random.Generator, taken: BaseGeometry
    ) -> Iterator[tuple[str, float, float]]:
        """Yield the dearest of what some pairs of groups of a region are charged."""
        groups, blocks = region.groups, self._first_blocks(region.groups)
        keys = sorted(region.added)
        for g, h in [keys[i] for i in rng.permutation(len(keys))[:SAMPLE]]:
            k, m = groups[g].kind, groups[h].kind
            possible = region.tables[g, h] < self.proof.barriers[k, m]
            added = np.where(possible, region.added[g, h], 0.0)
            p, q = np.unravel_index(int(added.argmax()), added.shape)
            pair = (
                (k, blocks[g], int(groups[g].poses[p])),
                (m, blocks[h], int(groups[h].poses[q])),
            )
            if g == h or not added[p, q] > 0.0:
                continue
            charged = float(self.proof.pairs[k, m][pair[0][2], pair[1][2]] + added[p, q])
            aside = self._aside(region, (g, h), pair)
            yield self._entry(charged, (*pair, *aside), taken=taken, walks=_between, third=aside)

    def sample_layouts(
        self, layouts: Sequence[tuple[tuple[int, int], ...]], target: float
    ) -> Iterator[tuple[str, float, float]]:
        """Yield some layouts said to walk at least the target, and what they walk."""
        rng = np.random.default_rng(22)
        for i in sorted(rng.permutation(len(layouts))[:LAYOUTS]):
            seen: Counter[int] = Counter()
            blocks = []
            for kind, pose in layouts[i]:
                blocks.append((kind, seen[kind], pose))
                seen[kind] += 1
            yield self._entry(target, blocks, walks=_among)

    def _charge(self, region: Region, g: int, at: int, standing: Sequence[int]) -> float:
        """What a proof charges a pose of a group, its walks to blocks that stand included."""
        group = region.groups[g]
        k, pose = group.kind, int(group.poses[at])
        total = float(self.proof.unary[k][pose] + group.more[at])
        for h in standing:
            m, other = region.groups[h].kind, int(region.groups[h].poses[0])
            table = self.proof.pairs.get((min(k, m), max(k, m)))
            if table is not None:
                total += float(table[pose, other] if k <= m else table[other, pose])
            added = region.added.get((min(g, h), max(g, h)))
            if added is not None:
                total += float(added[at, 0] if g <= h else added[0, at])
        return total

    def _detour(self, block: _Block, other: _Block) -> float:
        """What a block is charged for another one on its ways to doors."""
        table = self.proof.detours.get((block[0], other[0]))
        return 0.0 if table is None else float(table[block[2], other[2]])

    def _third(self, region: Region, g: int, at: int) -> list[_Block]:
        """A block of every other group that does not stand.

        Where a pose of the group is charged most for it on its ways to doors, or else aside.
        """
        groups, alone = region.groups, region.alone
        blocks = self._first_blocks(groups)
        block = (groups[g].kind, blocks[g], int(groups[g].poses[at]))
        found, charged = [], []
        for h, group in enumerate(groups):
            table = self.proof.detours.get((block[0], group.kind))
            if h == g or h in alone or table is None:
                continue
            row = table[block[2], group.poses]
            found.append((group.kind, blocks[h], int(group.poses[int(row.argmax())])))
            charged.append(h)
        return found + self._aside(region, (g, *charged), [block])

    def _aside(
        self, region: Region, but: Collection[int], blocks: Sequence[_Block]
    ) -> list[_Block]:
        """A block of every group that does not stand, but for some, as far away as can be.

        Wherever they stand, walks among the blocks given are as long as is charged for them.
        """
        ends = np.array([self.proof.poses[k][pose, :2] for k, _, pose in blocks])
        among = MultiPoint(ends).convex_hull
        first = self._first_blocks(region.groups)
        found = []
        for h, group in enumerate(region.groups):
            if h in but or h in region.alone or len(group.poses) > MOST_IN_COMMON:
                continue
            away = distance(points(self.proof.poses[group.kind][group.poses, :2]), among)
            found.append((group.kind, first[h], int(group.poses[int(away.argmax())])))
        return found

    def _first_blocks(self, groups: Sequence[Group]) -> list[int]:
        """Number of a block of each group within its kind; no block is in two groups."""
        used: Counter[int] = Counter()
        first = []
        for group in groups:
            first.append(used[group.kind])
            used[group.kind] += group.count
        return first

    def _in_common(self, group: Group) -> BaseGeometry:
        """Where no body's middle is, at whichever of its poses a block of the group stands."""
        radius = self.scene.study.walking.radius
        if len(group.poses) > MOST_IN_COMMON:
            return Polygon()
        every = [
            union_all([f.footprint(grow=radius) for f in self._placed(group.kind, 0, int(pose))])
            for pose in group.poses
        ]
        return intersection_all(every)

    def _entry(
        self,
        charged: float,
        blocks: Sequence[_Block],
        *,
        walks: Callable[[Walk, Sequence[set[str]], set[str]], bool],
        taken: BaseGeometry | None = None,
        alone: bool = False,
        third: Sequence[_Block] = (),
    ) -> tuple[str, float, float]:
        """What is charged for some walks of the blocks, and how long they are.

        `alone`: those of the first block, not to the others; to the `third` ones nobody walks.
        """
        standing = [self._placed(*block) for block in blocks]
        walked_to = standing[:1] if alone else standing[: len(standing) - len(third)]
        own = [{fixture.name for fixture in block} for block in walked_to]
        fixtures = [fixture for block in standing for fixture in block]
        names = {fixture.name for fixture in self.scene.fixtures}
        found = 0.0
        for audience in (Audience.CUSTOMER, Audience.STAFF):
            chosen = [
                walk
                for walk in self.scene.walks
                if walk.staff is (audience is Audience.STAFF)
                and self._weight(walk)
                and walks(walk, own, names)
            ]
            found += self._walked(chosen, fixtures, audience, taken)
        what = " and ".join(
            f"{fixtures_of[0].name} at ({fixtures_of[0].x:.2f}, {fixtures_of[0].y:.2f})"
            for fixtures_of in standing
        )
        return what, charged, found

    def _walked(
        self,
        walks: Sequence[Walk],
        fixtures: Sequence[Placed],
        audience: Audience,
        taken: BaseGeometry | None,
    ) -> float:
        """Weighted cost of some walks with only these fixtures standing."""
        if not walks:
            return 0.0
        radius = self.scene.study.walking.radius
        region = self.scene.room[audience].difference(
            union_all([*(f.footprint(grow=radius) for f in fixtures), taken or Polygon()])
        )
        role = Role.STAFF if audience is Audience.STAFF else Role.CUSTOMER
        by_name = {fixture.name: fixture for fixture in fixtures}

        def end(name: str) -> tuple[float, float]:
            point = by_name[name].access(role) if name in by_name else None
            return point or self.scene.end(name, audience)

        ways = find_ways(region, [(end(walk.source), end(walk.target)) for walk in walks])
        return math.fsum(
            self._weight(walk) * way.length for walk, way in zip(walks, ways, strict=True)
        )

    def _placed(self, k: int, block: int, pose: int) -> tuple[Placed, ...]:
        kind, at = self.proof.kinds[k], self.proof.poses[k][pose : pose + 1]
        return tuple(
            Placed(
                name=name,
                kind=self.scene.study.types[type_name],
                x=float(turned(at, x, y)[0, 0]),
                y=float(turned(at, x, y)[0, 1]),
                angle=float(at[0, 2]),
            )
            for name, (type_name, x, y) in zip(kind.fixtures[block], kind.members, strict=True)
        )

    def _weight(self, walk: Walk) -> float:
        return walk.rate * self.scene.study.metre_weight(walk.person)


def _between(walk: Walk, own: Sequence[set[str]], names: set[str]) -> bool:
    """Whether a walk is charged to one block (to doors and within it) or to two blocks."""
    ends = (walk.source, walk.target)
    if len(own) == 1:
        inside = [end in own[0] for end in ends]
        return any(inside) and all(
            ok or end not in names for ok, end in zip(inside, ends, strict=True)
        )
    one, other = own
    return (ends[0] in one and ends[1] in other) or (ends[0] in other and ends[1] in one)


def _of_first(walk: Walk, own: Sequence[set[str]], names: set[str]) -> bool:
    """Whether a walk leads from or to the first block, and at its other end to one that stands."""
    ends = (walk.source, walk.target)
    standing = set().union(*own)
    return any(end in own[0] for end in ends) and all(
        end in standing or end not in names for end in ends
    )


def _among(walk: Walk, own: Sequence[set[str]], names: set[str]) -> bool:
    """Whether a walk leads from or to a block that stands, and at its other end to none else."""
    ends = (walk.source, walk.target)
    standing = set().union(*own)
    return any(end in standing for end in ends) and all(
        end in standing or end not in names for end in ends
    )


def turned(poses: NDArray[np.float64], x: float, y: float) -> NDArray[np.float64]:
    """Where a point of the block's frame lies at each pose."""
    turn = np.deg2rad(poses[:, 2])
    cos, sin = np.cos(turn), np.sin(turn)
    return poses[:, :2] + np.column_stack([cos * x - sin * y, sin * x + cos * y])
