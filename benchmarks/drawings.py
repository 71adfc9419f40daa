"""How long large drawings take to read and to check.

In: drawings of 100,000 entities, seeded: offices with furniture, texts and patterns, as drawings
are; one hall with desks and chairs that are blocks of many lines; nothing but wall lines and doors;
and two that no building is, of loose pieces of wall and of a pattern on the layer of the walls.
Out: `results/drawings.md`: processor seconds of reading and of reading with the check, and memory.

Run from the root of the repository: `python benchmarks/drawings.py`. Each drawing is read in a
process of its own, so that memory is that of one drawing.
"""

from __future__ import annotations

import datetime
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import ezdxf
import numpy as np

RESULTS = Path(__file__).parent / "results"
#: Pieces of the drawing of loose walls.
LOOSE = 10_000
ENTITIES = 100_000
SEED = 8
#: Sides of a room, thickness of walls and width of a leaf, millimetres.
ROOM, WALL, LEAF = (4000.0, 3200.0), 200.0, 900.0


def draw_rooms(space, columns: int, rows: int, layer: str = "A-WALL") -> None:
    """Draw a grid of rooms: each room's inner edge of four loose lines, and the outer edge."""
    width, depth = ROOM
    for i in range(columns):
        for j in range(rows):
            x0, y0 = i * (width + WALL) + WALL, j * (depth + WALL) + WALL
            corners = [(x0, y0), (x0 + width, y0), (x0 + width, y0 + depth), (x0, y0 + depth)]
            for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
                space.add_line(start, end, dxfattribs={"layer": layer})
    right, top = columns * (width + WALL) + WALL, rows * (depth + WALL) + WALL
    outer = [(0, 0), (right, 0), (right, top), (0, top)]
    space.add_lwpolyline(outer, close=True, dxfattribs={"layer": layer})


def draw_doors(document, space, columns: int, rows: int) -> None:
    """Draw a door of a block into the lower wall of every room."""
    block = document.blocks.new("M0921")
    block.add_arc((0, 0), LEAF, 0, 90)
    block.add_line((0, 0), (0, LEAF))
    for i in range(columns):
        for j in range(rows):
            spot = (i * (ROOM[0] + WALL) + WALL + 1000, j * (ROOM[1] + WALL) + WALL)
            space.add_blockref("M0921", spot, dxfattribs={"layer": "A-DOOR"})


def draw_contents(document, space, number: int, extent: tuple[float, float]) -> None:
    """Draw furniture, texts, dimension lines and patterns of floors: `number` entities."""
    rng = np.random.default_rng(SEED)
    desk = document.blocks.new("DESK")
    desk.add_lwpolyline([(0, 0), (1400, 0), (1400, 700), (0, 700)], close=True)
    spots = rng.uniform((0, 0), extent, (number, 2))
    for k, (x, y) in enumerate(spots.tolist()):
        match k % 4:
            case 0:
                space.add_blockref("DESK", (x, y), dxfattribs={"layer": "A-FURN"})
            case 1:
                space.add_text("A-101", height=200, dxfattribs={"layer": "A-ANNO"}).set_placement(
                    (x, y)
                )
            case 2:
                space.add_line((x, y), (x + 600, y), dxfattribs={"layer": "A-FLOR-PATT"})
            case _:
                space.add_circle((x, y), 150, dxfattribs={"layer": "A-LITE"})


def draw_loose(space, number: int) -> None:
    """Draw pieces of wall in every direction that enclose nothing, on 100 x 100 m."""
    rng = np.random.default_rng(SEED)
    starts = rng.uniform(0, 100_000, (number, 2))
    turns, lengths = rng.uniform(0, 2 * np.pi, number), rng.uniform(300, 2000, number)
    ends = starts + lengths[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        space.add_line(start, end, dxfattribs={"layer": "A-WALL"})


def draw_hall(document, space, number: int) -> None:
    """Draw a hall of 120 x 80 m with its walls, doors and columns, and all that stands in it."""
    for grow in (0, 300):
        low, right, top = -grow, 120_000 + grow, 80_000 + grow
        corners = [(low, low), (right, low), (right, top), (low, top)]
        space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "A-WALL"})
    block = document.blocks.new("M0921")
    block.add_arc((0, 0), LEAF, 0, 90)
    block.add_line((0, 0), (0, LEAF))
    for k in range(10):
        space.add_blockref("M0921", (5000 + 11_000 * k, 0), dxfattribs={"layer": "A-DOOR"})
    for i in range(14):
        for j in range(9):
            spot = (8000 * (i + 1), 8000 * (j + 1))
            space.add_circle(spot, 300, dxfattribs={"layer": "A-COLS"})
    chair = document.blocks.new("CHAIR")
    for k in range(20):
        chair.add_line((20 * k, 0), (20 * k, 450))
    chair.add_arc((200, 225), 200, 0, 180)
    rng = np.random.default_rng(SEED)
    spots = rng.uniform((0, 0), (119_000, 79_000), (number - len(space), 2))
    for k, (x, y) in enumerate(spots.tolist()):
        if k % 5 == 0:
            turn = float(rng.integers(4) * 90)
            space.add_blockref("CHAIR", (x, y), dxfattribs={"layer": "A-FURN", "rotation": turn})
        else:
            space.add_line((x, y), (x + 600, y), dxfattribs={"layer": "A-FLOR-PATT"})


