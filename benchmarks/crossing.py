"""How long the crossing measures take, against vectorised shapely.

In: halls of 20 m × 15 m and 60 m × 40 m with furniture, 12 and 60 flows on
exact shortest paths, seeded.
Out: `results/crossing.md` and `results/crossing.csv`.

Run from the root of the repository: `python benchmarks/crossing.py`.
"""

from __future__ import annotations

import csv
import datetime
import os
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import shapely

from optimizer.demand.flows import PersonClass
from optimizer.study_file.walking import default_walking
from optimizer.walk.crossing import NODE_TOLERANCE, count_crossings
from optimizer.walk.crossing_kernels import sequence_crossings
from optimizer.walk.encounters import (
    LaneModel,
    Streams,
    encounter_matrix,
    ends_from_paths,
    gait_terms,
)
from optimizer.walk.ledger import EncounterLedger
from optimizer.walk.polylines import pad_polylines
from optimizer.walk.sequence_kernels import canonical_sequences, walked_pieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

RESULTS = Path(__file__).parent / "results"
Size = tuple[float, float]
BRANCH: Size = (20.0, 15.0)
LARGE: Size = (60.0, 40.0)
SEED = 11
Row = tuple[str, int, str, float]


def shortest_paths(flows: int, *, hall: Size, seed: int) -> list[NDArray[np.float64]]:
    """Return shortest paths between random places among 40 rectangles, body radius 0.25 m."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform((0.5, 0.5), (hall[0] - 1.5, hall[1] - 1.5), (40, 2))
    sizes = rng.uniform(0.5, 1.4, (40, 2))
    boxes = shapely.box(*corners.T, *(corners + sizes).T)
    blocked = shapely.union_all(shapely.buffer(boxes, 0.25, join_style="mitre"))
    outside = shapely.buffer(blocked, 1e-6, join_style="mitre")
    bends = np.unique(shapely.get_coordinates(outside), axis=0)
    free = shapely.box(0.0, 0.0, *hall).difference(outside)
    rooms = shapely.get_parts(free)
    room = rooms[np.argmax(shapely.area(rooms))]
    places = []
    while len(places) < max(6, flows // 3):
        place = rng.uniform((0.0, 0.0), hall)
        if shapely.contains_xy(room, *place):
            places.append(place)
    nodes = np.concatenate((np.array(places), bends))
    shapely.prepare(blocked)
    graph = nx.Graph()
    for k in range(len(nodes)):
        rest = nodes[k + 1 :]
        lines = shapely.linestrings(np.stack((np.broadcast_to(nodes[k], rest.shape), rest), 1))
        seen = ~shapely.intersects(blocked, lines) if len(rest) else []
        for step in np.flatnonzero(seen):
            graph.add_edge(k, k + 1 + int(step), weight=float(np.hypot(*(rest[step] - nodes[k]))))
    paths = []
    while len(paths) < flows:
        start, stop = rng.choice(len(places), 2, replace=False)
        paths.append(nodes[nx.shortest_path(graph, int(start), int(stop), weight="weight")])
    return paths


def shapely_crosses(lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which pairs `shapely.crosses` reports, all pairs in one call."""
    one, two = np.triu_indices(len(lines), 1)
    return shapely.crosses(lines[one], lines[two])


def microseconds(task: Callable[[], object], *, rounds: int = 300) -> float:
    """Return the time that nine of ten runs exceed, microseconds, warmed up first."""
    task()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return float(np.percentile(times, 10)) * 1e6


