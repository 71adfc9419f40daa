"""Whole journeys of a layout, from door to door.

In: a study and its walked legs. Out: for each business the walk of a customer who makes all stops
and goes to the nearest fixture at each: what detour and backtracking of a journey are told from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.walk.detour import joined_legs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from optimizer.demand.mix import Stop
    from optimizer.evaluation import Leg
    from optimizer.study import Study

__all__ = ["JourneyWalk", "journey_walks"]


@dataclass(frozen=True, kw_only=True)
class JourneyWalk:
    """One journey: its business, share of all customers, names of its places, its polyline."""

    business: str
    share: float
    places: tuple[str, ...]
    path: NDArray[np.float64]


def journey_walks(
    study: Study, legs: Sequence[Leg], type_of: Mapping[str, str]
) -> tuple[JourneyWalk, ...]:
    """Journeys of every business, at counters and at machines.

    Parameters
    ----------
    study
        The business mix.
    legs
        Walked legs of the layout.
    type_of
        Fixture type by name of the fixture; what is not in it is a door.
    """
    walks = []
    for business in study.mix.businesses:
        own = [leg for leg in legs if business.name in leg.by_group and len(leg.path)]
        machine = business.replaceable if business.machine_journey else 0.0
        for stops, part in (
            (business.journey, 1.0 - machine),
            (business.machine_journey, machine),
        ):
            chain = _follow(stops, own, type_of) if part > 0 else ()
            if chain:
                walks.append(
                    JourneyWalk(
                        business=business.name,
                        share=business.share * part,
                        places=(chain[0].source, *(leg.target for leg in chain)),
                        path=joined_legs([leg.path for leg in chain]),
                    )
                )
    return tuple(walks)


def _follow(
    stops: Sequence[Stop], legs: Sequence[Leg], type_of: Mapping[str, str]
) -> tuple[Leg, ...]:
    """Legs of a customer who makes all stops of the layout; empty where a leg is missing."""
    present = set(type_of.values())
    wanted = [stop.types for stop in stops if any(kind in present for kind in stop.types)]
    chain: list[Leg] = []
    for types in [*wanted, None]:
        near = [
            leg
            for leg in legs
            if (leg.source == chain[-1].target if chain else leg.source not in type_of)
            and (type_of.get(leg.target) in types if types else leg.target not in type_of)
        ]
        if not near or (types is None and not chain):
            return ()
        chain.append(min(near, key=lambda leg: leg.length))
    return tuple(chain)
