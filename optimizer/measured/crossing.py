"""How flows get into each other's way: encounters, path crossings, shared metres, worst places.

In: a study and the walked legs of a layout. Out: `CrossingFigures`; the places of the conflict map
apart, for they cost more than all the rest.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.courses import share_of_customers
from optimizer.demand.flows import PersonClass
from optimizer.evaluation import CrossingFigures, MeetingPair, MeetingPlace
from optimizer.measured.walking import is_staff
from optimizer.streams import (
    CLASSES,
    class_weights,
    lane_model,
    streams_by_kind,
    streams_of,
    wheelchair_weights,
)
from optimizer.walk.conflict_map import Raster, conflict_map, raster_of, worst_places
from optimizer.walk.crossing import (
    count_crossings,
    crossing_flows,
    sum_by_class,
    weighted_crossings,
    worst_pairs,
)
from optimizer.walk.encounters import encounter_matrix, total_encounters
from optimizer.walk.polylines import pad_polylines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.demand.courses import Course
    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg
    from optimizer.study import Study
    from optimizer.walk.conflict_map import ConflictPlace

__all__ = ["compute_crossing", "draw_conflicts", "find_places"]

#: So many of the worst meeting pairs are named.
WORST = 10
#: Figures that need the count of crossings.
COUNTED = frozenset(
    {
        "path_crossings",
        "weighted_path_crossings",
        "share_of_customers_crossing",
        "head_on_metres",
        "merging_metres",
    }
)
#: Figures that need unweighted encounters.
UNWEIGHTED = frozenset(
    {"encounters_per_hour", "staff_customer_encounters", "cash_customer_encounters"}
)
#: So many of the worst places, and so many pairs of flows at each.
PLACES, CAUSES = 8, 4
#: Size of a cell of the conflict map, and of a place on it, metres.
CELL, PLACE = 0.25, 1.0


def compute_crossing(
    study: Study,
    legs: Sequence[Leg],
    courses: Sequence[Course],
    only: frozenset[str] | None = None,
) -> CrossingFigures:
    """Encounters, path crossings and metres on one line of all pairs of flows.

    Parameters
    ----------
    study, legs
        Who walks where.
    courses
        Whole visits of the customers.
    only
        Names of figures; those that have nothing to do with them are 0. None for all.
    """
    points, counts = pad_polylines(leg.path for leg in legs)
    streams = streams_of(study, legs)
    nobody = np.zeros_like(counts)  # paths without a walk meet nobody, in no time
    cross = only is None or bool(only & COUNTED)
    meet = only is None or bool(only & UNWEIGHTED)
    pairs = encounter_matrix(
        points, counts if meet else nobody, streams=streams, lanes=lane_model(study)
    )
    weighed = _weighed(study, legs, only)
    crossings = count_crossings(points, counts if cross else nobody)
    place = {
        (int(one), int(other)): (float(x), float(y))
        for x, y, one, other in (crossings.places if only is None else ())
    }
    across = {
        (leg.source, leg.target)
        for leg, crosses in zip(legs, crossing_flows(crossings, streams.rates), strict=True)
        if crosses and not is_staff(leg)
    }
    people = np.outer(streams.rates, streams.rates)
    classes = sum_by_class(pairs, classes=streams.classes, size=len(CLASSES))
    return CrossingFigures(
        encounters_per_hour=total_encounters(pairs, classes=streams.classes),
        weighted_encounters_per_hour=weighed["weighted_encounters_per_hour"],
        path_crossings=float(crossings.total),
        share_of_customers_crossing=share_of_customers(courses, across) or 0.0,
        worst_pairs=tuple(
            MeetingPair(
                one=legs[pair.flows[0]].name,
                other=legs[pair.flows[1]].name,
                encounters_per_hour=pair.value,
                where=place.get(pair.flows),
            )
            for pair in (worst_pairs(pairs, top=WORST) if only is None else ())
        ),
        staff_customer_encounters=_with_customers(classes, PersonClass.STAFF),
        cash_customer_encounters=_with_customers(classes, PersonClass.CASH),
        wheelchair_encounters=weighed["wheelchair_encounters"],
        weighted_path_crossings=weighted_crossings(crossings, rates=streams.rates),
        head_on_metres=float(crossings.head_on.sum() / 2.0),
        merging_metres=float(crossings.merging.sum() / 2.0),
        weighted_head_on=float((crossings.head_on * people).sum() / 2.0),
        weighted_merging=float((crossings.merging * people).sum() / 2.0),
    )


def _weighed(study: Study, legs: Sequence[Leg], only: frozenset[str] | None) -> dict[str, float]:
    """Encounters times the class weights, and those of wheelchair users; 0 where not asked for."""
    points, counts = pad_polylines(leg.path for leg in legs)
    found = {"weighted_encounters_per_hour": 0.0, "wheelchair_encounters": 0.0}
    for name, weights in zip(found, (class_weights(study), wheelchair_weights()), strict=True):
        if only is None or name in only:
            streams = streams_of(study, legs, weights)
            pairs = encounter_matrix(points, counts, streams=streams, lanes=lane_model(study))
            found[name] = total_encounters(pairs, classes=streams.classes)
    return found


def _with_customers(classes: NDArray[np.float64], person: PersonClass) -> float:
    """Encounters of one class with customers, wheelchair users among them."""
    row = classes[CLASSES.index(person)]
    return float(
        row[CLASSES.index(PersonClass.CUSTOMER)] + row[CLASSES.index(PersonClass.WHEELCHAIR)]
    )


def find_places(study: Study, layout: Layout, legs: Sequence[Leg]) -> tuple[MeetingPlace, ...]:
    """The places of the conflict map where people meet most, worst first, and who they are.

    Flows between fixtures of the same types are told together.
    """
    points, counts = pad_polylines(leg.path for leg in legs)
    if not counts.max(initial=0):
        return ()
    lanes = lane_model(study)
    streams, walks = streams_by_kind(study, legs)
    found = worst_places(
        points[walks],
        counts[walks],
        streams=streams,
        lanes=lanes,
        raster=raster_of(points, counts, cell=CELL, margin=lanes.width),
        radius=PLACE,
        top=PLACES,
    )
    kind = {p.fixture: p.type for p in layout.placements}
    names = [
        f"{kind.get(leg.source, leg.source)} → {kind.get(leg.target, leg.target)}"
        for leg in (legs[k] for k in walks)
    ]
    return tuple(
        MeetingPlace(
            where=(place.x, place.y),
            encounters_per_hour=place.encounters_per_hour,
            causes=_causes(place, names),
        )
        for place in found
    )


def _causes(place: ConflictPlace, names: Sequence[str]) -> tuple[MeetingPair, ...]:
    """The pairs of named flows that meet most at a place."""
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    for i, j, share in place.causes:
        one, other = sorted((names[i], names[j]))
        sums[one, other] += share
    worst = sorted(sums.items(), key=lambda row: (-row[1], row[0]))[:CAUSES]
    return tuple(
        MeetingPair(one=one, other=other, encounters_per_hour=share, where=(place.x, place.y))
        for (one, other), share in worst
    )


def draw_conflicts(
    study: Study, legs: Sequence[Leg], *, cell: float = CELL
) -> tuple[NDArray[np.float64], Raster] | None:
    """Heat map of encounters per hour and m², with its raster; None where nobody walks.

    Parameters
    ----------
    study, legs
        Who walks where.
    cell
        Side of a cell, 0.1 to 0.25 m.
    """
    points, counts = pad_polylines(leg.path for leg in legs)
    if not counts.max(initial=0):
        return None
    lanes = lane_model(study)
    raster = raster_of(points, counts, cell=cell, margin=lanes.width)
    streams, walks = streams_by_kind(study, legs)
    heat = conflict_map(points[walks], counts[walks], streams=streams, lanes=lanes, raster=raster)
    return heat, raster
