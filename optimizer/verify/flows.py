"""Figures of flows worked out again: crossings, detour, turns, diversion, crowding, by key.

In: a `Scene` and encounters by pair of classes. Out: spans from least to most by key of
`result.json`, None where a layout has no such figure. Of equally short ways either may be walked,
and what lies within a hair of a limit may count or not.
"""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.flows import PersonClass
from optimizer.verify.crossings import count_meetings, lay_courses
from optimizer.verify.diversion import (
    aisle_density,
    parting,
    seen_stops,
    through_queue,
    waiting_room,
)
from optimizer.verify.privacy import through_flow
from optimizer.verify.spared import share_met

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from optimizer.demand.mix import Stop
    from optimizer.verify.meetings import Meetings
    from optimizer.verify.scene import Scene

    Array = NDArray[np.float64]
    Span = tuple[float, float]
    Spans = dict[str, Span | None]

__all__ = ["BUSINESS", "measure_flows"]

#: Nearer than this vertices of paths are one node, metres: half and twice what is agreed.
TOLERANCES = (1e-5, 4e-5)
#: A sharper bend than this is a turn; doubt about a bend; degrees.
TURN, DOUBT = 45.0, 1e-3
#: How keys of figures by business begin.
BUSINESS = "detour.by_journey."
#: Walks whose lengths differ by less are equally near, metres; so many journeys are tried.
TIE, JOURNEYS = 1e-5, 64


def measure_flows(scene: Scene, met: Meetings) -> dict[str, Span | None]:
    """Spans of all figures of flows by their keys.

    Parameters
    ----------
    scene
        The walked layout.
    met
        Its expected encounters.
    """
    found: Spans = {**_crossing(scene), **_classes(met), **_detour(scene)}
    found["crossing.encounters_per_hour"] = met.total
    found["privacy.through_flow_per_hour"] = through_flow(scene.fixtures, scene.walks, scene.ways)
    cost = sum(fixture.kind.cost or 0.0 for fixture in scene.fixtures)
    found["equipment_cost"] = (cost, cost)
    arrivals = scene.study.arrivals_per_hour
    each = scene.person_metres(staff=False) / arrivals if arrivals else 0.0
    found["walking.metres_per_customer"] = (each, each)
    parted = parting(scene)
    for key in ("parting_first", "parting_metres", "parting_last"):
        found[f"diversion.{key}"] = parted[key] if parted else None
    found["diversion.self_service_through_queue"] = through_queue(scene)
    found |= _sight(scene)
    found["crowding.aisle_density"] = aisle_density(scene)
    room = waiting_room(scene)
    people, area = room["people"], room["area"]
    found["crowding.waiting_people"] = (people, people)
    found["crowding.waiting_area"] = (area, area)
    found["crowding.waiting_density"] = (people / area, people / area) if area > 0 else None
    wait = max((row["mean_minutes"] for row in scene.queues.values()), default=0.0)
    found["longest_wait_minutes"] = (wait, wait)
    return found


