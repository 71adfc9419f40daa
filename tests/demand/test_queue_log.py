"""Queue logs: what was put into a log comes out, and rows that cannot be are named."""

from __future__ import annotations

import datetime
import sys

import numpy as np
import openpyxl
import pytest
from synthetic_log import Truth, draw_log, write_csv, written

from optimizer.demand.queue_log import LogFormat, read_queue_log
from optimizer.demand.queue_log.times import NONE, parse_moments
from optimizer.errors import FileFormatError

HALF_PAST = datetime.datetime(2024, 3, 5, 9, 5, 7)
#: 2024-03-05 is 19,787 days after 1970-01-01 (54 years of 365 days, 13 leap days, 64 days).
DAY = 54 * 365 + 13 + 64
CLOCK = 9 * 3600 + 5 * 60 + 7
OPEN = LogFormat(opens=9 * 3600, closes=15 * 3600)


def moments(*texts, order=None):
    """Days and seconds of texts."""
    found = parse_moments(np.array(texts, dtype=object), order)
    return found.days.tolist(), found.seconds.tolist(), found.unreadable.tolist()


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05 09:05:07",
        "2024-03-05T09:05:07",
        "2024-03-05T09:05:07.250",
        "2024-03-05T09:05:07+08:00",
        "2024/3/5 9:05:07",
        "2024.3.5 9:5:7",
        "2024年3月5日 9:05:07",
        "2024年3月5日9时5分7秒",
        "2024年03月05日 上午 09:05:07",
        "2024-03-05 09:05:07 AM",
        "20240305090507",
        "20240305 090507",
        "45356.3785532407",
        " 2024-03-05 09:05:07 ",
    ],
)
def test_one_moment_in_many_forms(text):
    """Every way of writing 2024-03-05 09:05:07 is read as that moment."""
    assert moments(text) == ([DAY], [CLOCK], [False])


def test_parts_of_a_moment():
    """A date alone has no time of day, a time of day no date; an empty text has neither."""
    days, seconds, unreadable = moments("2024-03-05", "9:05:07", "", "45356", "9:05 PM", "0.5")
    assert days == [DAY, NONE, NONE, DAY, NONE, NONE]
    assert seconds == [NONE, CLOCK, NONE, NONE, 21 * 3600 + 300, 43_200]
    assert not any(unreadable)


@pytest.mark.parametrize(
    "text",
    ["tomorrow", "2023-02-29 09:00", "2024-13-01", "2024-03-05 25:00", "05/03/2024 9:05", "17"],
)
def test_what_is_no_moment(text):
    """Words, days that no calendar has, and dates of which nobody knows the order."""
    assert moments(text)[2] == [True]


def test_order_of_dates_whose_year_comes_last():
    """The same text is the fifth of March or the third of May, as the study says."""
    assert moments("05/03/2024 09:05:07", order="dmy")[0] == [DAY]
    assert moments("03/05/2024 09:05:07", order="mdy")[0] == [DAY]


def test_days_agree_with_the_calendar():
    """Every day of 130 years, leap days and centuries included, has numpy's number."""
    days = np.arange(np.datetime64("1970-01-01"), np.datetime64("2101-01-01"))
    texts = np.datetime_as_string(days).astype(object)
    assert np.array_equal(parse_moments(texts).days, days.astype(np.int64))


