"""What is shown while a batch runs: a bar for the whole, and what each branch has come to.

In: the store, looked at once a second. Out: on a terminal a bar of all jobs and a line for each
that is worked on; elsewhere a line for each that ends.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from optimizer.cli.terminal import errors_console
from optimizer.jobs.model import JobState

if TYPE_CHECKING:
    from rich.progress import TaskID

    from optimizer.jobs.model import Job
    from optimizer.jobs.store import JobStore

__all__ = ["BatchWatch"]

#: Seconds between two looks at the store.
LOOK = 1.0
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class BatchWatch:
    """Progress of a run on stderr; a context manager.

    Parameters
    ----------
    store, run
        Where the jobs are, and which.
    """

    def __init__(self, store: JobStore, run: str) -> None:
        self._store, self._run = store, run
        self._console = errors_console()
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[figures]}"),
            console=self._console,
        )
        self._whole = self._bars.add_task("all", figures="")
        self._lines: dict[int, TaskID] = {}
        self._told: set[tuple[int, int]] = set()
        self._since, self._looked = 0.0, 0.0

    def __enter__(self) -> BatchWatch:
        """Show the bars, where stderr is a terminal."""
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Tell the last news and take the bars away."""
        if error[0] is None:
            self._look()
        if self._console.is_terminal:
            self._bars.stop()

    def tick(self) -> None:
        """Look at the store, once a second however often this is called."""
        if time.monotonic() - self._looked >= LOOK:
            self._look()

    def _look(self) -> None:
        states = self._store.count(self._run)
        for job in self._store.list(run=self._run, states=ENDED, ended_after=self._since):
            self._since = max(self._since, job.finished or 0.0)
            if (job.id, job.attempt) not in self._told:
                self._told.add((job.id, job.attempt))
                self._console.print(_line(job), markup=False)
        running = self._store.list(run=self._run, states=[JobState.RUNNING])
        self._draw(states, running)
        self._looked = time.monotonic()

    def _draw(self, states: dict[JobState, int], running: tuple[Job, ...]) -> None:
        """Bring the bars up to date."""
        ended = sum(number for state, number in states.items() if state in ENDED)
        figures = "  ".join(f"{number} {state}" for state, number in sorted(states.items()))
        total = sum(states.values())
        self._bars.update(self._whole, total=total, completed=ended, figures=figures)
        for number in set(self._lines) - {job.id for job in running}:
            self._bars.remove_task(self._lines.pop(number))
        for job in running:
            if job.id not in self._lines:
                self._lines[job.id] = self._bars.add_task(job.order.name, figures="")
            self._bars.update(
                self._lines[job.id],
                total=round(job.order.time_limit),
                completed=round(job.progress.spent),
                figures=_figures(job),
            )


def _line(job: Job) -> str:
    """One line about a job that ended."""
    words = [f"{job.order.name}: {job.state}", _figures(job), job.reason]
    return "  ".join(word for word in words if word)


def _figures(job: Job) -> str:
    """Best objective and gap, as far as they are known."""
    words = [] if job.progress.objective is None else [f"best {job.progress.objective:.1f}"]
    if job.gap is not None:
        words.append(f"gap {job.gap:.1%}")
    return "  ".join(words)
