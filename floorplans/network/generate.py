"""The synthetic city: 170 branches in five formats, their studies and their list.

    python floorplans/network/generate.py [--seed N] [--out DIR] [--count N]

In: a seed. Out: `portfolio.csv`, and with `--out` also `DIR/studies/net-001/` with `study.toml` and
`plan.geojson` for each branch, the list beside them. The same seed gives the same files.

SYNTHETIC. From the article come these totals alone: 102 smart branches, which are 60 % (so 170 in
all), 139 smart terminals, 105 product pickup machines, 166 PADs, 1,900 self-service machines, and
55 % of branches re-laid out. How many branches have which format, their sizes, customers, business
mix and devices are assumptions; waits follow from them by the queue formulas. Most self-service
machines stand off site: no branch could hold 11 on average.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(HERE)]

from plans import PLANS, mirrored  # noqa: E402
from studies import ON_SITE, study_text  # noqa: E402

from optimizer.errors import StudyError  # noqa: E402
from optimizer.network.cells import csv_text  # noqa: E402
from optimizer.network.figures import (  # noqa: E402
    area_of,
    customers_of,
    mean_wait_of,
    replaceable_of,
)
from optimizer.plan.geojson import write_geojson  # noqa: E402
from optimizer.study_file import read_study  # noqa: E402

#: Branches by format (assumption), and smart ones among them; 170 and 102 in all.
FORMATS = {"flagship": 10, "standard": 60, "small": 50, "community": 20, "self_service_24h": 30}
SMART = {"flagship": 10, "standard": 52, "small": 30, "community": 10, "self_service_24h": 0}
#: Totals of the article.
TERMINALS, PICKUPS, PADS, SELF_SERVICE = 139, 105, 166, 1900
RE_LAID_OUT = 0.55
#: Customers over those of the branch with measured arrivals (392 a day): assumption.
SCALE = {
    "flagship": (1.0, 1.5),
    "standard": (0.6, 1.1),
    "small": (0.3, 0.5),
    "community": (0.15, 0.3),
    "self_service_24h": (0.2, 0.4),
}
#: Free places at walls besides those taken: assumption.
SPARE_SLOTS = {
    "flagship": (4, 9),
    "standard": (2, 6),
    "small": (0, 3),
    "community": (0, 2),
    "self_service_24h": (0, 3),
}
#: Longest mean wait of a branch, minutes: of surveyed branches few had more (assumption).
LONGEST_WAIT = 40.0
HEADER = (
    "branch",
    "study",
    "format",
    "customers_per_day",
    "mean_wait_minutes",
    "replaceable_share",
    "area_m2",
    "wall_slots",
    "smart_terminal",
    "product_pickup",
    "pad",
    "self_service",
    "self_service_off_site",
    "re_laid_out",
)


def draw_city(seed: int) -> list[dict[str, Any]]:
    """Facts of every branch; the totals are those of the article exactly."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for form, count in FORMATS.items():
        smart = set(rng.permutation(count)[: SMART[form]].tolist())
        rows += [
            {
                "format": form,
                "smart_terminal": int(i in smart),
                "product_pickup": int(i in smart),
                "pad": int(i in smart),
                "self_service": sum(ON_SITE[form].values()),
                "wall_slots": int(rng.integers(*SPARE_SLOTS[form])),
                "re_laid_out": False,
            }
            for i in range(count)
        ]
    rows = [rows[i] for i in rng.permutation(len(rows))]
    for number, row in enumerate(rows, 1):
        row["branch"] = f"net-{number:03d}"
    flagships = [row for row in rows if row["format"] == "flagship"]
    standards = [row for row in rows if row["format"] == "standard" and row["smart_terminal"]]
    for row in flagships:
        row["smart_terminal"] += 2
        row["pad"] += 2
    _add(standards, "smart_terminal", TERMINALS - _total(rows, "smart_terminal"))
    _add(flagships, "product_pickup", PICKUPS - _total(rows, "product_pickup"))
    _add(standards, "pad", PADS - _total(rows, "pad"))
    done = rng.permutation(len(rows))[: math.ceil(RE_LAID_OUT * len(rows))]
    for i in done.tolist():
        rows[i]["re_laid_out"] = True
    off_site = SELF_SERVICE - _total(rows, "self_service")
    for i, row in enumerate(rows):
        row["self_service_off_site"] = off_site // len(rows) + (i < off_site % len(rows))
        standing = ("smart_terminal", "product_pickup", "self_service")
        row["wall_slots"] += sum(row[name] for name in standing)
    return rows


def _total(rows: list[dict[str, Any]], name: str) -> int:
    return sum(row[name] for row in rows)


def _add(rows: list[dict[str, Any]], name: str, count: int) -> None:
    """Give one more each to the first so many of some rows."""
    for row in rows[:count]:
        row[name] += 1


def write_branch(row: dict[str, Any], folder: Path, seed: int) -> None:
    """Write plan and study of a branch, and complete its row by what the study says."""
    rng = np.random.default_rng([seed, int(row["branch"].split("-")[1])])
    draw, widths, depths = PLANS[row["format"]]
    plan = draw(*(round(float(rng.uniform(*span)), 1) for span in (widths, depths)))
    plan = mirrored(plan) if rng.random() < 0.5 else plan
    home = folder / "studies" / row["branch"]
    home.mkdir(parents=True, exist_ok=True)
    write_geojson(plan, home / "plan.geojson")
    scale = float(rng.uniform(*SCALE[row["format"]]))
    state = rng.bit_generator.state
    while True:
        rng.bit_generator.state = state  # the same mix with fewer customers
        text = study_text(row, round(scale, 3), rng)
        (home / "study.toml").write_text(text, encoding="utf-8")
        study = read_study(home / "study.toml")
        try:
            wait = mean_wait_of(study)
        except StudyError:
            wait = math.inf  # a queue grows without end: no branch could go on like that
        if wait <= LONGEST_WAIT:
            break
        scale *= 0.95
    row["study"] = f"studies/{row['branch']}/study.toml"
    row["customers_per_day"] = round(customers_of(study), 1)
    row["mean_wait_minutes"] = round(wait, 2)
    row["replaceable_share"] = round(replaceable_of(study), 3)
    row["area_m2"] = round(area_of(study), 1)


def main() -> None:
    """Write the city."""
    parser = argparse.ArgumentParser(description="The synthetic city of 170 branches.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="folder for studies and list")
    parser.add_argument("--count", type=int, help="only the first so many branches")
    given = parser.parse_args()
    rows = draw_city(given.seed)[: given.count]
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.out or Path(scratch)
        for row in rows:
            write_branch(row, folder, given.seed)
    target = (given.out or HERE) / "portfolio.csv"
    remark = "# Synthetic: made by floorplans/network/generate.py, seed "
    text = csv_text(HEADER, [[row[name] for name in HEADER] for row in rows])
    target.write_text(f"{text}{remark}{given.seed}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
