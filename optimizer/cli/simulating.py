"""The command `simulate`: a layout walked by simulated people, its queues run beside the formulas.

In: a study and a layout. Out: figures with intervals beside the analytic ones, places where people
get stuck or a line stands in the way; with `--out` trajectories, a picture and an animation.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from optimizer.cli.arguments import AsJson, LayoutFile, OtherPlan, Seed, StudyFile
from optimizer.cli.files import read_any_layout, read_brief
from optimizer.cli.folder import claimed_folder
from optimizer.cli.terminal import (
    errors_console,
    print_errors,
    print_json,
    print_line,
    print_table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.simulate.figures import Compared, Estimate, Simulated
    from optimizer.simulate.queue_day import DayHour
    from optimizer.simulate.queue_run import LineRun
    from optimizer.study import Study

__all__ = ["simulate"]

#: Incidents that make the command answer 1: people who do not get where they want to.
GRAVE = ("stuck", "no way")
#: Seconds of the hall that the animation shows, and between two of its frames.
SHOWN, BETWEEN = 240.0, 1.0


def _hours(value: float) -> float:
    """Check the simulated time."""
    if not (math.isfinite(value) and 0 < value <= 24):
        raise typer.BadParameter(f"{value:g} hours; more than 0 and at most 24 are right")
    return value


def simulate(
    study: StudyFile,
    layout: LayoutFile,
    plan: OtherPlan = None,
    hours: Annotated[
        float, typer.Option("--hours", metavar="H", callback=_hours, help="Hours of each run.")
    ] = 1.0,
    seed: Seed = 1,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, max=1000, metavar="K", help="How many runs.")
    ] = 3,
    queues: Annotated[
        bool, typer.Option("--queues/--no-queues", help="Run the queues by themselves too.")
    ] = True,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for tracks, picture and animation."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Let simulated customers walk through a layout; exit code 1 if somebody gets stuck."""
    from optimizer.simulate import simulate as walk
    from optimizer.simulate import simulate_queue_days, simulate_queues
    from optimizer.simulate.results import simulation_to_json

    brief = read_brief(study, plan=plan)
    placed = read_any_layout(layout, brief)
    with claimed_folder(out):
        with Bar("walking") as tell:
            simulated = walk(
                brief, placed, hours=hours, seeds=range(seed, seed + seeds), report=tell
            )
        lines: tuple[LineRun, ...] = ()
        day: tuple[DayHour, ...] = ()
        if queues:
            with Bar("queues") as tell:
                lines = simulate_queues(brief, placed, seed=seed, report=tell)
            day = simulate_queue_days(brief, placed, seed=seed)
        content = simulation_to_json(brief, simulated, lines, day)
        if out is not None:
            _write(brief, placed, simulated, content, out)
    if as_json:
        print_json(content)
    else:
        _print(simulated, lines, day)
    print_errors(
        f"{number}. {incident.sentence}"
        for number, incident in enumerate(simulated.incidents, start=1)
        if incident.kind in GRAVE
    )
    return int(any(i.kind in GRAVE for i in simulated.incidents))


class Bar:
    """A bar on stderr that grows with the work; nothing where stderr is no terminal."""

    def __init__(self, what: str) -> None:
        self._console = errors_console()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:3.0f} %"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task(what, total=1.0)

    def __enter__(self) -> Callable[[float], None]:
        if self._console.is_terminal:
            self._bar.start()
        return lambda share: self._bar.update(self._task, completed=share)

    def __exit__(self, *error: object) -> None:
        if self._console.is_terminal:
            self._bar.stop()


def _print(simulated: Simulated, lines: Sequence[LineRun], day: Sequence[DayHour]) -> None:
    """Print the figures beside those of the formulas, and what went wrong."""
    print_table(_table("figure", simulated.figures))
    print_table(_table("mean wait in these runs", simulated.waits.values()))
    if lines:
        table = Table(show_edge=False, pad_edge=False)
        for name in ("queue run by itself", "servers", "wait, min", "interval", "formula", "left"):
            table.add_column(name)
        for line in lines:
            table.add_row(
                f"{line.type} {line.name}".strip(),
                str(line.servers),
                _number(line.wait.mean),
                _interval(line.wait),
                _number(line.analytic_wait),
                f"{line.abandoned.mean:.1%} ({line.analytic_abandoned:.1%})",
            )
        print_table(table)
        print_table(_day_table(day))
    arrived = sum(len(run.visits) for run in simulated.runs)
    lost = sum(run.lost for run in simulated.runs)
    print_line(f"{arrived} customers came, {arrived - lost} left, {lost} were still there")
    for number, incident in enumerate(simulated.incidents, start=1):
        if incident.kind not in GRAVE:
            print_line(f"{number}. {incident.sentence}")


def _day_table(day: Sequence[DayHour]) -> Table:
    """The day of each staffed type, hour by hour."""
    table = Table(show_edge=False, pad_edge=False)
    for name in ("day", "hour", "customers", "windows", "wait, min", "interval", "steady state"):
        table.add_column(name)
    for row in day:
        table.add_row(
            row.type,
            str(row.hour),
            f"{row.arrivals_per_hour:.1f}",
            str(row.windows),
            _number(row.wait.mean),
            _interval(row.wait),
            _number(row.analytic_wait),
        )
    return table


def _table(first: str, figures: Iterable[Compared]) -> Table:
    """Figures as a table."""
    table = Table(show_edge=False, pad_edge=False)
    for name in (first, "simulated", "95 % interval", "formula", "difference", "unit"):
        table.add_column(name)
    for figure in figures:
        value = figure.simulated
        table.add_row(
            figure.label,
            _number(value.mean),
            _interval(value),
            _number(figure.analytic),
            "" if math.isnan(figure.difference) else f"{figure.difference:+.1%}",
            figure.unit,
        )
    return table


def _interval(value: Estimate) -> str:
    """The interval of a figure; nothing where fewer than two runs have it."""
    return "" if math.isnan(value.low) else f"{_number(value.low)} to {_number(value.high)}"


def _number(value: float) -> str:
    """A figure for the table; nothing where it is not known."""
    return "" if math.isnan(value) else f"{value:.2f}"


def _write(
    study: Study, layout: Layout, simulated: Simulated, content: dict[str, object], folder: Path
) -> None:
    """Write figures, trajectories, picture of the tracks and animation; whole files each."""
    from optimizer.report.canvas import figure_of
    from optimizer.report.results import write_json
    from optimizer.report.sheets import save_figure
    from optimizer.report.track_animation import write_animation
    from optimizer.report.track_picture import plot_tracks
    from optimizer.simulate.tracks import busiest, frames_of, write_trajectories

    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "simulation.json", content)
    for run in simulated.runs:
        write_trajectories(run, simulated.hall, folder / f"trajectories-{run.seed}.sqlite")
    first = simulated.runs[0]
    ax = plot_tracks(
        study,
        layout,
        [(walk.group, walk.points) for walk in first.measured],
        marks=[incident.where for incident in simulated.incidents],
    )
    save_figure(figure_of(ax), folder / "tracks.png")
    shown = min(SHOWN, first.seconds)
    begin = busiest(first, shown)
    frames = frames_of(first, start=begin, seconds=shown, every=BETWEEN)
    write_animation(
        study,
        layout,
        (frames.people(k) for k in range(frames.count)),
        folder / "tracks.gif",
        start=begin - first.start,
        every=BETWEEN,
    )
