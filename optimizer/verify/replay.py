"""The proof of the bound gone through again, step by step, by weak duality.

In: what a proof states, and which poses exclude each other. Out: the least cost that it proves for
every layout of its poses.

A layout gives each kind its fixtures at poses; it costs the sum of `unary` over its blocks and of
`pairs` over its pairs of blocks. A region is a set of groups: so many blocks of a kind at open
poses. For a pair of groups with table T let φ be any vector, ψ(q) = min_p T(p, q) − φ(p), and φ
raised likewise: then T ≥ φ + ψ, so with prices μ ≥ 0 of cliques (sets of poses of which a layout
takes at most one)

    cost ≥ Σ over blocks of θ − Σ μ,    θ_g(p) = unary + Σ_h n_h φ_gh(p) + Σ μ of p's cliques    (1)

and (1) is least where each group takes its n cheapest θ. With one block at p, each block of h pays
θ_h(q) + T(p, q) − φ(p) − ψ(q) at least: the own bound of p. A layout uses a pose that was closed,
or lies in what is left; a split lists the numbers of blocks on the one side.

A region may charge more than the tables, for poses and pairs of poses, as walks lead past what is
in the way in all its layouts, and may be said to be searched by walking the layouts that the costs
leave below the target. Arithmetic cannot tell whether that is right: both are handed over, to be
walked again (`Witness`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.verify.proof_region import Group, Region
from optimizer.verify.searched import LookedTooOften, RegionDual, layouts_below

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.verify.proof_region import Witness
    from optimizer.verify.stated import Stated

__all__ = ["ReplayError", "replay"]

#: Share of the sums that rounding may have added, and is taken off.
ROUNDING = 1e-10
#: Partial layouts that are looked at in all regions that are searched completely.
MOST_LOOKED = 1_000_000

Exclusion = Callable[[int, int], "NDArray[np.bool_]"]


class ReplayError(ValueError):
    """A step of the proof is not allowed."""


def replay(
    stated: Stated, exclusion: Exclusion, *, target: float, witness: Witness | None = None
) -> float:
    """The least cost of any layout that the proof proves, at most the target where it counts.

    Parameters
    ----------
    stated
        The proof.
    exclusion
        Of two kinds, which poses two blocks cannot take.
    target
        What it is said to prove: regions that are searched completely are searched below this.
    witness
        Takes what has to be walked; without one a proof that needs it is not allowed.

    Raises
    ------
    ReplayError
        Where a step is not allowed.
    """
    if not all(np.isfinite(stated.steps[name]).all() for name in ("scales", "prices", "unit")):
        raise ReplayError("a step has numbers that are not finite")
    walker = _Walker(stated, exclusion, target, witness)
    groups = tuple(
        Group(
            k, len(kind.fixtures), np.arange(len(stated.poses[k])), np.zeros(len(stated.poses[k]))
        )
        for k, kind in enumerate(stated.kinds)
    )
    tables = {}
    for (k, m), table in walker.costs.items():
        if k != m or len(stated.kinds[k].fixtures) > 1:
            charged = table.copy()
            charged[exclusion(k, m) | np.isinf(table)] = np.float32(stated.barriers[k, m])
            tables[k, m] = charged
    try:
        return walker.value(Region(groups, tables))
    except IndexError:
        raise ReplayError("the steps of the proof end too early") from None


@dataclass
class _Walker:
    stated: Stated
    exclusion: Exclusion
    target: float
    witness: Witness | None = None
    place: dict[str, int] = field(default_factory=dict)
    sound: set[int] = field(default_factory=set)
    looked: int = 0
    costs: Mapping[tuple[int, int], NDArray[np.float32]] = field(init=False)

    def __post_init__(self) -> None:
        self.costs = self.stated.costs()

    def take(self, name: str, count: int) -> NDArray[Any]:
        """The next entries of an array of the proof."""
        if count < 0:
            raise ReplayError(f"the proof asks for {count} entries of {name}")
        first = self.place.get(name, 0)
        self.place[name] = first + count
        part = self.stated.steps[name][first : first + count]
        if len(part) < count:
            raise IndexError(name)
        return part

    def bits(self, name: str, count: int) -> NDArray[np.bool_]:
        return np.unpackbits(self.take(name, -(-count // 8)), count=count).astype(bool)

    def value(self, region: Region) -> float:
        """Least cost in a region that the next steps prove."""
        stages, whole, split, parts, charged = (int(n) for n in self.take("nodes", 1)[0])
        if charged:
            region = self.charge(region, charged - 1)
        value, floor = -np.inf, np.inf
        dual: RegionDual | None = None
        for _ in range(stages):
            if not region.fits:
                raise ReplayError("a step speaks of a region without layouts")
            bound, closed, kept, dual = self.stage(region)
            value = max(value, min(floor, bound))
            floor = min(floor, closed)
            if kept is not None:
                region = region.keep(kept)
                dual = dual.keep(kept)
        if not region.fits:
            return max(value, floor)
        if whole:
            if dual is None:
                dual = RegionDual(self.priced(region.groups, 0)[0], {}, 0.0)
            return max(value, min(floor, self.search(region, dual, walked=whole == 2)))
        if parts == 1 and split < 0:
            return max(value, min(floor, self.value(region)))
        if parts:
            group = region.groups[split]
            if parts != group.count + 1:
                raise ReplayError(f"a region is split into {parts} parts, not {group.count + 1}")
            side = self.bits("sides", len(group.poses))
            least = min(self.value(region.part(split, side, number)) for number in range(parts))
            value = max(value, min(floor, least))
        return value

    def charge(self, region: Region, pairs: int) -> Region:
        """A region with more charged, for so many pairs of groups as well; it is noted."""
        if self.witness is None:
            raise ReplayError("a step charges more than the tables do")
        unit = float(self.stated.steps["unit"][0])
        if not unit >= 0.0:
            raise ReplayError("what is charged beyond the tables is below 0")
        groups = region.groups
        more = [unit * self.take("more", len(group.poses)) for group in groups]
        added = {}
        for g, h in self.take("linked", pairs).tolist():
            if (g, h) not in region.tables or (g, h) in added:
                raise ReplayError("a step charges more for two groups that have no costs, or twice")
            size = len(groups[g].poses), len(groups[h].poses)
            steps = self.take("beyond", size[0] * size[1]).reshape(size)
            unit = self.stated.units[groups[g].kind, groups[h].kind]
            added[g, h] = (steps * np.float64(unit)).astype(np.float32)
        new = region.with_more(more, added)
        self.witness.note(new)
        return new

    def stage(
        self, region: Region
    ) -> tuple[float, float, list[NDArray[np.bool_]] | None, RegionDual]:
        """Bound of a region, least own bound of the poses closed, those kept (None: all), dual."""
        groups, tables = region.groups, region.tables
        priced, closes = (int(n) for n in self.take("stages", 1)[0])
        theta, paid = self.priced(groups, priced)
        duals, within = {}, {}
        for pair in sorted(tables):
            g, h = pair
            table = tables[pair]
            row = self.take("potentials", len(table)) * float(self.take("scales", 1)[0])
            column = (table - row[:, None]).min(axis=0)
            row = (table - column[None, :]).min(axis=1)
            if g == h:
                within[pair] = ((row + column) / 2, (row + column) / 2)
                theta[g] += (groups[g].count - 1) * within[pair][0]
                continue
            duals[pair] = (row, column)
            theta[g] += groups[h].count * row
            theta[h] += groups[g].count * column
        least = [_cheapest(own, group.count) for own, group in zip(theta, groups, strict=True)]
        size = paid + sum(map(abs, least))
        bound = sum(least) - paid - ROUNDING * (1 + size)
        if not np.isfinite(bound):
            raise ReplayError("a step has numbers that are not finite")
        dual = RegionDual(theta, {**duals, **within}, paid)
        if not closes:
            return bound, np.inf, None, dual
        flags = self.bits("kept", sum(len(group.poses) for group in groups))
        kept = np.split(flags, np.cumsum([len(group.poses) for group in groups])[:-1])
        closed = np.inf
        for g, group in enumerate(groups):
            shut = ~kept[g]
            if not shut.any():
                continue
            own = bound - least[g] + _cheapest(theta[g], group.count - 1) + theta[g][shut]
            for (a, b), (row, column) in duals.items():
                if a == g:
                    each = (tables[a, b][shut] + (theta[b] - column)[None, :]).min(axis=1)
                    own += np.maximum(0.0, groups[b].count * (each - row[shut]) - least[b])
                elif b == g:
                    each = (tables[a, b][:, shut] + (theta[a] - row)[:, None]).min(axis=0)
                    own += np.maximum(0.0, groups[a].count * (each - column[shut]) - least[a])
            if np.isnan(own).any():
                raise ReplayError("a step has numbers that are not finite")
            closed = min(closed, float(own.min()) - ROUNDING * size)
        return bound, closed, kept, dual

    def priced(
        self, groups: Sequence[Group], count: int
    ) -> tuple[list[NDArray[np.float64]], float]:
        """Unary costs with the prices of the cliques of each pose, and the sum of the prices."""
        starts = np.cumsum([0, *(len(poses) for poses in self.stated.poses)])
        ends = self.stated.steps["clique_ends"]
        prices = self.take("prices", count)
        if not (prices >= 0).all():
            raise ReplayError("a clique has a price below 0")
        load = np.zeros(starts[-1])
        for clique, price in zip(self.take("priced", count).tolist(), prices, strict=True):
            first = int(ends[clique - 1]) if clique else 0
            members = self.stated.steps["cliques"][first : int(ends[clique])].astype(np.int64)
            if clique not in self.sound:
                self.check_clique(members, starts)
                self.sound.add(clique)
            load[members] += float(price)
        unary = self.stated.unary
        return [
            unary[group.kind][group.poses] + group.more + load[starts[group.kind] + group.poses]
            for group in groups
        ], float(prices.sum())

    def check_clique(self, members: NDArray[np.int64], starts: NDArray[np.int64]) -> None:
        """Raise ReplayError where two poses of a clique can be taken together."""
        if len(np.unique(members)) < len(members):
            raise ReplayError("a clique names a pose twice")
        if len(members) and not (members.min() >= 0 and members.max() < starts[-1]):
            raise ReplayError("a clique names a pose that there is not")
        kinds = np.searchsorted(starts, members, side="right") - 1
        for k in np.unique(kinds):
            own = members[kinds == k] - starts[k]
            for m in np.unique(kinds[kinds >= k]):
                if k == m and len(self.stated.kinds[k].fixtures) == 1:
                    continue
                other = members[kinds == m] - starts[m]
                if not self.exclusion(int(k), int(m))[np.ix_(own, other)].all():
                    raise ReplayError(f"a clique has poses of kinds {k} and {m} that go together")

    def search(self, region: Region, dual: RegionDual, *, walked: bool) -> float:
        """Least cost of a region, or the target where nothing is cheaper.

        Where it was walked, the layouts below the target are noted: they are said to cost more.
        """
        if walked and self.witness is None:
            raise ReplayError("a region is said to be searched by walking")
        try:
            found, looked = layouts_below(
                region, self.costs, self.exclusion, dual, self.target, MOST_LOOKED - self.looked
            )
        except LookedTooOften:
            raise ReplayError("regions said to be searched are too large to search again") from None
        self.looked += looked
        cost = self.cost_of(region, found)
        groups = region.groups
        if not walked or self.witness is None:
            return min(self.target, float(cost.min(initial=np.inf)))
        kinds = [group.kind for group in groups for _ in range(group.count)]
        poses = [group.poses for group in groups for _ in range(group.count)]
        for chosen in found[cost < self.target].tolist():
            self.witness.layouts.append(
                tuple((k, int(own[at])) for k, own, at in zip(kinds, poses, chosen, strict=True))
            )
        return self.target

    def cost_of(self, region: Region, found: NDArray[np.int64]) -> NDArray[np.float64]:
        """What is charged for layouts of a region."""
        owner = [g for g, group in enumerate(region.groups) for _ in range(group.count)]
        blocks = [region.groups[g] for g in owner]
        at = [group.poses[found[:, i]] for i, group in enumerate(blocks)]
        total = np.zeros(len(found))
        for i, group in enumerate(blocks):
            total += self.stated.unary[group.kind][at[i]] + group.more[found[:, i]]
            for j in range(i + 1, len(blocks)):
                k, m = group.kind, blocks[j].kind
                table = self.costs.get((min(k, m), max(k, m)))
                if table is not None:
                    total += table[at[i], at[j]] if k <= m else table[at[j], at[i]]
                added = region.added.get((owner[i], owner[j]))
                if added is not None:
                    total += added[found[:, i], found[:, j]]
        return total


def _cheapest(cost: NDArray[np.float64], count: int) -> float:
    """Sum of the lowest costs: two blocks never share a pose."""
    if count == 1:
        return float(cost.min())
    return float(np.sort(cost)[:count].sum())
