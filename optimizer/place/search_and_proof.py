"""Search and proof side by side, in as many processes as there are workers.

In: a placement problem, a search with a first layout, the state of the run. Out: the layouts found,
best first, and the proof. One process searches for a while and then proves, the others search
longer (`place.crew`) and then help with the proof.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimizer.place.certificate import prove
from optimizer.place.crew import Crew
from optimizer.place.search import Budget, Search

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimizer.place.certificate import Proof
    from optimizer.place.problem import PlacementProblem
    from optimizer.place.run import Orders, Run
    from optimizer.place.search import Found

__all__ = ["MENDING", "search_and_prove"]

#: Share of the solving time that the search has for itself before the bound starts.
SEARCH_FIRST = 0.15
#: Share of the time that the other processes search; then they go over to the proof. Where walking
#: is all that counts the proof closes more of the gap than a longer search does.
CREW, CREW_WALKED = 0.8, 0.5
#: Share of the time limit that the proof has as nominal seconds, where steps count.
PROVING = 0.6
#: Share of the time limit that is left to mending while every layout met breaks rules.
MENDING = 0.3
#: Seconds after which the other processes are asked again for what they found.
NEWS_SECONDS = 0.5


@dataclass(kw_only=True)
class _Listener:
    """Says whether to stop: somebody asked for it, or what time is left belongs to mending.

    It tells the run what the other searches have found meanwhile.
    """

    problem: PlacementProblem
    search: Search
    crew: Crew
    run: Run
    steps: int | None
    heard: float = field(default_factory=time.perf_counter)
    #: What the layouts break that were held against the rules.
    broken: set[int] = field(default_factory=set)

    def __call__(self) -> bool:
        run = self.run
        if time.perf_counter() - self.heard > NEWS_SECONDS:
            news = self.crew.news()
            if self.steps is None:  # whose news came first depends on time
                for one in news:
                    run.found(one)
            known = [one for one in (*news, self.search.lawful) if one is not None]
            self.broken |= {one.broken for one in known if one.broken is not None}
            self.heard = time.perf_counter()
        can_mend = self.steps is None and self.problem.leeway is None
        to_mend = can_mend and min(self.broken, default=0) > 0
        return run.stop() or (to_mend and run.left() < MENDING * run.seconds)


def search_and_prove(
    problem: PlacementProblem,
    search: Search,
    first: NDArray[np.int64],
    run: Run,
    orders: Orders,
    heat: float,
) -> tuple[tuple[Found, ...], Proof | None]:
    """Search alone at first; then prove a bound while the other workers search on."""
    steps, workers = orders.steps, orders.workers
    seeds = range(orders.seed + 1, orders.seed + workers)
    provable = problem.leeway is None or problem.leeway.is_sound
    with Crew(problem, seeds=seeds, steps=steps) as crew:
        stop = _Listener(problem=problem, search=search, crew=crew, run=run, steps=steps)
        whole = max(run.left(), 0.1)
        share = SEARCH_FIRST if workers > 1 else 0.6
        own = Budget(
            seconds=whole * (share if provable else 1.0) if steps is None else float("inf"),
            steps=steps,
            should_stop=stop,
        )
        walked_only = not (problem.study.objective.encounters or problem.study.objective.overlooked)
        crew.start(seconds=whole * (CREW_WALKED if provable and walked_only else CREW))
        search.run(own, first, heat=heat)
        if steps is None:
            for one in crew.news():
                run.found(one)
        else:
            # the proof is held against the best of all, and then all cores work at it
            _tell(run, crew.finish(stop=run.stop()))
        proof = _proof(problem, search, crew, run, orders, stop) if provable else None
        found = (*search.archive, *crew.finish(stop=run.stop() or steps is None))
    # of one layout the entry that knows what it breaks
    best = {f.chosen: f for f in sorted(found, key=lambda one: one.broken is not None)}
    return _tell(run, tuple(best.values())), proof


def _tell(run: Run, found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Note what was found, best first."""
    ranked = tuple(sorted(found, key=lambda f: (f.score.value, f.chosen)))
    for one in ranked:
        run.found(one)
    return ranked


def _proof(
    problem: PlacementProblem,
    search: Search,
    crew: Crew,
    run: Run,
    orders: Orders,
    stop: Callable[[], bool],
) -> Proof:
    """The bound, held against the layout with the least walking; a better one is noted.

    With a number of steps the time limit counts as nominal seconds of work, and nothing comes in
    meanwhile: the proof can be reproduced.
    """
    by_work = orders.steps is not None
    walked = [f for f in (search.least_walking, *crew.least_walking()) if f is not None]
    proof = prove(
        problem,
        min(walked, key=lambda f: (f.score.walking, f.chosen)),
        seconds=PROVING * run.seconds if by_work else max(run.left(), 0.5),
        on_better=run.proven,
        newest=lambda: (
            np.inf
            if by_work
            else min((f.score.walking for f in crew.least_walking()), default=np.inf)
        ),
        should_stop=stop,
        workers=lambda: orders.workers if by_work else 1 + crew.idle,
        by_work=by_work,
    )
    if proof.better is not None and problem.leeway is None:
        search.note(np.array(proof.better, dtype=np.int64))
    return proof
