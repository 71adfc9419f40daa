"""The public surface: what `import optimizer` offers, and what it does not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import optimizer

HEAVY = (
    "numba",
    "ortools",
    "highspy",
    "matplotlib",
    "ezdxf",
    "pandas",
    "scipy",
    "jinja2",
    "typer",
    "shapely",
    "numpy",
)


def test_all_is_sorted_and_says_nothing_twice():
    """The public names are sorted, capitals first, each once."""
    assert list(optimizer.__all__) == sorted(set(optimizer.__all__))


def test_all_is_complete():
    """The names that type checkers see are those that a user gets: `__all__` and nothing else."""
    tree = ast.parse(Path(optimizer.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == set(optimizer.__all__)
    assert dir(optimizer) == list(optimizer.__all__)


@pytest.mark.parametrize("name", optimizer.__all__)
def test_every_public_name_is_there_and_explained(name):
    """Every public name can be had, is what its module defines, and has a docstring."""
    thing = getattr(optimizer, name)
    assert thing.__doc__
    assert thing.__name__ == name


def test_every_public_error_is_an_optimizer_error():
    """Whoever catches `OptimizerError` catches every error of the package."""
    errors = [getattr(optimizer, name) for name in optimizer.__all__ if name.endswith("Error")]
    assert len(errors) >= 6
    assert all(issubclass(error, optimizer.OptimizerError) for error in errors)


def test_an_unknown_name_is_an_attribute_error():
    """A wrong name fails as a wrong name of any module does."""
    with pytest.raises(AttributeError, match="no attribute 'optimise'"):
        _ = optimizer.optimise


def run(code: str) -> str:
    """Return what a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(optimizer.__file__).parent.parent,
    )
    return done.stdout.strip()


def test_importing_loads_nothing_heavy():
    """`import optimizer` is cheap: no solver, no compiler, no plotting."""
    code = f"import sys, optimizer; print([m for m in {HEAVY} if m in sys.modules])"
    assert run(code) == "[]"


def test_the_command_line_starts_without_solver_and_plotting():
    """`branch-layout --help` waits for no solver, no compiler and no plotting library."""
    heavy = ("numba", "ortools", "highspy", "matplotlib", "ezdxf", "pandas", "jinja2")
    code = f"import sys, optimizer.cli; print([m for m in {heavy} if m in sys.modules])"
    assert run(code) == "[]"


def test_functions_are_not_hidden_by_modules_of_the_same_name():
    """`bo.evaluate` is the function, also once the module `optimizer.evaluate` is loaded."""
    code = "import optimizer as bo; import optimizer.evaluate; print(type(bo.evaluate).__name__)"
    assert run(code) == "function"