def draw_pattern(space, number: int) -> None:
    """Draw the lines of a hatch, broken up, on the layer of the walls."""
    side = number // 2
    for k in range(side):
        at = 1.0 * k
        space.add_line((at, 0), (at, side), dxfattribs={"layer": "A-WALL"})
        space.add_line((0, at), (side, at), dxfattribs={"layer": "A-WALL"})


def draw_offices(kind, document, space) -> None:
    """Draw rooms with their contents, or with their walls again in short pieces."""
    columns, rows = (60, 50) if kind == "typical" else (64, 72)
    if kind == "walls":
        columns, rows = 60, 68  # a storey has at most 60,000 m2
    draw_rooms(space, columns, rows)
    draw_doors(document, space, columns, rows)
    extent = (columns * (ROOM[0] + WALL), rows * (ROOM[1] + WALL))
    if kind == "typical":
        draw_contents(document, space, ENTITIES - len(space), extent)
    else:  # the same walls again in short pieces, as exploded drawings have them
        rng = np.random.default_rng(SEED)
        width, depth = ROOM
        while len(space) < ENTITIES:
            i, j = int(rng.integers(columns)), int(rng.integers(rows))
            x0, y0 = i * (width + WALL) + WALL, j * (depth + WALL) + WALL
            at = float(rng.uniform(0, width - 300))
            space.add_line((x0 + at, y0), (x0 + at + 300, y0), dxfattribs={"layer": "A-WALL"})


def write_drawing(kind: str, path: Path) -> int:
    """Write a drawing; return how many entities model space holds."""
    document = ezdxf.new()
    document.header["$INSUNITS"] = 4
    space = document.modelspace()
    match kind:
        case "loose":
            draw_loose(space, LOOSE)
        case "hall":
            draw_hall(document, space, ENTITIES)
        case "pattern":
            draw_pattern(space, ENTITIES)
        case _:
            draw_offices(kind, document, space)
    document.saveas(path)
    return len(space)


def measure(path: Path) -> None:
    """Read a drawing and check it; print seconds, megabytes and what was found."""
    from optimizer.errors import FileFormatError
    from optimizer.plan.read import read_plan
    from optimizer.plan.summary import summarize_plan

    start = time.process_time()
    try:
        plan = read_plan(path)
    except FileFormatError as error:
        read = time.process_time() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        limit = str(error).partition("at most ")[2].partition(";")[0]
        print(f"{read:.1f} | refused: at most {limit} | {memory:.0f} | | ")
        return
    read = time.process_time() - start
    found = summarize_plan(plan)
    both = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{read:.1f} | {both:.1f} | {memory:.0f} | {found['doors']} | {found['components']}")


def main() -> None:
    """Measure the drawings and write the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("typical", "hall", "walls", "loose", "pattern"):
            path = Path(folder) / f"{kind}.dxf"
            entities = write_drawing(kind, path)
            told = subprocess.run(
                [sys.executable, __file__, str(path)], capture_output=True, text=True, check=True
            ).stdout.strip()
            size = path.stat().st_size / 1e6
            rows.append(f"| {kind} | {entities:,} | {size:.0f} | {told} |")
            print(rows[-1])
    load = os.getloadavg()[1]
    RESULTS.mkdir(exist_ok=True)
    head = (
        "# Large drawings\n\n"
        f"{datetime.date.today()}, Python {platform.python_version()}, ezdxf {version('ezdxf')}, "
        f"shapely {version('shapely')}; processor seconds, "
        f"load of the machine {load:.0f}. Asked: read and check in under 15 s and 1,024 MiB.\n\n"
        "typical: 3,000 rooms with doors, furniture, texts and patterns. hall: 120 x 80 m, 126 "
        "columns, 20,000 chairs of 21 lines each, patterns of the floor. walls: 4,080 rooms with "
        "doors, their walls also in short pieces on one another. loose: pieces of wall in every "
        "direction that enclose nothing. pattern: a hatch broken up on the layer of the walls; it "
        "is refused in one line.\n\n"
        "| drawing | entities | MB | read, s | with check, s | MiB | doors | floor parts |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
    )
    (RESULTS / "drawings.md").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
    else:
        main()
