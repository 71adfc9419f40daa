"""How many moves the search scores in a second, by the true objective, on one core.

In: synthetic halls (`synthetic_halls`), the largest with 40 fixtures and 88 legs. Out:
`results/search_speed.md`. Two rates are measured apart:

- *full evaluations*: moves drawn at random from a good layout, each scored to the end (walks around
  the furniture, encounters, overlooked places, wide ways) and taken back; none is given up early;
- *proposals*: what the search does in the same hall, where a move is given up as soon as it is
  known to be refused.

Run from the root of the repository: `python benchmarks/search_speed.py`, or a part of it:
`python benchmarks/search_speed.py --hall flagship --seeds 1`.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from synthetic_halls import HALLS, make_hall

from optimizer.place.problem import build_problem
from optimizer.place.scorer import Scorer
from optimizer.place.search import Budget, Search
from optimizer.place.tables import study_legs
from optimizer.place.warm_up import warm_up

RESULTS = Path(__file__).parent / "results"
MOVES = 3000
STEPS = 20_000


def measure(hall: str, *, seed: int, walking_only: bool) -> tuple[int, int, float, float, float]:
    """Return fixtures, legs, full evaluations, accepted moves and proposals per CPU second."""
    study = make_hall(HALLS[hall], seed=seed, walking_only=walking_only)
    problem = build_problem(study)
    search = Search(problem, seed=seed)
    first = search.start()
    assert first is not None
    search.run(Budget(steps=2000), first)
    assert search.best is not None
    chosen = np.array(search.best.chosen, dtype=np.int64)
    moves = [search.draw(chosen) for _ in range(MOVES)]
    scorer = Scorer(problem, chosen)
    start = time.process_time()
    for move in moves:
        scorer.propose(move)
        scorer.reject()
    full = MOVES / (time.process_time() - start)
    start = time.process_time()
    back = [tuple((block, int(chosen[block])) for block, _ in move) for move in moves]
    for move, undo in zip(moves, back, strict=True):
        scorer.propose(move)
        scorer.accept()
        scorer.propose(undo)
        scorer.accept()
    accepted = 2 * MOVES / (time.process_time() - start)
    start = time.process_time()
    Search(problem, seed=seed).run(Budget(steps=STEPS), chosen)
    proposals = STEPS / (time.process_time() - start)
    legs = len(study_legs(study, problem.kinds))
    return len(problem.blocks), legs, full, accepted, proposals


def main() -> None:
    """Measure the size classes asked for and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hall", action="append", choices=tuple(HALLS))
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args()
    warm_up()
    packages = ("numpy", "numba")
    lines = [
        "# Moves scored by the search in a second",
        "",
        f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + f". One thread, processor time, seeds: {asked.seeds} (medians); load of the machine "
        f"{os.getloadavg()[0]:.0f} on {os.cpu_count()} cores. Above 1 a core the same work takes "
        "up to three times the processor time.",
        "A full evaluation is scored to the end and taken back. An accepted move is made, and",
        "then the move back. A proposal of the search may be given up early.",
        "",
        "| hall | blocks | legs | objective | full evaluations/s | accepted moves/s "
        "| proposals/s |",
        "| --- | ---: | ---: | --- | ---: | ---: | ---: |",
    ]
    for hall in asked.hall or HALLS:
        for walking_only in (False, True):
            seeds = range(1, asked.seeds + 1)
            rows = [measure(hall, seed=s, walking_only=walking_only) for s in seeds]
            lines.append(
                f"| {hall} | {rows[0][0]} | {rows[0][1]} "
                f"| {'walking' if walking_only else 'whole'} | "
                + " | ".join(f"{statistics.median(row[i] for row in rows):,.0f}" for i in (2, 3, 4))
                + " |"
            )
            print(lines[-1], flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "search_speed.md").write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
