"""Guide lines: ways a little longer than the shortest, on which flows meet less.

In: a study, a layout, its walked legs and the prepared shells. Out: `GuidedFigures`.

A planner can mark a way on the floor. For each of the flows that meet others most, ways through a
point beside the middle of its shortest way are tried, none longer than the slack allows; all other
people keep to their shortest ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.legs import AUDIENCE
from optimizer.equipment.layout import boxes_of
from optimizer.evaluation import GuidedFigures, GuideLine
from optimizer.streams import class_weights, lane_model, streams_of
from optimizer.walk.crossing import count_crossings
from optimizer.walk.encounters import encounter_matrix
from optimizer.walk.guided_paths import guided_paths
from optimizer.walk.pedestrian import read_pedestrian_values
from optimizer.walk.polylines import pad_polylines
from optimizer.walk.routing import route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg
    from optimizer.plan.space import Audience
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

    Paths = list[list[NDArray[np.float64]]]

__all__ = ["compute_guided"]

#: So many flows get other ways to choose from.
FLOWS = 24
#: Points beside a way: share of it walked before, and metres to its left, in lane widths.
ALONG, BESIDE = (0.35, 0.5, 0.65), (-1.0, -0.5, 0.5, 1.0)
#: Starts of the choice besides the shortest ways.
RESTARTS = 1


def compute_guided(
    study: Study, layout: Layout, legs: Sequence[Leg], shells: Mapping[Audience, Shell]
) -> GuidedFigures:
    """Encounters, crossings and metres on the shortest ways and on the marked ones."""
    points, counts = pad_polylines(leg.path for leg in legs)
    streams, lanes = streams_of(study, legs, class_weights(study)), lane_model(study)
    slack = read_pedestrian_values().path_slack
    pairs = encounter_matrix(points, counts, streams=streams, lanes=lanes)
    heavy = pairs.sum(axis=1)
    worst = np.lexsort((np.arange(len(legs)), -heavy))[:FLOWS]
    ways: Paths = [[leg.path] if len(leg.path) > 1 else [] for leg in legs]
    for audience, shell in shells.items():
        own = [int(k) for k in worst if heavy[k] > 0 and AUDIENCE[legs[k].person] is audience]
        for k, more in zip(own, _beside(study, layout, [legs[k] for k in own], shell), strict=True):
            ways[k] += more
    chosen = guided_paths(
        ways,
        streams=streams,
        lanes=lanes,
        slack=slack,
        restarts=RESTARTS,
    )
    guided = count_crossings(*pad_polylines(chosen.paths))
    return GuidedFigures(
        slack=slack,
        lines=tuple(
            GuideLine(flow=leg.name, path=path, longer=float(_length(path) - _length(leg.path)))
            for leg, path, choice in zip(legs, chosen.paths, chosen.choice, strict=True)
            if choice > 0
        ),
        encounters_shortest=chosen.encounters_shortest,
        encounters_guided=chosen.encounters_guided,
        crossings_shortest=float(count_crossings(points, counts).total),
        crossings_guided=float(guided.total),
        metres_shortest=chosen.metres_shortest,
        metres_guided=chosen.metres_guided,
    )


def _beside(study: Study, layout: Layout, legs: Sequence[Leg], shell: Shell) -> Paths:
    """Ways of each leg through points beside its path, as far as there is floor."""
    vias = np.array([_points_beside(leg.path, study.walking.lane_width) for leg in legs])
    if not len(legs):
        return []
    each = vias.shape[1]
    via = vias.reshape(-1, 2)
    start = np.repeat([leg.start for leg in legs], each, axis=0)
    end = np.repeat([leg.end for leg in legs], each, axis=0)
    boxes = boxes_of(layout, study.types)
    there, back = route(shell, boxes, start, via), route(shell, boxes, via, end)
    found: Paths = []
    for k in range(len(legs)):
        rows = range(k * each, (k + 1) * each)
        found.append(
            [
                np.concatenate([there.path(i), back.path(i)[1:]])
                for i in rows
                if np.isfinite(there.lengths[i] + back.lengths[i])
            ]
        )
    return found


def _points_beside(path: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """(n, 2) points at the left and right of a path, metres."""
    steps = np.diff(path, axis=0)
    lengths = np.hypot(*steps.T)
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    points = []
    for share in ALONG:
        at = share * ends[-1]
        k = min(int(np.searchsorted(ends, at, side="right")) - 1, len(steps) - 1)
        unit = steps[k] / lengths[k]
        middle = path[k] + (at - ends[k]) * unit
        points += [middle + s * width * np.array([-unit[1], unit[0]]) for s in BESIDE]
    return np.array(points)


def _length(path: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())
