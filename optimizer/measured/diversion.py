"""Natural diversion: where streams part, whose room they walk through, what people see first.

In: a study, a layout and its walked legs. Out: `DiversionFigures`.

A *machine* is a fixture whose type serves a journey at machines; all other first stops belong to
the stream to the counters. A *self-service customer* is one who goes to machines and to nothing
else, from door to door.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all

from optimizer.demand.courses import share_of_customers
from optimizer.equipment.layout import placed_box, placed_points
from optimizer.equipment.model import Role
from optimizer.evaluation import DiversionFigures, FirstStop
from optimizer.measured.walking import is_staff
from optimizer.plan.space import floor_space
from optimizer.walk.diversion import parting_distance, parting_of_streams, passing_through
from optimizer.walk.pedestrian import read_pedestrian_values
from optimizer.walk.sightlines import sees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.demand.courses import Course
    from optimizer.equipment.layout import Layout, Placement
    from optimizer.evaluation import Leg
    from optimizer.study import Study

__all__ = ["compute_diversion", "machine_types", "queue_area"]

#: A walk that lies in an area over no more than this only grazes it, metres.
GRAZE = 0.05


def compute_diversion(
    study: Study,
    layout: Layout,
    legs: Sequence[Leg],
    courses: Sequence[Course],
    only: frozenset[str] | None = None,
) -> DiversionFigures:
    """Parting of the streams, ways through queues, first stops in sight; `only` some of them."""
    placed = {p.fixture: p for p in layout.placements}
    machines = machine_types(study)
    customers = [leg for leg in legs if not is_staff(leg) and leg.rate > 0]
    first = [leg for leg in customers if leg.source not in placed and leg.target in placed]

    def wanted(*names: str) -> bool:
        return only is None or any(name in only for name in names)

    sight = wanted("visible_from_entrance", "visible_from_guide_desk")
    stops = _first_stops(study, layout, first) if sight else ()
    parts = wanted("parting_metres")
    through = wanted("self_service_through_queue")
    guided = [s for s in stops if s.from_guide_desk is not None]
    return replace(
        _parting(first, placed, machines) if parts else DiversionFigures(),
        self_service_through_queue=_through(study, layout, customers, courses) if through else None,
        visible_from_entrance=_share([(s.people_per_hour, s.from_entrance) for s in stops]),
        visible_from_guide_desk=_share(
            [(s.people_per_hour, float(bool(s.from_guide_desk))) for s in guided]
        ),
        first_stops=stops,
    )


def machine_types(study: Study) -> frozenset[str]:
    """Fixture types that serve a journey at machines."""
    return frozenset(
        kind
        for business in study.mix.businesses
        if business.replaceable > 0
        for stop in business.machine_journey
        for kind in stop.types
    )


def queue_area(study: Study, layout: Layout) -> BaseGeometry:
    """Floor on which people queue before counters or sit and stand at the waiting seats.

    A counter is a stop of a journey, no machine, with places for staff and customers and a
    privacy zone: its queue stands before its front.
    """
    values = read_pedestrian_values()
    machines = machine_types(study)
    served = {kind for b in study.mix.businesses for stop in b.journey for kind in stop.types}
    shapes = []
    for placement in layout.placements:
        kind = study.types[placement.type]
        if kind.name in values.seats:
            shapes.append(
                placed_box(kind.footprint, placement).buffer(values.seat_reach, join_style="mitre")
            )
        elif (
            kind.name in served - machines
            and kind.privacy_depth > 0
            and {p.role for p in kind.standing} >= {Role.CUSTOMER, Role.STAFF}
        ):
            x, y = kind.width / 2, kind.depth / 2
            shapes.append(placed_box((-x, -y - values.queue_depth, x, -y), placement))
    return union_all(shapes)


def _parting(
    first: Sequence[Leg], placed: Mapping[str, Placement], machines: frozenset[str]
) -> DiversionFigures:
    """Where the ways from each entrance to machines and to counters part."""
    width = read_pedestrian_values().parting_width
    rows: list[tuple[float, float, float, float]] = []
    busiest: tuple[float, Leg, Leg] | None = None
    for door in dict.fromkeys(leg.source for leg in first):
        own = [leg for leg in first if leg.source == door and len(leg.path) > 1]
        to = [leg for leg in own if placed[leg.target].type in machines]
        rest = [leg for leg in own if placed[leg.target].type not in machines]
        found = parting_of_streams(
            [leg.path for leg in to],
            [leg.path for leg in rest],
            rates=np.array([leg.rate for leg in to]),
            other_rates=np.array([leg.rate for leg in rest]),
            width=width,
        )
        if found is None:
            continue
        people = sum(leg.rate for leg in to) * sum(leg.rate for leg in rest)
        rows.append((people, found.first, found.mean, found.last))
        one, other = (max(legs, key=lambda leg: leg.rate) for legs in (to, rest))
        if busiest is None or one.rate * other.rate > busiest[0]:
            busiest = one.rate * other.rate, one, other
    if not rows or busiest is None:
        return DiversionFigures()
    _, one, other = busiest
    metres = parting_distance(one.path, other.path, width=width)
    place = shapely.LineString(one.path).interpolate(metres)
    total = sum(row[0] for row in rows)
    return DiversionFigures(
        parting_first=min(row[1] for row in rows),
        parting_metres=sum(row[0] * row[2] for row in rows) / total,
        parting_last=max(row[3] for row in rows),
        parting_place=(float(place.x), float(place.y)),
    )


def _through(
    study: Study, layout: Layout, customers: Sequence[Leg], courses: Sequence[Course]
) -> float | None:
    """Share of self-service customers who walk through the queue area, be it once or more."""
    types = machine_types(study)
    machines = {p.fixture for p in layout.placements if p.type in types}
    placed = {p.fixture for p in layout.placements}
    own = [
        leg
        for leg in customers
        if all(end in machines or end not in placed for end in (leg.source, leg.target))
    ]
    passing = passing_through(
        [leg.path for leg in own], area=queue_area(study, layout), least=GRAZE
    )
    through = {(leg.source, leg.target) for leg, hit in zip(own, passing, strict=True) if hit}
    return share_of_customers(courses, through, within=machines)


def _first_stops(study: Study, layout: Layout, first: Sequence[Leg]) -> tuple[FirstStop, ...]:
    """First stops with what is seen of them: the place before a fixture, itself no obstacle."""
    solid = floor_space(study.plan).boundary
    blinds = {
        p.fixture: placed_box(study.types[p.type].footprint, p)
        for p in layout.placements
        if study.types[p.type].opaque
    }
    values = read_pedestrian_values()
    guides = [p for p in layout.placements if p.type in values.guides]
    arrivals: defaultdict[str, list[Leg]] = defaultdict(list)
    for leg in first:
        arrivals[leg.target].append(leg)
    stops = []
    for name, legs in arrivals.items():
        eyes = np.array([leg.start for leg in legs])
        desks = np.array([_guide_eye(study, guide) for guide in guides]).reshape(-1, 2)
        here = [p.fixture for p in guides]
        others = [shape for owner, shape in blinds.items() if owner not in (name, *here)]
        seen = _in_sight(np.concatenate([eyes, desks]), legs[0].end, [solid, *others], values.sight)
        rates = np.array([leg.rate for leg in legs])
        stops.append(
            FirstStop(
                fixture=name,
                people_per_hour=float(rates.sum()),
                from_entrance=float((rates * seen[: len(legs)]).sum() / rates.sum()),
                # who stands at a guide desk is served there already
                from_guide_desk=(name in here or bool(seen[len(legs) :].any())) if guides else None,
            )
        )
    return tuple(sorted(stops, key=lambda stop: (-stop.people_per_hour, stop.fixture)))


def _guide_eye(study: Study, guide: Placement) -> tuple[float, float]:
    """Where who guides customers stands; the middle of the desk where it has no such place."""
    kind = study.types[guide.type]
    points = placed_points(kind, Role.STAFF, guide) if kind.standing else np.array([guide.pose[:2]])
    return float(points[0][0]), float(points[0][1])


def _in_sight(
    eyes: NDArray[np.float64],
    place: tuple[float, float],
    obstacles: Sequence[BaseGeometry],
    reach: float,
) -> NDArray[np.bool_]:
    """Which eyes see a point, no farther than the reach in metres."""
    targets = np.broadcast_to(np.array(place), eyes.shape)
    near = np.hypot(*(targets - eyes).T) <= reach
    free: NDArray[np.bool_] = near & sees(eyes, targets, obstacles=obstacles)
    return free


def _share(rows: Sequence[tuple[float, float]]) -> float | None:
    """Mean of shares by people; None for nobody."""
    total = sum(people for people, _ in rows)
    return sum(people * share for people, share in rows) / total if total > 0 else None
