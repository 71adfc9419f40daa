"""Cutting-plane rounds on one region: bound, fix poses, repeat.

In come the tables of a region and what its parent knew (cuts, clique rows), out comes `Outcome`:
the region that is left after fixing, its bound, and the stages that prove both. A stage is a dual
and the poses kept by it; a proof replays them in order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.place.bound.cliques import Exclusions, Row, broken_rows
from optimizer.place.bound.clock import ENTRY, PROGRAM, Clock
from optimizer.place.bound.duals import (
    Valuation,
    open_poses,
    pose_bounds,
    priced_unary,
    value_dual,
)
from optimizer.place.bound.linear_program import LinearProgram, Relaxation
from optimizer.place.bound.message_passing import pass_messages
from optimizer.place.bound.problem import BoolArray, FloatArray, Pair
from optimizer.place.bound.proof import Dual, Stage
from optimizer.place.bound.tables import Tables
from optimizer.place.bound.transport_cuts import Cut, separate_cut, tighten_cut

CUT_VIOLATION = 1e-6  # of the objective
FEWER = 0.9  # rebuild the program when fixing leaves at most this share of the poses
REPEAT = 5.0  # times the least gain: what one program must gain for another with few poses less
FEW_POSES = 400  # with more, the program starts with the most promising ones
LEAST_POSES = 8  # of each group
PATIENCE = 8  # rounds over which the gain is judged


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the rounds reached on one region.

    Attributes
    ----------
    tables
        Tables of the poses left; None when no layout better than the upper bound is left.
    bound
        Best bound of the stages; +inf when nothing is left.
    stages
        Proof of the bound and of the fixing, in order.
    cuts, rows
        Active cuts and clique rows over the poses left.
    dual
        The last dual over the poses left.
    positions
        Fractional positions of the last program, per group of `tables`.
    charged
        Cost D that the last program charges for each pair.
    message_passing
        Bound of message passing alone.
    cuts_made
        Number of cuts separated.
    """

    tables: Tables | None
    bound: float
    stages: tuple[Stage, ...]
    cuts: tuple[Cut, ...]
    rows: tuple[Row, ...]
    dual: Dual | None
    positions: list[FloatArray]
    charged: Mapping[Pair, float]
    message_passing: float
    cuts_made: int


