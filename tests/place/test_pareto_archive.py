"""Dominance, the bounded archive and the hypervolume, by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.place.pareto.archive import Archive, hypervolume, non_dominated
from optimizer.place.pareto.choose import spread
from optimizer.place.pareto.front import balanced_point, knee_point

clouds = st.integers(2, 4).flatmap(
    lambda axes: st.lists(
        st.lists(st.integers(0, 6), min_size=axes, max_size=axes), min_size=1, max_size=25
    )
)


def dominates(one, other) -> bool:
    """The definition, axis by axis."""
    return all(a <= b for a, b in zip(one, other, strict=True)) and one != other


@settings(deadline=None)
@given(clouds)
def test_non_dominated_is_the_definition(points):
    """Kept are exactly the points that no other dominates, of equal ones the first."""
    kept = [points[i] for i in non_dominated(np.array(points, dtype=float))]
    naive = [p for p in points if not any(dominates(q, p) for q in points)]
    assert sorted(kept) == sorted([list(p) for p in {tuple(p) for p in naive}])


def test_hypervolume_of_three_steps():
    """Steps (1,3), (2,2), (3,1) below (4,4).

    Columns from the left: x 1..2 is covered from y = 3 up to 4: 1; x 2..3 from 2: 2; x 3..4 from
    1: 3. Together 6. A fourth point (3,3) is dominated, (5,0) lies beyond the reference: still 6.
    """
    points = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]])
    reference = np.array([4.0, 4.0])
    assert hypervolume(points, reference) == 6.0
    more = np.vstack([points, [[3.0, 3.0], [5.0, 0.0]]])
    assert hypervolume(more, reference) == 6.0


def test_hypervolume_of_two_bricks():
    """Corners (1,1,2) and (2,2,1) below (3,3,3).

    From z = 2 to 3 the first covers 2 · 2 = 4, within which the second lies; from z = 1 to 2 the
    second alone covers 1 · 1 = 1. Together 5.
    """
    assert hypervolume(np.array([[1.0, 1, 2], [2.0, 2, 1]]), np.full(3, 3.0)) == 5.0


@settings(deadline=None)
@given(clouds)
def test_hypervolume_counts_unit_cubes(points):
    """On whole numbers it is the number of unit cubes that some point dominates."""
    axes = len(points[0])
    cubes = np.stack(np.meshgrid(*[np.arange(7)] * axes, indexing="ij"), axis=-1).reshape(-1, axes)
    table = np.array(points, dtype=float)
    covered = (table[:, None, :] <= cubes[None]).all(axis=2).any(axis=0).sum()
    assert hypervolume(table, np.full(axes, 7.0)) == pytest.approx(covered)


@settings(deadline=None)
@given(clouds)
def test_an_archive_without_boxes_keeps_the_front(points):
    """Whatever the order in which points come, the archive holds exactly the front."""
    table = np.array(points, dtype=float)
    archive: Archive[int] = Archive(np.zeros(table.shape[1]))
    volume = 0.0
    for i, point in enumerate(table):
        archive.add(point, i)
        now = hypervolume(archive.points, np.full(table.shape[1], 8.0))
        assert now >= volume
        volume = now
    front = {tuple(table[i]) for i in non_dominated(table)}
    assert {tuple(p) for p in archive.points} == front
    assert {tuple(table[i]) for i in archive.kept} == front
    assert {p for p, _ in archive.members} == front


@settings(deadline=None)
@given(clouds)
def test_boxes_bound_the_archive(points):
    """With boxes of 3: one point a box, every point offered has a member no farther than a box."""
    table = np.array(points, dtype=float)
    box = np.full(table.shape[1], 3.0)
    archive: Archive[int] = Archive(box)
    for i, point in enumerate(table):
        archive.add(point, i)
    corners = np.floor(archive.points / box)
    assert len(np.unique(corners, axis=0)) == len(archive)
    for point in table:
        assert (archive.points < point + box).all(axis=1).any()
    # the least point of each axis is never lost to a box
    members = np.array([p for p, _ in archive.members])
    assert members.min(axis=0) == pytest.approx(table.min(axis=0))


def test_the_knee_is_the_deepest_bend():
    """Ends (0,10) and (10,0): scaled, the chord is x + y = 1; (2,2) lies 0.6 below, (1,5) 0.4.

    A third axis takes a tenth of its span off. With 0.9 of the span (2,2) keeps 0.6 − 0.09 = 0.51
    against the 0.5 of (3,2). With all of it, 0.5, it loses to the 0.55 of (3,1.5).
    """
    plane = np.array([[0.0, 10], [1, 5], [2, 2], [10, 0]])
    assert knee_point(plane) == 2
    third = np.array([[0.0, 10, 0], [2, 2, 1.0], [3, 2, 0.0], [10, 0, 1.0]])
    third[1, 2] = 0.9
    assert knee_point(third) == 1
    third[2, 1] = 1.5
    third[1, 2] = 1.0
    assert knee_point(third) == 2


def test_no_knee_on_a_straight_front_and_of_one_point():
    """Where nothing lies below the chord there is no knee."""
    assert knee_point(np.array([[0.0, 2], [1, 1], [2, 0]])) is None
    assert knee_point(np.array([[1.0, 1.0]])) is None


def test_balanced_is_nearest_to_the_best_of_all_axes():
    """Scaled: (0,1) is 1 away, (0.25,0.5) 0.56, (1,0) 1."""
    assert balanced_point(np.array([[0.0, 4.0], [1.0, 2.0], [4.0, 0.0]])) == 1


def test_spread_takes_ends_first_and_then_the_farthest():
    """Eleven points on a line with ends, then the middle between the two."""
    line = np.column_stack([np.arange(11.0), 10 - np.arange(11.0)])
    chosen = spread(line, line[:, 0], 4).tolist()
    assert chosen[:3] == [0, 10, 5]
    assert len(set(chosen)) == 4
    assert sorted(spread(line, line[:, 0], 50).tolist()) == list(range(11))
