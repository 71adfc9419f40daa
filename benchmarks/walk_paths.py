"""How fast the walkable graph is, against its peers, on the same halls in one run.

In: the two worlds of `walk_worlds`, seeded. Out: `results/walk_paths.md` and `.csv`, and with
`--growth` the growth curves of `walk_growth`.

Times are processor time of the one thread (the machine may be shared), medians over repetitions.
Run from the root of the repository: `python benchmarks/walk_paths.py [--growth]`.
"""

from __future__ import annotations

import csv
import datetime
import platform
import sys
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import networkx as nx
import numpy as np
from walk_growth import write_growth
from walk_peers import LAYOUT_PEERS, dijkstra_rows, visibility_matrix
from walk_worlds import World, scatter, world

from optimizer.walk import Router, prepare_shell, route
from optimizer.walk.crossing import count_crossings
from optimizer.walk.encounters import LaneModel, Streams, ends_from_paths
from optimizer.walk.ledger import EncounterLedger

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("numpy", "numba", "shapely", "scipy", "networkx", "extremitypathfinder", "jupedsim")
MOVES = 4000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table; times in milliseconds, error in metres against our length."""

    hall: str
    work: str
    method: str
    build: float
    query: float
    ratio: float
    error: float
    note: str = ""


def milliseconds(work, repeats: int) -> float:
    """Return the median processor time of a call."""
    times = []
    for _ in range(repeats):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return 1e3 * float(np.median(times))


def layouts(hall: World) -> list[Row]:
    """Compare the evaluation of 12 legs among 40 rectangles from scratch."""
    shell = prepare_shell(hall.free)
    build = milliseconds(lambda: prepare_shell(hall.free), 20)
    own = np.median([milliseconds(lambda at=at: route(shell, *at), 300) for at in hall.layouts])
    work = "12 legs, 40 rectangles, from scratch"
    rows = [Row(hall=hall.name, work=work, method="own", build=build, query=own, ratio=1, error=0)]
    for name, peer in LAYOUT_PEERS.items():
        times, worst, missing = [], 0.0, 0
        for at in hall.layouts:
            begin = time.thread_time()
            lengths = peer(hall.walkable, *at)
            times.append(1e3 * (time.thread_time() - begin))
            off = np.abs(lengths - route(shell, *at).lengths)
            worst = max(worst, float(np.nanmax(off)))
            missing += int(np.isnan(off).sum())
        query = float(np.median(times))
        note = f"no answer for {missing} legs" if missing else ""
        rows.append(
            Row(
                hall=hall.name,
                work=work,
                method=name,
                build=np.nan,
                query=query,
                ratio=query / own,
                error=worst,
                note=note,
            )
        )
    return rows


def all_pairs(hall: World, n: int) -> list[Row]:
    """Compare all pairs of n points in the empty hall."""
    shell = prepare_shell(hall.free)
    points = scatter(np.random.default_rng(n), hall.walkable, n)
    build = milliseconds(lambda: prepare_shell(hall.free), 20)
    own = milliseconds(lambda: shell.distances(points), 9)
    exact = shell.distances(points)
    work = f"all pairs of {n:,} points"
    rows = [Row(hall=hall.name, work=work, method="own", build=build, query=own, ratio=1, error=0)]
    begin = time.thread_time()
    graph = visibility_matrix(hall.walkable, points)
    built = 1e3 * (time.thread_time() - begin)
    first = graph.shape[0] - n
    sources = np.linspace(0, n - 1, min(n, 20)).astype(int)
    whole = n / len(sources)
    begin = time.thread_time()
    found = dijkstra_rows(graph, first + sources)[:, first:]
    query = 1e3 * (time.thread_time() - begin) * whole
    note = f"query from {len(sources)} sources, times {whole:g}"
    error = float(np.abs(found - exact[sources]).max())
    method = "visibility graph + scipy dijkstra"
    rows.append(
        Row(
            hall=hall.name,
            work=work,
            method=method,
            build=built,
            query=query,
            ratio=query / own,
            error=error,
            note=note,
        )
    )
    if n <= 200:
        rows.append(networkx_rows(hall, graph, exact, sources, (work, own, built, note)))
    return rows


def networkx_rows(hall, graph, exact, sources, known) -> Row:
    """Compare with one networkx search a source on the same visibility graph."""
    work, own, built, note = known
    network = nx.from_scipy_sparse_array(graph)
    first = graph.shape[0] - len(exact)
    begin = time.thread_time()
    found = [nx.single_source_dijkstra_path_length(network, int(first + s)) for s in sources]
    query = 1e3 * (time.thread_time() - begin) * len(exact) / len(sources)
    rows = np.array([[row[first + j] for j in range(len(exact))] for row in found])
    return Row(
        hall=hall.name,
        work=work,
        method="visibility graph + networkx",
        build=built,
        query=query,
        ratio=query / own,
        error=float(np.abs(rows - exact[sources]).max()),
        note=note,
    )


def moves(hall: World) -> list[Row]:
    """Measure a search's move of one fixture: routes, crossings, encounters, and its rejection."""
    shell = prepare_shell(hall.free)
    boxes, starts, ends = hall.layouts[0]
    router = Router(shell, boxes, starts, ends)
    streams = Streams.of(
        np.linspace(20, 60, len(starts)),
        speeds=1.2,
        ends=ends_from_paths(router.path_points, router.path_counts),
    )
    ledger = EncounterLedger(
        router.path_points,
        router.path_counts,
        streams=streams,
        lanes=LaneModel(width=1.2, distance=0.5),
        class_weights=np.ones((1, 1)),
    )
    rng = np.random.default_rng(1)
    totals = {"routes": 0.0, "encounters": 0.0, "crossings": 0.0}
    rerouted, worst = 0, 0.0
    for step in range(MOVES):
        k = int(rng.integers(len(boxes)))
        row, new = np.array([k]), router.boxes[[k]].copy()
        new[0, :2] += rng.normal(0, 0.7, 2)
        new[0, 4] += rng.choice([0, 0, 90])
        t0 = time.thread_time()
        changed = router.propose(row, new)
        t1 = time.thread_time()
        if len(changed):
            ledger.propose(router.path_points, router.path_counts, changed)
        t2 = time.thread_time()
        if len(changed):
            count_crossings(router.path_points, router.path_counts)
        t3 = time.thread_time()
        if step % 100 == 0:
            full = route(shell, router.boxes, starts, ends).lengths
            both = np.isfinite(full)
            off = np.abs(full[both] - router.lengths[both])
            worst = max(worst, float(off.max(initial=0.0)))
        rerouted += router.rerouted
        t4 = time.thread_time()
        router.reject()
        totals["routes"] += t1 - t0 + time.thread_time() - t4
        totals["encounters"] += t2 - t1
        totals["crossings"] += t3 - t2
    work = "one fixture moved, 12 legs, 40 rectangles"
    spent, rows = 0.0, []
    for name, seconds in totals.items():
        spent += seconds
        note = f"{MOVES / spent:,.0f} moves a second"
        if name == "routes":
            note += f"; {rerouted / MOVES:.2f} legs re-routed a move"
        rows.append(
            Row(
                hall=hall.name,
                work=work,
                method="+ " * bool(rows) + name,
                build=np.nan,
                query=1e3 * spent / MOVES,
                ratio=np.nan,
                error=worst,
                note=note,
            )
        )
    return rows


