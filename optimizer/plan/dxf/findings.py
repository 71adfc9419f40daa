"""What a reader of drawings noticed, as defects.

In: what was drawn and not taken, and how the outline was found. Out: defects with their layers.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from shapely import STRtree, area, intersection

from optimizer.plan.defect import Defect, Severity
from optimizer.plan.dxf.layers import spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely import LineString, Polygon

    from optimizer.plan.dxf.doors import Opening
    from optimizer.plan.dxf.drawn import BlockStrokes, Drawing
    from optimizer.plan.dxf.outline import FoundOutline

__all__ = [
    "gap_defects",
    "leftover_defects",
    "line_defects",
    "no_door_defects",
    "outline_defects",
    "overlap_defects",
]

#: Gaps up to this are closed without a word, metres.
QUIET_GAP = 0.1
#: Most gaps that are named one by one.
MOST_GAPS = 12
#: Two walls of which one covers more of the other than this share are one that is drawn twice.
TWICE = 0.5


def outline_defects(
    found: FoundOutline,
    stretches: Sequence[LineString] = (),
    window: Callable[[Polygon], str] | None = None,
) -> Iterator[Defect]:
    """What is doubtful about an outline.

    Parameters
    ----------
    found
        The outline.
    stretches
        Parts of it that have no wall, window or door.
    window
        Gives what the study says to read another building of the same sheet instead.
    """
    for hole in found.holes:
        x, y = hole.representative_point().coords[0]
        yield Defect(
            code="outline-hole",
            sentence=f"a closed outline of {hole.area:.1f} m2 within the outline was read as a "
            "hole in the floor; put it on another layer if it is none",
            severity=Severity.NOTE,
            x=x,
            y=y,
        )
    if not found.closed:
        yield Defect(
            code="outline-open",
            sentence="the walls enclose no floor; the outline is the hull of what is drawn; draw "
            "the outline as one closed polyline on its own layer",
            severity=Severity.WARNING,
        )
    elif found.gap > QUIET_GAP:
        yield from _gaps(found.gap, stretches)
    for part in found.detached:
        x, y = part.representative_point().coords[0]
        other = "a window" if window is None else window(part)
        yield Defect(
            code="detached",
            sentence=f"{part.area:.1f} m2 stand apart from the largest building and were left "
            f"out; one plan is one building; of several floors on a sheet, {other} reads this one",
            severity=Severity.WARNING,
            x=x,
            y=y,
        )


def _gaps(most: float, stretches: Sequence[LineString]) -> Iterator[Defect]:
    """Gaps of the outer walls, the widest by name and place."""
    wide = sorted((s for s in stretches if s.length > QUIET_GAP), key=lambda s: -s.length)
    why = "that no door or window closes; the outline runs straight across"
    for stretch in wide[:MOST_GAPS]:
        x, y = stretch.interpolate(0.5, normalized=True).coords[0][:2]
        yield Defect(
            code="outline-gap",
            sentence=f"the outer wall has a gap of {stretch.length:.2f} m {why} it",
            severity=Severity.NOTE,
            x=x,
            y=y,
        )
    if len(wide) != min(len(wide), MOST_GAPS) or not wide:
        yield Defect(
            code="outline-gap",
            sentence=f"the outer walls have gaps of up to {most:.1f} m {why} them",
            severity=Severity.NOTE,
        )


def overlap_defects(outlines: Sequence[Polygon], layer: str | None) -> Iterator[Defect]:
    """Closed outlines of walls that lie on one another: a wall that is drawn twice."""
    shapes = np.array(outlines, dtype=object)
    if len(shapes) < 2:
        return
    one, other = STRtree(shapes).query(shapes, predicate="intersects")
    first = one < other
    one, other = one[first], other[first]
    shared = intersection(shapes[one], shapes[other])
    least = np.minimum(area(shapes[one]), area(shapes[other]))
    for i in np.flatnonzero(area(shared) > TWICE * least):
        spot = shared[i].representative_point()
        yield Defect(
            code="walls-overlap",
            sentence=f"two walls lie on one another over {shared[i].area:.2f} m2 at "
            f"({spot.x:.2f}, {spot.y:.2f}); draw each wall once",
            severity=Severity.WARNING,
            x=spot.x,
            y=spot.y,
            layer=layer,
        )


def gap_defects(openings: Iterable[Opening]) -> Iterator[Defect]:
    """Gaps in the outer wall that were read as doors, for none is drawn."""
    for opening in openings:
        x, y = opening.line.interpolate(0.5, normalized=True).coords[0][:2]
        yield Defect(
            code="gap-as-door",
            sentence=f"no doors are drawn; the gap of {opening.line.length:.2f} m in the outer "
            "wall was read as an entrance; draw a door there, or close the wall",
            severity=Severity.WARNING,
            x=x,
            y=y,
        )


def leftover_defects(
    drawing: Drawing, known: bool, scale: float, shift: NDArray[np.float64]
) -> Iterator[Defect]:
    """What was not taken from a drawing; `known` says whether a layer is known as walls.

    Places are in the unit of `scale`, moved by `-shift`.
    """
    if not known:
        yield Defect(
            code="no-walls",
            sentence="no layer of the drawing is known as walls or outline; it has "
            f"{', '.join(sorted(map(spelled, drawing.unmapped))) or 'none'}; double lines on all "
            "of them were taken for walls; say in [plan.layers] which they are",
        )
    places = {layer: spot * scale - shift for layer, spot in drawing.places.items()}
    yield from _by_layer(
        drawing.unmapped, "layer-unknown", "has no meaning in [plan.layers]", places
    )
    yield from _by_layer(drawing.hidden, "layer-hidden", "is off or frozen", places)
    for kind, count in sorted(drawing.skipped.items()):
        yield Defect(
            code="object-opaque",
            sentence=f"{count} objects of kind {kind} hold no lines that can be read; export the "
            "drawing to plain DXF (Tangent: T3) first",
        )
    for (layer, name), count in sorted(drawing.unknown.items()):
        yield Defect(
            code="block-unknown",
            sentence=f"{count} blocks {name!r} on layer {layer!r} are no fixture type that is "
            f'known; say [plan.blocks] "{name}" = "<type>" if they are, or "" if not',
            severity=Severity.NOTE,
            layer=layer,
        )
    for note in drawing.notes:
        yield Defect(code="entity-broken", sentence=note, severity=Severity.WARNING)


def no_door_defects(
    blocks: Iterable[BlockStrokes], scale: float, shift: NDArray[np.float64]
) -> Iterator[Defect]:
    """Blocks on door layers that hold no leaf and were read as windows.

    The place is that of the first of each name, in the unit of `scale`, moved by `-shift`.
    """
    blocks = list(blocks)
    counts = Counter((block.layer, block.name) for block in blocks)
    first = {(block.layer, block.name): block for block in reversed(blocks)}
    for (layer, name), count in sorted(counts.items()):
        x, y = np.concatenate([s.points for s in first[layer, name].strokes]).mean(axis=0)
        x, y = (x, y) * np.full(2, scale) - shift
        yield Defect(
            code="no-door",
            sentence=f"{count} blocks {name!r} on layer {layer!r} hold no leaf; they were read as "
            "windows; name the block in [plan.layers] door_blocks if it is a door",
            severity=Severity.NOTE,
            x=float(x),
            y=float(y),
            layer=layer,
        )


def line_defects(lines: Sequence[Opening]) -> Iterator[Defect]:
    """Lines on layers with leaves that are as long as a door, are none and were left out.

    The place is that of the first of each layer, in the metres of the lines.
    """
    counts = Counter(one.layer for one in lines)
    first = {one.layer: one.line for one in reversed(lines)}
    for layer, count in sorted(counts.items()):
        x, y = first[layer].interpolate(0.5, normalized=True).coords[0]
        yield Defect(
            code="line-no-door",
            sentence=f"{count} lines on layer {spelled(layer)!r} are as long as a door but belong "
            "to no leaf and do not lie alone across an opening from wall to wall, the first of "
            f"{first[layer].length:.2f} m; they were left out; draw a door as one line from jamb "
            "to jamb",
            severity=Severity.NOTE,
            x=float(x),
            y=float(y),
            layer=layer,
        )


def _by_layer(
    counts: Counter[str], code: str, why: str, places: Mapping[str, NDArray[np.float64]]
) -> Iterator[Defect]:
    for layer, count in sorted(counts.items()):
        spot = places.get(layer)
        yield Defect(
            code=code,
            sentence=f"layer {spelled(layer)!r} {why}; its {count} entities were left out",
            severity=Severity.NOTE,
            x=None if spot is None else float(spot[0]),
            y=None if spot is None else float(spot[1]),
            layer=layer,
        )
