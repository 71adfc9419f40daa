"""What is drawn in a DXF, sorted by meaning, in the drawing's own unit.

In: an ezdxf document and a layer map. Out: a `Drawing`: the strokes of each meaning, doors' and
windows' blocks as groups, and what was left out. Blocks are broken up whatever their nesting,
mirroring and scale; layers that are off or frozen and entities that are invisible are left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from ezdxf.lldxf.const import DXFError

from optimizer.errors import FileFormatError
from optimizer.plan.dxf.curves import DRAWN, LETTERS, Stroke, graphic, strokes_of
from optimizer.plan.dxf.furniture import BlockMap, FurnitureFinder, matrix_of
from optimizer.plan.dxf.layers import LayerMap, Meaning
from optimizer.reading_limits import refuse_more

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from optimizer.plan.model import Furniture

__all__ = ["BlockStrokes", "Drawing", "Window", "draw"]

Window = tuple[float, float, float, float]

#: Deepest nesting of blocks that is followed.
MOST_DEPTH = 16
#: Coordinates from here on are a mistake, in drawing units: a million kilometres in millimetres.
FARTHEST = 1e15
FAR = "its coordinates are no numbers, or beyond all size"
#: Points that take about as much memory as a stroke itself.
POINTS = 64
#: Objects of other programs (walls of Tangent or AutoCAD Architecture) that hold no plain lines.
OPAQUE = {"ACAD_PROXY_ENTITY", "ACAD_PROXY_OBJECT", "TCH_WALL", "TCH_OPENING", "AEC_WALL"}
#: What ezdxf and the geometry of a broken entity raise.
BROKEN = (
    DXFError,
    ArithmeticError,
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)
#: Meanings whose entities are looked at; the others only count as seen.
TAKEN = {
    Meaning.OUTLINE,
    Meaning.WALL,
    Meaning.COLUMN,
    Meaning.DOOR,
    Meaning.WINDOW,
    Meaning.ZONE,
    Meaning.POWER,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class BlockStrokes:
    """A block of a door or window, as it stands in the drawing.

    Parameters
    ----------
    name, layer
        Of the block and of its INSERT.
    meaning
        Door or window by its name, else None.
    strokes
        All that it draws.
    axes
        Unit vectors (2, 2) of the block's own x and y in the drawing.
    """

    name: str
    layer: str
    meaning: Meaning | None
    strokes: tuple[Stroke, ...]
    axes: NDArray[np.float64]


@dataclass(kw_only=True)
class Drawing:
    """Strokes by meaning, blocks of doors and windows, and what was seen and not taken."""

    strokes: dict[Meaning, list[Stroke]] = field(default_factory=dict)
    blocks: list[BlockStrokes] = field(default_factory=list)
    texts: list[Stroke] = field(default_factory=list)
    others: list[Stroke] = field(default_factory=list)
    unmapped: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    places: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    count: int = 0

    def of(self, *meanings: Meaning, kind: str = "line") -> list[Stroke]:
        """Strokes of the meanings and kind named."""
        return [s for m in meanings for s in self.strokes.get(m, ()) if s.kind == kind]

    def shell(self) -> list[Stroke]:
        """What shows where the building is: outline and walls, else all that has a meaning."""
        for meanings in ((Meaning.OUTLINE, Meaning.WALL), tuple(Meaning)):
            for kind in ("line", "fill"):
                found = self.of(*meanings, kind=kind)
                if found:
                    return found
        return []

    def within(self, window: Window) -> Drawing:
        """What lies in a window (x0, y0, x1, y1) in drawing units, by the middle of each stroke."""

        def inside(points: NDArray[np.float64]) -> bool:
            x, y = (points.min(axis=0) + points.max(axis=0)) / 2
            return bool(window[0] <= x <= window[2] and window[1] <= y <= window[3])

        def kept(strokes: Sequence[Stroke]) -> list[Stroke]:
            return [stroke for stroke in strokes if inside(stroke.points)]

        return replace(
            self,
            strokes={meaning: kept(strokes) for meaning, strokes in self.strokes.items()},
            blocks=[
                b for b in self.blocks if inside(np.concatenate([s.points for s in b.strokes]))
            ],
            texts=kept(self.texts),
            others=kept(self.others),
            furniture=[f for f in self.furniture if inside(np.array([[f.x, f.y]]))],
        )


def draw(
    document: Any, layers: LayerMap, blocks: BlockMap | None = None, space: Any = None
) -> Drawing:
    """Sort what a document draws by meaning.

    Parameters
    ----------
    document
        The ezdxf document.
    layers, blocks
        What its layers mean and which blocks are fixtures; the defaults where None.
    space
        The layout that is read; model space where None.

    Raises
    ------
    FileFormatError
        The drawing draws more than the limit `dxf_strokes`, as blocks within blocks may.
    """
    pen = _Pen(document, layers, blocks or BlockMap(), str(document.filename or "drawing"))
    for entity in graphic(document.modelspace() if space is None else space):
        if entity.dxf.get("invisible", 0) == 0:
            pen.take(entity)
    pen.drawing.furniture = pen.finder.found
    pen.drawing.unknown = pen.finder.unknown
    return pen.drawing


def _spot(place: Any, layer: str) -> Stroke:
    """A stroke of one point."""
    return Stroke(points=np.array([tuple(place)[:2]], dtype=float), kind="point", layer=layer)


class _Pen:
    """Walks a document's entities and remembers what each block draws."""

    def __init__(self, document: Any, layers: LayerMap, blocks: BlockMap, path: str) -> None:
        self.document = document
        self.path = path
        self.taken = 0
        self.layers = layers
        self.finder = FurnitureFinder(document.blocks, blocks, self.block)
        self.drawing = Drawing()
        self.compiled: dict[str, tuple[Stroke, ...]] = {}
        self.reach: dict[str, float] = {}
        self.layered: dict[str, dict[str, list[Stroke]]] = {}
        self.meanings: dict[str, Meaning | None] = {}
        self.shell_known = self.knows_shell()
        self.hidden = {
            layer.dxf.name.casefold(): "frozen" if layer.is_frozen() else "off"
            for layer in document.layers
            if layer.is_frozen() or layer.is_off()
        }
        self.frozen = {name for name, why in self.hidden.items() if why == "frozen"}

    def meaning(self, layer: str) -> Meaning | None:
        """Meaning of a layer, remembered."""
        if layer not in self.meanings:
            self.meanings[layer] = self.layers.meaning(layer)
        return self.meanings[layer]

    def take(self, entity: Any) -> None:
        """Sort one entity of the model space; a broken one is left out with a note."""
        try:
            self.sort_entity(entity)
        except FileFormatError:
            raise
        except BROKEN as error:
            self.left_out(entity, error)

    def left_out(self, entity: Any, error: Exception) -> None:
        """Note that an entity is broken."""
        self.drawing.notes.append(
            f"{entity.dxftype()} {entity.dxf.handle} on layer {entity.dxf.layer!r} is broken "
            f"({error}); it was left out"
        )

    def sort_entity(self, entity: Any) -> None:
        """Sort one entity of the model space."""
        layer = entity.dxf.layer
        kind = entity.dxftype()
        if kind in OPAQUE:
            self.drawing.skipped[kind] += 1
        elif kind == "INSERT":
            if layer.casefold() in self.frozen:
                self.drawing.hidden[layer] += entity.mcount
                return
            self.counted((), times=entity.mcount)  # what they draw counts where it is read
            for insert in entity.multi_insert() if entity.mcount > 1 else (entity,):
                self.take_insert(insert)
        elif kind == "POINT":
            if self.meaning(layer) is Meaning.POWER and self.wanted(layer, 1):
                self.sort([_spot(entity.dxf.location, layer)])
        elif kind in LETTERS or (kind in DRAWN and self.wanted(layer, 1)):
            self.sort(self.counted(self.strokes(entity)))
        elif kind in DRAWN and layer not in self.drawing.places:
            spots = [stroke.points.mean(axis=0) for stroke in self.strokes(entity)]
            if spots:
                self.drawing.places[layer] = spots[0]

    def take_insert(self, insert: Any) -> None:
        """Sort one INSERT: a door's or window's block as a group, any other by its strokes."""
        layer, name = insert.dxf.layer, insert.dxf.name
        inside = self.block(name)
        meaning = self.meaning(layer)
        by_name = self.layers.block_meaning(name)
        if meaning is Meaning.IGNORE or not inside:
            return
        matrix = matrix_of(insert)
        if not self.lands(insert, matrix):
            return
        if layer.casefold() not in self.hidden and self.finder.take(
            insert, matrix, sure=meaning is Meaning.FURNITURE
        ):
            return
        if meaning is Meaning.FURNITURE:
            return
        if meaning is Meaning.POWER:
            if self.wanted(layer, 1):  # however much the symbol of an outlet draws, it is one
                self.sort([_spot(insert.dxf.insert, layer)])
            return
        by_layer = self.layered[name]
        here = {self.meaning(layer if own == "0" else own) for own in by_layer}
        sure = Meaning.WINDOW if meaning is Meaning.WINDOW else None
        grouped = meaning in {Meaning.DOOR, Meaning.WINDOW} or by_name is not None
        if grouped and not here & {Meaning.WALL, Meaning.OUTLINE}:
            self.group(insert, by_name or sure, matrix)
            return
        if not here & TAKEN and layer != "0":
            self.drawing.unmapped[layer] += 1
        for own, strokes in by_layer.items():
            there = layer if own == "0" else own
            if self.wanted(there, len(strokes)):
                self.counted(strokes)
                self.sort([stroke.moved(matrix, layer) for stroke in strokes])

    def group(self, insert: Any, meaning: Meaning | None, matrix: NDArray[np.float64]) -> None:
        """Keep the block of a door or window as one group."""
        layer = insert.dxf.layer
        if layer.casefold() in self.hidden:
            self.drawing.hidden[layer] += 1
            return
        inside = self.counted(self.block(insert.dxf.name))
        strokes = tuple(s.moved(matrix, layer) for s in inside)
        lengths = np.hypot(matrix[:2, 0], matrix[:2, 1])
        axes = matrix[:2, :2] / np.where(lengths > 0, lengths, 1.0)[:, None]
        self.drawing.blocks.append(
            BlockStrokes(
                name=insert.dxf.name, layer=layer, meaning=meaning, strokes=strokes, axes=axes
            )
        )
        self.drawing.count += len(strokes)

    def block(self, name: str, above: tuple[str, ...] = ()) -> tuple[Stroke, ...]:
        """All that a block draws, in its own coordinates; nested blocks are broken up."""
        if name in self.compiled:
            return self.compiled[name]
        block = self.document.blocks.get(name)
        if block is None or name in above or len(above) >= MOST_DEPTH:
            why = "is not in the drawing" if block is None else "holds itself or nests too deeply"
            self.drawing.notes.append(f"block {name!r} {why}; it was left out")
            return ()
        strokes: list[Stroke] = []
        for entity in graphic(block):
            if entity.dxf.get("invisible", 0):
                continue
            if entity.dxftype() != "INSERT":
                strokes += self.counted(self.strokes(entity))
            elif entity.dxf.layer.casefold() not in self.frozen:
                strokes += self.nested(entity, (*above, name))
        self.compiled[name] = tuple(strokes)
        self.reach[name] = max((float(np.abs(s.points).max()) for s in strokes), default=0.0)
        layered: dict[str, list[Stroke]] = {}
        for stroke in strokes:
            layered.setdefault(stroke.layer, []).append(stroke)
        self.layered[name] = layered
        return self.compiled[name]

    def nested(self, entity: Any, above: tuple[str, ...]) -> Iterator[Stroke]:
        """What an INSERT inside a block draws there."""
        inside = self.block(entity.dxf.name, above)
        self.counted(inside, times=entity.mcount)
        if not inside:
            return
        for insert in entity.multi_insert() if entity.mcount > 1 else (entity,):
            matrix = matrix_of(insert)
            if not self.lands(insert, matrix):
                continue
            for stroke in inside:
                yield stroke.moved(matrix, insert.dxf.layer)

    def lands(self, insert: Any, matrix: NDArray[np.float64]) -> bool:
        """Whether all that a block draws lies at places that are numbers; else it is left out."""
        size = np.abs(matrix)
        farthest = size[:2, :2].sum() * self.reach[insert.dxf.name] + size[2, :2].max()
        lands = bool(farthest < FARTHEST)
        if not lands:
            self.left_out(insert, ValueError(FAR))
        return lands

    def strokes(self, entity: Any) -> list[Stroke]:
        """Strokes of an entity; none, with a note, where the entity is broken."""
        try:
            found = list(strokes_of(entity))
        except BROKEN as error:
            self.left_out(entity, error)
            return []
        there = [s for s in found if len(s.points)]
        kept = [s for s in there if np.abs(s.points).max() < FARTHEST]  # not what is no number
        if len(kept) < len(there):
            self.left_out(entity, ValueError(FAR))
        return kept

    def knows_shell(self) -> bool:
        """Whether anything lies on a layer of walls or outlines."""
        homes = [self.document.modelspace(), *self.document.blocks]
        used = {entity.dxf.layer for home in homes for entity in graphic(home)}
        return any(self.meaning(layer) in {Meaning.WALL, Meaning.OUTLINE} for layer in used)

    def wanted(self, layer: str, number: int) -> bool:
        """Whether strokes on a layer are kept; counts those that are not."""
        if layer.casefold() in self.hidden:
            self.drawing.hidden[layer] += number
            return False
        if self.meaning(layer) is None:
            self.drawing.unmapped[layer] += number
            return not self.shell_known
        return True

    def sort(self, strokes: Sequence[Stroke]) -> None:
        """Put strokes under the meaning of their layers."""
        drawing = self.drawing
        drawing.count += len(strokes)
        for stroke in strokes:
            if stroke.kind == "text":
                drawing.texts.append(stroke)
            meaning = self.meaning(stroke.layer)
            if meaning in TAKEN:
                drawing.strokes.setdefault(meaning, []).append(stroke)
            elif meaning is None and stroke.kind != "text" and not self.shell_known:
                drawing.others.append(stroke)

    def counted(self, strokes: Sequence[Stroke], times: int = 1) -> Sequence[Stroke]:
        """Count strokes against the limit before they are made `times` over; return them."""
        once = len(strokes) + sum(
            len(s.points) // POINTS for s in strokes if len(s.points) >= POINTS
        )
        self.taken += max(1, once) * times
        refuse_more(self.path, "dxf_strokes", self.taken)
        return strokes
