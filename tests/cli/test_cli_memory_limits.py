"""Under any limit on memory each command ends by itself, with a result or with one line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from optimizer.cli.memory import StarvationWatch, Work
from optimizer.reading_limits import MIB, least

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: limits of Linux")

#: Seconds after which a run counts as one that does not end, on a machine that is shared.
ENDLESS = 600
#: Time limit of the searches.
LIMIT = 2
PROGRAM = """
import resource, sys
resource.setrlimit(resource.{}, ({}, {}))
from optimizer.cli import main
sys.exit(main())
"""
COLUMNS = ("branch", "study", "format", "customers_per_day", "mean_wait_minutes",
           "replaceable_share", "area_m2", "wall_slots")  # fmt: skip
PORTFOLIO = f"{','.join(COLUMNS)}\nhall,study.toml,standard,400,5,0.6,200,4\n"


@pytest.fixture(scope="module")
def halls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study, a result of it and a list of it."""
    folder = tmp_path_factory.mktemp("halls")
    shutil.copytree(Path(__file__).parents[2] / "floorplans" / "standard_hall", folder / "hall")
    return folder


def run(mib: float, words: list[str], kind: str = "RLIMIT_AS", **known: str) -> tuple[int, str]:
    """Run the program with so much memory; its exit code and what it says on stderr."""
    program = PROGRAM.format(kind, int(mib * MIB), int(mib * MIB))
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        timeout=ENDLESS,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **known},
    )
    return done.returncode, done.stderr


def judged(code: int, said: str) -> str:
    """How a run ended: with a result, or refused in one line of ours; else this fails."""
    assert code in {0, 1, 2}, (code, said)
    assert "Traceback" not in said
    if code != 2:
        return "a result"
    progress = re.compile(r" *\d+\.\d s  \w+ *")  # what a search says where it begins
    (line,) = (line for line in said.splitlines() if not progress.match(line))
    assert line.startswith("error: "), line
    return "refused"


@pytest.mark.parametrize("kind", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_less_than_the_libraries_take_is_told_before_the_start(kind: str) -> None:
    """The line names what is allowed and what is needed; a limit just above it is enough."""
    needed = least("program_mib")
    code, said = run(needed - 1, ["--help"], kind)
    assert (code, len(said.splitlines())) == (2, 1)
    assert f"{needed - 1:.0f} MiB are allowed, and the libraries alone take {needed:.0f}" in said
    assert run(needed, ["--help"], kind) == (0, "")


def test_what_the_libraries_take_is_a_setting() -> None:
    """The environment's number holds; one that is none is told."""
    code, said = run(1000, ["--help"], BRANCH_READ_PROGRAM_MIB="2000")
    assert (code, "the libraries alone take 2,000 MiB" in said) == (2, True)
    code, said = run(1000, ["--help"], BRANCH_READ_PROGRAM_MIB="much")
    assert (code, "it must be a number above 0" in said) == (2, True)


def test_the_drawing_is_checked_with_little_memory(halls: Path) -> None:
    """What the limit was measured with: a drawing of a hall is read just above it."""
    assert judged(*run(300, ["check", str(halls / "hall" / "plan.dxf")])) == "a result"


def watched(looks: list[tuple[float, Work]], monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What a watch says at each look, of which the first is that of its beginning."""
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    watch, told = StarvationWatch(1), []
    for moment, work in looks:
        now = moment
        monkeypatch.setattr("optimizer.cli.memory._work", lambda _, work=work: work)
        told.append(watch.starves())
    return told


def test_who_only_asks_for_memory_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """4 s in the system alone is standing still; a tenth of the time outside of it is not."""
    figures = [(0, 0, 0), (3, 0, 3), (3.9, 0.01, 3.9), (4, 0.05, 4), (5, 0.6, 4), (9, 0.6, 4)]
    looks = [(t, Work(outside=out, within=sys_)) for t, out, sys_ in figures]
    # the fifth look sees 0.6 s outside for 4 s within, more than a tenth; then nothing works
    assert watched(looks, monkeypatch) == [False, False, False, True, False, False]


def test_who_waits_for_a_thread_that_never_began_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """4 s in which nobody did anything, and the main thread waits for another; a turn is a life."""
    still, turned = Work(turns=7, waits=True), Work(turns=8, waits=True)
    looks = [(1.0, still), (4.9, still), (5.0, turned), (8.9, turned), (9.0, turned)]
    assert watched(looks, monkeypatch) == [False, False, False, False, True]
    idle = Work(turns=8)  # waits for a pipe or a network, as a pager that nobody turns
    assert watched([(1.0, idle), (99.0, idle)], monkeypatch) == [False, False]


@pytest.mark.parametrize("way", ["asks", "waits"])
def test_standing_still_is_ended(way: str) -> None:
    """A child that works in the system alone, or whose thread never begins, is ended in a line."""
    body = {
        "asks": "zero = open('/dev/zero', 'rb', buffering=0); space = bytearray(1 << 24)\n"
        "    while True: zero.readinto(space)\n",
        "waits": "threading.Event().wait()\n",
    }
    work = (
        "import sys, threading\n"
        "from optimizer.cli.apart import run_apart\n"
        f"def work():\n    {body[way]}"
        "sys.exit(run_apart(work, watched=True))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", work],
        capture_output=True,
        text=True,
        timeout=ENDLESS,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: the program stood still, and was ended,")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["check", "optimize", "verify", "render", "network"])
def test_every_limit_ends_every_command(
    name: str, room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """100 to 2000 MiB in steps of 50: a result, or one line and exit code 2; no file is torn."""
    study, out = str(room / "study.toml"), str(room / "out")
    result, net = str(room / "out" / "result.json"), str(room / "net")
    portfolio, store = room / "list.csv", str(room / "store.db")
    portfolio.write_text(PORTFOLIO, encoding="utf-8")
    short = ["--time-limit", str(LIMIT), "--workers", "1"]
    optimize = ["optimize", study, *short, "--out", out]
    words = {
        "check": ["check", study],
        "optimize": optimize,
        "verify": ["verify", study, result],
        "render": ["render", study, result, "--out", str(room / "layout.png")],
        "network": ["network", "optimize", str(portfolio), *short, "--out", net, "--store", store],
    }[name]
    assert run(10_000, optimize)[0] in {0, 1}
    seen: Counter[str] = Counter()
    longest = 0.0
    for mib in range(100, 2001, 50):
        begun = time.monotonic()
        seen[judged(*run(mib, words))] += 1
        longest = max(longest, time.monotonic() - begun)
        assert json.loads(Path(result).read_text(encoding="utf-8"))["placements"]
    with capsys.disabled():
        print(f"\n{name}: {dict(seen)}; longest {longest:.1f} s", flush=True)
    assert seen["a result"]
