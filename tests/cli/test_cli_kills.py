"""The whole command line killed at random, from its start to its end: the folder stays in order.

BRANCH_KILLS says how many runs shall be killed; a run that ended before its kill does not count.
Every twentieth time the program is started anew as a process of its own, else it goes on in a copy
of this one, in which all is imported. Of those copies every second is killed at a random time, and
every other one just after a change of the folder that is drawn at random, for files are written in
moments only. Each copy notes how far it is, and the kills are counted by that.

Of the last whole run, on 2026-11-25, 200 were killed of 215: 7 while reading, 11 searching, 13
verifying, 53 while a file was written (layout.json 11, layout.png 11, before_after.pdf 9,
layout.svg 8, files.json 7, result.json 4, certificate.npz 2, layout.dxf 1), 80 between two files or
while the report was awaited, 1 when the draft was whole, 26 in the exchange, 4 after it, and 5
processes of their own. 167 times the earlier result was there after it and 33 times the new one,
whole; nothing was left behind.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import re
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from optimizer.cli import main
from optimizer.cli.folder import DRAFT, FILES, READY, claimed_folder
from optimizer.cli.lock import LOCK
from optimizer.errors import FolderBusyError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="NOT TESTED: nothing to fork here"),
]

KILLS = int(os.environ.get("BRANCH_KILLS", "200"))
#: One in so many runs is a new process.
ANEW = 20
#: Longest wait between a change of the folder and the kill, seconds.
SOON = 0.004
#: Name of a file that is not yet whole, as `report.atomic` and `plan.geojson` make it.
UNFINISHED = re.compile(r"\.(.+)-\w{8}(\.\w+)|\.(.+)\.\d+\.part")
#: How a whole file of a kind ends.
ENDS = {
    "layout.png": b"IEND\xaeB`\x82",
    "layout.svg": b"</svg>\n",
    "layout.dxf": b"EOF\n",
    "before_after.pdf": b"%%EOF\n",
    "report.html": b"</html>\n",
}


class Steps:
    """How far a copy of this process is, in memory that both share.

    The first eight bytes count changes of the folder; then come the stage of the main process and
    that of the one that draws the report, 100 bytes each.
    """

    def __init__(self, out: Path) -> None:
        self._shared = mmap.mmap(-1, 300)
        self._out = out
        self._main = 0

    @property
    def changes(self) -> int:
        """Number of changes so far."""
        return int.from_bytes(self._shared[:8], "little")

    def stage(self, place: int) -> str:
        """Stage of the main process (0), or of the other one (1)."""
        return self._shared[8 + 100 * place : 108 + 100 * place].rstrip(b"\0").decode()

    def begin(self) -> None:
        """Note from here on what this process, and those that it forks, does to the folder."""
        self._main = os.getpid()
        self._note("reading")
        sys.addaudithook(self._hear)

    def _note(self, stage: str) -> None:
        place = 8 if os.getpid() == self._main else 108
        self._shared[place : place + 100] = stage.encode()[:100].ljust(100, b"\0")
        self._shared[:8] = (self.changes + 1).to_bytes(8, "little")

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in {"open", "os.rename", "os.remove", "tempfile.mkdtemp", "tempfile.mkstemp"}:
            return
        if not isinstance(arguments[0], str | os.PathLike):
            return
        path = Path(arguments[0])
        if self._out != path and self._out not in path.parents:
            return
        if event == "open":
            if path.name == LOCK:
                self._note("searching")
        elif event == "tempfile.mkdtemp":
            self._note("verifying")
        elif event == "tempfile.mkstemp":
            self._note(f"while {_whole(path)} is written")
        elif event == "os.remove":
            whole = _whole(path)  # the name of an unfinished file is taken away when it is whole
            away = f"taking away {path.name}" if whole == path.name else f"after {whole} is written"
            self._note("at the end" if path.name == LOCK else away)
        elif path.name.startswith(DRAFT) and Path(arguments[1]).name == READY:
            self._note("the draft is whole")
        elif path.parent.name == READY:
            self._note(f"putting {path.name} in its place")
        else:
            self._note(f"after {_whole(path)} is written")


def _whole(path: Path) -> str:
    found = UNFINISHED.fullmatch(path.name)
    return "".join(part or "" for part in found.groups()) if found else path.name


def words_of(room: Path, out: Path, seed: int) -> list[str]:
    """Arguments of a short search."""
    study = str(room / "study.toml")
    return ["optimize", study, "--steps", "20", "--workers", "1", "--seed", str(seed), "--out",
            str(out)]  # fmt: skip


def forked(words: list[str], steps: Steps) -> int:
    """Begin the program in a copy of this process, which notes how far it is."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        steps.begin()
        code = main(words)
    finally:
        os._exit(code)


