"""Which unit a drawing is in: what its header claims and what its doors, walls and size say.

In: lengths in the drawing's own unit. Out: the units in which they would be those of a building.
Units are shown, not guessed: a reader uses the header's unit, and where the evidence speaks for
another one the drawing has a defect that only the study's `[plan] unit` clears.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import median
from typing import TYPE_CHECKING

from optimizer.errors import FloorPlanError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["METRES", "Range", "UnitEvidence", "find_unit", "metres_per_unit", "plausible"]

#: Metres in one unit.
METRES: Mapping[str, float] = {
    "mm": 0.001,
    "cm": 0.01,
    "dm": 0.1,
    "m": 1.0,
    "in": 0.0254,
    "ft": 0.3048,
}


@dataclass(frozen=True, kw_only=True)
class Range:
    """Least and most plausible value, metres."""

    least: float
    most: float

    def holds(self, value: float) -> bool:
        """Whether a value in metres is plausible."""
        return self.least <= value <= self.most


@dataclass(frozen=True, kw_only=True)
class UnitEvidence:
    """What the lengths of a drawing say about its unit.

    Parameters
    ----------
    units
        Units in which every kind of length is plausible, most likely first.
    sentence
        The lengths, in drawing units.
    by_doors
        Whether door leaves are part of the evidence; without them it is weak.
    """

    units: tuple[str, ...]
    sentence: str
    by_doors: bool

    @property
    def unit(self) -> str | None:
        """The only unit that fits; None where none or several do."""
        return self.units[0] if len(self.units) == 1 else None


@cache
def plausible(name: str) -> Range:
    """Plausible range of "door_leaf", "wall_thickness" and so on, from `plausible.toml`."""
    text = files("optimizer.plan").joinpath("plausible.toml").read_text(encoding="utf-8")
    entry = tomllib.loads(text)[name]
    return Range(least=float(entry["least"]), most=float(entry["most"]))


def metres_per_unit(unit: str) -> float:
    """Metres in one unit.

    Raises
    ------
    FloorPlanError
        The unit is not known.
    """
    if unit not in METRES:
        raise FloorPlanError(f"unit {unit!r} is not known; it must be one of {', '.join(METRES)}")
    return METRES[unit]


def find_unit(
    *,
    size: tuple[float, float],
    leaves: Sequence[float] = (),
    openings: Sequence[float] = (),
    thicknesses: Sequence[float] = (),
) -> UnitEvidence:
    """Units in which a drawing's lengths are those of a building.

    Parameters
    ----------
    size
        Width and height of the drawing, in its own unit.
    leaves, openings, thicknesses
        Radii of door leaves, widths of door openings and thicknesses of walls, in its own unit.
    """
    checks = [(max(size), plausible("plan_side"))]
    said = [f"size {size[0]:.4g} x {size[1]:.4g}"]
    for values, name, words in (
        (leaves, "door_leaf", "door leaves"),
        (openings, "door_opening", "door openings"),
        (thicknesses, "wall_thickness", "walls"),
    ):
        if values:
            middle = median(values)
            checks.append((middle, plausible(name)))
            said.append(f"{len(values)} {words} of {middle:.4g}")
    fitting = [
        unit
        for unit, metres in METRES.items()
        if all(allowed.holds(value * metres) for value, allowed in checks)
    ]
    return UnitEvidence(
        units=tuple(fitting), sentence=", ".join(said), by_doors=bool(leaves or openings)
    )
