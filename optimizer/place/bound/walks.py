"""What is walked once some fixtures stand: costs beyond those of the tables.

In comes a region of a table problem whose costs are lower bounds of something dearer, the truth
that `Walks` knows: where some fixtures of every layout of the region stand is known there, and they
are in the way of others. Out come the region's tables with that added to the costs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from optimizer.place.bound.leaves import Layout
from optimizer.place.bound.problem import FloatArray, Pair, Table
from optimizer.place.bound.region import Region
from optimizer.place.bound.tables import Tables

LEVELS = 65_535  # what is added is kept in 16 bits


class Walks(Protocol):
    """The truth behind a table problem.

    Attributes
    ----------
    unit
        What is added to a unary cost is a whole number of units, at most `LEVELS`.
    pair_units
        The same of what is added to the costs of two classes, where anything may be.
    """

    unit: float
    pair_units: dict[Pair, float]

    def charge_pairs(self, region: Region, pair: Mapping[Pair, Table]) -> dict[Pair, Table]:
        """Per two groups and their poses what every layout of the region costs beyond the tables.

        Parameters
        ----------
        region
            The layouts.
        pair
            Costs of pairs of groups, as charged so far.

        Returns
        -------
        dict
            Costs to add to some of `pair`: whole numbers of units, at most `LEVELS`.
        """
        ...

    def charge(
        self, region: Region, unary: Sequence[FloatArray], pair: Mapping[Pair, Table]
    ) -> list[FloatArray] | None:
        """Per group and pose what every layout of the region that uses it costs beyond the tables.

        Parameters
        ----------
        region
            The layouts.
        unary
            Per group the unary cost of its poses, as charged so far.
        pair
            Costs of pairs of groups, as charged so far.

        Returns
        -------
        list or None
            Costs to add to `unary`, at least 0; None where nothing is known.
        """
        ...

    def cost(self, layout: Layout) -> float:
        """True cost of a layout, at least that by the tables."""
        ...

    def heard(self) -> float:
        """True cost of the best layout that others know by now."""
        ...


@dataclass(frozen=True, kw_only=True)
class Raised:
    """Tables with what is walked beyond them.

    Attributes
    ----------
    tables
        The raised tables.
    more
        Per group what its poses cost more.
    pairs
        What pairs of groups cost more.
    """

    tables: Tables
    more: tuple[FloatArray, ...]
    pairs: Mapping[Pair, Table]


def raise_costs(tables: Tables, walks: Walks, *, least: float) -> Raised | None:
    """Return tables with what is walked beyond them; None where it is next to nothing.

    Parameters
    ----------
    tables
        Tables of a region.
    walks
        The truth.
    least
        Sum over groups and pairs of groups of the largest additions that is worth it.
    """
    pairs = walks.charge_pairs(tables.region, tables.pair)
    raised = tables.with_added(pairs)
    found = walks.charge(raised.region, raised.unary, raised.pair)
    more = [np.zeros(len(own)) for own in tables.unary] if found is None else found
    whole = tuple(np.minimum(np.floor(part / walks.unit), LEVELS) * walks.unit for part in more)
    largest = sum(float(part.max(initial=0.0)) for part in whole)
    largest += sum(float(part.max(initial=0.0)) for part in pairs.values())
    if largest <= least:
        return None
    return Raised(tables=raised.charged(whole), more=whole, pairs=pairs)
