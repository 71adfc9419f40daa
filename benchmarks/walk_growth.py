"""How time grows with the corners of the hall and with the fixtures in it.

Out: `walk_growth.csv` and `walk_growth.png` in the folder of results.
"""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING

import numpy as np
from walk_worlds import furnish, hall, scatter

from optimizer.walk import prepare_shell, route

if TYPE_CHECKING:
    from pathlib import Path

PIECES = (25, 60, 140, 320, 700, 1300)
FIXTURES = (5, 10, 20, 40, 80, 140, 200)


def seconds(work, repeats: int) -> float:
    """Return the least processor time of a call."""
    times = []
    for _ in range(repeats):
        begin = time.thread_time()
        work()
        times.append(time.thread_time() - begin)
    return min(times)


def by_corners() -> list[tuple[str, int, float]]:
    """Measure halls of one density and growing size: build, 200 points, a furnished layout."""
    rows = []
    for pieces in PIECES:
        rng = np.random.default_rng(pieces)
        width = 6.3 * np.sqrt(1.5 * pieces)
        free = hall(rng, width=width, depth=width / 1.5, pieces=pieces, connected=False)
        shell = prepare_shell(free)
        corners = len(shell.nodes)
        points = scatter(rng, shell.walkable, 200)
        boxes, starts, ends = furnish(rng, free, boxes=40, legs=12)
        few = 3 if corners > 1000 else 7
        rows += [
            ("build", corners, seconds(lambda free=free: prepare_shell(free), few)),
            ("200 points", corners, seconds(lambda s=shell, p=points: s.distances(p), few)),
            (
                "layout, 12 legs, 40 rectangles",
                corners,
                seconds(lambda s=shell, a=(boxes, starts, ends): route(s, *a), 20),
            ),
        ]
    return rows


def by_fixtures() -> list[tuple[str, int, float]]:
    """Measure layouts of growing number of fixtures in one hall of 60 x 40 m."""
    rng = np.random.default_rng(7)
    free = hall(rng, width=60, depth=40, pieces=60)
    shell = prepare_shell(free)
    rows = []
    for n in FIXTURES:
        layouts = [furnish(rng, free, boxes=n, legs=12) for _ in range(3)]
        spent = [seconds(lambda a=a: route(shell, *a), 50) for a in layouts]
        rows.append(("12 legs by fixtures", n, float(np.median(spent))))
    return rows


def write_growth(folder: Path) -> None:
    """Measure and write the curves as CSV and as a picture."""
    from matplotlib.figure import Figure

    corners, fixtures = by_corners(), by_fixtures()
    with (folder / "walk_growth.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["work", "n", "seconds"])
        table.writerows(corners + fixtures)
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, rows, label in ((left, corners, "corners"), (right, fixtures, "fixtures")):
        for work in dict.fromkeys(row[0] for row in rows):
            n, spent = zip(*[(row[1], 1e3 * row[2]) for row in rows if row[0] == work], strict=True)
            axes.loglog(n, spent, marker="o", label=work)
        axes.set_xlabel(label)
        axes.set_ylabel("milliseconds")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.savefig(folder / "walk_growth.png", dpi=90)
