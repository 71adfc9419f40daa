"""Which group of a region to split, and where.

In come the region's tables and what the last relaxation said; out come a group and the poses of the
first side: see `branching`.
"""

from collections.abc import Mapping

import numpy as np

from optimizer.place.bound.problem import BoolArray, FloatArray, Pair
from optimizer.place.bound.tables import Tables

LIKE_FIXTURES = 0.3  # groups of several fixtures give more children: prefer single ones


def choose_split(
    tables: Tables, positions: list[FloatArray], charged: Mapping[Pair, float]
) -> tuple[int, BoolArray]:
    """Return the group to split and the poses of the first side (neither side is empty).

    Parameters
    ----------
    tables
        Tables of the region, some group with two poses or more.
    positions
        Fractional positions of the last relaxation, per group; may be empty.
    charged
        Cost that the relaxation charges for each pair.
    """
    groups = tables.region.groups
    if not positions:
        positions = [np.full(len(g.poses), g.count / len(g.poses)) for g in groups]
    score = np.zeros(len(groups))
    for (g, h), table in tables.pair.items():
        if g != h:
            product = float(positions[g] @ table.astype(np.float64) @ positions[h])
            missing = max(0.0, product - charged.get((g, h), 0.0))
            score[g] += missing
            score[h] += missing
    best, chosen = -1.0, 0
    for g, group in enumerate(groups):
        if len(group.poses) < 2:
            continue
        share = positions[g] / max(positions[g].sum(), 1e-12)
        # the spread decides only where all pairs are charged in full
        value = score[g] + 1e-6 * _spread(_places(tables, g), share)
        value *= 1.0 if group.count == 1 else LIKE_FIXTURES
        if value > best:
            best, chosen = value, g
    places = _places(tables, chosen)
    share = positions[chosen] / max(positions[chosen].sum(), 1e-12)
    mean = share @ places
    deviation = share @ (places - mean) ** 2
    extent = np.ptp(places, axis=0)
    axis = int(np.argmax(deviation if deviation.max() > 1e-12 else extent))
    side = places[:, axis] <= mean[axis]
    if side.all() or not side.any():
        order = np.argsort(places[:, axis], kind="stable")
        side = np.zeros(len(places), dtype=bool)
        side[order[: len(order) // 2]] = True
    return chosen, side


def _places(tables: Tables, group: int) -> FloatArray:
    xy = tables.xy[group]
    if xy is None:
        return np.arange(len(tables.unary[group]), dtype=np.float64)[:, None]
    return np.asarray(xy, dtype=np.float64)


def _spread(places: FloatArray, share: FloatArray) -> float:
    mean = share @ places
    return float(np.sqrt((share @ (places - mean) ** 2).sum()))
