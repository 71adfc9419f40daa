"""The roll-out report: shares, totals by hand, common failures, page, table and picture."""

from __future__ import annotations

import csv
import io
import json

import pytest

from optimizer.cli import main
from optimizer.network.portfolio import Branch, Portfolio
from optimizer.network.rollout import build_rollout
from optimizer.network.standard import common_failures, comply_with
from optimizer.report.network_picture import colour_of, plot_network
from optimizer.report.rollout_page import render_rollout, rollout_csv
from optimizer.study_file import read_study


def result(metres, encounters=1.0, *, smart=True, broken=(), status="FEASIBLE"):
    """The parts of a result.json that the report reads."""
    kind = "smart_terminal_low" if smart else "queue_machine"
    return {
        "schema": 1,
        "status": status,
        "study": {"name": "x", "sha256": ""},
        "objective": {"value": 1.0},
        "walking": {"metres_per_customer": metres},
        "crossing": {"encounters_per_hour": encounters},
        "door_to_door": {"minutes_per_customer": None},
        "placements": [{"fixture": f"{kind}-1", "type": kind, "x": 1, "y": 1, "angle": 0}],
        "rules": [
            {
                "id": name,
                "passed": False,
                "severity": severity,
                "rule": f"rule {name}",
                "rule_zh": f"条款{name}",
            }
            for name, severity in broken
        ]
        + [{"id": "OK", "passed": True, "severity": "hard", "rule": "kept"}],
    }


def branch(name, customers, form="small", **more):
    """A branch."""
    return Branch(row=2, name=name, customers_per_day=customers, format=form, **more)


BRANCHES = Portfolio(
    branches=(
        branch("A", 100.0),
        branch("B", 300.0, "standard"),
        branch("C", 50.0, devices={"smart_terminal": 1}),
        branch("D", 50.0, re_laid_out=True),
        branch("<E>", 10.0, ""),
    )
)
AFTER = {
    "A": result(20.0, 2.0, broken=[("R1", "soft"), ("R1", "soft"), ("R2", "hard")]),
    "B": result(30.0, 4.0, smart=False, broken=[("R1", "soft")]),
    "<E>": {**result(1.0), "placements": [], "status": "INFEASIBLE"},
    "Z": result(9.0, broken=[("R2", "hard")]),
}
BEFORE = {"A": result(40.0, 4.0), "B": result(40.0, 2.0)}


@pytest.fixture
def rollout():
    """Five branches: two compared, one smart by its list, one done by its list, one impossible."""
    return build_rollout(BRANCHES, AFTER, BEFORE)


def test_shares_and_totals_by_hand(rollout):
    """Shares are of all branches; totals are means over the customers of those compared."""
    # A, B have new layouts and D says so: 3 of 5; A by its result and C by the list are smart
    assert rollout.share_re_laid_out == pytest.approx(0.6)
    assert rollout.smart_coverage == pytest.approx(0.4)
    # before (100 · 40 + 300 · 40) / 400 = 40; after (100 · 20 + 300 · 30) / 400 = 27.5
    assert rollout.compared == 2
    assert rollout.before["metres_per_customer"] == pytest.approx(40.0)
    assert rollout.after["metres_per_customer"] == pytest.approx(27.5)
    # encounters (100 · 4 + 300 · 2) / 400 = 2.5 and (100 · 2 + 300 · 4) / 400 = 3.5
    assert rollout.after["encounters_per_hour"] == pytest.approx(3.5)
    assert "minutes_per_customer" not in rollout.after
    first, second, third = rollout.rows[:3]
    assert (first.saving(), second.saving(), third.saving()) == (0.5, 0.25, None)
    assert first.hard_broken == 1


def test_common_failures_count_branches_once(rollout):
    """A rule broken twice in a branch counts one branch; a result of no branch counts none."""
    assert [(f.rule, f.branches) for f in rollout.failures] == [("R1", ("A", "B")), ("R2", ("A",))]
    assert rollout.failures[0].sentence_zh == "条款R1"
    assert rollout.notes == ("result 'Z' belongs to no branch of the list",)


