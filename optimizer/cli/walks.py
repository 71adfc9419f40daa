"""The command `distances`: exact walking lengths in an empty plan.

In: a plan and a CSV file of pairs of points. Out: the length of each, in the order of the file.
"""

from __future__ import annotations

import csv
import math
from io import StringIO
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from optimizer.cli.arguments import AsJson
from optimizer.cli.terminal import print_json, print_line
from optimizer.errors import FileFormatError
from optimizer.reading import read_text

__all__ = ["distances", "read_pairs"]

#: Numbers of a row: x1, y1, x2, y2.
COLUMNS = 4
#: Rows with defects that are named one by one; more of them say nothing new.
MOST_DEFECTS = 20


def _radius(value: float) -> float:
    """Check a body radius."""
    if not math.isfinite(value) or value < 0:
        raise typer.BadParameter(f"{value:g} is no radius; metres from 0 on are needed")
    return value


def distances(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="Drawing, or study (.toml).")],
    pairs: Annotated[
        Path, typer.Argument(metavar="PAIRS.csv", help="Rows of x1,y1,x2,y2 in metres.")
    ],
    radius: Annotated[
        float,
        typer.Option("--radius", metavar="R", callback=_radius, help="Body radius, metres."),
    ] = 0.25,
    as_json: AsJson = False,
) -> int:
    """Walking length of each pair of points in the empty plan, all doors open."""
    from optimizer.cli.drawings import read_drawing
    from optimizer.plan.space import floor_space
    from optimizer.walk.routing import route
    from optimizer.walk.shell import prepare_shell

    floor = floor_space(read_drawing(plan))
    ends = read_pairs(pairs)
    shell = prepare_shell(floor, radius=radius)
    nothing = np.empty((0, 5))
    found = route(shell, nothing, ends[:, :2], ends[:, 2:], paths=False).lengths
    lengths = [float(length) if math.isfinite(length) else None for length in found]
    if as_json:
        print_json({"lengths": lengths})
    else:
        for length in lengths:
            print_line("" if length is None else f"{length:.6f}")
    return 0


def read_pairs(file: Path) -> np.ndarray:
    """Ends of the walks, (n, 4) in metres.

    Raises
    ------
    FileFormatError
        One sentence per row that is not four numbers.
    """
    rows: list[list[float]] = []
    defects: list[str] = []
    first = True
    reader = csv.reader(StringIO(read_text(file)))
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            numbers = _numbers(cells)
            if numbers is not None:
                rows.append(numbers)
            elif not first or len(cells) != COLUMNS or any(_is_number(cell) for cell in cells):
                shown = ",".join(cells)
                shown = shown if len(shown) < 60 else shown[:57] + "..."
                defects.append(
                    f"{file}: line {reader.line_num} is {shown!r}; must be four finite numbers "
                    "x1,y1,x2,y2"
                )
            # else: the first row, four words: the header
            first = False
    except csv.Error as error:
        defects.append(f"{file}: line {reader.line_num} is not CSV: {error}")
    if defects:
        more = len(defects) - MOST_DEFECTS
        rest = [f"{file}: {more} more lines are wrong in the same way"] if more > 0 else []
        raise FileFormatError(*defects[:MOST_DEFECTS], *rest)
    return np.array(rows, dtype=float).reshape(-1, COLUMNS)


def _numbers(cells: list[str]) -> list[float] | None:
    """Four finite numbers, or None."""
    if len(cells) != COLUMNS or not all(_is_number(cell) for cell in cells):
        return None
    return [float(cell) for cell in cells]


def _is_number(cell: str) -> bool:
    """Whether a cell is a finite number."""
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False
