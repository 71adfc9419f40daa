"""The worker's side of the job store: a job is claimed, kept alive, and brought to its end.

In: workers' news. Out: jobs that belong to one worker at a time. Each claim is a new attempt, and
every write asks whether the job is still in that attempt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, func, insert, select, update

from optimizer.jobs.database import PATIENCE, Database
from optimizer.jobs.model import Asked, Checkpoint, Job, JobState, Outcome
from optimizer.jobs.place_of_work import has_died, name_of_process
from optimizer.jobs.tables import is_mine, job_of, jobs, progress_values, results, state_is

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Claims"]

#: Seconds without a sign of life after which a worker is given up for dead.
LEASE = 60.0
#: A sign of life so far ahead of the database's clock says that the clock went back, seconds.
AHEAD = 1.0


class Claims(Database):
    """The jobs of a database, as workers see them.

    Parameters
    ----------
    url
        Path of an SQLite file, or an SQLAlchemy URL of SQLite or PostgreSQL.
    lease
        Seconds without a sign of life after which a worker is given up for dead.
    """

    def __init__(self, url: str, *, lease: float = LEASE) -> None:
        super().__init__(url)
        self._lease = lease

    def claim(
        self,
        worker: str,
        *,
        number: int | None = None,
        run: str | None = None,
        take_over: bool = False,
    ) -> Job | None:
        """Begin the next queued job, or a certain one; None where there is none to begin.

        Parameters
        ----------
        worker
            Who claims it; see `jobs.place_of_work`.
        number, run
            This job only, or only jobs of this run.
        take_over
            Begin it even while somebody else seems to work on it: for a scheduler that knows that
            the other one is lost. The other one's writes are refused from then on.
        """
        states = [JobState.QUEUED, *((JobState.RUNNING, JobState.INTERRUPTED) if take_over else ())]
        free = select(jobs.c.id).where(jobs.c.state.in_([str(state) for state in states]))
        if number is not None:
            free = free.where(jobs.c.id == number)
        if run is not None:
            free = free.where(jobs.c.run == run)
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
                started=func.coalesce(jobs.c.started, self.now),
                heartbeat=self.now,
                finished=None,
            )
            .returning(jobs)
        )

        def work(connection: Connection) -> Job | None:
            row = connection.execute(change).mappings().first()
            return None if row is None else job_of(row)

        return self.write(work)

    def identify(self, job: Job, sha256: str) -> None:
        """Note the hash of the study that a job is begun with, where its order has none."""
        change = update(jobs).where(is_mine(job)).values(study_sha256=sha256)
        self.write(lambda connection: connection.execute(change))

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
            .values(heartbeat=self.now, **known)
            .returning(jobs.c.asked)
        )

        def work(connection: Connection) -> Asked | None:
            asked = connection.execute(change).scalar()
            return None if asked is None else Asked(asked)

        return self.write(work, patience=patience)

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
                # PostgreSQL refuses these signs, and a reason may hold whatever a file was called
                reason=reason.replace("\0", "").encode("utf-8", "replace").decode(),
                status=status,
                asked="",
                finished=self.now,
                heartbeat=self.now,
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

        return self.write(work, patience=patience)

    def recover(self, *, run: str | None = None) -> tuple[int, ...]:
        """Mark running jobs whose workers are dead as interrupted; the numbers of those jobs.

        Where the database's clock went back, a sign of life lies ahead of it; such a one counts as
        given now, or nobody would miss a dead worker until the clock is there again.
        """
        of_run = () if run is None else (jobs.c.run == run,)
        ahead = (jobs.c.state == str(JobState.RUNNING), jobs.c.heartbeat > self.now + AHEAD)
        if self.read(lambda c: c.execute(select(jobs.c.id).where(*ahead, *of_run)).first()):
            set_back = update(jobs).where(*ahead, *of_run).values(heartbeat=self.now)
            self.write(lambda connection: connection.execute(set_back))
        silent = case((jobs.c.heartbeat < self.now - self._lease, True), else_=False)
        query = select(jobs.c.id, jobs.c.attempt, jobs.c.worker, silent).where(
            jobs.c.state == str(JobState.RUNNING), *of_run
        )
        found = []
        for number, attempt, worker, is_silent in self.read(lambda c: c.execute(query).all()):
            if has_died(worker):
                reason = f"its worker died: {name_of_process(worker)} is gone"
            elif is_silent:
                reason = f"no sign of life of {name_of_process(worker)} for {self._lease:g} s"
            else:
                continue
            if self._set_aside(number, attempt, reason):
                found.append(number)
        return tuple(found)

    def fail(self, job: Job, reason: str) -> bool:
        """Give up an interrupted job, if nobody else has taken it up."""
        change = (
            update(jobs)
            .where(state_is(job, JobState.INTERRUPTED))
            .values(state=str(JobState.FAILED), reason=reason, finished=self.now)
        )
        return self.write(lambda connection: connection.execute(change).rowcount > 0)

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
        return self.write(lambda connection: connection.execute(change).rowcount > 0)
