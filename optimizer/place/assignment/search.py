"""The search for the best assignment: a memetic search with tabu search as its local part.

In: an `AssignmentProblem`, a budget of time or steps, a seed. Out: an `AssignmentResult`.

Populations of several depths (steps of each tabu search, per fixture) breed side by side, each
with the same share of the steps: shallow ones win on smooth problems, deep ones on rugged ones,
and no single depth wins everywhere.
"""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import StudyError
from optimizer.place.assignment.engine import TabuEngine
from optimizer.place.assignment.population import Population
from optimizer.place.assignment.problem import AssignmentProblem, assignment_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = [
    "AssignmentResult",
    "assignment_to_json",
    "enumerate_assignments",
    "search_assignment",
    "solve_assignment",
]

#: Depths of the populations: steps per fixture of each tabu search.
DEPTHS = (30, 100, 300, 2000)

#: Shares of the steps that the populations get. The shallow one finds most optima of up to some
#: forty fixtures by itself.
SHARES = (3, 1, 1, 1)

#: A population begins when the shallower ones have made about as many steps as so many of its
#: searches: before that, a deep search would only hold up those that may be done in no time.
HEAD_START = 10

#: Up to this size all permutations are tried.
FEW = 7

#: Pair changes between two looks at the clock; some milliseconds of work.
CHUNK = 4_000_000


@dataclass(frozen=True, kw_only=True)
class AssignmentResult:
    """The best assignment found.

    Parameters
    ----------
    value
        Σ A[i][j]·B[p(i)][p(j)]; an int where all numbers of the problem are whole.
    permutation
        p: place of each fixture, counted from 1.
    seconds
        Time of the search; compiling the kernels is not counted.
    seed
        Of the random numbers.
    steps
        Tabu steps made; 0 where all permutations were tried.
    """

    value: int | float
    permutation: tuple[int, ...]
    seconds: float
    seed: int
    steps: int


def solve_assignment(
    problem: AssignmentProblem,
    *,
    time_limit: float | None = 10.0,
    seed: int = 0,
    steps: int | None = None,
    target: float | None = None,
    on_progress: Callable[[float, int | float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> AssignmentResult:
    """Return the best assignment that is found before the first of the limits.

    The same seed and number of steps give the same result, as long as no time limit is met.

    Parameters
    ----------
    problem
        What to solve. One of up to seven fixtures is solved exactly, by trying everything.
    time_limit
        Seconds; None for no limit.
    seed
        Of the random numbers.
    steps
        Swaps to make over all tabu searches; None for no limit.
    target
        Stop at this value.
    on_progress
        Called with the seconds and the value of every better assignment.
    should_stop
        Asked every few milliseconds; the search ends when it returns True.

    Raises
    ------
    StudyError
        If nothing would ever end the search, or a limit is negative or not a number.
    """
    _check_limits(time_limit, steps, target, should_stop)
    if problem.n <= FEW:
        return enumerate_assignments(problem, seed=seed, on_progress=on_progress)
    return search_assignment(
        problem,
        time_limit=time_limit,
        seed=seed,
        steps=steps,
        target=target,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def enumerate_assignments(
    problem: AssignmentProblem,
    *,
    seed: int = 0,
    on_progress: Callable[[float, int | float], None] | None = None,
) -> AssignmentResult:
    """Return the best of all permutations: for a handful of fixtures."""
    began = time.perf_counter()
    best = min(
        itertools.permutations(range(1, problem.n + 1)),
        key=lambda permutation: assignment_value(problem, permutation),
    )
    value = assignment_value(problem, best)
    seconds = time.perf_counter() - began
    if on_progress:
        on_progress(seconds, value)
    return AssignmentResult(value=value, permutation=best, seconds=seconds, seed=seed, steps=0)


def search_assignment(
    problem: AssignmentProblem,
    *,
    time_limit: float | None = 10.0,
    seed: int = 0,
    steps: int | None = None,
    target: float | None = None,
    on_progress: Callable[[float, int | float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> AssignmentResult:
    """Run the memetic search; see `solve_assignment`."""
    _compile(problem)
    began = time.perf_counter()
    ends = math.inf if time_limit is None else began + time_limit
    left = math.inf if steps is None else steps
    rng = np.random.default_rng(seed)
    engine = TabuEngine(problem, seed)
    chunk = max(1, CHUNK // problem.n**2)
    populations = [
        Population(depth=depth * problem.n, share=share)
        for depth, share in zip(DEPTHS, SHARES, strict=True)
    ]
    made = 0
    best, best_place = math.inf, np.arange(problem.n)

    def over() -> bool:
        return (
            made >= left
            or time.perf_counter() >= ends
            or (target is not None and best <= target)
            or (should_stop is not None and should_stop())
        )

    while True:
        population = min(populations, key=lambda p: p.spent / p.share + HEAD_START * p.depth)
        engine.start(population.breed(problem.n, rng), target)
        todo = population.depth
        while todo > 0:
            now = int(min(chunk, todo, left - made))
            engine.run(now)
            made, todo, population.spent = made + now, todo - now, population.spent + now
            if engine.best_value < best:
                best, best_place = engine.best_value, engine.best
                if on_progress:
                    on_progress(time.perf_counter() - began, best)
            if over():
                return _result(problem, best_place, time.perf_counter() - began, seed, made)
        population.add(engine.best_value, engine.best)


def assignment_to_json(result: AssignmentResult) -> dict[str, object]:
    """Return the result as `assign --json` prints it."""
    return {
        "value": result.value,
        "permutation": list(result.permutation),
        "seconds": result.seconds,
        "seed": result.seed,
    }


def _result(
    problem: AssignmentProblem,
    place: NDArray[np.int64],
    seconds: float,
    seed: int,
    steps: int,
) -> AssignmentResult:
    permutation = tuple(int(k) + 1 for k in place)
    return AssignmentResult(
        value=assignment_value(problem, permutation),
        permutation=permutation,
        seconds=seconds,
        seed=seed,
        steps=steps,
    )


def _compile(problem: AssignmentProblem) -> None:
    """Compile the kernels for the problem's number type, so that no clock runs meanwhile."""
    engine = TabuEngine(problem, 0)
    engine.start(np.arange(problem.n))
    engine.run(1)


def _check_limits(
    time_limit: float | None,
    steps: int | None,
    target: float | None,
    should_stop: Callable[[], bool] | None,
) -> None:
    """Refuse limits that are no limits."""
    defects = [
        f"{name} is {value}; it must be 0 or more"
        for name, value in (("the time limit", time_limit), ("the number of steps", steps))
        if value is not None and not value >= 0
    ]
    if time_limit is None and steps is None and target is None and should_stop is None:
        defects.append("neither a time limit nor a number of steps: the search would never end")
    if defects:
        raise StudyError(*defects)
