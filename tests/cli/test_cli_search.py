"""What `optimize` can be told: where to start, how much may move, steps to be repeated."""

import json
import os
import signal
import subprocess
import sys

import pytest


@pytest.fixture
def folders(tmp_path):
    """Two folders for results."""
    return tmp_path / "one", tmp_path / "other"


def test_start_is_never_given_up_for_worse(run, room, folders):
    """A result handed in as a start comes back, or something better."""
    first = run(
        "optimize", room / "study.toml", "--steps", "600", "--time-limit", "5", "--out", folders[0]
    )
    assert first.code == 0
    again = run(
        "optimize", room / "study.toml", "--steps", "1", "--workers", "1", "--seed", "9",
        "--start", folders[0] / "layout.json", "--time-limit", "3", "--out", folders[1],
    )  # fmt: skip
    assert again.code == 0
    values = [
        json.loads((folder / "result.json").read_text(encoding="utf-8"))["objective"]["value"]
        for folder in folders
    ]
    assert values[1] <= values[0] * (1 + 1e-12)


def test_at_most_one_moves(run, room, folders):
    """With --at-most 1 one of the two fixtures stands where it stands today."""
    run("optimize", room / "study.toml", "--steps", "300", "--at-most", "1", "--out", folders[0])
    result = json.loads((folders[0] / "result.json").read_text(encoding="utf-8"))
    today = json.loads((room / "today.json").read_text(encoding="utf-8"))
    stood = {(p["fixture"], p["x"], p["y"], p["angle"]) for p in today["placements"]}
    stands = {(p["fixture"], p["x"], p["y"], p["angle"]) for p in result["placements"]}
    assert len(stood & stands) == 1
    assert result["at_most"] == 1
    assert not result["verified"]["failed"]


def test_study_says_how_many_move(run, room, folders):
    """The key at_most of the study does the same as the option."""
    study = room / "study.toml"
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace("schema = 1", "schema = 1\nat_most = 0"), encoding="utf-8")
    run("optimize", room / "study.toml", "--steps", "50", "--out", folders[0])
    result = json.loads((folders[0] / "result.json").read_text(encoding="utf-8"))
    assert [p["x"] for p in result["placements"]] == [4.5, 1.5]


@pytest.mark.slow
def test_ctrl_c_while_the_crew_searches(room, root):
    """The terminal sends SIGINT to every process: the best is written, and no process is left."""
    out = room / "out"
    text = (room / "study.toml").read_text(encoding="utf-8")
    (room / "study.toml").write_text(text.replace("count = 1", "count = 2"), encoding="utf-8")
    program = subprocess.Popen(
        [
            sys.executable, "-m", "optimizer", "optimize", str(room / "study.toml"),
            "--time-limit", "600", "--workers", "3", "--out", str(out),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
        start_new_session=True,
    )  # fmt: skip
    assert program.stderr is not None
    try:
        for line in program.stderr:
            if line.startswith("search"):
                break
        os.killpg(program.pid, signal.SIGINT)
        _, err = program.communicate(timeout=120)
        with pytest.raises(ProcessLookupError):
            os.killpg(program.pid, 0)
    finally:
        program.kill()
    assert program.returncode in (0, 1)
    assert "Traceback" not in err
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert result["status"] in ("FEASIBLE", "OPTIMAL")
    assert len(result["placements"]) == 4
