"""Our Pareto front against pymoo's NSGA-II with repair, by hypervolume.

In: the standard hall, synthetic halls, seeds, processor seconds. Out: `results/pareto.md` and
`.csv`. One process each, the same problem, candidates, conflicts and exact scorer. Three budgets
for NSGA-II: the same processor seconds and the same number of layouts scored in full, both with
our scoring of moves lent to it, and the same seconds in its usual form, where every layout is
scored from nothing. Of NSGA-II every layout counts that it ever scored and none dominates, not
only its last generation. The hypervolume is moocore's, as a share of the box between 0 and the
reference point, which is the median of layouts put up at random. From the root of the repository:

    python benchmarks/pareto.py [--hall standard] [--seconds 10] [--seeds 5]
"""

from __future__ import annotations

import argparse
import csv
import datetime
import platform
import sys
import time
import warnings
from dataclasses import astuple, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from peer_searches import CpuBudget, TimeIsUpError, Yard, pose_operators
from synthetic_halls import HALLS, make_hall

import optimizer
from optimizer.place.pareto.archive import non_dominated
from optimizer.place.pareto.compute import front_variants
from optimizer.place.pareto.explore import UNREACHED, Explorer, random_values
from optimizer.place.warm_up import warm_up

if TYPE_CHECKING:
    from optimizer.place.pareto.explore import Variant
    from optimizer.study import Study

RESULTS = Path(__file__).parent / "results"
#: Hall by name: seed and class of a synthetic one, or none for the bundled one.
STUDIES = {"standard": None, "branch": ("branch", 201), "full branch": ("full branch", 202)}
#: Axes that the search can change: walking, encounters, overlooked, staff walking.
AXES = (0, 1, 2, 3)
NAMES = ("walking", "encounters", "overlooked", "staff_walking")
#: Layouts of a generation.
POPULATION = 100
#: NSGA-II is stopped after so many times the seconds, however few layouts it scored.
PATIENCE = 6.0
DRAWS = 10_000


@dataclass(frozen=True)
class Row:
    """One front of one run."""

    hall: str
    seed: int
    method: str
    seconds: float
    scored: int
    points: int
    hypervolume: float
    walking: float
    encounters: float
    overlooked: float
    staff_walking: float


def study_of(hall: str) -> Study:
    """The study of a hall by its name."""
    made = STUDIES[hall]
    if made is None:
        return optimizer.read_study("floorplans/standard_hall/study.toml")
    return make_hall(HALLS[made[0]], seed=made[1])


def front_row(
    hall: str, seed: int, method: str, met: np.ndarray, told: tuple[float, int, np.ndarray]
) -> Row:
    """What a set of (n, 4) values comes to; `told` is seconds, layouts scored, reference."""
    import moocore

    seconds, scored, reference = told
    front = met[non_dominated(met)]
    inside = front[(front < reference).all(axis=1)]
    volume = moocore.hypervolume(inside / reference, ref=np.ones(4)) if len(inside) else 0.0
    least = front.min(axis=0) if len(front) else np.full(4, np.nan)
    return Row(
        hall, seed, method, round(seconds, 1), scored, len(front), float(volume), *least.tolist()
    )


def ours(hall: str, variant: Variant, seed: int, seconds: float, reference: np.ndarray) -> Row:
    """Our search of a front, one process."""
    begun = time.process_time()
    explorer = Explorer((variant,), seed=seed, reference=reference, axes=AXES)
    explorer.run(CpuBudget(seconds=seconds))
    met = np.array([values for values, _ in explorer.archive.members])
    told = (time.process_time() - begun, explorer.archive.offered, reference[:4])
    return front_row(hall, seed, "ours", met, told)


class Record:
    """Every layout that NSGA-II scored, and when."""

    def __init__(self, variant: Variant, yard: Yard, *, seconds: float, layouts: int) -> None:
        self.variant, self.yard = variant, yard
        self.seconds, self.layouts = seconds, layouts
        self.begun = time.process_time()
        self.values: list[np.ndarray] = []
        self.at: list[float] = []

    @property
    def spent(self) -> float:
        """Processor seconds so far."""
        return time.process_time() - self.begun

    def score(self, chosen: np.ndarray) -> tuple[np.ndarray, float]:
        """Values of a layout on the four axes, and what it breaks."""
        if self.spent > self.seconds and (
            len(self.values) >= self.layouts or self.spent > PATIENCE * self.seconds
        ):
            raise TimeIsUpError
        self.yard.cost(chosen)
        score = self.yard.score
        assert score is not None
        values = self.variant.values(score, self.variant.problem)[:4]
        broken = score.shut + score.limits + (1e6 if values[0] >= UNREACHED else 0.0)
        self.values.append(values if broken == 0 else np.full(4, np.inf))
        self.at.append(self.spent)
        return values, broken

    def until(self, *, seconds: float = np.inf, layouts: int = 2**62) -> tuple[np.ndarray, float]:
        """What was met within a budget, and the seconds that it took."""
        count = min(int(np.searchsorted(self.at, seconds)), layouts)
        met = np.array(self.values[:count]).reshape(-1, 4)
        return met[np.isfinite(met).all(axis=1)], self.at[count - 1] if count else 0.0


