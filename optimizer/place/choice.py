"""The choice among the layouts that were found: the judge has the last word.

In: layouts of the search, and layouts known before. Out: the best one that keeps all hard rules, or
else the one that breaks fewest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.flows import PersonClass
from optimizer.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.place.problem import PlacementProblem
    from optimizer.place.search import Found

__all__ = ["Chosen", "choose"]

#: Of the layouts found, so many are judged at most to find one that keeps all hard rules.
JUDGED = 12


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A judged layout.

    Parameters
    ----------
    layout, evaluation
        The layout and what the judge says of it.
    table
        Its walking by the distance tables; of a layout off the candidates its true walking.
    known
        Whether it is a layout known before that nothing found is better than.
    """

    layout: Layout
    evaluation: Evaluation
    table: float
    known: bool = False


def _worth_judging(found: Sequence[Found]) -> list[Found]:
    """The layouts to judge: of those whose broken rules are known the best, then the others.

    Where it keeps all rules, only those of the others that are better than it.
    """
    known = [one for one in found if one.broken is not None]
    others = [one for one in found if one.broken is None]
    if not known:
        return others[:JUDGED]
    best = min(known, key=lambda one: one.rank)
    better = [one for one in others if best.broken or one.score.value < best.score.value]
    return [best, *better][:JUDGED]


def choose(
    problem: PlacementProblem,
    found: Sequence[Found],
    known: Sequence[Layout],
    *,
    hurry: Callable[[], bool],
    mended: bool = False,
) -> Chosen:
    """The best layout.

    Parameters
    ----------
    problem
        What the layouts are of.
    found
        Layouts of the search, best first.
    known
        Complete layouts known before; one that keeps all hard rules is never given up for a worse.
    hurry
        Whether to be content with what was judged so far.
    mended
        Whether one that breaks hard rules is mended after this: its worst places and guide lines
        are not worth their time then.
    """
    study = problem.study
    judged: list[tuple[tuple[int, float], Layout, float, bool, Evaluation]] = []
    for one in _worth_judging(found):
        layout = problem.layout(one.chosen)
        evaluation = evaluate(study, layout, shells=problem.shells, places=False)
        rank = (len(evaluation.broken), evaluation.objective.value)
        judged.append((rank, layout, problem.table_cost(one.chosen), False, evaluation))
        if hurry() or not (evaluation.broken or one.broken == 0):
            break
    for layout in known:
        evaluation = evaluate(study, layout, shells=problem.shells, places=False)
        rank = (len(evaluation.broken), evaluation.objective.value)
        judged.append((rank, layout, np.nan, True, evaluation))
    # of equals the one that the search found
    _, layout, table, before, evaluation = min(judged, key=lambda row: (row[0], row[3]))
    if not (mended and evaluation.broken):
        # once more, with the worst places and guide lines
        evaluation = evaluate(study, layout, shells=problem.shells)
    if before:
        walked = evaluation.walking
        table = study.metre_weight(PersonClass.CUSTOMER) * walked.person_metres_per_hour
        table += study.metre_weight(PersonClass.STAFF) * walked.staff_person_metres_per_hour
    return Chosen(layout=layout, evaluation=evaluation, table=table, known=before)
