"""The size of the rooms: modules, functions and their docstrings."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "optimizer"
MODULES = sorted(PACKAGE.rglob("*.py"))
TREES = {file: ast.parse(file.read_text(encoding="utf-8")) for file in MODULES}

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
MEDIAN_MODULE = 180
#: Compiled kernels of one search: numba's cache on disk watches a function's own file only, so a
#: kernel inlined from another module could go stale.
LONG_MODULES = {"walk/kernels.py"}
#: Compiled loops in which every call costs; their steps are marked by comments instead.
KERNELS = "kernels.py"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(file: Path) -> str:
    """Return the name of a module below the package."""
    return file.relative_to(PACKAGE).as_posix()


def lines(file: Path) -> int:
    """Return the number of lines of a module."""
    return len(file.read_text(encoding="utf-8").splitlines())


def length(function: Function) -> int:
    """Return the number of lines of a function, without its docstring."""
    end = function.end_lineno or function.lineno
    document = function.body[0] if ast.get_docstring(function) is not None else None
    own = (document.end_lineno or 0) - document.lineno + 1 if document is not None else 0
    return end - function.lineno + 1 - own


def test_no_module_is_too_long():
    """Where a module grows past the limit, a concept wants its own room."""
    long = {name(f): lines(f) for f in MODULES if lines(f) > LONGEST_MODULE}
    assert set(long) <= LONG_MODULES, long


def test_modules_are_short_on_the_whole():
    """Half of the modules that hold more than a docstring are short."""
    counts = sorted(lines(file) for file in MODULES if lines(file) > 5)
    assert counts[len(counts) // 2] <= MEDIAN_MODULE


def test_no_function_is_too_long():
    """A function fits on a screen."""
    long = {
        f"{name(file)}:{node.name}": length(node)
        for file, tree in TREES.items()
        if not file.name.endswith(KERNELS)
        for node in ast.walk(tree)
        if isinstance(node, Function) and length(node) > LONGEST_FUNCTION
    }
    assert not long


@pytest.mark.parametrize("file", MODULES, ids=name)
def test_everything_public_is_explained(file):
    """Every module, public class and public function says what it is for."""
    missing = [] if ast.get_docstring(TREES[file]) else ["the module"]

    def look(body: list[ast.stmt], inside: str) -> None:
        for node in body:
            if not isinstance(node, ast.ClassDef | Function) or node.name.startswith("_"):
                continue
            if ast.get_docstring(node) is None:
                missing.append(inside + node.name)
            if isinstance(node, ast.ClassDef):
                look(node.body, f"{inside}{node.name}.")

    look(TREES[file].body, "")
    assert not missing


def test_no_drawers():
    """No module is a drawer for whatever fits nowhere else."""
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert not {name(f) for f in MODULES if f.stem in drawers}
