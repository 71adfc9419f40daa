"""Staff on their rounds.

In: a hall, the crowd and a round. Out: a member of staff who appears at the first stop, walks from
stop to stop, stays a while at each, and is gone at the last: behind a counter nobody meets him.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.demand.legs import AUDIENCE
from optimizer.simulate.crowd import Walker
from optimizer.simulate.parameters import parameter

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from optimizer.simulate.crowd import Crowd
    from optimizer.simulate.hall import Hall, Point
    from optimizer.simulate.visits import Round

__all__ = ["StaffRounds"]


class StaffRounds:
    """Everybody of the staff who walks.

    Parameters
    ----------
    hall, crowd
        Where, and who lets them walk.
    rng
        Which fixture of a type a round leads to.
    after
        Lets something happen so many seconds later.
    """

    def __init__(
        self,
        hall: Hall,
        crowd: Crowd,
        rng: np.random.Generator,
        after: Callable[[float, Callable[[], None]], None],
    ) -> None:
        self._hall, self._crowd, self._rng, self._after = hall, crowd, rng, after

    def begin(self, staff_round: Round, number: int) -> None:
        """A member of staff walks a round."""
        stops = [self._stop(word) for word in staff_round.route]
        if any(stop is None for stop in stops):
            return
        places = [stop for stop in stops if stop is not None]
        walker = Walker(
            number=number,
            person=staff_round.person,
            audience=AUDIENCE[staff_round.person],
            group=staff_round.name,
            speed=staff_round.speed,
            at=places[0][1],
            place=places[0][0],
        )

        def go(stop: int) -> None:
            if stop == len(places):
                self._crowd.leave(walker)
                return
            name, point = places[stop]

            def there() -> None:
                self._crowd.stand(walker)
                last = stop == len(places) - 1
                self._after(0.0 if last else parameter("dwell", "staff"), lambda: go(stop + 1))

            self._crowd.send(walker, name, point, there)

        go(1)

    def _stop(self, word: str) -> tuple[str, Point] | None:
        """A stop of a round: a door, or one fixture of a type by chance."""
        if word in self._hall.doors:
            return word, self._hall.doors[word]
        names = [
            n for n, kind in self._hall.types.items() if kind == word and n in self._hall.behind
        ]
        if not names:
            return None
        name = names[int(self._rng.integers(len(names)))]
        return name, self._hall.behind[name]
