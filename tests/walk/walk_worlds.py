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
        box = (*rng.uniform([0, 0], [width, depth]), long, rng.uniform(0.15, 0.6),
               rng.choice([0, 90, rng.uniform(0, 180)]) if turned else rng.choice([0, 90]))
        walls.append(box_polygon(box))
    free = floor.difference(shapely.union_all(walls))
    return free


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
            boxes.append((*rng.uniform([0.3, 0.3], [width - 0.3, depth - 0.3]),
                          rng.uniform(0.4, 1.8), rng.uniform(0.3, 1.0), angle))
    return np.array(boxes).reshape(n, 5)


def free_points(rng, space, n):
    """Return n points at random in a space."""
    x0, y0, x1, y1 = space.bounds
    points = []
    while len(points) < n:
        p = rng.uniform([x0, y0], [x1, y1], (200, 2))
        points += list(p[shapely.contains_xy(space, p)])
    return np.array(points[:n])
