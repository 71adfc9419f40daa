"""The notebooks: thin, short, and run from the first cell to the last."""

from __future__ import annotations

import ast
import os
import re

import pytest

import optimizer

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

#: The seven questions.
NAMES = (
    "business_mix",
    "elastic_counters",
    "first_layout",
    "how_many_terminals",
    "least_change",
    "network",
    "privacy_against_walking",
)
#: Lines of code that a notebook may have, and cells.
MOST_LINES, MOST_CELLS = 60, 16
#: Seconds for one cell: a search of `BRANCH_SECONDS` several times over, on a busy machine.
PATIENCE = 600
#: What a notebook may import.
LIBRARIES = {"os", "pandas", "optimizer"}


@pytest.fixture(params=NAMES)
def notebook(request, root):
    """Return a notebook."""
    return nbformat.read(root / "notebooks" / f"{request.param}.ipynb", as_version=4)


def code(notebook):
    """Return the code of a notebook as one text, without the lines that are for Jupyter."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return re.sub(r"^%.*$", "", "\n".join(cells), flags=re.MULTILINE)


def test_these_are_all(root):
    """The folder holds the seven notebooks and no other."""
    assert sorted(file.stem for file in (root / "notebooks").glob("*.ipynb")) == list(NAMES)


def test_it_defines_nothing(notebook):
    """Calls alone: no function, no class, no lambda."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    assert not [node for node in ast.walk(ast.parse(code(notebook))) if isinstance(node, kinds)]


def test_it_is_short(notebook):
    """It fits on two screens of code."""
    lines = [line for line in code(notebook).splitlines() if line.strip()]
    assert len(lines) <= MOST_LINES
    assert len(notebook.cells) <= MOST_CELLS
    assert max(map(len, lines)) <= 100


def test_it_uses_what_is_public(notebook):
    """Every `bo.name` is public, and nothing else of the package is imported."""
    tree = ast.parse(code(notebook))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else _names(node))
    }
    assert imported <= LIBRARIES
    assert "import optimizer as bo" in code(notebook)
    used = set(re.findall(r"\bbo\.(\w+)", code(notebook)))
    assert used
    assert used <= set(optimizer.__all__)
    assert not re.search(r"\._[a-z]|from optimizer", code(notebook))


def _names(node):
    return [alias.name for alias in node.names]


def test_it_is_a_question_with_an_answer_in_a_picture(notebook):
    """It opens with a title and a planner's question, and draws something."""
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "?" in first.source
    assert re.search(r"bo\.plot_|\.plot\b", code(notebook))


def test_nothing_that_was_printed_is_kept(notebook):
    """Outputs, and how often a cell was run, are not in the repository; the ids stay the same."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [cell for cell in cells if cell.outputs or cell.execution_count]
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # those of the kernel's own libraries
def test_it_runs(notebook, root, monkeypatch):
    """Every cell runs, and a picture comes out."""
    monkeypatch.setenv("BRANCH_SECONDS", os.environ.get("BRANCH_SECONDS", "3"))
    monkeypatch.setenv("PYTHONPATH", str(root))
    client = nbclient.NotebookClient(
        notebook,
        timeout=PATIENCE,
        kernel_name="python3",
        resources={"metadata": {"path": str(root / "notebooks")}},
    )
    client.execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    assert any("image/png" in out.get("data", {}) for out in outputs)
    assert not [out.text for out in outputs if out.get("name") == "stderr" and "Error" in out.text]
