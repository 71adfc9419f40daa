"""Pictures of sweeps and of regrets."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimizer.report.colours import HARD_BROKEN
from optimizer.report.regret_picture import plot_regret
from optimizer.report.sweep_picture import find_knee, plot_sweep
from optimizer.study_file import read_study


@pytest.fixture(scope="module")
def study(root):
    """Return the bundled standard hall."""
    return read_study(root / "floorplans" / "standard_hall" / "study.toml")


def artists(ax):
    """Return what is drawn by gid."""
    return {a.get_gid(): a for a in ax.get_children() if a.get_gid()}


def test_the_knee_is_the_point_farthest_below_the_chord():
    """Of 10, 4, 2, 1, 0 the second is 3.5 below the line from 10 to 0, the third 3."""
    # chord: 10, 7.5, 5, 2.5, 0; below it: 0, 3.5, 3, 1.5, 0
    assert find_knee([1, 2, 3, 4, 5], [10, 4, 2, 1, 0]) == 1
    # unequal steps: at 4 of 1 to 5 the chord is at 2.5 and the point 0.5 below; at 2, 4.5 of 10
    assert find_knee([1, 2, 4, 5], [10, 3, 2, 0]) == 1


@pytest.mark.parametrize(
    "y", [[3, 2, 1], [5, 5, 5], [1, 9, 9], [2, 1]], ids=["straight", "level", "above", "two"]
)
def test_a_line_without_a_bend_has_no_knee(y):
    """Straight and level lines, bends the other way and two points have none."""
    assert find_knee(list(range(len(y))), y) is None


def test_a_queue_without_end_is_passed_by():
    """The knee is sought among finite values; its index counts all."""
    assert find_knee([1, 2, 3, 4, 5, 6], [math.inf, 10, 4, 2, 1, 0]) == 2


def test_a_sweep_has_a_line_for_each_number_of_the_second_key(study):
    """Points lie where the table has them, sorted, and the knee is ringed."""
    columns = {
        "count.smart_terminal": [3, 1, 2, 1, 2, 3],
        "arrivals": [1, 1, 1, 2, 2, 2],
        "objective": [9, 20, 10, 50, 40, 30],
    }
    ax = plot_sweep(study, columns, "count.smart_terminal", by="arrivals")
    drawn = artists(ax)
    assert drawn["line:1"].get_xdata().tolist() == [1, 2, 3]
    assert drawn["line:1"].get_ydata().tolist() == [20, 10, 9]
    assert drawn["line:2"].get_ydata().tolist() == [50, 40, 30]
    assert drawn["knee:1"].get_xdata()[0] == 2
    assert "knee:2" not in drawn
    assert ax.get_xlabel() == study.types["smart_terminal"].label


def test_regrets_are_written_and_the_robust_row_is_framed(study):
    """The greatest regret is darkest, a broken rule is crossed out, the least worst is framed."""
    regret = {
        "a": {"calm": 0.0, "rush": 10.0},
        "b": {"calm": 4.0, "rush": 2.0},
        "c": {"calm": 5.0, "rush": math.inf},
    }
    ax = plot_regret(study, regret)
    drawn = artists(ax)
    assert drawn["robust"].get_y() == 0.5
    shades = {gid: cell.get_facecolor()[3] for gid, cell in drawn.items() if ":" in gid}
    assert max(shades, key=shades.get) in ("regret:a:rush", "regret:c:rush", "worst:a", "worst:c")
    assert shades["regret:a:calm"] == 0.0
    assert shades["regret:b:calm"] > shades["regret:b:rush"] > 0.0
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["0", "+10", "+10", "+4", "+2", "+4", "+5", "✗", "✗"]
    assert np.allclose(drawn["regret:a:rush"].get_facecolor()[:3], _rgb(HARD_BROKEN))


def _rgb(colour):
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def test_no_row_is_framed_where_each_breaks_a_rule(study):
    """Nothing is robust there."""
    assert "robust" not in artists(plot_regret(study, {"a": {"calm": math.inf}}))
