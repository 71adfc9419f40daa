"""Bench of the assignment search on instances of QAPLIB.

In: a folder of `NAME.dat` files. Out: a table of every instance over ten seeds, as Markdown
(printed; of the project's own folder in `benchmarks/results/qaplib.md` too) and CSV beside it. The
search stops at the best known value, so the seconds, CPU time of one core, are those it took to
meet it. That value is the one in `best_known.csv` (columns instance and best_known), else the one
in `NAME.sln`, lower if its permutation costs less; without either it is the best that one run of
`--reference` seconds found, and gaps are those to the best value met by any run.

More instances of QAPLIB are cut out of those of the folder, as they were made: nug21 … nug28 have
the first flows of nug30 and grids of their own, had12 … had18 are the first of had20.

    python benchmarks/qaplib.py [--folder ../shared/qaplib] [--seconds 1] [--seeds 10]
        [--reference 60] [--smallest 1] [--largest 1000]
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import statistics
import sys
import time
from dataclasses import astuple, dataclass, fields
from importlib.metadata import version
from pathlib import Path

import numpy as np

from optimizer.place.assignment import (
    AssignmentProblem,
    AssignmentResult,
    read_qaplib,
    read_solution,
    solve_assignment,
)

RESULTS = Path(__file__).parent / "results"
SHARED = Path(__file__).parents[2] / "shared" / "qaplib"
#: Instances that are cut out of another: rows and columns of the grid of places (none: the first
#: places), and the optimum that QAPLIB gives.
CUT = {
    "nug21": ("nug30", (3, 7), 2438),
    "nug22": ("nug30", (2, 11), 3596),
    "nug24": ("nug30", (4, 6), 3488),
    "nug27": ("nug30", (3, 9), 5234),
    "nug28": ("nug30", (4, 7), 5166),
    "had12": ("had20", None, 1652),
    "had14": ("had20", None, 2724),
    "had16": ("had20", None, 3720),
    "had18": ("had20", None, 5358),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One instance over all seeds; gaps in % of the best known value."""

    instance: str
    n: int
    best_known: float
    value: float
    hits: int
    seeds: int
    mean_gap: float
    worst_gap: float
    median_seconds: float
    worst_seconds: float


def best_known(folder: Path, problems: dict[str, AssignmentProblem]) -> dict[str, float]:
    """The best known values of a folder's instances, as far as its files tell."""
    known: dict[str, float] = {}
    for name, problem in problems.items():
        path = folder / f"{name}.sln"
        if path.is_file():
            solution = read_solution(path)
            if solution.n != problem.n:
                continue  # of another instance, as there are such files
            value = solution.value_in(problem)
            known[name] = solution.value if value is None else min(solution.value, value)
    table = folder / "best_known.csv"
    if table.is_file():
        with table.open(newline="") as file:
            stated = {row["instance"]: float(row["best_known"]) for row in csv.DictReader(file)}
        known |= {name: value for name, value in stated.items() if name in problems}
    return known


def measure(
    folder: Path, seconds: float, seeds: int, *, reference: float, sizes: tuple[int, int]
) -> list[Row]:
    """Solve every instance of the folder with every seed."""
    problems = {path.stem: read_qaplib(path) for path in sorted(folder.glob("*.dat"))}
    known = best_known(folder, problems)
    for name, (of, _, best) in CUT.items():
        if of in problems and name not in problems:
            known[name], problems[name] = best, cut_out(name, problems[of])
    rows = []
    for name, problem in sorted(problems.items(), key=lambda pair: (len(pair[0]), pair[0])):
        if not sizes[0] <= problem.n <= sizes[1]:
            continue
        solve_assignment(problem, time_limit=None, steps=1)  # loads the compiled kernels
        best = known.get(name, -np.inf)
        if name not in known:
            # another seed than those measured
            best = race(problem, best, reference, 0)[0].value
        runs = [race(problem, best, seconds, seed) for seed in range(1, seeds + 1)]
        found, spent = [result for result, _ in runs], [cpu for _, cpu in runs]
        best = min([best, *(result.value for result in found)])
        gaps = [100 * (r.value - best) / abs(best) if r.value > best else 0.0 for r in found]
        rows.append(
            Row(
                instance=name,
                n=problem.n,
                best_known=best,
                value=min(result.value for result in found),
                hits=sum(result.value <= best for result in found),
                seeds=seeds,
                mean_gap=statistics.fmean(gaps),
                worst_gap=max(gaps),
                median_seconds=statistics.median(spent),
                worst_seconds=max(spent),
            )
        )
    return sorted(rows, key=lambda row: (row.n, row.instance))


def cut_out(name: str, whole: AssignmentProblem) -> AssignmentProblem:
    """The instance of a name, cut out of a larger one."""
    n, grid = int(name[3:]), CUT[name][1]
    if grid is None:
        return AssignmentProblem(n=n, a=whole.a[:n, :n], b=whole.b[:n, :n])
    place = np.indices(grid).reshape(2, -1)
    steps = np.abs(place[:, :, None] - place[:, None, :]).sum(axis=0)
    return AssignmentProblem(n=n, a=steps, b=whole.b[:n, :n])


def race(
    problem: AssignmentProblem, best: float, seconds: float, seed: int
) -> tuple[AssignmentResult, float]:
    """Return the result and its CPU seconds: on a busy machine the clock would tell of others."""
    began = time.thread_time()
    result = solve_assignment(
        problem,
        time_limit=None,
        seed=seed,
        target=best,
        should_stop=lambda: time.thread_time() - began >= seconds,
    )
    return result, time.thread_time() - began


def to_markdown(rows: list[Row], seconds: float) -> str:
    """Return the table with date, machine and versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy"))
    hits, runs = sum(row.hits for row in rows), sum(row.seeds for row in rows)
    mean = statistics.fmean(row.mean_gap for row in rows)
    lines = [
        "# QAPLIB",
        "",
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, one core, Python "
        f"{platform.python_version()}, {versions}. At most {seconds:g} CPU s a run, compiling not "
        "counted; a run stops at the best known value. "
        f"Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
        "",
        f"**{hits} of {runs} runs meet the best known value; mean gap {mean:.4f} %.**",
        "",
        "| instance | n | best known | value | hits | mean gap % | worst gap % | median s "
        "| worst s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {r.instance} | {r.n} | {r.best_known:.15g} | {r.value} | {r.hits}/{r.seeds} "
        f"| {r.mean_gap:.4f} | {r.worst_gap:.4f} | {r.median_seconds:.4f} "
        f"| {r.worst_seconds:.4f} |"
        for r in rows
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the bench and write its tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, default=SHARED)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--reference", type=float, default=60.0)
    parser.add_argument("--smallest", type=int, default=1)
    parser.add_argument("--largest", type=int, default=1000)
    options = parser.parse_args()
    rows = measure(
        options.folder,
        options.seconds,
        options.seeds,
        reference=options.reference,
        sizes=(options.smallest, options.largest),
    )
    text = to_markdown(rows, options.seconds)
    sys.stdout.write(text)
    if options.folder.resolve() != SHARED.resolve():
        return
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "qaplib.md").write_text(text, encoding="utf-8")
    with (RESULTS / "qaplib.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(Row))
        writer.writerows(astuple(row) for row in rows)


if __name__ == "__main__":
    main()