def measure(flows: int, hall: Size) -> list[Row]:
    """Return (hall, flows, what, microseconds) for one hall."""
    paths = shortest_paths(flows, hall=hall, seed=SEED)
    points, counts = pad_polylines(paths)
    rng = np.random.default_rng(SEED)
    walking = default_walking()
    streams = Streams.of(
        rng.uniform(2, 40, flows),
        speeds=walking.speed[PersonClass.CUSTOMER],
        classes=rng.integers(0, 3, flows),
        ends=ends_from_paths(points, counts),
    )
    lanes = LaneModel(width=walking.lane_width, distance=walking.encounter_distance)
    apart = Streams.of(streams.rates, speeds=streams.speeds)
    mixture = walking.mixture(PersonClass.CUSTOMER)
    mixed = Streams.of(
        streams.rates,
        speeds=streams.speeds,
        ends=streams.ends,
        gaits=0,
        terms=gait_terms([walking.speed[who] for who in mixture], [list(mixture.values())]),
    )
    nodes, sequence, offsets = canonical_sequences(points, counts, NODE_TOLERANCE)
    pieces = walked_pieces(sequence, offsets, len(nodes))
    weights = np.ones((3, 3))
    ledger = EncounterLedger(points, counts, streams=streams, lanes=lanes, class_weights=weights)
    changed = np.arange(4)
    lines = np.array([shapely.LineString(path) for path in paths], dtype=object)

    tasks: dict[str, Callable[[], object]] = {
        "count, paths to result": lambda: count_crossings(points, counts),
        "count, node sequences given": lambda: sequence_crossings(nodes, pieces, flows),
        "encounters, all pairs": lambda: encounter_matrix(
            points, counts, streams=streams, lanes=lanes
        ),
        "encounters, all pairs, no shared ends": lambda: encounter_matrix(
            points, counts, streams=apart, lanes=lanes
        ),
        "encounters, all pairs, wheelchair users at their speed": lambda: encounter_matrix(
            points, counts, streams=mixed, lanes=lanes
        ),
        "encounters, 4 changed flows and total": lambda: ledger.propose(points, counts, changed),
        "shapely.crosses, vectorised": lambda: shapely_crosses(lines),
    }
    size = f"{hall[0]:.0f} m × {hall[1]:.0f} m"
    return [(size, flows, name, microseconds(task)) for name, task in tasks.items()]


def stability(flows: int, *, noise: float) -> tuple[int, int, int, int]:
    """Return crossing pairs found by shapely and here, without and with noise on the paths."""
    paths = shortest_paths(flows, hall=BRANCH, seed=SEED)
    rng = np.random.default_rng(SEED)
    found = []
    for amount in (0.0, noise):
        moved = [path + rng.uniform(-amount, amount, path.shape) for path in paths]
        lines = np.array([shapely.LineString(path) for path in moved], dtype=object)
        points, counts = pad_polylines(moved)
        table = count_crossings(points, counts)
        found += [int(shapely_crosses(lines).sum()), int((table.counts > 0).sum()) // 2]
    return found[0], found[2], found[1], found[3]


def report(rows: list[Row], unstable: tuple[int, int, int, int]) -> str:
    """Return the measurements as Markdown."""
    peer = {(hall, n): us for hall, n, name, us in rows if name.startswith("shapely")}
    packages = ("numpy", "numba", "shapely")
    lines = [
        "# Crossing measures: time per evaluation",
        "",
        f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + ".",
        "One thread, tenth percentile of 300 runs; other work on the machine runs at the lowest",
        f"priority (load {os.getloadavg()[0]:.0f} at the end). 40 rectangles in each hall, exact "
        "shortest paths,",
        f"seed {SEED}; run by `python benchmarks/crossing.py`.",
        "",
        "| hall | flows | measure | µs | times faster than shapely.crosses |",
        "| --- | ---: | --- | ---: | ---: |",
    ]
    lines += [
        f"| {hall} | {n} | {name} | {us:.1f} | {peer[hall, n] / us:.1f} |"
        for hall, n, name, us in rows
    ]
    lines += [
        "",
        "Crossing pairs of 60 flows in the smaller hall, before and after noise of 1e-8 m on every",
        "vertex: "
        f"`shapely.crosses` {unstable[0]} and {unstable[1]}, here {unstable[2]} and "
        f"{unstable[3]}.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure 12 and 60 flows and write both result files."""
    rows = measure(12, BRANCH) + measure(60, BRANCH) + measure(60, LARGE)
    RESULTS.mkdir(exist_ok=True)
    text = report(rows, stability(60, noise=1e-8))
    (RESULTS / "crossing.md").write_text(text, encoding="utf-8")
    with (RESULTS / "crossing.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("hall", "flows", "measure", "microseconds"))
        writer.writerows((hall, n, name, f"{us:.2f}") for hall, n, name, us in rows)


if __name__ == "__main__":
    main()
