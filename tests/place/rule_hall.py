"""A hall in which every kind of check can be kept and broken, with fixtures of every sort."""

from __future__ import annotations

from dataclasses import replace

import shapely
from own_packs import with_rule
from tiny_studies import machine, make_study, room

from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.equipment.model import Anchoring, Role, StandingPoint
from optimizer.place.problem import build_problem
from optimizer.place.rule_pairs import pair_shapes
from optimizer.place.stock import widen
from optimizer.plan.model import Door, DoorKind, Zone, ZoneKind
from optimizer.study import FixtureGroup

STAFF = StandingPoint(role=Role.STAFF, x=0.0, y=0.8)
CUSTOMER = StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.8)
FREE = Anchoring.FREE
TYPES = (
    machine("desk", FREE, width=1.2, height=0.75, standing=(CUSTOMER, STAFF)),
    machine("atm", FREE, privacy_depth=1.0, opaque=True, screen=(0.0, -0.3)),
    machine("atm_low", FREE, height=0.8, privacy_depth=1.0, screen=(0.0, -0.3)),
    machine("seat", FREE, width=1.8, height=0.8, servers=3),
    machine("place", FREE, width=0.8, depth=1.1, height=0.0),
    machine("block", FREE, width=2.0, height=2.0, opaque=True, standing=(), clearance_front=0.0),
)
#: For each kind of check: fields of the rule, which may hold several values in turn.
ASKED = {
    "door_strip": [{"value": 1.2}],
    "fixture_height": [{"value": 1.0, "low": 0.7, "subjects": ("atm",)},
                       {"value": 1.6, "low": 0.7, "subjects": ("atm",)}],
    "fixture_depth": [{"value": 0.6, "subjects": ("atm",)}, {"value": 0.7, "subjects": ("atm",)}],
    "fixture_width": [{"value": 1.0, "subjects": ("desk",)}, {"value": 1.3, "subjects": ("desk",)}],
    "one_metre_line": [{"value": 1.0, "subjects": ("atm", "desk")}],
    "front_distance": [{"value": 1.8, "subjects": ("desk",)}],
    "presence": [{"value": 2, "subjects": ("atm",)}, {"value": 3, "subjects": ("atm",)}],
    "waiting_seats": [{"value": 0.1, "subjects": ("seat",)}, {"value": 50, "subjects": ("seat",)}],
    "near_entrance": [{"value": 2.0, "subjects": ("atm",)}],
    "low_place": [{"value": 0.85, "pane": 1.0, "subjects": ("desk", "atm")},
                  {"value": 0.74, "pane": 1.0, "subjects": ("desk",)}],
    "low_counter": [{"value": 0.85, "pane": 1.0, "length": 0.9, "subjects": ("desk",)},
                    {"value": 0.85, "pane": 1.0, "length": 1.3, "subjects": ("desk",)}],
    "door_width": [{"value": 0.9, "subjects": ("entrance",)},
                   {"value": 1.2, "subjects": ("entrance",)}],
    "exit_count": [{"value": 3, "area": a, "reach": 15, "open_area": 0, "wide": 1.4}
                   for a in (60, 10)],
    "exit_spacing": [{"value": 2.0}, {"value": 9.0}],
    "egress_distance": [{"value": 3.0}, {"value": 30.0}],
    "zone_presence": [{"value": 1, "subjects": ("cash_area",)},
                      {"value": 1, "subjects": ("vip",)}],
    "cash_interlock": [{"value": 1, "subjects": ("cash_area",)},
                       {"value": 1, "subjects": ("vip",)}],
    "closed_zone": [{"value": 0, "subjects": ("cash_area",)}, {"value": 0, "subjects": ("vip",)}],
    "cash_openings": [{"value": 0, "subjects": ("cash_area",)}, {"value": 0, "subjects": ("vip",)}],
    "wait_mean": [{"value": 1e-6}, {"value": 99}],
    "wait_percentile": [{"value": 1e-6}, {"value": 999}],
    "utilisation": [{"value": 0.01, "subjects": ("atm",)}, {"value": 0.9, "subjects": ("atm",)}],
    "route_width": [{"value": 1.6}, {"value": 1.2, "subjects": ("seat",)}],
    "egress_route": [{"value": 0.9}],
    "egress_strip": [{"value": 0.9}],
    "egress_walk": [{"value": 7.5}],
    "half_turn": [
        {"value": 1.22, "element": 1.22, "beside": 1.065, "wide": 1.525, "angle": 60, "away": 0.3}
    ],
    "passing_place": [{"value": 5.0, "width": 1.2}],
    "desk_turning": [{"value": 1.5, "knee": 0.3, "height": 1.0, "subjects": ("desk",)}],
    "clear_floor": [{"width": 0.9, "depth": 1.3, "subjects": ("atm", "desk")}],
    "wheelchair_place": [{"value": 1.5, "width": 0.8, "depth": 1.1, "subjects": ("place", "seat")}],
    "door_turning": [{"value": 1.5, "subjects": ("entrance",)}],
    "door_handle": [{"value": 1.6, "depth": 1.6, "subjects": ("entrance", "exit")}],
    "counter_facing": [{"value": 35, "subjects": ("desk", "atm")}],
    "quiet_distance": [{"value": 2.5, "subjects": ("desk", "seat")}],
    "overlooked": [{"value": 0}],
    "equal_privacy": [{"value": 0, "subjects": ("atm_low", "atm")}],
    "staff_view": [{"value": 80, "subjects": ("desk", "atm", "seat")}],
    "waiting_area": [{"value": v, "reach": 1.5, "subjects": ("seat",)} for v in (2.0, 40.0)],
    "queue_space": [{"value": 0.7, "width": 0.6, "subjects": ("atm",)}],
    "through_flow": [{"value": 5, "graze": 0.1}],
    "cash_route": [{"value": 0}],
}  # fmt: skip
#: Rules that every study has, by their check.
OWN = {"floor", "anchoring", "overlap", "use_space", "zones", "standing_points", "privacy_zones",
       "reachability", "door_strip"}  # fmt: skip


