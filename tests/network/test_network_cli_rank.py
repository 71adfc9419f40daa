"""The command `network rank`: table, JSON, CSV, exit codes."""

from __future__ import annotations

import csv
import json

import pytest

from optimizer.cli import main

LIST = (
    "branch,format,customers,mean_wait,replaceable,unheard\n"
    "A,small,100,30,0.5,1\n=B,standard,300,10,0.5,1\nC,flagship,200,25,0.9,1\n"
)


@pytest.fixture
def portfolio(tmp_path):
    """A list of three branches."""
    file = tmp_path / "p.csv"
    file.write_text(LIST, encoding="utf-8")
    return file


def test_rank_prints_one_json_object(portfolio, capsys):
    """--json prints weights, scale, sensitivity and the branches in order, and nothing else."""
    assert main(["network", "rank", str(portfolio), "--weights", "wait=1", "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert [row["branch"] for row in found["branches"]] == ["A", "C", "=B"]
    # C: (25 − 10) / (30 − 10)
    assert found["branches"][1]["score"] == pytest.approx(0.75)
    assert found["normalisation"]["wait"] == {"counts_0": 10, "counts_1": 30}
    assert set(found["sensitivity"]) >= {"draws", "seed", "kendall_tau"}
    assert "column 'unheard' is not used" in err


def test_rank_prints_a_table_and_writes_csv(portfolio, tmp_path, capsys):
    """The table names the weights; the CSV has every branch and no formula."""
    file = tmp_path / "r.csv"
    assert main(["network", "rank", str(portfolio), "--top", "2", "--csv", str(file)]) == 0
    out, _ = capsys.readouterr()
    assert "volume 0.333, wait 0.333, replaceable 0.333" in out
    assert "│ A " not in out  # the third of two: as high as =B, and after it by name
    with file.open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["branch"] for row in rows] == ["C", "'=B", "A"]
    assert rows[0]["customers_per_day"] == "200.0"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--weights", "wat=1"], "did you mean 'wait'?"),
        (["--csv", "."], "is a folder"),
    ],
)
def test_wrong_options_are_said_in_one_line(portfolio, words, sentence, capsys):
    """Exit code 2 and one line for what is wrong."""
    assert main(["network", "rank", str(portfolio), *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_wrong_list_is_said_line_by_line(tmp_path, capsys):
    """Every defect of the list is a line of its own."""
    file = tmp_path / "p.csv"
    file.write_text("branch,area\nA,x\nB,y\n", encoding="utf-8")
    assert main(["network", "rank", str(file)]) == 2
    err = capsys.readouterr().err.splitlines()
    assert [line.startswith(f"error: {file}: row") for line in err] == [True, True]
