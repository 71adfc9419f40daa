"""What cannot hold together is named: known by construction, minimal, with what would do."""

from __future__ import annotations

import pytest
import shapely
from own_packs import with_rule
from tiny_studies import machine, make_study, room

from optimizer.equipment.model import Anchoring
from optimizer.place.explanation import explain, find_conflict
from optimizer.place.problem import build_problem
from optimizer.place.rule_model import RuleModel
from optimizer.place.stock import PHYSICAL, widen
from optimizer.plan.model import Door, DoorKind, Zone, ZoneKind
from optimizer.result import Status
from optimizer.study import FixtureGroup

LEFT, RIGHT = shapely.box(0, 2.0, 2.4, 2.1), shapely.box(3.5, 2.0, 6, 2.1)


def one(name: str, *at: tuple[float, float, float], zone: str | None = None) -> FixtureGroup:
    """A group of one fixture, kept where it is if a pose is given."""
    return FixtureGroup(type=name, min=1, max=1, at=at, zone=zone)


def too_many(folder):
    """Nineteen machines in a room of 3 × 3 m with a door of 1 m."""
    study = make_study(room(3.0, 3.0), (FixtureGroup(type="a", min=19, max=19),), (machine("a"),))
    # their backs need 0.6 m of wall each, and the walls less the door are 11 m long: 18 at most
    return study.replace(pitch=0.6), set(), {"a"}, {}


def narrow_aisle(folder):
    """A machine behind a wall whose only gap is 1.1 m wide, and a route of 1.2 m is asked for."""
    inner = Zone(name="inner", kind=ZoneKind.PUBLIC_HALL, polygon=shapely.box(0, 2.1, 6, 4))
    plan = room(walls=(LEFT, RIGHT), zones=(inner,))
    study = make_study(plan, (one("a", zone="inner"),), (machine("a"),))
    study = with_rule(study, folder, "route_width", value=1.2, subjects=("a",))
    # 3.5 − 2.4: the width of the gap
    return study, {"X-1"}, {"a"}, {"X-1": 1.10}


def door_swing(folder):
    """A machine is kept 0.7 m before the door; the strip before a door is 1.2 m deep."""
    study = make_study(
        room(),
        (one("a", (3.0, 1.0, 180.0)), one("b")),
        (machine("a", Anchoring.FREE), machine("b")),
    )
    # its footprint begins 1.0 − 0.3 m from the door
    return study, {"PLC-07"}, {"a"}, {"PLC-07": 0.70}


def counter_facing(folder):
    """A counter is kept 3 m from the entrance and 0.5 m off its axis; 15° are asked for."""
    types = (machine("a", Anchoring.FREE), machine("b"))
    study = make_study(room(), (one("a", (3.5, 3.3, 0.0)), one("b")), types)
    study = with_rule(study, folder, "counter_facing", value=15, subjects=("a",), unit="°")
    # its front is at (3.5, 3.0), the door's middle at (3, 0): atan(0.5 / 3.0) = 9.46°
    return study, {"X-1"}, {"a"}, {"X-1": 9.0}


def too_few_things(folder):
    """Five things have to be there and the brief has at most three."""
    groups = (FixtureGroup(type="a", min=3, max=3), one("b"))
    study = make_study(room(), groups, (machine("a"), machine("b")))
    study = with_rule(study, folder, "presence", value=5, subjects=("a",), unit="fixtures")
    return study, {"X-1"}, set(), {"X-1": 3.0}


def near_but_clear(folder):
    """A machine within 0.5 m of the door, and 1.2 m before it kept clear."""
    # beside the strip, which is as wide as the door, walls leave 1.8 − 1.2 = 0.6 m, and the
    # machine is 0.7 m deep; on the strip it could stand beside the door's middle
    walls = (shapely.box(0, 0, 1.2, 1.2), shapely.box(4.8, 0, 6, 1.2))
    line = shapely.LineString([(1.8, 0), (4.2, 0)])
    doors = (Door(name="door", kind=DoorKind.ENTRANCE, line=line),)
    types = (machine("a", Anchoring.FREE, width=1.2, depth=0.7), machine("b"))
    study = make_study(room(walls=walls, doors=doors), (one("a"), one("b")), types)
    study = study.replace(pitch=0.5)
    study = with_rule(study, folder, "near_entrance", value=0.5, subjects=("a",))
    # beyond the strip, on a grid of 0.5 m: turned, at y = 2.0, it begins at 2.0 − 0.6
    return study, {"X-1", "PLC-07"}, {"a"}, {"X-1": 1.4}


CASES = [too_many, narrow_aisle, door_swing, counter_facing, too_few_things, near_but_clear]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_conflict_by_construction(case, tmp_path):
    """The conflict is the one that the study was made for, and every part of it is needed."""
    study, rules, kinds, relaxed = case(tmp_path)
    stock = widen(build_problem(study))
    conflict = find_conflict(stock, time_limit=60)
    assert conflict is not None
    assert set(conflict.rules) == rules
    assert {stock.kinds[k].label for k in conflict.kinds} == kinds
    assert conflict.minimal
    physical = [r.id for r in stock.rules if r.id in PHYSICAL]
    model = RuleModel(stock)

    def status(left_rules, left_kinds):
        return model.solve(rules=[*physical, *left_rules], kinds=left_kinds, time_limit=30).status

    assert status(conflict.rules, conflict.kinds) is Status.INFEASIBLE
    for rule in conflict.rules:
        rest = [r for r in conflict.rules if r != rule]
        assert status(rest, conflict.kinds) is Status.FEASIBLE
    for kind in conflict.kinds:
        rest = [k for k in conflict.kinds if k != kind]
        assert status(conflict.rules, rest) is Status.FEASIBLE
    entries = {e.rules[0]: e for e in explain(build_problem(study), time_limit=60)}
    assert all("放宽至" in e.sentence_zh or "方案要求" in e.sentence_zh for e in entries.values())
    for rule, value in relaxed.items():
        assert entries[rule].relaxed_to == pytest.approx(value, abs=0.011)
