"""The layout as a CAD drawing, and back.

In: a `Study` and a `Layout`. Out: a DXF file: the original drawing with everything that was in it,
plus layers of our own that hold one block reference for each fixture. The way back reads those
block references, moved or copied by whoever drew on, as a `Layout`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ezdxf.colors import rgb2int
from ezdxf.entities.insert import Insert
from ezdxf.enums import InsertUnits
from ezdxf.units import conversion_factor

from optimizer.equipment.layout import Layout, Placement
from optimizer.report.atomic import whole_file
from optimizer.report.colours import INK, group_colours
from optimizer.report.dxf_frame import Frame, add_outline, open_drawing, read_drawing
from optimizer.report.strips import flow_breadth, lay_strips
from optimizer.report.words import fixture_label

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.layouts.blocklayout import BlockLayout

    from optimizer.equipment.model import Box, FixtureType
    from optimizer.evaluation import Evaluation
    from optimizer.study import Study

__all__ = ["LAYERS", "read_layout_dxf", "write_layout_dxf"]

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


def write_layout_dxf(
    study: Study,
    layout: Layout,
    path: str | Path,
    evaluation: Evaluation | None = None,
) -> None:
    """Write a layout as DXF, whole or not at all.

    A plan that was read from DXF keeps its drawing as it is: every entity, layer, block, its
    unit and its origin. Only what lies on the writer's own layers is replaced, so that a drawing
    that holds an earlier layout does not end with two. Other plans become a new drawing in
    millimetres with their walls.

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
    drawing, frame = open_drawing(study)
    _clear(drawing)
    for name, colour in LAYERS.items():
        if name not in drawing.layers:
            drawing.layers.add(name, color=colour)
    if APPLICATION not in drawing.appids:
        drawing.appids.add(APPLICATION)
    if TEXT not in drawing.styles:
        drawing.styles.add(TEXT, font="simsun.ttf")
    blocks = {
        kind: _add_block(drawing, study.types[kind], frame)
        for kind in dict.fromkeys(placement.type for placement in layout.placements)
    }
    for placement in layout.placements:
        _insert(drawing, study, placement, blocks[placement.type], frame)
    if evaluation is not None:
        _add_flows(drawing, study, evaluation, frame)
    with whole_file(path) as temporary:
        drawing.saveas(temporary)


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
        Where the file is no DXF file.
    """
    drawing = read_drawing(Path(path))
    return Layout(placements=tuple(_placement(drawing, insert) for insert in _inserts(drawing)))


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
    label = fixture_label(study, placement.fixture, placement.type, between=" ")
    insert.add_auto_attribs({"NAME": label, "TYPE": placement.type, "ID": placement.fixture})
    dx, dy = frame.origin
    insert.set_xdata(APPLICATION, [(1040, frame.metres_per_unit), (1040, dx), (1040, dy)])


def _placement(drawing: Drawing, insert: Insert) -> Placement:
    """Return the placement that a block reference stands for."""
    if insert.has_xdata(APPLICATION):
        reals = [value for code, value in insert.get_xdata(APPLICATION) if code == 1040]
        frame = Frame(metres_per_unit=reals[0], origin=(reals[1], reals[2]))
    else:  # a CAD program threw the extended data away: the drawing's unit is all there is,
        # and without one it is millimetres, as in nearly every plan
        unit = InsertUnits(drawing.units or InsertUnits.Millimeters)
        factor = conversion_factor(unit, InsertUnits.Meters)
        frame = Frame(metres_per_unit=factor, origin=(0.0, 0.0))
    x, y = frame.to_plan(insert.dxf.insert.x, insert.dxf.insert.y)
    return Placement(
        fixture=insert.get_attrib_text("ID"),
        type=insert.get_attrib_text("TYPE"),
        x=x,
        y=y,
        angle=float(insert.dxf.get("rotation", 0.0)),
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
