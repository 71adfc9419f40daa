"""Natural diversion and crowding worked out again, in plain geometry.

In: a `Scene`. Out: spans from least to most, for a sight line may just touch a corner, and two
shortest ways may be equally long; None where a layout has no such figure.
"""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely import LineString, union_all

from optimizer.equipment.model import Role
from optimizer.plan.space import floor_space
from optimizer.verify.spared import share_met

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.verify.demand import Walk
    from optimizer.verify.placed import Placed
    from optimizer.verify.scene import Scene

    Array = NDArray[np.float64]
    Span = tuple[float, float]

__all__ = ["aisle_density", "level_of", "parting", "seen_stops", "through_queue", "waiting_room"]

#: Doubt about where a walk or a look runs, metres.
DOUBT = 2e-6
#: A walk is in an area if more than this of it lies inside, metres.
GRAZE = 0.05
#: Cell of the density raster, metres.
CELL = 0.25
#: Halvings of the stretch on which two ways part: below a nanometre.
HALVINGS = 50


@cache
def _values() -> dict[str, Any]:
    text = files("optimizer").joinpath("walk", "pedestrian.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def level_of(density: float, kind: str) -> str:
    """Level of service A to F of a density, of the kind "walkway" or "waiting"."""
    bands = _values()["level_of_service"][kind]
    return "ABCDEF"[sum(density > band for band in bands)]


def _machines(scene: Scene) -> set[str]:
    """Types that serve a journey at machines."""
    return {
        kind
        for business in scene.study.mix.businesses
        if business.replaceable > 0
        for stop in business.machine_journey
        for kind in stop.types
    }


def _firsts(scene: Scene) -> Iterator[tuple[Walk, Sequence[Array], Placed]]:
    """Yield customers' walks from a door to their first stop, with ways and fixture."""
    by_name = {fixture.name: fixture for fixture in scene.fixtures}
    for walk, way in zip(scene.walks, scene.ways, strict=True):
        if not walk.staff and walk.source not in by_name and walk.target in by_name:
            yield walk, way.paths, by_name[walk.target]


def parting(scene: Scene) -> dict[str, Span] | None:
    """Where ways from each entrance to machines and to counters part: first, mean, last."""
    machines, width = _machines(scene), _values()["detour"]["parting_width"]
    to: list[tuple[Walk, Sequence[Array]]] = []
    rest: list[tuple[Walk, Sequence[Array]]] = []
    for walk, paths, fixture in _firsts(scene):
        if paths:
            (to if fixture.kind.name in machines else rest).append((walk, paths))
    rows: list[tuple[float, float, float]] = []
    for walk, paths in to:
        for other, others in rest:
            if walk.source == other.source:
                found = [_apart(one, two, width) for one in paths for two in others]
                rows.append((walk.rate * other.rate, min(found), max(found)))
    if not rows:
        return None
    people, low, high = (np.array(column) for column in zip(*rows, strict=True))
    return {
        "parting_first": (float(low.min()), float(high.min())),
        "parting_metres": (
            float(people @ low / people.sum()),
            float(people @ high / people.sum()),
        ),
        "parting_last": (float(low.max()), float(high.max())),
    }


def _apart(one: Array, other: Array, width: float) -> float:
    """Metres walked until two walkers at the same pace are farther apart than a width."""
    bends = [
        np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(w, axis=0).T))]) for w in (one, other)
    ]
    lines = [LineString(path) for path in (one, other)]

    def gap(metres: float) -> float:
        return float(lines[0].interpolate(metres).distance(lines[1].interpolate(metres)))

    stops = sorted({0.0, *bends[0].tolist(), *bends[1].tolist()})
    if gap(0.0) > width:
        return 0.0
    for low, high in pairwise(stops):
        if gap(high) > width:
            near, far = low, high
            for _ in range(HALVINGS):
                middle = (near + far) / 2
                near, far = (near, middle) if gap(middle) > width else (middle, far)
            return float(far)
    return float(stops[-1])


def through_queue(scene: Scene) -> Span | None:
    """Share of customers of machines alone who walk through the counters' queue or the seats."""
    types = _machines(scene)
    machines = {fixture.name for fixture in scene.fixtures if fixture.kind.name in types}
    area = _queue_area(scene, types)
    sure: set[tuple[str, str]] = set()
    possible: set[tuple[str, str]] = set()
    for walk, way in zip(scene.walks, scene.ways, strict=True):
        if walk.staff or not {walk.source, walk.target} & machines:
            continue
        inside = [LineString(path).intersection(area).length for path in way.paths]
        if inside and min(inside) > GRAZE + 10 * DOUBT:
            sure.add((walk.source, walk.target))
        if max(inside, default=0.0) > GRAZE - 10 * DOUBT:
            possible.add((walk.source, walk.target))
    least = share_met(scene, sure, only=machines)
    most = share_met(scene, possible, only=machines)
    return None if least is None or most is None else (least, most)


def _queue_area(scene: Scene, machines: set[str]) -> BaseGeometry:
    """Floor before counters and about seats."""
    values = _values()["diversion"]
    served = {k for b in scene.study.mix.businesses for stop in b.journey for k in stop.types}
    shapes = []
    for fixture in scene.fixtures:
        x, y, reach = fixture.kind.width / 2, fixture.kind.depth / 2, values["queue_depth"]
        roles = {point.role for point in fixture.kind.standing}
        if fixture.kind.name in values["seats"]:
            shapes.append(fixture.footprint(grow=values["seat_reach"]))
        elif (
            fixture.kind.name in served - machines
            and fixture.kind.privacy_depth > 0
            and {Role.CUSTOMER, Role.STAFF} <= roles
        ):
            shapes.append(fixture.rectangle((-x, -y - reach, x, -y)))
    return union_all(shapes)