def test_without_results_the_list_alone_speaks():
    """No results: shares come from the list, nothing is compared, nothing is broken."""
    found = build_rollout(BRANCHES, {})
    assert found.share_re_laid_out == pytest.approx(0.2)
    assert (found.compared, found.failures, dict(found.before)) == (0, (), {})


def test_the_picture_has_a_tile_for_every_branch(rollout):
    """Tiles by branch, dots for smart ones, frames where hard rules are broken."""
    ax = plot_network(rollout)
    ids = {artist.get_gid() for artist in ax.get_children()}
    assert {f"tile:{row.branch.name}" for row in rollout.rows} <= ids
    assert {"smart:A", "smart:C", "broken:A", "format:small", "format:standard"} <= ids
    assert not {"smart:B", "broken:B"} & ids
    colours = {patch.get_gid(): patch.get_facecolor() for patch in ax.patches if patch.get_gid()}
    assert colours["tile:A"] != colours["tile:C"]
    assert colour_of(0.5) == colour_of(0.3) != colour_of(-0.3)


@pytest.mark.parametrize(("language", "words"), [("en", "re-laid out"), ("zh", "智能化覆盖率")])
def test_the_page_says_it_in_both_languages(rollout, language, words):
    """The page has shares, failures and branches, loads nothing and escapes names."""
    page = render_rollout(rollout, source="p.csv", standard=(), language=language)
    assert words in page
    assert "60 %" in page
    assert "R1" in page
    assert "40.0 → 20.0" in page
    assert "&lt;E&gt;" in page
    assert "<E>" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page


def test_the_table_has_one_row_a_branch(rollout):
    """The CSV holds before and after of each branch; what is unknown is empty."""
    rows = list(csv.DictReader(io.StringIO(rollout_csv(rollout).lstrip("\ufeff"))))
    assert [row["branch"] for row in rows] == ["A", "B", "C", "D", "<E>"]
    assert rows[0]["metres_per_customer_before"] == "40.0"
    assert rows[2]["metres_per_customer_after"] == ""
    assert (rows[3]["re_laid_out"], rows[4]["re_laid_out"]) == ("yes", "no")


def test_service_standard_over_branches(root):
    """Items that both halls fail come before those that one of them fails."""
    tables = {}
    for name in ("standard_hall", "old_corner"):
        study = read_study(root / "floorplans" / name / "study.toml")
        tables[name] = comply_with(study, study.current_layout)
    found = common_failures(tables)
    counts = [len(failure.branches) for failure in found]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == 2
    water = next(failure for failure in found if failure.rule == "SVC-06d")
    assert set(water.branches) == {"standard_hall", "old_corner"}  # neither places a dispenser
    assert water.sentence_zh


def test_the_command_compares_with_todays_layouts(root, tmp_path, capsys):
    """Results in folders named after branches; today's figures come from the study."""
    study = root / "floorplans" / "old_corner" / "study.toml"
    (tmp_path / "p.csv").write_text(
        f"branch,study,customers\nold/1,{study},200\nnew,,100\n", encoding="utf-8"
    )
    home = tmp_path / "out" / "old_1"  # no folder is called old/1
    home.mkdir(parents=True)
    (home / "result.json").write_text(json.dumps(result(1.0)), encoding="utf-8")
    words = ["network", "report", str(tmp_path / "p.csv"), str(tmp_path / "out")]
    assert main([*words, "--out", str(tmp_path / "report"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["share_re_laid_out"] == 0.5
    assert found["compared"] == 1
    assert found["before"]["metres_per_customer"] > found["after"]["metres_per_customer"] == 1.0
    for name in ("report.html", "report.csv", "overview.png"):
        assert (tmp_path / "report" / name).stat().st_size > 100


def test_a_folder_without_results_is_said(tmp_path, capsys):
    """A folder that holds no result is one line, exit code 2."""
    (tmp_path / "p.csv").write_text("branch\nA\n", encoding="utf-8")
    assert main(["network", "report", str(tmp_path / "p.csv"), str(tmp_path)]) == 2
    assert "holds no result.json" in capsys.readouterr().err
