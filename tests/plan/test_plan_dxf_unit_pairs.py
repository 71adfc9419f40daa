"""The unit by header, door leaves and wall thickness: where any two disagree, check fails."""

from __future__ import annotations

import pytest

from optimizer.plan.audit import audit_plan
from optimizer.plan.dxf.read import read_dxf
from optimizer.plan.dxf.thickness import face_distances
from optimizer.plan.units import METRES

CODES = {"in": 1, "ft": 2, "mm": 4, "cm": 5, "m": 6}


def rectangle(space, x0, y0, x1, y1) -> None:
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "WALL"})


def double_room(unit: str, *, leaf: float | None, faces: int = 2):
    """Pen for the room, in a unit, with a leaf as wide as told; walls of one or two lines."""
    one = METRES[unit]

    def pen(_, space) -> None:
        rectangle(space, 0, 0, 6.4 / one, 4.4 / one)
        if faces == 2:
            rectangle(space, 0.2 / one, 0.2 / one, 6.2 / one, 4.2 / one)
        if leaf is not None:
            spot = (2 / one, 0.0)
            space.add_arc(spot, leaf / one, 0, 90, dxfattribs={"layer": "DOOR"})
            space.add_line(spot, (2 / one, leaf / one), dxfattribs={"layer": "DOOR"})

    return pen


def severities(plan) -> dict[str, str]:
    return {d.code: str(d.severity) for d in audit_plan(plan)}


def unit_defects(plan) -> dict[str, str]:
    return {c: s for c, s in severities(plan).items() if c.startswith("unit")}


@pytest.mark.parametrize("unit", ["mm", "cm", "m", "in"])
def test_header_leaves_and_walls_agree(draw, unit) -> None:
    """A room of 6 x 4 m with walls of 0.2 m and a leaf of 0.9 m under its own header: no word."""
    plan = read_dxf(draw(double_room(unit, leaf=0.9), unit=CODES[unit]))
    assert unit_defects(plan) == {}
    assert plan.size == pytest.approx((6.4, 4.4))


@pytest.mark.parametrize(
    ("drawn", "header"), [("mm", "cm"), ("mm", "in"), ("cm", "mm"), ("m", "cm")]
)
def test_header_against_walls(draw, drawn, header) -> None:
    """No doors: the walls alone speak against the header; the unit of the study decides.

    200 units apart are 0.2 m in mm, but 2 m in cm and 5 m in inches; 20 are 0.02 m in mm.
    """
    path = draw(double_room(drawn, leaf=None), unit=CODES[header])
    assert unit_defects(read_dxf(path)) == {"unit-doubt": "error"}
    (told,) = [d for d in read_dxf(path).source.defects if d.code == "unit-doubt"]
    assert "8 wall faces" in told.sentence
    cleared = read_dxf(path, unit=drawn)
    assert unit_defects(cleared) == {}
    assert cleared.size == pytest.approx((6.4, 4.4))


@pytest.mark.parametrize("header", ["cm", "m"])
def test_header_against_leaves_of_single_line_walls(draw, header) -> None:
    """Walls of one line tell nothing; a leaf of 900 units is none in cm or m."""
    path = draw(double_room("mm", leaf=0.9, faces=1), unit=CODES[header])
    (told,) = [d for d in read_dxf(path).source.defects if d.code == "unit-doubt"]
    assert str(told.severity) == "error"
    assert "1 door leaves of 900" in told.sentence
    assert "wall faces" not in told.sentence


def test_leaves_against_walls(draw) -> None:
    """A door drawn ten times too small, as from a block in cm: what each kind says is told.

    The walls are 200 apart, 0.2 m in mm; the leaf of 90 is a door in cm alone.
    """
    path = draw(double_room("mm", leaf=0.09))
    (told,) = [d for d in read_dxf(path).source.defects if d.code == "unit-doubt"]
    assert str(told.severity) == "error"
    assert "door leaves fit cm" in told.sentence
    assert "the walls fit mm" in told.sentence
    assert unit_defects(read_dxf(path, unit="mm")) == {"unit-doubt": "warning"}


def test_plaster_and_patterns_beside_walls_are_no_evidence(draw) -> None:
    """Lines 20 mm beside every face are nearer than the other face, which still is 0.2 m off."""

    def pen(document, space) -> None:
        double_room("mm", leaf=0.9)(document, space)
        for x0, y0, x1, y1 in ((-20, -20, 6420, 4420), (220, 220, 6180, 4180)):
            corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
            space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "WALL"})

    assert unit_defects(read_dxf(draw(pen))) == {}


def test_single_lines_have_no_faces() -> None:
    """No strokes, no distances."""
    assert face_distances([]) == ()
