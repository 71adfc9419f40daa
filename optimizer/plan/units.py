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
    from collections.abc import Callable, Mapping, Sequence

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
    votes
        What each kind of length is called, and the units in which it alone is plausible.
    """

    units: tuple[str, ...]
    sentence: str
    by_doors: bool
    votes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def unit(self) -> str | None:
        """The only unit that fits; None where none or several do."""
        return self.units[0] if len(self.units) == 1 else None

    @property
    def quarrel(self) -> str:
        """What each kind of length says by itself."""
        return ", ".join(f"{name} fit {' or '.join(units) or 'none'}" for name, units in self.votes)


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
    faces: Sequence[Sequence[float]] = (),
) -> UnitEvidence:
    """Units in which a drawing's lengths are those of a building.

    Parameters
    ----------
    size
        Width and height of the drawing, in its own unit.
    leaves, openings
        Radii of door leaves and widths of door openings, in its own unit.
    faces
        For each face of a wall the distances to the lines beside it, nearest first; in half of
        them one is the thickness of a wall.
    """
    side = plausible("plan_side")
    votes = [("the size", _fitting(lambda metres: side.holds(max(size) * metres)))]
    said = [f"size {size[0]:.4g} x {size[1]:.4g}"]
    for values, name, words in (
        (leaves, "door_leaf", "door leaves"),
        (openings, "door_opening", "door openings"),
    ):
        if values:
            votes.append((words, _middle_fits(median(values), plausible(name))))
            said.append(f"{len(values)} {words} of {median(values):.4g}")
    if faces:
        votes.append(("the walls", _fitting(lambda metres: _are_walls(faces, metres))))
        said.append(f"{len(faces)} wall faces {median(near[0] for near in faces):.4g} apart")
    fitting = [unit for unit in METRES if all(unit in units for _, units in votes)]
    return UnitEvidence(
        units=tuple(fitting),
        sentence=", ".join(said),
        by_doors=bool(leaves or openings),
        votes=tuple(votes),
    )


def _fitting(holds: Callable[[float], bool]) -> tuple[str, ...]:
    """Units whose length in metres a test holds for."""
    return tuple(unit for unit, metres in METRES.items() if holds(metres))


def _middle_fits(middle: float, allowed: Range) -> tuple[str, ...]:
    return _fitting(lambda metres: allowed.holds(middle * metres))


def _are_walls(faces: Sequence[Sequence[float]], metres: float) -> bool:
    """Whether half of the faces have a line beside them at the thickness of a wall."""
    allowed = plausible("wall_faces")
    walls = sum(any(allowed.holds(apart * metres) for apart in near) for near in faces)
    return 2 * walls >= len(faces)
