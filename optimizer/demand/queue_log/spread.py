"""How many cells a sheet of a workbook spans, empty ones among them.

In: a packed workbook and the name of a sheet. Out: the cells of the rectangle from A1 to its last
row and column that hold something. A general reader sets memory aside for all of it, so that one
cell far away from the others takes more than a machine has.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

from optimizer.demand.queue_log.book import UnusualSheetError, open_book

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["spanned_cells"]

#: A row or cell that is not closed at once, and its place: `<c r="B12" t="s">`.
PLACE = re.compile(
    rb"""<(?:row|c)\s(?:[^<>]{0,300}\s)?r\s*=\s*["']([A-Za-z]{0,20})(\d{0,20})["'][^<>]{0,300}(?<!/)>"""
)
SHEETS = "worksheets/"
#: Bytes that are looked through at one time, and the longest tag that may lie across two of them.
PIECE, TAG = 1 << 20, 1 << 10
LETTERS = 26


def spanned_cells(path: str, sheet: str | None) -> int:
    """Cells from A1 to the last row and column of a sheet.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Name of the sheet; None for the first. Where it cannot be told which part of the file it
        is, the widest sheet counts.

    Returns
    -------
    int
        0 where nothing can be read.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            return max((_cells(packed, part) for part in _parts(packed, path, sheet)), default=0)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError, RuntimeError):
        return 0  # the reader says what is wrong


def _parts(packed: zipfile.ZipFile, path: str, sheet: str | None) -> Iterable[str]:
    try:
        return (open_book(path, sheet).part,)
    except UnusualSheetError:
        return [name for name in packed.namelist() if SHEETS in name]


def _cells(packed: zipfile.ZipFile, part: str) -> int:
    """Last row times last column."""
    rows = columns = 0
    with packed.open(part) as file:
        for piece in _pieces(file):
            for letters, digits in PLACE.findall(piece):
                rows = max(rows, int(digits or 0))
                columns = max(columns, _column(letters))
    return rows * columns


def _column(letters: bytes) -> int:
    """Number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = LETTERS * number + letter - ord("A") + 1
    return number


def _pieces(file: IO[bytes]) -> Iterable[bytes]:
    """Pieces of a file that overlap, so that no tag is cut."""
    last = b""
    while piece := file.read(PIECE):
        yield last + piece
        last = piece[-TAG:]
