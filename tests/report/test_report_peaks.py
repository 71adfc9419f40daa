"""The peak chart: people by hour and weekday, peaks and best times."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.cli import main
from optimizer.demand.arrivals import read_profile
from optimizer.demand.mix import Arrivals
from optimizer.report.peak_chart import best_hours, plot_peaks
from optimizer.study_file import read_study


@pytest.fixture
def hall(root):
    """The standard hall, whose arrivals are the bundled profile."""
    return read_study(root / "floorplans" / "standard_hall" / "study.toml")


def gids(ax, prefix: str) -> set[str]:
    """Names of artists that begin so."""
    return {a.get_gid() for a in ax.get_children() if (a.get_gid() or "").startswith(prefix)}


def test_best_hours_are_the_quietest_and_never_busy():
    """At most three, below 60 % of the busiest hour, in order of the day; none where none is."""
    of_day = {8: 10.0, 9: 50.0, 10: 100.0, 11: 59.0, 12: 40.0, 13: 30.0, 14: 0.0}
    assert best_hours(of_day, 100.0) == (8, 12, 13)
    assert best_hours({9: 60.0, 10: 100.0}, 100.0) == ()


def test_chart_of_a_week(hall):
    """A cell for each of 10 hours and 7 days; Monday at 14 is the peak of all with 76 people."""
    ax = plot_peaks(hall)
    assert len(gids(ax, "cell:")) == 70
    texts = {t.get_gid(): t.get_text() for t in ax.texts}
    most = read_profile("branch_18_weeks").at(14, weekday=0)
    assert texts["people:0:14"] == f"{most:.0f}" == "76"
    assert "peak:0:14" in texts
    # Sunday has no hour of 80 % of Monday's peak
    assert not {name for name in texts if name.startswith("peak:6")}
    assert gids(ax, "best:0") == {"best:0:8", "best:0:13", "best:0:17"}
    assert next(label.get_text() for label in ax.get_yticklabels()) == "周一 Mon"


def test_without_weekdays_there_is_one_row(hall):
    """Hours of a mean day give one row; the words are those of one language."""
    mix = replace(hall.mix, arrivals=Arrivals(per_hour={9: 10.0, 10: 40.0}))
    ax = plot_peaks(hall.replace(mix=mix), language="en")
    assert gids(ax, "cell:") == {"cell:0:9", "cell:0:10"}
    assert gids(ax, "best:") == {"best:0:9"}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Every day"]


def test_nobody_at_all(hall):
    """A study without arrivals has an empty chart, and no error."""
    mix = replace(hall.mix, arrivals=Arrivals(per_hour={9: 0.0}))
    assert gids(plot_peaks(hall.replace(mix=mix)), "cell:") == set()


def test_peaks_command(root, tmp_path, capsys):
    """`peaks` writes a picture, and names a file that it cannot write."""
    study = str(root / "floorplans" / "standard_hall" / "study.toml")
    out = tmp_path / "peaks.svg"
    assert main(["peaks", study, "--out", str(out), "--language", "zh"]) == 0
    assert out.stat().st_size > 10_000
    assert main(["peaks", study, "--out", str(tmp_path / "peaks.doc")]) == 2
    assert "must end in" in capsys.readouterr().err


def test_demand_command(root, capsys):
    """`demand` tells the use of every stop at the design hour."""
    study = str(root / "floorplans" / "standard_hall" / "study.toml")
    assert main(["demand", study]) == 0
    assert "cash_counter" in capsys.readouterr().out
    assert main(["demand", study, "--json"]) == 0
