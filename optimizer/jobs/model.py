"""What a job is: its orders, its state, and what is known of it so far.

In: nothing. Out: records, with times in seconds since 1970 by the clock of the store.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Asked", "Checkpoint", "Job", "JobState", "Order", "Outcome"]


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"  #: nobody works on it yet
    RUNNING = "running"  #: a worker gives signs of life
    DONE = "done"  #: it came to an end by itself; its result may still be that nothing fits
    FAILED = "failed"  #: it cannot go on; the reason says why
    CANCELLED = "cancelled"  #: somebody wanted no more of it; the best so far is kept
    INTERRUPTED = "interrupted"  #: its worker died or was stopped; it can be resumed

    @property
    def is_open(self) -> bool:
        """Whether work is still to be done."""
        return self in (JobState.QUEUED, JobState.RUNNING, JobState.INTERRUPTED)


class Asked(StrEnum):
    """What somebody asks of a running job."""

    NOTHING = ""
    CANCEL = "cancel"
    PAUSE = "pause"


@dataclass(frozen=True, kw_only=True)
class Order:
    """One optimization that is wanted.

    Parameters
    ----------
    name
        What people call it: the branch.
    study
        Path of the study file, absolute.
    study_sha256
        Hash of the study and its drawing, by which a change between two attempts is noticed; ""
        until somebody has read it.
    seed
        Of the random numbers.
    time_limit
        Seconds of search, proof and verifying, over all attempts.
    workers
        Processes that search at the same time.
    batch
        Name of the group of jobs that it was ordered with.
    """

    name: str
    study: str
    study_sha256: str = ""
    seed: int = 1
    time_limit: float = 60.0
    workers: int = 1
    batch: str = ""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a job has found so far, over all attempts.

    Parameters
    ----------
    spent
        Seconds of search.
    objective, bound
        Best so far; None before the first.
    layout
        The layout with that objective: its placements as in `layout.json`.
    history
        Seconds spent, objective and bound of each step forward.
    """

    spent: float = 0.0
    objective: float | None = None
    bound: float | None = None
    layout: tuple[Mapping[str, Any], ...] | None = None
    history: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a job ended with.

    Parameters
    ----------
    content
        Content of `result.json`.
    certificate
        Bytes of the proof, empty without one.
    """

    content: Mapping[str, Any]
    certificate: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job of the store.

    Parameters
    ----------
    id
        Its number.
    order
        What is wanted.
    state
        Where it stands.
    run
        The call of the program that takes care of it: a batch may take several, one after the
        other.
    attempt
        How often somebody began it. The number is also the key to it: a worker that was given up
        for dead and wakes again holds an old one, and its writes are refused.
    worker
        Who works on it, or did so last; see `jobs.place_of_work`.
    asked
        What somebody asks of it.
    status
        Status of the result, "" before there is one.
    reason
        Why it stands where it stands, one sentence; "" where nothing is to be said.
    progress
        What was found so far.
    created, started, heartbeat, finished
        Times; None for what has not happened.
    """

    id: int
    order: Order
    state: JobState = JobState.QUEUED
    run: str = ""
    attempt: int = 0
    worker: str = ""
    asked: Asked = Asked.NOTHING
    status: str = ""
    reason: str = ""
    progress: Checkpoint = field(default_factory=Checkpoint)
    created: float | None = None
    started: float | None = None
    heartbeat: float | None = None
    finished: float | None = None

    @property
    def left(self) -> float:
        """Seconds of the time limit that are left."""
        return max(self.order.time_limit - self.progress.spent, 0.0)

    @property
    def gap(self) -> float | None:
        """(objective − bound) / objective of what is known; None without either."""
        objective, bound = self.progress.objective, self.progress.bound
        if not objective or bound is None:
            return None
        return max(objective - bound, 0.0) / objective
