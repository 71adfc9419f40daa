"""Cells of tables: numbers as people write them, and text that no spreadsheet takes for a formula.

In: the text of a cell. Out: a number, or a `ValueError` that says what would be right; and rows as
the text of a CSV file.
"""

from __future__ import annotations

import csv
import io
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["csv_text", "read_count", "read_number", "read_share"]

#: Beginnings that a spreadsheet takes for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: 12,345.6: commas between groups of three digits.
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


def read_number(cell: str) -> float:
    """Finite number of 0 or more; groups of thousands may be told apart by commas."""
    text = cell.replace(",", "") if GROUPED.fullmatch(cell) else cell
    try:
        value = float(text)
    except ValueError:
        raise ValueError("is no number") from None
    if not (math.isfinite(value) and value >= 0):
        raise ValueError("must be a finite number of 0 or more")
    return value


def read_count(cell: str) -> float:
    """Whole number of 0 or more."""
    value = read_number(cell)
    if value != int(value):
        raise ValueError("must be a whole number")
    return value


def read_share(cell: str) -> float:
    """Share from 0 to 1, or per cent with the sign: 0.85, 85%."""
    per_cent = cell.endswith(("%", "％"))
    value = read_number(cell[:-1].strip() if per_cent else cell) / (100 if per_cent else 1)
    if value > 1:
        raise ValueError("must be a share from 0 to 1, or be followed by %")
    return value


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV with a byte-order mark, so that spreadsheets know its Chinese.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; None is an empty
    cell.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_harmless(name) for name in header])
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return "\ufeff" + text.getvalue()


def _harmless(cell: object) -> object:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        mark = "'" if cell.startswith(FORMULA) else ""
        # a bare return is not put into quotes, and what follows it would be a cell of its own
        return mark + cell.replace("\r\n", "\n").replace("\r", "\n")
    return cell
