"""The command that asks for few moves: `moves`.

In: a study with a layout of today. Out: the best layout for one move, two moves and so on, as a
table, a CSV file, pictures and a report.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.cli.arguments import (
    AsJson,
    OtherPlan,
    PageLanguage,
    Seed,
    Steps,
    StudyFile,
    TimeLimit,
    Workers,
)
from optimizer.cli.files import read_brief
from optimizer.cli.folder import claimed_folder
from optimizer.cli.progress import Watch, interruptible
from optimizer.cli.terminal import print_json, print_line, print_table
from optimizer.verified import verified_content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from optimizer.place.least_change import ChangeStep
    from optimizer.study import Study

__all__ = ["moves"]


def moves(
    study: StudyFile,
    most: Annotated[
        int, typer.Option("--most", min=1, metavar="K", help="Most fixtures that may move.")
    ] = 3,
    time_limit: TimeLimit = 60.0,
    steps: Steps = None,
    seed: Seed = 1,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for table, pictures, layouts, report."),
    ] = None,
    plan: OtherPlan = None,
    language: PageLanguage = "zh",
    as_json: AsJson = False,
) -> int:
    """What each move buys: the best layouts when 1, 2, … K fixtures may move from today's."""
    from optimizer.report.least_change_picture import build_change_table, change_rows

    brief = read_brief(study, plan=plan)
    with claimed_folder(out):
        found = _search(
            brief, most=most, time_limit=time_limit, steps=steps, seed=seed, workers=workers
        )
        rows = change_rows(brief, found)
        if out is not None:
            for step in found:
                verified_content(brief, step.result)
            _write(brief, found, out, language)
    if as_json:
        print_json({"study": brief.name, "steps": rows})
    else:
        print_table(build_change_table(rows, language=language))
        if out is not None:
            print_line(str(out))
    return int(bool(found and found[-1].broken))


def _search(study: Study, *, time_limit: float, **orders: Any) -> tuple[ChangeStep, ...]:
    """Find the best layout for every number of moves, with a progress bar."""
    from optimizer.place.least_change import least_change
    from optimizer.place.optimize import Progress

    with interruptible() as asked, Watch(time_limit) as watch:

        def on_progress(news: Progress) -> None:
            watch.tell(stage=news.stage, best=news.objective, bound=news.bound)

        def should_stop() -> bool:
            watch.tick()
            return asked.is_set()

        return least_change(
            study,
            time_limit=time_limit,
            on_progress=on_progress,
            should_stop=should_stop,
            **orders,
        )


def _write(
    study: Study, found: Sequence[ChangeStep], folder: Path, language: Literal["en", "zh"]
) -> None:
    """Write table, pictures, the layout of every step, and the report of the last one."""
    from optimizer.demand.roster.own import own_roster
    from optimizer.equipment.layout_file import write_layout
    from optimizer.evaluate import evaluate
    from optimizer.report.canvas import figure_of
    from optimizer.report.html import write_report
    from optimizer.report.least_change_picture import (
        change_rows,
        draw_least_change,
        plot_least_change,
        write_change_csv,
    )
    from optimizer.report.sheets import save_figure

    folder.mkdir(parents=True, exist_ok=True)
    write_change_csv(change_rows(study, found), folder / "moves.csv")
    save_figure(figure_of(plot_least_change(study, found)), folder / "moves.png")
    save_figure(draw_least_change(study, found), folder / "moves_sheet.pdf")
    for step in found:
        if step.result.layout is not None:
            write_layout(step.result.layout, folder / f"moves-{step.at_most}.json", study)
    if found and study.current_layout is not None:
        last = found[-1].result
        write_report(
            study,
            folder / "report.html",
            layout=last.layout,
            evaluation=last.evaluation,
            result=last,
            today=evaluate(study, study.current_layout),
            steps=found,
            roster=None if last.layout is None else own_roster(study, last.layout),
            language=language,
        )
