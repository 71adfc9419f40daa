"""Where the sheets of an Excel workbook (.xlsx) lie in its packed file.

In: a workbook, the name of a sheet. Out: a `Book` that opens the XML of the sheet and of the shared
texts. What is not laid out as by spreadsheet programs is `UnusualSheetError`.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import IO

__all__ = ["Book", "UnusualSheetError", "open_book"]

#: Most bytes of the list of sheets: a branch's workbook has a handful.
LIST = 1 << 20
SHEET = re.compile(r"<sheet\s[^>]*>")
TARGET = re.compile(r"<Relationship\s[^>]*>")
FOLDER = "xl"


class UnusualSheetError(Exception):
    """A sheet is written in another way than spreadsheet programs do: not an error of the file."""


@dataclass(frozen=True, kw_only=True)
class Book:
    """A workbook: its file, and the names of the parts of one sheet in it."""

    path: str
    part: str
    texts: str | None

    def sheet(self) -> AbstractContextManager[IO[bytes]]:
        """The XML of the sheet, unpacked as it is read."""
        return zipfile.ZipFile(self.path).open(self.part)

    def shared(self) -> AbstractContextManager[IO[bytes] | None]:
        """The XML of the shared texts; None where there are none."""
        if self.texts is None:
            return nullcontext(None)
        return zipfile.ZipFile(self.path).open(self.texts)


def open_book(path: str, sheet: str | None) -> Book:
    """Find a sheet in a workbook.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Name of the sheet; None for the first.

    Raises
    ------
    UnusualSheetError
        There is none, or the workbook is not laid out as usual.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
            book = _text(packed, f"{FOLDER}/workbook.xml")
            links = _text(packed, f"{FOLDER}/_rels/workbook.xml.rels")
    except (zipfile.BadZipFile, OSError, KeyError, ValueError, RuntimeError):
        raise UnusualSheetError from None
    # days that are counted from 1904 are for a general reader
    if re.search(r'date1904="(1|true)"', book):
        raise UnusualSheetError
    targets = {_value(tag, "Id"): _value(tag, "Target") for tag in TARGET.findall(links)}
    sheets = {_value(tag, "name"): _value(tag, "r:id") for tag in SHEET.findall(book)}
    wanted = next(iter(sheets), "") if sheet is None else sheet
    if "&" in wanted or wanted not in sheets:
        raise UnusualSheetError
    part = _part(targets.get(sheets[wanted], ""))
    texts = f"{FOLDER}/sharedStrings.xml"
    if part not in names:
        raise UnusualSheetError
    return Book(path=path, part=part, texts=texts if texts in names else None)


def _text(packed: zipfile.ZipFile, name: str) -> str:
    if packed.getinfo(name).file_size > LIST:
        raise UnusualSheetError
    return packed.read(name).decode("utf-8")


def _value(tag: str, name: str) -> str:
    """Value of an attribute of a tag."""
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found.group(1) if found else ""


def _part(target: str) -> str:
    """Name of a part in the packed file; links begin at the workbook or at the root."""
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join(FOLDER, target))
