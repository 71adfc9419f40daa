"""The small ones of the hostile files, in this process: one line each and exit code 2.

That they end in time and in 1 GiB is for `make slow` (test_hostile_files.py).
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from optimizer.cli import main

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


def _cases():
    """Return the cases of the slow tests."""
    spec = importlib.util.spec_from_file_location("hostile_files", HERE / "test_hostile_files.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FILES = _cases()
SMALL = 300_000
DRAWINGS = {
    name: case
    for name, case in FILES.DRAWINGS.items()
    if not name.endswith(".ifc") and (callable(case[0]) or len(case[0]) < SMALL)
}
for _slow in ("1e6 entities.dxf", "1e6 vertices.dxf", "blocks in blocks.dxf"):
    del DRAWINGS[_slow]
OTHERS = {name: case for name, case in FILES.OTHERS.items() if len(case[2]) < SMALL}
FLOOR = ROOT / "floorplans" / "old_corner"


def said(capsys, *words: object) -> list[str]:
    """Lines on stderr of a command that must end with exit code 2."""
    code = main([str(word) for word in words])
    lines = capsys.readouterr().err.splitlines()
    assert code == 2, lines[:5]
    assert lines
    for line in lines:
        assert line.startswith("error: ")
        assert "of the program itself" not in line
        assert line.isprintable()
        assert len(line) < FILES.MOST_LINE
    return lines


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing(name: str, tmp_path: Path, capsys) -> None:
    """`check` says in one line what is wrong with it."""
    content, words = DRAWINGS[name]
    path = tmp_path / name
    if callable(content):
        content(path)
    else:
        path.write_bytes(content)
    lines = said(capsys, "check", path)
    assert len(lines) == 1
    assert words in lines[0]
    assert name in lines[0]


@pytest.mark.parametrize("name", FILES.STUDIES)
def test_a_study(name: str, tmp_path: Path, capsys) -> None:
    """`check` says what is wrong with it."""
    content, words = FILES.STUDIES[name]
    (tmp_path / "study.toml").write_bytes(content)
    assert words in said(capsys, "check", tmp_path / "study.toml")[0]


@pytest.mark.parametrize("name", OTHERS)
def test_another_file(name: str, tmp_path: Path, capsys) -> None:
    """Layouts, pairs, assignment problems and portfolios: what is wrong is said."""
    command, file, content, words = OTHERS[name]
    (tmp_path / file).write_bytes(content)
    before = {"distances": [FLOOR / "plan.geojson"], "evaluate": [FLOOR / "study.toml"]}
    lines = said(capsys, *command.split(), *before.get(command, ()), tmp_path / file)
    assert any(words in line for line in lines)


@pytest.mark.parametrize("name", ["other code.csv", "binary.csv", "no bytes.csv"])
def test_a_log(name: str, tmp_path: Path, capsys) -> None:
    """`log` says in one line what is wrong with it."""
    make, words = FILES.LOGS[name]
    (tmp_path / name).write_bytes(make())
    lines = said(capsys, "log", FILES.study_with_log(tmp_path, name))
    assert len(lines) == 1
    assert words in lines[0]