def _crossing(scene: Scene) -> Spans:
    """Crossings and metres on one line, of all pairs and by the people on them."""
    owner = [k for k, way in enumerate(scene.ways) for _ in way.paths]
    paths = [path for way in scene.ways for path in way.paths]
    names = ("path_crossings", "head_on_metres", "merging_metres")
    weighted = ("weighted_path_crossings", "weighted_head_on", "weighted_merging")
    share = "share_of_customers_crossing"
    if not paths:
        return {f"crossing.{name}": (0.0, 0.0) for name in (*names, *weighted, share)}
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    walks = [scene.walks[k] for k in np.array(owner)[first]]
    tries = [count_meetings(paths, tolerance) for tolerance in TOLERANCES]
    rates = np.array([walk.rate for walk in walks])
    people = np.outer(rates, rates)
    found: Spans = {}
    for name, heavy, tables in (
        (names[0], weighted[0], [t.counts for t in tries]),
        (names[1], weighted[1], [t.head_on for t in tries]),
        (names[2], weighted[2], [t.merging for t in tries]),
    ):
        low = np.minimum.reduce([_by_walk(np.minimum, table, first) for table in tables])
        high = np.maximum.reduce([_by_walk(np.maximum, table, first) for table in tables])
        found[f"crossing.{name}"] = float(low.sum() / 2), float(high.sum() / 2)
        found[f"crossing.{heavy}"] = (
            float((low * people).sum() / 2),
            float((high * people).sum() / 2),
        )
        if name == names[0]:
            least, most = (
                share_met(
                    scene,
                    {
                        (walk.source, walk.target)
                        for walk, row in zip(walks, (table > 0) & (rates > 0), strict=True)
                        if row.any() and not walk.staff
                    },
                )
                for table in (low, high)
            )
            found[f"crossing.{share}"] = least or 0.0, most or 0.0
    return found


def _by_walk(pick: np.ufunc, pairs: Array, first: NDArray[np.int64]) -> Array:
    """The least or most over the equally short ways of each walk."""
    rows: Array = pick.reduceat(pick.reduceat(pairs, first, axis=0), first, axis=1)
    np.fill_diagonal(rows, 0.0)
    return rows


def _classes(met: Meetings) -> Spans:
    """Encounters of staff and of cash transport with customers, of wheelchair users with all."""
    found: Spans = {"crossing.wheelchair_encounters": met.wheelchairs}
    for person, name in ((PersonClass.STAFF, "staff"), (PersonClass.CASH, "cash")):
        spans = [
            met.by_class.get(frozenset({person, other}), (0.0, 0.0))
            for other in (PersonClass.CUSTOMER, PersonClass.WHEELCHAIR)
        ]
        found[f"crossing.{name}_customer_encounters"] = (
            sum(span[0] for span in spans),
            sum(span[1] for span in spans),
        )
    return found


def _detour(scene: Scene) -> Spans:
    """Worst detour of a business, turns of a customer, backtracking."""
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    legs: list[tuple[float, float, float]] = []
    least = most = 0.0
    rows = zip(scene.walks, scene.ways, scene.lengths, scene.empty, strict=True)
    for walk, way, length, empty in rows:
        if walk.staff:
            continue
        least += walk.rate * min((_turns(p, TURN + DOUBT) for p in way.paths), default=0)
        most += walk.rate * max((_turns(p, TURN - DOUBT) for p in way.paths), default=0)
        if empty > 0 and walk.rate > 0:
            legs.append((walk.rate, length, empty))
        if empty > 0:
            for group, rate in walk.by_group.items():
                sums[group][0] += rate * length
                sums[group][1] += rate * empty
    ratios = {group: walked / short for group, (walked, short) in sums.items() if short > 0}
    worst = max(ratios.values(), default=1.0)
    arrivals = scene.study.arrivals_per_hour
    found: Spans = {f"{BUSINESS}{g}": (ratio, ratio) for g, ratio in ratios.items()}
    short = sum(rate * empty for rate, _, empty in legs)
    mean = sum(rate * length for rate, length, _ in legs) / short if legs else 1.0
    ratio = max((length / empty for _, length, empty in legs), default=1.0)
    found["detour.mean"], found["detour.worst"] = (mean, mean), (ratio, ratio)
    found["detour.worst_journey_ratio"] = (worst, worst)
    found["detour.turns_per_customer"] = (
        (least / arrivals, most / arrivals) if arrivals else (0.0, 0.0)
    )
    found["detour.backtrack_ratio"] = _backtracking(scene)
    return found


def _turns(path: Array, limit: float) -> int:
    """Bends of a path that are sharper than a limit in degrees."""
    steps = np.diff(path, axis=0)
    steps = steps[np.hypot(*steps.T) > 0]
    headings = np.degrees(np.arctan2(steps[:, 1], steps[:, 0]))
    bends = np.abs((np.diff(headings) + 180.0) % 360.0 - 180.0)
    return int((bends > limit).sum())


