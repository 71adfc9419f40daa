"""The quadratic assignment problem: what it is, and how its files are read.

In: a file in the format of QAPLIB: n, then the numbers of matrix A row by row, then those of
matrix B, with any white space between them, or commas. Out: an `AssignmentProblem`.

n fixtures go to n places. With A the flows between fixtures and B the distances between places
(or the other way round), a permutation p costs Σ A[i][j]·B[p(i)][p(j)] over all ordered pairs,
i = j too. Neither matrix need be symmetric.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.errors import FileFormatError
from optimizer.reading_limits import read_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from numpy.typing import NDArray

__all__ = ["MOST_PLACES", "AssignmentProblem", "assignment_value", "read_qaplib"]

#: More fixtures than this are refused: the first table of changes would take seconds.
MOST_PLACES = 1000

#: Defects of one file that are listed; more of them say nothing new.
MOST_DEFECTS = 10

#: Whole numbers up to this size are exact in double precision.
EXACT = 2**53

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, eq=False)
class AssignmentProblem:
    """A quadratic assignment problem.

    Parameters
    ----------
    n
        Number of fixtures, and of places.
    a, b
        (n, n) matrices: int64 where all numbers are whole and exact, else float64. Made
        unwritable.

    Raises
    ------
    FileFormatError
        If a matrix is not n × n or has a number that is not finite.
    """

    n: int
    a: NDArray[Any]
    b: NDArray[Any]

    def __post_init__(self) -> None:
        if not 1 <= self.n <= MOST_PLACES:
            raise FileFormatError(f"n is {self.n}; it must be 1 to {MOST_PLACES}")
        for name in ("a", "b"):
            matrix = np.asarray(getattr(self, name))
            if matrix.shape != (self.n, self.n):
                raise FileFormatError(
                    f"matrix {name.upper()} has the shape {matrix.shape}; "
                    f"it must be {self.n} × {self.n}"
                )
            matrix = _tidy(matrix)
            if not np.isfinite(matrix).all():
                raise FileFormatError(f"matrix {name.upper()} has a number that is not finite")
            matrix.setflags(write=False)
            object.__setattr__(self, name, matrix)

    @property
    def whole(self) -> bool:
        """Whether all numbers are whole, so that every value is a whole number too."""
        return bool(self.a.dtype.kind == "i" and self.b.dtype.kind == "i")


def assignment_value(problem: AssignmentProblem, permutation: Sequence[int]) -> int | float:
    """Σ A[i][j]·B[p(i)][p(j)] from scratch: exact where all numbers are whole.

    Parameters
    ----------
    problem
        Holds A and B.
    permutation
        Place of each fixture, counted from 1.

    Raises
    ------
    FileFormatError
        If the permutation is not one of 1…n.
    """
    if sorted(permutation) != list(range(1, problem.n + 1)):
        raise FileFormatError(f"not a permutation of 1 to {problem.n}: {tuple(permutation)}")
    place = np.asarray(permutation) - 1
    ordered = problem.b[np.ix_(place, place)]
    if not problem.whole:
        return math.fsum((problem.a * ordered).ravel().tolist())
    largest = int(np.abs(problem.a).max()) * int(np.abs(problem.b).max())
    if largest * problem.n**2 < 2**63:
        return int((problem.a * ordered).sum())
    return int((problem.a.astype(object) * ordered.astype(object)).sum())


def read_qaplib(path: str | PathLike[str]) -> AssignmentProblem:
    """Return the problem in a file of QAPLIB's format.

    Raises
    ------
    FileFormatError
        If the file cannot be read, or is not n and two matrices of n × n finite numbers; each
        sentence names file and line.
    """
    try:
        text = read_bytes(path, "text_mib").decode("utf-8-sig")
    except OSError as error:
        raise FileFormatError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FileFormatError(
            f"{path}: byte {error.start + 1} is no text; a .dat file holds numbers as plain text"
        ) from error
    words = _words(text)
    if not words:
        raise FileFormatError(f"{path}: empty; it must hold n, matrix A and matrix B")
    parted = _words(text.replace(",", " "))
    n = _read_size(path, *(parted or words)[0])
    if len(parted) == 2 * n * n + 1:
        # commas part the numbers; were they decimal ones, there would be too many
        words = parted
    a, b = np.array(_read_numbers(path, words[1:], n)).reshape(2, n, n)
    return AssignmentProblem(n=n, a=a, b=b)


def _words(text: str) -> list[tuple[int, str]]:
    """Words of a text with their lines."""
    return [(line, word) for line, row in enumerate(text.splitlines(), 1) for word in row.split()]


def _read_size(path: str | PathLike[str], line: int, word: str) -> int:
    """Return n, the first word of the file."""
    if not re.fullmatch(r"[+-]?\d+", word, re.ASCII):
        raise FileFormatError(
            f"{path}: line {line}: n is {_shown(word)}; it must be a whole number of "
            f"1 to {MOST_PLACES}"
        )
    digits = word.lstrip("+-0")
    n = int(word) if len(digits) < 10 else MOST_PLACES + 1
    if word.startswith("-") or not 1 <= n <= MOST_PLACES:
        raise FileFormatError(
            f"{path}: line {line}: n is {_shown(word)}; it must be 1 to {MOST_PLACES}"
        )
    return n


def _read_numbers(
    path: str | PathLike[str], words: list[tuple[int, str]], n: int
) -> list[int | float]:
    """Return the 2·n² numbers of the matrices, or raise with all that is wrong."""
    numbers: list[int | float] = []
    defects: list[str] = []
    for position, (line, word) in enumerate(words):
        number = _parse(word)
        if number is None:
            where = f"{path}: line {line}: {_shown(word)}{_entry(position, n)}"
            defects.append(f"{where} is not a finite number; it must be one like 12 or 0.5")
        else:
            numbers.append(number)
    wanted = 2 * n * n
    if len(words) != wanted:
        last = f", the last in line {words[-1][0]}" if words else ""
        surplus = ""
        if len(words) > wanted:
            line, word = words[wanted]
            surplus = f"; the first too many is {_shown(word)} in line {line}"
        defects.append(
            f"{path}: {len(words)} numbers after n = {n}{last}; two matrices of {n} × {n} "
            f"have {wanted}{surplus}"
        )
    if len(defects) > MOST_DEFECTS:
        rest = len(defects) - MOST_DEFECTS
        defects = [*defects[: MOST_DEFECTS - 1], f"{path}: {rest} more of these", defects[-1]]
    if defects:
        raise FileFormatError(*defects)
    return numbers


def _parse(word: str) -> int | float | None:
    """Return a number, or None for a word that is no finite number."""
    if not _NUMBER.fullmatch(word):
        return None
    number = float(word)
    if number.is_integer() and abs(number) <= EXACT:
        return int(number)
    return number if math.isfinite(number) else None


def _entry(position: int, n: int) -> str:
    """Name the entry at a position: " (A, row 2, column 3)"."""
    matrix, rest = divmod(position, n * n)
    if matrix > 1:
        return ""
    row, column = divmod(rest, n)
    return f" ({'AB'[matrix]}, row {row + 1}, column {column + 1})"


def _shown(word: str) -> str:
    """Quote a word, cut short."""
    return repr(word if len(word) <= 24 else word[:21] + "...")


def _tidy(matrix: NDArray[Any]) -> NDArray[Any]:
    """Return a contiguous copy, int64 where that loses nothing, else float64."""
    real = np.array(matrix, dtype=np.float64, order="C")
    if np.isfinite(real).all() and (real == np.round(real)).all() and np.abs(real).max() <= EXACT:
        return np.array(matrix, dtype=np.int64, order="C")
    return real
