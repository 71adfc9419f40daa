"""result.json, files that appear whole, headline figures, comparison."""

import csv
import io
import json
import math
import os
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from optimizer.errors import FileFormatError
from optimizer.evaluation import MeetingPair
from optimizer.report.atomic import whole_file, write_whole
from optimizer.report.comparison import build_table, compare_table, write_comparison_csv
from optimizer.report.figures import check_figures, format_figure, headline_figures
from optimizer.report.results import evaluation_to_json, result_to_json, write_json
from optimizer.report.words import quantity

#: Keys of the contract, by section.
CONTRACT = {
    "study": {"name", "sha256"},
    "seconds": {"build", "solve", "total"},
    "objective": {"value", "bound", "gap", "weights"},
    "walking": {
        "metres_per_customer",
        "person_metres_per_hour",
        "bound_person_metres_per_hour",
        "gap",
        "search_gap",
        "detour_gap",
        "by_journey",
        "staff_person_metres_per_hour",
    },
    "crossing": {
        "encounters_per_hour",
        "path_crossings",
        "share_of_customers_crossing",
        "worst_pairs",
    },
    "detour": {"mean", "worst", "backtrack_ratio"},
    "waiting": {"by_stop"},
    "privacy": {"overlooked_pairs", "through_flow_per_hour"},
}
TOP = {"schema", "status", "seed", "versions", "rules", "history", "placements", *CONTRACT}


@pytest.mark.parametrize("name", ["report_result", "report_nothing"])
def test_every_key_of_the_contract_is_there_with_and_without_a_layout(request, report_study, name):
    """A reader of result.json never has to ask whether a key exists."""
    row = result_to_json(report_study, request.getfixturevalue(name))
    assert set(row) >= TOP
    for section, keys in CONTRACT.items():
        assert set(row[section]) >= keys, section


def test_figures_of_a_result_are_those_of_its_parts(report_study, report_result):
    """Gap, walking gaps, times and rows follow from the result's own numbers."""
    row = result_to_json(report_study, report_result)
    # (500 − 450) / 500
    assert row["objective"]["gap"] == pytest.approx(0.1)
    # bound 400, table 420, true 436: 36, 20 and 16 over 436
    assert row["walking"]["gap"] == pytest.approx(36 / 436)
    assert row["walking"]["search_gap"] == pytest.approx(20 / 436)
    assert row["walking"]["detour_gap"] == pytest.approx(16 / 436)
    assert row["walking"]["bound_person_metres_per_hour"] == 400.0
    # customers 400 and staff 36, whose metres weigh the same
    assert row["walking"]["person_metres_per_hour"] == 436.0
    assert row["walking"]["customer_person_metres_per_hour"] == 400.0
    assert row["seconds"] == {"build": 1.0, "solve": 4.5, "total": 5.5}
    assert row["status"] == "FEASIBLE"
    assert row["schema"] == 1
    assert row["conflict"] == []
    assert row["placements"][0] == {
        "fixture": "cash_counter-1",
        "type": "cash_counter",
        "x": 4.0,
        "y": 6.1,
        "angle": 0.0,
    }
    assert row["history"][1] == {"seconds": 4.0, "objective": 500.0, "bound": 450.0}
    rule = row["rules"][0]
    assert (rule["id"], rule["value"], rule["limit"], rule["unit"], rule["passed"]) == (
        "CN-ACC-01",
        0.9,
        1.2,
        "m",
        False,
    )
    assert rule["where"] == [5.0, 3.0]
    assert [r["passed"] for r in row["rules"]] == [False, True, None]


def test_infeasible_result_says_why_and_holds_nothing_else(report_study, report_nothing):
    """Without a layout figures are null, lists are empty, and the conflict is named."""
    row = result_to_json(report_study, report_nothing)
    assert row["status"] == "INFEASIBLE"
    assert row["conflict"] == ["2 counters of 1.5 m do not fit in a wall of 2.0 m"]
    assert row["objective"]["value"] is None
    assert row["objective"]["weights"]["encounters"] == 20.0
    assert row["walking"]["metres_per_customer"] is None
    assert row["crossing"]["worst_pairs"] == row["rules"] == row["placements"] == []
    assert row["waiting"]["by_stop"] == row["walking"]["by_journey"] == {}


