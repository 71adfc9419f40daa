"""One line of customers before some servers: classes, patience and booked arrivals together.

In: the classes of a line with their streams, and the servers. Out: a `LineWait` per class.

Which formula: all customers alike, M/G/c by Allen and Cunneen (`queues`, formula 4); classes,
Cobham's (formula 6); limited patience, Erlang-A (`abandonment`), with classes its formula (5).
Booked arrivals enter as the variation of the time between arrivals. The mean is exact in the cases
that these name. The distribution behind a percentile is exact for M/M/c, for Erlang-A and for the
class that is called first; for the others it has the same shape with their own mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.demand.abandonment import (
    AbandonmentFigures,
    compute_abandonment,
    compute_impatient_classes,
    spread_stream,
)
from optimizer.demand.queues import (
    compute_priority_waits,
    compute_queue,
    find_percentile,
    pool_streams,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.demand.queues import Stream

__all__ = ["LineWait", "compute_line", "mean_wait", "wait_percentile"]


@dataclass(frozen=True, kw_only=True)
class LineWait:
    """The wait of one class of customers in one line.

    Parameters
    ----------
    name
        Class of customers; "" where there is only one.
    arrivals
        People per unit of time.
    mean_wait
        Mean time in the queue, with those who leave; inf where the queue grows for ever.
    delayed
        Probability of having to wait.
    abandoned
        Share who leave unserved.
    impatient
        The Erlang-A queue whose distribution the wait has, or None.
    """

    name: str
    arrivals: float
    mean_wait: float
    delayed: float
    abandoned: float = 0.0
    impatient: AbandonmentFigures | None = None

    def longer_than(self, time: float) -> float:
        """Probability of waiting longer than a time."""
        if self.impatient is not None:
            return self.impatient.longer_than(time)
        if time < 0 or math.isinf(self.mean_wait):
            return 1.0
        if self.mean_wait <= 0:
            return 0.0
        return self.delayed * math.exp(-self.delayed * time / self.mean_wait)

    def percentile(self, share: float) -> float:
        """Wait that a share of the class (0 to 1, below 1) does not exceed."""
        if self.impatient is not None:
            return self.impatient.percentile(share)
        if self.delayed <= 1 - share or self.mean_wait <= 0:
            return 0.0
        return self.mean_wait / self.delayed * math.log(self.delayed / (1 - share))


def compute_line(
    classes: Mapping[str, Stream],
    servers: int,
    *,
    patience: float | None = None,
    arrival_variation: float = 1.0,
) -> tuple[LineWait, ...]:
    """Wait of each class of one line.

    Parameters
    ----------
    classes
        Streams by class, those who are called first standing first.
    servers
        Number of servers, at least 1.
    patience
        Mean time that customers are ready to wait; None for ever.
    arrival_variation
        Standard deviation of the time between arrivals over its mean.

    Raises
    ------
    StudyError
        If there are no classes or no servers, or the patience is no time above 0.
    """
    streams = tuple(classes.values())
    whole = pool_streams(streams)
    queue = compute_queue(whole, servers, arrival_variation=arrival_variation)
    delayed, impatient = queue.delayed, None
    if patience is None and len(streams) == 1:
        waits: tuple[float, ...] = (queue.mean_wait,)
    elif patience is None:
        waits = compute_priority_waits(streams, servers, arrival_variation=arrival_variation)
    else:
        impatient = compute_abandonment(spread_stream(whole, arrival_variation), servers, patience)
        delayed = impatient.delayed
        waits = compute_impatient_classes(
            streams, servers, patience, arrival_variation=arrival_variation
        )
    return tuple(
        LineWait(
            name=name,
            arrivals=stream.arrivals,
            mean_wait=wait,
            delayed=delayed,
            abandoned=0.0 if patience is None else wait / patience,
            impatient=impatient if len(streams) == 1 else None,
        )
        for (name, stream), wait in zip(classes.items(), waits, strict=True)
    )


def mean_wait(waits: Sequence[LineWait]) -> float:
    """Mean time in the queue over all who come."""
    people = sum(wait.arrivals for wait in waits)
    return sum(w.arrivals * w.mean_wait for w in waits if w.arrivals) / people if people else 0.0


def wait_percentile(waits: Sequence[LineWait], share: float) -> float:
    """Wait that a share of all who come (0 to 1, below 1) does not exceed; inf where none holds."""
    people = sum(wait.arrivals for wait in waits)
    if not people:
        return 0.0
    if len(waits) == 1:
        return waits[0].percentile(share)
    stuck = sum(wait.arrivals for wait in waits if math.isinf(wait.mean_wait))
    if stuck >= (1 - share) * people:
        return math.inf

    def longer_than(time: float) -> float:
        return sum(wait.arrivals * wait.longer_than(time) for wait in waits) / people

    return find_percentile(longer_than, share)
