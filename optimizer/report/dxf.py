"""The layout as a CAD drawing, and back.

In: a `Study` and a `Layout`. Out: a DXF file: the original drawing with everything that was in it,
plus layers of our own that hold one block reference for each fixture: of its own block where the
drawing shows it already, else of a block for its type. The way back reads those block references,
moved or copied by whoever drew on, as a `Layout`.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from ezdxf.colors import rgb2int
from ezdxf.entities.insert import Insert
from ezdxf.enums import InsertUnits
from ezdxf.filemanagement import readfile
from ezdxf.lldxf.const import DXFError
from ezdxf.units import conversion_factor

from optimizer.equipment.layout import Layout, Placement, placed_box
from optimizer.plan.dxf.document import bounded_drawing, open_document, refuse_broken
from optimizer.report.atomic import whole_file
from optimizer.report.colours import INK, group_colours
from optimizer.report.dxf_frame import (
    Frame,
    add_outline,
    open_drawing,
    without_clock,
)
from optimizer.report.dxf_furniture import (
    block_matrix,
    copy_block,
    cross_out,
    standing_furniture,
)
from optimizer.report.dxf_splice import splice
from optimizer.report.strips import flow_breadth, lay_strips
from optimizer.report.words import fixture_label

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.layouts.blocklayout import BlockLayout

    from optimizer.equipment.model import Box, FixtureType
    from optimizer.evaluation import Evaluation
    from optimizer.study import Study

__all__ = ["LAYERS", "name_in_drawing", "read_layout_dxf", "write_layout_dxf"]

FIXTURE, CLEARANCE, PRIVACY, FLOW, TEXT = (
    "BL-FIXTURE",
    "BL-CLEARANCE",
    "BL-PRIVACY",
    "BL-FLOW",
    "BL-TEXT",
)
#: Layers that the writer adds, with their AutoCAD colour numbers.
LAYERS = {FIXTURE: 5, CLEARANCE: 8, PRIVACY: 6, FLOW: 3, TEXT: 7}
#: Beginning of the names of the writer's blocks.
PREFIX = "BL_"
#: Application name of the extended data that holds the frame of the layout.
APPLICATION = "BRANCH_LAYOUT"
#: Height of names and radius of a person at a standing point, metres.
TEXT_HEIGHT, PERSON = 0.12, 0.25
#: Signs that a DXF name may not hold.
FORBIDDEN = re.compile(r"[<>/\\\":;?*|=`',\s]+")


@without_clock()
def write_layout_dxf(
    study: Study,
    layout: Layout,
    path: str | Path,
    evaluation: Evaluation | None = None,
) -> None:
    """Write a layout as DXF, whole or not at all.

    A plan that was read from DXF keeps its drawing as it is: every entity, layer, block, its
    unit and its origin. Only what lies on the writer's own layers is replaced, so that a drawing
    that holds an earlier layout does not end with two. A fixture of today's layout that the drawing
    shows as a block is drawn as this block at its new pose; the old reference stays, crossed out on
    the layer of texts. Other plans become a new drawing in millimetres with their walls.

    Parameters
    ----------
    study, layout
        What is drawn.
    path
        DXF file to write.
    evaluation
        Its flows are drawn too; None for none.

    Raises
    ------
    FileFormatError
        Where the drawing that the plan was read from is gone.
    """
    drawing, frame, original = open_drawing(study)
    there = set(drawing.entitydb.keys())
    _clear(drawing)
    _prepare(drawing)
    standing = standing_furniture(study)
    blocks: dict[str, str] = {}
    for placement in layout.placements:
        one = standing.get(placement.fixture)
        if one is not None and one.block in drawing.blocks:
            insert = copy_block(drawing, one, placement, frame, FIXTURE)
            _add_spaces(drawing, study.types[placement.type], placement, frame)
            cross_out(drawing, one, placement, frame, TEXT)
            _describe(insert, study, placement, frame, (*one.middle, one.turn))
            continue
        if placement.type not in blocks:
            blocks[placement.type] = _add_block(drawing, study.types[placement.type], frame)
        _insert(drawing, study, placement, blocks[placement.type], frame)
    if evaluation is not None:
        _add_flows(drawing, study, evaluation, frame)
    now = set(drawing.entitydb.keys())
    if drawing.dxfversion <= "AC1009":
        drawing.header["$HANDLING"] = 1  # write the handles by which additions are found again
    with whole_file(path) as temporary:
        drawing.saveas(temporary)
        if original is not None:
            _keep_original(Path(temporary), original, now - there, there - now)


def _prepare(drawing: Drawing) -> None:
    """Add our layers, text style and application name where they are missing."""
    for name, colour in LAYERS.items():
        if name not in drawing.layers:
            drawing.layers.add(name, color=colour)
    if APPLICATION not in drawing.appids:
        drawing.appids.add(APPLICATION)
    if TEXT not in drawing.styles:
        drawing.styles.add(TEXT, font="simsun.ttf")


def _keep_original(file: Path, original: Path, added: set[str], removed: set[str]) -> None:
    """Put what was added into the original's own bytes, if these are a sound text DXF."""
    written = file.read_bytes()
    try:
        file.write_bytes(splice(original.read_bytes(), written, added, removed))
        readfile(file)
    except (ValueError, DXFError):
        # a binary or broken original: the library's own writing of it is the best there is
        file.write_bytes(written)