def seen_stops(scene: Scene) -> dict[str, tuple[float, Span, Span | None]]:
    """Each first stop: people per hour, share who see it from the entrance, whether guides do."""
    guides = [f for f in scene.fixtures if f.kind.name in _values()["diversion"]["guides"]]
    eyes = [_guide_eye(guide) for guide in guides]
    names = {guide.name for guide in guides}
    found: dict[str, tuple[float, Span, Span | None]] = {}
    for walk, _, fixture in _firsts(scene):
        if walk.rate <= 0:
            continue
        place = fixture.access(Role.CUSTOMER)
        if place is None:
            continue
        sights = [scene.end_of(walk.source), *eyes]
        low, high = (
            [_seen(scene, eye, place, {fixture.name, *names}, doubt) for eye in sights]
            for doubt in (-DOUBT, DOUBT)
        )
        people, (least, most), _ = found.get(fixture.name, (0.0, (0.0, 0.0), None))
        own = fixture.name in names
        found[fixture.name] = (
            people + walk.rate,
            (least + walk.rate * low[0], most + walk.rate * high[0]),
            (float(own or any(low[1:])), float(own or any(high[1:]))) if guides else None,
        )
    return {
        name: (people, (least / people, most / people), guided)
        for name, (people, (least, most), guided) in found.items()
    }


def _guide_eye(guide: Placed) -> tuple[float, float]:
    """Where who guides customers stands."""
    own = guide.places(Role.STAFF) or guide.places(Role.CUSTOMER)
    return own[0] if own else (guide.x, guide.y)


def _seen(
    scene: Scene,
    eye: tuple[float, float],
    place: tuple[float, float],
    own: set[str],
    doubt: float,
) -> bool:
    """Whether a place is seen; a doubt above 0 is in favour of it."""
    sight = LineString([eye, place])
    if sight.length > _values()["diversion"]["sight"] + doubt:
        return False
    blinds = (
        f.footprint(grow=-doubt - DOUBT)
        for f in scene.fixtures
        if f.kind.opaque and f.name not in own
    )
    solid = floor_space(scene.study.plan).boundary
    near = sight.length <= 2 * DOUBT
    inner = shapely.line_interpolate_point(sight, [DOUBT, max(sight.length - DOUBT, DOUBT)])
    middle = LineString(inner) if not near else sight
    return not middle.intersects(solid) and not any(middle.intersects(b) for b in blinds)


def aisle_density(scene: Scene) -> Span:
    """Walking people per m² where most are, over centres of cells: least and most.

    Of equally short ways the least counts none, the most counts all.
    """
    sure = _loads(scene, [way.paths if len(way.paths) == 1 else () for way in scene.ways])
    possible = _loads(scene, [way.paths for way in scene.ways])
    half = scene.study.walking.lane_width / 2
    return _peak(*sure, half, -DOUBT), _peak(*possible, half, DOUBT)


def _loads(scene: Scene, paths: Sequence[Sequence[Array]]) -> tuple[Array, Array]:
    """Distinct stretches (start, direction, length) and people per m² of their lanes."""
    walking, rows = scene.study.walking, [np.empty((0, 6))]
    for walk, own in zip(scene.walks, paths, strict=True):
        people = walk.rate / (3600.0 * walking.speed[walk.person] * walking.lane_width)
        for path in own:
            steps = np.diff(path, axis=0)
            length = np.hypot(*steps.T)
            real = length > 0
            unit = steps[real] / length[real, None]
            load = np.full(int(real.sum()), people)
            rows.append(np.column_stack([path[:-1][real], unit, length[real], load]))
    table = np.concatenate(rows)
    _, first, back = np.unique(
        table[:, :5].round(5), axis=0, return_index=True, return_inverse=True
    )
    loads: Array = np.bincount(back.ravel(), weights=table[:, 5]).astype(np.float64)
    return table[first, :5], loads


def _peak(lanes: Array, people: Array, half: float, doubt: float) -> float:
    """Most people over cell centres, with lanes wider and longer by a doubt, metres."""
    if not len(lanes):
        return 0.0
    ends = np.concatenate([lanes[:, :2], lanes[:, :2] + lanes[:, 2:4] * lanes[:, 4:5]])
    low = np.floor((ends.min(axis=0) - 2 * half) / CELL - 1)
    size = np.ceil((ends.max(axis=0) + 2 * half) / CELL + 1) - low
    x, y = ((low[k] + np.arange(size[k]) + 0.5) * CELL for k in (0, 1))
    table = np.zeros((len(y), len(x)))
    for (x0, y0, ux, uy, length), load in zip(lanes, people, strict=True):
        dx, dy = x[None, :] - x0, y[:, None] - y0
        along, across = dx * ux + dy * uy, np.abs(dy * ux - dx * uy)
        table += load * ((along >= -doubt) & (along <= length + doubt) & (across <= half + doubt))
    return float(table.max())


def waiting_room(scene: Scene) -> Mapping[str, float]:
    """People who wait to be called in 19 of 20 cases, and the area about the seats in m²."""
    values = _values()["diversion"]
    people = 0.0
    for kind, row in scene.queues.items():
        if any(p.role is Role.STAFF for p in scene.study.types[kind].standing):
            people += row["arrivals_per_hour"] / 60 * row["p95_minutes"]
    seats = [f for f in scene.fixtures if f.kind.name in values["seats"]]
    rest = [f.footprint() for f in scene.fixtures if f.kind.name not in values["seats"]]
    about = union_all([f.footprint(grow=values["seat_reach"]) for f in seats])
    room = about.intersection(floor_space(scene.study.plan)).difference(union_all(rest))
    return {"people": people, "area": float(room.area) if math.isfinite(room.area) else 0.0}