class Rounds:
    """The rounds on one region: first `pass_messages`, then `solve_programs`.

    Parameters
    ----------
    tables
        Tables of the region.
    cuts, rows
        Inherited cuts (potentials over the poses of the region) and clique rows.
    start
        Inherited dual, or None.
    exclusions
        Which poses exclude each other; None: no clique rows are added.
    upper_bound
        Value of the incumbent; poses that only layouts at least this dear use are removed.
    clock
        Ends the rounds.
    least_gain
        Stop when some rounds gain less than this share of the bound.
    patience
        So many rounds.
    on_bound
        Told each valid bound of the region.
    """

    def __init__(
        self,
        tables: Tables,
        *,
        cuts: Sequence[Cut] = (),
        rows: Sequence[Row] = (),
        start: Dual | None = None,
        exclusions: Exclusions | None = None,
        upper_bound: float,
        clock: Clock,
        least_gain: float,
        patience: int = PATIENCE,
        on_bound: Callable[[float], None] | None = None,
    ) -> None:
        self._tables: Tables | None = tables
        self._cuts = list(cuts)
        self._rows = tuple(rows)
        self._start = start
        self.exclusions = exclusions
        self._upper_bound = upper_bound
        self._clock = clock
        self._least_gain = least_gain
        self._patience = patience
        self._on_bound = on_bound
        self._stages: list[Stage] = []
        self._bound = -np.inf
        self._passed = -np.inf
        self._positions: list[FloatArray] = []
        self._charged: dict[Pair, float] = {}
        self._cuts_made = 0

    def solve_programs(self) -> Outcome:
        """Return the outcome after linear programs, as long as fixing makes them smaller."""
        while self._tables is not None and self._solve_program():
            pass
        return self.outcome()

    def outcome(self) -> Outcome:
        """Return what is proven by now."""
        return Outcome(
            tables=self._tables,
            bound=np.inf if self._tables is None else self._bound,
            stages=tuple(self._stages),
            cuts=tuple(self._cuts),
            rows=self._rows,
            dual=self._start,
            positions=self._positions,
            charged=self._charged,
            message_passing=self._passed,
            cuts_made=self._cuts_made,
        )

    def pass_messages(self) -> None:
        """Bound and fix by message passing until fixing changes little."""
        while self._tables is not None:
            tables = self._tables
            if not tables.has_room():
                self._close()
                break
            start = self._start
            priced = None
            if start is not None:
                priced = priced_unary(tables, start.rows, start.multipliers)
            dual, valuation = pass_messages(tables, clock=self._clock, start=start, priced=priced)
            open_before = sum(len(cost) for cost in tables.unary)
            # set the start before the stage, which restricts it to the poses kept
            self._start = dual
            self._commit(dual, valuation)
            if self._tables is None or self._clock.expired():
                break
            if sum(len(cost) for cost in self._tables.unary) > FEWER * open_before:
                break
        self._passed = self._bound

    def fix_against(self, upper_bound: float) -> None:
        """Remove poses once more with the last dual, against a lower upper bound."""
        self._upper_bound = upper_bound
        if self._tables is not None and self._start is not None:
            self._commit(self._start, value_dual(self._tables, self._start))

    def promise(self) -> tuple[Tables, list[FloatArray]] | None:
        """Return the tables of the open poses and a bound for each pose; None without any."""
        if self._tables is None or self._start is None:
            return None
        valuation = value_dual(self._tables, self._start)
        return self._tables, pose_bounds(self._tables, self._start, valuation)

    def _solve_program(self) -> bool:
        """Solve one program to its tail; return whether fixing asks for another."""
        tables = self._tables
        if tables is None or self._clock.expired() or self._bound >= self._upper_bound:
            return False
        program = LinearProgram(tables, self._first_cuts(tables), self._rows, self._first(tables))
        best: list[float] = []
        reached: Relaxation | None = None
        last: Relaxation | None = None
        size = sum(len(cost) for cost in tables.unary)
        while True:
            last = program.solve(self._clock)
            self._clock.spend(PROGRAM + 2 * ENTRY * tables.entries)
            if last is None:
                break
            if reached is None or last.bound > reached.bound:
                reached = last
            best.append(reached.bound)
            new = self._separate(program, last)
            missing = program.add_missing(CUT_VIOLATION * max(abs(last.bound), 1e-9))
            stalled = len(best) > self._patience and (
                best[-1] - best[-1 - self._patience] < self._least_gain * max(abs(best[-1]), 1e-9)
            )
            if not (new or missing) or stalled or self._clock.expired():
                break
            if len(best) % self._patience == 0 and self._would_shrink(reached, size):
                break
        if reached is None:
            return False
        self._positions = reached.positions
        self._charged = dict(zip(tables.pair, reached.costs.tolist(), strict=True))
        self._cuts = list(reached.active_cuts)
        self._rows = reached.dual.rows
        self._start = reached.dual
        before = self._bound
        self._commit(reached.dual, value_dual(tables, reached.dual))
        if self._tables is None:
            return False
        left = sum(len(cost) for cost in self._tables.unary)
        worth = REPEAT * self._least_gain * max(abs(self._bound), 1e-9)
        gained = self._bound - before > worth
        return left <= FEWER * size or (left < size and gained)

    def _first(self, tables: Tables) -> list[BoolArray] | None:
        """The poses that the last dual thinks most of, or None where it is not worth choosing."""
        if sum(len(cost) for cost in tables.unary) <= FEW_POSES or self._start is None:
            return None
        valuation = value_dual(tables, self._start)
        bounds = pose_bounds(tables, self._start, valuation)
        limit = np.partition(np.concatenate(bounds), FEW_POSES)[FEW_POSES]
        chosen = []
        for bound, group in zip(bounds, tables.region.groups, strict=True):
            number = min(len(bound), LEAST_POSES + group.count)
            mask = bound <= limit
            mask[np.argsort(bound, kind="stable")[:number]] = True
            chosen.append(mask)
        return chosen

    def _first_cuts(self, tables: Tables) -> list[Cut]:
        """The inherited cuts, tightened, and the potentials of the present dual."""
        cuts = [tighten_cut(tables, cut) for cut in self._cuts]
        known = self._start.potentials if self._start is not None else {}
        for pair, table in tables.pair.items():
            row, column = known.get(pair, (np.zeros(table.shape[0]), np.zeros(table.shape[1])))
            cuts.append(tighten_cut(tables, Cut(pair=pair, row=row, column=column)))
        return cuts

    def _separate(self, program: LinearProgram, relaxation: Relaxation) -> bool:
        tables = self._tables
        if tables is None:
            return False
        cuts = []
        threshold = CUT_VIOLATION * max(abs(relaxation.bound), 1e-9)
        for pair, cost in zip(tables.pair, relaxation.costs, strict=True):
            cut = separate_cut(tables, pair, relaxation.positions, charged=cost + threshold)
            if cut is not None and cut.value(tables, relaxation.positions) > cost + threshold:
                cuts.append(cut)
        program.add_cuts(cuts)
        self._cuts_made += len(cuts)
        rows: list[Row] = []
        if self.exclusions is not None:
            rows = broken_rows(
                self.exclusions,
                np.concatenate(tables.ids),
                np.concatenate(relaxation.positions),
                program.rows,
            )
            program.add_rows(rows)
        return bool(cuts or rows)

    def _would_shrink(self, relaxation: Relaxation, size: int) -> bool:
        tables = self._tables
        if tables is None or not np.isfinite(self._upper_bound):
            return False
        valuation = value_dual(tables, relaxation.dual)
        if self._on_bound is not None:
            self._on_bound(valuation.bound)
        kept = open_poses(tables, relaxation.dual, valuation, self._upper_bound)
        return sum(int(mask.sum()) for mask in kept) <= FEWER * size

    def _commit(self, dual: Dual, valuation: Valuation) -> None:
        """Record a stage and remove the poses that it rules out."""
        tables = self._tables
        if tables is None:
            return
        better = valuation.bound > self._bound
        self._bound = max(self._bound, valuation.bound)
        if self._on_bound is not None:
            self._on_bound(self._bound)
        kept = open_poses(tables, dual, valuation, self._upper_bound)
        same = all(mask.all() for mask in kept)
        if better or not same:
            self._stages.append(Stage(dual=dual, bound=valuation.bound, kept=tuple(kept)))
        if same:
            return
        if not all(mask.any() for mask in kept):
            self._close()
            return
        left = tables.keep(kept)
        self._tables = left
        if not left.has_room():
            self._close()
            return
        self._cuts = [_restrict(cut, kept) for cut in self._cuts]
        if self._positions:
            self._positions = [z[mask] for z, mask in zip(self._positions, kept, strict=True)]
        if self._start is not None:
            potentials = {
                (g, h): (row[kept[g]], column[kept[h]])
                for (g, h), (row, column) in self._start.potentials.items()
            }
            self._start = Dual(
                potentials=potentials, rows=self._start.rows, multipliers=self._start.multipliers
            )

    def _close(self) -> None:
        self._tables = None
        self._bound = np.inf


def _restrict(cut: Cut, kept: Sequence[BoolArray]) -> Cut:
    return Cut(pair=cut.pair, row=cut.row[kept[cut.pair[0]]], column=cut.column[kept[cut.pair[1]]])
