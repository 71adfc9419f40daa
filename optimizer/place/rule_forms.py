"""In which form the solver holds each kind of check, and the linear ones among them.

In: a rule and a `Stock`. Out: clauses over "a block of kind k stands at pose p". `FORMS` names the
form of every kind of check; `place.feasibility` states the model as a whole.

A clause is a set of Booleans of which one must be true; `Clause` holds those that must not all
stand (`unless` is then the way out). Checks that furniture cannot change are decided by the
geometry of the empty shell, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all

from optimizer.equipment.layout import Layout, place_boxes
from optimizer.plan.model import DoorKind
from optimizer.rules.capacity import people_called
from optimizer.rules.checks import CHECKS
from optimizer.rules.scene import CONTACT, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from optimizer.equipment.model import FixtureType
    from optimizer.place.stock import Choice, Stock
    from optimizer.rules.model import Rule

__all__ = [
    "FORMS",
    "Clause",
    "Form",
    "clauses_of",
    "is_decided_broken",
    "kinds_of",
    "pose_mask",
    "sum_of",
]


class Form(StrEnum):
    """How the solver holds a rule."""

    BUILT_IN = "built in"  #: no choice of blocks can break it
    FILTER = "filter"  #: poses that break it are left out
    PAIR = "pair"  #: two poses forbid each other
    FILTER_AND_PAIR = "filter and pair"  #: both
    SUM = "sum"  #: a weighted number of blocks is large enough
    CLAUSE = "clause"  #: one of some poses, where others stand
    DECIDED = "decided"  #: by the empty shell and the brief; furniture cannot change it
    CUT = "cut"  #: added when a layout breaks it: see `place.rule_cuts`


#: Form of each kind of check.
FORMS: Mapping[str, Form] = MappingProxyType(
    {
        **dict.fromkeys(("rows", "brief"), Form.BUILT_IN),
        **dict.fromkeys(("floor", "anchoring", "zones", "door_strip"), Form.FILTER),
        **dict.fromkeys(("fixture_height", "fixture_depth", "fixture_width"), Form.FILTER),
        **dict.fromkeys(("use_space", "standing_points"), Form.FILTER_AND_PAIR),
        **dict.fromkeys(("overlap", "privacy_zones"), Form.PAIR),
        **dict.fromkeys(("one_metre_line", "front_distance"), Form.PAIR),
        **dict.fromkeys(("presence", "waiting_seats"), Form.SUM),
        **dict.fromkeys(("near_entrance", "low_place", "low_counter"), Form.CLAUSE),
        **dict.fromkeys(("door_width", "exit_count", "exit_spacing"), Form.DECIDED),
        **dict.fromkeys(("egress_distance", "zone_presence"), Form.DECIDED),
        **dict.fromkeys(("cash_interlock", "closed_zone", "cash_openings"), Form.DECIDED),
        **dict.fromkeys(("wait_mean", "wait_percentile", "utilisation"), Form.DECIDED),
        **dict.fromkeys(("route_width", "egress_route", "egress_strip"), Form.CUT),
        **dict.fromkeys(("egress_walk", "passing_place", "reachability"), Form.CUT),
        **dict.fromkeys(("desk_turning", "clear_floor", "wheelchair_place"), Form.CUT),
        **dict.fromkeys(("door_turning", "door_handle"), Form.CUT),
        **dict.fromkeys(("counter_facing", "quiet_distance", "overlooked"), Form.CUT),
        **dict.fromkeys(("equal_privacy", "staff_view"), Form.CUT),
        **dict.fromkeys(("waiting_area", "queue_space"), Form.CUT),
        **dict.fromkeys(("through_flow", "cash_route", "half_turn"), Form.CUT),
    }
)


@dataclass(frozen=True, kw_only=True)
class Clause:
    """Blocks that may not all stand, unless one of others does.

    Parameters
    ----------
    standing, present
        Poses, and kinds with a block at whatever pose, that together break a rule.
    unless, unless_present
        Poses, and kinds, one of which mends it.
    about
        Kinds that the rule is about: where one of them is not asked for, the clause is void.
    """

    standing: tuple[Choice, ...] = ()
    present: tuple[int, ...] = ()
    unless: tuple[Choice, ...] = ()
    unless_present: tuple[int, ...] = ()
    about: tuple[int, ...] = ()


def pose_mask(rule: Rule, stock: Stock, k: int) -> NDArray[np.bool_]:
    """Which poses of a kind keep a rule of one block: (n,) of bool."""
    kind, poses = stock.kinds[k], stock.poses[k]
    every = np.ones(len(poses), dtype=bool)
    if rule.check == "door_strip":
        depth = rule.value or 0.0
        strips = union_all(
            [door.line.buffer(depth, cap_style="flat") for door in stock.study.plan.doors]
        )
        shapely.prepare(strips)
        for x0, y0, x1, y1 in kind.footprints():
            inner = (x0 + CONTACT, y0 + CONTACT, x1 - CONTACT, y1 - CONTACT)
            every &= ~shapely.intersects(strips, place_boxes(inner, poses))
        return every
    size = _SIZES.get(rule.check)
    if size is not None:
        right = all(
            size(rule, member.type) for member in kind.members if member.type.name in rule.subjects
        )
        return every & right
    return stock.masks[k].get(rule.id, every)


def sum_of(rule: Rule, stock: Stock) -> tuple[tuple[float, ...], float]:
    """Weight of one block of each kind, and the sum that a rule asks for at least."""
    counts = [
        [member.type for member in kind.members if member.type.name in rule.subjects]
        for kind in stock.kinds
    ]
    if rule.check == "presence":
        return tuple(float(len(own)) for own in counts), rule.value or 0.0
    people = people_called(stock.scene(()))
    seats = tuple(float(sum(t.servers for t in own)) for own in counts)
    return seats, 0.0 if people is None else (rule.value or 0.0) * people


def is_decided_broken(rule: Rule, stock: Stock) -> bool:
    """Whether the empty shell and the brief break a rule."""
    scene = Scene(study=stock.study, layout=Layout(placements=()), waiting=stock.waiting)
    return any(finding.passed is False for finding in CHECKS[rule.check](rule, scene))


def clauses_of(rule: Rule, stock: Stock) -> Iterator[Clause]:
    """Yield the clauses of a rule that asks for one of some poses or kinds."""
    if rule.check == "near_entrance":
        yield from _near_entrance(rule, stock)
    else:
        yield from _low_place(rule, stock)


def _near_entrance(rule: Rule, stock: Stock) -> Iterator[Clause]:
    """Where a subject stands, one of them stands near an entrance."""
    doors = stock.study.plan.doors_of(DoorKind.ENTRANCE)
    if not doors:
        return
    lines = union_all([door.line for door in doors])
    near: list[Choice] = []
    kinds = kinds_of(stock, rule.subjects)
    for k in kinds:
        for member in stock.kinds[k].members:
            if member.type.name in rule.subjects:
                feet = place_boxes(member.box(member.type.footprint), stock.poses[k])
                close = np.flatnonzero(shapely.distance(lines, feet) <= (rule.value or 0.0))
                near += [(k, int(p)) for p in close]
    yield from (Clause(present=(k,), unless=tuple(near)) for k in kinds)


def _low_place(rule: Rule, stock: Stock) -> Iterator[Clause]:
    """A type that is present has, itself or as "…_low", a low one where any can be judged."""
    highest, pane = rule.value or 0.0, rule.limits["pane"]
    length = rule.limits.get("length", 0.0)
    for name in rule.subjects:
        both = (name, f"{name}_low")
        types = {m.type.name: m.type for k in stock.kinds for m in k.members}
        own = [types[n] for n in both if n in types]
        good = [t.name for t in own if t.height <= highest and t.width >= length]
        judged = [t.name for t in own if t.height <= pane]
        for k in kinds_of(stock, (name,)):
            for other in kinds_of(stock, judged):
                yield Clause(present=(k, other), unless_present=kinds_of(stock, good))


def kinds_of(stock: Stock, types: Iterable[str]) -> tuple[int, ...]:
    """Kinds of block with a member of one of some types."""
    wanted = set(types)
    return tuple(
        k
        for k, kind in enumerate(stock.kinds)
        if any(member.type.name in wanted for member in kind.members)
    )


#: Whether a fixture's size keeps a rule, from its height, depth and width.
_SIZES: Mapping[str, Callable[[Rule, FixtureType], bool]] = MappingProxyType(
    {
        "fixture_height": lambda rule, kind: (
            rule.limits["low"] - CONTACT <= kind.height <= (rule.value or 0.0) + CONTACT
        ),
        "fixture_depth": lambda rule, kind: kind.depth >= (rule.value or 0.0) - CONTACT,
        "fixture_width": lambda rule, kind: kind.width <= (rule.value or 0.0) + CONTACT,
    }
)
