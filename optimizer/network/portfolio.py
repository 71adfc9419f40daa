"""The portfolio: the branches of a bank, one row each.

In: a CSV file (UTF-8 with or without byte-order mark, or GBK; commas, semicolons or tabs; English
or Chinese headers). Out: a `Portfolio`, or one sentence per defect with its row and column. The
names of columns, formats and devices are in `portfolio.toml`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimizer.errors import FileFormatError
from optimizer.network.cells import read_count, read_number, read_share
from optimizer.reading import nearest, read_toml
from optimizer.reading_limits import read_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

__all__ = ["Branch", "Portfolio", "read_portfolio", "words_of_portfolio"]

#: Columns that every portfolio has; the figures of a cell left empty are those of the study.
REQUIRED = ("branch",)
#: Columns of numbers, with what reads them.
NUMBERS: Mapping[str, Callable[[str], float]] = {
    "customers_per_day": read_number,
    "mean_wait_minutes": read_number,
    "replaceable_share": read_share,
    "area_m2": read_number,
    "wall_slots": read_count,
    "refit_cost": read_number,
    "self_service_off_site": read_count,
}
DELIMITERS = (",", ";", "\t", "，", "；")


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One branch as head office's list has it.

    Parameters
    ----------
    row
        Line of the file, the header being 1.
    name
        What the bank calls it; each name once.
    study
        Its study file, or None. Whether that exists is not looked at.
    format
        A format of `portfolio.toml`, or "" where the list has none.
    customers_per_day, mean_wait_minutes, replaceable_share, area_m2, wall_slots, refit_cost
        Customers of a mean day; minutes; share from 0 to 1 of the business that a machine can
        do; public floor area in m²; places at walls where a machine can stand, taken or not;
        money. None where the list says nothing.
    self_service_off_site
        Self-service machines elsewhere that the branch looks after; None where it is not said.
    devices
        How many of each kind stand there today.
    re_laid_out
        Whether it has its new layout already.
    """

    row: int
    name: str
    study: Path | None = None
    format: str = ""
    customers_per_day: float | None = None
    mean_wait_minutes: float | None = None
    replaceable_share: float | None = None
    area_m2: float | None = None
    wall_slots: float | None = None
    refit_cost: float | None = None
    self_service_off_site: float | None = None
    devices: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    re_laid_out: bool = False


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """All branches of a list.

    Parameters
    ----------
    branches
        In the order of the file.
    source
        Path of the file.
    notes
        What was passed over while reading, one sentence each.
    """

    branches: tuple[Branch, ...]
    source: str = ""
    notes: tuple[str, ...] = ()

    def named(self, name: str) -> Branch | None:
        """Branch of a name, or None."""
        return next((branch for branch in self.branches if branch.name == name), None)


@cache
def words_of_portfolio() -> Mapping[str, Any]:
    """Names of columns, devices, formats and answers, from `portfolio.toml`."""
    return read_toml(Path(__file__).with_name("portfolio.toml"))


def read_portfolio(path: str | PathLike[str]) -> Portfolio:
    """Portfolio of a CSV file.

    Raises
    ------
    FileFormatError
        Where the file cannot be read or anything in it is wrong: one sentence per defect, with
        its row and column.
    """
    file = Path(path)
    try:
        rows = _rows(_text(file))
    except csv.Error as error:
        raise FileFormatError(f"{file}: cannot be read as CSV: {error}") from None
    if not rows:
        raise FileFormatError(f"{file}: is empty; the first line must name the columns")
    (_, header), body = rows[0], rows[1:]
    columns, wrong, notes = _columns(header)
    branches: list[Branch] = []
    seen: dict[str, int] = {}
    for line, cells in body:
        branch, sentences = _branch(line, cells, columns, file.parent)
        wrong += sentences
        if any(cells[len(header) :]):
            wrong.append(
                f"row {line}: has {len(cells)} cells, the header {len(header)}; put quotes round "
                "a cell that holds a comma"
            )
        name = next((c for at, c in enumerate(cells) if columns.get(at) == "branch"), "")
        if name in seen:
            wrong.append(
                f"row {line}, column branch: {name!r} is in row {seen[name]} already; each branch "
                "has one row"
            )
        elif name:
            seen[name] = line
        if branch is not None:
            branches.append(branch)
    if not body:
        wrong.append("holds no branch; one row a branch is needed below the header")
    if wrong:
        raise FileFormatError(*(f"{file}: {sentence}" for sentence in wrong))
    return Portfolio(branches=tuple(branches), source=str(file), notes=tuple(notes))


