"""Pictures, drawing and report of a result, drawn side by side where there are cores for it.

In: a study and its result. Out: `layout.json`, `layout.png`, `layout.svg`, `layout.dxf`,
`before_after.pdf` where the study has a layout of today, and `report.html`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

from optimizer.equipment.layout_file import write_layout
from optimizer.errors import OptimizerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.evaluation import Evaluation
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["write_pictures"]


def write_pictures(
    study: Study,
    result: Result,
    folder: Path,
    language: Literal["en", "zh"],
    *,
    meanwhile: Callable[[], None] | None = None,
) -> None:
    """Write the files of a result that has a layout into a folder.

    The report, half of the work, is drawn in a process of its own; where that fails it is drawn
    here, so that what is wrong is told.

    Parameters
    ----------
    meanwhile
        Done in this process while the report is drawn; what it raises ends the drawing.
    """
    from optimizer.evaluate import evaluate
    from optimizer.place.processes import side_by_side

    layout = result.layout
    if layout is None:
        return
    today = evaluate(study, study.current_layout) if study.current_layout is not None else None
    report = functools.partial(_write_report, study, result, today, folder, language)
    draw = functools.partial(_write_drawings, study, result, today, folder)
    tasks: list[Callable[[], object]] = [
        functools.partial(_in_turn, meanwhile, draw),
        functools.partial(_tried, report),
    ]
    if not side_by_side(tasks)[1]:
        report()


def _in_turn(*tasks: Callable[[], None] | None) -> None:
    for task in tasks:
        if task is not None:
            task()


def _tried(task: functools.partial[None]) -> bool:
    """Whether a task was done without an error of files or of the study."""
    try:
        task()
    except (OptimizerError, OSError):
        return False
    return True


def _write_drawings(study: Study, result: Result, today: Evaluation | None, folder: Path) -> None:
    """Write everything but the report."""
    from optimizer.report.dxf import write_layout_dxf
    from optimizer.report.moves import draw_before_after
    from optimizer.report.sheets import draw_sheet, save_figure

    layout = result.raise_for_status().layout
    if layout is None:
        return
    write_layout(layout, folder / "layout.json", study)
    sheet = draw_sheet(study, layout, result.evaluation)
    for name in ("layout.png", "layout.svg"):
        save_figure(sheet, folder / name)
    write_layout_dxf(study, layout, folder / "layout.dxf", result.evaluation)
    if today is not None and study.current_layout is not None and result.evaluation is not None:
        before, after = (study.current_layout, today), (layout, result.evaluation)
        save_figure(draw_before_after(study, before, after), folder / "before_after.pdf")


def _write_report(
    study: Study,
    result: Result,
    today: Evaluation | None,
    folder: Path,
    language: Literal["en", "zh"],
) -> None:
    from optimizer.demand.roster.own import own_roster
    from optimizer.report.html import write_report

    write_report(
        study,
        folder / "report.html",
        layout=result.layout,
        evaluation=result.evaluation,
        result=result,
        today=today,
        roster=None if result.layout is None else own_roster(study, result.layout),
        language=language,
    )
