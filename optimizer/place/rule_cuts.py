"""Cuts: what a layout that breaks a rule about the whole hall teaches the solver.

In: a rule, the layout that breaks it by the geometry of `rules`, and the stock of poses. Out: the
clauses that this layout breaks and that no layout which keeps the rule breaks.

Rules about room (routes, strips, circles, areas) are monotone: more furniture never mends them.
For them the blocks that do not matter are left out one by one, as long as the rule stays broken;
what is left may not stand together. Where the rule asks for one of a kind, the way out is any pose
of that kind that the same obstacles leave open. Rules about sight (`place.rule_sight`) are mended
by something opaque across the line, rules about walks (`place.rule_walks`) by something across the
path, which is the way out then. Where nothing of that kind is found the whole layout is forbidden.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.equipment.layout import place_boxes, place_points
from optimizer.equipment.model import Role
from optimizer.place.rule_forms import Clause, kinds_of
from optimizer.place.rule_shrinking import absent, block_of, shrunk
from optimizer.place.rule_sight import in_sight, less_private
from optimizer.place.rule_walks import (
    cash_among_customers,
    far_from_exits,
    narrow_and_long,
    turned_round,
    walked_through,
    without_way,
)
from optimizer.plan.model import DoorKind
from optimizer.rules.checks import CHECKS
from optimizer.rules.egress import exits
from optimizer.rules.routes import by_type, leads_out, open_to, reached
from optimizer.rules.scene import CONTACT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from optimizer.place.stock import Choice, Stock
    from optimizer.plan.model import Door
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene

    Cutter = Callable[["Rule", "Stock", "tuple[Choice, ...]"], Iterator[Clause]]

__all__ = ["WALKED", "breaks", "cuts_of"]

#: Ways out of a cut of which it is looked at whether the fixture there shuts itself off.
TRIED = 100

#: Checks that look at walks.
WALKED = frozenset(
    {"through_flow", "cash_route", "passing_place", "reachability", "queue_space", "half_turn"}
)


def breaks(rule: Rule, stock: Stock, chosen: Sequence[Choice]) -> tuple[Finding, ...]:
    """What the geometry finds broken of one rule in the layout of some blocks."""
    scene = stock.scene(chosen, walked=rule.check in WALKED)
    return tuple(f for f in CHECKS[rule.check](rule, scene) if f.passed is False)


def cuts_of(rule: Rule, stock: Stock, chosen: Sequence[Choice]) -> Iterator[Clause]:
    """Yield the clauses that a layout which breaks a rule breaks too; at least one.

    Parameters
    ----------
    rule
        Broken by the layout.
    stock, chosen
        The layout.
    """
    layout = tuple(chosen)
    cutter = _CUTTERS.get(rule.check)
    found = False
    for clause in cutter(rule, stock, layout) if cutter else ():
        found = True
        yield clause
    if not found:
        yield _whole(stock, layout)


def _whole(stock: Stock, chosen: tuple[Choice, ...]) -> Clause:
    """The weakest cut: this layout is none."""
    return Clause(standing=chosen, unless_present=absent(chosen, range(len(stock.kinds))))


def _one_of_kind(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """One fixture of each type has room: see the module's text."""
    scene = stock.scene(chosen)
    for name in rule.subjects or tuple(dict.fromkeys(p.type for p in scene.placements)):
        shut = partial(_lacks_room, replace(rule, subjects=(name,)), stock)
        if not shut(chosen):
            continue
        kinds = kinds_of(stock, (name,))
        own = tuple(c for c in chosen if c[0] in kinds)
        left = shrunk(chosen, own, shut)
        about = tuple(dict.fromkeys(k for k, _ in own))
        missing = absent(chosen, kinds)
        yield Clause(standing=left, about=about, unless_present=missing)
        if rule.check in _DOORS:
            obstacles = tuple(c for c in left if c not in own)
            doors = _DOORS[rule.check](scene)
            ways = tuple(
                choice
                for k in kinds
                for choice in _open_poses(stock, k, name, obstacles, rule.value or 0.0, doors)
                if choice not in own
            )
            if not any(_open(stock, own, obstacles, rule, doors, name)):
                if not obstacles:
                    # where it stands alone it may shut itself off at every other pose too
                    tried = _open(stock, ways[:TRIED], obstacles, rule, doors, name)
                    ways = (*itertools.compress(ways, tried), *ways[TRIED:])
                yield Clause(standing=obstacles, unless=ways, about=about, unless_present=missing)
    if rule.check == "route_width" and not rule.subjects:
        yield from _no_way_out(rule, stock, chosen)


