"""The Kantorovich-cut linear program of a region in HiGHS.

In come working tables, cuts and cell rows; out come fractional positions and a `Dual`.

    min  Σ_g Σ_p unary_g(p) z_g(p) + Σ_gh D_gh                                                   (1)
    s.t. Σ_p z_g(p) = n_g,  0 <= z_g(p) <= room_g(p)                                             (2)
         D_gh >= Σ α(p) z_g(p) + Σ β(q) z_h(q)      for each cut of the pair (g, h)              (3)
         Σ a x <= 1                                 for each cell row (see `duals`)              (4)

Rows are added as they are violated. The duals of (3) of one pair sum to 1, so the averaged cut is
a feasible potential of the pair; with the duals of (4) it is the `Dual` whose value is worked out
without the solver. The solver's own objective value is never used as a bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse

from optimizer.place.bound.duals import Row
from optimizer.place.bound.problem import FloatArray, IntArray, SparseMatrix
from optimizer.place.bound.proof import Dual
from optimizer.place.bound.tables import Tables
from optimizer.place.bound.transport_cuts import Cut

VIOLATION = 1e-6  # of a cell row, in fixtures
CELL_ROWS_PER_ROUND = 40


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """An optimal solution of the program in its present state.

    Attributes
    ----------
    objective
        The solver's objective value; a guide for the rounds, not a bound.
    positions
        z per group.
    costs
        D per pair, in the order of the tables.
    dual
        Averaged potentials and cell prices.
    active_cuts
        Cuts with a positive dual.
    """

    objective: float
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
        First cell rows.
    """

    def __init__(self, tables: Tables, cuts: Sequence[Cut], rows: Sequence[Row] = ()) -> None:
        self._tables = tables
        self._pairs = tuple(tables.pair)
        self._pair_index = {pair: index for index, pair in enumerate(self._pairs)}
        sizes = [len(cost) for cost in tables.unary]
        self._starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._kinds: list[Cut | Row] = []
        self._solver = _new_solver()
        infinite = highspy.kHighsInf
        width = int(self._starts[-1])
        number = len(self._pairs)
        none = np.zeros(0, dtype=np.int32)
        self._solver.addCols(
            width + number,
            np.concatenate([*tables.unary, np.ones(number)]),
            np.concatenate([np.zeros(width), np.full(number, -infinite)]),
            np.concatenate([*tables.room, np.full(number, infinite)]),
            0,
            np.zeros(width + number, dtype=np.int32),
            none,
            np.zeros(0),
        )
        for g, group in enumerate(tables.region.groups):
            columns = np.arange(self._starts[g], self._starts[g + 1], dtype=np.int32)
            count = float(group.count)
            self._solver.addRow(count, count, len(columns), columns, np.ones(len(columns)))
        self._fixed_rows = len(sizes)
        self._held, self._needs, self._shared = _cells_by_column(tables)
        self.add_cuts(cuts)
        self.add_cell_rows(rows)

    @property
    def cell_rows(self) -> tuple[Row, ...]:
        """Cell rows in the program."""
        return tuple(kind for kind in self._kinds if not isinstance(kind, Cut))

    def add_cuts(self, cuts: Sequence[Cut]) -> None:
        """Add equation (3) for each cut."""
        for cut in cuts:
            first, second = cut.coefficients(self._tables)
            distance = self._starts[-1] + self._pair_index[cut.pair]
            indices = [
                self._starts[g] + np.arange(len(part))
                for g, part in zip(cut.pair, (first, second), strict=True)
            ]
            self._solver.addRow(
                0.0,
                highspy.kHighsInf,
                1 + len(first) + len(second),
                np.concatenate([[distance], *indices]).astype(np.int32),
                np.concatenate([[1.0], -first, -second]),
            )
            self._kinds.append(cut)

    def add_cell_rows(self, rows: Sequence[Row]) -> None:
        """Add equation (4) for each cell row."""
        for row in rows:
            indices, values = self._cell_row(row)
            self._solver.addRow(
                -highspy.kHighsInf, 1.0, len(indices), indices.astype(np.int32), values
            )
            self._kinds.append(row)

    def solve(self, seconds: float) -> Relaxation | None:
        """Return the optimum within a time limit, None when it is not reached (or infeasible)."""
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + max(seconds, 0.01))
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._solver.getSolution()
        values = np.array(solution.col_value)
        prices = np.array(solution.row_dual)[self._fixed_rows :]
        positions = [
            np.clip(values[first:last], 0.0, None)
            for first, last in zip(self._starts[:-1], self._starts[1:], strict=True)
        ]
        active = tuple(
            kind
            for kind, price in zip(self._kinds, prices, strict=True)
            if isinstance(kind, Cut) and price > 1e-9
        )
        return Relaxation(
            objective=self._solver.getInfo().objective_function_value,
            positions=positions,
            costs=values[self._starts[-1] :],
            dual=self._dual(prices),
            active_cuts=active,
        )

    def violated_cell_rows(self, positions: list[FloatArray]) -> list[Row]:
        """Return the most violated cell rows at fractional positions, worst first."""
        if self._held is None:
            return []
        total = self._held.T @ np.concatenate(positions)
        found = _excess(total, -1)
        for g, part in self._shared.items():
            extra = (part.T @ positions[g]) / self._tables.region.groups[g].count
            found += _excess(np.where(extra > VIOLATION, total + extra, 0.0), g)
        found += self._anchored_rows(np.concatenate(positions), total)
        known = set(self.cell_rows)
        chosen: list[Row] = []
        seen: set[float] = set()
        for excess, row in sorted(found, reverse=True):
            # neighbouring cells under the same poses give the same row: equal excess tells
            mark = round(excess, 9)
            if row not in known and mark not in seen:
                seen.add(mark)
                chosen.append(row)
            if len(chosen) == CELL_ROWS_PER_ROUND:
                break
        return chosen

    def _anchored_rows(self, positions: FloatArray, total: FloatArray) -> list[tuple[float, Row]]:
        """Violated rows of cells that are held by some and shared by the holders of an anchor."""
        if not self._needs.nnz:
            return []
        used = np.flatnonzero(positions > VIOLATION)
        weighted = scipy.sparse.diags(positions[used]) @ self._held.tocsr()[used]
        together = (self._needs.tocsr()[used].T @ weighted).tocoo()
        load = total[together.row] + together.data
        broken = (load > 1.0 + VIOLATION) & (total[together.row] > VIOLATION)
        return [
            (float(excess), (int(cell), -1, int(anchor)))
            for excess, cell, anchor in zip(
                load[broken], together.row[broken], together.col[broken], strict=True
            )
        ]

    def _cell_row(self, row: Row) -> tuple[IntArray, FloatArray]:
        cell, group, anchor = row
        poses = _column(self._held, cell)
        if anchor >= 0:
            more = np.intersect1d(_column(self._needs, cell), _column(self._held, anchor))
            return np.concatenate([poses, more]), np.ones(len(poses) + len(more))
        if group < 0 or group not in self._shared:
            return poses, np.ones(len(poses))
        more = _column(self._shared[group], cell)
        count = self._tables.region.groups[group].count
        return (
            np.concatenate([poses, self._starts[group] + more]),
            np.concatenate([np.ones(len(poses)), np.full(len(more), 1.0 / count)]),
        )

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


def _cells_by_column(
    tables: Tables,
) -> tuple[SparseMatrix, SparseMatrix, dict[int, SparseMatrix]]:
    """Held and shared cells of all groups' poses stacked, and shared cells per group; by column."""
    if any(held is None for held in tables.held):
        return None, None, {}
    shared = {g: part.tocsc() for g, part in enumerate(tables.shared) if part.nnz}
    stacked = (scipy.sparse.vstack(parts).tocsc() for parts in (tables.held, tables.shared))
    return *stacked, shared


def _column(matrix: SparseMatrix, cell: int) -> IntArray:
    """Rows with an entry in one column."""
    return np.asarray(matrix.indices[matrix.indptr[cell] : matrix.indptr[cell + 1]], dtype=np.int64)


def _excess(load: FloatArray, group: int) -> list[tuple[float, Row]]:
    cells = np.flatnonzero(load > 1.0 + VIOLATION)
    return [(float(load[cell]), (int(cell), group, -1)) for cell in cells]
