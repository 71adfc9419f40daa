from __future__ import annotations

import pytest

from optimizer.plan.dxf.read import read_dxf
from optimizer.plan.model import DoorKind

LAYER = {"layer": "DOOR"}


def walls(space, *gaps: tuple[float, float]) -> None:
    """A room of 10 x 6 m in walls of 0.2 m, in millimetres; gaps (x0, x1) in the wall at y = 0."""
    at = [0, *(x for gap in gaps for x in gap), 10400]
    boxes = [(x0, 0, x1, 200) for x0, x1 in zip(at[::2], at[1::2], strict=True)]
    boxes += [(0, 6200, 10400, 6400), (0, 200, 200, 6200), (10200, 200, 10400, 6200)]
    for x0, y0, x1, y1 in boxes:
        space.add_lwpolyline(
            [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], close=True, dxfattribs={"layer": "WALL"}
        )


def leaf(space, x: float, y: float) -> None:
    """A leaf of 0.9 m hinged at (x, y), closed towards +x, with its sill."""
    space.add_arc((x, y), 900, 0, 90, dxfattribs=LAYER)
    space.add_line((x, y), (x, y + 900), dxfattribs=LAYER)
    space.add_line((x, y), (x + 900, y), dxfattribs=LAYER)


def told(plan) -> list:
    return [d for d in plan.source.defects if d.code == "line-no-door"]


@pytest.mark.parametrize("y", [0, 100, 200])
def test_line_across_a_gap_is_a_door_beside_leaves(draw, y) -> None:
    """A leaf in one gap and a line in the other, in the middle or at a face: two entrances."""

    def pen(_, space) -> None:
        walls(space, (1000, 1900), (6000, 7800))
        leaf(space, 1000, 100)
        space.add_line((6000, y), (7800, y), dxfattribs=LAYER)

    plan = read_dxf(draw(pen))
    assert [door.kind for door in plan.doors] == [DoorKind.ENTRANCE] * 2
    assert sorted(door.width for door in plan.doors) == pytest.approx([0.9, 1.8])
    assert plan.doors[1].centre == pytest.approx((6.9, y / 1000))
    assert not told(plan)


def test_line_beside_a_block_door_is_a_door_too(draw) -> None:
    """Leaves in blocks make the layer busy as well; a thin rectangle across the gap counts."""

    def pen(document, space) -> None:
        walls(space, (1000, 1900), (6000, 7500))
        leaf(document.blocks.new("LEAF-1"), 0, 0)
        space.add_blockref("LEAF-1", (1000, 100), dxfattribs=LAYER)
        space.add_lwpolyline(
            [(6000, 80), (7500, 80), (7500, 120), (6000, 120)], close=True, dxfattribs=LAYER
        )

    plan = read_dxf(draw(pen))
    assert sorted(door.width for door in plan.doors) == pytest.approx([0.9, 1.5])


def test_two_lines_in_one_opening_are_told_once_by_layer(draw) -> None:
    """Two panes side by side are glass as likely as a door: no door, a note with its place."""

    def pen(_, space) -> None:
        walls(space, (1000, 1900), (6000, 7800))
        leaf(space, 1000, 100)
        for y in (60, 140):
            space.add_line((6000, y), (7800, y), dxfattribs=LAYER)

    plan = read_dxf(draw(pen))
    assert len(plan.doors) == 1
    (one,) = told(plan)
    assert "2 lines on layer 'DOOR'" in one.sentence
    assert (one.layer, one.x, one.y) == ("DOOR", pytest.approx(6.9), pytest.approx(0.06))


def test_line_in_the_middle_of_the_room_is_told(draw) -> None:
    """A line of 1.2 m on the door layer that touches no wall is no door, and is told."""

    def pen(_, space) -> None:
        walls(space, (1000, 1900))
        leaf(space, 1000, 100)
        space.add_line((5000, 3000), (6200, 3000), dxfattribs=LAYER)

    plan = read_dxf(draw(pen))
    assert len(plan.doors) == 1
    (one,) = told(plan)
    assert "the first of 1.20 m" in one.sentence
    assert (one.x, one.y) == pytest.approx((5.6, 3.0))


def test_sills_leaves_and_frames_of_doors_say_nothing(draw) -> None:
    """Of a door with its leaf, sills at both faces and stops at the jambs only the leaf counts."""

    def pen(_, space) -> None:
        walls(space, (1000, 1900))
        leaf(space, 1000, 100)
        for y in (0, 200):
            space.add_line((1000, y), (1900, y), dxfattribs=LAYER)
        for x in (1000, 1900):
            space.add_line((x, 0), (x, 200), dxfattribs=LAYER)

    plan = read_dxf(draw(pen))
    assert len(plan.doors) == 1
    assert not told(plan)


def test_gate_across_a_gap_is_told(draw) -> None:
    """A line of 4.8 m in a gap is a gate wider than any door that one line draws: told, no door."""

    def pen(_, space) -> None:
        walls(space, (1000, 1900), (4000, 8800))
        leaf(space, 1000, 100)
        space.add_line((4000, 100), (8800, 100), dxfattribs=LAYER)

    plan = read_dxf(draw(pen))
    assert len(plan.doors) == 1
    assert len(told(plan)) == 1