def _lacks_room(rule: Rule, stock: Stock, rest: tuple[Choice, ...]) -> bool:
    """Whether no fixture of a rule's one type has the room that it asks for."""
    if rule.check not in _DOORS:
        return bool(breaks(rule, stock, rest))
    scene = stock.scene(rest)
    members = [i for own in by_type(scene, rule.subjects).values() for i in own]
    doors = _DOORS[rule.check](scene)
    inside = reached(scene, rule.value or 0.0, doors)
    return bool(doors and members and not inside[members].any())


def _no_way_out(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """The route from the entrance to the exit."""
    plan = stock.study.plan
    entry = plan.doors_of(DoorKind.ENTRANCE)
    out = plan.doors_of(DoorKind.EXIT) or entry

    def shut(rest: tuple[Choice, ...]) -> bool:
        return not leads_out(stock.scene(rest), rule.value or 0.0, entry, out)

    if entry and shut(chosen):
        yield Clause(standing=shrunk(chosen, (), shut))


def _open(
    stock: Stock,
    own: tuple[Choice, ...],
    obstacles: tuple[Choice, ...],
    rule: Rule,
    doors: Sequence[Door],
    name: str,
) -> Iterator[bool]:
    """Whether each block of a type, itself an obstacle, is reached among the others."""
    for k, p in own:
        at = [
            choice
            for choice in _open_poses(stock, k, name, (*obstacles, (k, p)), rule.value or 0, doors)
            if choice == (k, p)
        ]
        yield bool(at)


def _open_poses(
    stock: Stock,
    k: int,
    name: str | None,
    obstacles: tuple[Choice, ...],
    width: float,
    doors: Sequence[Door],
) -> tuple[Choice, ...]:
    """Poses of a kind at which a route of a width reaches a fixture (of a type) past obstacles."""
    points = [
        (p.x + member.x, p.y + member.y)
        for member in stock.kinds[k].members
        if name is None or member.type.name == name
        for p in member.type.standing
        if p.role is Role.CUSTOMER
    ]
    if not points:
        return ()
    scene = stock.scene(obstacles)
    at = place_points(points, stock.poses[k]).reshape(-1, 2)
    reached = open_to(scene, width, doors, at).reshape(len(stock.poses[k]), -1).any(axis=1)
    return tuple((k, int(p)) for p in np.flatnonzero(reached))


def _every_fixture(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """A strip leads from every fixture with customers to an exit."""
    width = rule.value or 0.0
    scene = stock.scene(chosen)
    yield from _shut_off(stock, chosen, width, exits(scene), frozenset(scene.names))


def _shut_off(
    stock: Stock,
    chosen: tuple[Choice, ...],
    width: float,
    doors: Sequence[Door],
    names: Collection[str],
) -> Iterator[Clause]:
    """Yield clauses for each block of which a fixture named is reached by no route of a width."""
    for (k, p), block in zip(chosen, stock.placements(chosen), strict=True):
        wanted = {q.type for q in block if q.fixture in names}
        if not any(stock.study.types[kind].points(Role.CUSTOMER) for kind in wanted):
            continue
        shut = partial(_is_shut_off, stock, (k, p), width, doors)
        if not shut(chosen):
            continue
        left = shrunk(chosen, ((k, p),), shut)
        yield Clause(standing=left)
        obstacles = tuple(c for c in left if c != (k, p))
        if len(stock.kinds[k].members) > 1:
            continue
        open_ones = set(_open_poses(stock, k, None, obstacles, width, doors))
        for q in range(len(stock.poses[k])):
            if (k, q) not in open_ones and (k, q) not in obstacles:
                yield Clause(standing=(*obstacles, (k, q)))


def _is_shut_off(
    stock: Stock, block: Choice, width: float, doors: Sequence[Door], rest: tuple[Choice, ...]
) -> bool:
    """Whether a fixture of a block, for customers, is reached by no route past the rest."""
    k, _ = block
    types = [m.type.name for m in stock.kinds[k].members if m.type.points(Role.CUSTOMER)]
    return any(
        block not in _open_poses(stock, k, name, rest, width, doors)
        for name in dict.fromkeys(types)
    )


def _at_doors(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """Room at a door."""
    for finding in breaks(rule, stock, chosen):

        def taken(rest: tuple[Choice, ...], finding: Finding = finding) -> bool:
            return any(f.where == finding.where for f in breaks(rule, stock, rest))

        yield Clause(standing=shrunk(chosen, (), taken))


def _about_subjects(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """Room or view that depends on where the subjects are, and is only lost by the others."""
    kinds = kinds_of(stock, rule.subjects)
    own = tuple(c for c in chosen if c[0] in kinds)
    left = shrunk(chosen, own, lambda rest: bool(breaks(rule, stock, rest)))
    yield Clause(
        standing=left,
        about=tuple(dict.fromkeys(k for k, _ in own)),
        unless_present=absent(chosen, kinds),
    )


def _wheelchair_place(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """Near one of the chairs as they stand there is a place that is large enough."""
    place, *seats = rule.subjects
    near = rule.value or 0.0
    kinds = kinds_of(stock, seats)
    scene = stock.scene(chosen)
    chairs = shapely.union_all([scene.footprints.polygon[i] for i in scene.indices(seats)])
    wide, deep = rule.limits["width"], rule.limits["depth"]
    places: list[Choice] = []
    for k in kinds_of(stock, (place,)):
        for member in stock.kinds[k].members:
            sides = sorted((member.type.width, member.type.depth))
            if (
                member.type.name == place
                and sides[0] >= wide - CONTACT
                and sides[1] >= deep - CONTACT
            ):
                feet = place_boxes(member.box(member.type.footprint), stock.poses[k])
                places += [
                    (k, int(p)) for p in np.flatnonzero(shapely.distance(feet, chairs) <= near)
                ]
    own = tuple(c for c in chosen if c[0] in kinds)
    yield Clause(
        standing=own if places else (),
        present=() if places else kinds,
        unless=tuple(places),
        unless_present=absent(chosen, kinds),
    )


def _reachable(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """What no body reaches from the entrance is an end of a flow without a way."""
    scene = stock.scene(chosen, walked=True)
    ends = {
        n for leg in scene.legs if not np.isfinite(leg.length) for n in (leg.source, leg.target)
    }
    doors = stock.study.plan.doors_of(DoorKind.ENTRANCE)
    yield from _shut_off(stock, chosen, 2 * stock.study.walking.radius, doors, ends)
    yield from without_way(stock, chosen, scene)


def _queue(rule: Rule, stock: Stock, chosen: tuple[Choice, ...]) -> Iterator[Clause]:
    """A queue without room: its machine and whatever stands in the strip."""
    block = block_of(stock, chosen)
    standing = [CHECKS[rule.check](rule, stock.scene(chosen))]
    for finding in (f for found in standing for f in found if f.passed is False):
        yield Clause(standing=tuple(dict.fromkeys(block[name] for name in finding.fixtures)))


#: Doors from which a route is asked for, by check.
_DOORS: Mapping[str, Callable[[Scene], Sequence[Door]]] = MappingProxyType(
    {
        "route_width": lambda scene: scene.study.plan.doors_of(DoorKind.ENTRANCE),
        "egress_route": exits,
    }
)
#: How a check's cuts are found; the others forbid the whole layout.
_CUTTERS: Mapping[str, Cutter] = MappingProxyType(
    {
        **dict.fromkeys(("route_width", "egress_route"), _one_of_kind),
        **dict.fromkeys(("desk_turning", "clear_floor"), _one_of_kind),
        **dict.fromkeys(("door_turning", "door_handle"), _at_doors),
        **dict.fromkeys(("counter_facing", "quiet_distance", "overlooked"), in_sight),
        **dict.fromkeys(("waiting_area", "staff_view"), _about_subjects),
        "egress_strip": _every_fixture,
        "wheelchair_place": _wheelchair_place,
        "equal_privacy": less_private,
        "cash_route": cash_among_customers,
        "through_flow": walked_through,
        "passing_place": narrow_and_long,
        "half_turn": turned_round,
        "egress_walk": far_from_exits,
        "reachability": _reachable,
        "queue_space": _queue,
    }
)
