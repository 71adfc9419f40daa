"""Commands about jobs: `jobs run`, `list`, `show`, `cancel`, `resume`, `export`.

In: studies, or numbers of jobs in a store. Out: what became of them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from optimizer.cli.arguments import AsJson, Seed, TimeLimit
from optimizer.cli.batch_progress import BatchWatch
from optimizer.cli.files import read_brief
from optimizer.cli.folder import check_folder, claimed_folder, write_folder
from optimizer.cli.progress import interruptible
from optimizer.cli.terminal import print_errors, print_json, print_line, print_table
from optimizer.errors import NoLayoutError, OptimizerError
from optimizer.jobs import open_store
from optimizer.jobs.model import Asked, Job, JobState, Order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.jobs.store import JobStore

__all__ = ["Scheduler", "Store", "Workers", "app", "job_to_json", "processes", "watched"]

app = typer.Typer(
    name="jobs",
    help="Optimizations that are kept in a store: they survive a kill, and are resumed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Store = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="BRANCH_LAYOUT_STORE",
        metavar="FILE|URL",
        help="SQLite file, or postgresql://user@host/name where planners share one.",
    ),
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes; default: one for each core.")
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="tcp://…", help="Run on this Dask cluster instead."),
]
Numbers = Annotated[list[int], typer.Argument(metavar="JOB…", help="Numbers of jobs.")]
STORE = "out/jobs.db"


@app.command()
def run(
    studies: Annotated[list[Path], typer.Argument(metavar="STUDY…", help="Study files.")],
    time_limit: TimeLimit = 60.0,
    seed: Seed = 1,
    workers: Workers = None,
    scheduler: Scheduler = None,
    later: Annotated[
        bool, typer.Option("--later", help="Queue only; 'jobs resume' works on them.")
    ] = False,
    store: Store = STORE,
    as_json: AsJson = False,
) -> int:
    """Optimize studies as jobs: one with all workers, several side by side."""
    from optimizer.jobs.batch import new_batch, queue

    batch = new_batch("jobs")
    several = len(studies) > 1 or scheduler is not None
    orders = [
        Order(
            name=file.absolute().parent.name or file.stem,
            study=str(file.absolute()),
            study_sha256=read_brief(file).sha256,
            seed=seed,
            time_limit=time_limit,
            workers=1 if several else processes(workers),
            batch=batch,
        )
        for file in studies
    ]
    with open_store(store) as opened:
        name = queue(opened, orders)
        if not later:
            watched(opened, name, workers=min(processes(workers), len(orders)), scheduler=scheduler)
        return _report(opened.list(run=name), as_json=as_json)


@app.command("list")
def list_jobs(
    state: Annotated[
        JobState | None, typer.Option("--state", help="Only jobs in this state.")
    ] = None,
    store: Store = STORE,
    as_json: AsJson = False,
) -> int:
    """List the jobs of a store."""
    with open_store(store) as opened:
        opened.recover()
        _print_jobs(opened.list(states=None if state is None else [state]), as_json=as_json)
    return 0


@app.command()
def show(
    job: Annotated[int, typer.Argument(metavar="JOB", help="Number of a job.")],
    store: Store = STORE,
    as_json: AsJson = False,
) -> int:
    """Show all that is known of a job."""
    with open_store(store) as opened:
        opened.recover()
        found = opened.get(job)
        outcome = opened.outcome(job)
    if as_json:
        print_json(job_to_json(found, whole=True) | {"result": outcome and dict(outcome.content)})
        return 0
    for key, value in job_to_json(found).items():
        print_line(f"{key:<16}{'–' if value in (None, '') else value}")
    for seconds, objective, bound in found.progress.history[-10:]:
        print_line(f"{'history':<16}{seconds:8.1f} s  {objective:.1f}  bound {bound:.1f}")
    return 0


@app.command()
def cancel(jobs: Numbers, store: Store = STORE, as_json: AsJson = False) -> int:
    """Give jobs up: queued ones at once, running ones within seconds; their best is kept."""
    with open_store(store) as opened:
        opened.recover()
        before = [opened.get(number) for number in jobs]
        opened.ask([job.id for job in before if job.state.is_open], Asked.CANCEL)
        after = [opened.get(number) for number in jobs]
    late = [job for job in before if not job.state.is_open]
    _print_jobs(after, as_json=as_json)
    print_errors(f"job {job.id} is {job.state} already" for job in late)
    return int(bool(late))


@app.command()
def resume(
    jobs: Annotated[
        list[int] | None,
        typer.Argument(metavar="[JOB…]", help="Which; all queued or interrupted ones otherwise."),
    ] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    store: Store = STORE,
    as_json: AsJson = False,
) -> int:
    """Go on with jobs from their best layouts: interrupted, queued, or those that are named."""
    from optimizer.jobs.batch import reopen

    with open_store(store) as opened:
        wanted = None if not jobs else [opened.get(number).id for number in jobs]
        name, taken = reopen(opened, numbers=wanted)
        busy = [number for number in (wanted or ()) if number not in taken]
        watched(opened, name, workers=min(processes(workers), len(taken) or 1), scheduler=scheduler)
        code = _report(opened.list(run=name), as_json=as_json)
    print_errors(f"job {number} is running; somebody works on it" for number in busy)
    return int(bool(code or busy))


@app.command()
def export(
    job: Annotated[int, typer.Argument(metavar="JOB", help="Number of a job.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.")],
    store: Store = STORE,
    as_json: AsJson = False,
) -> int:
    """Write the files of a job's result, as 'optimize' does."""
    from optimizer.jobs.stored_result import result_of
    from optimizer.jobs.work import study_of

    check_folder(out)
    with open_store(store) as opened:
        found = opened.get(job)
        outcome = opened.outcome(job)
    if outcome is None:
        raise NoLayoutError(f"job {job} has no result: it is {found.state}. {found.reason}")
    content = dict(outcome.content)
    try:
        study = study_of(found)
    except OptimizerError as error:
        write_bare(content, outcome.certificate, out)
        print_errors((*error.sentences, "written without pictures: the study is needed for them"))
        return 1
    with claimed_folder(out):
        write_folder(study, result_of(study, content, outcome.certificate), content, out)
    if as_json:
        print_json(content)
    else:
        print_line(f"{'result':<16}{out / 'result.json'}")
    return 0


