"""The sheet of an Excel workbook as a CSV file, made by a process of its own.

In: a workbook and the name of a sheet. Out: a CSV file in UTF-8 with the same rows. A workbook is
a packed file that may unpack to anything, and its reader is machine code of others: what it does
with a broken one ends the process that was made for it, and nothing else.
"""

from __future__ import annotations

import csv
import datetime
import zipfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import FileFormatError
from optimizer.reading_limits import MIB, refuse_more

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["write_sheet"]


def write_sheet(path: str, sheet: str | None, target: str) -> None:
    """Write a sheet as CSV.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Name of the sheet; None for the first.
    target
        The CSV file.

    Raises
    ------
    FileFormatError
        It is no workbook, unpacks to too much, or has no such sheet.
    """
    _refuse_bomb(path)
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_text(cell) for cell in row] for row in _rows(path, sheet))


def _rows(path: str, sheet: str | None) -> Iterable[list[Any]]:
    """Rows of a sheet."""
    calamine = import_module("python_calamine")
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        names = book.sheet_names
        found = None if sheet is not None and sheet not in names else (sheet or next(iter(names)))
        rows = None if found is None else book.get_sheet_by_name(found).iter_rows()
    except StopIteration:
        raise FileFormatError(f"{path}: has no sheet") from None
    except Exception as error:  # the reader has no common class for broken files
        raise FileFormatError(f"{path}: is no workbook that can be read: {error}") from None
    if rows is None:
        raise FileFormatError(f"{path}: has no sheet {sheet!r}; it has {', '.join(names)}")
    return rows  # type: ignore[no-any-return]


def _refuse_bomb(path: str) -> None:
    """Refuse a packed workbook that says that it unpacks to too much."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileFormatError(f"{path}: is no workbook that can be read: {error}") from None
    refuse_more(path, "workbook_unpacked_mib", unpacked / MIB)


def _text(cell: Any) -> str:
    """What a cell shows: 3 for 3.0, and moments as in ISO 8601."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return repr(cell.total_seconds() / 86_400)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
