"""Several results side by side: a baseline and what changes from it.

In: contents of `result.json` by name, the baseline first. Out: rows of figures with deltas, as a
terminal table, as CSV.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from optimizer.report.atomic import write_whole
from optimizer.report.figures import Figure, format_figure, headline_figures, tendency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from optimizer.report.words import Language

__all__ = [
    "ComparisonRow",
    "build_table",
    "compare_table",
    "plain_cell",
    "write_comparison_csv",
]

#: Signs at the beginning of a cell that a spreadsheet takes as a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
#: Colour of a change for the better, for the worse, and of one that is not to be seen.
COLOURS = {"better": "green", "worse": "red", "": "dim"}


@dataclass(frozen=True, kw_only=True)
class ComparisonRow:
    """One headline figure of all results.

    Parameters
    ----------
    key
        Name of the figure.
    names
        Names of the results, the baseline first.
    values
        The figure of each; None where a result does not have it.
    """

    key: str
    names: tuple[str, ...]
    values: tuple[float | None, ...]

    @property
    def deltas(self) -> tuple[float | None, ...]:
        """Change from the baseline, for each result; None where one of the two is unknown."""
        base = self.values[0]
        return tuple(_difference(value, base) for value in self.values)

    def label(self, language: Language = "both") -> str:
        """Return what the figure is called."""
        return Figure(key=self.key, value=None).label(language)


def compare_table(results: Mapping[str, Mapping[str, Any]]) -> tuple[ComparisonRow, ...]:
    """Return one row for each headline figure that any of the results has.

    Parameters
    ----------
    results
        Contents of `result.json`, or of an evaluation, by name; the first is the baseline.
    """
    columns = [
        {f.key: f.value for f in headline_figures(row, flows=True)} for row in results.values()
    ]
    keys = dict.fromkeys(key for column in columns for key in column)
    return tuple(
        ComparisonRow(
            key=key, names=tuple(results), values=tuple(column.get(key) for column in columns)
        )
        for key in keys
    )


def build_table(rows: Sequence[ComparisonRow], *, language: Language = "en") -> Table:
    """Return the comparison as a table for the terminal; changes stand behind the values.

    All figures but what is in sight are better when smaller, so a fall is green and a rise is red.
    """
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("")
    for name in rows[0].names if rows else ():
        table.add_column(Text(name), justify="right")  # as text: a name is no markup
    for row in rows:
        cells = [Text(row.label(language))]
        for i, (value, delta) in enumerate(zip(row.values, row.deltas, strict=True)):
            cell = Text(format_figure(row.key, value))
            if i and delta is not None:
                colour = COLOURS[tendency(row.key, delta)]
                cell.append(f" ({format_figure(row.key, delta, sign=True)})", style=colour)
            cells.append(cell)
        table.add_row(*cells)
    return table


def write_comparison_csv(rows: Sequence[ComparisonRow], path: str | Path) -> None:
    """Write the comparison as CSV (UTF-8 with a mark, so that spreadsheets show Chinese).

    Columns: figure, unit, one for each result, and for each but the baseline "change: name". A
    text that a spreadsheet would take as a formula gets an apostrophe before it.
    """
    names = rows[0].names if rows else ()
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    head = ["figure", "unit", *names, *(f"change: {name}" for name in names[1:])]
    writer.writerow([plain_cell(cell) for cell in head])
    for row in rows:
        unit = Figure(key=row.key, value=None).unit
        values = [*row.values, *row.deltas[1:]]
        factor = 100.0 if unit == "%" else 1.0
        numbers = ["" if value is None else f"{factor * value:.6g}" for value in values]
        writer.writerow([plain_cell(row.label("both")), unit, *numbers])
    write_whole(path, "\ufeff" + buffer.getvalue())


def _difference(value: float | None, base: float | None) -> float | None:
    if value is None or base is None or not math.isfinite(value - base):
        return None
    return value - base


def plain_cell(text: str) -> str:
    """Return a text that a spreadsheet shows and does not calculate."""
    mark = "'" if text.startswith(FORMULA_SIGNS) else ""
    # a bare return is not put into quotes, and what follows it would be a cell of its own
    return mark + text.replace("\r\n", "\n").replace("\r", "\n")
