"""Searches of a front side by side, in processes of their own.

In: what an `Explorer` needs, and the seeds. Out: the members of all archives. The processes are
forked, so that nothing need be sent to them; where the system cannot fork, one search runs here.
"""

from __future__ import annotations

import functools
import multiprocessing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.place.pareto.archive import Archive
from optimizer.place.pareto.explore import Explorer
from optimizer.place.processes import side_by_side
from optimizer.place.search import Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.synchronize import Event

    from numpy.typing import NDArray

    from optimizer.place.pareto.explore import Spot, Variant

__all__ = ["Hunt", "Trophies", "explore_all"]

#: Values of a layout on the axes searched, and where it was met.
Member = tuple[tuple[float, ...], "Spot"]


@dataclass(frozen=True, kw_only=True)
class Hunt:
    """What is searched: the arguments of `Explorer`."""

    variants: tuple[Variant, ...]
    reference: NDArray[np.float64]
    axes: tuple[int, ...]
    exact: bool

    def explore(self, seed: int, budget: Budget, first: Spot | None) -> Trophies:
        """Search with one seed until the budget is used up."""
        explorer = Explorer(
            self.variants, seed=seed, reference=self.reference, axes=self.axes, exact=self.exact
        )
        explorer.run(budget, first)
        return Trophies(members=explorer.archive.members, evaluated=explorer.archive.offered)


@dataclass(frozen=True, kw_only=True)
class Trophies:
    """Members of an archive, and how many layouts were offered to it."""

    members: tuple[Member, ...]
    evaluated: int


def explore_all(
    hunt: Hunt,
    *,
    seeds: Sequence[int],
    seconds: float,
    steps: int | None,
    first: Spot,
    should_stop: Callable[[], bool],
) -> Trophies:
    """Search with every seed at once, the first of them in this process; all archives in one."""
    limit = float("inf") if steps is not None else seconds
    stop: Event = multiprocessing.Event()

    def lead() -> Trophies:
        own = hunt.explore(
            seeds[0], Budget(seconds=limit, steps=steps, should_stop=should_stop), first
        )
        if steps is None or should_stop():
            stop.set()
        return own

    def follow(seed: int) -> Trophies:
        budget = Budget(seconds=limit, steps=steps, should_stop=stop.is_set)
        return hunt.explore(seed, budget, None)

    tasks: list[Callable[[], Trophies]] = [
        lead,
        *(functools.partial(follow, seed) for seed in seeds[1:]),
    ]
    found = [trophies for trophies in side_by_side(tasks) if trophies is not None]
    everything: Archive[Spot] = Archive(np.zeros(len(hunt.axes)))
    for trophies in found:
        for values, spot in trophies.members:
            everything.add(np.array(values), spot)
    return Trophies(
        members=everything.members, evaluated=sum(trophies.evaluated for trophies in found)
    )
