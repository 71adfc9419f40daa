"""Tables that we write: no cell of any is taken for a formula by a spreadsheet."""

from __future__ import annotations

import ast
import csv
import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.cli.demand import _write_faults
from optimizer.network.cells import csv_text
from optimizer.report.front import write_front_csv

if TYPE_CHECKING:
    from pathlib import Path

#: What a spreadsheet takes for a formula where a cell begins with it.
EVIL = ('=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "a\r=1")
#: What makes a cell harmless.
GUARDS = {"plain_cell", "_harmless"}
#: Modules that write a table with a guard, and the one whose table nobody but its reader sees.
WRITERS = {
    "cli/demand.py",
    "network/cells.py",
    "report/comparison.py",
    "report/front.py",
    "report/least_change_picture.py",
}
UNSEEN = {"demand/queue_log/workbook.py"}
#: Names by which tables are written otherwise; nobody uses them.
OTHER_WAYS = ("to_csv", "to_excel", "DictWriter", "openpyxl", "xlsxwriter")


def harmless(cell: str) -> bool:
    """Whether a spreadsheet shows a cell as it is: a number, or no sign of a formula."""
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True


def cells(text: str) -> list[str]:
    """All cells of a table."""
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def test_every_module_that_writes_a_table_guards_its_cells(root: Path) -> None:
    """A module that begins to write tables has to be named here, and to use a guard."""
    found = set()
    for path in sorted((root / "optimizer").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(root / "optimizer").as_posix()
        assert not any(way in text for way in OTHER_WAYS), name
        if "csv.writer(" in text:
            found.add(name)
            called = {
                node.func.id
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            }
            assert name in UNSEEN or called & GUARDS, name
    assert found == WRITERS | UNSEEN


def test_tables_of_branches_hold_no_formula() -> None:
    """Rankings, allotments, roll-outs and batches are written by one function: heads and cells."""
    text = csv_text(EVIL, [EVIL, tuple(reversed(EVIL))]).removeprefix("\ufeff")
    assert all(harmless(cell) for cell in cells(text))
    assert len(cells(text)) == 3 * len(EVIL)


def test_dropped_rows_hold_no_formula(tmp_path: Path) -> None:
    """What a log's row was dropped for may quote the log."""
    faults = [
        SimpleNamespace(rows=np.array([k]), code="odd", sentence=evil)
        for k, evil in enumerate(EVIL)
    ]
    found: Any = SimpleNamespace(faults=faults)
    _write_faults(found, tmp_path / "faults.csv")
    with (tmp_path / "faults.csv").open(encoding="utf-8-sig", newline="") as file:
        written = cells(file.read())
    assert all(harmless(cell) for cell in written)
    assert len(written) == 3 * (1 + len(EVIL))


def test_a_front_holds_no_formula(tmp_path: Path) -> None:
    """Names of axes and of points."""
    evaluation = SimpleNamespace(objective=SimpleNamespace(value=1.0))
    points = [
        SimpleNamespace(name=evil, roles=(evil,), values=dict.fromkeys(EVIL, 1.0),
                        evaluation=evaluation)
        for evil in EVIL
    ]  # fmt: skip
    front: Any = SimpleNamespace(
        axes=[SimpleNamespace(name=evil) for evil in EVIL],
        constant={},
        points=points,
        changes=lambda *_: dict.fromkeys(range(len(EVIL))) | dict.fromkeys(EVIL),
    )
    write_front_csv(front, tmp_path / "front.csv")
    with (tmp_path / "front.csv").open(encoding="utf-8", newline="") as file:
        written = cells(file.read())
    assert all(harmless(cell) for cell in written)
