"""Where names go, so that none covers a fixture or another name.

In: the names with the fixtures they belong to, what must stay uncovered, the size of a point on
the plan. Out: a place for every name: inside its fixture where it fits, else beside it, with a
leader line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapely import LineString, STRtree, box
from shapely.affinity import rotate

from optimizer.report.fonts import text_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

__all__ = ["Label", "Name", "place_names"]

#: Directions tried around a fixture, and the distances from its middle, metres.
DIRECTIONS = 24
DISTANCES = tuple(0.15 * i for i in range(1, 41))
#: Factors on the font size, tried one after the other.
SIZES_INSIDE, SIZES_BESIDE = (1.0, 0.85, 0.75), (1.0, 0.85, 0.7, 0.55)
#: White space around a name beside and inside its fixture, as a share of the font size.
PAD, PAD_INSIDE = 0.25, 0.12
#: Cost of covering something that is better left free, and of a leader across another fixture,
#: in metres of distance.
SOFT_COST, CROSSING_COST = 1.5, 2.5


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name to be written.

    Parameters
    ----------
    key
        Name of the fixture, unique.
    texts
        What to write; later ones are shorter and used where earlier ones find no place.
    home
        Footprint of the fixture, metres.
    """

    key: str
    texts: tuple[str, ...]
    home: Polygon


@dataclass(frozen=True, kw_only=True)
class Label:
    """A name that has its place.

    Parameters
    ----------
    key, text
        Whose it is and what is written.
    size
        Font size, points.
    where
        Middle of the text, metres.
    rotation
        Turn of the text, degrees.
    leader
        Line from the text to the fixture; None for a name inside it.
    area
        What the text covers, metres.
    """

    key: str
    text: str
    size: float
    where: tuple[float, float]
    rotation: float
    leader: LineString | None
    area: Polygon


def place_names(
    names: Sequence[Name],
    *,
    size: float,
    metres_per_point: float,
    bounds: tuple[float, float, float, float],
    avoid: Sequence[BaseGeometry] = (),
    dislike: Sequence[BaseGeometry] = (),
) -> tuple[Label, ...]:
    """Find a place for every name.

    Parameters
    ----------
    names
        What to write. Footprints of all of them stay free of foreign names.
    size
        Font size wanted, points.
    metres_per_point
        Scale of the picture.
    bounds
        x0, y0, x1, y1 of the picture, metres; no name reaches beyond.
    avoid
        Shapes that no name may cover, besides the footprints.
    dislike
        Shapes that names should rather not cover.

    Returns
    -------
    tuple of Label
        In the order of the names. A name for which even the shortest text in the smallest size
        finds no place is left out.
    """
    placed: dict[str, Label] = {}
    waiting = []
    for name in names:
        inside = _inside(name, size, metres_per_point)
        if inside:
            placed[name.key] = inside
        else:
            waiting.append(name)
    homes = [name.home for name in names]
    shapes = STRtree([*homes, *avoid])
    soft = STRtree(list(dislike))
    fixtures = STRtree(homes)
    # names in the thick of others choose first
    waiting.sort(key=lambda n: (-len(fixtures.query(n.home.buffer(1.0))), n.key))
    taken: list[BaseGeometry] = []
    for name in waiting:
        label = _beside(name, size, metres_per_point, bounds, (shapes, soft, fixtures), taken)
        if label:
            placed[name.key] = label
            taken.append(label.area)
    return tuple(placed[name.key] for name in names if name.key in placed)


def _inside(name: Name, size: float, scale: float) -> Label | None:
    """Return a label within the fixture, upright or turned by 90°, or None."""
    centre = name.home.centroid
    for text in name.texts:
        for factor in SIZES_INSIDE:
            for rotation in (0.0, 90.0):
                area = _text_box(
                    text, factor * size, scale, (centre.x, centre.y), rotation, PAD_INSIDE
                )
                if name.home.covers(area):
                    return Label(
                        key=name.key,
                        text=text,
                        size=factor * size,
                        where=(centre.x, centre.y),
                        rotation=rotation,
                        leader=None,
                        area=area,
                    )
    return None


def _beside(
    name: Name,
    size: float,
    scale: float,
    bounds: tuple[float, float, float, float],
    trees: tuple[STRtree, STRtree, STRtree],
    taken: list[BaseGeometry],
) -> Label | None:
    """Return the cheapest free place around the fixture, or None."""
    shapes, soft, fixtures = trees
    frame = box(*bounds)
    others = STRtree(taken)
    for text in name.texts:
        for factor in SIZES_BESIDE:
            best: tuple[float, Label] | None = None
            for where, distance in _places(name.home, *text_size(text, factor * size), scale):
                if best and distance >= best[0]:
                    break
                area = _text_box(text, factor * size, scale, where, 0.0, PAD)
                if not frame.covers(area) or _hits(shapes, area) or _hits(others, area):
                    continue
                leader = _leader(name.home, area)
                crossed = max(0, len(fixtures.query(leader, predicate="intersects")) - 1)
                crossed += len(others.query(leader, predicate="intersects"))
                cost = distance + CROSSING_COST * crossed
                cost += SOFT_COST * len(soft.query(area, predicate="intersects"))
                if best is None or cost < best[0]:
                    label = Label(
                        key=name.key,
                        text=text,
                        size=factor * size,
                        where=where,
                        rotation=0.0,
                        leader=leader,
                        area=area,
                    )
                    best = (cost, label)
            if best:
                return best[1]
    return None


def _places(
    home: Polygon, width: float, height: float, scale: float
) -> Iterator[tuple[tuple[float, float], float]]:
    """Yield middles of a text box around a fixture and their distances from it, nearest first."""
    x0, y0, x1, y1 = home.bounds
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    reach_x = (x1 - x0 + width * scale) / 2
    reach_y = (y1 - y0 + height * scale) / 2
    for distance in DISTANCES:
        for i in range(DIRECTIONS):
            turn = 2 * math.pi * i / DIRECTIONS
            cos, sin = math.cos(turn), math.sin(turn)
            yield (x + (reach_x + distance) * cos, y + (reach_y + distance) * sin), distance


def _text_box(
    text: str,
    size: float,
    scale: float,
    where: tuple[float, float],
    rotation: float,
    pad: float,
) -> Polygon:
    """Return what a text covers on the plan, metres."""
    width, height = text_size(text, size)
    half_x, half_y = (width / 2 + pad * size) * scale, (height / 2 + pad * size) * scale
    x, y = where
    area = box(x - half_x, y - half_y, x + half_x, y + half_y)
    return rotate(area, rotation) if rotation else area


def _leader(home: Polygon, area: Polygon) -> LineString:
    """Return the line from the text to the middle of the fixture, cut at the text's edge."""
    centre = home.centroid
    line = LineString([area.centroid.coords[0], (centre.x, centre.y)])
    outside = line.difference(area)
    return outside if isinstance(outside, LineString) and not outside.is_empty else line


def _hits(tree: STRtree, area: Polygon) -> bool:
    return len(tree.query(area, predicate="intersects")) > 0
