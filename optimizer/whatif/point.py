"""One point of a sweep: a changed study, laid out anew or judged with a layout that stays.

In: a `Task`. Out: its outcome, plain numbers and texts that a file can hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.errors import OptimizerError
from optimizer.report.figures import headline_figures
from optimizer.report.results import evaluation_to_json
from optimizer.versions import versions
from optimizer.whatif.digest import digest

if TYPE_CHECKING:
    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.study import Study
    from optimizer.whatif.fixed import FixedLayout

__all__ = ["Task", "key_of", "work_out"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a point asks for.

    Parameters
    ----------
    study
        The changed study.
    fixed
        A layout that is judged only; None to lay out anew.
    start
        A layout that laying out begins at, or None.
    quick
        Whether to fit `start` to the study in seconds, without a bound.
    time_limit, steps, seed
        Budget, as `optimize` takes it.
    """

    study: Study
    fixed: FixedLayout | None
    start: Layout | None
    quick: bool
    time_limit: float
    steps: int | None
    seed: int


def key_of(task: Task) -> str:
    """Digest of all that decides the outcome of a point, versions of the libraries included."""
    if task.fixed is not None:
        return digest("judge", task.study, task.fixed.layout, versions())
    budget = (task.time_limit, task.steps, task.seed, task.quick)
    return digest("lay out", task.study, task.start, budget, versions())


def work_out(task: Task) -> dict[str, Any]:
    """Outcome of a point; an error of the study is an outcome too, in "note"."""
    try:
        return _judged(task) if task.fixed is not None else _laid_out(task)
    except OptimizerError as error:
        return {"status": "ERROR", "note": " ".join(error.sentences)}


def _judged(task: Task) -> dict[str, Any]:
    assert task.fixed is not None
    evaluation = task.fixed.evaluate(task.study)
    return {"status": "JUDGED", **_figures(task.study, evaluation), "note": ""}


def _laid_out(task: Task) -> dict[str, Any]:
    # a search needs the compiler; judging does not
    from optimizer.place.improve import improve
    from optimizer.place.optimize import optimize

    study, limit, steps, seed = task.study, task.time_limit, task.steps, task.seed
    if task.quick and task.start is not None:
        result = improve(study, task.start, time_limit=limit, steps=steps, seed=seed)
    else:
        # points are worked out side by side; one alone must find the same with one core or ten
        result = optimize(
            study, time_limit=limit, steps=steps, seed=seed, workers=1, start=task.start
        )
    outcome: dict[str, Any] = {"status": str(result.status), "note": " ".join(result.conflict)}
    if result.evaluation is not None and result.layout is not None:
        outcome |= _figures(task.study, result.evaluation)
        outcome["bound"], outcome["gap"] = result.bound, result.gap
        outcome["layout"] = result.layout.to_json()
    return outcome


def _figures(study: Study, evaluation: Evaluation) -> dict[str, Any]:
    """Headline figures and the terms of the objective."""
    rows = headline_figures(evaluation_to_json(study, evaluation))
    figures = {row.key: row.value for row in rows if row.value is not None}
    terms = {f"term.{name}": value for name, value in evaluation.objective.terms.items()}
    return {"objective": evaluation.objective.value, **figures, **terms}
