"""The store of jobs: who wants what, who works on it, what was found.

In: orders of planners and news of workers, from any number of processes at once. Out: jobs. Every
write is one transaction that says under which circumstances it holds ("if the job is still mine"),
so two writers never undo each other's work; a write whose answer was lost may be sent again.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlalchemy import and_, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from optimizer.errors import StoreError
from optimizer.jobs.database import again, clock, connect, shown
from optimizer.jobs.model import Asked, Checkpoint, Job, JobState, Order, Outcome
from optimizer.jobs.place_of_work import has_died, name_of_process
from optimizer.jobs.tables import (
    is_mine,
    job_of,
    jobs,
    metadata,
    order_values,
    progress_values,
    results,
    state_is,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

__all__ = ["JobStore"]

T = TypeVar("T")

#: Seconds without a sign of life after which a worker is given up for dead.
LEASE = 60.0
#: Seconds that reading and writing wait for a store that is gone; that opening one does.
PATIENCE, OPENING = 20.0, 5.0
#: States that nobody changes any more, but by resuming the job.
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobStore:
    """The jobs of a database.

    Parameters
    ----------
    url
        Path of an SQLite file, or an SQLAlchemy URL of SQLite or PostgreSQL.
    lease
        Seconds without a sign of life after which a worker is given up for dead.

    Raises
    ------
    StoreError
        Where it cannot be opened.
    """

    def __init__(self, url: str, *, lease: float = LEASE) -> None:
        self.url = url
        self._lease = lease
        self._engine = connect(url)
        self._now = clock(self._engine)
        again(self._engine, self._make_tables, patience=OPENING, what="opened")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @property
    def name(self) -> str:
        """Where the store is, without a password."""
        return shown(self._engine.url)

    def add(self, orders: Sequence[Order]) -> tuple[int, ...]:
        """Queue orders; their numbers, in the same order."""
        rows = [order_values(order) | {"ticket": uuid.uuid4().hex} for order in orders]
        tickets = [row["ticket"] for row in rows]
        asked = select(jobs.c.ticket, jobs.c.id).where(jobs.c.ticket.in_(tickets))

        def work(connection: Connection) -> tuple[int, ...]:
            there = {ticket for ticket, _ in connection.execute(asked)}
            new = [row for row in rows if row["ticket"] not in there]
            if new:
                created = {"created": self._now, "state": JobState.QUEUED, "history": []}
                connection.execute(insert(jobs).values([row | created for row in new]))
            number = {ticket: number for ticket, number in connection.execute(asked)}
            return tuple(number[ticket] for ticket in tickets)

        return self._write(work) if rows else ()

    def get(self, number: int) -> Job:
        """A job.

        Raises
        ------
        StoreError
            Where there is none of this number.
        """
        found = self._select(jobs.c.id == number)
        if not found:
            raise StoreError(f"{self.name}: there is no job {number}; 'jobs list' shows them")
        return found[0]

    def list(
        self,
        *,
        batch: str | None = None,
        states: Iterable[JobState] | None = None,
        numbers: Iterable[int] | None = None,
    ) -> tuple[Job, ...]:
        """Jobs in the order of their numbers, of one batch, some states, some numbers, or all."""
        wanted = []
        if batch is not None:
            wanted.append(jobs.c.batch == batch)
        if states is not None:
            wanted.append(jobs.c.state.in_([str(state) for state in states]))
        if numbers is not None:
            wanted.append(jobs.c.id.in_(list(numbers)))
        return self._select(*wanted)

    def last_batch(self, beginning: str) -> str | None:
        """Name of the batch added last of those whose name begins so; None without one."""
        query = (
            select(jobs.c.batch)
            .where(jobs.c.batch.startswith(beginning, autoescape=True))
            .order_by(jobs.c.id.desc())
            .limit(1)
        )
        return self._read(lambda connection: connection.execute(query).scalar())

    def outcome(self, number: int) -> Outcome | None:
        """Result of a job, None where there is none."""
        query = select(results.c.content, results.c.certificate).where(results.c.job == number)
        row = self._read(lambda connection: connection.execute(query).first())
        return None if row is None else Outcome(content=row[0], certificate=bytes(row[1]))

    def outcomes(self, batch: str) -> dict[int, Mapping[str, Any]]:
        """Content of `result.json` by job of a batch."""
        query = (
            select(results.c.job, results.c.content)
            .join(jobs, jobs.c.id == results.c.job)
            .where(jobs.c.batch == batch)
        )
        rows = self._read(lambda connection: connection.execute(query).all())
        return {number: content for number, content in rows}

    def claim(
        self,
        worker: str,
        *,
        number: int | None = None,
        batch: str | None = None,
        take_over: bool = False,
    ) -> Job | None:
        """Begin the next queued job, or a certain one; None where there is none to begin.

        Parameters
        ----------
        worker
            Who claims it; see `jobs.place_of_work`.
        number, batch
            This job only, or only jobs of this batch.
        take_over
            Begin it even while somebody else seems to work on it: for a scheduler that knows that
            the other one is lost. The other one's writes are refused from then on.
        """
        states = [JobState.QUEUED, *((JobState.RUNNING, JobState.INTERRUPTED) if take_over else ())]
        free = select(jobs.c.id).where(jobs.c.state.in_([str(state) for state in states]))
        if number is not None:
            free = free.where(jobs.c.id == number)
        if batch is not None:
            free = free.where(jobs.c.batch == batch)
        free = free.order_by(jobs.c.id).limit(1).with_for_update(skip_locked=not take_over)
        change = (
            update(jobs)
            .where(jobs.c.id == free.scalar_subquery())
            .values(
                state=str(JobState.RUNNING),
                worker=worker,
                attempt=jobs.c.attempt + 1,
                asked="",
                reason="",
                started=func.coalesce(jobs.c.started, self._now),
                heartbeat=self._now,
                finished=None,
            )
            .returning(jobs)
        )

        def work(connection: Connection) -> Job | None:
            row = connection.execute(change).mappings().first()
            return None if row is None else job_of(row)

        return self._write(work)

    def beat(
        self, job: Job, progress: Checkpoint | None = None, *, patience: float = 0.0
    ) -> Asked | None:
        """Give a sign of life, and store what was found; what is asked, None where the job is lost.

        Parameters
        ----------
        job
            As `claim` gave it.
        progress
            What was found so far, None where nothing is new.
        patience
            Seconds to wait for a store that is gone.
        """
        known = {} if progress is None else progress_values(progress)
        change = (
            update(jobs)
            .where(is_mine(job))
            .values(heartbeat=self._now, **known)
            .returning(jobs.c.asked)
        )

        def work(connection: Connection) -> Asked | None:
            asked = connection.execute(change).scalar()
            return None if asked is None else Asked(asked)

        return self._write(work, patience=patience)

    def end(
        self,
        job: Job,
        state: JobState,
        *,
        progress: Checkpoint,
        reason: str = "",
        outcome: Outcome | None = None,
        patience: float = PATIENCE,
    ) -> bool:
        """Say how a job came to its end; False where it is no longer this worker's.

        Parameters
        ----------
        job
            As `claim` gave it.
        state, reason
            How it ended, and why.
        progress, outcome
            What was found, and the result if there is one.
        patience
            Seconds to wait for a store that is gone.
        """
        status = "" if outcome is None else str(outcome.content.get("status", ""))
        change = (
            update(jobs)
            .where(is_mine(job))
            .values(
                state=str(state),
                reason=reason,
                status=status,
                asked="",
                finished=self._now,
                heartbeat=self._now,
                **progress_values(progress),
            )
        )
        done_before = select(jobs.c.id).where(
            jobs.c.id == job.id, jobs.c.attempt == job.attempt, jobs.c.state == str(state)
        )

        def work(connection: Connection) -> bool:
            if connection.execute(change).rowcount == 0:
                return connection.execute(done_before).first() is not None
            if outcome is not None:
                connection.execute(results.delete().where(results.c.job == job.id))
                connection.execute(
                    insert(results).values(
                        job=job.id,
                        content=dict(outcome.content),
                        certificate=outcome.certificate,
                    )
                )
            return True

        return self._write(work, patience=patience)

    def ask(self, numbers: Iterable[int], what: Asked) -> None:
        """Ask running jobs to stop; those that nobody works on are ended at once."""
        idle = jobs.c.state.in_([str(JobState.QUEUED), str(JobState.INTERRUPTED)])
        running = jobs.c.state == str(JobState.RUNNING)
        wanted = jobs.c.id.in_(list(numbers))

        def work(connection: Connection) -> None:
            connection.execute(update(jobs).where(wanted, running).values(asked=str(what)))
            if what is Asked.CANCEL:
                connection.execute(
                    update(jobs)
                    .where(wanted, idle)
                    .values(state=str(JobState.CANCELLED), finished=self._now, reason="cancelled")
                )

        self._write(work)

    def recover(self, *, batch: str | None = None) -> tuple[Job, ...]:
        """Mark running jobs whose workers are dead as interrupted; those jobs."""
        of_batch = () if batch is None else (jobs.c.batch == batch,)
        silent = case((jobs.c.heartbeat < self._now - self._lease, True), else_=False)
        query = select(jobs.c.id, jobs.c.attempt, jobs.c.worker, silent).where(
            jobs.c.state == str(JobState.RUNNING), *of_batch
        )
        found = []
        for number, attempt, worker, is_silent in self._read(lambda c: c.execute(query).all()):
            if has_died(worker):
                reason = f"its worker died: {name_of_process(worker)} is gone"
            elif is_silent:
                reason = f"no sign of life of {name_of_process(worker)} for {self._lease:g} s"
            else:
                continue
            if self._set_aside(number, attempt, reason):
                found.append(number)
        return self.list(numbers=found) if found else ()

    def fail(self, job: Job, reason: str) -> bool:
        """Give up an interrupted job, if nobody else has taken it up."""
        change = (
            update(jobs)
            .where(state_is(job, JobState.INTERRUPTED))
            .values(state=str(JobState.FAILED), reason=reason, finished=self._now)
        )
        return self._write(lambda connection: connection.execute(change).rowcount > 0)

    def requeue(self, job: Job) -> bool:
        """Queue a job again that ended or was interrupted; False where somebody was quicker."""
        change = (
            update(jobs)
            .where(state_is(job, JobState.INTERRUPTED, *ENDED))
            .values(state=str(JobState.QUEUED), asked="", finished=None)
        )
        return self._write(lambda connection: connection.execute(change).rowcount > 0)

    def _set_aside(self, number: int, attempt: int, reason: str) -> bool:
        """Mark a running job as interrupted, if it is still the same attempt."""
        change = (
            update(jobs)
            .where(
                jobs.c.id == number,
                jobs.c.attempt == attempt,
                jobs.c.state == str(JobState.RUNNING),
            )
            .values(
                # what a dead worker was asked to give up is given up
                state=case(
                    (jobs.c.asked == str(Asked.CANCEL), str(JobState.CANCELLED)),
                    else_=str(JobState.INTERRUPTED),
                ),
                asked="",
                reason=reason,
            )
        )
        return self._write(lambda connection: connection.execute(change).rowcount > 0)

    def _make_tables(self) -> None:
        try:
            metadata.create_all(self._engine)
        except (IntegrityError, ProgrammingError, OperationalError) as error:
            # somebody else makes them at the same time
            if "exist" not in str(error) and "duplicate" not in str(error):
                raise
            metadata.create_all(self._engine)

    def _select(self, *wanted: ColumnElement[bool]) -> tuple[Job, ...]:
        query = select(jobs).where(and_(True, *wanted)).order_by(jobs.c.id)
        rows = self._read(lambda connection: connection.execute(query).mappings().all())
        return tuple(job_of(row) for row in rows)

    def _read(self, work: Callable[[Connection], T]) -> T:
        def once() -> T:
            with self._engine.connect() as connection:
                return work(connection)

        return again(self._engine, once, patience=PATIENCE, what="read")

    def _write(self, work: Callable[[Connection], T], *, patience: float = PATIENCE) -> T:
        def once() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        return again(self._engine, once, patience=patience, what="written to")
