"""The best layouts that are few moves away from today's, and what each move buys.

In: a study with a layout of today. Out: one `ChangeStep` for each number of fixtures that may move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.errors import StudyError
from optimizer.evaluate import evaluate
from optimizer.place.homes import moved_fixtures
from optimizer.place.optimize import Progress, optimize

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["ChangeStep", "least_change"]


@dataclass(frozen=True, kw_only=True)
class ChangeStep:
    """The best layout with so many moves.

    Parameters
    ----------
    at_most
        Fixtures that might move.
    moved
        Names of those that did, new ones left out.
    objective
        Objective of the layout.
    saved
        How much lower that is than with one move fewer (with the first: than today), objective
        units an hour.
    broken
        Hard rules that it breaks.
    result
        The whole result.
    """

    at_most: int
    moved: tuple[str, ...]
    objective: float
    saved: float
    broken: int
    result: Result


def least_change(
    study: Study,
    *,
    most: int = 3,
    time_limit: float = 60.0,
    steps: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[ChangeStep, ...]:
    """The best layouts for one move, two moves and so on.

    Parameters
    ----------
    study
        The brief, with today's layout. Fixtures that stay may go on breaking rules; the search
        spends moves on ending that before anything else.
    most
        Most fixtures that may move.
    time_limit
        Seconds of wall time for all of them together.
    steps, seed, workers, on_progress, should_stop
        As `optimize` takes them.

    Returns
    -------
    tuple of ChangeStep
        For 1, 2, … `most` fixtures; a step that finds nothing better repeats the one before.

    Raises
    ------
    StudyError
        If the study names no layout of today, or `most` is less than 1.
    """
    if study.current_layout is None:
        raise StudyError("the study names no layout of today to move from; give it 'current'")
    if most < 1:
        raise StudyError(f"most is {most}; 1 fixture or more may move")
    today = evaluate(study, study.current_layout, places=False)
    before = (len(today.broken), today.objective.value)
    found: list[ChangeStep] = []
    for number in range(1, most + 1):
        result = optimize(
            study,
            time_limit=time_limit / most,
            steps=steps,
            seed=seed,
            workers=workers,
            start=found[-1].result.layout if found else None,
            at_most=number,
            on_progress=on_progress,
            should_stop=should_stop,
        ).raise_for_status()
        if result.evaluation is None or result.layout is None:
            break  # raise_for_status has spoken
        after = (len(result.evaluation.broken), result.evaluation.objective.value)
        if found and after > before:
            result = found[-1].result
            after = before
        moved = moved_fixtures(study.current_layout, result.layout or study.current_layout)
        found.append(
            ChangeStep(
                at_most=number,
                moved=moved,
                objective=after[1],
                saved=before[1] - after[1],
                broken=after[0],
                result=result,
            )
        )
        before = after
        if should_stop():
            break
    return tuple(found)