def write_bare(content: dict[str, Any], certificate: bytes, folder: Path) -> None:
    """Write what needs no study: result, layout and proof."""
    from optimizer.report.atomic import write_whole
    from optimizer.report.results import CERTIFICATE, write_json

    write_json(folder / "result.json", content)
    if content["placements"]:
        write_json(folder / "layout.json", {"schema": 1, "placements": content["placements"]})
    if certificate:
        write_whole(folder / CERTIFICATE, certificate)


def watched(store: JobStore, run: str, *, workers: int, scheduler: str | None) -> None:
    """Work through a run with a progress bar; Ctrl-C lays the work down."""
    from optimizer.jobs.batch import work_through

    with interruptible() as asked, BatchWatch(store, run) as watch:
        work_through(
            store,
            run,
            workers=workers,
            scheduler=scheduler,
            on_look=watch.tick,
            should_stop=asked.is_set,
        )


def processes(workers: int | None) -> int:
    """Number of processes: as many as are wanted, or one for each core."""
    if workers is not None:
        return workers
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def job_to_json(job: Job, *, whole: bool = False) -> dict[str, Any]:
    """What is known of a job as plain values; `whole` with layout and history."""
    progress = job.progress
    row = {
        "id": job.id,
        "name": job.order.name,
        "study": job.order.study,
        "study_sha256": job.order.study_sha256,
        "batch": job.order.batch,
        "state": str(job.state),
        "status": job.status,
        "reason": job.reason,
        "objective": progress.objective,
        "bound": progress.bound,
        "gap": job.gap,
        "seconds": progress.spent,
        "time_limit": job.order.time_limit,
        "seed": job.order.seed,
        "workers": job.order.workers,
        "attempts": job.attempt,
        "worker": job.worker,
        "created": job.created,
        "started": job.started,
        "heartbeat": job.heartbeat,
        "finished": job.finished,
    }
    if whole:
        row["placements"] = [dict(p) for p in progress.layout or ()]
        row["history"] = [
            {"seconds": s, "objective": o, "bound": b} for s, o, b in progress.history
        ]
    return row


def _report(jobs: Sequence[Job], *, as_json: bool) -> int:
    """Print how jobs ended; 1 where one of them gave no layout that is whole."""
    _print_jobs(jobs, as_json=as_json)
    bad = [job for job in jobs if not (job.state is JobState.QUEUED or _is_solved(job))]
    print_errors(_complaint(job) for job in bad)
    return int(bool(bad))


def _complaint(job: Job) -> str:
    """Why a job has no layout."""
    status = f" ({job.status})" if job.status else ""
    return f"job {job.id}, {job.order.name}: {job.state}{status}; {job.reason or 'no layout'}"


def _is_solved(job: Job) -> bool:
    return job.state is JobState.DONE and job.status in ("OPTIMAL", "FEASIBLE")


def _print_jobs(jobs: Sequence[Job], *, as_json: bool) -> None:
    """Print jobs as a table, or as one object."""
    if as_json:
        print_json({"jobs": [job_to_json(job) for job in jobs]})
        return
    table = Table(show_edge=False, pad_edge=False)
    for name in ("job", "name", "state", "result", "objective", "gap", "seconds", "reason"):
        table.add_column(name)
    for job in jobs:
        objective = job.progress.objective
        table.add_row(
            str(job.id),
            job.order.name,
            str(job.state),
            job.status,
            "" if objective is None else f"{objective:.1f}",
            "" if job.gap is None else f"{job.gap:.1%}",
            f"{job.progress.spent:.0f} of {job.order.time_limit:.0f}",
            job.reason,
        )
    print_table(table)
