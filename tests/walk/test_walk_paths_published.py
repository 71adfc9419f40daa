"""Published optimal lengths, degenerate meshes, and the cases of extremitypathfinder."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from walk_maps import blocked_cells, read_map, read_mesh, read_scen

from optimizer.walk import prepare_shell, route


def arena_of(shared, source):
    """Return the floor of the arena map from one of its three descriptions."""
    path = shared / "paths" / source
    return read_map(path) if source.endswith(".map") else read_mesh(path)


@pytest.mark.parametrize("source", ["arena.map", "arena.mesh", "arena-merged.mesh"])
def test_arena_has_its_160_known_optimal_lengths(shared, source):
    """All 160 lengths are right, static and routed; most ends lie on a wall or a corner."""
    known = json.loads((shared / "paths" / "arena_euclidean_optimal.json").read_text())["cases"]
    starts = np.array([case["start"] for case in known]) + 0.5
    goals = np.array([case["goal"] for case in known]) + 0.5
    expected = np.array([case["euclidean_optimal"] for case in known])
    shell = prepare_shell(arena_of(shared, source), radius=0)
    assert len(expected) == 160
    assert np.abs(np.diag(shell.distances(starts, goals)) - expected).max() < 2e-5
    assert np.abs(route(shell, [], starts, goals).lengths - expected).max() < 2e-5


@pytest.mark.parametrize(
    ("name", "accuracy"),
    [
        ("bad-collinear", 5e-3),  # the file gives three digits
        ("bad-collinear2-rot0", 2e-5),
        ("bad-collinear2-rot45", 2e-5),
        ("bad-collinear2-rot90", 2e-5),
        ("square", 2e-5),
    ],
)
def test_degenerate_meshes_have_their_known_lengths(shared, name, accuracy):
    """Collinear vertices and ends on vertices change nothing."""
    path = shared / "paths" / f"test_{name}.mesh"
    shell = prepare_shell(read_mesh(path), radius=0)
    for start, goal, length in read_scen(path.with_suffix(".scen")):
        assert shell.distances([start], [goal])[0, 0] == pytest.approx(length, abs=accuracy)


def test_a_shared_corner_is_closed(shared):
    """Two obstacles that meet in (1, 1) close the way through it; the way round is 4 m.

    The scenario calls a query that ends in the shared corner itself ambiguous. Here an end on a
    rim is moved by less than 0.01 mm to one of the two sides, and never passes the corner.
    """
    path = shared / "paths" / "test_bad-ambig.mesh"
    shell = prepare_shell(read_mesh(path), radius=0)
    start, goal, length = read_scen(path.with_suffix(".scen"))[0]
    assert shell.distances([start], [goal])[0, 0] == pytest.approx(length, abs=0.03)
    corner = np.array([[1.0, 1.0]])
    to_start = shell.distances(corner, [start])[0, 0]
    to_goal = shell.distances(corner, [goal])[0, 0]
    # near one side (0.0141 m), the long way round to the other
    assert min(to_start, to_goal) == pytest.approx(0.01 * 2**0.5, abs=1e-5)
    assert max(to_start, to_goal) == pytest.approx(length, abs=0.03)


SQUEEZED = {
    # extremitypathfinder walks through (7, 6), the shared corner of cells (6, 6) and (7, 5)
    ((6.5, 5.5), (7.5, 6.5)),
    ((6.9, 4), (7, 9)),
    ((6.5, 4), (7, 9)),
}


def floor_of(environment):
    """Return the floor of an environment of the file."""
    if "size_x" in environment:
        size = environment["size_x"], environment["size_y"]
        return blocked_cells(*size, environment["blocked_cells"])
    holes = [shapely.Polygon(hole) for hole in environment["holes"]]
    return shapely.Polygon(environment["boundary"]).difference(shapely.union_all(holes))


def test_cases_of_extremitypathfinder(shared):
    """All its cases agree, both ways, save the three in which it squeezes through a corner."""
    content = json.loads((shared / "paths" / "extremitypathfinder_cases.json").read_text())
    compared = 0
    squeezed = set()
    for environment in content.values():
        if not isinstance(environment, dict):
            continue
        shell = prepare_shell(floor_of(environment), radius=0)
        for case in environment["cases"]:
            start, goal = tuple(case["start"]), tuple(case["goal"])
            expected = np.inf if case["length"] is None else case["length"]
            there = shell.distances([start], [goal])[0, 0]
            back = shell.distances([goal], [start])[0, 0]
            assert there == back or abs(there - back) < 1e-9
            if (start, goal) in SQUEEZED:
                assert there > expected + 0.01
                squeezed.add((start, goal))
            else:
                assert there == expected or abs(there - expected) < 2e-5
            compared += 1
        for start, goal in environment.get("invalid_queries", []):
            assert np.isinf(shell.distances([start], [goal])[0, 0])
    assert compared == 39
    assert squeezed == SQUEEZED
