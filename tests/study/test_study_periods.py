"""The periods of a study file."""

from __future__ import annotations

import json

import pytest

from optimizer.demand.open_windows import open_fixtures, open_places
from optimizer.demand.periods import period_arrivals, period_weights
from optimizer.errors import StudyError
from optimizer.study_file import read_study

PLAN = {
    "type": "FeatureCollection",
    "properties": {"units": "m", "name": "Room"},
    "features": [
        {
            "type": "Feature",
            "properties": {"kind": "outline"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[0, 0], [8, 0], [8, 6], [0, 6], [0, 0]]],
            },
        },
        {
            "type": "Feature",
            "properties": {"kind": "door", "door": "entrance", "name": "street"},
            "geometry": {"type": "LineString", "coordinates": [[3, 0], [5, 0]]},
        },
    ],
}
STUDY = """schema = 1
name = "Room"
plan = "plan.geojson"
fixtures = [{ type = "open_desk", count = 2 }]

[[business]]
name = "cash"
share = 0.6
journey = ["open_desk"]
service_minutes = { open_desk = 4 }

[[business]]
name = "card"
share = 0.4
journey = ["open_desk"]
service_minutes = { open_desk = 6 }

[arrivals]
log = "tickets.csv"
"""
HOURS = 'profile = "branch_18_weeks"\n'
TWO = """
[[periods]]
name = "peak"
hours = [9, "10"]
weekdays = "Mon"
weight = 3
[[periods]]
name = "noon"
hours = 12
weight = 1
open = { open_desk = 1 }
"""


@pytest.fixture
def read(tmp_path):
    """Read the room's study with these periods and lines of the objective."""
    (tmp_path / "plan.geojson").write_text(json.dumps(PLAN), "utf-8")

    def read_with(periods, top=""):
        text = STUDY.replace('log = "tickets.csv"\n', HOURS)
        text = text.replace("schema = 1\n", f"schema = 1\n{top}\n")
        (tmp_path / "study.toml").write_text(text + periods, "utf-8")
        return read_study(tmp_path / "study.toml")

    return read_with


def test_people_and_weights_of_periods(read):
    """Monday 9 to 11: 9,183 / 18 people times the shares of both hours, over two hours.

    (5,876 + 7,202) / 49,356 = 26.50 % of 510.17 people in two hours: 67.6 an hour. Noon of a mean
    day: 4,313 / 126 = 34.2. Weights 3 and 1 are 75 % and 25 %.
    """
    study = read(TWO)
    peak, noon = study.periods
    assert period_arrivals(study.mix.arrivals, peak) == pytest.approx(67.59, abs=0.01)
    assert period_arrivals(study.mix.arrivals, noon) == pytest.approx(4313 / 126)
    assert period_weights(study.periods) == (0.75, 0.25)
    assert study.arrivals_per_hour == pytest.approx(0.75 * 67.59 + 0.25 * 34.23, abs=0.01)


def test_the_worst_case_is_held_against_the_heaviest_period(read):
    """67.6 people for two desks are fewer a desk than 34.2 for one: noon is the heavier."""
    study = read(TWO + '[objective]\nperiods = "worst"\n')
    assert study.reference_weights == (0.0, 1.0)
    assert study.objective.periods == "worst"


def test_open_windows(read):
    """One of two desks is open at noon: the first; in the peak both are."""
    study = read(TWO)
    peak, noon = study.periods
    names = {"open_desk": ("open_desk-2", "open_desk-1")}
    assert open_places(study, noon, {"open_desk": 2}) == {"open_desk": 1}
    assert open_fixtures(study, noon, names) == {"open_desk": ("open_desk-1",)}
    assert open_fixtures(study, peak, names) == {"open_desk": ("open_desk-1", "open_desk-2")}


def test_a_share_of_the_windows_rounds_up(read):
    """Two thirds of three desks are two, half of three are two, and one is always open."""
    study = read('[[periods]]\nname = "noon"\nhours = 12\nopen_share = 0.5\n')
    (noon,) = study.periods
    assert [open_places(study, noon, {"open_desk": n})["open_desk"] for n in (1, 2, 3)] == [1, 1, 2]
    # machines need no staff
    assert open_places(study, noon, {"smart_terminal": 3}) == {"smart_terminal": 3}


def test_bundled_periods(read):
    """Five periods of a bank's week, each weighed by its hours: 5, 15, 10, 15 and 16 of 61."""
    study = read("", top='periods = "bank_week"')
    names = [period.name for period in study.periods]
    assert names == ["opening", "morning peak", "noon", "afternoon peak", "weekend"]
    assert period_weights(study.periods) == pytest.approx([n / 61 for n in (5, 15, 10, 15, 16)])
    people = [period_arrivals(study.mix.arrivals, period) for period in study.periods]
    # at noon two of three desks are open, on weekends two of three too and one of two
    noon, weekend = study.periods[2], study.periods[4]
    assert open_places(study, noon, {"open_desk": 3}) == {"open_desk": 2}
    assert open_places(study, weekend, {"open_desk": 2}) == {"open_desk": 1}
    # 41,695 people on 90 weekdays, 18,670 of 49,356 of them from 9 to 12
    assert max(people) == people[1] == pytest.approx(41_695 / 90 * 18_670 / 49_356 / 3)


@pytest.mark.parametrize(
    ("periods", "top", "sentence"),
    [
        ("", 'periods = "bank_weak"', "did you mean 'bank_week'"),
        ('[[periods]]\nname = "a"\nhours = 24\n', "", "hours names 24"),
        ('[[periods]]\nname = "a"\nhours = "nine"\n', "", "hours names 'nine'"),
        ('[[periods]]\nname = "a"\nhours = []\n', "", "hours is empty"),
        ('[[periods]]\nname = "a"\nhours = 3\n', "", "nobody comes in its hours"),
        ('[[periods]]\nname = "a"\nhours = 9\nweight = -1\n', "", "weight is -1"),
        ('[[periods]]\nname = "a"\nhours = 9\nweight = 0\n', "", "all weights are 0"),
        ('[[periods]]\nname = "a"\nhours = 9\nopen_share = 0\n', "", "open_share is 0"),
        ('[[periods]]\nname = "a"\nhours = 9\nopen = { atm = 1 }\n', "", "open names 'atm'"),
        ('[[periods]]\nname = "a"\nhours = 9\nweekdays = "Moon"\n', "", "weekdays"),
        ('[[periods]]\nname = "a"\nhours = 9\n' * 2, "", "'a' is given 2 times"),
        ('[objective]\nperiods = "best"\n', "", "periods"),
    ],
)
def test_what_is_wrong_with_periods_is_said(read, periods, top, sentence):
    """Each wrong value of a period is named."""
    with pytest.raises(StudyError, match=sentence):
        read(periods, top=top)
