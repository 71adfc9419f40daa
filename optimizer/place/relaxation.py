"""The least change of one rule or wish that makes a layout possible.

In: a stock of poses and a conflict. Out: `ConflictEntry`: the rule with its sentence, its value,
the value that would do, and the place where the layout that it allows breaks the rule as it is.

A value is found by bisection in steps of `STEP`; everything else in the conflict is held. A rule
about use space or privacy zones has no value of its own: there the depth of the spaces of the
fixtures in the conflict is relaxed. A wish of the brief is relaxed by its number.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.place.blocks import make_blocks
from optimizer.place.candidates import ground_of, masks_by_rule, poses_before_rules
from optimizer.place.rule_cuts import breaks
from optimizer.place.rule_model import RuleModel
from optimizer.place.stock import PHYSICAL, Stock
from optimizer.result import ConflictEntry, Status
from optimizer.rules.chinese import quantity_zh
from optimizer.rules.finding import at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.equipment.model import FixtureType
    from optimizer.place.rule_model import Answer
    from optimizer.rules.model import Finding, Rule

__all__ = ["BRIEF", "Conflict", "relax_count", "relax_rule"]

#: Rule of the brief: what is to be placed.
BRIEF = "PLC-11"
#: Checks whose value is a limit from above: relaxed, it grows.
UPPER = frozenset(
    {
        "near_entrance", "wheelchair_place", "egress_distance", "egress_walk", "low_place",
        "low_counter", "fixture_height", "fixture_width", "wait_mean", "wait_percentile",
        "utilisation", "passing_place", "through_flow", "cash_route",
    }
)  # fmt: skip
#: Checks whose value is a number of things.
WHOLE = frozenset({"presence", "zone_presence", "exit_count", "counter_facing"})
#: Checks that measure in the unit of their value.
MEASURED = frozenset(
    {
        "near_entrance", "wheelchair_place", "route_width", "egress_route", "door_strip",
        "front_distance", "quiet_distance", "presence",
    }
)  # fmt: skip
#: Other values are relaxed in steps of this: metres, seats a person and the like.
STEP = 0.01
#: A limit from above is given up beyond so many times its value.
FAR = 64
#: Placement rules without a value are relaxed by these depths of the fixtures in the conflict.
SPACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "use_space": ("clearance_front", "clearance_side", "clearance_back"),
        "privacy_zones": ("privacy_depth",),
    }
)
#: A column this near to a place is named with it, metres.
BESIDE = 1.5


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Rules and kinds that cannot hold together.

    Parameters
    ----------
    rules
        Ids of the hard rules, those that are physical left aside.
    kinds
        Indices of the kinds of block that cannot all be placed under these rules.
    minimal
        Whether leaving out any one of them was proven to be enough.
    """

    rules: tuple[str, ...]
    kinds: tuple[int, ...]
    minimal: bool


def relax_count(
    stock: Stock, conflict: Conflict, k: int, *, seconds: float, seed: int
) -> ConflictEntry:
    """The largest number of blocks of a kind, or of fixtures in a row, that can stand."""
    kind = stock.kinds[k]
    end = time.perf_counter() + seconds
    row = kind.count == 1 and len(kind.members) > 1
    asked = len(kind.members) if row else kind.count
    sure = True

    def possible(number: int) -> bool:
        nonlocal sure
        if number == 0:
            return True
        shorter = _with_shorter_row(stock, k, number) if row else stock
        if shorter is None:
            return False
        counts = [own.count for own in shorter.kinds]
        if not row:
            counts[k] = number
        status = _ask(RuleModel(shorter, counts), conflict, end, seed).status
        sure &= status is not Status.UNKNOWN
        return status is Status.FEASIBLE

    low, high = 0, asked
    while high - low > 1 and sure:
        middle = (low + high) // 2
        low, high = (middle, high) if possible(middle) else (low, middle)
    types = sorted({m.type.name: m.type for m in kind.members}.items())
    names = ", ".join(name for name, _ in types)
    names_zh = "、".join(kind.label_zh for _, kind in types)
    where = None if kind.fixed is None else (kind.fixed[0], kind.fixed[1])
    place = "" if where is None else f" at {at(where)}, where the study keeps it"
    place_zh = "" if where is None else f"（固定在 {at(where)}）"
    if sure:
        can = f"{low} can stand" if low else "none can stand"
        can_zh = f"最多可摆放 {low} 台" if low else "一台也无法摆放"
    else:
        can = f"at least {low} can stand; the time did not allow to find the most"
        can_zh = f"至少可摆放 {low} 台；时间不足，未求得最多台数"
    return ConflictEntry(
        rules=(BRIEF,),
        sentence=f"{BRIEF}: the study asks for {asked} × {names}{place}; {can}",
        sentence_zh=f"{BRIEF}：方案要求 {names_zh} {asked} 台{place_zh}；{can_zh}",
        value=float(asked),
        relaxed_to=float(low) if low or sure else None,
        unit="fixtures",
        where=where,
    )


