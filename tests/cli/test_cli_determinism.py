"""Study, seed, workers and steps the same: every file is the same byte for byte, on every run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from optimizer.cli.folder import FILES

if TYPE_CHECKING:
    from pathlib import Path

#: All that a run may write otherwise than the one before: seconds that were measured. In
#: `result.json` they have that name, and in the report's tables that class.
MEASURED = {
    "result.json": re.compile(rb'"seconds": (\d[\d.e+-]*|\{[^{}]*\})'),
    "report.html": re.compile(rb'<td class="measured">[^<]*</td>'),
}


def started(room: Path, folder: Path, workers: int, steps: int, hashes: str) -> None:
    """Optimize in a process of its own, with a seed of its own of Python's hashes."""
    subprocess.run(
        [
            *(sys.executable, "-m", "optimizer", "optimize", str(room / "study.toml")),
            *("--steps", str(steps), "--workers", str(workers), "--seed", "4"),
            *("--time-limit", "5", "--out", str(folder)),
        ],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": hashes, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.parametrize(("workers", "steps"), [(1, 40), (2, 300)])
def test_same_steps_give_the_same_files(
    room: Path, tmp_path: Path, workers: int, steps: int
) -> None:
    """Every file of the folder is the same; in two of them the seconds alone differ.

    Layout, figures, bounds, history and proof, pictures, drawing and page: none holds a date, a
    name drawn at random, or what follows the order of a set.
    """
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, hashes in ((one, "1"), (other, "2")):
        started(room, folder, workers, steps, hashes)
    assert sorted(os.listdir(one)) == sorted(os.listdir(other)) == sorted(FILES)
    for name in FILES:
        first, second = (folder.joinpath(name).read_bytes() for folder in (one, other))
        if (measured := MEASURED.get(name)) is not None:
            assert first != second or name == "report.html"  # seconds are there, and differ
            assert measured.search(first)
            first, second = measured.sub(b"", first), measured.sub(b"", second)
        assert first == second, name
