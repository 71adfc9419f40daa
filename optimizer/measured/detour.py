"""Detour of customers: by leg, by business, by journey walked twice; and their turns.

In: a study, a layout and its walked legs. Out: `DetourFigures`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from optimizer.evaluation import DetourFigures
from optimizer.journeys import journey_walks
from optimizer.measured.walking import is_staff, walked
from optimizer.walk.detour import backtrack_ratios, path_turns, summarise_detour
from optimizer.walk.pedestrian import read_pedestrian_values
from optimizer.walk.polylines import pad_polylines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg
    from optimizer.study import Study

__all__ = ["compute_detour", "worst_detours"]


def compute_detour(
    study: Study, layout: Layout, legs: Sequence[Leg], arrivals: float
) -> DetourFigures:
    """Walked over shortest possible of the customers' legs that are a walk at all."""
    customers = [leg for leg in legs if not is_staff(leg)]
    own = [leg for leg in customers if leg.empty_length > 0]
    rates = np.array([leg.rate for leg in own])
    detour = summarise_detour(
        np.array([walked(leg) for leg in own]),
        np.array([leg.empty_length for leg in own]),
        rates=rates,
    )
    journeys = journey_walks(study, legs, {p.fixture: p.type for p in layout.placements})
    shares = np.array([journey.share for journey in journeys])
    ratios = backtrack_ratios([journey.path for journey in journeys])
    turns = path_turns(
        *pad_polylines(leg.path for leg in customers),
        sharper_than=read_pedestrian_values().turn,
    )
    bends = float((np.array([leg.rate for leg in customers]) * turns).sum())
    return DetourFigures(
        mean=detour.mean,
        worst=detour.worst,
        worst_leg=own[detour.worst_index].name if detour.worst_index >= 0 else "",
        backtrack_ratio=float(shares @ ratios / shares.sum()) if len(journeys) else 0.0,
        by_journey=_by_journey(own),
        turns_per_customer=bends / arrivals if arrivals else 0.0,
    )


def worst_detours(legs: Sequence[Leg], *, top: int) -> tuple[Leg, ...]:
    """The customers' legs with the greatest detour, greatest first."""
    own = [leg for leg in legs if not is_staff(leg) and leg.empty_length > 0 and leg.rate > 0]
    own.sort(key=lambda leg: (-walked(leg) / leg.empty_length, leg.name))
    return tuple(own[:top])


def _by_journey(legs: Sequence[Leg]) -> Mapping[str, float]:
    """Walked over shortest metres of all walks of each business."""
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for leg in legs:
        for group, rate in leg.by_group.items():
            sums[group][0] += rate * walked(leg)
            sums[group][1] += rate * leg.empty_length
    return {group: metres / least for group, (metres, least) in sums.items() if least > 0}
