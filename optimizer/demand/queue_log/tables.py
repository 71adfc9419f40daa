"""Rows of a queue log as texts, a block at a time, so that a large file needs little memory.

In: a CSV file (UTF-8 with or without BOM, GBK/GB18030, UTF-16) or an Excel workbook. Out: blocks
of text columns by name, with their row numbers in the file, the header being row 1.
"""

from __future__ import annotations

import codecs
import csv
import shutil
import tempfile
import weakref
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from optimizer.errors import FileFormatError
from optimizer.reading_apart import read_apart
from optimizer.reading_limits import most, refuse_more, refuse_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Texts = NDArray[np.object_]
    Ints = NDArray[np.int64]

__all__ = ["BLOCK", "EXCEL", "Table", "need_package", "open_table"]

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

    def blocks(self, columns: Sequence[str]) -> Iterator[tuple[Ints, Mapping[str, Texts]]]:
        """Yield the row numbers of a block, and its texts by column."""


def open_table(path: Path, sheet: str | None = None) -> Table:
    """A file of rows, its header read.

    Raises
    ------
    FileFormatError
        Where the file is missing, is no table, or a package to read it is not installed.
    """
    if not path.is_file():
        refuse_size(path, "log_mib")  # a pipe ends here, a folder or nothing below
        raise FileFormatError(f"{path}: no such file")
    if path.suffix.lower() in EXCEL:
        return _Workbook(path, sheet)
    refuse_size(path, "log_mib")
    return _CommaSeparated(path)


def need_package(package: str, path: Path, group: str) -> Any:
    """A package that only logs need."""
    try:
        return import_module(package)
    except ImportError:
        raise FileFormatError(
            f"{path}: to read it, the package {package.replace('_', '-')} is needed; "
            f"pip install 'branch-layout[{group}]'"
        ) from None


class _CommaSeparated:
    def __init__(self, path: Path, name: Path | None = None, separator: str = "") -> None:
        name = path if name is None else name
        self._pandas = need_package("pandas", name, "data")
        self._path, self._name = path, name
        self._encoding = "utf-8" if separator else _encoding(path)
        longest = int(most("log_line"))
        try:
            with path.open(encoding=self._encoding, newline="") as file:
                first = file.readline(longest + 1)
        except UnicodeError as error:
            raise FileFormatError(f"{name}: is no {self._encoding} text: {error}") from None
        refuse_more(name, "log_line", len(first))
        if not first.strip():
            raise FileFormatError(f"{name}: has no header; the first line must name the columns")
        self._separator = separator or max(",;\t", key=first.count)
        self.header = _stripped(next(csv.reader([first], delimiter=self._separator)))

    def blocks(self, columns: Sequence[str]) -> Iterator[tuple[Ints, Mapping[str, Texts]]]:
        at = [self.header.index(name) for name in columns]
        # rows that are too long are cut, those that are too short are filled: what is then
        # missing is found as a fault of that row
        row = 2
        try:
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
            for block in reader:
                texts = {name: block[k].to_numpy() for name, k in zip(columns, at, strict=True)}
                yield np.arange(row, row + len(block)), texts
                row += len(block)
        except self._pandas.errors.EmptyDataError:
            return
        except (self._pandas.errors.ParserError, ValueError, csv.Error) as error:
            what = next(iter(str(error).splitlines()), "it breaks off")
            raise FileFormatError(f"{self._name}: from row {row} on it is no CSV: {what}") from None


class _Workbook(_CommaSeparated):
    """A workbook's sheet, copied to a CSV file that is gone with this object."""

    def __init__(self, path: Path, sheet: str | None) -> None:
        need_package("python_calamine", path, "data")
        size = refuse_size(path, "workbook_mib")
        folder = tempfile.mkdtemp(prefix="branch-layout-")
        self._gone = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        copy = Path(folder) / "sheet.csv"
        read_apart(f"{__package__}.workbook:write_sheet", path, size, sheet, str(copy))
        super().__init__(copy, name=path, separator=",")


def _stripped(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.strip() for name in names)


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
