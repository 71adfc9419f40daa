"""Straight faces of walls and columns: what fixtures can lean on or be built into.

In: the floor of an empty plan. Out: `Face` values with the floor on their left, and the poses of
blocks along them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["Face", "compute_faces", "principal_angle"]

#: The thickest wall that a fixture is built into, metres.
THICKEST_WALL = 1.0
#: Shorter faces carry nothing, metres.
SHORTEST_FACE = 0.3
#: Parts and holes of a floor below this are dust of the drawing, square metres.
SLIVER = 1e-5


@dataclass(frozen=True)
class Face:
    """A straight face from `start` to `end` with the floor on its left.

    Parameters
    ----------
    start, end
        Metres.
    floor
        The floor of the plan: what is not floor behind the face is the wall.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    floor: BaseGeometry

    @property
    def length(self) -> float:
        """Metres."""
        return float(np.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1]))

    @property
    def direction(self) -> tuple[float, float]:
        """Unit vector from start to end."""
        n = self.length
        return (self.end[0] - self.start[0]) / n, (self.end[1] - self.start[1]) / n

    def poses(
        self, *, width: float, depth: float, pitch: float, through: bool
    ) -> NDArray[np.float64]:
        """Poses of a block along the face, its front towards the floor.

        Parameters
        ----------
        width, depth
            Of the block, metres.
        pitch
            Step along the face, metres; the two flush ends are always among the poses.
        through
            Whether the block sits in the middle of the wall behind the face rather than before it.

        Returns
        -------
        ndarray
            (n, 3): x, y (metres) and angle (degrees).
        """
        if self.length < width - 1e-6:
            return np.empty((0, 3))
        room = max(self.length - width, 0.0)
        along = np.unique(np.round(np.append(np.arange(0.0, room, pitch), room), 9)) + width / 2
        ux, uy = self.direction
        nx, ny = -uy, ux  # towards the floor
        feet = np.array(self.start) + along[:, None] * np.array([ux, uy])
        out = -self._thickness(feet) / 2 if through else np.full(len(feet), depth / 2)
        keep = np.isfinite(out)
        middle = feet[keep] + out[keep, None] * np.array([nx, ny])
        # the front (−y at angle 0) looks along the face's normal
        angle = np.degrees(np.arctan2(nx, -ny)) % 360.0
        return np.column_stack([middle, np.full(len(middle), angle)])

    def _thickness(self, feet: NDArray[np.float64]) -> NDArray[np.float64]:
        """Thickness of the wall behind each foot; inf where the floor does not go on behind it."""
        ux, uy = self.direction
        back = np.array([uy, -ux])
        rays = shapely.linestrings(
            np.stack([feet + 1e-6 * back, feet + THICKEST_WALL * back], axis=1)
        )
        behind = shapely.intersection(self.floor, rays)
        distance: NDArray[np.float64] = shapely.distance(shapely.points(feet), behind)
        return np.where(np.isnan(distance), np.inf, distance)


def compute_faces(floor: BaseGeometry) -> tuple[Face, ...]:
    """All straight faces that bound a floor, at least `SHORTEST_FACE` long."""
    faces = []
    for polygon in shapely.get_parts(floor):
        clean = shapely.orient_polygons(polygon.simplify(1e-6))
        for ring in [clean.exterior, *clean.interiors]:
            # a sliver has no face, and no ring is left of it without its repeated points
            if shapely.area(shapely.polygons(ring)) < SLIVER:
                continue
            ring = shapely.remove_repeated_points(ring, 1e-6)
            faces += _faces_of_ring(np.asarray(ring.coords)[:, :2], floor)
    return tuple(faces)


def _faces_of_ring(ring: NDArray[np.float64], floor: BaseGeometry) -> list[Face]:
    """Faces of a ring that keeps the floor on its left; a ring may start within a face."""
    corners = ring[:-1]
    before, after = np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0)
    one, other = corners - before, after - corners
    bend = abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    real = corners[bend > 1e-9 * (1 + np.hypot(*one.T) * np.hypot(*other.T))]
    ends = np.roll(real, -1, axis=0)
    return [
        Face(start=(float(a[0]), float(a[1])), end=(float(b[0]), float(b[1])), floor=floor)
        for a, b in zip(real, ends, strict=True)
        if np.hypot(*(b - a)) >= SHORTEST_FACE
    ]


def principal_angle(faces: Sequence[Face]) -> float:
    """Direction, 0 to 90 degrees, along which (or across which) most metres of face run."""
    lengths: dict[float, float] = {}
    for face in faces:
        ux, uy = face.direction
        angle = round(float(np.degrees(np.arctan2(uy, ux))) % 90.0, 3) % 90.0
        lengths[angle] = lengths.get(angle, 0.0) + face.length
    return min(lengths, key=lambda a: (-round(lengths[a], 6), a)) if lengths else 0.0
