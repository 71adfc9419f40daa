"""The command `simulate`: figures, files, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.cli import main
from optimizer.simulate import packages


@pytest.fixture
def files(room):
    """Paths of the study and of today's layout."""
    folder = Path(room(arrivals=40, minutes=0.5).directory)
    return str(folder / "study.toml"), str(folder / "today.json")


def test_figures_and_files(files, tmp_path, capsys):
    """The command prints one JSON object and writes figures, tracks, picture and animation."""
    out = tmp_path / "out"
    words = ["simulate", *files, "--hours", "0.2", "--seeds", "2", "--json", "--out", str(out)]
    assert main(words) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["seeds"] == [1, 2]
    people = content["customers"]
    assert people["arrived"] == people["left"] + people["still_there"] > 0
    walking = content["figures"]["metres_per_customer"]
    assert walking["analytic"] == pytest.approx(walking["simulated"]["mean"], rel=0.15)
    assert content["queues"][0]["type"] == "open_desk"
    names = {file.name for file in out.iterdir()}
    tracks = {"trajectories-1.sqlite", "trajectories-2.sqlite", "tracks.png", "tracks.gif"}
    assert names == {"simulation.json", *tracks}
    assert (out / "tracks.gif").read_bytes()[:6] == b"GIF89a"
    assert json.loads((out / "simulation.json").read_text(encoding="utf-8")) == content


def test_a_table_for_planners(files, capsys):
    """Without --json the figures stand beside the formulas, and who came and left is told."""
    assert main(["simulate", *files, "--hours", "0.1", "--seeds", "1", "--no-queues"]) == 0
    out = capsys.readouterr().out
    assert "Walking per customer" in out
    assert "customers came" in out
    rows = [line for line in out.splitlines() if line.startswith("Walking per customer")]
    assert len(rows) == 2  # metres and minutes
    assert not any(" to " in row for row in rows)  # one run has no interval


@pytest.mark.parametrize("hours", ["0", "25", "nan"])
def test_wrong_hours_are_named(files, capsys, hours):
    """No time, too long a time and no number end with code 2 and one line."""
    assert main(["simulate", *files, "--hours", hours]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "hours; more than 0 and at most 24 are right" in err


def test_a_missing_package_is_named(files, capsys, monkeypatch):
    """Without JuPedSim one line says what to install."""

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(packages, "import_module", missing)
    assert main(["simulate", *files, "--hours", "0.1"]) == 2
    err = capsys.readouterr().err
    assert "pip install 'branch-layout[simulate]'" in err
    assert err.count("\n") == 1
