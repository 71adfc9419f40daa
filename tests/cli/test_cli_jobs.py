"""The commands about jobs and batches, each on a room of 6 × 5 m."""

from __future__ import annotations

import csv
import json

import pytest

from optimizer.jobs import open_store


@pytest.fixture
def store(tmp_path):
    """Where the jobs of a test are kept."""
    return tmp_path / "jobs.db"


@pytest.fixture
def done(room, run, store):
    """What `jobs run` printed about one study."""
    words = ("--time-limit", "3", "--workers", "1", "--store", store, "--json")
    return run("jobs", "run", room / "study.toml", *words)


def test_a_job_from_run_to_export(done, room, run, store, tmp_path):
    """A job that was run is done, is listed and shown, and its files are those of `optimize`.

    Where the study is gone meanwhile, what needs no study is written all the same.
    """
    assert done.code == 0, done.err
    (job,) = done.json["jobs"]
    assert (job["id"], job["state"], job["name"]) == (1, "done", "small_room")
    assert job["status"] in ("OPTIMAL", "FEASIBLE")
    listed = run("jobs", "list", "--store", store, "--json").json["jobs"]
    assert listed == [job]
    assert run("jobs", "list", "--state", "failed", "--store", store, "--json").json["jobs"] == []
    shown = run("jobs", "show", 1, "--store", store, "--json").json
    assert shown["result"]["objective"]["value"] == shown["objective"] == job["objective"]
    assert len(shown["placements"]) == 2
    ran = run("jobs", "export", 1, "--out", tmp_path / "files", "--store", store)
    assert ran.code == 0, ran.err
    written = {file.name for file in (tmp_path / "files").iterdir()}
    assert written >= {"result.json", "layout.json", "layout.png", "layout.dxf", "report.html"}
    verified = run("verify", room / "study.toml", tmp_path / "files", "--json")
    assert verified.code == 0, verified.out
    late = run("jobs", "cancel", 1, "--store", store)
    assert late.code == 1
    assert late.errors == ["error: job 1 is done already"]
    (room / "study.toml").unlink()
    ran = run("jobs", "export", 1, "--out", tmp_path / "bare", "--store", store)
    assert ran.code == 1
    assert "the study is gone" in ran.errors[0]
    content = json.loads((tmp_path / "bare" / "result.json").read_text(encoding="utf-8"))
    assert content["placements"]
    assert (tmp_path / "bare" / "layout.json").exists()


def test_later_and_cancel_and_export(room, run, store, tmp_path):
    """`--later` queues only; a queued job is cancelled at once and has no result to export."""
    words = ("--later", "--store", store, "--json")
    queued = run("jobs", "run", room / "study.toml", *words)
    assert queued.code == 0
    assert [job["state"] for job in queued.json["jobs"]] == ["queued"]
    cancelled = run("jobs", "cancel", 1, "--store", store, "--json")
    assert [job["state"] for job in cancelled.json["jobs"]] == ["cancelled"]
    assert run("jobs", "resume", "--store", store, "--json").json == {"jobs": []}
    ran = run("jobs", "export", 1, "--out", tmp_path / "files", "--store", store)
    assert ran.code == 1
    assert "job 1 has no result: it is cancelled" in ran.errors[0]


def test_wrong_words_are_one_line(room, run, store, tmp_path):
    """An unknown job, a missing study and a store that is no file are named; the code is 2."""
    for words, sentence in (
        (("jobs", "show", 9, "--store", store), "there is no job 9"),
        (("jobs", "run", tmp_path / "none.toml", "--store", store), "no such file"),
        (("jobs", "list", "--store", tmp_path), "cannot be opened"),
        (("network", "optimize", tmp_path / "none.csv", "--store", store), "no such file"),
    ):
        ran = run(*words)
        assert ran.code == 2, ran.err
        assert len(ran.errors) == 1
        assert sentence in ran.errors[0]


def test_a_portfolio_with_a_branch_that_is_gone(room, run, store, tmp_path):
    """One branch is optimized, one has no study file: the table tells both, and the code is 1.

    Resuming the batch finds nothing left to do and tells the same.
    """
    portfolio = tmp_path / "portfolio.csv"
    portfolio.write_text(
        f"branch,study,customers_per_day\n=1+1,{room / 'study.toml'},300\ngone,none/study.toml,\n"
        "later,,\n"
    )
    words = ("--time-limit", "3", "--workers", "1", "--store", store, "--out", tmp_path / "n")
    ran = run("network", "optimize", portfolio, *words, "--json")
    assert ran.code == 1
    assert "left out, 1 branches without a study: later" not in ran.out
    good, bad = ran.json["branches"]
    assert (good["branch"], good["state"], good["hard_broken"]) == ("=1+1", "done", 0)
    assert (bad["state"], bad["objective"]) == ("failed", None)
    assert "the study is gone" in bad["reason"]
    table = (tmp_path / "n" / "branches.csv").read_text(encoding="utf-8-sig")
    assert [row["branch"] for row in csv.DictReader(table.splitlines())] == ["'=1+1", "gone"]
    assert "the study is gone" in (tmp_path / "n" / "branches.html").read_text(encoding="utf-8")
    assert (tmp_path / "n" / "=1+1" / "result.json").exists()
    again = run("network", "optimize", portfolio, *words, "--json", "--resume")
    assert again.json == ran.json
    with open_store(str(store)) as opened:
        assert len(opened.list()) == 2


def test_resuming_a_portfolio_that_was_never_begun(room, run, store, tmp_path):
    """Without an earlier batch there is nothing to resume: one line, code 2."""
    portfolio = tmp_path / "portfolio.csv"
    portfolio.write_text(f"branch,study\na,{room / 'study.toml'}\n")
    ran = run("network", "optimize", portfolio, "--resume", "--store", store)
    assert ran.code == 2
    assert "holds no batch" in ran.errors[0]
