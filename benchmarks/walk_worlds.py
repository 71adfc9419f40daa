"""Halls, furniture and legs that the path benchmark measures on; the same for every peer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.affinity import rotate

RADIUS = 0.25


@dataclass(frozen=True, kw_only=True)
class World:
    """A free floor with layouts on it.

    Parameters
    ----------
    name
        "small" (20 x 15 m) or "large" (60 x 40 m).
    free
        Free floor, not inflated.
    walkable
        Free floor eroded by the body, mitred.
    layouts
        Each (boxes (n, 5), starts (m, 2), ends (m, 2)).
    """

    name: str
    free: shapely.Polygon
    walkable: shapely.Polygon
    layouts: tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]


def hall(
    rng: np.random.Generator, *, width: float, depth: float, pieces: int, connected: bool = True
) -> shapely.Polygon:
    """Return a floor with wall pieces and columns, a third of them turned."""
    floor = shapely.box(0, 0, width, depth)
    while True:
        walls = []
        for _ in range(pieces):
            if rng.random() < 0.4:
                w = h = rng.uniform(0.4, 0.8)
            else:
                w, h = rng.uniform(2, 6), rng.uniform(0.15, 0.3)
            angle = rng.uniform(0, 180) if rng.random() < 0.33 else rng.choice([0, 90])
            x, y = rng.uniform(0, width), rng.uniform(0, depth)
            box = shapely.box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)
            walls.append(rotate(box, angle, origin=(x, y)))
        free = floor.difference(shapely.union_all(walls))
        if not connected or erode(free).geom_type == "Polygon":
            return free


def erode(free: shapely.Polygon) -> shapely.Polygon:
    """Return the floor that the body's centre can reach."""
    return free.buffer(-RADIUS, join_style="mitre")


def footprint(box: np.ndarray, grow: float = 0.0) -> shapely.Polygon:
    """Return a footprint, inflated by `grow`, as a polygon."""
    x, y, w, d, angle = box
    flat = shapely.box(x - w / 2 - grow, y - d / 2 - grow, x + w / 2 + grow, y + d / 2 + grow)
    return rotate(flat, angle, origin=(x, y))


def furnish(
    rng: np.random.Generator, free: shapely.Polygon, *, boxes: int, legs: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return boxes (about a third flush with a neighbour) and legs between free points."""
    x0, y0, x1, y1 = free.bounds
    placed: list[np.ndarray] = []
    shapes: list[shapely.Polygon] = []
    while len(placed) < boxes:
        if placed and rng.random() < 0.35:
            box = placed[-1].copy()
            turn = np.radians(box[4])
            box[:2] += box[2] * np.array([np.cos(turn), np.sin(turn)])
        else:
            angle = rng.choice([0.0, 90.0, 180.0, 270.0, rng.uniform(0, 360)])
            box = np.array(
                [
                    rng.uniform(x0, x1),
                    rng.uniform(y0, y1),
                    rng.uniform(0.6, 1.6),
                    rng.uniform(0.4, 0.9),
                    angle,
                ]
            )
        shape = footprint(box, -1e-6)
        if free.covers(shape) and not any(shape.intersects(other) for other in shapes):
            placed.append(box)
            shapes.append(shape)
    space = erode(free).difference(shapely.union_all([footprint(b, RADIUS + 1e-5) for b in placed]))
    part = max(shapely.get_parts(space), key=lambda p: p.area)
    points = scatter(rng, part, 2 * legs)
    return np.array(placed), points[:legs], points[legs:]


def scatter(rng: np.random.Generator, area: shapely.Polygon, n: int) -> np.ndarray:
    """Return n points at random in an area."""
    x0, y0, x1, y1 = area.bounds
    found: list[np.ndarray] = []
    while sum(map(len, found)) < n:
        points = rng.uniform([x0, y0], [x1, y1], (2 * n, 2))
        found.append(points[shapely.contains_xy(area, points)])
    return np.concatenate(found)[:n]


def world(name: str, *, layouts: int = 5, boxes: int = 40, legs: int = 12) -> World:
    """Return one of the two benchmark worlds, always the same."""
    rng = np.random.default_rng(20240501 if name == "small" else 20240502)
    width, depth, pieces = (20, 15, 8) if name == "small" else (60, 40, 60)
    free = hall(rng, width=width, depth=depth, pieces=pieces)
    return World(
        name=name,
        free=free,
        walkable=erode(free),
        layouts=tuple(furnish(rng, free, boxes=boxes, legs=legs) for _ in range(layouts)),
    )