def _backtracking(scene: Scene) -> Span:
    """Share of whole journeys, door to door by the nearest fixtures, that is walked to and fro."""
    rows: list[tuple[float, float, float]] = []
    for business in scene.study.mix.businesses:
        machine = business.replaceable if business.machine_journey else 0.0
        for stops, part in (
            (business.journey, 1.0 - machine),
            (business.machine_journey, machine),
        ):
            paths = list(_journeys(scene, business.name, stops)) if part > 0 else []
            if paths:
                ratios = [_to_and_fro(path) for path in paths]
                rows.append((business.share * part, min(ratios), max(ratios)))
    total = sum(share for share, _, _ in rows)
    if not total:
        return 0.0, 0.0
    low, high = (sum(row[0] * row[k] for row in rows) / total for k in (1, 2))
    return low, high


def _journeys(scene: Scene, business: str, stops: Sequence[Stop]) -> Iterator[Array]:
    """Yield the walks of a customer who makes all stops, one for each choice of equals."""
    kind = {fixture.name: fixture.kind.name for fixture in scene.fixtures}
    own = [
        (walk, way)
        for walk, way in zip(scene.walks, scene.ways, strict=True)
        if business in walk.by_group and way.paths
    ]
    present = set(kind.values())
    wanted = [set(stop.types) for stop in stops if present & set(stop.types)]
    if not wanted:
        return
    chains: list[list[Sequence[Array]]] = [[]]
    ends: list[str | None] = [None]
    for types in [*wanted, None]:
        longer: list[tuple[list[Sequence[Array]], str]] = []
        for chain, end in zip(chains, ends, strict=True):
            near = [
                (way.length, way.paths, walk.target)
                for walk, way in own
                if (walk.source == end if end is not None else walk.source not in kind)
                and (kind.get(walk.target) in types if types else walk.target not in kind)
            ]
            least = min((length for length, _, _ in near), default=math.inf)
            longer += [([*chain, p], t) for length, p, t in near if length <= least + TIE]
        chains, ends = [c for c, _ in longer[:JOURNEYS]], [t for _, t in longer[:JOURNEYS]]
    for chain in chains:
        for number, choice in enumerate(product(*chain)):
            if number >= JOURNEYS:
                break
            yield np.concatenate(choice)


def _to_and_fro(path: Array) -> float:
    """Share of a path's length that is walked in the other direction as well."""
    courses = lay_courses([path], TOLERANCES[0])
    lengths: defaultdict[tuple[int, int], float] = defaultdict(float)
    for a, b in pairwise(courses.of[0]):
        lengths[a, b] += float(np.hypot(*(courses.nodes[b] - courses.nodes[a])))
    total = sum(lengths.values())
    both = sum(min(length, lengths.get((b, a), 0.0)) for (a, b), length in lengths.items())
    return both / 2 / total if total else 0.0


def _sight(scene: Scene) -> Spans:
    """Share of customers whose first stop is seen from the entrance, and from a guide desk."""
    stops = seen_stops(scene).values()
    people = sum(count for count, _, _ in stops)
    guided = [(count, span) for count, _, span in stops if span is not None]
    found: Spans = {
        "diversion.visible_from_entrance": None,
        "diversion.visible_from_guide_desk": None,
    }
    if people:
        found["diversion.visible_from_entrance"] = _mean([(n, s) for n, s, _ in stops])
    if guided:
        found["diversion.visible_from_guide_desk"] = _mean(guided)
    return found


def _mean(rows: Sequence[tuple[float, Span]]) -> Span:
    total = sum(count for count, _ in rows)
    low, high = (sum(count * span[k] for count, span in rows) / total for k in (0, 1))
    return low, high
