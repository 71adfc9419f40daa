"""Branch and bound in several processes.

In comes what `branching` takes, and how many processes may work; out comes the same. The open
regions are dealt out, worked on for some seconds, collected and dealt anew (`sharing`), so that no
process is left with regions that nobody needs. Where work counts and not wall time, each process
does the round's work on its share and hears of the others' layouts after it: the rounds can then be
reproduced with the same number of processes.
"""

import heapq
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.place.bound.branching import BranchAndBound, Node
from optimizer.place.bound.clock import Clock
from optimizer.place.bound.leaves import Layout
from optimizer.place.bound.sharing import Board, Team, can_share, deal

OPEN_EACH = 3  # open regions for each process before they are dealt out
ROUND, LONGER, LONGEST = 1.5, 1.5, 10.0  # seconds of a round of shared work, of the next, at most
EARLY = 0.3  # seconds before the end at which the others stop, so that their answers arrive in time
GRACE, LAST_GRACE = 30.0, 1.0  # seconds for an answer: somebody may be in the middle of a region

__all__ = ["SharedBranchAndBound"]


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What a process made of its share.

    Attributes
    ----------
    done
        Regions that were split or settled, by their number in the share.
    open
        Open regions with their bounds; those that were not touched as their numbers.
    settled, upper_bound, layout, nodes, cuts
        As of `BranchAndBound`, the last two counted from nothing.
    work
        Nominal seconds on the clock of the process.
    """

    done: "dict[int, Node]"
    open: "list[tuple[float, Node | int]]"
    settled: float
    upper_bound: float
    layout: Layout | None
    nodes: int
    cuts: int
    work: float = 0.0


class SharedBranchAndBound(BranchAndBound):
    """Best-first search over regions in as many processes as there are.

    Parameters
    ----------
    workers
        Asked how many processes may work now.
    given
        As `BranchAndBound` takes them.
    """

    def __init__(self, *args: Any, workers: Callable[[], int], **given: Any) -> None:
        super().__init__(*args, **given)
        self._workers = workers if can_share() else _alone
        self._board: Board | None = None
        self._round = ROUND

    def _advance(self) -> None:
        """Split the region with the least bound, or many at the same time."""
        workers = self._workers()
        if workers > 1 and len(self._open) >= OPEN_EACH * workers:
            self._share(workers)
        else:
            super()._advance()

    def _share(self, workers: int) -> None:
        """Deal the open regions out, work on them for a while, and collect them."""
        shares = deal(sorted(self._open), workers)
        board = Board(best=self._upper_bound)
        end = self._clock.until(self._round)
        self._round = min(LONGER * self._round, LONGEST)
        pieces = [lambda share=share: self._alone(share, board, end) for share in shares[1:]]
        with Team(pieces) as team:
            self._open, self._board = shares[0], board
            self._work(end)
            last = self._clock.expired()
            cancel = self._clock.called_off() if self._clock.by_work else last
            if cancel or not self._clock.by_work:
                board.call_off(cancel=cancel)
            grace = LAST_GRACE if last and not self._clock.by_work else GRACE
            self._board = None
            for share, answer in zip(shares[1:], team.answers(within=grace), strict=True):
                self._collect([entry[2] for entry in share], answer)

    def _hear(self) -> None:
        """Take over the cost of a better layout that anybody found, and tell of an own one."""
        super()._hear()
        if self._board is None:
            return
        if self._clock.by_work:
            return
        self._board.know(self._upper_bound)
        if self._board.best < self._upper_bound:
            self._upper_bound, self._layout = self._board.best, None

    def _work(self, end: Clock) -> None:
        """Split the regions of a share, until the round ends or none is open.

        No bound is told meanwhile: what another process proved counts once it is handed over.
        """
        board = self._board
        if board is None:
            return
        heapq.heapify(self._open)
        while self._open and not end.expired() and not board.over:
            if self._closed(self._open[0][0], self._target_gap):
                break
            self._hear()
            self._split(heapq.heappop(self._open)[2])
        self._hear()
        if not self._clock.by_work:
            board.call_off()

    def _alone(self, share: "list[tuple[float, int, Node]]", board: Board, end: Clock) -> _Answer:
        """Work on a share in a process of one's own, which asks nobody outside."""
        parent = os.getppid()
        lonely = replace(
            self._clock,
            limit=self._clock.limit - EARLY,
            should_stop=lambda: board.cancelled or os.getppid() != parent,
        )
        # a region popped after the clock's end would be split without being bounded
        self._clock, end = lonely, replace(lonely, limit=min(end.limit, lonely.limit))
        self._open, self._board = list(share), board
        self._settled, self._nodes, self._cuts, self._layout = np.inf, 0, 0, None
        self._work(end)
        number = {id(entry[2]): i for i, entry in enumerate(share)}
        waiting = {id(entry[2]) for entry in self._open}
        return _Answer(
            done={i: share[i][2] for key, i in number.items() if key not in waiting},
            open=[(bound, number.get(id(node), node)) for bound, _, node in self._open],
            settled=self._settled,
            upper_bound=self._upper_bound,
            layout=self._layout,
            nodes=self._nodes,
            cuts=self._cuts,
            work=self._clock.seconds(),
        )

    def _collect(self, share: "list[Node]", answer: _Answer | None) -> None:
        """Take over what another process made of a share; nothing of it is lost without."""
        if answer is None:
            for node in share:
                heapq.heappush(self._open, (node.bound, next(self._ticket), node))
            return
        for i, node in answer.done.items():
            vars(share[i]).update(vars(node))
        for bound, number in answer.open:
            opened = share[number] if isinstance(number, int) else number
            heapq.heappush(self._open, (bound, next(self._ticket), opened))
        self._settled = min(self._settled, answer.settled)
        self._clock.spend(max(answer.work - self._clock.seconds(), 0.0))
        self._nodes += answer.nodes
        self._cuts += answer.cuts
        if answer.layout is not None and answer.upper_bound <= self._upper_bound:
            self._upper_bound, self._layout = answer.upper_bound, answer.layout
        self._upper_bound = min(self._upper_bound, answer.upper_bound)


def _alone() -> int:
    """One process, where the system does not fork."""
    return 1
