"""Fuzzing of all readers in turns: `python fuzz/series.py --runs N [READER ...]`.

In: how many executions each reader shall have in all, those of earlier runs among them. Out: the
finds of `fuzz/run.py`, and `out/fuzz/results.md` with executions, seconds and branches of each
reader. A reader that ends its process goes on in its next turn. Exit code 1 where there is a find
that is no case in `tests/hostile/cases` yet.
"""

from __future__ import annotations

import argparse
import datetime
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import summary

HERE = Path(__file__).resolve().parent
OUT = summary.OUT
MISSING = 3
#: What the fuzzer tells: branches that were taken.
EDGES = re.compile(rb"\bcov: (\d+)")


def main() -> int:
    """Fuzz in turns until each reader has its executions, or the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("readers", nargs="*", help="all where none is named")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--turn", type=int, default=60, help="seconds of a turn")
    parser.add_argument("--until", help="time of day (UTC) at which to stop, as 14:15")
    wanted = parser.parse_args()
    readers = wanted.readers or list(summary.READERS)
    OUT.mkdir(parents=True, exist_ok=True)
    number, turns = 0, Counter[str]()
    while left := [r for r in readers if _missing(r, wanted.runs) > 0]:
        number += 1
        # a turn for each that had none yet, then those that are soon done
        reader = min(
            left,
            key=lambda r: (
                bool(turns[r] or summary.state(r).get("edges")),
                _missing(r, wanted.runs) * _cost(r),
            ),
        )
        turns[reader] += 1
        seconds = _seconds(wanted.turn, wanted.until)
        missing = _missing(reader, wanted.runs)
        if seconds <= 0 or _turn(reader, missing, seconds, number) == MISSING:
            break
        _tell()
    return _tell()


def _missing(reader: str, runs: int) -> int:
    return runs - int(summary.state(reader)["executions"])


def _cost(reader: str) -> float:
    """Seconds of an execution."""
    tally = summary.state(reader)
    return float((tally["seconds"] + 1.0) / (tally["executions"] + 1.0))


def _seconds(turn: int, until: str | None) -> int:
    """Seconds of the next turn."""
    if until is None:
        return turn
    now = datetime.datetime.now(datetime.UTC)
    hour, minute = map(int, until.split(":"))
    end = now.replace(hour=hour, minute=minute, second=0)
    return min(turn, int((end - now).total_seconds()))


def _turn(reader: str, runs: int, seconds: int, number: int) -> int:
    """Fuzz one reader for a while, and keep what it tells of itself."""
    words = [sys.executable, str(HERE / "run.py"), reader, "--runs", str(runs)]
    seed = str(number + int(time.time()) % 100_000)
    words += ["--seconds", str(seconds), "--seed", seed]
    log = OUT / f"{reader}.log"
    with log.open("wb") as file:
        code = subprocess.run(words, stderr=file, check=False).returncode
    told = log.read_bytes()
    edges = max(map(int, EDGES.findall(told)), default=0)
    state = summary.state(reader)
    state["edges"] = max(edges, state.get("edges", 0))
    if code not in {0, MISSING}:
        state.setdefault("ended", []).append(
            f"exit code {code}: {told[-300:].decode(errors='replace')}"
        )
    summary.keep(reader, state)
    return code


def _tell() -> int:
    """Write the table, and return whether there are new finds."""
    (OUT / "results.md").write_text(summary.table(), encoding="utf-8")
    return summary.main()


if __name__ == "__main__":
    sys.exit(main())