def _text(file: Path) -> str:
    """Text of a file in UTF-8 or GBK."""
    try:
        content = read_bytes(file, "text_mib")
    except FileNotFoundError:
        raise FileFormatError(f"{file}: no such file") from None
    except IsADirectoryError:
        raise FileFormatError(f"{file} is a folder; a CSV file is needed") from None
    except OSError as error:
        raise FileFormatError(f"{file}: cannot be read ({error.strerror})") from None
    if b"\0" in content:
        raise FileFormatError(f"{file}: is no text; save the sheet as CSV")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileFormatError(f"{file}: is neither UTF-8 nor GBK text; save the sheet as CSV UTF-8")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Rows that hold anything, each with its line; lines that begin with # are remarks."""
    first = next((line for line in text.splitlines() if line.strip() and line[0] != "#"), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = []
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells) and not cells[0].startswith("#"):
            found.append((reader.line_num, cells))
    return found


def _key(word: str) -> str:
    """A header as it is compared: without capitals, spaces and dashes."""
    return word.strip().lower().replace(" ", "_").replace("-", "_")


def _columns(header: Sequence[str]) -> tuple[dict[int, str], list[str], list[str]]:
    """Position → column; what is wrong with the header; what is passed over."""
    words = words_of_portfolio()
    known = {_key(name): column for column, names in words["columns"].items() for name in names}
    known |= {_key(name): k for k, device in words["devices"].items() for name in device["names"]}
    found: dict[int, str] = {}
    wrong, notes = [], []
    for position, cell in enumerate(header):
        column = known.get(_key(cell))
        if column is None:
            if cell:
                close = get_close_matches(_key(cell), known, n=1, cutoff=0.75)
                ask = f"; did you mean {close[0]!r}?" if close else ""
                notes.append(f"column {cell!r} is not used{ask}")
        elif column in found.values():
            wrong.append(f"row 1: {cell!r} names the column {column} a second time")
        else:
            found[position] = column
    missing = [column for column in REQUIRED if column not in found.values()]
    wrong += [f"row 1: no column {column!r}; it has {', '.join(header)}" for column in missing]
    return found, wrong, notes


def _branch(
    line: int, cells: Sequence[str], columns: Mapping[int, str], folder: Path
) -> tuple[Branch | None, list[str]]:
    """Branch of a row, and what is wrong with the row."""
    words = words_of_portfolio()
    given = {column: cells[at] for at, column in columns.items() if at < len(cells)}
    wrong: list[str] = []
    values: dict[str, Any] = {}
    for column, read in (*NUMBERS.items(), *((k, read_count) for k in words["devices"])):
        cell = given.get(column, "")
        try:
            values[column] = read(cell) if cell else None
        except ValueError as error:
            wrong.append(f"row {line}, column {column}: {cell!r} {error}")
    name = given.get("branch", "")
    if "branch" in columns.values() and not name:
        wrong.append(f"row {line}, column branch: is empty; a name is needed")
    formats = {_key(n): f for f, entry in words["formats"].items() for n in entry["names"]}
    kind = given.get("format", "")
    if kind and _key(kind) not in formats:
        wrong.append(f"row {line}, column format: {kind!r}; {nearest(_key(kind), formats)}")
    answer = given.get("re_laid_out", "").lower()
    if answer not in (*words["answers"]["yes"], *words["answers"]["no"]):
        wrong.append(f"row {line}, column re_laid_out: {answer!r}; must be yes or no")
    if wrong or not name:
        return None, wrong
    study = given.get("study", "")
    branch = Branch(
        row=line,
        name=name,
        study=folder / study if study else None,
        format=formats.get(_key(kind), ""),
        devices={k: int(values.pop(k) or 0) for k in words["devices"]},
        re_laid_out=answer in words["answers"]["yes"],
        **values,
    )
    return branch, []
