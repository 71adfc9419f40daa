"""Cuts of rules about walks: where a path leads, how long it is, whether there is one.

In: a rule, the layout that breaks it by the geometry of `rules`, and the stock of poses. Out: the
clauses that this layout breaks and that no layout which keeps the rule breaks.

More furniture never makes a walk between two places shorter. What a walk is too long for is
therefore broken as long as its ends and the blocks that make it long stand. A walk that leads where
it may not stays where it is as long as nothing stands across it, while its ends and the blocks
without which there were a shorter one stand; then the way out is any pose across the path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString

from optimizer.demand.flows import PersonClass
from optimizer.demand.legs import AUDIENCE
from optimizer.equipment.layout import boxes_of, place_boxes
from optimizer.place.rule_forms import Clause, kinds_of
from optimizer.place.rule_shrinking import absent, block_of, shrunk
from optimizer.plan.model import DoorKind
from optimizer.plan.space import Audience
from optimizer.rules.checks import CHECKS
from optimizer.rules.egress import egress_grid, egress_ways
from optimizer.rules.privacy import flow_through_zones, passes
from optimizer.rules.routes import by_type, reached
from optimizer.rules.scene import CONTACT
from optimizer.walk.routing import route

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from optimizer.evaluation import Leg
    from optimizer.place.stock import Choice, Stock
    from optimizer.rules.model import Rule
    from optimizer.rules.scene import Scene

__all__ = [
    "cash_among_customers",
    "far_from_exits",
    "narrow_and_long",
    "turned_round",
    "walked_through",
    "without_way",
]

#: Lengths that differ by less than this are the same, and poses this near to a path are across it.
SAME = 1e-6
#: Side of a thing put on a path to see whether another one is as short, metres.
DOT = 2e-3


def without_way(stock: Stock, chosen: tuple[Choice, ...], scene: Scene) -> Iterator[Clause]:
    """Legs without a way: their ends, and what shuts them."""
    every = range(len(stock.kinds))
    for leg in scene.legs:
        if np.isfinite(leg.length):
            continue

        def shut(rest: tuple[Choice, ...], leg: Leg = leg) -> bool:
            return not np.isfinite(_lengths(stock, [leg], rest)[0])

        left = shrunk(chosen, _ends(stock, chosen, [leg]), shut)
        yield Clause(standing=left, unless_present=absent(chosen, every))


def narrow_and_long(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """Walks longer than allowed to a type that no route of the passing width reaches."""
    scene = stock.scene(chosen, walked=True)
    width, longest = rule.limits["width"], rule.value or 0.0
    entry = stock.study.plan.doors_of(DoorKind.ENTRANCE)
    every = range(len(stock.kinds))
    types = dict(zip(scene.names, (t.name for t in scene.types), strict=True))

    def narrow(name: str, rest: tuple[Choice, ...]) -> bool:
        some = stock.scene(rest)
        members = list(by_type(some, (name,)).get(name, ()))
        return not reached(some, width, entry)[members].any()

    for leg in scene.legs:
        name = types.get(leg.target)
        if name is None or leg.length <= longest or not narrow(name, chosen):
            continue

        def broken(rest: tuple[Choice, ...], leg: Leg = leg, name: str = name) -> bool:
            return bool(_lengths(stock, [leg], rest)[0] > longest) and narrow(name, rest)

        kinds = kinds_of(stock, (name,))
        own = (*_ends(stock, chosen, [leg]), *(c for c in chosen if c[0] in kinds))
        yield Clause(
            standing=shrunk(chosen, own, broken), about=kinds, unless_present=absent(chosen, every)
        )


def cash_among_customers(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """Carried cash on the customers' floor."""
    scene = stock.scene(chosen, walked=True)
    every = range(len(stock.kinds))
    for leg in scene.legs:
        if leg.person is not PersonClass.CASH or len(leg.path) < 2:
            continue
        inside = LineString(leg.path).intersection(scene.hall)
        if inside.length > (rule.value or 0.0) + SAME:
            yield from _held(stock, chosen, [(leg, inside)], (), absent(chosen, every), ())


