"""Our search against others with the same processor time, on halls that nothing was tuned on.

In: size classes of `synthetic_halls`, seeds. Out: `results/search_peers.md` and `.csv`: median of
the best objective (walking, encounters, overlooked places), how much better ours is, and 95 %
bootstrap intervals of that.

Each run is one process with a budget of processor seconds, so that a shared machine is fair to all;
with one hall a seed, and every method on every hall (paired). Run from the root of the repository:

    python benchmarks/search_peers.py [--hall branch] [--seconds 10 60] [--seeds 10] [--jobs 1]
"""

from __future__ import annotations

import argparse
import csv
import datetime
import multiprocessing
import platform
import sys
from dataclasses import astuple, dataclass, fields
from importlib.metadata import version
from pathlib import Path

import numpy as np
from peer_searches import METHODS, run
from synthetic_halls import HALLS, make_hall

from optimizer.place.problem import build_problem
from optimizer.place.warm_up import warm_up

RESULTS = Path(__file__).parent / "results"
#: Draws of the bootstrap.
DRAWS = 10_000


@dataclass(frozen=True)
class Row:
    """One run."""

    hall: str
    seed: int
    seconds: float
    method: str
    objective: float
    scored: float


def measure(job: tuple[str, int, tuple[float, ...], tuple[str, ...]]) -> list[Row]:
    """Run every method on one hall."""
    hall, seed, seconds, methods = job
    warm_up()
    problem = build_problem(make_hall(HALLS[hall], seed=100 + seed))
    rows = []
    for limit in seconds:
        for method in methods:
            outcome = run(method, problem, seed=seed, seconds=limit)
            rows.append(Row(hall, seed, limit, method, outcome.value, outcome.scored))
            told = f"{hall} {seed} {limit:g} s {method}: {outcome.value:.1f}\n"
            sys.stderr.write(told)
    return rows


def interval(ratios: np.ndarray) -> tuple[float, float]:
    """95 % bootstrap interval of the median."""
    rng = np.random.default_rng(0)
    draws = np.median(ratios[rng.integers(len(ratios), size=(DRAWS, len(ratios)))], axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


def table(rows: list[Row]) -> str:
    """Return the measurements as Markdown."""
    packages = ("numpy", "numba", "pymoo", "alns")
    lines = [
        "# Our search against others",
        "",
        f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + ". Processor seconds of one process each; the machine was shared. One synthetic hall a "
        "seed, the same for all; no parameter was tuned on them. Objective: walking, encounters "
        "and overlooked places, without waiting, which no search can change. What each method "
        "does: `peer_searches.py`. “Usual” is a method in its usual form, where each layout "
        "is scored from nothing; to the others our scoring of moves is lent.",
        "",
        "“Ours is better by” is 1 − ours / theirs on the same hall and seed: median, and its 95 % "
        "interval (bootstrap over the seeds). A minus says that the other is better.",
        "",
        "| hall | s | seeds | method | median objective | median layouts scored "
        "| ours is better by | 95 % interval | better on |",
        "| --- | ---: | ---: | --- | ---: | ---: | ---: | --- | ---: |",
    ]
    for hall, seconds in dict.fromkeys((r.hall, r.seconds) for r in rows):
        here = [r for r in rows if (r.hall, r.seconds) == (hall, seconds)]
        mine = {r.seed: r.objective for r in here if r.method == "ours"}
        for method in dict.fromkeys(r.method for r in here):
            theirs = {r.seed: r for r in here if r.method == method}
            median = np.median([r.objective for r in theirs.values()])
            scored = np.median([r.scored for r in theirs.values()])
            line = f"| {hall} | {seconds:g} | {len(theirs)} | {method} | {median:.1f} | "
            line += "–" if np.isnan(scored) else f"{scored:.0f}"
            if method == "ours" or not mine:
                lines.append(f"{line} | | | |")
                continue
            ratios = np.array([1 - mine[s] / r.objective for s, r in theirs.items() if s in mine])
            low, high = interval(ratios)
            lines.append(
                f"{line} | {np.median(ratios):+.1%} | {low:+.1%} to {high:+.1%} "
                f"| {(ratios > 1e-9).sum()} of {len(ratios)} |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print the table, write it where it is the whole of it or `--write` is given."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--hall", action="append", choices=list(HALLS))
    parser.add_argument("--seconds", type=float, nargs="+", default=[10.0, 60.0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--method", action="append", choices=list(METHODS))
    parser.add_argument("--jobs", type=int, default=1, help="halls at a time")
    parser.add_argument("--add", action="store_true", help="keep the runs measured before")
    options = parser.parse_args()
    halls = options.hall or [name for name in HALLS if name != "small"]
    methods = tuple(options.method or METHODS)
    jobs = [
        (hall, seed, tuple(options.seconds), methods)
        for hall in halls
        for seed in range(1, options.seeds + 1)
    ]
    rows = _read() if options.add else []
    done = {(r.hall, r.seed, r.seconds, r.method) for r in rows}
    jobs = [
        (hall, seed, (limit,), missing)
        for hall, seed, limits, names in jobs
        for limit in limits
        if (missing := tuple(m for m in names if (hall, seed, limit, m) not in done))
    ]
    context = multiprocessing.get_context("fork")
    with context.Pool(options.jobs) as pool:
        for found in pool.imap(measure, jobs):
            rows += found
            rows.sort(key=lambda r: (r.hall, r.seconds, list(METHODS).index(r.method), r.seed))
            _write(rows)
    sys.stdout.write(table(rows))


def _read() -> list[Row]:
    """Rows that were measured before."""
    file = RESULTS / "search_peers.csv"
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8") as stream:
        return [
            Row(r["hall"], int(r["seed"]), float(r["seconds"]), r["method"],
                float(r["objective"]), float(r["scored"]))
            for r in csv.DictReader(stream)
        ]  # fmt: skip


def _write(rows: list[Row]) -> None:
    """Write table and rows; after every hall, so that a long run that is stopped is not lost."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "search_peers.md").write_text(table(rows), encoding="utf-8")
    with (RESULTS / "search_peers.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(field.name for field in fields(Row))
        writer.writerows(astuple(row) for row in rows)


if __name__ == "__main__":
    main()
