"""Candidate poses that somebody could not walk to or from, wherever the rest stands.

In: kinds, their poses and cost tables, in which inf says that there is no way. Out: `Reach`: the
poses that are left, and for each kind that lost some a sentence which says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.equipment.layout import place_points
from optimizer.equipment.model import Role
from optimizer.place.tables import kind_legs
from optimizer.plan.space import Audience
from optimizer.walked_legs import door_access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.place.blocks import BlockKind
    from optimizer.place.tables import Tables
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

__all__ = ["Reach", "find_reached"]


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What can be walked to.

    Parameters
    ----------
    kept
        For each kind, which of its poses have a way to all that its people walk to.
    why
        By index of a kind that lost poses: how many, and to which place there is no way. Two
        kinds that cannot be walked between are told once: the second has an empty sentence.
    apart
        Whether the doors of some kind lie in parts of the plan without a way between them, so
        that no pose at all can have a way to each.
    """

    kept: tuple[NDArray[np.bool_], ...]
    why: Mapping[int, str]
    apart: bool


def find_reached(
    study: Study,
    kinds: Sequence[BlockKind],
    candidates: Sequence[NDArray[np.float64]],
    tables: Tables,
    shells: Mapping[Audience, Shell],
) -> Reach:
    """The poses with a way to every door walked to, and to a pose of every kind walked to.

    What is left out stands in no layout without a leg that nobody can walk.
    """
    kept = [np.isfinite(costs) for costs in tables.unary]
    why, apart = {}, False
    for k, mask in enumerate(kept):
        if not mask.all():
            where, of_kind = _to_doors(study, kinds, candidates[k], k, shells)
            why[k] = f"{_lost(mask)} {where}"
            apart |= of_kind
    while True:
        before = [int(mask.sum()) for mask in kept]
        for (k, m), table in tables.pairs.items():
            if k == m or not kept[k].any() or not kept[m].any():
                continue
            open_ones = np.isfinite(table) & kept[k][:, None] & kept[m]
            if not open_ones.any():
                who = _who(study, kinds, k, m)
                why[k] = (
                    f"none of its {kept[k].sum()} places has a way for {who} to any of the "
                    f"{kept[m].sum()} of {kinds[m].label}: they lie in parts of the floor that no "
                    "drawn door joins"
                )
                why[m] = ""
                kept[k], kept[m] = np.zeros_like(kept[k]), np.zeros_like(kept[m])
                continue
            for one, other, axis in ((k, m, 1), (m, k, 0)):
                lone = kept[one] & ~open_ones.any(axis=axis)
                kept[one] = kept[one] & ~lone
                if lone.any() and one not in why:
                    where = f"any place where {kinds[other].label} may stand"
                    why[one] = f"{_lost(kept[one])} a way to {where}"
        if before == [int(mask.sum()) for mask in kept]:
            return Reach(kept=tuple(kept), why=why, apart=apart)


def _who(study: Study, kinds: Sequence[BlockKind], k: int, m: int) -> str:
    """Who walks between two kinds."""
    walkers = {
        audience
        for (one, _), other, audience in kind_legs(study, kinds)
        if not isinstance(other, str) and {one, other[0]} == {k, m}
    }
    return " and ".join("staff" if a is Audience.STAFF else "customers" for a in sorted(walkers))


def _lost(kept: NDArray[np.bool_]) -> str:
    """How many of a kind's poses have no way somewhere."""
    left = int(kept.sum())
    return f"{left or 'none'} of the {len(kept)} poses that keep its own rules has"


def _to_doors(
    study: Study,
    kinds: Sequence[BlockKind],
    poses: NDArray[np.float64],
    k: int,
    shells: Mapping[Audience, Shell],
) -> tuple[str, bool]:
    """The door to which fewest poses have a way, and whether its doors lie in several parts."""
    fewest, door = len(poses), ""
    parts: dict[Audience, set[int]] = {audience: set() for audience in shells}
    for (one, member), other, audience in kind_legs(study, kinds):
        if one != k or not isinstance(other, str):
            continue
        role = Role.STAFF if audience is Audience.STAFF else Role.CUSTOMER
        point = kinds[k].members[member].access(role)
        if point is None:
            continue
        shell = shells[audience]
        at = shell.component(place_points([point], poses)[:, 0])
        to = shell.component(np.array([door_access(study, other, shell)]))[0]
        parts[audience].add(int(to))
        reached = int(((at == to) & (at >= 0)).sum())
        if reached < fewest:
            fewest, door = reached, other
    apart = any(len(of_audience) > 1 for of_audience in parts.values())
    found = next((d for d in study.plan.doors if d.name == door), None)
    if found is None:
        return "a way past the fixture itself", apart
    x, y = found.centre
    where = f"a way to {found.kind} {door!r} at ({x:.2f}, {y:.2f})"
    same = sum(d.kind is found.kind for d in study.plan.doors)
    if same == 1:
        return where, apart
    where += f"; if that one of {same} leads elsewhere, give it another kind in [[doors]]"
    return where, apart
