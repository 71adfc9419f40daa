"""Regions that a proof says were searched, searched again.

In: a region's blocks with their open poses, what these cost, and a dual of the region. Out: all
its layouts below a limit.

With θ and φ of the dual (see `verify.replay`) a layout costs at least the sum of θ over its blocks,
of T − φ − ψ ≥ 0 over its pairs, less the prices of cliques: a partial layout is given up where this
and the cheapest θ of the blocks that do not stand yet reach the limit. The block with the fewest
poses left is placed next, the last two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.verify.proof_region import Region

__all__ = ["LookedTooOften", "RegionDual", "layouts_below"]

#: Share of the limit that rounding may have taken off.
ROUNDING = 1e-9

Exclusion = Callable[[int, int], "NDArray[np.bool_]"]
Costs = Mapping[tuple[int, int], "NDArray[np.float32]"]


class LookedTooOften(Exception):
    """The search looked at more partial layouts than it may."""


@dataclass(frozen=True)
class RegionDual:
    """A dual of a region: θ of each group's poses, potentials of pairs, the sum of the prices."""

    theta: Sequence[NDArray[np.float64]]
    potentials: Mapping[tuple[int, int], tuple[NDArray[np.float64], NDArray[np.float64]]]
    paid: float

    def keep(self, kept: Sequence[NDArray[np.bool_]]) -> RegionDual:
        """The dual on the poses that a step leaves open."""
        return RegionDual(
            [own[mask] for own, mask in zip(self.theta, kept, strict=True)],
            {
                (g, h): (row[kept[g]], column[kept[h]])
                for (g, h), (row, column) in self.potentials.items()
            },
            self.paid,
        )


def layouts_below(
    region: Region,
    costs: Costs,
    exclusion: Exclusion,
    dual: RegionDual,
    limit: float,
    most: int,
) -> tuple[NDArray[np.int64], int]:
    """Layouts that may cost less than a limit, and how many partial ones were looked at.

    Parameters
    ----------
    region
        The region: so many blocks each at open poses, and what pairs cost beyond `costs`.
    costs
        Of pairs of kinds.
    exclusion
        Of two kinds, which poses two blocks cannot take.
    dual
        A dual of the region.
    limit
        The limit.
    most
        Partial layouts that may be looked at.

    Returns
    -------
    tuple
        (n, blocks): of each block, group after group, the position of its pose within its group.
        All layouts that cost less are there, and a few that cost a little more.

    Raises
    ------
    LookedTooOften
        Where they do not suffice.
    """
    groups = region.groups
    blocks = [g for g, group in enumerate(groups) for _ in range(group.count)]
    rest = {}
    for i, g in enumerate(blocks):
        for j in range(i + 1, len(blocks)):
            rest[i, j] = _rest(region, costs, exclusion, dual, (g, blocks[j]))
            rest[j, i] = rest[i, j].T
    search = _Search(rest, limit + ROUNDING * (1.0 + abs(limit)), most)
    open_ones = {i: (np.arange(len(dual.theta[g])), dual.theta[g]) for i, g in enumerate(blocks)}
    search.place(-dual.paid, open_ones, {})
    found = np.array(search.found, dtype=np.int64).reshape(-1, len(blocks))
    return found, search.looked


def _rest(
    region: Region,
    costs: Costs,
    exclusion: Exclusion,
    dual: RegionDual,
    pair: tuple[int, int],
) -> NDArray[np.float64]:
    """T − φ − ψ of two blocks' poses; inf where they exclude each other or change places."""
    (g, h), groups = pair, region.groups
    k, m = groups[g].kind, groups[h].kind
    low, high = (g, h) if k <= m else (h, g)
    key = (min(k, m), max(k, m))
    at = np.ix_(groups[low].poses, groups[high].poses)
    table = costs.get(key)
    cost = np.zeros((len(groups[low].poses), len(groups[high].poses)))
    cost += 0.0 if table is None else table[at]
    cost = cost if low == g else cost.T
    if pair in region.added:
        cost = cost + region.added[pair]
    if pair in dual.potentials:
        row, column = dual.potentials[pair]
        cost = cost - row[:, None] - column[None, :]
    barred = exclusion(*key)[at]
    barred = barred if low == g else barred.T
    if g == h:  # like blocks stand in the order of their poses
        barred = barred | np.tri(len(barred), k=-1, dtype=bool)
    return np.where(barred, np.inf, cost)


@dataclass
class _Search:
    rest: dict[tuple[int, int], NDArray[np.float64]]
    limit: float
    most: int
    looked: int = 0
    found: list[list[int]] = field(default_factory=list)

    def place(self, cost: float, left: dict[int, Any], standing: dict[int, int]) -> None:
        """Place the blocks that are left, each with its open poses and what they add."""
        self.looked += 1
        if self.looked > self.most:
            raise LookedTooOften
        if not all(len(added) for _, added in left.values()):
            return
        least = {i: float(added.min()) for i, (_, added) in left.items()}
        room = self.limit - cost - sum(least.values())
        if not room > 0:
            return
        near = {}
        for i, (poses, added) in left.items():
            mask = added < least[i] + room
            near[i] = (poses[mask], added[mask])
        if len(near) <= 2:
            self._last(cost, near, standing)
            return
        i = min(near, key=lambda j: len(near[j][0]))
        poses, added = near.pop(i)
        for pose, more in zip(poses.tolist(), added.tolist(), strict=True):
            after = {j: (own, load + self.rest[i, j][pose, own]) for j, (own, load) in near.items()}
            self.place(cost + more, after, {**standing, i: pose})

    def _last(self, cost: float, near: dict[int, Any], standing: dict[int, int]) -> None:
        """Place the last two blocks, or the only one."""
        (i, (first, added)), *others = near.items()
        total = cost + added[:, None]
        for j, (second, load) in others:
            total = total + load[None, :] + self.rest[i, j][np.ix_(first, second)]
        for p, q in np.argwhere(total < self.limit):
            last = {j: int(second[q]) for j, (second, _) in others}
            chosen = {**standing, i: int(first[p]), **last}
            self.found.append([chosen[b] for b in sorted(chosen)])
