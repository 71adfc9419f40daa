"""Small building models in IFC: walls and doors as extruded polygons, on one storey.

In: closed polygons in drawing units. Out: the text of a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["ROOM", "SMALL_ROOM", "ifc_model"]

#: Letters that the names of IFC are made of.
NAME = "0123456789ABCDEFGHIJKL"
#: Four walls of a room of 8 x 6 m, and an entrance in the one in the south, metres.
ROOM = (
    ("IFCWALL", ((0, -0.2), (8, -0.2), (8, 0), (0, 0))),
    ("IFCWALL", ((8, -0.2), (8.2, -0.2), (8.2, 6.2), (8, 6.2))),
    ("IFCWALL", ((-0.2, 6), (8, 6), (8, 6.2), (-0.2, 6.2))),
    ("IFCWALL", ((-0.2, -0.2), (0, -0.2), (0, 6), (-0.2, 6))),
    ("IFCDOOR", ((3, -0.2), (4.5, -0.2), (4.5, 0), (3, 0))),
)
#: A wall round three sides of the same room, one for the fourth, and the entrance in it.
SMALL_ROOM = (
    ("IFCWALL", ((0, 0), (0, 6), (8, 6), (8, 0), (8.2, 0), (8.2, 6.2), (-0.2, 6.2), (-0.2, 0))),
    ("IFCWALL", ((-0.2, -0.2), (8.2, -0.2), (8.2, 0), (-0.2, 0))),
    ROOM[-1],
)


def ifc_model(
    things: Iterable[tuple[str, Sequence[tuple[float, float]]]],
    *,
    height: float = 3.0,
    prefix: str = "$",
) -> bytes:
    """IFC4 model; `prefix` is that of the unit metre, as ".MILLI.".

    Parameters
    ----------
    things
        Class and corners of each.
    height
        Of all, in the unit.
    prefix
        Of the unit.
    """
    lines = [
        "IFCCARTESIANPOINT((0.,0.,0.))",
        "IFCDIRECTION((0.,0.,1.))",
        "IFCDIRECTION((1.,0.,0.))",
        "IFCAXIS2PLACEMENT3D(#1,#2,#3)",
        "IFCLOCALPLACEMENT($,#4)",
        "IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,#4,$)",
        f"IFCSIUNIT(*,.LENGTHUNIT.,{prefix},.METRE.)",
        "IFCUNITASSIGNMENT((#7))",
        "IFCPROJECT('0000000000000000000001',$,'P',$,$,$,$,(#6),#8)",
        "IFCBUILDING('0000000000000000000002',$,'B',$,$,#5,$,$,.ELEMENT.,$,$,$)",
        "IFCBUILDINGSTOREY('0000000000000000000003',$,'Ground',$,$,#5,$,$,.ELEMENT.,0.)",
        "IFCRELAGGREGATES('0000000000000000000004',$,$,$,#9,(#10))",
        "IFCRELAGGREGATES('0000000000000000000005',$,$,$,#10,(#11))",
    ]
    found = []
    for number, (kind, corners) in enumerate(things):
        start = len(lines) + 1
        lines += [f"IFCCARTESIANPOINT(({float(x)!r},{float(y)!r}))" for x, y in corners]
        ring = ",".join(f"#{start + i}" for i in (*range(len(corners)), 0))
        at = len(lines) + 1
        name = f"00000000000000000001{NAME[number // 22]}{NAME[number % 22]}"
        tail = "$,$,$,$,$" if kind == "IFCDOOR" else "$"
        lines += [
            f"IFCPOLYLINE(({ring}))",
            f"IFCARBITRARYCLOSEDPROFILEDEF(.AREA.,$,#{at})",
            f"IFCEXTRUDEDAREASOLID(#{at + 1},#4,#2,{float(height)!r})",
            f"IFCSHAPEREPRESENTATION(#6,'Body','SweptSolid',(#{at + 2}))",
            f"IFCPRODUCTDEFINITIONSHAPE($,$,(#{at + 3}))",
            f"{kind}('{name}',$,'{kind[3]}{number}',$,$,#5,#{at + 4},$,{tail})",
        ]
        found.append(f"#{at + 5}")
    inside = ",".join(found)
    lines.append(
        f"IFCRELCONTAINEDINSPATIALSTRUCTURE('0000000000000000000006',$,$,$,({inside}),#11)"
    )
    body = "\n".join(f"#{number}={line};" for number, line in enumerate(lines, 1))
    head = (
        "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\n"
        "FILE_NAME('','',(''),(''),'','','');\nFILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;\n"
    )
    return f"{head}{body}\nENDSEC;\nEND-ISO-10303-21;\n".encode()
