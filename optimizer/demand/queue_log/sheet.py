"""The cells of a large worksheet, read by the thousand.

In: an Excel workbook (.xlsx), the name of a sheet. Out: its header, and blocks of text columns with
their row numbers. A sheet is a packed XML file of one element a cell, `<c r="B7"><v>5</v></c>`;
the places of all "<" say where cells, values and rows begin, and columns of equal cells are cut out
as tables of bytes. What is not written as spreadsheet programs do (`UnusualSheetError`) is for a
general reader.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np

from optimizer.demand.queue_log.book import UnusualSheetError, open_book

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.signedinteger]
    Flags = NDArray[np.bool_]
    Texts = NDArray[np.object_]

__all__ = ["Sheet"]

#: Bytes of XML that are looked at together.
PIECE = 1 << 21
#: Longest text of a cell and most digits of a number that are taken; most columns.
LONGEST, DIGITS = 250, 7
#: What a tag is by its first letter: cells, rows, values as numbers and as texts; their ends, and
#: what stands around a text or before a value; anything else.
CELL, ROW, VALUE, OTHER = 1, 2, 3, 9
TAGS = np.full(256, OTHER, dtype=np.uint8)
TAGS[[ord(letter) for letter in "/if"]] = 0
TAGS[[ord(letter) for letter in "crvt"]] = CELL, ROW, VALUE, VALUE + 1


class Sheet:
    """A worksheet.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Name of the sheet; None for the first.

    Raises
    ------
    UnusualSheetError
        It is written in another way than spreadsheet programs do.
    """

    def __init__(self, path: str, sheet: str | None) -> None:
        self._book = open_book(path, sheet)
        with self._book.shared() as file:
            self._strings = _shared_strings(file)
        for cells in self._pieces():
            if cells.filled.any():
                first = cells.first_row()
                self._first = int(first.row[0])
                texts = {
                    int(k): str(first.texts(int(k), self._strings)[1][0]) for k in first.column
                }
                self.header = tuple(texts.get(k, "").strip() for k in range(max(texts) + 1))
                return
        self.header = ()

    def blocks(self, columns: Sequence[str]) -> Iterator[tuple[Ints, Mapping[str, Texts]]]:
        """Yield row numbers of a block, and its texts by column; empty rows are left out."""
        at = {name: self.header.index(name) for name in columns}
        for cells in self._pieces():
            rows = np.unique(cells.row[cells.filled])
            rows = rows[rows > self._first]
            if not len(rows):
                continue
            block: dict[str, Texts] = {}
            for name, k in at.items():
                where, texts = cells.texts(k, self._strings)
                below = where > self._first
                wide = np.full(len(rows), "", dtype=texts.dtype)
                wide[np.searchsorted(rows, where[below])] = texts[below]
                block[name] = wide
            yield rows, block

    def _pieces(self) -> Iterator[_Cells]:
        """Yield the cells of the sheet, some thousand rows at a time."""
        last = 0
        with self._book.sheet() as file:
            for piece in _whole_elements(file, b"<sheetData>", b"</row>", b"</sheetData>"):
                cells = _Cells.of(piece, last)
                yield cells
                last = cells.last


def _whole_elements(file: IO[bytes], begin: bytes, end: bytes, last: bytes) -> Iterator[bytes]:
    """Yield pieces of an XML file that end with an element's end, from `begin` to `last`."""
    rest = b""
    while begin not in rest:
        more = file.read(PIECE)
        if not more:
            if begin.replace(b">", b"/>") in rest or begin.replace(b">", b" />") in rest:
                return
            raise UnusualSheetError
        rest += more
        if len(rest) > 4 * PIECE:
            raise UnusualSheetError
    rest = rest[rest.index(begin) + len(begin) :]
    while True:
        stop = rest.find(last)
        cut = stop if stop >= 0 else rest.rfind(end) + len(end)
        if stop < 0 and cut < len(end):
            cut = 0
        if cut:
            yield rest[:cut]
        if stop >= 0:
            return
        rest = rest[cut:]
        more = file.read(PIECE)
        if not more or len(rest) > 4 * PIECE:
            raise UnusualSheetError
        rest += more


