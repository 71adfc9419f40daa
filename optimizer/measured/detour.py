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
    study: Study,
    layout: Layout,
    legs: Sequence[Leg],
    arrivals: float,
    only: frozenset[str] | None = None,
) -> DetourFigures:
    """Walked over shortest possible of the customers' legs that are a walk at all.

    With `only` some of the figures, turns and backtracking are 0 unless they are among them.
    """
    customers = [leg for leg in legs if not is_staff(leg)]
    own = [leg for leg in customers if leg.empty_length > 0]
    rates = np.array([leg.rate for leg in own])
    detour = summarise_detour(
        np.array([walked(leg) for leg in own]),
        np.array([leg.empty_length for leg in own]),
        rates=rates,
    )
    backtracking = only is None or "backtrack_ratio" in only
    turning = only is None or "turns_per_customer" in only
    bends = _turns(customers) if turning else 0.0
    return DetourFigures(
        mean=detour.mean,
        worst=detour.worst,
        worst_leg=own[detour.worst_index].name if detour.worst_index >= 0 else "",
        backtrack_ratio=_backtracking(study, layout, legs) if backtracking else 0.0,
        by_journey=_by_journey(own),
        turns_per_customer=bends / arrivals if arrivals else 0.0,
    )


def _backtracking(study: Study, layout: Layout, legs: Sequence[Leg]) -> float:
    """Share of whole journeys that is walked to and fro, mean by people."""
    journeys = journey_walks(study, legs, {p.fixture: p.type for p in layout.placements})
    shares = np.array([journey.share for journey in journeys])
    ratios = backtrack_ratios([journey.path for journey in journeys])
    return float(shares @ ratios / shares.sum()) if len(journeys) else 0.0


def _turns(legs: Sequence[Leg]) -> float:
    """Turns an hour of all people."""
    points, counts = pad_polylines(leg.path for leg in legs)
    turns = path_turns(points, counts, sharper_than=read_pedestrian_values().turn)
    return float((np.array([leg.rate for leg in legs]) * turns).sum())


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
