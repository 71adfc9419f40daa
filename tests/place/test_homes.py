"""Layouts known before: whose poses become candidates, whether they lie on the grid or not."""

from tiny_studies import machine, make_study, room

from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import Anchoring
from optimizer.place.blocks import make_blocks
from optimizer.place.homes import counts_of, find_homes, leftovers
from optimizer.place.problem import build_problem
from optimizer.study import FixtureGroup


def placed(*rows):
    """A layout of rows (name, type, x, y, angle)."""
    return Layout(
        placements=tuple(
            Placement(fixture=name, type=kind, x=x, y=y, angle=angle)
            for name, kind, x, y, angle in rows
        )
    )


def study_of(*groups, **changes):
    """A room with free-standing machines a and b, and windows that stand in a row."""
    types = (
        machine("a", Anchoring.FREE),
        machine("b", Anchoring.FREE),
        machine("window", Anchoring.FREE, in_row=True),
    )
    return make_study(room(), groups, types, **changes)


def test_homes_by_name_and_by_type():
    """A fixture is found by its name; one whose name the study does not know, by its type."""
    study = study_of(FixtureGroup(type="a", min=2, max=2), FixtureGroup(type="b", min=1, max=1))
    kinds = make_blocks(study)
    layout = placed(
        ("a-2", "a", 1.0, 1.0, 90.0), ("old machine", "a", 4.0, 3.0, 0.0), ("c-1", "c", 2, 2, 0)
    )
    homes, missing = find_homes(kinds, layout)
    assert homes == (((4.0, 3.0, 0.0), (1.0, 1.0, 90.0)), (None,))
    assert missing == ("b-1: the layout does not hold it",)


def test_home_of_a_row_is_found_from_either_end():
    """Two windows of 0.6 m at x = 2.0 and 2.6 are a row whose middle is 2.3, however numbered."""
    study = study_of(FixtureGroup(type="window", min=2, max=2))
    kinds = make_blocks(study)
    for names in (("window-1", "window-2"), ("window-2", "window-1")):
        layout = placed((names[0], "window", 2.0, 1.0, 0.0), (names[1], "window", 2.6, 1.0, 0.0))
        homes, missing = find_homes(kinds, layout)
        assert homes == (((2.3, 1.0, 0.0),),)
        assert missing == ()
    apart = placed(("window-1", "window", 2.0, 1.0, 0.0), ("window-2", "window", 2.7, 1.0, 0.0))
    homes, missing = find_homes(kinds, apart)
    assert homes == ((None,),)
    assert "no row of them" in missing[0]


def test_poses_of_a_known_layout_become_candidates():
    """A pose off the grid is added; one that breaks a rule of its own only where that is asked."""
    study = study_of(FixtureGroup(type="a", min=2, max=2))
    # (2.123, 2.4): free floor of the 6 × 4 m room; (0.1, 2.0) sticks out through its west wall
    layout = placed(("a-1", "a", 2.123, 2.4, 0.0), ("a-2", "a", 0.1, 2.0, 0.0))
    bare = build_problem(study)
    some = build_problem(study, known=(layout,))
    every = build_problem(study, known=(layout,), at_most=2)
    grid = len(bare.candidates[0])
    assert some.homes == ((grid, -1),)
    assert some.candidates[0][grid].tolist() == [2.123, 2.4, 0.0]
    assert every.homes == ((grid, grid + 1),)
    on_grid = tuple(bare.candidates[0][5])
    again = build_problem(study, known=(placed(("a-1", "a", *on_grid)),))
    assert again.homes == ((5, -1),)
    assert len(again.candidates[0]) == grid


def test_counts_of_a_layout():
    """Numbers are those of the layout, within the ranges of the study; what is too much is told."""
    study = study_of(FixtureGroup(type="a", min=1, max=3), FixtureGroup(type="b", min=1, max=1))
    layout = placed(*((f"a-{i}", "a", i, 1.0, 0.0) for i in range(1, 3)))
    assert counts_of(study, layout) == {0: 2, 1: 1}
    many = placed(*((f"a-{i}", "a", i, 1.0, 0.0) for i in range(1, 6)))
    assert counts_of(study, many) == {0: 3, 1: 1}
    assert leftovers(make_blocks(study), many) == ("the layout holds 5 of 'a', the study places 3",)
