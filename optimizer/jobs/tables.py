"""The tables of the job store.

In: nothing. Out: `jobs`, with one row a job, and `results`, apart so that listing stays quick; the
translation of a row to a `Job` and back, and the conditions under which a row may be written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
    or_,
)

from optimizer.jobs.model import Asked, Checkpoint, Job, JobState, Order

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, RowMapping

__all__ = [
    "SCHEMA",
    "is_mine",
    "job_of",
    "jobs",
    "metadata",
    "order_values",
    "progress_values",
    "results",
    "state_is",
]

#: Version of these tables; part of their names, so that an old program never writes a new shape.
SCHEMA = 1

metadata = MetaData()

jobs = Table(
    f"branch_layout_jobs_{SCHEMA}",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # drawn by who orders: an order sent twice, for the answer was lost, is kept once
    Column("ticket", String(32), nullable=False, unique=True),
    Column("batch", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("study", Text, nullable=False),
    Column("study_sha256", String(64), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("time_limit", Float(53), nullable=False),
    Column("workers", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("worker", Text, nullable=False, default=""),
    Column("asked", String(20), nullable=False, default=""),
    Column("status", String(20), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("spent", Float(53), nullable=False, default=0.0),
    Column("objective", Float(53)),
    Column("bound", Float(53)),
    Column("layout", JSON(none_as_null=True)),
    Column("history", JSON, nullable=False, default=list),
    Column("created", Float(53), nullable=False),
    Column("started", Float(53)),
    Column("heartbeat", Float(53)),
    Column("finished", Float(53)),
    Index(f"ix_branch_layout_jobs_{SCHEMA}_next", "state", "run", "id"),
    sqlite_autoincrement=True,
)

results = Table(
    f"branch_layout_results_{SCHEMA}",
    metadata,
    Column("job", ForeignKey(jobs.c.id), primary_key=True),
    Column("content", JSON, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
)


def job_of(r: RowMapping) -> Job:
    """The job of a row."""
    layout = r["layout"]
    return Job(
        id=r["id"],
        order=Order(
            name=r["name"],
            study=r["study"],
            study_sha256=r["study_sha256"],
            seed=r["seed"],
            time_limit=r["time_limit"],
            workers=r["workers"],
            batch=r["batch"],
        ),
        state=JobState(r["state"]),
        run=r["run"],
        attempt=r["attempt"],
        worker=r["worker"],
        asked=Asked(r["asked"]),
        status=r["status"],
        reason=r["reason"],
        progress=Checkpoint(
            spent=r["spent"],
            objective=r["objective"],
            bound=r["bound"],
            layout=None if layout is None else tuple(layout),
            history=tuple((s, o, b) for s, o, b in r["history"]),
        ),
        created=r["created"],
        started=r["started"],
        heartbeat=r["heartbeat"],
        finished=r["finished"],
    )


def progress_values(progress: Checkpoint) -> dict[str, Any]:
    """Columns that hold what was found so far."""
    return {
        "spent": progress.spent,
        "objective": progress.objective,
        "bound": progress.bound,
        "layout": None if progress.layout is None else [dict(p) for p in progress.layout],
        "history": [list(point) for point in progress.history],
    }


def is_mine(job: Job) -> ColumnElement[bool]:
    """Whether a job still runs in the attempt of whoever holds it."""
    return state_is(job, JobState.RUNNING)


def state_is(job: Job, *states: JobState) -> ColumnElement[bool]:
    """Whether a job is still in the same attempt and in one of some states."""
    return and_(
        jobs.c.id == job.id,
        jobs.c.attempt == job.attempt,
        or_(*(jobs.c.state == str(state) for state in states)),
    )


def order_values(order: Order) -> dict[str, Any]:
    """Columns of an order."""
    return {
        "name": order.name,
        "study": order.study,
        "study_sha256": order.study_sha256,
        "seed": order.seed,
        "time_limit": order.time_limit,
        "workers": order.workers,
        "batch": order.batch,
    }
