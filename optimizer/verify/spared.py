"""The share of customers whom something happens to on their way, worked out again.

In: a `Scene` and walks on which it happens. Out: a share of customers, each counted once.

It is reckoned backwards: a customer at a fixture of stop i is spared for the rest of the visit
with the probability S_i = Σ_j P(j is the next stop) Σ_g share_j(g) · [walk does no harm] · S_j(g),
and with 1 at the door.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.verify.demand import course_stops

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from optimizer.verify.scene import Scene

    #: Probability of a stop, and the share of each of its fixtures or doors.
    Stops = Sequence[tuple[float, Mapping[str, float]]]
    Walks = Collection[tuple[str, str]]

__all__ = ["share_met"]


def share_met(scene: Scene, happens: Walks, *, only: Collection[str] | None = None) -> float | None:
    """Share of customers whom it happens to; None where there are none.

    Parameters
    ----------
    scene
        The walked layout.
    happens
        Walks (source, target) on which it happens.
    only
        Customers who go to these fixtures and to no other; None for all customers.
    """
    people = spared = 0.0
    for number, stops in _everybody(scene):
        people += number * _spared(stops, (), only)
        spared += number * _spared(stops, happens, only)
    return 1.0 - spared / people if people > 0 else None


def _everybody(scene: Scene) -> Iterator[tuple[float, Stops]]:
    """Yield people and stops from door to door, of all periods by their weights."""
    if scene.parts:
        for part, own in scene.parts:
            for number, stops in course_stops(own.study, part.open):
                yield part.weight * number, stops
    else:
        yield from course_stops(scene.study, scene.fixtures if scene.open is None else scene.open)


def _spared(stops: Stops, happens: Walks, only: Collection[str] | None) -> float:
    """Share who are spared from door to door, of those that go where they are counted."""
    last = len(stops) - 1
    onward: dict[int, dict[str, float]] = {last: dict.fromkeys(stops[last][1], 1.0)}
    for i in range(last - 1, -1, -1):
        found = dict.fromkeys(stops[i][1], 0.0)
        for j in range(i + 1, last + 1):
            if only is not None and (i, j) == (0, last):
                continue
            chance = stops[j][0] * math.prod(1.0 - p for p, _ in stops[i + 1 : j])
            for target, share in stops[j][1].items():
                counted = only is None or j == last or target in only
                for source in found:
                    if counted and (source, target) not in happens:
                        found[source] += chance * share * onward[j][target]
        onward[i] = found
    return sum(share * onward[0][door] for door, share in stops[0][1].items())
