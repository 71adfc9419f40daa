"""The unit of a DXF: its header, and what is drawn.

In: an ezdxf document and what it draws. Out: the unit to use and the defects of that choice. The
header's `$INSUNITS` is used where it has one; where the lengths of doors, walls and the whole
speak for another unit, that is a defect of severity error until the study gives the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.plan.defect import Defect, Severity
from optimizer.plan.dxf.layers import Meaning
from optimizer.plan.dxf.thickness import face_distances
from optimizer.plan.units import UnitEvidence, find_unit, metres_per_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.plan.dxf.curves import Stroke
    from optimizer.plan.dxf.drawn import Drawing

__all__ = ["DrawingUnit", "choose_unit", "extent"]

#: `$INSUNITS` codes.
INSUNITS = {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 14: "dm"}
#: What `$MEASUREMENT` says where there is no `$INSUNITS`: the family of units.
FAMILY = {0: ("in", "ft"), 1: ("mm", "cm", "dm", "m")}
#: Angles between the ends of an arc that may be a leaf's, degrees.
SWING = (50.0, 130.0)

#: Least radius of a leaf's arc as a share of its block's longer side; two leaves share it.
LEAF_SHARE = 0.3


@dataclass(frozen=True, kw_only=True)
class DrawingUnit:
    """The unit of a drawing.

    Parameters
    ----------
    header
        What the file claims, or None.
    evidence
        The unit that the lengths speak for; None where none or several fit.
    used
        The unit in which the plan is given.
    shape
        The unit in which walls and doors are looked for: the evidence where there is any.
    defects
        What is wrong or was guessed.
    """

    header: str | None
    evidence: str | None
    used: str
    shape: str
    defects: tuple[Defect, ...]


def choose_unit(document: Any, drawing: Drawing, given: str | None) -> DrawingUnit:
    """Unit of a drawing.

    Parameters
    ----------
    document
        The ezdxf document.
    drawing
        What it draws.
    given
        The unit that the study gives, or None.

    Raises
    ------
    FloorPlanError
        The unit given is not known.
    """
    if given is not None:
        metres_per_unit(given)
    header = INSUNITS.get(_code(document, "$INSUNITS"))
    found = _evidence(drawing)
    family = FAMILY.get(_code(document, "$MEASUREMENT"), ())
    fitting = found.units if found is not None else ()
    likely = [u for u in fitting if u in family] or list(fitting) or list(family) or ["mm"]
    claimed = given or header
    if claimed is not None:
        evidence = claimed if claimed in fitting else (found.unit if found is not None else None)
    else:
        evidence = likely[0] if found is not None and fitting else None
    used = claimed or likely[0]
    defects = _defects(header=header, given=given, used=used, found=found)
    return DrawingUnit(
        header=header, evidence=evidence, used=used, shape=evidence or used, defects=defects
    )


def _code(document: Any, variable: str) -> int:
    """Whole number of a header variable; -1, which means nothing, where there is none."""
    value = document.header.get(variable)
    try:
        return int(value)
    except (OverflowError, TypeError, ValueError):
        return -1


def extent(strokes: Sequence[Stroke]) -> NDArray[np.float64]:
    """Lower-left and upper-right corner of strokes, shape (2, 2); zeros where there are none."""
    if not strokes:
        return np.zeros((2, 2))
    everything = np.concatenate([s.points for s in strokes])
    return np.array([everything.min(axis=0), everything.max(axis=0)])


def _evidence(drawing: Drawing) -> UnitEvidence | None:
    """What the lengths of the drawing say; None for an empty drawing."""
    shell = drawing.shell() or drawing.others
    if not shell:
        return None
    low, high = extent(shell)
    leaves = _swings(drawing.of(Meaning.DOOR, kind="arc"))
    for block in drawing.blocks:
        low_block, high_block = extent(block.strokes)
        arcs = _swings([s for s in block.strokes if s.kind == "arc"])
        # handles and hinges of a door block have arcs too, much smaller than the block
        leaves += [r for r in arcs if r > LEAF_SHARE * float(np.max(high_block - low_block))]
    return find_unit(
        size=(float(high[0] - low[0]), float(high[1] - low[1])),
        leaves=leaves,
        faces=face_distances(drawing.of(Meaning.WALL)),
    )


def _swings(arcs: Sequence[Stroke]) -> list[float]:
    """Radii of the arcs that turn about a right angle."""
    found = []
    for arc in arcs:
        ways = arc.points[1:] - arc.points[0]
        radii = np.hypot(ways[:, 0], ways[:, 1])
        if radii.min() > 0:
            cosine = float(ways[0] @ ways[1] / (radii[0] * radii[1]))
            if SWING[0] <= np.degrees(np.arccos(np.clip(cosine, -1, 1))) <= SWING[1]:
                found.append(float(radii.mean()))
    return found


def _defects(
    *, header: str | None, given: str | None, used: str, found: UnitEvidence | None
) -> tuple[Defect, ...]:
    """What is wrong with the unit."""
    if found is None:
        return ()
    hint = found.units[0] if found.units else "mm"
    if used not in found.units:
        fits = (
            f"in {' or '.join(found.units)} it would be a building"
            if found.units
            else f"in no unit do all of them fit ({found.quarrel})"
        )
        source = "the study gives" if given else "the header says"
        return (
            Defect(
                code="unit-doubt",
                sentence=f"{source} {used}, but {found.sentence} drawing units do not fit that: "
                f'{fits}; write [plan] unit = "{hint}" in the study if that is right',
                severity=Severity.WARNING if given else Severity.ERROR,
            ),
        )
    if header is None and given is None:
        return (
            Defect(
                code="unit-missing",
                sentence=f"the drawing's header gives no unit; {used} was taken, for "
                f"{found.sentence} drawing units fit {' or '.join(found.units)}; write "
                f'[plan] unit = "{used}" in the study',
                severity=Severity.WARNING if len(found.units) == 1 else Severity.ERROR,
            ),
        )
    return ()
