"""The proof about walking: the lower bound and what it is held against.

In: a placement problem and the layout with the least walking met. Out: `Proof`.

The bound engine is told the *true* walking of the best layout known. It may then drop poses that
only dearer layouts use: what it returns means "no layout of these candidates walks less than the
smaller of this value and that walking", which is all that a gap needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.demand.flows import PersonClass
from optimizer.place.bound import lower_bound
from optimizer.place.table_problem import make_table_problem
from optimizer.result import WalkingBound

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.evaluation import Evaluation
    from optimizer.place.problem import PlacementProblem
    from optimizer.place.search import Found

__all__ = ["Proof", "prove"]

#: The tables hold single precision: their sums may be this share above the exact ones.
ROUNDING = 3e-7


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A lower bound of the weighted walking of every layout of the candidate poses.

    Parameters
    ----------
    value
        Objective units an hour.
    method
        How it was obtained.
    poses, pitch
        Number of candidate poses and the widest grid that they lie on, metres.
    metres
        Weight of a metre that a customer walks, and of one that staff walk.
    """

    value: float
    method: str
    poses: int
    pitch: float
    metres: tuple[float, float]

    def held_against(self, evaluation: Evaluation, table: float) -> WalkingBound:
        """The bound beside the walking of a layout, by its table cost and in truth."""
        walked = evaluation.walking
        customers, staff = self.metres
        true = customers * walked.person_metres_per_hour
        true += staff * walked.staff_person_metres_per_hour
        return WalkingBound(
            value=min(self.value, true),
            table_cost=min(max(table, self.value), true),
            true_cost=true,
            method=self.method,
            poses=self.poses,
            pitch=self.pitch,
        )


def prove(
    problem: PlacementProblem,
    least: Found,
    *,
    seconds: float,
    on_better: Callable[[float], None] = lambda value: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Proof:
    """The best lower bound of the weighted walking found in the time.

    Parameters
    ----------
    problem
        The placement problem; its tables charge no layout more than it truly walks.
    least
        The layout that walks least of all met.
    seconds
        Wall time.
    on_better
        Told each better bound.
    should_stop
        Asked often; True ends the work.
    """
    known = least.score.walking
    bound = lower_bound(
        make_table_problem(problem),
        upper_bound=known,
        time_limit=seconds,
        on_progress=lambda value, method, at: on_better(min(value, known)),
        should_stop=should_stop,
    )
    value = min(bound.value * (1 - ROUNDING), known)
    on_better(value)
    return Proof(
        value=value,
        method=bound.method,
        poses=sum(len(poses) for poses in problem.candidates),
        pitch=problem.pitch,
        metres=(
            problem.study.metre_weight(PersonClass.CUSTOMER),
            problem.study.metre_weight(PersonClass.STAFF),
        ),
    )
