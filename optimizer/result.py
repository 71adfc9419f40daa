"""The outcome of an optimization.

In: what the solver found and how long it took. Out: `Result`, and its `result.json` form (the
contract is section "result.json" of the design; `report.results` writes it).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from optimizer.errors import NoLayoutError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation

__all__ = [
    "BoundStep",
    "ConflictEntry",
    "CountTrial",
    "HistoryPoint",
    "Result",
    "Seconds",
    "Status",
    "WalkingBound",
]


class Status(StrEnum):
    """How far an optimization came."""

    OPTIMAL = "OPTIMAL"  #: no layout of the candidate poses is better
    FEASIBLE = "FEASIBLE"  #: a layout, with a gap to the bound
    INFEASIBLE = "INFEASIBLE"  #: no layout can keep the hard rules
    UNKNOWN = "UNKNOWN"  #: the time was too short to find a layout or to prove that there is none


@dataclass(frozen=True, kw_only=True)
class HistoryPoint:
    """Best objective and bound at a time since the start, seconds."""

    seconds: float
    objective: float
    bound: float


@dataclass(frozen=True, kw_only=True)
class Seconds:
    """Wall-clock seconds by stage."""

    build: float
    solve: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.build + self.solve


@dataclass(frozen=True, kw_only=True)
class BoundStep:
    """What one method of the bound reached.

    Parameters
    ----------
    method
        Its name.
    value
        Best bound after it, objective units an hour.
    seconds
        Wall time since the bound was begun.
    open_poses
        Poses that a layout better than the best known may still use; the others are closed.
    regions
        Regions of layouts bounded by then.
    """

    method: str
    value: float
    seconds: float
    open_poses: int
    regions: int


@dataclass(frozen=True, kw_only=True)
class WalkingBound:
    """The proof about walking.

    Parameters
    ----------
    value
        Weighted walking (customers and staff) cannot be less, objective units an hour.
    table_cost
        Weighted walking of the best layout by the distance tables of the bound.
    true_cost
        The same walked around the furniture.
    method
        How the bound was obtained.
    poses
        Candidate poses that it holds for.
    pitch
        Widest grid that these poses lie on, metres.
    steps
        What each method of the bound reached, in order.
    file
        Bytes of `certificate.npz`, which `verify` goes through again; empty without one.
    """

    value: float
    table_cost: float
    true_cost: float
    method: str
    poses: int
    pitch: float
    steps: tuple[BoundStep, ...] = ()
    file: bytes = b""

    @property
    def search_gap(self) -> float:
        """Bound to table cost, as a share of the true cost."""
        return _share(self.table_cost - self.value, self.true_cost)

    @property
    def detour_gap(self) -> float:
        """Table cost to true cost, as a share of the true cost."""
        return _share(self.true_cost - self.table_cost, self.true_cost)

    @property
    def gap(self) -> float:
        """Bound to true cost, as a share of the true cost."""
        return _share(self.true_cost - self.value, self.true_cost)


@dataclass(frozen=True, kw_only=True)
class ConflictEntry:
    """One rule or wish of a smallest set that cannot hold together, and the least change of it.

    Or, where time ran out before such a set was proven, one rule that the best layout breaks.

    Parameters
    ----------
    rules
        Ids of the rules meant; PLC-11 for a wish of the brief.
    sentence, sentence_zh
        The rule, its value, what would do instead, and where, in English and Chinese.
    value, relaxed_to, unit
        What is asked for, and the nearest value that would do; None where there is no number.
    where
        Place in the plan, metres, or None.
    proven
        Whether the set was proven; if not, `relaxed_to` is what the layout found has.
    """

    rules: tuple[str, ...]
    sentence: str
    value: float | None
    relaxed_to: float | None
    unit: str
    where: tuple[float, float] | None
    sentence_zh: str = ""
    proven: bool = True


@dataclass(frozen=True, kw_only=True)
class CountTrial:
    """One choice of numbers within the ranges of a study, and how far it was looked at.

    Parameters
    ----------
    counts
        Fixtures by type.
    objective
        Best objective found with them; None where none was looked for, or none was found.
    bound
        No layout with them has a lower objective.
    """

    counts: Mapping[str, int]
    objective: float | None
    bound: float


@dataclass(frozen=True, kw_only=True)
class Result:
    """The outcome of an optimization.

    Parameters
    ----------
    status
        See `Status`.
    layout, evaluation
        The best layout and what is measured of it; None without one.
    bound
        Proven lower bound of the objective; None where none was found.
    walking
        The proof about walking, or None.
    conflict
        Why nothing fits, one sentence each; empty where something does.
    conflict_rules
        The smallest set of rules and wishes that cannot hold together, where it was found; else
        the hard rules that the layout breaks.
    limits_reached
        Best value of each limit that the layout breaks, by measure: its own or that of another
        layout that the search met.
    history
        Best objective and bound over time.
    counts
        Choices of numbers that were considered, the chosen one first; empty where the study leaves
        no choice.
    at_most
        So many fixtures were allowed to move from today's layout; None for all.
    notes
        What a planner should know about the result, one sentence each.
    seconds
        Wall-clock time by stage.
    seed, workers
        What it was run with.
    budget
        "seconds" (not reproducible) or "steps".
    versions
        Versions of the package and of the libraries that matter.
    """

    status: Status
    layout: Layout | None
    evaluation: Evaluation | None
    bound: float | None
    walking: WalkingBound | None
    conflict: tuple[str, ...]
    history: tuple[HistoryPoint, ...]
    seconds: Seconds
    seed: int
    workers: int
    budget: str
    versions: Mapping[str, str]
    counts: tuple[CountTrial, ...] = ()
    at_most: int | None = None
    notes: tuple[str, ...] = ()
    conflict_rules: tuple[ConflictEntry, ...] = ()
    limits_reached: Mapping[str, float] = field(default_factory=dict)

    @property
    def objective(self) -> float | None:
        """Objective of the best layout; None without one."""
        return self.evaluation.objective.value if self.evaluation else None

    @property
    def gap(self) -> float | None:
        """(objective − bound) / objective; None without either."""
        if self.objective is None or self.bound is None:
            return None
        return _share(self.objective - self.bound, self.objective)

    def raise_for_status(self) -> Result:
        """Return the result itself, or raise `NoLayoutError` where it holds no layout."""
        if self.layout is None:
            raise NoLayoutError(*(self.conflict or (f"no layout was found: {self.status}",)))
        return self

    def summary(self) -> str:
        """Status, gap, metres per customer, encounters, waits and rule breaches, in a few lines."""
        if self.evaluation is None or self.layout is None:
            return "\n".join([f"{self.status}: no layout", *self.conflict])
        e = self.evaluation
        rows: list[tuple[str, Any]] = [
            ("status", self.status),
            ("objective", f"{e.objective.value:.1f}"),
            ("gap", "–" if self.gap is None else f"{self.gap:.1%}"),
            ("walking gap", "–" if self.walking is None else f"{self.walking.gap:.1%}"),
            ("metres per customer", f"{e.walking.metres_per_customer:.2f}"),
            ("encounters per hour", f"{e.crossing.encounters_per_hour:.2f}"),
            ("longest mean wait (min)", f"{_longest_wait(e):.1f}"),
            ("hard rules broken", len(e.broken)),
        ]
        return "\n".join(f"{name:<24}{value}" for name, value in rows)


def _longest_wait(evaluation: Evaluation) -> float:
    return max((w.mean_minutes for w in evaluation.waiting.values()), default=0.0)


def _share(part: float, whole: float) -> float:
    """Part of the whole, 0 for rounding below 1e-9 of it and where there is nothing."""
    return 0.0 if whole <= 0 or part < 1e-9 * whole else part / whole