@pytest.mark.parametrize(
    ("encoding", "style"),
    [("utf-8", "iso"), ("utf-8-sig", "slashes"), ("gbk", "chinese"), ("utf-16", "serial")],
)
def test_known_figures_are_found_again(tmp_path, encoding, style):
    """Arrivals, mix, service times, abandonment and use of windows, within 2 % of the truth.

    About 117,000 tickets: the sampling error of a share of 0.2 is 0.6 %, that of the squared
    variation of a lognormal of 0.9 about 1 %.
    """
    truth = Truth()
    path = tmp_path / "tickets.csv"
    write_csv(path, draw_log(weeks=62, seed=3, truth=truth), encoding=encoding, style=style)
    log = read_queue_log(path, OPEN)
    assert not log.faults
    assert log.kept == log.rows > 110_000
    mean = sum(truth.weekday) / 7
    for hour, rate in truth.per_hour.items():
        assert log.arrivals[hour] == pytest.approx(rate * mean, rel=0.02)
    for weekday, factor in enumerate(truth.weekday):
        total = sum(log.by_weekday[weekday].values())
        assert total == pytest.approx(factor * sum(truth.per_hour.values()), rel=0.02)
    for name, share in truth.shares.items():
        assert log.shares[name] == pytest.approx(share, rel=0.02)
        assert log.service[name].mean_minutes == pytest.approx(truth.minutes[name], rel=0.02)
        spread = log.service[name].squared_variation ** 0.5
        assert spread == pytest.approx(truth.variation[name], rel=0.02)
    assert log.abandoned == pytest.approx(truth.abandoned, rel=0.02)
    assert len(log.windows) == 8
    for figures in log.windows.values():
        assert figures.utilisation == pytest.approx(truth.utilisation, rel=0.02)


HEADER = "票号,日期,取号时间,叫号时间,开始时间,结束时间,业务类型,窗口,状态\n"
GOOD = "A1,2024-03-05,9:00:00,9:05:00,9:05:10,9:10:10,现金,1,正常\n"


def read_rows(tmp_path, *rows, form=None, header=HEADER):
    """Log of some rows below the header."""
    path = tmp_path / "tickets.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return read_queue_log(path, form)


def test_every_impossible_row_is_named(tmp_path):
    """Each reason is found in its own row, and only sound rows are counted."""
    log = read_rows(
        tmp_path,
        GOOD.strip(),  # row 2
        "A2,2024-03-05,,,,,现金,1,正常",  # 3: no time
        "A3,2024-03-05,soon,,,,现金,1,正常",  # 4: unreadable
        "A1,2024-03-05,9:00:00,9:05:00,9:05:10,9:10:10,现金,1,正常",  # 5: again
        "A4,2024-03-05,9:00:00,8:59:00,9:05:10,9:10:10,现金,1,正常",  # 6: called too early
        "A5,2024-03-05,9:00:00,9:05:00,9:05:10,9:04:10,现金,1,正常",  # 7: ends too early
        "A6,2024-03-05,9:00:00,,,9:10:00,现金,1,正常",  # 8: never started
        "A7,2024-03-05,9:00:00,9:05:00,9:05:10,9:10:10,现金,1,弃号",  # 9: left, yet served
        "A8,2024-03-05,9:00:00,9:05:00,9:05:10,22:10:10,现金,1,正常",  # 10: 13 hours
        "A9,2024-03-05,7:00:00,9:05:00,9:05:10,9:10:10,现金,1,正常",  # 11: before opening
        "B1,2024-03-05,9:00:00,9:05:00,9:05:10,9:10:10,现金,1,perhaps",  # 12: unknown word
        "B2,2024-03-05,9:30:00,9:35:00,,,现金,,弃号",  # 13: good, abandoned
        form=LogFormat(opens=8 * 3600, closes=18 * 3600),
    )
    assert {fault.code: fault.rows.tolist() for fault in log.faults} == {
        "no_time": [3],
        "unreadable_time": [4],
        "duplicate": [5],
        "negative_wait": [6],
        "ends_before_start": [7],
        "ends_without_start": [8],
        "abandoned_but_served": [9],
        "too_long": [10],
        "outside_opening": [11],
        "unknown_state": [12],
    }
    assert (log.rows, log.kept, log.dropped) == (12, 2, 10)
    assert log.abandoned == 0.5
    assert log.service["现金"].mean_minutes == pytest.approx(5.0)
    # the window served 5 minutes in the 10 hours of that day
    assert log.windows["1"].utilisation == pytest.approx(5 / 600)
    # waits of 5 minutes each
    assert log.mean_wait == pytest.approx(5.0)


