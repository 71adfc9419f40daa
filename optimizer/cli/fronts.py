"""The command `pareto`: the trade-offs of a study, and a point of them as a result.

In: a study, or a front that was written before. Out: files of the front; with `--pick` those of one
of its points, as `optimize` writes them.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from optimizer.cli.files import read_brief
from optimizer.cli.folder import claimed_folder, content_or_refused, write_folder
from optimizer.cli.front_files import read_point, write_front
from optimizer.cli.judging import print_broken, print_headlines
from optimizer.cli.progress import Watch, interruptible
from optimizer.cli.terminal import errors_console, print_errors, print_json, print_line
from optimizer.errors import WrongClaimError
from optimizer.verified import verified_content

if TYPE_CHECKING:
    from optimizer.place.pareto import ParetoFront
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["pareto"]


Axes = Annotated[
    list[str] | None,
    typer.Option(
        "--axis",
        help="Axis of the front; may be repeated. Default: walking, encounters, overlooked, "
        "staff_walking, waiting.",
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder for the files; default out/NAME-pareto."),
]
Pick = Annotated[
    str | None,
    typer.Option(
        "--pick",
        metavar="NAME",
        help="Write this point as a result into DIR/NAME; a front in DIR is not searched anew.",
    ),
]


def pareto(
    study: StudyFile,
    time_limit: TimeLimit = 60.0,
    steps: Steps = None,
    seed: Seed = 1,
    workers: Workers = None,
    axis: Axes = None,
    out: Folder = None,
    pick: Pick = None,
    plan: OtherPlan = None,
    as_json: AsJson = False,
) -> int:
    """Layouts of which none can be bettered on one axis but at a cost on another."""
    brief = read_brief(study, plan=plan)
    folder = out or Path("out") / f"{study.resolve().parent.name or study.stem}-pareto"
    with claimed_folder(folder):
        return _pareto(
            brief,
            folder,
            pick,
            as_json,
            time_limit=time_limit,
            steps=steps,
            seed=seed,
            workers=workers,
            axes=axis,
        )


def _pareto(brief: Study, folder: Path, pick: str | None, as_json: bool, **orders: Any) -> int:
    """Compute a front into its folder, or pick a point of the one that is there."""
    if pick is not None and (folder / "pareto.json").exists():
        name, result = read_point(folder, brief, pick)
        return _write_pick(brief, result, folder / name, as_json)
    front = _search(brief, **orders)
    if pick is not None and front.points:
        front.point(pick)  # an unknown name is told before anything is written
    doubted = _doubts(brief, front)
    content = write_front(brief, front, doubted, folder)
    if pick is not None and front.points:
        chosen = front.point(pick)
        return _write_pick(brief, front.result(pick), folder / chosen.name, as_json)
    if as_json:
        print_json(content)
    else:
        _print_front(front, folder)
    if not front.points:
        print_errors(front.conflict or ("no layout that keeps every hard rule was found in time",))
    print_errors(
        f"the verifier found another value: {name}: {sentence}"
        for name, sentences in doubted.items()
        for sentence in sentences
    )
    return int(not front.points or any(doubted.values()))


def _search(
    study: Study,
    *,
    time_limit: float,
    steps: int | None,
    seed: int,
    workers: int | None,
    axes: list[str] | None,
) -> ParetoFront:
    """Compute the front with a progress bar; Ctrl-C ends the search with what it has."""
    from optimizer.place.pareto import pareto as solve

    with interruptible() as asked, Watch(time_limit) as watch:

        def should_stop() -> bool:
            watch.tick()
            return asked.is_set()

        return solve(
            study,
            time_limit=time_limit,
            steps=steps,
            seed=seed,
            workers=workers,
            axes=axes,
            on_progress=lambda stage: watch.tell(stage=stage, best=None),
            should_stop=should_stop,
        )


def _doubts(study: Study, front: ParetoFront) -> dict[str, list[str]]:
    """What the independent verifier finds wrong, by the name of the point; side by side."""
    from optimizer.place.processes import side_by_side

    names = [point.name for point in front.points]
    errors_console().print(f"verifying {len(names)} points")
    parts = [names[i :: front.workers] for i in range(front.workers)]
    check = functools.partial(_check, study, front)
    done = side_by_side([functools.partial(check, part) for part in parts])
    doubts: dict[str, list[str]] = {}
    for part, found in zip(parts, done, strict=True):
        doubts |= check(part) if found is None else found
    return {name: doubts[name] for name in names}


def _check(study: Study, front: ParetoFront, names: list[str]) -> dict[str, list[str]]:
    return {name: _doubted(study, front.result(name)) for name in names}


def _doubted(study: Study, result: Result) -> list[str]:
    try:
        content = verified_content(study, result)
    except WrongClaimError as error:
        return list(error.sentences)
    failed: list[str] = content["verified"]["failed"]
    return failed


def _write_pick(study: Study, result: Result, folder: Path, as_json: bool) -> int:
    """Write a point as a result, verified like one."""
    with claimed_folder(folder):
        content = content_or_refused(study, result, folder)
        write_folder(study, result, content, folder)
    if as_json:
        print_json(content)
    else:
        print_headlines(content)
        print_line(f"{'result':<36}{folder / 'result.json'}")
    if result.evaluation is not None:
        print_broken(result.evaluation, study)
    doubted = content["verified"]["failed"]
    print_errors(f"the verifier found another value: {sentence}" for sentence in doubted)
    broken = result.evaluation is not None and bool(result.evaluation.broken)
    return int(broken or bool(doubted))


def _print_front(front: ParetoFront, folder: Path) -> None:
    """Print the points, what the knee gives, and where the files lie."""
    from optimizer.report.front import knee_sentence

    axes = front.axes
    head = "".join(f"{axis.name + ' ' + axis.unit:>20}" for axis in axes)
    print_line(f"{'point':<24}{head}")
    for point in front.points:
        print_line(f"{point.name:<24}" + "".join(f"{point.values[a.name]:>20.3f}" for a in axes))
    for name, value in front.constant.items():
        print_line(f"{name} is {value:.3f} in every layout met")
    if knee_sentence(front):
        print_line(knee_sentence(front))
    print_line(f"{'points':<24}{len(front.points)}")
    print_line(f"{'hypervolume':<24}{front.hypervolume:.4f}")
    print_line(f"{'table':<24}{folder / 'pareto.csv'}")
    if front.points:
        print_line(f"{'picture':<24}{folder / 'pareto.png'}")
