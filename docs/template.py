"""Draws `template.dxf`, the drawing that the drawing guide explains; run it after a change here.

In: the coordinates below, millimetres. Out: `template.dxf`: a hall of 12 x 9 m as a CAD department
would hand it over, with every layer that is read and one block of furniture.

Run from the root of the repository: `python docs/template.py`.
"""

from __future__ import annotations

from pathlib import Path

import ezdxf

HERE = Path(__file__).parent
#: Layers with their AutoCAD colour numbers: as the guide names them.
LAYERS = {
    "OUTLINE": 8,
    "WALL": 7,
    "COLUMN": 7,
    "DOOR": 3,
    "DOOR-ENTRANCE": 3,
    "DOOR-STAFF": 3,
    "DOOR-EMERGENCY": 1,
    "WINDOW": 5,
    "ZONE": 9,
    "POWER": 2,
    "FURNITURE": 4,
    "TEXT": 7,
}
#: Walls: x0, y0, x1, y1.
WALLS = (
    (0, 0, 12_000, 240),
    (0, 8760, 12_000, 9000),
    (0, 240, 240, 8760),
    (11_760, 240, 12_000, 8760),
    (240, 6000, 11_760, 6200),
)
#: Zones: text, x0, y0, x1, y1.
ZONES = (
    ("营业大厅", 240, 240, 11_760, 6000),
    ("现金区", 240, 6200, 11_760, 8760),
)


def rectangle(space, box, layer: str) -> None:
    """Add a closed polyline."""
    x0, y0, x1, y1 = box
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    space.add_lwpolyline(corners, close=True, dxfattribs={"layer": layer})


def add_leaf(space, x: float, y: float, width: float, layer: str) -> None:
    """Add a leaf hinged at (x, y), closed towards +x, open towards +y."""
    space.add_arc((x, y), width, 0, 90, dxfattribs={"layer": layer})
    space.add_line((x, y), (x, y + width), dxfattribs={"layer": layer})


def draw_template():
    """The drawing as an ezdxf document."""
    document = ezdxf.new("R2010")
    document.units = ezdxf.units.MM
    document.header["$MEASUREMENT"] = 1
    for name, colour in LAYERS.items():
        document.layers.add(name, color=colour)
    space = document.modelspace()
    rectangle(space, (0, 0, 12_000, 9000), "OUTLINE")
    for box in WALLS:
        rectangle(space, box, "WALL")
    rectangle(space, (5800, 3200, 6200, 3600), "COLUMN")
    add_leaf(space, 5100, 240, 900, "DOOR-ENTRANCE")
    space.add_arc((6900, 240), 900, 90, 180, dxfattribs={"layer": "DOOR-ENTRANCE"})
    space.add_line((6900, 240), (6900, 1140), dxfattribs={"layer": "DOOR-ENTRANCE"})
    space.add_line((10_000, 6100), (10_900, 6100), dxfattribs={"layer": "DOOR-STAFF"})
    space.add_line((11_880, 2000), (11_880, 3400), dxfattribs={"layer": "DOOR-EMERGENCY"})
    space.add_line((1000, 120), (4000, 120), dxfattribs={"layer": "WINDOW"})
    for text, *box in ZONES:
        rectangle(space, box, "ZONE")
        place = ((box[0] + box[2]) / 2, box[1] + 400)
        space.add_text(text, height=250, dxfattribs={"layer": "TEXT"}).set_placement(place)
    space.add_circle((300, 3000), 50, dxfattribs={"layer": "POWER"})
    # furniture: one block for each type, drawn with its front towards -y
    atm = document.blocks.new("ATM")
    rectangle(atm, (0, 0, 472, 715), "0")
    atm.add_line((0, 100), (472, 100))
    style = {"layer": "FURNITURE", "rotation": 90}
    for y in (2000, 2800):
        space.add_blockref("ATM", (955, y), dxfattribs=style)
    return document


if __name__ == "__main__":
    draw_template().saveas(HERE / "template.dxf")
