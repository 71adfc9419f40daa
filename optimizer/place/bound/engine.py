"""The bound from start to end: message passing, linear program, branch and bound.

In comes a `TableProblem`, out comes a `Bound`; each step starts from what the one before proved,
and the best bound so far is always at hand.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.place.bound.branching import LEAF_LAYOUTS, PART, WHOLE, Branched
from optimizer.place.bound.cliques import find_exclusions
from optimizer.place.bound.clock import Clock
from optimizer.place.bound.enumeration import Effort, is_small
from optimizer.place.bound.incumbent import search_layout
from optimizer.place.bound.leaves import Layout
from optimizer.place.bound.problem import BoolArray, TableProblem
from optimizer.place.bound.proof import Certificate
from optimizer.place.bound.rounds import Outcome, Rounds
from optimizer.place.bound.shared_branching import SharedBranchAndBound
from optimizer.place.bound.tables import build_tables
from optimizer.place.bound.walks import Walks

Progress = Callable[[float, str, float], None]
ROOT_GAIN = 4e-4  # least gain of the root's rounds, as a share of the bound


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one method of the bound reached.

    Attributes
    ----------
    method
        Its name, as in `Bound.method`.
    value
        Best bound after it.
    seconds
        Wall time until then.
    open_poses
        Poses that a layout better than the best known one may still use.
    nodes
        Regions bounded by then.
    """

    method: str
    value: float
    seconds: float
    open_poses: int
    nodes: int


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A proven lower bound of a table problem.

    Attributes
    ----------
    value
        No layout without conflict costs less; +inf when there is no layout (only if no upper bound
        was given). With an upper bound u the statement is "nothing is cheaper than min(u, …)", so
        the value is never above u.
    root_value
        Bound of the root's linear program (message passing included).
    message_passing_value
        Bound of message passing alone.
    method
        'message passing', 'linear program', 'branch and bound', or 'exact' when the value is the
        optimum (or the upper bound, if nothing is cheaper).
    seconds
        Wall time, or nominal seconds of work.
    nodes
        Regions bounded, the root included.
    cuts
        Kantorovich cuts separated.
    poses_kept
        Per class, how many poses a layout cheaper than the upper bound may use, after the root.
    open_poses
        Per class, which ones.
    upper_bound
        The given upper bound, or the cost of a cheaper layout met on the way; +inf for none.
    layout
        That cheaper layout (for each class the poses of its fixtures), or None.
    steps
        What each method reached, in order.
    certificate
        What `verify_bound` recomputes the value from.
    """

    value: float
    root_value: float
    message_passing_value: float
    method: str
    seconds: float
    nodes: int
    cuts: int
    poses_kept: tuple[int, ...]
    open_poses: tuple[BoolArray, ...]
    upper_bound: float
    layout: Layout | None
    steps: tuple[Step, ...]
    certificate: Certificate


def compute_bound(
    problem: TableProblem,
    *,
    upper_bound: float | None,
    time_limit: float,
    target_gap: float,
    on_progress: Progress | None,
    should_stop: Callable[[], bool] | None,
    walks: Walks | None = None,
    leaf_layouts: int = LEAF_LAYOUTS,
    efforts: tuple[Effort, Effort] = (WHOLE, PART),
    search_runs: int = 4,
    workers: Callable[[], int] = lambda: 1,
    by_work: bool = False,
) -> Bound:
    """Return the best bound within the time limit; see `lower_bound`."""
    clock = Clock.started(time_limit, should_stop, by_work=by_work)
    limit = float("inf") if upper_bound is None else float(upper_bound)

    def report(method: str) -> Callable[[float], None]:
        return _teller(on_progress, method=method, limit=limit, clock=clock)

    # where more is walked than the tables say, the cheapest layout of the tables proves nothing
    search = _Search(problem, clock=clock, best=limit, runs=search_runs if walks is None else 0)
    effort = None if walks is None else efforts[0]
    told = report("linear program")
    rounds, steps = _solve_root(problem, search, effort=effort, clock=clock, on_bound=told)
    root = rounds.outcome()
    found = SharedBranchAndBound(
        problem,
        root,
        upper_bound=search.best,
        layout=search.layout,
        clock=clock,
        target_gap=target_gap,
        exclusions=rounds.exclusions,
        on_bound=report("branch and bound"),
        leaf_layouts=leaf_layouts,
        efforts=efforts,
        walks=walks,
        workers=workers,
    ).run()
    report(_method(root, found))(found.bound)
    if found.nodes > 1:
        steps.append(_step("branch and bound", found.bound, rounds, clock, nodes=found.nodes))
    kept = _open_poses(problem, root)
    return Bound(
        value=found.bound,
        root_value=min(root.bound, search.best),
        message_passing_value=min(root.message_passing, search.best),
        method=_method(root, found),
        seconds=clock.seconds(),
        nodes=found.nodes,
        cuts=found.cuts,
        poses_kept=tuple(int(mask.sum()) for mask in kept),
        open_poses=kept,
        upper_bound=found.upper_bound,
        layout=found.layout,
        steps=tuple(steps),
        certificate=_certificate(found, walks),
    )


def _certificate(found: Branched, walks: Walks | None) -> Certificate:
    if walks is None:
        return Certificate(upper_bound=found.upper_bound, root=found.proof)
    return Certificate(
        upper_bound=found.upper_bound,
        root=found.proof,
        unit=walks.unit,
        pair_units=walks.pair_units,
    )


def _solve_root(
    problem: TableProblem,
    search: "_Search",
    *,
    effort: Effort | None,
    clock: Clock,
    on_bound: Callable[[float], None],
) -> "tuple[Rounds, list[Step]]":
    """Message passing, then linear programs on all layouts, with a search after either.

    With an `effort`, no program is solved where it suffices for a complete search.
    """
    rounds = Rounds(
        build_tables(problem),
        upper_bound=search.best,
        clock=clock,
        least_gain=ROOT_GAIN,
        on_bound=on_bound,
    )
    rounds.pass_messages()
    search.run(rounds)
    passed = rounds.outcome()
    steps = [_step("message passing", min(passed.bound, search.best), rounds, clock)]
    # where walking the layouts that are left takes less than a program does, none is needed
    small = (
        passed.tables is not None
        and effort is not None
        and is_small(
            problem, passed.tables, passed.dual, below=search.best, effort=effort, clock=clock
        )
    )
    if passed.tables is not None and not small and not clock.expired():
        rounds.exclusions = find_exclusions(problem, passed.tables.region)
        rounds.solve_programs()
        search.run(rounds)
        value = min(rounds.outcome().bound, search.best)
        steps.append(_step("linear program", value, rounds, clock))
    return rounds, steps


def _step(method: str, value: float, rounds: Rounds, clock: Clock, *, nodes: int = 1) -> "Step":
    tables = rounds.outcome().tables
    left = 0 if tables is None else sum(len(cost) for cost in tables.unary)
    return Step(method=method, value=value, seconds=clock.seconds(), open_poses=left, nodes=nodes)


def _teller(
    on_progress: Progress | None, *, method: str, limit: float, clock: Clock
) -> Callable[[float], None]:
    def tell(value: float) -> None:
        if on_progress is not None:
            on_progress(min(value, limit), method, clock.seconds())

    return tell


def _method(root: Outcome, found: Branched) -> str:
    if found.finished:
        return "exact"
    if found.nodes > 1 and found.bound > root.bound:
        return "branch and bound"
    return "linear program" if root.bound > root.message_passing else "message passing"


@dataclass
class _Search:
    """The cheapest layout known, and the searches for a cheaper one."""

    problem: TableProblem
    clock: Clock
    best: float
    runs: int
    layout: Layout | None = None
    seed: int = 0

    def run(self, rounds: Rounds) -> None:
        """Search the poses that are open, and remove poses against what is found."""
        promise = rounds.promise()
        if promise is None or not self.runs:
            return
        cost, layout = search_layout(
            self.problem,
            *promise,
            below=self.best,
            runs=self.runs,
            seed=self.seed,
            clock=self.clock,
        )
        self.seed += self.runs
        if layout is not None:
            self.best, self.layout = cost, layout
            rounds.fix_against(cost)


def _open_poses(problem: TableProblem, root: Outcome) -> tuple[BoolArray, ...]:
    masks = tuple(np.zeros(size, dtype=bool) for size in problem.poses)
    if root.tables is not None:
        for group in root.tables.region.groups:
            masks[group.kind][group.poses] = True
    return masks
