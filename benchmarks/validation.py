"""Whether the analytic judge ranks layouts as simulated people do.

In: the bundled studies. For each, over 30 feasible layouts: today's, good ones (short searches),
random ones (moves at random from a greedy start), bad ones (moves that lengthen the walking). Each
is judged by `evaluate` and walked by the same simulated customers (`optimizer.simulate`).
Out: `results/validation.csv`, and from it `docs/validation.md` with rank correlations.

Run from the root of the repository: `python benchmarks/validation.py`, or a part of it:
`python benchmarks/validation.py --study old_corner`. Studies that a run leaves out keep the rows
that they had. `real_office` is walked where its drawing is (environment variable BRANCH_REAL_PLAN).
"""

from __future__ import annotations

import argparse
import csv
import datetime
import math
import os
import platform
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import spearmanr

from optimizer.evaluate import evaluate
from optimizer.place.problem import build_problem
from optimizer.place.scorer import Scorer
from optimizer.place.search import Budget, Search
from optimizer.simulate.meetings import count_meetings
from optimizer.simulate.parameters import parameter
from optimizer.simulate.run import simulate
from optimizer.study_file import read_study

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.simulate.records import Run
    from optimizer.study import Study

ROOT = Path(__file__).resolve().parent.parent
ROWS = Path(__file__).parent / "results" / "validation.csv"
PAGE = ROOT / "docs" / "validation.md"
STUDIES = ("old_corner", "standard_hall", "flagship_hall", "real_office")
#: How many layouts of each sort, besides today's.
SORTS = {"good": 8, "random": 12, "bad": 12}
#: Scored moves of the searches for good layouts, moves at random, moves for the worse.
GOOD, RANDOM, BAD = (20, 100, 400), 200, 300
#: No layout walks so many times as far as the one it began with.
FARTHEST = 4.0
#: Minutes before the measured time: shorter than usual, so that many layouts can be walked.
WARM_UP = 20.0
#: Rank correlations that the program promises.
PROMISED = {"walking": 0.95, "encounters": 0.8}
#: What is compared: label, column of the simulation, column of the formula, what is promised.
PAIRS = (
    ("walking per customer", "walked", "walking", PROMISED["walking"]),
    ("all encounters, counted", "counted", "both", PROMISED["encounters"]),
    ("by chance, expected from the tracks", "expected", "encounters", PROMISED["encounters"]),
    ("by chance, counted", "by_chance", "encounters", None),
    ("who leaves and who is called, counted", "called", "handovers", None),
    ("all encounters, by the formula of chance alone", "counted", "encounters", None),
)
RESAMPLES = 2000
Row = dict[str, str | float]


def read(name: str) -> Study:
    """Return a bundled study."""
    return read_study(ROOT / "floorplans" / name / "study.toml")


def layouts_of(study: Study, *, seed: int) -> list[tuple[str, Layout]]:
    """Return feasible layouts with their sort; every walk of each has a way."""
    problem = build_problem(study)
    found: list[tuple[str, Layout]] = []
    if study.current_layout is not None:
        found.append(("today", study.current_layout))
    for sort, wanted in SORTS.items():
        kept, number = 0, 0
        while kept < wanted and number < 4 * wanted:
            number += 1
            search = Search(problem, seed=1000 * seed + number)
            first = search.start()
            if first is None:
                continue
            chosen = first
            if sort == "good":
                search.run(Budget(steps=GOOD[number % len(GOOD)]), first)
                if search.best is not None:
                    chosen = np.array(search.best.chosen, dtype=np.int64)
            else:
                chosen = wander(problem, search, first, worse=sort == "bad")
            layout = problem.layout(chosen)
            legs = evaluate(study, layout, places=False).legs
            if all(np.isfinite(leg.length) for leg in legs):
                found.append((sort, layout))
                kept += 1
    return found


def wander(problem, search: Search, chosen, *, worse: bool):
    """Return a choice many moves away: any moves, or those alone that lengthen the walking."""
    scorer = Scorer(problem, chosen)
    now = chosen.copy()
    walking, shut = scorer.score.walking, scorer.score.shut
    most = FARTHEST * walking  # a leg without a way costs far more
    for _ in range(BAD if worse else RANDOM):
        move = search.draw(now)
        score = scorer.propose(move)
        far = score is None or score.walking > most or score.shut > shut
        if score is None or far or (worse and score.walking < walking):
            scorer.reject()
            continue
        scorer.accept()
        walking = score.walking
        for block, pose in move:
            now[block] = pose
    return now


