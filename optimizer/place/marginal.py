"""What one more of each kind of fixture is worth.

In: a study, and a layout to start from. Out: a table: for each type one more fixture of it, what it
does to the objective, to its terms, and to the minutes that people wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.waiting import compute_waiting
from optimizer.diagnose import ordinal
from optimizer.evaluate import waiting_seconds
from optimizer.place.counts import has_choice
from optimizer.place.homes import counts_of
from optimizer.place.optimize import optimize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.equipment.layout import Layout
    from optimizer.result import Result, Status
    from optimizer.study import Study

__all__ = ["AddedFixture", "marginal_values"]

#: Share of the time that the layout without additions gets.
BASE = 0.3
#: Seconds of an hour in a minute.
SECONDS_PER_MINUTE = 60.0


@dataclass(frozen=True, kw_only=True)
class AddedFixture:
    """One more fixture of a type.

    Parameters
    ----------
    type, label
        The type.
    count
        Fixtures of it without the addition.
    objective
        Objective with the addition; None where no place was found for it.
    saved
        How much lower that is than without, objective units an hour; negative where it is worse.
    terms
        The same by term of the objective.
    waiting_minutes_saved
        Minutes less that a customer waits, on average over all customers; inf where a queue grows
        without end before and not after.
    status
        INFEASIBLE where one more does not fit.
    """

    type: str
    label: str
    count: int
    objective: float | None
    saved: float | None
    terms: Mapping[str, float]
    waiting_minutes_saved: float
    status: Status

    @property
    def sentence(self) -> str:
        """What it is worth, for people."""
        what = f"{ordinal(self.count + 1)} {self.label}"
        if self.saved is None:
            return f"The {what} finds no place."
        minutes = self.waiting_minutes_saved
        waits = (
            f"saves {minutes:.1f} min of waiting per customer"
            if np.isfinite(minutes)
            else "ends a queue that grows without end"
        )
        return f"The {what} {waits} and changes the objective by {-self.saved:+.0f} an hour."


def marginal_values(
    study: Study,
    *,
    layout: Layout | None = None,
    types: tuple[str, ...] | None = None,
    time_limit: float = 120.0,
    steps: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[AddedFixture, ...]:
    """What one more fixture of each type is worth.

    Each addition is laid out anew, starting from the layout without it, so that the room it takes
    and the ways it changes are in the figures.

    Parameters
    ----------
    study
        The brief; ranges are settled as in `layout`, or at the numbers that `optimize` chooses.
    layout
        The layout without additions; found first where it is not given.
    types
        Types asked about; by default all that the study places and that serve somebody.
    time_limit
        Seconds of wall time for all of them together.
    steps, seed, workers, should_stop
        As `optimize` takes them.

    Returns
    -------
    tuple of AddedFixture
        The most valuable first; those without a place last.
    """
    share = time_limit * BASE

    def lay_out(brief: Study, start: Layout | None, seconds: float) -> Result:
        return optimize(
            brief,
            time_limit=seconds,
            steps=steps,
            seed=seed,
            workers=workers,
            start=start,
            should_stop=should_stop,
        )

    if layout is not None and has_choice(study):
        study = study.with_counts(counts_of(study, layout))
    base = lay_out(study, layout, share).raise_for_status()
    if base.layout is None or base.evaluation is None:
        return ()  # raise_for_status has spoken
    study = study.with_counts(counts_of(study, base.layout))
    places = {group.type: 0 for group in study.groups}
    for group in study.groups:
        places[group.type] += group.max
    asked = types or tuple(name for name in places if study.types[name].servers)
    rows = []
    for name in asked:
        more = study.with_count(name, places[name] + 1)
        result = lay_out(more, base.layout, (time_limit - share) / len(asked))
        rows.append(_value(study, more, name, places[name], base, result))
        if should_stop():
            break
    return tuple(sorted(rows, key=lambda row: (row.saved is None, -(row.saved or 0.0), row.type)))


def _value(
    study: Study, more: Study, name: str, count: int, base: Result, result: Result
) -> AddedFixture:
    """The row of one type."""
    one, other = base.evaluation, result.evaluation
    terms = {}
    if one is not None and other is not None:
        terms = {
            term: one.objective.terms[term] - value for term, value in other.objective.terms.items()
        }
    return AddedFixture(
        type=name,
        label=study.types[name].label,
        count=count,
        objective=result.objective,
        saved=None if result.objective is None else (base.objective or 0.0) - result.objective,
        terms=terms,
        waiting_minutes_saved=_minutes(study) - _minutes(more),
        status=result.status,
    )


def _minutes(study: Study) -> float:
    """Minutes that a customer waits on average, at all stops together."""
    seconds = waiting_seconds(compute_waiting(study))
    people = study.arrivals_per_hour
    return seconds / SECONDS_PER_MINUTE / people if people else 0.0
