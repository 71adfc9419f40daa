"""A study that names a queue log."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from optimizer.cli import main
from optimizer.demand.service import service_variation
from optimizer.demand.waiting import waiting_of_mix
from optimizer.errors import StudyError
from optimizer.simulate.service import service_times
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
#: Two days, three good tickets of cash and one of card; row 5 ends before it starts.
TICKETS = """取号时间,开始时间,结束时间,业务类型,窗口
2024-03-04 09:00,2024-03-04 09:05,2024-03-04 09:08,现金,1
2024-03-04 09:10,2024-03-04 09:15,2024-03-04 09:20,现金,1
2024-03-04 10:10,2024-03-04 10:15,2024-03-04 10:25,开卡,1
2024-03-04 10:20,2024-03-04 10:25,2024-03-04 10:21,现金,2
2024-03-05 09:30,2024-03-05 09:35,2024-03-05 09:39,现金,2
"""
NAMES = 'business = { "现金" = "cash", "开卡" = "card" }\nwindows = { "1" = "open_desk" }\n'


@pytest.fixture
def study(tmp_path):
    """Write the study with more lines of [arrivals], and return its path."""
    (tmp_path / "plan.geojson").write_text(json.dumps(PLAN), "utf-8")
    (tmp_path / "tickets.csv").write_text(TICKETS, "utf-8")

    def write(lines=""):
        path = tmp_path / "study.toml"
        path.write_text(STUDY + lines, "utf-8")
        return path

    return write


def test_arrivals_come_from_the_log(study):
    """Three tickets at nine and one at ten in two days: 1.5 and 0.5 an hour of a mean day."""
    arrivals = read_study(study("scale = 2.0\n" + NAMES)).mix.arrivals
    assert arrivals.per_hour == {9: 3.0, 10: 1.0}
    # Monday has two at nine, Tuesday one; twice as many by the scale
    assert (arrivals.at(9, weekday=0), arrivals.at(9, weekday=1)) == (4.0, 2.0)
    assert arrivals.log.dropped == 1


def test_the_log_replaces_what_the_study_asks_for(study):
    """Shares 3 to 1; at the desk cash takes (3 + 5) / 2 = 4 minutes and card 10."""
    mix = read_study(study(NAMES + 'use = ["shares", "service_minutes"]\n')).mix
    assert [b.share for b in mix.businesses] == [0.75, 0.25]
    assert mix.businesses[0].service_minutes == {"open_desk": 4.0}
    assert mix.businesses[1].service_minutes == {"open_desk": 10.0}
    kept = read_study(study(NAMES)).mix
    assert [b.share for b in kept.businesses] == [0.6, 0.4]


def spread_log(folder, tickets=40):
    """Write a log whose services at window 1 take 2 or 6 minutes in turn."""
    rows = [
        f"2024-03-04 {9 + k // 20:02d}:{k % 20:02d},2024-03-04 {9 + k // 20:02d}:{k % 20:02d},"
        f"2024-03-04 {9 + k // 20:02d}:{k % 20 + (2, 6)[k % 2]:02d},现金,1"
        for k in range(tickets)
    ]
    text = "\n".join(("取号时间,开始时间,结束时间,业务类型,窗口", *rows, ""))
    (folder / "tickets.csv").write_text(text, "utf-8")


@pytest.mark.parametrize("windows", [True, False])
def test_the_spread_of_a_log_is_in_the_waits(study, tmp_path, windows):
    """Waits go with (1 + Cs²)/2, and verify and simulate take the same Cs."""
    path = study((NAMES if windows else NAMES.splitlines()[0]) + '\nuse = ["service_minutes"]\n')
    spread_log(tmp_path)
    cash = read_study(path).mix.businesses[0]
    # 20 of 2 and 20 of 6 minutes: mean 4, standard deviation 2
    assert cash.service_variation["open_desk"] == pytest.approx(0.5)
    assert cash.service_minutes["open_desk"] == pytest.approx(4.0)
    only = read_study(path)
    alone = replace(only.mix, businesses=(replace(cash, share=1.0),))
    known = waiting_of_mix(alone, {"open_desk": 2}, 20.0)["open_desk"]
    blind = replace(alone, businesses=(replace(alone.businesses[0], service_variation={}),))
    default = waiting_of_mix(blind, {"open_desk": 2}, 20.0)["open_desk"]
    cv = cash.service_variation["open_desk"]
    ratio = (1 + cv**2) / (1 + service_variation() ** 2)
    assert known.mean_minutes == pytest.approx(ratio * default.mean_minutes)
    times = service_times(only, {"open_desk": 2}, 20.0)["open_desk"]["cash"]
    assert times.variation == cv
    draws = [times.drawn(luck) for luck in np.random.default_rng(1).standard_normal(100_000)]
    # a lognormal of variation 0.5: mean and spread of 100,000 draws are within 1 % and 2 %
    assert np.mean(draws) == pytest.approx(times.mean, rel=0.01)
    assert np.std(draws) / np.mean(draws) == pytest.approx(cv, rel=0.02)


def test_the_spread_that_a_study_gives_goes_first(study, tmp_path):
    """A business's own spread, then the log's, then that of the service part."""
    path = study(NAMES + 'use = ["service_variation"]\n[service]\nvariation = 0.3\n')
    spread_log(tmp_path)
    brief = read_study(path)
    cash, card = brief.mix.businesses
    assert brief.mix.service_variation(cash, "open_desk") == pytest.approx(0.5)
    # the mean is not asked for, and the log has no card
    assert cash.service_minutes == {"open_desk": 4}
    assert brief.mix.service_variation(card, "open_desk") == 0.3
    text = path.read_text("utf-8").replace(
        "service_minutes = { open_desk = 4 }",
        "service_minutes = { open_desk = 4 }\nservice_variation = 1.2",
    )
    path.write_text(text, "utf-8")
    cash = read_study(path).mix.businesses[0]
    assert cash.service_variation == {"open_desk": 1.2}


def test_few_tickets_have_no_spread(study, tmp_path):
    """29 services are too few; asking for nothing but them is a slip, and is said."""
    path = study(NAMES + 'use = ["service_variation"]\n')
    spread_log(tmp_path, tickets=29)
    with pytest.raises(StudyError, match="a spread needs 30 tickets"):
        read_study(path)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("service_variation = 90", "service_variation is 90; must be 0 to 10"),
        ("service_variation = { open_dsk = 1 }", "did you mean 'open_desk'"),
        ("service_variation = { open_desk = 11 }", "service_variation is 11; must be 0 to 10"),
        ("service_variation = -1", "service_variation"),
    ],
)
def test_a_spread_that_cannot_be_is_named(study, line, sentence):
    """Wrong spreads of service times are said in one line."""
    path = study(NAMES)
    text = path.read_text("utf-8").replace(
        "service_minutes = { open_desk = 4 }", f"service_minutes = {{ open_desk = 4 }}\n{line}"
    )
    path.write_text(text, "utf-8")
    with pytest.raises(StudyError, match=sentence):
        read_study(path)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ('columns = { taken = "时间" }\n', "column '时间' of 'taken' is not there"),
        ('columns = { take = "时间" }\n', "columns names 'take'"),
        ('business = { "现金" = "cach" }\n', "did you mean 'cash'"),
        ('windows = { "1" = "open_dsk" }\n', "did you mean 'open_desk'"),
        ('opens = "9"\n', "opens"),
        ('opens = "17:00"\ncloses = "09:00"\n', "closes is '09:00'; must be after opens"),
        ('use = ["shares"]\n', "no business of the log is one of the study"),
        ('use = ["waits"]\n', "use"),
        ('"09" = 4\n', "log and hours; give one of them"),
    ],
)
def test_what_is_wrong_with_a_log_is_said(study, lines, sentence):
    """Each wrong value of a log's keys is named."""
    with pytest.raises(StudyError, match=sentence):
        read_study(study(lines))