def test_columns_business_and_windows_are_mapped(tmp_path):
    """A study's map goes before the usual names; windows give service times by fixture type."""
    log = read_rows(
        tmp_path,
        "5/3/2024,9:00,9:10,9:20,K1,X",
        "5/3/2024,9:30,9:40,10:10,K2,Y",
        header="day,in,from,to,kind,desk\n",
        form=LogFormat(
            columns={
                "taken": ("day", "in"),
                "started": ("day", "from"),
                "ended": ("day", "to"),
                "business": ("kind",),
                "window": ("desk",),
            },
            business={"K1": "cash", "K2": "opening"},
            windows={"X": "cash_counter"},
            date_order="dmy",
        ),
    )
    assert log.first_day == "2024-03-05"
    assert log.shares == {"cash": 0.5, "opening": 0.5}
    assert log.service_at["cash"]["cash_counter"].mean_minutes == 10.0
    assert "opening" not in log.service_at
    assert any("windows without a fixture type: Y" in note for note in log.notes)
    # Tuesday, 2 tickets in the hour of nine
    assert log.by_weekday == {1: {9: 2.0}}


def test_without_a_mark_those_never_called_have_left(tmp_path):
    """Where no column says who left, a ticket without call and start counts as abandoned."""
    log = read_rows(
        tmp_path,
        "2024-03-05 09:00,2024-03-05 09:05",
        "2024-03-05 09:00,",
        "2024-03-05 09:10,2024-03-05 09:15",
        "2024-03-05 09:20,2024-03-05 09:25",
        header="taken,called\n",
    )
    assert log.abandoned == 0.25
    assert any("never called" in note for note in log.notes)


def test_a_workbook_says_the_same_as_a_csv(tmp_path):
    """Excel moments, text moments and serials of one log give the figures of its CSV."""
    columns = draw_log(weeks=1, seed=5)
    write_csv(tmp_path / "log.csv", columns)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(columns))
    texts = {
        name: written(column, "serial" if name == "ended" else "iso")
        if column.dtype.kind == "i"
        else column
        for name, column in columns.items()
    }
    for values in zip(*texts.values(), strict=True):
        row = dict(zip(texts, map(str, values), strict=True))
        row["taken"] = datetime.datetime.fromisoformat(row["taken"])
        row["ended"] = float(row["ended"]) if row["ended"] else None
        sheet.append(list(row.values()))
    book.save(tmp_path / "log.xlsx")
    one, other = (read_queue_log(tmp_path / f"log.{end}", OPEN) for end in ("csv", "xlsx"))
    assert one.kept == other.kept == len(columns["taken"])
    assert one.arrivals == other.arrivals
    assert one.service == other.service
    assert one.abandonment == other.abandonment


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "has no header"),
        (b"when,what\n1,2\n", "no column says when a ticket was taken"),
        (b"taken,taken\n1,2\n", "two columns are called 'taken'"),
        (b"taken\nsoon\n", "no ticket can be used: 1 rows: a time that cannot be read"),
        (b"taken\n", "it has no rows"),
        (b"taken,\xff\xff\xff\n", "neither UTF-8 nor GBK"),
    ],
)
def test_a_file_that_is_no_log(tmp_path, content, sentence):
    """What is wrong with a file is said in one sentence that names it."""
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=sentence):
        read_queue_log(path)


def test_a_column_that_is_not_there(tmp_path):
    """A mapped column that the file lacks is named, with the nearest one."""
    with pytest.raises(FileFormatError, match=r"column '取号时' .* did you mean '取号时间'"):
        read_rows(tmp_path, GOOD.strip(), form=LogFormat(columns={"taken": ("取号时",)}))


@pytest.mark.parametrize(("name", "package"), [("a.csv", "pandas"), ("a.xlsx", "python_calamine")])
def test_a_missing_package_is_named(tmp_path, monkeypatch, name, package):
    """Without the package that reads a file, one line says what to install."""
    (tmp_path / name).write_text("taken\n", encoding="utf-8")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(FileFormatError, match=r"pip install 'branch-layout\[data\]'"):
        read_queue_log(tmp_path / name)


def test_lines_that_are_too_long_or_too_short(tmp_path):
    """Extra cells are cut off, missing ones are empty: the row is kept or named, never lost."""
    log = read_rows(
        tmp_path,
        "2024-03-05 09:00,cash,1,2,3,4",
        "2024-03-05 09:01",
        "",
        header="taken,business\n",
    )
    assert log.rows == 3
    assert {f.code: f.rows.tolist() for f in log.faults} == {"no_time": [4]}
