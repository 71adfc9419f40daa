"""Paths in random and in degenerate halls against the slow reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from walk_reference import Reference, closed_space
from walk_worlds import (
    free_points,
    random_boxes,
    random_hall,
    raster_points,
    raster_world,
)

from optimizer.walk import prepare_shell, route

ACCURACY = 2e-5


def compare(found, expected):
    """Assert that two lists of lengths agree, also in what cannot be reached."""
    assert np.array_equal(np.isinf(found), np.isinf(expected))
    reached = np.isfinite(expected)
    assert np.abs(found[reached] - expected[reached]).max(initial=0.0) <= ACCURACY


def check_random_hall(seed):
    """Compare 6 static and 6 furnished legs of one random hall."""
    rng = np.random.default_rng(seed)
    free = random_hall(rng, pieces=int(rng.integers(2, 9)))
    radius = float(rng.choice([0.25, 0.25, 0.45, 0.0]))
    boxes = random_boxes(rng, int(rng.integers(0, 9)))
    space = closed_space(free, boxes, radius)
    if space.area < 0.5:
        return
    points = free_points(rng, space, 12)
    a, b = points[:6], points[6:]
    shell = prepare_shell(free, radius=radius)
    routes = route(shell, boxes, a, b)
    compare(routes.lengths, Reference(space).distances(a, b))
    static = shell.distances(a, b)
    empty = Reference(closed_space(free, boxes[:0], radius))
    compare(np.diag(static), empty.distances(a, b))
    for leg in range(6):
        path = routes.path(leg)
        total = np.hypot(*np.diff(path, axis=0).T).sum() if len(path) else np.inf
        assert total == routes.lengths[leg] or abs(total - routes.lengths[leg]) < 1e-9
        straight = shell.path(a[leg], b[leg])
        total = np.hypot(*np.diff(straight, axis=0).T).sum() if len(straight) else np.inf
        assert total == static[leg, leg] or abs(total - static[leg, leg]) < 1e-9


@given(seed=st.integers(0, 10**9))
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_random_halls_agree_with_the_reference(seed):
    """In random halls with furniture, lengths agree with the reference to 0.02 mm."""
    check_random_hall(seed)


@pytest.mark.slow
def test_a_thousand_random_halls_agree_with_the_reference():
    """The same in a thousand halls."""
    for seed in range(1000):
        check_random_hall(seed)


def check_raster_world(seed, legs):
    """Compare the legs of one world of contacts; return how many were compared."""
    rng = np.random.default_rng(seed)
    free, boxes = raster_world(rng)
    space = closed_space(free, boxes, 0.25)
    points = raster_points(rng, space, 2 * legs)
    a, b = points[:legs], points[legs:]
    routes = route(prepare_shell(free), boxes, a, b)
    compare(routes.lengths, Reference(space).distances(a, b))
    return len(a)


def test_raster_worlds_agree_with_the_reference():
    """Gaps exactly as wide as the body, touching boxes, collinear corners, rim points: exact."""
    assert sum(check_raster_world(seed, 40) for seed in range(12)) == 480


@pytest.mark.slow
def test_sixty_raster_worlds_agree_with_the_reference():
    """All 4,680 legs of 60 worlds of degenerate contacts are right."""
    assert sum(check_raster_world(seed, 78) for seed in range(100, 160)) == 4680
