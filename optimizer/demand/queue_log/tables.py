"""Rows of a queue log as texts, a block at a time, so that a large file needs little memory.

In: a CSV file (UTF-8 with or without BOM, GBK/GB18030, UTF-16) or an Excel workbook. Out: blocks
of text columns by name, with their row numbers in the file, the header being row 1.
"""

from __future__ import annotations

import codecs
import csv
import datetime
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from optimizer.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Texts = NDArray[np.object_]

__all__ = ["BLOCK", "Table", "open_table"]

#: Rows that are held as text at one time.
BLOCK = 100_000
EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
#: Bytes that are decoded at one time, to learn the encoding of a file.
PIECE = 1 << 20


class Table(Protocol):
    """A file with a header.

    Attributes
    ----------
    header
        Names of the columns, as written.
    """

    header: tuple[str, ...]

    def blocks(self, columns: Sequence[str]) -> Iterator[tuple[int, Mapping[str, Texts]]]:
        """Yield the row number of a block's first row, and its texts by column."""


def open_table(path: Path, sheet: str | None = None) -> Table:
    """A file of rows, its header read.

    Raises
    ------
    FileFormatError
        Where the file is missing, is no table, or a package to read it is not installed.
    """
    if not path.is_file():
        raise FileFormatError(f"{path}: no such file")
    if path.suffix.lower() in EXCEL:
        return _Workbook(path, sheet)
    return _CommaSeparated(path)


def _need(package: str, path: Path, group: str) -> Any:
    """A package that only logs need."""
    try:
        return import_module(package)
    except ImportError:
        raise FileFormatError(
            f"{path}: to read it, the package {package.replace('_', '-')} is needed; "
            f"pip install 'branch-layout[{group}]'"
        ) from None


class _CommaSeparated:
    def __init__(self, path: Path) -> None:
        self._pandas = _need("pandas", path, "data")
        self._path = path
        self._encoding = _encoding(path)
        with path.open(encoding=self._encoding, newline="") as file:
            first = file.readline()
        if not first.strip():
            raise FileFormatError(f"{path}: has no header; the first line must name the columns")
        self._separator = max(",;\t", key=first.count)
        self.header = _stripped(next(csv.reader([first], delimiter=self._separator)))

    def blocks(self, columns: Sequence[str]) -> Iterator[tuple[int, Mapping[str, Texts]]]:
        at = [self.header.index(name) for name in columns]
        # rows that are too long are cut, those that are too short are filled: what is then
        # missing is found as a fault of that row
        reader = self._pandas.read_csv(
            self._path,
            sep=self._separator,
            encoding=self._encoding,
            header=None,
            skiprows=1,
            names=range(len(self.header)),
            index_col=False,
            usecols=sorted(at),
            dtype=object,
            na_filter=False,
            skip_blank_lines=False,
            chunksize=BLOCK,
        )
        row = 2
        try:
            for block in reader:
                yield row, {name: block[k].to_numpy() for name, k in zip(columns, at, strict=True)}
                row += len(block)
        except self._pandas.errors.EmptyDataError:
            return
        except self._pandas.errors.ParserError as error:
            what = str(error).splitlines()[0]
            raise FileFormatError(f"{self._path}: from row {row} on it is no CSV: {what}") from None


class _Workbook:
    def __init__(self, path: Path, sheet: str | None) -> None:
        calamine = _need("python_calamine", path, "data")
        try:
            book = calamine.CalamineWorkbook.from_path(str(path))
        except Exception as error:  # the reader has no common class for broken files
            raise FileFormatError(f"{path}: is no workbook that can be read: {error}") from None
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise FileFormatError(f"{path}: has no sheet {sheet!r}; it has {', '.join(names)}")
        if not names:
            raise FileFormatError(f"{path}: has no sheet")
        self._rows = book.get_sheet_by_name(sheet or names[0]).iter_rows()
        header = next(self._rows, None)
        if header is None:
            raise FileFormatError(f"{path}: has no header; the first row must name the columns")
        self.header = _stripped(_text(cell) for cell in header)

    def blocks(self, columns: Sequence[str]) -> Iterator[tuple[int, Mapping[str, Texts]]]:
        at = [self.header.index(name) for name in columns]
        row = 2
        while block := list(islice(self._rows, BLOCK)):
            yield (
                row,
                {
                    name: _texts(line[k] for line in block)
                    for name, k in zip(columns, at, strict=True)
                },
            )
            row += len(block)


def _stripped(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.strip() for name in names)


def _texts(cells: Iterable[Any]) -> Texts:
    return np.array([_text(cell) for cell in cells], dtype=object)


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


def _encoding(path: Path) -> str:
    """Encoding of a text file: by its mark, or the first of UTF-8 and GB18030 that fits it all."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    decoder.decode(piece)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise FileFormatError(f"{path}: is neither UTF-8 nor GBK (GB18030) text; save it as UTF-8")
