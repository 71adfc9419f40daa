"""What the store and the scheduler cost a job, and how many jobs an hour pass through.

In: nothing but this package with its group `cluster`; PostgreSQL where `--postgres URL` names an
empty database. Out: `results/jobs.md`.

1. Overhead: jobs whose study is gone pass through claim, signs of life and end in no time of their
   own; what is left is the store, and on a cluster the scheduler too.
2. Throughput: the bundled corner hall again and again with a time limit, on one and two processes
   of this machine and two Dask workers, against the ideal: jobs × limit / workers.
3. From these, on paper, what 15,000 branches cost.

Run from the root of the repository: `python benchmarks/jobs.py [--seconds 10] [--jobs 12]`, with
`--whole` for 170 jobs on two processes instead (a quarter of an hour), with `--write` to keep the
table. With `--idle` the search only waits, and all that is around it is measured even on a machine
that others are busy on.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.jobs import JobState, Order, open_store
from optimizer.jobs.batch import queue, work_through
from optimizer.jobs.place_of_work import this_process
from optimizer.jobs.work import work_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.jobs.store import JobStore

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).resolve().parent.parent
STUDY = ROOT / "floorplans" / "old_corner" / "study.toml"
STAND_IN = ROOT / "tests" / "jobs" / "stand_in"
EMPTY = 200
NOTHING = [Order(name=str(n), study="/gone/study.toml") for n in range(EMPTY)]
BRANCHES, CITY, LIMIT = 15_000, 170, 10.0


@dataclass(frozen=True)
class Row:
    """One run: how it was worked on, and how long it took."""

    how: str
    jobs: int
    seconds: float
    ideal: float
    start: float
    over: float
    load: float

    @property
    def ratio(self) -> float:
        """Time taken over the ideal, the start of the processes included."""
        return self.seconds / self.ideal


@contextmanager
def cluster() -> Iterator[tuple[str, list[int]]]:
    """Two Dask workers of one thread on this machine; the scheduler's address, all processes."""
    code = "from dask.__main__ import main; main()"
    words = [sys.executable, "-c", code]
    with tempfile.TemporaryDirectory() as folder:
        head = subprocess.Popen(
            [*words, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
            stderr=subprocess.PIPE,
            text=True,
        )
        address = None
        while address is None:
            found = re.search(r"tcp://127\.0\.0\.1:\d+", head.stderr.readline())
            address = found and found.group()
        options = ["--nthreads", "1", "--no-dashboard", "--local-directory", folder, "--no-nanny"]
        workers = [
            subprocess.Popen(
                [*words, "worker", address, *options],
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": str(ROOT)} | os.environ,
            )
            for _ in range(2)
        ]
        try:
            yield address, [process.pid for process in (head, *workers)]
        finally:
            for process in (*workers, head):
                process.kill()
                process.wait()


def in_one_process(store: JobStore) -> tuple[float, float]:
    """Milliseconds of one job that does nothing: of wall time, and of processor time."""
    run = queue(store, NOTHING)
    wall, processor = time.perf_counter(), time.process_time()
    while (job := store.claim(this_process(), run=run)) is not None:
        work_on(store, job)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    assert store.count(run) == {JobState.FAILED: EMPTY}
    return 1000 * wall / EMPTY, 1000 * processor / EMPTY


def on_cluster(store: JobStore, scheduler: str, pids: Sequence[int]) -> tuple[float, float]:
    """The same on two Dask workers: from one job to the next, processor time of all processes."""
    work_through(store, queue(store, NOTHING[:4]), workers=2, scheduler=scheduler)  # imports
    run = queue(store, NOTHING)
    processor = time.process_time() + processor_seconds(pids)
    work_through(store, run, workers=2, scheduler=scheduler)
    processor = time.process_time() + processor_seconds(pids) - processor
    jobs = store.list(run=run)
    assert all(job.state is JobState.FAILED for job in jobs)
    first = min(job.started or 0.0 for job in jobs)
    last = max(job.finished or 0.0 for job in jobs)
    return 1000 * (last - first) / EMPTY, 1000 * processor / EMPTY


def processor_seconds(pids: Sequence[int]) -> float:
    """Processor seconds that some processes have used."""
    ticks = 0
    for pid in pids:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def throughput(
    store: JobStore,
    how: str,
    studies: Sequence[Path],
    seconds: float,
    *,
    workers: int,
    scheduler: str | None = None,
) -> Row:
    """Work through some jobs and see how long they took."""
    jobs = len(studies)
    order = [
        Order(name=str(n), study=str(study), seed=n, time_limit=seconds)
        for n, study in enumerate(studies)
    ]
    run = queue(store, order)
    begun, clock = time.time(), time.perf_counter()
    work_through(store, run, workers=workers, scheduler=scheduler)
    taken = time.perf_counter() - clock
    done = store.list(run=run)
    assert all(job.state is JobState.DONE for job in done), [job.reason for job in done]
    over = sum(job.progress.spent for job in done) / jobs - seconds
    first = min(job.started or 0.0 for job in done)
    row = Row(how, jobs, taken, jobs * seconds / workers, first - begun, over, os.getloadavg()[0])
    print(
        f"{how:<18}{jobs:4} jobs {taken:7.1f} s, ideal {row.ideal:6.1f}, ratio {row.ratio:.2f}, "
        f"start {row.start:.1f} s, over the limit {over:+.2f} s a job",
        flush=True,
    )
    return row


def table(
    costs: Sequence[tuple[str, float, float]], rows: Sequence[Row], asked: argparse.Namespace
) -> str:
    """The page of results."""
    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("branch-layout", "sqlalchemy", "distributed")
    )
    lines = [
        "# Jobs: overhead and throughput",
        "",
        f"{datetime.date.today()}; Python {platform.python_version()}, {libraries}; "
        f"{os.cpu_count()} cores, shared with other work: the load is that of the whole machine.",
        "",
        "| what a job costs besides its search | ms | ms of processor |",
        "| --- | --- | --- |",
        *(f"| {what} | {wall:.1f} | {processor:.1f} |" for what, wall, processor in costs),
        "",
        f"The bundled corner hall, {asked.seconds:g} s a job for search, proof and verifying"
        + (", with a search that waits instead of working:" if asked.idle else ":"),
        "",
        "| worked on by | jobs | seconds | ideal | ratio | start of workers, s | over the limit, "
        "s a job | jobs an hour | load |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(
            f"| {r.how} | {r.jobs} | {r.seconds:.0f} | {r.ideal:.0f} | {r.ratio:.2f} | "
            f"{r.start:.1f} | {r.over:+.2f} | {3600 * r.jobs / r.seconds:.0f} | {r.load:.1f} |"
            for r in rows
        ),
        "",
        *on_paper(rows),
    ]
    return "\n".join(lines) + "\n"


