"""Commands about service: roster, diagnose, strategies, marginal."""

from __future__ import annotations

import pytest

SERVICE = """
[service]
staffed = ["guide_desk"]

[roster]
target_minutes = 20
slot_minutes = 60
shift_hours = [1, 2]
staff = [{ name = "Ann", skills = "guide_desk" }, { name = "Ben", skills = "guide_desk" }]
"""


@pytest.fixture
def served(room):
    """The small room with a busy guide desk that staff serve for two hours."""
    path = room / "study.toml"
    text = path.read_text(encoding="utf-8").replace('"09" = 12', '"09" = 24\n"10" = 6')
    path.write_text(text + SERVICE, encoding="utf-8")
    return path


def test_roster_is_told(run, served, tmp_path):
    """Hours, half hours and shifts as JSON; the layout is judged with both open sets; a picture."""
    got = run("roster", served, "--json", "--out", tmp_path / "roster.png")
    assert got.code == 0, got.err
    found = got.json
    # one desk, two hours
    assert (found["status"], found["staff_hours"], found["bound_hours"]) == ("OPTIMAL", 2.0, 2.0)
    assert [slot["start"] for slot in found["slots"]] == ["09:00", "10:00"]
    assert all(slot["open"] == {"guide_desk": 1} for slot in found["slots"])
    assert set(found["hard_rules_broken"]) == {"smallest", "largest"}
    assert sum(shift["paid_hours"] for shift in found["shifts"]) == 2.0
    assert (tmp_path / "roster.png").stat().st_size > 1000
    text = run("roster", served)
    assert "2 staff hours, proven at least 2" in text.out
    assert "Ann" in text.out


def test_no_roster_is_exit_code_1(run, served):
    """A target that cannot be met is named with its hour, and what could be met."""
    got = run("roster", served, "--target", "0.01", "--json")
    assert got.code == 1
    assert got.json["status"] == "INFEASIBLE"
    assert "09:00" in got.errors[0]
    assert "can be met" in got.errors[0]


def test_a_report_shows_the_roster_of_the_study(run, served, room):
    """A study with shifts gets its roster into the rendered report."""
    page = room / "page.html"
    got = run("render", served, room / "today.json", "--out", page)
    assert got.code == 0, got.err
    assert '<section id="roster">' in page.read_text(encoding="utf-8")


def test_roster_refuses_another_picture(run, served):
    """A picture of an unknown kind is refused before the work."""
    got = run("roster", served, "--out", "roster.gif")
    assert got.code == 2
    assert ".gif" in got.errors[0]


def test_diagnosis_is_told(run, served):
    """The long queue of nine o'clock, what binds, and a sentence in both languages."""
    got = run("diagnose", served, "--long", "1", "--json")
    assert got.code == 0, got.err
    queue = got.json["queues"][0]
    assert (queue["when"], queue["stop"], queue["binds"]) == ("09:00", "guide_desk", "capacity")
    assert {row["cause"] for row in queue["causes"]} == {"capacity", "mix", "diversion", "layout"}
    assert queue["sentence_zh"] in run("diagnose", served, "--long", "1").out
    assert "no mean wait is long" in run("diagnose", served, "--long", "500").out


def test_diagnosis_needs_a_layout(run, served):
    """Without today's layout one has to be named."""
    text = served.read_text(encoding="utf-8").replace('current = "today.json"\n', "")
    served.write_text(text, encoding="utf-8")
    got = run("diagnose", served)
    assert got.code == 2
    assert "name a LAYOUT" in got.errors[0]


def test_strategies_are_told(run, served):
    """Waits by strategy and customers; one kind of window has no shared line."""
    got = run("strategies", served, "--hour", "9", "--json")
    assert got.code == 0, got.err
    rows = got.json["strategies"]
    assert {row["strategy"] for row in rows} == {"first come", "own lines", "dedicated", "priority"}
    assert {r["customers"] for r in rows if r["strategy"] == "priority"} == {
        "everybody",
        "elderly",
        "others",
    }
    assert "elderly" in run("strategies", served).out


def test_marginal_values_are_told(run, served):
    """A second guide desk saves most; hours without customers are refused."""
    got = run("marginal", served, "--json")
    assert got.code == 0, got.err
    first = got.json["values"][0]
    assert (first["type"], first["count"]) == ("guide_desk", 1)
    assert first["minutes_per_customer"] > 0
    assert first["sentence"] in run("marginal", served).out
    assert run("marginal", served, "--hour", "3").code == 2