def number(value: float) -> str:
    """Return a number to three digits, or a dash."""
    if np.isnan(value):
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write(rows: list[Row]) -> str:
    """Write the table and return it as Markdown."""
    RESULTS.mkdir(exist_ok=True)
    fields = list(Row.__dataclass_fields__)
    with (RESULTS / "walk_paths.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(fields)
        table.writerows([getattr(row, field) for field in fields] for row in rows)
    lines = [
        "# The walkable graph against its peers",
        "",
        f"{datetime.date.today().isoformat()}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {installed(name)}" for name in PACKAGES)
        + ". Processor time of one thread, medians. Build and query in milliseconds; ratio of "
        "the query to ours; error in metres against ours, at worst (our lengths are held against "
        "a slow reference, published optima and a second exact method in the tests). Peers that "
        "are rebuilt have no build of their own.",
        "",
        "| hall | work | method | build ms | query ms | ratio | error m | |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {r.hall} | {r.work} | {r.method} | {number(r.build)} | {number(r.query)} "
        f"| {number(r.ratio)} | {r.error:.1e} | {r.note} |"
        for r in rows
    ]
    text = "\n".join(lines) + "\n"
    (RESULTS / "walk_paths.md").write_text(text)
    return text


def installed(name: str) -> str:
    """Return the version of a package, or that it is missing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "(missing)"


def main() -> None:
    """Measure everything and write it down."""
    rows = []
    for name in ("small", "large"):
        hall = world(name)
        rows += layouts(hall) + all_pairs(hall, 200) + all_pairs(hall, 2000) + moves(hall)
    sys.stdout.write(write(rows))
    if "--growth" in sys.argv:
        write_growth(RESULTS)


if __name__ == "__main__":
    main()
