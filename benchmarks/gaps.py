"""How far the layouts found may be from the best, on halls that nothing was tuned on.

In: the size classes of `synthetic_halls`, five seeds each. Out: `results/gaps.md` and `.csv`: the
gap of the walking at the time limit of each class, and its two halves, the search gap (bound to
table cost) and the detour gap (table cost to walked metres).

Run from the root of the repository: `python benchmarks/gaps.py`, or a part of it:
`python benchmarks/gaps.py --hall small --hall branch --seeds 2 --seconds 20`. For tuning take other
seeds: `--first-seed 11`. With `--whole` the
encounters and overlooked places count as well, as in a planner's study.
A part of the table is printed only, unless `--write` is given.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import os
import platform
import statistics
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from synthetic_halls import HALLS, make_hall

from optimizer.place.optimize import Progress, optimize
from optimizer.place.warm_up import warm_up

#: Seeds 1 to 5 were looked at while the search was made, 11 to 20 while it was tuned, 101 to 105
#: for an earlier table.
FIRST_SEED = 201
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """One hall: how it ended."""

    hall: str
    seed: int
    fixtures: int
    first: float
    seconds: float
    status: str
    objective: float
    gap: float
    search_gap: float
    detour_gap: float
    objective_gap: float
    broken: int
    method: str


def measure(hall: str, *, seed: int, seconds: float | None, whole: bool) -> Row:
    """Optimize one hall within the limit of its class, or within some seconds."""
    study = make_hall(HALLS[hall], seed=seed, walking_only=not whole)
    start = time.perf_counter()
    first: list[float] = []

    def told(news: Progress) -> None:
        if news.objective is not None and not first:
            first.append(time.perf_counter() - start)

    result = optimize(study, time_limit=seconds or HALLS[hall].seconds, on_progress=told)
    walking, evaluation = result.walking, result.evaluation
    if walking is None or evaluation is None:
        raise SystemExit(f"{study.name}: no layout, {result.conflict}")
    return Row(
        hall=hall,
        seed=seed,
        fixtures=sum(group.max for group in study.groups),
        first=first[0],
        seconds=time.perf_counter() - start,
        status=str(result.status),
        objective=evaluation.objective.value,
        gap=walking.gap,
        search_gap=walking.search_gap,
        detour_gap=walking.detour_gap,
        objective_gap=result.gap or 0.0,
        broken=len(evaluation.broken),
        method=walking.method,
    )


def table(rows: list[Row], *, whole: bool, limit: float | None) -> str:
    """Return the measurements as Markdown: a line for each hall, and medians by class."""
    packages = ("numpy", "numba", "ortools", "highspy")
    lines = [
        "# Gaps on synthetic halls",
        "",
        f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + f"; {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[2]:.1f} over the last "
        + "quarter of an hour (the measurement itself is up to one a core).",
        ("Objective: walking, encounters and overlooked places" if whole else "Objective: walking")
        + (f"; {limit:g} s" if limit else "; time limits of the size classes")
        + ". The gap is that of the walking: (walked − bound) / walked; it is the sum of the search"
        + " gap (bound to table cost) and the detour gap (table cost to walked).",
        "",
        "| hall | seed | fixtures | first layout s | s | status | objective | gap | search "
        "| detour | hard rules broken | method |",
        "| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    lines += [
        f"| {r.hall} | {r.seed} | {r.fixtures} | {r.first:.1f} | {r.seconds:.1f} | {r.status} "
        f"| {r.objective:.1f} | {r.gap:.2%} | {r.search_gap:.2%} | {r.detour_gap:.2%} "
        f"| {r.broken} | {r.method} |"
        for r in rows
    ]
    lines += ["", "| hall | limit s | median gap | worst gap | median search | median detour |",
              "| --- | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    for hall in dict.fromkeys(row.hall for row in rows):
        own = [row for row in rows if row.hall == hall]
        lines.append(
            f"| {hall} | {limit or HALLS[hall].seconds:g} "
            f"| {statistics.median(r.gap for r in own):.2%} | {max(r.gap for r in own):.2%} "
            f"| {statistics.median(r.search_gap for r in own):.2%} "
            f"| {statistics.median(r.detour_gap for r in own):.2%} |"
        )
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure the halls asked for; write the files after a full run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hall", action="append", choices=tuple(HALLS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    own_seeds = asked.first_seed != FIRST_SEED
    warm_up()
    rows = []
    for hall in asked.hall or HALLS:
        for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
            rows.append(measure(hall, seed=seed, seconds=asked.seconds, whole=asked.whole))
            print(rows[-1], flush=True)
    text = table(rows, whole=asked.whole, limit=asked.seconds)
    print(text)
    if asked.write or not (asked.hall or asked.seconds or asked.seeds != 5 or own_seeds):
        stem = "gaps_whole" if asked.whole else "gaps"
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{stem}.md").write_text(text, encoding="utf-8")
        with (RESULTS / f"{stem}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(Row.__dataclass_fields__))
            writer.writeheader()
            writer.writerows(vars(row) for row in rows)


if __name__ == "__main__":
    main()
