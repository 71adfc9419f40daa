"""The whole command line killed at random, from its start to its end: the folder stays in order.

BRANCH_KILLS says how often; every twentieth time the program is started anew as a process of its
own, else it goes on in a copy of this one, in which all is imported.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from optimizer.cli import main
from optimizer.cli.folder import FILES, claimed_folder
from optimizer.errors import FolderBusyError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="NOT TESTED: nothing to fork here"),
]

KILLS = int(os.environ.get("BRANCH_KILLS", "200"))
#: One in so many runs is a new process.
ANEW = 20
#: How a whole file of a kind ends.
ENDS = {
    "layout.png": b"IEND\xaeB`\x82",
    "layout.svg": b"</svg>\n",
    "layout.dxf": b"EOF\n",
    "before_after.pdf": b"%%EOF\n",
    "report.html": b"</html>\n",
}


def words_of(room: Path, out: Path, seed: int) -> list[str]:
    """Arguments of a short search."""
    study = str(room / "study.toml")
    return ["optimize", study, "--steps", "20", "--workers", "1", "--seed", str(seed), "--out",
            str(out)]  # fmt: skip


def forked(words: list[str]) -> int:
    """Begin the program in a copy of this process."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
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


def test_killed_at_random_from_start_to_end(room, tmp_path, capsys) -> None:
    """Earlier result or new one, whole; no lock is left that blocks, and the next run goes on."""
    out = tmp_path / "out"
    main(words_of(room, out, 999))  # all is imported and compiled from here on
    spans = []
    for begin in (forked, started):
        begun = time.monotonic()
        os.waitpid(begin(words_of(room, tmp_path / begin.__name__, 0)), 0)
        spans.append(time.monotonic() - begun)
    chance = random.Random(int(os.environ.get("BRANCH_SEED", "20261125")))
    before = "the result of seed 999"
    seen: Counter[str] = Counter()
    for k in range(KILLS):
        anew = k % ANEW == 0
        process = (started if anew else forked)(words_of(room, out, k))
        time.sleep(chance.uniform(0, 1.2 * spans[anew]))
        os.kill(process, signal.SIGKILL)
        killed = os.WIFSIGNALED(os.waitpid(process, 0)[1])
        if (out / "result.json").exists():
            state_of(out)
        until = time.monotonic() + 60
        while True:  # its own child goes with it, within a moment
            try:
                with claimed_folder(out):
                    after = state_of(out)
                break
            except FolderBusyError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        left = {name for name in os.listdir(out) if name.startswith(".")} if out.exists() else set()
        assert not left, left
        assert after in {before, f"the result of seed {k}"}
        kept = "the earlier result" if after == before else "the new result"
        before = after
        seen[f"{'killed' if killed else 'ended'}, then {kept}"] += 1
    with capsys.disabled():
        print(f"\n{KILLS} kills: {dict(seen)}; a run took {spans[0]:.1f} s, {spans[1]:.1f} s anew")
    assert sum(n for what, n in seen.items() if what.startswith("killed")) > KILLS / 4
    assert main(words_of(room, out, 998)) in {0, 1}
    assert state_of(out) == "the result of seed 998"
    assert sorted(os.listdir(out)) == sorted(name for name in os.listdir(out) if name in FILES)
