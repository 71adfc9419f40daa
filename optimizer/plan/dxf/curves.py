"""Points along what a DXF entity draws, in the drawing's own unit.

In: one ezdxf entity that is not an INSERT. Out: `Stroke`s: polylines whose arcs are broken into
steps of at most 10 degrees, and beside them the arcs themselves, which may be leaves of doors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

__all__ = ["DRAWN", "LETTERS", "Stroke", "graphic", "strokes_of"]

#: Largest step along an arc, radians.
STEP = math.radians(10.0)
#: Pieces of a spline per control point.
SPLINE_PIECES = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Stroke:
    """A polyline, an arc, a filled region or a text, as it stands in the drawing.

    Parameters
    ----------
    points
        Shape (n, 2). Of an arc: centre, start, end. Of a text: its place.
    kind
        "line", "arc", "fill", "text" or "point".
    layer
        Layer of the entity.
    closed
        Whether the last point joins the first.
    width
        Width that the drawing gives a polyline, 0 where it gives none.
    text
        What a text says.
    """

    points: NDArray[np.float64]
    kind: str
    layer: str
    closed: bool = False
    width: float = 0.0
    text: str = ""

    def moved(self, matrix: NDArray[np.float64], layer: str) -> Stroke:
        """Return it moved by a 3 x 3 row matrix; what lies on layer 0 goes to the layer given."""
        points = self.points @ matrix[:2, :2] + matrix[2, :2]
        scale = math.sqrt(abs(float(np.linalg.det(matrix[:2, :2]))))
        return Stroke(
            points=points,
            kind=self.kind,
            layer=layer if self.layer == "0" else self.layer,
            closed=self.closed,
            width=self.width * scale,
            text=self.text,
        )

    def scaled(self, scale: float, shift: NDArray[np.float64]) -> Stroke:
        """Return it in another unit and moved by `-shift` there."""
        return Stroke(
            points=self.points * scale - shift,
            kind=self.kind,
            layer=self.layer,
            closed=self.closed,
            width=self.width * scale,
            text=self.text,
        )

    @property
    def path(self) -> NDArray[np.float64]:
        """The points; of a closed stroke the first again at the end."""
        return np.concatenate([self.points, self.points[:1]]) if self.closed else self.points


def graphic(entities: Iterable[Any]) -> Iterator[Any]:
    """Entities that lie on a layer; what a broken file holds between them does not."""
    return (entity for entity in entities if _lies_on_a_layer(entity.__class__))


@cache
def _lies_on_a_layer(kind: type) -> bool:
    """Whether a class of entities has the attributes of those that are drawn."""
    known = getattr(kind, "DXFATTRIBS", None)
    return (
        known is not None and known.get("layer") is not None and known.get("invisible") is not None
    )


def strokes_of(entity: Any) -> Iterator[Stroke]:
    """Strokes of an entity; none for kinds that draw no plan (dimensions, images, …)."""
    draw = DRAWN.get(entity.dxftype())
    if draw is not None:
        yield from draw(entity)


def _arc_points(
    centre: tuple[float, float], radius: float, start: float, sweep: float
) -> NDArray[np.float64]:
    """Points of an arc; angles in radians, counter-clockwise where the sweep is positive."""
    angles = start + np.linspace(0.0, sweep, max(2, math.ceil(abs(sweep) / STEP) + 1))
    return np.column_stack(
        [centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)]
    )


def _flat(entity: Any, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of an entity's own plane (OCS) in the drawing's plane."""
    if not entity.dxf.hasattr("extrusion") or tuple(entity.dxf.extrusion) == (0.0, 0.0, 1.0):
        return points
    ocs = entity.ocs()
    return np.array([tuple(ocs.to_wcs((x, y, 0.0)))[:2] for x, y in points], dtype=float)


def _line(entity: Any) -> Iterator[Stroke]:
    ends = np.array([tuple(entity.dxf.start)[:2], tuple(entity.dxf.end)[:2]], dtype=float)
    yield Stroke(points=ends, kind="line", layer=entity.dxf.layer)


def _arc(entity: Any) -> Iterator[Stroke]:
    centre = tuple(entity.dxf.center)[:2]
    start = math.radians(entity.dxf.start_angle)
    sweep = (math.radians(entity.dxf.end_angle) - start) % math.tau or math.tau
    points = _arc_points(centre, entity.dxf.radius, start, sweep)
    yield Stroke(points=_flat(entity, points), kind="line", layer=entity.dxf.layer)
    key = np.array([centre, points[0], points[-1]])
    yield Stroke(points=_flat(entity, key), kind="arc", layer=entity.dxf.layer)


def _circle(entity: Any) -> Iterator[Stroke]:
    points = _arc_points(tuple(entity.dxf.center)[:2], entity.dxf.radius, 0.0, math.tau)[:-1]
    yield Stroke(points=_flat(entity, points), kind="line", layer=entity.dxf.layer, closed=True)


def _ellipse(entity: Any) -> Iterator[Stroke]:
    start, end = entity.dxf.start_param, entity.dxf.end_param
    sweep = (end - start) % math.tau or math.tau
    params = start + np.linspace(0.0, sweep, max(2, math.ceil(sweep / STEP) + 1))
    points = np.array([tuple(v)[:2] for v in entity.vertices(params)], dtype=float)
    closed = sweep >= math.tau - 1e-6
    yield Stroke(points=points, kind="line", layer=entity.dxf.layer, closed=closed)


