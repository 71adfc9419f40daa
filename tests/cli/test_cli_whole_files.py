"""The files of a result are whole and of one result, or absent, whenever the program is killed."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from optimizer.cli.folder import FILES, READY, REFUSED, claimed_folder, write_folder

#: Kills at random moments.
KILLS = 200


@dataclass
class Walking:
    """The proof of a result, as far as writing needs it."""

    file: bytes


@dataclass
class Outcome:
    """A result, as far as writing needs it."""

    walking: Walking | None
    layout: object | None


def pictures_of(mark: str):
    """Stand in for drawing: a file of some kilobytes under every name that pictures write."""

    def draw(study: Any, result: Any, folder: Path, language: str) -> None:
        from optimizer.report.atomic import write_whole

        for name in FILES:
            if name not in ("result.json", "certificate.npz"):
                write_whole(folder / name, (mark * 40_000).encode())

    return draw


def write(folder: Path, mark: str) -> None:
    """Write a result whose every file holds its mark."""
    outcome: Any = Outcome(Walking((mark * 40_000).encode()), object())
    with claimed_folder(folder):
        study: Any = None
        write_folder(
            study,
            outcome,
            {"mark": mark, "more": [mark] * 9999},
            folder,
            pictures=pictures_of(mark),
        )


def marks(folder: Path) -> dict[str, str]:
    """Mark of each file that is there; a file that is not whole fails."""
    found = {}
    for name in FILES:
        if not (folder / name).exists():
            continue
        text = (folder / name).read_text(encoding="utf-8")
        if name == "result.json":
            content = json.loads(text)
            assert len(content["more"]) == 9999
            found[name] = content["mark"]
        else:
            assert len(text) == 40_000
            assert set(text) == {text[0]}
            found[name] = text[0]
    return found


def child(work, *, kill_after: float | None = None) -> int:
    """Do the work in a forked process, which may be killed after some seconds; its end."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(process, signal.SIGKILL)
    return os.waitpid(process, 0)[1]


@pytest.fixture
def out(tmp_path):
    """Folder with the whole result "a"."""
    write(tmp_path / "out", "a")
    assert set(marks(tmp_path / "out").values()) == {"a"}
    return tmp_path / "out"


def of_one_result(folder: Path) -> None:
    """Where `result.json` is there, every file is there and of the same result."""
    found = marks(folder)
    if "result.json" in found:
        assert set(found) == set(FILES)
        assert len(set(found.values())) == 1


@pytest.mark.parametrize("call", ["replace", "fsync", "unlink", "rename"])
def test_killed_before_and_after_every_call_that_changes_the_folder(call, out, monkeypatch):
    """Killed at the n-th call, for every n, before and after it; then the next run is whole."""
    real = getattr(os, call)
    for after in (False, True):
        n, ended = 0, False
        while not ended:
            n += 1
            write(out, "a")

            def work(n: int = n, after: bool = after) -> None:
                calls = 0

                def killing(*arguments: Any, **options: Any) -> None:
                    nonlocal calls
                    calls += 1
                    if calls == n and not after:
                        os.kill(os.getpid(), signal.SIGKILL)
                    try:
                        real(*arguments, **options)
                    finally:
                        if calls == n:
                            os.kill(os.getpid(), signal.SIGKILL)

                monkeypatch.setattr(os, call, killing)
                write(out, "b")

            end = child(work)
            ended = end == 0
            of_one_result(out)
            if ended:
                assert set(marks(out).values()) == {"b"}
            else:
                assert os.WTERMSIG(end) == signal.SIGKILL
                with claimed_folder(out):  # the next run puts the folder in order
                    of_one_result(out)
                    assert "result.json" in marks(out)
        assert n > 1, f"os.{call} is never called"
        assert sorted(os.listdir(out)) == sorted(FILES)


def test_killed_at_random(out):
    """Killed 200 times at random: no file is in part, no set is mixed, and nothing is lost."""
    chance = random.Random(20261125)
    begun = time.perf_counter()
    write(out, "a")
    span = time.perf_counter() - begun
    early = 0
    for k in range(KILLS):
        end = child(lambda k=k: write(out, "abcdefgh"[k % 8]), kill_after=chance.uniform(0, span))
        early += os.WIFSIGNALED(end)
        of_one_result(out)
        with claimed_folder(out):
            of_one_result(out)
            assert "result.json" in marks(out)
    assert early > KILLS / 4, "too few were killed before their end"


def test_what_was_whole_is_put_in_place_by_the_next_run(out, monkeypatch):
    """Killed in the exchange: the new result is not lost, the next run in the folder has it."""
    real = os.replace

    def work() -> None:
        def killing(source: Any, target: Any) -> None:
            if Path(source).parent.name == READY and Path(target).name == "layout.svg":
                os.kill(os.getpid(), signal.SIGKILL)
            real(source, target)

        monkeypatch.setattr(os, "replace", killing)
        write(out, "b")

    child(work)
    assert "result.json" not in marks(out)
    assert (out / READY).exists()
    with claimed_folder(out):
        assert set(marks(out).values()) == {"b"}
        assert set(marks(out)) == set(FILES)


def test_a_refused_result_goes_when_a_good_one_comes(out):
    """The file of a refused result does not outlive the next good result."""
    (out / REFUSED).write_text("{}")
    write(out, "b")
    assert sorted(os.listdir(out)) == sorted(FILES)


@pytest.mark.parametrize("room_left", [0, 30_000, 60_000])
def test_a_full_disk_leaves_the_earlier_result(out, room_left):
    """Files of the size that is left, and not one byte more: the old result stays as it was."""
    import resource

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room_left, resource.RLIM_INFINITY))
        with pytest.raises(OSError, match="File too large"):
            write(out, "b")

    assert child(work) == 0
    assert set(marks(out).values()) == {"a"}
    assert sorted(os.listdir(out)) == sorted(FILES)


@pytest.mark.parametrize("named", ["certificate.npz", *(n for n in FILES if n[0] != "c")])
def test_a_disk_that_is_full_at_one_file_leaves_the_earlier_result(out, named, monkeypatch):
    """No space for that file, whichever it is: one error, the old result, and no leftover."""
    real, asked = os.fsync, []

    def full(handle: int) -> None:
        name = Path(os.readlink(f"/proc/self/fd/{handle}")).name
        if name.startswith(f".{Path(named).stem}") and name.endswith(Path(named).suffix):
            asked.append(name)
            raise OSError(28, "No space left on device", named)
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(out, "b")
    assert asked
    assert set(marks(out).values()) == {"a"}
    assert sorted(os.listdir(out)) == sorted(FILES)