def test_endless_wait_is_null_in_the_file(tmp_path, report_study, report_evaluation):
    """JSON knows neither infinity nor NaN nor numpy's numbers."""
    row = evaluation_to_json(report_study, report_evaluation)
    assert row["waiting"]["by_stop"]["smart_terminal"]["mean_minutes"] is None
    path = tmp_path / "figures.json"
    write_json(path, {**row, "odd": [math.nan, np.float64(1.5), np.inf, np.arange(2), (np.True_,)]})

    def refuse(name):
        raise AssertionError(name)

    back = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert back["odd"] == [None, 1.5, None, [0, 1], [True]]


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    """A file appears whole or not at all, and its half is swept away."""
    path = tmp_path / "result.json"
    write_whole(path, "old")

    def fail():
        with whole_file(path) as temporary:
            temporary.write_text("half")
            assert path.read_text() == "old"
            raise RuntimeError("disk")

    with pytest.raises(RuntimeError, match="disk"):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


def test_written_file_is_as_readable_as_any_other(tmp_path):
    """The rights are those that `open` would have given, not those of a temporary file."""
    whole, plain = tmp_path / "sub" / "whole.txt", tmp_path / "plain.txt"
    write_whole(whole, "柜台")
    plain.write_text("x")
    assert whole.read_bytes() == "柜台".encode()
    assert os.stat(whole).st_mode == os.stat(plain).st_mode


def test_headline_figures_count_broken_rules_and_the_longest_wait(report_study, report_result):
    """One hard rule is broken and no soft one; a queue without end shows as ∞."""
    row = result_to_json(report_study, report_result)
    figures = {f.key: f for f in headline_figures(row)}
    assert figures["hard_broken"].value == 1
    assert figures["soft_broken"].value == 0
    assert figures["longest_wait"].text == "∞"
    assert figures["share_of_customers_crossing"].text == "25.0 %"
    assert figures["metres_per_customer"].text == "10.00 m"


def test_headline_figures_without_a_layout_are_dashes(report_study, report_nothing):
    """An unknown figure is not shown as zero."""
    row = result_to_json(report_study, report_nothing)
    assert {f.text for f in headline_figures(row)} == {"–"}


@pytest.mark.parametrize(
    ("key", "value", "sign", "text"),
    [
        ("gap", 0.0213, False, "2.1 %"),
        ("metres_per_customer", -1.5, True, "−1.50 m"),
        ("metres_per_customer", 1.5, True, "+1.50 m"),
        # shares change by percentage points, and every fall has the same minus
        ("share_of_customers_crossing", -0.133, True, "−13.3 pp"),
        ("path_crossings", -237.0, True, "−237"),
        # what rounds to nothing has no sign
        ("detour_mean", -0.001, True, "0.00"),
        ("overlooked_pairs", 0.0, True, "0"),
        ("person_metres_per_hour", 1234.4, False, "1234 m/h"),
        ("path_crossings", 3.0, False, "3"),
        ("path_crossings", 2.5, False, "2.50"),
        ("objective", None, False, "–"),
    ],
)
def test_figures_are_written_with_unit_sign_and_sensible_digits(key, value, sign, text):
    """Numbers are shown as a planner would write them."""
    assert format_figure(key, value, sign=sign) == text


@pytest.fixture
def two_results(report_study, report_evaluation):
    """Today with 10 m a customer, and a layout with 8 m whose name looks like a formula."""
    today = evaluation_to_json(report_study, report_evaluation)
    better = evaluation_to_json(report_study, report_evaluation)
    better["walking"]["metres_per_customer"] = 8.0
    return {"today": today, "=HYPERLINK(1)": better}


def test_comparison_counts_from_the_first_result(two_results):
    """The baseline's own change is 0, the other's is the difference; endless waits have none."""
    rows = {row.key: row for row in compare_table(two_results)}
    assert rows["metres_per_customer"].values == (10.0, 8.0)
    assert rows["metres_per_customer"].deltas == (0.0, -2.0)
    assert rows["longest_wait"].deltas == (None, None)