def turned_round(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """Walks round the end of something narrow: they, it and what is beside it stand."""
    scene = stock.scene(chosen, walked=True)
    every = range(len(stock.kinds))
    block = block_of(stock, chosen)
    for finding in CHECKS[rule.check](rule, scene):
        if finding.passed is not False or finding.where is None:
            continue
        kept = tuple(dict.fromkeys(block[name] for name in finding.fixtures))
        around = shapely.Point(finding.where).buffer(rule.limits["wide"])
        for leg in scene.legs:
            if AUDIENCE[leg.person] is not Audience.CUSTOMER or len(leg.path) < 3:
                continue
            part = LineString(leg.path).intersection(around)
            if f"from {leg.source} to {leg.target} turns" in finding.sentence:
                yield from _held(stock, chosen, [(leg, part)], kept, absent(chosen, every), ())


def walked_through(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """More people than allowed through a privacy zone: the busiest legs that suffice for it."""
    scene = stock.scene(chosen, walked=True)
    limit, graze = rule.value or 0.0, rule.limits["graze"]
    every = range(len(stock.kinds))
    block = block_of(stock, chosen)
    for i, (people, _) in flow_through_zones(scene, graze).items():
        if people <= limit:
            continue
        legs, sum_ = [], 0.0
        for leg, inside in sorted(passes(scene, i, graze), key=lambda pair: -pair[0].rate):
            legs.append((leg, inside))
            sum_ += leg.rate
            if sum_ > limit:
                break
        # how many walk depends on which kinds there are
        present = tuple(dict.fromkeys(k for k, _ in chosen))
        yield from _held(
            stock, chosen, legs, (block[scene.names[i]],), absent(chosen, every), present
        )


def far_from_exits(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """A place of the grid from which the walk to an exit is too long, or does not exist."""
    scene = stock.scene(chosen)
    limit = rule.value or 0.0
    shell = stock.problem.shells[Audience.CUSTOMER]
    ways = egress_ways(scene, shell)
    places = egress_grid(scene)
    if not ways or not len(places):
        return

    def walks(rest: tuple[Choice, ...], some: NDArray[np.float64]) -> NDArray[np.float64]:
        starts, ends = np.repeat(some, len(ways), axis=0), np.tile(ways, (len(some), 1))
        found = route(shell, _boxes(stock, rest), starts, ends, paths=False).lengths
        nearest: NDArray[np.float64] = found.reshape(len(some), len(ways)).min(axis=1)
        return nearest

    lengths = walks(chosen, places)
    if not (lengths > limit).any():
        return
    place = places[[int(lengths.argmax())]]
    left = shrunk(chosen, (), lambda rest: bool(walks(rest, place)[0] > limit))
    by = stock.study.walking.radius + CONTACT + SAME
    yield Clause(standing=left, unless=_on(stock, shapely.Point(place[0]), by, chosen, square=True))


def _held(
    stock: Stock,
    chosen: tuple[Choice, ...],
    legs: Sequence[tuple[Leg, shapely.Geometry]],
    kept: tuple[Choice, ...],
    unless_present: tuple[int, ...],
    about: tuple[int, ...],
) -> Iterator[Clause]:
    """The clause of walks that lead where they may not, each with the part that does."""
    walked = [leg for leg, _ in legs]
    lengths = np.array([leg.length for leg in walked])
    # where another walk is as short, which of them is taken says nothing
    dots = [part.interpolate(0.5, normalized=True) if isinstance(part, LineString)
            else part.representative_point() for _, part in legs]  # fmt: skip
    for leg, dot in zip(walked, dots, strict=True):
        if _lengths(stock, [leg], chosen, dot=(dot.x, dot.y))[0] <= leg.length + SAME:
            return

    def same(rest: tuple[Choice, ...]) -> bool:
        return bool((_lengths(stock, walked, rest) >= lengths - SAME).all())

    left = shrunk(chosen, (*kept, *_ends(stock, chosen, walked)), same)
    paths = shapely.MultiLineString([np.asarray(leg.path) for leg in walked])
    across = _on(stock, paths, stock.study.walking.radius + SAME, chosen)
    yield Clause(standing=left, unless=across, about=about, unless_present=unless_present)


def _ends(stock: Stock, chosen: tuple[Choice, ...], legs: Sequence[Leg]) -> tuple[Choice, ...]:
    """Blocks at the ends of some legs."""
    block = block_of(stock, chosen)
    names = [name for leg in legs for name in (leg.source, leg.target)]
    return tuple(dict.fromkeys(block[name] for name in names if name in block))


def _boxes(stock: Stock, rest: tuple[Choice, ...]) -> NDArray[np.float64]:
    placements = [p for own in stock.placements(rest) for p in own]
    return boxes_of(placements, stock.study.types)


def _lengths(
    stock: Stock,
    legs: Sequence[Leg],
    rest: tuple[Choice, ...],
    *,
    dot: tuple[float, float] | None = None,
) -> NDArray[np.float64]:
    """Length of some legs past some blocks, and past a dot on the floor, metres."""
    boxes = _boxes(stock, rest)
    if dot is not None:
        boxes = np.concatenate([boxes, [[*dot, DOT, DOT, 0.0]]])
    found = np.empty(len(legs))
    for audience, shell in stock.problem.shells.items():
        rows = [i for i, leg in enumerate(legs) if AUDIENCE[leg.person] is audience]
        if rows:
            start = np.array([legs[i].start for i in rows])
            end = np.array([legs[i].end for i in rows])
            found[rows] = route(shell, boxes, start, end, paths=False).lengths
    return found


def _on(
    stock: Stock,
    where: shapely.Geometry,
    by: float,
    chosen: tuple[Choice, ...],
    *,
    square: bool = False,
) -> tuple[Choice, ...]:
    """Poses, not those of a layout, with a footprint nearer to a place than some metres.

    With `square` the footprint is grown with sharp corners.
    """
    found: set[Choice] = set()
    for k, kind in enumerate(stock.kinds):
        for member in kind.members:
            x0, y0, x1, y1 = member.box(member.type.footprint)
            grown = (x0 - by, y0 - by, x1 + by, y1 + by) if square else (x0, y0, x1, y1)
            gaps = shapely.distance(place_boxes(grown, stock.poses[k]), where)
            found |= {(k, int(p)) for p in np.flatnonzero(gaps <= (0.0 if square else by))}
    return tuple(sorted(found - set(chosen)))
