"""Random halls, furniture and moves for the path tests."""

from __future__ import annotations

import numpy as np
import shapely
from walk_reference import box_polygon


def random_hall(rng, width=12.0, depth=9.0, pieces=6, turned=True):
    """Return a free floor with wall pieces and columns, some turned."""
    floor = shapely.box(0, 0, width, depth)
    walls = []
    for _ in range(pieces):
        long = rng.uniform(0.3, 3.5)
        box = (
            *rng.uniform([0, 0], [width, depth]),
            long,
            rng.uniform(0.15, 0.6),
            rng.choice([0, 90, rng.uniform(0, 180)]) if turned else rng.choice([0, 90]),
        )
        walls.append(box_polygon(box))
    return floor.difference(shapely.union_all(walls))


def random_boxes(rng, n, width=12.0, depth=9.0):
    """Return n footprints, about a third of them flush with the one before."""
    boxes = []
    for i in range(n):
        if i and rng.random() < 0.35:
            x, y, w, d, a = boxes[-1]
            t = np.radians(a)
            boxes.append((x + w * np.cos(t), y + w * np.sin(t), w, d, a))
        else:
            angle = rng.choice([0.0, 90.0, 180.0, rng.uniform(0, 360)])
            boxes.append(
                (
                    *rng.uniform([0.3, 0.3], [width - 0.3, depth - 0.3]),
                    rng.uniform(0.4, 1.8),
                    rng.uniform(0.3, 1.0),
                    angle,
                )
            )
    return np.array(boxes).reshape(n, 5)


def free_points(rng, space, n):
    """Return n points at random in a space."""
    x0, y0, x1, y1 = space.bounds
    points = []
    while len(points) < n:
        p = rng.uniform([x0, y0], [x1, y1], (200, 2))
        points += list(p[shapely.contains_xy(space, p)])
    return np.array(points[:n])


RASTER = 0.25


def raster_world(rng, width=8.0, depth=6.0):
    """Return a hall and boxes on a 0.25 m raster: contacts, equal gaps, collinear corners."""
    steps = np.array([width, depth]) / RASTER

    def box(longest):
        size = rng.integers(1, longest, 2) * RASTER
        corner = rng.integers(0, steps - 1) * RASTER
        centre = corner + size / 2
        return (
            (*centre, *size, float(rng.choice([0, 90, 180])))
            if rng.random() < 0.5
            else (*centre, *size, 0.0)
        )

    columns = [
        (x + 0.25, y + 0.25, 0.5, 0.5, 0.0)
        for x in np.arange(1.0, width - 0.5, 2.0)
        for y in np.arange(1.0, depth - 0.5, 1.75)
        if rng.random() < 0.5
    ]
    walls = columns + [box(9) for _ in range(int(rng.integers(1, 5)))]
    free = shapely.box(0, 0, width, depth).difference(
        shapely.union_all([box_polygon(w) for w in walls])
    )
    boxes = [box(5) for _ in range(int(rng.integers(2, 9)))]
    if rng.random() < 0.5:  # one more, 0.5 m from the first: exactly as wide as the body
        x, y, w, d, _ = boxes[0]
        boxes.append((x + w + 0.5, y, w, d, 0.0))
    return free, np.array(boxes)


def raster_points(rng, space, n):
    """Return n raster points of a space, many on its rim, none in a contact of two rims."""
    x0, y0, x1, y1 = space.bounds
    x, y = np.meshgrid(
        np.arange(np.floor(x0 / RASTER), x1 / RASTER + 1) * RASTER,
        np.arange(np.floor(y0 / RASTER), y1 / RASTER + 1) * RASTER,
    )
    grid = np.column_stack([x.ravel(), y.ravel()])
    near = shapely.distance(space, shapely.points(grid)) < 1e-6
    grid = grid[near]
    parts = shapely.intersection(space, shapely.buffer(shapely.points(grid), 1e-5))
    grid = grid[[isinstance(part, shapely.Polygon) for part in parts]]
    return grid[rng.integers(0, len(grid), n)] if len(grid) else np.empty((0, 2))