def read_layout_dxf(path: str | Path) -> Layout:
    """Return the layout that a drawing holds on the layer BL-FIXTURE.

    Parameters
    ----------
    path
        DXF file that `write_layout_dxf` wrote, changed or not. Fixtures moved and turned in CAD
        are read where they now are.

    Raises
    ------
    FileFormatError
        Where the file is no DXF file, or holds or takes more than is allowed of a drawing.
    """
    with bounded_drawing(path):
        drawing, _ = open_document(path)
        with refuse_broken(path):
            found = tuple(_placement(drawing, insert) for insert in _inserts(drawing))
    return Layout(placements=found)


def _inserts(drawing: Drawing) -> list[Insert]:
    """Return the block references of fixtures, in the drawing's order."""
    found = drawing.modelspace().query(f'INSERT[layer=="{FIXTURE}"]')
    return [
        entity
        for entity in found
        if isinstance(entity, Insert) and entity.has_attrib("TYPE") and entity.has_attrib("ID")
    ]


def _clear(drawing: Drawing) -> None:
    """Take away an earlier layout: what lies on our own layers, and our unused blocks."""
    space = drawing.modelspace()
    names = {name for i in _inserts(drawing) if (name := i.dxf.name).startswith(PREFIX)}
    for entity in [e for e in space if e.dxf.get("layer", "") in LAYERS]:
        space.delete_entity(entity)
    used = {insert.dxf.name for insert in space.query("INSERT")}
    for name in names - used:
        drawing.blocks.delete_block(name, safe=False)


def _add_block(drawing: Drawing, kind: FixtureType, frame: Frame) -> str:
    """Add the block of a fixture type; return its name."""
    stem = PREFIX + FORBIDDEN.sub("_", kind.name)
    name, number = stem, 1
    while name in drawing.blocks:
        number += 1
        name = f"{stem}_{number}"
    block = drawing.blocks.new(name)
    block.units = InsertUnits(drawing.units)
    _add_box(block, kind.footprint, frame, "0")  # layer 0: takes the layer of the reference
    x0, y0, x1, _ = kind.footprint
    _add_box(block, (x0, y0, x1, y0 + 0.14 * kind.depth), frame, "0")
    for space in kind.clearances:
        _add_box(block, space, frame, CLEARANCE)
    if kind.privacy_zone:
        _add_box(block, kind.privacy_zone, frame, PRIVACY)
    for point in kind.standing:
        middle = (frame.length(point.x), frame.length(point.y))
        block.add_circle(middle, frame.length(PERSON), dxfattribs={"layer": CLEARANCE})
    height = frame.length(TEXT_HEIGHT)
    for i, tag in enumerate(("NAME", "TYPE", "ID")):
        definition = block.add_attdef(
            tag,
            insert=(frame.length(x0), -i * 1.5 * height),
            height=height,
            dxfattribs={"layer": TEXT, "style": TEXT},
        )
        definition.is_invisible = tag != "NAME"
    return name


def _add_box(block: BlockLayout, shape: Box, frame: Frame, layer: str) -> None:
    x0, y0, x1, y1 = (frame.length(value) for value in shape)
    add_outline(block, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], layer=layer)


def _insert(drawing: Drawing, study: Study, placement: Placement, block: str, frame: Frame) -> None:
    """Add the block reference of one fixture with its attributes and the frame it is drawn in."""
    insert = drawing.modelspace().add_blockref(
        block,
        frame.to_drawing(placement.x, placement.y),
        dxfattribs={"layer": FIXTURE, "rotation": placement.angle},
    )
    label = _shown(fixture_label(study, placement.fixture, placement.type, between=" "))
    insert.add_auto_attribs(
        {"NAME": label, "TYPE": placement.type, "ID": name_in_drawing(placement.fixture)}
    )
    _set_frame(insert, frame, (0.0, 0.0, 0.0))


