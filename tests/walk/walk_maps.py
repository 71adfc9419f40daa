"""Readers of the public path benchmarks: grid maps, navigation meshes, their queries."""

from __future__ import annotations

import itertools

import shapely


def read_map(path):
    """Return the free cells of a Moving AI grid map as a polygon; row 0 is y = 0."""
    rows = path.read_text().split("map\n", 1)[1].split()
    return shapely.union_all(
        [
            shapely.box(x, y, x + 1, y + 1)
            for y, row in enumerate(rows)
            for x, cell in enumerate(row)
            if cell in ".GS"
        ]
    )


def read_mesh(path):
    """Return the union of the polygons of a navigation mesh (format of Polyanya, version 2)."""
    tokens = iter(path.read_text().split())
    assert next(tokens) == "mesh"
    assert next(tokens) == "2"
    vertices, polygons = int(next(tokens)), int(next(tokens))
    points = []
    for _ in range(vertices):
        points.append((float(next(tokens)), float(next(tokens))))
        for _ in range(int(next(tokens))):
            next(tokens)
    faces = []
    for _ in range(polygons):
        n = int(next(tokens))
        faces.append(shapely.Polygon([points[int(next(tokens))] for _ in range(n)]))
        for _ in range(n):
            next(tokens)
    return shapely.union_all(faces)


def read_scen(path):
    """Return the queries of a scenario file as (start, goal, length); -1 is none."""
    queries = []
    for line in path.read_text().splitlines()[1:]:
        fields = line.split()
        if fields:
            x1, y1, x2, y2, length = map(float, fields[4:9])
            queries.append(((x1, y1), (x2, y2), length))
    return queries


def blocked_cells(width, height, cells):
    """Return a rectangle without unit cells."""
    blocked = shapely.union_all([shapely.box(x, y, x + 1, y + 1) for x, y in cells])
    return shapely.box(0, 0, width, height).difference(blocked)


def turned(points, way):
    """Return points after one of the eight symmetries of the square about (0, 0)."""
    swap, flip_x, flip_y = list(itertools.product([False, True], repeat=3))[way]
    result = points[:, ::-1].copy() if swap else points.copy()
    result[:, 0] *= -1 if flip_x else 1
    result[:, 1] *= -1 if flip_y else 1
    return result
