"""The sheet of an Excel workbook, read by a process of its own.

In: a workbook and the name of a sheet. Out: its tickets, where it is written as spreadsheet
programs do (`sheet`); else a CSV file in UTF-8 with the same rows. A workbook is a packed file that
may unpack to anything, and its general reader is machine code of others: what it does with a broken
one ends the process that was made for it, and nothing else.
"""

from __future__ import annotations

import csv
import datetime
import zipfile
import zlib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.demand.queue_log.book import UnusualSheetError
from optimizer.demand.queue_log.headings import find_meanings
from optimizer.demand.queue_log.sheet import Sheet
from optimizer.demand.queue_log.spread import spanned_cells
from optimizer.demand.queue_log.tickets import gather_tickets
from optimizer.errors import FileFormatError
from optimizer.reading_limits import MIB, refuse_more

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.demand.queue_log.tickets import Tickets

__all__ = ["gather_sheet", "write_sheet"]

#: What a broken, encrypted or strangely packed sheet raises; the general reader says what it is.
BROKEN = (
    UnusualSheetError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    IndexError,
    RuntimeError,
)


def gather_sheet(
    path: str,
    named: Mapping[str, tuple[str, ...]],
    sheet: str | None = None,
    date_order: str | None = None,
) -> tuple[Tickets, dict[str, tuple[str, ...]]] | None:
    """All tickets of a sheet, and its columns by meaning.

    Parameters
    ----------
    path
        The workbook (.xlsx).
    named
        Columns by meaning, as far as the study maps them.
    sheet
        Name of the sheet; None for the first.
    date_order
        As `parse_moments` takes it.

    Returns
    -------
    tuple or None
        None where the sheet is written in another way than spreadsheet programs do.

    Raises
    ------
    FileFormatError
        It unpacks to too much, or columns are missing.
    """
    _refuse_bomb(path)
    try:
        cells = Sheet(path, sheet)
        if not any(cells.header):
            return None
        meanings = find_meanings(cells.header, named, path)
        columns = tuple(dict.fromkeys(name for own in meanings.values() for name in own))
        return gather_tickets(cells.blocks(columns), meanings, date_order), meanings
    except BROKEN:
        return None


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
        It is no workbook, unpacks to too much or spans too much, or has no such sheet.
    """
    _refuse_bomb(path)
    refuse_more(path, "workbook_cells", spanned_cells(path, sheet))
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
