"""Lower bounds for table problems: how far from the best a layout can be.

In comes a `TableProblem` (poses, cost tables, cells); out comes a `Bound` with a certificate that
`verify_bound` recomputes without solver or compiled code. Bounds hold for the poses and tables of
the problem, nothing else.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from optimizer.place.bound.problem import TableProblem, conflict_matrix, layout_cost
from optimizer.place.bound.proof import Certificate, verify_bound

if TYPE_CHECKING:
    from optimizer.place.bound.engine import Bound
    from optimizer.place.bound.walks import Walks

__all__ = [
    "Certificate",
    "TableProblem",
    "conflict_matrix",
    "layout_cost",
    "lower_bound",
    "verify_bound",
]


def lower_bound(
    problem: TableProblem,
    *,
    upper_bound: float | None = None,
    time_limit: float,
    target_gap: float = 0.0,
    on_progress: Callable[[float, str, float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    walks: "Walks | None" = None,
    workers: Callable[[], int] = lambda: 1,
    by_work: bool = False,
) -> "Bound":
    """Return the best lower bound found within the time limit.

    Parameters
    ----------
    problem
        The table problem.
    upper_bound
        Value of the best layout known, in the problem's own cost (or any higher cost that the
        caller wants to beat). The smaller, the faster: poses that only dearer layouts use are
        removed, and the bound then means "no layout is cheaper than this".
    time_limit
        Seconds of wall time, or nominal seconds of work.
    target_gap
        Stop as soon as (upper bound - bound) / upper bound is at most this.
    on_progress
        Told (bound, method, seconds) at each better bound.
    should_stop
        Asked often; True ends the work with the best bound so far.
    walks
        The truth that the tables are lower bounds of, if there is more: the bound is then one of
        the true cost, and so is the upper bound.
    workers
        Asked how many processes may work now.
    by_work
        Count work and not wall time: the same call then gives the same bound again.
    """
    # the engine loads compiled kernels and a solver: not for those who only verify
    from optimizer.place.bound.engine import compute_bound

    return compute_bound(
        problem,
        upper_bound=upper_bound,
        time_limit=time_limit,
        target_gap=target_gap,
        on_progress=on_progress,
        should_stop=should_stop,
        walks=walks,
        workers=workers,
        by_work=by_work,
    )
