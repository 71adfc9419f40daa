"""A population of good permutations that a memetic search breeds from.

In: permutations with values. Out: children to start a tabu search from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Population", "cross", "shake"]

#: Members of a population.
SIZE = 12

#: A population whose mean distance is below this share of n has nothing left to combine.
ALIKE = 0.05

#: Part of a child's fixtures that change places by chance, so that children of like parents are
#: not the parents again.
SHAKEN = 1 / 8


@dataclass
class Population:
    """Members of one search depth, and what it has spent.

    Parameters
    ----------
    depth
        Steps of each tabu search.
    share
        Part of all steps that the population gets, in proportion to the others.
    spent
        Steps made.
    failures
        Children in a row that did not enter.
    members
        Values and permutations, counted from 0.
    """

    depth: int
    share: int = 1
    spent: int = 0
    failures: int = 0
    members: list[tuple[float, NDArray[np.int64]]] = field(default_factory=list)

    def breed(self, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return a permutation to search from: random at first, then a child of two members."""
        if self._exhausted(n):
            self.members.clear()
            self.failures = 0
        if len(self.members) < SIZE:
            return rng.permutation(n)
        one, other = rng.choice(SIZE, 2, replace=False)
        child = cross(self.members[one][1], self.members[other][1], rng)
        return shake(child, max(2, int(n * SHAKEN)), rng)

    def add(self, value: float, place: NDArray[np.int64]) -> None:
        """Take in what a tabu search found, in the place of the worst once the room is full.

        No value is taken twice: on a symmetric floor one layout has many permutations, and they
        would soon fill the room.
        """
        if any(value == known for known, _ in self.members):
            self.failures += 1
            return
        if len(self.members) < SIZE:
            self.members.append((value, place))
            return
        worst = max(range(SIZE), key=lambda i: self.members[i][0])
        if value < self.members[worst][0]:
            self.members[worst] = (value, place)
            self.failures = 0
        else:
            self.failures += 1

    def _exhausted(self, n: int) -> bool:
        """Whether the members are alike, or as many children have failed as there are fixtures."""
        if self.failures >= n:
            return True
        if len(self.members) < SIZE:
            return False
        places = np.array([place for _, place in self.members])
        apart = (places[:, None, :] != places[None, :, :]).mean()
        return bool(apart < ALIKE)


def cross(
    one: NDArray[np.int64], other: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return a child of two permutations.

    What both agree on is kept. Every other fixture, in random order, takes the place it has in
    one parent, drawn by chance, or else in the other, if still free; the rest share what is left.
    """
    n = one.size
    child = np.where(one == other, one, -1)
    free = np.ones(n, dtype=bool)
    free[child[child >= 0]] = False
    parents = (one, other)
    for i in rng.permutation(np.flatnonzero(child < 0)):
        first = int(rng.integers(2))
        for parent in (parents[first], parents[1 - first]):
            if free[parent[i]]:
                child[i] = parent[i]
                free[parent[i]] = False
                break
    child[child < 0] = rng.permutation(np.flatnonzero(free))
    return child


def shake(place: NDArray[np.int64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return a permutation in which some fixtures, drawn by chance, change places in a ring."""
    shaken = place.copy()
    ring = rng.permutation(place.size)[:count]
    shaken[ring] = place[np.roll(ring, 1)]
    return shaken