def test_comparison_of_unlike_results_keeps_every_figure(report_study, report_result, two_results):
    """A figure that only one result has is a row, with None for the others."""
    best = result_to_json(report_study, report_result)
    rows = {row.key: row for row in compare_table({"today": two_results["today"], "best": best})}
    assert rows["gap"].values == (None, pytest.approx(0.1))
    assert rows["gap"].deltas == (None, None)


def test_csv_defuses_formulas_and_keeps_columns(tmp_path, two_results):
    """No cell of text begins with a sign that a spreadsheet calculates; numbers stay numbers."""
    path = tmp_path / "compare.csv"
    write_comparison_csv(compare_table(two_results), path)
    text = path.read_bytes().decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    assert table[0] == ["figure", "unit", "today", "'=HYPERLINK(1)", "change: =HYPERLINK(1)"]
    assert {len(row) for row in table} == {5}
    walk = next(row for row in table if "Walk per customer" in row[0])
    assert walk[1:] == ["m", "10", "8", "-2"]


def test_terminal_table_shows_names_as_they_are(two_results):
    """A name in brackets is no colour command, and the change stands beside the value."""
    results = {"[red]today": two_results["today"], "best": two_results["=HYPERLINK(1)"]}
    console = Console(width=120, file=io.StringIO())
    console.print(build_table(compare_table(results)))
    shown = console.file.getvalue()
    assert "[red]today" in shown
    assert "8.00 m (−2.00 m)" in shown


def test_terminal_table_of_nothing_is_empty():
    """No results make no rows and no error."""
    assert build_table(compare_table({})).row_count == 0


def test_pairs_that_meet_have_a_place(report_study, report_evaluation, report_legs):
    """The place is the pair's own, else the middle of what the two ways share, else none."""
    legs = tuple(
        replace(report_legs[0], source=source, target="b", path=np.array(path))
        for source, path in (
            ("a", [[2.0, 2.0], [8.0, 2.0]]),
            ("c", [[6.0, 2.0], [4.0, 2.0]]),
            ("d", [[2.0, 4.0], [8.0, 4.0]]),
        )
    )
    own, shared, apart = (
        MeetingPair(one="a → b", other=f"{other} → b", encounters_per_hour=0.2, where=where)
        for other, where in (("c", (1.0, 2.5)), ("c", None), ("d", None))
    )
    crossing = replace(report_evaluation.crossing, worst_pairs=(own, shared, apart))
    row = evaluation_to_json(report_study, replace(report_evaluation, legs=legs, crossing=crossing))
    places = [pair["where"] for pair in row["crossing"]["worst_pairs"]]
    assert places[0] == [1.0, 2.5]
    # c walks x 6 to 4 of a's 2 to 8, on the same line
    assert places[1] == pytest.approx([5.0, 2.0], abs=0.02)
    assert places[2] is None


@pytest.mark.parametrize(
    ("section", "value"),
    [("objective", 3), ("walking", None), ("waiting", {"by_stop": 3}), ("rules", 7)],
)
def test_figures_of_a_result_edited_by_hand(report_study, report_result, tmp_path, section, value):
    """A section that is none gives one error with file and key; the true one gives none."""
    row = result_to_json(report_study, report_result)
    check_figures(row, tmp_path)
    with pytest.raises(FileFormatError, match=section) as error:
        check_figures({**row, section: value}, tmp_path / "r.json")
    assert all("r.json" in sentence for sentence in error.value.sentences)


def test_a_folder_is_no_file_to_write(tmp_path):
    """The error names the file asked for, not a temporary one, and nothing is left behind."""
    (tmp_path / "a.png").mkdir()
    with pytest.raises(IsADirectoryError, match=r"is a folder.*[/\\]a\.png"):
        write_whole(tmp_path / "a.png", "x")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match=r"cannot be written.*[/\\]b\.png"):
        write_whole(tmp_path / "file" / "b.png", "x")
    assert sorted(os.listdir(tmp_path)) == ["a.png", "file"]


def test_quantities_of_rules_are_words_of_both_languages():
    """One fixture, two fixtures; a unit that is the same everywhere stays as it is."""
    assert quantity(1, "fixtures", "en") == "1 fixture"
    assert quantity(2, "fixtures", "en") == "2 fixtures"
    assert quantity(2, "fixtures", "zh") == "2 台（件）"
    assert quantity(0.015, "m", "zh") == "0.015 m"
    assert quantity(None, "m", "en") == ""