def hall():
    """7 × 5 m of hall with a door and an exit, and a cash area that is open to it on one side."""
    zones = (
        Zone(name="hall", kind=ZoneKind.PUBLIC_HALL, polygon=shapely.box(0, 0, 7, 5)),
        Zone(name="cash", kind=ZoneKind.CASH_AREA, polygon=shapely.box(7.2, 0, 9, 5)),
    )
    wall = shapely.box(7, 0, 7.2, 4)
    plan = room(
        9.0, 5.0, walls=(wall,), zones=zones, windows=(shapely.LineString([(9, 1), (9, 3)]),)
    )
    way_out = Door(name="out", kind=DoorKind.EXIT, line=shapely.LineString([(0, 3.5), (0, 4.5)]))
    return replace(plan, doors=(*plan.doors, way_out))


def tiny():
    """Two machines, a low one, a desk, a bench, a wheelchair place and a block in the hall."""
    names = {"desk": 1, "atm": 2, "atm_low": 1, "seat": 1, "place": 1, "block": 1}
    businesses = tuple(
        Business(
            name=name,
            share=0.25,
            journey=(Stop(types=("seat",)), Stop(types=(name,))),
            service_minutes={name: 3.0},
        )
        for name in ("desk", "atm", "atm_low", "place")
    )
    mix = BusinessMix(
        businesses=businesses,
        rounds=(StaffRound(name="cash", route=("atm", "desk"), per_hour=1.0, cash=True),),
        arrivals=Arrivals(per_hour={10: 30.0}),
    )
    groups = tuple(FixtureGroup(type=n, min=c, max=c) for n, c in names.items())
    return make_study(hall(), groups, TYPES, mix)


def draw(stock, rng, near=None, kept=()):
    """A layout without overlaps: at random, or one in which a block or two have moved.

    Blocks to be kept stand where they are.
    """
    apart = pair_shapes(
        next(r for r in stock.rules if r.check == "overlap"),
        stock.kinds,
        stock.study.walking.radius,
    )
    blocks = [k for k, kind in enumerate(stock.kinds) for _ in range(kind.count)]
    fixed = _at_homes(blocks, kept)
    moved = [b for b in range(len(blocks)) if fixed[b] is None]
    if near is not None:
        moved = rng.choice(len(blocks), 2)
    while True:
        chosen = list(fixed) if near is None else list(near)
        for b in moved:
            k = blocks[b]
            others = [c for i, c in enumerate(chosen) if c is not None and i != b]
            for _ in range(40):
                p = int(rng.integers(len(stock.poses[k])))
                pose = stock.poses[k][p : p + 1]
                hits = [apart.conflicts(k, pose, m, stock.poses[m][q : q + 1]) for m, q in others]
                if not any(hit.any() for hit in hits):
                    chosen[b] = (k, p)
                    break
        if None not in chosen and len(set(chosen)) == len(chosen):
            return sorted(chosen)


def _at_homes(blocks, kept):
    """The kept choice of each block, None for those that are free."""
    left, homes = list(kept), []
    for k in blocks:
        own = next((choice for choice in left if choice[0] == k), None)
        homes.append(own)
        if own is not None:
            left.remove(own)
    return homes


def stock_for(tmp_path, check, fields):
    """The stock of the tiny study with one more rule, and that rule."""
    study = tiny()
    if check not in OWN or fields:
        study = with_rule(study, tmp_path, check, **fields)
    stock = widen(build_problem(study))
    rule = [r for r in stock.rules if r.check == check][-1]
    return stock, rule
