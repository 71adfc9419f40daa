"""Where people stand who wait.

In: a study, a layout, the floor left for bodies, and the ways that people walk. Out: places in
line by fixture, the first in line first; places by fixture type for those who are called. A line
begins behind the line of discretion of whoever is served, and bends where it must. Who is called
does not stand in line but aside, off the ways, as waiting people do (Küpper and Seyfried 2023).
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.equipment.model import Role
from optimizer.plan.space import Audience
from optimizer.simulate.parameters import parameter
from optimizer.walked_legs import access_point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg
    from optimizer.study import Study

__all__ = ["called_places", "line_places"]

#: Turns from one person of a line to the next that are tried, degrees, the straightest first.
TURNS = (0, 15, -15, 30, -30, 45, -45, 60, -60, 90, -90, 120, -120)
#: A place in line is so far from everybody who stands elsewhere, metres.
APART = 0.6
#: Metres between two places that are tried for people who are called, and how far from all ways
#: they stand: the first of these that leaves room.
GRID, OFF_WAYS = 0.35, (0.7, 0.5)
#: What a place out of sight of the counter is taken to be farther, metres.
UNSEEN = 10.0


def line_places(
    study: Study,
    layout: Layout,
    clear: BaseGeometry,
    taken: Sequence[tuple[float, float]],
    legs: Sequence[Leg],
) -> dict[str, tuple[tuple[float, float], ...]]:
    """Places of people who wait standing, by fixture that serves customers.

    Parameters
    ----------
    study, layout
        What stands where.
    clear
        Where the centre of a customer may be.
    taken
        Standing points that a line must leave free.
    legs
        Walked legs: a line keeps off the ways of people who go elsewhere, where there is room.
    """
    pitch = parameter("pitch")
    lines: dict[str, list[tuple[float, float]]] = {}
    heads: dict[str, float] = {}
    serving = [p for p in layout.placements if study.types[p.type].points(Role.CUSTOMER)]
    ways: dict[str, BaseGeometry] = {}
    for p in serving:
        ways[p.fixture] = shapely.union_all(
            [
                shapely.LineString(leg.path)
                for leg in legs
                if len(leg.path) > 1 and p.fixture not in (leg.source, leg.target)
            ]
        )
        lines[p.fixture] = [access_point(study, p, Audience.CUSTOMER)]
        heads[p.fixture] = p.angle - 90.0
    # all lines grow together, so that none takes the room of another
    for depth in range(parameter("line")):
        for p in serving:
            own = lines[p.fixture]
            if len(own) != depth + 1:
                continue
            step = pitch if depth else max(pitch, study.types[p.type].privacy_depth)
            others = [q for name, line in lines.items() for q in line if name != p.fixture]
            busy = np.array([*taken, *others, *own])
            away = busy[np.any(busy != np.array(own[-1]), axis=1)]
            found = _next_place(own[-1], heads[p.fixture], step, clear, away, ways[p.fixture])
            if found is not None:
                place, heads[p.fixture] = found
                own.append(place)
    return {name: tuple(line[1:]) for name, line in lines.items()}


def called_places(
    study: Study,
    layout: Layout,
    clear: BaseGeometry,
    taken: Sequence[tuple[float, float]],
    ways: BaseGeometry,
) -> dict[str, tuple[tuple[float, float], ...]]:
    """Places of people who stand until they are called, by staffed fixture type, nearest first.

    Parameters
    ----------
    study, layout, clear, taken
        As for `line_places`; places in line are taken too.
    ways
        Lines that people walk on.
    """
    kinds = sorted({p.type for p in layout.placements} & set(study.mix.service.staffed))
    kinds = [kind for kind in kinds if study.types[kind].points(Role.CUSTOMER)]
    if clear.is_empty or not kinds:
        return {}
    x0, y0, x1, y1 = clear.bounds
    x, y = (a.ravel() for a in np.meshgrid(np.arange(x0, x1, GRID), np.arange(y0, y1, GRID)))
    inside = shapely.contains_xy(clear, x, y)
    grid = np.column_stack([x, y])[inside]
    off = shapely.distance(shapely.points(grid), ways)
    busy = [tuple(point) for point in taken]
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
    near = {
        kind: np.min(
            [
                _seen_distance(grid, access_point(study, p, Audience.CUSTOMER), clear)
                for p in layout.of_type(kind)
            ],
            axis=0,
        )
        for kind in kinds
    }
    for _ in range(parameter("line")):
        for kind in kinds:
            room = np.hypot(*(grid[:, None] - np.array(busy)[None]).T).T.min(axis=1) >= APART
            for least in OFF_WAYS:
                good = np.flatnonzero(room & (off >= least))
                if len(good):
                    at = good[np.argmin(near[kind][good])]
                    place = (float(grid[at, 0]), float(grid[at, 1]))
                    found[kind].append(place)
                    busy.append(place)
                    break
    return {kind: tuple(places) for kind, places in found.items()}


def _seen_distance(
    grid: NDArray[np.float64], point: tuple[float, float], clear: BaseGeometry
) -> NDArray[np.float64]:
    """Metres from places to a point, and `UNSEEN` more where no straight way leads there."""
    ends = np.stack([grid, np.broadcast_to(point, grid.shape)], axis=1)
    seen = shapely.covers(clear, shapely.linestrings(ends))
    metres: NDArray[np.float64] = np.hypot(*(grid - point).T) + np.where(seen, 0.0, UNSEEN)
    return metres


def _next_place(
    last: tuple[float, float],
    heading: float,
    step: float,
    clear: BaseGeometry,
    taken: NDArray[np.float64],
    ways: BaseGeometry,
) -> tuple[tuple[float, float], float] | None:
    """Place of the next in line and the way that the line runs there; None where none is free."""
    for least, turn in itertools.product((OFF_WAYS[-1], 0.0), TURNS):
        angle = heading + turn
        x = last[0] + step * math.cos(math.radians(angle))
        y = last[1] + step * math.sin(math.radians(angle))
        if not shapely.intersects_xy(clear, x, y):
            continue
        if not shapely.covers(clear, shapely.LineString([last, (x, y)])):
            continue
        if len(taken) and np.hypot(*(taken - (x, y)).T).min() < APART:
            continue
        if least and shapely.Point(x, y).distance(ways) < least:
            continue
        return (x, y), angle
    return None
