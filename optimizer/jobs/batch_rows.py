"""What became of a batch, as a table.

In: jobs and the results of those that have one. Out: one row a job with figures, state and
reason, as plain values, as CSV for spreadsheets, and as a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.network.cells import csv_text
from optimizer.report.batch_page import batch_page
from optimizer.report.figures import headline_figures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.jobs.model import Job

__all__ = ["batch_csv", "batch_html", "batch_rows", "is_good"]

#: Figures of a result that the table shows.
FIGURES = ("metres_per_customer", "encounters_per_hour", "longest_wait", "hard_broken")


def batch_rows(
    jobs: Sequence[Job], contents: Mapping[int, Mapping[str, Any]]
) -> tuple[dict[str, Any], ...]:
    """One row a job.

    Parameters
    ----------
    jobs
        In the order of the table.
    contents
        Content of `result.json` by number of the job.
    """
    return tuple(_row(job, contents.get(job.id)) for job in jobs)


def batch_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table for spreadsheets: no text in it is taken for a formula."""
    header = list(rows[0]) if rows else ["branch"]
    return csv_text(header, [[row[key] for key in header] for row in rows])


def batch_html(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The table as a page of its own."""
    return batch_page(title, rows)


def is_good(row: Mapping[str, Any]) -> bool:
    """Whether a job gave a layout that keeps all hard rules."""
    return row["state"] == "done" and row["objective"] is not None and not row["hard_broken"]


def _row(job: Job, content: Mapping[str, Any] | None) -> dict[str, Any]:
    found = {} if content is None else {f.key: f.value for f in headline_figures(content)}
    return {
        "branch": job.order.name,
        "study": job.order.study,
        "job": job.id,
        "state": str(job.state),
        "status": job.status,
        "objective": job.progress.objective,
        "bound": job.progress.bound,
        "gap": job.gap,
        **{key: found.get(key) for key in FIGURES},
        "seconds": round(job.progress.spent, 1),
        "attempts": job.attempt,
        "seed": job.order.seed,
        "reason": job.reason,
    }
