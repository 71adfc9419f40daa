"""Thirty drawings of halls that no reader has seen: every unit, turn, mirroring and bad habit.

The floor of each is known by construction, in metres: a reader finds it within 1 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import ezdxf
import numpy as np
import pytest
from ezdxf.math import Matrix44
from shapely import LineString, Point, Polygon, box, get_parts, union_all

from optimizer.plan.audit import audit_plan
from optimizer.plan.dxf.read import read_dxf
from optimizer.plan.model import DoorKind
from optimizer.plan.space import floor_space

#: $INSUNITS code and metres of a unit.
UNITS = {"mm": (4, 0.001), "cm": (5, 0.01), "m": (6, 1.0), "in": (1, 0.0254)}
#: Layer names by language; walls, doors, furniture, columns, texts.
LAYERS = (
    {"wall": "A-WALL", "door": "A-DOOR", "furn": "A-FURN", "col": "A-COLS", "text": "A-ANNO-TEXT"},
    {"wall": "墙", "door": "门窗", "furn": "家具", "col": "柱子", "text": "文字"},
    {"wall": "WALL", "door": "WINDOW", "furn": "FURNITURE", "col": "COLUMN", "text": "PUB_TEXT"},
    {
        "wall": "建筑-墙体",
        "door": "建筑-门",
        "furn": "建筑-家具",
        "col": "结构柱",
        "text": "建筑-标注",
    },
)
WALLS = ("closed", "pieces", "double", "segments", "width", "hatch")
DOORS = ("block", "arc", "line", "gap")


@dataclass(frozen=True)
class Hall:
    """A hall with an inner wall: its floor and what is drawn of it, metres."""

    floor: float
    walls: Polygon
    pieces: tuple[Polygon, ...]
    centres: tuple[tuple[LineString, float], ...]
    openings: tuple[tuple[tuple[float, float], tuple[float, float], float], ...]
    columns: tuple[Polygon, ...]


def hall(rng: np.random.Generator) -> Hall:
    """A hall of 10 to 22 by 8 to 15 m, with two rooms beside it and a column or two."""
    width, depth = rng.uniform(10, 22), rng.uniform(8, 15)
    outer, inner = rng.choice([0.2, 0.24, 0.3]), rng.choice([0.1, 0.12, 0.2])
    x, y = rng.uniform(0.35, 0.6) * width, rng.uniform(0.4, 0.6) * depth
    half = outer / 2
    centres = [
        (LineString([(0, 0), (width, 0)]), outer),
        (LineString([(width, 0), (width, depth)]), outer),
        (LineString([(width, depth), (0, depth)]), outer),
        (LineString([(0, depth), (0, 0)]), outer),
        (LineString([(x, half), (x, depth - half)]), inner),
        (LineString([(half, y), (x - inner / 2, y)]), inner),
    ]
    pieces = [
        box(-half, -half, width + half, half),
        box(width - half, -half, width + half, depth + half),
        box(-half, depth - half, width + half, depth + half),
        box(-half, -half, half, depth + half),
        *(line.buffer(t / 2, cap_style="flat") for line, t in centres[4:]),
    ]
    openings = [
        ((x + (width - x) * 0.45, 0.0), (1.0, 0.0), 1.0, outer),
        ((x, y * 0.5), (0.0, 1.0), 0.9, inner),
        ((x, y + (depth - y) * 0.5), (0.0, 1.0), 0.8, inner),
    ]
    cuts = [
        LineString(
            [
                (cx - ux * w / 2, cy - uy * w / 2),
                (cx + ux * w / 2, cy + uy * w / 2),
            ]
        ).buffer(t / 2 + 0.001, cap_style="flat")
        for (cx, cy), (ux, uy), w, t in openings
    ]
    whole = union_all(pieces).simplify(1e-9)  # corners only where walls turn
    walls = whole.difference(union_all(cuts)).simplify(1e-9)
    columns = [
        Point(x + (width - x) * share, depth * 0.6).buffer(0.25, cap_style="square")
        for share in (0.3, 0.7)[: int(rng.integers(0, 3))]
    ]
    outline = box(-half, -half, width + half, depth + half)
    floor = outline.difference(union_all([walls, *columns])).area
    return Hall(
        floor=floor,
        walls=walls,
        pieces=tuple(p for piece in pieces for p in get_parts(piece.difference(union_all(cuts)))),
        centres=tuple(centres),
        openings=tuple(
            ((cx - ux * w / 2, cy - uy * w / 2), (ux * w, uy * w), t)
            for (cx, cy), (ux, uy), w, t in openings
        ),
        columns=tuple(columns),
    )


def rings(shape) -> list[np.ndarray]:
    """Corner lists of all rings, the first not repeated."""
    return [
        np.asarray(ring.coords)[:-1]
        for part in get_parts(shape)
        for ring in (part.exterior, *part.interiors)
    ]


def draw_walls(space, one: Hall, how: str, layer: str, rng, gap: float) -> None:
    """Walls in one of the ways in which offices draw them."""
    style = {"layer": layer}
    if how == "closed":
        for ring in rings(one.walls):
            space.add_lwpolyline(ring, close=True, dxfattribs=style)
    elif how == "pieces":
        for ring in rings(union_all(list(one.pieces[:4]))) + [
            r for piece in one.pieces[4:] for r in rings(piece)
        ]:
            space.add_lwpolyline(ring, close=True, dxfattribs=style)
    elif how in {"double", "segments"}:
        for ring in rings(one.walls):
            for start, end in pairwise([*ring, ring[0]]):
                length = math.dist(start, end)
                if how == "double" and length < 0.32:  # the jambs are left open
                    continue
                back = (end - start) / length * (gap if length > 0.5 else 0.0)
                space.add_line(start, end - back, dxfattribs=style)
                if rng.random() < 0.3:  # drawn twice
                    space.add_line(end - back, start, dxfattribs=style)
    elif how == "width":
        for line, thickness in one.centres:
            cuts = union_all(
                [
                    LineString([a, (a[0] + d[0], a[1] + d[1])]).buffer(0.05, cap_style="flat")
                    for a, d, _ in one.openings
                ]
            )
            (x0, y0), (x1, y1) = line.coords
            more = thickness / 2 if line in [c for c, _ in one.centres[:4]] else 0.0
            ux, uy = (x1 - x0) / line.length, (y1 - y0) / line.length
            longer = LineString(
                [(x0 - ux * more, y0 - uy * more), (x1 + ux * more, y1 + uy * more)]
            )
            for part in get_parts(longer.difference(cuts)):
                space.add_lwpolyline(
                    list(part.coords), dxfattribs=style | {"const_width": thickness}
                )
    else:
        for part in get_parts(one.walls):
            hatch = space.add_hatch(dxfattribs=style)
            for ring in rings(part):
                hatch.paths.add_polyline_path(ring, is_closed=True)


def draw_door(document, space, how: str, layer: str, start, way, number: int) -> None:
    """A door in one of the ways in which offices draw them."""
    width = math.hypot(*way)
    turn = math.degrees(math.atan2(way[1], way[0]))
    end = (start[0] + way[0], start[1] + way[1])
    if how == "block":
        name = f"M{round(width * 1000):04d}"
        if name not in document.blocks:
            block = document.blocks.new(name)
            block.add_arc((0, 0), 1, 0, 90)
            block.add_line((0, 0), (0, 1))
        space.add_blockref(
            name,
            start,
            dxfattribs={"layer": layer, "rotation": turn, "xscale": width, "yscale": width},
        )
    elif how == "arc":
        space.add_arc(start, width, turn, turn + 90, dxfattribs={"layer": layer})
        tip = (start[0] - way[1], start[1] + way[0])
        space.add_line(start, tip, dxfattribs={"layer": layer})
    elif how == "line":
        space.add_line(start, end, dxfattribs={"layer": layer})


def draw_noise(space, names, rng, width: float) -> None:
    """Texts on every layer, furniture, a dimension line and a tree."""
    for name in names.values():
        for _ in range(4):
            x, y = rng.uniform(-2, width, 2)
            text = rng.choice(["A1", "营业厅", "3600", "%%u12'-6", "±0.000"])
            space.add_text(text, height=0.3, dxfattribs={"layer": name}).set_placement((x, y))
    for _ in range(6):
        x, y = rng.uniform(1, 6, 2)
        space.add_lwpolyline(
            [(x, y), (x + 1.2, y), (x + 1.2, y + 0.6), (x, y + 0.6)],
            close=True,
            dxfattribs={"layer": names["furn"]},
        )
    space.add_line((0, -1), (width, -1), dxfattribs={"layer": "DIM_ELEV"})
    space.add_circle((-4, -4), 1.5, dxfattribs={"layer": "L-PLNT"})


def drawing_of(seed: int, path) -> tuple[float, str]:
    """Write the drawing of a seed; its floor in square metres, and what it is like."""
    rng = np.random.default_rng(seed)
    one = hall(rng)
    unit = list(UNITS)[seed % 4]
    walls = WALLS[(seed + seed // 6) % 6]
    doors = DOORS[(seed // 2) % 4]
    names = LAYERS[int(rng.integers(len(LAYERS)))]
    turn = 37.0 if seed % 3 == 1 else float(rng.choice([0, 90, 180]))
    mirror = bool(seed % 5 == 2)
    shift = 1e6 if seed % 4 == 3 else 0.0
    gap = float(rng.uniform(0.001, 0.08))
    document = ezdxf.new()
    code, metres = UNITS[unit]
    document.header["$INSUNITS"] = code
    space = document.modelspace()
    draw_walls(space, one, walls, names["wall"], rng, gap)
    for number, (start, way, _) in enumerate(one.openings):
        draw_door(document, space, doors, names["door"], start, way, number)
    for column in one.columns:
        space.add_lwpolyline(rings(column)[0], close=True, dxfattribs={"layer": names["col"]})
    draw_noise(space, names, rng, 10)
    matrix = (
        Matrix44.scale(-1 if mirror else 1, 1, 1)
        @ Matrix44.z_rotate(math.radians(turn))
        @ Matrix44.scale(1 / metres)
        @ Matrix44.translate(shift, 2 * shift, 0)
    )
    for entity in list(space):
        entity.transform(matrix)
    document.saveas(path)
    return (
        one.floor,
        f"{unit} {walls} {doors} turn {turn:g} mirror {mirror} gap {gap:.3f} {names['wall']}",
    )


@pytest.mark.parametrize("seed", range(30))
def test_floor_of_a_drawing_never_seen(tmp_path, seed) -> None:
    """The floor is found within 1 %, doors lead in, and no defect forbids to use the plan."""
    path = tmp_path / "hall.dxf"
    floor, what = drawing_of(seed, path)
    plan = read_dxf(path)
    assert floor_space(plan).area == pytest.approx(floor, rel=0.01), what
    assert not [d.sentence for d in audit_plan(plan) if d.severity == "error"], what
    assert plan.doors_of(DoorKind.ENTRANCE), what
