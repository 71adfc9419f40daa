"""Two runs into one folder: the second is told who is there; nobody waits for the dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from optimizer.cli.folder import claimed_folder
from optimizer.cli.lock import LOCK, locked
from optimizer.errors import FolderBusyError

#: A process that claims the folder of its argument, says so, and stays.
HOLDER = """
import sys
from pathlib import Path
from optimizer.cli.folder import claimed_folder

with claimed_folder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds `out`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "out")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_run_is_told_who_holds_the_folder(holder, tmp_path):
    """The error names the folder, the process, since when, and what to do."""
    with pytest.raises(FolderBusyError) as caught, claimed_folder(tmp_path / "out"):
        pass
    (sentence,) = caught.value.sentences
    assert str(tmp_path / "out") in sentence
    assert f"process {holder.pid} on " in sentence
    assert "since 20" in sentence
    assert "--out" in sentence


def test_the_lock_of_a_killed_run_is_taken_over(holder, tmp_path):
    """A killed process holds nothing: the file it left is no lock."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "out" / LOCK).exists()
    with claimed_folder(tmp_path / "out"):
        assert f"process {os.getpid()} on" in (tmp_path / "out" / LOCK).read_text()
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_nothing_is_left_behind(tmp_path):
    """The lock goes with the run; a folder made for it and still empty goes too, others stay."""
    with claimed_folder(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b" / LOCK).exists()
    assert not (tmp_path / "a").exists()
    (tmp_path / "mine").mkdir()
    with claimed_folder(tmp_path / "mine"):
        (tmp_path / "mine" / "note.txt").write_text("kept")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["note.txt"]


def test_a_lock_whose_file_was_deleted_meanwhile_is_not_taken_for_the_folder(tmp_path, monkeypatch):
    """The file may go between opening and locking it: then the folder's present file is locked."""
    fcntl = pytest.importorskip("fcntl", reason="locks of other systems are not patched here")
    real, calls = fcntl.flock, []

    def first_time_deleted(handle: int, how: int) -> None:
        calls.append(handle)
        if len(calls) == 1:
            (tmp_path / LOCK).unlink()
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", first_time_deleted)
    with locked(tmp_path):
        assert len(calls) == 2
        with pytest.raises(FolderBusyError), locked(tmp_path):
            pass
    assert not (tmp_path / LOCK).exists()


def test_optimize_into_a_held_folder_searches_nothing(holder, tmp_path, run, room):
    """The second `optimize` ends at once with one line and exit code 2."""
    ran = run("optimize", room / "study.toml", "--steps", "50", "--out", tmp_path / "out")
    assert ran.code == 2
    assert len(ran.errors) == 1
    assert "another run writes to this folder" in ran.errors[0]