def walk(name: str, hours: float, seeds: int, job: tuple[int, str, Layout]) -> Row:
    """Return the figures of one layout."""
    number, sort, layout = job
    study = read(name)
    start = time.process_time()
    result = simulate(study, layout, hours=hours, seeds=range(1, seeds + 1), warm_up=WARM_UP)
    incidents = [incident.kind for incident in result.incidents]
    halves = [met_in(study, result.runs[half::2]) for half in range(2)]
    return {
        "study": name,
        "layout": number,
        "sort": sort,
        "hours": hours,
        "seeds": seeds,
        "walking": result["metres_per_customer"].analytic,
        "walked": result["metres_per_customer"].simulated.mean,
        "encounters": result["expected_encounters"].analytic,
        "expected": result["expected_encounters"].simulated.mean,
        "handovers": result["called_encounters"].analytic,
        "counted": result["all_encounters"].simulated.mean,
        "called": result["called_encounters"].simulated.mean,
        "counted_odd": halves[0],
        "counted_even": halves[1],
        "stuck": incidents.count("stuck"),
        "spills": incidents.count("spill"),
        "seconds": time.process_time() - start,
    }


def met_in(study: Study, runs: Sequence[Run]) -> float:
    """All encounters an hour in some of the runs; nan of none."""
    distance = parameter("encounter_distance")
    handover = study.walking.lane_width / 2.0 + distance
    met = [count_meetings(run.measured, distance=distance, handover=handover) for run in runs]
    hours = sum(run.seconds for run in runs) / 3600.0
    return sum(m.streams + m.called for m in met) / hours if hours else math.nan


def reliability(rows: list[Row]) -> float:
    """Rank correlation that a formula without fault would have with so many hours.

    Two halves of the runs rank the layouts with a correlation of r, all of them against the truth
    with √(2 r / (1 + r)) (Spearman and Brown); nan where there is one run only.
    """
    halves = [
        [float(row[name] or math.nan) for row in rows] for name in ("counted_odd", "counted_even")
    ]
    r = max(float(spearmanr(*halves).statistic), 0.0)
    return math.sqrt(2.0 * r / (1.0 + r))


def correlate(rows: list[Row], one: str, other: str) -> tuple[float, float, float]:
    """Return Spearman's rank correlation with its 95 % interval (bootstrap over layouts)."""
    x = np.array([float(row[one]) for row in rows])
    y = np.array([float(row[other]) for row in rows])
    rng = np.random.default_rng(7)
    drawn = []
    for _ in range(RESAMPLES):
        some = rng.integers(len(x), size=len(x))
        drawn.append(float(spearmanr(x[some], y[some]).statistic))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(spearmanr(x, y).statistic), float(low), float(high)


def completed(row: Row) -> Row:
    """A row with what follows from its columns."""
    if row.get("handovers", "") == "":  # walked before this formula was there
        return row
    return {
        **row,
        "by_chance": float(row["counted"]) - float(row["called"]),
        "both": float(row["encounters"]) + float(row["handovers"]),
    }


