"""Drawings that are too tangled to be read: what is counted, and that one line refuses them."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.cli import main
from optimizer.errors import FileFormatError
from optimizer.plan.dxf import tangle
from optimizer.plan.read import read_plan

SIDE = 500


def rows(number: int = SIDE, *, start: float = 0.0, turned: bool = False) -> np.ndarray:
    """Lines of 100 m side by side, 0.2 m apart from `start` on, shape (n, 2, 2)."""
    at = start + np.arange(number) * 0.2
    ends = np.zeros((number, 2, 2))
    ends[:, :, 1], ends[:, 1, 0] = at[:, None], 100.0
    return ends[..., ::-1] if turned else ends


def test_grid_of_lines_is_refused_and_lines_side_by_side_are_not(monkeypatch) -> None:
    """500 lines across 500 others meet in 250,000 places, of which counting sees enough."""
    with pytest.raises(FileFormatError, match=r"at least .* lines of walls run across one another"):
        tangle.refuse_crossings(np.concatenate([rows(), rows(turned=True)]))
    monkeypatch.setenv("BRANCH_READ_CROSSINGS", "1")
    tangle.refuse_crossings(np.concatenate([rows(), rows(start=200.0)]))


def test_lines_that_end_at_a_line_do_not_cross_it(monkeypatch) -> None:
    """A comb of 1,000 teeth that end at its back crosses nothing, however few are allowed."""
    monkeypatch.setenv("BRANCH_READ_CROSSINGS", "1")
    teeth = rows(1000, start=0.1)
    back = np.array([[[0.0, 0.0], [0.0, 250.0]]])
    tangle.refuse_crossings(np.concatenate([teeth, back]))


@pytest.mark.parametrize(("most", "refused"), [(1999, True), (2000, False)])
def test_loose_ends_are_counted_one_by_one(monkeypatch, most, refused) -> None:
    """1,000 lines 0.2 m apart have 2,000 ends that meet nothing."""
    monkeypatch.setenv("BRANCH_READ_LOOSE_ENDS", str(most))
    if refused:
        with pytest.raises(FileFormatError, match="ends of wall lines that meet no other line"):
            tangle.refuse_loose_ends(rows(1000), 0.002, 0.05)
    else:
        tangle.refuse_loose_ends(rows(1000), 0.002, 0.05)


@pytest.mark.parametrize("name", tangle.limits())
def test_each_limit_is_a_setting(monkeypatch, name) -> None:
    """A limit of 4 lets 4 pass and refuses 5; the line names the variable that sets it."""
    variable = f"BRANCH_READ_{name.upper()}"
    tangle.refuse_more(name, 5)
    monkeypatch.setenv(variable, "4")
    tangle.refuse_more(name, 4)
    with pytest.raises(FileFormatError, match=variable) as error:
        tangle.refuse_more(name, 5)
    assert len(error.value.sentences) == 1


@pytest.mark.parametrize("given", ["many", "0", "-3", "nan"])
def test_wrong_setting_is_one_line(monkeypatch, given) -> None:
    """A limit that is no number above 0 is told with its name."""
    monkeypatch.setenv("BRANCH_READ_COLUMNS", given)
    with pytest.raises(FileFormatError, match=r"BRANCH_READ_COLUMNS is .* a number above 0"):
        tangle.most_allowed("columns")


def test_drawing_with_too_much_is_one_line_with_its_name(draw, monkeypatch) -> None:
    """A room of 12 columns is read, and refused where 11 are allowed."""

    def pen(document, space) -> None:
        for grow in (0, 200):
            low, right, top = -grow, 8000 + grow, 6000 + grow
            corners = [(low, low), (right, low), (right, top), (low, top)]
            space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "WALL"})
        for k in range(12):
            space.add_circle((500 + 600 * k, 3000), 150, dxfattribs={"layer": "COLUMN"})

    path = draw(pen)
    assert len(read_plan(path).columns) == 12
    monkeypatch.setenv("BRANCH_READ_COLUMNS", "11")
    with pytest.raises(FileFormatError, match=r"plan\.dxf: too-tangled: the drawing has 12 lines"):
        read_plan(path)


def test_a_tangled_drawing_cannot_be_read_as_far_as_the_command_goes(draw, monkeypatch, capsys):
    """`check` ends as for any unreadable file: code 2, one line, and no summary."""
    path = draw(lambda document, space: _hall(space))
    monkeypatch.setenv("BRANCH_READ_SEGMENTS", "1")
    assert main(["check", str(path)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "too-tangled" in told.err


def _hall(space) -> None:
    """Draw a hall of 8 x 6 m with walls of 0.2 m."""
    for grow in (0, 200):
        low, right, top = -grow, 8000 + grow, 6000 + grow
        corners = [(low, low), (right, low), (right, top), (low, top)]
        space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "WALL"})


def test_furniture_that_is_not_read_does_not_count(draw, monkeypatch) -> None:
    """40 chairs of 30 lines on a layer of furniture: the limit counts one chair and the inserts.

    30 lines of the block, 2 walls and 40 inserts make 72; with each chair broken up it would be
    1,200 more. On the layer of the walls they are broken up, and do count.
    """

    def pen(layer):
        def write(document, space) -> None:
            _hall(space)
            chair = document.blocks.new("CHAIR")
            for k in range(30):
                chair.add_line((10 * k, 0), (10 * k, 450))
            for k in range(40):
                spot = (150 * k, 3000)
                space.add_blockref("CHAIR", spot, dxfattribs={"layer": layer})

        return write

    monkeypatch.setenv("BRANCH_READ_DXF_STROKES", "100")
    assert read_plan(draw(pen("A-FURN"))).walls
    with pytest.raises(FileFormatError, match=r"BRANCH_READ_DXF_STROKES"):
        read_plan(draw(pen("WALL")))
