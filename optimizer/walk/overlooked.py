"""Overlooked screens of a layout: who can see whose PIN pad.

In: a floor plan, fixture types and a layout. Out: every pair of a fixture with a screen and
another one whose customer sees it. This is the specification, in plain geometry; `place`
counts the same in microseconds.

A customer at another fixture overlooks a screen where

* the eye (the standing point) is within the overlooking radius of the screen;
* it lies within the screen's angle of view, which side screens make smaller, but outside the
  sector that the user's own body covers; both are centred on the front;
* no wall, column or other opaque fixture is in the line of sight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, STRtree

from optimizer.equipment.layout import place_points, placed_box, placed_points
from optimizer.equipment.model import Role
from optimizer.evaluation import OverlookedPair
from optimizer.plan.space import floor_space
from optimizer.walk.pedestrian import read_pedestrian_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.equipment.layout import Layout, Placement
    from optimizer.equipment.model import FixtureType
    from optimizer.plan.model import FloorPlan

__all__ = ["overlooked_pairs"]

#: An eye this near to the edge of a sector, metres, counts as behind the body, or in view: layouts
#: on a grid have eyes exactly there.
HAIR = 1e-9


def overlooked_pairs(
    plan: FloorPlan, types: Mapping[str, FixtureType], layout: Layout
) -> tuple[OverlookedPair, ...]:
    """Pairs of a screen and another fixture's customer who sees it, in the layout's order.

    A pair counts once, however many places the other fixture has.
    """
    opaque = [p for p in layout.placements if types[p.type].opaque]
    tree = STRtree([placed_box(types[p.type].footprint, p) for p in opaque])
    solid = floor_space(plan).boundary
    shapely.prepare(solid)
    pairs = []
    for owner in layout.placements:
        screen = types[owner.type].screen
        if screen is None:
            continue
        at = place_points([screen], np.array([owner.pose]))[0, 0]
        for viewer in layout.placements:
            if viewer.fixture == owner.fixture:
                continue
            for eye in _eyes_in_view(types, owner, viewer, at):
                sight = LineString([at, eye])
                hidden = {opaque[i].fixture for i in tree.query(sight, predicate="intersects")}
                if hidden - {owner.fixture} or solid.intersects(sight):
                    continue
                pairs.append(
                    OverlookedPair(
                        fixture=owner.fixture,
                        viewer=viewer.fixture,
                        screen=(float(at[0]), float(at[1])),
                        eye=(float(eye[0]), float(eye[1])),
                    )
                )
                break
    return tuple(pairs)


def _eyes_in_view(
    types: Mapping[str, FixtureType],
    owner: Placement,
    viewer: Placement,
    screen: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> Iterator[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Yield the places of the viewer's customers from which the screen could be read."""
    values = read_pedestrian_values()
    covered = np.cos(np.deg2rad(values.body_sector) / 2)
    view = np.cos(np.deg2rad(types[owner.type].screen_view) / 2)
    turn = np.deg2rad(owner.angle)
    front = np.array([np.sin(turn), -np.cos(turn)])
    if not any(p.role is Role.CUSTOMER for p in types[viewer.type].standing):
        return
    for eye in placed_points(types[viewer.type], Role.CUSTOMER, viewer):
        away = eye - screen
        gap = float(np.hypot(*away))
        ahead = float(away @ front)
        in_view = ahead >= view * gap - HAIR and ahead <= covered * gap - HAIR
        if 0 < gap <= values.overlooking_radius + HAIR and in_view:
            yield eye