def page(rows: list[Row]) -> str:
    """Return the page of results."""
    studies = [name for name in STUDIES if any(row["study"] == name for row in rows)]
    packages = ("jupedsim", "numpy", "scipy", "shapely")
    lines = [
        "# Validation by simulation",
        "",
        f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + ". Made by `python benchmarks/validation.py`; every layout is a row of "
        "`benchmarks/results/validation.csv`.",
        "",
        "Each layout is judged by formula (`evaluate`) and walked by the same simulated customers",
        "and staff of its busiest hour (JuPedSim, collision-free speed model; see",
        "`optimizer/simulate`). Encounters are pairs of walkers of different flows within 0.8 m,",
        "as in `optimizer/simulate/meetings.py`. *All* that were *counted* stand beside the sum of",
        "two formulas: that of streams at random (at 0.8 m as well), and that of people who are",
        "called as somebody leaves (`optimizer/simulate/handovers.py`); then each by itself.",
        "*Expected from the tracks* is the mean over all moments at which the walkers could have",
        "set out.",
        "",
        "*Without the bad* leaves out the bad layouts, which are easy to tell from the others. *At",
        "most* is what a formula without fault would reach, since a few hours are partly chance:",
        "from the correlation of one half of the runs with the other.",
        "",
        "| study | layouts | hours each | figure | rank correlation | 95 % interval | promised "
        "| without the bad | at most |",
        "| --- | ---: | ---: | --- | ---: | --- | ---: | ---: | ---: |",
    ]
    for name in studies:
        own = [row for row in rows if row["study"] == name]
        hours = float(own[0]["hours"]) * float(own[0]["seeds"])
        own = [completed(row) for row in own]
        for label, simulated, analytic, promised in PAIRS:
            if any(own[0].get(column, "") == "" for column in (simulated, analytic)):
                continue
            rank, low, high = correlate(own, simulated, analytic)
            close = correlate([row for row in own if row["sort"] != "bad"], simulated, analytic)
            want = "" if promised is None else f"{promised}"
            best = reliability(own) if "both" in own[0] and simulated == "counted" else math.nan
            most = "" if math.isnan(best) else f"{best:.2f}"
            lines.append(
                f"| {name} | {len(own)} | {hours:g} | {label} | {rank:.3f} "
                f"| {low:.2f} to {high:.2f} | {want} | {close[0]:.3f} "
                f"| {most} |"
            )
    lines += [
        "",
        "How far the values themselves lie apart, as simulated over analytic: medians over the",
        "layouts of a sort.",
        "",
        "| study | sort | layouts | walking, m | ratio | encounters/h | ratio | stuck | lines in "
        "the way |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in studies:
        for sort in ("today", *SORTS):
            own = [row for row in rows if row["study"] == name and row["sort"] == sort]
            if not own:
                continue

            def middle(key: str, over: str | None = None, own: list[Row] = own) -> float:
                return float(
                    np.median([float(r[key]) / (float(r[over]) if over else 1.0) for r in own])
                )

            lines.append(
                f"| {name} | {sort} | {len(own)} | {middle('walking'):.1f} "
                f"| {middle('walked', 'walking'):.2f} | {middle('encounters'):.1f} "
                f"| {middle('expected', 'encounters'):.2f} "
                f"| {sum(float(r['stuck']) for r in own):.0f} "
                f"| {sum(float(r['spills']) for r in own):.0f} |"
            )
    missing = [name for name in STUDIES if name not in studies]
    if missing:
        lines += ["", f"Not run: {', '.join(missing)}."]
    notes = ROWS.with_name("validation_notes.md")
    if notes.exists():
        lines += ["", notes.read_text(encoding="utf-8").rstrip()]
    return "\n".join([*lines, ""])


def known_rows() -> list[Row]:
    """Return the rows of earlier runs."""
    if not ROWS.exists():
        return []
    with ROWS.open(encoding="utf-8", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]


def write_rows(name: str, fresh: list[Row]) -> None:
    """Write the rows of a study in the place of its earlier ones; others' are read anew."""
    rows = [row for row in known_rows() if row["study"] != name] + fresh
    ROWS.parent.mkdir(exist_ok=True)
    with ROWS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(fresh[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Walk the layouts of the studies asked for and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", action="append", choices=STUDIES)
    parser.add_argument("--hours", type=float, default=4.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="store_true", help="write the page anew, walk nothing")
    asked = parser.parse_args()
    for name in () if asked.page else asked.study or STUDIES:
        if name == "real_office" and not os.environ.get("BRANCH_REAL_PLAN"):
            print("real_office: left out, BRANCH_REAL_PLAN names no drawing")
            continue
        jobs = [
            (number, sort, layout)
            for number, (sort, layout) in enumerate(layouts_of(read(name), seed=1))
        ]
        fresh: list[Row] = []
        with ProcessPoolExecutor(asked.workers) as pool:
            for row in pool.map(partial(walk, name, asked.hours, asked.seeds), jobs):
                fresh.append(row)
                write_rows(name, fresh)
                print(
                    *(f"{v:.2f}" if isinstance(v, float) else v for v in row.values()), flush=True
                )
    PAGE.write_text(page(known_rows()), encoding="utf-8")


if __name__ == "__main__":
    main()