def relax_rule(
    stock: Stock, conflict: Conflict, rule_id: str, *, seconds: float, seed: int
) -> ConflictEntry:
    """The value nearest to a rule's own with which the rest of the conflict can hold."""
    rule = next(r for r in stock.rules if r.id == rule_id)
    end = time.perf_counter() + seconds
    value = rule.value if rule.check not in SPACES else _deepest(stock, conflict, rule)
    found = None if value is None else _bisect(stock, conflict, rule, value, end, seed)
    if found is None or value is None:
        return ConflictEntry(
            rules=(rule.id,),
            sentence=f"{rule.id}: {rule.sentence}; no smaller change was found than to leave it "
            "out",
            sentence_zh=f"{rule.id}：{_rule_zh(rule)}；未找到更小的放宽值，只能取消该条",
            value=value,
            relaxed_to=None,
            unit=rule.unit,
            where=None,
        )
    relaxed, answer = found
    broken = breaks(rule, stock, answer.chosen)
    where, place, place_zh = _place(stock, answer, broken)
    unit = rule.unit or "m"
    return ConflictEntry(
        rules=(rule.id,),
        sentence=f"{rule.id}: {rule.sentence}; {value:g} {unit} → {relaxed:g} {unit} would "
        f"do{place}",
        sentence_zh=f"{rule.id}：{_rule_zh(rule)}；由 {quantity_zh(value, unit)} 放宽至 "
        f"{quantity_zh(relaxed, unit)} 即可{place_zh}",
        value=value,
        relaxed_to=relaxed,
        unit=unit,
        where=where,
    )


def _rule_zh(rule: Rule) -> str:
    """What a rule asks for in Chinese; in English where its pack has no Chinese."""
    return rule.sentence_zh or rule.sentence


def _bisect(
    stock: Stock, conflict: Conflict, rule: Rule, value: float, end: float, seed: int
) -> tuple[float, Answer] | None:
    """The relaxed value and a layout for it; None where none was found in time.

    Where the time ends it is the nearest value found so far.
    """
    step = 1.0 if rule.check in WHOLE else STEP
    upper = rule.check in UPPER
    best: tuple[float, Answer] | None = None

    def possible(number: int) -> bool:
        nonlocal best
        relaxed = round(number * step, 6)
        eased = _eased(stock, conflict, rule, relaxed)
        if eased is None:
            return False
        answer = _ask(RuleModel(eased), conflict, end, seed)
        if answer.status is Status.FEASIBLE:
            best = (relaxed, answer)
        return answer.status is Status.FEASIBLE

    wrong = int(value / step + (1 - 1e-9 if upper else 1e-9)) if upper else -int(-value / step)
    right = extreme = max(wrong, 1) * FAR if upper else 0
    if not possible(right):
        return None
    while abs(right - wrong) > 1 and time.perf_counter() < end:
        # the layout at hand may keep more than was asked of it: that value is tried first
        kept = _kept_value(rule, stock, best, step) if best else None
        near = kept is not None and min(wrong, right) < kept < max(wrong, right)
        middle = kept if near and kept is not None else (right + wrong) // 2
        if possible(middle):
            right = middle
        else:
            wrong = middle
    if abs(right - wrong) <= 1 or best is None:
        return best
    # out of time: what the layout at hand keeps would do
    kept = _kept_value(rule, stock, best, step)
    if kept is not None and min(wrong, right) < kept < max(wrong, right):
        return round(kept * step, 6), best[1]
    return None if best[0] == round(extreme * step, 6) else best


