"""Fixtures that a drawing shows, drawn where a layout puts them: as the blocks that they were.

In: a plan with furniture, today's layout, a placement. Out: a further reference of the same block
on the layer of the fixtures, turned and shifted as the fixture was, and a crossed-out rectangle
where it stood. The block's definition and its first reference stay as they are.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from ezdxf.math import Vec2

from optimizer.report.dxf_frame import add_outline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ezdxf.document import Drawing
    from ezdxf.entities.insert import Insert
    from numpy.typing import NDArray

    from optimizer.equipment.layout import Placement
    from optimizer.plan.model import Furniture
    from optimizer.report.dxf_frame import Frame
    from optimizer.study import Study

__all__ = ["block_matrix", "copy_block", "cross_out", "standing_furniture"]

#: A fixture of today's layout is a block of the drawing where they are nearer than this, metres.
SAME = 0.001


def standing_furniture(study: Study) -> Mapping[str, Furniture]:
    """The block that each fixture of today's layout is, by the fixture's name."""
    today = study.current_layout
    if today is None:
        return {}
    free = [one for one in study.plan.furniture if one.block]
    found: dict[str, Furniture] = {}
    for placement in today.placements:
        for one in free:
            near = math.dist((one.x, one.y), (placement.x, placement.y)) < SAME
            if near and one.type == placement.type:
                found[placement.fixture] = one
                free.remove(one)
                break
    return found


def copy_block(
    drawing: Drawing, one: Furniture, placement: Placement, frame: Frame, layer: str
) -> Insert:
    """Add a reference of a fixture's own block at the pose of a placement."""
    rotation = one.turned + placement.angle - one.angle
    base = drawing.blocks[one.block].block_record.block
    origin = Vec2(base.dxf.base_point if base is not None else (0, 0))
    reach = Vec2(
        (one.middle[0] - origin.x) * one.scale[0], (one.middle[1] - origin.y) * one.scale[1]
    )
    spot = Vec2(frame.to_drawing(placement.x, placement.y)) - reach.rotate_deg(rotation)
    return drawing.modelspace().add_blockref(
        one.block,
        spot,
        dxfattribs={
            "layer": layer,
            "rotation": rotation,
            "xscale": one.scale[0],
            "yscale": one.scale[1],
        },
    )


def cross_out(
    drawing: Drawing, one: Furniture, placement: Placement, frame: Frame, layer: str
) -> None:
    """Cross out the place where a fixture stood, if it has moved."""
    moved = math.dist((one.x, one.y), (placement.x, placement.y)) > SAME
    if not moved and abs((one.angle - placement.angle + 180) % 360 - 180) < SAME:
        return
    half = Vec2(frame.length(one.width) / 2, frame.length(one.depth) / 2)
    middle = Vec2(frame.to_drawing(one.x, one.y))
    corners = [
        tuple(middle + Vec2(half.x * sx, half.y * sy).rotate_deg(one.angle - one.turn))
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    add_outline(drawing.modelspace(), [(x, y) for x, y in corners], layer=layer)
    for start, end in ((0, 2), (1, 3)):
        drawing.modelspace().add_line(corners[start], corners[end], dxfattribs={"layer": layer})


def block_matrix(insert: Insert) -> NDArray[np.float64]:
    """3 x 3 row matrix from a block's own coordinates to the drawing's."""
    return np.array(insert.matrix44().get_2d_transformation(), dtype=float).reshape(3, 3)