def breed(variant: Variant, seed: int, seconds: float, *, layouts: int, lent: bool) -> Record:
    """Let NSGA-II work for some seconds and some layouts, whichever is longer."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    yard = Yard(variant.problem, seed, PATIENCE * 2 * seconds)
    yard.from_nothing = not lent
    record = Record(variant, yard, seconds=seconds, layouts=layouts)
    blocks = len(yard.grid.kind)

    class Halls(Problem):
        def __init__(self) -> None:
            super().__init__(
                n_var=blocks, n_obj=4, n_ieq_constr=1, xl=np.zeros(blocks), xu=yard.sizes - 1,
                vtype=int,
            )  # fmt: skip

        def _evaluate(self, x: np.ndarray, out: dict[str, Any], *_: Any, **__: Any) -> None:
            scored = [record.score(row) for row in x]
            out["F"] = np.array([values for values, _ in scored])
            out["G"] = np.array([[broken] for _, broken in scored])

    algorithm = NSGA2(pop_size=POPULATION, eliminate_duplicates=True, **pose_operators(yard))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            minimize(Halls(), algorithm, ("n_gen", 10**9), seed=seed, verbose=False)
        except TimeIsUpError:
            return record
    raise AssertionError("NSGA-II ended by itself")


def measure(hall: str, seeds: int, seconds: float) -> list[Row]:
    """Every method with every seed in one hall."""
    variant = front_variants(study_of(hall))[0][0]
    reference = np.median(random_values(variant), axis=0)
    reference = np.where(reference > 0, reference, 1.0)
    rows = []
    for seed in range(1, seeds + 1):
        mine = ours(hall, variant, seed, seconds, reference)
        lent = breed(variant, seed, seconds, layouts=mine.scored, lent=True)
        usual = breed(variant, seed, seconds, layouts=0, lent=False)
        for method, (met, spent), scored in (
            ("NSGA-II, same seconds", lent.until(seconds=seconds), lent.at),
            ("NSGA-II, same layouts", lent.until(layouts=mine.scored), lent.at),
            ("NSGA-II usual, same seconds", usual.until(seconds=seconds), usual.at),
        ):
            told = (spent, int(np.searchsorted(scored, spent, "right")), reference[:4])
            rows.append(front_row(hall, seed, method, met, told))
        rows.append(mine)
        for row in rows[-4:]:
            sys.stderr.write(f"{row}\n")
    return rows


def interval(values: np.ndarray) -> str:
    """95 % bootstrap interval of the median."""
    rng = np.random.default_rng(0)
    draws = np.median(values[rng.integers(len(values), size=(DRAWS, len(values)))], axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return f"{low:+.1%} to {high:+.1%}"


def table(rows: list[Row]) -> str:
    """Return the measurements as Markdown."""
    packages = ("numpy", "numba", "pymoo", "moocore")
    lines = [
        "# Our Pareto front against NSGA-II",
        "",
        f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + ". Processor seconds of one process; the machine was shared. Medians over the seeds. "
        "Axes: walking (m a customer), encounters (1/h), overlooked pairs, staff walking (m/h); "
        "what is compared, and how: `pareto.py`. “Ours more by” is ours / theirs − 1 on the same "
        "seed: median and its 95 % interval (bootstrap over the seeds).",
        "",
        "| hall | method | seeds | s | layouts scored | points | hypervolume | ours more by "
        "| 95 % interval | least walking | least encounters | least overlooked | least staff |",
        "| --- | --- | ---: " + "| ---: " * 10 + "|",
    ]
    for hall in dict.fromkeys(row.hall for row in rows):
        mine = {r.seed: r.hypervolume for r in rows if r.hall == hall and r.method == "ours"}
        for method in ("ours", *sorted({r.method for r in rows} - {"ours"})):
            here = [r for r in rows if (r.hall, r.method) == (hall, method)]
            middle = {
                f.name: float(np.median([getattr(r, f.name) for r in here]))
                for f in fields(Row)
                if f.name not in ("hall", "method")
            }
            more = np.array([mine[r.seed] / max(r.hypervolume, 1e-12) - 1 for r in here])
            against = (
                "| | " if method == "ours" else f"| {np.median(more):+.1%} | {interval(more)} "
            )
            lines.append(
                f"| {hall} | {method} | {len(here)} | {middle['seconds']:.0f} "
                f"| {middle['scored']:.0f} | {middle['points']:.0f} "
                f"| {middle['hypervolume']:.4f} {against}| {middle['walking']:.2f} "
                f"| {middle['encounters']:.2f} | {middle['overlooked']:.0f} "
                f"| {middle['staff_walking']:.0f} |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print the table, write it where it is the whole of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--hall", action="append", choices=list(STUDIES))
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    warm_up()
    rows = []
    for hall in options.hall or STUDIES:
        rows += measure(hall, options.seeds, options.seconds)
    text = table(rows)
    if options.hall is None:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "pareto.md").write_text(text, encoding="utf-8")
        with (RESULTS / "pareto.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(field.name for field in fields(Row))
            writer.writerows(astuple(row) for row in rows)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
