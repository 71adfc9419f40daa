"""Checks by staff at machines, with the walk of the layout instead of the walk that was assumed.

In: a study whose rounds have `check_minutes`, a layout and its legs. Out: a `WalkedCheck` for each:
how far staff walk to a check, and the waits at the machines if walk and check take what they take
here. The objective takes `check_minutes` as the study has it, wherever things stand: these figures
stand beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from optimizer.demand.flows import PersonClass
from optimizer.measured.conditions import find_conditions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.demand.mix import StaffRound
    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg
    from optimizer.study import Study

__all__ = ["WalkedCheck", "walked_checks"]

SECONDS_PER_MINUTE = 60.0


@dataclass(frozen=True, kw_only=True)
class WalkedCheck:
    """One round that ends in checks, in a layout.

    Parameters
    ----------
    name, label_zh
        Of the round.
    metres, walk_minutes
        One walk to a machine, mean over the checks; inf where there is no way.
    check_minutes
        Walk and check together, as the study has them and the objective takes them.
    walked_minutes
        Walk in this layout and check together; None where the study does not say how long the
        check takes by itself (`StaffRound.check_alone_minutes`).
    mean_minutes
        Mean wait for the machines that are checked, by type, with all `walked_minutes`: that of
        the type's worst period; inf where a queue grows without end. Empty where not known.
    """

    name: str
    label_zh: str
    metres: float
    walk_minutes: float
    check_minutes: float
    walked_minutes: float | None = None
    mean_minutes: Mapping[str, float] = field(default_factory=dict)


def walked_checks(study: Study, layout: Layout, legs: Sequence[Leg]) -> tuple[WalkedCheck, ...]:
    """Checks of a layout, in the order of the study's rounds.

    Parameters
    ----------
    study, layout
        The brief, and what stands there.
    legs
        Walked legs of the layout.
    """
    kinds = {p.fixture: p.type for p in layout.placements}
    metres = {
        one.name: _metres(one, legs, kinds) for one in study.mix.rounds if one.check_minutes > 0
    }
    found = {
        one.name: _check(study, one, metres[one.name])
        for one in study.mix.rounds
        if metres.get(one.name) is not None
    }
    walked = {name: check.walked_minutes for name, check in found.items()}
    known = {n: m for n, m in walked.items() if m is not None and math.isfinite(m)}
    if known:
        rounds = tuple(
            replace(one, check_minutes=known.get(one.name, one.check_minutes))
            for one in study.mix.rounds
        )
        there = study.replace(mix=replace(study.mix, rounds=rounds))
        waits = [now.waiting for now in find_conditions(there, layout)]
        for one in study.mix.rounds:
            if one.name in known:
                longest = {
                    kind: max(w[kind].mean_minutes for w in waits if kind in w)
                    for kind in one.per_use
                    if any(kind in w for w in waits)
                }
                found[one.name] = replace(found[one.name], mean_minutes=longest)
    return tuple(found.values())


def _metres(one: StaffRound, legs: Sequence[Leg], kinds: Mapping[str, str]) -> float | None:
    """Mean walk to a check; None where nobody walks to one."""
    people = total = 0.0
    for leg in legs:
        rate = leg.by_group.get(one.name, 0.0)
        staff = leg.person in (PersonClass.STAFF, PersonClass.CASH)
        if staff and rate > 0 and kinds.get(leg.target) in one.per_use:
            people += rate
            total += rate * leg.length
    return total / people if people else None


def _check(study: Study, one: StaffRound, metres: float | None) -> WalkedCheck:
    """A check without the waits."""
    far = math.inf if metres is None else metres
    person = PersonClass.CASH if one.cash else PersonClass.STAFF
    minutes = far * study.walking.pace(person) / SECONDS_PER_MINUTE
    alone = one.check_alone_minutes
    return WalkedCheck(
        name=one.name,
        label_zh=one.label_zh,
        metres=far,
        walk_minutes=minutes,
        check_minutes=one.check_minutes,
        walked_minutes=None if alone is None else alone + minutes,
    )
