"""Bench of the assignment search beyond n = 36: instances whose optimum is known by construction.

In: sizes, seeds. Out: `results/qap_planted.md`. The larger instances of QAPLIB are not part of this
project (name a folder with them to `qaplib.py --folder` to run those); here the optimum is planted:

    Σ a[i,j] · b[p(i),p(j)]  ≥  Σ (entries of a, least first) · (entries of b, largest first)

by the rearrangement inequality, and b is filled such that one hidden permutation attains it.

    grid    a: steps between the places of a rectangular grid, as in nug, sko, wil, tho; b: flows,
            heavy ones few, in the order of the distances
    dense   a: whole numbers 0 to 99 at random, as in tai..a; b likewise, in the opposite order
    sparse  a as in grid, b: nine flows in ten are 0, as in real buildings (ste, kra)

Run from the root of the repository: `python benchmarks/qap_planted.py [--seconds 60] [--seeds 3]`.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

from optimizer.place.assignment import AssignmentProblem, solve_assignment

RESULTS = Path(__file__).parent / "results"
#: Rows and columns of the grid by size.
GRIDS = {40: (5, 8), 50: (5, 10), 60: (6, 10), 80: (8, 10), 100: (10, 10)}
KINDS = ("grid", "dense", "sparse")


def plant(kind: str, n: int, seed: int) -> tuple[AssignmentProblem, int]:
    """An instance and its optimum."""
    rng = np.random.default_rng(seed)
    upper = np.triu_indices(n, 1)
    if kind == "dense":
        distances = rng.integers(0, 100, len(upper[0]))
        flows = rng.integers(0, 100, len(upper[0]))
    else:
        places = np.array([(i, j) for i in range(GRIDS[n][0]) for j in range(GRIDS[n][1])])
        distances = np.abs(places[upper[0]] - places[upper[1]]).sum(axis=1)
        flows = np.floor(rng.exponential(4.0, len(upper[0]))).astype(np.int64)
        if kind == "sparse":
            flows[rng.random(len(flows)) < 0.9] = 0
    # pairs of equal distance in random order, so that the flows have no pattern of their own
    order = np.lexsort([rng.random(len(distances)), distances])
    planted = np.empty_like(flows)
    planted[order] = np.sort(flows)[::-1]
    a, b = np.zeros((n, n), dtype=np.int64), np.zeros((n, n), dtype=np.int64)
    a[upper], b[upper] = distances, planted
    a, b = a + a.T, b + b.T
    hidden = rng.permutation(n)
    problem = AssignmentProblem(n=n, a=a[np.ix_(hidden, hidden)], b=b)
    return problem, int((a * b).sum())


def race(kind: str, n: int, seed: int, seconds: float) -> tuple[float, float]:
    """Gap to the optimum in per cent, and CPU seconds."""
    problem, best = plant(kind, n, seed)
    began = time.process_time()
    result = solve_assignment(
        problem,
        time_limit=None,
        seed=seed,
        target=best,
        should_stop=lambda: time.process_time() - began >= seconds,
    )
    spent = time.process_time() - began
    if result.value < best:
        raise SystemExit(f"{kind} {n}: {result.value} undercuts the optimum {best}")
    return 100 * (result.value - best) / max(best, 1), spent


def main() -> None:
    """Run the bench and write its table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--size", type=int, action="append", choices=list(GRIDS))
    options = parser.parse_args()
    race("dense", 40, 1, 0.1)  # loads the compiled kernels
    gaps: list[float] = []
    lines = []
    for n in options.size or GRIDS:
        for kind in KINDS:
            runs = [race(kind, n, seed, options.seconds) for seed in range(1, options.seeds + 1)]
            own = [gap for gap, _ in runs]
            gaps += own
            lines.append(
                f"| {kind} | {n} | {sum(gap == 0 for gap in own)}/{len(own)} "
                f"| {statistics.fmean(own):.4f} | {max(own):.4f} "
                f"| {statistics.median(s for _, s in runs):.2f} | {max(s for _, s in runs):.2f} |"
            )
            sys.stderr.write(lines[-1] + "\n")
    versions = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy"))
    head = [
        "# Assignment with a planted optimum",
        "",
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, one core, Python "
        f"{platform.python_version()}, {versions}. At most {options.seconds:g} CPU s a run; a run "
        f"stops at the optimum. Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
        "",
        f"**{sum(gap == 0 for gap in gaps)} of {len(gaps)} runs meet the optimum; mean gap "
        f"{statistics.fmean(gaps):.4f} %.**",
        "",
        "| kind | n | hits | mean gap % | worst gap % | median s | worst s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    text = "\n".join([*head, *lines]) + "\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "qap_planted.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