def _spline(entity: Any) -> Iterator[Stroke]:
    pieces = SPLINE_PIECES * max(4, len(entity.control_points) or len(entity.fit_points))
    vertices = entity.construction_tool().approximate(min(pieces, 600))
    points = np.array([tuple(v)[:2] for v in vertices], dtype=float)
    yield Stroke(points=points, kind="line", layer=entity.dxf.layer, closed=bool(entity.closed))


def _bulged(
    vertices: list[tuple[float, float, float]], closed: bool
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    """Points of a polyline with bulges, and centre, start and end of each of its arcs."""
    points: list[tuple[float, float]] = []
    arcs: list[NDArray[np.float64]] = []
    count = len(vertices)
    for i, (x, y, bulge) in enumerate(vertices):
        points.append((x, y))
        if not bulge or (i == count - 1 and not closed):
            continue
        x1, y1, _ = vertices[(i + 1) % count]
        if (x, y) == (x1, y1):
            continue
        sweep = 4 * math.atan(bulge)
        # centre: from the chord's middle, to the left by chord/2 * cot(sweep/2)
        reach = (1 / bulge - bulge) / 4
        centre = ((x + x1) / 2 - reach * (y1 - y), (y + y1) / 2 + reach * (x1 - x))
        radius = math.dist(centre, (x, y))
        start = math.atan2(y - centre[1], x - centre[0])
        points += [(px, py) for px, py in _arc_points(centre, radius, start, sweep)[1:-1]]
        arcs.append(np.array([centre, (x, y), (x1, y1)]))
    return np.array(points, dtype=float), arcs


def _polyline(
    entity: Any, vertices: list[tuple[float, float, float]], *, closed: bool, width: float
) -> Iterator[Stroke]:
    if len(vertices) < 2:
        return
    layer = entity.dxf.layer
    points, arcs = _bulged(vertices, closed)
    yield Stroke(points=_flat(entity, points), kind="line", layer=layer, closed=closed, width=width)
    for arc in arcs:
        yield Stroke(points=_flat(entity, arc), kind="arc", layer=layer)


def _lwpolyline(entity: Any) -> Iterator[Stroke]:
    rows = list(entity.get_points("xyseb"))
    width = float(entity.dxf.get("const_width", 0.0)) or min(
        (max(row[2], row[3]) for row in rows), default=0.0
    )
    vertices = [(row[0], row[1], row[4]) for row in rows]
    yield from _polyline(entity, vertices, closed=bool(entity.closed), width=width)


def _old_polyline(entity: Any) -> Iterator[Stroke]:
    if entity.is_poly_face_mesh or entity.is_polygon_mesh:
        return
    vertices = [
        (v.dxf.location.x, v.dxf.location.y, v.dxf.get("bulge", 0.0)) for v in entity.vertices
    ]
    width = float(entity.dxf.get("default_start_width", 0.0))
    yield from _polyline(entity, vertices, closed=bool(entity.is_closed), width=width)


def _hatch(entity: Any) -> Iterator[Stroke]:
    from ezdxf import path as paths

    for boundary in paths.from_hatch(entity):
        box = np.array([tuple(v)[:2] for v in boundary.control_vertices()], dtype=float)
        reach = float(np.ptp(box, axis=0).max()) if len(box) else 0.0
        if reach > 0:
            vertices = boundary.flattening(reach / 200, segments=4)
            points = np.array([tuple(v)[:2] for v in vertices], dtype=float)
            yield Stroke(points=points, kind="fill", layer=entity.dxf.layer, closed=True)


def _solid(entity: Any) -> Iterator[Stroke]:
    corners = [entity.dxf.get(f"vtx{i}") for i in (0, 1, 3, 2)]
    points = np.array([tuple(v)[:2] for v in corners if v is not None], dtype=float)
    if len(points) > 2:
        yield Stroke(points=_flat(entity, points), kind="fill", layer=entity.dxf.layer, closed=True)


def _text(entity: Any) -> Iterator[Stroke]:
    place = np.array([tuple(entity.dxf.insert)[:2]], dtype=float)
    said = entity.plain_text() if entity.dxftype() == "MTEXT" else entity.dxf.text
    said = str(said).encode("utf-8", "replace").decode()  # bytes that are no text may be in it
    yield Stroke(
        points=_flat(entity, place), kind="text", layer=entity.dxf.layer, text=said.strip()
    )


#: How to draw each kind of entity.
DRAWN: dict[str, Callable[[Any], Iterator[Stroke]]] = {
    "LINE": _line,
    "ARC": _arc,
    "CIRCLE": _circle,
    "ELLIPSE": _ellipse,
    "SPLINE": _spline,
    "LWPOLYLINE": _lwpolyline,
    "POLYLINE": _old_polyline,
    "HATCH": _hatch,
    "MPOLYGON": _hatch,
    "SOLID": _solid,
    "TRACE": _solid,
    "TEXT": _text,
    "MTEXT": _text,
}
#: Kinds that are texts; they name zones on whatever layer they lie.
LETTERS = ("TEXT", "MTEXT")
