"""Windows with skills: two kinds of customers, windows for one of them, and windows for both.

In: rates and services of both kinds, numbers of windows. Out: mean waits and chances to wait, from
the steady state of the exact Markov chain of exponential times. A customer goes to a free window of
his own kind, else to a free flexible one. A window for one kind calls that kind; a flexible one
calls from the longer line (the first kind's where both are as long).

A state is (windows of A busy, of B busy, flexible ones serving A, serving B, A waiting, B waiting).
Lines are cut off at a length that next to nobody meets.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["SkillFigures", "compute_skills"]

State = tuple[int, int, int, int, int, int]

#: A longer line is met by next to nobody while less than this share of the time is spent busy.
LONGEST_LINE = 60
#: Lines may be at their end for this share of the time.
CUT_OFF = 1e-3


@dataclass(frozen=True, kw_only=True)
class SkillFigures:
    """Mean waits and chances to wait of both kinds of customers; inf where lines have no end."""

    mean_waits: tuple[float, float]
    delayed: tuple[float, float]


def compute_skills(
    *,
    arrivals: tuple[float, float],
    services: tuple[float, float],
    windows: tuple[int, int],
    flexible: int,
    longest: int = LONGEST_LINE,
) -> SkillFigures:
    """Waits of two kinds of customers.

    Parameters
    ----------
    arrivals
        People per unit of time, of either kind.
    services
        Mean service times.
    windows
        Windows that serve one kind alone.
    flexible
        Windows that serve both.
    longest
        Length at which a line is cut off.

    Raises
    ------
    StudyError
        If a kind of customers has no window.
    """
    if any(own + flexible < 1 for own in windows) or flexible < 0:
        raise StudyError(f"windows {windows} and {flexible} flexible; each kind needs one")
    loads = [rate * service for rate, service in zip(arrivals, services, strict=True)]
    if sum(loads) >= sum(windows) + flexible or any(
        load >= own + flexible for load, own in zip(loads, windows, strict=True)
    ):
        return SkillFigures(mean_waits=(float("inf"),) * 2, delayed=(1.0, 1.0))
    states = list(_states(windows, flexible, longest))
    chance = _steady(states, arrivals, services, windows, flexible)
    table = np.array(states)
    if float(chance[(table[:, 4] == longest) | (table[:, 5] == longest)].sum()) > CUT_OFF:
        return SkillFigures(mean_waits=(float("inf"),) * 2, delayed=(1.0, 1.0))
    full = table[:, 2] + table[:, 3] == flexible
    waits, delayed = [], []
    for k in (0, 1):
        line = float(chance @ table[:, 4 + k])
        waits.append(line / arrivals[k] if arrivals[k] else 0.0)
        delayed.append(float(chance[full & (table[:, k] == windows[k])].sum()))
    return SkillFigures(mean_waits=(waits[0], waits[1]), delayed=(delayed[0], delayed[1]))


def _states(windows: tuple[int, int], flexible: int, longest: int) -> Iterator[State]:
    """Yield every state in which nobody waits before a window that could serve him."""
    for i, j in product(range(windows[0] + 1), range(windows[1] + 1)):
        for a in range(flexible + 1):
            for b in range(flexible - a + 1):
                full = a + b == flexible
                first = longest if full and i == windows[0] else 0
                second = longest if full and j == windows[1] else 0
                for p, q in product(range(first + 1), range(second + 1)):
                    yield i, j, a, b, p, q


def _steady(
    states: list[State],
    arrivals: tuple[float, float],
    services: tuple[float, float],
    windows: tuple[int, int],
    flexible: int,
) -> NDArray[np.float64]:
    """Steady state of the chain."""
    # a chain of this size is sparse, and scipy is loaded for it alone
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import spsolve

    index = {state: k for k, state in enumerate(states)}
    rows, columns, rates = [], [], []
    for state, k in index.items():
        for target, rate in _moves(state, arrivals, services, windows, flexible):
            other = index.get(target)
            if other is not None and rate > 0:
                # balance: what flows in from k to other, and out of k
                rows += [other, k]
                columns += [k, k]
                rates += [rate, -rate]
    size = len(states)
    balance = csc_matrix((rates, (rows, columns)), shape=(size, size)).tolil()
    balance[size - 1, :] = 1.0  # one balance follows from the others; chances add to 1 instead
    right = np.zeros(size)
    right[-1] = 1.0
    return np.maximum(np.asarray(spsolve(balance.tocsc(), right), dtype=np.float64), 0.0)


def _moves(
    state: State,
    arrivals: tuple[float, float],
    services: tuple[float, float],
    windows: tuple[int, int],
    flexible: int,
) -> Iterator[tuple[State, float]]:
    """Yield the next states and their rates."""
    i, j, a, b, p, q = state
    free = a + b < flexible
    if i < windows[0]:
        yield (i + 1, j, a, b, p, q), arrivals[0]
    else:
        yield ((i, j, a + 1, b, p, q) if free else (i, j, a, b, p + 1, q)), arrivals[0]
    if j < windows[1]:
        yield (i, j + 1, a, b, p, q), arrivals[1]
    else:
        yield ((i, j, a, b + 1, p, q) if free else (i, j, a, b, p, q + 1)), arrivals[1]
    yield ((i, j, a, b, p - 1, q) if p else (i - 1, j, a, b, p, q)), i / services[0]
    yield ((i, j, a, b, p, q - 1) if q else (i, j - 1, a, b, p, q)), j / services[1]
    for done_a, done_b, rate in ((1, 0, a / services[0]), (0, 1, b / services[1])):
        left = (a - done_a, b - done_b)
        if p and p >= q:
            yield (i, j, left[0] + 1, left[1], p - 1, q), rate
        elif q:
            yield (i, j, left[0], left[1] + 1, p, q - 1), rate
        else:
            yield (i, j, *left, p, q), rate
