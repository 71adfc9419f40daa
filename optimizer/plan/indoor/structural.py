"""Structural floors in metres: the format of the data set MLSTRUCT-FP.

In: one JSON file with `rect` (wall rectangles with a thickness), `slab` (outlines) and `floor`.
Out: the `FloorPlan` of one floor, its lower-left corner at (0, 0). The format draws bearing walls
and slabs only: it has no doors, no light walls and no rooms, and the plan's notes say so.

Reference: Pizarro et al., Large-scale multi-unit floor plan dataset for architectural plan
analysis and recognition, Automation in Construction 156 (2023); DOI 10.1016/j.autcon.2023.105132.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import MultiPoint, Polygon, make_valid
from shapely.affinity import translate

from optimizer.errors import FloorPlanError
from optimizer.plan.defect import Defect, Severity
from optimizer.plan.dxf.walls import polygons_of
from optimizer.plan.geojson import load_json
from optimizer.plan.model import FloorPlan, PlanSource

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["is_structural", "read_structural"]


def is_structural(document: Any) -> bool:
    """Whether a JSON document holds floors in this format."""
    return isinstance(document, dict) and all(
        isinstance(document.get(key), dict) for key in ("rect", "slab", "floor")
    )


def read_structural(path: str | Path, *, level: str | None = None) -> FloorPlan:
    """Floor plan of one floor.

    Parameters
    ----------
    path
        The file.
    level
        Number of the floor; None for the first.

    Raises
    ------
    FloorPlanError
        There is no such floor, or it has no slab.
    """
    document = load_json(path)
    floors = sorted(str(key) for key in document["floor"])
    key = level if level is not None else next(iter(floors), "")
    if key not in floors:
        known = ", ".join(floors) or "none"
        raise FloorPlanError(f"{path}: floor {key!r} is not in the file; it has {known}")
    slabs = [part for shape in _shapes(document["slab"], key) for part in polygons_of(shape)]
    if not slabs:
        raise FloorPlanError(f"{path}: floor {key!r} has no slab; a plan needs its outline")
    outline = max(slabs, key=lambda slab: slab.area)
    # the four corners of a wall are those of a rectangle, in whatever order they come
    walls = [shape.convex_hull for shape in _shapes(document["rect"], key)]
    x, y = outline.bounds[:2]
    notes = [
        f"floor {key} was read; the file has also {', '.join(f for f in floors if f != key)}",
        "this format draws bearing walls and slabs alone: it has no doors, no light walls and no "
        "rooms; add doors and zones to the study",
    ]
    return FloorPlan(
        name=f"{Path(path).stem} {key}",
        outline=translate(outline, -x, -y),
        walls=tuple(translate(w, -x, -y) for w in walls if isinstance(w, Polygon)),
        source=PlanSource(
            path=str(path),
            origin=(float(x), float(y)),
            notes=tuple(notes),
            defects=tuple(
                Defect(code="structural", sentence=note, severity=Severity.NOTE) for note in notes
            ),
        ),
    )


def _shapes(table: Mapping[str, Any], key: str) -> list[Any]:
    """Valid shapes of the entries of one floor."""
    found = []
    for entry in table.values():
        if isinstance(entry, dict) and str(entry.get("floorID")) == key:
            corners = np.array([entry.get("x"), entry.get("y")], dtype=float).T
            if corners.shape[0] > 2 and np.isfinite(corners).all():
                ring = Polygon(corners)
                found.append(make_valid(ring) if ring.area else MultiPoint(corners))
    return found
