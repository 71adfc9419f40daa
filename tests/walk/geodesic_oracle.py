"""Second oracle: exact geodesics over a triangulation of the free space, by pygeodesic.

A program of its own, since the library can abort the process. In: on standard input, the free
space as WKT and pairs of points, as JSON. Out: the lengths as JSON.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import shapely
from pygeodesic.geodesic import PyGeodesicAlgorithmExact


def triangles_with(space, points):
    """Return vertices and faces of a triangulation that has the points as vertices.

    Vertices on a straight edge would give faces without area, on which the library crashes.
    """
    faces = [
        np.array(face.exterior.coords[:3])
        for face in shapely.get_parts(shapely.constrained_delaunay_triangles(space.simplify(1e-9)))
    ]
    for point in points:
        for at, (a, b, c) in enumerate(faces):
            if shapely.Polygon([a, b, c]).contains(shapely.Point(point)):
                faces[at : at + 1] = [
                    np.array(t) for t in ((a, b, point), (b, c, point), (c, a, point))
                ]
                break
    corners = np.round(np.concatenate(faces), 12)
    vertices, index = np.unique(corners, axis=0, return_inverse=True)
    return vertices, index.reshape(-1, 3)


def main():
    """Answer one query."""
    query = json.load(sys.stdin)
    space = shapely.from_wkt(query["space"])
    points = np.array(query["points"])
    vertices, faces = triangles_with(space, points)
    flat = np.column_stack([vertices, np.zeros(len(vertices))])
    algorithm = PyGeodesicAlgorithmExact(flat, faces)
    at = [int(np.argmin(np.hypot(*(vertices - point).T))) for point in points]
    lengths = [
        float(algorithm.geodesicDistance(a, b)[0]) for a, b in zip(at[::2], at[1::2], strict=True)
    ]
    json.dump(lengths, sys.stdout)


if __name__ == "__main__":
    main()