def on_paper(rows: Sequence[Row]) -> list[str]:
    """What all branches of a large bank cost, from the worst seconds a job that were measured."""
    worst = max((r.seconds - r.start) / r.ideal for r in rows)
    each = worst * LIMIT
    hours = BRANCHES * each / 3600
    return [
        f"On paper: {BRANCHES:,} branches at {LIMIT:g} s take {each:.1f} s each with all that "
        f"surrounds the search (the worst ratio above, {worst:.2f}, the start of the workers left "
        f"out), {hours:.0f} hours of one core:",
        "",
        "| cores | hours |",
        "| --- | --- |",
        *(f"| {cores} | {hours / cores:.1f} |" for cores in (2, 8, 32, 64, 128)),
    ]


def main() -> None:
    """Measure, print, and keep the table if that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=LIMIT)
    parser.add_argument("--jobs", type=int, default=12)
    parser.add_argument("--postgres")
    parser.add_argument("--idle", action="store_true")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.idle:
        os.environ["PYTHONPATH"] = f"{STAND_IN}{os.pathsep}{ROOT}"
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": str(Path(folder) / "jobs.db")}
        if asked.postgres:
            urls["PostgreSQL"] = asked.postgres
        if asked.whole:
            with open_store(urls["SQLite"]) as store:
                studies = halls(Path(folder), CITY, idle=asked.idle)
                rows = [throughput(store, "2 processes", studies, asked.seconds, workers=2)]
            page = table([], rows, asked)
        else:
            page = table(overheads(urls), all_rows(urls["SQLite"], Path(folder), asked), asked)
    print(page)
    if asked.write:
        name = "jobs_idle.md" if asked.idle else "jobs.md"
        (RESULTS / name).write_text(page, encoding="utf-8")


def halls(folder: Path, number: int, *, idle: bool) -> list[Path]:
    """Study files: always the same hall, or copies that tell the stand-in to idle."""
    if not idle:
        return [STUDY] * number
    copies = [folder / f"slow-{n}" for n in range(number)]
    for copy in copies:
        if not copy.exists():
            shutil.copytree(STUDY.parent, copy)
    return [copy / "study.toml" for copy in copies]


def overheads(urls: Mapping[str, str]) -> list[tuple[str, float, float]]:
    """What a job costs besides its search: milliseconds of wall time and of the processor."""
    costs = []
    for name, url in urls.items():
        with open_store(url) as store:
            costs.append((f"{name}: claim, thread that watches, end", *in_one_process(store)))
    with open_store(urls["SQLite"]) as store, cluster() as (address, pids):
        cost = on_cluster(store, address, pids)
        costs.append(("SQLite, and Dask with two workers: from job to job", *cost))
    return costs


def all_rows(url: str, folder: Path, asked: argparse.Namespace) -> list[Row]:
    """One process, two processes, two Dask workers."""
    studies = halls(folder, asked.jobs, idle=asked.idle)
    seconds = asked.seconds
    with open_store(url) as store:
        rows = [
            throughput(store, "1 process", studies[: asked.jobs // 2], seconds, workers=1),
            throughput(store, "2 processes", studies, seconds, workers=2),
        ]
        with cluster() as (address, _):
            how = "2 Dask workers"
            rows.append(throughput(store, how, studies, seconds, workers=2, scheduler=address))
    return rows


if __name__ == "__main__":
    main()
