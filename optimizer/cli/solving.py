"""Commands that search: `optimize` and `assign`.

In: a study, or a quadratic assignment problem. Out: the best that was found, in files or on
stdout.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from optimizer.cli.arguments import (
    AsJson,
    OtherPlan,
    Seed,
    Steps,
    StudyFile,
    TimeLimit,
    Workers,
)
from optimizer.cli.files import read_any_layout, read_brief
from optimizer.cli.folder import claimed_folder, content_or_refused, write_folder
from optimizer.cli.judging import print_broken, print_headlines
from optimizer.cli.progress import Watch, interruptible
from optimizer.cli.terminal import print_errors, print_json, print_line
from optimizer.report.page.notes import note_rows

if TYPE_CHECKING:
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["assign", "optimize"]


Start = Annotated[
    Path | None,
    typer.Option(
        "--start", metavar="LAYOUT", help="Begin at this layout; the result is never worse."
    ),
]


def optimize(
    study: StudyFile,
    time_limit: TimeLimit = 60.0,
    steps: Steps = None,
    seed: Seed = 1,
    workers: Workers = None,
    start: Start = None,
    at_most: Annotated[
        int | None,
        typer.Option(
            "--at-most", min=0, metavar="K", help="Let K fixtures move from today's layout."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the files; default out/NAME."),
    ] = None,
    plan: OtherPlan = None,
    language: Annotated[
        Literal["en", "zh"] | None,
        typer.Option(
            "--lang",
            help="Language that the report opens in, default zh; it can be switched. With zh the "
            "reasons why nothing fits are said in Chinese as well.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Find the best layout of a study, prove how good it is, and write both."""
    brief = read_brief(study, plan=plan)
    folder = _folder(study) if out is None else out
    begin = None if start is None else read_any_layout(start, brief)
    with claimed_folder(folder):
        result = _search(
            brief,
            time_limit=time_limit,
            steps=steps,
            seed=seed,
            workers=workers,
            start=begin,
            at_most=at_most,
        )
        # the verifier works while the report is drawn
        check = partial(content_or_refused, brief, result, folder)
        content = write_folder(brief, result, check, folder, language=language or "zh")
    if as_json:
        print_json(content)
    else:
        _print_result(result, content, folder)
    if result.evaluation is None:
        print_errors(result.conflict or (f"no layout was found: {result.status}",))
        _print_conflict_zh(result, language)
        return 1
    print_broken(result.evaluation, brief)
    if result.evaluation.broken:
        print_errors(result.conflict)
        _print_conflict_zh(result, language)
    doubted = content["verified"]["failed"]
    print_errors(f"the verifier found another value: {sentence}" for sentence in doubted)
    return int(bool(result.evaluation.broken or doubted))


def assign(
    file: Annotated[Path, typer.Argument(metavar="FILE.dat", help="Problem in QAPLIB's format.")],
    time_limit: TimeLimit = 10.0,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> int:
    """Solve a quadratic assignment problem: fixtures to places by flow and distance."""
    from optimizer.place.assignment import assignment_to_json, read_qaplib, solve_assignment

    problem = read_qaplib(file)
    with interruptible() as asked, Watch(time_limit) as watch:

        def should_stop() -> bool:
            watch.tick()
            return asked.is_set()

        result = solve_assignment(
            problem,
            time_limit=time_limit,
            seed=seed,
            on_progress=lambda seconds, value: watch.tell(stage="search", best=float(value)),
            should_stop=should_stop,
        )
    if as_json:
        print_json(assignment_to_json(result))
    else:
        print_line(f"value       {result.value}")
        print_line(f"permutation {' '.join(str(place) for place in result.permutation)}")
        print_line(f"seconds     {result.seconds:.2f}")
    return 0


def _print_conflict_zh(result: Result, language: str | None) -> None:
    """Say in Chinese too why nothing fits, and which rules cannot hold together, where asked."""
    if language == "zh":
        told = {entry.sentence for entry in result.conflict_rules}
        reasons = note_rows(sentence for sentence in result.conflict if sentence not in told)
        print_errors(reason["zh"] for reason in reasons if reason["zh"] != reason["en"])
        print_errors(entry.sentence_zh for entry in result.conflict_rules if entry.sentence_zh)


def _folder(study: Path) -> Path:
    """Folder for the files of a study: named after the folder that the study lies in."""
    return Path("out") / (study.resolve().parent.name or study.stem)


def _search(study: Study, *, time_limit: float, **orders: Any) -> Result:
    """Run the optimization with a progress bar; Ctrl-C ends it with the best so far."""
    from optimizer.place.optimize import Progress
    from optimizer.place.optimize import optimize as solve

    with interruptible() as asked, Watch(time_limit) as watch:

        def on_progress(news: Progress) -> None:
            watch.tell(stage=news.stage, best=news.objective, bound=news.bound)

        def should_stop() -> bool:
            watch.tick()
            return asked.is_set()

        return solve(
            study,
            time_limit=time_limit,
            on_progress=on_progress,
            should_stop=should_stop,
            **orders,
        )


def _print_result(result: Result, content: dict[str, Any], folder: Path) -> None:
    """Print the headline figures and where the files lie."""
    print_line(f"{'status':<36}{result.status}")
    if result.layout is None:
        print_line(f"{'result':<36}{folder / 'result.json'}")
        return
    print_headlines(content)
    for note in result.notes:
        print_line(note)
    print_line(f"{'picture':<36}{folder / 'layout.png'}")
    print_line(f"{'drawing':<36}{folder / 'layout.dxf'}")
    print_line(f"{'report':<36}{folder / 'report.html'}")