def started(words: list[str]) -> int:
    """Begin the program as a new process."""
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "optimizer", *words]
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    return os.posix_spawn(sys.executable, command, known, file_actions=quiet)


def state_of(out: Path) -> str:
    """State of a folder that nobody works in: a whole result, of which seed; else this fails."""
    content = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert {name for name in FILES if (out / name).exists()} >= {"layout.json", *ENDS}
    layout = json.loads((out / "layout.json").read_text(encoding="utf-8"))
    assert layout["placements"] == content["placements"]
    for name, end in ENDS.items():
        assert (out / name).read_bytes().rstrip(b"\r\n").endswith(end.rstrip(b"\n")), name
    return f"the result of seed {content['seed']}"


def wait_for_change(steps: Steps, number: int, process: int) -> None:
    """Wait until so many changes are done, or the process has ended, which stays to be asked."""
    while steps.changes < number:
        if os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.0002)


def in_order(out: Path) -> str:
    """What the next run makes of a folder in which one was killed: a whole result, of which seed.

    Whoever the killed one has started goes with it, within a moment.
    """
    until = time.monotonic() + 60
    while True:
        try:
            with claimed_folder(out):
                return state_of(out)
        except FolderBusyError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def test_killed_at_random_from_start_to_end(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Earlier result or new one, whole; no lock is left that blocks, and the next run goes on."""
    out = tmp_path / "out"
    main(words_of(room, out, 999))  # all is imported and compiled from here on
    begun, steps = time.monotonic(), Steps(out)
    os.waitpid(forked(words_of(room, out, 997), steps), 0)
    span, changes = time.monotonic() - begun, steps.changes
    begun = time.monotonic()
    os.waitpid(started(words_of(room, tmp_path / "anew", 0)), 0)
    span_anew = time.monotonic() - begun
    chance = random.Random(int(os.environ.get("BRANCH_SEED", "20261125")))
    before = "the result of seed 997"
    seen: Counter[str] = Counter()
    stages: Counter[str] = Counter()
    runs = killed = 0
    while killed < KILLS:
        runs += 1
        assert runs < 4 * KILLS + 20, "too few were killed before their end"
        steps = Steps(out)
        if anew := runs % ANEW == 0:
            process = started(words_of(room, out, runs))
            time.sleep(chance.uniform(0, span_anew))
        else:
            process = forked(words_of(room, out, runs), steps)
            if runs % 2:
                time.sleep(chance.uniform(0, span))
            else:
                wait_for_change(steps, chance.randint(1, changes), process)
                time.sleep(chance.uniform(0, SOON))
        os.kill(process, signal.SIGKILL)
        early = os.WIFSIGNALED(os.waitpid(process, 0)[1])
        stage = "a process of its own" if anew else steps.stage(0)
        beside = steps.stage(1)
        if (out / "result.json").exists():
            state_of(out)
        after = in_order(out)
        left = {name for name in os.listdir(out) if name.startswith(".")}
        assert not left, left
        assert after in {before, f"the result of seed {runs}"}
        kept = "the earlier result" if after == before else "the new result"
        before = after
        seen[f"{'killed' if early else 'ended'}, then {kept}"] += 1
        if early:
            killed += 1
            stages[stage] += 1
            if beside.startswith("while"):
                stages[f"beside: {beside}"] += 1
    with capsys.disabled():
        print(f"\n{killed} kills of {runs} runs: {dict(seen)}; a run took {span:.1f} s")
        for stage, number in sorted(stages.items()):
            print(f"{number:4d} {stage}")
    assert len(stages) > 5, "the kills are not spread over the stages"
    assert main(words_of(room, out, 998)) in {0, 1}
    assert state_of(out) == "the result of seed 998"
    assert sorted(os.listdir(out)) == sorted(name for name in os.listdir(out) if name in FILES)
