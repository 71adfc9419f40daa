"""The model of the hard rules as CP-SAT holds it, rule by rule.

In: a stock of poses and the hard rules. Out: `RuleModel`, which finds a layout that keeps some of
the rules and holds some of the kinds, or proves that there is none. `place.feasibility` states
the model; every rule and every kind has a literal, so that each can be left out by itself.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

from optimizer.place.cells import cover_cells
from optimizer.place.rule_cuts import breaks, cuts_of
from optimizer.place.rule_forms import (
    FORMS,
    Clause,
    Form,
    clauses_of,
    is_decided_broken,
    pose_mask,
    sum_of,
)
from optimizer.place.rule_pairs import pair_shapes
from optimizer.result import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from optimizer.place.shapes import Shapes
    from optimizer.place.stock import Choice, Stock
    from optimizer.rules.model import Rule

__all__ = ["Answer", "RuleModel"]

#: Sums are compared in thousandths.
SCALE = 1000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """FEASIBLE with the blocks, INFEASIBLE with the rules and kinds that suffice, or UNKNOWN.

    Parameters
    ----------
    status
        See `Status`.
    chosen
        Kind and pose of every block; empty without a layout.
    rules, kinds
        Rules and kinds, among those asked for, that the solver used to prove that there is none.
    """

    status: Status
    chosen: tuple[Choice, ...] = ()
    rules: frozenset[str] = frozenset()
    kinds: frozenset[int] = frozenset()


class RuleModel:
    """All hard rules over one stock of poses.

    Parameters
    ----------
    stock
        Kinds, poses, hard rules.
    counts
        Blocks of each kind; those of the brief by default.
    """

    def __init__(self, stock: Stock, counts: Sequence[int] | None = None) -> None:
        self.stock = stock
        self._counts = counts or [kind.count for kind in stock.kinds]
        self._model = cp_model.CpModel()
        self._stands = [
            [self._model.new_bool_var(f"{k}@{p}") for p in range(len(poses))]
            for k, poses in enumerate(stock.poses)
        ]
        self._asked = [self._model.new_bool_var(f"kind {k}") for k in range(len(stock.kinds))]
        self._kept = {rule.id: self._model.new_bool_var(rule.id) for rule in stock.rules}
        self._present: dict[int, cp_model.IntVar] = {}
        self._hint: tuple[Choice, ...] = ()
        for k, own in enumerate(self._stands):
            self._model.add(sum(own) == self._counts[k]).only_enforce_if(self._asked[k])
            # what nobody asks for may still stand: a rule may want it
            self._model.add(sum(own) <= self._counts[k])
        self._add_cells()
        for rule in stock.rules:
            self._add(rule)

    @cached_property
    def _pairs(self) -> Mapping[str, Shapes]:
        radius = self.stock.study.walking.radius
        return {
            rule.id: pair_shapes(rule, self.stock.kinds, radius)
            for rule in self.stock.rules
            if FORMS[rule.check] in (Form.PAIR, Form.FILTER_AND_PAIR)
        }

    def hint(self, chosen: Sequence[Choice]) -> None:
        """Look for a layout near this one first."""
        self._hint = tuple(chosen)

    def solve(
        self,
        *,
        time_limit: float,
        rules: Collection[str] | None = None,
        kinds: Collection[int] | None = None,
        traced: bool = False,
        seed: int = 1,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """A layout of some kinds that keeps some rules, or the proof that there is none.

        Parameters
        ----------
        time_limit
            Seconds.
        rules, kinds
            Ids of rules to keep, and indices of kinds to place; all by default.
        traced
            Whether a proof is to name the rules and kinds that it used: much slower.
        seed
            Of the solver; one worker, so that a run can be repeated.
        should_stop
            Asked between solutions; True ends with UNKNOWN.
        """
        wanted = [r for r in self.stock.rules if rules is None or r.id in rules]
        placed = range(len(self._asked)) if kinds is None else kinds
        self._assume({r.id for r in wanted}, set(placed), traced=traced)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        # many quick solutions of a growing model of clauses: presolving each is the dear part
        solver.parameters.linearization_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.max_presolve_iterations = 1
        end = time.perf_counter() + time_limit
        while True:
            left = end - time.perf_counter()
            if left <= 0 or should_stop():
                return Answer(status=Status.UNKNOWN)
            solver.parameters.max_time_in_seconds = left
            self._suggest()
            status = solver.solve(self._model)
            if status == cp_model.INFEASIBLE:
                core = solver.sufficient_assumptions_for_infeasibility() if traced else ()
                return self._refuted(set(core), {r.id for r in wanted}, set(placed))
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                return Answer(status=Status.UNKNOWN)
            chosen = tuple(
                (k, p)
                for k, own in enumerate(self._stands)
                for p, x in enumerate(own)
                if solver.boolean_value(x)
            )
            self._hint = chosen
            if not self.learn(chosen, wanted, until=end):
                return Answer(status=Status.FEASIBLE, chosen=chosen)

    def allows(self, chosen: Sequence[Choice], rules: Collection[str]) -> bool:
        """Whether what the model holds of some rules so far lets a layout be."""
        self._assume(set(rules), {k for k, _ in chosen}, traced=False)
        standing = set(chosen)
        for k, own in enumerate(self._stands):
            for p, x in enumerate(own):
                x.proto.domain[0] = x.proto.domain[1] = int((k, p) in standing)
        status = cp_model.CpSolver().solve(self._model)
        for own in self._stands:
            for x in own:
                x.proto.domain[0], x.proto.domain[1] = 0, 1
        return status in (cp_model.OPTIMAL, cp_model.FEASIBLE)

    def learn(
        self, chosen: Sequence[Choice], rules: Sequence[Rule], *, until: float = float("inf")
    ) -> bool:
        """Add what a layout breaks, cheap rules first; whether it breaks any.

        Parameters
        ----------
        chosen, rules
            The layout, and what it is held against.
        until
            When there is no more time, by `time.perf_counter`: what was not yet looked at then
            counts as broken.
        """
        found = False
        for rule in rules:
            if rule.id in self._pairs:
                found |= self._forbid_pairs(rule, chosen)
        for rule in rules:
            if time.perf_counter() > until:
                return True
            # what is broken already hides nothing: the dearer rules are asked of clean layouts
            if not found and FORMS[rule.check] is Form.CUT and breaks(rule, self.stock, chosen):
                found = True
                for clause in cuts_of(rule, self.stock, chosen):
                    self._add_clause(rule, clause)
                    if time.perf_counter() > until:
                        break
        return found

    def _assume(self, rules: set[str], kinds: set[int], *, traced: bool) -> None:
        """Set the literals: fixed, which is quick, or assumed, which tells what was used."""
        self._model.clear_assumptions()
        wanted = [(lit, rule in rules) for rule, lit in self._kept.items()]
        wanted += [(lit, k in kinds) for k, lit in enumerate(self._asked)]
        for lit, on in wanted:
            lit.proto.domain[0] = int(on and not traced)
            lit.proto.domain[1] = int(on or traced)
        if traced:
            self._model.add_assumptions([lit if on else ~lit for lit, on in wanted])

    def _suggest(self) -> None:
        self._model.clear_hints()  # type: ignore[no-untyped-call]
        if not self._hint:
            return
        near = set(self._hint)
        for k, own in enumerate(self._stands):
            for p, x in enumerate(own):
                self._model.add_hint(x, (k, p) in near)

    def _refuted(self, core: set[int], rules: set[str], kinds: set[int]) -> Answer:
        """The solver's core; all that was asked for where it names none."""
        used = {rule for rule, lit in self._kept.items() if lit.index in core} & rules
        placed = {k for k, lit in enumerate(self._asked) if lit.index in core} & kinds
        if not used and not placed:
            used, placed = rules, kinds
        return Answer(status=Status.INFEASIBLE, rules=frozenset(used), kinds=frozenset(placed))

    def _add_cells(self) -> None:
        """No two footprints hold one cell: what PLC-03 says, in the form that the solver likes."""
        if not any(rule.check == "overlap" for rule in self.stock.rules):
            return
        holders: dict[int, list[cp_model.IntVar]] = {}
        for k, matrix in enumerate(cover_cells(self.stock.problem).held):
            entries = matrix.tocoo()
            for pose, cell in zip(entries.row.tolist(), entries.col.tolist(), strict=True):
                holders.setdefault(cell, []).append(self._stands[k][pose])
        for own in holders.values():
            if len(own) > 1:
                self._model.add_at_most_one(own)

    def _add(self, rule: Rule) -> None:
        """Add the form of one rule, or nothing where it is added lazily."""
        form, kept = FORMS[rule.check], self._kept[rule.id]
        if form in (Form.FILTER, Form.FILTER_AND_PAIR):
            for k, own in enumerate(self._stands):
                wrong = np.flatnonzero(~pose_mask(rule, self.stock, k)).tolist()
                if wrong:
                    self._model.add_bool_and([~own[p] for p in wrong]).only_enforce_if(kept)
        elif form is Form.DECIDED:
            if is_decided_broken(rule, self.stock):
                self._model.add_bool_or(~kept)
        elif form is Form.SUM:
            weights, least = sum_of(rule, self.stock)
            terms = [round(w * SCALE) * sum(own) for w, own in zip(weights, self._stands,
                     strict=True) if w and own]  # fmt: skip
            need = int(np.ceil(least * SCALE - 1e-6)) if np.isfinite(least) else 10**9
            self._model.add(sum(terms) >= need).only_enforce_if(kept)
        elif form is Form.CLAUSE:
            for clause in clauses_of(rule, self.stock):
                self._add_clause(rule, clause)

    def _add_clause(self, rule: Rule, clause: Clause) -> None:
        self._model.add_bool_or(
            [
                ~self._kept[rule.id],
                *(~self._asked[k] for k in clause.about),
                *(~self._stands[k][p] for k, p in clause.standing),
                *(~self._is_present(k) for k in clause.present),
                *(self._stands[k][p] for k, p in clause.unless),
                *(self._is_present(k) for k in clause.unless_present),
            ]
        )

    def _is_present(self, k: int) -> cp_model.IntVar:
        if k not in self._present:
            own = self._model.new_bool_var(f"any {k}")
            self._model.add_max_equality(own, [0, *self._stands[k]])
            self._present[k] = own
        return self._present[k]

    def _forbid_pairs(self, rule: Rule, chosen: Sequence[Choice]) -> bool:
        """Forbid all poses that clash with the clashing ones of a layout."""
        shapes, found = self._pairs[rule.id], False
        for i, (k, p) in enumerate(chosen):
            for m, q in chosen[i + 1 :]:
                if not self._clash(shapes, k, p, m, [q])[0]:
                    continue
                found = True
                for one, pose, other in ((k, p, m), (m, q, k)):
                    every = list(range(len(self._stands[other])))
                    clashing = np.flatnonzero(self._clash(shapes, one, pose, other, every))
                    forbidden = [
                        ~self._stands[other][c]
                        for c in clashing.tolist()
                        if (one, pose) != (other, c)
                    ]
                    self._model.add_bool_and(forbidden).only_enforce_if(
                        self._stands[one][pose], self._kept[rule.id]
                    )
        return found

    def _clash(
        self, shapes: Shapes, k: int, p: int, m: int, poses: Sequence[int]
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which of some poses of kind m clash with one pose of kind k."""
        row: np.ndarray[tuple[int], np.dtype[np.bool_]] = shapes.conflicts(
            k, self.stock.poses[k][p : p + 1], m, self.stock.poses[m][list(poses)]
        )[0]
        return row
