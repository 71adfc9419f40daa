"""Placement rules about what the study asks for: rows (PLC-08) and the brief itself (PLC-11).

In: a `Scene`. Out: findings.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.rules.finding import about, at, broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.equipment.layout import Placement
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene
    from optimizer.study import FixtureGroup

__all__ = ["check_brief", "check_rows", "rows_of"]

#: Two angles are the same up to this, degrees.
SAME_ANGLE = 0.1


def rows_of(scene: Scene) -> tuple[tuple[int, ...], ...]:
    """Rows of a layout: indices of their fixtures in the study's order, two or more a row."""
    place = {name: i for i, name in enumerate(scene.names)}
    rows: dict[tuple[str, int], list[int]] = {}
    for g, group in enumerate(scene.study.groups):
        kind = scene.study.types.get(group.type)
        if group.row is None and not (kind and kind.in_row):
            continue
        key = (group.row, 0) if group.row is not None else ("", g + 1)
        rows.setdefault(key, []).extend(place[n] for n in group.names() if n in place)
    return tuple(tuple(row) for row in rows.values() if len(row) > 1)


def check_rows(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-08: one angle, side by side in the study's order, backs in line."""
    near = rule.value or 0.0
    for row in rows_of(scene):
        for i, j in pairwise(row):
            turn = _turn_between(scene.placements[i].angle, scene.placements[j].angle)
            if turn > SAME_ANGLE:
                yield broken(
                    rule,
                    f"{about(scene, j)} is turned by {turn:.1f}° against {about(scene, i)}, its "
                    "neighbour in the row; they must have one angle",
                    value=turn,
                    where=scene.where(j),
                    fixtures=(scene.names[i], scene.names[j]),
                )
                continue
            along, back = _offset(scene, i, j)
            wanted = (scene.types[i].width + scene.types[j].width) / 2
            if abs(along - wanted) > near or abs(back) > near:
                yield broken(
                    rule,
                    f"{about(scene, j)} lies {along:.2f} m along the row and {back:.2f} m back "
                    f"from {about(scene, i)}; side by side it would be {wanted:.2f} m and 0 m, "
                    f"within {near:g} m",
                    value=max(abs(along - wanted), abs(back)),
                    where=scene.where(j),
                    fixtures=(scene.names[i], scene.names[j]),
                )


def check_brief(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-11: numbers, names, types and fixed places as the study asks for."""
    placements = scene.layout.placements
    for name, count in Counter(p.fixture for p in placements).items():
        if count > 1:
            yield broken(
                rule,
                f"{name} is in the layout {count} times; a name may occur once",
                value=count,
                fixtures=(name,),
            )
    for p in placements:
        yield from _stranger(rule, scene, p)
    names = {p.fixture for p in placements}
    for group in scene.study.groups:
        present = [name for name in group.names() if name in names]
        if not group.min <= len(present) <= group.max:
            wanted = f"{group.min}" if group.min == group.max else f"{group.min} to {group.max}"
            yield broken(
                rule,
                f"The layout has {len(present)} of {_title(group)}; the study asks for {wanted}",
                value=len(present),
                fixtures=present,
            )
        yield from _moved(rule, scene, group)


def _stranger(rule: Rule, scene: Scene, placement: Placement) -> Iterator[Finding]:
    """Yield a finding where a fixture is not of the study."""
    name, group = placement.fixture, scene.groups.get(placement.fixture)
    where = (placement.x, placement.y)
    if group is None:
        known = ", ".join(f"{g.names()[0]} … {g.names()[-1]}" for g in scene.study.groups if g.max)
        yield broken(
            rule,
            f"{name} at {at(where)} is not in the study; its fixtures are {known}",
            where=where,
            fixtures=(name,),
        )
    elif placement.type != group.type or placement.type not in scene.study.types:
        yield broken(
            rule,
            f"{name} at {at(where)} is of type {placement.type!r}; the study says {group.type!r}",
            where=where,
            fixtures=(name,),
        )


def _moved(rule: Rule, scene: Scene, group: FixtureGroup) -> Iterator[Finding]:
    """Yield a finding for each fixed fixture of a group that is missing or elsewhere."""
    near = rule.value or 0.0
    by_name = {p.fixture: p for p in scene.layout.placements}
    for name, (x, y, angle) in zip(group.names(), group.at, strict=False):
        p = by_name.get(name)
        right = f"the study keeps it at ({x:.3f}, {y:.3f}), {angle:g}°"
        if p is None:
            yield broken(
                rule,
                f"{name} is missing; {right}",
                where=(x, y),
                fixtures=(name,),
            )
            continue
        shift = float(np.hypot(p.x - x, p.y - y))
        turn = _turn_between(p.angle, angle)
        if shift > near or turn > SAME_ANGLE:
            yield broken(
                rule,
                f"{name} stands at ({p.x:.3f}, {p.y:.3f}), {p.angle:g}°, {shift:.3f} m and "
                f"{turn:.1f}° away; {right}",
                value=shift,
                where=(p.x, p.y),
                fixtures=(name,),
            )


def _offset(scene: Scene, i: int, j: int) -> tuple[float, float]:
    """Shift of fixture j from fixture i along i's width, and of its back edge along i's depth."""
    one, other = scene.placements[i], scene.placements[j]
    turn = np.deg2rad(one.angle)
    dx, dy = other.x - one.x, other.y - one.y
    along = dx * np.cos(turn) + dy * np.sin(turn)
    deep = -dx * np.sin(turn) + dy * np.cos(turn)
    back = deep + (scene.types[j].depth - scene.types[i].depth) / 2
    return float(along), float(back)


def _turn_between(one: float, other: float) -> float:
    """Angle between two directions, 0 to 180 degrees."""
    return abs((one - other + 180.0) % 360.0 - 180.0)


def _title(group: FixtureGroup) -> str:
    return f"{group.type} in zone {group.zone!r}" if group.zone else group.type
