"""The legs of a layout, walked around the furniture.

In: a study, a layout and the prepared shells. Out: `Leg` values with exact paths, and a sentence
for every leg that cannot be walked, naming what is in the way.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.period_legs import layout_legs
from optimizer.equipment.layout import boxes_of, placed_points
from optimizer.equipment.model import Role
from optimizer.errors import LayoutError, StudyError
from optimizer.evaluation import Leg
from optimizer.plan.space import Audience, door_point, free_space
from optimizer.walk.routing import WALL, route, what_closes
from optimizer.walk.shell import prepare_shell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.demand.legs import LegEnds
    from optimizer.equipment.layout import Layout, Placement
    from optimizer.study import Study
    from optimizer.walk.shell import Shell

__all__ = ["NO_WAY", "access_point", "door_access", "prepare_shells", "walk_legs"]

#: Length that stands for a leg without a way, metres: no layout that is open costs as much.
NO_WAY = 1000.0


def prepare_shells(study: Study) -> dict[Audience, Shell]:
    """The walkable graph of the empty shell, for customers and for staff."""
    return {
        audience: prepare_shell(free_space(study.plan, audience), radius=study.walking.radius)
        for audience in Audience
    }


def access_point(study: Study, placement: Placement, audience: Audience) -> tuple[float, float]:
    """Point that walks to a fixture lead to: the middle of its places for that audience."""
    fixture_type = study.types[placement.type]
    role = Role.STAFF if audience is Audience.STAFF else Role.CUSTOMER
    points = placed_points(fixture_type, role, placement)
    if not len(points):
        raise StudyError(
            f"fixture type {placement.type!r} has no standing point, but a {audience} journey "
            "leads to it; give it one in the catalogue or take it off the journey"
        )
    x, y = points[len(points) // 2]
    return float(x), float(y)


def door_access(study: Study, name: str, shell: Shell) -> tuple[float, float]:
    """Point at which people step through the door named."""
    door = next((d for d in study.plan.doors if d.name == name), None)
    if door is None:
        names = ", ".join(d.name for d in study.plan.doors) or "none"
        raise StudyError(f"door {name!r} is not in the floor plan; it has {names}")
    point = door_point(door, shell.walkable)
    if point is None:
        x, y = door.centre
        raise StudyError(
            f"door {name!r} at ({x:.2f}, {y:.2f}) opens onto no floor that people can walk on"
        )
    return point


def walk_legs(
    study: Study, layout: Layout, *, hour: int | None, shells: Mapping[Audience, Shell]
) -> tuple[tuple[Leg, ...], tuple[str, ...]]:
    """All walks of one hour, or with hour None of all periods of the study, with their paths.

    Returns
    -------
    tuple
        The legs, and one sentence for each that cannot be walked.

    Raises
    ------
    LayoutError
        If two fixtures have one name, or a journey leads to a type without standing points.
    """
    placements = {p.fixture: p for p in layout.placements}
    if len(placements) < len(layout):
        seen = [p.fixture for p in layout.placements]
        double = sorted({name for name in seen if seen.count(name) > 1})
        raise LayoutError(*(f"two fixtures of the layout are called {name!r}" for name in double))
    names: defaultdict[str, list[str]] = defaultdict(list)
    for placement in layout.placements:
        names[placement.type].append(placement.fixture)
    ends = layout_legs(study, {kind: tuple(of) for kind, of in names.items()}, hour)
    legs: list[Leg] = []
    broken: list[str] = []
    for audience, shell in shells.items():
        own = [leg for leg in ends if leg.audience is audience]
        more, sentences = _walk_audience(study, layout, own, audience, shell)
        legs += more
        broken += sentences
    return tuple(legs), tuple(broken)


def _walk_audience(
    study: Study, layout: Layout, ends: Sequence[LegEnds], audience: Audience, shell: Shell
) -> tuple[list[Leg], list[str]]:
    placements = {p.fixture: p for p in layout.placements}

    def point(name: str) -> tuple[float, float]:
        if name in placements:
            return access_point(study, placements[name], audience)
        return door_access(study, name, shell)

    start = np.array([point(leg.source) for leg in ends], dtype=float).reshape(-1, 2)
    end = np.array([point(leg.target) for leg in ends], dtype=float).reshape(-1, 2)
    boxes = boxes_of(layout, study.types)
    routes = route(shell, boxes, start, end)
    empty = route(shell, boxes[:0], start, end).lengths
    legs = [
        Leg(
            source=leg.source,
            target=leg.target,
            start=(float(start[i, 0]), float(start[i, 1])),
            end=(float(end[i, 0]), float(end[i, 1])),
            rate=leg.rate,
            by_group=leg.by_group,
            person=leg.person,
            length=float(routes.lengths[i]),
            empty_length=float(empty[i]),
            path=routes.path(i),
            by_period=leg.by_period,
        )
        for i, leg in enumerate(ends)
    ]
    sentences = [
        _why_not(study, layout, leg, routes.blocked[i], shell)
        for i, leg in enumerate(legs)
        if not np.isfinite(leg.length)
    ]
    return legs, sentences


def _why_not(
    study: Study, layout: Layout, leg: Leg, blocked: NDArray[np.int64], shell: Shell
) -> str:
    """Why a leg cannot be walked: what stands on an end of it, or what closes it off."""
    walk = f"no way from {leg.source!r} to {leg.target!r}"
    for code, place, (x, y) in zip(
        blocked, (leg.source, leg.target), (leg.start, leg.end), strict=True
    ):
        if code == WALL:
            return (
                f"{walk}: the standing point of {place!r} at ({x:.2f}, {y:.2f}) is nearer to a "
                f"wall than {study.walking.radius} m, or where this audience may not go"
            )
        if code >= 0:
            name = layout.placements[code].fixture
            return f"{walk}: {name!r} stands on the standing point of {place!r} ({x:.2f}, {y:.2f})"
    closing = what_closes(shell, boxes_of(layout, study.types), leg.start, leg.end)
    if closing == "walls":
        return f"{walk}, even in the empty hall: see its doors and zones"
    names = ", ".join(repr(layout.placements[row].fixture) for row in closing)
    if names:
        return f"{walk}: it would be open without {names}"
    return f"{walk}: several fixtures close it off together"
