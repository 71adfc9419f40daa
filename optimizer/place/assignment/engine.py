"""One tabu search at a time on one problem, in the number type that is fast and exact for it.

In: an `AssignmentProblem` and permutations to start from. Out: better permutations with their
exact values.

Number types. Every intermediate number of the search is a whole number if A and B are; let M bound
them all. Single precision is exact for M < 2²⁴ and moves twice as many numbers at a time, double
precision for M < 2⁵³, int64 below 2⁶². Other problems are searched in double precision, and a
value must beat the best by more than the rounding to count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.place.assignment.kernels import (
    BEST,
    GOAL,
    LEDGER,
    SLACK,
    VALUE,
    Tabu,
    advance,
    fill_changes,
)
from optimizer.place.assignment.problem import assignment_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.place.assignment.problem import AssignmentProblem

__all__ = ["TabuEngine", "number_type"]

#: Longest time for which a swap is tabu, in steps per fixture; the cube of a random number of it
#: is drawn, so that most times are short.
TENURE = 16.0

#: Rounding that a value must beat to be better, relative to n²·max|A|·max|B|.
ROUNDING = 1e-13


class TabuEngine:
    """Runs tabu searches on one problem; the only mutable part of the search.

    Parameters
    ----------
    problem
        What to search.
    seed
        Of the random numbers.

    Attributes
    ----------
    problem
        What is searched.
    symmetric
        Whether every pair counts once, see `kernels.swap_change`.
    state
        Where the search stands.
    """

    def __init__(self, problem: AssignmentProblem, seed: int) -> None:
        self.problem = problem
        a, b, self.symmetric = _fold(problem)
        kind, ledger_kind = number_type(problem)
        self._kind = kind
        self._most = kind(2**62) if kind is np.int64 else kind(np.inf)
        self._b = np.ascontiguousarray(b, dtype=kind)
        self._tenure = TENURE * problem.n
        n = problem.n
        square = (n, n)
        state = np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1)
        self.state = Tabu(
            a=np.ascontiguousarray(a, dtype=kind),
            p=np.zeros(square, kind),
            a_columns=np.ascontiguousarray(a.T, dtype=kind),
            p_columns=np.zeros(square, kind),
            d=np.diag(problem.a).astype(kind),
            e=np.diag(problem.b).astype(kind),
            place=np.arange(n),
            best=np.arange(n),
            change=np.zeros(square, kind),
            release=np.zeros(square, kind),
            until=np.zeros(square, kind),
            ledger=np.zeros(LEDGER, ledger_kind),
            generator=state,
        )
        self._start: int | float = 0
        scale = float(n) ** 2 * float(np.abs(a).max()) * float(np.abs(b).max())
        self._slack = 0.0 if problem.whole else ROUNDING * scale

    def start(self, place: NDArray[np.int64], target: float | None = None) -> None:
        """Begin a new search.

        Parameters
        ----------
        place
            Permutation to start from, counted from 0.
        target
            The search stops at this value.
        """
        tabu = self.state
        ordered = self._b[np.ix_(place, place)]
        tabu.p[:] = ordered
        tabu.p_columns[:] = ordered.T
        tabu.place[:] = place
        tabu.best[:] = place
        tabu.release[:] = 0
        tabu.until[:] = 0
        self._start = assignment_value(self.problem, (place + 1).tolist())
        tabu.ledger[:] = 0
        tabu.ledger[SLACK] = self._slack
        lowest = -(2**62) if tabu.ledger.dtype.kind == "i" else -np.inf
        tabu.ledger[GOAL] = lowest if target is None else max(lowest, target - self._start)
        fill_changes(tabu, self.symmetric)

    def run(self, steps: int) -> None:
        """Make some more steps, or fewer where the target is met."""
        advance(self.state, self.symmetric, steps, self._tenure, self._most)

    @property
    def value(self) -> int | float:
        """Value of the permutation that the search stands at."""
        return self._value_of(self.state.ledger[VALUE])

    @property
    def best_value(self) -> int | float:
        """Value of the best permutation of this search; exact where all numbers are whole."""
        return self._value_of(self.state.ledger[BEST])

    @property
    def best(self) -> NDArray[np.int64]:
        """Best permutation of this search, counted from 0."""
        return self.state.best.copy()

    def _value_of(self, gain: float) -> int | float:
        return self._start + (int(gain) if self.problem.whole else float(gain))


def number_type(problem: AssignmentProblem) -> tuple[Any, Any]:
    """Return the types of the matrices and of the values that the search is exact in."""
    if not problem.whole:
        return np.float64, np.float64
    a, b, symmetric = _fold(problem)
    # Python's whole numbers: these products may not fit into any machine type
    widths = [int(max(0, m.max())) - int(min(0, m.min())) for m in (a, b)]
    product = widths[0] * widths[1]
    diagonals = [int(m.max()) - int(m.min()) for m in (np.diag(problem.a), np.diag(problem.b))]
    # the sums of formula (1), its last terms, and twice the correction by formula (2)
    sums = problem.n * product * (1 if symmetric else 2)
    peak = sums + 16 * product + diagonals[0] * diagonals[1]
    total = problem.n**2 * int(np.abs(problem.a).max()) * int(np.abs(problem.b).max())
    largest = max(2 * total, peak, *widths)
    if largest >= 2**62:
        return np.float64, np.float64
    if largest >= 2**53:
        return np.int64, np.int64
    single = max(peak, *widths, *diagonals) < 2**24
    return (np.float32 if single else np.float64), np.float64


def _fold(problem: AssignmentProblem) -> tuple[NDArray[Any], NDArray[Any], bool]:
    """Matrices without diagonals, and whether both are symmetric with every pair counting once.

    If one matrix is symmetric, the other may be replaced by the sum of it and its transpose, each
    pair counting once: Σ A[i][j]·B[p(i)][p(j)] over i ≠ j is then the same.
    """
    a = problem.a - np.diag(np.diag(problem.a))
    b = problem.b - np.diag(np.diag(problem.b))
    if np.array_equal(b, b.T):
        return a + a.T, b, True
    if np.array_equal(a, a.T):
        return a, b + b.T, True
    return a, b, False