@dataclass(frozen=True, kw_only=True)
class _Cells:
    """Cells of a piece of a sheet.

    Parameters
    ----------
    raw
        The piece.
    last
        Number of the last row.
    row, column
        Of each cell; columns from 0.
    start, stop
        Where its value begins and ends; the same where it has none.
    shared, numeric
        Whether the value is the number of a shared text; whether it is a number, or one of these.
    """

    raw: Bytes
    last: int
    row: Ints
    column: Ints
    start: Ints
    stop: Ints
    shared: Flags
    numeric: Flags

    @classmethod
    def of(cls, piece: bytes, last: int) -> _Cells:
        """Find the cells of a piece of whole rows that follows a row number."""
        raw = np.frombuffer(piece + bytes(64), dtype=np.uint8)
        tags = _places(raw, "<")
        kind = TAGS[raw[tags + 1]]
        cell, row, value = kind == CELL, kind == ROW, kind >= VALUE
        at = tags[cell]
        ended = np.isin(raw[tags[cell | value] + 2], [ord(letter) for letter in " >/"]).all()
        if kind.max(initial=0) == OTHER or not ended or (raw[tags[row] + 2] != ord("o")).any():
            raise UnusualSheetError
        of_row = np.cumsum(row, dtype=np.int32)[cell] - 1
        if len(of_row) and of_row[0] < 0:
            raise UnusualSheetError
        rows = _row_numbers(raw, tags[row], last)
        numbers = rows[of_row] if len(of_row) else np.zeros(0, dtype=np.int64)
        column, quote = _columns(raw, at, of_row, numbers)
        owner = np.cumsum(cell, dtype=np.int32)[value] - 1
        if len(owner) and (owner[0] < 0 or (np.diff(owner) <= 0).any()):
            raise UnusualSheetError
        start, stop = np.zeros((2, len(at)), dtype=np.int32)
        start[owner], stop[owner] = _values(raw, tags, value)
        numeric = np.zeros(len(at), dtype=bool)
        numeric[owner] = kind[value] == VALUE
        follows = np.append(tags, len(piece))[np.flatnonzero(cell) + 1]
        shared = numeric & _shared(raw, quote, follows, numeric)
        return cls(
            raw=raw,
            last=int(rows[-1]) if len(rows) else last,
            row=numbers,
            column=column,
            start=start,
            stop=stop,
            shared=shared,
            numeric=numeric,
        )

    @property
    def filled(self) -> Flags:
        """Cells that have a value."""
        return self.stop > self.start

    def first_row(self) -> _Cells:
        """Cells of the first row that has a value."""
        own = (self.row == self.row[self.filled][0]) & self.filled
        return _Cells(
            raw=self.raw,
            last=self.last,
            row=self.row[own],
            column=self.column[own],
            start=self.start[own],
            stop=self.stop[own],
            shared=self.shared[own],
            numeric=self.numeric[own],
        )

    def texts(self, column: int, strings: Texts) -> tuple[Ints, Texts]:
        """Row numbers and texts of a column's cells that have a value."""
        own = (self.column == column) & self.filled
        start, stop, shared = self.start[own], self.stop[own], self.shared[own]
        rows, plain = self.row[own], self.numeric[own] & ~shared
        if (
            plain.any()
            and (np.char.find(_texts(self.raw, start, stop)[plain].astype("U"), "E") >= 0).any()
        ):
            raise UnusualSheetError  # 5.8E-05, a few seconds past midnight
        if not shared.any():
            return rows, _texts(self.raw, start, stop)
        index = _number(self.raw, start[shared], stop[shared])
        if not len(strings) or index.max() >= len(strings):
            raise UnusualSheetError
        if shared.all():
            return rows, strings[index]
        found = np.empty(len(rows), dtype=object)
        found[shared] = strings[index]
        found[~shared] = _texts(self.raw, start[~shared], stop[~shared])
        return rows, found


def _places(raw: Bytes, letter: str) -> Ints:
    """Where a letter stands; in few bytes, for the arrays are long."""
    return np.flatnonzero(raw == ord(letter)).astype(np.int32)


def _row_numbers(raw: Bytes, at: Ints, last: int) -> Ints:
    """Numbers of rows that begin at some places."""
    start = at + len('<row r="')
    if not len(at):
        return np.zeros(0, dtype=np.int64)
    named = _are(raw, at, b'<row r="')
    if not named.any():
        return np.arange(last + 1, last + 1 + len(at))
    if not named.all():
        raise UnusualSheetError
    digits = raw[start[:, None] + np.arange(DIGITS + 1)] != ord('"')
    length = np.where(digits.all(axis=1), 0, digits.argmin(axis=1))
    numbers = _number(raw, start, start + length)
    if numbers[0] <= last or (np.diff(numbers) <= 0).any():
        raise UnusualSheetError
    return numbers


def _columns(raw: Bytes, at: Ints, of_row: Ints, numbers: Ints) -> tuple[Ints, Ints]:
    """Column of each cell, and where the quotation mark after its name stands (or 2 after "<")."""
    named = _are(raw, at, b'<c r="')
    if not named.any():
        first = np.flatnonzero(np.diff(of_row, prepend=-1))
        return np.arange(len(at)) - np.repeat(first, np.diff(np.append(first, len(at)))), at + 1
    if not named.all():
        raise UnusualSheetError
    letters = raw[at[:, None] + np.arange(6, 9)].astype(np.int64) - ord("A") + 1
    letter = (letters >= 1) & (letters <= 26)
    two = letter[:, 1]
    if not letter[:, 0].all() or (letter[:, 2] & two).any():
        raise UnusualSheetError
    column = np.where(two, letters[:, 0] * 26 + letters[:, 1], letters[:, 0]) - 1
    digits = np.digitize(numbers, 10 ** np.arange(1, DIGITS)) + 1
    quote = at + 7 + two + digits
    if (raw[quote] != ord('"')).any():
        raise UnusualSheetError
    return column, quote