def _kept_value(rule: Rule, stock: Stock, best: tuple[float, Answer], step: float) -> int | None:
    """The value in steps that a layout keeps by what the check measured; None where unknown."""
    if rule.check not in MEASURED:
        return None
    values = [f.value for f in breaks(rule, stock, best[1].chosen) if f.value is not None]
    if not values:
        return None
    if rule.check in UPPER:
        return math.ceil(max(values) / step - 1e-6)
    return math.floor(min(values) / step + 1e-6)


def _eased(stock: Stock, conflict: Conflict, rule: Rule, value: float) -> Stock | None:
    """The stock of the study with one rule relaxed; None where the rule has no such value."""
    study = stock.study
    if rule.check in SPACES:
        fields = SPACES[rule.check]

        def shallower(kind: FixtureType) -> FixtureType:
            return replace(kind, **{f: min(getattr(kind, f), value) for f in fields})

        return stock.of_study(
            study.replace(types={name: shallower(kind) for name, kind in study.types.items()})
        )
    changes = {**study.rule_overrides.get(rule.id, {}), "value": value}
    return stock.of_study(study.replace(rule_overrides={**study.rule_overrides, rule.id: changes}))


def _deepest(stock: Stock, conflict: Conflict, rule: Rule) -> float | None:
    """Deepest of the spaces that a rule keeps free, of the fixtures in the conflict, metres."""
    depths = [
        getattr(member.type, field)
        for k in conflict.kinds
        for member in stock.kinds[k].members
        for field in SPACES[rule.check]
    ]
    return max(depths, default=None)


def _ask(model: RuleModel, conflict: Conflict, end: float, seed: int) -> Answer:
    rules = [*(r.id for r in model.stock.rules if r.id in PHYSICAL), *conflict.rules]
    left = end - time.perf_counter()
    return model.solve(rules=rules, kinds=conflict.kinds, time_limit=left, seed=seed)


def _with_shorter_row(stock: Stock, k: int, number: int) -> Stock | None:
    """The stock with fewer fixtures in a row of one group; None where it has several groups."""
    study = stock.study
    names = {m.type.name for m in stock.kinds[k].members}
    groups = [g for g in study.groups if g.type in names and g.zone == stock.kinds[k].zone]
    if len(groups) != 1:
        return None
    fewer = replace(groups[0], min=number, max=number)
    smaller = study.replace(groups=tuple(fewer if g is groups[0] else g for g in study.groups))
    kinds = make_blocks(smaller)
    if len(kinds) != len(stock.kinds):
        return None
    ground = ground_of(smaller)
    poses = poses_before_rules(smaller, ground, kinds[k], smaller.pitch)
    masks = masks_by_rule(smaller, ground, kinds[k], poses)
    physical = [mask for rule, mask in masks.items() if rule in PHYSICAL]
    if physical:
        poses = poses[np.logical_and.reduce(physical)]
    candidates = tuple(poses if m == k else own for m, own in enumerate(stock.poses))
    return Stock(problem=replace(stock.problem, study=smaller, kinds=kinds, candidates=candidates))


def _place(
    stock: Stock, answer: Answer, broken: tuple[Finding, ...]
) -> tuple[tuple[float, float] | None, str, str]:
    """Where a layout breaks a rule, and the place in words: the column and fixtures beside it."""
    finding = next((f for f in broken if f.where is not None), None)
    if finding is None or finding.where is None:
        return None, "", ""
    spot = shapely.Point(finding.where)
    columns = [c for c in stock.study.plan.columns if c.distance(spot) <= BESIDE]
    scene = stock.scene(answer.chosen)
    names = list(finding.fixtures)
    if not names and len(scene.names):
        gaps = shapely.distance(scene.footprints.polygon, spot)
        names = [scene.names[int(gaps.argmin())]]
    beside = f" by {' and '.join(names[:2])}" if names else ""
    column = ", at the column" if columns else ","
    english = f" at {at(finding.where)}{column if beside or columns else ''}{beside}"
    near = "、".join([*(("柱",) if columns else ()), *names[:2]])
    chinese = f"（位于 {at(finding.where)}{f'，{near} 旁' if near else ''}）"
    return finding.where, english, chinese
