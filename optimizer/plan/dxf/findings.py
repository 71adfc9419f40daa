"""What a reader of drawings noticed, as defects.

In: what was drawn and not taken, and how the outline was found. Out: defects with their layers.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from optimizer.plan.defect import Defect, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.plan.dxf.doors import Opening
    from optimizer.plan.dxf.drawn import BlockStrokes, Drawing
    from optimizer.plan.dxf.outline import FoundOutline

__all__ = ["gap_defects", "leftover_defects", "no_door_defects", "outline_defects"]

#: Gaps up to this are closed without a word, metres.
QUIET_GAP = 0.1


def outline_defects(found: FoundOutline) -> Iterator[Defect]:
    """What is doubtful about an outline."""
    if not found.closed:
        yield Defect(
            code="outline-open",
            sentence="the walls enclose no floor; the outline is the hull of what is drawn; draw "
            "the outline as one closed polyline on its own layer",
            severity=Severity.WARNING,
        )
    elif found.gap > QUIET_GAP:
        yield Defect(
            code="outline-gap",
            sentence=f"the outer walls have gaps of up to {found.gap:.1f} m that no door or window "
            "closes; the outline runs straight across them",
            severity=Severity.NOTE,
        )
    for part in found.detached:
        x, y = part.representative_point().coords[0]
        yield Defect(
            code="detached",
            sentence=f"{part.area:.1f} m2 stand apart from the largest building and were left "
            "out; one plan is one building; of several floors on a sheet, a window reads one",
            severity=Severity.WARNING,
            x=x,
            y=y,
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


def leftover_defects(drawing: Drawing, known: bool) -> Iterator[Defect]:
    """What was not taken from a drawing; `known` says whether a layer is known as walls."""
    if not known:
        yield Defect(
            code="no-walls",
            sentence="no layer of the drawing is known as walls or outline; it has "
            f"{', '.join(sorted(drawing.unmapped)) or 'none'}; double lines on all of them were "
            "taken for walls; say in [plan.layers] which they are",
        )
    yield from _by_layer(drawing.unmapped, "layer-unknown", "has no meaning in [plan.layers]")
    yield from _by_layer(drawing.hidden, "layer-hidden", "is off or frozen")
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


def no_door_defects(blocks: Iterable[BlockStrokes]) -> Iterator[Defect]:
    """Blocks on door layers that hold no leaf and were read as windows."""
    counts = Counter((block.layer, block.name) for block in blocks)
    for (layer, name), count in sorted(counts.items()):
        yield Defect(
            code="no-door",
            sentence=f"{count} blocks {name!r} on layer {layer!r} hold no leaf; they were read as "
            "windows; name the block in [plan.layers] door_blocks if it is a door",
            severity=Severity.NOTE,
            layer=layer,
        )


def _by_layer(counts: Counter[str], code: str, why: str) -> Iterator[Defect]:
    for layer, count in sorted(counts.items()):
        yield Defect(
            code=code,
            sentence=f"layer {layer!r} {why}; its {count} entities were left out",
            severity=Severity.NOTE,
            layer=layer,
        )
