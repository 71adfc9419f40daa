"""Who is served, who waits: the fixtures of each type and the line before them.

In: places of the fixtures. Out: who may go to which fixture, and where those stand who wait.
Customers of a type are called in the order in which they asked, as with a queue machine, whichever
fixture becomes free; a type with lines of its own at each fixture keeps everybody at his line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from optimizer.simulate.hall import Hall, Point
    from optimizer.simulate.visits import Wish
    from optimizer.study import Study

__all__ = ["Pool", "Waiting", "pools_of"]


@dataclass(kw_only=True, eq=False)
class Waiting:
    """A customer who asked for a type of fixture.

    Parameters
    ----------
    number
        The customer.
    since
        When the customer asked, seconds.
    fixture
        The fixture before which the customer stands in line; "" where seated or aside.
    aside
        Where the customer stands until called, or None.
    ready
        Whether the customer can be called: not while on the way to a seat.
    wish
        The stop that the customer makes there.
    where
        Place in line, once there is one.
    crowded_out
        Whether the line had no room.
    """

    number: int
    since: float
    wish: Wish
    fixture: str = ""
    aside: Point | None = None
    ready: bool = True
    where: Point | None = None
    crowded_out: bool = False


@dataclass(kw_only=True, eq=False)
class Pool:
    """Fixtures of one type, and everybody who waits for one.

    Parameters
    ----------
    kind
        Fixture type.
    places
        Standing points by fixture.
    lines
        Places in line by fixture.
    aside
        Places of those who stand until they are called.
    own_lines
        Whether each fixture has its own line.
    """

    kind: str
    places: dict[str, tuple[Point, ...]]
    lines: dict[str, tuple[Point, ...]]
    aside: tuple[Point, ...] = ()
    own_lines: bool = False
    busy: dict[str, set[int]] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)

    def free(self) -> list[tuple[str, int]]:
        """Free places: fixture, number of the place."""
        return [
            (name, i)
            for name, points in self.places.items()
            for i in range(len(points))
            if i not in self.busy.get(name, ())
        ]

    def take(self, rng: np.random.Generator, fixture: str = "") -> tuple[str, int] | None:
        """Take a free place by chance, of one fixture where it is named; None where all are busy.

        All fixtures with a free place are alike likely.
        """
        free = [at for at in self.free() if not fixture or at[0] == fixture]
        names = sorted({name for name, _ in free})
        if not names:
            return None
        name = names[int(rng.integers(len(names)))]
        place = next(at for at in free if at[0] == name)
        self.busy.setdefault(name, set()).add(place[1])
        return place

    def release(self, fixture: str, place: int) -> None:
        """Make a place free again."""
        self.busy[fixture].discard(place)

    def queue_at(self, fixture: str) -> list[Waiting]:
        """Those who stand in line before a fixture, the first of them first."""
        return [w for w in self.waiting if w.fixture == fixture]

    def shortest_line(self) -> str:
        """Fixture with the fewest people in line."""
        return min(self.places, key=lambda name: (len(self.queue_at(name)), name))

    def place_aside(self) -> Point | None:
        """A free place of those who are called; None where there is none."""
        taken = {w.aside for w in self.waiting}
        return next((place for place in self.aside if place not in taken), None)

    def call(self) -> Waiting | None:
        """Who is called next, taken off the line; None where nobody can be."""
        free = {name for name, _ in self.free()}
        for waiting in self.waiting if free else ():
            if waiting.ready and (not self.own_lines or waiting.fixture in free):
                self.waiting.remove(waiting)
                return waiting
        return None

    def where(self, waiting: Waiting) -> Point | None:
        """Place aside or in line; None where the line has no room for so many."""
        if waiting.aside is not None:
            return waiting.aside
        ahead = self.queue_at(waiting.fixture).index(waiting)
        line = self.lines.get(waiting.fixture, ())
        return line[ahead] if ahead < len(line) else None


def pools_of(study: Study, hall: Hall) -> dict[str, Pool]:
    """Fixtures that customers can use, by type."""
    pools: dict[str, Pool] = {}
    for name, points in hall.places.items():
        if not points:
            continue
        kind = hall.types[name]
        pool = pools.setdefault(
            kind,
            Pool(
                kind=kind,
                places={},
                lines={},
                aside=hall.aside.get(kind, ()),
                own_lines=kind in study.mix.service.own_lines,
            ),
        )
        pool.places[name] = points
        pool.lines[name] = hall.lines.get(name, ())
    return pools
