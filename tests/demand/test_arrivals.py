"""Arrivals: the profile that comes with the package, and a study's own counts."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from optimizer.demand.arrivals import WEEKDAYS, parse_hour, read_arrivals_file, read_profile
from optimizer.errors import FileFormatError, StudyError

COUNTS = Path(__file__).parents[2].parent / "shared" / "data" / "branch_arrivals_18_weeks.csv"


@pytest.mark.skipif(not COUNTS.exists(), reason=f"needs the real counts in {COUNTS.name}")
def test_profile_is_the_published_table():
    """The profile holds the counts of the published table, as a mean of its 126 days."""
    lines = [line for line in COUNTS.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    table = {
        int(row["key"]): int(row["customers"])
        for row in csv.DictReader(lines)
        if row["table"] == "hour"
    }
    got = read_profile("branch_18_weeks").per_hour
    assert got.keys() == table.keys()
    assert {hour: round(rate * 126) for hour, rate in got.items()} == table


def test_profile_adds_up_and_peaks_at_two():
    """49,356 people in 126 days; the busiest hour is 14 with 7,321 / 126 = 58.1 an hour."""
    arrivals = read_profile("branch_18_weeks")
    assert sum(arrivals.per_hour.values()) * 126 == pytest.approx(49_356)
    assert arrivals.busiest == 14
    assert arrivals.per_hour[14] == pytest.approx(58.1, abs=0.01)
    assert "18 full weeks" in arrivals.source


@pytest.mark.skipif(not COUNTS.exists(), reason=f"needs the real counts in {COUNTS.name}")
def test_weekdays_are_the_published_table():
    """The weekdays of the profile hold the published counts, as means of 18 weeks."""
    lines = [line for line in COUNTS.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    rows = [row for row in csv.DictReader(lines) if row["table"] == "weekday"]
    got = read_profile("branch_18_weeks").by_weekday
    days = {WEEKDAYS[weekday]: round(sum(d.values()) * 18) for weekday, d in got.items()}
    assert days == {row["key"]: int(row["customers"]) for row in rows}


def test_monday_at_two():
    """9,183 people on 18 Mondays, 14.83 % of them at 14: 75.7 an hour; a mean day has 58.1."""
    arrivals = read_profile("branch_18_weeks")
    assert arrivals.at(14, weekday=0) == pytest.approx(9183 / 18 * 7321 / 49_356)
    assert arrivals.at(14) == pytest.approx(7321 / 126)
    assert arrivals.scaled(2.0).at(14, weekday=0) == pytest.approx(2 * 75.68, abs=0.02)
    assert arrivals.at(3) == 0.0


def test_unknown_profile_names_the_nearest():
    """A misspelt profile is answered with the right one."""
    with pytest.raises(StudyError, match="did you mean 'branch_18_weeks'"):
        read_profile("branch_18_week")


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("9", 9),
        ("09", 9),
        ("09:00", 9),
        ("23", 23),
        ("24", None),
        ("9:30", None),
        ("-1", None),
        ("", None),
        ("²", None),
        ("٣", None),
    ],
)
def test_hours(text, hour):
    """Hours are 0 to 23, with or without a leading 0 and ":00"."""
    assert parse_hour(text) == hour


def test_counts_of_a_file(tmp_path):
    """A CSV file gives people by hour; other columns and remarks do not matter."""
    path = tmp_path / "counts.csv"
    path.write_text("# counted in May\npeople,day,hour\n46.6,Mon,09\n57.2,Mon,10\n", "utf-8")
    arrivals = read_arrivals_file(path)
    assert arrivals.per_hour == {9: 46.6, 10: 57.2}
    assert arrivals.mean == pytest.approx((46.6 + 57.2) / 2)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("time,people\n09,3\n", ["must name the columns hour and people"]),
        ("", ["must name the columns hour and people"]),
        ("hour,people\n", ["has no hours"]),
        ("hour,people\n09,many\n25,3\n", ["line 2 is '09,many'", "line 3 is '25,3'"]),
        ("hour,people\n09,nan\n", ["line 2"]),
        ("hour,people\n09,-1\n", ["line 2"]),
        ("hour,people\n09\n", ["line 2"]),
        ("hour,people\n09,1\n9,2\n", ["line 3 gives hour 9 a second time"]),
    ],
)
def test_wrong_files_are_named_line_by_line(tmp_path, text, sentences):
    """Every wrong line gets a sentence of its own."""
    path = tmp_path / "counts.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(FileFormatError) as caught:
        read_arrivals_file(path)
    assert len(caught.value.sentences) == len(sentences)
    for part, sentence in zip(sentences, caught.value.sentences, strict=True):
        assert part in sentence