def _values(raw: Bytes, tags: Ints, value: Flags) -> tuple[Ints, Ints]:
    """Where the values begin and end; the same place where there is nothing."""
    at = tags[value]
    start = at + 3
    stop = np.append(tags, len(raw))[np.flatnonzero(value) + 1]
    long = np.flatnonzero(raw[at + 2] != ord(">"))
    if len(long):
        # <t xml:space="preserve">, <t />, <v/>
        ends = _places(raw, ">")
        close = ends[np.searchsorted(ends, at[long])]
        start[long] = close + 1
        stop[long] = np.where(raw[close - 1] == ord("/"), close + 1, stop[long])
    if (stop < start).any():
        raise UnusualSheetError
    return start, stop


def _shared(raw: Bytes, quote: Ints, follows: Ints, numeric: Flags) -> Flags:
    """Which cells are of the type of shared texts; others must be numbers or plain texts.

    The type stands first or last among what follows the name of the cell.
    """
    end = follows - 1
    if (raw[end][numeric] != ord(">")).any():
        raise UnusualSheetError
    first = (raw[quote + 2] == ord("t")) & (raw[quote + 3] == ord("="))
    short = (raw[end - 5] == ord("t")) & (raw[end - 4] == ord("=")) & (raw[end - 6] == ord(" "))
    text = (raw[end - 7] == ord("t")) & (raw[end - 6] == ord("=")) & (raw[end - 8] == ord(" "))
    kind = np.where(first, raw[quote + 5], np.where(short, raw[end - 2], ord("n")))
    kind = np.where(~first & ~short & text, ord("x"), kind)
    whole = raw[quote + 6] != ord('"')
    kind = np.where(first & whole, ord("x"), kind)
    # style alone, and nothing that hides a type
    plain = (end - quote <= 1) | ((raw[quote + 2] == ord("s")) & (end - quote <= 12))
    known = first | short | text | plain
    good = known & np.isin(kind, [ord(letter) for letter in "snx"])
    if not good[numeric].all():
        raise UnusualSheetError
    return np.asarray(kind == ord("s"))


def _are(raw: Bytes, at: Ints, text: bytes) -> Flags:
    """Whether a text stands at some places."""
    found = np.ones(len(at), dtype=bool)
    for k, letter in enumerate(text):
        found &= raw[at + k] == letter
    return found


def _number(raw: Bytes, start: Ints, stop: Ints) -> Ints:
    """Whole numbers between some places."""
    length = stop - start
    if not len(start) or length.min() < 1 or length.max() > DIGITS:
        raise UnusualSheetError
    value = np.zeros(len(start), dtype=np.int64)
    for k in range(int(length.max())):
        digit = raw[start + k].astype(np.int64) - ord("0")
        inside = k < length
        if ((digit < 0) | (digit > 9))[inside].any():
            raise UnusualSheetError
        value = np.where(inside, value * 10 + digit, value)
    return value


def _texts(raw: Bytes, start: Ints, stop: Ints) -> Texts:
    """Texts between some places."""
    length = stop - start
    width = int(length.max(initial=1))
    if width > LONGEST:
        raise UnusualSheetError
    inside = np.arange(width) < length[:, None]
    table = np.where(inside, raw[np.minimum(start[:, None] + np.arange(width), len(raw) - 1)], 0)
    table = np.ascontiguousarray(table, dtype=np.uint8)
    packed = table.view(f"S{width}").ravel()
    found = packed.astype(f"U{width}") if (table < 128).all() else _decoded(packed)
    if (table == ord("&")).any():
        found = np.array([html.unescape(text) for text in found.tolist()], dtype=object)
    return found


def _decoded(packed: NDArray[np.bytes_]) -> Texts:
    """Texts of UTF-8, each distinct one decoded once."""
    try:
        known = {text: text.decode("utf-8") for text in set(packed.tolist())}
    except UnicodeDecodeError:
        raise UnusualSheetError from None
    return np.array([known[text] for text in packed.tolist()], dtype=object)


def _shared_strings(file: IO[bytes] | None) -> Texts:
    """Shared texts of a workbook, those of a kana reading left out."""
    parts: list[Texts] = []
    if file is None:
        return np.zeros(0, dtype=object)
    for piece in _whole_elements(file, b"<si>", b"</si>", b"</sst>"):
        raw = np.frombuffer(b"<si>" * (not parts) + piece + bytes(64), dtype=np.uint8)
        tags = np.flatnonzero(raw == ord("<"))
        one, two = raw[tags + 1], raw[tags + 2]
        text = (one == ord("t")) & ((two == ord(" ")) | (two == ord(">")) | (two == ord("/")))
        single = (one == ord("s")) & (two == ord("i"))
        other = (one == ord("/")) | (one == ord("p"))
        if not (text | single | other).all() or text.sum() != single.sum():
            raise UnusualSheetError
        # each has its own text: they come in turns
        if (np.flatnonzero(text) - np.flatnonzero(single) != 1).any():
            raise UnusualSheetError
        parts.append(_texts(raw, *_values(raw, tags, text)))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=object)
