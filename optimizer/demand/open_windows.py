"""What is open in a period of a study: windows, desks and machines.

In: a study, a period, and what a layout has. Out: open places and open fixtures by type.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.demand.periods import open_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.demand.periods import Period
    from optimizer.study import Study

__all__ = ["open_fixtures", "open_patterns", "open_places"]


def open_places(study: Study, period: Period, places: Mapping[str, int]) -> dict[str, int]:
    """Places by fixture type that are open in a period, of those that a layout has.

    A fixture is open as a whole, with all the places that it has.
    """
    return {kind: _open(study, period, kind, count) for kind, count in places.items()}


def _open(study: Study, period: Period, kind: str, count: int) -> int:
    staffed = kind in study.mix.service.staffed
    return open_count(period, kind, count, each=study.types[kind].servers, staffed=staffed)


def open_patterns(study: Study, names: Mapping[str, Iterable[str]]) -> dict[str, tuple[bool, ...]]:
    """In which periods each fixture is open, by name: fixtures of one pattern may be exchanged."""
    own = {kind: tuple(of) for kind, of in names.items()}
    by_period = [
        {name for open_ones in open_fixtures(study, period, own).values() for name in open_ones}
        for period in study.periods
    ]
    return {name: tuple(name in ones for ones in by_period) for of in own.values() for name in of}


def open_fixtures(
    study: Study, period: Period, names: Mapping[str, Iterable[str]]
) -> dict[str, tuple[str, ...]]:
    """Names of the fixtures by type that are open in a period: the first ones of the study.

    Parameters
    ----------
    study
        Gives the order.
    period
        Says how many places are open.
    names
        All names by type.
    """
    order = {name: k for k, name in enumerate(n for g in study.groups for n in g.names())}
    found: dict[str, tuple[str, ...]] = {}
    for kind, own in names.items():
        each = max(1, study.types[kind].servers)
        listed = sorted(own, key=lambda name: order.get(name, len(order)))
        count = math.ceil(_open(study, period, kind, each * len(listed)) / each)
        found[kind] = tuple(listed[:count])
    return found
