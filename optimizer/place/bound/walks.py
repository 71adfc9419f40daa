"""What is walked once some fixtures stand: costs beyond those of the tables.

In comes a region of a table problem whose costs are lower bounds of something dearer, the truth
that `Walks` knows: where some fixtures of every layout of the region stand is known there, and they
are in the way of others. Out come the region's tables with that added to the unary costs.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from optimizer.place.bound.leaves import Layout
from optimizer.place.bound.problem import FloatArray
from optimizer.place.bound.region import Region
from optimizer.place.bound.tables import Tables

LEVELS = 65_535  # what is added is kept in 16 bits


class Walks(Protocol):
    """The truth behind a table problem.

    Attributes
    ----------
    unit
        What is added to a cost is a whole number of units, at most `LEVELS`.
    """

    unit: float

    def charge(self, region: Region, unary: Sequence[FloatArray]) -> list[FloatArray] | None:
        """Per group and pose what every layout of the region that uses it costs beyond the tables.

        Parameters
        ----------
        region
            The layouts.
        unary
            Per group the unary cost of its poses, as charged so far.

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


def raise_unary(
    tables: Tables, walks: Walks, *, least: float
) -> tuple[Tables, tuple[FloatArray, ...]] | None:
    """Return tables with what is walked beyond them, and that; None where it is next to nothing.

    Parameters
    ----------
    tables
        Tables of a region.
    walks
        The truth.
    least
        Sum over the groups of the largest additions that is worth it.
    """
    more = walks.charge(tables.region, tables.unary)
    if more is None:
        return None
    whole = [np.minimum(np.floor(part / walks.unit), LEVELS) * walks.unit for part in more]
    if sum(float(part.max(initial=0.0)) for part in whole) <= least:
        return None
    return tables.charged(whole), tuple(whole)
