"""Pictures, drawing and report of a result, drawn side by side where there are cores for it.

In: a study and its result. Out: `layout.json`, `layout.png`, `layout.svg`, `layout.dxf`,
`before_after.pdf` where the study has a layout of today, and `report.html`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

from optimizer.equipment.layout_file import write_layout

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

    They are drawn in processes of their own, as many as there are cores, and here from when
    `meanwhile` is done; what fails is drawn here again, so that what is wrong is told.

    Parameters
    ----------
    meanwhile
        Done in this process while the first files are drawn; what it raises ends the drawing.
    """
    from optimizer.evaluate import evaluate
    from optimizer.place.processes import shared_out

    layout = result.layout
    if layout is None:
        return
    write_layout(layout, folder / "layout.json", study)

    @functools.cache
    def today() -> Evaluation | None:
        return evaluate(study, study.current_layout) if study.current_layout is not None else None

    tasks: list[Callable[[], None]] = [
        lambda: _write_report(study, result, today(), folder, language),
        lambda: _write_moves(study, result, today(), folder),
        lambda: _write_sheet(study, result, folder),
        lambda: _write_drawing(study, result, folder),
    ]
    done = shared_out(meanwhile or _nothing, [functools.partial(_tried, task) for task in tasks])
    for task, is_done in zip(tasks, done, strict=True):
        if not is_done:
            task()


def _nothing() -> None:
    """Do nothing meanwhile."""


def _tried(task: Callable[[], None]) -> bool:
    """Whether a task was done without an error; who finds that it was not does it anew."""
    try:
        task()
    except Exception:
        return False
    return True


def _write_sheet(study: Study, result: Result, folder: Path) -> None:
    """Write the sheet of the layout, as a picture and as lines."""
    from optimizer.report.sheets import draw_sheet, save_figure

    if result.layout is not None:
        sheet = draw_sheet(study, result.layout, result.evaluation)
        for name in ("layout.png", "layout.svg"):
            save_figure(sheet, folder / name)


def _write_drawing(study: Study, result: Result, folder: Path) -> None:
    """Write the drawing of the layout."""
    from optimizer.report.dxf import write_layout_dxf

    if result.layout is not None:
        write_layout_dxf(study, result.layout, folder / "layout.dxf", result.evaluation)


def _write_moves(study: Study, result: Result, today: Evaluation | None, folder: Path) -> None:
    """Write what moves from today's layout to the new one, where there is one of today."""
    from optimizer.report.moves import draw_before_after
    from optimizer.report.sheets import save_figure

    layout, evaluation = result.layout, result.evaluation
    if layout is None or evaluation is None or today is None or study.current_layout is None:
        return
    before, after = (study.current_layout, today), (layout, evaluation)
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
