"""The store of jobs: who wants what, who works on it, what was found.

In: orders of planners and news of workers, from any number of processes at once. Out: jobs. Every
write is one transaction that says under which circumstances it holds ("if the job is still mine"),
so two writers never undo each other's work; a write whose answer was lost may be sent again.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, insert, select, update

from optimizer.errors import StoreError
from optimizer.jobs.claims import Claims
from optimizer.jobs.model import Asked, Job, JobState, Order, Outcome
from optimizer.jobs.tables import job_of, jobs, order_values, results

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from sqlalchemy import ColumnElement, Connection

__all__ = ["JobStore"]

#: States of jobs that resuming may take up.
REOPENED = tuple(state for state in JobState if state is not JobState.RUNNING)
#: Numbers of jobs in one statement.
CHUNK = 5000


class JobStore(Claims):
    """The jobs of a database, as planners see them."""

    def add(self, orders: Sequence[Order], *, run: str = "") -> tuple[int, ...]:
        """Queue orders, for a run that takes care of them; their numbers, in the same order."""
        rows = [order_values(order) | {"ticket": uuid.uuid4().hex} for order in orders]
        tickets = [row["ticket"] for row in rows]

        def numbers(connection: Connection) -> dict[str, int]:
            found: dict[str, int] = {}
            for first in range(0, len(tickets), CHUNK):
                some = jobs.c.ticket.in_(tickets[first : first + CHUNK])
                asked = select(jobs.c.ticket, jobs.c.id).where(some)
                found |= {ticket: number for ticket, number in connection.execute(asked)}
            return found

        def work(connection: Connection) -> tuple[int, ...]:
            there = numbers(connection)
            new = [row for row in rows if row["ticket"] not in there]
            if new:
                created = {"state": str(JobState.QUEUED), "history": [], "run": run}
                every = insert(jobs).values(created=self.now)
                connection.execute(every, [row | created for row in new])
            number = numbers(connection)
            return tuple(number[ticket] for ticket in tickets)

        return self.write(work) if rows else ()

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
        run: str | None = None,
        states: Iterable[JobState] | None = None,
        ended_after: float | None = None,
    ) -> tuple[Job, ...]:
        """Jobs in the order of their numbers: of a batch, a run, some states, or all.

        Parameters
        ----------
        batch, run, states
            Which jobs; None for whatever.
        ended_after
            Only those that ended later than this time of the store's clock.
        """
        wanted = []
        if batch is not None:
            wanted.append(jobs.c.batch == batch)
        if states is not None:
            wanted.append(jobs.c.state.in_([str(state) for state in states]))
        if run is not None:
            wanted.append(jobs.c.run == run)
        if ended_after is not None:
            wanted.append(jobs.c.finished > ended_after)
        return self._select(*wanted)

    def count(self, run: str) -> dict[JobState, int]:
        """How many jobs of a run are in each state; states without any are left out."""
        query = select(jobs.c.state, func.count()).where(jobs.c.run == run).group_by(jobs.c.state)
        rows = self.read(lambda connection: connection.execute(query).all())
        return {JobState(state): number for state, number in rows}

    def last_batch(self, beginning: str) -> str | None:
        """Name of the batch added last of those whose name begins so; None without one."""
        query = (
            select(jobs.c.batch)
            .where(jobs.c.batch.startswith(beginning, autoescape=True))
            .order_by(jobs.c.id.desc())
            .limit(1)
        )
        return self.read(lambda connection: connection.execute(query).scalar())

    def outcome(self, number: int) -> Outcome | None:
        """Result of a job, None where there is none."""
        query = select(results.c.content, results.c.certificate).where(results.c.job == number)
        row = self.read(lambda connection: connection.execute(query).first())
        return None if row is None else Outcome(content=row[0], certificate=bytes(row[1]))

    def outcomes(self, batch: str) -> dict[int, Mapping[str, Any]]:
        """Content of `result.json` by job of a batch."""
        query = (
            select(results.c.job, results.c.content)
            .join(jobs, jobs.c.id == results.c.job)
            .where(jobs.c.batch == batch)
        )
        rows = self.read(lambda connection: connection.execute(query).all())
        return {number: content for number, content in rows}

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
                    .values(state=str(JobState.CANCELLED), finished=self.now, reason="cancelled")
                )

        self.write(work)

    def enqueue(
        self, numbers: Iterable[int], *, run: str, states: Iterable[JobState] = REOPENED
    ) -> tuple[int, ...]:
        """Queue jobs for a run; the numbers of those that were in one of the states.

        Parameters
        ----------
        numbers
            Which jobs.
        run
            Who takes care of them from now on.
        states
            States that are changed; a job that somebody works on is left alone.
        """
        every = list(numbers)
        among = [str(state) for state in states if state is not JobState.RUNNING]

        def work(connection: Connection) -> tuple[int, ...]:
            queued: list[int] = []
            for first in range(0, len(every), CHUNK):
                change = (
                    update(jobs)
                    .where(jobs.c.id.in_(every[first : first + CHUNK]), jobs.c.state.in_(among))
                    .values(state=str(JobState.QUEUED), run=run, asked="", finished=None)
                    .returning(jobs.c.id)
                )
                queued += connection.execute(change).scalars()
            return tuple(sorted(queued))

        return self.write(work)

    def _select(self, *wanted: ColumnElement[bool]) -> tuple[Job, ...]:
        query = select(jobs).where(and_(True, *wanted)).order_by(jobs.c.id)
        rows = self.read(lambda connection: connection.execute(query).mappings().all())
        return tuple(job_of(row) for row in rows)