def name_in_drawing(fixture: str) -> str:
    """Return the name of a fixture as its attribute holds it: on one line, as DXF asks for."""
    return " ".join(fixture.split())


def _shown(label: str) -> str:
    """Return a label as CAD programs show it: "%%" and "^" would begin codes, a line would end."""
    return " ".join(label.split()).replace("%%", "%%%%%%").replace("^", "^ ")


def _describe(
    insert: Insert,
    study: Study,
    placement: Placement,
    frame: Frame,
    own: tuple[float, float, float],
) -> None:
    """Give a reference of a drawing's own block the attributes of a fixture."""
    label = _shown(fixture_label(study, placement.fixture, placement.type, between=" "))
    height = frame.length(TEXT_HEIGHT)
    x, y = frame.to_drawing(placement.x, placement.y)
    values = {"NAME": label, "TYPE": placement.type, "ID": name_in_drawing(placement.fixture)}
    for i, (tag, text) in enumerate(values.items()):
        attribute = insert.add_attrib(
            tag,
            text,
            insert=(x, y - i * 1.5 * height),
            dxfattribs={"layer": TEXT, "style": TEXT, "height": height},
        )
        attribute.is_invisible = tag != "NAME"
    _set_frame(insert, frame, own)


def _set_frame(insert: Insert, frame: Frame, own: tuple[float, float, float]) -> None:
    """Remember the frame, and the fixture's middle (x, y) and turn in its block."""
    reals = (frame.metres_per_unit, *frame.origin, *own)
    insert.set_xdata(APPLICATION, [(1040, value) for value in reals])


def _add_spaces(drawing: Drawing, kind: FixtureType, placement: Placement, frame: Frame) -> None:
    """Draw the use spaces and the privacy zone of a fixture that has a block of its own."""
    boxes = [(CLEARANCE, box) for box in kind.clearances]
    boxes += [(PRIVACY, kind.privacy_zone)] if kind.privacy_zone else []
    for layer, box in boxes:
        corners = np.asarray(placed_box(box, placement).exterior.coords)[:4, :2]
        points = [frame.to_drawing(float(x), float(y)) for x, y in corners]
        add_outline(drawing.modelspace(), points, layer=layer)


def _placement(drawing: Drawing, insert: Insert) -> Placement:
    """Return the placement that a block reference stands for."""
    own = np.zeros(3)
    if insert.has_xdata(APPLICATION):
        reals = [value for code, value in insert.get_xdata(APPLICATION) if code == 1040]
        own[:] = (*reals, 0.0, 0.0, 0.0)[3:6]
        frame = Frame(metres_per_unit=reals[0], origin=(reals[1], reals[2]))
    else:  # a CAD program threw the extended data away: the drawing's unit is all there is,
        # and without one it is millimetres, as in nearly every plan
        unit = InsertUnits(drawing.units or InsertUnits.Millimeters)
        factor = conversion_factor(unit, InsertUnits.Meters)
        frame = Frame(metres_per_unit=factor, origin=(0.0, 0.0))
    matrix = block_matrix(insert)
    x, y = frame.to_plan(*(own[:2] @ matrix[:2, :2] + matrix[2, :2]).tolist())
    # from the image of the block's back, so that blocks mirrored in CAD are read as they stand
    angle = math.degrees(math.atan2(matrix[1, 1], matrix[1, 0])) - 90 + float(own[2])
    return Placement(
        fixture=insert.get_attrib_text("ID"),
        type=insert.get_attrib_text("TYPE"),
        x=x,
        y=y,
        angle=round(angle, 9) % 360,
    )


def _add_flows(drawing: Drawing, study: Study, evaluation: Evaluation, frame: Frame) -> None:
    """Add one polyline for each business on each leg, as wide as its people per hour."""
    colours = group_colours(study)
    strips, _ = lay_strips(
        evaluation.legs, tuple(colours), flow_breadth(study.plan, evaluation.legs)
    )
    for strip in strips:
        red, green, blue = bytes.fromhex(colours.get(strip.group, INK).removeprefix("#"))
        attributes = (
            {"true_color": rgb2int((red, green, blue))} if drawing.dxfversion >= "AC1018" else {}
        )
        add_outline(
            drawing.modelspace(),
            [frame.to_drawing(x, y) for x, y in strip.line.coords],
            layer=FLOW,
            closed=False,
            width=frame.length(strip.width),
            **attributes,
        )
