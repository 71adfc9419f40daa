"""Placements and layouts, and the geometry of placed fixtures.

In: fixture types and poses. Out: footprints, use spaces, privacy zones and standing points in
the plan's metres, for one placement or for thousands of poses at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely import Polygon

    from optimizer.equipment.model import Box, FixtureType, Role

__all__ = [
    "Layout",
    "Placement",
    "boxes_of",
    "place_boxes",
    "place_points",
    "placed_box",
    "placed_points",
]


@dataclass(frozen=True, kw_only=True)
class Placement:
    """One fixture at a pose.

    Parameters
    ----------
    fixture
        Unique name in its layout, for example "smart_terminal-2".
    type
        Name of its fixture type.
    x, y
        Middle of its footprint, metres.
    angle
        Turn, degrees counter-clockwise; at 0 its customers stand south of it (towards −y).
    """

    fixture: str
    type: str
    x: float
    y: float
    angle: float = 0.0

    @property
    def pose(self) -> tuple[float, float, float]:
        """The triple x, y, angle."""
        return (self.x, self.y, self.angle)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """All placements of one plan."""

    placements: tuple[Placement, ...] = ()

    def __len__(self) -> int:
        return len(self.placements)

    def __getitem__(self, fixture: str) -> Placement:
        """Return the placement of the fixture named."""
        for placement in self.placements:
            if placement.fixture == fixture:
                return placement
        raise KeyError(fixture)

    def of_type(self, *types: str) -> tuple[Placement, ...]:
        """Placements of the types named, in the layout's order."""
        return tuple(p for p in self.placements if p.type in types)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the rows of `layout.json` and of `result.json`'s "placements"."""
        return [
            {
                "fixture": p.fixture,
                "type": p.type,
                "x": round(p.x, 6),
                "y": round(p.y, 6),
                "angle": round(p.angle, 6),
            }
            for p in self.placements
        ]


def place_points(
    points: Sequence[tuple[float, float]], poses: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points of a fixture's frame, at many poses.

    Parameters
    ----------
    points
        (k, 2) in the fixture's frame, metres.
    poses
        (n, 3): x, y (metres) and angle (degrees).

    Returns
    -------
    ndarray
        (n, k, 2) in the plan's metres.
    """
    local = np.asarray(points, dtype=float).reshape(-1, 2)
    poses = np.asarray(poses, dtype=float).reshape(-1, 3)
    turn = np.deg2rad(poses[:, 2])
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    # exact quarter turns, so that symmetric layouts have bitwise symmetric coordinates
    cos, sin = np.where(abs(cos) < 1e-15, 0.0, cos), np.where(abs(sin) < 1e-15, 0.0, sin)
    x = poses[:, :1] + cos * local[:, 0] - sin * local[:, 1]
    y = poses[:, 1:2] + sin * local[:, 0] + cos * local[:, 1]
    return np.stack([x, y], axis=-1)


def place_boxes(box: Box, poses: NDArray[np.float64]) -> NDArray[np.object_]:
    """A rectangle of a fixture's frame as polygons, at many poses: (n,) of shapely polygons."""
    x0, y0, x1, y1 = box
    corners = place_points([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], poses)
    polygons: NDArray[np.object_] = shapely.polygons(corners)
    return polygons


def placed_box(box: Box, placement: Placement) -> Polygon:
    """A rectangle of a fixture's frame as a polygon in the plan."""
    polygon: Polygon = place_boxes(box, np.array([placement.pose]))[0]
    return polygon


def placed_points(
    fixture_type: FixtureType, role: Role, placement: Placement
) -> NDArray[np.float64]:
    """Standing points of one role in the plan: (k, 2) metres."""
    points = [(p.x, p.y) for p in fixture_type.points(role)]
    at: NDArray[np.float64] = place_points(points, np.array([placement.pose]))[0]
    return at


def boxes_of(
    layout: Layout | Iterable[Placement], types: Mapping[str, FixtureType]
) -> NDArray[np.float64]:
    """Footprints as the rows that the path engine takes.

    Returns
    -------
    ndarray
        (n, 5): centre x, centre y, width, depth (metres), angle (degrees).
    """
    placements = layout.placements if isinstance(layout, Layout) else tuple(layout)
    rows = [(p.x, p.y, types[p.type].width, types[p.type].depth, p.angle) for p in placements]
    return np.array(rows, dtype=float).reshape(-1, 5)
