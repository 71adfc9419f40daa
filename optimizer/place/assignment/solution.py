"""Files of known assignments, `NAME.sln` beside `NAME.dat`.

In: a file in the format of QAPLIB: n, the value, then the permutation, which may be missing, with
white space or commas in between, on any lines. Out: a `KnownSolution`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import FileFormatError
from optimizer.place.assignment.problem import assignment_value
from optimizer.reading_limits import read_bytes

if TYPE_CHECKING:
    from os import PathLike

    from optimizer.place.assignment.problem import AssignmentProblem

__all__ = ["KnownSolution", "read_solution"]


@dataclass(frozen=True, kw_only=True)
class KnownSolution:
    """What a file says of the best assignment.

    Parameters
    ----------
    n
        Number of fixtures.
    value
        Stated value.
    permutation
        Counted from 1; empty where the file has none. Files differ in whether it holds the place
        of each fixture or the fixture of each place.
    """

    n: int
    value: float
    permutation: tuple[int, ...] = ()

    def value_in(self, problem: AssignmentProblem) -> float | None:
        """Value of the permutation, read the way that costs less; None without one.

        Raises
        ------
        FileFormatError
            If it is none of the problem's n.
        """
        if not self.permutation:
            return None
        inverse = tuple(int(i) + 1 for i in np.argsort(self.permutation))
        return min(assignment_value(problem, p) for p in (self.permutation, inverse))


def read_solution(path: str | PathLike[str]) -> KnownSolution:
    """Return the solution in a file of QAPLIB's format.

    Raises
    ------
    FileFormatError
        If the file cannot be read, or is not n, a value, and no or n whole numbers that are a
        permutation of 1 to n.
    """
    try:
        text = read_bytes(path, "text_mib").decode("utf-8-sig")
        words = text.replace(",", " ").split()
        n, value, permutation = int(words[0]), float(words[1]), tuple(map(int, words[2:]))
    except OSError as error:
        raise FileFormatError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, ValueError, IndexError):
        raise FileFormatError(
            f"{path}: it must hold n, the value and the permutation, as whole numbers"
        ) from None
    if not np.isfinite(value) or (permutation and sorted(permutation) != list(range(1, n + 1))):
        raise FileFormatError(f"{path}: the numbers after n = {n} are no permutation of 1 to {n}")
    return KnownSolution(n=n, value=value, permutation=permutation)
