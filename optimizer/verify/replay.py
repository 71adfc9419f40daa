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

A region may charge more than the tables, for walks past blocks that stand in all its layouts, and
may be said to be searched by walking the layouts that the costs leave below the target. Arithmetic
cannot tell whether that is right: both are handed over, to be walked again (`Witness`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.verify.searched import LookedTooOften, RegionDual, layouts_below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from optimizer.verify.stated import Stated

__all__ = ["Charged", "Group", "ReplayError", "Witness", "replay"]

#: Share of the sums that rounding may have added, and is taken off.
ROUNDING = 1e-10
#: Partial layouts that are looked at in all regions that are searched completely.
MOST_LOOKED = 1_000_000

Exclusion = Callable[[int, int], "NDArray[np.bool_]"]


class ReplayError(ValueError):
    """A step of the proof is not allowed."""


@dataclass(frozen=True)
class Group:
    """So many blocks of a kind at open poses, and what these cost beyond the tables."""

    kind: int
    count: int
    poses: NDArray[np.int64]
    more: NDArray[np.float64]


_Groups = tuple[Group, ...]
#: A region with all that it charges.
Charged = _Groups


@dataclass
class Witness:
    """What a proof says that arithmetic cannot tell.

    Parameters
    ----------
    charged
        Regions that charge more than the tables.
    layouts
        Layouts that cost less than the target by what is charged, and are said to cost more in
        truth: (kind, pose) of each block.
    """

    charged: list[Charged] = field(default_factory=list)
    layouts: list[tuple[tuple[int, int], ...]] = field(default_factory=list)


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
        return walker.value(groups, tables)
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

    def value(self, groups: _Groups, tables: Mapping[tuple[int, int], Any]) -> float:
        """Least cost in a region that the next steps prove."""
        stages, whole, split, parts, charged = (int(n) for n in self.take("nodes", 1)[0])
        if charged:
            groups = self.charge(groups)
        value, floor = -np.inf, np.inf
        dual: RegionDual | None = None
        for _ in range(stages):
            if any(len(group.poses) < group.count for group in groups):
                raise ReplayError("a step speaks of a region without layouts")
            bound, closed, kept, dual = self.stage(groups, tables)
            value = max(value, min(floor, bound))
            floor = min(floor, closed)
            if kept is not None:
                groups, tables = _keep(groups, tables, kept)
                dual = dual.keep(kept)
        if any(len(group.poses) < group.count for group in groups):
            return max(value, floor)
        if whole:
            if dual is None:
                dual = RegionDual(self.priced(groups, 0)[0], {}, 0.0)
            return max(value, min(floor, self.search(groups, dual, walked=whole == 2)))
        if parts == 1 and split < 0:
            return max(value, min(floor, self.value(groups, tables)))
        if parts:
            group = groups[split]
            if parts != group.count + 1:
                raise ReplayError(f"a region is split into {parts} parts, not {group.count + 1}")
            side = self.bits("sides", len(group.poses))
            least = min(
                self.value(*_part(groups, tables, split, side, number)) for number in range(parts)
            )
            value = max(value, min(floor, least))
        return value

    def charge(self, groups: _Groups) -> _Groups:
        """A region with more charged, which is noted."""
        if self.witness is None:
            raise ReplayError("a step charges more than the tables do")
        unit = float(self.stated.steps["unit"][0])
        if not unit >= 0.0:
            raise ReplayError("what is charged beyond the tables is below 0")
        new = tuple(
            replace(group, more=group.more + unit * self.take("more", len(group.poses)))
            for group in groups
        )
        self.witness.charged.append(new)
        return new

    def stage(
        self, groups: _Groups, tables: Mapping[tuple[int, int], Any]
    ) -> tuple[float, float, list[NDArray[np.bool_]] | None, RegionDual]:
        """Bound of a region, least own bound of the poses closed, those kept (None: all), dual."""
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

    def priced(self, groups: _Groups, count: int) -> tuple[list[NDArray[np.float64]], float]:
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

    def search(self, groups: _Groups, dual: RegionDual, *, walked: bool) -> float:
        """Least cost of a region, or the target where nothing is cheaper.

        Where it was walked, the layouts below the target are noted: they are said to cost more.
        """
        if walked and self.witness is None:
            raise ReplayError("a region is said to be searched by walking")
        try:
            found, looked = layouts_below(
                groups, self.costs, self.exclusion, dual, self.target, MOST_LOOKED - self.looked
            )
        except LookedTooOften:
            raise ReplayError("regions said to be searched are too large to search again") from None
        self.looked += looked
        cost = self.cost_of(groups, found)
        if not walked or self.witness is None:
            return min(self.target, float(cost.min(initial=np.inf)))
        kinds = [group.kind for group in groups for _ in range(group.count)]
        poses = [group.poses for group in groups for _ in range(group.count)]
        for chosen in found[cost < self.target].tolist():
            self.witness.layouts.append(
                tuple((k, int(own[at])) for k, own, at in zip(kinds, poses, chosen, strict=True))
            )
        return self.target

    def cost_of(self, groups: _Groups, found: NDArray[np.int64]) -> NDArray[np.float64]:
        """What is charged for layouts of a region."""
        blocks = [group for group in groups for _ in range(group.count)]
        at = [group.poses[found[:, i]] for i, group in enumerate(blocks)]
        total = np.zeros(len(found))
        for i, group in enumerate(blocks):
            total += self.stated.unary[group.kind][at[i]] + group.more[found[:, i]]
            for j in range(i + 1, len(blocks)):
                k, m = group.kind, blocks[j].kind
                table = self.costs.get((min(k, m), max(k, m)))
                if table is not None:
                    total += table[at[i], at[j]] if k <= m else table[at[j], at[i]]
        return total


def _cheapest(cost: NDArray[np.float64], count: int) -> float:
    """Sum of the lowest costs: two blocks never share a pose."""
    if count == 1:
        return float(cost.min())
    return float(np.sort(cost)[:count].sum())


def _keep(
    groups: _Groups, tables: Mapping[tuple[int, int], Any], kept: list[NDArray[np.bool_]]
) -> tuple[_Groups, dict[tuple[int, int], Any]]:
    left = tuple(
        replace(group, poses=group.poses[mask], more=group.more[mask])
        for group, mask in zip(groups, kept, strict=True)
    )
    return left, {(g, h): table[np.ix_(kept[g], kept[h])] for (g, h), table in tables.items()}


def _part(
    groups: _Groups,
    tables: Mapping[tuple[int, int], Any],
    split: int,
    side: NDArray[np.bool_],
    number: int,
) -> tuple[_Groups, dict[tuple[int, int], Any]]:
    """The region with so many blocks of a group on its first side."""
    new: list[Group] = []
    origin: list[tuple[int, NDArray[np.bool_]]] = []
    for g, group in enumerate(groups):
        halves = [(group.count, np.ones(len(group.poses), dtype=bool))]
        if g == split:
            halves = [(number, side), (group.count - number, ~side)]
        for count, mask in halves:
            if count:
                new.append(Group(group.kind, count, group.poses[mask], group.more[mask]))
                origin.append((g, mask))
    parts = {}
    for i, (g, mask) in enumerate(origin):
        for j in range(i, len(origin)):
            h, other = origin[j]
            table = tables.get((g, h))
            if table is not None and (i != j or new[i].count > 1):
                parts[i, j] = table[np.ix_(mask, other)]
    return tuple(new), parts
