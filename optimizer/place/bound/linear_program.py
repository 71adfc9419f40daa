"""The Kantorovich-cut linear program of a region in HiGHS.

In come working tables, cuts and clique rows; out come fractional positions and a `Dual`.

    min  Σ_g Σ_p unary_g(p) z_g(p) + Σ_gh D_gh                                                   (1)
    s.t. Σ_p z_g(p) = n_g,  0 <= z_g(p) <= room_g(p)                                             (2)
         D_gh >= Σ α(p) z_g(p) + Σ β(q) z_h(q)      for each cut of the pair (g, h)              (3)
         Σ z <= 1                                   over each clique (see `cliques`)             (4)

Rows are added as they are violated, and columns z_g(p) as they pay: the program starts with the
promising poses, and every pose whose reduced cost undercuts its group's price is added. The duals
of (3) of one pair sum to 1, so the averaged cut is a feasible potential of the pair, on all poses;
with the duals of (4) it is the `Dual` whose value is worked out without the solver. The solver's
own objective value is never used as a bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import highspy
import numpy as np

from optimizer.place.bound.cliques import Row
from optimizer.place.bound.clock import PIVOT, PIVOT_WIDTH, Clock
from optimizer.place.bound.duals import reduced_costs, smallest_sum
from optimizer.place.bound.problem import BoolArray, FloatArray, IntArray
from optimizer.place.bound.proof import Dual
from optimizer.place.bound.tables import Tables
from optimizer.place.bound.transport_cuts import Cut

COLUMNS_PER_ROUND = 150
MOST_PIVOTS = 2_000_000_000


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """An optimal solution of the program in its present state.

    Attributes
    ----------
    bound
        Value of the dual as far as the solver's rounding goes; a guide for the rounds.
    positions
        z per group.
    costs
        D per pair, in the order of the tables.
    dual
        Averaged potentials and prices of cliques.
    active_cuts
        Cuts with a positive dual.
    """

    bound: float
    positions: list[FloatArray]
    costs: FloatArray
    dual: Dual
    active_cuts: tuple[Cut, ...]


class LinearProgram:
    """A growing linear program for one region.

    Parameters
    ----------
    tables
        The region's working tables.
    cuts
        First cuts; at least one for each pair of the tables.
    rows
        First clique rows.
    first
        Per group the poses to start with; all by default.
    """

    def __init__(
        self,
        tables: Tables,
        cuts: Sequence[Cut],
        rows: Sequence[Row] = (),
        first: Sequence[BoolArray] | None = None,
    ) -> None:
        self._tables = tables
        self._pairs = tuple(tables.pair)
        self._pair_index = {pair: index for index, pair in enumerate(self._pairs)}
        sizes = [len(cost) for cost in tables.unary]
        self._starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._poses_of = [np.arange(a, b) for a, b in pairwise(self._starts)]
        self._group = np.repeat(np.arange(len(sizes)), sizes)
        self._unary = np.concatenate(tables.unary)
        self._room = np.concatenate(tables.room)
        # of each pose its column in the solver, -1 where it has none yet
        self._column = np.full(len(self._group), -1, dtype=np.int64)
        self._at = np.full(int(tables.offsets[-1]), -1, dtype=np.int64)
        self._at[np.concatenate(tables.ids)] = np.arange(len(self._group))
        self._kinds: list[Cut | Row] = []
        self._entries: list[tuple[IntArray, FloatArray]] = []
        self._missing = np.zeros(len(self._group))
        self._solver = _new_solver()
        infinite = highspy.kHighsInf
        number = len(self._pairs)
        none = np.zeros(0, dtype=np.int32)
        self._solver.addCols(
            number, np.ones(number), np.full(number, -infinite), np.full(number, infinite), 0,
            np.zeros(number, dtype=np.int32), none, np.zeros(0),
        )  # fmt: skip
        for group in tables.region.groups:
            self._solver.addRow(float(group.count), float(group.count), 0, none, np.zeros(0))
        self._fixed_rows = len(sizes)
        everything = np.ones(len(self._group), dtype=bool)
        self._add_columns(np.flatnonzero(everything if first is None else np.concatenate(first)))
        self.add_cuts(cuts)
        self.add_rows(rows)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Clique rows in the program."""
        return tuple(kind for kind in self._kinds if not isinstance(kind, Cut))

    def add_cuts(self, cuts: Sequence[Cut]) -> None:
        """Add equation (3) for each cut."""
        columns: list[IntArray] = []
        entries: list[FloatArray] = []
        for cut in cuts:
            parts = [part for part in cut.coefficients(self._tables) if len(part)]
            poses = self._poses_of[cut.pair[0]]
            if len(parts) > 1:
                poses = np.concatenate([poses, self._poses_of[cut.pair[1]]])
            values = -np.concatenate(parts)
            self._append(cut, poses, values)
            at = self._column[poses]
            present = at >= 0
            columns.append(np.append(self._pair_index[cut.pair], at[present]))
            entries.append(np.append(1.0, values[present]))
        self._add_rows(columns, entries, lower=0.0, upper=highspy.kHighsInf)

    def add_rows(self, rows: Sequence[Row]) -> None:
        """Add equation (4) for each clique."""
        columns: list[IntArray] = []
        for row in rows:
            poses = self._at[list(row)]
            poses = poses[poses >= 0]
            self._append(row, poses, np.ones(len(poses)))
            at = self._column[poses]
            columns.append(at[at >= 0])
        entries = [np.ones(len(at)) for at in columns]
        self._add_rows(columns, entries, lower=-highspy.kHighsInf, upper=1.0)

    def _add_rows(
        self,
        columns: Sequence[IntArray],
        entries: Sequence[FloatArray],
        *,
        lower: float,
        upper: float,
    ) -> None:
        """Add rows with the same bounds at once."""
        if not columns:
            return
        number = len(columns)
        starts = np.concatenate([[0], np.cumsum([len(at) for at in columns])]).astype(np.int32)
        self._solver.addRows(
            number, np.full(number, lower), np.full(number, upper), int(starts[-1]), starts[:-1],
            np.concatenate(columns).astype(np.int32), np.concatenate(entries),
        )  # fmt: skip

    def _append(self, kind: Cut | Row, poses: IntArray, values: FloatArray) -> None:
        self._kinds.append(kind)
        self._entries.append((poses, values))

    def _add_columns(self, poses: IntArray) -> None:
        """Give some poses a column."""
        first = self._solver.getNumCol()
        self._column[poses] = first + np.arange(len(poses))
        rows, columns = [self._group[poses]], [np.arange(len(poses))]
        values: list[FloatArray] = [np.ones(len(poses))]
        place = np.full(len(self._group), -1, dtype=np.int64)
        place[poses] = np.arange(len(poses))
        for number, (of_row, entries) in enumerate(self._entries):
            at = place[of_row]
            new = np.flatnonzero(at >= 0)
            if len(new):
                rows.append(np.full(len(new), self._fixed_rows + number))
                columns.append(at[new])
                values.append(entries[new])
        row, column = np.concatenate(rows), np.concatenate(columns)
        value = np.concatenate(values)
        order = np.argsort(column, kind="stable")
        starts = np.searchsorted(column[order], np.arange(len(poses)))
        self._solver.addCols(
            len(poses), self._unary[poses], np.zeros(len(poses)), self._room[poses], len(order),
            starts.astype(np.int32), row[order].astype(np.int32), value[order],
        )  # fmt: skip

    def solve(self, clock: Clock) -> Relaxation | None:
        """Return the optimum within a time limit, None when it is not reached (or infeasible)."""
        status = self._run(clock)
        if status == highspy.HighsModelStatus.kInfeasible and (self._column < 0).any():
            # the poses that are left out may be what makes it feasible
            self._add_columns(np.flatnonzero(self._column < 0))
            status = self._run(clock)
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._solver.getSolution()
        values = np.array(solution.col_value)
        prices = np.array(solution.row_dual)[self._fixed_rows :]
        standing = np.where(self._column >= 0, np.clip(values[self._column], 0.0, None), 0.0)
        active = tuple(
            kind
            for kind, price in zip(self._kinds, prices, strict=True)
            if isinstance(kind, Cut) and price > 1e-9
        )
        dual = self._dual(prices)
        reduced = reduced_costs(self._tables, dual)
        least = [
            smallest_sum(cost, room, group.count)
            for cost, room, group in zip(
                reduced, self._tables.room, self._tables.region.groups, strict=True
            )
        ]
        group_price = np.array(solution.row_dual)[: self._fixed_rows]
        self._missing = np.concatenate(reduced) - group_price[self._group]
        return Relaxation(
            bound=sum(least) - float(dual.multipliers.sum()),
            positions=np.split(standing, self._starts[1:-1]),
            costs=values[: len(self._pairs)],
            dual=dual,
            active_cuts=active,
        )

    def _run(self, clock: Clock) -> highspy.HighsModelStatus:
        """Let the solver go on until the clock ends; its status."""
        pivot = PIVOT + PIVOT_WIDTH * (self._solver.getNumCol() + self._solver.getNumRow())
        if clock.by_work:
            most = 1 + int(min(clock.left() / pivot, MOST_PIVOTS))
            self._solver.setOptionValue("simplex_iteration_limit", most)
        else:
            until = self._solver.getRunTime() + max(clock.left(), 0.01)
            self._solver.setOptionValue("time_limit", until)
        self._solver.run()
        clock.spend(pivot * max(self._solver.getInfo().simplex_iteration_count, 0))
        return self._solver.getModelStatus()

    def add_missing(self, threshold: float) -> bool:
        """Add the poses that pay most after the last solution; whether there were any."""
        pays = np.flatnonzero((self._column < 0) & (self._missing < -threshold))
        pays = pays[np.argsort(self._missing[pays], kind="stable")][:COLUMNS_PER_ROUND]
        if len(pays):
            self._add_columns(pays)
        return bool(len(pays))

    def _dual(self, prices: FloatArray) -> Dual:
        total = dict.fromkeys(self._pairs, 0.0)
        row = {pair: np.zeros(len(self._tables.unary[pair[0]])) for pair in self._pairs}
        column = {pair: np.zeros(len(self._tables.unary[pair[1]])) for pair in self._pairs}
        rows: list[Row] = []
        multipliers: list[float] = []
        last: dict[tuple[int, int], Cut] = {}
        for kind, price in zip(self._kinds, prices, strict=True):
            if isinstance(kind, Cut):
                last[kind.pair] = kind
                if price > 0.0:
                    total[kind.pair] += price
                    row[kind.pair] += price * kind.row
                    column[kind.pair] += price * kind.column
            elif price < -1e-12:
                rows.append(kind)
                multipliers.append(-price)
        potentials = {
            pair: (row[pair] / total[pair], column[pair] / total[pair])
            if total[pair] > 1e-9
            else (last[pair].row, last[pair].column)
            for pair in self._pairs
        }
        return Dual(potentials=potentials, rows=tuple(rows), multipliers=np.array(multipliers))


class _SilentHighs(highspy.Highs):
    """HiGHS without the banner, which its constructor would write to stdout."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def _new_solver() -> highspy.Highs:
    solver = _SilentHighs()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("solver", "simplex")
    return solver