def test_keys_of_a_log_without_a_log(study):
    """A map of columns without a log is a slip of the pen."""
    path = study()
    text = path.read_text("utf-8").replace('log = "tickets.csv"', '"09" = 3\nopens = "09:00"')
    path.write_text(text, "utf-8")
    with pytest.raises(StudyError, match="has opens, but no log"):
        read_study(path)


def test_check_shows_dropped_rows(study, capsys):
    """`check` names the row that was dropped, as a warning; the study can still be used."""
    assert main(["check", str(study(NAMES)), "--json"]) == 0
    defects = json.loads(capsys.readouterr().out)["defects"]
    (own,) = [d for d in defects if d["code"] == "log-ends_before_start"]
    assert own["severity"] == "warning"
    assert own["sentence"].startswith("tickets.csv: 1 row dropped")
    assert own["sentence"].endswith(": row 5")


def test_log_command_shows_and_exports(study, capsys, tmp_path):
    """`log` prints the figures, and writes each dropped row with its reason."""
    faults = tmp_path / "faults.csv"
    assert main(["log", str(study(NAMES)), "--faults", str(faults), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["shares"] == {"cash": 0.75, "card": 0.25}
    assert found["service_at"]["cash"]["open_desk"]["count"] == 2
    lines = faults.read_text("utf-8").split()
    assert lines[0] == "row,reason,sentence"
    assert lines[1].startswith("5,ends_before_start,")
    assert main(["log", str(study(NAMES))]) == 0
    assert "5 rows, 4 kept, 1 dropped" in capsys.readouterr().out


def test_log_command_needs_a_log(study, capsys):
    """A study with written hours has no log to show."""
    path = study()
    path.write_text(path.read_text("utf-8").replace('log = "tickets.csv"', '"09" = 3'), "utf-8")
    assert main(["log", str(path)]) == 2
    assert "names no queue log" in capsys.readouterr().err
